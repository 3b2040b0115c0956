//! Regions, and the places in them.

use crate::sim::model::{Place, Region};

use super::super::words::{TO_AREA, TO_PLACE, TO_REGION};
use super::distribution::distribution;
use super::earth::{daylight, degrees};

use crate::document::calendar::Calendar;
use crate::document::check::Names;
use crate::document::problem::Problem;
use crate::document::view::View;

/// The regions of a document.
pub fn regions(root: &View<'_>) -> Vec<Region> {
    let region = |region: View<'_>| Region {
        id: region.text("id"),
        population: region.whole("population"),
        hour_shift: region.number("hour_shift") as i32,
        hardship: distribution(&region, "hardship").into(),
        discontent: distribution(&region, "discontent").into(),
        risk_aversion: distribution(&region, "risk_aversion").into(),
        violence: distribution(&region, "violence").into(),
        exposure: region.number("exposure"),
        price: region.number("price"),
        connectivity: region.number("connectivity"),
        independent_media: region.number("independent_media"),
        state_media: region.number("state_media"),
        discipline: region.number("discipline"),
        temperature: region.number("temperature"),
        legitimacy: region.number("legitimacy"),
    };
    root.inner_entries("region").map(region).collect()
}

/// The places of a document.
pub struct Places {
    /// All of them, region by region: a region that is not divided is one.
    pub all: Vec<Place>,
    /// Latitude and longitude of each in degrees.
    pub positions: Vec<(f64, f64)>,
    /// Where each [[place]] stands among all, in the order of writing.
    written: Vec<usize>,
}

impl Places {
    /// Those of a document.
    pub fn of(
        root: &View<'_>,
        regions: &[Region],
        names: &Names<'_>,
        calendar: &Calendar,
        problems: &mut Vec<Problem>,
    ) -> Places {
        let entries: Vec<View<'_>> = root.inner_entries("place").collect();
        let mut places = Places {
            all: Vec::new(),
            positions: Vec::new(),
            written: vec![0; entries.len()],
        };
        let (day, ahead) = (calendar.start.day_of_year(), calendar.hours_ahead_of_utc());
        for (r, (region, view)) in regions.iter().zip(root.inner_entries("region")).enumerate() {
            let written = entries.iter().enumerate();
            let own: Vec<(usize, &View<'_>)> = written
                .filter(|(_, place)| place.reference("region", TO_REGION, names) == Some(r))
                .collect();
            let mut put = |id, population, urban, position: (f64, f64)| {
                places.all.push(Place {
                    id,
                    region: r,
                    population,
                    urban,
                    daylight: daylight(position, day, ahead),
                });
                places.positions.push(position);
            };
            let (mut people, mut townspeople) = (0, 0);
            for (_, place) in &own {
                let (urban, population) = (place.text("kind") != "rural", place.whole("population"));
                let position = place.given("position").map_or((0.0, 0.0), degrees);
                put(place.text("id"), population, f64::from(u8::from(urban)), position);
                let before = people;
                people += u64::from(population);
                townspeople += if urban { u64::from(population) } else { 0 };
                // The caret stands on the first place for which nobody is left.
                if before <= u64::from(region.population) && people > u64::from(region.population) {
                    problems.push(too_many(&region.id, place, people, region.population));
                }
            }
            let rest = u64::from(region.population).saturating_sub(people) as u32;
            let position = view.given("position").map(degrees);
            if own.is_empty() {
                // A region that may leave its position out lies on the equator, under its clock: light from six to six.
                let position = position.unwrap_or((0.0, 15.0 * ahead));
                put(region.id.clone(), region.population, view.number("urban"), position);
            } else if rest > 0 {
                let largest = own.iter().max_by_key(|(_, place)| place.whole("population"));
                let beside = largest.and_then(|(_, place)| place.given("position")).map(degrees);
                let towns = view.number("urban") * f64::from(region.population) - townspeople as f64;
                let urban = (towns / f64::from(rest)).clamp(0.0, 1.0);
                let id = format!("{}-rest", region.id);
                if let Some(other) = names.index(TO_AREA, &id) {
                    problems.push(rest_is_taken(root, &id, &region.id, other));
                }
                put(id, rest, urban, position.or(beside).unwrap_or_default());
            }
            let first = places.all.len() - own.len() - usize::from(own.is_empty() || rest > 0);
            for (at, (index, _)) in own.iter().enumerate() {
                places.written[*index] = first + at;
            }
        }
        places
    }

    /// Where a [[place]] stands among all, by its place in the order of writing.
    pub fn written(&self, index: usize) -> usize {
        self.written[index]
    }

    /// The places of a region.
    pub fn of_region(&self, region: usize) -> impl Iterator<Item = usize> + '_ {
        (0..self.all.len()).filter(move |&place| self.all[place].region == region)
    }

    /// The place that an entry names, which must lie in the region that it names.
    pub fn named(&self, view: &View<'_>, names: &Names<'_>, problems: &mut Vec<Problem>) -> Option<usize> {
        let place = self.written[view.reference("place", TO_PLACE, names)?];
        let lies_in = self.all[place].region;
        if let Some(region) = view.reference("region", TO_REGION, names)
            && region != lies_in
        {
            let id = &self.all[place].id;
            let called = |region| names.all(TO_REGION).nth(region).unwrap_or_default();
            let message = format!("the place `{id}` lies in `{}`", called(lies_in));
            let label = format!("and not in `{}`", called(region));
            let help = "leave `region` out, or name a place of it";
            problems.push(Problem::at(view.place("place"), message).label(label).help(help));
        }
        Some(place)
    }

    /// The region of an entry whose place is known, or that names its region.
    pub fn region(&self, view: &View<'_>, place: Option<usize>, names: &Names<'_>) -> usize {
        let named = || view.reference("region", TO_REGION, names);
        place.map(|place| self.all[place].region).or_else(named).unwrap_or(0)
    }

    /// The main place of a region: its largest town or, where most people of every place live outside towns, its largest
    /// place.
    pub fn main(&self, region: usize) -> Option<usize> {
        let size = |&place: &usize| {
            let of = &self.all[place];
            (of.urban >= 0.5, of.population, std::cmp::Reverse(place))
        };
        self.of_region(region).max_by_key(size)
    }

    /// The place that an entry is in: the one it names, or the main one of its region.
    pub fn place(&self, view: &View<'_>, names: &Names<'_>, problems: &mut Vec<Problem>) -> usize {
        let place = self.named(view, names, problems);
        let region = self.region(view, place, names);
        place.or_else(|| self.main(region)).unwrap_or(0)
    }
}

fn too_many(region: &str, place: &View<'_>, people: u64, of: u32) -> Problem {
    let message = format!("the places of `{region}` have more people than the region");
    let label = format!("{people} people up to here, of {of}");
    let help = format!("make places smaller, or `population` of the region `{region}` larger");
    Problem::at(place.place("population"), message).label(label).help(help)
}

/// The rest of a region needs a name of its own.
fn rest_is_taken(root: &View<'_>, id: &str, region: &str, other: usize) -> Problem {
    let named = root
        .inner_entries("region")
        .chain(root.inner_entries("place"))
        .nth(other);
    let message = format!("`{id}` is what the rest of `{region}` is called");
    let help = format!("give this another id, or let the places of `{region}` have all its people");
    let problem = named.map_or_else(
        || Problem::nowhere(message.clone()),
        |view| Problem::at(view.home, message.clone()),
    );
    problem.label("the same id").help(help)
}
