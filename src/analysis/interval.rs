//! How sure a number is that was worked out of a sample. Every interval here is meant to hold the truth in 95 of 100
//! samples, and a test measures how often it does. None draws random numbers, so a sample has one interval.
//!
//! - A mean: Student's t, corrected for skewness by the monotone transformation of Hall (1992), J. R. Stat. Soc. B 54(1),
//!   221-228. The percentile bootstrap, which was here before, held the truth in half of the samples of two and in four
//!   of five samples of five.
//! - A share: Clopper and Pearson (1934), Biometrika 26(4), 404-413. A difference of two shares of the same replicates:
//!   Agresti and Min (2005), Stat. Med. 24(5), 729-740.
//! - Any smooth statistic: the jackknife of Tukey, with Student's t.
//! - Which way it goes: the exact sign test. Of many questions at once: Holm (1979), Scand. J. Stat. 6(2), 65-70.

use serde::Serialize;
use statrs::distribution::{Beta, Binomial, ContinuousCDF, DiscreteCDF, StudentsT};

/// Of fewer values than this an interval of a mean is not called one of 95 %: whether it is depends on how they are
/// distributed, which so few do not show.
pub const FEW: usize = 10;

/// So many values have to differ from the commonest one, where that is most of them, before a mean has an interval: what
/// is rarer may have been missed.
pub const RARE: usize = 5;

/// A 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// Its low end.
    pub low: f64,
    /// Its high end.
    pub high: f64,
}

impl Interval {
    /// From its low end to its high one.
    pub fn width(&self) -> f64 {
        self.high - self.low
    }

    /// Whether zero is in it.
    pub fn holds_zero(&self) -> bool {
        self.low <= 0.0 && 0.0 <= self.high
    }

    /// Around an estimate of this variance, with so many degrees of freedom.
    pub fn around(estimate: f64, variance: f64, freedom: f64) -> Interval {
        let half = t(freedom).inverse_cdf(0.975) * variance.max(0.0).sqrt();
        Interval {
            low: estimate - half,
            high: estimate + half,
        }
    }
}

/// A mean and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Mean {
    /// The mean.
    pub mean: f64,
    /// Its interval.
    pub interval: Interval,
    /// How likely a mean so far from zero would be if the truth were zero.
    pub p: f64,
}

/// The interval of the mean of a sample. `None` where the sample does not tell: of a single value, and where nearly all
/// are alike ([`RARE`]), since what makes the mean may then have been missed altogether.
pub fn of_mean(values: &[f64]) -> Option<Mean> {
    let size = values.len() as f64;
    if values.len() < 2 || too_rare(values) {
        return None;
    }
    let mean = mean(values.iter().copied());
    let moment = |power| values.iter().map(|value| (value - mean).powi(power)).sum::<f64>() / size;
    let (second, third) = (moment(2), moment(3));
    let deviation = (second * size / (size - 1.0)).sqrt();
    // What does not vary but for rounding is known.
    if deviation <= 1e-12 * mean.abs() {
        let interval = Interval { low: mean, high: mean };
        let p = f64::from(u8::from(mean == 0.0));
        return Some(Mean { mean, interval, p });
    }
    let skew = third / libm::pow(second, 1.5);
    let straight = |w: f64| w + skew * w * w / 3.0 + skew * skew * w * w * w / 27.0 + skew / (6.0 * size);
    let bent = |y: f64| match skew.abs() < 1e-9 {
        true => y,
        false => 3.0 / skew * (libm::cbrt(1.0 + skew * (y - skew / (6.0 * size))) - 1.0),
    };
    let student = t(size - 1.0);
    let reach = student.inverse_cdf(0.975) / size.sqrt();
    let interval = Interval {
        low: mean - deviation * bent(reach),
        high: mean - deviation * bent(-reach),
    };
    let p = 2.0 * student.cdf(-size.sqrt() * straight(mean / deviation).abs());
    Some(Mean { mean, interval, p })
}

/// Whether most values are one and the same, and too few are another. Two values are never most of them; that all are one
/// and the same number other than zero is no rarity, but what every replicate says.
fn too_rare(values: &[f64]) -> bool {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let commonest = sorted.chunk_by(|a, b| a == b).max_by_key(|alike| alike.len());
    let Some(commonest) = commonest else { return true };
    let others = values.len() - commonest.len();
    let all_alike = others == 0 && commonest[0] != 0.0;
    !all_alike && 2 * commonest.len() > values.len() && others < RARE
}

/// The variance of a statistic of a sample of so many, which is told what to leave out: the jackknife.
pub fn jackknife(size: usize, without: impl Fn(usize) -> f64) -> f64 {
    let again: Vec<f64> = (0..size).map(without).collect();
    let centre = mean(again.iter().copied());
    let squares: f64 = again.iter().map(|value| (value - centre).powi(2)).sum();
    squares * (size as f64 - 1.0) / size as f64
}

/// The interval of a share of which `hits` of `of` were seen.
///
/// # Panics
/// If there are more hits than tries.
pub fn of_share(hits: usize, of: usize) -> Interval {
    assert!(hits <= of, "a share is at most 1");
    let beta = |a: usize, b: usize, share| {
        Beta::new(a as f64, b as f64)
            .expect("both are positive")
            .inverse_cdf(share)
    };
    Interval {
        low: if hits == 0 {
            0.0
        } else {
            beta(hits, of - hits + 1, 0.025)
        },
        high: if hits == of {
            1.0
        } else {
            beta(hits + 1, of - hits, 0.975)
        },
    }
}

/// The interval of the difference of two shares of the same replicates: in `gained` of them it happens in the second only,
/// in `lost` in the first only.
pub fn of_share_difference(gained: usize, lost: usize, of: usize) -> Interval {
    let size = of as f64 + 2.0;
    let (gained, lost) = (gained as f64 + 0.5, lost as f64 + 0.5);
    let difference = (gained - lost) / size;
    let half = 1.959_964 * ((gained + lost) - (gained - lost).powi(2) / size).sqrt() / size;
    Interval {
        low: (difference - half).max(-1.0),
        high: (difference + half).min(1.0),
    }
}

/// How likely so uneven a split would be if both ways were as likely: the exact sign test, two-sided.
pub fn sign_test(lower: usize, higher: usize) -> f64 {
    let binomial = Binomial::new(0.5, (lower + higher) as u64).expect("a half is a share");
    (2.0 * binomial.cdf(lower.min(higher) as u64)).min(1.0)
}

/// The same likelihoods, adjusted for how many were asked for: below 0.05 it can be said of all such together that, in 95
/// of 100 studies, none is chance.
pub fn holm(likelihoods: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..likelihoods.len()).collect();
    order.sort_by(|&a, &b| likelihoods[a].total_cmp(&likelihoods[b]));
    let mut adjusted = vec![1.0; likelihoods.len()];
    let mut least = 0.0_f64;
    for (rank, place) in order.into_iter().enumerate() {
        least = least
            .max((likelihoods.len() - rank) as f64 * likelihoods[place])
            .min(1.0);
        adjusted[place] = least;
    }
    adjusted
}

/// The mean.
pub fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let size = values.len() as f64;
    values.sum::<f64>() / size
}

fn t(freedom: f64) -> StudentsT {
    StudentsT::new(0.0, 1.0, freedom).expect("degrees of freedom are positive")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn near(ours: f64, theirs: f64) {
        assert!((ours - theirs).abs() < 1e-6, "{ours} here, {theirs} in R");
    }

    #[test]
    fn intervals_and_tests_are_those_of_r() {
        // R: t.test(c(1, 2, 3, 4, 5))$conf.int; the sample is symmetric, so the correction for skewness is none.
        let Mean { mean, interval, .. } = of_mean(&[1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();
        near(mean, 3.0);
        near(interval.low, 1.036_756_8);
        near(interval.high, 4.963_243_2);
        // R: t.test(c(-1, 0, 1, 2, 3))$p.value
        near(of_mean(&[-1.0, 0.0, 1.0, 2.0, 3.0]).unwrap().p, 0.230_199_6);
        // R: binom.test(3, 20)$conf.int and binom.test(4, 20)$p.value
        near(of_share(3, 20).low, 0.032_070_9);
        near(of_share(3, 20).high, 0.378_926_8);
        assert_eq!((of_share(0, 20).low, of_share(20, 20).high), (0.0, 1.0));
        near(sign_test(4, 16), 0.011_817_9);
        assert_eq!(sign_test(0, 0), 1.0);
        // R: p.adjust(c(0.01, 0.04, 0.03), "holm")
        let adjusted = holm(&[0.01, 0.04, 0.03]);
        [0.03, 0.06, 0.06]
            .iter()
            .zip(adjusted)
            .for_each(|(&r, ours)| near(ours, r));
    }

    #[test]
    fn a_mean_has_no_interval_where_what_makes_it_may_have_been_missed() {
        let mut rare = vec![0.0; 20];
        assert_eq!(of_mean(&rare), None);
        rare[..4].fill(3.0);
        assert_eq!(of_mean(&rare), None);
        rare[4] = 1.0;
        assert!(of_mean(&rare).is_some());
        assert_eq!(of_mean(&[7.0]), None);
        let same = of_mean(&[-50.0; 12]).unwrap();
        assert_eq!((same.interval.low, same.interval.high, same.p), (-50.0, -50.0, 0.0));
    }

    #[test]
    fn zero_is_outside_exactly_where_it_is_unlikely() {
        for shift in 0..40 {
            let values: Vec<f64> = (0..12).map(|i| f64::from(i * i) - 4.0 * f64::from(shift)).collect();
            let Mean { interval, p, .. } = of_mean(&values).unwrap();
            assert_eq!(interval.holds_zero(), p >= 0.05, "{interval:?} {p}");
        }
    }

    #[test]
    fn the_jackknife_of_a_mean_is_its_variance() {
        let values = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0];
        let without = |place: usize| (values.iter().sum::<f64>() - values[place]) / 5.0;
        let centre = mean(values.iter().copied());
        let squares: f64 = values.iter().map(|value| (value - centre).powi(2)).sum();
        near(jackknife(6, without), squares / 5.0 / 6.0);
    }

    /// Draws of a distribution, and its mean.
    type Law = (&'static str, fn(&mut ChaCha8Rng) -> f64, f64);

    fn uniform(rng: &mut ChaCha8Rng) -> f64 {
        ((rng.next_u64() >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    fn normal(rng: &mut ChaCha8Rng) -> f64 {
        let radius = (-2.0 * libm::log(uniform(rng))).sqrt();
        radius * libm::cos(std::f64::consts::TAU * uniform(rng))
    }

    fn poisson(rng: &mut ChaCha8Rng, rate: f64) -> f64 {
        let (mut product, mut count) = (uniform(rng), 0.0);
        while product > libm::exp(-rate) {
            product *= uniform(rng);
            count += 1.0;
        }
        count
    }

    const LAWS: [Law; 5] = [
        ("normal", |rng| 3.0 + 5.0 * normal(rng), 3.0),
        ("exponential", |rng| -libm::log(uniform(rng)), 1.0),
        ("lognormal", |rng| libm::exp(normal(rng)), 1.648_721_270_700_128),
        ("difference of counts", |rng| poisson(rng, 2.0) - poisson(rng, 1.0), 1.0),
        (
            "rare deaths",
            |rng| if uniform(rng) < 0.1 { poisson(rng, 3.0) } else { 0.0 },
            0.3,
        ),
    ];

    /// Share of samples, in %, that are not told an interval which misses the truth; and that are told one at all.
    fn coverage(law: &Law, size: usize) -> (f64, f64) {
        const SAMPLES: usize = 4000;
        let (mut missed, mut told) = (0, 0);
        for sample in 0..SAMPLES {
            let mut rng = ChaCha8Rng::seed_from_u64(size as u64);
            rng.set_stream(sample as u64);
            let values: Vec<f64> = (0..size).map(|_| law.1(&mut rng)).collect();
            if let Some(Mean { interval, .. }) = of_mean(&values) {
                told += 1;
                missed += usize::from(law.2 < interval.low || law.2 > interval.high);
            }
        }
        let percent = |count: usize| 100.0 * count as f64 / SAMPLES as f64;
        (percent(SAMPLES - missed), percent(told))
    }

    /// The table in the documentation of intervals; `cargo test -- coverage --nocapture` prints it.
    #[test]
    fn coverage_of_95_percent_intervals_is_as_documented() {
        for law in &LAWS {
            for (size, least) in [(2, 88.0), (5, 87.0), (10, 89.0), (20, 90.0), (50, 91.0)] {
                let (covered, told) = coverage(law, size);
                println!("{:<22} {size:>3} {covered:>6.1} {told:>6.1}", law.0);
                assert!(covered >= least, "{} at {size}: {covered} %", law.0);
                let mild = matches!(law.0, "normal" | "difference of counts");
                assert!(!mild || size < 10 || covered > 93.5, "{} at {size}: {covered} %", law.0);
            }
        }
    }
}
