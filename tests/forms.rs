//! Rival forms of mechanisms: each by hand, each of effect, and its parameters of none where it does not hold.

use crate::parameters::everything;
use crate::worlds::{self, intervention, model, region, restless, to};
use qantar::dice::Dice;
use qantar::metric::{Metric, Readings};
use qantar::scenario::Scenario;
use qantar::sim::forms::{Contact, Crowd, Fire, Forms, Harm, Promise, Shutdown};
use qantar::sim::hazard;
use qantar::sim::model::{Model, Region};
use qantar::sim::parameters::Rules;
use qantar::sim::policy::{Intervention, Lever, When};
use qantar::sim::tick::Engine;
use qantar::sim::tick::police::contact::{Fates, fates};
use qantar::sim::world::{Counts, Holder, Strength, World};

/// The country where everything happens, in which one mechanism has a form, by its number.
fn under(mechanism: usize, form: usize) -> Model {
    let mut model = everything(true);
    (Forms::TABLE[mechanism].choose)(&mut model.rules.forms, form);
    model
}

fn history(model: &Model) -> Vec<Readings> {
    let mut engine = Engine::new(model, &Dice::new(3, 0));
    (0..model.clock.ticks)
        .map(|_| {
            engine.tick();
            engine.readings.clone()
        })
        .collect()
}

#[test]
fn every_form_gives_another_history_and_reads_no_parameter_of_its_rivals() {
    for (m, mechanism) in Forms::TABLE.iter().enumerate() {
        let histories: Vec<_> = (0..mechanism.rivals.len())
            .map(|form| history(&under(m, form)))
            .collect();
        for (form, rival) in mechanism.rivals.iter().enumerate() {
            for other in form + 1..histories.len() {
                assert!(histories[form] != histories[other], "{}", mechanism.name);
            }
            for own in rival.own {
                let parameter = Rules::TABLE.iter().find(|p| format!("{}.{}", p.group, p.name) == *own);
                let parameter = parameter.unwrap_or_else(|| panic!("there is no {own}"));
                let reads = |other: &usize| mechanism.rivals[*other].own.contains(own);
                for other in (0..histories.len()).filter(|other| !reads(other)) {
                    let mut model = under(m, other);
                    let value = (parameter.get)(&model.rules) * 4.0 + 0.1;
                    (parameter.set)(&mut model.rules, value);
                    assert!(
                        history(&model) == histories[other],
                        "{own} under {}",
                        mechanism.rivals[other].name
                    );
                }
            }
        }
    }
}

/// What the forces of a place hold for its people, where 30 people are out of whom so many are violent.
fn met(contact: Contact, violent: u64, order: u8, officers: u32) -> Fates {
    let mut country = model(vec![region("city", 10_000)], 1);
    country.rules = Rules::default();
    country.rules.forms.contact = contact;
    let mut place = Engine::new(&country, &Dice::new(1, 0)).world.places[0].clone();
    place.counts = Counts {
        protesting: 30 - violent,
        violent,
        ..Counts::default()
    };
    // So strong that the crowd ties nobody up.
    place.strength = Strength {
        officers,
        street: 1e12,
        order,
        ..Strength::default()
    };
    fates(&country, &place)
}

#[test]
fn presence_beats_by_officers_and_encounters_by_the_smaller_side_by_hand() {
    let rules = Rules::default();
    let chance = |per_person_hour: f64| 1.0 - (-per_person_hour).exp();
    let close = |fate: u32, chances: f64| {
        let expected = f64::from(hazard::of_chance(chances.min(0.9)));
        assert!((f64::from(fate) - expected).abs() < 4.0, "{fate}, not {expected}");
    };
    // 1,800 officers who disperse thirty peaceful people, by hand: injuries and arrests of so many officers, times
    // three for arrests, over thirty people; deaths a share of the injuries.
    let (officers, death) = (1_800.0, rules.harm.civilian_death_share);
    let hurt = officers * rules.harm.civilian_injury_rate / 30.0;
    let arrested = officers * rules.policing.arrest_rate * 3.0 / 30.0;
    let all = chance(hurt) + chance(hurt * death) + chance(arrested);
    close(met(Contact::Presence, 0, 2, 1_800).peaceful.hazard, all);
    // In encounters there are 1,800 x 30 / 1,830 of them, so a person is in 0.98 of one.
    let each = 1_800.0 / 1_830.0;
    let hurt = each * rules.harm.encounter_injury_rate;
    let arrested = each * rules.policing.encounter_arrest_rate;
    let all = chance(hurt) + chance(hurt * death) + chance(arrested);
    close(met(Contact::Encounter, 0, 2, 1_800).peaceful.hazard, all);
    // Twice the officers hardly matter to thirty people, and a containing police deals with a tenth of them: by hand
    // 1,800 x 3 / 1,803 encounters over three people, of which a peaceful one is a tenth.
    let twice = met(Contact::Encounter, 0, 2, 3_600).peaceful.hazard;
    assert!(f64::from(twice) < 1.01 * f64::from(met(Contact::Encounter, 0, 2, 1_800).peaceful.hazard));
    let each = 1_800.0 / 1_803.0;
    let hurt = each * rules.harm.encounter_injury_rate;
    let arrested = each * rules.policing.encounter_arrest_rate;
    let all = rules.policing.cordon_share * (chance(hurt) + chance(hurt * death) + chance(arrested));
    close(met(Contact::Encounter, 0, 1, 1_800).peaceful.hazard, all);
    // Who holds deals with nobody but the violent.
    let held = met(Contact::Encounter, 10, 0, 1_800);
    assert_eq!((held.peaceful.hazard, held.fighting.hazard > 0), (0, true));
}

/// The anger in the first place after an hour with this harm (arrests) in each of these places, of which all see all.
fn anger(harm: Harm, places: &[(u32, u64)]) -> f32 {
    let regions = places.iter().enumerate();
    let regions = regions
        .map(|(g, (people, _))| region(&format!("r{g}"), *people))
        .collect();
    let mut country = model(regions, 2);
    country.ties.fill(1.0);
    country.rules.forms.harm = harm;
    (
        country.rules.repression.backlash_reference,
        country.rules.repression.relative_backlash_reference,
    ) = (100.0, 1_000.0);
    let mut engine = Engine::new(&country, &Dice::new(1, 0));
    for (place, (_, arrested)) in engine.world.places.iter_mut().zip(places) {
        place.counts.arrested = *arrested;
    }
    engine.perceive();
    engine.world.places[0].mood.0
}

#[test]
fn relative_harm_is_the_same_in_halves_and_in_a_country_twice_as_large_by_hand() {
    let of = |harm| [&[(2_000, 20)][..], &[(1_000, 10), (1_000, 10)], &[(4_000, 40)]].map(|places| anger(harm, places));
    let [whole, halves, twice] = of(Harm::Relative);
    assert!(whole > 0.0 && (whole - halves).abs() < 1e-6 * whole && (whole - twice).abs() < 1e-6 * whole);
    // By hand: twenty arrests of which 1 - e^(-1/6) has been heard, in 100,000 of 2,000; x e^(1 - x) of the gain, for
    // an hour in which half-lived anger fades already.
    let mut rules = worlds::rules();
    rules.forms.harm = Harm::Relative;
    let x = 20.0 * (1.0 - (-1.0f64 / 6.0).exp()) * 50.0 / 1_000.0;
    let clock = model(vec![region("r", 10)], 1).clock;
    let hours = clock.inflow(rules.repression.backlash_half_life);
    let expected = rules.repression.backlash_gain * x * (1.0 - x).exp() * hours;
    assert!((f64::from(whole) - expected).abs() < 1e-6, "{whole}, not {expected}");
    let [whole, halves, twice] = of(Harm::Absolute);
    assert!(halves < 0.9 * whole && twice > 1.1 * whole);
}

/// The restless country at its second tick, with its first place as it is made; and what its people feel and weigh then.
fn perceived<'m>(model: &'m Model, make: impl FnOnce(&mut World)) -> Engine<'m> {
    let mut engine = Engine::new(model, &Dice::new(1, 0));
    engine.tick = 1;
    make(&mut engine.world);
    engine.perceive();
    engine
}

#[test]
fn a_cut_network_angers_and_what_was_known_before_fades_more_slowly_by_hand() {
    // Eight of ten people have the network, and a quarter of it is left: six are cut off.
    let seen = |shutdown| {
        let mut country = restless(2);
        country.rules.forms.shutdown = shutdown;
        let engine = perceived(&country, |world| {
            let place = &mut world.places[0];
            place.levers[Lever::Connectivity as usize] = 0.25;
            (place.connectivity, place.memory) = (0.2, 1_000.0);
        });
        let place = &engine.world.places[0];
        (place.memory, f64::from(place.mood.0))
    };
    let (memory, anger) = seen(Shutdown::Reach);
    assert!((memory - 1_000.0 * (-1.0f64 / 18.0).exp()).abs() < 1e-9 && anger == 0.0);
    // Half as fast where nothing is left of the network, so 0.25 + 0.75 / 2 as fast here. Anger of an hour flows into
    // what fades with a half-life of a day, in ticks of an hour once.
    let (memory, anger) = seen(Shutdown::Anger);
    assert!((memory - 1_000.0 * (-0.625f64 / 18.0).exp()).abs() < 1e-9);
    assert!((anger - 0.6 * 0.02).abs() < 1e-9, "{anger}");
}

#[test]
fn a_shutdown_can_shrink_a_wave_and_can_feed_it() {
    let person_hours = |cut: bool, cut_backlash: f64| -> f64 {
        let mut country = restless(60);
        country.rules.forms.shutdown = Shutdown::Anger;
        country.rules.perception.national_reach = 0.8;
        country.rules.repression.cut_backlash = cut_backlash;
        country.interventions.push(Intervention {
            when: When::At(if cut { 8 } else { 1_000 }),
            effect: vec![to(Lever::Connectivity, 0.0)],
            ..intervention("cut", 2)
        });
        let all = history(&country);
        all.iter()
            .map(|readings| readings.get(Metric::Participants, None))
            .sum()
    };
    assert!(person_hours(true, 0.0) < 0.98 * person_hours(false, 0.0));
    assert!(person_hours(true, 0.2) > 1.02 * person_hours(false, 0.2));
}

#[test]
fn a_concession_is_worth_what_people_count_on_to_last_by_hand() {
    // The price was 150 and is capped at 60, which is what people take for right; half of it is promised away.
    let grievance = |promise, taken_back: bool| {
        let mut country = restless(2);
        country.rules.forms.promise = promise;
        (country.rules.demands.commitment, country.rules.demands.reversal) = (0.5, 0.4);
        country.rules.turnout.price_hours = 0.001;
        let engine = perceived(&country, |world| {
            if taken_back {
                let rollback = &mut world.interventions[3];
                (rollback.effective, rollback.over) = (Some(0), Some(1));
            }
            let place = &mut world.places[0];
            (place.free_price, place.price, place.mood) = (150.0, 60.0, (0.25, 0.0));
            place.levers[Lever::PricePromise as usize] = 0.5;
            (place.counts.demand_price, place.counts.demand_government) = (3, 1);
        });
        let [_, _, (name, price)] = engine.perception.views[0].hardship.parts;
        assert_eq!(name, "price");
        price
    };
    let country = restless(2);
    assert!(country.interventions[3].is_concession());
    let exposure = country.regions[0].exposure * country.rules.turnout.hardship_weight;
    assert_eq!(grievance(Promise::Credibility, false), 0.0);
    // A quarter is angry, so people count on 0.5 x 0.75 = 0.375 of a promise and fear to lose 0.4 x 0.625 = 0.25 of what is
    // in force: a quarter of ln(150 / 60) is left, less 0.5 x 0.375 for those three in four who demand a price.
    let left = |trust: f64| exposure * 0.4 * (1.0 - trust) * 2.5f64.ln() * (1.0 - 0.5 * trust * 0.75);
    assert!((grievance(Promise::Commitment, false) - left(0.375)).abs() < 1e-9);
    // A government that has taken one back is trusted half as far.
    assert!((grievance(Promise::Commitment, true) - left(0.1875)).abs() < 1e-9);
}

#[test]
fn a_besieged_site_fires_at_its_attackers_alone_and_without_orders_by_hand() {
    let besieged = |fire| {
        let mut country = restless(2);
        country.rules.forms.fire = fire;
        let mut engine = Engine::new(&country, &Dice::new(1, 0));
        let contested = &mut engine.world.sites[0];
        (contested.holder, contested.attackers) = (Holder::Contested, 40.0);
        let counts = &mut engine.world.places[0].counts;
        (counts.violent, counts.protesting) = (50, 100);
        engine.police();
        let place = &engine.world.places[0];
        assert!(place.strength.order < 3, "nobody has ordered to fire");
        place.strength.self_defence
    };
    assert_eq!(besieged(Fire::Ordered), 0.0);
    // Four guards and forty attackers, ten to one, of whom nobody is armed: 4 x 40 / 44 encounters, and 100 of 100 + 16
    // of the defenders fire.
    let shot = besieged(Fire::SelfDefence);
    let expected = Rules::default().harm.self_defence_rate * 160.0 / 44.0 * 100.0 / 116.0;
    assert!((shot - expected).abs() < 1e-12, "{shot}, not {expected}");
    // It is the violent who are shot, not those who stand by.
    let mut country = restless(2);
    country.rules.forms.fire = Fire::SelfDefence;
    let mut place = Engine::new(&country, &Dice::new(1, 0)).world.places[0].clone();
    place.counts.protesting = 100;
    place.counts.violent = 50;
    place.strength.self_defence = shot;
    let fates = fates(&country, &place);
    assert_eq!(fates.peaceful.hazard, 0);
    let (all, dead) = (1.0 - (-shot / 50.0).exp(), 1.0 - (-shot / 50.0 * 0.5).exp());
    assert_eq!(country.rules.harm.live_fire_death_share, 0.5);
    let expected = f64::from(hazard::of_chance(all + dead));
    let hazard = f64::from(fates.fighting.hazard);
    assert!((hazard - expected).abs() < 4.0, "{hazard}, not {expected}");
}

/// What the crowd comes to in the wish to go out in the first place, where so many are out in each of these places, of
/// which all see all, and each has the network.
fn pull(crowd: Crowd, places: &[(u32, u64)]) -> f64 {
    let regions = places.iter().enumerate();
    let regions = regions.map(|(g, (people, _))| {
        let id = format!("r{g}");
        Region {
            connectivity: 1.0,
            ..region(&id, *people)
        }
    });
    let mut country = model(regions.collect(), 2);
    country.ties.fill(1.0);
    country.rules.forms.crowd = crowd;
    country.rules.perception.national_reach = 0.5;
    let engine = perceived(&country, |world| {
        for (place, (_, out)) in world.places.iter_mut().zip(places) {
            place.counts.protesting = *out;
        }
    });
    let part = |(name, pull): &(&str, f64)| (*name == "crowd").then_some(*pull);
    engine.perception.views[0]
        .turnout
        .parts
        .iter()
        .find_map(part)
        .expect("a part of it")
}

#[test]
fn the_pull_of_a_share_is_the_same_in_halves_and_in_a_country_twice_as_large_by_hand() {
    let of =
        |crowd| [&[(2_000, 20)][..], &[(1_000, 10), (1_000, 10)], &[(4_000, 40)]].map(|places| pull(crowd, places));
    let [whole, halves, twice] = of(Crowd::Share);
    assert!((whole - halves).abs() < 1e-12 && (whole - twice).abs() < 1e-12);
    // By hand: a thousand in 100,000 on the square, and again by half of half (national reach, media) in the country,
    // of which 1 - e^(-1/6) has been heard.
    let rules = worlds::rules();
    let heard = 1_250.0 * (1.0 - (-1.0f64 / 6.0).exp());
    let felt = rules.perception.crowd_ceiling * heard / (heard + rules.perception.crowd_half_share);
    assert!((whole - rules.turnout.crowd_weight * felt).abs() < 1e-12);
    for crowd in [Crowd::Logarithm, Crowd::Saturation] {
        let [whole, _, twice] = of(crowd);
        assert!(twice > 1.2 * whole, "{whole} {twice}");
    }
}

const HEAD: &str = "schema_version = 1\nstart = 2022-01-01T06:30:00\nzone = \"Asia/Almaty\"\nticks = 100\n\
                    [[region]]\nid = \"town\"\npopulation = 1000\n";

#[test]
fn a_scenario_chooses_the_form_of_a_mechanism_and_the_first_is_the_default() {
    let compiled = |text: &str| {
        let scenario = Scenario::from_text("test.toml", &format!("{HEAD}{text}"));
        scenario
            .and_then(|scenario| scenario.compile())
            .map(|model| model.rules.forms)
    };
    assert_eq!(compiled("").expect("compiles"), Forms::default());
    let chosen = Forms {
        contact: Contact::Encounter,
        ..Forms::default()
    };
    assert_eq!(
        compiled("[rules.forms]\ncontact = \"encounter\"\n").expect("compiles"),
        chosen
    );
    let problems = compiled("[rules.forms]\ncontact = \"encounters\"\n")
        .expect_err("no such form")
        .to_string();
    for part in [
        "`rules.forms.contact` has no choice `encounters`",
        "did you mean `encounter`?",
    ] {
        assert!(problems.contains(part), "{problems}");
    }
}

#[test]
fn a_parameter_of_a_form_that_does_not_hold_is_told_and_one_of_a_form_that_does_is_not() {
    let told = |text: &str| {
        let text = format!("{HEAD}[rules.policing]\ncordon_share = 0.2\n{text}");
        let scenario = Scenario::from_text("test.toml", &text).expect("reads");
        let warnings = scenario.warnings();
        if warnings.is_empty() {
            String::new()
        } else {
            warnings.to_string()
        }
    };
    let told_without = told("");
    assert!(
        told_without.contains("`rules.policing.cordon_share` has no effect here")
            && told_without.contains("`rules.forms.contact = \"encounter\"`"),
        "{told_without}"
    );
    assert_eq!(told("[rules.forms]\ncontact = \"encounter\"\n"), "");
}
