//! Who and what is there now: the state of a run, as struct of arrays. Citizens are stored region by region,
//! community by community, 256 to a community, so that community `c` is the slice `c * 256 .. (c + 1) * 256`.
//! Beside each column stands the one phase that writes it.

use super::model::{Model, Site};
use super::policy::{ForceKind, Lever};
use crate::dice::BLOCK;

/// What a citizen does; the low three bits of [`Citizens::state`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Activity {
    /// At home, or at least not in the streets.
    Home = 0,
    /// In the streets, peaceful.
    Protesting = 1,
    /// In the streets, violent.
    Violent = 2,
    /// In the streets, looting.
    Looting = 3,
    /// In detention.
    Detained = 4,
    /// Injured and out of action.
    Injured = 5,
    /// Dead.
    Dead = 6,
    /// Nobody: the unused end of the last community of a region.
    Nobody = 7,
}

impl Activity {
    /// The activity in a state byte.
    pub fn of(state: u8) -> Activity {
        match state & ACTIVITY {
            0 => Activity::Home,
            1 => Activity::Protesting,
            2 => Activity::Violent,
            3 => Activity::Looting,
            4 => Activity::Detained,
            5 => Activity::Injured,
            6 => Activity::Dead,
            _ => Activity::Nobody,
        }
    }

    /// Whether this is one of the three ways of being out.
    pub fn is_out(self) -> bool {
        matches!(self, Activity::Protesting | Activity::Violent | Activity::Looting)
    }
}

/// The bits of a state byte that hold the [`Activity`].
pub const ACTIVITY: u8 = 0b111;
/// The bit that says: has been out since local midnight.
pub const TODAY: u8 = 0b1000;
/// The bit that says: has been out before.
pub const TOOK_PART: u8 = 0b1_0000;

/// Some of the citizens of a community.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Some256([u64; BLOCK / 64]);

impl Some256 {
    /// Those whose flag is 1; flags are 0 or 1.
    pub fn flagged(flags: &[u8; BLOCK]) -> Some256 {
        let mut words = [0; BLOCK / 64];
        for (eighth, flags) in flags.as_chunks::<8>().0.iter().enumerate() {
            // The product gathers the lowest bit of each of eight bytes in the highest byte.
            let byte = u64::from_le_bytes(*flags).wrapping_mul(0x0102_0408_1020_4080) >> 56;
            words[eighth / 8] |= byte << (8 * (eighth % 8));
        }
        Some256(words)
    }

    /// Their numbers in order, from `parts` equal parts of the community: part, then each with its place in the part.
    pub fn parts(self, parts: usize) -> impl Iterator<Item = (usize, impl Iterator<Item = usize>)> {
        let words = self.0.len() / parts;
        (0..parts).filter_map(move |part| {
            let mine: &[u64] = &self.0[part * words..(part + 1) * words];
            let mut left: [u64; BLOCK / 64] = [0; BLOCK / 64];
            left[..words].copy_from_slice(mine);
            let any = left.iter().any(|&word| word != 0);
            let numbers = (0..words).flat_map(move |w| Ones(left[w]).map(move |bit| 64 * w + bit));
            any.then_some((part, numbers))
        })
    }
}

/// The places of the ones in a word, from the lowest.
struct Ones(u64);

impl Iterator for Ones {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let bit = self.0.trailing_zeros() as usize;
        self.0 &= self.0.wrapping_sub(1);
        (bit < 64).then_some(bit)
    }
}

/// Everyone, six bytes each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Citizens {
    /// Hardship, in 255ths; written once by `population`.
    pub hardship: Vec<u8>,
    /// Political discontent, likewise.
    pub discontent: Vec<u8>,
    /// Risk aversion, likewise.
    pub risk_aversion: Vec<u8>,
    /// Violent disposition, likewise.
    pub violence: Vec<u8>,
    /// Activity and memory bits; written by `decide` (who is out) and `police` (what happens to them).
    pub state: Vec<u8>,
    /// Ticks in the streets without a break, at most 255, and 0 at home; written by `decide`.
    pub ticks_out: Vec<u8>,
}

/// How many agents of a community are what; whole numbers, so that sums do not depend on any order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Peaceful in the streets.
    pub protesting: u16,
    /// Violent in the streets, without looters.
    pub violent: u16,
    /// Looting.
    pub looting: u16,
    /// Out since midnight.
    pub today: u16,
    /// At home after having taken part.
    pub at_large: u16,
    /// In detention.
    pub detained: u16,
    /// Injured and out of action.
    pub injured: u16,
    /// Of those out: the price is the first demand.
    pub demand_price: u16,
    /// Of those out: another government is.
    pub demand_government: u16,
    /// Of those out: the end of the regime is.
    pub demand_regime: u16,
    /// Arrested this tick.
    pub arrested: u16,
    /// Injured this tick.
    pub hurt: u16,
    /// Killed this tick.
    pub killed: u16,
}

impl Tally {
    /// All who are out.
    pub fn out(&self) -> u16 {
        self.protesting + self.violent + self.looting
    }
}

/// The extremes of the traits in a community: a bound on what its keenest citizen can want.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extremes {
    /// Largest hardship.
    pub hardship: u8,
    /// Largest discontent.
    pub discontent: u8,
    /// Smallest risk aversion.
    pub risk_aversion: u8,
    /// Largest violent disposition.
    pub violence: u8,
    /// Largest hardship + discontent - risk aversion of one citizen.
    pub aggrieved: i16,
    /// Largest hardship + violent disposition of one citizen.
    pub covetous: i16,
}

/// Number of communities that a community is tied to: two near, two far.
pub const TIES: usize = 4;

/// About 256 people who know of each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Community {
    /// Where; written by `population`.
    pub region: u32,
    /// Citizens in it, 1 to 256; written by `population`.
    pub len: u16,
    /// Whether it lies in a town; written by `population`.
    pub urban: bool,
    /// A bound on its keenest citizen; written by `population`.
    pub extremes: Extremes,
    /// The communities it sees; written by `population`.
    pub ties: [u32; TIES],
    /// Anger at repression, share; written by `perceive`.
    pub backlash: f32,
    /// Fear of repression, share; written by `perceive`.
    pub fear: f32,
    /// How many are what; written by `decide`, then by `police`.
    pub tally: Tally,
}

/// People, whole numbers, of one region in one tick.
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

/// What the forces of a region can do in this tick; written by `police`.
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
    /// Damage, million tenge; written by `sites`.
    pub damage: f64,
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

/// The state of a region.
#[derive(Clone, Debug, PartialEq)]
pub struct RegionState {
    /// Its communities, from the first to before the second; written by `population`.
    pub communities: (u32, u32),
    /// Value of every lever; written by `government`.
    pub levers: [f64; Lever::ALL.len()],
    /// Price now, tenge per litre; written by `government`.
    pub price: f64,
    /// Price as people have felt it so far, tenge per litre; written by `perceive`.
    pub felt_price: f64,
    /// Share who can reach the network now; written by `government`.
    pub connectivity: f64,
    /// Legitimacy, 0 to 1; written by `government` (pulses), `perceive` (decay), `sites` (losses).
    pub legitimacy: f64,
    /// Belief that protest works, share; likewise.
    pub belief: f64,
    /// The crowd that is remembered, people; written by `perceive`.
    pub memory: f64,
    /// The crowd that people are used to, people; written by `perceive`.
    pub usual: f64,
    /// The crowd of this tick, written by `decide`, and what has happened to it, written by `police`.
    pub counts: Counts,
    /// The forces; written by `police`.
    pub strength: Strength,
    /// Sums since the start.
    pub totals: Totals,
    /// First times; written by `record`.
    pub told: Told,
}

impl RegionState {
    /// The value of a lever now.
    pub fn lever(&self, lever: Lever) -> f64 {
        self.levers[lever as usize]
    }
}

/// What an officer's own state is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Service {
    /// Able and willing.
    Able = 0,
    /// Refuses to act against the crowd.
    Refused = 1,
    /// Injured and out of action.
    Injured = 2,
    /// Dead.
    Dead = 3,
}

/// Every officer; units are contiguous.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Officers {
    /// Loyalty, in 255ths; written by `population`.
    pub loyalty: Vec<u8>,
    /// Own state; written by `police`.
    pub service: Vec<Service>,
}

/// Where a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Post {
    /// In the streets of its region.
    Street,
    /// On guard at a site.
    Site(u32),
    /// On the way to another region, to arrive at the start of this tick.
    Travelling(u32),
    /// Not in the country yet: a contingent that is not committed.
    Away,
}

/// Largest number of officers in a unit.
pub const UNIT: u32 = 50;

/// Officers who move and rest together.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// What they are; written by `population`.
    pub kind: ForceKind,
    /// Where they are based; written by `population`.
    pub home: u32,
    /// Whether command may send them to other regions; written by `population`.
    pub mobile: bool,
    /// The contingent (intervention, contingent) they belong to; written by `population`.
    pub contingent: Option<(u32, u32)>,
    /// First officer; written by `population`.
    pub first: u32,
    /// Officers in it; written by `population`.
    pub len: u32,
    /// Region where they are or are going; written by `police`.
    pub region: u32,
    /// Where in it; written by `police` and by `sites` (guards fall back, return).
    pub post: Post,
    /// Exhaustion, 0 to 1; written by `police`.
    pub fatigue: f32,
    /// Whether they rest until recovered; written by `police`.
    pub exhausted: bool,
    /// Whether they are on duty; written by `police`.
    pub on_duty: bool,
    /// Officers able and willing; written by `police`.
    pub able: u32,
    /// Officers who refuse; written by `police`.
    pub refused: u32,
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
    /// People armed with its weapons so far.
    pub armed: f64,
    /// Share of its guards who are withdrawn; written by `government`.
    pub stood_down: f64,
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
}

/// Everything that changes during a run.
#[derive(Clone, Debug, PartialEq)]
pub struct World {
    /// Everyone.
    pub citizens: Citizens,
    /// Their communities.
    pub communities: Vec<Community>,
    /// Agents out in each community at the end of the last tick: what neighbours see; written by `record`.
    pub seen: Vec<u16>,
    /// Regions.
    pub regions: Vec<RegionState>,
    /// Officers.
    pub officers: Officers,
    /// Their units.
    pub units: Vec<Unit>,
    /// Sites.
    pub sites: Vec<SiteState>,
    /// Interventions.
    pub interventions: Vec<Progress>,
}

impl World {
    /// The number of agents, without the unused ends of communities.
    pub fn agents(&self) -> usize {
        self.communities
            .iter()
            .map(|community| usize::from(community.len))
            .sum()
    }

    /// The sites of a region that the crowd holds.
    pub fn lost_sites<'a>(&'a self, model: &'a Model, region: usize) -> impl Iterator<Item = &'a Site> {
        model
            .sites
            .iter()
            .zip(&self.sites)
            .filter(move |(site, state)| site.region == region && state.holder == Holder::Crowd)
            .map(|(site, _)| site)
    }

    /// Armed people among the crowd of a region: with weapons taken there, and those whom interventions bring.
    pub fn armed(&self, model: &Model, region: usize) -> f64 {
        let here = &self.regions[region];
        let sites = model
            .sites
            .iter()
            .zip(&self.sites)
            .filter(|(site, _)| site.region == region);
        sites.map(|(_, state)| state.armed).sum::<f64>()
            + here.lever(Lever::Armed)
            + here.lever(Lever::ForeignArmed) * (1.0 - here.lever(Lever::BorderClosed))
    }

    /// Sum what people do in every community into its region, in people.
    pub fn count_crowds(&mut self, persons_per_agent: u32) {
        let each = u64::from(persons_per_agent);
        for region in &mut self.regions {
            let (first, last) = region.communities;
            let mut sum = [0u64; 7];
            for community in &self.communities[first as usize..last as usize] {
                let t = &community.tally;
                let agents = [
                    t.protesting,
                    t.violent,
                    t.looting,
                    t.today,
                    t.demand_price,
                    t.demand_government,
                    t.demand_regime,
                ];
                sum.iter_mut()
                    .zip(agents)
                    .for_each(|(sum, agents)| *sum += u64::from(agents));
            }
            let counts = &mut region.counts;
            [counts.protesting, counts.violent, counts.looting, counts.today] =
                [sum[0] * each, sum[1] * each, sum[2] * each, sum[3] * each];
            [counts.demand_price, counts.demand_government, counts.demand_regime] =
                [sum[4] * each, sum[5] * each, sum[6] * each];
        }
    }

    /// Sum what has happened to people in every community into its region, in people.
    pub fn count_fates(&mut self, persons_per_agent: u32) {
        let each = u64::from(persons_per_agent);
        for region in &mut self.regions {
            let (first, last) = region.communities;
            let mut sum = [0u64; 5];
            for community in &self.communities[first as usize..last as usize] {
                let t = &community.tally;
                let agents = [t.at_large, t.detained, t.arrested, t.hurt, t.killed];
                sum.iter_mut()
                    .zip(agents)
                    .for_each(|(sum, agents)| *sum += u64::from(agents));
            }
            let counts = &mut region.counts;
            [counts.at_large, counts.detained] = [sum[0] * each, sum[1] * each];
            [counts.arrested, counts.hurt, counts.killed] = [sum[2] * each, sum[3] * each, sum[4] * each];
        }
    }
}
