//! What a reader sees of a match that was tested by truths that are known.

use serde::Serialize;

use super::format::wrapped;
use crate::analysis::interval::{Interval, of_share};

/// What there is to tell.
#[derive(Clone, Debug, Serialize)]
pub struct SelfTest {
    /// The form of this document, `qantar-self-test/1`.
    pub format: &'static str,
    /// Title of the scenario.
    pub title: String,
    /// Whether each truth is left after the last wave.
    pub left: Vec<bool>,
    /// The share of the space that is left.
    pub share: Vec<f64>,
    /// How many worlds were found.
    pub worlds: Vec<usize>,
    /// For each observation that was matched, of how many truths an emulator of it alone said that they are implausible.
    pub ruled_out_by: Vec<(String, usize)>,
    /// What was predicted and not matched.
    pub predicted: Vec<Held>,
    /// Where the results lie.
    pub folder: String,
}

/// How a prediction did.
#[derive(Clone, Debug, Serialize)]
pub struct Held {
    /// The id of the observation.
    pub id: String,
    /// For each truth that has it and has worlds: whether 5 to 95 % of the runs of its worlds hold it.
    pub held: Vec<bool>,
}

/// The report. Plain UTF-8.
pub fn text(of: &SelfTest) -> String {
    let truths = of.left.len();
    let held: Vec<bool> = of.predicted.iter().flat_map(|of| of.held.clone()).collect();
    let with = of.worlds.iter().filter(|&&worlds| worlds > 0).count();
    let mut shares: Vec<f64> = of.share.iter().copied().filter(|share| share.is_finite()).collect();
    shares.sort_by(f64::total_cmp);
    let mut text = wrapped(
        "",
        &format!("The truth is left in {}; asked are 95 %.", share(&of.left)),
    );
    text += &wrapped(
        "",
        &match held.is_empty() {
            true => "Nothing could be predicted: the record has nothing that is not matched, or no worlds were found."
                .to_owned(),
            false => format!(
                "Intervals of 90 % over the worlds hold what the truth gave in {} predictions; asked are 85 to 95 %.",
                share(&held)
            ),
        },
    );
    let median = shares
        .get(shares.len() / 2)
        .map_or("nothing".to_owned(), |&share| super::matching::percent(share));
    text += &format!("\n{}\n", of.title);
    text += &wrapped(
        "  ",
        &format!("worlds were found for {with} of {truths} truths; {median} of the space is left, by the median"),
    );
    let out: Vec<String> = of
        .ruled_out_by
        .iter()
        .filter(|(_, truths)| *truths > 0)
        .map(|(id, truths)| format!("{id} ({truths})"))
        .collect();
    if !out.is_empty() {
        text += &wrapped(
            "  ",
            &format!("truths that an emulator alone calls implausible: {}", out.join(", ")),
        );
    }
    for of in &of.predicted {
        text += &format!("  {:<38} {}\n", super::compare::cut(&of.id, 37), share(&of.held));
    }
    if !of.folder.is_empty() {
        text += &format!("\nResults are in {}\n", of.folder);
    }
    text
}

/// How many of how many, with the exact 95 % interval of the share.
fn share(of: &[bool]) -> String {
    let count = of.iter().filter(|&&of| of).count();
    if of.is_empty() {
        return "none".to_owned();
    }
    let Interval { low, high } = of_share(count, of.len());
    let percent = |share: f64| format!("{:.0}", 100.0 * share);
    let share = percent(count as f64 / of.len() as f64);
    format!(
        "{count} of {} ({share} %, likely {} to {} %)",
        of.len(),
        percent(low),
        percent(high)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_told_with_its_exact_interval() {
        let nine: Vec<bool> = (0..10).map(|place| place > 0).collect();
        // Clopper and Pearson 1934, as in any table: 0.555 to 0.9975.
        assert_eq!(share(&nine), "9 of 10 (90 %, likely 55 to 100 %)");
        assert_eq!(share(&[]), "none");
    }
}
