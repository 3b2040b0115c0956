//! What a reader sees at the end of a comparison.

use serde::Serialize;

use super::bands;
use super::format::{hour, number, results_in, wrapped};
use crate::analysis::bands::Band;
use crate::analysis::contrast::{Contrast, Named};
use crate::metric::Description;

/// What there is to tell of a comparison.
pub struct Comparison<'r> {
    /// Title of the scenario.
    pub title: &'r str,
    /// Its name.
    pub scenario: &'r str,
    /// Seed of the dice.
    pub seed: u64,
    /// Number of the first replicate.
    pub first_replicate: u32,
    /// How many replicates of each arm.
    pub replicates: u32,
    /// The arms, the baseline first.
    pub arms: &'r [Told],
    /// Every other arm against it, outcome by outcome.
    pub contrasts: &'r [Named],
    /// What is plotted.
    pub metric: &'r Description,
    /// The metric over time, arm by arm.
    pub bands: &'r [Band],
    /// Local time at the start of each tick, ISO 8601.
    pub times: &'r [&'r str],
    /// Where the results lie.
    pub folder: &'r str,
}

/// An arm, for readers.
#[derive(Clone, Debug, Serialize)]
pub struct Told {
    /// Its name.
    pub name: String,
    /// What it is: its scenario, and what was changed in it.
    pub what: String,
    /// Local time of the first tick in which it differs from the baseline in any replicate; `None` if in none.
    pub differs_from: Option<String>,
    /// In how many replicates it differs from the baseline at all.
    pub differs_in: u32,
    /// Local time of the first tick in which its policy allows it to differ; `None` if the policy is the same.
    pub can_differ_from: Option<String>,
}

/// The summary: arms, plots, contrasts, a paragraph in plain words, and a caution. Plain UTF-8 without `color`.
pub fn text(comparison: &Comparison, color: bool) -> String {
    let Comparison {
        title,
        scenario,
        seed,
        first_replicate,
        replicates,
        ..
    } = comparison;
    let last = first_replicate + replicates - 1;
    let mut text = format!(
        "{title}\nscenario {scenario}, seed {seed}, replicates {first_replicate} to {last} of each arm, the same dice in all\n\n"
    );
    text += "Arms\n";
    for (index, arm) in comparison.arms.iter().enumerate() {
        text += &wrapped(&format!("  {:<12} ", arm.name), &arm.what);
        if index > 0 {
            text += &wrapped("               ", &parted(arm, *replicates));
        }
    }
    text += "\n";
    text += &bands::text(comparison.metric, comparison.bands, comparison.times, color);
    for arm in &comparison.arms[1..] {
        text += "\n";
        text += &tables(&arm.name, comparison);
    }
    for arm in &comparison.arms[1..] {
        text += "\n";
        text += &wrapped("", &plain_words(&arm.name, comparison));
    }
    text += "\n";
    text += &wrapped("", CAUTION);
    text + &results_in(comparison.folder)
}

const CAUTION: &str = "This is what follows in the model from its assumptions, and no proof of what would have \
                       happened. The intervals are those of the dice: they narrow with more replicates, and say \
                       nothing about how far the assumptions hold. Of many outcomes, about one interval in twenty \
                       misses zero by chance alone.";

fn parted(arm: &Told, replicates: u32) -> String {
    let earliest = |arm: &Told| arm.can_differ_from.as_deref().map(hour);
    match (&arm.differs_from, earliest(arm)) {
        (None, None) => "the same policy; identical throughout".to_owned(),
        (None, Some(earliest)) => {
            format!("identical throughout, though by its policy it could differ from {earliest}")
        }
        (Some(from), earliest) => format!(
            "identical until {}{}; differs in {} of {replicates} worlds",
            hour(from),
            earliest.map_or(String::new(), |time| format!(
                " (by its policy it could differ from {time})"
            )),
            arm.differs_in
        ),
    }
}

fn of_arm<'r>(arm: &'r str, comparison: &'r Comparison) -> impl Iterator<Item = (&'r Named, Option<&'r Contrast>)> {
    let of_arm = comparison.contrasts.iter().filter(move |named| named.arm == arm);
    of_arm.map(|named| (named, named.contrast.as_ref()))
}

fn tables(arm: &str, comparison: &Comparison) -> String {
    let base = &comparison.arms[0].name;
    let mut text = format!("{arm} against {base}: medians, and the mean difference within a world\n");
    text += &format!(
        "  {:<30}{:>9}{:>9}{:>9}{:>21}\n",
        "",
        cut(base, 8),
        cut(arm, 8),
        "differ.",
        "95 % interval"
    );
    for (named, contrast) in of_arm(arm, comparison) {
        text += &match contrast {
            None => format!("  {:<30}{:>9}\n", cut(&named.label, 30), "undefined"),
            Some(c) => format!(
                "  {:<30}{:>9}{:>9}{:>9}{:>21}\n",
                cut(&named.label, 30),
                number(c.baseline.median),
                number(c.arm.median),
                signed(c.difference),
                format!("{} to {}", signed(c.interval.low), signed(c.interval.high)),
            ),
        };
    }
    text += &format!("\nIn how many worlds {arm} is lower or higher, and how wide its interval is\n");
    text += &format!(
        "  {:<30}{:>9}{:>9}{:>9}{:>21}\n",
        "", "lower", "higher", "equal", "of unpaired runs'"
    );
    for (named, contrast) in of_arm(arm, comparison) {
        let Some(c) = contrast else { continue };
        text += &format!(
            "  {:<30}{:>9}{:>9}{:>9}{:>21}\n",
            cut(&named.label, 30),
            c.lower,
            c.higher,
            c.pairs - c.lower - c.higher,
            c.pairing
                .map_or("-".to_owned(), |width| format!("{:.0} %", 100.0 * width))
        );
    }
    text
}

/// One paragraph: what differs beyond chance, and what does not.
fn plain_words(arm: &str, comparison: &Comparison) -> String {
    let base = &comparison.arms[0].name;
    let defined = || of_arm(arm, comparison).filter_map(|(named, contrast)| Some((named, contrast?)));
    let told: Vec<String> = defined()
        .filter(|(_, c)| !c.interval.holds_zero())
        .map(|(named, c)| {
            let (word, worlds) = match c.difference < 0.0 {
                true => ("lower", c.lower),
                false => ("higher", c.higher),
            };
            let (low, high) = match c.difference < 0.0 {
                true => (-c.interval.high, -c.interval.low),
                false => (c.interval.low, c.interval.high),
            };
            format!(
                "{} {} {word} on average (95 % interval {} to {}), and {word} in {worlds} of {} worlds",
                named.label,
                signed(c.difference.abs()).trim_start_matches('+'),
                signed(low).trim_start_matches('+'),
                signed(high).trim_start_matches('+'),
                c.pairs
            )
        })
        .collect();
    let same: Vec<&str> = defined()
        .filter(|(_, c)| c.lower + c.higher == 0)
        .map(|(named, _)| named.label.as_str())
        .collect();
    let unsure: Vec<&str> = defined()
        .filter(|(_, c)| c.interval.holds_zero() && c.lower + c.higher > 0)
        .map(|(named, _)| named.label.as_str())
        .collect();
    let mut text = match told.is_empty() {
        true => format!("In the model, no difference between {arm} and {base} can be told from chance."),
        false => format!("In the model, in {arm} as against {base}: {}.", told.join("; ")),
    };
    if !unsure.is_empty() && !told.is_empty() {
        text += &format!(" No difference can be told from chance in: {}.", unsure.join("; "));
    }
    if !same.is_empty() {
        text += &format!(" The same in every world: {}.", same.join("; "));
    }
    text
}

/// A difference with its sign; one too small for two decimals with its first two digits.
pub(in crate::report) fn signed(value: f64) -> String {
    let text = match value.abs() {
        small if small > 0.0 && small < 0.1 => {
            let decimals = 1 - libm::floor(libm::log10(small)) as i32;
            match decimals <= 6 {
                true => format!("{value:.0$}", decimals as usize),
                false => "0".to_owned(),
            }
        }
        _ => number(value),
    };
    match value > 0.0 && text != "0" {
        true => format!("+{text}"),
        false => text,
    }
}

/// At most so many characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    match text.chars().count() > most {
        true => text.chars().take(most - 1).chain(['…']).collect(),
        false => text.to_owned(),
    }
}

/// The document that `--format json` prints.
#[derive(Clone, Debug, Serialize)]
pub struct Document<'r> {
    /// The form of this document, `qantar-compare/1`.
    pub format: &'static str,
    /// Name of the scenario.
    pub scenario: &'r str,
    /// Its title.
    pub title: &'r str,
    /// Seed of the dice.
    pub seed: u64,
    /// Number of the first replicate.
    pub first_replicate: u32,
    /// How many replicates of each arm.
    pub replicates: u32,
    /// The arms, the baseline first.
    pub arms: &'r [Told],
    /// Every other arm against it, outcome by outcome; `null` where an outcome is not defined.
    pub contrasts: Vec<Against<'r>>,
    /// The caution that goes with the numbers.
    pub caution: &'static str,
    /// Where the results lie.
    pub folder: &'r str,
}

/// An outcome in an arm against the baseline.
#[derive(Clone, Debug, Serialize)]
pub struct Against<'r> {
    /// The arm.
    pub arm: &'r str,
    /// The outcome.
    pub outcome: &'r str,
    /// Its unit; empty for an expression.
    pub unit: &'r str,
    /// What is known of it.
    #[serde(flatten)]
    pub contrast: Option<&'r Contrast>,
}

impl<'r> Document<'r> {
    /// The document of a comparison.
    pub fn of(comparison: &'r Comparison) -> Document<'r> {
        let against = |named: &'r Named| Against {
            arm: &named.arm,
            outcome: &named.outcome,
            unit: &named.unit,
            contrast: named.contrast.as_ref(),
        };
        Document {
            format: "qantar-compare/1",
            scenario: comparison.scenario,
            title: comparison.title,
            seed: comparison.seed,
            first_replicate: comparison.first_replicate,
            replicates: comparison.replicates,
            arms: comparison.arms,
            contrasts: comparison.contrasts.iter().map(against).collect(),
            caution: CAUTION,
            folder: comparison.folder,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comparison(told: impl FnOnce(&Comparison) -> String) -> String {
        let values = |shift: f64| -> Vec<f64> { (0..40).map(|i| f64::from(i * 7 % 13) * 100.0 + shift).collect() };
        let named = |outcome: &str, label: &str, contrast| Named {
            arm: "early".to_owned(),
            outcome: outcome.to_owned(),
            label: label.to_owned(),
            unit: "people".to_owned(),
            contrast,
        };
        let mixed: Vec<f64> = (0..40).map(|i| f64::from(i * 5 % 13) * 100.0).collect();
        let arm = |name: &str, what: &str, from: Option<&str>| Told {
            name: name.to_owned(),
            what: what.to_owned(),
            differs_from: from.map(str::to_owned),
            differs_in: 40,
            can_differ_from: Some("2022-01-02T08:00:00+06:00".to_owned()),
        };
        told(&Comparison {
            title: "January",
            scenario: "january",
            seed: 7,
            first_replicate: 0,
            replicates: 40,
            arms: &[
                arm("baseline", "january", None),
                arm(
                    "early",
                    "january with action.cut.when=2022-01-02T08:00",
                    Some("2022-01-02T09:00:00+06:00"),
                ),
            ],
            contrasts: &[
                named("deaths", "civilians killed", Contrast::of(&values(50.0), &values(0.0))),
                named("out", "most people out", Contrast::of(&values(0.0), &mixed)),
                named("same", "sites seized", Contrast::of(&values(0.0), &values(0.0))),
                named("never", "hour of what never came", None),
            ],
            metric: &crate::metric::Metric::Participants.description(),
            bands: &[],
            times: &[],
            folder: "results/january-7-compare",
        })
    }

    #[test]
    fn a_comparison_is_told_with_its_uncertainty_and_a_caution() {
        insta::assert_snapshot!(comparison(|comparison| text(comparison, false)));
    }

    #[test]
    fn differences_have_a_sign_and_small_ones_their_first_digits() {
        let shown = [0.0, 12.0, -1234.5, 0.5, -0.000_414, 0.06, -1e-9].map(signed);
        assert_eq!(shown, ["0", "+12", "-1,234", "+0.5", "-0.00041", "+0.060", "0"]);
    }

    #[test]
    fn every_line_fits_80_columns() {
        let text = comparison(|comparison| text(comparison, false));
        let long: Vec<&str> = text.lines().filter(|line| line.chars().count() > 80).collect();
        assert!(long.is_empty(), "{long:?}");
    }

    #[test]
    fn the_document_has_a_contrast_for_each_outcome() {
        let json = comparison(|comparison| serde_json::to_string(&Document::of(comparison)).unwrap());
        let document: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(document["contrasts"][0]["difference"], -50.0);
        assert_eq!(document["contrasts"][0]["interval"]["high"], -50.0);
        assert_eq!(document["contrasts"][3]["outcome"], "never");
        assert!(document["contrasts"][3].get("difference").is_none());
    }
}
