//! Many replicates, of which only outcomes are kept: the tables of a replicate are reduced as soon as it is over, so
//! memory does not grow with their number.

use std::sync::Mutex;
use std::sync::atomic::Ordering::Relaxed;

use super::execute::Progress;
use super::plan::Plan;
use super::{jobs, rows};
use crate::analysis::outcome::Outcome;
use crate::analysis::replicate::Replicate;

/// What is asked of the replicates of a plan.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The outcomes that are wanted of each of its replicates.
    pub outcomes: &'a [Outcome],
}

/// The user stopped it; nothing is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// How many replicates were complete.
    pub done: u32,
    /// Of how many.
    pub of: u32,
}

/// Run the replicates of a plan: one row for each, in their order, of one number for each outcome. The answer does
/// not depend on the threads.
///
/// # Errors
/// If it is stopped.
///
/// # Panics
/// If the threads cannot be started.
pub fn ensemble(
    plan: &Plan,
    outcomes: &[Outcome],
    threads: usize,
    progress: &Progress,
) -> Result<Vec<Vec<f64>>, Stopped> {
    let answers = ensembles(&[Ask { plan, outcomes }], threads, progress)?;
    Ok(answers.into_iter().next().expect("one is asked, one is answered"))
}

/// As [`ensemble`], for several plans at once, whose replicates share the threads.
///
/// # Errors
/// If it is stopped.
///
/// # Panics
/// If the threads cannot be started.
pub fn ensembles(asks: &[Ask<'_>], threads: usize, progress: &Progress) -> Result<Vec<Vec<Vec<f64>>>, Stopped> {
    let empty = |ask: &Ask<'_>| vec![None; ask.plan.identity.replicates as usize];
    let answers: Mutex<Vec<Vec<Option<Vec<f64>>>>> = Mutex::new(asks.iter().map(empty).collect());
    let of_ask = |(number, ask): (usize, &Ask<'_>)| ask.plan.replicates().zip(0..).map(move |job| (number, job));
    let jobs: Vec<(usize, (u32, usize))> = asks.iter().enumerate().flat_map(of_ask).collect();
    let work = |&(number, (replicate, place)): &(usize, (u32, usize))| -> Result<(), Stopped> {
        let Ask { plan, outcomes } = asks[number];
        if let Some((series, events)) = jobs::record(&plan.model, &plan.dice(replicate), progress) {
            let of_job = |table| rows::of_job(plan, replicate, table);
            let (series, events) = (of_job(series), of_job(events));
            let row = values(outcomes, &Replicate::of(&series, &events));
            answers.lock().expect("no thread has panicked")[number][place] = Some(row);
            progress.done.fetch_add(1, Relaxed);
        }
        Ok(())
    };
    jobs::each(&jobs, &jobs::pool(threads), progress, work)?;
    let answers = answers.into_inner().expect("no thread has panicked");
    let done = answers.iter().flatten().flatten().count() as u32;
    let of = jobs.len() as u32;
    let whole = |rows: Vec<Option<Vec<f64>>>| rows.into_iter().collect::<Option<Vec<_>>>();
    answers
        .into_iter()
        .map(whole)
        .collect::<Option<_>>()
        .ok_or(Stopped { done, of })
}

/// The outcomes of one replicate.
pub(super) fn values(outcomes: &[Outcome], replicate: &Replicate<'_>) -> Vec<f64> {
    outcomes.iter().map(|outcome| outcome.of(replicate)).collect()
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
}
