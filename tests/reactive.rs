//! A government that answers what happens in the run.

use crate::worlds::{intervention, restless, to};
use qantar::dice::Dice;
use qantar::metric::Readings;
use qantar::scenario::Scenario;
use qantar::sim::event::{Event, What};
use qantar::sim::model::Model;
use qantar::sim::policy::*;
use qantar::sim::tick::Engine;

fn history(model: &Model) -> Vec<(Readings, Vec<Event>)> {
    let mut engine = Engine::new(model, &Dice::new(7, 0));
    (0..model.clock.ticks)
        .map(|_| {
            engine.tick();
            (engine.readings.clone(), engine.events.clone())
        })
        .collect()
}

/// The restless country, whose government has nothing but a menu: two concessions, then two repressions.
fn country(shock: Option<u32>) -> Model {
    let mut country = restless(96);
    country.interventions.truncate(1);
    match shock {
        Some(tick) => country.interventions[0].when = When::At(tick),
        None => country.interventions.clear(),
    }
    let option = |id: &str, side: Side, cost: f64, effect: Vec<Move>| Intervention {
        when: When::At(90),
        effect,
        option: Some(Choice {
            side,
            cost,
            again: None,
        }),
        ..intervention(id, 2)
    };
    country.interventions.extend([
        option("cap", Side::Concession, 0.1, vec![to(Lever::PriceCap, 128.0)]),
        option(
            "dismissal",
            Side::Concession,
            0.1,
            vec![to(Lever::GovernmentRelief, 0.05)],
        ),
        option("disperse", Side::Repression, 0.1, vec![to(Lever::Order, 2.0)]),
        option("emergency", Side::Repression, 0.1, vec![to(Lever::ArrestPower, 2.0)]),
    ]);
    country.policy = Policy::Reactive;
    let g = &mut country.rules.government;
    (g.decision_hours, g.tolerance, g.crowd_reference, g.duration_reference) = (4.0, 0.1, 100.0, 24.0);
    (g.size_weight, g.duration_weight, g.spread_weight, g.site_weight) = (0.4, 0.2, 0.2, 0.2);
    (g.concession_cost, g.repression_cost, g.substitution, g.inconsistency) = (1.0, 1.0, 0.5, 0.2);
    country
}

/// When which option takes effect.
fn answers(model: &Model) -> Vec<(u32, String)> {
    let events = history(model).into_iter().flat_map(|(_, events)| events);
    events
        .filter_map(|event| match event.what {
            What::TakesEffect(i) if model.interventions[i].option.is_some() => {
                Some((event.tick, model.interventions[i].id.clone()))
            }
            _ => None,
        })
        .collect()
}

#[test]
fn it_answers_the_wave_when_the_wave_comes_and_nothing_when_none_comes() {
    let [early, late] = [3, 43].map(|tick| answers(&country(Some(tick))));
    assert!(!early.is_empty() && !late.is_empty(), "{early:?} {late:?}");
    assert!(early[0].0 > 3 && early[0].0 <= 43, "{early:?}");
    assert!(late[0].0 > 43, "{late:?}");
    assert!(
        early.iter().all(|(tick, _)| tick % 4 == 0),
        "it decides every four hours"
    );
    assert_eq!(answers(&country(None)), []);
}

#[test]
fn with_an_empty_menu_it_is_the_timeline_to_the_last_bit() {
    let timeline = restless(96);
    let mut reactive = timeline.clone();
    reactive.policy = Policy::Reactive;
    assert_eq!(history(&timeline), history(&reactive));
}

#[test]
fn its_answer_acts_from_its_hour_on_and_not_before() {
    let reactive = country(Some(3));
    let mut none = reactive.clone();
    none.interventions.truncate(1);
    let first = answers(&reactive)[0].0 as usize;
    let (with, without) = (history(&reactive), history(&none));
    assert_eq!(with[..first], without[..first]);
    assert!(
        with[first..]
            .iter()
            .zip(&without[first..])
            .any(|((a, _), (b, _))| a != b)
    );
}

#[test]
fn always_concede_and_always_repress_are_settings_of_it() {
    for (concession, repression, known) in [
        (0.0, 1000.0, ["cap", "dismissal"]),
        (1000.0, 0.0, ["disperse", "emergency"]),
    ] {
        let mut consistent = country(Some(3));
        let g = &mut consistent.rules.government;
        (g.concession_cost, g.repression_cost) = (concession, repression);
        let taken: Vec<String> = answers(&consistent).into_iter().map(|(_, id)| id).collect();
        assert_eq!(taken, known, "each option once, in the order of the menu");
    }
}

#[test]
fn the_same_menu_keeps_to_its_dates_under_a_timeline() {
    let mut dated = country(Some(3));
    dated.policy = Policy::Timeline;
    let taken = answers(&dated);
    assert_eq!(taken.len(), 4);
    assert!(taken.iter().all(|(tick, _)| *tick == 90));
}

#[test]
fn an_option_with_a_cooldown_is_chosen_again() {
    let mut patient = country(Some(3));
    patient.interventions.truncate(4);
    patient.interventions.remove(2);
    patient.interventions.remove(1);
    let disperse = &mut patient.interventions[1];
    disperse.duration = Some(2);
    disperse.option = Some(Choice {
        side: Side::Repression,
        cost: 0.0,
        again: Some(6),
    });
    let taken = answers(&patient);
    assert!(taken.len() > 1, "{taken:?}");
    assert!(taken.windows(2).all(|pair| pair[1].0 >= pair[0].0 + 8), "{taken:?}");
}

#[test]
fn who_refuses_to_talk_does_not_concede_and_is_not_believed() {
    let mut closed = country(Some(3));
    closed.interventions.push(Intervention {
        when: When::At(0),
        effect: vec![to(Lever::TalksClosed, 1.0)],
        ..intervention("no-talks", 2)
    });
    let taken: Vec<String> = answers(&closed).into_iter().map(|(_, id)| id).collect();
    assert!(
        !taken.is_empty() && taken.iter().all(|id| id == "disperse" || id == "emergency"),
        "{taken:?}"
    );
    closed.policy = Policy::Timeline;
    let mut engine = Engine::new(&closed, &Dice::new(3, 0));
    (0..96).for_each(|_| engine.tick());
    assert_eq!(
        engine.world.interventions[2].trust, 0.0,
        "a dismissal after the refusal"
    );
}

#[test]
fn each_change_of_course_costs_credibility() {
    let mut wavering = country(Some(3));
    wavering.rules.government.substitution = 100.0;
    let mut engine = Engine::new(&wavering, &Dice::new(3, 0));
    (0..96).for_each(|_| engine.tick());
    let changes = engine.world.deliberation.changes;
    let last = wavering
        .interventions
        .iter()
        .zip(&engine.world.interventions)
        .filter(|(i, _)| i.is_concession())
        .filter_map(|(_, progress)| progress.announced.map(|_| progress.trust))
        .fold(1.0, f64::min);
    assert!(changes > 0, "{:?}", answers(&wavering));
    let powers: Vec<f64> = (0..=changes).map(|n| libm::pow(0.8, f64::from(n))).collect();
    assert!(powers.contains(&last), "{last} is none of {powers:?}");
}

#[test]
fn an_option_is_written_as_such_and_mistakes_are_told() {
    let scenario = |more: &str| {
        let text = format!(
            "schema_version = 1\nstart = 2030-01-01T00:00:00\nzone = \"UTC\"\nticks = 10\n\
             [government]\npolicy = \"reactive\"\n\
             [[region]]\nid = \"north\"\npopulation = 10\n{more}"
        );
        Scenario::from_text("menu.toml", &text).expect("syntax").compile()
    };
    let action = "[[action]]\nid = \"a\"\nkind = \"appeal\"\nwhen = 2030-01-01T01:00:00\n";
    let model = scenario(&format!(
        "{action}option = \"concession\"\ncost = 0.3\ncooldown = \"2h\"\n"
    ));
    let model = model.expect("valid");
    let choice = Choice {
        side: Side::Concession,
        cost: 0.3,
        again: Some(2),
    };
    assert_eq!(
        (model.policy, model.interventions[0].option),
        (Policy::Reactive, Some(choice))
    );
    let told = scenario(&format!("{action}cost = 0.3\n")).unwrap_err().to_string();
    assert!(told.contains("`cost` is of no use without `option`"), "{told}");
    let shock = action.replace("[[action]]", "[[shock]]");
    let told = scenario(&format!("{shock}option = \"repression\"\n"))
        .unwrap_err()
        .to_string();
    assert!(told.contains("a shock is nobody's option"), "{told}");
}
