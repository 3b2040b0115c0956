//! The lattice in motion.
//!
//! A tick, one after the other in a new random order: a cop moves and arrests, an agent moves and decides, or the other
//! way round; who is in jail waits. Work goes where something changes. Who looks reads two numbers that are kept for
//! every site; only the moves of cops and of active agents touch these numbers, and they are few. Who moves tries
//! random sites in sight until one is empty. So neither the size of the lattice nor the vision costs a quiet agent
//! anything. The obvious implementation stands in `tests/epstein_twin.rs` and must agree to the last agent.

use super::groups::Families;
use super::model::{Activation, Jail, Model, Term, Turn};
use super::risk::Risks;
use super::torus::{Counts, Sight, Site, Sort, Torus, in_sight};
use crate::dice::{Dice, Purpose, Stream};
use crate::sim::event::{Event, What};

/// Nobody.
pub(super) const NOBODY: u32 = u32::MAX;
/// How many words, of two draws each, are spent on finding a site in sight before all are gone through.
pub const DRAWS: usize = 16;
/// How many agents ahead of their turns are read, so that they have come from memory when it is theirs.
pub const AHEAD: usize = 32;

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
    /// The tick from which it is free again; means something only while it is in jail.
    pub free_at: u32,
    /// 0 or, of the second group, 1.
    pub group: u8,
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

/// A model in motion.
#[derive(Clone, Debug)]
pub struct Engine<'m> {
    pub(super) model: &'m Model,
    dice: Dice,
    pub(super) torus: Torus,
    pub(super) agent_sight: Sight,
    cop_sight: Sight,
    one_sight: bool,
    risks: Risks,
    /// Legitimacy now.
    pub legitimacy: f64,
    /// Everyone, in the order of the last tick.
    pub agents: Vec<Agent>,
    /// What agents are born with, by their numbers.
    pub traits: Vec<Traits>,
    /// One bit for each site: whether somebody stands there.
    taken: Vec<u64>,
    /// The number of the active agent at each site, or nobody.
    pub(super) rebel: Vec<u32>,
    pub(super) counts: Counts,
    /// How many of whom.
    pub tally: Tally,
    pub(super) families: Option<Families>,
    /// Means nothing; keeps reading ahead from being left out.
    read_ahead: u32,
    /// The next tick, from 0.
    pub tick: u32,
    /// What happened in the last tick.
    pub events: Vec<Event>,
}

impl<'m> Engine<'m> {
    /// The lattice at tick 0: everyone at a random site, all quiet.
    pub fn new(model: &'m Model, dice: &Dice) -> Engine<'m> {
        let (agent_seen, cop_seen) = (
            in_sight(model.shape, model.agent_vision),
            in_sight(model.shape, model.cop_vision),
        );
        let reach = |seen: &[(i32, i32)]| seen.iter().map(|&(row, _)| row).max().unwrap_or(1).max(1) as u32;
        let torus = Torus::new(model.width, model.height, reach(&agent_seen).max(reach(&cop_seen)));
        let seen = agent_seen.len() as u32 + 1;
        let most_cops = model
            .changes
            .iter()
            .filter_map(|change| change.cops)
            .max()
            .unwrap_or(0)
            .max(model.cops);
        let grows = model.changes.iter().any(|change| change.cops_by > 0);
        let most_cops = if grows { seen } else { most_cops.min(seen) };
        let mut engine = Engine {
            model,
            dice: dice.clone(),
            agent_sight: Sight::new(&torus, &agent_seen),
            cop_sight: Sight::new(&torus, &cop_seen),
            one_sight: agent_seen == cop_seen,
            risks: Risks::new(model, most_cops, seen + 1),
            legitimacy: model.legitimacy,
            agents: Vec::with_capacity((model.agents + model.cops) as usize),
            traits: Vec::with_capacity(model.agents as usize),
            taken: vec![0; model.sites().div_ceil(64) as usize],
            rebel: vec![NOBODY; model.sites() as usize],
            counts: Counts::new(model.width, model.height, &agent_seen),
            tally: Tally::default(),
            families: model.groups.as_ref().map(|_| Families::new(model.sites())),
            read_ahead: 0,
            tick: 0,
            events: Vec::new(),
            torus,
        };
        engine.populate();
        engine
    }

    /// Agents first and then cops, each at the next of the sites in random order.
    fn populate(&mut self) {
        let mut stream = self.dice.stream(Purpose::LatticeStart, 0);
        let mut sites: Vec<u32> = (0..self.model.sites()).collect();
        let mut draw = |stream: &mut Stream, i: usize| {
            let j = i + stream.below((sites.len() - i) as u32) as usize;
            sites.swap(i, j);
            sites[i]
        };
        for i in 0..self.model.agents {
            let site = self.torus.site(draw(&mut stream, i as usize));
            let (hardship, risk_aversion) = (stream.word(), stream.word());
            let group = match &self.model.groups {
                Some(_) => (i % 2) as u8,
                None => 0,
            };
            let agent = self.born(site, hardship, risk_aversion, group);
            if let (Some(families), Some(groups)) = (&mut self.families, &self.model.groups) {
                families.born(0, groups, &mut stream);
            }
            self.agents.push(agent);
        }
        for i in 0..self.model.cops {
            let site = self.torus.site(draw(&mut stream, (self.model.agents + i) as usize));
            self.post(site);
        }
    }

    /// A new agent at an empty site.
    pub(super) fn born(&mut self, site: Site, hardship: u32, risk_aversion: u32, group: u8) -> Agent {
        let id = self.traits.len() as u32;
        self.traits.push(Traits {
            hardship,
            risk_aversion,
            free_at: 0,
            group,
        });
        self.take(site);
        if let Some(families) = &mut self.families {
            families.comes(self.torus.number(site), id);
        }
        self.tally.living[usize::from(group)] += 1;
        self.joins(id);
        Agent {
            site,
            daring: self.daring(id),
            id,
            role: Role::Quiet,
        }
    }

    fn daring(&self, id: u32) -> u32 {
        let Traits {
            hardship,
            risk_aversion,
            ..
        } = self.traits[id as usize];
        let threshold = self.model.threshold;
        self.risks
            .daring(share(hardship), share(risk_aversion), self.legitimacy, threshold)
    }

    /// An agent is at large from now on.
    fn joins(&mut self, id: u32) {
        let Traits {
            hardship,
            risk_aversion,
            ..
        } = self.traits[id as usize];
        self.tally.at_large[0] += u64::from(hardship);
        self.tally.at_large[1] += u64::from(risk_aversion);
    }

    /// An agent is no longer at large.
    pub(super) fn parts(&mut self, id: u32) {
        let Traits {
            hardship,
            risk_aversion,
            ..
        } = self.traits[id as usize];
        self.tally.at_large[0] -= u64::from(hardship);
        self.tally.at_large[1] -= u64::from(risk_aversion);
    }

    /// A new cop at an empty site.
    fn post(&mut self, site: Site) {
        self.take(site);
        self.counts.come(Sort::Cop, site);
        self.tally.cops += 1;
        self.agents.push(Agent {
            site,
            daring: 0,
            id: NOBODY,
            role: Role::Cop,
        });
    }

    /// Whether an agent is active now: it may not know yet that a cop has come by.
    pub fn is_active(&self, agent: &Agent) -> bool {
        agent.role == Role::Active && self.rebel[self.torus.number(agent.site)] == agent.id
    }

    /// One tick: what changes by the scenario, then everyone's turn.
    pub fn tick(&mut self) {
        self.events.clear();
        let mut stream = self.dice.stream(Purpose::LatticeTick, self.tick);
        self.change(&mut stream);
        match self.model.activation {
            Activation::Random => self.in_turn(&mut stream, Engine::turn),
            Activation::Synchronous => {
                self.decide_at_once();
                self.in_turn(&mut stream, Engine::synchronous_arrest);
                self.in_turn(&mut stream, Engine::synchronous_move);
            }
        }
        self.bury();
        self.tick += 1;
    }

    /// Everyone has a turn, in a random order.
    fn in_turn(&mut self, stream: &mut Stream, turn: impl Fn(&mut Self, &mut Agent, &mut Stream)) {
        let mut order = [0; AHEAD];
        for first in (0..self.agents.len()).step_by(AHEAD) {
            let order = &mut order[..AHEAD.min(self.agents.len() - first)];
            for (i, place) in (first..).zip(&mut *order) {
                *place = i + stream.below((self.agents.len() - i) as u32) as usize;
                self.read_ahead ^= self.agents[*place].site;
            }
            for (i, &place) in (first..).zip(&*order) {
                self.agents.swap(i, place);
                let mut agent = self.agents[i];
                turn(self, &mut agent, stream);
                self.agents[i] = agent;
            }
        }
    }

    #[inline]
    fn turn(&mut self, agent: &mut Agent, stream: &mut Stream) {
        if agent.role == Role::Cop {
            return self.patrol(agent, stream);
        }
        if agent.role == Role::Active && !self.is_active(agent) {
            self.learn(agent);
        }
        if self.families.is_some() && self.dies(agent) {
            return;
        }
        if agent.role == Role::Jailed && !self.is_released(agent, stream) {
            return;
        }
        let was_active = agent.role == Role::Active;
        if was_active {
            self.calm(agent.site);
        }
        if self.model.turn == Turn::MoveFirst && self.model.agents_move {
            self.step(agent, stream);
        }
        let active = self.dares(agent, was_active);
        if self.model.turn == Turn::ActFirst && self.model.agents_move {
            self.step(agent, stream);
        }
        agent.role = if active { Role::Active } else { Role::Quiet };
        if active {
            self.rise(agent);
        }
        if self.families.is_some() {
            self.live(agent, stream);
        }
    }

    /// Whether it decides to be active where it is; it is not among the active agents that are counted.
    #[inline]
    fn dares(&self, agent: &Agent, was_active: bool) -> bool {
        let (active, cops) = self.counts.at(agent.site);
        let itself = 1 + usize::from(was_active & self.model.self_twice);
        self.risks.place(cops, active + itself) < agent.daring
    }

    fn rise(&mut self, agent: &Agent) {
        self.rebel[self.torus.number(agent.site)] = agent.id;
        self.counts.come(Sort::Active, agent.site);
        self.tally.active += 1;
    }

    pub(super) fn calm(&mut self, site: Site) {
        self.rebel[self.torus.number(site)] = NOBODY;
        self.counts.go(Sort::Active, site);
        self.tally.active -= 1;
    }

    /// An agent goes to a random empty site in sight, if there is one.
    #[inline]
    fn step(&mut self, agent: &mut Agent, stream: &mut Stream) {
        if let Some(there) = self.empty_in(&self.agent_sight, agent.site, stream) {
            self.leave(agent.site);
            self.take(there);
            if let Some(families) = &mut self.families {
                families.moves(self.torus.number(agent.site), self.torus.number(there));
            }
            agent.site = there;
        }
    }

    #[cold]
    #[inline(never)]
    fn patrol(&mut self, cop: &mut Agent, stream: &mut Stream) {
        if self.model.turn == Turn::MoveFirst {
            self.walk(cop, stream);
            self.arrest(cop, stream);
        } else {
            self.arrest(cop, stream);
            self.walk(cop, stream);
        }
    }

    /// A cop goes to a random empty site in sight, if there is one.
    fn walk(&mut self, cop: &mut Agent, stream: &mut Stream) {
        if self.model.cops_move
            && let Some(there) = self.empty_in(&self.cop_sight, cop.site, stream)
        {
            self.stands(cop, there);
        }
    }

    fn stands(&mut self, cop: &mut Agent, there: Site) {
        self.leave(cop.site);
        self.take(there);
        self.counts.go(Sort::Cop, cop.site);
        self.counts.come(Sort::Cop, there);
        cop.site = there;
    }

    /// A cop arrests one random active agent in sight, if there is one.
    fn arrest(&mut self, cop: &mut Agent, stream: &mut Stream) {
        let sight = &self.cop_sight;
        let rebel = |step: &u32| self.rebel[self.torus.number(self.torus.after(cop.site, *step))] != NOBODY;
        let seen = match self.one_sight {
            true => self.counts.at(cop.site).0,
            false => sight.steps.iter().filter(|step| rebel(step)).count(),
        };
        if seen == 0 {
            return;
        }
        let chosen = stream.below(seen as u32) as usize;
        let step = sight.steps.iter().filter(|step| rebel(step)).nth(chosen);
        let site = self.torus.after(cop.site, *step.expect("those counted are there"));
        let id = self.rebel[self.torus.number(site)];
        self.calm(site);
        let most = self.model.max_jail_term;
        let term = match self.model.term {
            Term::OneToMax => 1 + stream.below(most),
            Term::BelowMax => stream.below(most),
            Term::ZeroToMax => stream.below(most + 1),
        };
        self.traits[id as usize].free_at = self.tick.saturating_add(term);
        self.tally.jailed += 1;
        self.tally.arrests += 1;
        self.parts(id);
        if let Some(families) = &mut self.families {
            families.goes(self.torus.number(site));
        }
        if self.model.jail != Jail::InPlace {
            self.leave(site);
            if self.model.cop_steps {
                self.stands(cop, site);
            }
        }
    }

    /// A cop has come by, or a killer, since an active agent's last turn.
    fn learn(&self, agent: &mut Agent) {
        let dead = self
            .families
            .as_ref()
            .is_some_and(|families| families.is_dead(agent.id));
        agent.role = if dead { Role::Dead } else { Role::Jailed };
        agent.daring = self.traits[agent.id as usize].free_at;
    }

    /// Whether a term is over; then the agent stands on the lattice again, quiet.
    fn is_released(&mut self, agent: &mut Agent, stream: &mut Stream) -> bool {
        if agent.daring > self.tick {
            return false;
        }
        let place = match self.model.jail {
            Jail::InPlace => Some(agent.site),
            Jail::Open if self.is_empty(agent.site) => Some(agent.site),
            Jail::Open => self.empty_in(&self.agent_sight, agent.site, stream),
            Jail::Off => self.empty_anywhere(stream),
        };
        let Some(site) = place else { return false };
        agent.site = site;
        agent.daring = self.daring(agent.id);
        agent.role = Role::Quiet;
        self.take(site);
        self.tally.jailed -= 1;
        self.joins(agent.id);
        if let Some(families) = &mut self.families {
            families.comes(self.torus.number(site), agent.id);
        }
        true
    }

    /// All decide on the same picture of the lattice.
    fn decide_at_once(&mut self) {
        let mut agents = std::mem::take(&mut self.agents);
        for agent in &mut agents {
            if agent.role == Role::Active && !self.is_active(agent) {
                self.learn(agent);
            }
        }
        // Those who are active count themselves among the active in sight; a decision takes them out once.
        let dares = |agent: &Agent| {
            let (active, cops) = self.counts.at(agent.site);
            let was_active = agent.role == Role::Active;
            let itself = 1 + usize::from(was_active & self.model.self_twice) - usize::from(was_active);
            self.risks.place(cops, active + itself) < agent.daring
        };
        let at_large = |agent: &Agent| matches!(agent.role, Role::Quiet | Role::Active);
        let decided: Vec<bool> = agents.iter().map(|agent| at_large(agent) && dares(agent)).collect();
        for (agent, active) in agents.iter_mut().zip(decided) {
            match (agent.role, active) {
                (Role::Quiet, true) => {
                    agent.role = Role::Active;
                    self.rise(agent);
                }
                (Role::Active, false) => {
                    agent.role = Role::Quiet;
                    self.calm(agent.site);
                }
                _ => {}
            }
        }
        self.agents = agents;
    }

    fn synchronous_arrest(&mut self, agent: &mut Agent, stream: &mut Stream) {
        if agent.role == Role::Cop {
            self.arrest(agent, stream);
        }
    }

    fn synchronous_move(&mut self, agent: &mut Agent, stream: &mut Stream) {
        if agent.role == Role::Cop {
            return self.walk(agent, stream);
        }
        if agent.role == Role::Active && !self.is_active(agent) {
            self.learn(agent);
        }
        match agent.role {
            Role::Jailed => {
                self.is_released(agent, stream);
            }
            Role::Active if self.model.agents_move => {
                self.calm(agent.site);
                self.step(agent, stream);
                self.rise(agent);
            }
            Role::Quiet if self.model.agents_move => self.step(agent, stream),
            _ => {}
        }
    }

    /// A random empty site in sight; each is equally likely.
    #[inline]
    pub(super) fn empty_in(&self, sight: &Sight, from: Site, stream: &mut Stream) -> Option<Site> {
        for _ in 0..DRAWS {
            let word = stream.word();
            for half in [word & 0xffff, word >> 16] {
                let product = half * sight.steps.len() as u32;
                let there = self.torus.after(from, sight.steps[(product >> 16) as usize]);
                if self.is_empty(there) && product & 0xffff >= sight.reject {
                    return Some(there);
                }
            }
        }
        self.empty_among(&sight.steps, from, stream)
    }

    /// The same, by going through all that is seen.
    #[cold]
    #[inline(never)]
    pub(super) fn empty_among(&self, steps: &[u32], from: Site, stream: &mut Stream) -> Option<Site> {
        let places = steps.iter().map(|&step| self.torus.after(from, step));
        let empty: Vec<Site> = places.filter(|&site| self.is_empty(site)).collect();
        match empty.len() {
            0 => None,
            many => Some(empty[stream.below(many as u32) as usize]),
        }
    }

    /// A random empty site of the whole lattice.
    fn empty_anywhere(&self, stream: &mut Stream) -> Option<Site> {
        for _ in 0..4 * DRAWS {
            let site = self.torus.site(stream.below(self.model.sites()));
            if self.is_empty(site) {
                return Some(site);
            }
        }
        let sites = (0..self.model.sites()).map(|number| self.torus.site(number));
        let empty: Vec<Site> = sites.filter(|&site| self.is_empty(site)).collect();
        match empty.len() {
            0 => None,
            many => Some(empty[stream.below(many as u32) as usize]),
        }
    }

    #[inline]
    pub(super) fn is_empty(&self, site: Site) -> bool {
        let number = self.torus.number(site);
        self.taken[number / 64] >> (number % 64) & 1 == 0
    }

    #[inline]
    fn take(&mut self, site: Site) {
        let number = self.torus.number(site);
        self.taken[number / 64] |= 1 << (number % 64);
    }

    #[inline]
    pub(super) fn leave(&mut self, site: Site) {
        let number = self.torus.number(site);
        self.taken[number / 64] &= !(1 << (number % 64));
    }

    /// What the scenario changes at the start of this tick.
    fn change(&mut self, stream: &mut Stream) {
        for (number, change) in self.model.changes.iter().enumerate() {
            if !change.acts(self.tick) {
                continue;
            }
            let legitimacy = change.legitimacy.unwrap_or(self.legitimacy) + change.legitimacy_by;
            self.set_legitimacy(legitimacy.clamp(0.0, 1.0));
            let cops = i64::from(change.cops.unwrap_or(self.tally.cops)) + change.cops_by;
            self.set_cops(cops.max(0) as u32, stream);
            self.events.push(Event {
                tick: self.tick,
                region: None,
                what: What::Changed(number),
                number: f64::from(self.tally.active),
            });
        }
    }

    fn set_legitimacy(&mut self, legitimacy: f64) {
        if legitimacy == self.legitimacy {
            return;
        }
        self.legitimacy = legitimacy;
        for i in 0..self.agents.len() {
            if matches!(self.agents[i].role, Role::Quiet | Role::Active) {
                self.agents[i].daring = self.daring(self.agents[i].id);
            }
        }
    }

    /// Random cops leave, or cops come to random empty sites, as long as there are any.
    fn set_cops(&mut self, cops: u32, stream: &mut Stream) {
        while self.tally.cops > cops {
            let chosen = stream.below(self.tally.cops) as usize;
            let at = (0..self.agents.len())
                .filter(|&i| self.agents[i].role == Role::Cop)
                .nth(chosen);
            let cop = self.agents.swap_remove(at.expect("those counted are there"));
            self.leave(cop.site);
            self.counts.go(Sort::Cop, cop.site);
            self.tally.cops -= 1;
        }
        while self.tally.cops < cops
            && let Some(site) = self.empty_anywhere(stream)
        {
            self.post(site);
        }
    }
}

/// A trait between 0 and 1, neither of them.
pub fn share(word: u32) -> f64 {
    (f64::from(word) + 0.5) / 4_294_967_296.0
}
