//! Calibrations of a small country with rules of its own.

use std::fs;
use std::path::Path;

use super::*;
use crate::study::{Plan, ensemble};

const SCENARIO: &str = include_str!("../../../tests/fixtures/calibrate/town.toml");

const SEARCH: &str = include_str!("../../../tests/fixtures/calibrate/town.search.toml");

const OUTCOMES: [&str; 2] = ["peak(participants)", "last(detained_total)"];

/// What the town gives with these parameters, as if it were a record: medians of other replicates than those of trials.
fn observations(truth: &[&str]) -> Vec<Observation> {
    let mut scenario = Scenario::from_text("town", SCENARIO).unwrap();
    scenario
        .set(&truth.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
        .unwrap();
    let plan = Plan::new(&scenario, Vec::new(), 1, 100..119).unwrap();
    let outcomes = OUTCOMES.map(|text| Outcome::parse(text).unwrap());
    let rows = ensemble(&plan, &outcomes, 2, &Progress::default()).unwrap();
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
    Calibration::new(scenario, search, &[], "the record".to_owned(), observations(&TRUTH)).unwrap()
}

fn run(calibration: &Calibration, out: &Path, threads: usize) -> Result<Fitted, Error> {
    let desk = Desk::open(calibration.identity(), out, false)?;
    calibration.run(&desk, Path::new("town.toml"), threads, &Watch::default())
}

fn files(folder: &Path) -> Vec<(String, String)> {
    let read = |entry: std::io::Result<fs::DirEntry>| {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let text = fs::read_to_string(entry.path()).unwrap();
        (name, text)
    };
    let mut files: Vec<(String, String)> = fs::read_dir(folder).unwrap().map(read).collect();
    files.sort();
    files.retain(|(name, _)| name != desk::MANIFEST);
    files
}

#[test]
fn parameters_that_made_the_record_lie_in_the_posterior_and_what_was_felt_is_sharp() {
    let temp = tempfile::tempdir().unwrap();
    let fitted = run(&calibration(SEARCH), &temp.path().join("out"), 2).unwrap();
    for (told, truth) in fitted.marginals.iter().zip([0.75, 0.1]) {
        assert!((told.p05..=told.p95).contains(&truth), "{told:?}");
        assert!(told.sharpness > 0.4, "{told:?}");
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

    let desk = Desk::open(calibration.identity(), &again, false).unwrap();
    let journal = desk.journal();
    let stopped = Watch::default();
    stopped.runs.stop.store(true, Relaxed);
    let error = calibration.run(&desk, Path::new("town.toml"), 3, &stopped).unwrap_err();
    assert!(matches!(error, Error::Interrupted { done: 0, .. }), "{error}");
    // What an undisturbed process would have had on the disk after a while, with its last line torn.
    run(&calibration, &temp.path().join("other"), 3).unwrap();
    let rows = &whole.iter().find(|(name, _)| name == "replicates.csv").unwrap().1;
    let trials = &whole.iter().find(|(name, _)| name == "trials.csv").unwrap().1;
    let place = |trial: &str| -> String {
        let row = trials
            .lines()
            .find(|line| line.split(',').next() == Some(trial))
            .unwrap();
        let cells: Vec<&str> = row.split(',').collect();
        format!("{},{}", cells[1], cells[3])
    };
    let line = |row: &str| {
        let (trial, rest) = row.split_once(',').unwrap();
        format!("{},{rest}\n", place(trial))
    };
    let mut kept: String = rows.lines().skip(1).take(150).map(line).collect();
    kept.truncate(kept.len() - 5);
    fs::write(&journal, kept).unwrap();
    let watch = Watch::default();
    calibration.run(&desk, Path::new("town.toml"), 3, &watch).unwrap();
    let all = rows.lines().count() as u32 - 1;
    assert_eq!(
        watch.runs.done.load(Relaxed),
        all - 149,
        "what is in the journal is not run again"
    );
    assert_eq!(files(&again), whole);
    assert_eq!(files(&temp.path().join("other")), whole);
}

#[test]
fn another_search_file_is_refused_with_the_difference_and_a_whole_folder_is_left_alone() {
    let temp = tempfile::tempdir().unwrap();
    let out = temp.path().join("out");
    let (first, second) = (
        calibration(SEARCH),
        calibration(&SEARCH.replace("low = 0.5", "low = 0.7")),
    );
    Desk::open(first.identity(), &out, false).unwrap();
    let error = Desk::open(second.identity(), &out, false).unwrap_err().to_string();
    assert!(
        error.contains("in the search file, line 13 is `low = 0.5` there, `low = 0.7` here"),
        "{error}"
    );
    run(&first, &out, 2).unwrap();
    assert!(matches!(
        Desk::open(first.identity(), &out, false),
        Err(Error::Exists(_))
    ));
}

#[test]
fn a_process_killed_while_it_gave_the_folder_its_name_is_finished_by_the_next() {
    let temp = tempfile::tempdir().unwrap();
    let (calibration, out) = (calibration(SEARCH), temp.path().join("out"));
    run(&calibration, &out, 2).unwrap();
    let whole = files(&out);
    // The parts as they were just before they were dropped.
    let desk = Desk::open(calibration.identity(), &temp.path().join("other"), false).unwrap();
    fs::rename(desk.partial().join("parts"), out.join("parts")).unwrap();
    run(&calibration, &out, 2).unwrap();
    assert_eq!(files(&out), whole);
    fs::create_dir(out.join("parts")).unwrap();
    assert!(matches!(
        Desk::open(calibration.identity(), &out, false),
        Err(Error::Exists(_))
    ));
    assert!(!out.join("parts").exists());
}

#[test]
fn the_best_point_is_a_scenario_that_extends_the_one_that_was_fitted() {
    let temp = tempfile::tempdir().unwrap();
    fs::write(temp.path().join("town.toml"), SCENARIO).unwrap();
    let (calibration, out) = (calibration(SEARCH), temp.path().join("out"));
    let desk = Desk::open(calibration.identity(), &out, false).unwrap();
    let base = temp.path().join("town.toml");
    let fitted = calibration.run(&desk, &base, 2, &Watch::default()).unwrap();
    let model = Scenario::read(&out.join("best.toml")).unwrap().compile().unwrap();
    assert_eq!(model.rules.turnout.base_cost, fitted.best().values[0]);
    assert_eq!(model.rules.policing.arrest_rate, fitted.best().values[1]);
    assert_eq!(model.rules.turnout.hardship_weight, 1.0);
}
