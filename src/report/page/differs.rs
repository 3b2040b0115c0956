//! What would be different: arms against the baseline, and what each action did.

use maud::{Markup, html};

use super::{Folder, Of, words};
use crate::analysis::contrast::{Contrast, Named};
use crate::analysis::telling::by_weight;
use crate::report::compare::signed;
use crate::report::picture::scale::Scale;
use crate::report::picture::strip;
use crate::table::Table;

/// The tables; nothing where nothing was compared.
pub fn section(of: &Of) -> Markup {
    let contrasts = &of.folder.contrasts;
    let arms: Vec<&(String, Vec<String>)> = of.folder.made.arms.iter().skip(1).collect();
    html! {
        @for (number_of, (arm, changes)) in arms.iter().map(|arm| (&arm.0, &arm.1)).enumerate() {
            @let own: Vec<&Named> = contrasts.iter().filter(|one| one.arm == *arm).collect();
            @if !own.is_empty() {
                section aria-labelledby=(of.id(&format!("differs{number_of}"))) {
                    h2 id=(of.id(&format!("differs{number_of}"))) { (words::differs(arm)) }
                    p.lead { (words::differs_lead(of.runs(), changes)) }
                    (forest(of, arm, &own))
                }
            }
        }
        @if let Some(ablation) = &of.folder.ablation { (ablated(of, ablation)) }
    }
}

/// Differences as shares of the baseline, those that weigh most first.
fn forest(of: &Of, arm: &str, own: &[&Named]) -> Markup {
    let baseline = of.folder.made.arms.first().map_or("", |(name, _)| name);
    let rows = by_weight(own);
    let ends = rows
        .iter()
        .filter_map(|row| row.relative)
        .flat_map(|(value, low, high)| [value, low, high]);
    let ends: Vec<f64> = ends.map(|value| value.clamp(-3.0, 3.0)).collect();
    let differs = ends.iter().any(|value| *value != 0.0);
    let scale = Scale::around_zero(ends, (6.0, 214.0));
    let row = |named: &Named, contrast: &Contrast, relative: Option<(f64, f64, f64)>| {
        html! {
            tr {
                th scope="row" { (named.label) }
                td { (super::near(contrast.baseline.median)) } td { (super::near(contrast.arm.median)) }
                td { @if let Some((value, low, high)) = relative { (strip::difference(&named.label, value, (low, high), &scale).markup()) } }
                td { span.n { (signed(contrast.difference)) } " " span.r.nowrap { @if let Some(interval) = contrast.interval { (signed(interval.low)) " " (words::TO) " " (signed(interval.high)) } } }
                td { (super::agreement(contrast)) }
            }
        }
    };
    html! {
        div.frame tabindex="0" role="group" aria-label=(words::differs(arm)) {
            table {
                thead { tr {
                    th scope="col" { (words::OUTCOME) } th scope="col" { (baseline) } th scope="col" { (arm) }
                    th scope="col" { (words::share_axis(scale.values, differs)) } th scope="col" { (words::DIFFERENCE) } th scope="col" { (words::RUNS_AGREE) }
                } }
                tbody { @for ranked in &rows { @if let Some(contrast) = &ranked.named.contrast { (row(ranked.named, contrast, ranked.relative)) } } }
            }
        }
        p.small { (words::FOREST_KEY) }
    }
}

/// The strongest clear effect of an action on the first outcome, in a sentence.
pub fn strongest(folder: &Folder, ablation: &Table) -> Option<String> {
    let [outcome, action] = ["outcome", "action"].map(|name| ablation.column(name));
    let [effect, low, high] = ["effect", "effect_low", "effect_high"].map(|name| ablation.column(name));
    let (outcome, action, effect, low, high) = (outcome?, action?, effect?, low?, high?);
    let clear = |row: &usize| low.number(*row) > 0.0 || high.number(*row) < 0.0;
    let row = (0..ablation.rows()).find(clear)?;
    Some(words::strongest_action(
        folder.deed(action.text(row)),
        folder.label(outcome.text(row)),
        effect.number(row),
        (low.number(row), high.number(row)),
    ))
}

fn ablated(of: &Of, ablation: &Table) -> Markup {
    let text = |name: &str, row: usize| ablation.column(name).map_or("", |column| column.text(row)).to_owned();
    let value = |name: &str, row: usize| ablation.column(name).map_or(f64::NAN, |column| column.number(row));
    let mut outcomes: Vec<String> = (0..ablation.rows()).map(|row| text("outcome", row)).collect();
    outcomes.dedup();
    html! {
        section aria-labelledby=(of.id("ablated")) {
            h2 id=(of.id("ablated")) { (words::ABLATED) }
            p.lead { (words::ablated_lead(of.runs())) }
            @for (number_of, outcome) in outcomes.iter().enumerate() {
                @let rows: Vec<usize> = (0..ablation.rows()).filter(|&row| text("outcome", row) == *outcome).collect();
                @let ends = rows.iter().flat_map(|&row| [value("effect_low", row), value("effect_high", row)]);
                @let scale = Scale::around_zero(ends, (6.0, 214.0));
                details open[number_of == 0] {
                    summary { (words::outcome(of.folder.label(outcome))) }
                    div.frame tabindex="0" role="group" aria-label=(outcome) { table {
                        thead { tr { th scope="col" { (words::ACTION) } th scope="col" { (words::EFFECT_AXIS) } th scope="col" { (words::EFFECT) } th scope="col" { (words::RUNS_AGREE) } } }
                        tbody { @for row in rows { tr {
                            th scope="row" { (of.folder.deed(&text("action", row))) }
                            td { (strip::difference(&text("action", row), value("effect", row), (value("effect_low", row), value("effect_high", row)), &scale).markup()) }
                            td { span.n { (signed(value("effect", row))) } " " span.r.nowrap { (signed(value("effect_low", row))) " " (words::TO) " " (signed(value("effect_high", row))) } }
                            td.nowrap { (words::higher_lower(value("higher_with", row) as usize, value("lower_with", row) as usize, value("pairs", row) as usize)) }
                        } } }
                    } }
                }
            }
        }
    }
}
