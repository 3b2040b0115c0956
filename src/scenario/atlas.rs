//! What a reader wants to see of a scenario beside the numbers of its runs: where its regions lie and what is done in
//! it. The engine knows none of it.

use super::Scenario;
use super::check::Names;
use super::compile::{daylight, degrees};
use super::form::To;
use super::kinds::{Theme, theme};
use super::problem::{Place, Problem};
use super::tree::{Node, Table, Value};
use super::view::View;
use crate::outline::Outlines;

/// The key of a map. Where a scenario is read, the path at it is replaced by what the file holds, so that a scenario
/// is whole in one text.
pub(super) const KEY: &str = "map";

/// A region, for a map.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Residents.
    pub residents: u32,
    /// Latitude and longitude in degrees.
    pub position: (f64, f64),
}

/// A shock or an action, as written.
#[derive(Clone, Debug, PartialEq)]
pub struct Deed {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Who does it.
    pub by: String,
    /// What it is about.
    pub theme: Theme,
    /// Where it is known from; may be empty.
    pub source: String,
}

impl Scenario {
    /// Its regions, in order; of a scenario that does not compile, as far as they can be read.
    pub fn regions(&self) -> Vec<Region> {
        let region = |view: View<'_>| {
            let (id, name) = (view.text("id"), view.text("name"));
            Region {
                name: if name.is_empty() { id.clone() } else { name },
                id,
                residents: view.whole("population"),
                position: view.given("position").map_or((0.0, 0.0), degrees),
            }
        };
        View::entries(&self.root, "region").map(region).collect()
    }

    /// The outlines of its regions, if it has a map.
    pub fn outlines(&self) -> Option<Outlines> {
        Outlines::read(self.root.text(KEY)?).ok()
    }

    /// When the sun rises and sets in its largest region, minutes after midnight on the first day.
    pub fn daylight(&self) -> Option<(f64, f64)> {
        let regions = self.regions();
        let largest = regions.iter().max_by_key(|region| region.residents)?;
        let calendar = self.calendar();
        let day = calendar.start.day_of_year();
        (largest.position != (0.0, 0.0)).then(|| daylight(largest.position, day, calendar.hours_ahead_of_utc()))
    }

    /// What happens and is done in it, shocks before actions.
    pub fn deeds(&self) -> Vec<Deed> {
        let deed = |view: View<'_>| {
            let [id, title, kind] = ["id", "title", "kind"].map(|key| view.text(key));
            Deed {
                title: if title.is_empty() { id.replace('-', " ") } else { title },
                id,
                by: view.text("by"),
                theme: theme(&kind),
                source: view.text("source"),
            }
        };
        let entries = ["shock", "action"]
            .into_iter()
            .flat_map(|section| View::entries(&self.root, section));
        entries.map(deed).collect()
    }
}

/// Find what is wrong with a map: it is none, or its ids are not those of the regions.
pub(super) fn check(root: &Table, names: &Names<'_>, problems: &mut Vec<Problem>) {
    let Some(node) = root.get(KEY) else { return };
    let Some(text) = node.text() else { return };
    let outlines = match Outlines::read(text) {
        Ok(outlines) => outlines,
        Err(why) => {
            let problem = Problem::at(&node.place, "the map cannot be read").label(why);
            problems.push(problem.help("a map is GeoJSON: a FeatureCollection with a feature for each region"));
            return;
        }
    };
    let regions = names.list(To::Region);
    let listed = |ids: Vec<&str>| ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
    let missing: Vec<&str> = regions.iter().copied().filter(|id| outlines.of(id).is_none()).collect();
    let unknown: Vec<&str> = outlines
        .regions
        .iter()
        .map(|(id, _)| id.as_str())
        .filter(|id| !regions.contains(id))
        .collect();
    if missing.is_empty() && unknown.is_empty() {
        return;
    }
    let mut told = Vec::new();
    if !missing.is_empty() {
        told.push(format!("it has no feature for {}", listed(missing)));
    }
    if !unknown.is_empty() {
        told.push(format!("there is no region {}", listed(unknown)));
    }
    let problem = Problem::at(&node.place, "the map is not of the regions of the scenario").label(told.join("; "));
    problems.push(problem.help("the `id` of each feature is that of a region; leave `map` out for a map of tiles"));
}

/// The map as a value of the document.
pub(super) fn node(text: &str, place: &Place) -> Node {
    // Without line breaks it is one line of a scenario that is written out.
    let text = text.split(['\n', '\r']).map(str::trim).collect();
    Node {
        value: Value::Text(text),
        place: place.clone(),
    }
}
