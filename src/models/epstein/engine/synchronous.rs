//! All at once: everyone decides on the same picture of the lattice; then cops arrest, and then all move, one after the
//! other, as no two can go to the same site.

use super::agent::{Agent, Role};
use super::world::World;
use crate::dice::Stream;

impl World<'_> {
    /// All decide on the same picture.
    pub(super) fn decide_at_once(&mut self) {
        let mut agents = std::mem::take(&mut self.agents);
        for agent in &mut agents {
            self.learn(agent);
        }
        let at_large = |agent: &Agent| matches!(agent.role, Role::Quiet | Role::Active);
        let dares = |agent: &Agent| at_large(agent) && self.dares(agent.site, agent.daring, agent.role == Role::Active);
        let decided: Vec<bool> = agents.iter().map(dares).collect();
        for (agent, active) in agents.iter_mut().zip(decided) {
            match (agent.role, active) {
                (Role::Quiet, true) => {
                    agent.role = Role::Active;
                    self.rise(agent.site, agent.id);
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

    /// The turn of a cop to arrest.
    #[inline(always)]
    pub(super) fn arrest_after_all(&mut self, agent: &mut Agent, stream: &mut Stream) {
        if agent.role == Role::Cop {
            agent.site = self.arrest(agent.site, stream);
        }
    }

    /// Anybody's turn to move, or to leave jail.
    #[inline(always)]
    pub(super) fn move_after_all(&mut self, agent: &mut Agent, stream: &mut Stream) {
        self.learn(agent);
        match agent.role {
            Role::Cop => agent.site = self.walk(agent.site, stream),
            Role::Jailed => {
                self.is_released(agent, stream);
            }
            Role::Active => {
                self.calm(agent.site);
                agent.site = self.step(agent.site, agent.id, stream);
                self.rise(agent.site, agent.id);
            }
            Role::Quiet => agent.site = self.step(agent.site, agent.id, stream),
            Role::Dead => {}
        }
    }
}
