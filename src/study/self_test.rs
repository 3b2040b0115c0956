//! Whether a match keeps what it promises where the truth is known: points of the ranges are truths, one run of each is the
//! record, and each record is matched. Is the truth left? Do the worlds predict what was not matched?
//!
//! What was observed of a truth is what its run gave, moved by an error that is as large as the record states for observation
//! and model together. So all that a match allows for is there to be found.

use super::assemble::Named;
use super::error::Error;
use super::identity::Command;
use super::matching::{Match, Observed, Waves};
use super::plan::Study;
use super::stages::{Known, Round, Stages};
use crate::analysis::spread::quantile;
use crate::fit::chance::Chance;
use crate::fit::matching::{Aim, CUT, Matching};
use crate::table::{Column, Table, csv};

/// A match that is tested by truths of its own.
#[derive(Debug)]
pub struct SelfTest {
    of: Match,
    /// What is predicted and not matched.
    predicted: Vec<Observed>,
    truths: u32,
}

/// What became of a truth.
#[derive(Clone, Debug, PartialEq)]
pub struct Tested {
    /// Its values, in the order of the parameters.
    pub truth: Vec<f64>,
    /// Whether it is left after the last wave.
    pub left: bool,
    /// The share of the space that is left.
    pub share: f64,
    /// How many worlds were found.
    pub worlds: usize,
    /// The observations of which a wave's emulator alone holds the truth to be implausible, by their places.
    pub ruled_out_by: Vec<usize>,
    /// Whether 5 to 95 % of the runs of the worlds hold what the run of the truth gave, for each outcome that was not matched; `None`
    /// where there is no world, or where it did not happen in that run or in most of theirs.
    pub held: Vec<Option<bool>>,
}

impl SelfTest {
    /// Test a match by so many truths. `predicted` is what the record has and does not match.
    pub fn new(of: Match, predicted: Vec<Observed>, truths: u32) -> SelfTest {
        SelfTest { of, predicted, truths }
    }

    /// The match.
    pub fn of(&self) -> &Match {
        &self.of
    }

    /// What is predicted and not matched.
    pub fn predicted(&self) -> &[Observed] {
        &self.predicted
    }

    /// It as a study.
    ///
    /// # Errors
    /// The problems of the scenario.
    pub fn study(&self) -> Result<Study, Error> {
        let points = self.truths as usize * (1 + self.of.method().most());
        let outcomes = self.of.observations().iter().chain(&self.predicted);
        let outcomes = outcomes.map(|of| (of.id.as_str(), &of.outcome));
        let command = Command::Match {
            self_test: Some(self.truths),
        };
        self.of.fitting().study(command, self.replicate() + 1, points, outcomes)
    }

    /// The replicate whose dice only the truths have.
    fn replicate(&self) -> u32 {
        let search = self.of.search();
        search.replicates.max(search.world_replicates)
    }

    fn truth(&self, number: u32) -> Vec<f64> {
        let mut chance = Chance::of(self.of.search().seed, u32::MAX - 1, number);
        self.of.search().parameters.iter().map(|_| chance.share()).collect()
    }

    /// What was observed of a truth; `None` if its run lacks something.
    fn record(&self, number: u32, known: &Known) -> Option<Vec<Aim>> {
        let run = known.of(number, self.replicate())?;
        let mut chance = Chance::of(self.of.search().seed, u32::MAX - 2, number);
        let errors = chance.normals(self.of.observations().len());
        let values = self.of.scaled(&run[..self.of.observations().len()]);
        let aim = |((value, of), error): ((f64, &Observed), f64)| {
            let spread = of.target.known();
            let at = value + spread.sqrt() * error;
            at.is_finite().then_some(Aim {
                low: at,
                high: at,
                known: spread,
            })
        };
        values
            .into_iter()
            .zip(self.of.observations())
            .zip(errors)
            .map(aim)
            .collect()
    }

    /// What became of each truth, once all that was asked for is known.
    pub fn tested(&self, known: &Known) -> Vec<Tested> {
        let mut trials = Trials::new(self);
        while trials.next(known).is_some() {}
        trials.tested
    }

    /// The file of what became of them.
    pub fn files(&self, tested: &[Tested]) -> Vec<Named> {
        vec![("self-test.csv".to_owned(), csv::text(&self.table(tested)))]
    }

    fn table(&self, tested: &[Tested]) -> Table {
        let whole = |get: &dyn Fn(&Tested) -> i64| Column::Int(tested.iter().map(get).collect());
        let number = |get: &dyn Fn(&Tested) -> f64| Column::Float(tested.iter().map(get).collect());
        let mut columns = vec![
            ("left".to_owned(), whole(&|of| i64::from(of.left))),
            ("share".to_owned(), number(&|of| of.share)),
            ("worlds".to_owned(), whole(&|of| of.worlds as i64)),
        ];
        for (place, of) in self.predicted.iter().enumerate() {
            let held = |of: &Tested| of.held[place].map_or(f64::NAN, |held| f64::from(u8::from(held)));
            columns.push((format!("held.{}", of.id), number(&held)));
        }
        for (place, of) in self.of.search().parameters.iter().enumerate() {
            columns.push((of.key.clone(), number(&|of| of.truth[place])));
        }
        Table::new(columns)
    }
}

/// The matchings of all truths, one after another.
pub struct Trials<'s> {
    of: &'s SelfTest,
    waves: Option<Waves<'s>>,
    begun: bool,
    next_point: u32,
    tested: Vec<Tested>,
    /// Points of the matching that is on its way, from the first on.
    points: Vec<Vec<String>>,
}

impl<'s> Trials<'s> {
    /// None of them yet.
    pub fn new(of: &'s SelfTest) -> Trials<'s> {
        Trials {
            of,
            waves: None,
            begun: false,
            next_point: of.truths,
            tested: Vec::new(),
            points: Vec::new(),
        }
    }

    fn end(&mut self, matching: Option<Matching>, known: &Known) {
        let of = self.of;
        let number = self.tested.len() as u32;
        let truth = of.truth(number);
        let worlds: &[Vec<f64>] = matching.as_ref().map_or(&[], Matching::worlds);
        let first = self.next_point - self.points.len() as u32;
        let runs: Vec<&[f64]> = worlds
            .iter()
            .filter_map(|world| {
                let written = of.of.written(world);
                self.points.iter().rposition(|point| *point == written)
            })
            .flat_map(|place| {
                (0..of.of.search().world_replicates)
                    .filter_map(move |replicate| known.of(first + place as u32, replicate))
            })
            .collect();
        let record = known.of(number, of.replicate());
        let held = |place: usize| {
            let place = of.of.observations().len() + place;
            let value = record.map(|run| run[place]).filter(|value| value.is_finite())?;
            let mut values: Vec<f64> = runs.iter().map(|run| run[place]).filter(|v| v.is_finite()).collect();
            values.sort_by(f64::total_cmp);
            let enough = !values.is_empty() && 2 * values.len() >= runs.len();
            enough.then(|| (quantile(&values, 0.05)..=quantile(&values, 0.95)).contains(&value))
        };
        let offs = matching
            .as_ref()
            .map_or_else(Vec::new, |matching| matching.offs(&truth));
        let beyond = |place: &usize| offs.iter().any(|wave| wave[*place].is_some_and(|off| off > CUT));
        self.tested.push(Tested {
            left: matching.as_ref().is_some_and(|matching| matching.has(&truth)),
            share: matching
                .as_ref()
                .and_then(|matching| matching.waves().last())
                .map_or(f64::NAN, |wave| wave.left),
            worlds: worlds.len(),
            ruled_out_by: (0..of.of.observations().len()).filter(beyond).collect(),
            held: (0..of.predicted.len()).map(held).collect(),
            truth: of.of.values(&truth),
        });
        self.points.clear();
    }
}

impl Stages for Trials<'_> {
    fn next(&mut self, known: &Known) -> Option<Round> {
        let of = self.of;
        if !self.begun {
            self.begun = true;
            let replicate = of.replicate();
            return Some(Round {
                points: (0..of.truths).map(|number| of.of.written(&of.truth(number))).collect(),
                jobs: (0..of.truths)
                    .map(|number| (number, replicate..replicate + 1))
                    .collect(),
            });
        }
        while (self.tested.len() as u32) < of.truths {
            let number = self.tested.len() as u32;
            let begun = self.waves.take();
            let record = || {
                of.record(number, known)
                    .map(|aims| Waves::at(&of.of, aims, self.next_point))
            };
            let Some(mut waves) = begun.or_else(record) else {
                self.end(None, known);
                continue;
            };
            if let Some(round) = waves.next(known) {
                self.points.extend(round.points.iter().cloned());
                self.waves = Some(waves);
                return Some(round);
            }
            let (next, matching) = waves.found();
            self.next_point = next;
            self.end(Some(matching), known);
        }
        None
    }

    fn note(&self) -> String {
        format!("{} of {} truths", self.tested.len(), self.of.truths)
    }
}
