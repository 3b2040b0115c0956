//! The files of a calibration.

use super::super::assemble::Named;
use super::{Calibration, Fitted};
use crate::scenario::search::overlay;
use crate::table::csv::text;
use crate::table::{Column, Table};

impl Calibration {
    /// The files of what was found; `base` is the path of the scenario as seen from their folder.
    pub fn files(&self, fitted: &Fitted, base: &str) -> Vec<Named> {
        let files = [
            ("replicates.csv", text(&replicates(self, fitted))),
            ("trials.csv", text(&trials(self, fitted))),
            ("posterior.csv", text(&posterior(self, fitted))),
            ("summary.csv", text(&summary(fitted))),
            ("correlations.csv", text(&correlations(fitted))),
            ("best.toml", best(self, fitted, base).into_bytes()),
        ];
        files.map(|(name, text)| (name.to_owned(), text)).into()
    }
}

fn whole(values: impl Iterator<Item = u32>) -> Column {
    Column::Int(values.map(i64::from).collect())
}

/// One row per trial.
fn trials(calibration: &Calibration, fitted: &Fitted) -> Table {
    let all = &fitted.trials;
    let mut columns = vec![
        ("trial".to_owned(), Column::Int((0..all.len() as i64).collect())),
        ("generation".to_owned(), whole(all.iter().map(|trial| trial.generation))),
        (
            "stage".to_owned(),
            Column::Text(all.iter().map(|trial| trial.stage.name().to_owned()).collect()),
        ),
        ("index".to_owned(), whole(all.iter().map(|trial| trial.index))),
    ];
    for (i, parameter) in calibration.search().parameters.iter().enumerate() {
        columns.push((
            parameter.key.clone(),
            Column::Float(all.iter().map(|trial| trial.values[i]).collect()),
        ));
    }
    for (i, observation) in calibration.observations().iter().enumerate() {
        let of = |what: fn(&crate::fit::distance::Met) -> f64| {
            Column::Float(
                all.iter()
                    .map(|trial| trial.met.get(i).map_or(f64::NAN, what))
                    .collect(),
            )
        };
        let id = &observation.id;
        columns.push((format!("{id}.median"), of(|met| met.median)));
        columns.push((format!("{id}.inside"), of(|met| met.inside)));
        columns.push((format!("{id}.distance"), of(|met| met.distance)));
    }
    columns.push((
        "replicates".to_owned(),
        whole(all.iter().map(|trial| trial.replicates.len() as u32)),
    ));
    columns.push((
        "distance".to_owned(),
        Column::Float(all.iter().map(|trial| trial.distance).collect()),
    ));
    Table::new(columns)
}

/// One row per replicate that was run.
fn replicates(calibration: &Calibration, fitted: &Fitted) -> Table {
    let trials = fitted.trials.iter().enumerate();
    let rows: Vec<(i64, i64, &Vec<f64>)> = trials
        .flat_map(|(number, trial)| {
            trial
                .replicates
                .iter()
                .zip(0..)
                .map(move |(row, replicate)| (number as i64, replicate, row))
        })
        .collect();
    let mut columns = vec![
        ("trial".to_owned(), Column::Int(rows.iter().map(|row| row.0).collect())),
        (
            "replicate".to_owned(),
            Column::Int(rows.iter().map(|row| row.1).collect()),
        ),
    ];
    for (i, observation) in calibration.observations().iter().enumerate() {
        columns.push((
            observation.id.clone(),
            Column::Float(rows.iter().map(|row| row.2[i]).collect()),
        ));
    }
    Table::new(columns)
}

/// One row per particle.
fn posterior(calibration: &Calibration, fitted: &Fitted) -> Table {
    let particles = &fitted.population.particles;
    let mut columns = vec![
        (
            "trial".to_owned(),
            Column::Int(particles.iter().map(|of| of.trial as i64).collect()),
        ),
        (
            "weight".to_owned(),
            Column::Float(particles.iter().map(|of| of.weight).collect()),
        ),
        (
            "distance".to_owned(),
            Column::Float(particles.iter().map(|of| fitted.trials[of.trial].distance).collect()),
        ),
    ];
    for (i, parameter) in calibration.search().parameters.iter().enumerate() {
        let values = particles.iter().map(|of| fitted.trials[of.trial].values[i]);
        columns.push((parameter.key.clone(), Column::Float(values.collect())));
    }
    Table::new(columns)
}

/// One row per parameter.
fn summary(fitted: &Fitted) -> Table {
    let of = |what: fn(&crate::analysis::posterior::Marginal) -> f64| {
        Column::Float(fitted.marginals.iter().map(what).collect())
    };
    let text = |what: fn(&crate::analysis::posterior::Marginal) -> String| {
        Column::Text(fitted.marginals.iter().map(what).collect())
    };
    let best = Column::Float(fitted.best().values.clone());
    Table::new(vec![
        ("parameter", text(|of| of.axis.key.clone())),
        ("unit", text(|of| of.axis.unit.clone())),
        ("low", of(|of| of.axis.low)),
        ("high", of(|of| of.axis.high)),
        (
            "scale",
            text(|of| if of.axis.log { "log" } else { "linear" }.to_owned()),
        ),
        ("present", of(|of| of.axis.present)),
        ("best", best),
        ("median", of(|of| of.median)),
        ("p05", of(|of| of.p05)),
        ("p95", of(|of| of.p95)),
        ("sharpness", of(|of| of.sharpness)),
    ])
}

/// One row per strong correlation.
fn correlations(fitted: &Fitted) -> Table {
    let ties = &fitted.ties;
    Table::new(vec![
        ("a", Column::Text(ties.iter().map(|tie| tie.a.clone()).collect())),
        ("b", Column::Text(ties.iter().map(|tie| tie.b.clone()).collect())),
        (
            "correlation",
            Column::Float(ties.iter().map(|tie| tie.correlation).collect()),
        ),
    ])
}

/// The scenario with the best point, as an overlay; what the search file set for the search alone is not in it.
fn best(calibration: &Calibration, fitted: &Fitted, base: &str) -> String {
    let trial = fitted.best();
    let parameters = calibration.search().parameters.iter().zip(&trial.values);
    let values: Vec<(&str, f64)> = parameters.map(|(of, &value)| (of.key.as_str(), value)).collect();
    let title = format!("{}, calibrated", calibration.fitting.scenario.title());
    let number = fitted
        .trials
        .iter()
        // By its place: what it observed may be no number, which equals nothing.
        .position(|other| std::ptr::eq(other, trial))
        .expect("it is one of them");
    format!(
        "# Trial {number} of the calibration in this folder, distance {:.4}: the nearest to the record.\n{}",
        trial.distance,
        overlay(calibration.fitting.scenario.family().format(), base, &title, &values)
    )
}
