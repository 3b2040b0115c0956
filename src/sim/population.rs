//! Model and dice to the world at tick 0: citizens with their traits, communities with their ties, officers in
//! their units at their posts.

use rayon::prelude::*;

use super::model::{Distribution, Model};
use super::policy::Lever;
use super::world::*;
use crate::dice::{BLOCK, Dice, Purpose};

/// The world before anything has happened.
pub fn populate(model: &Model, dice: &Dice) -> World {
    let communities = communities(model, dice);
    let (citizens, communities) = citizens(model, dice, communities);
    let (officers, units) = forces(model, dice);
    World {
        citizens,
        seen: vec![0; communities.len()],
        regions: bounded(regions(model), &communities),
        communities,
        officers,
        units,
        sites: vec![
            SiteState {
                holder: Holder::State,
                armed: 0.0,
                attackers: 0.0,
                taken_by: 0.0,
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

/// The byte at each of 65,536 equally likely quantiles: what a 16-bit draw means as a trait.
///
/// The share of each byte is the mass of the distribution between the midpoints to its neighbours, integrated at
/// sixteen points, with `libm` only, so that it is the same on every platform.
pub fn quantiles(distribution: Distribution) -> Vec<u8> {
    let density = |x: f64| match distribution {
        Distribution::Uniform { low, high } => f64::from(u8::from(low <= x && x <= high)),
        Distribution::Normal { mean, sd } => libm::exp(-0.5 * ((x - mean) / sd) * ((x - mean) / sd)),
        Distribution::Beta { alpha, beta } => libm::exp((alpha - 1.0) * libm::log(x) + (beta - 1.0) * libm::log1p(-x)),
    };
    let mut mass = [0.0f64; 256];
    for (byte, mass) in mass.iter_mut().enumerate() {
        for point in 0..16 {
            let x = (byte as f64 + (f64::from(point) + 0.5) / 16.0) / 256.0;
            *mass += density(x);
        }
    }
    if mass.iter().sum::<f64>() <= 0.0 {
        // A distribution narrower than the grid: everybody has the value nearest to its middle.
        let middle = match distribution {
            Distribution::Uniform { low, high } => (low + high) / 2.0,
            Distribution::Normal { mean, .. } => mean,
            Distribution::Beta { alpha, beta } => alpha / (alpha + beta),
        };
        mass[(middle.clamp(0.0, 1.0) * 255.0) as usize] = 1.0;
    }
    let total: f64 = mass.iter().sum();
    let mut table = Vec::with_capacity(1 << 16);
    let mut cumulated = 0.0;
    for (byte, mass) in mass.iter().enumerate() {
        cumulated += mass / total;
        let end = ((cumulated * 65_536.0) as usize).min(1 << 16);
        table.resize(end.max(table.len()), byte as u8);
    }
    let last = *table.last().unwrap_or(&255);
    table.resize(1 << 16, last);
    table
}

fn regions(model: &Model) -> Vec<RegionState> {
    let mut first = 0;
    (0..model.regions.len())
        .map(|g| {
            let region = &model.regions[g];
            let communities = (first, first + model.agents(g).div_ceil(BLOCK as u32));
            first = communities.1;
            RegionState {
                communities,
                extremes: Extremes::default(),
                urban: false,
                touched: false,
                mood: (0.0, 0.0),
                levers: std::array::from_fn(|lever| Lever::ALL[lever].neutral()),
                price: region.price,
                felt_price: region.price,
                connectivity: region.connectivity,
                legitimacy: region.legitimacy,
                belief: 0.0,
                lawless: 0.0,
                memory: 0.0,
                harm: 0.0,
                usual: 0.0,
                counts: Counts::default(),
                strength: Strength::default(),
                rumour: 0.0,
                foreign: 0.0,
                unrest_hours: 0.0,
                banking: 1.0,
                unbanked: 0.0,
                airports: 0,
                footage: 0.0,
                shown: 0.0,
                registered: Registered::default(),
                totals: Totals::default(),
                told: Told::default(),
            }
        })
        .collect()
}

/// Regions with the extremes of their citizens.
fn bounded(mut regions: Vec<RegionState>, communities: &[Community]) -> Vec<RegionState> {
    for region in &mut regions {
        let (first, last) = region.communities;
        let here = &communities[first as usize..last as usize];
        region.extremes = here
            .iter()
            .map(|c| c.extremes)
            .reduce(|a, b| a.with(&b))
            .unwrap_or_default();
        region.urban = here.iter().any(|community| community.urban);
    }
    regions
}

/// Communities with their ties: the two beside them in the same region, one anywhere in the same region, and one
/// anywhere in the country; a small world (Watts and Strogatz 1998).
fn communities(model: &Model, dice: &Dice) -> Vec<Community> {
    let spans: Vec<(u32, u32)> = regions(model).iter().map(|region| region.communities).collect();
    let everywhere = spans.last().map_or(0, |span| span.1);
    let mut all = Vec::with_capacity(everywhere as usize);
    for (g, &(first, last)) in spans.iter().enumerate() {
        let (count, agents) = (last - first, model.agents(g));
        let towns = libm::round(model.regions[g].urban * f64::from(count)) as u32;
        for c in first..last {
            // One batch of the generator serves 32 communities.
            let draws: [u32; 64] = dice.draws32(Purpose::Tie, u64::from(c / 32), 0);
            let pick = |tie: u32, from: u32, among: u32| {
                let draw = u64::from(draws[(2 * (c % 32) + tie) as usize]);
                from + ((draw * u64::from(among)) >> 32) as u32
            };
            all.push(Community {
                region: g as u32,
                len: (agents - (c - first) * BLOCK as u32).min(BLOCK as u32) as u16,
                urban: c - first < towns,
                extremes: Extremes::default(),
                ties: [
                    first + (c - first + 1) % count,
                    first + (c - first + count - 1) % count,
                    pick(0, first, count),
                    pick(1, 0, everywhere),
                ],
                backlash: 0.0,
                fear: 0.0,
                tally: Tally::default(),
            });
        }
    }
    all
}

fn citizens(model: &Model, dice: &Dice, mut communities: Vec<Community>) -> (Citizens, Vec<Community>) {
    let tables: Vec<[Vec<u8>; 4]> = model
        .regions
        .iter()
        .map(|r| [r.hardship, r.discontent, r.risk_aversion, r.violence].map(quantiles))
        .collect();
    let size = communities.len() * BLOCK;
    let mut citizens = Citizens {
        hardship: vec![0; size],
        discontent: vec![0; size],
        risk_aversion: vec![0; size],
        violence: vec![0; size],
        state: vec![Activity::Home as u8; size],
        ticks_out: vec![0; size],
        clock: vec![0; size],
        turns: vec![0; size],
    };
    (
        citizens.hardship.par_chunks_mut(BLOCK),
        citizens.discontent.par_chunks_mut(BLOCK),
        citizens.risk_aversion.par_chunks_mut(BLOCK),
        citizens.violence.par_chunks_mut(BLOCK),
        citizens.state.par_chunks_mut(BLOCK),
        communities.par_iter_mut(),
    )
        .into_par_iter()
        .with_min_len(64)
        .enumerate()
        .for_each(|(c, (h, p, r, v, state, community))| {
            for (number, (trait_, table)) in [&mut *h, &mut *p, &mut *r, &mut *v]
                .into_iter()
                .zip(&tables[community.region as usize])
                .enumerate()
            {
                let draws: [u16; BLOCK] = dice.draws16(Purpose::Trait, c as u64, number as u32);
                for (value, draw) in trait_.iter_mut().zip(draws) {
                    *value = table[usize::from(draw)];
                }
            }
            let len = usize::from(community.len);
            state[len..].fill(Activity::Nobody as u8);
            community.extremes = extremes(&h[..len], &p[..len], &r[..len], &v[..len]);
        });
    (citizens, communities)
}

fn extremes(h: &[u8], p: &[u8], r: &[u8], v: &[u8]) -> Extremes {
    let largest = |values: &[u8]| values.iter().copied().max().unwrap_or(0);
    let mut extremes = Extremes {
        hardship: largest(h),
        discontent: largest(p),
        risk_aversion: r.iter().copied().min().unwrap_or(255),
        violence: largest(v),
        aggrieved: i16::MIN,
        covetous: i16::MIN,
    };
    for i in 0..h.len() {
        extremes.aggrieved = extremes
            .aggrieved
            .max(i16::from(h[i]) + i16::from(p[i]) - i16::from(r[i]));
        extremes.covetous = extremes.covetous.max(i16::from(h[i]) + i16::from(v[i]));
    }
    extremes
}

/// Officers in units: first the guards of each site, drawn from the region's forces in their order, then what is
/// left of each force in units of at most [`UNIT`]; last the contingents, away until they are committed.
fn forces(model: &Model, dice: &Dice) -> (Officers, Vec<Unit>) {
    let mut units = Vec::new();
    let mut loyalties: Vec<Distribution> = Vec::new();
    let mut first = 0;
    let mut muster = |kind, region: usize, mobile, contingent, post, mut officers: u32, loyalty| {
        while officers > 0 {
            let len = officers.min(UNIT);
            let region = region as u32;
            units.push(Unit {
                kind,
                home: region,
                mobile,
                contingent,
                first,
                len,
                region,
                post,
                fatigue: 0.0,
                exhausted: false,
                on_duty: false,
                able: len,
                refused: 0,
            });
            loyalties.push(loyalty);
            first += len;
            officers -= len;
        }
    };
    let mut left: Vec<u32> = model.forces.iter().map(|force| force.officers).collect();
    for (s, site) in model.sites.iter().enumerate() {
        let mut guards = site.guards;
        for (force, left) in model.forces.iter().zip(&mut left) {
            if force.region == site.region {
                let posted = guards.min(*left);
                muster(
                    force.kind,
                    force.region,
                    false,
                    None,
                    Post::Site(s as u32),
                    posted,
                    force.loyalty,
                );
                *left -= posted;
                guards -= posted;
            }
        }
    }
    for (force, left) in model.forces.iter().zip(left) {
        muster(
            force.kind,
            force.region,
            force.mobile,
            None,
            Post::Street,
            left,
            force.loyalty,
        );
    }
    // Contingents are chosen by their senders and answer to them: they do not refuse for strain alone.
    let steadfast = Distribution::Uniform { low: 1.0, high: 1.0 };
    for (i, intervention) in model.interventions.iter().enumerate() {
        for (k, contingent) in intervention.contingents.iter().enumerate() {
            let of = Some((i as u32, k as u32));
            muster(
                contingent.force,
                contingent.region,
                false,
                of,
                Post::Away,
                contingent.officers,
                steadfast,
            );
        }
    }
    (officers(dice, &units, &loyalties), units)
}

fn officers(dice: &Dice, units: &[Unit], loyalties: &[Distribution]) -> Officers {
    let count = units.last().map_or(0, |unit| (unit.first + unit.len) as usize);
    let mut loyalty = Vec::with_capacity(count);
    // Neighbouring units are mostly of one force, so one table is made per run of equal distributions.
    let mut table: Option<(Distribution, Vec<u8>)> = None;
    for (u, (unit, &distribution)) in units.iter().zip(loyalties).enumerate() {
        if table.as_ref().is_none_or(|(of, _)| *of != distribution) {
            table = Some((distribution, quantiles(distribution)));
        }
        let draws: [u16; UNIT as usize] = dice.draws16(Purpose::Loyalty, u as u64, 0);
        let quantiles = &table.as_ref().expect("made above").1;
        loyalty.extend(
            draws[..unit.len as usize]
                .iter()
                .map(|&draw| quantiles[usize::from(draw)]),
        );
    }
    Officers {
        loyalty,
        service: vec![Service::Able; count],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uniform_trait_takes_each_byte_equally_often() {
        let table = quantiles(Distribution::Uniform { low: 0.0, high: 1.0 });
        for byte in 0..=255u8 {
            assert_eq!(table.iter().filter(|&&value| value == byte).count(), 256);
        }
    }

    #[test]
    fn a_normal_trait_has_its_mean_and_a_beta_trait_its_own() {
        let mean = |d| quantiles(d).iter().map(|&b| f64::from(b) / 255.0).sum::<f64>() / 65_536.0;
        assert!((mean(Distribution::Normal { mean: 0.4, sd: 0.1 }) - 0.4).abs() < 0.005);
        assert!((mean(Distribution::Beta { alpha: 2.0, beta: 6.0 }) - 0.25).abs() < 0.005);
    }

    #[test]
    fn a_trait_without_spread_is_one_value() {
        for d in [
            Distribution::Uniform { low: 1.0, high: 1.0 },
            Distribution::Normal { mean: 1.0, sd: 1e-9 },
        ] {
            assert!(quantiles(d).iter().all(|&byte| byte == 255));
        }
    }
}
