//! What citizens weigh: the linear forms that `perceive` works out for each community and `decide` puts to each
//! citizen. Integers, so that a decision is exact and the same on every machine and every path.

use std::ops::Range;

use super::rules::SCALE;
use super::world::Extremes;

const ONE: i16 = SCALE as i16;

/// A weight on a trait. Both fit in 16 bits, which is what lets a processor multiply many of them at once.
#[inline(always)]
fn times(weight: i16, trait_: u8) -> i32 {
    i32::from(weight) * i32::from(trait_)
}

/// What the citizens of one community weigh this tick, in steps of utility on traits of 255ths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weights {
    /// Going out: on hardship.
    pub a: i16,
    /// Going out: on political discontent.
    pub b: i16,
    /// Going out: on risk aversion, against.
    pub c: i16,
    /// Going out: constant.
    pub d: i32,
    /// Violence: on risk aversion, against.
    pub e: i16,
    /// Violence: constant.
    pub f: i32,
    /// Looting: on risk aversion, against.
    pub l: i16,
    /// Looting: constant.
    pub m: i32,
}

impl Weights {
    /// Goes out for a cause if positive: `a h + b p - c r + d`.
    #[inline(always)]
    pub fn cause(&self, h: u8, p: u8, r: u8) -> i32 {
        times(self.a, h) + times(self.b, p) - times(self.c, r) + self.d
    }

    /// Is violent when out if positive: `v - e r + f`.
    #[inline(always)]
    pub fn rage(&self, v: u8, r: u8) -> i32 {
        times(ONE, v) - times(self.e, r) + self.f
    }

    /// Goes out to loot if positive: `h + v - l r + m`.
    #[inline(always)]
    pub fn greed(&self, h: u8, v: u8, r: u8) -> i32 {
        times(ONE, h) + times(ONE, v) - times(self.l, r) + self.m
    }

    /// Whether the keenest citizen that a community could have would go out; if not, nobody in it does.
    ///
    /// An upper bound of both forms. With `m` the smallest coefficient, `a h + b p - c r` is
    /// `m (h + p - r) + (a - m) h + (b - m) p - (c - m) r`, and no term exceeds its extreme in the community.
    pub fn may_move(&self, x: &Extremes) -> bool {
        let [h, p, r, v] = [x.hardship, x.discontent, x.risk_aversion, x.violence].map(i32::from);
        let [a, b, c, l] = [self.a, self.b, self.c, self.l].map(i32::from);
        let m = a.min(b).min(c).max(0);
        let cause = m * i32::from(x.aggrieved) + (a - m) * h + (b - m) * p - (c - m) * r + self.d;
        let greed = i32::from(ONE) * i32::from(x.covetous).min(h + v) - l * r + self.m;
        cause > 0 || greed > 0
    }
}

/// What decides a participant's first demand, common to a region, in steps of utility.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Demands {
    /// Weight of discontent against hardship.
    pub political: i16,
    /// How far demands have climbed.
    pub ladder: i16,
    /// Where another government is no longer enough, a constant.
    pub regime_line: i32,
}

/// What is perceived region by region.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Perceived {
    /// What decides first demands in each region.
    pub demands: Vec<Demands>,
    /// Which regions are asleep: nothing has happened in them yet and nothing can happen this tick.
    pub asleep: Vec<bool>,
    /// The communities of all other regions, as few spans as possible.
    pub awake: Vec<Range<usize>>,
}

/// A first demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// The price.
    Price,
    /// Another government.
    Government,
    /// The end of the regime.
    Regime,
}

impl Demands {
    /// What a citizen of these traits demands first.
    pub fn first(&self, weights: &Weights, h: u8, p: u8) -> Demand {
        if times(weights.a, h) >= times(self.political, p) {
            Demand::Price
        } else if times(self.ladder, p) < self.regime_line {
            Demand::Government
        } else {
            Demand::Regime
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_is_never_below_any_citizen() {
        let weights = Weights {
            a: 900,
            b: 1500,
            c: 1200,
            d: -300_000,
            e: 10,
            f: -5,
            l: 700,
            m: -800_000,
        };
        let citizens: Vec<[u8; 4]> = (0..256u32)
            .map(|i| [7, 31, 101, 211].map(|k| (i * k % 251) as u8))
            .collect();
        let max = |t: usize| citizens.iter().map(|c| c[t]).max().unwrap_or(0);
        let extremes = Extremes {
            hardship: max(0),
            discontent: max(1),
            risk_aversion: citizens.iter().map(|c| c[2]).min().unwrap_or(0),
            violence: max(3),
            aggrieved: citizens
                .iter()
                .map(|c| i16::from(c[0]) + i16::from(c[1]) - i16::from(c[2]))
                .max()
                .unwrap_or(0),
            covetous: citizens
                .iter()
                .map(|c| i16::from(c[0]) + i16::from(c[3]))
                .max()
                .unwrap_or(0),
        };
        let mut moved = 0;
        for raise in (0..400_000).step_by(1_000) {
            let raised = Weights {
                d: weights.d + raise,
                m: weights.m + raise,
                ..weights
            };
            let somebody = citizens
                .iter()
                .any(|&[h, p, r, v]| raised.cause(h, p, r) > 0 || raised.greed(h, v, r) > 0);
            assert!(raised.may_move(&extremes) || !somebody);
            moved += u32::from(somebody);
        }
        assert!(moved > 0, "somebody moves for some of the constants");
    }
}
