//! Held against the record: each observation, the range that is accepted, and where the runs lie.

use maud::{Markup, html};

use super::{Of, words};
use crate::analysis::score::{Judgement, Observation, Record, Score};
use crate::report::format::number;
use crate::report::picture::strip;

/// The table, pattern by pattern; nothing where there is no score.
pub fn section(of: &Of) -> Markup {
    let Some((record, score)) = &of.folder.score else {
        return html! {};
    };
    let rows = |pattern: Option<usize>| -> Vec<(&Observation, &Judgement)> {
        let pairs = record.observations.iter().zip(&score.judgements);
        pairs
            .filter(|(observation, _)| observation.pattern == pattern)
            .collect()
    };
    let others = rows(None);
    html! {
        section aria-labelledby=(of.id("record")) {
            h2 id=(of.id("record")) { (words::RECORD) }
            p.lead { (words::RECORD_LEAD) }
            @for (number_of, pattern) in record.patterns.iter().enumerate() {
                h3 { (pattern.id) ": " (pattern.title) " " span.r { (words::shown(score.shows(record, number_of))) } }
                (table(record, score, &rows(Some(number_of))))
            }
            @if !others.is_empty() {
                details {
                    summary { (words::other_observations(others.len())) }
                    (table(record, score, &others))
                }
            }
        }
    }
}

fn table(record: &Record, _score: &Score, rows: &[(&Observation, &Judgement)]) -> Markup {
    html! {
        div.frame tabindex="0" role="group" aria-label=(words::RECORD) { table {
            thead { tr {
                th scope="col" { (words::OBSERVATION) } th scope="col" { (words::AGAINST) } th scope="col" { (words::OBSERVED) }
                th scope="col" { (words::ACCEPTED) } th scope="col" { (words::RUNS_HERE) } th scope="col" { (words::INSIDE) } th scope="col" { (words::AGREES) }
            } }
            tbody { @for (observation, judgement) in rows {
                @let spread = judgement.spread.map(|spread| (spread.low, spread.median, spread.high));
                tr {
                    th scope="row" {
                        (observation.what) br;
                        span.r { (words::known_from(observation, record)) }
                    }
                    td { (strip::against(&observation.what, observation.accept, observation.value, spread).markup()) }
                    td.nowrap { @if let Some(value) = observation.value { (number(value)) " " } span.r { (observation.unit) } }
                    td.nowrap { (words::range(number(observation.accept.0), number(observation.accept.1))) }
                    td { @if let Some((low, median, high)) = spread { span.n { (super::near(median)) } " " span.r.nowrap { (words::range(super::near(low), super::near(high))) } } @else { (words::NEVER) } }
                    td { (words::percent(judgement.inside)) }
                    td { (words::yes_no(judgement.agrees)) }
                }
            } }
        } }
    }
}
