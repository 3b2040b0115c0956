//! Every chance in qantar.
//!
//! A draw is a pure function of the event it decides: (seed, replicate, purpose, thing, tick). No
//! generator is ever handed around, so nothing that happens elsewhere (another thread, another arm of a
//! comparison, an action that is new in one arm) can shift anybody's luck. Two arms of a comparison share every
//! draw: they differ by their levers and not by their dice.
//!
//! The generator is ChaCha with eight rounds, and the event is its key: seed, replicate, purpose, thing and tick. Two
//! events have two keys, so their draws are as independent as those of two ciphers, and nothing is sought or skipped.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// How many agents share one stream of draws; also the size of a community.
pub const BLOCK: usize = 256;

/// What a draw decides. The numbers are part of the results: they are never changed and never reused
/// (4 and 5 were draws in every tick).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum Purpose {
    /// The four traits of a citizen; one "tick" per trait.
    Trait = 1,
    /// Which far communities a community is tied to; one "tick" per tie.
    Tie = 2,
    /// The loyalty of an officer.
    Loyalty = 3,
    /// How long it takes until something happens to a citizen, and what: one "tick" for each thing that happens.
    Turn = 10,
    /// What contact with a violent crowd does to an officer.
    OfficerFate = 6,
    /// Whether a site is overrun, abandoned or retaken.
    Site = 7,
    /// Whether a crowd shows by a symbol that the regime can be touched.
    Symbol = 8,
    /// Whether another state sends the troops that it is asked for.
    Pledge = 9,
    /// Whether an injured officer is able again.
    OfficerRecovery = 11,
    /// Epstein's lattice at the start: traits and places, one after the other.
    LatticeStart = 40,
    /// What happens on Epstein's lattice in one tick, one after the other.
    LatticeTick = 41,
}

/// The dice of one replicate.
#[derive(Clone, Copy, Debug)]
pub struct Dice {
    seed: u64,
    replicate: u32,
}

impl Dice {
    /// Dice for one replicate of one seed. Replicates of a seed, and seeds, are independent of each other.
    pub fn new(seed: u64, replicate: u32) -> Dice {
        Dice { seed, replicate }
    }

    /// The generator of one event: the event is its key.
    fn of(&self, purpose: Purpose, thing: u64, tick: u32) -> ChaCha8Rng {
        let mut key = [0u8; 32];
        key[..8].copy_from_slice(&self.seed.to_le_bytes());
        key[8..12].copy_from_slice(&self.replicate.to_le_bytes());
        key[12..20].copy_from_slice(&thing.to_le_bytes());
        key[20..24].copy_from_slice(&tick.to_le_bytes());
        key[24..26].copy_from_slice(&(purpose as u16).to_le_bytes());
        key[26..].copy_from_slice(b"qantar");
        ChaCha8Rng::from_seed(key)
    }

    /// So many draws of 16 bits, such as one for each agent of a block. 128 of them are one batch of the generator.
    pub fn draws16<const N: usize>(&self, purpose: Purpose, thing: u64, tick: u32) -> [u16; N] {
        let (mut bytes, mut draws) = ([[0u8; 2]; N], [0u16; N]);
        self.of(purpose, thing, tick).fill_bytes(bytes.as_flattened_mut());
        for (draw, bytes) in draws.iter_mut().zip(&bytes) {
            *draw = u16::from_le_bytes(*bytes);
        }
        draws
    }

    /// So many draws of 32 bits, such as one for each officer of a unit. 64 of them are one batch of the generator.
    pub fn draws32<const N: usize>(&self, purpose: Purpose, thing: u64, tick: u32) -> [u32; N] {
        let (mut bytes, mut draws) = ([[0u8; 4]; N], [0u32; N]);
        self.of(purpose, thing, tick).fill_bytes(bytes.as_flattened_mut());
        for (draw, bytes) in draws.iter_mut().zip(&bytes) {
            *draw = u32::from_le_bytes(*bytes);
        }
        draws
    }

    /// One draw of 32 bits for one thing, such as a site, at one tick.
    pub fn one(&self, purpose: Purpose, thing: u64, tick: u32) -> u32 {
        self.of(purpose, thing, tick).next_u32()
    }

    /// The draws of what happens one after the other in one tick.
    pub fn stream(&self, purpose: Purpose, tick: u32) -> Stream {
        Stream {
            rng: self.of(purpose, 0, tick),
            words: [0; WORDS],
            at: WORDS,
        }
    }
}

/// Draws for what happens strictly one after the other, as on Epstein's lattice, where each agent acts on what the one
/// before it has left: there the event that a draw decides is its place in this sequence.
#[derive(Clone, Debug)]
pub struct Stream {
    rng: ChaCha8Rng,
    words: [u32; WORDS],
    at: usize,
}

/// Words that a stream draws at a time.
const WORDS: usize = 512;

impl Stream {
    /// 32 random bits.
    #[inline]
    pub fn word(&mut self) -> u32 {
        if self.at == WORDS {
            self.refill();
        }
        self.at += 1;
        self.words[self.at - 1]
    }

    /// A whole number below `n`, all exactly equally likely (Lemire 2019).
    ///
    /// # Panics
    /// If `n` is 0.
    #[inline]
    pub fn below(&mut self, n: u32) -> u32 {
        let mut product = u64::from(self.word()) * u64::from(n);
        if (product as u32) < n {
            let reject = n.wrapping_neg() % n;
            while (product as u32) < reject {
                product = u64::from(self.word()) * u64::from(n);
            }
        }
        (product >> 32) as u32
    }

    #[cold]
    fn refill(&mut self) {
        let mut bytes = [0u8; 4 * WORDS];
        self.rng.fill_bytes(&mut bytes);
        for (word, bytes) in self.words.iter_mut().zip(bytes.chunks_exact(4)) {
            *word = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        }
        self.at = 0;
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
        assert_eq!(dice.draws16(Purpose::Trait, 7, 3), FIRST_16);
        assert_eq!(dice.draws32(Purpose::OfficerFate, 7, 3), FIRST_32);
        assert_eq!(dice.one(Purpose::Site, 7, 3), FIRST_ONE);
    }
    const FIRST_16: [u16; 4] = [24033, 45648, 43623, 22482];
    const FIRST_32: [u32; 2] = [3902118654, 3210593616];
    const FIRST_ONE: u32 = 4064898745;

    #[test]
    fn fewer_draws_are_the_first_of_more() {
        let dice = Dice::new(5, 2);
        let (few, many): ([u32; 3], [u32; 300]) =
            (dice.draws32(Purpose::Site, 3, 9), dice.draws32(Purpose::Site, 3, 9));
        assert_eq!(few, many[..3]);
        assert_eq!(dice.one(Purpose::Site, 3, 9), many[0]);
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
