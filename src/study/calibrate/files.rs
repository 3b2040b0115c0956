//! The files of a calibration.

use std::path::{Component, Path, PathBuf};
use std::time::Instant;

use jiff::Timestamp;
use serde_json::json;

use super::super::error::{Error, at};
use super::super::manifest::Digested;
use super::desk::{Desk, FORMAT, MANIFEST};
use super::{Calibration, Fitted};
use crate::scenario::search::overlay;
use crate::table::{Column, Table, csv};

/// Write every file, the manifest last. `base` is where the scenario lies.
pub fn write(
    calibration: &Calibration,
    fitted: &Fitted,
    desk: &Desk,
    base: &Path,
    threads: usize,
    started: (Timestamp, Instant),
) -> Result<(), Error> {
    let identity = calibration.identity();
    let text = |table: &Table| {
        let mut text = Vec::new();
        csv::write(table, true, &mut text).expect("memory can be written");
        text
    };
    let files = [
        ("search.toml", identity.search.clone().into_bytes()),
        ("record.toml", identity.record.clone().into_bytes()),
        ("scenario.toml", identity.effective.clone().into_bytes()),
        ("replicates.csv", text(&replicates(calibration, fitted))),
        ("trials.csv", text(&trials(calibration, fitted))),
        ("posterior.csv", text(&posterior(calibration, fitted))),
        ("summary.csv", text(&summary(fitted))),
        ("correlations.csv", text(&correlations(fitted))),
        ("best.toml", best(calibration, fitted, desk, base).into_bytes()),
    ];
    for (name, text) in &files {
        desk.write(name, text)?;
    }
    let digests: Result<Vec<Digested>, Error> = files.iter().map(|(name, _)| Digested::of(&desk.file(name))).collect();
    let manifest = json!({
        "format": FORMAT,
        "version": identity.version,
        "scenario": identity.scenario,
        "seed": identity.seed,
        "search_seed": calibration.search().seed,
        "replicates": calibration.search().replicates,
        "trials": fitted.trials.len(),
        "best_distance": fitted.best().distance,
        "tolerance": finite(fitted.population.tolerance),
        "effective": fitted.population.effective,
        "made": {
            "os": std::env::consts::OS,
            "arch": std::env::consts::ARCH,
            "threads": threads,
            "started": started.0.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "wall_seconds": started.1.elapsed().as_millis() as f64 / 1000.0,
        },
        "files": digests?,
    });
    let mut manifest = serde_json::to_string_pretty(&manifest)
        .map_err(std::io::Error::from)
        .map_err(at(desk.partial()))?;
    manifest.push('\n');
    desk.write(MANIFEST, manifest.as_bytes())
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
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
fn best(calibration: &Calibration, fitted: &Fitted, desk: &Desk, base: &Path) -> String {
    let trial = fitted.best();
    let parameters = calibration.search().parameters.iter().zip(&trial.values);
    let values: Vec<(&str, f64)> = parameters.map(|(of, &value)| (of.key.as_str(), value)).collect();
    let title = format!("{}, calibrated", calibration.scenario.title());
    let number = fitted
        .trials
        .iter()
        // By its place: what it observed may be no number, which equals nothing.
        .position(|other| std::ptr::eq(other, trial))
        .expect("it is one of them");
    format!(
        "# Trial {number} of the calibration in this folder, distance {:.4}: the nearest to the record.\n{}",
        trial.distance,
        overlay(&relative(base, desk.out()), &title, &values)
    )
}

/// The path of a file as seen from a folder, with `/`; absolute if there is no way from one to the other.
fn relative(file: &Path, folder: &Path) -> String {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (file, folder) = (absolute(file), absolute(folder));
    let (to, from): (Vec<Component<'_>>, Vec<Component<'_>>) =
        (file.components().collect(), folder.components().collect());
    let shared = to.iter().zip(&from).take_while(|(a, b)| a == b).count();
    let path: PathBuf = match shared {
        0 => file.clone(),
        _ => from[shared..]
            .iter()
            .map(|_| Component::ParentDir)
            .chain(to[shared..].iter().copied())
            .collect(),
    };
    path.to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_told_as_seen_from_the_folder() {
        let seen = |file: &str, folder: &str| relative(Path::new(file), Path::new(folder));
        assert_eq!(
            seen("scenarios/a.toml", "results/a-calibration"),
            "../../scenarios/a.toml"
        );
        assert_eq!(seen("/x/a.toml", "/x"), "a.toml");
    }
}
