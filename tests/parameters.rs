//! Every parameter of the rules matters: a country in which everything happens has another history when it is changed.

use crate::worlds::{intervention, police, restless, site, to};
use qantar::dice::Dice;
use qantar::metric::Readings;
use qantar::sim::forms::Forms;
use qantar::sim::model::{Distribution, Force, Model, SiteKind};
use qantar::sim::parameters::{Parameter, Rules};
use qantar::sim::policy::{Choice, Contingent, ForceKind, Intervention, Lever, Policy, Side, When};
use qantar::sim::tick::Engine;

/// Parameters that no formula reads; the documentation says so. The list can only become shorter.
const WITHOUT_EFFECT: &[&str] = &[];

/// The restless country with forces of every kind, foreign guards, volunteers, a shutdown, a concession, frost,
/// and a rumour that is denied; its two regions are reached by air or by road.
pub fn everything(by_air: bool) -> Model {
    let mut model = restless(96);
    model.regions[0].temperature = -20.0;
    for kind in [ForceKind::Special, ForceKind::Guard, ForceKind::Army] {
        let force = |region, officers| Force {
            id: format!("{}-{region}", kind.name()),
            kind,
            ..police(region, officers)
        };
        model.forces.extend([force(0, 30), force(1, 30)]);
    }
    model.sites.push(site("north-airport", SiteKind::Airport, 0, 0));
    // Where there is an airport nobody is drawn to it, so that it stays open.
    for airport in model.sites.iter_mut().filter(|site| site.kind == SiteKind::Airport) {
        (airport.appeal, airport.loss.airlift) = (0.0, by_air);
    }
    let guards = |force: ForceKind| Contingent {
        id: force.name().to_owned(),
        force,
        officers: 8,
        place: 0,
        guards: true,
        decision_ticks: 0,
        willing: 1.0,
        travel_ticks: 1,
    };
    let at = |id: &str, tick| Intervention {
        when: When::At(tick),
        ..intervention(id, 2)
    };
    model.interventions.extend([
        Intervention {
            contingents: vec![guards(ForceKind::External), guards(ForceKind::Volunteers)],
            ..at("guards", 2)
        },
        Intervention {
            effect: vec![to(Lever::Connectivity, 0.2), to(Lever::GovernmentRelief, 0.6)],
            ..at("shutdown-and-resignation", 20)
        },
        Intervention {
            duration: Some(12),
            effect: vec![to(Lever::Rumour, 0.3)],
            ..at("rumour", 5)
        },
        Intervention {
            effect: vec![to(Lever::Denial, 0.5)],
            ..at("denial", 14)
        },
    ]);
    model
}

/// With this form of every mechanism, or its last one, as lively as with the first.
fn rival(mut model: Model, form: usize) -> Model {
    model.rules.perception.crowd_half = 12.0;
    model.interventions.push(Intervention {
        effect: vec![to(Lever::Armed, 5.0)],
        ..intervention("armed", 2)
    });
    for mechanism in Forms::TABLE {
        (mechanism.choose)(&mut model.rules.forms, form.min(mechanism.rivals.len() - 1));
    }
    model
}

/// The restless country under a government that answers, whose officers waver with the elite; its airport is left by
/// its guards, is lost, and is retaken by force.
fn answering() -> Model {
    let mut model = restless(96);
    for force in &mut model.forces {
        force.loyalty = Distribution::Normal { mean: 0.4, sd: 0.2 }.into();
    }
    model.rules.services.airport_hours = 6.0;
    let at = |id: &str, tick, effect| Intervention {
        when: When::At(tick),
        effect,
        ..intervention(id, 2)
    };
    model.interventions.push(Intervention {
        duration: Some(30),
        ..at("guards-leave", 0, vec![to(Lever::StandDown, 1.0)])
    });
    let retake = vec![to(Lever::RetakePower, 30.0), to(Lever::Cohesion, -0.5)];
    model.interventions.push(at("split-and-counterattack", 30, retake));
    // Each option lasts one decision and is open again at the next, so that the scales are read many times.
    let option = |id: &str, side, cost, effect| Intervention {
        duration: Some(3),
        option: Some(Choice {
            side,
            cost,
            again: Some(1),
        }),
        ..at(id, 0, effect)
    };
    let mut menu = vec![
        option("promise", Side::Concession, 0.10, vec![to(Lever::PricePromise, 0.3)]),
        option("relief", Side::Concession, 0.15, vec![to(Lever::GovernmentRelief, 0.3)]),
        option("contain", Side::Repression, 0.10, vec![to(Lever::ArrestPower, 2.0)]),
        option("disperse", Side::Repression, 0.15, vec![to(Lever::Order, 2.0)]),
    ];
    // In one region the protest weighs as much as it weighs there.
    menu[1].places = vec![true, false];
    menu[3].places = vec![false, true];
    model.interventions.extend(menu);
    model.policy = Policy::Reactive;
    let g = &mut model.rules.government;
    (g.decision_hours, g.tolerance, g.crowd_reference, g.duration_reference) = (4.0, 0.1, 1_000.0, 12.0);
    (g.size_weight, g.duration_weight, g.spread_weight, g.site_weight) = (0.1, 0.3, 0.1, 0.1);
    (g.concession_cost, g.repression_cost, g.substitution, g.inconsistency) = (1.0, 1.0, 0.5, 0.2);
    (g.scope_weight, g.violence_weight, g.history_weight) = (1.0, 1.0, 1.0);
    (g.peaceful_weight, g.anger_weight, g.refusal_weight) = (1.0, 1.0, 2.0);
    g.cohesion_loyalty = 0.2;
    model
}

/// Its readings, tick by tick.
fn history(model: &Model, replicate: u32) -> impl Iterator<Item = Readings> {
    let mut engine = Engine::new(model, &Dice::new(7, replicate));
    (0..model.clock.ticks).map(move |_| {
        engine.tick();
        engine.readings.clone()
    })
}

#[test]
fn every_parameter_has_an_effect_in_a_country_where_everything_happens() {
    let countries = [
        everything(true),
        everything(false),
        answering(),
        rival(everything(true), 1),
        rival(everything(true), 2),
    ];
    let before = countries
        .each_ref()
        .map(|country| [0, 1, 2, 3, 4, 5, 6, 7].map(|replicate| history(country, replicate).collect::<Vec<_>>()));
    let moves = |parameter: &&Parameter| {
        let key = format!("{}.{}", parameter.group, parameter.name);
        let read = |country: &Model| country.rules.forms.that_reads(&key).is_none();
        countries
            .iter()
            .zip(&before)
            .filter(|(country, _)| read(country))
            .any(|(country, before)| {
                let own = (parameter.get)(&country.rules);
                // Far up and far down: one of them must be felt, in one of a few histories, and the first tick that
                // differs is enough.
                [own * 4.0 + 0.1, own / 4.0].into_iter().any(|value| {
                    let mut other = country.clone();
                    (parameter.set)(&mut other.rules, value);
                    (0..)
                        .zip(before)
                        .any(|(replicate, before)| !history(&other, replicate).eq(before.iter().cloned()))
                })
            })
    };
    let still = Rules::TABLE.iter().filter(|parameter| !moves(parameter));
    let still: Vec<String> = still.map(|p| format!("{}.{}", p.group, p.name)).collect();
    assert_eq!(still, WITHOUT_EFFECT);
}
