//! In which order differences are told: what can be told from chance before what cannot, and then by weight.

use super::contrast::{Contrast, Named};

/// A contrast and its weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ranked<'n> {
    /// The contrast.
    pub named: &'n Named,
    /// Its difference and the ends of its interval as shares of the baseline's median; `None` if that is zero or there is
    /// no interval.
    pub relative: Option<(f64, f64, f64)>,
}

/// Contrasts that are defined, those that weigh most first.
pub fn by_weight<'n>(contrasts: &[&'n Named]) -> Vec<Ranked<'n>> {
    let mut ranked: Vec<(bool, f64, Ranked)> = contrasts
        .iter()
        .filter_map(|&named| {
            let contrast = named.contrast.as_ref()?;
            let relative = relative(contrast);
            let clear = contrast.is_clear();
            // Something where there was nothing weighs more than any share.
            let base = contrast.baseline.median.abs();
            let weight = match contrast.difference == 0.0 || base > 0.0 {
                true => contrast.difference.abs() / base.max(f64::MIN_POSITIVE),
                false => f64::MAX,
            };
            Some((clear, weight, Ranked { named, relative }))
        })
        .collect();
    ranked.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)));
    ranked.into_iter().map(|(_, _, ranked)| ranked).collect()
}

fn relative(contrast: &Contrast) -> Option<(f64, f64, f64)> {
    let base = contrast.baseline.median.abs();
    let interval = contrast.interval.filter(|_| base > 0.0)?;
    Some((contrast.difference / base, interval.low / base, interval.high / base))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_clear_comes_first_and_then_the_largest_share() {
        let named = |name: &str, base: [f64; 4], arm: [f64; 4]| Named {
            arm: "x".to_owned(),
            outcome: name.to_owned(),
            label: name.to_owned(),
            unit: String::new(),
            contrast: Contrast::of(&base, &arm),
            happens: None,
            worlds: None,
        };
        let small = named("small", [100.0, 101.0, 99.0, 100.0], [110.0, 111.0, 109.0, 110.0]);
        let chance = named("chance", [1.0, 9.0, 1.0, 9.0], [9.0, 1.0, 9.0, 2.0]);
        let large = named("large", [10.0, 10.0, 10.0, 10.0], [30.0, 30.0, 30.0, 30.0]);
        let ranked = by_weight(&[&chance, &small, &large]);
        assert_eq!(
            ranked.iter().map(|one| one.named.label.as_str()).collect::<Vec<_>>(),
            ["large", "small", "chance"]
        );
        assert_eq!(ranked[0].relative, Some((2.0, 2.0, 2.0)));
    }
}
