//! Symbols of the regime are torn down where a crowd is large and no police is left to stop it: cheap, visible, and
//! so a sign of how many think alike (Kuran 1991).

use super::tell;
use crate::dice::{Dice, Purpose, threshold32};
use crate::sim::event::{Event, What};
use crate::sim::model::Model;
use crate::sim::rules;
use crate::sim::world::World;

/// One draw for each region with a crowd. Each act makes the next less likely: there are only so many statues.
pub fn symbols(model: &Model, dice: &Dice, world: &mut World, tick: u32, events: &mut Vec<Event>) {
    let news = &model.rules.news;
    for g in 0..world.regions.len() {
        let region = &mut world.regions[g];
        let crowd = region.counts.out() as f64;
        if crowd <= 0.0 {
            continue;
        }
        let of_100_000 = rules::per_100_000(crowd, f64::from(model.regions[g].population));
        let size = of_100_000 / (of_100_000 + news.symbol_crowd);
        let rate = news.symbol_rate * size * region.tied_up(model) / (1.0 + region.totals.symbols as f64);
        if u64::from(dice.one(Purpose::Symbol, g as u64, tick)) < threshold32(model.clock.chance(rate)) {
            region.totals.symbols += 1;
            tell(model, world, g, news.symbol_belief, 0.0);
            events.push(Event {
                tick,
                region: Some(g),
                what: What::SymbolicAct,
                number: crowd,
            });
        }
    }
}
