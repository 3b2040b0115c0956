//! The vocabulary of what is measured: the name, unit and meaning of every metric, and the values of one tick.
//!
//! A metric is read once per tick and area: a region or, where regions are divided, a place. Counts are in people (agents times `persons_per_agent`), never
//! in agents.

/// How a metric of the whole country follows from its regions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Across {
    /// The sum over regions.
    Sum,
    /// The mean over regions, weighted by population.
    Mean,
}

/// What is printed of a metric by `qantar metrics` and in the documentation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Description {
    /// Its name in scenarios and in the columns of results.
    pub name: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// Whether its values are whole numbers.
    pub whole: bool,
    /// How regions combine.
    pub across: Across,
    /// One sentence.
    pub meaning: &'static str,
}

macro_rules! metrics {
    ($(#[$about:meta])* $metric:ident
        $($variant:ident $name:literal $unit:literal $whole:literal $across:ident $meaning:literal;)*) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(usize)]
        pub enum $metric { $(#[doc = $meaning] $variant),* }

        impl $metric {
            /// Every metric, in the order of the columns of `series.csv`.
            pub const ALL: &'static [$metric] = &[$($metric::$variant),*];

            /// The descriptions of all, in the same order.
            pub const DESCRIPTIONS: &'static [$crate::metric::Description] = &[$($crate::metric::Description {
                name: $name, unit: $unit, whole: $whole, across: $crate::metric::Across::$across, meaning: $meaning,
            }),*];

            /// Name, unit and meaning.
            pub fn description(self) -> $crate::metric::Description {
                Self::DESCRIPTIONS[self as usize]
            }
        }
    };
}

pub(crate) use metrics;

metrics! {
    /// A measured quantity of a country, per region and tick.
    Metric
    Participants "participants" "people" true Sum "People out in the streets this hour: protesting peacefully, violent or looting.";
    Violent "violent" "people" true Sum "People who attack, burn or loot this hour; part of the participants.";
    Looting "looting" "people" true Sum "People who loot this hour, moved by gain; part of the violent.";
    ParticipantsToday "participants_today" "people" true Sum "Distinct people who have been out since local midnight.";
    DemandPrice "demand_price" "people" true Sum "Participants whose first demand is the price.";
    DemandGovernment "demand_government" "people" true Sum "Participants whose first demand is another government.";
    DemandRegime "demand_regime" "people" true Sum "Participants whose first demand is the end of the regime.";
    Detained "detained" "people" true Sum "People in detention now.";
    DetainedTotal "detained_total" "people" true Sum "Detentions since the start.";
    DeathsCivilians "deaths_civilians" "people" true Sum "Civilians killed since the start.";
    DeathsOfficers "deaths_officers" "people" true Sum "Officers killed since the start, where they served.";
    InjuredCivilians "injured_civilians" "people" true Sum "Civilians injured since the start.";
    InjuredOfficers "injured_officers" "people" true Sum "Officers injured since the start, where they served.";
    Attacks "attacks" "attacks" true Sum "Attacks on sites since the start; an attack that goes on counts once.";
    SitesSeized "sites_seized" "sites" true Sum "Sites that are not under the state's control now.";
    SeizuresTotal "seizures_total" "seizures" true Sum "Seizures of sites since the start.";
    OfficersOnDuty "officers_on_duty" "officers" true Sum "Officers on duty in the region, in the streets or on guard.";
    OfficersRefused "officers_refused" "officers" true Sum "Officers who refuse to act against the crowd now.";
    Legitimacy "legitimacy" "share" false Mean "How rightful the government seems, from 0 to 1.";
    Backlash "backlash" "share" false Mean "Share of people who are angry at repression seen or heard of; it fades.";
    Fear "fear" "share" false Mean "Share of people who are afraid of repression seen or heard of; it fades.";
    Belief "belief" "share" false Mean "Belief that protest works, from 0 to 1; it fades.";
    Connectivity "connectivity" "share" false Mean "Share of people who can reach the network this hour.";
    Price "price" "currency/unit" false Mean "Price of the good whose rise is the grievance.";
    Damage "damage" "million of the currency" false Sum "Damage to buildings, shops and vehicles since the start.";
    Armed "armed" "people" false Sum "Armed people among the violent: with weapons taken, and those whom armed groups bring.";
    SymbolicActs "symbolic_acts" "acts" true Sum "Symbols of the regime torn down since the start, such as statues.";
    Rumour "rumour" "utility" false Mean "Push of rumours that the regime is falling, as far as they have spread and not been denied.";
    Footage "footage" "harm" false Sum "Repression that was filmed and has not yet been seen elsewhere, for want of a network.";
    EliteCohesion "elite_cohesion" "share" false Mean "How far the elite holds together, from 0 to 1.";
    Airports "airports" "airports" true Sum "Airports with flights this hour.";
    Banking "banking" "share" false Mean "Share of people whom banks and cash machines serve this hour.";
    EconomicLoss "economic_loss" "million of the currency" false Sum "Output lost to curfews, to cut networks and to closed banks since the start, beside damage.";
    HashRate "hash_rate" "share" false Mean "Share of the world's hash rate of bitcoin that is mined in the country; in a region, as if all were there.";
    UraniumPrice "uranium_price" "index" false Mean "World price of uranium, 100 at the start, as far as unrest in its largest producer moves it.";
    Spillover "spillover" "share" false Mean "How much of the unrest neighbouring countries see and hear, from 0 to 1.";
}

impl Metric {
    /// The metric of this name, if there is one.
    pub fn named(name: &str) -> Option<Metric> {
        Metric::ALL.iter().copied().find(|m| m.name() == name)
    }

    /// Its name in scenarios and results.
    pub fn name(self) -> &'static str {
        self.description().name
    }
}

/// The values of every metric in every region, and in the whole country, at the end of one tick.
#[derive(Clone, Debug, PartialEq)]
pub struct Readings {
    /// The tick that these values end, from 0.
    pub tick: u32,
    areas: usize,
    /// `areas + 1` rows of one value per metric; the last row is the whole.
    values: Vec<f64>,
}

impl Readings {
    /// All zero, for a country of so many areas: regions, and after them places that are measured apart.
    pub fn new(areas: usize) -> Readings {
        Readings {
            tick: 0,
            areas,
            values: vec![0.0; (areas + 1) * Metric::ALL.len()],
        }
    }

    /// The values of a model without regions, in the order of its vocabulary.
    pub fn of_whole(tick: u32, values: Vec<f64>) -> Readings {
        Readings { tick, areas: 0, values }
    }

    /// Number of areas.
    pub fn areas(&self) -> usize {
        self.areas
    }

    /// All values of one area, or of the whole for `None`, in the order of the vocabulary.
    pub fn row(&self, area: Option<usize>) -> &[f64] {
        let width = self.values.len() / (self.areas + 1);
        let row = area.unwrap_or(self.areas);
        &self.values[row * width..][..width]
    }

    /// The value in one area, or in the whole country for `None`.
    pub fn get(&self, metric: Metric, area: Option<usize>) -> f64 {
        self.values[area.unwrap_or(self.areas) * Metric::ALL.len() + metric as usize]
    }

    /// Set the value in one area, or in the whole country for `None`.
    pub fn set(&mut self, metric: Metric, area: Option<usize>, value: f64) {
        self.values[area.unwrap_or(self.areas) * Metric::ALL.len() + metric as usize] = value;
    }

    /// Set all values of one area to those of another.
    pub fn copy(&mut self, from: usize, to: usize) {
        let width = Metric::ALL.len();
        self.values.copy_within(from * width..(from + 1) * width, to * width);
    }

    /// Work out the row of an area, or of the whole country for `None`, from those of its parts; means are weighted by
    /// `people` in a part.
    pub fn sum_up(
        &mut self,
        area: Option<usize>,
        parts: impl Iterator<Item = usize> + Clone,
        people: impl Fn(usize) -> f64,
    ) {
        let everyone: f64 = parts.clone().map(&people).sum();
        for &metric in Metric::ALL {
            let sum = |weight: &dyn Fn(usize) -> f64| -> f64 {
                parts
                    .clone()
                    .map(|part| weight(part) * self.get(metric, Some(part)))
                    .sum()
            };
            let value = match metric.description().across {
                Across::Sum => sum(&|_| 1.0),
                Across::Mean => sum(&people) / everyone,
            };
            self.set(metric, area, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_lead_back_to_their_metric() {
        for &metric in Metric::ALL {
            assert_eq!(Metric::named(metric.name()), Some(metric));
        }
    }

    #[test]
    fn the_country_sums_people_and_averages_shares() {
        let mut readings = Readings::new(2);
        for (region, people, legitimacy) in [(0, 10.0, 0.2), (1, 30.0, 0.6)] {
            readings.set(Metric::Participants, Some(region), people);
            readings.set(Metric::Legitimacy, Some(region), legitimacy);
        }
        readings.sum_up(None, 0..2, |region| [1000.0, 3000.0][region]);
        assert_eq!(readings.get(Metric::Participants, None), 40.0);
        assert_eq!(readings.get(Metric::Legitimacy, None), 0.5);
    }
}
