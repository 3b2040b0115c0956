//! Every chance in qantar.
//!
//! A draw is a pure function of the event it decides: (seed, replicate, purpose, block of agents, tick). No
//! generator is ever handed around, so nothing that happens elsewhere (another thread, another arm of a
//! comparison, an action that is new in one arm) can shift anybody's luck. Two arms of a comparison share every
//! draw: they differ by their levers and not by their dice.
//!
//! The generator is ChaCha with eight rounds, used as a counter: the key is the seed and the replicate, the
//! stream is the purpose and the block, the word position is the tick.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// How many agents share one stream of draws; also the size of a community.
pub const BLOCK: usize = 256;

/// What a draw decides. The numbers are part of the results: they are never changed and never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum Purpose {
    /// The four traits of a citizen; one "tick" per trait.
    Trait = 1,
    /// Which far communities a community is tied to; one "tick" per tie.
    Tie = 2,
    /// The loyalty of an officer.
    Loyalty = 3,
    /// Whether a citizen acts this hour on the wish to go out or to go home.
    Turnout = 4,
    /// What contact with the police does to a citizen: nothing, arrest, injury, death.
    Fate = 5,
    /// What contact with a violent crowd does to an officer.
    OfficerFate = 6,
    /// Whether a site is overrun, abandoned or retaken.
    Site = 7,
    /// Whether a crowd shows by a symbol that the regime can be touched.
    Symbol = 8,
    /// Whether another state sends the troops that it is asked for.
    Pledge = 9,
}

/// The dice of one replicate.
#[derive(Clone, Debug)]
pub struct Dice {
    origin: ChaCha8Rng,
}

impl Dice {
    /// Dice for one replicate of one seed. Replicates of a seed, and seeds, are independent of each other.
    pub fn new(seed: u64, replicate: u32) -> Dice {
        let mut key = [0u8; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..12].copy_from_slice(&replicate.to_le_bytes());
        key[16..22].copy_from_slice(b"qantar");
        Dice {
            origin: ChaCha8Rng::from_seed(key),
        }
    }

    fn at(&self, purpose: Purpose, block: u64, word: u128) -> ChaCha8Rng {
        debug_assert!(block < 1 << 48, "a block number fits in 48 bits");
        let mut rng = self.origin.clone();
        rng.set_stream((purpose as u64) << 48 | block);
        rng.set_word_pos(word);
        rng
    }

    /// One draw of 16 bits for each agent of a block.
    pub fn block16(&self, purpose: Purpose, block: u64, tick: u32) -> [u16; BLOCK] {
        let mut bytes = [0u8; 2 * BLOCK];
        self.at(purpose, block, u128::from(tick) * (BLOCK as u128 / 2))
            .fill_bytes(&mut bytes);
        std::array::from_fn(|i| u16::from_le_bytes([bytes[2 * i], bytes[2 * i + 1]]))
    }

    /// One draw of 32 bits for each agent of a block.
    pub fn block32(&self, purpose: Purpose, block: u64, tick: u32) -> [u32; BLOCK] {
        let mut bytes = [0u8; 4 * BLOCK];
        self.at(purpose, block, u128::from(tick) * BLOCK as u128)
            .fill_bytes(&mut bytes);
        std::array::from_fn(|i| {
            u32::from_le_bytes([bytes[4 * i], bytes[4 * i + 1], bytes[4 * i + 2], bytes[4 * i + 3]])
        })
    }

    /// The draws of [`Dice::block16`] for one half of a block: one batch of the generator.
    pub fn half16(&self, purpose: Purpose, block: u64, tick: u32, half: usize) -> [u16; BLOCK / 2] {
        let mut bytes = [0u8; BLOCK];
        let word = u128::from(tick) * (BLOCK as u128 / 2) + (half * BLOCK / 4) as u128;
        self.at(purpose, block, word).fill_bytes(&mut bytes);
        std::array::from_fn(|i| u16::from_le_bytes([bytes[2 * i], bytes[2 * i + 1]]))
    }

    /// The draws of [`Dice::block32`] for one quarter of a block: one batch of the generator.
    pub fn quarter32(&self, purpose: Purpose, block: u64, tick: u32, quarter: usize) -> [u32; BLOCK / 4] {
        let mut bytes = [0u8; BLOCK];
        let word = u128::from(tick) * BLOCK as u128 + (quarter * BLOCK / 4) as u128;
        self.at(purpose, block, word).fill_bytes(&mut bytes);
        std::array::from_fn(|i| {
            u32::from_le_bytes([bytes[4 * i], bytes[4 * i + 1], bytes[4 * i + 2], bytes[4 * i + 3]])
        })
    }

    /// One draw of 32 bits for one thing, such as a site, at one tick.
    pub fn one(&self, purpose: Purpose, thing: u64, tick: u32) -> u32 {
        self.at(purpose, thing, u128::from(tick)).next_u32()
    }
}

/// The 16-bit threshold below which a draw falls with probability `p`, clamped to [0, 1].
pub fn threshold16(p: f64) -> u32 {
    (p.clamp(0.0, 1.0) * 65_536.0) as u32
}

/// The 32-bit threshold below which a draw falls with probability `p`, clamped to [0, 1].
pub fn threshold32(p: f64) -> u64 {
    (p.clamp(0.0, 1.0) * 4_294_967_296.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_draws_never_change() {
        let dice = Dice::new(42, 0);
        let draws = dice.block16(Purpose::Turnout, 7, 3);
        assert_eq!(draws[..4], FIRST_16);
        assert_eq!(dice.block32(Purpose::Fate, 7, 3)[..2], FIRST_32);
        assert_eq!(dice.one(Purpose::Site, 7, 3), FIRST_ONE);
    }
    const FIRST_16: [u16; 4] = [7787, 34956, 35505, 22104];
    const FIRST_32: [u32; 2] = [375704320, 1266398286];
    const FIRST_ONE: u32 = 3565493119;

    #[test]
    fn parts_of_a_block_are_the_draws_of_the_block() {
        let dice = Dice::new(5, 2);
        let (whole16, whole32) = (dice.block16(Purpose::Turnout, 3, 9), dice.block32(Purpose::Fate, 3, 9));
        let halves = (0..2).flat_map(|half| dice.half16(Purpose::Turnout, 3, 9, half));
        let quarters = (0..4).flat_map(|quarter| dice.quarter32(Purpose::Fate, 3, 9, quarter));
        assert!(halves.eq(whole16) && quarters.eq(whole32));
    }

    #[test]
    fn draws_of_neighbouring_ticks_do_not_overlap() {
        let dice = Dice::new(1, 0);
        let (a, b) = (
            dice.block16(Purpose::Turnout, 0, 0),
            dice.block16(Purpose::Turnout, 0, 1),
        );
        assert_ne!(a, b);
        assert_ne!(a[BLOCK / 2..], b[..BLOCK / 2]);
    }

    #[test]
    fn replicates_seeds_purposes_and_blocks_differ() {
        let base = Dice::new(1, 0).one(Purpose::Site, 0, 0);
        for other in [
            Dice::new(2, 0).one(Purpose::Site, 0, 0),
            Dice::new(1, 1).one(Purpose::Site, 0, 0),
            Dice::new(1, 0).one(Purpose::Tie, 0, 0),
            Dice::new(1, 0).one(Purpose::Site, 1, 0),
            Dice::new(1, 0).one(Purpose::Site, 0, 1),
        ] {
            assert_ne!(base, other);
        }
    }
}
