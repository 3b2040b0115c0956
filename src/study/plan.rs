//! What to run: the arms of a comparison, a seed, and which of its replicates.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::error::Error;
use crate::analysis::named::Named;
use crate::analysis::outcome::Known;
use crate::dice::Dice;
use crate::models::Family;
use crate::scenario::Scenario;
use crate::scenario::calendar::Calendar;
use crate::scenario::outcomes;
use crate::scenario::problem::Problems;
use crate::sim::Simulation;

/// The arm of a plan without a comparison, and the first arm of every other.
pub const BASELINE: &str = "baseline";

/// What to run. A job is one replicate of one arm; all arms share the dice of a replicate.
#[derive(Debug)]
pub struct Plan {
    /// What tells it from other plans.
    pub identity: Identity,
    /// The family of its models, the same in all arms.
    pub family: &'static dyn Family,
    /// The dates of its ticks, the same in all arms.
    pub calendar: Calendar,
    /// What is compared. The first is the baseline; a plan that compares nothing has no other.
    pub arms: Vec<Arm>,
    /// The numbers of a run that the scenario of the baseline names.
    pub named: Vec<Named>,
}

/// One of the policies that are compared.
#[derive(Debug)]
pub struct Arm {
    /// What tells it from the other arms.
    pub identity: ArmIdentity,
    /// The effective scenario, self-contained; `None` if the baseline's and the identity say it all.
    pub scenario: Option<String>,
    /// What the engine runs.
    pub model: Box<dyn Simulation>,
    family: &'static dyn Family,
    calendar: Calendar,
}

/// One run of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// Which of the plan's arms.
    pub arm: usize,
    /// The number of the replicate.
    pub replicate: u32,
}

/// What tells a plan from another, beside the texts of its scenarios. Part of `manifest.json`.
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
    /// The arms of a comparison other than the baseline.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arms: Vec<ArmIdentity>,
    /// What is kept of each job.
    #[serde(default)]
    pub keeps: Keeps,
    /// The numbers that are worked out of each job, as written; none of them in a plan that keeps rows alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outcomes: Vec<String>,
}

/// What tells an arm from another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArmIdentity {
    /// Its name in the column `arm`.
    pub name: String,
    /// Name of its scenario.
    pub scenario: String,
    /// What was changed in it, as written.
    pub overrides: Vec<String>,
    /// Actions of the baseline that never happen in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
}

/// What is kept of each job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keeps {
    /// Its series and events, and its outcomes if the plan names any.
    #[default]
    Rows,
    /// Its outcomes alone.
    Outcomes,
}

impl Arm {
    /// The arm in which a scenario is run, which has been changed by these overrides before.
    ///
    /// # Errors
    /// The problems of the scenario.
    pub fn new(name: &str, scenario: &Scenario, overrides: Vec<String>) -> Result<Arm, Problems> {
        Ok(Arm {
            model: scenario.simulation()?,
            family: scenario.family(),
            calendar: scenario.calendar(),
            scenario: Some(scenario.to_toml()),
            identity: ArmIdentity {
                name: name.to_owned(),
                scenario: scenario.name().to_owned(),
                overrides,
                without: Vec::new(),
            },
        })
    }

    /// The arm of a plan in which some actions of its baseline never happen, and so nothing happens that waits for
    /// one of them; the rest is the same.
    ///
    /// # Panics
    /// If the baseline has no such action.
    pub fn without(name: &str, baseline: &Arm, actions: &[&str]) -> Arm {
        Arm {
            model: baseline.model.without(actions),
            family: baseline.family,
            calendar: baseline.calendar.clone(),
            scenario: None,
            identity: ArmIdentity {
                name: name.to_owned(),
                scenario: baseline.identity.scenario.clone(),
                overrides: Vec::new(),
                without: actions.iter().map(|&id| id.to_owned()).collect(),
            },
        }
    }
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
        let baseline = Arm::new(BASELINE, scenario, overrides.clone())?;
        Ok(Plan {
            family: baseline.family,
            calendar: baseline.calendar.clone(),
            arms: vec![baseline],
            named: scenario.outcomes(),
            identity: Identity {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                scenario: scenario.name().to_owned(),
                title: scenario.title().to_owned(),
                seed,
                first_replicate: replicates.start,
                replicates: replicates.end - replicates.start,
                overrides,
                arms: Vec::new(),
                keeps: Keeps::Rows,
                outcomes: Vec::new(),
            },
        })
    }

    /// Compare with one more arm.
    ///
    /// # Errors
    /// If its name is taken or cannot be part of the name of a file, or if its clock is not that of the baseline, so
    /// that there would be no comparing tick with tick.
    pub fn add(&mut self, arm: Arm) -> Result<(), Error> {
        let name = &arm.identity.name;
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '+');
        let wrong = |why: String| Error::Arm { arm: name.clone(), why };
        if name.is_empty() || name.starts_with('.') || !name.chars().all(plain) {
            return Err(wrong(
                "a name has letters, digits, `-`, `_`, `+` and `.`, and does not begin with `.`".to_owned(),
            ));
        }
        if self.arms.iter().any(|other| other.identity.name == *name) {
            return Err(wrong("there is another arm of this name; give each its own".to_owned()));
        }
        let base = &self.arms[0];
        if base.family.name() != arm.family.name() {
            return Err(wrong(format!(
                "it is of the model `{}`, and the baseline of `{}`; compare models of one kind",
                arm.family.name(),
                base.family.name()
            )));
        }
        let clock = |arm: &Arm| {
            let (ticks, minutes) = (arm.model.ticks(), arm.model.size().tick_minutes);
            let (start, zone) = (arm.calendar.start, &arm.calendar.zone);
            format!("{ticks} ticks of {minutes} minutes from {start} in {zone}")
        };
        if clock(base) != clock(&arm) {
            return Err(wrong(format!(
                "its clock is {}, and that of the baseline {}; arms are compared tick by tick, so give them one clock",
                clock(&arm),
                clock(base)
            )));
        }
        self.identity.arms.push(arm.identity.clone());
        self.arms.push(arm);
        Ok(())
    }

    /// The numbers of its replicates.
    pub fn replicates(&self) -> Range<u32> {
        let first = self.identity.first_replicate;
        first..first + self.identity.replicates
    }

    /// Its jobs, in the order of the rows: all arms of a replicate, then the next replicate.
    pub fn jobs(&self) -> impl Iterator<Item = Job> + use<> {
        let arms = self.arms.len();
        self.replicates()
            .flat_map(move |replicate| (0..arms).map(move |arm| Job { arm, replicate }))
    }

    /// The dice of one replicate, in every arm.
    pub fn dice(&self, replicate: u32) -> Dice {
        Dice::new(self.identity.seed, replicate)
    }

    /// What outcomes of its runs can name, by its baseline.
    pub fn known(&self) -> Known {
        outcomes::known(self.family, self.arms[0].model.as_ref(), &self.calendar)
    }

    /// The arm of a job.
    pub fn arm(&self, job: Job) -> &Arm {
        &self.arms[job.arm]
    }
}

impl Identity {
    /// The first thing in which this plan differs from another, as a clause; `None` if in nothing.
    pub fn difference(&self, other: &Identity) -> Option<String> {
        let list = |overrides: &[String]| match overrides {
            [] => "without --set".to_owned(),
            some => format!("with --set {}", some.join(" --set ")),
        };
        let arms = |identity: &Identity| match &identity.arms[..] {
            [] => "only the baseline".to_owned(),
            some => some.iter().map(ArmIdentity::told).collect::<Vec<_>>().join("; "),
        };
        let outcomes = |identity: &Identity| match &identity.outcomes[..] {
            [] => "none".to_owned(),
            some => some.join(", "),
        };
        let keeps = |identity: &Identity| match identity.keeps {
            Keeps::Rows => "rows".to_owned(),
            Keeps::Outcomes => "outcomes".to_owned(),
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
            ("arms:", arms(self), arms(other)),
            ("kept:", keeps(self), keeps(other)),
            ("outcomes:", outcomes(self), outcomes(other)),
        ]
        .into_iter()
        .find(|(_, a, b)| a != b)
        .map(|(what, a, b)| format!("{what} {a} there, {b} here"))
    }
}

impl ArmIdentity {
    fn told(&self) -> String {
        let changes = self.overrides.iter().map(|set| format!(" --set {set}"));
        let without = self.without.iter().map(|id| format!(" without {id}"));
        format!(
            "{} of {}{}",
            self.name,
            self.scenario,
            changes.chain(without).collect::<String>()
        )
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
