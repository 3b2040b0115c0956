//! Traits: how they are distributed over people, and what a draw means as one.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// How a trait is distributed over the citizens of a region, on [0, 1].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Distribution {
    /// Every value between the two equally likely.
    Uniform {
        /// Smallest.
        low: f64,
        /// Largest.
        high: f64,
    },
    /// Normal, cut to [0, 1].
    Normal {
        /// Mean before the cut.
        mean: f64,
        /// Standard deviation before the cut.
        sd: f64,
    },
    /// Beta.
    Beta {
        /// First shape, at least 0.1.
        alpha: f64,
        /// Second shape, at least 0.1.
        beta: f64,
    },
}

/// A trait as it is drawn: its distribution and, worked out once for all replicates, what each draw means.
#[derive(Clone)]
pub struct Trait {
    distribution: Distribution,
    /// The byte at each of 65,536 equally likely quantiles.
    quantiles: Arc<[u8]>,
}

impl Trait {
    /// Its distribution.
    pub fn distribution(&self) -> Distribution {
        self.distribution
    }

    /// What a draw means, in 255ths.
    #[inline(always)]
    pub fn byte(&self, draw: u16) -> u8 {
        self.quantiles[usize::from(draw)]
    }

    /// The smallest draw that means at least this; 65,536 if none does.
    pub fn draw(&self, byte: u8) -> u32 {
        self.quantiles.partition_point(|&other| other < byte) as u32
    }

    /// The smallest value that anybody can have, in 255ths.
    pub fn smallest(&self) -> u8 {
        self.byte(0)
    }

    /// The largest value that anybody can have, in 255ths.
    pub fn largest(&self) -> u8 {
        self.byte(u16::MAX)
    }
}

/// Tables made so far, so that the regions of a country and the points of a sweep share them.
static MADE: Mutex<Vec<Trait>> = Mutex::new(Vec::new());

/// Tables that are kept, of 64 KiB each.
const KEPT: usize = 128;

impl From<Distribution> for Trait {
    fn from(distribution: Distribution) -> Trait {
        let made = || MADE.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = made().iter().find(|of| **of == distribution) {
            return known.clone();
        }
        let new = Trait {
            distribution,
            quantiles: quantiles(distribution).into(),
        };
        let mut kept = made();
        if kept.len() == KEPT {
            kept.clear();
        }
        kept.push(new.clone());
        new
    }
}

impl PartialEq<Distribution> for Trait {
    fn eq(&self, other: &Distribution) -> bool {
        self.distribution == *other
    }
}

impl PartialEq for Trait {
    fn eq(&self, other: &Trait) -> bool {
        *self == other.distribution
    }
}

impl fmt::Debug for Trait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.distribution.fmt(f)
    }
}

/// The byte at each of 65,536 equally likely quantiles: what a 16-bit draw means as a trait.
///
/// The share of each byte is the mass of the distribution between the midpoints to its neighbours, integrated at
/// sixteen points, with `libm` only, so that it is the same on every platform.
fn quantiles(distribution: Distribution) -> Vec<u8> {
    let density = |x: f64| match distribution {
        Distribution::Uniform { low, high } => f64::from(u8::from(low <= x && x <= high)),
        Distribution::Normal { mean, sd } => libm::exp(-0.5 * ((x - mean) / sd) * ((x - mean) / sd)),
        Distribution::Beta { alpha, beta } => libm::exp((alpha - 1.0) * libm::log(x) + (beta - 1.0) * libm::log1p(-x)),
    };
    let mut mass = [0.0f64; 256];
    for (byte, mass) in mass.iter_mut().enumerate() {
        for point in 0..16 {
            let x = (byte as f64 + (f64::from(point) + 0.5) / 16.0) / 256.0;
            *mass += density(x);
        }
    }
    if mass.iter().sum::<f64>() <= 0.0 {
        // A distribution narrower than the grid: everybody has the value nearest to its middle.
        let middle = match distribution {
            Distribution::Uniform { low, high } => (low + high) / 2.0,
            Distribution::Normal { mean, .. } => mean,
            Distribution::Beta { alpha, beta } => alpha / (alpha + beta),
        };
        mass[(middle.clamp(0.0, 1.0) * 255.0) as usize] = 1.0;
    }
    let total: f64 = mass.iter().sum();
    let mut table = Vec::with_capacity(1 << 16);
    let mut cumulated = 0.0;
    for (byte, mass) in mass.iter().enumerate() {
        cumulated += mass / total;
        let end = ((cumulated * 65_536.0) as usize).min(1 << 16);
        table.resize(end.max(table.len()), byte as u8);
    }
    let last = *table.last().unwrap_or(&255);
    table.resize(1 << 16, last);
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uniform_trait_takes_each_byte_equally_often() {
        let table = quantiles(Distribution::Uniform { low: 0.0, high: 1.0 });
        for byte in 0..=255u8 {
            assert_eq!(table.iter().filter(|&&value| value == byte).count(), 256);
        }
    }

    #[test]
    fn a_normal_trait_has_its_mean_and_a_beta_trait_its_own() {
        let mean = |d| quantiles(d).iter().map(|&b| f64::from(b) / 255.0).sum::<f64>() / 65_536.0;
        assert!((mean(Distribution::Normal { mean: 0.4, sd: 0.1 }) - 0.4).abs() < 0.005);
        assert!((mean(Distribution::Beta { alpha: 2.0, beta: 6.0 }) - 0.25).abs() < 0.005);
    }

    #[test]
    fn a_trait_without_spread_is_one_value() {
        for d in [
            Distribution::Uniform { low: 1.0, high: 1.0 },
            Distribution::Normal { mean: 1.0, sd: 1e-9 },
        ] {
            assert!(quantiles(d).iter().all(|&byte| byte == 255));
        }
    }
}
