//! Indices of sensitivity against SALib: the same points and outputs, the same numbers. How the numbers were made is
//! in `tests/fixtures/sensitivity/make.py`.

use qantar::analysis::interval::Interval;
use qantar::analysis::sensitivity::morris::morris;
use qantar::analysis::sensitivity::sobol::{Share, sobol};
use serde_json::Value;

fn golden(method: &str) -> Vec<Value> {
    let document: Value = serde_json::from_str(include_str!("fixtures/sensitivity/golden.json")).unwrap();
    let cases = document["cases"].as_array().unwrap().iter();
    let cases: Vec<Value> = cases.filter(|case| case["method"] == method).cloned().collect();
    assert_eq!(cases.len(), 2, "Ishigami and Sobol-G");
    cases
}

fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|number| number.as_f64().unwrap())
        .collect()
}

fn near(ours: f64, theirs: f64, what: &str) {
    assert!(
        (ours - theirs).abs() < 1e-9 * theirs.abs().max(1.0),
        "{what}: {ours} here, {theirs} in SALib"
    );
}

/// SALib gives 1.96 standard deviations of the resampled values, which is half an interval of a normal distribution.
/// Ours are of a jackknife, so they agree only roughly.
fn roughly(interval: Interval, half: f64, what: &str) {
    let ratio = interval.width() / 2.0 / half;
    assert!(
        half < 1e-3 || (0.75..1.33).contains(&ratio),
        "{what}: {interval:?} here, {half} in SALib"
    );
}

/// One replicate: SALib knows of no dice.
fn shares(case: &Value, parameters: usize) -> Vec<Share> {
    let outputs: Vec<Vec<f64>> = numbers(&case["outputs"])
        .into_iter()
        .map(|output| vec![output])
        .collect();
    sobol(&outputs, parameters, false).unwrap().of
}

#[test]
fn sobol_indices_are_those_of_salib() {
    for case in golden("saltelli") {
        let first = numbers(&case["first"]);
        let shares = shares(&case, first.len());
        for (p, share) in shares.iter().enumerate() {
            let what = format!("{} x{}", case["name"], p + 1);
            near(share.first, first[p], &what);
            near(share.total, numbers(&case["total"])[p], &what);
            roughly(share.first_interval, numbers(&case["first_conf"])[p], &what);
            roughly(share.total_interval, numbers(&case["total_conf"])[p], &what);
        }
    }
}

#[test]
fn elementary_effects_are_those_of_salib() {
    for case in golden("morris") {
        let places: Vec<Vec<f64>> = case["places"].as_array().unwrap().iter().map(numbers).collect();
        let effects = morris(&places, &numbers(&case["outputs"]), 4).unwrap();
        for (p, effect) in effects.iter().enumerate() {
            let what = format!("{} x{}", case["name"], p + 1);
            near(effect.mu, numbers(&case["mu"])[p], &what);
            near(effect.mu_star, numbers(&case["mu_star"])[p], &what);
            near(effect.sigma, numbers(&case["sigma"])[p], &what);
            roughly(effect.mu_star_interval, numbers(&case["mu_star_conf"])[p], &what);
        }
    }
}

#[test]
fn the_indices_of_ishigami_are_near_those_that_are_known() {
    // Ishigami and Homma (1990), with a = 7 and b = 0.1.
    let case = &golden("saltelli")[0];
    let shares = shares(case, 3);
    for (share, (first, total)) in shares.iter().zip([(0.3139, 0.5576), (0.4424, 0.4424), (0.0, 0.2437)]) {
        let Interval { low, high } = share.first_interval;
        assert!(low <= first && first <= high, "{share:?}");
        let Interval { low, high } = share.total_interval;
        assert!(low <= total && total <= high, "{share:?}");
    }
}
