//! The whole room at work: folders that are begun, stopped, taken up again, replaced and left alone.

use std::fs;
use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;

use super::manifest::{Digested, Manifest};
use super::{Arm, Error, Findings, Folder, Plan, Progress, execute, execute_seen, execute_with};
use crate::scenario::Scenario;
use crate::table::Table;

/// Two towns for two days.
pub const SCENARIO: &str = r#"
schema_version = 1
title = "Two towns"
start = 2022-01-01T00:00:00
zone = "Asia/Almaty"
ticks = 48
[[region]]
id = "north"
population = 500
position = [43.0, 51.0]
[[region]]
id = "south"
population = 300
position = [44.0, 76.0]
"#;

fn plan(seed: u64, replicates: std::ops::Range<u32>) -> Plan {
    let scenario = Scenario::from_text("tutorial", SCENARIO).unwrap();
    Plan::new(&scenario, Vec::new(), seed, replicates).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn what_is_done_is_not_run_again_and_the_order_is_that_of_the_replicates() {
    let temp = tempfile::tempdir().unwrap();
    let run = |plan: &Plan, out: &Path| {
        let folder = Folder::open(plan, out, false).unwrap();
        execute(plan, &folder, 2, &Progress::default()).unwrap();
    };
    // Rows that no run of this seed would give: if they reach the result, replicate 1 was not run again.
    let (other, out) = (temp.path().join("other"), temp.path().join("out"));
    run(&plan(2, 1..2), &other);
    let plan = plan(1, 0..3);
    let folder = Folder::open(&plan, &out, false).unwrap();
    let rows = |name: &str| {
        let text = fs::read_to_string(other.join(name).with_extension("csv")).unwrap();
        text.split_once('\n').unwrap().1.as_bytes().to_vec()
    };
    folder.keeper(&plan).unwrap().keep(1, rows).unwrap();
    assert_eq!(folder.done(&plan), 1);
    run(&plan, &out);
    let series = fs::read_to_string(out.join("series.csv")).unwrap();
    let keys = |line: &str| line.split(',').skip(2).take(2).collect::<Vec<_>>().join(" of seed ");
    let mut order: Vec<String> = series.lines().map(keys).collect();
    order.dedup();
    assert_eq!(
        order,
        ["replicate of seed seed", "0 of seed 1", "1 of seed 2", "2 of seed 1"]
    );
}

#[test]
fn a_resumed_folder_is_the_same_bytes_and_leaves_nothing_behind() {
    let temp = tempfile::tempdir().unwrap();
    let plan = plan(1, 0..3);
    let (once, resumed) = (temp.path().join("once"), temp.path().join("resumed"));
    let run = |out: &Path| {
        execute(
            &plan,
            &Folder::open(&plan, out, false).unwrap(),
            1,
            &Progress::default(),
        )
    };
    let whole = run(&once).unwrap();

    let stopped = Progress::default();
    stopped.stop.store(true, Relaxed);
    let folder = Folder::open(&plan, &resumed, false).unwrap();
    let error = execute(&plan, &folder, 1, &stopped).unwrap_err();
    assert!(matches!(error, Error::Interrupted { done: 0, of: 3, .. }));
    fs::write(
        folder.partial().join("parts").join("0000000000.series.csv.1.tmp"),
        "half a row",
    )
    .unwrap();

    assert_eq!(run(&resumed).unwrap().files, whole.files);
    assert_eq!(names(&resumed), names(&once));
    assert_eq!(names(temp.path()), ["once", "resumed"]);
}

#[test]
fn wherever_a_journal_is_torn_what_is_lost_is_run_again_and_the_bytes_are_the_same() {
    let temp = tempfile::tempdir().unwrap();
    let (once, torn) = (temp.path().join("once"), temp.path().join("torn"));
    let plan = plan(1, 0..4);
    let open = |out: &Path| Folder::open(&plan, out, false).unwrap();
    let whole = execute(&plan, &open(&once), 1, &Progress::default()).unwrap();
    // The rows of replicates 0 to 2, as a process has kept them that a power cut ended.
    let folder = open(&torn);
    let keeper = folder.keeper(&plan).unwrap();
    for replicate in 0..3 {
        let rows = |name: &str| {
            let text = fs::read_to_string(once.join(name).with_extension("csv")).unwrap();
            let of = |line: &&str| line.split(',').nth(2) == Some(&replicate.to_string());
            text.split_inclusive('\n').filter(of).collect::<String>().into_bytes()
        };
        keeper.keep(replicate, rows).unwrap();
    }
    assert_eq!(folder.done(&plan), 3);
    let journal = folder.parts().join("1-of-1-0000.series");
    let bytes = fs::read(&journal).unwrap();
    fs::write(&journal, &bytes[..bytes.len() / 2]).unwrap();
    assert_eq!(folder.done(&plan), 1, "a half of three is one whole record");

    let (progress, ran) = (Progress::default(), std::sync::atomic::AtomicU32::new(0));
    let seen = |_: usize, _: &Table, _: &Table| _ = ran.fetch_add(1, Relaxed);
    let resumed = execute_seen(&plan, &folder, 2, &progress, &seen).unwrap();
    assert_eq!(ran.into_inner(), 3);
    assert_eq!(resumed.files, whole.files);
    for file in &whole.files {
        assert_eq!(
            fs::read(once.join(&file.name)).unwrap(),
            fs::read(torn.join(&file.name)).unwrap()
        );
        assert_eq!(
            Digested::of(&torn.join(&file.name)).unwrap(),
            *file,
            "digested as it was written"
        );
    }
}

#[test]
fn a_whole_folder_without_its_name_only_gets_its_name() {
    let temp = tempfile::tempdir().unwrap();
    let (plan, out) = (plan(1, 0..2), temp.path().join("out"));
    let run = || {
        execute(
            &plan,
            &Folder::open(&plan, &out, false).unwrap(),
            1,
            &Progress::default(),
        )
    };
    let whole = run().unwrap();
    fs::rename(&out, temp.path().join("out.partial")).unwrap();
    assert_eq!(run().unwrap(), whole);
}

#[test]
fn old_results_give_way_only_to_whole_ones_and_only_with_force() {
    let temp = tempfile::tempdir().unwrap();
    let out = temp.path().join("out");
    let open = |seed, force| Folder::open(&plan(seed, 0..1), &out, force);
    execute(&plan(1, 0..1), &open(1, false).unwrap(), 1, &Progress::default()).unwrap();
    assert!(matches!(open(2, false), Err(Error::Exists(_))));
    let folder = open(2, true).unwrap();
    assert_eq!(Manifest::read(&out).unwrap().plan.seed, 1);
    execute(&plan(2, 0..1), &folder, 1, &Progress::default()).unwrap();
    assert_eq!(Manifest::read(&out).unwrap().plan.seed, 2);
    assert_eq!(names(temp.path()), ["out"]);
}

#[test]
fn unfinished_results_of_another_plan_are_discarded_only_with_force() {
    let temp = tempfile::tempdir().unwrap();
    let out = temp.path().join("out");
    let open = |seed, force| Folder::open(&plan(seed, 0..1), &out, force);
    let begun = open(1, false).unwrap();
    assert!(open(2, false).is_ok(), "nothing is lost where nothing is done");
    begun.keeper(&plan(2, 0..1)).unwrap();
    assert!(open(1, false).is_ok(), "nor where a journal was begun");
    let keeper = begun.keeper(&plan(1, 0..1)).unwrap();
    keeper.keep(0, |_| Vec::new()).unwrap();
    let error = open(2, false).unwrap_err().to_string();
    assert!(error.contains("seed 1 there, 2 here"), "{error}");
    assert_eq!(open(2, true).unwrap().done(&plan(2, 0..1)), 0);
    assert!(open(2, false).is_ok());
}

#[test]
fn a_folder_that_is_not_ours_is_left_alone_even_with_force() {
    let temp = tempfile::tempdir().unwrap();
    let out = temp.path().join("thesis");
    fs::create_dir(&out).unwrap();
    assert!(
        Folder::open(&plan(1, 0..1), &out, false).is_ok(),
        "an empty folder is free"
    );
    fs::write(out.join("chapter-1.tex"), "").unwrap();
    assert!(matches!(
        Folder::open(&plan(1, 0..1), &out, true),
        Err(Error::Foreign(_))
    ));
}

/// A plan of two replicates of the baseline and of an arm of this name and these changes.
fn two_arms(name: &str, changes: &[&str]) -> Result<Plan, Error> {
    let mut plan = plan(1, 0..2);
    let mut scenario = Scenario::from_text("tutorial", SCENARIO).unwrap();
    let changes: Vec<String> = changes.iter().map(|&change| change.to_owned()).collect();
    scenario.set(&changes).unwrap();
    plan.add(Arm::new(name, &scenario, changes).unwrap())?;
    Ok(plan)
}

#[test]
fn all_arms_of_a_replicate_come_before_the_next_and_the_outcomes_are_of_their_job() {
    let temp = tempfile::tempdir().unwrap();
    let mut plan = two_arms("crowded", &["region.north.population=900"]).unwrap();
    plan.identity.outcomes = vec!["rows of events, and of series".to_owned()];
    let findings = Findings {
        outcomes: &|series, events| vec![(events.rows() * 10_000 + series.rows()) as f64],
        files: &|folder| {
            let rows = fs::read_to_string(folder.join("outcomes.csv"))?.lines().count();
            Ok(vec![("told.txt".to_owned(), rows.to_string().into_bytes())])
        },
    };
    let out = temp.path().join("out");
    let folder = Folder::open(&plan, &out, false).unwrap();
    let manifest = execute_with(&plan, &folder, 2, &Progress::default(), &findings).unwrap();
    assert_eq!(
        fs::read_to_string(out.join("outcomes.csv")).unwrap(),
        "arm,replicate,seed,\"rows of events, and of series\"\n\
         baseline,0,1,144.0\ncrowded,0,1,144.0\nbaseline,1,1,144.0\ncrowded,1,1,144.0\n"
    );
    let series = fs::read_to_string(out.join("series.csv")).unwrap();
    let arms = series.lines().skip(1).map(|line| line.split(',').next().unwrap());
    let mut order: Vec<&str> = arms.collect();
    order.dedup();
    assert_eq!(order, ["baseline", "crowded", "baseline", "crowded"]);
    let mut listed: Vec<&str> = manifest.files.iter().map(|file| file.name.as_str()).collect();
    listed.push("manifest.json");
    listed.sort_unstable();
    assert_eq!(names(&out), listed);
    assert!(listed.contains(&"scenario.crowded.toml") && listed.contains(&"told.txt"));
    assert_eq!(fs::read_to_string(out.join("told.txt")).unwrap(), "5");
}

#[test]
fn an_arm_needs_a_name_of_its_own_and_the_clock_of_the_others() {
    let refused = |name: &str, changes: &[&str]| two_arms(name, changes).unwrap_err().to_string();
    assert!(two_arms("early", &[]).is_ok());
    assert!(refused("baseline", &[]).contains("another arm of this name"));
    assert!(refused("a/b", &[]).contains("letters, digits"));
    let clock = refused("late", &["ticks=24"]);
    assert!(
        clock.contains("24 ticks of 60 minutes") && clock.contains("48 ticks"),
        "{clock}"
    );
}

#[test]
fn unfinished_results_of_other_arms_are_told_from_these() {
    let plan = two_arms("early", &[]).unwrap();
    let other = two_arms("late", &["region.south.population=10"]).unwrap();
    assert_eq!(
        plan.identity.difference(&other.identity).unwrap(),
        "arms: early of tutorial there, late of tutorial --set region.south.population=10 here"
    );
}
