//! Citizens: what they do, and the columns in which a ward keeps those who are within its reach.

use crate::sim::hazard::Hazard;

/// What a citizen does; the low three bits of [`People::state`].
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
            _ => Activity::Dead,
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

/// One citizen, as they stand in the columns of [`People`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person {
    /// Hardship, in 255ths.
    pub hardship: u8,
    /// Political discontent, likewise.
    pub discontent: u8,
    /// Risk aversion, likewise.
    pub risk_aversion: u8,
    /// Violent disposition, likewise.
    pub violence: u8,
    /// Which community of the ward (high byte), and which of its citizens.
    pub who: u16,
    /// Activity and memory bits.
    pub state: u8,
    /// Ticks in the streets without a break, at most 255, and 0 at home.
    pub ticks_out: u8,
    /// What is left of the clock of the thing that happens next, see [`crate::sim::hazard`].
    pub clock: Hazard,
    /// Clocks drawn so far.
    pub turns: u16,
}

impl Person {
    /// Somebody of these traits to whom nothing has happened yet.
    pub fn at_home(who: u16, traits: [u8; 4]) -> Person {
        let [hardship, discontent, risk_aversion, violence] = traits;
        Person {
            hardship,
            discontent,
            risk_aversion,
            violence,
            who,
            state: Activity::Home as u8,
            ticks_out: 0,
            clock: 0,
            turns: 0,
        }
    }
}

/// Somebody who is not listed, as they are kept aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aside {
    /// As of a [`Person`].
    pub who: u16,
    /// Hardship, discontent, risk aversion and violent disposition.
    pub traits: [u8; 4],
}

macro_rules! people {
    ($($(#[doc = $about:literal])* $column:ident: $type:ty,)*) => {
        /// The people whom a ward lists, in the order of [`Person::who`]: one column for each field of a [`Person`].
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct People { $($(#[doc = $about])* pub $column: Vec<$type>),* }

        impl People {
            /// Nobody, with room for so many.
            pub fn with_room(room: usize) -> People {
                People { $($column: Vec::with_capacity(room)),* }
            }

            /// One of them.
            pub fn get(&self, i: usize) -> Person {
                Person { $($column: self.$column[i]),* }
            }

            /// Put somebody into this place.
            pub fn set(&mut self, i: usize, person: Person) {
                $(self.$column[i] = person.$column;)*
            }

            /// List somebody at the end.
            pub fn push(&mut self, person: Person) {
                $(self.$column.push(person.$column);)*
            }

            /// Forget all from this place on.
            fn truncate(&mut self, len: usize) {
                $(self.$column.truncate(len);)*
            }

            /// List those of this span again, at the end.
            fn repeat(&mut self, span: std::ops::Range<usize>) {
                $(self.$column.extend_from_within(span.clone());)*
            }
        }
    };
}

people! {
    /// Hardship; written when they are listed.
    hardship: u8,
    /// Political discontent, likewise.
    discontent: u8,
    /// Risk aversion, likewise.
    risk_aversion: u8,
    /// Violent disposition, likewise.
    violence: u8,
    /// Community and citizen, likewise.
    who: u16,
    /// Activity and memory bits; written by `decide` (who is out) and `police` (what happens to them).
    state: u8,
    /// Ticks out; written by `decide`.
    ticks_out: u8,
    /// Clocks; written by `decide` and `police`.
    clock: Hazard,
    /// Clocks drawn; likewise.
    turns: u16,
}

impl People {
    /// How many are listed.
    pub fn len(&self) -> usize {
        self.who.len()
    }

    /// Whether nobody is.
    pub fn is_empty(&self) -> bool {
        self.who.is_empty()
    }

    /// Merge two lists in order, of which the second begins at `old`, into one.
    pub fn merge(&mut self, old: usize) {
        let all = self.len();
        if old == 0 || old == all {
            return;
        }
        // The first list is moved behind the second. From there the two are merged into the front, which never catches
        // up with what is still to be read.
        self.repeat(0..old);
        let (mut first, mut second) = (all, old);
        for to in 0..all {
            let from = if second == all || first < all + old && self.who[first] < self.who[second] {
                &mut first
            } else {
                &mut second
            };
            let at = *from;
            *from += 1;
            self.set(to, self.get(at));
        }
        self.truncate(all);
    }
}

/// How many people of a ward are what; whole numbers, so that sums do not depend on any order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Peaceful in the streets.
    pub protesting: u32,
    /// Violent in the streets, without looters.
    pub violent: u32,
    /// Looting.
    pub looting: u32,
    /// Out since midnight.
    pub today: u32,
    /// At home after having taken part.
    pub at_large: u32,
    /// In detention.
    pub detained: u32,
    /// Injured and out of action.
    pub injured: u32,
    /// Of those out: the price is the first demand.
    pub demand_price: u32,
    /// Of those out: another government is.
    pub demand_government: u32,
    /// Of those out: the end of the regime is.
    pub demand_regime: u32,
    /// Arrested this tick.
    pub arrested: u32,
    /// Injured this tick.
    pub hurt: u32,
    /// Killed this tick.
    pub killed: u32,
}

impl Tally {
    /// All who are out.
    pub fn out(&self) -> u32 {
        self.protesting + self.violent + self.looting
    }
}

/// Flags as bits, in order; flags are 0 or 1.
pub fn gathered<const N: usize, const WORDS: usize>(flags: &[u8; N]) -> [u64; WORDS] {
    let mut words = [0; WORDS];
    for (eighth, flags) in flags.as_chunks::<8>().0.iter().enumerate() {
        // The product gathers the lowest bit of each of eight bytes in the highest byte.
        let byte = u64::from_le_bytes(*flags).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        words[eighth / 8] |= byte << (8 * (eighth % 8));
    }
    words
}

/// The places of the ones in a word, from the lowest.
pub struct Ones(pub u64);

impl Iterator for Ones {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let bit = self.0.trailing_zeros() as usize;
        self.0 &= self.0.wrapping_sub(1);
        (bit < 64).then_some(bit)
    }
}
