//! Clocks: how long it takes until something happens to a person.
//!
//! What can happen to somebody in their state (to go out, to go home, to be arrested, to be released) are hazards that
//! change from tick to tick. Instead of a draw in every tick, a person has a clock: an exponentially distributed amount
//! of hazard, drawn once. Every hazard that acts on them runs it down; when it has run out, the thing happens and the
//! next clock is drawn. That is the same process (Sellke 1983 for epidemics; Gibson and Bruck 2000 for reactions), with a draw
//! for each event and not for each tick, and the draw is a pure function of its event: this person's n-th turn.
//!
//! A hazard is a whole number, so that what is left of a clock is exact on every machine.

use crate::dice::{Dice, Purpose};

/// An amount of hazard, in [`UNIT`]ths: with 1, something happens with probability `1 - 1/e`.
pub type Hazard = u32;

/// Steps of hazard in 1.
pub const UNIT: f64 = (1u32 << 27) as f64;

/// The hazard of something that happens at this rate, events per hour, within so many hours; at most 31.
pub fn of_rate(per_hour: f64, hours: f64) -> Hazard {
    ((per_hour * hours).clamp(0.0, 31.0) * UNIT + 0.5) as Hazard
}

/// The hazard of something that happens with this probability.
pub fn of_chance(chance: f64) -> Hazard {
    of_rate(-libm::log1p(-chance.clamp(0.0, 1.0)), 1.0)
}

/// The clock of a person's n-th turn, at least 1, and the lot that says which of several hazards it was that ran it down.
pub fn turn(dice: &Dice, person: usize, turn: u16) -> (Hazard, u32) {
    let [draw, lot] = dice.draws32(Purpose::Turn, person as u64, u32::from(turn));
    let share = (f64::from(draw) + 1.0) / 4_294_967_296.0;
    (of_rate(-libm::log(share), 1.0).max(1), lot)
}

/// Run a person's clock down by a hazard. If it has run out, it is set to their next turn, and the lot of the turn that is
/// over is returned. The first clock is drawn when the first hazard acts.
#[inline]
pub fn run_down(clock: &mut Hazard, turns: &mut u16, by: Hazard, dice: &Dice, person: usize) -> Option<u32> {
    if *turns == 0 {
        (*turns, *clock) = (1, turn(dice, person, 0).0);
    }
    if *clock > by {
        *clock -= by;
        return None;
    }
    Some(next(clock, turns, dice, person))
}

/// Set a clock that has run out to the next turn; the lot of the turn that is over.
pub fn next(clock: &mut Hazard, turns: &mut u16, dice: &Dice, person: usize) -> u32 {
    let over = turn(dice, person, *turns - 1).1;
    *clock = turn(dice, person, *turns).0;
    *turns = turns.wrapping_add(1).max(1);
    over
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn something_happens_as_often_within_a_clock_as_with_a_draw_in_every_tick() {
        let (dice, hourly) = (Dice::new(3, 0), of_rate(0.1, 1.0));
        let people = 20_000;
        let mut waits = [0u32; 30];
        for person in 0..people {
            let (mut clock, mut turns) = (0, 0);
            let wait = (0..30).find(|_| run_down(&mut clock, &mut turns, hourly, &dice, person).is_some());
            wait.into_iter().for_each(|hours| waits[hours] += 1);
        }
        let chance = 1.0 - (-0.1f64).exp();
        let mut left = people as f64;
        for (hour, &happened) in waits.iter().enumerate() {
            let expected = left * chance;
            assert!(
                (f64::from(happened) - expected).abs() < 5.0 * expected.sqrt(),
                "in hour {hour}"
            );
            left -= f64::from(happened);
        }
    }

    #[test]
    fn without_a_hazard_nothing_happens_and_with_the_largest_everything() {
        let dice = Dice::new(3, 0);
        let (mut clock, mut turns) = (0, 0);
        assert_eq!(run_down(&mut clock, &mut turns, 0, &dice, 7), None);
        assert!(run_down(&mut clock, &mut turns, of_chance(1.0), &dice, 7).is_some());
        assert_eq!(clock, turn(&dice, 7, 1).0);
    }
}
