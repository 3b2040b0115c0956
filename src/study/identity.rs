//! What tells a study from another: part of `manifest.json`, and what decides whether a folder is taken up again.

use serde::{Deserialize, Serialize};

use super::arm::ArmIdentity;
use super::digest::Digested;
use crate::design::{Design, Method};

/// What tells a study from another, beside the texts that it was given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// Version of qantar that runs it.
    pub version: String,
    /// What asked for it, and how it is finished.
    pub made_by: Command,
    /// Name of the scenario.
    pub scenario: String,
    /// Its title.
    pub title: String,
    /// Seed of the dice, at most 2^63 - 1.
    pub seed: u64,
    /// Number of the first replicate.
    pub first_replicate: u32,
    /// Runs of every arm at every point. Replicate `r` has the same dice in all of them, so that they differ by what
    /// was changed and not by their luck.
    pub replicates: u32,
    /// What `--set` changed in the scenario of the baseline, as written.
    pub overrides: Vec<String>,
    /// The arms of a comparison other than the baseline.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arms: Vec<ArmIdentity>,
    /// Whether the series and the events of every run are kept, and what decided in it.
    pub keeps: Keeps,
    /// The numbers that are worked out of every run.
    pub outcomes: Vec<Outcome>,
    /// What is varied; `None` where nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub design: Option<Design>,
    /// The files from which the scenarios of all arms were read, with what they extend. Where they lie tells no study
    /// from another: what they say is in the scenario of each arm.
    #[serde(default)]
    pub sources: Vec<Digested>,
}

/// What is kept of every run beside its outcomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keeps {
    /// One row per tick and region.
    pub series: bool,
    /// One row per event.
    pub events: bool,
    /// What decided, one row per tick and region.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub why: bool,
    /// One row per tick and place.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub places: bool,
}

/// A number that is kept of every run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The name of its column.
    pub name: String,
    /// What it is, as written.
    pub text: String,
}

/// The command that asked for a study, with what its finish needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Runs of one scenario.
    Run,
    /// Arms against a baseline.
    Compare {
        /// The metric that is plotted over time.
        plot: String,
    },
    /// Actions taken away.
    Ablate {
        /// What is taken away together: its name, and the ids of the actions.
        groups: Vec<(String, Vec<String>)>,
        /// How many random orders of removal there are.
        orders: Option<u32>,
    },
    /// A scenario at every point of a design.
    Sweep,
    /// A scenario held against a record.
    Score,
    /// Parameters fitted to a record.
    Calibrate {
        /// The path of the scenario as seen from the folder of results.
        base: String,
    },
    /// What a record does not rule out.
    Match {
        /// Matched to so many records that were made up of runs of the model itself, in place of what was observed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        self_test: Option<u32>,
    },
}

impl Command {
    /// Its name, as it is typed.
    pub fn name(&self) -> &'static str {
        match self {
            Command::Run => "run",
            Command::Compare { .. } => "compare",
            Command::Ablate { .. } => "ablate",
            Command::Sweep => "sweep",
            Command::Score => "score",
            Command::Calibrate { .. } => "calibrate",
            Command::Match { .. } => "match",
        }
    }
}

impl Identity {
    /// The first thing in which this study differs from another, as a clause; `None` if in nothing.
    pub fn difference(&self, other: &Identity) -> Option<String> {
        let both = self.sides().into_iter().zip(other.sides());
        let sides = both.into_iter().find(|(a, b)| a != b);
        let designs = || self.design.as_ref().zip(other.design.as_ref());
        let values = || {
            let (here, there) = designs()?;
            let both = here.parameters.iter().zip(&there.parameters);
            let (a, b) = both.into_iter().find(|(a, b)| a != b)?;
            Some(format!("`{}` is {} there, {} here", a.key, a.span, b.span))
        };
        sides
            .map(|((what, a), (_, b))| format!("{what} {a} there, {b} here"))
            .or_else(values)
            .or_else(|| {
                let sources = self.sources.clone();
                let other = Identity {
                    sources,
                    ..other.clone()
                };
                (*self != other).then(|| "their descriptions differ".to_owned())
            })
    }

    /// The same in what does not matter when a study is taken up with more replicates, arms or points.
    pub(super) fn but_for_size(&self) -> Identity {
        let mut same = self.clone();
        (same.replicates, same.arms, same.sources) = (0, Vec::new(), Vec::new());
        if let Command::Compare { plot } = &mut same.made_by {
            plot.clear();
        }
        if let Command::Ablate { groups, orders } = &mut same.made_by {
            (*groups, *orders) = (Vec::new(), None);
        }
        if let Some(design) = &mut same.design {
            design.n = 0;
            // The values of a grid are compared point by point.
            if design.method == Method::Grid {
                for parameter in &mut design.parameters {
                    parameter.span = crate::design::Span::Listed {};
                }
            }
        }
        same
    }

    fn sides(&self) -> Vec<(&'static str, String)> {
        let list = |empty: &str, lead: &str, parts: Vec<String>, sign: &str| match parts.is_empty() {
            true => empty.to_owned(),
            false => format!("{lead}{}", parts.join(sign)),
        };
        let outcomes = self.outcomes.iter().map(|outcome| match outcome.name == outcome.text {
            true => outcome.name.clone(),
            false => format!("{} = {}", outcome.name, outcome.text),
        });
        let arms = self.arms.iter().map(ArmIdentity::in_words);
        let mut sides = vec![
            ("qantar", self.version.clone()),
            ("command", self.made_by.name().to_owned()),
            ("scenario", self.scenario.clone()),
            ("seed", self.seed.to_string()),
            ("first replicate", self.first_replicate.to_string()),
            (
                "scenario",
                list("without --set", "with --set ", self.overrides.clone(), " --set "),
            ),
            ("series kept:", self.keeps.series.to_string()),
            ("what decided is kept:", self.keeps.why.to_string()),
            ("series of places kept:", self.keeps.places.to_string()),
            ("outcomes:", list("none", "", outcomes.collect(), ", ")),
        ];
        // Last what may grow: any other difference says more.
        let growing = [
            ("arms:", list("only the baseline", "", arms.collect(), "; ")),
            ("replicates", self.replicates.to_string()),
        ];
        let Some(design) = &self.design else {
            sides.push(("design", "none".to_owned()));
            sides.extend(growing);
            return sides;
        };
        let keys: Vec<&str> = design.parameters.iter().map(|p| p.key.as_str()).collect();
        sides.extend([
            ("design", design.method.name().to_owned()),
            ("keys", keys.join(", ")),
            ("size of the design", design.n.to_string()),
            ("seed of the design", format!("{:?}", design.seed)),
        ]);
        sides.extend(growing);
        sides
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
    use crate::study::tests::study;

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
    fn a_study_differs_in_what_the_user_changed() {
        let identity = |overrides: &[&str], seed, replicates| {
            let mut identity = study(seed, replicates).identity;
            identity.overrides = overrides.iter().map(|text| (*text).to_owned()).collect();
            identity
        };
        let base = identity(&[], 1, 0..2);
        let differs = |other: &Identity| base.difference(other).unwrap();
        assert_eq!(base.difference(&base), None);
        assert_eq!(differs(&identity(&[], 2, 0..2)), "seed 1 there, 2 here");
        assert_eq!(differs(&identity(&[], 1, 1..3)), "first replicate 0 there, 1 here");
        assert_eq!(differs(&identity(&[], 1, 0..3)), "replicates 2 there, 3 here");
        assert_eq!(
            differs(&identity(&["a = 1", "b = 2"], 1, 0..2)),
            "scenario without --set there, with --set a = 1 --set b = 2 here"
        );
    }
}
