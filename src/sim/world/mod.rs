//! Who and what is there now: the state of a run. Citizens live in wards, region by region, and in a ward community by
//! community, 256 to a community; a ward lists those of them who could go out, as struct of arrays.
//! Beside each column stands the one phase that writes it.

mod forces;
mod people;
mod ties;
mod ward;

use super::model::{Model, Site};
use super::policy::{Lever, Side};
use super::rules;

pub use forces::*;
pub use people::*;
pub use ties::*;
pub use ward::*;

/// People, whole numbers, of one place in one tick.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Peaceful in the streets.
    pub protesting: u64,
    /// Violent in the streets, without looters.
    pub violent: u64,
    /// Looting.
    pub looting: u64,
    /// Out since midnight.
    pub today: u64,
    /// At home after having taken part.
    pub at_large: u64,
    /// In detention.
    pub detained: u64,
    /// Demands of those out.
    pub demand_price: u64,
    /// Demands of those out.
    pub demand_government: u64,
    /// Demands of those out.
    pub demand_regime: u64,
    /// Arrested this tick.
    pub arrested: u64,
    /// Injured this tick.
    pub hurt: u64,
    /// Killed this tick.
    pub killed: u64,
}

impl Counts {
    /// All who are out.
    pub fn out(&self) -> u64 {
        self.protesting + self.violent + self.looting
    }

    /// All who attack, burn or loot.
    pub fn fighting(&self) -> u64 {
        self.violent + self.looting
    }
}

/// The streets of a place as its people see them: on average half an hour old.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sight {
    /// People out.
    pub crowd: f64,
    /// Those of them who attack, burn or loot.
    pub fighting: f64,
    /// Police in the streets, officer-equivalents.
    pub street: f64,
}

impl Sight {
    /// Share of the police in the streets that the crowd ties up, 0 to 1.
    pub fn tied_up(&self, model: &Model) -> f64 {
        let load = rules::load(self.crowd, self.fighting);
        rules::overstretch(load, self.street, model.rules.policing.need_ratio)
    }
}

/// What the forces in a place can do in this tick; written by `police`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Strength {
    /// Officers in the streets, on duty and willing.
    pub officers: u32,
    /// The same in officer-equivalents, with kind, fatigue and lost headquarters.
    pub street: f64,
    /// Officers on duty in the streets and at sites.
    pub on_duty: u32,
    /// Officers who refuse.
    pub refused: u32,
    /// The order in force, 0 hold to 3 live fire.
    pub order: u8,
    /// People shot an hour by those who defend sites under attack.
    pub self_defence: f64,
}

/// Sums since the start, in people unless said otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Totals {
    /// Detentions; written by `police`.
    pub detained: u64,
    /// Civilians killed; written by `police`.
    pub killed: u64,
    /// Civilians injured; written by `police`.
    pub hurt: u64,
    /// Officers killed; written by `police`.
    pub officers_killed: u64,
    /// Officers injured; written by `police`.
    pub officers_hurt: u64,
    /// Attacks on sites; written by `sites`.
    pub attacks: u64,
    /// Seizures of sites; written by `sites`.
    pub seizures: u64,
    /// Damage, million of the currency; written by `sites`.
    pub damage: f64,
    /// Output lost, million of the currency; written by `sites`.
    pub output_lost: f64,
    /// Symbols of the regime torn down; written by `sites`.
    pub symbols: u64,
}

/// Which first times have been told as events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Protest.
    pub protest: bool,
    /// Violence.
    pub violence: bool,
    /// A civilian killed.
    pub killed: bool,
    /// An officer killed.
    pub officer_killed: bool,
    /// Officers refusing.
    pub refused: bool,
}

/// The state of a region: what all its places have in common.
#[derive(Clone, Debug, PartialEq)]
pub struct RegionState {
    /// Legitimacy, 0 to 1; written by `government` (pulses), `perceive` (decay), `sites` (losses).
    pub legitimacy: f64,
    /// Hours in a row in which at least `rules.policing.alarm` people were out; written by `government`.
    pub unrest_hours: f64,
}

/// The state of a place. What an action moves in a region it moves in all places of it.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaceState {
    /// Anger and fear, shares, of all its communities that have not been harmed; written by `perceive`.
    pub mood: (f32, f32),
    /// Value of every lever; written by `government`.
    pub levers: [f64; Lever::ALL.len()],
    /// Price now, in the currency for each unit; written by `government`.
    pub price: f64,
    /// Price as it would be without a ceiling, likewise; written by `government`.
    pub free_price: f64,
    /// Price as people have felt it so far, likewise; written by `perceive`.
    pub felt_price: f64,
    /// Share who can reach the network now; written by `government`.
    pub connectivity: f64,
    /// Belief that protest works, share; written by `government` (pulses), `perceive` (decay), `sites` (losses).
    pub belief: f64,
    /// The crowd that its people have seen or heard of and remember, people, or among 100,000 under the form of shares;
    /// written by `perceive`.
    pub memory: f64,
    /// Harm an hour of which its people have heard, here; written by `perceive`.
    pub harm: f64,
    /// The crowd that people are used to, people; written by `perceive`.
    pub usual: f64,
    /// The streets as people see them; written by `perceive`.
    pub sight: Sight,
    /// The crowd of this tick, written by `decide`, and what has happened to it, written by `police`.
    pub counts: Counts,
    /// The forces; written by `police`.
    pub strength: Strength,
    /// Push of rumours as far as they have spread, utility; written by `government`.
    pub rumour: f64,
    /// Armed people from abroad who have come in; written by `government`.
    pub foreign: f64,
    /// Share of people whom banks serve; written by `sites`.
    pub banking: f64,
    /// Share of a loss of banking that is felt by now; written by `sites`.
    pub unbanked: f64,
    /// Airports with flights; written by `sites`.
    pub airports: u32,
    /// Harm that was filmed and is not yet shown elsewhere; written by `sites`.
    pub footage: f64,
    /// Harm an hour that films from elsewhere show here; written by `sites`.
    pub shown: f64,
    /// Sums since the start.
    pub totals: Totals,
    /// First times; written by `record`.
    pub told: Told,
}

impl PlaceState {
    /// The value of a lever now.
    pub fn lever(&self, lever: Lever) -> f64 {
        self.levers[lever as usize]
    }

    /// The streets as they are.
    pub fn streets(&self) -> Sight {
        Sight {
            crowd: self.counts.out() as f64,
            fighting: self.counts.fighting() as f64,
            street: self.strength.street,
        }
    }

    /// Share of the police in the streets that the crowd ties up, 0 to 1.
    pub fn tied_up(&self, model: &Model) -> f64 {
        self.streets().tied_up(model)
    }
}

/// Who holds a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// The state.
    State,
    /// The state, under attack.
    Contested,
    /// The crowd.
    Crowd,
}

/// The state of a site; written by `sites`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SiteState {
    /// Who holds it.
    pub holder: Holder,
    /// People who attack it.
    pub attackers: f64,
    /// People armed with its weapons so far.
    pub armed: f64,
    /// Share of its guards who are withdrawn; written by `government`.
    pub stood_down: f64,
    /// Until which tick its service is down, where it gives one, such as an airport's flights.
    pub down_until: u32,
}

/// Where an intervention stands; written by `government`.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// Tick of its announcement.
    pub announced: Option<u32>,
    /// Tick from which it takes effect.
    pub effective: Option<u32>,
    /// Tick from which it is over.
    pub over: Option<u32>,
    /// For each condition in it, in reading order, how many ticks in a row it has held.
    pub streaks: Vec<u32>,
    /// What is left of the credibility of its concessions: less after a refusal to talk and after a change of course.
    pub trust: f64,
    /// For each of its contingents, the tick in which it was committed.
    pub committed: Vec<Option<u32>>,
}

/// What a reactive government remembers; written by `government`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Deliberation {
    /// The option that it announces in this tick.
    pub chosen: Option<usize>,
    /// Concessions so far.
    pub conceded: u32,
    /// Changes between the two answers so far.
    pub changes: u32,
    /// The last answer, and how many people were out in the country when it was given.
    pub last: Option<(Side, f64)>,
}

/// Everything that changes during a run.
#[derive(Clone, Debug, PartialEq)]
pub struct World {
    /// Where people live, place by place.
    pub wards: Vec<Ward>,
    /// Which communities know which; written by `population`.
    pub ties: Ties,
    /// Regions.
    pub regions: Vec<RegionState>,
    /// Places.
    pub places: Vec<PlaceState>,
    /// Officers.
    pub officers: Officers,
    /// Their units.
    pub units: Vec<Unit>,
    /// Sites.
    pub sites: Vec<SiteState>,
    /// Interventions.
    pub interventions: Vec<Progress>,
    /// A government that decides by what it reads.
    pub deliberation: Deliberation,
    /// Unrest in the memory of markets and neighbours, 0 to 1; written by `sites`.
    pub unrest: f64,
}

impl World {
    /// The number of agents.
    pub fn agents(&self) -> usize {
        self.wards.iter().map(|ward| ward.citizens as usize).sum()
    }

    /// The number of communities.
    pub fn communities(&self) -> usize {
        self.wards.last().map_or(0, |ward| ward.communities().end)
    }

    /// The sites that the crowd holds.
    pub fn lost<'a>(&'a self, model: &'a Model) -> impl Iterator<Item = &'a Site> {
        let all = model.sites.iter().zip(&self.sites);
        all.filter(|(_, state)| state.holder == Holder::Crowd)
            .map(|(site, _)| site)
    }

    /// The sites of a place that the crowd holds.
    pub fn lost_sites<'a>(&'a self, model: &'a Model, place: usize) -> impl Iterator<Item = &'a Site> {
        self.lost(model).filter(move |site| site.place == place)
    }

    /// Armed people among the crowd of a place: with weapons taken there, and those whom interventions bring.
    pub fn armed(&self, model: &Model, place: usize) -> f64 {
        let here = &self.places[place];
        let sites = model
            .sites
            .iter()
            .zip(&self.sites)
            .filter(|(site, _)| site.place == place);
        sites.map(|(_, state)| state.armed).sum::<f64>() + here.lever(Lever::Armed) + here.foreign
    }

    /// Sum what people do in every ward into its place, in people.
    pub fn count_crowds(&mut self, persons_per_agent: u32) {
        let each = u64::from(persons_per_agent);
        for place in &mut self.places {
            let c = &mut place.counts;
            (c.protesting, c.violent, c.looting, c.today) = (0, 0, 0, 0);
            (c.demand_price, c.demand_government, c.demand_regime) = (0, 0, 0);
        }
        for ward in &self.wards {
            let (t, c) = (&ward.tally, &mut self.places[ward.place as usize].counts);
            c.protesting += each * u64::from(t.protesting);
            c.violent += each * u64::from(t.violent);
            c.looting += each * u64::from(t.looting);
            c.today += each * u64::from(t.today);
            c.demand_price += each * u64::from(t.demand_price);
            c.demand_government += each * u64::from(t.demand_government);
            c.demand_regime += each * u64::from(t.demand_regime);
        }
    }

    /// Sum what has happened to people in every ward into its place, in people.
    pub fn count_fates(&mut self, persons_per_agent: u32) {
        let each = u64::from(persons_per_agent);
        for place in &mut self.places {
            let c = &mut place.counts;
            (c.at_large, c.detained, c.arrested, c.hurt, c.killed) = (0, 0, 0, 0, 0);
        }
        for ward in &self.wards {
            let (t, c) = (&ward.tally, &mut self.places[ward.place as usize].counts);
            c.at_large += each * u64::from(t.at_large);
            c.detained += each * u64::from(t.detained);
            c.arrested += each * u64::from(t.arrested);
            c.hurt += each * u64::from(t.hurt);
            c.killed += each * u64::from(t.killed);
        }
    }
}
