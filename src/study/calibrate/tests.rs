//! Calibrations of a small country with rules of its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::*;
use crate::scenario::Scenario;
use crate::study::{Folder, How, Opened, Progress, Settings, execute_stages, present, publish};

const SCENARIO: &str = include_str!("../../../tests/fixtures/calibrate/town.toml");

const SEARCH: &str = include_str!("../../../tests/fixtures/calibrate/town.search.toml");

const OUTCOMES: [&str; 2] = ["peak(participants)", "last(detained_total)"];

/// What the town gives with these parameters, as if it were a record: medians of other replicates than those of trials.
fn observations(truth: &[&str]) -> Vec<Observation> {
    let mut scenario = Scenario::from_text("town", SCENARIO).unwrap();
    scenario
        .set(&truth.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
        .unwrap();
    let mut study = Study::new(Command::Run, &scenario, Vec::new(), 1, 100..119).unwrap();
    let outcomes = OUTCOMES.map(|text| Outcome::parse(text).unwrap());
    let column = |text: &str| crate::study::Outcome {
        name: text.to_owned(),
        text: text.to_owned(),
    };
    study.keep(OUTCOMES.map(column).into()).unwrap();
    let rows = present(&study, Settings::threads(2), &Progress::default())
        .unwrap()
        .unwrap();
    let observation = |(i, outcome): (usize, &Outcome)| {
        let mut values: Vec<f64> = rows.iter().map(|row| row[i]).collect();
        values.sort_by(f64::total_cmp);
        let observed = values[values.len() / 2];
        assert!(observed > 20.0, "something happens: {values:?}");
        Observation {
            id: format!("observation-{i}"),
            outcome: outcome.clone(),
            target: Target {
                observed,
                low: 0.8 * observed,
                high: 1.25 * observed,
                log: true,
                seeds: 0.6,
            },
        }
    };
    outcomes.iter().enumerate().map(observation).collect()
}

const TRUTH: [&str; 2] = ["rules.turnout.base_cost = 0.75", "rules.policing.arrest_rate = 0.1"];

fn calibration(search: &str) -> Calibration {
    let scenario = Scenario::from_text("town", SCENARIO).unwrap();
    let search = Search::from_text("town.search.toml", search, &scenario).unwrap();
    let fitting = Fitting::new(scenario, search, &[], "the record".to_owned()).unwrap();
    Calibration::new(fitting, observations(&TRUTH))
}

fn opened(study: &Study, out: &Path) -> Result<Folder, Error> {
    match Folder::open(study, out, How::default())? {
        Opened::Begun(folder) => Ok(folder),
        Opened::Whole => panic!("it is whole"),
    }
}

fn run(calibration: &Calibration, out: &Path, threads: usize) -> Result<Fitted, Error> {
    let mut study = calibration.study("town.toml".to_owned())?;
    let (folder, settings, progress) = (opened(&study, out)?, Settings::threads(threads), Progress::default());
    execute_stages(&mut study, &folder, settings, &progress, &mut Trials::new(calibration))?;
    let found = |folder: &Path| Fitted::of(calibration, &Known::of_folder(&study, folder).unwrap());
    publish(&study, &folder, threads, &progress, &|folder: &Path| {
        Ok(calibration.files(&found(folder), "../town.toml"))
    })?;
    Ok(found(out))
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let read = |entry: std::io::Result<fs::DirEntry>| {
        let entry = entry.unwrap();
        (
            entry.file_name().into_string().unwrap(),
            fs::read(entry.path()).unwrap(),
        )
    };
    let all = fs::read_dir(folder).unwrap().map(read);
    all.filter(|(name, _)| name != "manifest.json").collect()
}

#[test]
fn parameters_that_made_the_record_lie_in_the_posterior_and_what_was_felt_is_sharp() {
    let temp = tempfile::tempdir().unwrap();
    let fitted = run(&calibration(SEARCH), &temp.path().join("out"), 2).unwrap();
    for (told, truth) in fitted.marginals.iter().zip([0.75, 0.1]) {
        assert!((told.p05..=told.p95).contains(&truth), "{told:?}");
        // The posterior leaves out at least a quarter of what was allowed; how much more hangs on the dice.
        assert!(told.sharpness > 0.25, "{told:?}");
    }
    let best = fitted.best();
    assert!(
        best.distance < 1.0 && best.met.iter().all(|met| met.distance <= 1.0),
        "{best:?}"
    );
    assert!(fitted.population.effective >= 19.0);
    let early = fitted.trials.iter().filter(|trial| trial.met.is_empty());
    assert!(early.clone().count() > 0, "some trials are left early");
    early.for_each(|trial| assert!(trial.replicates.len() < 3 && trial.stage == Stage::Sample));
}

#[test]
fn an_interrupted_calibration_gives_the_same_bytes_on_any_number_of_threads() {
    let temp = tempfile::tempdir().unwrap();
    let calibration = calibration(SEARCH);
    let (once, again) = (temp.path().join("once"), temp.path().join("again"));
    run(&calibration, &once, 1).unwrap();
    let whole = files(&once);
    run(&calibration, &temp.path().join("other"), 3).unwrap();
    assert!(files(&temp.path().join("other")) == whole);
    // A process that was killed in the middle of a record.
    let mut study = calibration.study("town.toml".to_owned()).unwrap();
    let folder = opened(&study, &again).unwrap();
    let settings = Settings::threads(1);
    execute_stages(
        &mut study,
        &folder,
        settings,
        &Progress::default(),
        &mut Trials::new(&calibration),
    )
    .unwrap();
    let journal = folder.parts().join("1-of-1-0000.journal");
    let bytes = fs::read(&journal).unwrap();
    fs::write(&journal, &bytes[..bytes.len() * 2 / 5 + 3]).unwrap();
    drop(folder);
    run(&calibration, &again, 3).unwrap();
    assert!(files(&again) == whole);
}

#[test]
fn another_search_file_is_refused_with_the_difference() {
    let temp = tempfile::tempdir().unwrap();
    let out = temp.path().join("out");
    let (first, second) = (
        calibration(SEARCH),
        calibration(&SEARCH.replace("low = 0.5", "low = 0.7")),
    );
    run(&first, &out, 2).unwrap();
    let error = opened(&second.study("town.toml".to_owned()).unwrap(), &out)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("in the search file, line 13 is `low = 0.5` there, `low = 0.7` here"),
        "{error}"
    );
}

#[test]
fn the_best_point_is_a_scenario_that_extends_the_one_that_was_fitted() {
    let temp = tempfile::tempdir().unwrap();
    fs::write(temp.path().join("town.toml"), SCENARIO).unwrap();
    let out = temp.path().join("out");
    let fitted = run(&calibration(SEARCH), &out, 2).unwrap();
    let model = Scenario::read(&out.join("best.toml")).unwrap().compile().unwrap();
    assert_eq!(model.rules.turnout.base_cost, fitted.best().values[0]);
    assert_eq!(model.rules.policing.arrest_rate, fitted.best().values[1]);
    assert_eq!(model.rules.turnout.hardship_weight, 1.0);
}
