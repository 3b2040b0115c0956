//! What is known of a branch so far, in the words and pictures of a report. Numbers are those of the analysis; nothing is
//! worked out here, and nothing in the page.

use std::sync::Arc;

use maud::html;

use super::found::Found;
use super::luck;
use super::room::Room;
use super::worlds::World;
use crate::analysis::overview::{Collecting, Overview};
use crate::analysis::spread::Five;
use crate::report::format::hour;
use crate::report::page::{self, Background, Deed, Folder, Made};
use crate::report::picture::bands::{self, Line};
use crate::report::picture::scale::Timeline;
use crate::study::{BASELINE, Study};

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
    let timeline = Timeline::of(&room.times, room.background.daylight);
    let active = room.base.scenario.family().active();
    let title = format!("The first world, hour by hour: {active} as the scenario is written, and in “{name}”");
    bands::picture(&title, &lines, &[], &timeline, PAPER)
        .markup()
        .into_string()
}

/// The worlds of a branch in which both arms were run, and what is told of it under which name.
struct Known {
    study: Arc<Study>,
    pairs: Vec<[Arc<World>; 2]>,
    name: String,
    played: bool,
    /// What was told of so many worlds under this name.
    told: Option<String>,
    background: Option<Arc<Background>>,
}

impl Known {
    /// Those of a branch; `None` as long as there is not one.
    fn of(room: &Room, id: &str) -> Option<Known> {
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
        pairs.first()?;
        let name = branch.kept.name.clone();
        let name = if name == BASELINE {
            format!("{name} (changed)")
        } else {
            name
        };
        let told = branch.told.as_ref();
        let same = |(worlds, of, _): &&(usize, String, String)| (*worlds, of) == (pairs.len(), &name);
        Some(Known {
            study: Arc::clone(study),
            told: told.filter(same).map(|(_, _, text)| text.clone()),
            pairs,
            name,
            played: branch.kept.played.is_some(),
            background: branch.background.clone(),
        })
    }
}

/// What is known of a branch: a part of a page, and how many worlds it is of; `None` as long as there is not one.
pub fn told(room: &Room, id: &str) -> Option<(String, usize)> {
    let known = Known::of(room, id)?;
    let worlds = known.pairs.len();
    if let Some(text) = known.told {
        return Some((text, worlds));
    }
    // What is added in a branch has its title from there.
    let own = || Arc::new((room.program.background)(known.study.arms[1].scenario()));
    let background = known.background.clone().unwrap_or_else(own);
    let found = Found::of(&known.study, &known.pairs, [BASELINE, &known.name]);
    let folder = Folder {
        background: Background {
            deeds: both(&room.background.deeds, &background.deeds),
            ..room.background.clone()
        },
        overview: Some(overview(room, &known)),
        ..folder(&known, &found)
    };
    let text = html! {
        p.same { (same(room, &known.pairs)) }
        (maud::PreEscaped(page::in_short(&folder)))
        @if known.played { (luck::section(room, &known.name, &known.pairs, &found)) }
    };
    let text = text.into_string();
    if let Some(branch) = room.state().branches.get_mut(id)
        && branch
            .study
            .as_ref()
            .is_some_and(|(now, _)| Arc::ptr_eq(now, &known.study))
    {
        branch.told = Some((worlds, known.name, text.clone()));
        branch.background = Some(background);
    }
    Some((text, worlds))
}

/// The deeds of the scenario, and those that a branch adds.
fn both(of_scenario: &[Deed], of_branch: &[Deed]) -> Vec<Deed> {
    let added = of_branch
        .iter()
        .filter(|deed| of_scenario.iter().all(|known| known.id != deed.id));
    of_scenario.iter().chain(added).cloned().collect()
}

/// A branch in a sentence, for a wall of them.
pub fn in_a_line(room: &Room, id: &str) -> Option<String> {
    let may = room.state().branches.get(id)?.may_be_seen();
    let known = Known::of(room, id).filter(|_| may)?;
    let found = Found::of(&known.study, &known.pairs, [BASELINE, &known.name]);
    Some(page::sentence(&folder(&known, &found)))
}

/// A branch as a folder of results, without its course.
fn folder(known: &Known, found: &Found) -> Folder<'static> {
    let (study, name) = (&known.study, known.name.as_str());
    let (family, size) = (study.family(), study.arms[0].model.size());
    Folder {
        title: study.identity.title.clone(),
        made: Made {
            folder: String::new(),
            scenario: study.identity.scenario.clone(),
            version: study.identity.version.clone(),
            seed: study.identity.seed,
            replicates: known.pairs.len(),
            arms: [BASELINE, name].map(|arm| (arm.to_owned(), Vec::new())).to_vec(),
            people: size.people,
            persons_per_agent: size.persons_per_agent,
            files: Vec::new(),
        },
        background: Background::default(),
        metrics: family.metrics(),
        first: family.first_totals(),
        labels: family
            .totals()
            .iter()
            .map(|total| (total.name.to_owned(), total.label.to_owned()))
            .collect(),
        overview: None,
        totals: [BASELINE, name].into_iter().flat_map(|arm| found.totals(arm)).collect(),
        contrasts: found.contrasts.clone(),
        ablation: None,
        sensitivity: None,
        score: None,
        matched: None,
        why: None,
    }
}

fn overview(room: &Room, known: &Known) -> Overview {
    let mut collecting = Collecting::default();
    for pair in &known.pairs {
        for (arm, world) in [BASELINE, &known.name].into_iter().zip(pair) {
            collecting.add(arm, &world.series(&known.study, &room.times), None, &world.happened());
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
