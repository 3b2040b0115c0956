//! Many jobs, of which only outcomes are kept: the tables of a job are reduced as soon as it is over, so memory does
//! not grow with their number.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::Ordering::Relaxed;

use super::error::{Error, at};
use super::execute::{Findings, execute_with};
use super::folder::{Folder, scenarios};
use super::manifest::{self, Manifest};
use super::plan::{Job, Keeps, Plan};
use super::progress::Progress;
use super::{jobs, rows};
use crate::analysis::outcome::Outcome;
use crate::analysis::replicate::Replicate;
use crate::table::{Table, csv};

/// What is asked of the jobs of a plan.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The outcomes that are wanted of each of its jobs.
    pub outcomes: &'a [Outcome],
}

/// The user stopped it; nothing is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// How many jobs were complete.
    pub done: u32,
    /// Of how many.
    pub of: u32,
}

/// One row for each job of a plan, in their order, of one number for each outcome.
pub type Rows = Vec<Vec<f64>>;

/// Run the jobs of a plan. One without further arms has one job for each replicate. The answer does not depend on the
/// threads.
///
/// # Errors
/// If it is stopped.
///
/// # Panics
/// If the threads cannot be started.
pub fn ensemble(plan: &Plan, outcomes: &[Outcome], threads: usize, progress: &Progress) -> Result<Rows, Stopped> {
    let answers = ensembles(&[Ask { plan, outcomes }], threads, progress)?;
    Ok(answers.into_iter().next().expect("one is asked, one is answered"))
}

/// As [`ensemble`], for several plans at once, whose jobs share the threads.
///
/// # Errors
/// If it is stopped.
///
/// # Panics
/// If the threads cannot be started.
pub fn ensembles(asks: &[Ask<'_>], threads: usize, progress: &Progress) -> Result<Vec<Rows>, Stopped> {
    let empty = |ask: &Ask<'_>| vec![None; ask.plan.jobs().count()];
    let answers: Mutex<Vec<Vec<Option<Vec<f64>>>>> = Mutex::new(asks.iter().map(empty).collect());
    let of_ask = |(number, ask): (usize, &Ask<'_>)| ask.plan.jobs().enumerate().map(move |job| (number, job));
    let jobs: Vec<(usize, (usize, Job))> = asks.iter().enumerate().flat_map(of_ask).collect();
    let work = |&(number, (place, job)): &(usize, (usize, Job))| -> Result<(), Stopped> {
        let Ask { plan, outcomes } = asks[number];
        if let Some((series, events)) = jobs::record(plan, job, progress) {
            let row = values(outcomes, &series, &events);
            answers.lock().expect("no thread has panicked")[number][place] = Some(row);
            progress.done.fetch_add(1, Relaxed);
        }
        Ok(())
    };
    jobs::each(&jobs, &jobs::pool(threads), progress, work)?;
    let answers = answers.into_inner().expect("no thread has panicked");
    let done = answers.iter().flatten().flatten().count() as u32;
    let of = jobs.len() as u32;
    let whole = |rows: Vec<Option<Vec<f64>>>| rows.into_iter().collect::<Option<Rows>>();
    answers
        .into_iter()
        .map(whole)
        .collect::<Option<_>>()
        .ok_or(Stopped { done, of })
}

/// Let a plan keep these outcomes of each job in its folder, and nothing else.
pub fn keep_outcomes(plan: &mut Plan, outcomes: &[Outcome]) {
    plan.identity.keeps = Keeps::Outcomes;
    plan.identity.outcomes = outcomes.iter().map(ToString::to_string).collect();
}

/// As [`ensemble`], in the folder of a plan that keeps these outcomes: what it holds already is not run again.
///
/// # Errors
/// If it is stopped, or if a file cannot be read or written.
///
/// # Panics
/// If the threads cannot be started.
pub fn ensemble_in(
    plan: &Plan,
    outcomes: &[Outcome],
    folder: &Folder,
    threads: usize,
    progress: &Progress,
) -> Result<Rows, Error> {
    let findings = Findings {
        outcomes: &|series, events| values(outcomes, series, events),
        files: &|_| Ok(Vec::new()),
    };
    execute_with(plan, folder, threads, progress, &findings)?;
    read_outcomes(plan, folder.out())
}

/// The outcomes in a folder, if it holds the whole results of just this plan.
///
/// # Errors
/// If a file of such results cannot be read.
pub fn kept(plan: &Plan, out: &Path) -> Result<Option<Rows>, Error> {
    if !out.join(manifest::NAME).exists() {
        return Ok(None);
    }
    let same = Manifest::read(out).is_ok_and(|manifest| manifest.plan == plan.identity)
        && scenarios(plan).all(|(name, text)| fs::read_to_string(out.join(name)).is_ok_and(|there| there == text));
    same.then(|| read_outcomes(plan, out)).transpose()
}

fn read_outcomes(plan: &Plan, out: &Path) -> Result<Rows, Error> {
    let path = out.join("outcomes.csv");
    let schema = rows::outcomes_schema(&plan.identity.outcomes);
    let file = File::open(&path).map_err(at(&path))?;
    let table = csv::read(file, &schema).map_err(at(&path))?;
    let keys = schema.len() - plan.identity.outcomes.len();
    let row = |row: usize| {
        table.columns()[keys..]
            .iter()
            .map(|(_, column)| column.number(row))
            .collect()
    };
    Ok((0..table.rows()).map(row).collect())
}

/// The outcomes of one job.
fn values(outcomes: &[Outcome], series: &Table, events: &Table) -> Vec<f64> {
    let replicate = Replicate::of(series, events);
    outcomes.iter().map(|outcome| outcome.of(&replicate)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    /// The two towns, with rules under which some go out whatever the defaults are.
    fn plan(seed: u64) -> Plan {
        let lively = "[rules.turnout]\nbase_cost = 0.5\nhardship_weight = 1.0\njoin_rate = 0.3\n";
        let text = format!("{}{lively}", crate::study::tests::SCENARIO);
        let scenario = Scenario::from_text("towns", &text).unwrap();
        Plan::new(&scenario, Vec::new(), seed, 0..5).unwrap()
    }

    fn outcomes() -> Vec<Outcome> {
        ["peak(participants)", "sum(participants, region=south)", "mean(belief)"]
            .map(|text| Outcome::parse(text).unwrap())
            .to_vec()
    }

    #[test]
    fn an_ensemble_is_the_same_on_any_number_of_threads_and_in_any_company() {
        let (first, second, outcomes) = (plan(1), plan(2), outcomes());
        let alone = |plan, threads| ensemble(plan, &outcomes, threads, &Progress::default()).unwrap();
        let one = alone(&first, 1);
        assert_eq!((one.len(), one[0].len()), (5, 3));
        assert_eq!(alone(&first, 3), one);
        let ask = |plan| Ask {
            plan,
            outcomes: &outcomes,
        };
        let both = ensembles(&[ask(&first), ask(&second)], 2, &Progress::default()).unwrap();
        assert_eq!(both, [one.clone(), alone(&second, 1)]);
        assert_ne!(both[0], both[1], "another seed is other luck");
    }

    #[test]
    fn a_replicate_has_the_outcomes_that_its_files_have() {
        let temp = tempfile::tempdir().unwrap();
        let (plan, out) = (plan(1), temp.path().join("out"));
        let folder = super::super::Folder::open(&plan, &out, false).unwrap();
        super::super::execute(&plan, &folder, 1, &Progress::default()).unwrap();
        let rows = ensemble(&plan, &outcomes(), 1, &Progress::default()).unwrap();
        let series = std::fs::read_to_string(out.join("series.csv")).unwrap();
        let header: Vec<&str> = series.lines().next().unwrap().split(',').collect();
        let at = |name| header.iter().position(|column| *column == name).unwrap();
        let cells = series.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
        let country = cells.filter(|cells| cells[at("region")] == "all" && cells[at("replicate")] == "3");
        let out = country.map(|cells| cells[at("participants")].parse::<f64>().unwrap());
        assert_eq!(rows[3][0], out.fold(0.0, f64::max));
        assert!(rows[3][0] > 0.0);
    }

    #[test]
    fn a_stopped_ensemble_says_how_far_it_was() {
        let progress = Progress::default();
        progress.stop.store(true, Relaxed);
        let stopped = ensemble(&plan(1), &outcomes(), 1, &progress).unwrap_err();
        assert_eq!(stopped, Stopped { done: 0, of: 5 });
    }

    #[test]
    fn what_a_folder_keeps_is_what_an_ensemble_gives_also_what_is_not_a_number() {
        let temp = tempfile::tempdir().unwrap();
        let (mut plan, out) = (plan(1), temp.path().join("out"));
        let outcomes = [outcomes(), vec!["first(participants > 1e9)".parse().unwrap()]].concat();
        keep_outcomes(&mut plan, &outcomes);
        assert_eq!(kept(&plan, &out).unwrap(), None);
        let folder = Folder::open(&plan, &out, false).unwrap();
        let told = |rows: &Rows| format!("{rows:?}");
        let rows = ensemble_in(&plan, &outcomes, &folder, 2, &Progress::default()).unwrap();
        let fresh = ensemble(&plan, &outcomes, 1, &Progress::default()).unwrap();
        assert_eq!(told(&rows), told(&fresh));
        assert!(rows[0][3].is_nan());
        assert_eq!(told(&kept(&plan, &out).unwrap().unwrap()), told(&rows));
        plan.identity.seed = 2;
        assert_eq!(kept(&plan, &out).unwrap(), None, "results of another seed");
    }
}
