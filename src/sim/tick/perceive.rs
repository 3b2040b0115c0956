//! Phase 2: last tick's whole-number counts become what each community weighs.

use rayon::prelude::*;

use crate::dice::BLOCK;
use crate::sim::forms::{Crowd, Harm, Promise, Shutdown};
use crate::sim::model::Model;
use crate::sim::policy::Lever;
use crate::sim::rules::{self, constant, steps};
use crate::sim::sum::Sum;
use crate::sim::weights::{Demands, Perceived, Weights};
use crate::sim::world::{Counts, PlaceState, Sight, TIES, Ward, World};

/// What is common to a place this tick: the same before a community's own anger, fear and acquaintances.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct View {
    /// Going out: weight on hardship, in utility.
    pub hardship: Sum<3>,
    /// Going out: weight on discontent.
    pub discontent: f64,
    /// Going out: weight on risk aversion, against, before fear.
    pub cost: Sum<2>,
    /// Going out: constant, before acquaintances, anger and the way.
    pub turnout: Sum<11>,
    /// Violence: constant, before anger.
    pub violence: Sum<7>,
    /// Looting: constant, before the way.
    looting: f64,
    /// The crowd that is felt.
    felt: f64,
    /// Harm that is seen or heard of, per hour, in the unit of its form.
    harm: f64,
    /// Anger and fear that this adds, with pulses, where no neighbour is harmed.
    added: (f64, f64),
    /// What of that is not of force: pulses, and anger at a cut network.
    pulses: (f64, f64),
    /// Factor on the anger that force causes.
    outrage: f64,
    /// Anger and fear before this tick of those who have not been harmed.
    before: (f32, f32),
    /// What is left of them after a tick.
    keep: (f32, f32),
    /// For how many hours what adds to them does so in a tick.
    hours: (f64, f64),
}

/// Memory that is used again every tick.
#[derive(Clone)]
pub struct Scratch {
    /// What the later phases need of it.
    pub perceived: Perceived,
    /// What is common to each place.
    pub views: Vec<View>,
    /// `ln(1 + n)` for a number of acquaintances.
    logarithms: Vec<f64>,
    /// The crowd that each place could see or hear of now.
    shown: Vec<f64>,
    /// How far the people of each place count on what is promised.
    trust: Vec<f64>,
    /// Share of its legitimacy that the government loses in each region to the anger of this tick.
    lost: Vec<f64>,
    /// Of each community, how many people who are out it knows.
    known: Vec<u16>,
}

impl Scratch {
    /// For runs of this model.
    pub fn new(model: &Model, world: &World) -> Scratch {
        Scratch {
            perceived: Perceived {
                demands: vec![Demands::default(); model.places.len()],
                shared: vec![[Weights::NONE; 2]; model.places.len()],
            },
            views: vec![View::default(); model.places.len()],
            logarithms: (0..=(TIES + 1) * BLOCK).map(|n| libm::log1p(n as f64)).collect(),
            shown: vec![0.0; model.places.len()],
            trust: vec![1.0; model.places.len()],
            lost: vec![0.0; model.regions.len()],
            known: vec![0; world.communities()],
        }
    }

    /// `ln(1 + n)` of the acquaintances of a community who were out when it was last asked what it weighs.
    pub fn acquaintances(&self, community: usize) -> f64 {
        self.logarithms[usize::from(self.known[community])]
    }
}

/// Work out what every community weighs: for all of a place the same, but for those that stand apart.
pub fn perceive(model: &Model, world: &mut World, scratch: &mut Scratch, tick: u32) {
    if model.rules.forms.promise == Promise::Commitment {
        for (p, trust) in scratch.trust.iter_mut().enumerate() {
            *trust = rules::trust(
                broken(model, world, p, tick),
                f64::from(world.places[p].mood.0),
                &model.rules,
            );
        }
    }
    remember(model, world, scratch);
    let keep = (
        model.clock.keep_half(model.rules.repression.backlash_half_life) as f32,
        model.clock.keep_half(model.rules.repression.fear_half_life) as f32,
    );
    scratch.lost.fill(0.0);
    for (p, of) in model.places.iter().enumerate() {
        let view = View {
            before: world.places[p].mood,
            keep,
            ..view(model, world, p, scratch.trust[p], tick)
        };
        let place = &mut world.places[p];
        scratch.lost[of.region] += model.share(p) * model.rules.belief.legitimacy_loss * view.added.0.max(0.0);
        place.mood = settled(place.mood, keep, view.added);
        scratch.perceived.demands[p] = demands(model, place, &view);
        scratch.perceived.shared[p] = [false, true].map(|urban| weigh(model, urban, place.mood, &view, 0.0));
        scratch.views[p] = view;
    }
    for (region, lost) in world.regions.iter_mut().zip(&scratch.lost) {
        region.legitimacy = rules::convinced(region.legitimacy, -lost);
    }
    acquaintances(world, &mut scratch.known);
    let Scratch {
        perceived,
        views,
        logarithms,
        known,
        ..
    } = &*scratch;
    let World { wards, places, .. } = world;
    wards.par_iter_mut().for_each(|ward| {
        let p = ward.place as usize;
        let (shared, known) = (
            &perceived.shared[p][usize::from(ward.urban)],
            &known[ward.communities()],
        );
        set_apart(model, ward, &views[p], places[p].mood, shared, known, logarithms);
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

/// Find the communities of a ward that stand apart from their place, and what they weigh.
fn set_apart(
    model: &Model,
    ward: &mut Ward,
    view: &View,
    common: (f32, f32),
    shared: &Weights,
    known: &[u16],
    logarithms: &[f64],
) {
    let struck = ward.tally.arrested + ward.tally.hurt + ward.tally.killed > 0;
    // Who has a mood of their own stood apart in the last tick, too.
    if !struck && ward.apart.is_empty() && known.iter().all(|&known| known == 0) {
        return;
    }
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
    (ward.tally.arrested, ward.tally.hurt, ward.tally.killed) = (0, 0, 0);
}

/// Memories of crowds, belief and legitimacy fade; news of harm spreads, as that of crowds does, and is forgotten as fast.
fn remember(model: &Model, world: &mut World, scratch: &mut Scratch) {
    let (rules, clock) = (&model.rules, &model.clock);
    let memory = clock.keep(rules.perception.memory_hours);
    let news = 1.0 - clock.keep(rules.perception.news_hours);
    let unfelt = clock.keep(rules.turnout.price_hours);
    let used_to = clock.keep(rules.perception.surprise_hours);
    let picture = clock.keep_picture();
    let belief = clock.keep_half(rules.belief.belief_half_life);
    let legitimacy = clock.keep_half(rules.belief.legitimacy_half_life);
    for p in 0..model.places.len() {
        scratch.shown[p] = shown(model, world, p);
    }
    for (p, (place, &shown)) in world.places.iter_mut().zip(&scratch.shown).enumerate() {
        let crowd = place.counts.out() as f64;
        let memory = match rules.forms.shutdown {
            Shutdown::Reach => memory,
            Shutdown::Anger => {
                let network = place.lever(Lever::Connectivity).min(1.0);
                libm::pow(memory, network + rules.perception.cut_fading * (1.0 - network))
            }
        };
        place.memory = if shown > place.memory {
            place.memory + (shown - place.memory) * news
        } else {
            shown.max(place.memory * memory)
        };
        place.usual = crowd + (place.usual - crowd) * used_to;
        let now = place.streets();
        let seen = &mut place.sight;
        for (seen, now) in [
            (&mut seen.crowd, now.crowd),
            (&mut seen.fighting, now.fighting),
            (&mut seen.street, now.street),
        ] {
            *seen = *seen * picture + now * (1.0 - picture);
        }
        let price = price(model, place, scratch.trust[p]);
        place.felt_price = price + (place.felt_price - price) * unfelt;
        place.belief *= belief;
        let harm = harm_of(model, place.counts) / clock.hours();
        place.harm += (harm - place.harm) * news;
    }
    for (region, given) in world.regions.iter_mut().zip(&model.regions) {
        region.legitimacy = given.legitimacy + (region.legitimacy - given.legitimacy) * legitimacy;
    }
}

/// The price that a place's people reckon with.
fn price(model: &Model, place: &PlaceState, trust: f64) -> f64 {
    match model.rules.forms.promise {
        Promise::Credibility => place.price,
        Promise::Commitment => {
            let lasting = rules::lasting(trust, &model.rules);
            rules::expected_price(place.free_price, place.price, lasting)
        }
    }
}

/// How many concessions have been taken back in a place: those that are over.
fn broken(model: &Model, world: &World, p: usize, tick: u32) -> usize {
    let all = model.interventions.iter().zip(&world.interventions);
    let over =
        all.filter(|(_, progress)| progress.effective.is_some() && progress.over.is_some_and(|over| over <= tick));
    over.filter(|(intervention, _)| intervention.places[p] && intervention.is_concession())
        .count()
}

/// Share of those out who demand a price first; all of those who may come, where nobody is out.
fn demand_a_price(counts: &Counts) -> f64 {
    let all = counts.demand_price + counts.demand_government + counts.demand_regime;
    if all > 0 {
        counts.demand_price as f64 / all as f64
    } else {
        1.0
    }
}

/// The crowd that a place's people could see or hear of now: on their own square, in tied places by word of mouth
/// and network, in the country through the network. What they have once learnt they remember without a network.
fn shown(model: &Model, world: &World, p: usize) -> f64 {
    let (rules, given, place) = (&model.rules.perception, model.region_of(p), &world.places[p]);
    let others = || world.places.iter().enumerate().filter(|(j, _)| *j != p);
    let comes = |(j, other): (usize, &PlaceState)| model.tie(p, j) * channel(model, place, other);
    let mut seen = place.counts.out() as f64;
    let mut country = seen;
    for (j, other) in others() {
        let crowd = other.counts.out() as f64;
        if crowd > 0.0 {
            seen += comes((j, other)) * crowd;
            country += crowd;
        }
    }
    let media = given.independent_media * place.lever(Lever::IndependentMedia);
    let reach = rules.national_reach * place.connectivity * media;
    match model.rules.forms.crowd {
        Crowd::Logarithm | Crowd::Saturation => seen + reach * country,
        Crowd::Share if country <= 0.0 => 0.0,
        Crowd::Share => {
            rules::per_100_000(seen, among(model, world, p, comes))
                + reach * rules::per_100_000(country, everybody(model))
        }
    }
}

/// The residents of whom a place's people hear: their own wholly, and of others as far as what comes from there.
fn among(model: &Model, world: &World, p: usize, comes: impl Fn((usize, &PlaceState)) -> f64) -> f64 {
    let residents = |p: usize| f64::from(model.places[p].population);
    let others = world.places.iter().enumerate().filter(|(j, _)| *j != p);
    others.fold(residents(p), |among, (j, other)| {
        among + comes((j, other)) * residents(j)
    })
}

/// The residents of the country.
fn everybody(model: &Model) -> f64 {
    model.places.iter().map(|place| f64::from(place.population)).sum()
}

/// Share of what one place shows that gets through to another.
fn channel(model: &Model, here: &PlaceState, there: &PlaceState) -> f64 {
    let word = model.rules.perception.word_of_mouth;
    word + (1.0 - word) * here.connectivity * there.connectivity
}

/// Harm an hour that a place's people have heard of, in the unit of its form: from their own place wholly, from others as
/// far as they are tied to it and can be told, and from films.
fn heard(model: &Model, world: &World, p: usize) -> f64 {
    let place = &world.places[p];
    let others = || world.places.iter().enumerate().filter(|(j, _)| *j != p);
    let comes =
        |(j, other): (usize, &PlaceState)| model.tie(p, j) * channel(model, place, other) * model.rules.belief.spread;
    let mut harm = place.harm;
    for (j, other) in others().filter(|(_, other)| other.harm > 0.0) {
        harm += comes((j, other)) * other.harm;
    }
    match model.rules.forms.harm {
        Harm::Absolute => harm + place.shown,
        Harm::Relative if harm + place.shown <= 0.0 => 0.0,
        Harm::Relative => {
            // Where less comes through, it is of fewer people, too: calm places of which one hears calm.
            rules::per_100_000(harm, among(model, world, p, comes)) + rules::per_100_000(place.shown, everybody(model))
        }
    }
}

fn harm_of(model: &Model, counts: Counts) -> f64 {
    rules::harm(counts.arrested, counts.hurt, counts.killed, &model.rules)
}

fn view(model: &Model, world: &World, p: usize, trust: f64, tick: u32) -> View {
    let (rules, given, place) = (&model.rules, model.region_of(p), &world.places[p]);
    let (of, legitimacy) = (&model.places[p], world.regions[model.places[p].region].legitimacy);
    let (turnout, violence) = (&rules.turnout, &rules.violence);
    let Sight {
        crowd: participants,
        fighting,
        street,
    } = place.sight;

    let harm = heard(model, world, p);
    let felt = rules::felt_crowd(place.memory, rules);

    let danger = match rules.forms.crowd {
        Crowd::Logarithm | Crowd::Saturation => rules::felt_crowd(fighting, rules),
        Crowd::Share => rules::felt_crowd(rules::per_100_000(fighting, f64::from(of.population)), rules),
    };
    let night = rules::night(model.local_minute(of.region, tick));
    let darkness = rules::darkness(model.clock.minute_of_day(tick), of.daylight);
    // What a lost broadcaster sent was for all of its region.
    let dark = world
        .lost(model)
        .filter(|site| model.places[site.place].region == of.region)
        .map(|site| site.loss.state_media)
        .sum::<f64>()
        .min(1.0);
    let state_media = given.state_media * place.lever(Lever::StateMedia) * (1.0 - dark);
    let (contented, lasting) = match rules.forms.promise {
        Promise::Credibility => (1.0, 1.0),
        Promise::Commitment => (trust * demand_a_price(&place.counts), rules::lasting(trust, rules)),
    };
    let discontent = rules::discontent(
        legitimacy,
        rules.demands.government_share,
        place.lever(Lever::GovernmentRelief) * lasting,
        place.lever(Lever::RegimeRelief) * lasting,
    ) * turnout.discontent_weight;
    let armed = world.armed(model, p);
    let overstretch = place.sight.tied_up(model);
    let surprise = rules::surprise(participants, place.usual, rules.perception.surprise_floor);
    let isolation = if given.connectivity > 0.0 {
        1.0 - place.connectivity / given.connectivity
    } else {
        0.0
    };
    let tied_up = rules::overstretch(4.0 * fighting, street, rules.policing.need_ratio);
    let lost_control = 0.5 * tied_up + 0.5 * lost_share(model, world, p);
    let armed_pull = if armed > 0.0 {
        armed / (armed + violence.armed_half * participants)
    } else {
        0.0
    };

    let risk = rules::risk(street, participants, rules.policing.risk_slope);
    let price = price(model, place, trust);
    let grievance = rules::price_grievance(
        price + (place.felt_price - price) * model.clock.keep_ahead(turnout.price_hours),
        given.price,
        given.exposure,
        place.lever(Lever::PricePromise) * contented,
    );

    let hourly = rules::repression(harm, rules);
    let hours = (
        model.clock.inflow(rules.repression.backlash_half_life),
        model.clock.inflow(rules.repression.fear_half_life),
    );
    let cut = match rules.forms.shutdown {
        Shutdown::Reach => 0.0,
        Shutdown::Anger => rules.repression.cut_backlash * (given.connectivity - place.connectivity).max(0.0) * hours.0,
    };
    let pulses = (place.lever(Lever::Backlash) + cut, place.lever(Lever::Fear));
    // Only those who grant the government legitimacy take its word for what force is used against.
    let outrage = 1.0 + (place.lever(Lever::Outrage) - 1.0) * legitimacy;
    View {
        hardship: Sum::of([
            ("background", turnout.background_hardship),
            ("banks", rules.services.unbanked_hardship * place.unbanked),
            ("price", turnout.hardship_weight * grievance),
        ]),
        discontent,
        cost: Sum::of([
            ("participation", turnout.participation_cost),
            ("police", turnout.risk_weight * risk),
        ]),
        turnout: Sum::of([
            ("crowd", turnout.crowd_weight * felt),
            ("belief", turnout.belief_weight * place.belief),
            ("coordination", place.lever(Lever::Coordination)),
            ("rumour", place.lever(Lever::Rumour)),
            ("reassurance", -place.lever(Lever::Reassurance)),
            ("narrative", -place.lever(Lever::Narrative) * state_media),
            ("danger", -turnout.danger_weight * danger),
            ("threshold", -turnout.base_cost),
            ("hour", -turnout.night_cost * night),
            ("cold", -turnout.cold_cost * rules::frost(given.temperature)),
            ("curfew", -turnout.curfew_cost * place.lever(Lever::Curfew)),
        ]),
        violence: Sum::of([
            ("overstretch", violence.overstretch_weight * overstretch),
            ("surprise", violence.surprise_weight * surprise),
            ("arms", violence.armed_weight * armed_pull),
            ("isolation", violence.isolation_weight * isolation),
            ("darkness", violence.darkness_weight * darkness),
            ("reluctance", -violence.reluctance),
            ("discipline", -violence.discipline_weight * given.discipline),
        ]),
        looting: violence.loot_opportunity * lost_control
            - violence.loot_reluctance
            - place.lever(Lever::Vigilance)
            - turnout.curfew_cost * place.lever(Lever::Curfew),
        harm,
        added: (hourly.0 * outrage * hours.0 + pulses.0, hourly.1 * hours.1 + pulses.1),
        hours,
        pulses,
        outrage,
        felt,
        ..View::default()
    }
}

/// How far demands have climbed the ladder from price to government to regime.
fn demands(model: &Model, place: &PlaceState, view: &View) -> Demands {
    let rules = &model.rules.demands;
    let ladder = rules.ladder_start
        + rules.ladder_per_belief * place.belief
        + rules.ladder_per_crowd * view.felt
        + place.lever(Lever::Framing);
    Demands {
        political: steps(view.discontent * ladder),
        ladder: steps(ladder),
        // A government that has fallen is no longer a demand.
        regime_line: constant(rules.regime_step * (1.0 - 0.5 * place.lever(Lever::GovernmentRelief))),
    }
}

/// Share of a place's sites that are lost.
fn lost_share(model: &Model, world: &World, p: usize) -> f64 {
    let here = model.sites.iter().filter(|site| site.place == p).count();
    if here == 0 {
        0.0
    } else {
        world.lost_sites(model, p).count() as f64 / here as f64
    }
}

/// Anger and fear of a community: what fades, what the place's news adds, and harm to its own people.
pub fn feel(model: &Model, mood: (f32, f32), [arrested, hurt, killed]: [u16; 3], view: &View) -> (f32, f32) {
    let own = rules::harm(arrested.into(), hurt.into(), killed.into(), &model.rules);
    let added = if own > 0.0 {
        // What has been done to neighbours is felt for an hour, whatever the length of a tick; the rest of it is as for all.
        let (hour, rest) = (1.0, (view.hours.0 - 1.0, view.hours.1 - 1.0));
        let harm = view.harm + own * rules::harm_scale(&model.rules).neighbour / hour;
        let (here, common) = (
            rules::repression(harm, &model.rules),
            rules::repression(view.harm, &model.rules),
        );
        (
            (here.0 * hour + common.0 * rest.0).max(0.0) * view.outrage + view.pulses.0,
            (here.1 * hour + common.1 * rest.1).max(0.0) + view.pulses.1,
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
        a: steps(view.hardship.total),
        b: steps(view.discontent),
        c: steps(view.cost.total + rules.turnout.fear_weight * fear),
        d: turnout(model, urban, mood.0, view, known),
        e: steps(rules.violence.fear_weight * fear),
        f: constant(view.violence.total + rules.violence.backlash_weight * backlash),
        l: steps(rules.turnout.participation_cost + rules.violence.loot_fear_weight * fear),
        m: constant(view.looting - way(model, urban)),
    }
}

/// What draws everybody in a community out, or keeps them at home.
fn turnout(model: &Model, urban: bool, backlash: f32, view: &View, known: f64) -> i32 {
    let rules = &model.rules.turnout;
    let anger = rules.backlash_weight * f64::from(backlash);
    constant(view.turnout.total + rules.acquaintance_weight * known + anger - way(model, urban))
}

/// What the way to a square costs.
pub fn way(model: &Model, urban: bool) -> f64 {
    if urban { 0.0 } else { model.rules.turnout.rural_cost }
}
