//! Symbols of the regime are torn down where a crowd is large and no police is left to stop it: cheap, visible, and
//! so a sign of how many think alike (Kuran 1991).

use super::tell;
use crate::dice::{Dice, Purpose, threshold32};
use crate::sim::event::{Event, What};
use crate::sim::model::Model;
use crate::sim::world::World;

/// One draw for each place with a crowd. Each act makes the next less likely: there are only so many statues.
pub fn symbols(model: &Model, dice: &Dice, world: &mut World, tick: u32, events: &mut Vec<Event>) {
    let news = &model.rules.news;
    for p in 0..world.places.len() {
        let place = &mut world.places[p];
        let crowd = place.counts.out() as f64;
        if crowd <= 0.0 {
            continue;
        }
        let size = crowd / (crowd + news.symbol_crowd);
        let rate = news.symbol_rate * size * place.tied_up(model) / (1.0 + place.totals.symbols as f64);
        if u64::from(dice.one(Purpose::Symbol, p as u64, tick)) < threshold32(model.clock.chance(rate)) {
            place.totals.symbols += 1;
            tell(model, world, p, news.symbol_belief, 0.0);
            events.push(Event {
                tick,
                area: Some(model.area(p)),
                what: What::SymbolicAct,
                number: crowd,
            });
        }
    }
}
