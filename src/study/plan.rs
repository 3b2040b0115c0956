//! What to run: a scenario, a seed, and which of its replicates.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::analysis::outcome::Known;
use crate::dice::Dice;
use crate::scenario::Scenario;
use crate::scenario::calendar::Calendar;
use crate::scenario::problem::Problems;
use crate::sim::event::What;
use crate::sim::model::Model;

/// What to run. A job is one replicate of it.
#[derive(Debug)]
pub struct Plan {
    /// What tells it from other plans.
    pub identity: Identity,
    /// The effective scenario, self-contained.
    pub scenario: String,
    /// The dates of its ticks.
    pub calendar: Calendar,
    /// What the engine runs.
    pub model: Model,
}

/// What tells a plan from another, beside the text of its scenario. Part of `manifest.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Version of qantar that runs it.
    pub version: String,
    /// Name of the scenario.
    pub scenario: String,
    /// Its title.
    pub title: String,
    /// Seed of the dice, at most 2^63 - 1.
    pub seed: u64,
    /// Number of the first replicate.
    pub first_replicate: u32,
    /// How many replicates.
    pub replicates: u32,
    /// What `--set` changed in the scenario, as written.
    pub overrides: Vec<String>,
}

impl Plan {
    /// The plan to run these replicates of a scenario, which has been changed by these overrides before.
    ///
    /// # Errors
    /// The problems of the scenario.
    pub fn new(
        scenario: &Scenario,
        overrides: Vec<String>,
        seed: u64,
        replicates: Range<u32>,
    ) -> Result<Plan, Problems> {
        Ok(Plan {
            model: scenario.compile()?,
            calendar: scenario.calendar(),
            scenario: scenario.to_toml(),
            identity: Identity {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                scenario: scenario.name().to_owned(),
                title: scenario.title().to_owned(),
                seed,
                first_replicate: replicates.start,
                replicates: replicates.end - replicates.start,
                overrides,
            },
        })
    }

    /// The numbers of its replicates.
    pub fn replicates(&self) -> Range<u32> {
        let first = self.identity.first_replicate;
        first..first + self.identity.replicates
    }

    /// The dice of one replicate.
    pub fn dice(&self, replicate: u32) -> Dice {
        Dice::new(self.identity.seed, replicate)
    }

    /// What outcomes of its runs can name.
    pub fn known(&self) -> Known {
        let (model, calendar) = (&self.model, &self.calendar);
        let sites = model.sites.iter().map(|site| &site.id);
        let actions = model.interventions.iter().map(|action| &action.id);
        let sent = model.interventions.iter().flat_map(|action| &action.contingents);
        Known {
            regions: model.regions.iter().map(|region| region.id.clone()).collect(),
            events: What::NAMES.iter().map(|name| (*name).to_owned()).collect(),
            subjects: sites.chain(actions).chain(sent.map(|sent| &sent.id)).cloned().collect(),
            times: Some(calendar.local(0)..calendar.local(model.clock.ticks)),
        }
    }
}

impl Identity {
    /// The first thing in which this plan differs from another, as a clause; `None` if in nothing.
    pub fn difference(&self, other: &Identity) -> Option<String> {
        let list = |overrides: &[String]| match overrides {
            [] => "without --set".to_owned(),
            some => format!("with --set {}", some.join(" --set ")),
        };
        [
            ("qantar", self.version.clone(), other.version.clone()),
            ("scenario", self.scenario.clone(), other.scenario.clone()),
            ("seed", self.seed.to_string(), other.seed.to_string()),
            (
                "first replicate",
                self.first_replicate.to_string(),
                other.first_replicate.to_string(),
            ),
            ("replicates", self.replicates.to_string(), other.replicates.to_string()),
            ("scenario", list(&self.overrides), list(&other.overrides)),
        ]
        .into_iter()
        .find(|(_, a, b)| a != b)
        .map(|(what, a, b)| format!("{what} {a} there, {b} here"))
    }
}

/// The first line in which two texts differ, as a clause; `None` if in none.
pub(super) fn text_difference(there: &str, here: &str) -> Option<String> {
    if there == here {
        return None;
    }
    let (mut a, mut b) = (there.lines(), here.lines());
    let mut number = 0;
    loop {
        number += 1;
        match (a.next(), b.next()) {
            (None, None) => return Some("the ends of their lines differ".to_owned()),
            (x, y) if x != y => {
                let show = |line: Option<&str>| line.map_or("nothing".to_owned(), |line| format!("`{line}`"));
                return Some(format!("line {number} is {} there, {} here", show(x), show(y)));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_different_line_is_named() {
        assert_eq!(text_difference("a = 1\n", "a = 1\n"), None);
        assert_eq!(
            text_difference("a = 1\nb = 2\n", "a = 1\nb = 3\n").unwrap(),
            "line 2 is `b = 2` there, `b = 3` here"
        );
        assert_eq!(
            text_difference("a\nb\n", "a\n").unwrap(),
            "line 2 is `b` there, nothing here"
        );
        assert_eq!(text_difference("a\n", "a").unwrap(), "the ends of their lines differ");
    }

    #[test]
    fn a_plan_differs_in_what_the_user_changed() {
        let scenario = Scenario::from_text("towns", crate::study::tests::SCENARIO).unwrap();
        let plan = |overrides: &[&str], seed, replicates| {
            let overrides = overrides.iter().map(|text| (*text).to_owned()).collect();
            Plan::new(&scenario, overrides, seed, replicates).unwrap().identity
        };
        let base = plan(&[], 1, 0..2);
        assert_eq!(base.difference(&base), None);
        assert_eq!(base.difference(&plan(&[], 2, 0..2)).unwrap(), "seed 1 there, 2 here");
        assert_eq!(
            base.difference(&plan(&[], 1, 1..3)).unwrap(),
            "first replicate 0 there, 1 here"
        );
        assert_eq!(
            base.difference(&plan(&[], 1, 0..3)).unwrap(),
            "replicates 2 there, 3 here"
        );
        assert_eq!(
            base.difference(&plan(&["a = 1", "b = 2"], 1, 0..2)).unwrap(),
            "scenario without --set there, with --set a = 1 --set b = 2 here"
        );
    }
}
