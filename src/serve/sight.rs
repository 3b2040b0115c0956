//! What a government can see at the moment of its decision: late, in part and in round numbers, and never the counts of
//! the model. The rule stands in `src/docs/room.md`, and here in numbers.
//!
//! - A region reports what was three hours ago; where fewer than one person in five can reach the network, nine.
//! - A crowd is what officers on duty there estimate: one figure and zeros; under fifty there is none; where no officer
//!   is on duty, nobody reports.
//! - Violence is a word and no number. Lost sites are known when the report comes.
//! - Hospitals count the dead, and that takes half a day. Who is detained stands in the government's own books.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use serde_json::{Value, json};

use super::room::Room;
use super::worlds::run;
use crate::metric::{Metric, Readings};
use crate::report::format::{hour, number};
use crate::study::{Job, Study};

/// Hours until a report comes, with a network and without.
const LATE: [f64; 2] = [3.0, 9.0];
/// Below this share of people with a network a report takes the longer way.
const CUT: f64 = 0.2;
/// A smaller crowd is not reported.
const SEEN: f64 = 50.0;
/// From so many violent people on violence is reported.
const VIOLENT: f64 = 20.0;
/// Hours until hospitals have counted.
const HOSPITALS: f64 = 12.0;

/// Run the first world of a branch to the moment at which time stands still, and keep what can be seen then.
pub fn find(room: &Arc<Room>, id: &str, study: &Arc<Study>, stop: &AtomicBool) -> Result<(), String> {
    let Some(played) = room.state().branches.get(id).and_then(|branch| branch.kept.played) else {
        return Ok(());
    };
    let mut history: Vec<Readings> = Vec::new();
    let job = Job {
        point: 0,
        replicate: 0,
        arm: 1,
    };
    run(study, room.record(), job, &mut |readings, _| {
        history.push(readings.clone());
        match history.len() as u32 >= played.tick || stop.load(SeqCst) || room.is_closing() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    })?;
    if (history.len() as u32) < played.tick {
        return Ok(());
    }
    let view = seen(room, study, &history, played.tick, played.step);
    if let Some(branch) = room.state().branches.get_mut(id) {
        branch.view = Some(view);
    }
    Ok(())
}

fn seen(room: &Room, study: &Study, history: &[Readings], tick: u32, step: u32) -> Value {
    let model = &study.arms[1].model;
    let time = |tick: u32| hour(room.times.get(tick as usize).map_or("", String::as_str));
    let hours = f64::from(model.size().tick_minutes.max(1)) / 60.0;
    let country = study.family().name() == "country";
    let rows: Vec<Value> = match country {
        true => room
            .base
            .scenario
            .regions()
            .iter()
            .enumerate()
            .map(|(place, region)| reported(&region.name, history, place, hours, &time))
            .collect(),
        false => Vec::new(),
    };
    let books = |metric: Metric| {
        history
            .last()
            .filter(|_| country)
            .map(|now| number(now.get(metric, None)))
    };
    let last = (room.times.len() as u32).min(tick + step);
    let deeds: Vec<Value> = model
        .dated()
        .into_iter()
        .filter(|(_, at)| (tick..last).contains(at))
        .map(|(id, at)| json!({ "id": id, "time": room.times[at as usize].get(..16) }))
        .collect();
    json!({
        "tick": tick,
        "time": time(tick),
        "at": room.times.get(tick as usize).and_then(|time| time.get(..16)),
        "until": time(last),
        "last": last as usize >= room.times.len(),
        "rows": rows,
        "detained": books(Metric::Detained),
        "officers_killed": books(Metric::DeathsOfficers),
        "deeds": deeds,
    })
}

/// What a region has reported.
fn reported(name: &str, history: &[Readings], region: usize, hours: f64, time: &dyn Fn(u32) -> String) -> Value {
    let back = |late: f64| {
        let ticks = libm::ceil(late / hours) as usize;
        history.len().checked_sub(1 + ticks).map(|tick| &history[tick])
    };
    let of = |readings: &Readings, metric| readings.get(metric, Some(region));
    let cut = history.last().is_some_and(|now| of(now, Metric::Connectivity) < CUT);
    let Some(report) = back(LATE[usize::from(cut)]) else {
        return json!({ "region": name, "as_of": "", "crowd": "no report yet" });
    };
    let officers = of(report, Metric::OfficersOnDuty);
    let crowd = estimate(of(report, Metric::Participants), officers);
    let dead = back(HOSPITALS).map_or(0.0, |then| of(then, Metric::DeathsCivilians));
    json!({
        "region": name,
        "as_of": time(report.tick + 1),
        "crowd": crowd,
        "violence": officers > 0.0 && of(report, Metric::Violent) >= VIOLENT,
        "sites": number(of(report, Metric::SitesSeized)),
        "dead": number(dead),
    })
}

/// A crowd as officers estimate it.
fn estimate(people: f64, officers: f64) -> String {
    match (people, officers) {
        (_, none) if none <= 0.0 => "nobody there to report".to_owned(),
        (few, _) if few < SEEN => "no crowd".to_owned(),
        (people, _) => {
            let size = libm::pow(10.0, libm::floor(libm::log10(people)));
            format!("about {}", number((people / size).round() * size))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crowd_is_one_figure_and_zeros_and_none_where_nobody_looks() {
        for (people, officers, told) in [
            (0.0, 9.0, "no crowd"),
            (49.0, 9.0, "no crowd"),
            (50.0, 9.0, "about 50"),
            (1_449.0, 9.0, "about 1,000"),
            (96_000.0, 9.0, "about 100,000"),
            (9_000.0, 0.0, "nobody there to report"),
        ] {
            assert_eq!(estimate(people, officers), told);
        }
    }

    #[test]
    fn a_report_is_three_hours_old_and_nine_where_the_network_is_cut_and_the_dead_take_half_a_day() {
        let history: Vec<Readings> = (0..20)
            .map(|tick| {
                let mut readings = Readings::new(1);
                readings.tick = tick;
                readings.set(Metric::Participants, Some(0), f64::from(tick) * 1000.0);
                readings.set(Metric::OfficersOnDuty, Some(0), 10.0);
                readings.set(Metric::DeathsCivilians, Some(0), f64::from(tick));
                readings.set(Metric::Connectivity, Some(0), 0.8);
                readings
            })
            .collect();
        let time = |tick: u32| format!("hour {tick}");
        let told = reported("North", &history, 0, 1.0, &time);
        assert_eq!(
            (&told["as_of"], &told["crowd"], &told["dead"]),
            (&json!("hour 17"), &json!("about 20,000"), &json!("7"))
        );
        let mut cut = history.clone();
        cut[19].set(Metric::Connectivity, Some(0), 0.05);
        let told = reported("North", &cut, 0, 1.0, &time);
        assert_eq!(
            (&told["as_of"], &told["crowd"]),
            (&json!("hour 11"), &json!("about 10,000"))
        );
        assert_eq!(
            reported("North", &history[..3], 0, 1.0, &time)["crowd"],
            "no report yet"
        );
    }
}
