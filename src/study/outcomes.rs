//! The numbers that are kept of every run: totals and what the scenario names, by their names, and any outcome that is
//! written out.

use super::error::Error;
use super::identity::Outcome as Kept;
use crate::analysis::outcome::{Known, Mistake, Outcome};
use crate::analysis::replicate::Replicate;
use crate::analysis::total::Total;
use crate::analysis::{epstein, totals};
use crate::metric::Vocabulary;
use crate::scenario::outcomes::Named;
use crate::scenario::problem::{Place, Problem};
use crate::suggest::nearest;
use crate::table::Table;

/// How the outcomes of a study are worked out.
#[derive(Debug, Default)]
pub struct Outcomes(Vec<How>);

#[derive(Debug)]
enum How {
    /// One of the totals, by its place.
    Total(usize),
    Written(Outcome),
}

impl Outcomes {
    /// Read what is kept.
    ///
    /// # Errors
    /// If a text is no outcome.
    pub fn read(kept: &[Kept], vocabulary: Vocabulary) -> Result<Outcomes, Error> {
        let how = |kept: &Kept| -> Result<How, Error> {
            let total = catalogue(vocabulary)
                .iter()
                .position(|total| total.name == kept.text.trim());
            Ok(match total {
                Some(place) => How::Total(place),
                None => How::Written(Outcome::parse(&kept.text).map_err(|mistake| Error::Outcome {
                    text: kept.text.clone(),
                    why: mistake.to_string(),
                })?),
            })
        };
        kept.iter().map(how).collect::<Result<_, _>>().map(Outcomes)
    }

    /// Their values in one run, from its series and its events, which have the times of their ticks.
    pub fn of(&self, series: &Table, events: &Table) -> Vec<f64> {
        let any = |wanted: fn(&How) -> bool| self.0.iter().any(wanted);
        let totals = any(|how| matches!(how, How::Total(_))).then(|| totals::of(series, events));
        let replicate = any(|how| matches!(how, How::Written(_))).then(|| Replicate::of(series, events));
        let value = |how: &How| match how {
            How::Total(place) => totals.as_ref().map_or(f64::NAN, |totals| totals[*place]),
            How::Written(outcome) => replicate.as_ref().map_or(f64::NAN, |replicate| outcome.of(replicate)),
        };
        self.0.iter().map(value).collect()
    }
}

/// The totals of models of a kind.
pub fn catalogue(vocabulary: Vocabulary) -> &'static [Total] {
    match vocabulary {
        Vocabulary::Country => &totals::TOTALS,
        Vocabulary::Epstein => &epstein::TOTALS,
    }
}

/// What an outcome that is asked for as a text means: the name of a total or of what the scenario names stands for it.
/// Every mistake is a problem within its place.
pub fn meant(
    text: &str,
    place: &Place,
    vocabulary: Vocabulary,
    named: &[Named],
    known: Option<&Known>,
) -> Result<String, Vec<Problem>> {
    let text = text.trim();
    if catalogue(vocabulary).iter().any(|total| total.name == text) {
        return Ok(text.to_owned());
    }
    if let Some(named) = named.iter().find(|named| named.name == text) {
        return Ok(named.text.clone());
    }
    let problem = |mistake: &Mistake| {
        let start = (place.start + mistake.span.start).min(place.end);
        let end = (place.start + mistake.span.end).clamp(start, place.end.max(start));
        Problem::at(&Place::new(place.source, start..end), &mistake.message).help(&mistake.help)
    };
    match Outcome::parse(text) {
        Ok(outcome) => {
            let mistakes = known.map_or(Vec::new(), |known| outcome.check(known));
            match mistakes.is_empty() {
                true => Ok(text.to_owned()),
                false => Err(mistakes.iter().map(problem).collect()),
            }
        }
        Err(mistake) => {
            let totals = catalogue(vocabulary).iter().map(|total| total.name);
            let name = nearest(text, named.iter().map(|named| named.name.as_str()).chain(totals));
            let help = name.map_or(String::new(), |name| format!("or did you mean `{name}`?"));
            Err(vec![problem(&mistake).help(help)])
        }
    }
}
