//! Model II: two groups. To be active is to kill a random agent of the other group in sight. Agents have children, who
//! inherit group and hardship, and die of age.

use super::EXTINCT;
use super::agent::{Agent, Role, share};
use super::model::Jail;
use super::torus::Site;
use super::world::World;
use crate::dice::Stream;
use crate::sim::event::{Event, What};

impl World<'_> {
    /// Whether an agent is dead, or dies of age now.
    pub(super) fn dies(&mut self, agent: Agent) -> bool {
        let Some(families) = &mut self.families else {
            return false;
        };
        if families.is_dead(agent.id) {
            return true;
        }
        if families.dead_at[agent.id as usize] > self.tick {
            return false;
        }
        families.dead_at[agent.id as usize] = 0;
        match agent.role {
            Role::Jailed => {
                self.tally.jailed -= 1;
                if self.model.jail == Jail::InPlace {
                    self.flip_taken(agent.site);
                }
            }
            was => {
                if was == Role::Active {
                    self.calm(agent.site);
                }
                self.parts(agent.site, agent.id);
                self.flip_taken(agent.site);
            }
        }
        self.tally.living[usize::from(self.traits[agent.id as usize].group)] -= 1;
        true
    }

    /// Who is active kills; everyone may have a child, on an empty site next to its own.
    pub(super) fn live(&mut self, agent: Agent, stream: &mut Stream) {
        let (Some(families), Some(groups)) = (&self.families, &self.model.groups) else {
            return;
        };
        let of = self.traits[agent.id as usize];
        if agent.role == Role::Active
            && let others = &families.at_large[usize::from(1 - of.group)]
            && let Some(site) = self.agent_sight.pick::<true>(&self.torus, others, agent.site, stream)
        {
            self.kill(families.at[self.torus.number(site)], site);
        }
        if share(stream.word()) < groups.cloning
            && let Some(families) = &self.families
            && let Some(site) = families
                .next
                .pick::<false>(&self.torus, &self.taken, agent.site, stream)
        {
            let traits = [of.hardship, stream.word()];
            let child = self.born(site, traits, of.group, stream);
            if let Some(families) = &mut self.families {
                families.children.push(child);
            }
        }
    }

    /// An agent at large dies of a killer.
    fn kill(&mut self, id: u32, site: Site) {
        if self.active.has(&self.torus, site) {
            self.calm(site);
        }
        self.parts(site, id);
        self.flip_taken(site);
        let group = usize::from(self.traits[id as usize].group);
        self.tally.living[group] -= 1;
        self.tally.killed[group] += 1;
        if let Some(families) = &mut self.families {
            families.dead_at[id as usize] = 0;
        }
    }

    /// The dead leave, the children of the tick join, and a group that is gone is told once.
    pub(super) fn bury(&mut self) {
        let Some(families) = &mut self.families else { return };
        let mut children = std::mem::take(&mut families.children);
        self.agents.append(&mut children);
        self.agents
            .retain(|agent| agent.role == Role::Cop || !families.is_dead(agent.id));
        families.children = children;
        for group in 0..2 {
            if self.tally.living[group] == 0 && !families.extinct[group] {
                families.extinct[group] = true;
                self.events.push(Event {
                    tick: self.tick,
                    area: None,
                    what: What::Other(&EXTINCT, group),
                    number: f64::from(self.tally.living[1 - group]),
                });
            }
        }
    }
}
