//! A trial of a country before it is studied: is it calm as long as nothing happens, and does what happens move anybody?
//! Where not, the attributes of its regions are set one after another to what is usual, and each trial is run again: the
//! attribute that changes the answer is the one to look at. No formula of the model is repeated here.

use crate::dice::Dice;
use crate::metric::Metric;
use crate::sim::model::{Distribution, Model, Region};
use crate::sim::policy::When;
use crate::sim::tick::Engine;

/// An attribute of a region that decides whether anybody goes out.
pub struct Attribute {
    /// Its key in a scenario.
    pub key: &'static str,
    /// What it is in a region.
    pub of: fn(&Region) -> f64,
    /// Lowest, usual and highest value in the regions of each shipped country; a test holds this to the scenarios.
    pub shipped: &'static [(&'static str, [f64; 3])],
    set: fn(&mut Region, f64),
    /// Whether more of it brings more people out.
    rises: bool,
}

/// The attributes that are tried, the likeliest first.
pub const ATTRIBUTES: &[Attribute] = &[
    Attribute {
        key: "legitimacy",
        of: |region| region.legitimacy,
        shipped: &[
            ("kazakhstan-2022", [0.459, 0.509, 0.515]),
            ("chile-2019", [0.46, 0.46, 0.46]),
            ("ecuador-2019", [0.46, 0.46, 0.46]),
        ],
        set: |region, value| region.legitimacy = value,
        rises: false,
    },
    Attribute {
        key: "exposure",
        of: |region| region.exposure,
        shipped: &[
            ("kazakhstan-2022", [0.08, 0.15, 0.8]),
            ("chile-2019", [0.0, 0.0, 0.5]),
            ("ecuador-2019", [0.35, 0.4, 0.45]),
        ],
        set: |region, value| region.exposure = value,
        rises: true,
    },
    Attribute {
        key: "hardship",
        of: |region| mean(&region.hardship.distribution()),
        shipped: EVEN,
        set: |region, _| region.hardship = SPREAD.into(),
        rises: true,
    },
    Attribute {
        key: "discontent",
        of: |region| mean(&region.discontent.distribution()),
        shipped: EVEN,
        set: |region, _| region.discontent = SPREAD.into(),
        rises: true,
    },
    Attribute {
        key: "risk_aversion",
        of: |region| mean(&region.risk_aversion.distribution()),
        shipped: EVEN,
        set: |region, _| region.risk_aversion = SPREAD.into(),
        rises: false,
    },
    Attribute {
        key: "temperature",
        of: |region| region.temperature,
        shipped: &[
            ("kazakhstan-2022", [-16.0, -10.5, -0.5]),
            ("chile-2019", [7.0, 12.0, 12.0]),
            ("ecuador-2019", [12.0, 20.0, 20.0]),
        ],
        set: |region, value| region.temperature = value,
        rises: true,
    },
];

/// All shipped countries leave the traits of people evenly spread.
const EVEN: &[(&str, [f64; 3])] = &[
    ("kazakhstan-2022", [0.5; 3]),
    ("chile-2019", [0.5; 3]),
    ("ecuador-2019", [0.5; 3]),
];
const SPREAD: Distribution = Distribution::Uniform { low: 0.0, high: 1.0 };

/// The mean of a distribution, before it is cut to 0..1.
fn mean(distribution: &Distribution) -> f64 {
    match *distribution {
        Distribution::Uniform { low, high } => 0.5 * (low + high),
        Distribution::Normal { mean, .. } => mean,
        Distribution::Beta { alpha, beta } => alpha / (alpha + beta),
    }
}

impl Attribute {
    /// The lowest and the highest value in the regions of a country.
    pub fn range(&self, model: &Model) -> (f64, f64) {
        let values = model.regions.iter().map(self.of);
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        })
    }

    /// The lowest and the highest value in the regions of all shipped countries.
    pub fn shipped_range(&self) -> (f64, f64) {
        let all = self.shipped.iter().map(|(_, [low, _, high])| (*low, *high));
        all.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or((0.0, 0.0))
    }

    /// The end of the shipped range at which most, or fewest, people go out.
    fn end(&self, most: bool) -> f64 {
        let (low, high) = self.shipped_range();
        if most == self.rises { high } else { low }
    }
}

/// What a trial showed.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// People out without any shock or action.
    pub null: Out,
    /// People out with them, until four weeks after the first of them.
    pub short: Out,
    /// The first tick in which a shock, or an action where there is no shock, is announced; `None` if none has a time.
    pub cause: Option<u32>,
    /// If it was not calm without its cause, or nobody was out with it: the same with each attribute at the end of the
    /// shipped range that would put it right.
    pub tried: Vec<Tried>,
    /// Regions in which no force is based.
    pub unpoliced: Vec<String>,
    /// Length of the trials in ticks: without and with what happens.
    pub ticks: (u32, u32),
}

/// A trial with an attribute of all regions set to one value.
#[derive(Clone, Debug, PartialEq)]
pub struct Tried {
    /// Key of the attribute.
    pub key: &'static str,
    /// Its value.
    pub value: f64,
    /// People out then.
    pub out: Out,
    /// Whether that alone put it right.
    pub helps: bool,
}

/// How many were out in a trial.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Out {
    /// Most people at once.
    pub most: f64,
    /// The region in which most were out.
    pub region: usize,
    /// The first tick in which more were out than a calm country has.
    pub first: Option<u32>,
}

impl Trial {
    /// Whether people were out without a cause.
    pub fn precedes(&self) -> bool {
        let before = |cause: u32| self.short.first.is_some_and(|first| first < cause);
        self.null.first.is_some() || self.cause.is_some_and(before)
    }

    /// Whether nobody was out whatever happened.
    pub fn nothing_moves(&self) -> bool {
        self.short.first.is_none()
    }
}

/// Of every 10,000 residents, so many are out at once in a country that is calm: nobody would speak of them.
pub const CALM: f64 = 1.0;

/// A week is long enough for a country that is not calm to show it, and four for what happens to move somebody.
const HOURS: (u32, u32) = (168, 672);

/// Try a country, on the dice of a seed.
pub fn trial(model: &Model, seed: u64) -> Trial {
    let ticks = |hours: u32| hours * 60 / model.clock.tick_minutes;
    let null_model = Model {
        interventions: Vec::new(),
        ..model.clone()
    };
    let at = |when: &When| match when {
        When::At(tick) => Some(*tick),
        _ => None,
    };
    let cause = model
        .interventions
        .iter()
        .filter_map(|intervention| at(&intervention.when))
        .min();
    let ticks = (
        ticks(HOURS.0).min(model.clock.ticks),
        (cause.unwrap_or(0) + ticks(HOURS.1)).min(model.clock.ticks),
    );
    let dice = Dice::new(seed, 0);
    let (null, short) = (out(&null_model, &dice, ticks.0), out(model, &dice, ticks.1));
    let tried = |model: &Model, ticks: u32, most: bool| -> Vec<Tried> {
        let each = ATTRIBUTES.iter().map(|attribute| {
            let value = attribute.end(most);
            let mut other = model.clone();
            other
                .regions
                .iter_mut()
                .for_each(|region| (attribute.set)(region, value));
            let out = out(&other, &dice, ticks);
            Tried {
                key: attribute.key,
                value,
                helps: out.first.is_some() == most,
                out,
            }
        });
        each.collect()
    };
    let policed = |region: usize| {
        model
            .forces
            .iter()
            .any(|force| force.region == region && force.officers > 0)
    };
    Trial {
        tried: match (null.first, short.first) {
            (Some(_), _) => tried(&null_model, ticks.0, false),
            (None, None) => tried(model, ticks.1, true),
            (None, Some(_)) => Vec::new(),
        },
        unpoliced: (0..model.regions.len())
            .filter(|region| !policed(*region))
            .map(|region| model.regions[region].id.clone())
            .collect(),
        null,
        short,
        cause,
        ticks,
    }
}

fn out(model: &Model, dice: &Dice, ticks: u32) -> Out {
    let people: f64 = model.regions.iter().map(|region| f64::from(region.population)).sum();
    let mut engine = Engine::new(model, dice);
    let (mut seen, mut there) = (Out::default(), 0.0);
    for tick in 0..ticks {
        engine.tick();
        let now = engine.readings.get(Metric::Participants, None);
        seen.most = seen.most.max(now);
        if seen.first.is_none() && now > CALM * people / 10_000.0 {
            seen.first = Some(tick);
        }
        for region in 0..model.regions.len() {
            let here = engine.readings.get(Metric::Participants, Some(region));
            if here > there {
                (seen.region, there) = (region, here);
            }
        }
    }
    seen
}
