//! What the engine runs: regions, places, sites, forces, interventions and parameters; immutable, dense, with a unit for
//! every field. Made from a scenario by `scenario::compile`, which reports every problem; so nothing here can be
//! wrong, and the engine cannot fail.

pub use super::traits::{Distribution, Trait};

use strum::{EnumString, IntoStaticStr, VariantArray};

use super::parameters::Rules;
use super::policy::{ForceKind, Intervention, Policy};

/// Everything the engine needs to know.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// When it starts and how long it lasts.
    pub clock: Clock,
    /// How many people one simulated citizen stands for; 1 is everyone.
    pub persons_per_agent: u32,
    /// Regions, at least one.
    pub regions: Vec<Region>,
    /// Places, region by region in the order of these, at least one in each.
    pub places: Vec<Place>,
    /// How much the crowd in place `j` is seen in place `i`, at `i * places + j`, from 0 to 1; 1 on the diagonal.
    pub ties: Vec<f64>,
    /// Distance between places in km, likewise.
    pub distances: Vec<f64>,
    /// Sites, in any place.
    pub sites: Vec<Site>,
    /// Forces, in any region.
    pub forces: Vec<Force>,
    /// Shocks and actions.
    pub interventions: Vec<Intervention>,
    /// Who decides when the options among them are announced.
    pub policy: Policy,
    /// The parameters of the rules.
    pub rules: Rules,
}

/// Simulated time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Minutes after local midnight at which tick 0 starts, below 1440.
    pub start_minute: u32,
    /// Length of a tick in minutes; divides 1440.
    pub tick_minutes: u32,
    /// Number of ticks.
    pub ticks: u32,
}

impl Clock {
    /// Length of a tick in hours.
    pub fn hours(&self) -> f64 {
        f64::from(self.tick_minutes) / 60.0
    }

    /// Minutes after local midnight at the start of a tick.
    pub fn minute_of_day(&self, tick: u32) -> u32 {
        ((u64::from(self.start_minute) + u64::from(tick) * u64::from(self.tick_minutes)) % 1440) as u32
    }

    /// Whether a tick is the first of a local day, or of the run.
    pub fn starts_day(&self, tick: u32) -> bool {
        tick == 0 || self.minute_of_day(tick) < self.tick_minutes
    }

    /// The probability that something of this hourly rate happens within a tick: `1 - exp(-rate * hours)`.
    pub fn chance(&self, rate_per_hour: f64) -> f64 {
        -libm::expm1(-rate_per_hour * self.hours())
    }

    /// What is left after a tick of something that decays with this mean life in hours.
    pub fn keep(&self, mean_life_hours: f64) -> f64 {
        libm::exp(-self.hours() / mean_life_hours)
    }

    /// What is left in a tick of a picture of which the rest is renewed at its start, `(1 - hours) / (1 + hours)` and from an
    /// hour on nothing: so it is half an hour old in the middle of a tick, whatever the length of one.
    pub fn keep_picture(&self) -> f64 {
        ((1.0 - self.hours()) / (1.0 + self.hours())).max(0.0)
    }

    /// What is left of something that decays with this mean life, in hours, until half an hour after the middle of a tick, of
    /// what is left of it at the end. Prices are felt so far ahead in ticks of an hour, and so in all others.
    pub fn keep_ahead(&self, mean_life_hours: f64) -> f64 {
        libm::exp(-0.5 * (1.0 - self.hours()) / mean_life_hours)
    }

    /// For how many hours something flows in a tick into what decays with this half-life in hours: as many as leave of it, over
    /// time, what an hour leaves in ticks of an hour.
    pub fn inflow(&self, half_life_hours: f64) -> f64 {
        (1.0 - self.keep_half(half_life_hours)) / (1.0 - libm::exp2(-1.0 / half_life_hours))
    }

    /// What is left after a tick of something that decays with this half-life in hours.
    pub fn keep_half(&self, half_life_hours: f64) -> f64 {
        libm::exp2(-self.hours() / half_life_hours)
    }
}

/// A region: where policy acts, with what is measured of its people. All behavioural parameters are common to all regions.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// Its name in scenarios and results.
    pub id: String,
    /// Residents, of all its places together.
    pub population: u32,
    /// Hours that the region's clock is ahead of the scenario's.
    pub hour_shift: i32,
    /// Distribution of hardship.
    pub hardship: Trait,
    /// Distribution of political discontent.
    pub discontent: Trait,
    /// Distribution of risk aversion.
    pub risk_aversion: Trait,
    /// Distribution of violent disposition.
    pub violence: Trait,
    /// Share of households that depend on the good whose price moves, 0 to 1.
    pub exposure: f64,
    /// Price of that good before any shock, in the currency for each unit of it; also the price that people take for right.
    pub price: f64,
    /// Share of residents who can reach the network, 0 to 1.
    pub connectivity: f64,
    /// Reach of independent and social media among the connected, 0 to 1.
    pub independent_media: f64,
    /// Reach of state media among residents, 0 to 1.
    pub state_media: f64,
    /// Norm of non-violent discipline, 0 to 1.
    pub discipline: f64,
    /// Mean temperature of the season, degrees Celsius.
    pub temperature: f64,
    /// How rightful the government seems at the start, 0 to 1.
    pub legitimacy: f64,
}

/// A place: where people meet, so that a crowd, the police before it and the sites around it are of one. A region that is
/// not divided is one place of its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// Its name in scenarios and results.
    pub id: String,
    /// The region that it lies in.
    pub region: usize,
    /// Residents.
    pub population: u32,
    /// Share of residents who live in a town, 0 to 1.
    pub urban: f64,
    /// Sunrise and sunset of the first day, minutes after midnight on the scenario's clock, 0 to 1440.
    pub daylight: (f64, f64),
}

/// What kind of place a site is; it decides the defaults of its loss and some consequences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum SiteKind {
    /// A square, where a crowd gathers.
    Square,
    /// The seat of a city's or region's executive.
    Administration,
    /// A residence of the president.
    Residence,
    /// Television or radio.
    Tv,
    /// An airport.
    Airport,
    /// A police headquarters.
    PoliceHq,
    /// An office of the security service.
    Security,
    /// An office of the ruling party or of the prosecutor.
    Office,
    /// A store or shop of weapons.
    Armoury,
    /// Banks and shops.
    Bank,
    /// A prison.
    Prison,
}

impl SiteKind {
    /// Every kind.
    pub const ALL: &[SiteKind] = SiteKind::VARIANTS;

    /// Its name in scenarios.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// What the loss of such a site does where a scenario does not say; relative weights of a symbol are argued
    /// for in the documentation and marked calibrated.
    pub fn loss(self) -> Loss {
        let none = Loss::default();
        match self {
            SiteKind::Square => Loss { belief: 0.10, ..none },
            SiteKind::Administration => Loss {
                legitimacy: 0.02,
                belief: 0.30,
                damage: 500.0,
                ..none
            },
            SiteKind::Residence => Loss {
                legitimacy: 0.03,
                belief: 0.40,
                damage: 1000.0,
                ..none
            },
            SiteKind::Tv => Loss {
                belief: 0.15,
                state_media: 0.7,
                damage: 200.0,
                ..none
            },
            SiteKind::Airport => Loss {
                belief: 0.15,
                airlift: true,
                damage: 100.0,
                ..none
            },
            SiteKind::PoliceHq => Loss {
                belief: 0.25,
                policing: 0.3,
                weapons: 200.0,
                damage: 200.0,
                ..none
            },
            SiteKind::Security => Loss {
                belief: 0.25,
                policing: 0.1,
                weapons: 200.0,
                damage: 200.0,
                ..none
            },
            SiteKind::Office => Loss {
                belief: 0.10,
                damage: 200.0,
                ..none
            },
            SiteKind::Armoury => Loss {
                weapons: 250.0,
                damage: 20.0,
                ..none
            },
            SiteKind::Bank => Loss {
                belief: 0.02,
                damage: 500.0,
                ..none
            },
            SiteKind::Prison => Loss {
                belief: 0.10,
                policing: 0.1,
                damage: 50.0,
                ..none
            },
        }
    }

    /// How much attackers are drawn to such a site where a scenario does not say.
    pub fn appeal(self) -> f64 {
        match self {
            SiteKind::Administration => 3.0,
            SiteKind::Residence | SiteKind::Square => 2.0,
            SiteKind::Airport => 0.6,
            _ => 1.0,
        }
    }
}

/// What the loss of a site does; levels hold while it is lost, the rest happens at the seizure.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Loss {
    /// Share of its legitimacy that the government loses in the region; once.
    pub legitimacy: f64,
    /// Share of those who doubted that protest works whom it convinces; once.
    pub belief: f64,
    /// Share of the reach of state media that is off while it is lost.
    pub state_media: f64,
    /// Share of the strength of the place's police that is gone while it is lost.
    pub policing: f64,
    /// Weapons taken; once.
    pub weapons: f64,
    /// Whether the region cannot be reached by air while it is lost.
    pub airlift: bool,
    /// Damage done, million of the currency; once.
    pub damage: f64,
}

/// A site that can be attacked, seized, left and retaken.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// Its name in scenarios and events.
    pub id: String,
    /// What it is.
    pub kind: SiteKind,
    /// In which place it is.
    pub place: usize,
    /// Officers posted there from the region's forces.
    pub guards: u32,
    /// How much its walls multiply the strength of its guards.
    pub strength: f64,
    /// How much attackers are drawn to it, against other sites of the place.
    pub appeal: f64,
    /// What its loss does.
    pub loss: Loss,
}

/// Officers of one kind in one region who can be used for public order.
#[derive(Clone, Debug, PartialEq)]
pub struct Force {
    /// Its name in scenarios and events.
    pub id: String,
    /// What it is.
    pub kind: ForceKind,
    /// The region that it belongs to.
    pub region: usize,
    /// In which place of it all of it is based; `None` is in all of them, by their residents.
    pub place: Option<usize>,
    /// How many officers.
    pub officers: u32,
    /// Distribution of loyalty.
    pub loyalty: Trait,
    /// Whether command may send it to other regions.
    pub mobile: bool,
}

impl Model {
    /// How much the crowd in place `from` is seen in place `to`, from 0 to 1.
    pub fn tie(&self, to: usize, from: usize) -> f64 {
        self.ties[to * self.places.len() + from]
    }

    /// Distance between two places in km.
    pub fn distance(&self, a: usize, b: usize) -> f64 {
        self.distances[a * self.places.len() + b]
    }

    /// The region of a place.
    pub fn region_of(&self, place: usize) -> &Region {
        &self.regions[self.places[place].region]
    }

    /// The places of a region.
    pub fn places_of(&self, region: usize) -> impl Iterator<Item = usize> + Clone {
        (0..self.places.len()).filter(move |&place| self.places[place].region == region)
    }

    /// Share of a region's residents who live in a place of it, above 0 to 1.
    pub fn share(&self, place: usize) -> f64 {
        f64::from(self.places[place].population) / f64::from(self.region_of(place).population)
    }

    /// Whether any region is divided: else each place is a region and has no name of its own.
    pub fn is_divided(&self) -> bool {
        let divided = |place: &Place| place.id != self.regions[place.region].id;
        self.places.iter().any(divided)
    }

    /// What is measured apart: regions, and if any is divided, after them all places.
    pub fn areas(&self) -> usize {
        self.regions.len() + if self.is_divided() { self.places.len() } else { 0 }
    }

    /// The area that a place is.
    pub fn area(&self, place: usize) -> usize {
        if self.is_divided() {
            self.regions.len() + place
        } else {
            place
        }
    }

    /// The places of an area.
    pub fn places_in(&self, area: usize) -> impl Iterator<Item = usize> + Clone {
        let (region, place) = (area, area.checked_sub(self.regions.len()));
        (0..self.places.len()).filter(move |&at| match place {
            Some(place) => at == place,
            None => self.places[at].region == region,
        })
    }

    /// Minutes after midnight at the start of a tick, on the region's own clock.
    pub fn local_minute(&self, region: usize, tick: u32) -> u32 {
        let minute = self.clock.minute_of_day(tick) as i32 + 60 * self.regions[region].hour_shift;
        minute.rem_euclid(1440) as u32
    }

    /// Simulated citizens of a place: its population over `persons_per_agent`, rounded, at least 1.
    pub fn agents(&self, place: usize) -> u32 {
        let (people, each) = (
            u64::from(self.places[place].population),
            u64::from(self.persons_per_agent),
        );
        ((people + each / 2) / each).max(1) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_half_an_hour_old_whatever_the_length_of_a_tick() {
        for tick_minutes in [5, 10, 15, 30, 60] {
            let clock = Clock {
                start_minute: 0,
                tick_minutes,
                ticks: 1000,
            };
            // Of something that shows how late it is.
            let (hours, keep) = (clock.hours(), clock.keep_picture());
            let picture = (0..1000).fold(0.0, |seen, tick| keep * seen + (1.0 - keep) * f64::from(tick) * hours);
            let middle = 999.5 * hours;
            assert!(
                (middle - picture - 0.5).abs() < 1e-9,
                "{tick_minutes}: {}",
                middle - picture
            );
        }
    }
}
