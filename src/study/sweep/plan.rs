//! What a sweep runs: every point of a design, each with so many replicates. A job is one replicate of one point.

use serde::{Deserialize, Serialize};

use crate::dice::Dice;
use crate::scenario::Scenario;
use crate::scenario::calendar::Calendar;
use crate::scenario::problem::Problems;
use crate::sim::Simulation;
use crate::study::design::{Design, Points, Span};
use crate::table::Kind;

/// A sweep.
#[derive(Debug)]
pub struct Sweep {
    /// What tells it from other sweeps.
    pub identity: Identity,
    /// The effective scenario that every point changes, self-contained.
    pub text: String,
    /// Its points.
    pub points: Points,
    /// The points as they are written in `design.csv`, if they were made elsewhere.
    pub table: Option<Vec<Vec<String>>>,
    scenario: Scenario,
    order: Vec<u32>,
}

/// What tells a sweep from another, beside the text of its scenario. Part of `manifest.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// Version of qantar that runs it.
    pub version: String,
    /// Name of the scenario.
    pub scenario: String,
    /// Its title.
    pub title: String,
    /// Seed of the dice, at most 2^63 - 1.
    pub seed: u64,
    /// Runs of every point. Replicate `r` has the same dice at every point, so that points differ by their
    /// parameters and not by their luck.
    pub replicates: u32,
    /// What `--set` changed in the scenario of all points, as written.
    pub overrides: Vec<String>,
    /// Whether the series of every run are kept.
    pub series: bool,
    /// What is kept of every run.
    pub outcomes: Vec<Outcome>,
    /// What is varied.
    pub design: Design,
}

/// A number that is kept of every run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The name of its column.
    pub name: String,
    /// What it is, as written.
    pub text: String,
}

/// One replicate of one point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// The point.
    pub point: u32,
    /// The replicate.
    pub replicate: u32,
}

/// The part of the jobs that one process runs: every `of`-th, beginning with number `number` from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Its number, from 1.
    pub number: u32,
    /// How many there are.
    pub of: u32,
}

impl Shard {
    /// All jobs.
    pub const WHOLE: Shard = Shard { number: 1, of: 1 };

    /// Whether the job of this place in the order is one of it.
    pub fn has(self, place: u64) -> bool {
        place % u64::from(self.of) == u64::from(self.number) - 1
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl std::str::FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Shard, String> {
        let parse = || {
            let (number, of) = text.split_once('/')?;
            let shard = Shard {
                number: number.parse().ok()?,
                of: of.parse().ok()?,
            };
            (1..=shard.of).contains(&shard.number).then_some(shard)
        };
        parse().ok_or_else(|| "must be i/n with i from 1 to n, such as 2/7".to_owned())
    }
}

impl Sweep {
    /// A sweep over the points of a design, in a scenario that is self-contained.
    ///
    /// # Errors
    /// If the text is no scenario.
    pub fn new(identity: Identity, text: String, table: Option<Vec<Vec<String>>>) -> Result<Sweep, Problems> {
        let points = identity.design.points(table.clone());
        Ok(Sweep {
            scenario: Scenario::from_text(&identity.scenario, &text)?,
            order: points.order(),
            points,
            table,
            text,
            identity,
        })
    }

    /// How many jobs there are.
    pub fn jobs(&self) -> u64 {
        self.order.len() as u64 * u64::from(self.identity.replicates)
    }

    /// The job of this place in the order of running: all points of replicate 0 first, and points shuffled, so that
    /// whatever is done at any moment is spread evenly over the design.
    pub fn in_order(&self, place: u64) -> Job {
        let points = self.order.len() as u64;
        Job {
            point: self.order[(place % points) as usize],
            replicate: (place / points) as u32,
        }
    }

    /// The number of a job, by which rows are sorted: by point, then by replicate.
    pub fn number(&self, job: Job) -> u64 {
        u64::from(job.point) * u64::from(self.identity.replicates) + u64::from(job.replicate)
    }

    /// The job of a number.
    pub fn job(&self, number: u64) -> Job {
        let replicates = u64::from(self.identity.replicates);
        Job {
            point: (number / replicates) as u32,
            replicate: (number % replicates) as u32,
        }
    }

    /// The scenario of a point.
    ///
    /// # Errors
    /// Mistakes of syntax in its values.
    pub fn scenario(&self, point: u32) -> Result<Scenario, Problems> {
        let parameters = &self.identity.design.parameters;
        let values = self.points.values(point);
        let assignments: Vec<String> = parameters
            .iter()
            .zip(values)
            .map(|(parameter, value)| format!("{}={value}", parameter.key))
            .collect();
        let mut scenario = self.scenario.clone();
        scenario.set(&assignments)?;
        Ok(scenario)
    }

    /// What the engine runs at a point, and the dates of its ticks.
    ///
    /// # Errors
    /// Everything that is wrong with the values of the point together.
    pub fn model(&self, point: u32) -> Result<(Box<dyn Simulation>, Calendar), Problems> {
        let scenario = self.scenario(point)?;
        Ok((scenario.simulation()?, scenario.calendar()))
    }

    /// What the engine runs where nothing is varied.
    ///
    /// # Errors
    /// Everything that is wrong with the scenario.
    pub fn base(&self) -> Result<Box<dyn Simulation>, Problems> {
        self.scenario.simulation()
    }

    /// The dice of a replicate, the same at every point.
    pub fn dice(&self, replicate: u32) -> Dice {
        Dice::new(self.identity.seed, replicate)
    }

    /// The columns of `runs.csv`: one row for each job. A parameter is whole numbers, numbers or text, as all of its
    /// values are; an outcome of a failed run is NaN.
    pub fn schema(&self) -> Vec<(&str, Kind)> {
        let keys = [
            ("point", Kind::Int),
            ("replicate", Kind::Int),
            ("seed", Kind::Int),
            ("status", Kind::Text),
        ];
        let parameters = self.identity.design.parameters.iter().enumerate();
        let parameters =
            parameters.map(|(column, parameter)| (parameter.key.as_str(), self.kind(column, &parameter.span)));
        let outcomes = self.identity.outcomes.iter();
        let outcomes = outcomes.map(|outcome| (outcome.name.as_str(), Kind::Float));
        let reason = [("reason", Kind::Text)];
        keys.into_iter()
            .chain(parameters)
            .chain(outcomes)
            .chain(reason)
            .collect()
    }

    fn kind(&self, column: usize, span: &Span) -> Kind {
        match span {
            Span::Range { whole: true, .. } => Kind::Int,
            Span::Range { .. } => Kind::Float,
            Span::Levels { values } => kind(values.iter().map(String::as_str)),
            Span::Listed {} => {
                let rows = self.table.iter().flatten();
                kind(rows.map(|row| row[column].as_str()))
            }
        }
    }
}

/// What all of these values are.
fn kind<'t>(values: impl Iterator<Item = &'t str>) -> Kind {
    values.fold(Kind::Int, |kind, value| match kind {
        Kind::Int if value.parse::<i64>().is_ok() => Kind::Int,
        Kind::Int | Kind::Float if value.parse::<f64>().is_ok_and(f64::is_finite) => Kind::Float,
        _ => Kind::Text,
    })
}

impl Identity {
    /// The first thing in which this sweep differs from another, as a clause; `None` if in nothing.
    pub fn difference(&self, other: &Identity) -> Option<String> {
        let list = |overrides: &[String]| match overrides {
            [] => "without --set".to_owned(),
            some => format!("with --set {}", some.join(" --set ")),
        };
        let outcomes = |identity: &Identity| {
            let texts: Vec<String> = identity
                .outcomes
                .iter()
                .map(|o| format!("{} = {}", o.name, o.text))
                .collect();
            texts.join(", ")
        };
        let sides = |identity: &Identity| {
            let design = &identity.design;
            [
                ("qantar", identity.version.clone()),
                ("scenario", identity.scenario.clone()),
                ("seed", identity.seed.to_string()),
                ("replicates", identity.replicates.to_string()),
                ("scenario", list(&identity.overrides)),
                ("design", design.method.name().to_owned()),
                ("size of the design", design.n.to_string()),
                ("seed of the design", format!("{:?}", design.seed)),
                (
                    "keys",
                    design
                        .parameters
                        .iter()
                        .map(|p| p.key.as_str())
                        .collect::<Vec<_>>()
                        .join(", "),
                ),
                ("series", identity.series.to_string()),
                ("outcomes", outcomes(identity)),
            ]
        };
        let first = sides(self).into_iter().zip(sides(other)).find(|(a, b)| a != b);
        let parameter = || {
            let both = self.design.parameters.iter().zip(&other.design.parameters);
            let (a, b) = both.into_iter().find(|(a, b)| a != b)?;
            Some(format!("`{}` is {} there, {} here", a.key, a.span, b.span))
        };
        first
            .map(|((what, a), (_, b))| format!("{what} {a} there, {b} here"))
            .or_else(parameter)
            .or_else(|| (self != other).then(|| "their descriptions differ".to_owned()))
    }
}

impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Span::Range { low, high, .. } => write!(f, "{low} to {high}"),
            Span::Levels { values } => f.write_str(&values.join(", ")),
            Span::Listed {} => f.write_str("as in the table"),
        }
    }
}
