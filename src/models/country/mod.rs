//! A country, person by person: the family that qantar is about. Its engine is [`crate::sim`] itself.

mod compile;
#[cfg(feature = "plots")]
pub mod course;
pub mod difference;
// One line for each key, however long, so that it reads as the table that it is.
#[rustfmt::skip]
mod fields;
#[cfg(feature = "plots")]
mod ensemble;
mod format;
pub mod kinds;
pub mod map;
#[cfg(feature = "plots")]
mod narrate;
mod shapes;
mod waiting;
mod words;

pub use compile::{daylight, degrees};

use std::any::Any;
use std::ops::ControlFlow;

use super::Family;
use crate::analysis::named::Total;
use crate::analysis::unmet::Unmet;
use crate::dice::Dice;
use crate::document::calendar::Calendar;
use crate::document::form::Format;
use crate::document::problem::Problem;
use crate::document::tree;
use crate::metric::{Description, Metric};
#[cfg(feature = "plots")]
use crate::report::{Run, summary::Course};
use crate::sim::event::What;
use crate::sim::model::Model;
use crate::sim::policy::When;
use crate::sim::{self, Observer, Simulation, Size};

/// The family of countries.
#[derive(Debug)]
pub struct Country;

/// The numbers that sum up a run of a country.
pub const TOTALS: [Total; 15] = [
    Total::new(
        "participants_peak",
        "most people out in one hour",
        "people",
        "peak(participants)",
    ),
    Total::new(
        "participants_day",
        "most people out on one day",
        "people",
        "peak(participants_today)",
    ),
    Total::new("violent_peak", "most violent in one hour", "people", "peak(violent)"),
    Total::new(
        "regions_with_protest",
        "regions with protest",
        "regions",
        "distinct(protest_begins, by=region)",
    ),
    Total::new(
        "regions_with_violence",
        "regions with violence",
        "regions",
        "distinct(violence_begins, by=region)",
    ),
    Total::new("attacks", "attacks on sites", "attacks", "last(attacks)"),
    Total::new("seizures", "sites seized", "seizures", "last(seizures_total)"),
    Total::new(
        "deaths_civilians",
        "civilians killed",
        "people",
        "last(deaths_civilians)",
    ),
    Total::new("deaths_officers", "officers killed", "people", "last(deaths_officers)"),
    Total::new(
        "injured_civilians",
        "civilians injured",
        "people",
        "last(injured_civilians)",
    ),
    Total::new(
        "injured_officers",
        "officers injured",
        "people",
        "last(injured_officers)",
    ),
    Total::new("detentions", "detentions", "people", "last(detained_total)"),
    Total::new(
        "officers_peak",
        "most officers on duty",
        "officers",
        "peak(officers_on_duty)",
    ),
    Total::new(
        "legitimacy_end",
        "legitimacy at the end, 0 to 1",
        "share",
        "last(legitimacy)",
    ),
    Total::new("damage", "damage, million", "million of the currency", "last(damage)"),
];

impl Family for Country {
    fn name(&self) -> &'static str {
        "country"
    }

    fn format(&self) -> &'static Format {
        &format::FORMAT
    }

    fn compile(&self, document: &tree::Table, problems: &mut Vec<Problem>) -> (Box<dyn Simulation>, Calendar) {
        let (model, calendar) = compile::compile(document, problems);
        (Box::new(model), calendar)
    }

    fn metrics(&self) -> &'static [Description] {
        Metric::DESCRIPTIONS
    }

    fn events(&self) -> &'static [&'static str] {
        What::NAMES
    }

    fn totals(&self) -> &'static [Total] {
        &TOTALS
    }

    fn first_totals(&self) -> &'static [&'static str] {
        &["participants_day", "deaths_civilians", "seizures", "detentions"]
    }

    fn active(&self) -> &'static str {
        "people out"
    }

    fn unmet(&self, model: &dyn Simulation) -> Vec<Unmet> {
        country(model).map_or_else(Vec::new, waiting::all)
    }

    #[cfg(feature = "plots")]
    fn course(&self, run: &Run, color: bool) -> Course {
        narrate::course(run, color)
    }
}

impl Simulation for Model {
    fn metrics(&self) -> &'static [Description] {
        Metric::DESCRIPTIONS
    }

    fn ticks(&self) -> u32 {
        self.clock.ticks
    }

    fn regions(&self) -> Vec<&str> {
        self.regions.iter().map(|region| region.id.as_str()).collect()
    }

    fn places(&self) -> Vec<(&str, usize)> {
        let all = self.places.iter().filter(|_| self.is_divided());
        all.map(|place| (place.id.as_str(), place.region)).collect()
    }

    fn subjects(&self) -> Vec<&str> {
        let sites = self.sites.iter().map(|site| site.id.as_str());
        let actions = self.interventions.iter().map(|action| action.id.as_str());
        let sent = self.interventions.iter().flat_map(|action| &action.contingents);
        sites.chain(actions).chain(sent.map(|sent| sent.id.as_str())).collect()
    }

    fn reasons(&self) -> &'static [String] {
        sim::why::columns()
    }

    fn size(&self) -> Size {
        Size {
            people: self.regions.iter().map(|region| u64::from(region.population)).sum(),
            persons_per_agent: self.persons_per_agent,
            tick_minutes: self.clock.tick_minutes,
        }
    }

    fn outline(&self) -> String {
        let count = |number: usize, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
        let agents: u64 = (0..self.places.len()).map(|place| u64::from(self.agents(place))).sum();
        let regions = count(self.regions.len(), "region");
        [
            match self.is_divided() {
                true => format!("{regions} with {}", count(self.places.len(), "place")),
                false => regions,
            },
            format!("{} people as {agents} agents", self.size().people),
            count(self.sites.len(), "site"),
            count(self.forces.len(), "force"),
            count(self.interventions.len(), "action"),
            format!(
                "{} of {} minutes",
                count(self.ticks() as usize, "tick"),
                self.clock.tick_minutes
            ),
        ]
        .join(", ")
    }

    fn subject(&self, what: What) -> &str {
        what.subject(self)
    }

    fn run(&self, dice: &Dice, observer: &mut dyn Observer) -> ControlFlow<()> {
        sim::run(self, dice, observer)
    }

    fn has_the_people_of(&self, other: &dyn Simulation) -> bool {
        let populations = |model: &Model| model.places.iter().map(|place| place.population).collect::<Vec<_>>();
        other.size() == self.size() && country(other).is_some_and(|other| populations(other) == populations(self))
    }

    fn earliest_difference(&self, other: &dyn Simulation) -> Option<u32> {
        country(other).map_or(Some(0), |other| difference::earliest(self, other))
    }

    fn actions(&self) -> Vec<(&str, bool)> {
        let matters = |place| !difference::is_for_the_record(self, place);
        let all = self.interventions.iter().enumerate();
        all.map(|(place, action)| (action.id.as_str(), matters(place)))
            .collect()
    }

    fn dated(&self) -> Vec<(&str, u32)> {
        let mut dated = Vec::new();
        for (place, action) in self.interventions.iter().enumerate() {
            if let When::At(tick) = action.when
                && !difference::is_for_the_record(self, place)
            {
                dated.push((action.id.as_str(), tick));
            }
        }
        dated
    }

    fn without(&self, actions: &[&str]) -> Box<dyn Simulation> {
        let mut model = self.clone();
        for &id in actions {
            let found = model.interventions.iter_mut().find(|action| action.id == id);
            found.expect("an action of the model").when = When::NEVER;
        }
        Box::new(model)
    }

    fn never_in(&self, other: &dyn Simulation) -> Vec<String> {
        country(other).map_or_else(Vec::new, |other| difference::never(self, other))
    }
}

/// The country that a model is, if it is one.
pub fn country(model: &dyn Simulation) -> Option<&Model> {
    (model as &dyn Any).downcast_ref()
}
