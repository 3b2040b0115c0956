//! Tables for the tests of this room.

use crate::metric::Metric;
use crate::table::{Column, Table};

fn time(tick: i64) -> String {
    format!("2022-01-{:02}T{:02}:00:00+06:00", 2 + tick / 24, tick % 24)
}

/// A wave that rises and falls, in the country's rows alone.
pub fn series(ticks: i64) -> Table {
    let wave = |height: f64, centre: f64, width: f64| {
        move |tick: i64| {
            let x = (tick as f64 - centre) / width;
            (height * (-x * x).exp()).round()
        }
    };
    let (out, violent) = (wave(52_000.0, 80.0, 40.0), wave(9_000.0, 90.0, 15.0));
    let mut columns = vec![
        ("tick", Column::Int((0..ticks).collect())),
        ("time", Column::Text((0..ticks).map(time).collect())),
        ("region", Column::Text(vec!["all".to_owned(); ticks as usize])),
    ];
    for &metric in Metric::ALL {
        let value = |tick: i64| match metric {
            Metric::Participants => out(tick),
            Metric::ParticipantsToday => (tick / 24 * 24..=tick).map(|hour| out(hour) * 2.0).fold(0.0, f64::max),
            Metric::Violent => violent(tick),
            Metric::DeathsCivilians => (tick / 10) as f64,
            Metric::DetainedTotal => (tick * 12) as f64,
            _ => 0.0,
        };
        columns.push((metric.name(), Column::Float((0..ticks).map(value).collect())));
    }
    Table::new(columns)
}

/// Events of (tick, event, region, subject, number).
pub fn events(rows: &[(i64, &str, &str, &str, f64)]) -> Table {
    let text = |get: fn(&(i64, &str, &str, &str, f64)) -> String| Column::Text(rows.iter().map(get).collect());
    Table::new(vec![
        ("tick", Column::Int(rows.iter().map(|row| row.0).collect())),
        ("time", text(|row| time(row.0))),
        ("region", text(|row| row.2.to_owned())),
        ("event", text(|row| row.1.to_owned())),
        ("subject", text(|row| row.3.to_owned())),
        ("number", Column::Float(rows.iter().map(|row| row.4).collect())),
    ])
}
