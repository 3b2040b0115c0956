//! Epstein's model of civil violence (2002), a second and small family: agents on a torus who rebel, and cops who arrest.

mod compile;
pub mod engine;
mod format;
pub mod metric;
#[cfg(feature = "plots")]
mod narrate;

use std::any::Any;
use std::ops::ControlFlow;

use super::Family;
use crate::analysis::named::Total;
use crate::analysis::unmet::{Unmet, When};
use crate::dice::Dice;
use crate::document::calendar::Calendar;
use crate::document::form::Format;
use crate::document::problem::Problem;
use crate::document::tree;
use crate::metric::Description;
#[cfg(feature = "plots")]
use crate::report::{Run, summary::Course};
use crate::sim::event::What;
use crate::sim::{Observer, Simulation, Size};
use engine::model::Model;
use metric::Metric;

/// The family of Epstein's lattices.
#[derive(Debug)]
pub struct Epstein;

/// The numbers that sum up a run. An outburst is a spell of ticks with more agents active than the share of those at
/// the start that 50 is of Epstein's 1,120.
#[rustfmt::skip]
pub const TOTALS: [Total; 11] = [
    Total::new("active_peak", "most active in one tick", "agents", "peak(active)"),
    Total::new("active_mean", "active, mean over ticks", "agents", "mean(active)"),
    Total::new("outbursts", "outbursts", "outbursts", "episodes(active > 50 * (start(blue) + start(green)) / 1120)"),
    Total::new("outburst_size", "activation of an outburst, mean", "agent ticks", "episodes(active > 50 * (start(blue) + start(green)) / 1120, mean=size)"),
    Total::new("outburst_wait", "calm between outbursts, mean", "ticks", "episodes(active > 50 * (start(blue) + start(green)) / 1120, mean=wait)"),
    Total::new("arrests", "arrests", "arrests", "last(arrests)"),
    Total::new("jailed_peak", "most in jail", "agents", "peak(jailed)"),
    Total::new("jailed_end", "in jail at the end", "agents", "last(jailed)"),
    Total::new("tension_peak", "highest tension", "1", "peak(tension)"),
    Total::new("killed", "killed", "agents", "last(killed_blue) + last(killed_green)"),
    Total::new("extinct_at", "a group's extinction, or the end", "ticks", "first_event(group_extinct, else=end)"),
];

impl Family for Epstein {
    fn name(&self) -> &'static str {
        "epstein"
    }

    fn format(&self) -> &'static Format {
        &format::FORMAT
    }

    fn compile(&self, document: &tree::Table, problems: &mut Vec<Problem>) -> (Box<dyn Simulation>, Calendar) {
        (Box::new(compile::compile(document, problems)), Calendar::undated())
    }

    fn metrics(&self) -> &'static [Description] {
        Metric::DESCRIPTIONS
    }

    fn events(&self) -> &'static [&'static str] {
        &["change", "group_extinct"]
    }

    fn totals(&self) -> &'static [Total] {
        &TOTALS
    }

    fn first_totals(&self) -> &'static [&'static str] {
        &["active_peak", "outbursts", "outburst_size", "outburst_wait", "arrests"]
    }

    fn active(&self) -> &'static str {
        "active"
    }

    fn unmet(&self, model: &dyn Simulation) -> Vec<Unmet> {
        let model = (model as &dyn Any).downcast_ref::<Model>();
        let changes = model.iter().flat_map(|model| &model.changes);
        let when = |change: &engine::model::Change| match change.times {
            0 => When::Nothing,
            _ => When::Date {
                tick: change.at as usize,
            },
        };
        changes
            .map(|change| Unmet::new(&change.id, when(change), Vec::new()))
            .collect()
    }

    #[cfg(feature = "plots")]
    fn course(&self, run: &Run, color: bool) -> Course {
        narrate::course(run, color)
    }
}

/// The ids of the groups of Model II.
const GROUPS: [&str; 2] = ["blue", "green"];

impl Simulation for Model {
    fn metrics(&self) -> &'static [Description] {
        Metric::DESCRIPTIONS
    }

    fn ticks(&self) -> u32 {
        self.ticks
    }

    fn regions(&self) -> Vec<&str> {
        Vec::new()
    }

    fn subjects(&self) -> Vec<&str> {
        let changes = self.changes.iter().map(|change| change.id.as_str());
        changes.chain(GROUPS).collect()
    }

    fn size(&self) -> Size {
        Size {
            people: u64::from(self.agents),
            persons_per_agent: 1,
            tick_minutes: 0,
        }
    }

    fn outline(&self) -> String {
        let count = |number: usize, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
        format!(
            "{} by {} sites, {}, {}, {}, {}",
            self.width,
            self.height,
            count(self.agents as usize, "agent"),
            count(self.cops as usize, "cop"),
            count(self.changes.len(), "change"),
            count(self.ticks as usize, "tick")
        )
    }

    fn subject(&self, what: What) -> &str {
        match what {
            What::Other(kind, group) if kind == &engine::EXTINCT => GROUPS[group],
            What::Other(_, change) => &self.changes[change].id,
            _ => "",
        }
    }

    fn run(&self, dice: &Dice, observer: &mut dyn Observer) -> ControlFlow<()> {
        let mut engine = engine::tick::Engine::new(self, dice);
        for _ in 0..self.ticks {
            engine.tick();
            observer.tick(&engine::readings(&engine.world), &engine.world.events)?;
        }
        ControlFlow::Continue(())
    }

    /// What differs but in its changes differs from the start.
    fn earliest_difference(&self, other: &dyn Simulation) -> Option<u32> {
        let Some(other) = (other as &dyn Any).downcast_ref::<Model>() else {
            return Some(0);
        };
        let unchanged = |model: &Model| Model {
            changes: Vec::new(),
            ..model.clone()
        };
        if unchanged(self) != unchanged(other) {
            return Some(0);
        }
        let only = |one: &Model, two: &Model| {
            let acts = one
                .changes
                .iter()
                .filter(|change| change.times > 0 && !two.changes.contains(change));
            acts.map(|change| change.at).min()
        };
        let first = only(self, other).into_iter().chain(only(other, self)).min()?;
        (first < self.ticks).then_some(first)
    }

    fn actions(&self) -> Vec<(&str, bool)> {
        self.changes.iter().map(|change| (change.id.as_str(), true)).collect()
    }

    fn without(&self, actions: &[&str]) -> Box<dyn Simulation> {
        let mut model = self.clone();
        for &id in actions {
            let found = model.changes.iter_mut().find(|change| change.id == id);
            found.expect("a change of the model").times = 0;
        }
        Box::new(model)
    }

    fn never_in(&self, other: &dyn Simulation) -> Vec<String> {
        let other = (other as &dyn Any).downcast_ref::<Model>();
        let acts = |model: &Model, id: &str| model.changes.iter().any(|change| change.id == id && change.times > 0);
        let gone = |id: &&str| acts(self, id) && !other.is_some_and(|other| acts(other, id));
        let all = self.changes.iter().map(|change| change.id.as_str());
        all.filter(gone).map(str::to_owned).collect()
    }
}
