//! What must hold of any run: conservation, determinism, the independence of arms, and tiny worlds by hand.

use crate::worlds::{self, intervention, model, region, restless, to};
use proptest::prelude::*;
use qantar::dice::Dice;
use qantar::metric::{Metric, Readings};
use qantar::sim::event::{Event, What};
use qantar::sim::model::*;
use qantar::sim::policy::*;
use qantar::sim::tick::Engine;
use qantar::sim::world::*;

/// Every reading and event of a run.
fn history(model: &Model, seed: u64) -> Vec<(Readings, Vec<Event>)> {
    let mut engine = Engine::new(model, &Dice::new(seed, 0));
    (0..model.clock.ticks)
        .map(|_| {
            engine.tick();
            (engine.readings.clone(), engine.events.clone())
        })
        .collect()
}

/// Of everybody, with what is kept of communities and wards: not many are within reach. A new column does not compile here
/// until it is counted.
#[test]
fn a_citizen_takes_no_more_than_a_byte_where_few_can_go_out() {
    let mut calm = model(vec![region("calm", 300_000)], 1);
    calm.rules = Default::default();
    let mut engine = Engine::new(&calm, &Dice::new(1, 0));
    engine.tick();
    let of = |ward: &Ward| {
        let People {
            hardship,
            discontent,
            risk_aversion,
            violence,
            who,
            state,
            ticks_out,
            clock,
            turns,
        } = &ward.people;
        let bytes = [hardship, discontent, risk_aversion, violence, state, ticks_out].map(|column| column.len());
        let people = bytes.iter().sum::<usize>() + size_of_val(who.as_slice()) + size_of_val(turns.as_slice());
        let communities = size_of_val(ward.starts.as_slice())
            + size_of_val(ward.out.as_slice())
            + size_of_val(ward.harm.as_slice())
            + size_of_val(ward.moods.as_slice());
        people + size_of_val(clock.as_slice()) + communities + size_of::<Ward>()
    };
    let bytes: usize = engine.world.wards.iter().map(of).sum();
    assert!(
        bytes <= engine.world.agents(),
        "{bytes} bytes of {}",
        engine.world.agents()
    );
}

#[test]
fn any_number_of_threads_gives_the_same_history() {
    let model = restless(72);
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("a pool");
        pool.install(|| history(&model, 7))
    };
    let one = on(1);
    assert_eq!(one, on(2));
    assert_eq!(one, on(8));
}

#[test]
fn another_seed_gives_another_history() {
    let model = restless(72);
    assert_ne!(history(&model, 7), history(&model, 8));
}

#[test]
fn an_action_that_never_fires_changes_nothing() {
    let bare = restless(72);
    let mut with = bare.clone();
    let never = Condition {
        metric: Metric::Participants,
        area: None,
        above: true,
        level: 1e12,
        ticks: 1,
    };
    with.interventions.push(Intervention {
        when: When::Crosses(never),
        effect: vec![to(Lever::Order, 3.0), to(Lever::Connectivity, 0.0)],
        ..intervention("never", 2)
    });
    assert_eq!(history(&bare, 3), history(&with, 3));
}

#[test]
fn an_action_without_levers_changes_no_reading() {
    let bare = restless(72);
    let mut with = bare.clone();
    with.interventions.push(Intervention {
        when: When::At(5),
        ..intervention("words", 2)
    });
    let readings = |model| {
        history(model, 3)
            .into_iter()
            .map(|(readings, _)| readings)
            .collect::<Vec<_>>()
    };
    assert_eq!(readings(&bare), readings(&with));
}

#[test]
fn two_arms_are_identical_up_to_the_first_differing_tick() {
    let baseline = restless(72);
    let mut arm = baseline.clone();
    arm.interventions.push(Intervention {
        when: When::At(30),
        effect: vec![to(Lever::PriceCap, 60.0), to(Lever::Belief, 0.5)],
        ..intervention("earlier-cut", 2)
    });
    let (a, b) = (history(&baseline, 11), history(&arm, 11));
    assert_eq!(a[..30], b[..30]);
    assert_ne!(a[30].0, b[30].0, "the action acts in its own tick");
}

#[test]
fn a_country_without_a_shock_stays_at_home() {
    let mut calm = restless(72);
    calm.rules = Default::default();
    calm.interventions.clear();
    assert!(
        history(&calm, 5)
            .iter()
            .all(|(readings, _)| readings.get(Metric::Participants, None) == 0.0)
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn nobody_is_lost_and_nobody_is_counted_twice(model in worlds::any_model(), seed in 0u64..1000) {
        let mut engine = Engine::new(&model, &Dice::new(seed, 0));
        let (agents, officers) = (engine.world.agents(), engine.world.officers.service.len());
        let each = f64::from(model.persons_per_agent);
        let mut before = Readings::new(model.regions.len());
        for _ in 0..model.clock.ticks {
            engine.tick();
            let (world, now) = (&engine.world, &engine.readings);
            let states = || world.wards.iter().flat_map(|ward| &ward.people.state);
            let doing = |activity| states().filter(|&&s| Activity::of(s) == activity).count();
            prop_assert_eq!(world.agents(), agents);
            prop_assert!(world.wards.iter().all(|ward| ward.people.len() <= ward.citizens as usize));
            prop_assert_eq!(now.get(Metric::DeathsCivilians, None), doing(Activity::Dead) as f64 * each);
            prop_assert_eq!(now.get(Metric::Detained, None), doing(Activity::Detained) as f64 * each);
            prop_assert_eq!(world.officers.service.len(), officers);
            for (unit, span) in world.units.iter().map(|u| (u, u.first as usize..(u.first + u.len) as usize)) {
                let are = |s| world.officers.service[span.clone()].iter().filter(|&&o| o == s).count() as u32;
                prop_assert_eq!((unit.able, unit.refused), (are(Service::Able), are(Service::Refused)));
            }
            for g in (0..model.regions.len()).map(Some).chain([None]) {
                let is = |metric| now.get(metric, g);
                let demands = is(Metric::DemandPrice) + is(Metric::DemandGovernment) + is(Metric::DemandRegime);
                prop_assert_eq!(demands, is(Metric::Participants));
                prop_assert!(is(Metric::Looting) <= is(Metric::Violent));
                prop_assert!(is(Metric::Violent) <= is(Metric::Participants));
                prop_assert!(is(Metric::Participants) <= is(Metric::ParticipantsToday));
                prop_assert!(is(Metric::Detained) <= is(Metric::DetainedTotal));
                prop_assert!((0.0..=1.0).contains(&is(Metric::Legitimacy)));
                prop_assert!((0.0..=1.0).contains(&is(Metric::Connectivity)));
                for sum in [Metric::DetainedTotal, Metric::DeathsCivilians, Metric::DeathsOfficers, Metric::Damage] {
                    prop_assert!(is(sum) >= before.get(sum, g), "a sum since the start never falls");
                }
                prop_assert!(Metric::ALL.iter().all(|&metric| is(metric).is_finite() && is(metric) >= 0.0));
            }
            before = now.clone();
        }
    }
}

/// A region of ten people whose traits are known: nine at zero and risk-averse, and one who cares.
fn ten() -> Model {
    let nobody = Trait::from(Distribution::Uniform { low: 0.0, high: 0.0 });
    let everybody = Trait::from(Distribution::Uniform { low: 1.0, high: 1.0 });
    let mut country = model(
        vec![Region {
            hardship: everybody,
            discontent: nobody.clone(),
            risk_aversion: nobody.clone(),
            violence: nobody,
            exposure: 1.0,
            ..region("village", 10)
        }],
        6,
    );
    country.places[0].urban = 1.0;
    // Tick 0 is three in the afternoon, so that no hour of the night weighs in.
    country.clock.start_minute = 15 * 60;
    country.rules.turnout.night_cost = 0.0;
    country.rules.turnout.base_cost = 0.98;
    country.rules.turnout.hardship_weight = 1.0;
    country.rules.turnout.background_hardship = 0.15;
    // The price is felt at once: after a tick, e^-1000 of the old one is left.
    country.rules.turnout.price_hours = 0.001;
    country.rules.turnout.join_rate = 10.0;
    country
}

#[test]
fn a_village_of_ten_goes_out_when_the_price_outweighs_the_cost_by_hand() {
    // Utility of a villager: 0.15 background hardship + ln(price / 60) - 0.98 cost. It is positive when the price
    // exceeds 60 e^0.83 = 137.6 tenge.
    for (price, goes) in [(137.0, 0.0), (138.0, 10.0)] {
        let mut country = ten();
        let shock = to(Lever::PriceChange, price - 60.0);
        country.interventions = vec![Intervention {
            when: When::At(2),
            effect: vec![shock],
            ..intervention("shock", 1)
        }];
        let history = history(&country, 1);
        let out: Vec<f64> = history
            .iter()
            .map(|(readings, _)| readings.get(Metric::Participants, None))
            .collect();
        // A join rate of ten an hour means that 1 - e^-10 of those who want to go out do so within the hour.
        assert_eq!(out[..4], [0.0, 0.0, goes, goes], "at {price} tenge");
        let demand = history[3].0.get(Metric::DemandPrice, None);
        assert_eq!(demand, goes, "people without discontent demand the price");
    }
}

#[test]
fn a_curfew_acts_in_its_hours_and_a_restoration_ends_a_shutdown_by_hand() {
    let mut country = ten();
    country.clock.ticks = 12;
    country.interventions = vec![
        Intervention {
            when: When::At(1),
            effect: vec![to(Lever::Connectivity, 0.1)],
            ..intervention("off", 1)
        },
        Intervention {
            when: When::At(4),
            ends: vec![0],
            ..intervention("on", 1)
        },
        Intervention {
            hours: Some((23, 1)),
            effect: vec![to(Lever::Connectivity, 0.5)],
            ..intervention("nights", 1)
        },
    ];
    let connectivity: Vec<f64> = history(&country, 1)
        .iter()
        .map(|(readings, _)| readings.get(Metric::Connectivity, None))
        .collect();
    // From 15:00: normal, three hours off, normal until 23:00, half for two hours, normal.
    let tenths: Vec<i64> = connectivity.iter().map(|c| (c * 100.0).round() as i64).collect();
    assert_eq!(tenths, [80, 8, 8, 8, 80, 80, 80, 80, 40, 40, 80, 80]);
}

#[test]
fn a_lag_delays_the_effect_a_duration_ends_it_and_an_after_counts_from_the_effect_by_hand() {
    let mut country = ten();
    country.clock.ticks = 12;
    country.interventions = vec![
        Intervention {
            when: When::At(1),
            lag: 2,
            duration: Some(3),
            effect: vec![to(Lever::PriceChange, 10.0)],
            ..intervention("rise", 1)
        },
        Intervention {
            when: When::After {
                intervention: 0,
                ticks: 4,
            },
            effect: vec![to(Lever::PriceCap, 50.0)],
            ..intervention("cap", 1)
        },
    ];
    let history = history(&country, 1);
    let prices: Vec<f64> = history
        .iter()
        .map(|(readings, _)| readings.get(Metric::Price, None))
        .collect();
    assert_eq!(
        prices,
        [60.0, 60.0, 60.0, 70.0, 70.0, 70.0, 60.0, 50.0, 50.0, 50.0, 50.0, 50.0]
    );
    let told: Vec<(u32, What)> = history
        .iter()
        .flat_map(|(_, events)| events)
        .map(|e| (e.tick, e.what))
        .collect();
    assert_eq!(
        told,
        [
            (1, What::Announced(0)),
            (3, What::TakesEffect(0)),
            (6, What::Ends(0)),
            // Without a lag, announcement and effect are one event.
            (7, What::TakesEffect(1))
        ]
    );
}

#[test]
fn a_condition_must_hold_for_its_hours_in_a_row_by_hand() {
    let mut country = ten();
    country.clock.ticks = 8;
    let dear = Condition {
        metric: Metric::Price,
        area: Some(0),
        above: true,
        level: 65.0,
        ticks: 2,
    };
    country.interventions = vec![
        // Dear in ticks 1, 3 and 4: two hours in a row end with tick 4, so the answer comes in tick 5.
        Intervention {
            when: When::At(1),
            duration: Some(1),
            effect: vec![to(Lever::PriceChange, 10.0)],
            ..intervention("first", 1)
        },
        Intervention {
            when: When::At(3),
            duration: Some(2),
            effect: vec![to(Lever::PriceChange, 10.0)],
            ..intervention("second", 1)
        },
        Intervention {
            when: When::Crosses(dear),
            effect: vec![to(Lever::Connectivity, 0.0)],
            ..intervention("answer", 1)
        },
    ];
    let off: Vec<bool> = history(&country, 1)
        .iter()
        .map(|(r, _)| r.get(Metric::Connectivity, None) == 0.0)
        .collect();
    assert_eq!(off, [false, false, false, false, false, true, true, true]);
}

#[test]
fn a_site_without_guards_falls_to_its_first_attack_unless_police_in_the_streets_stand_before_it() {
    let mut country = restless(72);
    country.sites.iter_mut().for_each(|site| site.guards = 0);
    let first = |country: &Model| -> Vec<(bool, bool)> {
        let events: Vec<Event> = history(country, 1).into_iter().flat_map(|(_, events)| events).collect();
        let attacked = |site| events.iter().find(move |event| event.what == What::SiteAttacked(site));
        (0..country.sites.len())
            .filter_map(|site| attacked(site).map(|attack| (site, attack.tick)))
            .map(|(site, tick)| {
                let has = |what| events.iter().any(|event| event.what == what && event.tick == tick);
                (has(What::SiteAbandoned(site)), has(What::SiteSeized(site)))
            })
            .collect()
    };
    let policed = first(&country);
    assert!(!policed.is_empty() && policed.iter().all(|(abandoned, _)| !abandoned));
    assert!(policed.iter().any(|(_, seized)| !seized));
    country.forces.iter_mut().for_each(|force| force.officers = 0);
    let alone = first(&country);
    assert!(!alone.is_empty() && alone.iter().all(|(abandoned, _)| *abandoned));
}

#[test]
fn a_foreign_contingent_frees_as_many_local_guards_as_it_relieves() {
    let model = restless(120);
    let mut engine = Engine::new(&model, &Dice::new(2, 0));
    let guards = |world: &World, local: bool| -> u32 {
        let posted = |unit: &&Unit| matches!(unit.post, Post::Site(_)) && unit.contingent.is_none() == local;
        world.units.iter().filter(posted).map(|unit| unit.len).sum()
    };
    for _ in 0..model.clock.ticks {
        let before = guards(&engine.world, true);
        engine.govern();
        engine.perceive();
        engine.decide();
        engine.events.clear();
        engine.police();
        if engine
            .events
            .iter()
            .any(|event| matches!(event.what, What::ContingentArrives(..)))
        {
            assert_eq!(guards(&engine.world, false), 30);
            assert!(guards(&engine.world, true) < before);
            return;
        }
        engine.sites();
        engine.record();
        engine.tick += 1;
    }
    panic!("the contingent never arrived");
}
