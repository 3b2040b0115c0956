//! Why people go out and why they turn violent. Both decisions are linear forms ([`crate::sim::weights`]), so what pushed
//! and what held back are the terms of a sum, and nothing about them is an estimate.
//!
//! A mean over all residents would tell of people who never come near a square. So the parts are means over those at the
//! **margin**: of going out, the keenest hundredth of a region's residents; of violence, the keenest tenth of these.
//! The same dice give the same run again, so nothing has to be recorded for it ([`explain`]); a run that is asked to keeps
//! it all the same, tick by tick ([`Asked`]), and is no other run for that.

mod margin;

use std::sync::LazyLock;

use rayon::prelude::*;

use self::margin::{Area, Means};
use super::model::Model;
use super::rules::SCALE;
use super::tick::Engine;
use super::tick::perceive::View;
use super::world::World;
use crate::dice::Dice;
use crate::metric::Metric;

/// What going out is made of, in the order of `a h + b p - c r + d`, and what the engine's steps leave over.
#[rustfmt::skip]
pub const TURNOUT: [&str; 22] = [
    "background", "banks", "price", "discontent", "participation", "police", "fear", "crowd", "belief", "coordination",
    "rumour", "reassurance", "narrative", "danger", "threshold", "hour", "cold", "curfew", "acquaintances", "anger",
    "way", "rounding",
];
/// What violence is made of, in the order of `v - e r + f`, and what the engine's steps leave over.
#[rustfmt::skip]
pub const VIOLENCE: [&str; 11] = [
    "disposition", "fear", "overstretch", "surprise", "arms", "isolation", "darkness", "reluctance", "discipline",
    "anger", "rounding",
];

/// The columns of `explain.csv`: of each decision its parts, what they add up to, and the share who want to.
pub fn columns() -> &'static [String] {
    static COLUMNS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let of = |decision: &'static str, parts: &'static [&'static str]| {
            let all = parts.iter().copied().chain(["utility", "willing"]);
            all.map(move |part| format!("{decision}_{part}"))
        };
        of("turnout", &TURNOUT).chain(of("violence", &VIOLENCE)).collect()
    });
    &COLUMNS
}

/// A decision, as those at its margin weigh it.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// What pushed them (above zero) and what held them back, in utility: means over the margin, in steps of 0.00001.
    pub parts: Vec<(&'static str, f64)>,
    /// What the parts add up to. Whoever has more than zero acts.
    pub utility: f64,
    /// Share of the residents who want to go out; of these, share who want to be violent there. Not a number where nobody
    /// wants to go out.
    pub willing: f64,
}

/// What decided in a region in a tick.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// Going out for a cause.
    pub turnout: Decision,
    /// Violence of those who are out.
    pub violence: Decision,
}

impl Moment {
    /// Its numbers, in the order of [`columns`].
    pub fn values(&self) -> Vec<f64> {
        let of = |decision: &Decision| {
            let parts = decision.parts.iter().map(|part| part.1);
            parts.chain([decision.utility, decision.willing]).collect::<Vec<_>>()
        };
        [of(&self.turnout), of(&self.violence)].concat()
    }

    /// The moment of these numbers, in the same order.
    ///
    /// # Panics
    /// If there are fewer.
    pub fn of(values: &[f64]) -> Moment {
        let decision = |names: &[&'static str], values: &[f64]| Decision {
            parts: names.iter().copied().zip(values.iter().copied()).collect(),
            utility: values[names.len()],
            willing: values[names.len() + 1],
        };
        let (turnout, violence) = values.split_at(TURNOUT.len() + 2);
        Moment {
            turnout: decision(&TURNOUT, turnout),
            violence: decision(&VIOLENCE, violence),
        }
    }
}

/// What decided in these ticks and areas, in their order, and how many people were out and violent by then.
pub fn explain(model: &Model, dice: &Dice, at: &[(u32, usize)]) -> Vec<(Moment, [f64; 2])> {
    let mut engine = Engine::new(model, dice);
    let mut asked: Vec<_> = at
        .iter()
        .enumerate()
        .map(|(order, &(tick, area))| (tick, order, Area::of(model, dice, &engine.world, area)))
        .collect();
    asked.sort_by_key(|(tick, order, _)| (*tick, *order));
    let mut found: Vec<(usize, Moment, [f64; 2])> = Vec::new();
    for (tick, order, mut area) in asked {
        while engine.tick <= tick {
            engine.tick();
        }
        let crowd = [Metric::Participants, Metric::Violent];
        let crowd = crowd.map(|metric| engine.readings.get(metric, Some(area.number)));
        found.push((order, moment(&engine, &mut area), crowd));
    }
    found.sort_by_key(|(order, ..)| *order);
    found.into_iter().map(|(_, moment, crowd)| (moment, crowd)).collect()
}

/// Residents of all regions who are asked, tick after tick.
pub struct Asked(Vec<Area>);

impl Asked {
    /// Those of a world.
    pub fn of(model: &Model, dice: &Dice, world: &World) -> Asked {
        let regions = (0..model.regions.len()).into_par_iter();
        Asked(regions.map(|region| Area::of(model, dice, world, region)).collect())
    }

    /// What decided in each region in the tick that has just ended.
    pub fn moments(&mut self, engine: &Engine) -> Vec<Moment> {
        self.0.par_iter_mut().map(|region| moment(engine, region)).collect()
    }
}

/// What decided in an area in the tick that has just ended. Since a tick's views are formed, nothing has changed them.
fn moment(engine: &Engine, area: &mut Area) -> Moment {
    let margin = area.margin(engine);
    let going_out = mean_terms(engine, &margin.keenest.by_place, going_out);
    let violent = mean_terms(engine, &margin.angriest.by_place, turning_violent);
    let fighting = margin.would_fight as f64 / margin.would as f64;
    Moment {
        turnout: decision(
            going_out,
            margin.keenest.utility,
            margin.would as f64 / area.residents() as f64,
        ),
        violence: decision(violent, margin.angriest.utility, fighting),
    }
}

/// The terms of a decision as means over people of several places.
fn mean_terms(engine: &Engine, by_place: &[(usize, Means)], of: fn(&Model, &View, &Means) -> Terms) -> Terms {
    let people: f64 = by_place.iter().map(|(_, means)| means.people).sum();
    let mut all = Terms::new();
    for (place, means) in by_place {
        let terms = of(engine.model, &engine.perception.views[*place], means);
        all.resize(terms.len(), ("", 0.0));
        for (sum, (name, term)) in all.iter_mut().zip(terms) {
            *sum = (name, sum.1 + means.people / people * term);
        }
    }
    all
}

/// Terms of a decision.
type Terms = Vec<(&'static str, f64)>;

/// The terms of going out, in the order of [`TURNOUT`].
fn going_out(model: &Model, view: &View, people: &Means) -> Terms {
    let rules = &model.rules.turnout;
    let hardship = view.hardship.parts.iter();
    let costs = view.cost.parts.iter();
    hardship
        .map(|&(name, weight)| (name, weight * people.h))
        .chain([("discontent", view.discontent * people.p)])
        .chain(costs.map(|&(name, weight)| (name, -weight * people.r)))
        .chain([("fear", -rules.fear_weight * people.feared)])
        .chain(view.turnout.parts)
        .chain([
            ("acquaintances", rules.acquaintance_weight * people.known),
            ("anger", rules.backlash_weight * people.anger),
            ("way", -people.way),
        ])
        .collect()
}

/// The terms of violence, in the order of [`VIOLENCE`].
fn turning_violent(model: &Model, view: &View, people: &Means) -> Terms {
    let rules = &model.rules.violence;
    [("disposition", people.v), ("fear", -rules.fear_weight * people.feared)]
        .into_iter()
        .chain(view.violence.parts)
        .chain([("anger", rules.backlash_weight * people.anger)])
        .collect()
}

/// A decision of these terms, which come to so many of the engine's steps. What rounding to these leaves over, and to
/// the steps of the terms, is its last part.
fn decision(terms: Terms, steps: f64, willing: f64) -> Decision {
    // Plus zero, as minus zero reads like something.
    let in_steps = |value: f64| (value * 1e5).round() / 1e5 + 0.0;
    let utility = in_steps(steps / (255.0 * SCALE));
    let mut parts: Vec<_> = terms.into_iter().map(|(name, term)| (name, in_steps(term))).collect();
    let told: f64 = parts.iter().map(|(_, part)| part).sum();
    parts.push(("rounding", in_steps(utility - told)));
    Decision {
        parts,
        utility,
        willing: (willing * 1e7).round() / 1e7,
    }
}
