//! One page that a lecture can use: everything that is told of one or several folders of results, in one file without
//! network and without a script that it needs. A student reads the first five lines; who wants to know more goes on, or
//! unfolds. The same findings give the same bytes: there is no time of day in a page.
//!
//! What is written on it stands in `words.rs`; numbers are worked out before, in the analysis. All text goes through
//! the template, which escapes it, and the page forbids every script but its own: no title or id can run.

mod answer;
mod beside;
mod depends;
mod differs;
mod events;
mod how;
mod matched;
mod places;
mod record;
mod sure;
#[cfg(test)]
mod tests;
mod time;
mod why;
mod words;
mod worlds;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use strum::VariantArray;

use super::picture::{Picture, ink, scale::Timeline};
use crate::analysis::contrast::{Contrast, Named};
use crate::analysis::overview::Overview;
use crate::analysis::score::{Record, Score};
use crate::analysis::spread::Spread;
use crate::analysis::why::Reasons;
use crate::metric::Description;
use crate::outline::Outlines;
use crate::report::matching::Matched;
use crate::report::sensitivity::Sensitivity;
use crate::table::Table;

/// A page.
pub struct Page<'p> {
    /// What it is about, one folder or several side by side.
    pub folders: Vec<Folder<'p>>,
}

/// A folder of results, as far as it holds anything to tell.
pub struct Folder<'p> {
    /// What its scenario is called.
    pub title: String,
    /// What was made, and how.
    pub made: Made,
    /// The scenario, as far as a reader wants to see it beside the numbers.
    pub background: Background,
    /// What is measured, in the order of the columns.
    pub metrics: &'p [Description],
    /// The names of the totals that matter first.
    pub first: &'p [&'p str],
    /// What outcomes are called, by their names in documents.
    pub labels: Vec<(String, String)>,
    /// Its runs over time and place.
    pub overview: Option<Overview>,
    /// Numbers that sum up a run, arm by arm, over its runs.
    pub totals: Vec<Total>,
    /// Arms against the baseline.
    pub contrasts: Vec<Named>,
    /// What each action did: the columns of `ablation.csv`.
    pub ablation: Option<Table>,
    /// What the outcomes of a sweep depend on.
    pub sensitivity: Option<Sensitivity>,
    /// What a record does not rule out.
    pub matched: Option<Matched>,
    /// What decided in each region over time, if it was kept.
    pub why: Option<Reasons>,
    /// It held against a record.
    pub score: Option<(Record, Score)>,
}

/// What was made, and how.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Made {
    /// Where the results lie.
    pub folder: String,
    /// The name of the scenario.
    pub scenario: String,
    /// The version of the program.
    pub version: String,
    /// Seed of the dice.
    pub seed: u64,
    /// How many runs each arm has.
    pub replicates: usize,
    /// Arms with what was changed in each, the baseline first.
    pub arms: Vec<(String, Vec<String>)>,
    /// Residents.
    pub people: u64,
    /// People that each simulated citizen stands for.
    pub persons_per_agent: u32,
    /// Files with the digest of each.
    pub files: Vec<(String, String)>,
}

/// What is told of a scenario beside its numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Background {
    /// The regions.
    pub regions: Vec<Region>,
    /// Towns and villages inside them, where their readings are kept, and the region of each.
    pub towns: Vec<(Region, String)>,
    /// Their outlines, if the scenario has a map.
    pub outlines: Option<Outlines>,
    /// When the sun rises and sets, minutes after midnight.
    pub daylight: Option<(f64, f64)>,
    /// What is done in it.
    pub deeds: Vec<Deed>,
    /// What is known to have happened, if the scenario has a record.
    pub record: Option<Record>,
}

/// A region.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Residents.
    pub residents: f64,
    /// Latitude and longitude in degrees.
    pub position: (f64, f64),
}

/// Something that is done in a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Deed {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Who does it.
    pub by: String,
    /// What sort of deed it is.
    pub sort: Sort,
    /// Where it is known from; may be empty.
    pub source: String,
}

/// Sorts of deeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, VariantArray)]
pub enum Sort {
    /// Prices, and what else happens to people.
    Shock,
    /// Concessions and talks.
    Concede,
    /// Statements, claims, rumours.
    Words,
    /// Network, media, borders.
    Network,
    /// Police, law, prison.
    Police,
    /// Troops on the move.
    Troops,
}

/// A number that sums up a run, in an arm.
#[derive(Clone, Debug, PartialEq)]
pub struct Total {
    /// The arm.
    pub arm: String,
    /// Its name in documents.
    pub name: String,
    /// What it is, for readers.
    pub label: String,
    /// How it varies over those runs that have it; `None` if none has.
    pub spread: Option<Spread>,
    /// How many runs have it.
    pub runs: usize,
}

/// The one script: it moves the hour of a map. Without it the maps of the days say the same.
const SCRIPT: &str = include_str!("page.js");
/// What the browser holds the script against, so that no other runs.
const SCRIPT_SHA256: &str = "'sha256-9fDZukJpomQFlZYx7xki4pnX3P5IMX+WBo17sFibVsY='";
const STYLE: &str = include_str!("page.css");

/// The page.
pub fn text(page: &Page) -> String {
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src {SCRIPT_SHA256}; base-uri 'none'; form-action 'none'"
    );
    let title = page.folders.first().map_or(words::NAME, |folder| &folder.title);
    let document = html! {
        (DOCTYPE)
        html lang=(words::LANGUAGE) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="generator" content="qantar";
                title { (title) " · " (words::NAME) }
                style { (PreEscaped(style())) }
            }
            body {
                a.skip href="#f0" { (words::SKIP) }
                (beside::section(page))
                main { @for (number, folder) in page.folders.iter().enumerate() { (told(folder, number)) } }
                footer { (how::limits()) }
                @if page.folders.iter().any(|folder| folder.overview.is_some()) {
                    script { (PreEscaped(SCRIPT)) }
                }
            }
        }
    };
    document.into_string() + "\n"
}

/// What a folder tells in short, as a part of another page: the answer, the picture, what differs, and how sure.
/// Its style is [`style`].
pub fn in_short(folder: &Folder) -> String {
    let of = Of { folder, number: 0 };
    let told = html! {
        (answer::head(&of))
        @if let Some(overview) = &folder.overview {
            (time::section(&of, overview, &Timeline::of(&overview.times, folder.background.daylight)))
        }
        (differs::section(&of))
        (sure::section(&of))
    };
    told.into_string()
}

/// What a folder says in one sentence.
pub fn sentence(folder: &Folder) -> String {
    answer::sentence(folder)
}

/// The style of a page and of its pictures.
pub fn style() -> String {
    format!(
        "{STYLE}{}@media screen and (prefers-color-scheme:dark){{{}}}",
        ink::rules(false),
        ink::rules(true)
    )
}

/// A folder, in the order of reading: the answer, a picture, how sure, what differs, and then the details.
fn told(folder: &Folder, number: usize) -> Markup {
    let of = Of { folder, number };
    html! {
        article id={ "f" (number) } {
            (answer::head(&of))
            @if let Some(overview) = &folder.overview {
                @let timeline = Timeline::of(&overview.times, folder.background.daylight);
                (time::section(&of, overview, &timeline))
                (worlds::section(&of))
                (differs::section(&of))
                (sure::section(&of))
                (places::section(&of, overview))
                (why::section(&of, overview, &timeline))
                (time::beside(&of, overview, &timeline))
                (events::section(&of, overview, &timeline))
                (time::all(&of, overview, &timeline))
            } @else {
                (differs::section(&of))
                (sure::section(&of))
            }
            (matched::section(&of))
            (depends::section(&of))
            (record::section(&of))
            (how::section(&of))
        }
    }
}

impl Folder<'_> {
    /// What an outcome is called; its name where it has no other.
    fn label<'n>(&'n self, name: &'n str) -> &'n str {
        let known = self.labels.iter().find(|(known, _)| known == name);
        known.map_or(name, |(_, label)| label)
    }

    /// What is done, by its id.
    fn deed<'n>(&'n self, id: &'n str) -> &'n str {
        let known = self.background.deeds.iter().find(|deed| deed.id == id);
        known.map_or(id, |deed| &deed.title)
    }
}

/// A folder and its number on the page.
struct Of<'p> {
    folder: &'p Folder<'p>,
    number: usize,
}

impl Of<'_> {
    /// An id on the page for something of this folder.
    fn id(&self, name: &str) -> String {
        format!("f{}-{name}", self.number)
    }

    /// What a region or a town is called.
    fn name<'n>(&'n self, id: &'n str) -> &'n str {
        let background = &self.folder.background;
        let towns = background.towns.iter().map(|(town, _)| town);
        let known = background.regions.iter().chain(towns).find(|region| region.id == id);
        known.map_or(id, |region| &region.name)
    }

    /// How many runs an arm has.
    fn runs(&self) -> usize {
        self.folder.made.replicates
    }
}

/// A picture that may be wider than a phone, in a frame that can be moved.
fn framed(picture: &Picture) -> Markup {
    html! { div.frame tabindex="0" role="group" aria-label=(picture.title) { (picture.markup()) } }
}

/// A median with its range; the value alone where there is none.
fn spread(spread: &Spread, runs: usize) -> Markup {
    html! {
        span.n { (near(spread.median)) }
        @if runs > 1 { " " span.r.nowrap { (words::range(near(spread.low), near(spread.high))) } }
    }
}

/// A number as exact as a quantile of some runs can be: whole from ten, else with two decimals at most.
fn near(value: f64) -> String {
    super::format::number(if value.abs() < 10.0 { value } else { value.round() })
}

/// In how many runs it went that way.
fn agreement(contrast: &Contrast) -> String {
    let Contrast {
        pairs, lower, higher, ..
    } = *contrast;
    words::higher_lower(higher, lower, pairs)
}
