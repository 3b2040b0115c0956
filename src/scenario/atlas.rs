//! What a reader wants to see of a scenario beside the numbers of its runs: where its regions lie and what is done in
//! it. The engine knows none of it.

use super::Scenario;
use crate::document::view::View;
use crate::models::country::kinds::{Theme, theme};
use crate::models::country::map;
use crate::models::country::{daylight, degrees};
use crate::outline::Outlines;

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
        self.entries("region").into_iter().map(region).collect()
    }

    /// The towns and villages into which its regions are divided, in the order of the model, and the region of each; none of
    /// a scenario that divides none or does not compile. What is left of a region lies at its position.
    pub fn towns(&self) -> Vec<(Region, String)> {
        let regions = self.regions();
        if regions.is_empty() {
            return Vec::new();
        }
        let Ok(model) = self.compile() else {
            return Vec::new();
        };
        let written = self.entries("place");
        let town = |place: &crate::sim::model::Place| {
            let region = &regions[place.region];
            let own = written.iter().find(|view| view.text("id") == place.id);
            let name = own.map_or(String::new(), |view| view.text("name"));
            let town = Region {
                name: match (name.is_empty(), own) {
                    (false, _) => name,
                    (true, Some(_)) => place.id.clone(),
                    // Undivided, or what no town has of one that is.
                    (true, None) if place.id == region.id => region.name.clone(),
                    (true, None) => format!("{}, elsewhere", region.name),
                },
                id: place.id.clone(),
                residents: place.population,
                position: own
                    .and_then(|view| view.given("position"))
                    .map_or(region.position, degrees),
            };
            (town, region.id.clone())
        };
        let places = model.places.iter().filter(|_| model.is_divided());
        places.map(town).collect()
    }

    /// The outlines of its regions, if it has a map.
    pub fn outlines(&self) -> Option<Outlines> {
        Outlines::read(self.root.text(map::KEY)?).ok()
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
        ["shock", "action"]
            .into_iter()
            .flat_map(|section| self.entries(section))
            .map(deed)
            .collect()
    }

    /// The entries at a key of the document; none where its format has no such key.
    fn entries(&self, key: &str) -> Vec<View<'_>> {
        let format = self.family().format();
        let known = format.root().field(key).is_some();
        match known {
            true => View::of(format, &self.root).inner_entries(key).collect(),
            false => Vec::new(),
        }
    }
}
