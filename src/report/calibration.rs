//! What a calibration has found, for people and for programs.

use serde::Serialize;

use super::format::{results_in, wrapped};
use crate::analysis::posterior::{Marginal, Tie};

/// What there is to tell of a calibration.
#[derive(Clone, Debug, Serialize)]
pub struct Calibration {
    /// Title of the scenario.
    pub title: String,
    /// Its name.
    pub scenario: String,
    /// Seed of the dice.
    pub seed: u64,
    /// Replicates of each trial, with the same dice for all.
    pub replicates: u32,
    /// Seed of the search.
    pub search_seed: u64,
    /// Trials that were run.
    pub trials: usize,
    /// How many of them were left early, since they were sure to be too far.
    pub left_early: usize,
    /// Distance of the scenario as it was.
    pub present_distance: f64,
    /// The smallest distance.
    pub best_distance: f64,
    /// The largest distance in the posterior.
    pub tolerance: f64,
    /// Trials in the posterior.
    pub particles: usize,
    /// To how many independent ones they amount.
    pub effective: f64,
    /// The parameters in the posterior.
    pub parameters: Vec<Parameter>,
    /// Parameters that the record does not tell apart.
    pub correlations: Vec<Tie>,
    /// How the best trial meets the observations.
    pub observations: Vec<Observation>,
    /// Where the results lie.
    pub folder: String,
}

/// A parameter in the posterior.
#[derive(Clone, Debug, Serialize)]
pub struct Parameter {
    /// What is known of it.
    #[serde(flatten)]
    pub marginal: Marginal,
    /// Its value in the best trial.
    pub best: f64,
}

/// How an observation is met by the best trial.
#[derive(Clone, Debug, Serialize)]
pub struct Observation {
    /// Its id.
    pub id: String,
    /// The observed value.
    pub observed: f64,
    /// The least that is accepted.
    pub low: f64,
    /// The most.
    pub high: f64,
    /// The median over the replicates of the best trial; `null` in JSON if no replicate has it.
    pub median: f64,
    /// The share of them in the accepted range.
    pub inside: f64,
    /// Its distance; at most 1 where it is met.
    pub distance: f64,
    /// Whether it is met.
    pub met: bool,
}

/// The text: what was found of each parameter, what goes with what, and which observations the best trial meets.
pub fn text(told: &Calibration) -> String {
    let mut text = format!("{}\ncalibration of {}", told.title, told.scenario);
    text += &format!(
        ", seed {}, {} replicates per trial, search seed {}\n\n",
        told.seed, told.replicates, told.search_seed
    );
    text += &format!(
        "{:<32} {:>15} {:>7} {:>7} {:>7} {:>7}\n",
        "Parameters", "sought in", "median", "5 %", "95 %", "sharp"
    );
    for Parameter { marginal: of, .. } in &told.parameters {
        let [median, p05, p95] = [of.median, of.p05, of.p95].map(short);
        let range = format!("{} to {}", short(of.axis.low), short(of.axis.high));
        let key = of.axis.key.strip_prefix("rules.").unwrap_or(&of.axis.key);
        let sharp = format!("{:.0} %", 100.0 * of.sharpness);
        text += &format!("  {key:<30} {range:>15} {median:>7} {p05:>7} {p95:>7} {sharp:>7}\n");
    }
    text += &wrapped(
        "",
        "Sharp: how much narrower the 5 to 95 % interval is than before; 0 % means that the record says nothing.",
    );
    if !told.correlations.is_empty() {
        text += "\nThe record does not tell these apart\n";
        for Tie { a, b, correlation } in &told.correlations {
            text += &format!("  {correlation:>5.2}  {a}, {b}\n");
        }
    }
    text += &format!("\n{}", met_by("The best trial", &told.observations));
    text += &format!(
        "  distance {:.3}, before the search {:.3}\n\n",
        told.best_distance, told.present_distance
    );
    text += &wrapped(
        "",
        &format!(
            "{} trials, {} of them left early. The posterior has {} trials up to a distance of {:.3}, which amount to {:.0} \
             independent ones.",
            told.trials, told.left_early, told.particles, told.tolerance, told.effective
        ),
    );
    text += "\n";
    text += &wrapped(
        "",
        "That observations used for fitting are met is no test of the model; what was kept out of the fit is. The \
         intervals hold for the ranges sought, the accepted ranges of the record, and these dice.",
    );
    match told.folder.is_empty() {
        true => text,
        false => text + &results_in(&told.folder) + &format!("The best point is {}/best.toml\n", told.folder),
    }
}

/// How a trial meets each observation; `!` marks what it does not meet.
pub fn met_by(what: &str, observations: &[Observation]) -> String {
    let mut text = format!(
        "{what:<24} {:>11} {:>15} {:>9} {:>7} {:>9}\n",
        "observed", "accepted", "median", "inside", "distance"
    );
    for of in observations {
        let range = format!("{} to {}", short(of.low), short(of.high));
        let (observed, median) = (short(of.observed), short(of.median));
        let inside = format!("{:.0} %", 100.0 * of.inside);
        let sign = if of.met { ' ' } else { '!' };
        text += &format!(
            "{sign} {:<22} {observed:>11} {range:>15} {median:>9} {inside:>7} {:>9.2}\n",
            of.id, of.distance
        );
    }
    let met = observations.iter().filter(|of| of.met).count();
    text + &format!("  {met} of {} observations are met\n", observations.len())
}

/// A number in at most seven signs or so: four significant digits.
fn short(value: f64) -> String {
    if value.is_nan() {
        return "none".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "any" } else { "-any" }.to_owned();
    }
    let rounded: f64 = format!("{value:.3e}").parse().expect("a number was written");
    match rounded.abs() {
        large if large >= 1e6 => format!("{:.4}m", rounded / 1e6),
        _ => rounded.to_string(),
    }
}
