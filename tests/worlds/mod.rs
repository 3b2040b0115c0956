//! Small worlds for tests: models written by hand, and random valid ones.

use proptest::prelude::*;
use qantar::metric::Metric;
use qantar::sim::forms::Forms;
use qantar::sim::model::*;
use qantar::sim::parameters::{Parameter, Rules};
use qantar::sim::policy::*;

/// Everybody on [0, 1] alike.
pub const UNIFORM: Distribution = Distribution::Uniform { low: 0.0, high: 1.0 };

/// A region in which nothing is special.
pub fn region(id: &str, population: u32) -> Region {
    Region {
        id: id.to_owned(),
        population,
        hour_shift: 0,
        hardship: UNIFORM.into(),
        discontent: UNIFORM.into(),
        risk_aversion: UNIFORM.into(),
        violence: UNIFORM.into(),
        exposure: 0.5,
        price: 60.0,
        connectivity: 0.8,
        independent_media: 0.5,
        state_media: 0.5,
        discipline: 0.3,
        temperature: 0.0,
        legitimacy: 0.5,
    }
}

/// A force of police.
pub fn police(region: usize, officers: u32) -> Force {
    Force {
        id: format!("police-{region}"),
        kind: ForceKind::Police,
        region,
        place: None,
        officers,
        loyalty: Distribution::Normal { mean: 0.6, sd: 0.2 }.into(),
        mobile: true,
    }
}

/// A site of a kind with its usual loss.
pub fn site(id: &str, kind: SiteKind, place: usize, guards: u32) -> Site {
    Site {
        id: id.to_owned(),
        kind,
        place,
        guards,
        strength: 1.5,
        appeal: kind.appeal(),
        loss: kind.loss(),
    }
}

/// An intervention that does nothing, at tick 0, everywhere.
pub fn intervention(id: &str, places: usize) -> Intervention {
    Intervention {
        id: id.to_owned(),
        when: When::At(0),
        lag: 0,
        duration: None,
        places: vec![true; places],
        sites: vec![],
        hours: None,
        credibility: 1.0,
        promise: vec![],
        effect: vec![],
        contingents: vec![],
        ends: vec![],
        words: false,
        option: None,
    }
}

/// A move of a lever.
pub fn to(lever: Lever, value: f64) -> Move {
    Move { lever, value }
}

/// Rules under which these worlds are lively. They are written out, so that a new calibration of the defaults leaves
/// the tests alone.
const LIVELY: &[(&str, f64)] = &[
    ("perception.crowd_reference", 100.0),
    ("perception.news_hours", 6.0),
    ("perception.memory_hours", 18.0),
    ("perception.word_of_mouth", 0.3),
    ("perception.national_reach", 0.05),
    ("turnout.hardship_weight", 1.0),
    ("turnout.price_hours", 0.5),
    ("turnout.crowd_weight", 0.05),
    ("turnout.danger_weight", 0.02),
    ("turnout.acquaintance_weight", 0.04),
    ("turnout.base_cost", 0.98),
    ("turnout.participation_cost", 0.5),
    ("turnout.risk_weight", 0.35),
    ("turnout.fear_weight", 0.5),
    ("turnout.backlash_weight", 0.12),
    ("turnout.belief_weight", 0.15),
    ("turnout.night_cost", 0.12),
    ("turnout.curfew_cost", 0.15),
    ("turnout.rural_cost", 0.10),
    ("turnout.join_rate", 0.30),
    ("turnout.stay_hours", 7.0),
    ("demands.ladder_start", 0.55),
    ("demands.ladder_per_belief", 0.8),
    ("demands.ladder_per_crowd", 0.06),
    ("demands.regime_step", 0.75),
    ("belief.belief_half_life", 30.0),
    ("belief.spread", 0.5),
    ("repression.backlash_gain", 0.35),
    ("repression.backlash_reference", 20.0),
    ("repression.fear_gain", 0.12),
    ("repression.fear_reference", 120.0),
    ("repression.fear_half_life", 72.0),
    ("violence.reluctance", 1.25),
    ("violence.discipline_weight", 0.55),
    ("violence.overstretch_weight", 0.40),
    ("violence.surprise_weight", 0.25),
    ("violence.backlash_weight", 0.20),
    ("violence.fear_weight", 0.35),
    ("violence.loot_reluctance", 2.4),
    ("violence.loot_opportunity", 0.60),
    ("policing.arrest_rate", 0.006),
    ("policing.investigation_rate", 0.012),
    ("policing.need_ratio", 6.0),
    ("harm.civilian_injury_rate", 0.006),
    ("harm.officer_injury_rate", 0.006),
    ("harm.civilian_death_share", 0.004),
    ("harm.officer_death_share", 0.004),
    ("harm.live_fire_injury_rate", 0.010),
    ("sites.assault_share", 0.5),
    ("sites.overrun_rate", 0.35),
    ("sites.overrun_ratio", 4.0),
    ("sites.retake_rate", 0.10),
    ("sites.retake_ratio", 0.5),
];

/// The defaults, with [`LIVELY`] laid over them.
pub fn rules() -> Rules {
    let mut rules = Rules::default();
    for (name, value) in LIVELY {
        let is = |p: &&Parameter| *name == format!("{}.{}", p.group, p.name);
        let parameter = Rules::TABLE
            .iter()
            .find(is)
            .unwrap_or_else(|| panic!("no parameter {name}"));
        (parameter.set)(&mut rules, *value);
    }
    rules
}

/// A place of a region in which nothing is special.
pub fn place(id: &str, region: usize, population: u32) -> Place {
    Place {
        id: id.to_owned(),
        region,
        population,
        urban: 0.7,
        daylight: (480.0, 1050.0),
    }
}

/// A model of these regions, tied at a half, 300 km apart, without forces, sites or interventions.
pub fn model(regions: Vec<Region>, ticks: u32) -> Model {
    let whole = regions.iter().enumerate();
    let places = whole
        .map(|(g, region)| place(&region.id, g, region.population))
        .collect();
    divided(regions, places, ticks)
}

/// The same of regions with these places.
pub fn divided(regions: Vec<Region>, places: Vec<Place>, ticks: u32) -> Model {
    let n = places.len();
    let square = |same: f64, other: f64| {
        (0..n * n)
            .map(|i| if i % (n + 1) == 0 { same } else { other })
            .collect()
    };
    Model {
        clock: Clock {
            start_minute: 0,
            tick_minutes: 60,
            ticks,
        },
        persons_per_agent: 1,
        ties: square(1.0, 0.5),
        distances: square(0.0, 300.0),
        regions,
        places,
        sites: vec![],
        forces: vec![],
        interventions: vec![],
        policy: Policy::Timeline,
        rules: rules(),
    }
}

/// A country of two regions small enough for a test and restless enough for everything to happen in it: a price
/// shock, crowds, violence, seizures, arrests, deaths, reinforcements, a curfew by trigger, a foreign contingent.
pub fn restless(ticks: u32) -> Model {
    let mut country = model(vec![region("north", 3_000), region("south", 1_300)], ticks);
    country.regions[0].exposure = 0.9;
    country.rules.perception.crowd_reference = 2.0;
    country.rules.perception.surprise_floor = 5.0;
    country.rules.policing.alarm = 5.0;
    country.rules.policing.investigation_rate = 0.05;
    country.rules.sites.assault_minimum = 2.0;
    country.rules.violence.reluctance = 0.9;
    country.rules.violence.loot_reluctance = 1.9;
    country.rules.harm.live_fire_death_share = 0.5;
    country.forces = vec![police(0, 60), police(1, 90)];
    country.sites = vec![
        site("north-akimat", SiteKind::Administration, 0, 4),
        site("north-shop", SiteKind::Armoury, 0, 0),
        site("south-airport", SiteKind::Airport, 1, 3),
        site("south-bank", SiteKind::Bank, 1, 2),
    ];
    let at = |id: &str, when: When, effect: Vec<Move>| Intervention {
        when,
        effect,
        ..intervention(id, 2)
    };
    let crowded = Condition {
        metric: Metric::Participants,
        area: None,
        above: true,
        level: 60.0,
        ticks: 2,
    };
    country.interventions = vec![
        at("shock", When::At(3), vec![to(Lever::PriceFactor, 2.2)]),
        Intervention {
            duration: Some(40),
            hours: Some((22, 6)),
            ..at(
                "curfew",
                When::Crosses(crowded),
                vec![to(Lever::Curfew, 1.0), to(Lever::ArrestPower, 2.0)],
            )
        },
        at(
            "fire",
            When::After {
                intervention: 1,
                ticks: 10,
            },
            vec![
                to(Lever::Order, 3.0),
                to(Lever::Fear, 0.1),
                to(Lever::RetakePower, 30.0),
            ],
        ),
        Intervention {
            lag: 5,
            credibility: 0.5,
            promise: vec![to(Lever::PricePromise, 0.8), to(Lever::Belief, 0.4)],
            ..at("rollback", When::At(40), vec![to(Lever::PriceCap, 60.0)])
        },
        Intervention {
            contingents: vec![Contingent {
                id: "friends".to_owned(),
                force: ForceKind::External,
                officers: 30,
                place: 1,
                guards: true,
                willing: 1.0,
                decision_ticks: 3,
                travel_ticks: 4,
            }],
            ..at(
                "help",
                When::After {
                    intervention: 2,
                    ticks: 2,
                },
                vec![],
            )
        },
    ];
    country
}

/// Random valid models of up to three regions, each whole or of up to three places, restless enough that things happen in
/// most of them.
pub fn any_model() -> impl Strategy<Value = Model> {
    let region_of = (1u32..1500, 0.0..1.0f64, 0.2..1.0f64, 0.0..0.9f64, -3i32..3);
    let parts_of = proptest::collection::vec(0.05..1.0f64, 1..4);
    let lever_of = (
        0..Lever::ALL.len(),
        0.0..1.0f64,
        0u32..30,
        0u32..6,
        proptest::option::of(1u32..20),
    );
    (
        proptest::collection::vec((region_of, parts_of), 1..4),
        proptest::collection::vec((0u32..80, 0usize..3, 0.1..0.9f64), 0..4),
        proptest::collection::vec((0usize..SiteKind::ALL.len(), 0usize..3, 0u32..8), 0..6),
        proptest::collection::vec(lever_of, 0..6),
        (0.6..1.0f64, 0.05..0.5f64, 0.7..1.3f64, 1u32..4, 0u32..24),
        proptest::collection::vec(any::<usize>(), Forms::TABLE.len()),
    )
        .prop_map(
            |(regions, forces, sites, levers, (cost, crowd, reluctance, persons, start), forms)| {
                let parts: Vec<Vec<f64>> = regions.iter().map(|(_, parts)| parts.clone()).collect();
                let regions: Vec<Region> = regions
                    .into_iter()
                    .map(|(of, _)| of)
                    .enumerate()
                    .map(
                        |(g, (population, exposure, connectivity, discipline, hour_shift))| Region {
                            exposure,
                            connectivity,
                            discipline,
                            hour_shift,
                            ..region(&format!("r{g}"), population)
                        },
                    )
                    .collect();
                let mut model = restless(30);
                let template = model.clone();
                model = Model {
                    rules: template.rules,
                    persons_per_agent: persons,
                    ..cut(regions, &parts, 30)
                };
                let (n, places) = (model.regions.len(), model.places.len());
                model.clock.start_minute = start * 60;
                model.rules.turnout.base_cost = cost;
                model.rules.turnout.crowd_weight = crowd;
                model.rules.violence.reluctance = reluctance;
                for (mechanism, form) in Forms::TABLE.iter().zip(forms) {
                    (mechanism.choose)(&mut model.rules.forms, form % mechanism.rivals.len());
                }
                model.forces = forces
                    .into_iter()
                    .map(|(officers, region, loyalty)| Force {
                        loyalty: Distribution::Normal { mean: loyalty, sd: 0.2 }.into(),
                        ..police(region % n, officers)
                    })
                    .collect();
                model.sites = sites
                    .into_iter()
                    .enumerate()
                    .map(|(s, (kind, at, guards))| site(&format!("s{s}"), SiteKind::ALL[kind], at % places, guards))
                    .collect();
                model.interventions = template.interventions[..1].to_vec();
                model.interventions[0].places = vec![true; places];
                for (i, (lever, share, at, lag, duration)) in levers.into_iter().enumerate() {
                    let lever = Lever::ALL[lever];
                    let (low, high) = (lever.range().0.max(-0.5), lever.range().1.min(3.0));
                    model.interventions.push(Intervention {
                        when: When::At(at),
                        lag,
                        duration,
                        credibility: share,
                        effect: vec![to(lever, low + share * (high - low))],
                        // The first place is left out of every second one.
                        places: (0..places).map(|place| place > 0 || i % 2 == 0).collect(),
                        ..intervention(&format!("i{i}"), places)
                    });
                }
                model
            },
        )
}

/// Regions cut into places of about these proportions, of which a region without people for them has fewer. A region of
/// one part is whole.
fn cut(regions: Vec<Region>, parts: &[Vec<f64>], ticks: u32) -> Model {
    let mut places = Vec::new();
    for (g, (region, parts)) in regions.iter().zip(parts).enumerate() {
        let mut left = region.population;
        let all: f64 = parts.iter().sum();
        for (at, part) in parts[1..].iter().enumerate() {
            let people = (f64::from(region.population) * part / all) as u32;
            if people > 0 && people < left {
                places.push(place(&format!("{}-{at}", region.id), g, people));
                left -= people;
            }
        }
        let whole = left == region.population;
        let id = if whole {
            region.id.clone()
        } else {
            format!("{}-rest", region.id)
        };
        places.push(place(&id, g, left));
    }
    divided(regions, places, ticks)
}
