//! The arms of a study: the policies that are compared, of which all share the dice.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::error::Error;
use crate::scenario::Scenario;
use crate::scenario::calendar::Calendar;
use crate::scenario::problem::Problems;
use crate::sim::Simulation;

/// The arm of a study without a comparison, and the first arm of every other.
pub const BASELINE: &str = "baseline";

/// One of the policies that are compared.
#[derive(Clone, Debug)]
pub struct Arm {
    /// What tells it from the other arms.
    pub identity: ArmIdentity,
    /// The effective scenario, self-contained; `None` if the baseline's and the identity say it all.
    pub text: Option<String>,
    /// What the engine runs where nothing is varied.
    pub model: Arc<dyn Simulation>,
    /// The dates of its ticks.
    pub calendar: Calendar,
    scenario: Arc<Scenario>,
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

impl Arm {
    /// The arm in which a scenario is run, which has been changed by these overrides before.
    ///
    /// # Errors
    /// The problems of the scenario.
    pub fn new(name: &str, scenario: &Scenario, overrides: Vec<String>) -> Result<Arm, Problems> {
        let (model, calendar) = scenario.dated()?;
        Ok(Arm::of(name, scenario, model, calendar, overrides))
    }

    /// The same of a scenario that was compiled before.
    pub fn of(
        name: &str,
        scenario: &Scenario,
        model: Box<dyn Simulation>,
        calendar: Calendar,
        overrides: Vec<String>,
    ) -> Arm {
        Arm {
            model: model.into(),
            calendar,
            text: Some(scenario.to_toml()),
            identity: ArmIdentity {
                name: name.to_owned(),
                scenario: scenario.name().to_owned(),
                overrides,
                without: Vec::new(),
            },
            scenario: Arc::new(scenario.clone()),
        }
    }

    /// The arm in which some actions of the baseline never happen, and so nothing happens that waits for one of them;
    /// the rest is the same.
    ///
    /// # Panics
    /// If the baseline has no such action.
    pub fn without(name: &str, baseline: &Arm, actions: &[&str]) -> Arm {
        let without: Vec<String> = actions.iter().map(|&id| id.to_owned()).collect();
        Arm {
            model: baseline.model.without(actions).into(),
            calendar: baseline.calendar.clone(),
            text: None,
            identity: ArmIdentity {
                name: name.to_owned(),
                scenario: baseline.identity.scenario.clone(),
                overrides: Vec::new(),
                without,
            },
            scenario: Arc::clone(&baseline.scenario),
        }
    }

    /// What the engine runs with these assignments, and the dates of its ticks.
    ///
    /// # Errors
    /// Everything that is wrong with them together.
    pub fn with(&self, assignments: &[String]) -> Result<(Box<dyn Simulation>, Calendar), Problems> {
        let mut scenario = Scenario::clone(&self.scenario);
        scenario.set(assignments)?;
        let (model, calendar) = scenario.dated()?;
        let model = match self.identity.without.is_empty() {
            true => model,
            false => model.without(&self.identity.without.iter().map(String::as_str).collect::<Vec<_>>()),
        };
        Ok((model, calendar))
    }

    /// Its scenario.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// Why it cannot be compared with others of which the first is the baseline, if it cannot.
    pub(super) fn check(&self, others: &[Arm]) -> Result<(), Error> {
        let name = &self.identity.name;
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '+');
        let wrong = |why: String| Err(Error::Arm { arm: name.clone(), why });
        // A spreadsheet reads a cell that begins with `-` or `+` as a formula.
        if name.is_empty() || name.starts_with(['.', '-', '+']) || !name.chars().all(plain) {
            let why = "a name has letters, digits, `-`, `_`, `+` and `.`, and begins with a letter, a digit or `_`";
            return wrong(why.to_owned());
        }
        if others.iter().any(|other| other.identity.name == *name) {
            return wrong("there is another arm of this name; give each its own".to_owned());
        }
        let (here, there) = (
            self.scenario.family().name(),
            others.first().map(|base| base.scenario.family().name()),
        );
        if let Some(there) = there.filter(|there| *there != here) {
            return wrong(format!(
                "it is of the model `{here}`, and the baseline of `{there}`; compare models of one kind"
            ));
        }
        let clock = |arm: &Arm| {
            let (ticks, minutes) = (arm.model.ticks(), arm.model.size().tick_minutes);
            let (start, zone) = (arm.calendar.start, &arm.calendar.zone);
            format!("{ticks} ticks of {minutes} minutes from {start} in {zone}")
        };
        match others.first().map(clock) {
            Some(base) if base != clock(self) => wrong(format!(
                "its clock is {}, and that of the baseline {base}; arms are compared tick by tick, so give them one clock",
                clock(self)
            )),
            _ => Ok(()),
        }
    }
}

impl ArmIdentity {
    pub(super) fn in_words(&self) -> String {
        let changes = self.overrides.iter().map(|set| format!(" --set {set}"));
        let without = self.without.iter().map(|id| format!(" without {id}"));
        let all: String = changes.chain(without).collect();
        format!("{} of {}{all}", self.name, self.scenario)
    }
}
