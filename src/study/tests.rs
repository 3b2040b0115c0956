//! The whole room at work: folders that are begun, stopped, taken up again, enlarged, shared out, replaced, left alone.

use std::collections::BTreeMap;
use std::fs;
use std::ops::{ControlFlow, Range};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc as Shared, Mutex};

use super::manifest::{Digested, Manifest};
use super::sweep::{Ask, How as Asked};
use super::*;
use crate::dice::Dice;
use crate::metric::Description;
use crate::scenario::Scenario;
use crate::sim::event::What;
use crate::sim::{Observer, Simulation, Size};

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

fn kept(names: &[(&str, &str)]) -> Vec<Outcome> {
    let outcome = |(name, text): &(&str, &str)| Outcome {
        name: (*name).to_owned(),
        text: (*text).to_owned(),
    };
    names.iter().map(outcome).collect()
}

/// A run of the two towns.
pub fn study(seed: u64, replicates: Range<u32>) -> Study {
    let scenario = Scenario::from_text("tutorial", SCENARIO).unwrap();
    let mut study = Study::new(Command::Run, &scenario, Vec::new(), seed, replicates).unwrap();
    study.keep(kept(&[("mean", "mean(legitimacy)")])).unwrap();
    study
}

/// The same with these arms, each of a name and a change.
fn arms(replicates: Range<u32>, arms: &[(&str, &str)]) -> Result<Study, Error> {
    let mut study = study(1, replicates);
    for (name, change) in arms {
        let mut scenario = Scenario::from_text("tutorial", SCENARIO).unwrap();
        let changes: Vec<String> = (!change.is_empty()).then(|| (*change).to_owned()).into_iter().collect();
        scenario.set(&changes)?;
        study.add(Arm::new(name, &scenario, changes)?)?;
    }
    Ok(study)
}

/// A sweep of the two towns over these axes.
pub fn sweep(vary: &[&str], sample: Option<&str>, replicates: u32, series: bool) -> Result<Study, Error> {
    let mut ask = Ask::new(Scenario::from_text("towns", SCENARIO).unwrap());
    for text in vary {
        let text = ask.text("--vary", text);
        ask.vary(&text);
    }
    if let Some(text) = sample {
        let text = ask.text("--sample", text);
        ask.sample(&text);
    }
    let text = "sum(legitimacy)";
    let place = ask.text("--outcome", text).place;
    ask.outcome("sum", text, &place);
    let how = Asked {
        replicates: Some(replicates),
        series,
        ..Asked::default()
    };
    ask.study(how, Vec::new())
}

/// Ten points with two replicates.
fn grid() -> Study {
    sweep(&["region.north.urban=0:1:0.25", "ticks=2,4"], None, 2, true).unwrap()
}

fn opened(study: &Study, out: &Path) -> Folder {
    match Folder::open(study, out, How::default()).unwrap() {
        Opened::Begun(folder) => folder,
        Opened::Whole => panic!("it is whole"),
    }
}

fn no_files(_: &Path) -> std::io::Result<Vec<Named>> {
    Ok(Vec::new())
}

fn finish(study: &Study, folder: &Folder) -> Result<(), Error> {
    publish(study, folder, 2, &Progress::default(), &no_files)
}

/// Run all of it into a folder and give the bytes of its files.
fn whole(study: &Study, out: &Path, threads: usize) -> BTreeMap<String, Vec<u8>> {
    let folder = opened(study, out);
    execute(study, &folder, Settings::threads(threads), &Progress::default()).unwrap();
    finish(study, &folder).unwrap();
    files(out)
}

/// All bytes of the files that must not differ.
fn files(out: &Path) -> BTreeMap<String, Vec<u8>> {
    let paths = fs::read_dir(out).unwrap().map(|entry| entry.unwrap().path());
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let all = paths.map(|path| (name(&path), fs::read(&path).unwrap()));
    all.filter(|(name, _)| name != "manifest.json").collect()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// How many runs a process does beside those that were done before.
fn ran(study: &Study, folder: &Folder, settings: Settings) -> u64 {
    let progress = Progress::default();
    execute(study, folder, settings, &progress).unwrap();
    progress.finished.load(Relaxed) - progress.before.load(Relaxed)
}

fn first(most: u64) -> Settings {
    Settings {
        most,
        ..Settings::threads(1)
    }
}

#[test]
fn any_number_of_threads_and_shards_gives_the_same_bytes_whatever_the_study() {
    let temp = tempfile::tempdir().unwrap();
    let compared = arms(0..4, &[("crowded", "region.north.population=900"), ("same", "")]).unwrap();
    for (kind, study) in [("run", study(1, 0..5)), ("arms", compared), ("sweep", grid())] {
        let at = |name: &str| temp.path().join(format!("{kind}-{name}"));
        let one = whole(&study, &at("one"), 1);
        assert!(whole(&study, &at("three"), 3) == one, "{kind}");
        for of in [1, 2, 3, 7] {
            let out = at(&of.to_string());
            // The last shard first, as machines please.
            for number in (1..=of).rev() {
                let how = How {
                    shared: true,
                    ..How::default()
                };
                let Opened::Begun(folder) = Folder::open(&study, &out, how).unwrap() else {
                    panic!("it is whole")
                };
                if number < of {
                    let missing = finish(&study, &folder).unwrap_err();
                    assert!(matches!(missing, Error::Missing { .. }), "{missing}");
                }
                let settings = Settings {
                    shard: Shard { number, of },
                    ..Settings::threads(1)
                };
                execute(&study, &folder, settings, &Progress::default()).unwrap();
            }
            finish(&study, &opened(&study, &out)).unwrap();
            assert!(files(&out) == one, "{kind} in {of} shards");
        }
    }
}

#[test]
fn what_is_done_is_not_run_again_and_a_resumed_folder_is_the_same_bytes_and_leaves_nothing_behind() {
    let temp = tempfile::tempdir().unwrap();
    for study in [study(1, 0..8), grid()] {
        let (once, resumed) = (temp.path().join("once"), temp.path().join("resumed"));
        let bytes = whole(&study, &once, 1);
        assert_eq!(ran(&study, &opened(&study, &resumed), first(5)), 5);
        let folder = opened(&study, &resumed);
        fs::write(folder.parts().join("series.csv.1.tmp"), "half a row").unwrap();
        assert_eq!(ran(&study, &folder, Settings::threads(2)), study.jobs() - 5);
        finish(&study, &folder).unwrap();
        drop(folder);
        assert!(files(&resumed) == bytes);
        assert_eq!(names(temp.path()), ["once", "resumed"]);
        let manifest = Manifest::read(&resumed).unwrap();
        let digest = |file: &Digested| Digested::of(&resumed.join(&file.name)).unwrap() == *file;
        assert!(manifest.files.iter().all(digest), "digested as it was written");
        fs::remove_dir_all(&once).unwrap();
        fs::remove_dir_all(&resumed).unwrap();
    }
}

#[test]
fn wherever_a_journal_is_torn_what_is_lost_is_run_again_and_the_bytes_are_the_same() {
    let temp = tempfile::tempdir().unwrap();
    let (study, torn) = (study(1, 0..6), temp.path().join("torn"));
    let bytes = whole(&study, &temp.path().join("once"), 1);
    let folder = opened(&study, &torn);
    assert_eq!(ran(&study, &folder, first(4)), 4);
    let journal = folder.parts().join("1-of-1-0000.journal");
    let half = fs::read(&journal).unwrap();
    fs::write(&journal, &half[..half.len() / 2]).unwrap();
    assert!(
        ran(&study, &folder, Settings::threads(2)) > 3,
        "a half of four is less than two records"
    );
    finish(&study, &folder).unwrap();
    assert!(files(&torn) == bytes);
}

#[test]
fn a_whole_folder_without_its_name_only_gets_its_name() {
    let temp = tempfile::tempdir().unwrap();
    let (study, out) = (study(1, 0..2), temp.path().join("out"));
    let bytes = whole(&study, &out, 1);
    fs::rename(&out, temp.path().join("out.partial")).unwrap();
    let opened = || Folder::open(&study, &out, How::default()).unwrap();
    assert!(matches!(opened(), Opened::Whole), "opened, it has its name");
    assert!(files(&out) == bytes);
    assert!(matches!(opened(), Opened::Whole));
}

#[test]
fn more_replicates_arms_and_points_go_on_from_what_is_there() {
    let temp = tempfile::tempdir().unwrap();
    let grid = |values: &str, replicates| sweep(&[values, "ticks=2,4"], None, replicates, true).unwrap();
    let some_arms = |replicates, all: bool| {
        let both = [
            ("new", "region.north.urban=0.2"),
            ("crowded", "region.north.population=900"),
        ];
        arms(replicates, if all { &both } else { &both[1..] }).unwrap()
    };
    for (kind, small, large) in [
        ("replicates", study(1, 0..3), study(1, 0..5)),
        ("arms", some_arms(0..3, false), some_arms(0..4, true)),
        // A value in the middle, so that points have other numbers.
        (
            "points",
            grid("region.north.urban=0.0,1.0", 2),
            grid("region.north.urban=0.0,0.5,1.0", 3),
        ),
    ] {
        let at = |name: &str| temp.path().join(format!("{kind}-{name}"));
        let expected = whole(&large, &at("once"), 1);
        // From a whole folder, and from one that was left half done.
        whole(&small, &at("whole"), 1);
        assert_eq!(ran(&small, &opened(&small, &at("half")), first(2)), 2);
        for (name, done) in [("whole", small.jobs()), ("half", 2)] {
            let folder = opened(&large, &at(name));
            assert_eq!(
                ran(&large, &folder, Settings::threads(1)),
                large.jobs() - done,
                "{kind} {name}"
            );
            finish(&large, &folder).unwrap();
            assert!(files(&at(name)) == expected, "{kind} {name}");
        }
        let fewer = Folder::open(&small, &at("whole"), How::default()).unwrap_err();
        assert!(matches!(fewer, Error::Exists { .. }), "{fewer}");
    }
    let left = names(temp.path());
    assert!(left.iter().all(|name| !name.contains('.')), "{left:?}");
}

#[test]
fn a_process_killed_while_it_took_over_a_smaller_study_loses_nothing() {
    let temp = tempfile::tempdir().unwrap();
    let (small, large, out) = (study(1, 0..3), study(1, 0..5), temp.path().join("out"));
    let expected = whole(&large, &temp.path().join("once"), 1);
    ran(&small, &opened(&small, &out), first(2));
    let partial = temp.path().join("out.partial");
    let outgrown = temp.path().join("out.outgrown");
    // Killed before the new folder was begun, and after it was, before all was taken over.
    fs::rename(&partial, &outgrown).unwrap();
    let back = opened(&small, &out);
    assert_eq!(
        ran(&small, &back, first(2)),
        0,
        "what was outgrown is back where it was"
    );
    drop(back);
    fs::rename(&partial, &outgrown).unwrap();
    fs::create_dir_all(partial.join("parts")).unwrap();
    let folder = opened(&large, &out);
    assert_eq!(ran(&large, &folder, Settings::threads(1)), 3);
    finish(&large, &folder).unwrap();
    drop(folder);
    assert!(files(&out) == expected);
    assert_eq!(names(temp.path()), ["once", "out"]);
}

#[test]
fn old_results_give_way_only_to_whole_ones_and_only_with_force() {
    let temp = tempfile::tempdir().unwrap();
    let out = temp.path().join("out");
    let force = How {
        force: true,
        ..How::default()
    };
    whole(&study(1, 0..1), &out, 1);
    let refused = Folder::open(&study(2, 0..1), &out, How::default())
        .unwrap_err()
        .to_string();
    assert!(refused.contains("exists already: seed 1 there, 2 here"), "{refused}");
    let Opened::Begun(folder) = Folder::open(&study(2, 0..1), &out, force).unwrap() else {
        panic!("it is of another seed")
    };
    assert_eq!(Manifest::read(&out).unwrap().study.seed, 1);
    ran(&study(2, 0..1), &folder, Settings::threads(1));
    finish(&study(2, 0..1), &folder).unwrap();
    drop(folder);
    assert_eq!(Manifest::read(&out).unwrap().study.seed, 2);
    assert_eq!(names(temp.path()), ["out"]);
}

#[test]
fn unfinished_results_of_another_study_are_discarded_only_with_force() {
    let temp = tempfile::tempdir().unwrap();
    let out = temp.path().join("out");
    let open = |seed, force| {
        let how = How {
            force,
            ..How::default()
        };
        Folder::open(&study(seed, 0..2), &out, how)
    };
    drop(open(1, false).unwrap());
    assert!(open(2, false).is_ok(), "nothing is lost where nothing is done");
    ran(&study(1, 0..2), &opened(&study(1, 0..2), &out), first(1));
    let error = open(2, false).unwrap_err().to_string();
    assert!(error.contains("seed 1 there, 2 here"), "{error}");
    assert!(open(2, true).is_ok());
    assert!(open(1, false).is_ok(), "nothing is done of it");
}

#[test]
fn a_folder_that_is_not_ours_is_left_alone_even_with_force() {
    let temp = tempfile::tempdir().unwrap();
    let out = temp.path().join("thesis");
    fs::create_dir(&out).unwrap();
    let force = How {
        force: true,
        ..How::default()
    };
    assert!(
        Folder::open(&study(1, 0..1), &out, force).is_ok(),
        "an empty folder is free"
    );
    fs::write(out.join("chapter-1.tex"), "").unwrap();
    let refused = Folder::open(&study(1, 0..1), &out, force);
    assert!(matches!(refused, Err(Error::Foreign(_))));
}

#[test]
fn one_process_makes_a_folder_and_shards_share_it() {
    let temp = tempfile::tempdir().unwrap();
    let (study, out) = (study(1, 0..2), temp.path().join("out"));
    let open = |shared| {
        let how = How {
            shared,
            ..How::default()
        };
        Folder::open(&study, &out, how)
    };
    let alone = open(false).unwrap();
    let busy = open(false).unwrap_err().to_string();
    assert!(
        busy.contains(&format!("is being made by process {}", std::process::id())),
        "{busy}"
    );
    drop(alone);
    let (one, two) = (open(true).unwrap(), open(true).unwrap());
    assert!(matches!(open(false), Err(Error::Busy { .. })));
    drop((one, two));
    drop(open(false).unwrap());
    assert_eq!(names(temp.path()), ["out.partial"], "the lock is gone with its holders");
}

#[test]
fn a_folder_tells_what_it_is_and_says_so_of_an_older_format() {
    let temp = tempfile::tempdir().unwrap();
    let compared = arms(0..2, &[("crowded", "region.north.population=900")]).unwrap();
    for (number, study) in [study(1, 3..5), compared, grid()].into_iter().enumerate() {
        let out = temp.path().join(number.to_string());
        let folder = opened(&study, &out);
        let (read, _, begun) = Folder::load(&out).unwrap();
        assert_eq!(read.identity, study.identity);
        assert_eq!(read.texts(), study.texts());
        assert!(matches!(begun, Opened::Begun(_)));
        ran(&read, &folder, Settings::threads(2));
        finish(&read, &folder).unwrap();
        let (again, _, opened) = Folder::load(&out).unwrap();
        assert_eq!(again.identity, study.identity);
        assert!(matches!(opened, Opened::Whole));
    }
    let manifest = temp.path().join("0/manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text.replace("qantar-results/2", "qantar-results/1")).unwrap();
    let older = Folder::load(&temp.path().join("0")).unwrap_err().to_string();
    assert!(older.contains("older format (qantar-results/1)"), "{older}");
}

#[test]
fn shards_in_folders_of_their_own_are_taken_over_each_once() {
    let temp = tempfile::tempdir().unwrap();
    let study = grid();
    let once = whole(&study, &temp.path().join("once"), 1);
    let (here, there) = (temp.path().join("here"), temp.path().join("there"));
    for (number, out) in [(1, &here), (2, &there)] {
        let settings = Settings {
            shard: Shard { number, of: 2 },
            ..Settings::threads(1)
        };
        ran(&study, &opened(&study, out), settings);
    }
    let folder = opened(&study, &here);
    for _ in 0..2 {
        folder.take_over(&study, &there).unwrap();
    }
    assert_eq!(Status::read(&study, &folder).unwrap().done, 20);
    finish(&study, &folder).unwrap();
    assert!(files(&here) == once);
    let other = sweep(&["ticks=2,4"], None, 2, true).unwrap();
    let refused = opened(&other, &temp.path().join("other")).take_over(&other, &there);
    let refused = refused.unwrap_err().to_string();
    assert!(
        refused.contains("keys region.north.urban, ticks there, ticks here"),
        "{refused}"
    );
}

#[test]
fn status_knows_who_is_at_work() {
    let temp = tempfile::tempdir().unwrap();
    let study = grid();
    let folder = opened(&study, &temp.path().join("out"));
    let shard = Shard { number: 2, of: 3 };
    let journal = journal::Journal::begin(&folder.parts(), &journal::Writer::now(shard)).unwrap();
    let running = || {
        let status = Status::read(&study, &folder).unwrap();
        status.shards.iter().map(|part| part.running).collect::<Vec<_>>()
    };
    assert_eq!(running(), [false, true, false]);
    drop(journal);
    assert_eq!(running(), [false, false, false], "it died this second");
}

/// A model that runs as another does but for some replicates, in which it breaks off.
#[derive(Debug)]
struct Broken {
    sound: std::sync::Arc<dyn Simulation>,
    runs: Shared<AtomicU32>,
    fails: fn(u32) -> bool,
}

impl Simulation for Broken {
    fn metrics(&self) -> &'static [Description] {
        self.sound.metrics()
    }
    fn outline(&self) -> String {
        self.sound.outline()
    }
    fn ticks(&self) -> u32 {
        self.sound.ticks()
    }
    fn regions(&self) -> Vec<&str> {
        self.sound.regions()
    }
    fn subjects(&self) -> Vec<&str> {
        self.sound.subjects()
    }
    fn size(&self) -> Size {
        self.sound.size()
    }
    fn subject(&self, what: What) -> &str {
        self.sound.subject(what)
    }
    fn run(&self, dice: &Dice, observer: &mut dyn Observer) -> ControlFlow<()> {
        let run = self.runs.fetch_add(1, Relaxed);
        assert!(!(self.fails)(run), "a bug of its own");
        self.sound.run(dice, observer)
    }
}

fn broken(replicates: u32, fails: fn(u32) -> bool) -> Study {
    let mut broken = study(1, 0..replicates);
    broken.arms[0].model = std::sync::Arc::new(Broken {
        sound: study(1, 0..1).arms.remove(0).model,
        runs: Shared::default(),
        fails,
    });
    broken
}

#[test]
fn a_run_that_breaks_off_is_kept_as_such_and_run_again_when_asked() {
    let temp = tempfile::tempdir().unwrap();
    let (sound, out) = (study(1, 0..4), temp.path().join("out"));
    let once = whole(&sound, &temp.path().join("once"), 1);
    let folder = opened(&sound, &out);
    let failing = broken(4, |run| run == 2);
    assert_eq!(ran(&failing, &folder, Settings::threads(1)), 4);
    let error = finish(&failing, &folder).unwrap_err().to_string();
    let expected = "replicate 2 failed: qantar broke off: a bug of its own";
    assert!(error.starts_with(expected), "{error}");
    assert_eq!(ran(&sound, &folder, Settings::threads(1)), 0);
    let again = Settings {
        retry_failed: true,
        ..Settings::threads(1)
    };
    assert_eq!(ran(&sound, &folder, again), 1);
    finish(&sound, &folder).unwrap();
    assert!(files(&out) == once);
}

#[test]
fn the_first_failure_ends_it_if_so_wished_and_so_do_failures_alone() {
    let temp = tempfile::tempdir().unwrap();
    let run = |study: &Study, out: &str, fail_fast| {
        let settings = Settings {
            fail_fast,
            ..Settings::threads(1)
        };
        let folder = opened(study, &temp.path().join(out));
        execute(study, &folder, settings, &Progress::default()).unwrap_err()
    };
    let first = run(&broken(4, |run| run == 1), "first", true);
    assert!(
        matches!(&first, Error::Failed { run, .. } if run == "replicate 1"),
        "{first}"
    );
    let all = run(&broken(100, |_| true), "all", false);
    assert!(matches!(all, Error::AllFailed { runs: HOPELESS, .. }), "{all}");
}

#[test]
fn all_arms_of_a_replicate_come_before_the_next_and_a_finish_reads_the_tables() {
    let temp = tempfile::tempdir().unwrap();
    let study = arms(0..2, &[("crowded", "region.north.population=900")]).unwrap();
    let out = temp.path().join("out");
    let folder = opened(&study, &out);
    ran(&study, &folder, Settings::threads(2));
    let told = |folder: &Path| {
        let rows = fs::read_to_string(folder.join("outcomes.csv"))?.lines().count();
        Ok(vec![("told.txt".to_owned(), rows.to_string().into_bytes())])
    };
    publish(&study, &folder, 2, &Progress::default(), &told).unwrap();
    let order = |name: &str| {
        let text = fs::read_to_string(out.join(name)).unwrap();
        let arms = text
            .lines()
            .skip(1)
            .map(|line| line.split(',').next().unwrap().to_owned());
        let mut order: Vec<String> = arms.collect();
        order.dedup();
        order
    };
    assert_eq!(order("series.csv"), ["baseline", "crowded", "baseline", "crowded"]);
    assert_eq!(order("outcomes.csv"), ["baseline", "crowded", "baseline", "crowded"]);
    let manifest = Manifest::read(&out).unwrap();
    let mut listed: Vec<&str> = manifest.files.iter().map(|file| file.name.as_str()).collect();
    listed.push("manifest.json");
    listed.sort_unstable();
    assert_eq!(names(&out), listed);
    assert!(listed.contains(&"scenario.crowded.toml"));
    assert_eq!(fs::read_to_string(out.join("told.txt")).unwrap(), "5");
}

#[test]
fn arms_are_crossed_with_points_and_share_their_dice() {
    let temp = tempfile::tempdir().unwrap();
    let mut ask = Ask::new(Scenario::from_text("towns", SCENARIO).unwrap());
    let text = ask.text("--vary", "ticks=2,4");
    ask.vary(&text);
    let how = Asked {
        replicates: Some(2),
        ..Asked::default()
    };
    let mut scenario = Scenario::from_text("towns", SCENARIO).unwrap();
    scenario.set(&["region.north.legitimacy=0.9".to_owned()]).unwrap();
    let arm = Arm::new("trusted", &scenario, Vec::new()).unwrap();
    let same = Arm::new("same", &Scenario::from_text("towns", SCENARIO).unwrap(), Vec::new()).unwrap();
    let study = ask.study(how, vec![arm, same]).unwrap();
    whole(&study, &temp.path().join("out"), 2);
    let text = fs::read_to_string(temp.path().join("out/runs.csv")).unwrap();
    let mut lines = text.lines();
    assert!(
        lines
            .next()
            .unwrap()
            .starts_with("arm,point,replicate,seed,status,ticks,participants_peak,")
    );
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), 12);
    for run in rows.chunks(3) {
        assert_eq!([run[0][0], run[1][0], run[2][0]], ["baseline", "trusted", "same"]);
        assert_eq!(run[0][1..], run[2][1..], "the same policy, the same dice");
        assert_ne!(run[0][1..], run[1][1..]);
    }
}

#[test]
fn an_arm_needs_a_name_of_its_own_and_the_clock_of_the_others() {
    let refused = |name: &str, change: &str| arms(0..2, &[(name, change)]).unwrap_err().to_string();
    assert!(arms(0..2, &[("early", "")]).is_ok());
    assert!(refused("baseline", "").contains("another arm of this name"));
    assert!(refused("a/b", "").contains("letters, digits"));
    let clock = refused("late", "ticks=24");
    assert!(
        clock.contains("24 ticks of 60 minutes") && clock.contains("48 ticks"),
        "{clock}"
    );
}

#[test]
fn unfinished_results_of_other_arms_are_told_from_these() {
    let early = arms(0..2, &[("early", "")]).unwrap();
    let late = arms(0..2, &[("late", "region.south.population=10")]).unwrap();
    assert_eq!(
        early.identity.difference(&late.identity).unwrap(),
        "arms: early of tutorial there, late of tutorial --set region.south.population=10 here"
    );
}

#[test]
fn any_first_part_of_the_order_is_spread_over_the_points() {
    let study = sweep(&["region.north.urban=0:1:0.001"], None, 2, false).unwrap();
    let points = u64::from(study.points.len());
    assert!((0..points).all(|place| study.in_order(place).replicate == 0));
    let mut first: Vec<u32> = (0..100).map(|place| study.in_order(place).point).collect();
    first.sort_unstable();
    let gap = first.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap();
    assert!(gap < 100, "{gap}");
    let number = |place| study.number(study.in_order(place)).unwrap();
    let mut all: Vec<u64> = (0..study.jobs()).map(number).collect();
    all.sort_unstable();
    assert_eq!(all, (0..study.jobs()).collect::<Vec<_>>(), "each job once");
    assert!((0..study.jobs()).all(|number| study.number(study.job(number)) == Some(number)));
}

/// Two stages: two points, and then the middle of the two again, with a second replicate of the first.
#[derive(Default)]
struct Halving {
    asked: u32,
    heard: Shared<Mutex<Vec<f64>>>,
}

impl Stages for Halving {
    fn next(&mut self, known: &Known) -> Option<Round> {
        self.asked += 1;
        match self.asked {
            1 => Some(Round {
                points: vec![vec!["0.0".to_owned()], vec!["1.0".to_owned()]],
                jobs: vec![(0, 0..1), (1, 0..1)],
            }),
            2 => Some(Round {
                points: vec![vec!["0.5".to_owned()]],
                jobs: vec![(2, 0..2), (0, 1..2)],
            }),
            _ => {
                let all = [(0, 0), (1, 0), (2, 0), (2, 1), (0, 1)];
                let heard = all.map(|(point, replicate)| known.of(point, replicate).unwrap()[0]);
                *self.heard.lock().unwrap() = heard.to_vec();
                None
            }
        }
    }
}

fn halving() -> Study {
    let mut study = study(1, 0..2);
    study.identity.made_by = Command::Sweep;
    study.identity.keeps = Keeps::default();
    let design = crate::design::Design {
        method: crate::design::Method::Stages,
        n: 3,
        parameters: vec![crate::design::Parameter {
            key: "region.north.urban".to_owned(),
            span: crate::design::Span::Listed {},
        }],
        levels: None,
        seed: None,
        listed: false,
        carry: Vec::new(),
    };
    study.vary(design, None);
    study
}

#[test]
fn stages_go_on_where_they_were_alone_and_in_shards_and_have_a_row_for_each_run_that_was_wanted() {
    let temp = tempfile::tempdir().unwrap();
    let run = |out: &str, shard: Shard, stop_after: u64| {
        let mut study = halving();
        let settings = Settings {
            shard,
            most: stop_after,
            ..Settings::threads(2)
        };
        let how = How {
            shared: shard.of > 1,
            ..How::default()
        };
        let Opened::Begun(folder) = Folder::open(&study, &temp.path().join(out), how).unwrap() else {
            panic!("it is whole")
        };
        let (mut stages, progress) = (Halving::default(), Progress::default());
        execute_stages(&mut study, &folder, settings, &progress, &mut stages).unwrap();
        let heard = stages.heard.lock().unwrap().clone();
        (study, folder, heard)
    };
    let (study, folder, heard) = run("alone", Shard::WHOLE, u64::MAX);
    finish(&study, &folder).unwrap();
    let text = fs::read_to_string(temp.path().join("alone/runs.csv")).unwrap();
    let rows: Vec<&str> = text
        .lines()
        .skip(1)
        .map(|line| &line[..line.find(",ok,").unwrap()])
        .collect();
    assert_eq!(rows, ["0,0,1", "0,1,1", "1,0,1", "2,0,1", "2,1,1"]);
    // Two shards at once: each runs its part and hears of the other's.
    let both: Vec<Vec<f64>> = std::thread::scope(|scope| {
        let shard = |number| {
            let run = &run;
            scope.spawn(move || run("shards", Shard { number, of: 2 }, u64::MAX).2)
        };
        let both = [shard(1), shard(2)];
        both.map(|one| one.join().unwrap()).into()
    });
    assert_eq!(both, [heard.clone(), heard.clone()]);
    // One alone: nobody is at work on the other part, so it does both.
    assert_eq!(run("one-of-two", Shard { number: 2, of: 2 }, u64::MAX).2, heard);
    let (study, folder, _) = run("shards", Shard::WHOLE, u64::MAX);
    finish(&study, &folder).unwrap();
    drop(folder);
    assert!(files(&temp.path().join("shards")) == files(&temp.path().join("alone")));
    let known = Known::of_folder(&halving(), &temp.path().join("alone")).unwrap();
    assert_eq!((known.len(), known.of(2, 1).unwrap()[0]), (5, heard[3]));
}
