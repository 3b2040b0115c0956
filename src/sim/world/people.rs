//! Citizens and the communities they know each other in.

use crate::dice::BLOCK;
use crate::sim::hazard::Hazard;

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
/// The bit that says of the injured: seriously.
pub const SERIOUS: u8 = 0b10_0000;

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

/// Everyone.
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
    /// What is left of the clock of the thing that happens next, see [`crate::sim::hazard`]; written by `decide`, `police`.
    pub clock: Vec<Hazard>,
    /// Clocks drawn so far; likewise.
    pub turns: Vec<u16>,
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
    /// Of these, seriously.
    pub serious: u16,
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

impl Extremes {
    /// The extremes of two groups together.
    pub fn with(&self, other: &Extremes) -> Extremes {
        Extremes {
            hardship: self.hardship.max(other.hardship),
            discontent: self.discontent.max(other.discontent),
            risk_aversion: self.risk_aversion.min(other.risk_aversion),
            violence: self.violence.max(other.violence),
            aggrieved: self.aggrieved.max(other.aggrieved),
            covetous: self.covetous.max(other.covetous),
        }
    }
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
