//! What stands still: banks, flights and work. Of these only the lack of banks acts back on people, slowly.

use crate::sim::model::{Model, SiteKind};
use crate::sim::policy::Lever;
use crate::sim::world::{Holder, World};

/// Services and lost output of this tick.
pub fn services(model: &Model, world: &mut World, tick: u32) {
    let (rules, clock) = (&model.rules.services, &model.clock);
    let reopening = libm::ceil(rules.airport_hours / clock.hours()) as u32;
    let unfelt = clock.keep(rules.unbanked_hours);
    for (p, (place, given)) in world.places.iter_mut().zip(&model.places).enumerate() {
        let (mut banks, mut lost) = (0u32, 0u32);
        place.airports = 0;
        let here = model
            .sites
            .iter()
            .zip(&mut world.sites)
            .filter(|(site, _)| site.place == p);
        for (site, state) in here {
            let held = state.holder != Holder::Crowd;
            match site.kind {
                SiteKind::Bank => (banks, lost) = (banks + 1, lost + u32::from(!held)),
                SiteKind::Airport => {
                    if !held {
                        state.down_until = (tick + 1).saturating_add(reopening);
                    }
                    place.airports += u32::from(state.holder == Holder::State && tick >= state.down_until);
                }
                _ => {}
            }
        }
        let dark = 1.0 - place.lever(Lever::Connectivity).min(1.0);
        let open = 1.0 - f64::from(lost) / f64::from(banks.max(1));
        place.banking = place.lever(Lever::Banking) * (1.0 - rules.bank_network * dark) * open;
        let without = 1.0 - place.banking;
        place.unbanked = without + (place.unbanked - without) * unfelt;
        let share =
            rules.curfew_loss * place.lever(Lever::Curfew) + rules.network_loss * dark + rules.bank_loss * without;
        let output = f64::from(given.population) * rules.output * clock.hours();
        place.totals.output_lost += output * share.min(1.0);
    }
}
