//! What is known of a branch so far, in the words and pictures of a report. Numbers are those of the analysis; nothing is
//! worked out here, and nothing in the page.

use std::sync::Arc;

use maud::{Markup, html};

use super::room::Room;
use super::worlds::World;
use crate::analysis::contrast::{Asked, Contrast, Named, contrasts, in_worlds};
use crate::analysis::overview::{Collecting, Overview};
use crate::analysis::spread::{Five, Spread};
use crate::report::compare::signed;
use crate::report::format::{hour, number};
use crate::report::page::{self, Folder, Made, Total};
use crate::report::picture::bands::{self, Line};
use crate::report::picture::scale::Timeline;
use crate::study::{BASELINE, Study};
use crate::table::{Column, Table};

/// How large the picture of a run is.
const PAPER: (f64, f64) = (860.0, 300.0);

/// The picture of the first world of a branch as far as it has been run, beside that of the scenario as it is written.
pub fn first_world(room: &Room, beside: Option<&World>, name: &str, so_far: &[f32]) -> String {
    let fives = |line: &[f32]| {
        line.iter()
            .map(|&value| Five::of(&[f64::from(value)]))
            .collect::<Vec<_>>()
    };
    let (before, now) = (
        beside.map_or_else(Vec::new, |world| fives(&world.lines[0])),
        fives(so_far),
    );
    let lines = [
        Line {
            name: BASELINE,
            ticks: &before,
            ink: 0,
        },
        Line {
            name,
            ticks: &now,
            ink: 1,
        },
    ];
    let timeline = Timeline::of(&room.times, room.base.scenario.daylight());
    let active = room.base.scenario.family().active();
    let title = format!("The first world, hour by hour: {active} as the scenario is written, and in “{name}”");
    bands::picture(&title, &lines, &[], &timeline, PAPER)
        .markup()
        .into_string()
}

/// What is known of a branch: a part of a page, and how many worlds it is of; `None` as long as there is not one.
pub fn told(room: &Room, id: &str) -> Option<(String, usize)> {
    let (study, pairs, name, played) = {
        let state = room.state();
        let branch = state.branches.get(id)?;
        let (study, files) = branch.study.as_ref()?;
        let [base, own] = files.each_ref().map(|file| state.worlds.get(file));
        let (base, own) = (base?, own?);
        let pairs: Vec<[Arc<World>; 2]> = own
            .of
            .iter()
            .filter_map(|(replicate, own)| Some([Arc::clone(base.of.get(replicate)?), Arc::clone(own)]))
            .collect();
        let name = branch.kept.name.clone();
        let name = if name == BASELINE {
            format!("{name} (changed)")
        } else {
            name
        };
        if let Some((worlds, of, text)) = &branch.told
            && (*worlds, of) == (pairs.len(), &name)
        {
            return Some((text.clone(), *worlds));
        }
        (Arc::clone(study), pairs, name, branch.kept.played.is_some())
    };
    let first = pairs.first()?;
    let found = Found::of(&study, &pairs, [BASELINE, &name]);
    let folder = folder(room, &study, &pairs, &name, &found);
    let text = html! {
        p.same { (same(room, &pairs)) }
        (maud::PreEscaped(page::in_short(&folder)))
        @if played { (luck_and_policy(room, &name, first, &found)) }
    };
    let (text, worlds) = (text.into_string(), pairs.len());
    if let Some(branch) = room.state().branches.get_mut(id)
        && branch.study.as_ref().is_some_and(|(now, _)| Arc::ptr_eq(now, &study))
    {
        branch.told = Some((worlds, name, text.clone()));
    }
    Some((text, worlds))
}

/// A branch in a line, for a wall of them: the sentence and how many worlds it is of.
pub fn in_a_line(room: &Room, id: &str) -> Option<(String, usize)> {
    let may = room.state().branches.get(id)?.may_be_seen();
    let (text, worlds) = told(room, id).filter(|_| may)?;
    let (_, rest) = text.split_once("<h1>")?;
    let (sentence, _) = rest.split_once("</h1>")?;
    Some((sentence.to_owned(), worlds))
}

/// Numbers of the worlds of a branch.
struct Found {
    table: Table,
    contrasts: Vec<Named>,
    asked: Vec<Asked>,
}

impl Found {
    fn of(study: &Study, pairs: &[[Arc<World>; 2]], names: [&str; 2]) -> Found {
        let all: Vec<(usize, &World)> = pairs.iter().flat_map(|pair| [(0, &*pair[0]), (1, &*pair[1])]).collect();
        let asked: Vec<Asked> = study
            .summed_up()
            .into_iter()
            .map(|named| Asked {
                name: named.name,
                label: named.label,
                unit: named.unit,
            })
            .collect();
        let mut columns = vec![
            (
                "arm".to_owned(),
                Column::Text(all.iter().map(|(arm, _)| names[*arm].to_owned()).collect()),
            ),
            (
                "replicate".to_owned(),
                Column::Int(all.iter().map(|(_, world)| i64::from(world.replicate)).collect()),
            ),
        ];
        for (place, one) in asked.iter().enumerate() {
            let value = |world: &World| world.outcomes.get(place).copied().flatten().unwrap_or(f64::NAN);
            columns.push((
                one.name.clone(),
                Column::Float(all.iter().map(|(_, world)| value(world)).collect()),
            ));
        }
        let table = Table::new(columns);
        let mut contrasts = contrasts(&table, &names, &asked);
        if let Some(worlds) = &study.worlds {
            in_worlds(&mut contrasts, &table, names[0], worlds);
        }
        Found {
            table,
            contrasts,
            asked,
        }
    }

    /// The totals of an arm.
    fn totals(&self, arm: &str) -> Vec<Total> {
        let arms = self.table.column("arm").expect("it has arms");
        let total = |asked: &Asked| {
            let column = self.table.column(&asked.name).expect("it has what was asked");
            let rows = (0..self.table.rows()).filter(|&row| arms.text(row) == arm);
            let had: Vec<f64> = rows
                .map(|row| column.number(row))
                .filter(|value| value.is_finite())
                .collect();
            Total {
                arm: arm.to_owned(),
                name: asked.name.clone(),
                label: asked.label.clone(),
                spread: (!had.is_empty()).then(|| Spread::of(&had)),
                runs: had.len(),
            }
        };
        self.asked.iter().map(total).collect()
    }
}

fn folder(room: &Room, study: &Study, pairs: &[[Arc<World>; 2]], name: &str, found: &Found) -> Folder<'static> {
    let (family, size) = (study.family(), study.arms[0].model.size());
    Folder {
        title: study.identity.title.clone(),
        made: Made {
            folder: String::new(),
            scenario: study.identity.scenario.clone(),
            version: study.identity.version.clone(),
            seed: study.identity.seed,
            replicates: pairs.len(),
            arms: [BASELINE, name].map(|arm| (arm.to_owned(), Vec::new())).to_vec(),
            people: size.people,
            persons_per_agent: size.persons_per_agent,
            files: Vec::new(),
        },
        background: (room.program.background)(&room.base.scenario),
        metrics: family.metrics(),
        first: family.first_totals(),
        labels: family
            .totals()
            .iter()
            .map(|total| (total.name.to_owned(), total.label.to_owned()))
            .collect(),
        overview: Some(overview(room, study, pairs, name)),
        totals: [BASELINE, name].into_iter().flat_map(|arm| found.totals(arm)).collect(),
        contrasts: found.contrasts.clone(),
        ablation: None,
        sensitivity: None,
        score: None,
        matched: None,
        why: None,
    }
}

fn overview(room: &Room, study: &Study, pairs: &[[Arc<World>; 2]], name: &str) -> Overview {
    let mut collecting = Collecting::default();
    for pair in pairs {
        for (arm, world) in [BASELINE, name].into_iter().zip(pair) {
            collecting.add(arm, &world.series(study, &room.times), None, &world.happened());
        }
    }
    collecting.finish()
}

/// Until when the histories are the same.
fn same(room: &Room, pairs: &[[Arc<World>; 2]]) -> String {
    let parts = pairs
        .iter()
        .filter_map(|[base, own]| base.trace.iter().zip(&own.trace).position(|(a, b)| a != b));
    let (worlds, parted) = (pairs.len(), parts.clone().count());
    let worlds_of = |number_of: usize| crate::report::format::count(number_of as f64, "world", "worlds");
    match parts.min() {
        None => format!(
            "Nothing differs: in {} both histories are the same to the last hour.",
            worlds_of(worlds)
        ),
        Some(tick) => format!(
            "Until {} both histories are the same, person by person; then they part, in {parted} of {}.",
            hour(&room.times[tick.min(room.times.len() - 1)]),
            worlds_of(worlds)
        ),
    }
}

/// What was policy and what was luck, of a branch that was played.
fn luck_and_policy(room: &Room, name: &str, first: &[Arc<World>; 2], found: &Found) -> Markup {
    let of_first = |outcome: &str, arm: usize| {
        let place = found.asked.iter().position(|asked| asked.name == outcome)?;
        first[arm].outcomes.get(place).copied().flatten()
    };
    let told = |value: Option<f64>| value.map_or("never".to_owned(), number);
    let names = room.base.scenario.family().first_totals();
    let rows = names.iter().filter_map(|name| {
        let named = found.contrasts.iter().find(|named| named.outcome == **name)?;
        Some((named, named.contrast.as_ref()?))
    });
    let policy = |contrast: &Contrast| match contrast.interval {
        Some(interval) => format!(
            "{} ({} to {})",
            signed(contrast.difference),
            signed(interval.low),
            signed(interval.high)
        ),
        None => format!("{} (too few worlds to say how sure)", signed(contrast.difference)),
    };
    html! {
        section.played aria-labelledby="luck" {
            h2 id="luck" { "What was your policy, and what was luck" }
            p.lead {
                "You governed in one world. Policy is the mean difference to the same worlds with the same dice, governed as the scenario is written, with its 95 % interval. \
                 Luck is how far your own choices end differently with other dice."
            }
            div.frame tabindex="0" role="group" aria-label="Policy and luck" { table {
                thead { tr {
                    th scope="col" { "Outcome" } th scope="col" { "Your world, as the scenario is written" } th scope="col" { "Your world, as you governed" }
                    th scope="col" { "Policy" } th scope="col" { "Luck: “" (name) "” with other dice" }
                } }
                tbody { @for (named, contrast) in rows { tr {
                    th scope="row" { (named.label) }
                    td { (told(of_first(&named.outcome, 0))) }
                    td { (told(of_first(&named.outcome, 1))) }
                    td { (policy(contrast)) }
                    td { (number(contrast.arm.low)) " to " (number(contrast.arm.high)) }
                } } }
            } }
        }
    }
}
