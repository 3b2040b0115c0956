//! An ensemble held against a record of what happened: which observations it agrees with, which patterns it shows, and
//! which observations tell two ensembles apart.

use strum::{EnumString, IntoStaticStr, VariantArray};

use super::implausible::{CUT, Standing, Target, own};
use super::outcome::Outcome;
use super::spread::Spread;

/// Dated, sourced observations of what happened.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// What it is called.
    pub title: String,
    /// Where the observations are known from.
    pub sources: Vec<Source>,
    /// Changes of the scenario that some observations are about.
    pub variants: Vec<Variant>,
    /// What a scenario has to show.
    pub patterns: Vec<Pattern>,
    /// What was observed.
    pub observations: Vec<Observation>,
}

/// Where something is known from.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Its key.
    pub id: String,
    /// Who, where and when.
    pub citation: String,
    /// Where it can be read; may be empty.
    pub url: String,
    /// Whether it is the state that says so.
    pub official: bool,
}

/// A change of the scenario that some observations are about.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// Its id.
    pub id: String,
    /// What is changed.
    pub title: String,
    /// Assignments as for `--set`.
    pub set: Vec<String>,
}

/// Observations that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// Its id.
    pub id: String,
    /// What it is.
    pub title: String,
}

/// Something that is known of what happened, and the outcome of a run that should agree with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// Its id.
    pub id: String,
    /// The pattern that it is part of; `None` if it is told but need not agree.
    pub pattern: Option<usize>,
    /// What was observed, in a few words.
    pub what: String,
    /// What was observed, as a number.
    pub value: Option<f64>,
    /// Unit of the value, the range and the outcome.
    pub unit: String,
    /// Local date that it is about, ISO 8601; may be empty.
    pub date: String,
    /// The number of a run that should agree.
    pub outcome: Outcome,
    /// The lowest and the highest number that agree.
    pub accept: (f64, f64),
    /// What is known of it and how well, for the implausibility of a run.
    pub target: Target,
    /// Why a model of this kind may be off by the discrepancy; may be empty.
    pub reason: String,
    /// Share of the replicates that have to agree.
    pub seeds: f64,
    /// How sure it is that it was so.
    pub confidence: Confidence,
    /// Whether it is an official figure.
    pub official: bool,
    /// Where it is known from.
    pub sources: Vec<usize>,
    /// What it is used for.
    pub purpose: Use,
    /// The variant that it is about; `None` for the scenario as it is.
    pub variant: Option<usize>,
    /// How what was observed and what a run has are not quite the same; may be empty.
    pub note: String,
}

/// How sure it is that something was so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Confidence {
    /// Several independent sources, or one that cannot well be wrong.
    High,
    /// One source, or several that differ.
    Medium,
    /// Derived or contested.
    Low,
}

impl Confidence {
    /// The word in records.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// What an observation is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Use {
    /// The parameters of the model are chosen by it, so that its agreement is no test.
    Fit,
    /// It was kept out of that choice.
    Check,
    /// It is told beside the numbers of a run.
    Context,
}

impl Use {
    /// The word in records.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// How an ensemble stands to an observation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judgement {
    /// The spread over the replicates that have the outcome; `None` if none has.
    pub spread: Option<Spread>,
    /// Share of all replicates that agree; one that does not have the outcome does not agree.
    pub inside: f64,
    /// How many replicates do not have the outcome.
    pub missing: usize,
    /// Whether the median agrees and enough replicates do.
    pub agrees: bool,
    /// How far it is, by all that is uncertain; `None` if fewer than two replicates have the outcome.
    pub standing: Option<Standing>,
}

impl Judgement {
    /// Hold the values of an outcome, one for each replicate, against an observation.
    pub fn of(observation: &Observation, values: &[f64]) -> Judgement {
        let (low, high) = observation.accept;
        let agrees = |value: &f64| (low..=high).contains(value);
        let have: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
        let inside = have.iter().filter(|value| agrees(value)).count() as f64 / values.len().max(1) as f64;
        let spread = (!have.is_empty()).then(|| Spread::of(&have));
        let median = spread.is_some_and(|spread| agrees(&spread.median));
        Judgement {
            spread,
            inside,
            missing: values.len() - have.len(),
            // A share such as 0.95 of 20 is 19, whatever its last bit.
            agrees: median && inside >= observation.seeds - 1e-9,
            standing: observation.target.standing(values),
        }
    }

    /// Whether the observation does not rule the ensemble out; what no two replicates have, does.
    pub fn is_plausible(&self) -> bool {
        self.standing.is_some_and(|standing| standing.implausibility <= CUT)
    }
}

/// An ensemble held against a record: a judgement for each observation, in their order.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// The judgements.
    pub judgements: Vec<Judgement>,
    /// How often a world of this very model would pass: the share of replicates that the others do not rule out in any
    /// observation of a pattern. `None` of too few replicates.
    pub own: Option<f64>,
}

impl Score {
    /// Hold values, one row for each observation of one number for each replicate, against a record.
    pub fn of(record: &Record, values: &[Vec<f64>]) -> Score {
        let pairs = || record.observations.iter().zip(values);
        let (targets, rows): (Vec<Target>, Vec<Vec<f64>>) = pairs()
            .filter(|(observation, _)| observation.pattern.is_some() && observation.variant.is_none())
            .map(|(observation, values)| (observation.target, values.clone()))
            .unzip();
        Score {
            judgements: pairs()
                .map(|(observation, values)| Judgement::of(observation, values))
                .collect(),
            own: own(&targets, &rows),
        }
    }

    /// The observation of a pattern that lies farthest, and how far; infinitely far where no two replicates have it.
    pub fn farthest<'r>(&self, record: &'r Record) -> Option<(&'r Observation, f64)> {
        let far = |judgement: &Judgement| {
            judgement
                .standing
                .map_or(f64::INFINITY, |standing| standing.implausibility)
        };
        let pairs = record.observations.iter().zip(&self.judgements);
        let of_patterns = pairs.filter(|(observation, _)| observation.pattern.is_some());
        of_patterns
            .map(|(observation, judgement)| (observation, far(judgement)))
            .max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// Whether a pattern is shown: every observation of it agrees.
    pub fn shows(&self, record: &Record, pattern: usize) -> bool {
        self.of_patterns(record)
            .all(|(of, judgement)| of != pattern || judgement.agrees)
    }

    /// Whether every pattern is shown.
    pub fn passes(&self, record: &Record) -> bool {
        self.of_patterns(record).all(|(_, judgement)| judgement.agrees)
    }

    fn of_patterns<'s>(&'s self, record: &'s Record) -> impl Iterator<Item = (usize, &'s Judgement)> {
        let pairs = record.observations.iter().zip(&self.judgements);
        pairs.filter_map(|(observation, judgement)| Some((observation.pattern?, judgement)))
    }
}

/// How an observation tells two ensembles apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Apart {
    /// One agrees with it and the other does not.
    Agreement,
    /// Both agree or neither does, but their ranges from 5 % to 95 % do not overlap.
    Range,
}

/// How an observation tells two ensembles apart; `None` if it does not.
pub fn apart(first: &Judgement, second: &Judgement) -> Option<Apart> {
    if first.agrees != second.agrees {
        return Some(Apart::Agreement);
    }
    let overlap = match (first.spread, second.spread) {
        (Some(a), Some(b)) => a.low <= b.high && b.low <= a.high,
        (None, None) => true,
        _ => false,
    };
    (!overlap).then_some(Apart::Range)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::implausible::Scale;

    fn observation(pattern: Option<usize>, accept: (f64, f64), seeds: f64) -> Observation {
        Observation {
            id: "o".to_owned(),
            pattern,
            what: String::new(),
            value: None,
            unit: String::new(),
            date: String::new(),
            outcome: "peak(participants)".parse().unwrap(),
            accept,
            target: Target {
                observed: accept,
                scale: Scale::Linear,
                floor: 1.0,
                error: 1.0,
                discrepancy: 0.0,
            },
            reason: String::new(),
            seeds,
            confidence: Confidence::High,
            official: false,
            sources: vec![],
            purpose: Use::Check,
            variant: None,
            note: String::new(),
        }
    }

    #[test]
    fn the_median_and_enough_replicates_have_to_agree() {
        let judged = |values: &[f64]| Judgement::of(&observation(None, (10.0, 20.0), 0.6), values);
        let good = judged(&[9.0, 11.0, 12.0, 13.0, 25.0]);
        assert_eq!((good.inside, good.missing, good.agrees), (0.6, 0, true));
        let scattered = judged(&[1.0, 2.0, 12.0, 13.0, 25.0]);
        assert_eq!((scattered.inside, scattered.agrees), (0.4, false));
        assert_eq!(scattered.spread.unwrap().median, 12.0);
        // 60 % agree, and the median, between 20 and 21, does not.
        let seeds = |values: &[f64]| Judgement::of(&observation(None, (10.0, 20.0), 0.5), values);
        let edge = seeds(&[20.0, 20.0, 21.0, 21.0]);
        assert_eq!((edge.inside, edge.agrees), (0.5, false));
    }

    #[test]
    fn a_replicate_without_the_outcome_does_not_agree_and_moves_no_quantile() {
        let judged = Judgement::of(&observation(None, (10.0, 20.0), 0.6), &[f64::NAN, 12.0, f64::INFINITY]);
        assert_eq!(judged.missing, 2);
        assert_eq!(judged.spread.unwrap().high, 12.0);
        assert!((judged.inside - 1.0 / 3.0).abs() < 1e-12 && !judged.agrees);
        let none = Judgement::of(&observation(None, (10.0, 20.0), 0.0), &[f64::NAN]);
        assert_eq!((none.spread, none.agrees), (None, false));
    }

    #[test]
    fn a_pattern_is_shown_when_all_of_it_agrees_and_what_has_none_is_not_required() {
        let record = Record {
            observations: vec![
                observation(Some(0), (0.0, 1.0), 0.6),
                observation(Some(0), (5.0, 9.0), 0.6),
                observation(Some(1), (0.0, 1.0), 0.6),
                observation(None, (5.0, 9.0), 0.6),
            ],
            ..Record::default()
        };
        let score = Score::of(&record, &vec![vec![0.5; 4]; 4]);
        assert_eq!(
            score.judgements.iter().map(|j| j.agrees).collect::<Vec<_>>(),
            [true, false, true, false]
        );
        assert!(!score.shows(&record, 0) && score.shows(&record, 1) && !score.passes(&record));
        let met = Score::of(&record, &[vec![0.5], vec![6.0], vec![1.0], vec![0.0]]);
        assert!(met.passes(&record));
    }

    #[test]
    fn two_ensembles_are_told_apart_by_agreement_or_by_ranges_that_do_not_overlap() {
        let judged = |values: &[f64]| Judgement::of(&observation(None, (10.0, 20.0), 0.6), values);
        let (low, high, inside) = (judged(&[1.0, 2.0]), judged(&[30.0, 40.0]), judged(&[11.0, 12.0]));
        assert_eq!(apart(&low, &inside), Some(Apart::Agreement));
        assert_eq!(apart(&low, &high), Some(Apart::Range));
        assert_eq!(apart(&low, &judged(&[1.5, 3.0])), None);
        assert_eq!(apart(&judged(&[f64::NAN]), &low), Some(Apart::Range));
        assert_eq!(apart(&judged(&[f64::NAN]), &judged(&[f64::NAN])), None);
    }
}
