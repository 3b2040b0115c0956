//! An answer in plausible worlds: parameter sets that a record does not rule out, of which replicate after replicate runs
//! in the next, the same in all arms. What holds in nearly all of them does not hang on what is not known; what holds
//! in some of them is open (Lempert et al. 2006, Manage. Sci. 52(4), 514-528).

use std::collections::BTreeMap;

use serde::Serialize;

use super::interval::{Interval, mean, of_share};
use super::sensitivity::pawn::spearman;
use super::spread::Spread;
use crate::table::Column;

/// Parameter sets, one for each world.
#[derive(Clone, Debug, PartialEq)]
pub struct Worlds {
    /// The parameters, by their dotted keys.
    pub keys: Vec<String>,
    /// Their values, one row for each world, as written in TOML.
    pub rows: Vec<Vec<String>>,
}

impl Worlds {
    /// The worlds of a table whose header has the dotted keys.
    ///
    /// # Errors
    /// Why the text is no such table.
    pub fn read(text: &str) -> Result<Worlds, String> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let broken = |error: csv::Error| format!("the table of worlds cannot be read: {error}");
        let keys: Vec<String> = reader.headers().map_err(broken)?.iter().map(str::to_owned).collect();
        let row =
            |row: Result<csv::StringRecord, csv::Error>| Ok(row.map_err(broken)?.iter().map(str::to_owned).collect());
        let rows: Vec<Vec<String>> = reader.records().map(row).collect::<Result<_, String>>()?;
        match rows.is_empty() || keys.iter().all(String::is_empty) {
            true => Err(
                "the table of worlds has no worlds; it has a header of dotted keys and a row for each world".to_owned(),
            ),
            false => Ok(Worlds { keys, rows }),
        }
    }

    /// The world of a replicate: worlds are taken in turn.
    pub fn of(&self, replicate: u32) -> usize {
        replicate as usize % self.rows.len()
    }

    /// What is set in the world of a replicate.
    pub fn assignments(&self, replicate: u32) -> Vec<String> {
        let row = &self.rows[self.of(replicate)];
        let pairs = self.keys.iter().zip(row);
        pairs.map(|(key, value)| format!("{key}={value}")).collect()
    }
}

/// How sure an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// One sign holds in at least 95 % of worlds.
    Robust,
    /// In at least 80 %.
    Leaning,
    /// In fewer.
    Open,
    /// It is nothing in any world.
    Same,
}

impl Verdict {
    /// The word for readers.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Robust => "robust",
            Verdict::Leaning => "leaning",
            Verdict::Open => "open",
            Verdict::Same => "same",
        }
    }
}

/// What an effect goes with.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Decides {
    /// The parameter.
    pub key: String,
    /// The rank correlation of its value with the effect over worlds.
    pub rank: f64,
    /// The value that splits the signs best.
    pub splits_at: f64,
    /// The share of worlds whose sign is told by the side of that value on which they lie.
    pub tells: f64,
    /// Its value and the effect in each world.
    #[serde(skip)]
    pub points: Vec<(f64, f64)>,
}

/// An effect in all worlds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    /// How many worlds it could be told in.
    pub worlds: usize,
    /// In how many it is below zero, on average over the dice of that world.
    pub lower: usize,
    /// In how many it is above.
    pub higher: usize,
    /// The interval of the share of worlds with the commoner sign, had other worlds been drawn.
    pub agree: Interval,
    /// The effect over worlds.
    pub effect: Spread,
    /// The share of its variance that is dice, the rest being parameters; `None` if no world has more than one replicate.
    pub dice: Option<f64>,
    /// How sure it is.
    pub verdict: Verdict,
    /// At most two parameters that it goes with, the first most; empty if none can be told from chance.
    pub decides: Vec<Decides>,
}

/// Answers as columns of a table, a row for each; of what has none they are not numbers.
pub fn columns(answers: &[Option<&Answer>]) -> Vec<(&'static str, Column)> {
    let number = |get: fn(&Answer) -> f64| Column::Float(answers.iter().map(|of| of.map_or(f64::NAN, get)).collect());
    let verdict = |of: &Option<&Answer>| of.map_or("", |answer| answer.verdict.name()).to_owned();
    vec![
        ("worlds", number(|of| of.worlds as f64)),
        ("worlds_lower", number(|of| of.lower as f64)),
        ("worlds_higher", number(|of| of.higher as f64)),
        ("worlds_median", number(|of| of.effect.median)),
        ("worlds_q05", number(|of| of.effect.low)),
        ("worlds_q95", number(|of| of.effect.high)),
        ("worlds_dice", number(|of| of.dice.unwrap_or(f64::NAN))),
        ("worlds_verdict", Column::Text(answers.iter().map(verdict).collect())),
    ]
}

/// What an effect is in all worlds, from that of each replicate; what is not finite is left out. `None` of fewer than two
/// worlds.
pub fn answer(worlds: &Worlds, effects: &[(u32, f64)]) -> Option<Answer> {
    let mut of_world: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for &(replicate, effect) in effects.iter().filter(|(_, effect)| effect.is_finite()) {
        of_world.entry(worlds.of(replicate)).or_default().push(effect);
    }
    if of_world.len() < 2 {
        return None;
    }
    let means: Vec<f64> = of_world.values().map(|all| mean(all.iter().copied())).collect();
    let count = |which: fn(f64) -> bool| means.iter().filter(|&&effect| which(effect)).count();
    let (lower, higher) = (count(|effect| effect < 0.0), count(|effect| effect > 0.0));
    let most = lower.max(higher);
    let share = most as f64 / means.len() as f64;
    let places: Vec<usize> = of_world.keys().copied().collect();
    Some(Answer {
        worlds: means.len(),
        lower,
        higher,
        agree: of_share(most, means.len()),
        effect: Spread::of(&means),
        dice: dice(&of_world.into_values().collect::<Vec<_>>()),
        verdict: match share {
            _ if most == 0 => Verdict::Same,
            nearly if nearly >= 0.95 => Verdict::Robust,
            mostly if mostly >= 0.8 => Verdict::Leaning,
            _ => Verdict::Open,
        },
        decides: decides(worlds, &places, &means),
    })
}

/// The share of the variance of single effects that is within worlds: an analysis of variance with one way.
fn dice(of_world: &[Vec<f64>]) -> Option<f64> {
    let (worlds, all) = (
        of_world.len() as f64,
        of_world.iter().map(Vec::len).sum::<usize>() as f64,
    );
    if all <= worlds {
        return None;
    }
    let around = |values: &[f64], centre: f64| values.iter().map(|value| (value - centre).powi(2)).sum::<f64>();
    let means: Vec<f64> = of_world.iter().map(|values| mean(values.iter().copied())).collect();
    let within = of_world
        .iter()
        .zip(&means)
        .map(|(values, &centre)| around(values, centre))
        .sum::<f64>()
        / (all - worlds);
    let grand = of_world.iter().flatten().sum::<f64>() / all;
    let sizes = of_world.iter().map(|values| values.len() as f64);
    let between = sizes
        .clone()
        .zip(&means)
        .map(|(size, mean)| size * (mean - grand).powi(2))
        .sum::<f64>()
        / (worlds - 1.0);
    let typical = (all - sizes.map(|size| size * size).sum::<f64>() / all) / (worlds - 1.0);
    let parameters = ((between - within) / typical).max(0.0);
    (parameters + within > 0.0).then(|| within / (parameters + within))
}

/// The parameters that an effect goes with most, of those that can be told from chance among so many.
fn decides(worlds: &Worlds, places: &[usize], effects: &[f64]) -> Vec<Decides> {
    let column = |parameter: usize| -> Option<Vec<f64>> {
        places
            .iter()
            .map(|&place| worlds.rows[place][parameter].parse().ok())
            .collect()
    };
    // Beyond this, one of so many parameters that do nothing would lie in 5 of 100 cases: normal, with Bonferroni.
    let level = (0.025 / worlds.keys.len().max(1) as f64).max(1e-9);
    let beyond = (-2.0 * libm::log(level)).sqrt() / (effects.len() as f64 - 1.0).sqrt();
    let one = |parameter: usize| {
        let values = column(parameter)?;
        let rank = spearman(&values, effects);
        let (splits_at, tells) = split(&values, effects);
        (rank.abs() > beyond).then(|| Decides {
            key: worlds.keys[parameter].clone(),
            rank,
            splits_at,
            tells,
            points: values.into_iter().zip(effects.iter().copied()).collect(),
        })
    };
    let mut all: Vec<Decides> = (0..worlds.keys.len()).filter_map(one).collect();
    all.sort_by(|a, b| b.rank.abs().total_cmp(&a.rank.abs()));
    all.truncate(2);
    all
}

/// The value that splits effects above zero from the others best, and the share that then lies on its side.
fn split(values: &[f64], effects: &[f64]) -> (f64, f64) {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let above = effects.iter().filter(|&&effect| effect > 0.0).count();
    let (mut best, mut seen) = ((values[order[0]], above.max(effects.len() - above)), 0);
    for pair in order.windows(2).enumerate() {
        let (place, [here, next]) = (pair.0, [pair.1[0], pair.1[1]]);
        seen += usize::from(effects[here] > 0.0);
        // So many lie as they should if it is above zero beyond the split; or all others, if below.
        let right = (place + 1 - seen) + (above - seen);
        let right = right.max(effects.len() - right);
        if right > best.1 && values[here] < values[next] {
            best = (0.5 * (values[here] + values[next]), right);
        }
    }
    (best.0, best.1 as f64 / effects.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worlds(count: u32) -> Worlds {
        let row = |i: u32| {
            vec![
                format!("{:?}", f64::from(i) / f64::from(count)),
                format!("{}", i * 7 % count),
            ]
        };
        Worlds {
            keys: vec!["rules.turnout.belief_weight".to_owned(), "seed_of_nothing".to_owned()],
            rows: (0..count).map(row).collect(),
        }
    }

    #[test]
    fn replicates_take_worlds_in_turn_and_the_same_dice_go_on() {
        let worlds = worlds(3);
        assert_eq!((worlds.of(2), worlds.of(3)), (2, 0));
        assert_eq!(worlds.assignments(4)[1], "seed_of_nothing=1");
    }

    #[test]
    fn what_holds_in_all_worlds_is_robust_and_what_a_parameter_decides_is_told() {
        let worlds = worlds(100);
        let always: Vec<(u32, f64)> = (0..100).map(|r| (r, -5.0 - f64::from(r % 3))).collect();
        let robust = answer(&worlds, &always).unwrap();
        assert_eq!((robust.lower, robust.higher, robust.verdict), (100, 0, Verdict::Robust));
        assert_eq!(robust.dice, None);
        let turns: Vec<(u32, f64)> = (0..100).map(|r| (r, f64::from(r) - 29.5)).collect();
        let open = answer(&worlds, &turns).unwrap();
        assert_eq!((open.lower, open.higher, open.verdict), (30, 70, Verdict::Open));
        assert_eq!(open.decides.len(), 1);
        let decides = &open.decides[0];
        assert!(
            decides.key.ends_with("belief_weight") && decides.rank > 0.999,
            "{decides:?}"
        );
        assert!(
            (decides.splits_at - 0.295).abs() < 1e-9 && decides.tells == 1.0,
            "{decides:?}"
        );
    }

    #[test]
    fn dice_and_parameters_share_the_variance() {
        let worlds = worlds(50);
        // Two replicates in each world: worlds differ with variance about 200, dice with 100.
        let effects: Vec<(u32, f64)> = (0..100)
            .map(|r| (r, f64::from(r % 50 * 3 % 50) + if r < 50 { 10.0 } else { -10.0 }))
            .collect();
        let dice = answer(&worlds, &effects).unwrap().dice.unwrap();
        // Within: 2 x 10^2 a world. Between: the means have a variance of 212.5, less half of 200.
        assert!((dice - 200.0 / (212.5 - 100.0 + 200.0)).abs() < 0.01, "{dice}");
        assert_eq!(answer(&worlds, &[(0, 1.0), (50, f64::NAN), (50, 2.0)]), None);
    }
}
