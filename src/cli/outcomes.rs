//! Which numbers of a run a command is asked about: the totals and what the scenario names, by their names, and any
//! outcome that is written out.

use qantar::analysis::contrast::Asked;
use qantar::scenario::Scenario;
use qantar::scenario::problem::{Place, Source};
use qantar::study::outcomes::{catalogue, meant};
use qantar::study::{Outcome, Study};

use super::failure::Usage;

/// Let a study keep what was asked for on the command line, or else these totals, all of them if they are none, and what
/// the scenario names.
///
/// # Errors
/// Every mistake in every text.
pub fn keep(study: &mut Study, scenario: &Scenario, texts: &[String], otherwise: &[&str]) -> anyhow::Result<()> {
    let mut scenario = scenario.clone();
    let totals: Vec<&str> = catalogue(study.vocabulary()).iter().map(|total| total.name).collect();
    let otherwise = if otherwise.is_empty() { &totals[..] } else { otherwise };
    let named: Vec<&str> = study.named.iter().map(|named| named.name.as_str()).collect();
    let texts: Vec<&str> = match texts.is_empty() {
        true => [otherwise, &named].concat(),
        false => texts.iter().map(|text| text.trim()).collect(),
    };
    let (mut outcomes, mut problems, known) = (Vec::new(), Vec::new(), study.known());
    for (place, &text) in texts.iter().enumerate() {
        if texts[..place].contains(&text) {
            return Err(Usage(format!("--outcome '{text}': asked for twice")).into());
        }
        let source = scenario.add_source(Source {
            name: "--outcome".to_owned(),
            text: text.to_owned(),
        });
        let place = Place::new(source, 0..text.len());
        match meant(text, &place, study.vocabulary(), &study.named, Some(&known)) {
            Ok(meant) => outcomes.push(Outcome {
                name: text.to_owned(),
                text: meant,
            }),
            Err(found) => problems.extend(found),
        }
    }
    if !problems.is_empty() {
        return Err(scenario.problems(problems).into());
    }
    Ok(study.keep(outcomes)?)
}

/// What a study keeps, for readers.
pub fn asked(study: &Study) -> Vec<Asked> {
    let totals = catalogue(study.vocabulary());
    let asked = |outcome: &Outcome| {
        let total = totals.iter().find(|total| total.name == outcome.text);
        Asked {
            name: outcome.name.clone(),
            label: total.map_or(outcome.name.as_str(), |total| total.label).to_owned(),
            unit: total.map_or("", |total| total.unit).to_owned(),
        }
    };
    study.identity.outcomes.iter().map(asked).collect()
}
