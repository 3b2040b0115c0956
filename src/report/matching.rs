//! What a reader sees of a scenario that was matched to its record.

use serde::Serialize;

use super::format::{number, wrapped};
use crate::analysis::posterior::{Marginal, Tie};

/// What there is to tell.
#[derive(Clone, Debug, Serialize)]
pub struct Matched {
    /// The form of this document, `qantar-match/1`.
    pub format: &'static str,
    /// Title of the scenario.
    pub title: String,
    /// Its name.
    pub scenario: String,
    /// The waves.
    pub waves: Vec<Wave>,
    /// How many candidates were run.
    pub candidates: usize,
    /// How many worlds were found: candidates that their own runs do not rule out.
    pub worlds: usize,
    /// How many were wanted.
    pub wanted: usize,
    /// What is known of each parameter over the worlds.
    pub parameters: Vec<Marginal>,
    /// What is known in combination only.
    pub correlations: Vec<Tie>,
    /// Where the results lie.
    pub folder: String,
}

/// A wave.
#[derive(Clone, Debug, Serialize)]
pub struct Wave {
    /// The share of the space that is left after it.
    pub left: f64,
    /// How many observations a point may miss and still be left.
    pub spared: usize,
    /// The mean share of what is uncertain that the emulators add, where they are least sure.
    pub unsure: f64,
    /// The observations, with what they rule out alone, most first.
    pub observations: Vec<Observation>,
}

/// An observation in a wave.
#[derive(Clone, Debug, Serialize)]
pub struct Observation {
    /// Its id.
    pub id: String,
    /// The share of what was left before that it rules out alone.
    pub rules_out: f64,
    /// The share of the variance of its values that the emulator tells of points it has not seen; `null` without one.
    pub explained: Option<f64>,
    /// The share of points that lie within two standard deviations of what it expects.
    pub within: Option<f64>,
}

/// Observations that are listed for each wave.
const LISTED: usize = 5;

/// Below this sharpness a parameter is called unknown.
pub const UNKNOWN: f64 = 0.2;

/// The report. Plain UTF-8.
pub fn text(matched: &Matched) -> String {
    let mut text = wrapped("", &sentence(matched));
    text += &format!("\n{}\n", matched.title);
    for (number, wave) in matched.waves.iter().enumerate() {
        text += &told(number + 1, wave);
    }
    if !matched.parameters.is_empty() {
        text += &format!(
            "\n  {:<38} {:>11} {:>11} {:>11}\n",
            "over the worlds", "5 %", "median", "95 %"
        );
    }
    let mut sorted: Vec<&Marginal> = matched.parameters.iter().collect();
    sorted.sort_by(|a, b| b.sharpness.total_cmp(&a.sharpness));
    for of in &sorted {
        let key = super::compare::cut(&of.axis.key, 37);
        let mark = if of.sharpness < UNKNOWN { " unknown" } else { "" };
        let [low, median, high] = [of.p05, of.median, of.p95].map(|value| format!("{value:.4}"));
        text += &format!("  {key:<38} {low:>11} {median:>11} {high:>11}{mark}\n");
    }
    if !matched.correlations.is_empty() {
        text += "\nKnown only in combination\n";
    }
    for tie in matched.correlations.iter().take(10) {
        text += &wrapped(
            "  ",
            &format!("{} with {}: correlation {:+.2}", tie.a, tie.b, tie.correlation),
        );
    }
    if !matched.folder.is_empty() {
        text += &format!("\nResults are in {}\n", matched.folder);
    }
    text
}

/// The answer in a sentence.
pub fn sentence(matched: &Matched) -> String {
    let left = matched.waves.last().map_or(1.0, |wave| wave.left);
    match (matched.worlds, left > 0.0) {
        (0, false) => {
            let last = matched.waves.last();
            let out = last
                .into_iter()
                .flat_map(|wave| &wave.observations)
                .filter(|of| of.rules_out > 0.99);
            let ids: Vec<&str> = out.map(|of| of.id.as_str()).collect();
            let which = match ids.is_empty() {
                true => "no observation alone, but all together".to_owned(),
                false => ids.join(", "),
            };
            format!(
                "Nothing is left: within these ranges the model contradicts the record. What rules all out: {which}."
            )
        }
        (0, true) => format!(
            "Of {} candidates none holds by its own runs, though {} of the space is left by the emulators; try more waves or more \
             points.",
            matched.candidates,
            percent(left)
        ),
        (worlds, _) => format!(
            "The record does not rule out {} of the space; {worlds} of {} candidates hold by their own runs and are the worlds{}.",
            percent(left),
            matched.candidates,
            match worlds < matched.wanted {
                true => format!(", fewer than the {} wanted", matched.wanted),
                false => String::new(),
            }
        ),
    }
}

fn told(number_of: usize, wave: &Wave) -> String {
    let spared = match wave.spared {
        0 => String::new(),
        some => format!(", a point may miss {some}"),
    };
    let mut text = wrapped(
        "",
        &format!(
            "wave {number_of}: {} of the space is left{spared}; emulators add {:.0} % to what is uncertain",
            percent(wave.left),
            100.0 * wave.unsure
        ),
    );
    for of in wave.observations.iter().take(LISTED).filter(|of| of.rules_out > 0.0) {
        let emulator = of
            .explained
            .zip(of.within)
            .map_or("not emulated".to_owned(), |(explained, within)| {
                format!(
                    "emulator tells {:.0} %, {:.0} % within two deviations",
                    100.0 * explained,
                    100.0 * within
                )
            });
        text += &wrapped(
            "  ",
            &format!("{} rules out {:.0} % alone; {emulator}", of.id, 100.0 * of.rules_out),
        );
    }
    text
}

/// A share of the space, which may be very small.
pub fn percent(share: f64) -> String {
    match share {
        small if small > 0.0 && small < 0.001 => format!("{small:.1e}"),
        share => format!("{} %", number(100.0 * share)),
    }
}
