//! Wards: some thousand people who live beside each other, in communities of 256 who know of each other.

use std::ops::Range;

use super::people::{Aside, Extremes, People, Tally};
use crate::dice::BLOCK;
use crate::sim::weights::Weights;

/// Number of communities that a community is tied to: two near, two far.
pub const TIES: usize = 4;

/// Largest number of communities in a ward.
pub const COMMUNITIES: usize = 256;

/// The unit of storage and of work: communities of one place, all in its town or all outside.
#[derive(Clone, Debug, PartialEq)]
pub struct Ward {
    /// Its region; written by `population`.
    pub region: u32,
    /// Its place; likewise.
    pub place: u32,
    /// Whether it lies in a town; written by `population`.
    pub urban: bool,
    /// Its first community; written by `population`.
    pub first: u32,
    /// Its citizens, listed or not; written by `population`.
    pub citizens: u32,
    /// Those of them who could go out under the weights of [`Ward::reach`], or anything less keen. All others are at home
    /// and always were.
    pub people: People,
    /// How keen those who are listed at least are; written by `decide`.
    pub reach: Weights,
    /// Those who are within [`Ward::horizon`] and not listed, in order; likewise.
    pub aside: Vec<Aside>,
    /// How keen those who are listed or kept aside at least are; likewise.
    pub horizon: Weights,
    /// A bound on the keenest of those who are listed; likewise.
    pub extremes: Extremes,
    /// Where the people of each community begin, and where the last of them end; likewise.
    pub starts: Vec<u32>,
    /// How many are what; written by `decide`, then by `police`.
    pub tally: Tally,
    /// Of each community, who is out; likewise.
    pub out: Vec<u16>,
    /// Of each community, who was arrested, injured and killed in this tick; written by `police`, forgotten by `perceive`.
    pub harm: Vec<[u16; 3]>,
    /// Anger and fear, shares, of each community that has been harmed; written by `perceive`. All others have that of the
    /// place.
    pub moods: Vec<Option<(f32, f32)>>,
    /// Communities that do not weigh what all others of the place do in this tick, because they have been harmed or
    /// know people who are out, in order, and what they weigh; written by `perceive`.
    pub apart: Vec<(u8, Weights)>,
}

impl Ward {
    /// Communities from `first` on with so many citizens, of whom nobody is listed. There is room for half of them, so
    /// that a tick allocates nothing; where more could go out, memory grows with them.
    pub fn new([region, place]: [u32; 2], urban: bool, first: u32, citizens: u32) -> Ward {
        let room = (citizens as usize).min(BLOCK.max(citizens as usize / 2));
        let communities = citizens.div_ceil(BLOCK as u32) as usize;
        Ward {
            region,
            place,
            urban,
            first,
            citizens,
            people: People::with_room(room),
            reach: Weights::NONE,
            aside: Vec::with_capacity(room),
            horizon: Weights::NONE,
            extremes: Extremes::of(&People::default()),
            starts: vec![0; communities + 1],
            tally: Tally::default(),
            out: vec![0; communities],
            harm: vec![[0; 3]; communities],
            moods: vec![None; communities],
            apart: Vec::with_capacity(communities),
        }
    }

    /// The numbers of its communities.
    pub fn communities(&self) -> Range<usize> {
        self.first as usize..self.first as usize + self.out.len()
    }

    /// How many citizens a community of it has: 256, but for the last.
    pub fn size_of(&self, community: usize) -> usize {
        (self.citizens as usize - community * BLOCK).min(BLOCK)
    }

    /// The number in the country of somebody who is listed here.
    pub fn number(&self, i: usize) -> usize {
        self.first as usize * BLOCK + usize::from(self.people.who[i])
    }

    /// Those who are listed of a community.
    pub fn span(&self, community: usize) -> Range<usize> {
        self.starts[community] as usize..self.starts[community + 1] as usize
    }

    /// Find where the people of each community begin, and their extremes.
    pub fn index(&mut self) {
        let mut at = 0;
        for community in 0..self.out.len() {
            self.starts[community] = at as u32;
            while at < self.people.len() && usize::from(self.people.who[at]) / BLOCK == community {
                at += 1;
            }
        }
        self.starts[self.out.len()] = at as u32;
        self.extremes = Extremes::of(&self.people);
    }
}
