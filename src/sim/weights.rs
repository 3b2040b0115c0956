//! What citizens weigh: the linear forms that `perceive` works out for each community and `decide` puts to each
//! citizen. Integers, so that a decision is exact and the same on every machine and every path.

use super::rules::{SCALE, constant, steps};

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

    /// Weights with which hardship, discontent and everything else push people out by so much more utility.
    pub fn pushed(&self, [hardship, discontent, everybody]: [f64; 3]) -> Weights {
        Weights {
            a: self.a.saturating_add(steps(hardship)),
            b: self.b.saturating_add(steps(discontent)),
            d: self.d + constant(everybody),
            m: self.m + constant(everybody),
            ..*self
        }
    }

    /// Weights with which risk aversion keeps people at home by so much less utility.
    pub fn bolder(&self, utility: f64) -> Weights {
        Weights {
            c: self.c.saturating_sub(steps(utility)),
            l: self.l.saturating_sub(steps(utility)),
            ..*self
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
    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        fn any_weights()(
            [a, b, c, e, l] in proptest::array::uniform5(-2000i16..2000),
            [d, f, m] in proptest::array::uniform3(-600_000i32..600_000),
        ) -> Weights {
            Weights { a, b, c, d, e, f, l, m }
        }
    }

    proptest! {
        #[test]
        fn whoever_moves_under_some_weights_moves_under_all_that_cover_them(
            k in any_weights(),
            other in any_weights(),
            traits in proptest::collection::vec(any::<[u8; 4]>(), 64),
        ) {
            let keener = [k.keenest(&other), k.pushed([0.01; 3]).bolder(0.01), Weights::ALL];
            for [h, p, r, v] in traits {
                prop_assert!(!Weights::NONE.moves(h, p, r, v) && Weights::ALL.moves(h, p, r, v));
                for covers in keener {
                    prop_assert!(covers.covers(&k));
                    prop_assert!(covers.moves(h, p, r, v) || !k.moves(h, p, r, v));
                }
            }
        }
    }
}
