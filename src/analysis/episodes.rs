//! Episodes: the spells of ticks through which something holds, such as an outburst of rebellion.

use std::ops::Range;

/// A spell of ticks through which something holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Episode {
    /// Its ticks.
    pub ticks: Range<usize>,
    /// The values, summed over its ticks.
    pub size: f64,
}

/// The longest spells of values for which something holds; one that begins or ends outside is as long as it is seen.
pub fn episodes(values: &[f64], holds: impl Fn(f64) -> bool) -> Vec<Episode> {
    let mut episodes: Vec<Episode> = Vec::new();
    for (tick, &size) in values.iter().enumerate().filter(|&(_, &value)| holds(value)) {
        match episodes.last_mut() {
            Some(last) if last.ticks.end == tick => {
                last.ticks.end += 1;
                last.size += size;
            }
            _ => episodes.push(Episode {
                ticks: tick..tick + 1,
                size,
            }),
        }
    }
    episodes
}

/// Ticks from the end of each episode to the start of the next.
pub fn waits(episodes: &[Episode]) -> impl Iterator<Item = usize> + '_ {
    episodes.windows(2).map(|pair| pair[1].ticks.start - pair[0].ticks.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worked_example_of_epstein_sums_to_455_and_not_to_the_500_in_print() {
        let outbursts = episodes(&[60.0, 100.0, 120.0, 95.0, 80.0], |active| active > 50.0);
        assert_eq!((outbursts.len(), outbursts[0].size), (1, 455.0));
    }

    #[test]
    fn calm_is_counted_from_the_end_of_an_episode_to_the_start_of_the_next() {
        let active = [0.0, 51.0, 70.0, 50.0, 3.0, 0.0, 80.0, 0.0, 60.0];
        let found = episodes(&active, |active| active > 50.0);
        let spans: Vec<_> = found.iter().map(|one| (one.ticks.clone(), one.size)).collect();
        assert_eq!(spans, [(1..3, 121.0), (6..7, 80.0), (8..9, 60.0)]);
        assert_eq!(waits(&found).collect::<Vec<_>>(), [3, 1]);
        assert_eq!(episodes(&[], |_| true), []);
    }
}
