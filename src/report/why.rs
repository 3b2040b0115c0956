//! What a reader sees of what decided: what pushed people out and made them violent, and what held them back.

use serde::Serialize;

use super::compare::cut;
use super::format::{number, wrapped};
use crate::analysis::why::{Across, Part};

/// What there is to tell.
#[derive(Clone, Debug, Serialize)]
pub struct Why {
    /// The form of this document, `qantar-why/1`.
    pub format: &'static str,
    /// Title of the scenario.
    pub title: String,
    /// Seed of the dice.
    pub seed: u64,
    /// The replicates that were run again.
    pub replicates: Vec<u32>,
    /// Place, time and arm.
    pub here: Named,
    /// What it is held against.
    pub there: Option<Named>,
    /// People out at the end of the tick.
    pub participants: Sides,
    /// Of these, people who attack, burn or loot.
    pub violent: Sides,
    /// Going out.
    pub turnout: Decision,
    /// Violence of those who are out.
    pub violence: Decision,
}

/// A moment as it is called.
#[derive(Clone, Debug, Serialize)]
pub struct Named {
    /// At the head of a column.
    pub short: String,
    /// In full.
    pub full: String,
}

/// A number of both moments; `null` where no run has it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Sides {
    /// Here.
    pub here: Option<Across>,
    /// There.
    pub there: Option<Across>,
}

/// What decided.
#[derive(Clone, Debug, Serialize)]
pub struct Decision {
    /// What pushed and what held back, in utility, as [`crate::analysis::why::parts`] sorts it.
    pub parts: Vec<Part>,
    /// What the parts add up to.
    pub utility: Sides,
    /// Share who want to.
    pub willing: Sides,
}

/// What parts are called. The first words of a phrase must make sense after "by".
pub const PARTS: &[(&str, &str)] = &[
    ("background", "hardship that is always there"),
    ("banks", "banks and cash machines that fail"),
    ("price", "the price"),
    ("discontent", "discontent with those who rule"),
    ("participation", "the cost of taking part"),
    ("police", "the risk of arrest"),
    ("fear", "fear"),
    ("crowd", "the crowd seen or heard of"),
    ("belief", "belief that protest works"),
    ("coordination", "coordination"),
    ("rumour", "rumours"),
    ("reassurance", "reassurance"),
    ("narrative", "what state media say"),
    ("danger", "violence in the street"),
    ("threshold", "staying at home as usual"),
    ("hour", "the hour of the day"),
    ("cold", "the cold"),
    ("curfew", "the curfew"),
    ("acquaintances", "acquaintances who are out"),
    ("anger", "anger at force"),
    ("way", "the way to the square"),
    ("disposition", "their own disposition"),
    ("overstretch", "police who have too much to do"),
    ("surprise", "how suddenly the crowd grew"),
    ("arms", "weapons in the crowd"),
    ("isolation", "the network that is down"),
    ("darkness", "the dark"),
    ("reluctance", "reluctance to be violent"),
    ("discipline", "the habit of peaceful protest"),
    ("rounding", "rounding of the engine's steps"),
];

/// What weighs less than this, in utility, is not listed.
const LISTED: f64 = 0.005;

const READING: &str = "In utility: above zero pushes, below holds back, and who has more than zero in all acts. Numbers \
                       are means over those who decide it: of going out, the keenest hundredth of the residents; of \
                       violence, the keenest tenth of these. They say what decided in the model, from its assumptions; \
                       they are no proof of what moved people.";

/// What a part is called.
pub fn phrase(name: &str) -> &str {
    PARTS
        .iter()
        .find(|(known, _)| *known == name)
        .map_or(name, |(_, phrase)| phrase)
}

/// The answer in a sentence or two for each decision, then the numbers. Plain UTF-8.
pub fn text(why: &Why) -> String {
    let against = why
        .there
        .as_ref()
        .map_or(String::new(), |there| format!(", against {}", there.full));
    let mut text = format!("{}\n", why.title);
    text += &wrapped("", &format!("{}{against}", why.here.full));
    text += &format!(
        "seed {}, mean of {}, each run again to this hour\n\n",
        why.seed,
        runs(&why.replicates)
    );
    text += &head(why);
    text += &measured("people out", why.participants, |value| number(value.round()));
    text += &measured("  of them violent", why.violent, |value| number(value.round()));
    for (title, wish, decision) in [
        ("Going out", "residents who want to go out", &why.turnout),
        ("Violence", "of these, want to be violent", &why.violence),
    ] {
        text += &format!("\n{title}\n");
        text += &wrapped("  ", &answer(decision));
        text += &head(why);
        for part in decision.parts.iter().filter(|part| is_listed(part)) {
            text += &row(
                &format!("  {}", phrase(part.name)),
                &utility(part.here),
                part.there.map(utility),
                part.there.map(|_| utility(part.weight())),
            );
        }
        text += &measured("  all together", decision.utility, utility);
        text += &measured(&format!("  {wish}"), decision.willing, percent);
    }
    text += "\n";
    text + &wrapped("", READING)
}

fn runs(replicates: &[u32]) -> String {
    match replicates {
        [one] => format!("one run (replicate {one})"),
        [first, .., last] => format!("{} runs (replicates {first} to {last})", replicates.len()),
        [] => "no run".to_owned(),
    }
}

fn is_listed(part: &Part) -> bool {
    part.here.abs() >= LISTED || part.there.is_some_and(|there| there.abs() >= LISTED)
}

/// What pushed most and what held back most; against another moment, what made the difference.
fn answer(decision: &Decision) -> String {
    let compared = decision.parts.iter().any(|part| part.there.is_some());
    let told = |parts: Vec<&Part>| {
        let told: Vec<String> = parts
            .into_iter()
            .take(3)
            .map(|part| format!("{} ({})", phrase(part.name), utility(part.weight())))
            .collect();
        match told.is_empty() {
            true => "nothing".to_owned(),
            false => told.join(", "),
        }
    };
    let weighty = || decision.parts.iter().filter(|part| part.weight().abs() >= LISTED);
    let pushed = told(weighty().filter(|part| part.weight() > 0.0).collect());
    let held = told(weighty().rev().filter(|part| part.weight() < 0.0).collect());
    match compared {
        true => format!("What made it more likely here: {pushed}. Less likely: {held}."),
        false => format!("Pushed most by: {pushed}. Held back most by: {held}."),
    }
}

fn head(why: &Why) -> String {
    let there = why.there.as_ref().map(|there| cut(&there.short, 13));
    let difference = there.as_ref().map(|_| "difference".to_owned());
    row("", &cut(&why.here.short, 13), there, difference)
}

/// A row of a table.
fn row(name: &str, here: &str, there: Option<String>, difference: Option<String>) -> String {
    let rest = there.into_iter().chain(difference);
    let cells: String = rest.map(|cell| format!(" {cell:>13}")).collect();
    format!("{name:<38}{here:>14}{cells}\n")
}

/// A number here and there, and how far runs lie apart where there are several.
fn measured(name: &str, sides: Sides, show: impl Fn(f64) -> String) -> String {
    let cell = |side: Option<Across>| side.map_or("-".to_owned(), |across| show(across.mean));
    let range = |side: Option<Across>| {
        side.filter(|across| across.low < across.high)
            .map_or(String::new(), |across| {
                format!("{}..{}", show(across.low), show(across.high))
            })
    };
    let there = sides.there.map(|there| cell(Some(there)));
    let mut text = row(name, &cell(sides.here), there, None);
    let (here, there) = (range(sides.here), range(sides.there));
    if !here.is_empty() || !there.is_empty() {
        text += row("    lowest..highest run", &here, Some(there), None).trim_end();
        text += "\n";
    }
    text
}

fn utility(value: f64) -> String {
    match format!("{value:+.2}").as_str() {
        "+0.00" | "-0.00" => "0".to_owned(),
        text => text.to_owned(),
    }
}

fn percent(share: f64) -> String {
    format!("{:.2} %", 100.0 * share)
}
