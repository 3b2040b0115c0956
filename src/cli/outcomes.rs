//! Which numbers of a run a command is asked about: the totals and what the scenario names, by their names, and any
//! outcome that is written out.

use qantar::analysis::contrast::Asked;
use qantar::analysis::outcome::{Known, Outcome};
use qantar::analysis::replicate::Replicate;
use qantar::analysis::totals::{TOTALS, totals};
use qantar::study::Plan;
use qantar::suggest::nearest;
use qantar::table::Table;

use super::failure::Usage;

/// The numbers that are asked of every run.
pub struct Outcomes {
    asked: Vec<Asked>,
    how: Vec<How>,
}

enum How {
    /// One of the totals, by its place.
    Total(usize),
    Written(Outcome),
}

impl Outcomes {
    /// What was asked for on the command line, or else these totals, all of them if they are none, and what the
    /// scenario names.
    ///
    /// # Errors
    /// Every mistake in every text.
    pub fn read(texts: &[String], otherwise: &[&str], plan: &Plan) -> Result<Outcomes, Usage> {
        let all: Vec<&str> = TOTALS.iter().map(|total| total.name).collect();
        let otherwise = if otherwise.is_empty() { &all } else { otherwise };
        let names: Vec<&str> = plan.named.iter().map(|named| named.name.as_str()).collect();
        let texts: Vec<&str> = match texts.is_empty() {
            true => [otherwise, &names].concat(),
            false => texts.iter().map(|text| text.trim()).collect(),
        };
        let (mut outcomes, mut mistakes) = (
            Outcomes {
                asked: Vec::new(),
                how: Vec::new(),
            },
            Vec::new(),
        );
        let known = known(plan);
        for (place, text) in texts.iter().enumerate() {
            if texts[..place].contains(text) {
                mistakes.push(format!("--outcome '{text}': asked for twice"));
                continue;
            }
            if let Some(total) = TOTALS.iter().position(|total| total.name == *text) {
                outcomes.push(text, TOTALS[total].label, TOTALS[total].unit, How::Total(total));
                continue;
            }
            if let Some(named) = plan.named.iter().find(|named| named.name == *text) {
                outcomes.push(text, text, "", How::Written(named.outcome.clone()));
                continue;
            }
            match Outcome::parse(text) {
                Ok(outcome) => {
                    let wrong = outcome.check(&known);
                    mistakes.extend(wrong.iter().map(|mistake| format!("--outcome '{text}': {mistake}")));
                    outcomes.push(text, text, "", How::Written(outcome));
                }
                Err(mistake) => {
                    let name = nearest(text, names.iter().chain(&all).copied());
                    let meant = name.map_or(String::new(), |name| format!("; did you mean `{name}`?"));
                    mistakes.push(format!("--outcome '{text}': {mistake}{meant}"));
                }
            }
        }
        match mistakes.is_empty() {
            true => Ok(outcomes),
            false => Err(Usage(mistakes.join("\n       "))),
        }
    }

    fn push(&mut self, name: &str, label: &str, unit: &str, how: How) {
        self.asked.push(Asked {
            name: name.to_owned(),
            label: label.to_owned(),
            unit: unit.to_owned(),
        });
        self.how.push(how);
    }

    /// What is asked, for readers.
    pub fn asked(&self) -> &[Asked] {
        &self.asked
    }

    /// The names of their columns.
    pub fn names(&self) -> Vec<String> {
        self.asked.iter().map(|asked| asked.name.clone()).collect()
    }

    /// Their values in one run, from its series and its events.
    pub fn of(&self, series: &Table, events: &Table) -> Vec<f64> {
        let totals = totals(series, events);
        let replicate = Replicate::of(series, events);
        let value = |how: &How| match how {
            How::Total(place) => totals[*place],
            How::Written(outcome) => outcome.of(&replicate),
        };
        self.how.iter().map(value).collect()
    }
}

/// What the runs of a plan know.
fn known(plan: &Plan) -> Known {
    let mut known = plan.known();
    for arm in &plan.arms[1..] {
        let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect::<Vec<_>>();
        known.regions.extend(owned(arm.model.regions()));
        known.subjects.extend(owned(arm.model.subjects()));
    }
    known
}
