//! What Model II keeps beside the rest: who of which group is where, and until when everyone lives.

use super::agent::{Agent, NOBODY};
use super::model::{Groups, Shape};
use super::sight::{Sight, in_sight};
use super::torus::{Bits, Site, Torus};
use crate::dice::Stream;

/// Who is where, and until when everyone lives.
#[derive(Clone, Debug)]
pub struct Families {
    /// Where agents of each group are at large.
    pub at_large: [Bits; 2],
    /// The number of the agent at large at each site, or nobody.
    pub at: Vec<u32>,
    /// The tick at which each agent dies of age, by number; 0 once it is dead.
    pub dead_at: Vec<u32>,
    /// The eight sites next to one's own.
    pub next: Sight,
    /// The children of this tick, who have their first turn in the next.
    pub children: Vec<Agent>,
    /// Whether it has been told that a group is gone.
    pub extinct: [bool; 2],
}

impl Families {
    /// Nobody yet.
    pub fn new(torus: &Torus, sites: u32) -> Families {
        Families {
            at_large: [Bits::none(torus), Bits::none(torus)],
            at: vec![NOBODY; sites as usize],
            dead_at: Vec::new(),
            next: Sight::new(torus, &in_sight(Shape::Moore, 1.0)),
            children: Vec::new(),
            extinct: [false; 2],
        }
    }

    /// The age at which the next agent dies is drawn.
    pub fn born(&mut self, tick: u32, groups: &Groups, stream: &mut Stream) {
        self.dead_at.push(tick.saturating_add(1 + stream.below(groups.max_age)));
    }

    /// An agent is at large at a site from now on.
    pub fn comes(&mut self, torus: &Torus, site: Site, id: u32, group: u8) {
        self.at[torus.number(site)] = id;
        self.at_large[usize::from(group)].flip(torus, site);
    }

    /// An agent is no longer at large at its site.
    pub fn goes(&mut self, torus: &Torus, site: Site, group: u8) {
        self.at[torus.number(site)] = NOBODY;
        self.at_large[usize::from(group)].flip(torus, site);
    }

    /// Whether an agent has died, of age or of a killer.
    pub fn is_dead(&self, id: u32) -> bool {
        self.dead_at[id as usize] == 0
    }
}
