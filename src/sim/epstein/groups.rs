//! Model II: two groups. To be active is to kill a random agent of the other group in sight. Agents have children, who
//! inherit group and grievance, and die of age.

use super::engine::{Agent, Engine, NOBODY, Role, share};
use super::model::Groups;
use super::model::Shape;
use super::torus::in_sight;
use crate::dice::Stream;
use crate::sim::event::{Event, What};

/// Who is where, and until when everyone lives.
#[derive(Clone, Debug)]
pub(super) struct Families {
    /// The number of the agent at each site, or nobody.
    at: Vec<u32>,
    /// The tick at which each agent is dead, by number: of age, or earlier of a killer.
    dead_at: Vec<u32>,
    /// Steps to the eight sites next to one's own.
    next: Vec<(i32, i32)>,
    /// The children of this tick, who have their first turn in the next.
    children: Vec<Agent>,
    extinct: [bool; 2],
}

impl Families {
    pub fn new(sites: u32) -> Families {
        Families {
            at: vec![NOBODY; sites as usize],
            dead_at: Vec::new(),
            next: in_sight(Shape::Moore, 1.0),
            children: Vec::new(),
            extinct: [false; 2],
        }
    }

    /// The age at which the next agent dies.
    pub fn born(&mut self, tick: u32, groups: &Groups, stream: &mut Stream) {
        self.dead_at.push(tick.saturating_add(1 + stream.below(groups.max_age)));
    }

    pub fn comes(&mut self, site: usize, id: u32) {
        self.at[site] = id;
    }

    pub fn goes(&mut self, site: usize) {
        self.at[site] = NOBODY;
    }

    pub fn moves(&mut self, from: usize, to: usize) {
        self.at[to] = self.at[from];
        self.at[from] = NOBODY;
    }

    pub fn is_dead(&self, id: u32) -> bool {
        self.dead_at[id as usize] == 0
    }
}

impl Engine<'_> {
    /// Whether it is dead, or dies of age now.
    pub(super) fn dies(&mut self, agent: &mut Agent) -> bool {
        let Some(families) = &mut self.families else {
            return false;
        };
        if families.is_dead(agent.id) {
            agent.role = Role::Dead;
            return true;
        }
        if families.dead_at[agent.id as usize] > self.tick {
            return false;
        }
        let was = std::mem::replace(&mut agent.role, Role::Dead);
        families.dead_at[agent.id as usize] = 0;
        if was == Role::Jailed {
            self.tally.jailed -= 1;
            if self.model.jail == super::model::Jail::InPlace {
                self.leave(agent.site);
            }
        } else {
            families.goes(self.torus.number(agent.site));
            self.leave(agent.site);
            self.parts(agent.id);
        }
        if was == Role::Active {
            self.calm(agent.site);
        }
        self.tally.living[usize::from(self.traits[agent.id as usize].group)] -= 1;
        true
    }

    /// Who is active kills; everyone may have a child.
    pub(super) fn live(&mut self, agent: &mut Agent, stream: &mut Stream) {
        let Some(groups) = &self.model.groups else { return };
        let group = self.traits[agent.id as usize].group;
        if agent.role == Role::Active {
            self.kill(agent, group, stream);
        }
        if share(stream.word()) < groups.cloning {
            let next: Vec<u32> = self
                .families
                .iter()
                .flat_map(|f| &f.next)
                .map(|&(r, c)| self.torus.step(r, c))
                .collect();
            if let Some(site) = self.empty_among(&next, agent.site, stream) {
                let (hardship, risk_aversion) = (self.traits[agent.id as usize].hardship, stream.word());
                let child = self.born(site, hardship, risk_aversion, group);
                if let Some(families) = &mut self.families {
                    families.born(self.tick, groups, stream);
                    families.children.push(child);
                }
            }
        }
    }

    fn kill(&mut self, killer: &Agent, group: u8, stream: &mut Stream) {
        let Some(families) = &mut self.families else { return };
        let there = |&step: &u32| self.torus.after(killer.site, step);
        let is_other = |&site: &u32| {
            let id = families.at[self.torus.number(site)];
            id != NOBODY && self.traits[id as usize].group != group
        };
        let others: Vec<u32> = self.agent_sight.steps.iter().map(there).filter(is_other).collect();
        if others.is_empty() {
            return;
        }
        let site = others[stream.below(others.len() as u32) as usize];
        let number = self.torus.number(site);
        let id = families.at[number];
        families.dead_at[id as usize] = 0;
        families.goes(number);
        self.leave(site);
        if self.rebel[number] != NOBODY {
            self.calm(site);
        }
        self.parts(id);
        let other = usize::from(1 - group);
        self.tally.living[other] -= 1;
        self.tally.killed[other] += 1;
    }

    /// The dead leave, the children of the tick join, and a group that is gone is told once.
    pub(super) fn bury(&mut self) {
        let Some(families) = &mut self.families else { return };
        self.agents
            .retain(|agent| agent.role == Role::Cop || !families.is_dead(agent.id));
        let children = families.children.drain(..);
        let living = children.filter(|child| families.dead_at[child.id as usize] != 0);
        self.agents.extend(living);
        for group in 0..2 {
            if self.tally.living[group] == 0 && !families.extinct[group] {
                families.extinct[group] = true;
                self.events.push(Event {
                    tick: self.tick,
                    region: None,
                    what: What::GroupExtinct(group),
                    number: f64::from(self.tally.living[1 - group]),
                });
            }
        }
    }
}
