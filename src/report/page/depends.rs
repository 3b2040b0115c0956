//! What the outcomes of a sweep depend on.

use maud::{Markup, html};

use super::{Folder, Of, words};
use crate::analysis::sensitivity::morris::Effect;
use crate::report::format::number;
use crate::report::picture::bars;
use crate::report::sensitivity::{Answer, Sensitivity};

/// Bars, or points where the design is not laid out for shares; nothing where nothing was swept.
pub fn section(of: &Of) -> Markup {
    let Some(sensitivity) = &of.folder.sensitivity else {
        return html! {};
    };
    html! {
        section aria-labelledby=(of.id("depends")) {
            h2 id=(of.id("depends")) { (words::DEPENDS) }
            p.lead { (words::depends_lead(sensitivity.points, sensitivity.replicates, &sensitivity.design)) }
            @for (number_of, one) in sensitivity.outcomes.iter().enumerate() {
                details open[number_of < 3] {
                    summary { (words::outcome(of.folder.label(&one.outcome))) }
                    @match &one.answer {
                        Answer::Shares(shares) => {
                            (table(words::SHARE_OF_VARIANCE, shares.of.iter().map(|share| (share.total, Some((share.total_interval.low, share.total_interval.high)))).collect(), sensitivity))
                        }
                        Answer::Effects(effects) => {
                            (table(words::ELEMENTARY_EFFECT, effects.iter().map(size).collect(), sensitivity))
                        }
                        Answer::Dependence(all) => {
                            (table(words::DEPENDENCE, all.iter().map(|one| (one.index, None)).collect(), sensitivity))
                        }
                        Answer::Bands(points) => { (points_of(&one.outcome, points, sensitivity)) }
                        Answer::Nothing(why) => { p { (why) } }
                    }
                    @if let Some(chance) = one.chance { p.small { (words::chance(chance)) } }
                }
            }
            @for note in &sensitivity.notes { p.small { (note) } }
        }
    }
}

/// The parameter that weighs most in the first outcome, in a sentence.
pub fn strongest(folder: &Folder, sensitivity: &Sensitivity) -> String {
    let Some(first) = sensitivity.outcomes.first() else {
        return words::nothing_told(sensitivity.replicates);
    };
    let sizes: Vec<f64> = match &first.answer {
        Answer::Shares(shares) => shares.of.iter().map(|share| share.total).collect(),
        Answer::Effects(effects) => effects.iter().map(|effect| size(effect).0).collect(),
        Answer::Dependence(all) => all.iter().map(|one| one.index).collect(),
        _ => Vec::new(),
    };
    let order = order(&sizes);
    match order.first() {
        Some(&place) => words::strongest_parameter(
            folder.label(&first.outcome),
            &sensitivity.parameters[place],
            order.get(1).map(|&next| sensitivity.parameters[next].as_str()),
        ),
        None => words::swept(sensitivity.points, &sensitivity.parameters),
    }
}

fn size(effect: &Effect) -> (f64, Option<(f64, f64)>) {
    (
        effect.mu_star,
        Some((effect.mu_star_interval.low, effect.mu_star_interval.high)),
    )
}

fn order(sizes: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by(|&a, &b| sizes[b].total_cmp(&sizes[a]).then(a.cmp(&b)));
    order
}

fn table(what: &str, values: Vec<(f64, Option<(f64, f64)>)>, sensitivity: &Sensitivity) -> Markup {
    let sizes: Vec<f64> = values.iter().map(|value| value.0).collect();
    let highest = values
        .iter()
        .map(|(value, interval)| interval.map_or(*value, |(_, high)| high.max(*value)))
        .fold(0.0, f64::max);
    html! {
        div.frame tabindex="0" role="group" aria-label=(what) { table {
            thead { tr { th scope="col" { (words::PARAMETER) } th scope="col" { (what) } th scope="col" { (words::VALUE) } } }
            tbody { @for place in order(&sizes) {
                @let (value, interval) = values[place];
                tr {
                    th scope="row" { code { (sensitivity.parameters[place]) } }
                    td { (bars::bar(&sensitivity.parameters[place], value, interval, highest).markup()) }
                    td { span.n { (number(value)) } @if let Some((low, high)) = interval { " " span.r.nowrap { (words::range(number(low), number(high))) } } }
                }
            } }
        } }
    }
}

/// Points that are listed, the rest is in the table of runs.
const LISTED: usize = 60;

fn points_of(
    outcome: &str,
    points: &[(Vec<String>, crate::analysis::spread::Spread)],
    sensitivity: &Sensitivity,
) -> Markup {
    let highest = points.iter().map(|(_, spread)| spread.high).fold(0.0, f64::max);
    html! {
        div.frame tabindex="0" role="group" aria-label=(outcome) { table {
            thead { tr { @for parameter in &sensitivity.parameters { th scope="col" { code { (parameter) } } } th scope="col" { (words::from_zero(&number(highest))) } th scope="col" { (words::VALUE) } } }
            tbody { @for (values, spread) in points.iter().take(LISTED) { tr {
                @for value in values { th scope="row" { (value) } }
                td { (bars::bar(&values.join(" "), spread.median, Some((spread.low, spread.high)), highest).markup()) }
                td { (super::spread(spread, sensitivity.replicates)) }
            } } }
        } }
        @if points.len() > LISTED { p.small { (words::more_points(points.len() - LISTED)) } }
    }
}
