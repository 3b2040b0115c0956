//! How it was made, and what it must not be used for.

use maud::{Markup, html};

use super::{Of, words};
use crate::report::format::number;

/// Provenance: enough to make the same bytes again.
pub fn section(of: &Of) -> Markup {
    let made = &of.folder.made;
    html! {
        section aria-labelledby=(of.id("how")) {
            h2 id=(of.id("how")) { (words::HOW) }
            dl {
                dt { (words::SCENARIO) } dd { (made.scenario) ": " (of.folder.title) }
                dt { (words::DICE) } dd { (words::dice(made.seed, made.replicates)) }
                @if made.people > 0 { dt { (words::PEOPLE) } dd { (words::people(&number(made.people as f64), made.persons_per_agent)) } }
                @for (arm, changes) in &made.arms { dt { (words::ARM) " " (arm) } dd { @if changes.is_empty() { (words::AS_WRITTEN) } @else { @for change in changes { code { (change) } br; } } } }
                dt { (words::VERSION) } dd { "qantar " (made.version) }
                dt { (words::AGAIN) } dd { code { "qantar reproduce " (made.folder) } }
            }
            details {
                summary { (words::FILES) }
                table { tbody { @for (name, digest) in &made.files { tr { th scope="row" { (name) } td.digest { code { (digest) } } } } } }
            }
        }
    }
}

/// The limits, on every page.
pub fn limits() -> Markup {
    html! {
        aside.limits aria-label=(words::LIMITS) {
            h2 { (words::LIMITS) }
            ul { @for line in words::LIMIT_LINES { li { (line) } } }
        }
    }
}
