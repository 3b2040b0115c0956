//! The numbers that are kept of every run: totals and what the scenario names, by their names, and any outcome that is
//! written out.

use super::error::Error;
use super::identity;
use crate::analysis::named::Named;
use crate::analysis::outcome::{Known, Mistake, Outcome};
use crate::analysis::replicate::Replicate;
use crate::scenario::problem::{Place, Problem};
use crate::suggest::nearest;
use crate::table::Table;

/// How the outcomes of a study are worked out.
#[derive(Clone, Debug, Default)]
pub struct Outcomes(Vec<Outcome>);

impl Outcomes {
    /// Read what is kept.
    ///
    /// # Errors
    /// If a text is no outcome.
    pub fn read(kept: &[identity::Outcome]) -> Result<Outcomes, Error> {
        let read = |kept: &identity::Outcome| {
            Outcome::parse(&kept.text).map_err(|mistake| Error::Outcome {
                text: kept.text.clone(),
                why: mistake.to_string(),
            })
        };
        kept.iter().map(read).collect::<Result<_, _>>().map(Outcomes)
    }

    /// Whether one of them is of single places.
    pub fn are_of_places(&self) -> bool {
        self.0.iter().any(Outcome::is_of_places)
    }

    /// Their values in one run, from its series and its events, which have the times of their ticks, and from the readings
    /// of its places if it has them.
    pub fn of(&self, series: &Table, events: &Table, places: Option<&Table>) -> Vec<f64> {
        let replicate = Replicate::of(series, events).with_places(places);
        self.0.iter().map(|outcome| outcome.of(&replicate)).collect()
    }
}

/// What an outcome that is asked for as a text means, where some have names. Every mistake is a problem within its place.
pub fn meant(text: &str, place: &Place, named: &[Named], known: Option<&Known>) -> Result<String, Vec<Problem>> {
    let text = text.trim();
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
            let name = nearest(text, named.iter().map(|named| named.name.as_str()));
            let help = name.map_or(String::new(), |name| format!("or did you mean `{name}`?"));
            Err(vec![problem(&mistake).help(help)])
        }
    }
}
