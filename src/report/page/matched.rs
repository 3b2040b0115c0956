//! A match: what is left of the space wave by wave, what rules out what, and what is known of each parameter.

use maud::{Markup, html};

use super::{Of, words};
use crate::analysis::posterior::Marginal;
use crate::report::format::number;
use crate::report::matching::{Matched, UNKNOWN, Wave, percent};
use crate::report::picture::{bars, strip};

/// Observations that are told of each wave.
const LISTED: usize = 8;

/// The section; nothing where nothing was matched.
pub fn section(of: &Of) -> Markup {
    let Some(matched) = &of.folder.matched else {
        return html! {};
    };
    html! {
        section aria-labelledby=(of.id("waves")) {
            h2 id=(of.id("waves")) { (words::WAVES) }
            p.lead { (words::WAVES_LEAD) }
            (waves(matched))
            @for (number_of, wave) in matched.waves.iter().enumerate() { (rules_out(number_of + 1, wave, number_of + 1 == matched.waves.len())) }
        }
        @if !matched.parameters.is_empty() {
            section aria-labelledby=(of.id("left")) {
                h2 id=(of.id("left")) { (words::LEFT) }
                p.lead { (words::left_lead(matched.worlds)) }
                (parameters(&matched.parameters))
                @if !matched.correlations.is_empty() {
                    h3 { (words::TIES) }
                    ul { @for tie in &matched.correlations { li { code { (tie.a) } " " (words::WITH) " " code { (tie.b) } ": " (words::correlation(tie.correlation)) } } }
                }
            }
        }
    }
}

/// The share of the space that is left, as powers of ten: a wave often leaves a hundredth of what was before it.
fn waves(matched: &Matched) -> Markup {
    let decades = |left: f64| if left > 0.0 { -libm::log10(left) } else { f64::INFINITY };
    let highest = matched
        .waves
        .iter()
        .map(|wave| decades(wave.left))
        .filter(|size| size.is_finite())
        .fold(1.0, f64::max);
    html! {
        div.frame tabindex="0" role="group" aria-label=(words::WAVES) { table {
            thead { tr { th scope="col" { (words::WAVE) } th scope="col" { (words::RULED_OUT) } th scope="col" { (words::SPACE_LEFT) } th scope="col" { (words::SPARED) } th scope="col" { (words::UNSURE) } } }
            tbody { @for (number_of, wave) in matched.waves.iter().enumerate() { tr {
                th scope="row" { (number_of + 1) }
                td { (bars::bar(&words::wave_left(number_of + 1, &percent(wave.left)), decades(wave.left).min(highest), None, highest).markup()) }
                td { (percent(wave.left)) } td { (wave.spared) } td { (words::percent(wave.unsure)) }
            } } }
        } }
    }
}

/// What each observation rules out alone in a wave, most first.
fn rules_out(number_of: usize, wave: &Wave, open: bool) -> Markup {
    let told: Vec<_> = wave
        .observations
        .iter()
        .filter(|of| of.rules_out > 0.0)
        .take(LISTED)
        .collect();
    html! {
        details open[open] {
            summary { (words::wave(number_of)) }
            @if told.is_empty() { p { (words::RULES_NOTHING) } } @else {
                div.frame tabindex="0" role="group" aria-label=(words::wave(number_of)) { table {
                    thead { tr { th scope="col" { (words::OBSERVATION) } th scope="col" { (words::RULES_OUT) } th scope="col" { (words::ALONE) } th scope="col" { (words::EMULATOR) } } }
                    tbody { @for of in told { tr {
                        th scope="row" { (of.id) }
                        td { (bars::bar(&of.id, of.rules_out, None, 1.0).markup()) }
                        td { (words::percent(of.rules_out)) }
                        td { @match (of.explained, of.within) {
                            (Some(explained), Some(within)) => (words::emulator(explained, within)),
                            _ => (words::NOT_EMULATED),
                        } }
                    } } }
                } }
            }
        }
    }
}

/// What is known of each parameter over the worlds, the sharpest first.
fn parameters(all: &[Marginal]) -> Markup {
    let mut sorted: Vec<&Marginal> = all.iter().collect();
    sorted.sort_by(|a, b| b.sharpness.total_cmp(&a.sharpness));
    html! {
        div.frame tabindex="0" role="group" aria-label=(words::LEFT) { table {
            thead { tr { th scope="col" { (words::PARAMETER) } th scope="col" { (words::LEFT_OF) } th scope="col" { (words::VALUE_LEFT) } th scope="col" { (words::SOUGHT) } th scope="col" { (words::KNOWN) } } }
            tbody { @for of in sorted { tr {
                th scope="row" { code { (of.axis.key) } }
                td { (strip::against(&of.axis.key, (of.axis.low, of.axis.high), None, Some((of.p05, of.median, of.p95))).markup()) }
                td { span.n { (number(of.median)) } " " span.r.nowrap { (words::range(number(of.p05), number(of.p95))) " " (of.axis.unit) } }
                td.nowrap { (words::range(number(of.axis.low), number(of.axis.high))) }
                td { @if of.sharpness < UNKNOWN { (words::UNKNOWN) } @else { (words::narrower(of.sharpness)) } }
            } } }
        } }
    }
}
