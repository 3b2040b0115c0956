//! The mechanisms of a wave, one by one: what each does by hand, and that where evidence is divided both signs can come out
//! of plausible parameters.

use qantar::dice::Dice;
use qantar::metric::Metric;
use qantar::sim::event::What;
use qantar::sim::model::{Model, SiteKind};
use qantar::sim::policy::{Intervention, Lever, Move, When};
use qantar::sim::rules;
use qantar::sim::tick::Engine;
use qantar::sim::tick::police::contact;
use qantar::sim::world::{Counts, Holder, Strength};

use crate::worlds::{intervention, restless, to};

/// The restless country with its price shock and nothing else that is done.
fn shocked() -> Model {
    let mut country = restless(72);
    country.interventions.truncate(1);
    country
}

/// The same with one more action, in all of it from this tick on.
fn with(country: &Model, tick: u32, effect: Vec<Move>) -> Model {
    let action = Intervention {
        when: When::At(tick),
        effect,
        ..intervention("action", country.regions.len())
    };
    let mut country = country.clone();
    country.interventions.push(action);
    country
}

/// Sum of a metric over all ticks of four replicates.
fn sum(country: &Model, metric: Metric) -> f64 {
    let of = |replicate| -> f64 {
        let mut engine = Engine::new(country, &Dice::new(5, replicate));
        let mut sum = 0.0;
        for _ in 0..country.clock.ticks {
            engine.tick();
            sum += engine.readings.get(metric, None);
        }
        sum
    };
    (0..4).map(of).sum()
}

/// Events of a replicate.
fn happened(country: &Model, is: impl Fn(What) -> bool) -> usize {
    let mut engine = Engine::new(country, &Dice::new(1, 0));
    let mut count = 0;
    for _ in 0..country.clock.ticks {
        engine.tick();
        count += engine.events.iter().filter(|event| is(event.what)).count();
    }
    count
}

#[test]
fn eighteen_hundred_officers_hardly_hurt_thirty_people_who_are_peaceful_by_hand() {
    let country = shocked();
    let engine = Engine::new(&country, &Dice::new(1, 0));
    let mut region = engine.world.regions[0].clone();
    region.counts = Counts {
        protesting: 30,
        ..Counts::default()
    };
    let (harm, policing) = (&country.rules.harm, &country.rules.policing);
    let hurt_an_hour = |order| {
        let mut region = region.clone();
        region.strength = Strength {
            officers: 1_800,
            order,
            ..Strength::default()
        };
        contact::hourly(&country, &region).beaten
    };
    assert_eq!(hurt_an_hour(0), 0.0, "nobody deals with the peaceful when holding");
    let cordon = 30.0 * policing.cordon_share;
    let expected = harm.civilian_injury_rate * 1_800.0 * cordon / (1_800.0 + cordon);
    assert!((hurt_an_hour(1) - expected).abs() < 1e-12);
    assert!(hurt_an_hour(2) <= 30.0 * harm.civilian_injury_rate);
}

#[test]
fn more_police_can_bring_more_people_out_and_can_keep_them_at_home() {
    let mut country = with(&shocked(), 0, vec![to(Lever::Order, 2.0)]);
    country.rules.policing.arrest_rate = 0.0;
    let change = |country: &Model| {
        let mut more = country.clone();
        more.forces.iter_mut().for_each(|force| force.officers *= 4);
        sum(&more, Metric::Participants) - sum(country, Metric::Participants)
    };
    let mut angry = country.clone();
    angry.rules.turnout.backlash_weight = 1.0;
    (angry.rules.turnout.fear_weight, angry.rules.turnout.risk_weight) = (0.0, 0.0);
    angry.rules.repression.backlash_gain = 0.05;
    assert!(change(&angry) > 0.0, "anger at blows");
    let mut afraid = country;
    afraid.rules.turnout.backlash_weight = 0.0;
    (afraid.rules.turnout.fear_weight, afraid.rules.turnout.risk_weight) = (2.0, 1.0);
    assert!(change(&afraid) < 0.0, "fear of them");
}

#[test]
fn a_shutdown_can_shrink_a_wave_and_can_feed_it() {
    let mut country = shocked();
    country.rules.perception.word_of_mouth = 1.0;
    let change = |country: &Model| {
        let cut = with(country, 6, vec![to(Lever::Connectivity, 0.05)]);
        sum(&cut, Metric::Participants) - sum(country, Metric::Participants)
    };
    let mut told = country.clone();
    (told.rules.perception.national_reach, told.rules.perception.broadcast) = (5.0, 0.0);
    told.rules.turnout.cut_anger = 0.0;
    assert!(change(&told) < 0.0, "what is far is not heard of");
    country.rules.perception.national_reach = 0.0;
    country.rules.turnout.cut_anger = 1.0;
    assert!(change(&country) > 0.0, "who is cut off goes and sees");
}

#[test]
fn a_promise_can_content_people_and_can_embolden_them() {
    let promise = vec![to(Lever::PricePromise, 0.5), to(Lever::Belief, 0.5)];
    let change = |belief_weight| {
        let mut country = shocked();
        country.rules.turnout.belief_weight = belief_weight;
        sum(&with(&country, 12, promise.clone()), Metric::Participants) - sum(&country, Metric::Participants)
    };
    assert!(change(0.0) < 0.0);
    assert!(change(0.6) > 0.0);
}

#[test]
fn a_besieged_post_fires_in_self_defence_without_an_order() {
    let mut country = shocked();
    country.rules.harm.civilian_death_share = 0.0;
    country.rules.harm.self_defence_rate = 0.0;
    assert_eq!(sum(&country, Metric::DeathsCivilians), 0.0, "blows do not kill here");
    country.rules.harm.self_defence_rate = 0.5;
    country.rules.harm.self_defence_ratio = 1.0;
    assert!(sum(&country, Metric::DeathsCivilians) > 0.0);
}

#[test]
fn seventy_three_attackers_do_not_take_what_a_hundred_and_eighty_defend() {
    let ratio = 73.0 / 180.0;
    let steep = rules::hill(ratio, 1.1, 6.0);
    assert!(steep < 0.003 && rules::hill(ratio, 1.1, 2.0) > 0.1);
    assert_eq!(rules::hill(1.1, 1.1, 6.0), 0.5);
}

#[test]
fn looters_come_where_police_does_not_and_until_nothing_is_left() {
    let mut country = shocked();
    country.rules.violence.loot_reluctance = 1.8;
    let looted = |country: &Model| {
        let mut engine = Engine::new(country, &Dice::new(5, 0));
        (0..country.clock.ticks).for_each(|_| engine.tick());
        engine.readings.get(Metric::Looted, None)
    };
    let before = looted(&country);
    assert!(before > 0.0);
    let all: f64 = country.regions.iter().map(|region| region.businesses).sum();
    country.rules.sites.loot_rate = 10.0;
    let after = looted(&country);
    assert!(before < after && after <= all);
    country.rules.violence.loot_opportunity = 0.0;
    country.rules.violence.loot_reluctance = 2.1;
    assert_eq!(
        looted(&country),
        0.0,
        "greed alone does not loot under the eyes of the police"
    );
}

#[test]
fn a_site_that_was_taken_keeps_its_takers_and_is_given_a_garrison() {
    let country = restless(120);
    assert!(happened(&country, |what| matches!(what, What::SiteRetaken(_))) > 0);
    let mut engine = Engine::new(&country, &Dice::new(1, 0));
    let mut inside = 0.0f64;
    for _ in 0..country.clock.ticks {
        engine.tick();
        for (site, state) in country.sites.iter().zip(&engine.world.sites) {
            if state.holder == Holder::Crowd {
                let fighting = engine.world.regions[site.region].counts.fighting() as f64;
                assert!(state.attackers <= fighting + state.taken_by, "{}", site.id);
                inside = inside.max(state.attackers);
            }
        }
    }
    assert!(inside > 0.0);
    assert!(country.sites.iter().any(|site| site.kind == SiteKind::Akimat));
}

#[test]
fn the_injured_recover_by_their_grade_and_registers_lag_behind() {
    let mut country = with(&shocked(), 0, vec![to(Lever::Order, 2.0)]);
    country.rules.harm.serious_share = 0.0;
    let able = |light_hours: f64| {
        let mut country = country.clone();
        country.rules.harm.light_hours = light_hours;
        let mut engine = Engine::new(&country, &Dice::new(5, 0));
        (0..country.clock.ticks).for_each(|_| engine.tick());
        let able: u32 = engine.world.units.iter().map(|unit| unit.able + unit.refused).sum();
        let (hurt, registered) = (Metric::InjuredOfficers, Metric::RegisteredInjuredOfficers);
        assert!(engine.readings.get(registered, None) < engine.readings.get(hurt, None));
        able
    };
    assert!(able(5.0) > able(5_000.0));
}

#[test]
fn a_country_cut_in_two_sees_as_large_a_crowd() {
    // Both halves see each other wholly, so that each sees the share of the whole that is out.
    let seen = |crowd: f64, residents: f64| rules::per_100_000(crowd, residents);
    assert_eq!(seen(100.0, 10_000.0), seen(70.0 + 30.0, 4_000.0 + 6_000.0));
    assert_eq!(
        rules::felt_crowd(seen(1_000.0, 100_000.0), 50.0),
        rules::felt_crowd(seen(200_000.0, 20_000_000.0), 50.0)
    );
}
