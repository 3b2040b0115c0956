//! The random numbers of a search.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The draws of one point: of this seed, generation and index, and of no other.
pub struct Chance(ChaCha8Rng);

impl Chance {
    /// The draws of a point.
    pub fn of(seed: u64, generation: u32, index: u32) -> Chance {
        let mut key = [0u8; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[16..26].copy_from_slice(b"qantar fit");
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream(u64::from(generation) << 32 | u64::from(index));
        Chance(rng)
    }

    /// Between 0 and 1, never 0 and never 1.
    pub fn share(&mut self) -> f64 {
        ((self.0.next_u64() >> 12) as f64 + 0.5) / (1u64 << 52) as f64
    }

    /// So many independent standard normal numbers (Box and Muller 1958).
    pub fn normals(&mut self, count: usize) -> Vec<f64> {
        let one = || {
            let (radius, angle) = (self.share(), self.share());
            (-2.0 * libm::log(radius)).sqrt() * libm::cos(std::f64::consts::TAU * angle)
        };
        std::iter::repeat_with(one).take(count).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_numbers_have_mean_0_and_variance_1_and_belong_to_their_point() {
        let mut chance = Chance::of(1, 2, 3);
        let draws = chance.normals(20_000);
        let mean = draws.iter().sum::<f64>() / 20_000.0;
        let variance = draws.iter().map(|z| z * z).sum::<f64>() / 20_000.0;
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.03, "{mean} {variance}");
        assert_eq!(Chance::of(1, 2, 3).normals(5), draws[..5]);
        for other in [Chance::of(2, 2, 3), Chance::of(1, 3, 3), Chance::of(1, 2, 4)].iter_mut() {
            assert_ne!(other.normals(1)[0], draws[0]);
        }
    }
}
