//! Cops, who walk and arrest; and jail, out of which agents come on their own turns.

use super::agent::{Agent, Role};
use super::model::{Jail, Term, Turn};
use super::torus::Site;
use super::world::World;
use crate::dice::Stream;

impl World<'_> {
    /// The turn of a cop: where it is then.
    #[inline(always)]
    pub(super) fn patrol(&mut self, site: Site, stream: &mut Stream) -> Site {
        match self.model.turn {
            Turn::MoveFirst => {
                let there = self.walk(site, stream);
                self.arrest(there, stream)
            }
            Turn::ActFirst => {
                let there = self.arrest(site, stream);
                self.walk(there, stream)
            }
        }
    }

    /// A cop goes to a random empty site in sight, if there is one and cops move: where it is then.
    #[inline(always)]
    pub(super) fn walk(&mut self, site: Site, stream: &mut Stream) -> Site {
        if !self.model.cops_move {
            return site;
        }
        let there = self.cop_sight.pick::<false>(&self.torus, &self.taken, site, stream);
        match there {
            Some(there) => self.goes(site, there),
            None => site,
        }
    }

    /// A cop goes to an empty site.
    #[inline(always)]
    fn goes(&mut self, from: Site, to: Site) -> Site {
        for site in [from, to] {
            self.flip_taken(site);
            self.cops.flip(&self.torus, site);
        }
        to
    }

    /// A cop arrests one random active agent in sight, if there is one: where it is then.
    #[inline(always)]
    pub(super) fn arrest(&mut self, site: Site, stream: &mut Stream) -> Site {
        let caught = self.cop_sight.pick::<true>(&self.torus, &self.active, site, stream);
        let Some(there) = caught else { return site };
        self.jail(there, stream);
        match self.model.cop_steps && self.model.jail != Jail::InPlace {
            true => self.goes(site, there),
            false => site,
        }
    }

    /// The active agent at a site goes to jail; it learns of it on its own turn.
    fn jail(&mut self, site: Site, stream: &mut Stream) {
        let id = self.rebel[self.torus.number(site)];
        let most = self.model.max_jail_term;
        let term = match self.model.term {
            Term::OneToMax => 1 + stream.below(most),
            Term::BelowMax => stream.below(most),
            Term::ZeroToMax => stream.below(most + 1),
        };
        let from = if self.model.term_in_turns { 0 } else { self.tick };
        self.traits[id as usize].free_at = from.saturating_add(term);
        self.calm(site);
        self.parts(site, id);
        self.tally.jailed += 1;
        self.tally.arrests += 1;
        if self.model.jail != Jail::InPlace {
            self.flip_taken(site);
        }
    }

    /// An agent who was active at its last turn learns that a cop has come by since then, or a killer.
    #[inline(always)]
    pub(super) fn learn(&self, agent: &mut Agent) {
        if agent.role == Role::Active && !self.is_active(agent) {
            let families = self.families.as_ref();
            let dead = families.is_some_and(|families| families.is_dead(agent.id));
            agent.role = if dead { Role::Dead } else { Role::Jailed };
            let from = if self.model.term_in_turns { self.tick } else { 0 };
            agent.daring = from.saturating_add(self.traits[agent.id as usize].free_at);
        }
    }

    /// Whether a term is over; then the agent stands on the lattice again, quiet.
    #[inline(always)]
    pub(super) fn is_released(&mut self, agent: &mut Agent, stream: &mut Stream) -> bool {
        if agent.daring > self.tick {
            return false;
        }
        let Some(site) = self.release(agent.site, agent.id, stream) else {
            return false;
        };
        *agent = Agent {
            site,
            daring: self.daring(agent.id),
            id: agent.id,
            role: Role::Quiet,
        };
        true
    }

    /// The site to which an agent returns from jail, if there is an empty one.
    fn release(&mut self, site: Site, id: u32, stream: &mut Stream) -> Option<Site> {
        let to = match self.model.jail {
            Jail::InPlace => Some(site),
            Jail::Open if !self.taken.has(&self.torus, site) => Some(site),
            Jail::Open => self.agent_sight.pick::<false>(&self.torus, &self.taken, site, stream),
            Jail::Off => self.empty_anywhere(stream),
        }?;
        match self.model.jail {
            Jail::InPlace => self.returns(to, id),
            Jail::Open | Jail::Off => self.comes(to, id),
        }
        self.tally.jailed -= 1;
        Some(to)
    }
}
