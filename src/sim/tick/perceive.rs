//! Phase 2: last tick's whole-number counts become what each community weighs.

use rayon::prelude::*;

use crate::dice::BLOCK;
use crate::sim::model::Model;
use crate::sim::policy::Lever;
use crate::sim::rules::{self, constant, steps};
use crate::sim::weights::{Demands, Perceived, Weights};
use crate::sim::world::{Counts, RegionState, TIES, Ward, World};

/// What is common to a region this tick: the same before a community's own anger, fear and acquaintances.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct View {
    /// Weights in utility: on hardship, discontent, risk aversion, and the constants of the three decisions.
    hardship: f64,
    discontent: f64,
    cost: f64,
    turnout: f64,
    violence: f64,
    looting: f64,
    /// The crowd that is felt.
    felt: f64,
    /// Harm that is seen or heard of, per hour.
    harm: f64,
    /// Anger and fear that this adds, with pulses, where no neighbour is harmed.
    added: (f64, f64),
    /// Pulses alone.
    pulses: (f64, f64),
    /// Factor on the anger that force causes.
    outrage: f64,
    /// Share of the margin of the keenest by which levers move it.
    push: f64,
    /// Anger and fear before this tick of those who have not been harmed.
    before: (f32, f32),
    /// What is left of them after a tick.
    keep: (f32, f32),
}

/// Memory that is used again every tick.
#[derive(Clone)]
pub struct Scratch {
    /// What the later phases need of it.
    pub perceived: Perceived,
    /// What is common to each region.
    pub views: Vec<View>,
    /// `ln(1 + n)` for a number of acquaintances.
    logarithms: Vec<f64>,
    /// The crowd that each region could see or hear of now.
    shown: Vec<f64>,
    /// Of each community, how many people who are out it knows.
    known: Vec<u16>,
}

impl Scratch {
    /// For runs of this model.
    pub fn new(model: &Model, world: &World) -> Scratch {
        Scratch {
            perceived: Perceived {
                demands: vec![Demands::default(); model.regions.len()],
                shared: vec![[Weights::NONE; 2]; model.regions.len()],
            },
            views: vec![View::default(); model.regions.len()],
            logarithms: (0..=(TIES + 1) * BLOCK).map(|n| libm::log1p(n as f64)).collect(),
            shown: vec![0.0; model.regions.len()],
            known: vec![0; world.communities()],
        }
    }
}

/// Work out what every community weighs: for all of a region the same, but for those that stand apart.
pub fn perceive(model: &Model, world: &mut World, scratch: &mut Scratch, tick: u32) {
    remember(model, world, scratch);
    let keep = (
        model.clock.keep_half(model.rules.repression.backlash_half_life) as f32,
        model.clock.keep_half(model.rules.repression.fear_half_life) as f32,
    );
    for g in 0..model.regions.len() {
        let view = View {
            before: world.regions[g].mood,
            keep,
            ..view(model, world, g, tick)
        };
        let region = &mut world.regions[g];
        let lost = model.rules.belief.legitimacy_loss * view.added.0.max(0.0);
        region.legitimacy = rules::convinced(region.legitimacy, -lost);
        region.mood = settled(region.mood, keep, view.added);
        scratch.perceived.demands[g] = demands(model, region, &view);
        scratch.perceived.shared[g] = [false, true].map(|urban| weigh(model, urban, region.mood, &view, 0.0));
        scratch.views[g] = view;
    }
    acquaintances(world, &mut scratch.known);
    let Scratch {
        perceived,
        views,
        logarithms,
        known,
        ..
    } = &*scratch;
    let World { wards, regions, .. } = world;
    wards.par_iter_mut().for_each(|ward| {
        let g = ward.region as usize;
        let (shared, known) = (
            &perceived.shared[g][usize::from(ward.urban)],
            &known[ward.communities()],
        );
        set_apart(model, ward, &views[g], regions[g].mood, shared, known, logarithms);
    });
}

/// Of each community, how many people who are out its people know: its own and those of the communities that it sees,
/// counted from where somebody is out.
fn acquaintances(world: &World, known: &mut [u16]) {
    known.fill(0);
    for ward in world.wards.iter().filter(|ward| ward.tally.out() > 0) {
        for (community, &out) in ward.communities().zip(&ward.out) {
            if out > 0 {
                known[community] += out;
                let seers = world.ties.seers(community);
                seers.iter().for_each(|&seer| known[seer as usize] += out);
            }
        }
    }
}

/// Find the communities of a ward that stand apart from their region, and what they weigh.
fn set_apart(
    model: &Model,
    ward: &mut Ward,
    view: &View,
    common: (f32, f32),
    shared: &Weights,
    known: &[u16],
    logarithms: &[f64],
) {
    ward.apart.clear();
    for (community, &known) in known.iter().enumerate() {
        let harm = std::mem::take(&mut ward.harm[community]);
        let known = logarithms[usize::from(known)];
        if harm != [0; 3] || ward.moods[community].is_some() {
            let mood = feel(model, ward.moods[community].unwrap_or(view.before), harm, view);
            // Nothing sets those apart any longer who feel as all others do.
            ward.moods[community] = (mood != common).then_some(mood);
            let weights = weigh(model, ward.urban, mood, view, known);
            ward.apart.push((community as u8, weights));
        } else if known > 0.0 {
            let d = turnout(model, ward.urban, common.0, view, known);
            ward.apart.push((community as u8, Weights { d, ..*shared }));
        }
    }
    (
        ward.tally.arrested,
        ward.tally.hurt,
        ward.tally.serious,
        ward.tally.killed,
    ) = (0, 0, 0, 0);
}

/// Memories of crowds, belief and legitimacy fade; news of harm spreads, as that of crowds does, and is forgotten as fast.
fn remember(model: &Model, world: &mut World, scratch: &mut Scratch) {
    let (rules, clock) = (&model.rules, &model.clock);
    let memory = clock.keep(rules.perception.memory_hours);
    let news = 1.0 - clock.keep(rules.perception.news_hours);
    let unfelt = clock.keep(rules.turnout.price_hours);
    let unnoticed = clock.keep(rules.violence.lawless_hours);
    let used_to = clock.keep(rules.perception.surprise_hours);
    let belief = clock.keep_half(rules.belief.belief_half_life);
    let legitimacy = clock.keep_half(rules.belief.legitimacy_half_life);
    for g in 0..model.regions.len() {
        scratch.shown[g] = shown(model, world, g);
    }
    for ((region, given), &shown) in world.regions.iter_mut().zip(&model.regions).zip(&scratch.shown) {
        let crowd = rules::per_100_000(region.counts.out() as f64, f64::from(given.population));
        let tied_up = region.tied_up(model);
        region.lawless = tied_up + (region.lawless - tied_up) * unnoticed;
        region.memory = if shown > region.memory {
            region.memory + (shown - region.memory) * news
        } else {
            shown.max(region.memory * memory)
        };
        region.usual = crowd + (region.usual - crowd) * used_to;
        region.felt_price = region.price + (region.felt_price - region.price) * unfelt;
        region.belief *= belief;
        region.legitimacy = given.legitimacy + (region.legitimacy - given.legitimacy) * legitimacy;
        let harm = rules::per_100_000(harm_of(model, region.counts), f64::from(given.population)) / clock.hours();
        region.harm += (harm - region.harm) * news;
    }
}

/// The crowd that a region's people could see or hear of now, per 100,000 of those among whom they see it: on their own
/// square, in tied regions by word of mouth and network, in the country through media. What they have once learnt they
/// remember without a network. All are shares, so that it does not matter how finely a country is cut into regions; where
/// the network is cut, what is near weighs more and what is far is not heard of.
fn shown(model: &Model, world: &World, g: usize) -> f64 {
    let (rules, given, region) = (&model.rules.perception, &model.regions[g], &world.regions[g]);
    let (mut seen, mut among) = (0.0, 0.0);
    let (mut country, mut everybody) = (0.0, 0.0);
    for (j, (other, people)) in world.regions.iter().zip(&model.regions).enumerate() {
        let (crowd, people) = (other.counts.out() as f64, f64::from(people.population));
        let weight = if j == g {
            1.0
        } else {
            model.tie(g, j) * channel(model, region, other)
        };
        seen += weight * crowd;
        among += weight * people;
        country += crowd;
        everybody += people;
    }
    let independent = region.connectivity * given.independent_media * region.lever(Lever::IndependentMedia);
    let state = given.state_media * region.lever(Lever::StateMedia).min(1.0);
    let reached = independent + (1.0 - region.connectivity) * state * rules.broadcast;
    rules::per_100_000(seen, among) + rules.national_reach * reached * rules::per_100_000(country, everybody)
}

/// Share of what one region shows that gets through to another.
fn channel(model: &Model, here: &RegionState, there: &RegionState) -> f64 {
    let word = model.rules.perception.word_of_mouth;
    word + (1.0 - word) * here.connectivity * there.connectivity
}

fn harm_of(model: &Model, counts: Counts) -> f64 {
    rules::harm(counts.arrested, counts.hurt, counts.killed, &model.rules)
}

fn view(model: &Model, world: &World, g: usize, tick: u32) -> View {
    let (rules, given, region) = (&model.rules, &model.regions[g], &world.regions[g]);
    let (turnout, violence) = (&rules.turnout, &rules.violence);
    let (participants, fighting) = (region.counts.out() as f64, region.counts.fighting() as f64);
    let street = region.strength.street;

    let mut harm = region.harm;
    for (j, other) in world.regions.iter().enumerate().filter(|(j, _)| *j != g) {
        harm += model.tie(g, j) * channel(model, region, other) * rules.belief.spread * other.harm;
    }
    harm += region.shown;
    let felt = rules::felt_crowd(region.memory, rules.perception.crowd_reference);

    let of_100_000 = |people: f64| rules::per_100_000(people, f64::from(given.population));
    let danger = rules::felt_crowd(of_100_000(fighting), rules.perception.crowd_reference);
    let night = rules::night(model.local_minute(g, tick));
    let darkness = rules::darkness(model.clock.minute_of_day(tick), given.daylight);
    let dark = world
        .lost_sites(model, g)
        .map(|site| site.loss.state_media)
        .sum::<f64>()
        .min(1.0);
    let state_media = given.state_media * region.lever(Lever::StateMedia) * (1.0 - dark);
    let discontent = (1.0 - region.legitimacy) * turnout.discontent_weight;
    let armed = world.armed(model, g);
    let overstretch = region.tied_up(model);
    let surprise = rules::surprise(of_100_000(participants), region.usual, rules.perception.surprise_floor);
    let isolation = if given.connectivity > 0.0 {
        1.0 - region.connectivity / given.connectivity
    } else {
        0.0
    };
    let demands = [
        region.counts.demand_price,
        region.counts.demand_government,
        region.counts.demand_regime,
    ];
    let reliefs = [Lever::PricePromise, Lever::GovernmentRelief, Lever::RegimeRelief];
    // Each is the number out by which it multiplies those who would be out without it.
    let factor = rules::contented(
        demands.map(|people| people as f64),
        reliefs.map(|lever| region.lever(lever)),
    ) * (1.0 - region.lever(Lever::Reassurance))
        * (1.0 - region.lever(Lever::Narrative) * state_media)
        * (1.0 + region.lever(Lever::Coordination))
        * (1.0 + region.lever(Lever::Rumour))
        * (1.0 + turnout.cut_anger * isolation);
    let looting = rules::felt_crowd(
        of_100_000(region.counts.looting as f64),
        rules.perception.crowd_reference,
    );
    let left = if given.businesses > 0.0 {
        1.0 - region.totals.looted / given.businesses
    } else {
        0.0
    };
    let armed_pull = if armed > 0.0 {
        armed / (armed + violence.armed_half * participants)
    } else {
        0.0
    };

    let pulses = (region.lever(Lever::Backlash), region.lever(Lever::Fear));
    let hourly = rules::repression(harm, rules);
    let hours = model.clock.hours();
    // Only those who grant the government legitimacy take its word for what force is used against.
    let outrage = 1.0 + (region.lever(Lever::Outrage) - 1.0) * region.legitimacy;
    View {
        hardship: turnout.background_hardship
            + rules.services.unbanked_hardship * region.unbanked
            + turnout.hardship_weight * rules::price_grievance(region.felt_price, given.price, given.exposure),
        discontent,
        cost: turnout.participation_cost
            + turnout.risk_weight * rules::risk(street, participants, rules.policing.risk_slope),
        turnout: turnout.crowd_weight * felt + turnout.belief_weight * region.belief
            - turnout.danger_weight * danger
            - turnout.base_cost
            - turnout.night_cost * night
            - turnout.cold_cost * rules::frost(given.temperature)
            - turnout.curfew_cost * region.lever(Lever::Curfew),
        violence: violence.overstretch_weight * overstretch
            + violence.surprise_weight * surprise
            + violence.armed_weight * armed_pull
            + violence.isolation_weight * isolation
            + violence.darkness_weight * darkness
            - violence.reluctance
            - violence.discipline_weight * given.discipline,
        // A curfew costs those whom there is police to stop.
        looting: violence.loot_opportunity * region.lawless * left + violence.loot_company * looting
            - violence.loot_reluctance
            - violence.loot_discipline * given.discipline
            - region.lever(Lever::Vigilance)
            - turnout.curfew_cost * region.lever(Lever::Curfew) * (1.0 - overstretch),
        push: rules::push(factor),
        harm,
        added: (hourly.0 * outrage * hours + pulses.0, hourly.1 * hours + pulses.1),
        pulses,
        outrage,
        felt,
        ..View::default()
    }
}

/// How far demands have climbed the ladder from price to government to regime.
fn demands(model: &Model, region: &RegionState, view: &View) -> Demands {
    let rules = &model.rules.demands;
    let ladder = rules.ladder_start
        + rules.ladder_per_belief * region.belief
        + rules.ladder_per_crowd * view.felt
        + region.lever(Lever::Framing);
    Demands {
        political: steps(view.discontent * ladder),
        ladder: steps(ladder),
        // A government that has fallen is no longer a demand.
        regime_line: constant(rules.regime_step * (1.0 - 0.5 * region.lever(Lever::GovernmentRelief))),
    }
}

/// Anger and fear of a community: what fades, what the region's news adds, and harm to its own people.
pub fn feel(model: &Model, mood: (f32, f32), [arrested, hurt, killed]: [u16; 3], view: &View) -> (f32, f32) {
    let own = rules::harm(arrested.into(), hurt.into(), killed.into(), &model.rules);
    let added = if own > 0.0 {
        let hours = model.clock.hours();
        let harm = view.harm + own * model.rules.repression.own_community / hours;
        let (anger, fear) = rules::repression(harm, &model.rules);
        (
            anger * view.outrage * hours + view.pulses.0,
            fear * hours + view.pulses.1,
        )
    } else {
        view.added
    };
    settled(mood, view.keep, added)
}

/// Anger and fear after what fades and what news adds. What is left of almost nothing is nothing, so that calm people
/// are exactly calm again.
fn settled(mood: (f32, f32), keep: (f32, f32), added: (f64, f64)) -> (f32, f32) {
    let settle = |stock: f32, keep: f32, news: f64| {
        let stock = rules::convinced(f64::from(stock * keep), news) as f32;
        if stock < 1e-6 { 0.0 } else { stock }
    };
    (settle(mood.0, keep.0, added.0), settle(mood.1, keep.1, added.1))
}

/// What a community weighs.
pub fn weigh(model: &Model, urban: bool, mood: (f32, f32), view: &View, known: f64) -> Weights {
    let rules = &model.rules;
    let (backlash, fear) = (f64::from(mood.0), f64::from(mood.1));
    Weights {
        a: steps(view.hardship),
        b: steps(view.discontent),
        c: steps(view.cost + rules.turnout.fear_weight * fear),
        d: turnout(model, urban, mood.0, view, known),
        e: steps(rules.violence.fear_weight * fear),
        f: constant(view.violence + rules.violence.backlash_weight * backlash),
        l: steps(rules.turnout.participation_cost + rules.violence.loot_fear_weight * fear),
        m: constant(view.looting - way(model, urban)),
    }
}

/// What draws everybody in a community out, or keeps them at home.
fn turnout(model: &Model, urban: bool, backlash: f32, view: &View, known: f64) -> i32 {
    let rules = &model.rules.turnout;
    let anger = rules.backlash_weight * f64::from(backlash);
    let alone = view.turnout + rules.acquaintance_weight * known + anger - way(model, urban);
    let margin = (view.hardship + view.discontent + alone).max(0.0);
    constant(alone + margin * view.push)
}

/// What the way to a square costs.
fn way(model: &Model, urban: bool) -> f64 {
    if urban { 0.0 } else { model.rules.turnout.rural_cost }
}
