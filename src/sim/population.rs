//! Model and dice to the world at tick 0: wards with the ties of their communities, and officers in their units at their
//! posts. Who could go out is listed when it matters, by [`crate::sim::reach`].

use super::model::{Distribution, Force, Model, Place, Region, Trait};
use super::policy::Lever;
use super::world::*;
use crate::dice::{BLOCK, Dice, Purpose};

/// The world before anything has happened.
pub fn populate(model: &Model, dice: &Dice) -> World {
    let wards = wards(model);
    let (officers, units) = forces(model, dice);
    World {
        ties: Ties::new(&ties(&wards, dice)),
        wards,
        regions: model.regions.iter().map(region).collect(),
        places: places(model),
        officers,
        units,
        sites: vec![
            SiteState {
                holder: Holder::State,
                attackers: 0.0,
                armed: 0.0,
                stood_down: 0.0,
                down_until: 0,
            };
            model.sites.len()
        ],
        interventions: model
            .interventions
            .iter()
            .map(|intervention| Progress {
                announced: None,
                effective: None,
                over: None,
                streaks: vec![0; intervention.when.conditions()],
                trust: 1.0,
                committed: vec![None; intervention.contingents.len()],
            })
            .collect(),
        deliberation: Deliberation::default(),
        unrest: 0.0,
    }
}

/// The wards of each place, those in towns first.
fn wards(model: &Model) -> Vec<Ward> {
    let mut wards: Vec<Ward> = Vec::new();
    let mut first = 0;
    for (p, place) in model.places.iter().enumerate() {
        let agents = model.agents(p);
        let communities = agents.div_ceil(BLOCK as u32);
        let towns = libm::round(place.urban * f64::from(communities)) as u32;
        for (urban, from, to) in [(true, 0, towns), (false, towns, communities)] {
            for at in (from..to).step_by(COMMUNITIES) {
                let end = (at + COMMUNITIES as u32).min(to);
                let citizens = agents.min(end * BLOCK as u32) - at * BLOCK as u32;
                wards.push(Ward::new([place.region as u32, p as u32], urban, first + at, citizens));
            }
        }
        first += communities;
    }
    wards
}

/// What each community sees: the two beside it in the same place, one anywhere in the same place, and one anywhere in
/// the country; a small world (Watts and Strogatz 1998).
pub fn ties(wards: &[Ward], dice: &Dice) -> Vec<[u32; TIES]> {
    let everywhere = wards.last().map_or(0, |ward| ward.communities().end as u32);
    let mut ties = Vec::with_capacity(everywhere as usize);
    let mut draws = [0u32; 64];
    for here in wards.chunk_by(|a, b| a.place == b.place) {
        let (first, end) = (here[0].first, here[here.len() - 1].communities().end as u32);
        let count = end - first;
        for c in first..end {
            // One batch of the generator serves 32 communities.
            if c == first || c % 32 == 0 {
                draws = dice.draws32(Purpose::Tie, u64::from(c / 32), 0);
            }
            let pick = |tie: u32, from: u32, among: u32| {
                let draw = u64::from(draws[(2 * (c % 32) + tie) as usize]);
                from + ((draw * u64::from(among)) >> 32) as u32
            };
            ties.push([
                first + (c - first + 1) % count,
                first + (c - first + count - 1) % count,
                pick(0, first, count),
                pick(1, 0, everywhere),
            ]);
        }
    }
    ties
}

fn region(region: &Region) -> RegionState {
    RegionState {
        legitimacy: region.legitimacy,
        unrest_hours: 0.0,
    }
}

fn places(model: &Model) -> Vec<PlaceState> {
    let undisturbed = |region: &Region| PlaceState {
        mood: (0.0, 0.0),
        levers: std::array::from_fn(|lever| Lever::ALL[lever].neutral()),
        price: region.price,
        free_price: region.price,
        felt_price: region.price,
        connectivity: region.connectivity,
        belief: 0.0,
        memory: 0.0,
        harm: 0.0,
        usual: 0.0,
        sight: Sight::default(),
        counts: Counts::default(),
        strength: Strength::default(),
        rumour: 0.0,
        foreign: 0.0,
        banking: 1.0,
        unbanked: 0.0,
        airports: 0,
        footage: 0.0,
        shown: 0.0,
        totals: Totals::default(),
        told: Told::default(),
    };
    let of = |place: &Place| undisturbed(&model.regions[place.region]);
    model.places.iter().map(of).collect()
}

/// Officers in units: first the guards of each site, drawn from the region's forces in their order, then what is
/// left of each force, place by place, in units of at most [`UNIT`]; last the contingents, away until they are committed.
fn forces(model: &Model, dice: &Dice) -> (Officers, Vec<Unit>) {
    let mut units = Vec::new();
    let mut loyalties: Vec<Trait> = Vec::new();
    let mut first = 0;
    let mut muster = |kind, place: usize, mobile, contingent, post, mut officers: u32, loyalty: &Trait| {
        while officers > 0 {
            let len = officers.min(UNIT);
            let place = place as u32;
            units.push(Unit {
                kind,
                home: place,
                mobile,
                contingent,
                first,
                len,
                place,
                post,
                fatigue: 0.0,
                exhausted: false,
                on_duty: false,
                able: len,
                refused: 0,
            });
            loyalties.push(loyalty.clone());
            first += len;
            officers -= len;
        }
    };
    let mut left: Vec<u32> = model.forces.iter().map(|force| force.officers).collect();
    for (s, site) in model.sites.iter().enumerate() {
        let mut guards = site.guards;
        for (force, left) in model.forces.iter().zip(&mut left) {
            if force.region == model.places[site.place].region {
                let posted = guards.min(*left);
                muster(
                    force.kind,
                    site.place,
                    false,
                    None,
                    Post::Site(s as u32),
                    posted,
                    &force.loyalty,
                );
                *left -= posted;
                guards -= posted;
            }
        }
    }
    for (force, left) in model.forces.iter().zip(left) {
        for (place, officers) in based(model, force, left) {
            muster(
                force.kind,
                place,
                force.mobile,
                None,
                Post::Street,
                officers,
                &force.loyalty,
            );
        }
    }
    // Contingents are chosen by their senders and answer to them: they do not refuse for strain alone.
    let steadfast = Trait::from(Distribution::Uniform { low: 1.0, high: 1.0 });
    for (i, intervention) in model.interventions.iter().enumerate() {
        for (k, contingent) in intervention.contingents.iter().enumerate() {
            let of = Some((i as u32, k as u32));
            muster(
                contingent.force,
                contingent.place,
                false,
                of,
                Post::Away,
                contingent.officers,
                &steadfast,
            );
        }
    }
    (officers(dice, &units, &loyalties), units)
}

/// In which places how many officers of a force are based: those that are shared out go by residents, by largest
/// remainders.
fn based(model: &Model, force: &Force, officers: u32) -> Vec<(usize, u32)> {
    if let Some(place) = force.place {
        return vec![(place, officers)];
    }
    let people = |place: usize| u64::from(model.places[place].population);
    let everybody = u64::from(model.regions[force.region].population);
    let parts = |place| u64::from(officers) * people(place);
    let places = model.places_of(force.region);
    let mut based: Vec<(usize, u32)> = places.map(|place| (place, (parts(place) / everybody) as u32)).collect();
    let mut left = officers - based.iter().map(|(_, officers)| officers).sum::<u32>();
    let mut by_remainder: Vec<usize> = (0..based.len()).collect();
    by_remainder.sort_by_key(|&at| std::cmp::Reverse(parts(based[at].0) % everybody));
    for at in by_remainder {
        let one = left.min(1);
        (based[at].1, left) = (based[at].1 + one, left - one);
    }
    based
}

fn officers(dice: &Dice, units: &[Unit], loyalties: &[Trait]) -> Officers {
    let count = units.last().map_or(0, |unit| (unit.first + unit.len) as usize);
    let mut loyalty = Vec::with_capacity(count);
    for (u, (unit, of)) in units.iter().zip(loyalties).enumerate() {
        let draws: [u16; UNIT as usize] = dice.draws16(Purpose::Loyalty, u as u64, 0);
        loyalty.extend(draws[..unit.len as usize].iter().map(|&draw| of.byte(draw)));
    }
    Officers {
        loyalty,
        service: vec![Service::Able; count],
    }
}
