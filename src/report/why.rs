//! What a reader sees of what decided: what pushed people out and made them violent, and what held them back.

use serde::Serialize;

use super::compare::cut;
use super::format::{number, wrapped};
use super::picture::scale::Timeline;
use super::picture::{Picture, stack};
use crate::analysis::why::{Across, Part, Reasoned, Reasons};

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

/// What is drawn as one: what it is called, and its parts.
pub type Group = (&'static str, &'static [&'static str]);

/// Going out as it is drawn: first what pushes, then what holds back. Between them are all parts, so that they add up.
pub const TURNOUT: [Group; 8] = [
    ("price and hardship", &["background", "banks", "price"]),
    ("discontent with those who rule", &["discontent"]),
    ("others who are out", &["crowd", "acquaintances"]),
    ("belief, rumours, anger", &["belief", "coordination", "rumour", "anger"]),
    (
        "staying at home as usual",
        &["threshold", "participation", "way", "rounding"],
    ),
    ("risk and fear", &["police", "fear", "danger"]),
    ("night, cold, curfew", &["hour", "cold", "curfew"]),
    ("reassurance, state media", &["reassurance", "narrative"]),
];

/// Violence as it is drawn.
pub const VIOLENCE: [Group; 8] = [
    ("their own disposition", &["disposition"]),
    ("police overstretched, sudden crowd", &["overstretch", "surprise"]),
    ("weapons in the crowd", &["arms"]),
    ("dark, network down", &["darkness", "isolation"]),
    ("anger at force", &["anger"]),
    ("reluctance to be violent", &["reluctance", "rounding"]),
    ("habit of peaceful protest", &["discipline"]),
    ("fear", &["fear"]),
];

/// One of the two decisions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decided {
    /// Going out.
    Turnout,
    /// Violence of those who are out.
    Violence,
}

impl Decided {
    /// Both, in their order.
    pub const BOTH: [Decided; 2] = [Decided::Turnout, Decided::Violence];

    /// Its name, with which the names of its columns begin.
    pub fn name(self) -> &'static str {
        match self {
            Decided::Turnout => "turnout",
            Decided::Violence => "violence",
        }
    }

    /// The column of what its parts add up to.
    pub fn utility(self) -> &'static str {
        match self {
            Decided::Turnout => "turnout_utility",
            Decided::Violence => "violence_utility",
        }
    }

    /// What is drawn as one.
    pub fn groups(self) -> &'static [Group] {
        match self {
            Decided::Turnout => &TURNOUT,
            Decided::Violence => &VIOLENCE,
        }
    }

    /// The columns of its parts, with what each is called.
    pub fn columns(self) -> impl Iterator<Item = (String, &'static str)> {
        let parts = self.groups().iter().flat_map(|(_, parts)| parts.iter());
        parts.map(move |part| (format!("{}_{part}", self.name()), phrase(part)))
    }
}

/// Most bars of a picture: more would be thinner than a reader can tell.
const BARS: usize = 56;

/// What decided in a place over time, as stacked bars, each the mean of some hours.
pub fn picture(
    decided: Decided,
    title: &str,
    reasons: &Reasons,
    place: &Reasoned,
    timeline: &Timeline,
    size: (f64, f64),
) -> Picture {
    let ticks = [1, 2, 3, 4, 6, 8, 12, 24];
    let ticks = ticks.into_iter().find(|ticks| place.ticks.len() <= BARS * ticks);
    let ticks = ticks.unwrap_or(place.ticks.len().div_ceil(BARS));
    let number = |part: &&str| reasons.number(&format!("{}_{part}", decided.name()));
    let parts: Vec<stack::Part> = decided
        .groups()
        .iter()
        .map(|(name, parts)| stack::Part {
            name,
            bars: place.every(ticks, &parts.iter().map(number).collect::<Vec<_>>()),
        })
        .collect();
    let sum = place.every(ticks, &[reasons.number(decided.utility())]);
    stack::picture(title, &parts, ("all together", &sum), timeline, ticks, size)
}

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
    text += &format!("seed {}, mean of {}\n\n", why.seed, runs(&why.replicates));
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

/// A part of a decision, in hundredths.
pub fn utility(value: f64) -> String {
    match format!("{value:+.2}").as_str() {
        "+0.00" | "-0.00" => "0".to_owned(),
        text => text.to_owned(),
    }
}

fn percent(share: f64) -> String {
    format!("{:.2} %", 100.0 * share)
}
