//! What a reader sees at the end of a comparison: one sentence that can be repeated, the table of what differs, what may
//! not happen at all, the arms and their course, and a caution.

use serde::Serialize;

use super::bands;
use super::format::{hour, number, results_in, wrapped};
use crate::analysis::bands::Band;
use crate::analysis::contrast::{Contrast, Happens, Named};
use crate::analysis::interval::{FEW, Interval};
use crate::analysis::worlds::{Answer, Verdict};
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
    /// How many plausible worlds the replicates are run in; `None` if all are of one.
    pub worlds: Option<usize>,
    /// Whether everything is told, and not only what matters most.
    pub all: bool,
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
    /// The assumptions that its answer leans on, as its scenario says.
    pub leans_on: Vec<String>,
    /// How many dated actions come in it to streets that are empty beside the baseline's, of how many; `None` if that
    /// cannot be told.
    pub stale: Option<(usize, usize)>,
}

/// The summary. Plain UTF-8 without `color`.
pub fn text(comparison: &Comparison, color: bool) -> String {
    let Comparison {
        title,
        scenario,
        seed,
        first_replicate,
        replicates,
        ..
    } = comparison;
    let mut text = String::new();
    for arm in &comparison.arms[1..] {
        text += &wrapped("", &sentence(&arm.name, comparison));
        text += &stale(arm);
        for leans in &arm.leans_on {
            text += &wrapped("  leans on: ", leans);
        }
    }
    if comparison.worlds.is_none() {
        text += &wrapped("", NO_WORLDS);
    }
    let last = first_replicate + replicates - 1;
    text += &format!(
        "\n{title}\nscenario {scenario}, seed {seed}, replicates {first_replicate} to {last} of each arm, the same dice in all\n"
    );
    for arm in &comparison.arms[1..] {
        text += "\n";
        if comparison.worlds.is_some() {
            text += &over_worlds(&arm.name, comparison);
        }
        if comparison.worlds.is_none() || comparison.all {
            text += &table(&arm.name, comparison);
        }
        text += &what_may_not_happen(&arm.name, comparison);
    }
    text += "\nArms\n";
    for (index, arm) in comparison.arms.iter().enumerate() {
        text += &wrapped(&format!("  {:<12} ", arm.name), &arm.what);
        if index > 0 {
            text += &wrapped("               ", &parted(arm, *replicates));
        }
    }
    text += "\n";
    text += &bands::text(comparison.metric, comparison.bands, comparison.times, color);
    text += "\n";
    text += &wrapped("", caution(comparison.worlds));
    let few = |named: &Named| named.contrast.as_ref().is_some_and(|c| c.pairs < FEW);
    if comparison.contrasts.iter().any(few) {
        text += &wrapped("", FEW_PAIRS);
    }
    text + &results_in(comparison.folder)
}

const CAUTION: &str = "This is what follows in the model from its assumptions, and no proof of what would have \
                       happened. The intervals are those of dice alone: they narrow with more replicates, and say \
                       nothing about parameters that are not known or about how far the assumptions hold.";

const IN_WORLDS: &str = "This is what follows in the model from its assumptions, and no proof of what would have \
                         happened. Worlds differ in what is not known of parameters; how far the assumptions hold is in \
                         none of them.";

fn caution(worlds: Option<usize>) -> &'static str {
    match worlds {
        Some(_) => IN_WORLDS,
        None => CAUTION,
    }
}

const FEW_PAIRS: &str = "With fewer than 10 pairs, whether an interval holds the truth in 95 of 100 cases depends on how \
                         outcomes are distributed; run more --replicates.";

fn parted(arm: &Told, replicates: u32) -> String {
    let earliest = |arm: &Told| arm.can_differ_from.as_deref().map(hour);
    match (&arm.differs_from, earliest(arm)) {
        (None, None) => "the same policy; identical throughout".to_owned(),
        (None, Some(earliest)) => {
            format!("identical throughout, though by its policy it could differ from {earliest}")
        }
        (Some(from), earliest) => format!(
            "identical until {}{}; differs in {} of {replicates} replicates",
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

const NO_WORLDS: &str = "ONE SET OF PARAMETERS: the intervals below are of dice alone. What another set that the record does not \
                         rule out would say is not in them; run with --worlds FILE (qantar match makes one).";

/// Dated actions go on where what they answered does not happen.
fn stale(arm: &Told) -> String {
    match arm.stale {
        Some((stale @ 1.., of)) => wrapped(
            "  note: ",
            &format!(
                "{stale} of {of} dated actions answered events that did not happen in this arm: fewer than a tenth of the \
                 baseline's people were out. `--set government.policy=\"reactive\"` lets the government react instead."
            ),
        ),
        _ => String::new(),
    }
}

/// An answer in worlds, as a sentence.
pub fn in_worlds(arm: &str, base: &str, label: &str, answer: &Answer) -> String {
    let (way, most) = match answer.lower >= answer.higher {
        true => ("lower", answer.lower),
        false => ("higher", answer.higher),
    };
    if most == 0 {
        let worlds = answer.worlds;
        return format!(
            "In all {worlds} worlds that the record does not rule out, {label} is the same with {arm} as with {base}."
        );
    }
    let spread = answer.effect;
    let share = answer.dice.map_or(String::new(), |dice| {
        let percent = |share: f64| format!("{:.0} %", 100.0 * share);
        format!(
            " Dice account for {} of the spread, parameters for {}.",
            percent(dice),
            percent(1.0 - dice)
        )
    });
    let decides = answer.decides.first().map_or(String::new(), |first| {
        format!(
            " It goes most with `{}` (rank correlation {:+.2}; split at {} it tells the sign in {:.0} % of worlds).",
            first.key,
            first.rank,
            number(first.splits_at),
            100.0 * first.tells
        )
    });
    format!(
        "In {most} of {} worlds that the record does not rule out, {label} is {way} with {arm} than with {base} (median {}; \
         5 to 95 %: {} to {}): {}.{share}{decides}",
        answer.worlds,
        signed(spread.median),
        signed(spread.low),
        signed(spread.high),
        match answer.verdict {
            Verdict::Robust => "robust",
            Verdict::Leaning => "leaning that way, not sure",
            Verdict::Open | Verdict::Same => "the answer is open",
        }
    )
}

/// One row for each outcome, over worlds; what is robust first.
fn over_worlds(arm: &str, comparison: &Comparison) -> String {
    let base = &comparison.arms[0].name;
    let mut rows: Vec<(&Named, &Answer)> = of_arm(arm, comparison)
        .filter_map(|(named, _)| Some((named, named.worlds.as_ref()?)))
        .collect();
    rows.sort_by_key(|(_, answer)| answer.verdict as u8);
    let mut text = wrapped(
        "",
        &format!("{arm} against {base}, over worlds: how many fall or rise, and by how much"),
    );
    text += &format!(
        "  {:<25} {:>9} {:>9} {:>19} {:>9}\n",
        "", "fall/rise", "median", "5 to 95 %", ""
    );
    let shown = if comparison.all { rows.len() } else { LISTED };
    for (named, answer) in rows.iter().take(shown) {
        let spread = answer.effect;
        text += &format!(
            "  {:<25} {:>9} {:>9} {:>19} {:>9}\n",
            cut(&named.label, 25),
            format!("{}/{}", answer.lower, answer.higher),
            signed(spread.median),
            format!("{} to {}", signed(spread.low), signed(spread.high)),
            answer.verdict.name()
        );
    }
    text + &more(rows.len(), shown)
}

/// Rows that are listed without `--all`.
const LISTED: usize = 8;

fn more(rows: usize, shown: usize) -> String {
    match rows > shown {
        true => format!("  and {} more: --all\n", rows - shown),
        false => String::new(),
    }
}

/// The outcome that the sentence is about, chosen before anything is known of it: the dead where they are counted, else
/// the first that was asked for.
pub const FIRST: &str = "deaths_civilians";

/// One sentence that can be repeated.
fn sentence(arm: &str, comparison: &Comparison) -> String {
    let base = &comparison.arms[0].name;
    let all = || of_arm(arm, comparison);
    let Some((named, contrast)) = all().find(|(named, _)| named.outcome == FIRST).or_else(|| all().next()) else {
        return format!("{arm} against {base}: no outcome was asked for.");
    };
    let label = &named.label;
    if let Some(answer) = &named.worlds {
        return in_worlds(arm, base, label, answer);
    }
    let Some(c) = contrast else {
        return format!("In this model, {arm} cannot be compared with {base} by {label}: no run of both has it.");
    };
    let runs = format!("of {} runs", c.pairs);
    if c.lower + c.higher == 0 {
        return format!("In this model, {arm} leaves {label} as in {base}, in all {runs}.");
    }
    let way = if c.difference < 0.0 { "lower" } else { "higher" };
    let (agree, against) = match c.difference < 0.0 {
        true => (c.lower, c.higher),
        false => (c.higher, c.lower),
    };
    match c.interval {
        Some(interval) if c.is_clear() => format!(
            "In this model, {label}: {} {way} on average with {arm} than with {base} ({} {}), and {way} in {agree} {runs}.",
            unsigned(c.difference),
            named_interval(c),
            size(interval)
        ),
        Some(interval) => format!(
            "In this model it is open whether {arm} changes {label}: {} on average against {base} ({} {}), {way} in \
             {agree} and the other way in {against} {runs}.",
            signed(c.difference),
            named_interval(c),
            range(interval)
        ),
        None => format!(
            "In this model it is open whether {arm} changes {label}: too few runs differ from {base} to tell, {} lower \
             and {} higher {runs}.",
            c.lower, c.higher
        ),
    }
}

/// What an interval may be called.
fn named_interval(contrast: &Contrast) -> &'static str {
    if contrast.pairs < FEW {
        "interval"
    } else {
        "95 % interval"
    }
}

fn unsigned(value: f64) -> String {
    signed(value.abs()).trim_start_matches('+').to_owned()
}

/// An interval that does not hold zero, without the sign that the word beside it tells.
fn size(interval: Interval) -> String {
    let (low, high) = match interval.high < 0.0 {
        true => (interval.high, interval.low),
        false => (interval.low, interval.high),
    };
    format!("{} to {}", unsigned(low), unsigned(high))
}

pub(super) fn range(interval: Interval) -> String {
    format!("{} to {}", signed(interval.low), signed(interval.high))
}

/// One row for each outcome; what can be told from chance first.
fn table(arm: &str, comparison: &Comparison) -> String {
    let base = &comparison.arms[0].name;
    let mut rows: Vec<_> = of_arm(arm, comparison).collect();
    rows.sort_by_key(|(_, contrast)| match contrast {
        Some(c) if c.is_clear_among_all() => 0,
        Some(c) if c.is_clear() => 1,
        Some(_) => 2,
        None => 3,
    });
    let few = rows.iter().filter_map(|(_, contrast)| *contrast).any(|c| c.pairs < FEW);
    let mut text = wrapped(
        "",
        &format!("{arm} against {base}: medians, and the mean difference within a replicate"),
    );
    text += &format!(
        "  {:<24} {:>8} {:>8} {:>8} {:>16} {:>9}\n",
        "",
        cut(base, 8),
        cut(arm, 8),
        "differ.",
        if few { "interval" } else { "95 % interval" },
        "fall/rise"
    );
    let shown = if comparison.all { rows.len() } else { LISTED };
    for (named, contrast) in rows.iter().take(shown) {
        let Some(c) = contrast else {
            text += &format!("  {:<24} {:>8}\n", cut(&named.label, 24), "undefined");
            continue;
        };
        let told = if c.lower + c.higher == 0 {
            "none differs"
        } else {
            "too few differ"
        };
        let mark = if c.is_clear_among_all() { "*" } else { " " };
        text += &format!(
            "{mark} {:<24} {:>8} {:>8} {:>8} {:>16} {:>9}\n",
            cut(&named.label, 24),
            number(c.baseline.median),
            number(c.arm.median),
            signed(c.difference),
            c.interval.map_or(told.to_owned(), range),
            format!("{}/{}", c.lower, c.higher),
        );
    }
    text += &more(rows.len(), shown);
    let told: Vec<&Contrast> = rows.iter().filter_map(|(_, contrast)| *contrast).collect();
    let most = told.iter().map(|c| c.pairs).max().unwrap_or(0);
    let asked = comparison
        .contrasts
        .iter()
        .filter_map(|named| named.contrast.as_ref()?.p)
        .count();
    if told.iter().any(|c| c.is_clear_among_all()) {
        text += &wrapped(
            "  * ",
            &format!("told from chance even as one of the {asked} differences asked for here (Holm)"),
        );
    }
    let pairs = |(named, contrast): &(&Named, Option<&Contrast>)| {
        let pairs = contrast.map_or(0, |c| c.pairs);
        (pairs < comparison.replicates as usize).then(|| format!("{}: {pairs}", named.label))
    };
    let fewer: Vec<String> = rows.iter().filter_map(pairs).collect();
    let of_all = format!("pairs of replicates used: {most} of {}", comparison.replicates);
    text += &match fewer.is_empty() {
        true => wrapped("  ", &of_all),
        false => wrapped("  ", &format!("{of_all}; {}", fewer.join("; "))),
    };
    text
}

/// Of what need not happen, how often it does.
fn what_may_not_happen(arm: &str, comparison: &Comparison) -> String {
    let base = &comparison.arms[0].name;
    let mut text = String::new();
    for (named, _) in of_arm(arm, comparison) {
        let Some(Happens {
            baseline,
            arm: in_arm,
            of,
            difference,
            interval,
            p,
        }) = named.happens
        else {
            continue;
        };
        let percent = |share: f64| signed((100.0 * share).round());
        let chance = if p < 0.05 { "" } else { "; cannot be told from chance" };
        if baseline + in_arm == 0 {
            text += &wrapped("  ", &format!("{}: happens in no run", named.label));
            continue;
        }
        text += &wrapped(
            "  ",
            &format!(
                "{}: happens in {in_arm} of {of} with {arm}, against {baseline} of {of} with {base}: {} points of a \
                 hundred (95 % interval {} to {}){chance}",
                named.label,
                percent(difference),
                percent(interval.low),
                percent(interval.high)
            ),
        );
    }
    text
}

/// A difference with its sign; one too small for two decimals with its first two digits.
pub fn signed(value: f64) -> String {
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
    /// How many plausible worlds the replicates are run in; `null` if all are of one.
    pub worlds: Option<usize>,
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
    /// How often it happens; `null` if it always does.
    pub happens: Option<&'r Happens>,
    /// What it is in plausible worlds; `null` if all replicates are of one.
    pub worlds: Option<&'r Answer>,
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
            happens: named.happens.as_ref(),
            worlds: named.worlds.as_ref(),
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
            worlds: comparison.worlds,
            caution: caution(comparison.worlds),
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
            happens: (outcome == "never").then(|| Happens::of(&[f64::NAN; 40], &[f64::NAN; 40]).unwrap()),
            worlds: None,
        };
        let mixed: Vec<f64> = (0..40).map(|i| f64::from(i * 5 % 13) * 100.0).collect();
        let arm = |name: &str, what: &str, from: Option<&str>| Told {
            name: name.to_owned(),
            what: what.to_owned(),
            differs_from: from.map(str::to_owned),
            differs_in: 40,
            can_differ_from: Some("2022-01-02T08:00:00+06:00".to_owned()),
            leans_on: from
                .map(|_| "how far a promise is believed".to_owned())
                .into_iter()
                .collect(),
            stale: from.map(|_| (12, 38)),
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
            worlds: None,
            all: false,
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
