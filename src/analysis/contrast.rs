//! Arms against the baseline, replicate by replicate. All arms of a replicate have the same dice, so the difference
//! within a replicate is what the change of policy did in that world, and luck that the arms share cancels out: common
//! random numbers (Law 2015, section 11.2).

use serde::Serialize;

use super::interval::{Interval, holm, mean, of_mean, of_share_difference, sign_test};
use super::spread::Spread;
use super::worlds::{self, Answer, Worlds, answer};
use crate::table::{Column, Table};

/// An outcome in an arm against the same in the baseline.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Contrast {
    /// How many pairs there are: replicates in which the outcome is defined in both arms.
    pub pairs: usize,
    /// The outcome in the baseline.
    #[serde(rename = "spread_baseline")]
    pub baseline: Spread,
    /// The outcome in the arm; in documents it stands beside the name of the arm.
    #[serde(rename = "spread_arm")]
    pub arm: Spread,
    /// The mean over replicates of arm minus baseline.
    pub difference: f64,
    /// How sure that mean is: its 95 % interval. `None` if there is one pair, or if too few pairs differ to tell.
    pub interval: Option<Interval>,
    /// How likely so large a mean would be by chance alone; `None` where there is no interval.
    pub p: Option<f64>,
    /// The same, adjusted by Holm for all that was asked for beside it.
    pub p_adjusted: Option<f64>,
    /// The median of arm minus baseline.
    pub median_difference: f64,
    /// In how many replicates the arm is below the baseline.
    pub lower: usize,
    /// In how many it is above.
    pub higher: usize,
    /// How likely so uneven a split of lower and higher would be by chance alone: the exact sign test.
    pub p_sign: f64,
    /// The standard error of the mean difference over that of two means of independent runs; below 1 where pairing
    /// helps. `None` if nothing varies.
    pub pairing: Option<f64>,
}

impl Contrast {
    /// The contrast of an outcome of these replicates; values at one place are of one replicate. `None` if there is no
    /// replicate in which it is defined, that is finite, in both arms. Nothing is adjusted yet.
    ///
    /// # Panics
    /// If there are not as many values of the arm as of the baseline.
    pub fn of(baseline: &[f64], arm: &[f64]) -> Option<Contrast> {
        assert_eq!(baseline.len(), arm.len(), "replicates are pairs");
        let pairs = baseline.iter().zip(arm).filter(|(a, b)| a.is_finite() && b.is_finite());
        let (baseline, arm): (Vec<f64>, Vec<f64>) = pairs.unzip();
        if baseline.is_empty() {
            return None;
        }
        let differences: Vec<f64> = arm.iter().zip(&baseline).map(|(b, a)| b - a).collect();
        let told = of_mean(&differences);
        let (lower, higher) = (count(&differences, |d| d < 0.0), count(&differences, |d| d > 0.0));
        let unpaired = squares(&arm) + squares(&baseline);
        Some(Contrast {
            pairs: baseline.len(),
            difference: mean(differences.iter().copied()),
            interval: told.map(|told| told.interval),
            p: told.map(|told| told.p),
            p_adjusted: None,
            median_difference: Spread::of(&differences).median,
            lower,
            higher,
            p_sign: sign_test(lower, higher),
            pairing: (unpaired > 0.0).then(|| (squares(&differences) / unpaired).sqrt()),
            baseline: Spread::of(&baseline),
            arm: Spread::of(&arm),
        })
    }

    /// Whether it can be told from chance, asked for alone.
    pub fn is_clear(&self) -> bool {
        self.interval.is_some_and(|interval| !interval.holds_zero())
    }

    /// Whether it can be told from chance among all that was asked for beside it.
    pub fn is_clear_among_all(&self) -> bool {
        self.is_clear() && self.p_adjusted.is_some_and(|p| p < 0.05)
    }
}

/// Something that need not happen: the share of replicates in which an outcome is defined, in both arms.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Happens {
    /// In how many replicates of the baseline it happens.
    pub baseline: usize,
    /// In how many of the arm.
    pub arm: usize,
    /// How many replicates there are.
    pub of: usize,
    /// The share in the arm minus that in the baseline.
    pub difference: f64,
    /// The 95 % interval of that difference.
    pub interval: Interval,
    /// How likely so large a difference would be by chance alone: the exact test of McNemar.
    pub p: f64,
}

impl Happens {
    /// How often an outcome of these replicates is defined; `None` if it always is, in both arms.
    pub fn of(baseline: &[f64], arm: &[f64]) -> Option<Happens> {
        let happens = |values: &[f64]| count(values, f64::is_finite);
        let (before, after, of) = (happens(baseline), happens(arm), arm.len());
        let pairs = || baseline.iter().zip(arm);
        let gained = pairs().filter(|(a, b)| !a.is_finite() && b.is_finite()).count();
        let lost = pairs().filter(|(a, b)| a.is_finite() && !b.is_finite()).count();
        (before < of || after < of).then(|| Happens {
            baseline: before,
            arm: after,
            of,
            difference: (after as f64 - before as f64) / of as f64,
            interval: of_share_difference(gained, lost, of),
            p: sign_test(lost, gained),
        })
    }
}

fn count(values: &[f64], which: impl Fn(f64) -> bool) -> usize {
    values.iter().filter(|&&value| which(value)).count()
}

/// The sum of squares around the mean.
fn squares(values: &[f64]) -> f64 {
    let centre = mean(values.iter().copied());
    values.iter().map(|value| (value - centre).powi(2)).sum()
}

/// Adjust what was asked for together: Holm's method over all that have an interval.
pub fn adjust<'c>(contrasts: impl IntoIterator<Item = &'c mut Contrast>) {
    let mut told: Vec<(&mut Contrast, f64)> = contrasts
        .into_iter()
        .filter_map(|contrast| contrast.p.map(|p| (contrast, p)))
        .collect();
    let adjusted = holm(&told.iter().map(|told| told.1).collect::<Vec<_>>());
    for ((contrast, _), p) in told.iter_mut().zip(adjusted) {
        contrast.p_adjusted = Some(p);
    }
}

/// A contrast with the names of what it is of.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    /// The arm.
    pub arm: String,
    /// The outcome: its column in `outcomes.csv`.
    pub outcome: String,
    /// What it is, for readers.
    pub label: String,
    /// Its unit; empty for an expression.
    pub unit: String,
    /// `None` if the outcome is defined in no replicate of both arms.
    pub contrast: Option<Contrast>,
    /// How often it happens; `None` if it always does.
    pub happens: Option<Happens>,
    /// What it is in plausible worlds; `None` if replicates are all of one world, or fewer than two worlds have it.
    pub worlds: Option<Answer>,
}

/// An outcome that is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// Its column in `outcomes.csv`.
    pub name: String,
    /// What it is, for readers.
    pub label: String,
    /// Its unit; empty for an expression.
    pub unit: String,
}

/// Every arm but the first against the first, outcome by outcome; arm by arm, in the order of both.
///
/// `outcomes` has the rows of `outcomes.csv`; the first arm's row comes first in each replicate.
///
/// # Panics
/// If the table lacks an outcome or the column `arm`, or if an arm has not as many rows as another.
pub fn contrasts(outcomes: &Table, arms: &[&str], asked: &[Asked]) -> Vec<Named> {
    let column = |name: &str| {
        outcomes
            .column(name)
            .unwrap_or_else(|| panic!("outcomes have a column `{name}`"))
    };
    let arm_of = column("arm");
    let values = |arm: &str, outcome: &str| -> Vec<f64> {
        let column = column(outcome);
        let rows = (0..outcomes.rows()).filter(|&row| arm_of.text(row) == arm);
        rows.map(|row| column.number(row)).collect()
    };
    let mut all = Vec::new();
    for outcome in asked {
        let baseline = values(arms[0], &outcome.name);
        all.extend(arms[1..].iter().map(|&arm| {
            let values = values(arm, &outcome.name);
            Named {
                arm: arm.to_owned(),
                outcome: outcome.name.clone(),
                label: outcome.label.clone(),
                unit: outcome.unit.clone(),
                contrast: Contrast::of(&baseline, &values),
                happens: Happens::of(&baseline, &values),
                worlds: None,
            }
        }));
    }
    let place = |arm: &str| arms.iter().position(|other| *other == arm);
    all.sort_by_key(|named| place(&named.arm));
    adjust(all.iter_mut().filter_map(|named| named.contrast.as_mut()));
    all
}

/// What each contrast is in plausible worlds, in which the replicates of all arms were run.
///
/// # Panics
/// As [`contrasts`].
pub fn in_worlds(contrasts: &mut [Named], outcomes: &Table, baseline: &str, worlds: &Worlds) {
    let column = |name: &str| outcomes.column(name).expect("outcomes have their columns");
    let (arm_of, replicate_of) = (column("arm"), column("replicate"));
    for named in contrasts {
        let values = column(&named.outcome);
        let of_arm = |arm: &str| -> Vec<(u32, f64)> {
            let rows = (0..outcomes.rows()).filter(|&row| arm_of.text(row) == arm);
            rows.map(|row| (replicate_of.number(row) as u32, values.number(row)))
                .collect()
        };
        let (before, after) = (of_arm(baseline), of_arm(&named.arm));
        let pairs = before.iter().zip(&after);
        let effects: Vec<(u32, f64)> = pairs.map(|((replicate, a), (_, b))| (*replicate, b - a)).collect();
        named.worlds = answer(worlds, &effects);
    }
}

/// Contrasts as a table, one row each: `contrast.csv`. What is not defined is not a number.
pub fn table(contrasts: &[Named]) -> Table {
    let text = |get: fn(&Named) -> &str| Column::Text(contrasts.iter().map(|named| get(named).to_owned()).collect());
    let number = |get: fn(&Contrast) -> f64| {
        let value = |named: &Named| named.contrast.as_ref().map_or(f64::NAN, get);
        Column::Float(contrasts.iter().map(value).collect())
    };
    let count = |get: fn(&Contrast) -> usize| {
        let value = |named: &Named| named.contrast.as_ref().map_or(0, get) as i64;
        Column::Int(contrasts.iter().map(value).collect())
    };
    let happens = |get: fn(&Happens) -> f64| {
        let value = |named: &Named| named.happens.as_ref().map_or(f64::NAN, get);
        Column::Float(contrasts.iter().map(value).collect())
    };
    let mut columns = vec![
        ("arm", text(|named| &named.arm)),
        ("outcome", text(|named| &named.outcome)),
        ("unit", text(|named| &named.unit)),
        ("pairs", count(|c| c.pairs)),
        ("baseline_median", number(|c| c.baseline.median)),
        ("baseline_q05", number(|c| c.baseline.low)),
        ("baseline_q95", number(|c| c.baseline.high)),
        ("arm_median", number(|c| c.arm.median)),
        ("arm_q05", number(|c| c.arm.low)),
        ("arm_q95", number(|c| c.arm.high)),
        ("difference", number(|c| c.difference)),
        ("difference_low", number(|c| c.interval.map_or(f64::NAN, |i| i.low))),
        ("difference_high", number(|c| c.interval.map_or(f64::NAN, |i| i.high))),
        ("p", number(|c| c.p.unwrap_or(f64::NAN))),
        ("p_adjusted", number(|c| c.p_adjusted.unwrap_or(f64::NAN))),
        ("median_difference", number(|c| c.median_difference)),
        ("lower", count(|c| c.lower)),
        ("higher", count(|c| c.higher)),
        ("p_sign", number(|c| c.p_sign)),
        ("width_over_unpaired", number(|c| c.pairing.unwrap_or(f64::NAN))),
        ("baseline_happens", happens(|h| h.baseline as f64)),
        ("arm_happens", happens(|h| h.arm as f64)),
        ("happens_difference", happens(|h| h.difference)),
        ("happens_low", happens(|h| h.interval.low)),
        ("happens_high", happens(|h| h.interval.high)),
        ("happens_p", happens(|h| h.p)),
    ];
    columns.extend(worlds::columns(
        &contrasts.iter().map(|named| named.worlds.as_ref()).collect::<Vec<_>>(),
    ));
    Table::new(columns)
}

/// The first tick whose rows are not the same in two series of one replicate, whatever their arms are called; `None`
/// if all are.
///
/// # Panics
/// If a series lacks the column `tick`.
pub fn first_difference(one: &Table, other: &Table) -> Option<u32> {
    let tick = one.column("tick").expect("a series has a column `tick`");
    let columns = one.columns().iter().filter(|(name, _)| name != "arm");
    let first = columns
        .filter_map(|(name, column)| {
            let there = other.column(name)?;
            first_row(column, there)
        })
        .min()?;
    Some(tick.number(first.min(one.rows().saturating_sub(1))) as u32)
}

/// Real numbers are compared by their bits.
fn first_row(one: &Column, other: &Column) -> Option<usize> {
    let place = match (one, other) {
        (Column::Int(a), Column::Int(b)) => a.iter().zip(b).position(|(a, b)| a != b),
        (Column::Float(a), Column::Float(b)) => a.iter().zip(b).position(|(a, b)| a.to_bits() != b.to_bits()),
        (Column::Text(a), Column::Text(b)) => a.iter().zip(b).position(|(a, b)| a != b),
        _ => Some(0),
    };
    place.or_else(|| (one.len() != other.len()).then(|| one.len().min(other.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contrast_is_worked_out_by_hand() {
        let contrast = Contrast::of(&[10.0, 20.0, 30.0, 40.0, 50.0], &[9.0, 18.0, 33.0, 40.0, 40.0]).unwrap();
        assert_eq!((contrast.baseline.median, contrast.arm.median), (30.0, 33.0));
        // The differences are -1, -2, 3, 0, -10.
        assert_eq!((contrast.difference, contrast.median_difference), (-2.0, -1.0));
        assert_eq!((contrast.lower, contrast.higher, contrast.pairs), (3, 1, 5));
        // R: t.test gives -8.0 to 4.0, and the skewness to the left moves both ends down.
        let Interval { low, high } = contrast.interval.unwrap();
        assert!(low < -8.0 && (0.0..4.0).contains(&high), "{low} {high}");
    }

    #[test]
    fn pairing_narrows_the_interval_where_arms_share_their_luck() {
        let luck: Vec<f64> = (0..100).map(|i| f64::from((i * 37) % 101)).collect();
        let effect: Vec<f64> = (0..100).map(|i| -5.0 + f64::from(i % 3) - 1.0).collect();
        let arm: Vec<f64> = luck.iter().zip(&effect).map(|(a, b)| a + b).collect();
        let contrast = Contrast::of(&luck, &arm).unwrap();
        // The standard deviation of the luck is 29, that of the effect 0.8; two independent means have sqrt(2) x 29.
        let expected = 0.82 / (29.2 * 2.0_f64.sqrt());
        let narrowed = contrast.pairing.unwrap();
        assert!((narrowed / expected - 1.0).abs() < 0.15, "{narrowed} {expected}");
        let backwards: Vec<f64> = luck.iter().rev().copied().collect();
        assert!(Contrast::of(&luck, &backwards).unwrap().pairing.unwrap() > 0.6);
    }

    #[test]
    fn identical_arms_differ_by_exactly_zero() {
        let values = [3.5, 0.1, 7.0];
        let contrast = Contrast::of(&values, &values).unwrap();
        assert_eq!((contrast.difference, contrast.lower, contrast.higher), (0.0, 0, 0));
        assert_eq!(
            (contrast.interval, contrast.p_sign, contrast.pairing),
            (None, 1.0, Some(0.0))
        );
    }

    #[test]
    fn what_need_not_happen_is_told_as_shares_of_all_replicates() {
        let never = f64::NAN;
        let happens = Happens::of(&[1.0, never, 3.0, never], &[never, 2.0, 2.0, 5.0]).unwrap();
        assert_eq!(
            (happens.baseline, happens.arm, happens.of, happens.difference),
            (2, 3, 4, 0.25)
        );
        assert_eq!(happens.p, 1.0);
        assert_eq!(Happens::of(&[1.0], &[2.0]), None);
        let none = Happens::of(&[1.0; 30], &[never; 30]).unwrap();
        assert!(
            (none.baseline, none.arm) == (30, 0) && none.interval.high < -0.8,
            "{none:?}"
        );
    }

    #[test]
    fn of_many_contrasts_only_the_clear_ones_stay_clear() {
        let noise = |shift: f64, turn: i32| (0..12).map(|i| shift + f64::from(i * turn % 13)).collect::<Vec<f64>>();
        let zero = vec![6.0; 12];
        let mut all: Vec<Contrast> = (1..=10)
            .map(|turn| Contrast::of(&zero, &noise(if turn == 1 { 50.0 } else { 3.2 }, turn)).unwrap())
            .collect();
        adjust(&mut all);
        assert!(all.iter().all(Contrast::is_clear), "each alone: {all:?}");
        let clear: Vec<bool> = all.iter().map(Contrast::is_clear_among_all).collect();
        assert!(clear[0] && !clear[1..].contains(&true), "{clear:?}");
    }

    #[test]
    fn a_replicate_without_a_value_is_no_pair() {
        let contrast = Contrast::of(&[1.0, f64::NAN, 3.0, 4.0], &[2.0, 2.0, f64::INFINITY, 6.0]).unwrap();
        assert_eq!((contrast.pairs, contrast.difference), (2, 1.5));
        assert_eq!(Contrast::of(&[f64::NAN], &[1.0]), None);
    }

    #[test]
    fn arms_are_told_apart_in_the_table_of_outcomes() {
        let names = ["a", "b", "c", "a", "b", "c"];
        let outcomes = Table::new(vec![
            ("arm", Column::Text(names.map(str::to_owned).to_vec())),
            ("dead", Column::Float(vec![1.0, 2.0, 3.0, 10.0, 20.0, 30.0])),
            ("held", Column::Float(vec![5.0; 6])),
        ]);
        let asked = ["dead", "held"].map(|name| Asked {
            name: name.to_owned(),
            label: name.to_owned(),
            unit: "people".to_owned(),
        });
        let all = contrasts(&outcomes, &["a", "b", "c"], &asked);
        let told: Vec<_> = all
            .iter()
            .map(|named| {
                let difference = named.contrast.as_ref().unwrap().difference;
                (named.arm.as_str(), named.outcome.as_str(), difference)
            })
            .collect();
        assert_eq!(
            told,
            [
                ("b", "dead", 5.5),
                ("b", "held", 0.0),
                ("c", "dead", 11.0),
                ("c", "held", 0.0)
            ]
        );
        let table = table(&all);
        assert_eq!(table.rows(), 4);
        assert_eq!(table.column("higher").unwrap(), &Column::Int(vec![2, 0, 2, 0]));
    }

    #[test]
    fn the_first_different_tick_is_that_of_any_column_and_the_name_of_the_arm_is_none() {
        let series = |arm: &str, last: f64| {
            Table::new(vec![
                ("arm", Column::Text(vec![arm.to_owned(); 4])),
                ("tick", Column::Int(vec![0, 0, 1, 1])),
                ("share", Column::Float(vec![0.0, 0.0, 0.0, last])),
            ])
        };
        assert_eq!(first_difference(&series("a", 0.0), &series("b", 0.0)), None);
        assert_eq!(first_difference(&series("a", 0.0), &series("b", 0.5)), Some(1));
        assert_eq!(first_difference(&series("a", 0.0), &series("b", -0.0)), Some(1));
    }
}
