//! Officers and the units they move in.

use crate::sim::policy::ForceKind;

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
    /// In the streets of its place.
    Street,
    /// On guard at a site.
    Site(u32),
    /// On the way to another place, to arrive at the start of this tick.
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
    /// The place that they are based in; written by `population`.
    pub home: u32,
    /// Whether command may send them to other regions; written by `population`.
    pub mobile: bool,
    /// The contingent (intervention, contingent) they belong to; written by `population`.
    pub contingent: Option<(u32, u32)>,
    /// First officer; written by `population`.
    pub first: u32,
    /// Officers in it; written by `population`.
    pub len: u32,
    /// Place where they are or are going; written by `police`.
    pub place: u32,
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
