//! What happened in how many replicates, and when: the course of an ensemble, which no single replicate is.

use std::collections::BTreeMap;

use super::course::Course;
use super::replicate::Events;
use super::spread::Spread;
use crate::metric::Metric;
use crate::table::Table;

/// What an ensemble needs of one replicate.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Member {
    participants: Vec<f64>,
    firsts: BTreeMap<Happening, f64>,
}

/// Something that can happen in a replicate.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Happening {
    /// The kind of event.
    pub event: String,
    /// The id of its region, or of the place in it.
    pub region: String,
    /// The id of the site, action or contingent that it is about; may be empty.
    pub subject: String,
}

/// Something that happened in some of the replicates.
#[derive(Clone, Debug, PartialEq)]
pub struct First {
    /// What.
    pub what: Happening,
    /// In which share of the replicates.
    pub share: f64,
    /// The tick of its first time, over these.
    pub tick: Spread,
}

impl Member {
    /// Of the series and the events of a replicate of a country.
    ///
    /// # Panics
    /// If a table lacks a column of `series.csv` or `events.csv`.
    pub fn of(series: &Table, events: &Table) -> Member {
        let mut firsts = BTreeMap::new();
        for event in Events::of(events).iter() {
            let what = Happening {
                event: event.event.to_owned(),
                region: event.at().to_owned(),
                subject: event.subject.to_owned(),
            };
            let tick: &mut f64 = firsts.entry(what).or_insert(f64::INFINITY);
            *tick = tick.min(event.tick as f64);
        }
        Member {
            participants: Course::of(series).values(Metric::Participants.name()),
            firsts,
        }
    }
}

/// People out over time: the median and the 5 % and 95 % quantiles of each tick.
///
/// # Panics
/// If there are no members, or they have different numbers of ticks.
pub fn band(members: &[Member]) -> Vec<Spread> {
    let at = |tick: usize| {
        members
            .iter()
            .map(|member| member.participants[tick])
            .collect::<Vec<_>>()
    };
    (0..members[0].participants.len())
        .map(|tick| Spread::of(&at(tick)))
        .collect()
}

/// All that happened in at least this share of the replicates, in order of its median tick.
pub fn firsts(members: &[Member], share: f64) -> Vec<First> {
    let mut ticks: BTreeMap<&Happening, Vec<f64>> = BTreeMap::new();
    for (what, tick) in members.iter().flat_map(|member| &member.firsts) {
        ticks.entry(what).or_default().push(*tick);
    }
    let first = |(what, ticks): (&Happening, Vec<f64>)| First {
        what: what.clone(),
        share: ticks.len() as f64 / members.len() as f64,
        tick: Spread::of(&ticks),
    };
    let mut firsts: Vec<First> = ticks
        .into_iter()
        .map(first)
        .filter(|first| first.share >= share)
        .collect();
    firsts.sort_by(|a, b| a.tick.median.total_cmp(&b.tick.median));
    firsts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_most_replicates_have_is_told_at_its_median_tick() {
        let happening = |region: &str| Happening {
            event: "protest_begins".to_owned(),
            region: region.to_owned(),
            subject: String::new(),
        };
        let member = |out: f64, firsts: &[(&str, f64)]| Member {
            participants: vec![0.0, out],
            firsts: firsts.iter().map(|(region, tick)| (happening(region), *tick)).collect(),
        };
        let members = [
            member(10.0, &[("west", 5.0), ("south", 9.0)]),
            member(20.0, &[("west", 7.0)]),
            member(60.0, &[("west", 6.0), ("south", 3.0)]),
        ];
        assert_eq!(band(&members)[1].median, 20.0);
        let told = |share| -> Vec<(String, f64)> {
            let firsts = firsts(&members, share).into_iter();
            firsts.map(|first| (first.what.region, first.tick.median)).collect()
        };
        assert_eq!(told(0.5), [("south".to_owned(), 6.0), ("west".to_owned(), 6.0)]);
        assert_eq!(told(0.9), [("west".to_owned(), 6.0)]);
    }
}
