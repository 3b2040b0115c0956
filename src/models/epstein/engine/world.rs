//! Who and what is there now, and the small deeds of which every turn is made.

use super::agent::{Agent, NOBODY, Role, Tally, Traits, share};
use super::families::Families;
use super::model::Model;
use super::risk::Risks;
use super::sight::{Sight, in_sight};
use super::torus::{Bits, Site, Torus};
use crate::dice::{Dice, Purpose, Stream};
use crate::sim::event::Event;

/// How many draws are spent on finding an empty site anywhere before all sites are gone through.
pub const DRAWS: usize = 64;

/// A lattice and all on it.
#[derive(Clone, Debug)]
pub struct World<'m> {
    pub(super) model: &'m Model,
    pub(super) torus: Torus,
    pub(super) agent_sight: Sight,
    pub(super) cop_sight: Sight,
    pub(super) risks: Risks,
    /// Legitimacy now.
    pub legitimacy: f64,
    /// Everyone, in the order of the last tick.
    pub agents: Vec<Agent>,
    /// What agents are born with, by their numbers.
    pub traits: Vec<Traits>,
    /// Where somebody stands.
    pub(super) taken: Bits,
    /// Where cops stand.
    pub(super) cops: Bits,
    /// Where active agents stand.
    pub(super) active: Bits,
    /// The number of the active agent at each site, or nobody.
    pub(super) rebel: Vec<u32>,
    /// How many of whom.
    pub tally: Tally,
    pub(super) families: Option<Families>,
    /// The next tick, from 0.
    pub tick: u32,
    /// What happened in the last tick.
    pub events: Vec<Event>,
}

impl<'m> World<'m> {
    /// The lattice at tick 0: everyone at a random site, all quiet.
    pub fn new(model: &'m Model, dice: &Dice) -> World<'m> {
        let (agent_seen, cop_seen) = (
            in_sight(model.shape, model.agent_vision),
            in_sight(model.shape, model.cop_vision),
        );
        let torus = Torus::new(model.width, model.height, model.reach());
        let seen = agent_seen.len() as u32;
        let mut world = World {
            model,
            agent_sight: Sight::new(&torus, &agent_seen),
            cop_sight: Sight::new(&torus, &cop_seen),
            // One who was active may count itself twice.
            risks: Risks::new(model, seen.min(model.most_cops()), seen + 2),
            legitimacy: model.legitimacy,
            agents: Vec::with_capacity((model.agents + model.cops) as usize),
            traits: Vec::with_capacity(model.agents as usize),
            taken: Bits::none(&torus),
            cops: Bits::none(&torus),
            active: Bits::none(&torus),
            rebel: vec![NOBODY; model.sites() as usize],
            tally: Tally::default(),
            families: model.groups.as_ref().map(|_| Families::new(&torus, model.sites())),
            tick: 0,
            events: Vec::new(),
            torus,
        };
        world.populate(&mut dice.stream(Purpose::LatticeStart, 0));
        world
    }

    /// Agents first and then cops, each at the next of the sites in random order.
    fn populate(&mut self, stream: &mut Stream) {
        let mut sites: Vec<u32> = (0..self.model.sites()).collect();
        let mut draw = |stream: &mut Stream, i: u32| {
            let j = i + stream.below(self.model.sites() - i);
            sites.swap(i as usize, j as usize);
            sites[i as usize]
        };
        for i in 0..self.model.agents {
            let site = self.torus.site(draw(stream, i));
            let (hardship, risk_aversion) = (stream.word(), stream.word());
            let group = if self.model.groups.is_some() { i % 2 } else { 0 };
            let agent = self.born(site, [hardship, risk_aversion], group as u8, stream);
            self.agents.push(agent);
        }
        for i in 0..self.model.cops {
            let site = self.torus.site(draw(stream, self.model.agents + i));
            self.post(site);
        }
    }

    /// A new agent at an empty site.
    pub(super) fn born(&mut self, site: Site, traits: [u32; 2], group: u8, stream: &mut Stream) -> Agent {
        let id = self.traits.len() as u32;
        self.traits.push(Traits {
            hardship: traits[0],
            risk_aversion: traits[1],
            free_at: 0,
            group,
        });
        if let (Some(families), Some(groups)) = (&mut self.families, &self.model.groups) {
            families.born(self.tick, groups, stream);
        }
        self.tally.living[usize::from(group)] += 1;
        self.comes(site, id);
        Agent {
            site,
            daring: self.daring(id),
            id,
            role: Role::Quiet,
        }
    }

    /// At how many values of the probability of arrest an agent is active.
    pub(super) fn daring(&self, id: u32) -> u32 {
        let of = self.traits[id as usize];
        let (hardship, risk_aversion) = (share(of.hardship), share(of.risk_aversion));
        self.risks
            .daring(hardship, risk_aversion, self.legitimacy, self.model.threshold)
    }

    /// An agent stands on the lattice, at large, from now on.
    pub(super) fn comes(&mut self, site: Site, id: u32) {
        self.flip_taken(site);
        self.returns(site, id);
    }

    /// An agent whose site is taken already is at large from now on.
    pub(super) fn returns(&mut self, site: Site, id: u32) {
        let of = self.traits[id as usize];
        self.tally.at_large[0] += u64::from(of.hardship);
        self.tally.at_large[1] += u64::from(of.risk_aversion);
        if let Some(families) = &mut self.families {
            families.comes(&self.torus, site, id, of.group);
        }
    }

    /// An agent is no longer at large; its site stays taken.
    pub(super) fn parts(&mut self, site: Site, id: u32) {
        let of = self.traits[id as usize];
        self.tally.at_large[0] -= u64::from(of.hardship);
        self.tally.at_large[1] -= u64::from(of.risk_aversion);
        if let Some(families) = &mut self.families {
            families.goes(&self.torus, site, of.group);
        }
    }

    /// A new cop at an empty site.
    pub(super) fn post(&mut self, site: Site) {
        self.flip_taken(site);
        self.cops.flip(&self.torus, site);
        self.tally.cops += 1;
        self.agents.push(Agent {
            site,
            daring: 0,
            id: NOBODY,
            role: Role::Cop,
        });
    }

    /// Whether an agent is active now: it may not know yet that a cop has come by.
    #[inline]
    pub fn is_active(&self, agent: &Agent) -> bool {
        agent.role == Role::Active && self.rebel[self.torus.number(agent.site)] == agent.id
    }

    /// Read what the turn of an agent will need that lies anywhere in memory; what is read means nothing.
    #[inline(always)]
    pub(super) fn read_ahead(&self, agent: &Agent) -> u32 {
        match agent.role {
            Role::Active => self.rebel[self.torus.number(agent.site)] ^ self.traits[agent.id as usize].free_at,
            Role::Jailed if agent.daring <= self.tick => self.traits[agent.id as usize].hardship,
            _ => 0,
        }
    }

    /// Whether an agent of this daring decides to be active at a site, if it is not among the active there.
    #[inline(always)]
    pub(super) fn dares(&self, site: Site, daring: u32, was_active: bool) -> bool {
        // Who would not be active even at no risk need not look.
        daring > 0 && {
            let cops = self.agent_sight.count(&self.torus, &self.cops, site);
            let active = self.agent_sight.count(&self.torus, &self.active, site);
            let itself = 1 + u32::from(was_active & self.model.self_twice);
            self.risks.place(cops, active + itself) < daring
        }
    }

    /// An agent is active from now on.
    #[inline]
    pub(super) fn rise(&mut self, site: Site, id: u32) {
        self.rebel[self.torus.number(site)] = id;
        self.active.flip(&self.torus, site);
        self.tally.active += 1;
    }

    /// The agent at a site is no longer active.
    #[inline]
    pub(super) fn calm(&mut self, site: Site) {
        self.rebel[self.torus.number(site)] = NOBODY;
        self.active.flip(&self.torus, site);
        self.tally.active -= 1;
    }

    /// An agent who is not active goes to a random empty site in sight, if there is one and agents move: where it is then.
    #[inline(always)]
    pub(super) fn step(&mut self, site: Site, id: u32, stream: &mut Stream) -> Site {
        if !self.model.agents_move {
            return site;
        }
        let there = self.agent_sight.pick::<false>(&self.torus, &self.taken, site, stream);
        let Some(there) = there else { return site };
        self.flip_taken(site);
        self.flip_taken(there);
        if let Some(families) = &mut self.families {
            let group = self.traits[id as usize].group;
            families.goes(&self.torus, site, group);
            families.comes(&self.torus, there, id, group);
        }
        there
    }

    /// A random empty site of the whole lattice.
    pub(super) fn empty_anywhere(&self, stream: &mut Stream) -> Option<Site> {
        let is_empty = |site: &Site| !self.taken.has(&self.torus, *site);
        for _ in 0..DRAWS {
            let site = self.torus.site(stream.below(self.model.sites()));
            if is_empty(&site) {
                return Some(site);
            }
        }
        let sites = (0..self.model.sites()).map(|number| self.torus.site(number));
        let empty: Vec<Site> = sites.filter(is_empty).collect();
        match empty.len() {
            0 => None,
            many => Some(empty[stream.below(many as u32) as usize]),
        }
    }

    /// Somebody comes to an empty site, or the one who stood there has gone.
    #[inline(always)]
    pub(super) fn flip_taken(&mut self, site: Site) {
        self.taken.flip(&self.torus, site);
    }
}
