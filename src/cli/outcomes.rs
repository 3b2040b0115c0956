//! Which numbers of a run a command is asked about: the totals and what the scenario names, by their names, and any
//! outcome that is written out.

use qantar::analysis::contrast::Asked;
use qantar::analysis::named::{Named, values};
use qantar::analysis::outcome::{Known, Outcome};
use qantar::study::Plan;
use qantar::suggest::nearest;
use qantar::table::Table;

use super::failure::Usage;

/// The numbers that are asked of every run.
pub struct Outcomes {
    asked: Vec<Asked>,
    named: Vec<Named>,
}

impl Outcomes {
    /// What was asked for on the command line, or else these totals, all of them if they are none, and what the
    /// scenario names.
    ///
    /// # Errors
    /// Every mistake in every text.
    pub fn read(texts: &[String], otherwise: &[&str], plan: &Plan) -> Result<Outcomes, Usage> {
        let totals = plan.family.named_totals();
        let all: Vec<&Named> = totals.iter().chain(&plan.named).collect();
        let names: Vec<&str> = all.iter().map(|named| named.name.as_str()).collect();
        let texts: Vec<&str> = match (texts, otherwise) {
            ([], []) => names.clone(),
            ([], _) => [otherwise, &names[totals.len()..]].concat(),
            _ => texts.iter().map(|text| text.trim()).collect(),
        };
        let (mut named, mut mistakes) = (Vec::new(), Vec::new());
        let known = known(plan);
        for (place, text) in texts.iter().enumerate() {
            if texts[..place].contains(text) {
                mistakes.push(format!("--outcome '{text}': asked for twice"));
                continue;
            }
            if let Some(found) = all.iter().find(|named| named.name == *text) {
                named.push((*found).clone());
                continue;
            }
            match Outcome::parse(text) {
                Ok(outcome) => {
                    let wrong = outcome.check(&known);
                    mistakes.extend(wrong.iter().map(|mistake| format!("--outcome '{text}': {mistake}")));
                    named.push(Named::new(text, text, outcome, known.metrics));
                }
                Err(mistake) => {
                    let name = nearest(text, names.iter().copied());
                    let meant = name.map_or(String::new(), |name| format!("; did you mean `{name}`?"));
                    mistakes.push(format!("--outcome '{text}': {mistake}{meant}"));
                }
            }
        }
        let asked = |named: &Named| Asked {
            name: named.name.clone(),
            label: named.label.clone(),
            unit: named.unit.clone(),
        };
        match mistakes.is_empty() {
            true => Ok(Outcomes {
                asked: named.iter().map(asked).collect(),
                named,
            }),
            false => Err(Usage(mistakes.join("\n       "))),
        }
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
        values(&self.named, series, events)
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
