//! What each action of a country waits for, in words that any table of results can be held against.

use crate::analysis::replicate::COUNTRY;
use crate::analysis::unmet::{self, Unmet};
use crate::sim::model::Model;
use crate::sim::policy::{Policy, When};

/// Every action, before any run.
pub fn all(model: &Model) -> Vec<Unmet> {
    let of = |place: usize| {
        let action = &model.interventions[place];
        let when = match (model.policy, action.option) {
            (Policy::Reactive, Some(_)) => unmet::When::Choice,
            _ => told(model, &action.when),
        };
        let ends = model.interventions.iter().filter(|other| other.ends.contains(&place));
        Unmet::new(&action.id, when, ends.map(|other| other.id.clone()).collect())
    };
    (0..model.interventions.len()).map(of).collect()
}

fn told(model: &Model, when: &When) -> unmet::When {
    let parts = |parts: &[When]| parts.iter().map(|part| told(model, part)).collect();
    match when {
        When::At(tick) => unmet::When::Date { tick: *tick as usize },
        When::After { intervention, ticks } => {
            let other = &model.interventions[*intervention];
            // Words are told when they are said, and not when they take effect.
            let lag = if other.is_statement() { other.lag } else { 0 };
            unmet::When::Action {
                action: other.id.clone(),
                ticks: (ticks + lag) as usize,
                since: Vec::new(),
            }
        }
        When::Crosses(condition) => unmet::When::Metric {
            metric: condition.metric.name(),
            area: condition.area.map_or(COUNTRY, |area| id(model, area)).to_owned(),
            above: condition.above,
            level: condition.level,
            ticks: condition.ticks as usize,
            came: Vec::new(),
        },
        When::All(of) => unmet::When::All { of: parts(of) },
        When::Any(of) if of.is_empty() => unmet::When::Nothing,
        When::Any(of) => unmet::When::Any { of: parts(of) },
    }
}

/// What results call a region or a place.
fn id(model: &Model, area: usize) -> &str {
    match area.checked_sub(model.regions.len()) {
        None => &model.regions[area].id,
        Some(place) => &model.places[place].id,
    }
}
