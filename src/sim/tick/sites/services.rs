//! What stands still: banks, flights and work. Of these only the lack of banks acts back on people, slowly.

use crate::sim::model::{Model, SiteKind};
use crate::sim::policy::Lever;
use crate::sim::world::{Holder, World};

/// Services and lost output of this tick.
pub fn services(model: &Model, world: &mut World, tick: u32) {
    let (rules, clock) = (&model.rules.services, &model.clock);
    let reopening = libm::ceil(rules.airport_hours / clock.hours()) as u32;
    let unfelt = clock.keep(rules.unbanked_hours);
    for (g, (region, given)) in world.regions.iter_mut().zip(&model.regions).enumerate() {
        let (mut banks, mut lost) = (0u32, 0u32);
        region.airports = 0;
        let here = model
            .sites
            .iter()
            .zip(&mut world.sites)
            .filter(|(site, _)| site.region == g);
        for (site, state) in here {
            let held = state.holder != Holder::Crowd;
            match site.kind {
                SiteKind::Bank => (banks, lost) = (banks + 1, lost + u32::from(!held)),
                SiteKind::Airport => {
                    if !held {
                        state.down_until = (tick + 1).saturating_add(reopening);
                    }
                    region.airports += u32::from(state.holder == Holder::State && tick >= state.down_until);
                }
                _ => {}
            }
        }
        let dark = 1.0 - region.lever(Lever::Connectivity).min(1.0);
        let open = 1.0 - f64::from(lost) / f64::from(banks.max(1));
        region.banking = region.lever(Lever::Banking) * (1.0 - rules.bank_network * dark) * open;
        let without = 1.0 - region.banking;
        region.unbanked = without + (region.unbanked - without) * unfelt;
        let share =
            rules.curfew_loss * region.lever(Lever::Curfew) + rules.network_loss * dark + rules.bank_loss * without;
        let output = f64::from(given.population) * rules.output * clock.hours();
        region.totals.output_lost += output * share.min(1.0);
    }
}
