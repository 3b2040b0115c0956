//! Why: what pushed and what held back in each region, for two of them side by side.

use maud::{Markup, html};

use super::{Of, framed, words};
use crate::analysis::overview::Overview;
use crate::analysis::why::{Reasoned, Reasons};
use crate::report::format::day;
use crate::report::picture::scale::Timeline;
use crate::report::why::{Decided, picture, utility};

/// Most places that are told, so that a page of many arms can still be sent.
const MOST: usize = 40;
const SIZE: (f64, f64) = (430.0, 300.0);

/// The section; nothing where what decided was not kept.
pub fn section(of: &Of, overview: &Overview, timeline: &Timeline) -> Markup {
    let Some(reasons) = of.folder.why.as_ref().filter(|reasons| !reasons.places.is_empty()) else {
        return html! {};
    };
    let places = &reasons.places[..reasons.places.len().min(MOST)];
    let picked = picked(reasons, places);
    html! {
        section.why aria-labelledby=(of.id("why")) data-why="" {
            h2 id=(of.id("why")) { (words::WHY) }
            p.lead { (words::WHY_LEAD) }
            @if reasons.places.len() > MOST { p.small { (words::why_more(reasons.places.len() - MOST)) } }
            p.picks hidden {
                @for (number, chosen) in picked.iter().enumerate() { label {
                    (words::PICKS[number]) " "
                    select { @for place in places { option value=(id(of, place)) selected[std::ptr::eq(place, *chosen)] { (called(of, place)) } } }
                } }
            }
            div.cards { @for place in places { (card(of, overview, reasons, place, timeline)) } }
            (side_by_side(of, overview, reasons, places))
        }
    }
}

/// The id of what is told of a region, if it is.
pub fn link(of: &Of, arm: &str, region: &str) -> Option<String> {
    let places = &of.folder.why.as_ref()?.places;
    let found = places
        .iter()
        .take(MOST)
        .find(|place| place.arm == arm && place.region == region);
    found.map(|place| id(of, place))
}

fn id(of: &Of, place: &Reasoned) -> String {
    of.id(&format!("why-{}.{}", place.arm, place.region))
}

fn called(of: &Of, place: &Reasoned) -> String {
    match of.folder.made.arms.len() {
        0 | 1 => of.name(&place.region).to_owned(),
        _ => format!("{}, {}", of.name(&place.region), place.arm),
    }
}

/// Two places to begin with: where the largest share wanted violence, and of those where hardly anybody did, the one where
/// most wanted to go out.
fn picked<'r>(reasons: &Reasons, places: &'r [Reasoned]) -> Vec<&'r Reasoned> {
    let own = || places.iter().filter(|place| place.arm == places[0].arm);
    let out = |place: &Reasoned| share(reasons, place, "turnout_willing");
    let violent = |place: &Reasoned| {
        let of_these = share(reasons, place, "violence_willing");
        out(place) * if of_these.is_finite() { of_these } else { 0.0 }
    };
    let most = |places: &mut dyn Iterator<Item = &'r Reasoned>, of: &dyn Fn(&Reasoned) -> f64| {
        places.reduce(|best, place| if of(place) > of(best) { place } else { best })
    };
    let first = most(&mut own(), &violent);
    let others = || own().filter(|place| first.is_none_or(|first| first.region != place.region));
    let calm = most(&mut others().filter(|place| violent(place) < 0.01 * out(place)), &out);
    first
        .into_iter()
        .chain(calm.or_else(|| most(&mut others(), &out)))
        .collect()
}

fn card(of: &Of, overview: &Overview, reasons: &Reasons, place: &Reasoned, timeline: &Timeline) -> Markup {
    let name = called(of, place);
    html! {
        div.card.place id=(id(of, place)) tabindex="-1" {
            h3 { (name) }
            p.small { (words::why_height(
                &super::time::moment(overview, height(reasons, place)),
                share(reasons, place, "turnout_willing"),
                share(reasons, place, "violence_willing"),
            )) }
            @for decided in Decided::BOTH {
                h4 { (words::decision(decided)) }
                (framed(&picture(decided, &words::why_of(decided, &name), reasons, place, timeline, SIZE)))
            }
            (by_day(overview, reasons, place))
        }
    }
}

/// The tick in which most wanted to go out.
fn height(reasons: &Reasons, place: &Reasoned) -> usize {
    place.height(reasons.number("turnout_willing"))
}

/// A share at that height.
fn share(reasons: &Reasons, place: &Reasoned, name: &str) -> f64 {
    place.ticks[height(reasons, place)][reasons.number(name)]
}

/// The table that says what the pictures say: every part, as its mean over each day.
fn by_day(overview: &Overview, reasons: &Reasons, place: &Reasoned) -> Markup {
    if overview.day_ends.is_empty() {
        return html! {};
    }
    html! {
        details {
            summary { (words::NUMBERS) }
            div.frame tabindex="0" role="group" aria-label=(words::NUMBERS) { table {
                thead { tr { th scope="col" { (words::WHY_PART) } @for &end in &overview.day_ends { th scope="col" { (day(&overview.times[end])) } } } }
                tbody { @for decided in Decided::BOTH { @for (column, phrase) in decided.columns() {
                    @let days = place.by_day(&overview.day_ends, reasons.number(&column));
                    @if days.iter().any(|value| value.abs() >= 0.005) { tr {
                        th scope="row" { (phrase) }
                        @for value in days { td { (utility(value)) } }
                    } }
                } } }
            } }
        }
    }
}

/// Every part at the height of each place, those first in which the places differ most; two columns are shown at a time
/// where a script runs.
fn side_by_side(of: &Of, overview: &Overview, reasons: &Reasons, places: &[Reasoned]) -> Markup {
    let moment = |place: &Reasoned| super::time::moment(overview, height(reasons, place));
    html! {
        h3 { (words::WHY_BESIDE) }
        p.small { (words::WHY_BESIDE_LEAD) }
        div.frame tabindex="0" role="group" aria-label=(words::WHY_BESIDE) { table.beside {
            thead { tr { th scope="col" { (words::WHY_PART) } @for place in places {
                th scope="col" data-of=(id(of, place)) { (called(of, place)) br; span.r { (moment(place)) } }
            } } }
            @for decided in Decided::BOTH { tbody {
                tr { th scope="rowgroup" { (words::decision(decided)) } @for place in places { td data-of=(id(of, place)) {} } }
                @for (phrase, values) in apart(decided, reasons, places) { tr {
                    th scope="row" { (phrase) }
                    @for (value, place) in values.into_iter().zip(places) { td data-of=(id(of, place)) { (utility(value)) } }
                } }
                tr { th scope="row" { (words::WHY_TOGETHER) } @for place in places {
                    td data-of=(id(of, place)) { strong { (utility(share(reasons, place, decided.utility()))) } }
                } }
            } }
        } }
    }
}

/// The parts at the height of each place, by how far the places lie apart; those that are nothing anywhere are left out.
fn apart(decided: Decided, reasons: &Reasons, places: &[Reasoned]) -> Vec<(&'static str, Vec<f64>)> {
    let row = |(column, phrase): (String, &'static str)| {
        let values: Vec<f64> = places.iter().map(|place| share(reasons, place, &column)).collect();
        (phrase, values)
    };
    let span = |values: &[f64]| {
        let (low, high) = values
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(*value), high.max(*value))
            });
        high - low
    };
    let mut rows: Vec<_> = decided.columns().map(row).collect();
    rows.retain(|(_, values)| values.iter().any(|value| value.abs() >= 0.005));
    rows.sort_by(|a, b| span(&b.1).total_cmp(&span(&a.1)));
    rows
}
