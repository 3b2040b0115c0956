//! Which numbers of a run a command is asked about: the totals and what the scenario names, by their names, and any
//! outcome that is written out.

use qantar::analysis::contrast::Asked;
use qantar::analysis::named::Named;
use qantar::scenario::Scenario;
use qantar::scenario::problem::{Place, Source};
use qantar::study::outcomes::meant;
use qantar::study::{Outcome, Study};

use super::failure::Usage;

/// Let a study keep what was asked for on the command line, or else these totals, all of them if they are none, and what
/// the scenario names.
///
/// # Errors
/// Every mistake in every text.
pub fn keep(study: &mut Study, scenario: &Scenario, texts: &[String], otherwise: &[&str]) -> anyhow::Result<()> {
    let (mut scenario, all) = (scenario.clone(), study.summed_up());
    let names: Vec<&str> = all.iter().map(|named| named.name.as_str()).collect();
    let texts: Vec<&str> = match (texts, otherwise) {
        ([], []) => names,
        ([], _) => [otherwise, &names[names.len() - study.named.len()..]].concat(),
        _ => texts.iter().map(|text| text.trim()).collect(),
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
        match meant(text, &place, &all, Some(&known)) {
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

/// What a study keeps, with what readers know it by.
pub fn named(study: &Study) -> anyhow::Result<Vec<Named>> {
    let all = study.summed_up();
    let named = |outcome: &Outcome| match all.iter().find(|named| named.name == outcome.name) {
        Some(named) => Ok(named.clone()),
        None => {
            let (name, text) = (&outcome.name, &outcome.text);
            Ok(Named::new(name, text, text.parse()?, study.family().metrics()))
        }
    };
    study.identity.outcomes.iter().map(named).collect()
}

/// The same, as contrasts ask for it.
pub fn asked(study: &Study) -> anyhow::Result<Vec<Asked>> {
    let asked = |named: Named| Asked {
        name: named.name,
        label: named.label,
        unit: named.unit,
    };
    Ok(named(study)?.into_iter().map(asked).collect())
}
