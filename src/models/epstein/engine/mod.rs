//! Epstein's model of civil violence (PNAS 99 suppl. 3, 7243-7250, 2002): agents on a torus who rebel where their
//! grievance outweighs the risk of arrest, cops who arrest, and in Model II two groups who kill each other. See [`crate::docs::epstein`] for the rules, their variants and what has been
//! found to follow from them.
//!
//! In reading order: [`model`] is what is run; [`risk`] the rule of decision; [`torus`] where things are and [`sight`]
//! what is seen; [`agent`] who is simulated; [`world`] who and what is there now, and the deeds of which turns are made.
//! Then what happens: `police` and jail, `groups` (Model II, with its `families`), `change` by the scenario, `synchronous`
//! decisions. [`tick`] is the order of a tick, and [`piles`] how a random order is made.

pub mod agent;
mod change;
mod families;
mod groups;
pub mod model;
pub mod piles;
mod police;
pub mod risk;
pub mod sight;
mod synchronous;
pub mod tick;
pub mod torus;
pub mod world;

use super::metric::Metric;
use crate::metric::Readings;
use crate::sim::event::Kind;
use world::World;

/// A change of the scenario takes effect.
pub static CHANGE: Kind = Kind {
    name: "change",
    counts: "active",
};

/// The last agent of a group is dead.
pub static EXTINCT: Kind = Kind {
    name: "group_extinct",
    counts: "agents",
};

/// What is measured at the end of a tick.
pub fn readings(world: &World) -> Readings {
    let tally = &world.tally;
    let living: u32 = tally.living.iter().sum();
    let quiet = living - tally.jailed - tally.active;
    let value = |&metric: &Metric| match metric {
        Metric::Active => f64::from(tally.active),
        Metric::Quiet => f64::from(quiet),
        Metric::Jailed => f64::from(tally.jailed),
        Metric::Cops => f64::from(tally.cops),
        Metric::Arrests => tally.arrests as f64,
        Metric::Legitimacy => world.legitimacy,
        Metric::Tension => tension(world, f64::from(quiet) / f64::from(living.max(1))),
        Metric::Blue => f64::from(tally.living[0]),
        Metric::Green => f64::from(tally.living[1]),
        Metric::KilledBlue => tally.killed[0] as f64,
        Metric::KilledGreen => tally.killed[1] as f64,
    };
    Readings::of_whole(world.tick - 1, Metric::ALL.iter().map(value).collect())
}

/// Epstein's index: anger is pent up where the aggrieved are quiet and risk aversion is low.
fn tension(world: &World, quiet: f64) -> f64 {
    let [hardship, risk_aversion] = world.tally.at_large.map(|sum| sum as f64);
    match risk_aversion {
        0.0 => 0.0,
        _ => hardship * (1.0 - world.legitimacy) * quiet / risk_aversion,
    }
}
