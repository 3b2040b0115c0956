//! How sure: every total with the range of the dice, in each arm.

use maud::{Markup, html};

use super::{Of, spread, words};

/// The table; nothing where there are no totals.
pub fn section(of: &Of) -> Markup {
    let totals = &of.folder.totals;
    let arms: Vec<&String> = of.folder.made.arms.iter().map(|(name, _)| name).collect();
    let Some(first) = arms.first().filter(|_| !totals.is_empty()) else {
        return html! {};
    };
    html! {
        section aria-labelledby=(of.id("sure")) {
            h2 id=(of.id("sure")) { (words::SURE) }
            p.lead { (words::sure_lead(of.runs())) }
            div.frame tabindex="0" role="group" aria-label=(words::SURE) {
                table {
                    thead { tr { th scope="col" { (words::OUTCOME) } @for arm in &arms { th scope="col" { (arm) } } } }
                    tbody { @for total in totals.iter().filter(|total| total.arm == **first) { tr {
                        th scope="row" { (total.label) }
                        @for arm in &arms {
                            td {
                                @if let Some(own) = totals.iter().find(|own| own.arm == **arm && own.name == total.name) {
                                    @match &own.spread {
                                        Some(range) => { (spread(range, of.runs())) }
                                        None => { (words::NEVER) }
                                    }
                                    @if own.runs < of.runs() && own.spread.is_some() { " " span.r { (words::of(own.runs, of.runs())) } }
                                }
                            }
                        }
                    } } }
                }
            }
        }
    }
}
