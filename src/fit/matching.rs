//! History matching in waves: which points to run next, until what is left is not ruled out by what was observed, and
//! then points that show it by their own runs (Andrianakis et al. 2015, PLoS Comput. Biol. 11(1), e1003968).
//!
//! ```text
//! ask -> points, replicates -> (somebody runs them) -> values -> tell -> ask -> ... -> worlds
//! ```
//!
//! Values are on the scales of what was observed, so that differences mean the same everywhere; what does not happen in
//! a run is not a number. All that is asked is a function of the seed and of what was told.

use rayon::prelude::*;

use super::chance::Chance;
use super::emulator::{Diagnosis, Emulator, Expected};
use super::matrix::Vector;
use super::wave::{POPULATION, largest, left, spread};

/// What was observed of a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Aim {
    /// The least that may have been observed.
    pub low: f64,
    /// The most.
    pub high: f64,
    /// The variance of observation and of what a model of this kind may be off by.
    pub known: f64,
}

impl Aim {
    /// How far a mean is, in standard deviations of all that is uncertain.
    pub fn off(&self, mean: f64, variance: f64) -> f64 {
        let distance = (self.low - mean).max(mean - self.high).max(0.0);
        match distance > 0.0 {
            true => distance / (variance + self.known).max(f64::MIN_POSITIVE).sqrt(),
            false => 0.0,
        }
    }
}

/// How to match.
#[derive(Clone, Debug, PartialEq)]
pub struct Method {
    /// Seed of the points, which has nothing to do with the dice of the model.
    pub seed: u64,
    /// How many parameters there are.
    pub parameters: usize,
    /// Points of a wave.
    pub points: usize,
    /// Replicates of each.
    pub replicates: usize,
    /// Waves, at most.
    pub waves: usize,
    /// Worlds that are wanted.
    pub worlds: usize,
    /// Replicates by which a world has to show that it is not ruled out, at least 2.
    pub world_replicates: usize,
}

impl Method {
    /// How many points it asks for, at most.
    pub fn most(&self) -> usize {
        self.waves * self.points + TRIES * (15 * self.worlds).min(POPULATION)
    }
}

/// Beyond this a point is implausible.
pub const CUT: f64 = 3.0;

/// What to run next.
#[derive(Clone, Debug, PartialEq)]
pub struct Round {
    /// The points, in the unit cube.
    pub points: Vec<Vector>,
    /// Replicates of each.
    pub replicates: usize,
}

/// What a wave has learnt.
#[derive(Clone, Debug)]
pub struct Wave {
    /// How many of the values a point may miss by more than the cut and still be left: none in late waves.
    pub spared: usize,
    /// The share of the whole space that is left after it.
    pub left: f64,
    /// How it emulates each value; `None` where too few points have it.
    pub emulated: Vec<Option<Diagnosis>>,
    /// The share of points, even in what was left before, that each value rules out alone.
    pub rules_out: Vec<f64>,
    /// The mean over what is left of the emulators' variance, as a share of all that is uncertain.
    pub unsure: f64,
    stand_ins: Vec<Option<StandIn>>,
    /// The places of the values, those that rule out most first.
    order: Vec<usize>,
}

#[derive(Clone, Debug)]
struct StandIn {
    aim: Aim,
    mean: Emulator,
    /// How often it happens at all, where it does not always.
    happens: Option<Emulator>,
}

impl StandIn {
    fn off(&self, point: &[f64]) -> f64 {
        let Expected { mean, unsure, dice } = self.mean.at(point);
        let off = self.aim.off(mean, unsure + dice);
        self.happens.as_ref().map_or(off, |happens| {
            let expected = happens.at(point);
            // As often as it may well be.
            off.max(never((expected.mean + 2.0 * expected.unsure.sqrt()).clamp(0.01, 1.0)))
        })
    }

    fn unsure(&self, point: &[f64]) -> f64 {
        let Expected { unsure, dice, .. } = self.mean.at(point);
        unsure / (unsure + dice + self.aim.known).max(f64::MIN_POSITIVE)
    }
}

/// How far what did happen is from a chance that it does.
fn never(chance: f64) -> f64 {
    ((1.0 - chance) / chance).sqrt()
}

impl Wave {
    /// How far a point is off; once it is known to be above `stop`, anything above.
    fn off(&self, point: &[f64], stop: f64) -> f64 {
        let mut offs = Vec::with_capacity(self.stand_ins.len());
        let mut beyond = 0;
        // Those that rule out most are asked first.
        for &place in &self.order {
            let Some(stand_in) = &self.stand_ins[place] else {
                continue;
            };
            let off = stand_in.off(point);
            offs.push(off);
            beyond += usize::from(off > stop);
            if beyond > self.spared {
                return f64::INFINITY;
            }
        }
        largest(offs, self.spared)
    }
}

/// A matching on its way.
#[derive(Clone, Debug)]
pub struct Matching {
    method: Method,
    aims: Vec<Aim>,
    waves: Vec<Wave>,
    /// Points that are left, evenly.
    rest: Vec<Vector>,
    /// Rounds in which candidates were tried.
    tries: usize,
    candidates: usize,
    worlds: Vec<Vector>,
    asked: Option<Round>,
    over: bool,
}

/// Rounds of candidates, at most.
const TRIES: usize = 4;

impl Matching {
    /// Begin.
    pub fn new(method: Method, aims: Vec<Aim>) -> Matching {
        Matching {
            method,
            aims,
            waves: Vec::new(),
            rest: Vec::new(),
            tries: 0,
            candidates: 0,
            worlds: Vec::new(),
            asked: None,
            over: false,
        }
    }

    /// What to run next; `None` when it is over.
    pub fn ask(&mut self) -> Option<Round> {
        if self.over {
            return None;
        }
        let method = &self.method;
        let round = match self.is_verifying() {
            false if self.waves.is_empty() => Round {
                points: hypercube(method.seed, method.points, method.parameters),
                replicates: method.replicates,
            },
            false => Round {
                points: self.spread(method.points),
                replicates: method.replicates,
            },
            // As they lie in the rest, evenly: the farthest from each other are those that are the most in doubt.
            true => Round {
                points: self.rest.iter().take(self.wanted()).cloned().collect(),
                replicates: method.world_replicates,
            },
        };
        self.asked = Some(round.clone());
        Some(round)
    }

    /// The values of what was asked for, by point, replicate and value.
    ///
    /// # Panics
    /// If nothing was asked.
    pub fn tell(&mut self, values: &[Vec<Vec<f64>>]) {
        let Round { points, .. } = self.asked.take().expect("points were asked for");
        match self.is_verifying() {
            false => self.learn(&points, values),
            true => self.verify(&points, values),
        }
    }

    fn is_verifying(&self) -> bool {
        let sure = self
            .waves
            .last()
            .is_some_and(|wave| wave.spared == 0 && wave.unsure < SURE);
        self.waves.len() >= self.method.waves || sure
    }

    /// How many candidates are needed, by how many of those before held.
    fn wanted(&self) -> usize {
        let missing = (self.method.worlds - self.worlds.len()) as f64;
        let share = (self.worlds.len() as f64 + 1.0) / (self.candidates as f64 + 1.0);
        (1.5 * missing / share.max(0.1)).ceil() as usize
    }

    fn spread(&self, count: usize) -> Vec<Vector> {
        spread(&self.rest, count)
            .into_iter()
            .map(|place| self.rest[place].clone())
            .collect()
    }

    fn learn(&mut self, points: &[Vector], values: &[Vec<Vec<f64>>]) {
        let number = self.waves.len();
        let taught: Vec<Option<(StandIn, Diagnosis)>> = (0..self.aims.len())
            .into_par_iter()
            .map(|value| self.stand_in(value, points, values))
            .collect();
        let emulated = taught
            .iter()
            .map(|taught| taught.as_ref().map(|(_, diagnosis)| *diagnosis))
            .collect();
        let sound = |taught: Option<(StandIn, Diagnosis)>| {
            taught
                .filter(|(_, diagnosis)| diagnosis.is_sound())
                .map(|(stand_in, _)| stand_in)
        };
        let before = match self.rest.is_empty() {
            true => hypercube(self.method.seed + 1, 1000, self.method.parameters),
            false => self.rest.clone(),
        };
        let mut wave = Wave {
            // A poor emulator shall rule out nothing alone while there are many observations.
            spared: 2usize.saturating_sub(number).min(self.aims.len() / 5),
            left: 0.0,
            emulated,
            rules_out: Vec::new(),
            unsure: 0.0,
            stand_ins: taught.into_iter().map(sound).collect(),
            order: (0..self.aims.len()).collect(),
        };
        let out = |stand_in: &Option<StandIn>| {
            let Some(stand_in) = stand_in else { return 0.0 };
            let beyond = before.iter().filter(|point| stand_in.off(point) > CUT).count();
            beyond as f64 / before.len() as f64
        };
        wave.rules_out = wave.stand_ins.iter().map(out).collect();
        let Wave { rules_out, order, .. } = &mut wave;
        order.sort_by(|&a, &b| rules_out[b].total_cmp(&rules_out[a]));
        self.waves.push(wave);
        self.close_in(number as u64 + 2);
        let unsure = |point: &Vector| {
            let stand_ins = self.waves[number].stand_ins.iter().flatten();
            stand_ins.map(|stand_in| stand_in.unsure(point)).fold(0.0, f64::max)
        };
        let some = self.rest.iter().take(200);
        let unsure = some.clone().map(unsure).sum::<f64>() / some.len().max(1) as f64;
        self.waves[number].unsure = unsure;
        self.over = self.rest.is_empty();
    }

    /// What is left by all waves so far.
    fn close_in(&mut self, salt: u64) {
        let seed = self.method.seed.wrapping_add(salt.wrapping_mul(0x9e37_79b9));
        let waves = &self.waves;
        // The last wave says no most often, and one that says no is enough.
        let off = |point: &[f64], stop: f64| {
            let mut worst: f64 = 0.0;
            for wave in waves.iter().rev() {
                worst = worst.max(wave.off(point, stop));
                if worst > stop {
                    break;
                }
            }
            worst
        };
        let rest = left(seed, self.method.parameters, CUT, off);
        if let Some(wave) = self.waves.last_mut() {
            wave.left = rest.share;
        }
        self.rest = rest.points;
    }

    /// Learn one value; `None` if fewer than half of the points have it.
    fn stand_in(&self, value: usize, points: &[Vector], values: &[Vec<Vec<f64>>]) -> Option<(StandIn, Diagnosis)> {
        let of: Vec<Summary> = values.iter().map(|rows| Summary::of(rows, value)).collect();
        let have: Vec<usize> = (0..points.len()).filter(|&point| of[point].count > 0.0).collect();
        if 2 * have.len() < points.len() || have.len() < 10 {
            return None;
        }
        // What a single replicate says nothing of is as it is on average.
        let known: Vector = have
            .iter()
            .map(|&point| of[point].variance)
            .filter(|v| v.is_finite())
            .collect();
        let average = known.iter().sum::<f64>() / known.len().max(1) as f64;
        let dice = |point: usize| Some(of[point].variance).filter(|v| v.is_finite()).unwrap_or(average);
        let dice: Vector = have.iter().map(|&point| dice(point)).collect();
        let counts: Vector = have.iter().map(|&point| of[point].count).collect();
        let places: Vec<Vector> = have.iter().map(|&point| points[point].clone()).collect();
        let means: Vector = have.iter().map(|&point| of[point].mean).collect();
        let (mean, diagnosis) = Emulator::learn(&places, &means, &dice, &counts);
        let seldom = of.iter().any(|summary| summary.happens < 0.95);
        let happens = seldom.then(|| {
            let shares: Vector = of.iter().map(|summary| summary.happens).collect();
            let dice: Vector = shares.iter().map(|share| share * (1.0 - share)).collect();
            let counts: Vector = values.iter().map(|rows| rows.len() as f64).collect();
            Emulator::learn(points, &shares, &dice, &counts).0
        });
        let stand_in = StandIn {
            aim: self.aims[value],
            mean,
            happens,
        };
        Some((stand_in, diagnosis))
    }

    /// The implausibility of a point by its own runs.
    fn off(&self, rows: &[Vec<f64>], rank: usize) -> f64 {
        let one = |(value, aim): (usize, &Aim)| {
            let Summary {
                mean,
                variance,
                count,
                happens,
            } = Summary::of(rows, value);
            match count > 1.0 {
                true => aim.off(mean, variance * (1.0 + 1.0 / count)).max(never(happens)),
                false => f64::INFINITY,
            }
        };
        largest(self.aims.iter().enumerate().map(one).collect(), rank)
    }

    fn verify(&mut self, points: &[Vector], values: &[Vec<Vec<f64>>]) {
        self.candidates += points.len();
        for (point, rows) in points.iter().zip(values) {
            if self.off(rows, 0) <= CUT {
                self.worlds.push(point.clone());
            }
        }
        self.tries += 1;
        if self.worlds.len() >= self.method.worlds || self.tries == TRIES {
            let places = spread(&self.worlds, self.method.worlds);
            self.worlds = places.into_iter().map(|place| self.worlds[place].clone()).collect();
            self.over = true;
        } else {
            // Other points of the same rest.
            let share = self.waves.last().map_or(0.0, |wave| wave.left);
            self.close_in(100 + self.tries as u64);
            if let Some(wave) = self.waves.last_mut() {
                wave.left = share;
            }
            self.over = self.rest.is_empty();
        }
    }

    /// The waves so far.
    pub fn waves(&self) -> &[Wave] {
        &self.waves
    }

    /// The worlds: points that their own runs do not rule out.
    pub fn worlds(&self) -> &[Vector] {
        &self.worlds
    }

    /// How many candidates were run for them.
    pub fn candidates(&self) -> usize {
        self.candidates
    }

    /// How far a point is from each value by the stand-ins of each wave; `None` where a wave has none that is sound.
    pub fn offs(&self, point: &[f64]) -> Vec<Vec<Option<f64>>> {
        let of = |wave: &Wave| {
            let stand_ins = wave.stand_ins.iter();
            stand_ins.map(|of| of.as_ref().map(|of| of.off(point))).collect()
        };
        self.waves.iter().map(of).collect()
    }

    /// Whether a point is left by all waves: by their stand-ins, not by its runs.
    pub fn has(&self, point: &[f64]) -> bool {
        self.waves.iter().all(|wave| wave.off(point, CUT) <= CUT)
    }
}

/// Emulators that add less than this to what is uncertain are sure enough.
const SURE: f64 = 0.25;

/// A value over the replicates of a point.
struct Summary {
    mean: f64,
    /// Not a number of a single replicate.
    variance: f64,
    count: f64,
    happens: f64,
}

impl Summary {
    fn of(rows: &[Vec<f64>], value: usize) -> Summary {
        let have: Vec<f64> = rows
            .iter()
            .map(|row| row[value])
            .filter(|value| value.is_finite())
            .collect();
        let count = have.len() as f64;
        let mean = have.iter().sum::<f64>() / count;
        let squares: f64 = have.iter().map(|value| (value - mean) * (value - mean)).sum();
        Summary {
            mean,
            variance: if count > 1.0 { squares / (count - 1.0) } else { f64::NAN },
            count,
            // Of few replicates that all have it, it may still be missed now and then.
            happens: if have.len() == rows.len() {
                1.0
            } else {
                (count + 0.5) / (rows.len() as f64 + 1.0)
            },
        }
    }
}

/// A Latin hypercube: each range is cut in as many parts as there are points, one point in each part.
fn hypercube(seed: u64, count: usize, parameters: usize) -> Vec<Vector> {
    let mut points = vec![vec![0.0; parameters]; count];
    for parameter in 0..parameters {
        let mut chance = Chance::of(seed, u32::MAX, parameter as u32);
        let mut order: Vec<usize> = (0..count).collect();
        for last in (1..count).rev() {
            order.swap(last, ((chance.share() * (last as f64 + 1.0)) as usize).min(last));
        }
        for (point, stratum) in points.iter_mut().zip(order) {
            point[parameter] = (stratum as f64 + chance.share()) / count as f64;
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    fn method() -> Method {
        Method {
            seed: 5,
            parameters: 3,
            points: 60,
            replicates: 4,
            waves: 4,
            worlds: 40,
            world_replicates: 8,
        }
    }

    /// A model with dice: two values, one of which only two parameters decide, in combination.
    fn run(point: &[f64], replicate: u32) -> Vec<f64> {
        let luck = Chance::of(9, replicate, 0).normals(2);
        vec![
            libm::log(0.1 + point[0] * point[1]) + 0.1 * luck[0],
            libm::exp(point[0]) + 0.1 * luck[1],
        ]
    }

    fn matched(truth: &[f64], known: f64) -> Matching {
        let record = run(truth, 1000);
        let aims = record.iter().map(|&value| Aim {
            low: value,
            high: value,
            known,
        });
        let mut matching = Matching::new(method(), aims.collect());
        while let Some(Round { points, replicates }) = matching.ask() {
            let rows = |point: &Vector| (0..replicates as u32).map(|replicate| run(point, replicate)).collect();
            matching.tell(&points.iter().map(rows).collect::<Vec<_>>());
        }
        matching
    }

    #[test]
    fn the_truth_is_left_the_worlds_are_near_it_and_what_does_not_matter_stays_free() {
        let truth = [0.6, 0.4, 0.5];
        let matching = matched(&truth, 0.001);
        assert!(matching.has(&truth));
        let shares: Vec<f64> = matching.waves().iter().map(|wave| wave.left).collect();
        assert!(
            shares.windows(2).all(|pair| pair[1] <= pair[0] * 1.1) && shares[shares.len() - 1] < 0.5,
            "{shares:?}"
        );
        let worlds = matching.worlds();
        assert_eq!(worlds.len(), 40);
        let range = |parameter: usize| {
            let values = || worlds.iter().map(|world| world[parameter]);
            (values().fold(1.0, f64::min), values().fold(0.0, f64::max))
        };
        let (low, high) = range(0);
        assert!(low < 0.6 && 0.6 < high && high - low < 0.7, "{low} {high}");
        let (low, high) = range(2);
        assert!(low < 0.1 && high > 0.9, "{low} {high}");
    }

    #[test]
    fn a_record_that_contradicts_the_model_leaves_nothing() {
        let impossible = Aim {
            low: 9.0,
            high: 9.0,
            known: 0.01,
        };
        let mut matching = Matching::new(method(), vec![impossible; 3]);
        let mut rounds = 0;
        while let Some(Round { points, replicates }) = matching.ask() {
            let row = |point: &Vector, replicate| vec![run(point, replicate)[0]; 3];
            let rows = |point: &Vector| (0..replicates as u32).map(|replicate| row(point, replicate)).collect();
            matching.tell(&points.iter().map(rows).collect::<Vec<_>>());
            rounds += 1;
        }
        assert!(rounds <= 2 && matching.worlds().is_empty(), "{rounds} rounds");
        assert_eq!(matching.waves()[0].rules_out, [1.0; 3]);
    }

    #[test]
    fn the_truth_stays_in_in_nearly_all_cases() {
        let kept = (0..20)
            .filter(|&number| {
                let mut chance = Chance::of(77, 0, number);
                let truth: Vector = (0..3).map(|_| chance.share()).collect();
                matched(&truth, 0.001).has(&truth)
            })
            .count();
        assert!(kept >= 19, "{kept} of 20");
    }
}
