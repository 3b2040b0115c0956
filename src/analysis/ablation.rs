//! What each action did: outcomes with it against outcomes without it, in the same worlds.

use super::contrast::{Asked, Contrast, adjust};
use super::shapley::{Contribution, contributions, exact};
use super::worlds::{self, Answer, Worlds};
use crate::table::{Column, Table};

/// What is taken away at once: an action, or a group of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Ablated {
    /// Its name.
    pub name: String,
    /// The arm in which it never happens.
    pub arm: String,
    /// The actions of it.
    pub actions: Vec<String>,
    /// What waits for one of them, and so never happens either.
    pub with_it: Vec<String>,
}

/// How what all actions do together is shared out.
#[derive(Clone, Debug, PartialEq)]
pub enum Shared {
    /// By every coalition: the arm in which those are away whose bits are set, of places among what is ablated.
    Exactly(Vec<String>),
    /// By random orders of removal.
    Estimated(Orders),
}

/// Random orders of removal, with the arm at which each step of each order arrives: the baseline first, then one for
/// each action that is taken away.
#[derive(Clone, Debug, PartialEq)]
pub struct Orders {
    /// The orders, of places among what is ablated.
    pub orders: Vec<Vec<usize>>,
    /// The names of the arms, one more than places in each order.
    pub arms: Vec<Vec<String>>,
}

/// What an action did to an outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// The place among what was asked to be ablated.
    pub ablated: usize,
    /// The place among the outcomes.
    pub outcome: usize,
    /// With it against without it, its difference being what it did; `None` if the outcome is never defined.
    pub contrast: Option<Contrast>,
    /// Its part beside the others, if it was asked for and the outcome is always defined.
    pub contribution: Option<Contribution>,
    /// What it did in plausible worlds; `None` if all replicates are of one.
    pub worlds: Option<Answer>,
}

/// What each action did to each outcome: outcome by outcome, the largest effect first.
///
/// `outcomes` has the rows of `outcomes.csv`, run in these worlds if there are any.
///
/// # Panics
/// If the table lacks an outcome or the column `arm`, or if an arm has not as many rows as the baseline.
pub fn effects(
    outcomes: &Table,
    baseline: &str,
    ablated: &[Ablated],
    asked: &[Asked],
    shared: Option<&Shared>,
    in_worlds: Option<&Worlds>,
) -> Vec<Effect> {
    let arm_of = outcomes.column("arm").expect("outcomes have a column `arm`");
    let mut rows = std::collections::BTreeMap::<&str, Vec<usize>>::new();
    for row in 0..outcomes.rows() {
        rows.entry(arm_of.text(row)).or_default().push(row);
    }
    let replicate_of = outcomes
        .column("replicate")
        .expect("outcomes have a column `replicate`");
    let replicates: Vec<u32> = rows[baseline]
        .iter()
        .map(|&row| replicate_of.number(row) as u32)
        .collect();
    let mut all = Vec::new();
    for (number, outcome) in asked.iter().enumerate() {
        let column = outcomes.column(&outcome.name).expect("a column for each outcome");
        let values: std::collections::BTreeMap<&str, Vec<f64>> = rows
            .iter()
            .map(|(arm, rows)| (*arm, rows.iter().map(|&row| column.number(row)).collect()))
            .collect();
        let whole = values.values().flatten().all(|value| value.is_finite());
        let shared = shared.filter(|_| whole).map(|shared| match shared {
            Shared::Exactly(arms) => exact(ablated.len(), |away| &values[arms[away].as_str()]),
            Shared::Estimated(orders) => contributions(&orders.orders, |order, removed| {
                &values[orders.arms[order][removed].as_str()]
            }),
        });
        let did = |one: &Ablated, worlds: &Worlds| {
            let (with, without) = (&values[baseline], &values[one.arm.as_str()]);
            let effects = with.iter().zip(without).map(|(with, without)| with - without);
            worlds::answer(worlds, &replicates.iter().copied().zip(effects).collect::<Vec<_>>())
        };
        let mut effects: Vec<Effect> = ablated
            .iter()
            .enumerate()
            .map(|(place, one)| Effect {
                ablated: place,
                outcome: number,
                contrast: Contrast::of(&values[one.arm.as_str()], &values[baseline]),
                contribution: shared.as_ref().map(|shared| shared[place]),
                worlds: in_worlds.and_then(|worlds| did(one, worlds)),
            })
            .collect();
        let size = |effect: &Effect| {
            effect
                .contrast
                .as_ref()
                .map_or(-1.0, |contrast| contrast.difference.abs())
        };
        effects.sort_by(|a, b| size(b).total_cmp(&size(a)).then(a.ablated.cmp(&b.ablated)));
        all.extend(effects);
    }
    adjust(all.iter_mut().filter_map(|effect| effect.contrast.as_mut()));
    all
}

/// Effects as a table, one row each: `ablation.csv`. What is not defined is not a number.
pub fn table(effects: &[Effect], ablated: &[Ablated], asked: &[Asked]) -> Table {
    let text = |get: &dyn Fn(&Effect) -> String| Column::Text(effects.iter().map(get).collect());
    let number = |get: fn(&Contrast) -> f64| {
        let value = |effect: &Effect| effect.contrast.as_ref().map_or(f64::NAN, get);
        Column::Float(effects.iter().map(value).collect())
    };
    let count = |get: fn(&Contrast) -> usize| {
        let value = |effect: &Effect| effect.contrast.as_ref().map_or(0, get) as i64;
        Column::Int(effects.iter().map(value).collect())
    };
    let mut columns = vec![
        ("outcome", text(&|effect| asked[effect.outcome].name.clone())),
        ("unit", text(&|effect| asked[effect.outcome].unit.clone())),
        ("action", text(&|effect| ablated[effect.ablated].name.clone())),
        ("never", text(&|effect| ablated[effect.ablated].actions.join(" "))),
        (
            "never_with_it",
            text(&|effect| ablated[effect.ablated].with_it.join(" ")),
        ),
        ("pairs", count(|c| c.pairs)),
        ("median_with", number(|c| c.arm.median)),
        ("median_without", number(|c| c.baseline.median)),
        ("effect", number(|c| c.difference)),
        ("effect_low", number(|c| c.interval.map_or(f64::NAN, |i| i.low))),
        ("effect_high", number(|c| c.interval.map_or(f64::NAN, |i| i.high))),
        ("p", number(|c| c.p.unwrap_or(f64::NAN))),
        ("p_adjusted", number(|c| c.p_adjusted.unwrap_or(f64::NAN))),
        ("lower_with", count(|c| c.lower)),
        ("higher_with", count(|c| c.higher)),
        ("p_sign", number(|c| c.p_sign)),
    ];
    if effects.iter().any(|effect| effect.contribution.is_some()) {
        let of = |get: fn(&Contribution) -> f64| {
            let value = |effect: &Effect| effect.contribution.as_ref().map_or(f64::NAN, get);
            Column::Float(effects.iter().map(value).collect())
        };
        columns.extend([
            ("shapley", of(|c| c.value)),
            ("shapley_low", of(|c| c.interval.map_or(f64::NAN, |i| i.low))),
            ("shapley_high", of(|c| c.interval.map_or(f64::NAN, |i| i.high))),
            ("shapley_share", of(|c| c.share.unwrap_or(f64::NAN))),
            (
                "shapley_share_low",
                of(|c| c.share_interval.map_or(f64::NAN, |i| i.low)),
            ),
            (
                "shapley_share_high",
                of(|c| c.share_interval.map_or(f64::NAN, |i| i.high)),
            ),
        ]);
    }
    if effects.iter().any(|effect| effect.worlds.is_some()) {
        columns.extend(worlds::columns(
            &effects.iter().map(|effect| effect.worlds.as_ref()).collect::<Vec<_>>(),
        ));
    }
    Table::new(columns)
}

impl Effect {
    /// Whether it can be told from chance, asked for alone.
    pub fn is_clear(&self) -> bool {
        self.contrast.as_ref().is_some_and(Contrast::is_clear)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effects_are_with_minus_without_and_the_largest_comes_first() {
        let arms = ["base", "a", "b", "both", "base", "a", "b", "both"];
        let outcomes = Table::new(vec![
            ("arm", Column::Text(arms.map(str::to_owned).to_vec())),
            ("replicate", Column::Int(vec![0, 0, 0, 0, 1, 1, 1, 1])),
            ("dead", Column::Float(vec![10.0, 9.0, 4.0, 3.0, 20.0, 19.0, 16.0, 15.0])),
        ]);
        let one = |name: &str| Ablated {
            name: name.to_owned(),
            arm: name.to_owned(),
            actions: vec![name.to_owned()],
            with_it: Vec::new(),
        };
        let ablated = [one("a"), one("b")];
        let asked = [Asked {
            name: "dead".to_owned(),
            label: "killed".to_owned(),
            unit: "people".to_owned(),
        }];
        let path = |arms: [&str; 3]| arms.map(str::to_owned).to_vec();
        let orders = Orders {
            orders: vec![vec![0, 1], vec![1, 0]],
            arms: vec![path(["base", "a", "both"]), path(["base", "b", "both"])],
        };
        let worlds = Worlds {
            keys: vec!["x".to_owned()],
            rows: vec![vec!["1".to_owned()], vec!["2".to_owned()]],
        };
        let shared = Shared::Estimated(orders);
        let effects = effects(&outcomes, "base", &ablated, &asked, Some(&shared), Some(&worlds));
        let answer = effects[0].worlds.as_ref().unwrap();
        assert_eq!((answer.worlds, answer.lower, answer.higher), (2, 0, 2));
        let told: Vec<_> = effects
            .iter()
            .map(|effect| {
                let (contrast, contribution) = (effect.contrast.as_ref().unwrap(), effect.contribution.unwrap());
                (effect.ablated, contrast.difference, contrast.higher, contribution.value)
            })
            .collect();
        assert_eq!(told, [(1, 5.0, 2, 5.0), (0, 1.0, 2, 1.0)]);
        assert!((effects[0].contribution.unwrap().share.unwrap() - 5.0 / 6.0).abs() < 1e-12);
        // Both differences of `a` are 1; those of `b`, 6 and 4, are two numbers only.
        assert_eq!(effects.iter().map(Effect::is_clear).collect::<Vec<_>>(), [false, true]);
        let table = table(&effects, &ablated, &asked);
        assert_eq!(table.column("action").unwrap().text(0), "b");
        assert_eq!(table.column("effect").unwrap().number(1), 1.0);
    }
}
