//! An answer in plausible worlds: in how many it goes which way, and which parameter decides it.

use maud::{Markup, html};

use super::{Of, framed, words};
use crate::analysis::contrast::Named;
use crate::analysis::worlds::{Answer, Decides};
use crate::report::compare::{in_worlds, signed};
use crate::report::format::number;
use crate::report::picture::dots;

/// Pictures of an arm; more would say the same again.
const PICTURES: usize = 4;

/// The section; nothing where all runs are of one world.
pub fn section(of: &Of) -> Markup {
    let arms = of.folder.made.arms.iter().skip(1).map(|(name, _)| name);
    html! {
        @for (number_of, arm) in arms.enumerate() {
            @let answers = answers(of, arm);
            @if !answers.is_empty() {
                section aria-labelledby=(of.id(&format!("worlds{number_of}"))) {
                    h2 id=(of.id(&format!("worlds{number_of}"))) { (words::worlds(arm)) }
                    p.lead { (words::WORLDS_LEAD) }
                    (table(&answers))
                    (pictures(&answers))
                }
            }
        }
    }
}

/// The answer of an arm as a sentence: of the first outcome that matters and is told in worlds.
pub fn sentence(of: &super::Folder, arm: &str) -> Option<String> {
    let baseline = of.made.arms.first().map_or("", |(name, _)| name);
    let own = || of.contrasts.iter().filter(|one| one.arm == arm && one.worlds.is_some());
    let dead = own().find(|one| one.outcome == crate::report::compare::FIRST);
    let named = dead.or_else(|| own().next())?;
    Some(in_worlds(arm, baseline, &named.label, named.worlds.as_ref()?))
}

/// The outcomes of an arm that are told in worlds, the surest first.
fn answers<'o>(of: &'o Of, arm: &str) -> Vec<(&'o Named, &'o Answer)> {
    let own = of.folder.contrasts.iter().filter(|one| one.arm == *arm);
    let mut answers: Vec<_> = own.filter_map(|named| Some((named, named.worlds.as_ref()?))).collect();
    answers.sort_by_key(|(_, answer)| answer.verdict as u8);
    answers
}

fn table(answers: &[(&Named, &Answer)]) -> Markup {
    html! {
        div.frame tabindex="0" role="group" aria-label=(words::WORLDS_TABLE) { table {
            thead { tr {
                th scope="col" { (words::OUTCOME) } th scope="col" { (words::VERDICT) } th scope="col" { (words::WORLDS_AGREE) }
                th scope="col" { (words::WORLDS_EFFECT) } th scope="col" { (words::WORLDS_DICE) } th scope="col" { (words::WORLDS_DECIDES) }
            } }
            tbody { @for (named, answer) in answers { tr {
                th scope="row" { (named.label) }
                td { (answer.verdict.name()) }
                td { (words::higher_lower(answer.higher, answer.lower, answer.worlds)) }
                td { span.n { (signed(answer.effect.median)) } " " span.r.nowrap { (signed(answer.effect.low)) " " (words::TO) " " (signed(answer.effect.high)) } }
                td { @if let Some(dice) = answer.dice { (words::percent(dice)) } }
                td { @for decides in &answer.decides { (code(decides)) } @if answer.decides.is_empty() { (words::NOTHING_DECIDES) } }
            } } }
        } }
    }
}

fn code(decides: &Decides) -> Markup {
    html! { code { (decides.key) } " " span.r { (words::decides(decides.rank, &number(decides.splits_at), decides.tells)) } br; }
}

/// A dot is a world: its effect against the parameter that goes with it most, where one does.
fn pictures(answers: &[(&Named, &Answer)]) -> Markup {
    let decided = answers
        .iter()
        .filter_map(|(named, answer)| Some((named, answer.decides.first()?)));
    let decided: Vec<_> = decided.take(PICTURES).collect();
    html! {
        @if !decided.is_empty() {
            p.small { (words::WORLDS_DOTS) }
            div.cards { @for (named, decides) in decided { div.card {
                h3 { (words::outcome(&named.label)) }
                (framed(&dots::picture(&words::worlds_of(&named.label, &decides.key), &decides.key, &decides.points, decides.splits_at, (430.0, 240.0))))
                details {
                    summary { (words::NUMBERS) }
                    div.frame.tall tabindex="0" role="group" aria-label=(words::NUMBERS) { table {
                        thead { tr { th scope="col" { code { (decides.key) } } th scope="col" { (words::outcome(&named.label)) } } }
                        tbody { @for (value, effect) in &decides.points { tr { th scope="row" { (number(*value)) } td { (signed(*effect)) } } } }
                    } }
                }
            } } }
        }
    }
}
