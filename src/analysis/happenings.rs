//! What happened when, in each of many runs: what always happens, and what is luck.

use std::collections::BTreeMap;

use super::replicate::Events;
use super::spread::Spread;
use crate::table::Table;

/// Something that happened, in each run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Happening {
    /// What.
    pub event: String,
    /// Where; `all` if everywhere.
    pub region: String,
    /// The place of the region in which it is; empty where it is in no one place, or where no region is divided.
    pub place: String,
    /// The id of the site, action or contingent; may be empty.
    pub subject: String,
    /// Its first tick in each run; `None` in a run in which it never happens.
    pub ticks: Vec<Option<usize>>,
}

impl Happening {
    /// In how many runs it happens.
    pub fn runs(&self) -> usize {
        self.ticks.iter().flatten().count()
    }

    /// The lower median of its first tick, over the runs in which it happens.
    pub fn median(&self) -> Option<usize> {
        middle(&self.ticks)
    }

    /// Its first tick over the runs in which it happens.
    ///
    /// # Panics
    /// If it happens in none.
    pub fn spread(&self) -> Spread {
        Spread::of(&self.ticks.iter().flatten().map(|&tick| tick as f64).collect::<Vec<_>>())
    }

    /// The id of the place in which it is, or else of the region.
    pub fn at(&self) -> &str {
        if self.place.is_empty() {
            &self.region
        } else {
            &self.place
        }
    }
}

/// What happened in runs that are collected one after the other.
#[derive(Debug, Default)]
pub struct Collecting {
    runs: usize,
    /// By what, where and which.
    all: BTreeMap<(String, String, String), Happening>,
}

impl Collecting {
    /// Add a run.
    ///
    /// # Panics
    /// If the table lacks a column of `events.csv`.
    pub fn add(&mut self, events: &Table) {
        for event in Events::of(events).iter() {
            let key = [event.event, event.at(), event.subject].map(str::to_owned);
            let known = self.all.entry(key.into()).or_insert_with(|| Happening {
                event: event.event.to_owned(),
                region: event.region.to_owned(),
                place: event.place.to_owned(),
                subject: event.subject.to_owned(),
                ticks: Vec::new(),
            });
            known.ticks.resize(self.runs.max(known.ticks.len()), None);
            match known.ticks.get_mut(self.runs) {
                None => known.ticks.push(Some(event.tick)),
                Some(first) => *first = Some(first.map_or(event.tick, |first| first.min(event.tick))),
            }
        }
        self.runs += 1;
    }

    /// How many runs were added.
    pub fn runs(&self) -> usize {
        self.runs
    }

    /// All that happened, in order of what, where and which.
    pub fn finish(self) -> Vec<Happening> {
        let whole = |mut one: Happening| {
            one.ticks.resize(self.runs, None);
            one
        };
        self.all.into_values().map(whole).collect()
    }
}

/// In how many runs one of these happened, and the lower median of the first tick of any, over those.
pub fn first_of_any<'h>(happenings: impl Iterator<Item = &'h Happening>) -> (usize, Option<usize>) {
    let mut first: Vec<Option<usize>> = Vec::new();
    for one in happenings {
        first.resize(one.ticks.len(), None);
        for (first, tick) in first.iter_mut().zip(&one.ticks) {
            *first = match (*first, *tick) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
        }
    }
    (first.iter().flatten().count(), middle(&first))
}

/// The lower middle of those that there are.
fn middle(ticks: &[Option<usize>]) -> Option<usize> {
    let mut known: Vec<usize> = ticks.iter().flatten().copied().collect();
    known.sort_unstable();
    known.get((known.len().max(1) - 1) / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Column;

    fn events(rows: &[(i64, &str, &str)]) -> Table {
        let text = |values: Vec<&str>| Column::Text(values.into_iter().map(str::to_owned).collect());
        Table::new(vec![
            ("tick", Column::Int(rows.iter().map(|row| row.0).collect())),
            ("region", text(rows.iter().map(|row| row.1).collect())),
            ("place", text(rows.iter().map(|row| row.2).collect())),
            ("event", text(vec!["protest_begins"; rows.len()])),
            ("subject", text(vec![""; rows.len()])),
        ])
    }

    #[test]
    fn a_happening_has_its_first_tick_in_each_run_and_a_region_the_first_of_its_places() {
        let mut collecting = Collecting::default();
        collecting.add(&events(&[
            (5, "west", "aktau"),
            (3, "west", "zhanaozen"),
            (9, "west", "aktau"),
        ]));
        collecting.add(&events(&[]));
        collecting.add(&events(&[(7, "west", "aktau"), (8, "south", "")]));
        assert_eq!(collecting.runs(), 3);
        let all = collecting.finish();
        let told: Vec<_> = all
            .iter()
            .map(|one| (one.at(), one.ticks.clone(), one.median()))
            .collect();
        assert_eq!(
            told,
            [
                ("aktau", vec![Some(5), None, Some(7)], Some(5)),
                ("south", vec![None, None, Some(8)], Some(8)),
                ("zhanaozen", vec![Some(3), None, None], Some(3)),
            ]
        );
        assert_eq!((all[0].runs(), all[0].spread().median), (2, 6.0));
        assert_eq!(
            first_of_any(all.iter().filter(|one| one.region == "west")),
            (2, Some(3))
        );
        assert_eq!(first_of_any([].into_iter()), (0, None));
    }
}
