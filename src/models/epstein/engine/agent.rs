//! Who is simulated, and how many of whom there are.

use super::torus::Site;

/// Nobody.
pub const NOBODY: u32 = u32::MAX;
/// What stands on the lattice, and whoever is in jail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Role {
    /// A cop.
    Cop,
    /// An agent at large who is not active.
    Quiet,
    /// An agent who is, or was until a cop came.
    Active,
    /// An agent in jail.
    Jailed,
    /// An agent who has died.
    Dead,
}

/// An agent or a cop; small, since everyone is shuffled in each tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agent {
    /// Where it is.
    pub site: Site,
    /// At how many values of the probability of arrest it is active; in jail, the tick from which it is free.
    pub daring: u32,
    /// Its number, under which what it is born with is kept; of a cop none.
    pub id: u32,
    /// What it is.
    pub role: Role,
}

/// What an agent is born with, and its sentence.
#[derive(Clone, Copy, Debug)]
pub struct Traits {
    /// Hardship, as [`share`] reads it.
    pub hardship: u32,
    /// Risk aversion, as [`share`] reads it.
    pub risk_aversion: u32,
    /// The tick from which it is free again, where terms are counted in turns less that of its next turn; means something
    /// only while it is in jail.
    pub free_at: u32,
    /// 0 or, of the second group, 1.
    pub group: u8,
}

/// A trait between 0 and 1, neither of them.
pub fn share(word: u32) -> f64 {
    (f64::from(word) + 0.5) / 4_294_967_296.0
}

/// How many of whom there are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    /// Active agents.
    pub active: u32,
    /// Agents in jail.
    pub jailed: u32,
    /// Cops.
    pub cops: u32,
    /// Arrests since the start.
    pub arrests: u64,
    /// Living agents of each group.
    pub living: [u32; 2],
    /// Agents of each group killed since the start.
    pub killed: [u64; 2],
    /// Hardship and risk aversion of agents at large, summed.
    pub at_large: [u64; 2],
}
