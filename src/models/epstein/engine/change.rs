//! What the scenario changes while it runs: legitimacy, and how many cops there are.

use super::CHANGE;
use super::agent::Role;
use super::world::World;
use crate::dice::Stream;
use crate::sim::event::{Event, What};

impl World<'_> {
    /// What the scenario changes at the start of this tick.
    pub(super) fn change(&mut self, stream: &mut Stream) {
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
                area: None,
                what: What::Other(&CHANGE, number),
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
            self.flip_taken(cop.site);
            self.cops.flip(&self.torus, cop.site);
            self.tally.cops -= 1;
        }
        while self.tally.cops < cops
            && let Some(site) = self.empty_anywhere(stream)
        {
            self.post(site);
        }
    }
}
