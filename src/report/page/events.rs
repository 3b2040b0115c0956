//! The course of events: what always happens, and what is luck.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::{Of, words};
use crate::analysis::happenings::Happening;
use crate::analysis::overview::Overview;
use crate::report::picture::scale::Timeline;
use crate::report::picture::strip;

/// Events of each sort that are told before the fold.
const FIRST: usize = 5;

/// Sorts of events, with what belongs to each.
pub const SORTS: [(&str, &[&str]); 5] = [
    ("protest", &["protest_begins"]),
    (
        "violence",
        &["violence_begins", "first_civilian_death", "first_officer_death"],
    ),
    (
        "sites",
        &["site_seized", "site_abandoned", "site_retaken", "symbolic_act"],
    ),
    ("attacks", &["site_attacked"]),
    (
        "forces",
        &[
            "officers_refuse",
            "reinforcement_departs",
            "reinforcement_arrives",
            "contingent_committed",
            "contingent_arrives",
            "contingent_declined",
            "contingent_leaves",
        ],
    ),
];

/// Those that stand before the fold.
const LEADING: usize = 3;

/// The table; nothing where nothing happened.
pub fn section(of: &Of, overview: &Overview, timeline: &Timeline) -> Markup {
    let arm = &overview.arms[0];
    let sort = |happening: &Happening| {
        SORTS
            .iter()
            .position(|(_, events)| events.contains(&happening.event.as_str()))
    };
    let told: Vec<(usize, &Happening)> = arm
        .happenings
        .iter()
        .filter_map(|one| Some((sort(one)?, one)))
        .collect();
    if told.is_empty() {
        return html! {};
    }
    // Those that happen in most runs are told; what is told is in the order of time.
    let mut leading: Vec<&(usize, &Happening)> = Vec::new();
    for sort in 0..LEADING {
        let mut own: Vec<&(usize, &Happening)> = told.iter().filter(|(other, _)| *other == sort).collect();
        own.sort_by_key(|(_, one)| (std::cmp::Reverse(one.runs()), one.median()));
        leading.extend(own.into_iter().take(FIRST));
    }
    leading.sort_by_key(|(_, one)| one.median());
    let regions: BTreeSet<&str> = told.iter().map(|(_, one)| one.region.as_str()).collect();
    html! {
        section aria-labelledby=(of.id("events")) {
            h2 id=(of.id("events")) { (words::EVENTS) }
            p.lead { (words::events_lead(arm.runs)) }
            (table(of, overview, timeline, leading.iter().map(|(sort, one)| (*sort, *one))))
            details.filtered data-where="" {
                summary { (words::all_events(told.len())) }
                fieldset {
                    legend { (words::SHOW) }
                    @for (sort, (name, _)) in SORTS.iter().enumerate() {
                        label { input type="checkbox" checked class={ "pick" (sort) }; " " (words::event_sort(name)) }
                    }
                    label.where hidden { (words::WHERE) " " select {
                        option value="" { (words::EVERYWHERE) }
                        @for region in regions { option value=(region) { (of.name(region)) } }
                    } }
                }
                (table(of, overview, timeline, told.iter().map(|(sort, one)| (*sort, *one))))
            }
        }
    }
}

fn table<'h>(
    of: &Of,
    overview: &Overview,
    timeline: &Timeline,
    told: impl Iterator<Item = (usize, &'h Happening)>,
) -> Markup {
    let runs = overview.arms[0].runs;
    html! {
        div.frame tabindex="0" role="group" aria-label=(words::EVENTS) {
            table {
                thead { tr { th scope="col" { (words::EVENT) } th scope="col" { (words::between(overview)) } th scope="col" { (words::IN_RUNS) } th scope="col" { (words::MEDIAN) } } }
                tbody { @for (sort, one) in told {
                    @let name = words::event(&one.event, of.name(one.at()), &one.subject);
                    tr class={ "sort" (sort) } data-at=(one.region) {
                        th scope="row" { (name) }
                        td { (strip::dots(&name, &one.ticks, timeline, 340.0).markup()) }
                        td.nowrap { (words::of(one.runs(), runs)) }
                        td.nowrap { @if let Some(tick) = one.median() { (super::time::moment(overview, tick)) } }
                    }
                } }
            }
        }
    }
}
