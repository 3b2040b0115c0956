//! The end of a branch that was played: what was policy and what was luck, beside what is on record.

use std::sync::Arc;

use maud::{Markup, html};

use super::found::Found;
use super::room::Room;
use super::worlds::{World, observed};
use crate::analysis::contrast::Contrast;
use crate::analysis::score::Observation;
use crate::analysis::spread::Spread;
use crate::report::compare::signed;
use crate::report::format::number;

/// Of these worlds, the first is the one that was governed.
pub fn section(room: &Room, name: &str, pairs: &[[Arc<World>; 2]], found: &Found) -> Markup {
    let Some(first) = pairs.first() else {
        return html! {};
    };
    let record: Vec<&Observation> = observed(room.record()).collect();
    html! {
        section.played aria-labelledby="luck" {
            h2 id="luck" { "What was your policy, and what was luck" }
            p.lead {
                "You governed in one world. Policy is the mean difference to the same worlds with the same dice, governed as the scenario is written, with its 95 % interval. \
                 Luck is how far your own choices end differently with other dice."
                @if !record.is_empty() { " The record is what is known of what happened; it says nothing of what would have." }
            }
            (totals(room, (name, first), found, &record))
            @if !record.is_empty() { (beside(name, pairs, &record)) }
        }
    }
}

/// The totals that matter first.
fn totals(room: &Room, (name, first): (&str, &[Arc<World>; 2]), found: &Found, record: &[&Observation]) -> Markup {
    let study = &room.alone.0;
    let of_first = |outcome: &str, arm: usize| {
        let place = found.asked.iter().position(|asked| asked.name == outcome)?;
        first[arm].outcomes.get(place).copied().flatten()
    };
    let names = study.family().first_totals();
    let rows = names.iter().filter_map(|name| {
        let named = found.contrasts.iter().find(|named| named.outcome == **name)?;
        Some((named, named.contrast.as_ref()?))
    });
    let asked = study.summed_up();
    let on_record = |outcome: &str| {
        let text = asked.iter().find(|named| named.name == outcome)?.outcome.to_string();
        let same = record.iter().find(|one| one.outcome.to_string() == text)?;
        Some(figure(same))
    };
    let policy = |contrast: &Contrast| match contrast.interval {
        Some(interval) => format!(
            "{} ({} to {})",
            signed(contrast.difference),
            signed(interval.low),
            signed(interval.high)
        ),
        None => format!("{} (too few worlds to say how sure)", signed(contrast.difference)),
    };
    html! {
        div.frame tabindex="0" role="group" aria-label="Policy and luck" { table {
            thead { tr {
                th scope="col" { "Outcome" }
                @if !record.is_empty() { th scope="col" { "On record" } }
                th scope="col" { "Your world, as the scenario is written" } th scope="col" { "Your world, as you governed" }
                th scope="col" { "Policy" } th scope="col" { "Luck: “" (name) "” with other dice" }
            } }
            tbody { @for (named, contrast) in rows { tr {
                th scope="row" { (named.label) }
                @if !record.is_empty() { td { (on_record(&named.outcome).unwrap_or_else(|| "not as such".to_owned())) } }
                td { (told(of_first(&named.outcome, 0))) }
                td { (told(of_first(&named.outcome, 1))) }
                td { (policy(contrast)) }
                td { (number(contrast.arm.low)) " to " (number(contrast.arm.high)) }
            } } }
        } }
    }
}

/// All numbers of the record, beside what came of it in both arms of the first world and with other dice.
fn beside(name: &str, pairs: &[[Arc<World>; 2]], record: &[&Observation]) -> Markup {
    let held = |world: &World, place: usize| world.held.get(place).copied().flatten();
    let others = |place: usize| {
        let had: Vec<f64> = pairs.iter().filter_map(|pair| held(&pair[1], place)).collect();
        (!had.is_empty()).then(|| Spread::told(&had))
    };
    html! {
        h3 id="record" { "Beside what happened" }
        p.small { "Each number of the record, official where the state says so. The median of your choices with other dice, and from 5 % to 95 % of them." }
        div.frame.tall tabindex="0" role="group" aria-label="Beside what happened" { table {
            thead { tr {
                th scope="col" { "What was observed" } th scope="col" { "On record" }
                th scope="col" { "Your world, as the scenario is written" } th scope="col" { "Your world, as you governed" }
                th scope="col" { "“" (name) "” with other dice" }
            } }
            tbody { @for (place, one) in record.iter().enumerate() { tr {
                th scope="row" { (one.what) }
                td { (figure(one)) }
                @for world in &pairs[0] { td { (told(held(world, place))) } }
                td { @match others(place) {
                    Some(spread) => { (number(spread.median)) " (" (number(spread.low)) " to " (number(spread.high)) ")" }
                    None => { (told(None)) }
                } }
            } } }
        } }
    }
}

/// What was observed, and whose figure it is.
fn figure(one: &Observation) -> String {
    let official = if one.official { ", official" } else { "" };
    told(one.value) + official
}

fn told(value: Option<f64>) -> String {
    value.map_or("never".to_owned(), number)
}
