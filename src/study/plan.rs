//! What to run: every arm at every point of a design, each with so many replicates. A job is one run of the engine.

use std::ops::Range;

use super::arm::{Arm, BASELINE};
use super::digest::Digested;
use super::error::Error;
use super::identity::{Command, Identity, Keeps, Outcome};
use super::outcomes::Outcomes;
use crate::analysis::named::Named;
use crate::analysis::outcome::Known;
use crate::analysis::worlds::Worlds;
use crate::design::{Design, Method, Points};
use crate::dice::Dice;
use crate::models::Family;
use crate::scenario::Scenario;
use crate::scenario::calendar::Calendar;
use crate::scenario::outcomes;
use crate::scenario::problem::Problems;
use crate::sim::Simulation;

/// The name of the effective scenario in a folder of results.
pub const SCENARIO: &str = "scenario.toml";
/// The name of the record of what happened in a folder of results.
pub const RECORD: &str = "record.toml";
/// The name of the table of points that were made elsewhere.
pub const DESIGN: &str = "design.csv";

/// What to run.
#[derive(Clone, Debug)]
pub struct Study {
    /// What tells it from other studies.
    pub identity: Identity,
    /// What is compared. The first is the baseline; a study that compares nothing has no other.
    pub arms: Vec<Arm>,
    /// Where in the space of parameters; one point where nothing is varied.
    pub points: Points,
    /// The dates of the ticks of the baseline.
    pub calendar: Calendar,
    /// The numbers of a run that the scenario of the baseline names.
    pub named: Vec<Named>,
    /// Plausible worlds, of which each replicate runs in the next; `None` where all run in that of the scenario.
    pub worlds: Option<Worlds>,
    /// Further texts that it was given, by the names of their files: a record, a search.
    pub given: Vec<(&'static str, String)>,
    pub(super) outcomes: Outcomes,
    order: Vec<u32>,
}

/// One run of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Job {
    /// The point.
    pub point: u32,
    /// The replicate.
    pub replicate: u32,
    /// Which of the arms.
    pub arm: u32,
}

impl Study {
    /// The study that runs these replicates of a scenario, which has been changed by these overrides before.
    ///
    /// # Errors
    /// The problems of the scenario.
    pub fn new(
        made_by: Command,
        scenario: &Scenario,
        overrides: Vec<String>,
        seed: u64,
        replicates: Range<u32>,
    ) -> Result<Study, Problems> {
        let baseline = Arm::new(BASELINE, scenario, overrides.clone())?;
        let rows = matches!(made_by, Command::Run | Command::Compare { .. });
        Ok(Study {
            calendar: baseline.calendar.clone(),
            arms: vec![baseline],
            points: Points::single(),
            named: scenario.outcomes(),
            worlds: None,
            given: Vec::new(),
            outcomes: Outcomes::default(),
            order: vec![0],
            identity: Identity {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                made_by,
                scenario: scenario.name().to_owned(),
                title: scenario.title().to_owned(),
                seed,
                first_replicate: replicates.start,
                replicates: replicates.end - replicates.start,
                overrides,
                arms: Vec::new(),
                keeps: Keeps {
                    series: rows,
                    events: rows,
                    why: false,
                    places: false,
                },
                outcomes: Vec::new(),
                design: None,
                sources: sources(scenario).collect(),
            },
        })
    }

    /// Compare with one more arm.
    ///
    /// # Errors
    /// If its name is taken or cannot be part of the name of a file, or if its clock is not that of the baseline, so
    /// that there would be no comparing tick with tick.
    pub fn add(&mut self, arm: Arm) -> Result<(), Error> {
        arm.check(&self.arms)?;
        let known = &mut self.identity.sources;
        for source in sources(arm.scenario()) {
            if !known.contains(&source) {
                known.push(source);
            }
        }
        self.identity.arms.push(arm.identity.clone());
        self.arms.push(arm);
        Ok(())
    }

    /// Run every arm at these points.
    pub fn vary(&mut self, design: Design, table: Option<Vec<Vec<String>>>) {
        self.points = design.points(table);
        self.order = match design.method {
            Method::Stages => Vec::new(),
            _ => self.points.order(),
        };
        self.identity.design = Some(design);
    }

    /// Keep these outcomes of every run.
    ///
    /// # Errors
    /// If one cannot be read.
    pub fn keep(&mut self, outcomes: Vec<Outcome>) -> Result<(), Error> {
        self.outcomes = Outcomes::read(&outcomes)?;
        self.identity.outcomes = outcomes;
        Ok(())
    }

    /// How many jobs there are; of stages, with the points until now.
    pub fn jobs(&self) -> u64 {
        u64::from(self.points.len()) * u64::from(self.identity.replicates) * self.arms.len() as u64
    }

    /// The job of this place in the order of running: replicate 0 of all points first, points shuffled, all arms of a
    /// point together, so that whatever is done at any moment is spread evenly over the design.
    pub fn in_order(&self, place: u64) -> Job {
        let (points, arms) = (self.order.len() as u64, self.arms.len() as u64);
        let rest = place % (points * arms);
        Job {
            point: self.order[(rest / arms) as usize],
            replicate: self.identity.first_replicate + (place / (points * arms)) as u32,
            arm: (rest % arms) as u32,
        }
    }

    /// The number of a job, by which rows are sorted: by point, then by replicate, then by arm; `None` of one that is
    /// not of this study.
    pub fn number(&self, job: Job) -> Option<u64> {
        let replicate = job.replicate.checked_sub(self.identity.first_replicate)?;
        let (replicates, arms) = (self.identity.replicates, self.arms.len() as u64);
        let ours = job.point < self.points.len() && replicate < replicates && u64::from(job.arm) < arms;
        let run = u64::from(job.point) * u64::from(replicates) + u64::from(replicate);
        ours.then_some(run * arms + u64::from(job.arm))
    }

    /// The job of a number.
    pub fn job(&self, number: u64) -> Job {
        let (replicates, arms) = (u64::from(self.identity.replicates), self.arms.len() as u64);
        let run = number / arms;
        Job {
            point: (run / replicates) as u32,
            replicate: self.identity.first_replicate + (run % replicates) as u32,
            arm: (number % arms) as u32,
        }
    }

    /// The arm of a job.
    pub fn arm(&self, job: Job) -> &Arm {
        &self.arms[job.arm as usize]
    }

    /// What the engine runs for a job, and the dates of its ticks: what an arm says wins over the world of the replicate,
    /// and the point over both.
    ///
    /// # Errors
    /// Everything that is wrong with the values of the world and the point together.
    pub fn model(&self, job: Job) -> Result<(Box<dyn Simulation>, Calendar), Problems> {
        let arm = self.arm(job);
        let values = self.points.values(job.point);
        let both = self.points.parameters().iter().zip(&values);
        let at = both.flat_map(|(of, value)| of.key.split('+').map(move |key| format!("{}={value}", key.trim())));
        let mut assignments = self.of_world(arm, job.replicate);
        assignments.extend(at);
        arm.with(&assignments)
    }

    /// The dice of a job: those of its replicate, in every arm and at every point, so that a difference is not luck. A match
    /// looks for no differences. It asks what luck does, of which a few dice say little, however many points have them; so
    /// there every point has dice of its own.
    pub fn dice(&self, job: Job) -> Dice {
        let own = matches!(self.identity.made_by, Command::Match { .. });
        let before = if own { job.point * self.identity.replicates } else { 0 };
        Dice::new(self.identity.seed, before + job.replicate)
    }

    /// The family of its models, the same in all arms.
    pub fn family(&self) -> &'static dyn Family {
        self.arms[0].scenario().family()
    }

    /// The totals of its family, and what its scenario names.
    pub fn summed_up(&self) -> Vec<Named> {
        [self.family().named_totals(), self.named.clone()].concat()
    }

    /// Whether its points follow from what earlier ones have given.
    pub fn in_stages(&self) -> bool {
        let design = self.identity.design.as_ref();
        design.is_some_and(|design| design.method == Method::Stages)
    }

    /// Whether a region is divided into places, in any arm.
    pub fn is_divided(&self) -> bool {
        self.arms.iter().any(|arm| !arm.model.places().is_empty())
    }

    /// What outcomes of its runs can name: of the baseline, and the regions, places and subjects of all arms.
    pub fn known(&self) -> Known {
        let mut known = outcomes::known(self.family(), self.arms[0].model.as_ref(), &self.calendar);
        for arm in &self.arms[1..] {
            known.regions.extend(arm.model.regions().into_iter().map(str::to_owned));
            known
                .places
                .extend(arm.model.places().into_iter().map(|(id, _)| id.to_owned()));
            known
                .subjects
                .extend(arm.model.subjects().into_iter().map(str::to_owned));
        }
        known
    }

    /// The texts that it is made of, with the names of their files: the scenario of each arm that has one of its own,
    /// points that were made elsewhere, and what else it was given.
    pub fn texts(&self) -> Vec<(String, String)> {
        let arms = self.arms.iter().enumerate().filter_map(|(index, arm)| {
            let name = match index {
                0 => SCENARIO.to_owned(),
                _ => arm_scenario(&arm.identity.name),
            };
            Some((name, arm.text.clone()?))
        });
        let listed = self.identity.design.as_ref().filter(|of| of.is_listed());
        let design = listed.map(|design| (DESIGN.to_owned(), table_text(design, &self.points)));
        let given = self.given.iter().map(|(name, text)| ((*name).to_owned(), text.clone()));
        arms.chain(design).chain(given).collect()
    }
}

fn sources(scenario: &Scenario) -> impl Iterator<Item = Digested> {
    scenario
        .files()
        .map(|source| Digested::of_text(&source.name, &source.text))
}

fn table_text(design: &Design, points: &Points) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let keys = design.parameters.iter().map(|parameter| parameter.key.as_str());
    let carried = design.carry.iter().map(String::as_str);
    let written = writer.write_record(keys.chain(carried)).and_then(|()| {
        let mut rows = points.table().into_iter().flatten();
        rows.try_for_each(|row| writer.write_record(row))
    });
    written.expect("memory takes what is written to it");
    let bytes = writer.into_inner().expect("memory takes what is written to it");
    String::from_utf8(bytes).expect("what was text is text")
}

/// The name of the effective scenario of an arm other than the baseline.
pub fn arm_scenario(arm: &str) -> String {
    format!("scenario.{arm}.toml")
}
