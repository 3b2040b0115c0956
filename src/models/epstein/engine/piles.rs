//! A random order of many, without a walk all over memory.
//!
//! A shuffle of more than the nearer memories hold waits for each exchange. So people are first dealt to piles, each to
//! a random one, which reads and writes in sequence; then each pile is shuffled, one after the other. That is a uniform
//! random order too: it is a sort by random keys, of which the pile is the upper part, with a shuffle of those whose
//! upper parts are equal.

use super::agent::Agent;
use crate::dice::Stream;

/// From so many people on, they are dealt to piles first.
const MANY: usize = 1 << 16;

/// Piles of people.
#[derive(Clone, Debug)]
pub struct Piles {
    /// How many there are, a power of two of at most 256.
    pub number: usize,
    of: Vec<u8>,
    dealt: Vec<Agent>,
}

impl Piles {
    /// As many piles as are good for so many people.
    pub fn for_people(people: usize) -> Piles {
        Piles {
            number: if people < MANY { 1 } else { 256 },
            of: Vec::new(),
            dealt: Vec::new(),
        }
    }

    /// Deal people to the piles, in which they keep their order; where each pile ends.
    pub fn deal(&mut self, people: &mut Vec<Agent>, stream: &mut Stream) -> [usize; 256] {
        let mut ends = [people.len(); 256];
        if self.number == 1 {
            return ends;
        }
        let words = people.len().div_ceil(4);
        let last = (self.number - 1) as u8;
        self.of.clear();
        self.of.extend(
            (0..words)
                .flat_map(|_| stream.word().to_le_bytes())
                .map(|byte| byte & last),
        );
        self.of.truncate(people.len());
        let mut sizes = [0; 256];
        self.of.iter().for_each(|&pile| sizes[usize::from(pile)] += 1);
        // Where the next of each pile goes: at first, where the one before it ends.
        let mut sum = 0;
        for (end, size) in ends.iter_mut().zip(sizes) {
            *end = sum;
            sum += size;
        }
        self.dealt.clone_from(people);
        for (&person, &pile) in people.iter().zip(&self.of) {
            let next = &mut ends[usize::from(pile)];
            self.dealt[*next] = person;
            *next += 1;
        }
        std::mem::swap(people, &mut self.dealt);
        ends
    }
}
