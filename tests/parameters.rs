//! Every parameter of the rules matters: a country in which everything happens has another history when it is changed.

mod worlds;

use qantar::dice::Dice;
use qantar::metric::Readings;
use qantar::sim::model::Model;
use qantar::sim::model::{Force, SiteKind};
use qantar::sim::parameters::{Parameter, Rules};
use qantar::sim::policy::{Contingent, ForceKind, Intervention, Lever, When};
use qantar::sim::tick::Engine;
use worlds::{intervention, police, restless, site, to};

/// Parameters that no formula reads; the documentation says so. The list can only become shorter.
const WITHOUT_EFFECT: &[&str] = &[];

/// The restless country with forces of every kind, foreign guards, volunteers, a shutdown and a concession; its
/// two regions are reached by air or by road.
fn everything(by_air: bool) -> Model {
    let mut model = restless(96);
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
        region: 0,
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
    ]);
    model
}

fn history(model: &Model, replicate: u32) -> Vec<Readings> {
    let mut engine = Engine::new(model, &Dice::new(7, replicate));
    let tick = |_| {
        engine.tick();
        engine.readings.clone()
    };
    (0..model.clock.ticks).map(tick).collect()
}

#[test]
fn every_parameter_has_an_effect_in_a_country_where_everything_happens() {
    let countries = [everything(true), everything(false)];
    let before = countries
        .each_ref()
        .map(|country| [0, 1, 2, 3, 4, 5, 6, 7].map(|replicate| history(country, replicate)));
    let moves = |parameter: &&Parameter| {
        countries.iter().zip(&before).any(|(country, before)| {
            let own = (parameter.get)(&country.rules);
            // Far up and far down: one of them must be felt, in one of a few histories.
            [own * 4.0 + 0.1, own / 4.0].into_iter().any(|value| {
                let mut other = country.clone();
                (parameter.set)(&mut other.rules, value);
                (0..)
                    .zip(before)
                    .any(|(replicate, before)| history(&other, replicate) != *before)
            })
        })
    };
    let still = Rules::TABLE.iter().filter(|parameter| !moves(parameter));
    let still: Vec<String> = still.map(|p| format!("{}.{}", p.group, p.name)).collect();
    assert_eq!(still, WITHOUT_EFFECT);
}
