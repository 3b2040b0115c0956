//! What citizens weigh: the linear forms that `perceive` works out for each community and `decide` puts to each
//! citizen. Integers, so that a decision is exact and the same on every machine and every path.

use super::rules::{SCALE, constant, steps};
use super::world::Extremes;

const ONE: i16 = SCALE as i16;

/// A constant beyond all that weights on traits could make up for.
const FAR: i32 = 1 << 30;

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
    /// Nobody moves, and no weights are less keen.
    pub const NONE: Weights = Weights {
        a: i16::MIN,
        b: i16::MIN,
        c: i16::MAX,
        d: -FAR,
        e: 0,
        f: 0,
        l: i16::MAX,
        m: -FAR,
    };

    /// Everybody moves, and no weights are keener.
    pub const ALL: Weights = Weights {
        a: i16::MAX,
        b: i16::MAX,
        c: i16::MIN,
        d: FAR,
        e: 0,
        f: 0,
        l: i16::MIN,
        m: FAR,
    };

    /// Goes out, for a cause or to loot.
    #[inline(always)]
    pub fn moves(&self, h: u8, p: u8, r: u8, v: u8) -> bool {
        (self.cause(h, p, r) > 0) | (self.greed(h, v, r) > 0)
    }

    /// Whether whoever moves under others moves under these, too. Traits are not negative, so each weight tells.
    pub fn covers(&self, other: &Weights) -> bool {
        self.a >= other.a
            && self.b >= other.b
            && self.c <= other.c
            && self.d >= other.d
            && self.l <= other.l
            && self.m >= other.m
    }

    /// The least keen weights that cover these and others.
    pub fn keenest(&self, other: &Weights) -> Weights {
        Weights {
            a: self.a.max(other.a),
            b: self.b.max(other.b),
            c: self.c.min(other.c),
            d: self.d.max(other.d),
            e: 0,
            f: 0,
            l: self.l.min(other.l),
            m: self.m.max(other.m),
        }
    }

    /// Weights that are keener by so much utility, in every weight.
    pub fn keener(&self, utility: f64) -> Weights {
        let (weight, constant) = (steps(utility), constant(utility));
        Weights {
            a: self.a.saturating_add(weight),
            b: self.b.saturating_add(weight),
            c: self.c.saturating_sub(weight),
            d: self.d + constant,
            e: 0,
            f: 0,
            l: self.l.saturating_sub(weight),
            m: self.m + constant,
        }
    }

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

    /// Whether the keenest citizen that a ward could have would go out; if not, nobody in it does.
    ///
    /// An upper bound of both forms. With `m` the smallest coefficient, `a h + b p - c r` is
    /// `m (h + p - r) + (a - m) h + (b - m) p - (c - m) r`, and no term exceeds its extreme in the ward.
    pub fn may_move(&self, x: &Extremes) -> bool {
        let [h, p, r, v] = [x.hardship, x.discontent, x.risk_aversion, x.violence].map(i32::from);
        let [a, b, c, l] = [self.a, self.b, self.c, self.l].map(i32::from);
        let m = a.min(b).min(c).max(0);
        let cause = m * i32::from(x.aggrieved) + (a - m) * h + (b - m) * p - (c - m) * r + self.d;
        let greed = i32::from(ONE) * i32::from(x.covetous).min(h + v) - l * r + self.m;
        cause > 0 || greed > 0
    }
}

/// What decides a participant's first demand, common to a place, in steps of utility.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Demands {
    /// Weight of discontent against hardship.
    pub political: i16,
    /// How far demands have climbed.
    pub ladder: i16,
    /// Where another government is no longer enough, a constant.
    pub regime_line: i32,
}

/// What is perceived place by place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Perceived {
    /// What decides first demands in each place.
    pub demands: Vec<Demands>,
    /// What communities weigh in each place, outside towns and in them, but for those that stand apart.
    pub shared: Vec<[Weights; 2]>,
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
    use crate::sim::world::{People, Person};

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
        let mut people = People::default();
        for (i, &traits) in citizens.iter().enumerate() {
            people.push(Person::at_home(i as u16, traits));
        }
        let extremes = Extremes::of(&people);
        let mut moved = 0;
        for raise in (0..400_000).step_by(1_000) {
            let raised = Weights {
                d: weights.d + raise,
                m: weights.m + raise,
                ..weights
            };
            let somebody = citizens.iter().any(|&[h, p, r, v]| raised.moves(h, p, r, v));
            assert!(raised.may_move(&extremes) || !somebody);
            moved += u32::from(somebody);
        }
        assert!(moved > 0, "somebody moves for some of the constants");
    }
}
