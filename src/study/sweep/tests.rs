//! Sweeps at work: shards, threads, stops, failures, and what is asked wrongly.

use std::fs;
use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;

use super::plan::Shard;
use super::*;
use crate::scenario::Scenario;
use crate::scenario::problem::Problems;
use crate::study::Error;
use crate::study::design::Method;
use crate::study::folder::Folder;
use crate::study::tests::SCENARIO;
use crate::table::Table;

fn asked(vary: &[&str], sample: Option<&str>, how: How) -> Result<Sweep, Problems> {
    let mut ask = Ask::new(Scenario::from_text("towns", SCENARIO).unwrap());
    for text in vary {
        let text = ask.text("--vary", text);
        ask.vary(&text);
    }
    if let Some(text) = sample {
        let text = ask.text("--sample", text);
        ask.sample(&text);
    }
    let place = ask.text("--outcome", "").place;
    ask.outcome("rows", "", &place);
    ask.plan(how)
}

fn replicates(replicates: u32) -> How {
    How {
        replicates: Some(replicates),
        ..How::default()
    }
}

/// Twelve points with two replicates, of which one point fails: that of more people than ticks.
fn grid() -> Sweep {
    asked(&["region.north.urban=0:1:0.25", "ticks=2,4"], None, replicates(2)).unwrap()
}

fn settings(threads: usize, shard: Shard) -> Settings {
    Settings {
        threads,
        shard,
        most: u64::MAX,
        fail_fast: false,
        retry_failed: false,
    }
}

/// An outcome that tells one run from another.
fn sum(series: &Table, _: &Table) -> Vec<f64> {
    let legitimacy = series.column("legitimacy").unwrap();
    vec![(0..series.rows()).map(|row| legitimacy.number(row)).sum()]
}

fn begun(sweep: &Sweep, out: &Path) -> Folder {
    match open(sweep, out, false).unwrap() {
        Opened::Begun(folder) => folder,
        Opened::Whole => panic!("it is whole"),
    }
}

fn run_with(sweep: &Sweep, out: &Path, settings: Settings, outcomes: &Outcomes) -> Result<(), Stop> {
    execute(sweep, &begun(sweep, out), settings, &Progress::default(), outcomes)
}

/// All bytes of the files that must not differ.
fn files(out: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(out)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.ends_with("manifest.json"))
        .map(|path| {
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                fs::read(&path).unwrap(),
            )
        })
        .collect();
    files.sort();
    files
}

fn whole(sweep: &Sweep, out: &Path, threads: usize) -> Vec<(String, Vec<u8>)> {
    run_with(sweep, out, settings(threads, Shard::WHOLE), &sum).unwrap();
    assemble(sweep, &begun(sweep, out), threads).unwrap();
    files(out)
}

#[test]
fn any_number_of_threads_and_shards_gives_the_same_bytes() {
    let temp = tempfile::tempdir().unwrap();
    let how = How {
        series: true,
        ..replicates(2)
    };
    let sweep = asked(&["region.north.urban=0:1:0.25", "ticks=2,4"], None, how).unwrap();
    let one = whole(&sweep, &temp.path().join("one"), 1);
    assert_eq!(whole(&sweep, &temp.path().join("three"), 3), one);
    let runs = String::from_utf8(one.iter().find(|(name, _)| name == "runs.csv").unwrap().1.clone()).unwrap();
    let mut lines = runs.lines();
    assert_eq!(
        lines.next(),
        Some("point,replicate,seed,status,region.north.urban,ticks,rows,reason")
    );
    assert!(lines.next().unwrap().starts_with("0,0,1,ok,0.0,2,"), "{runs}");
    assert_eq!(runs.lines().count(), 1 + 20);
    for of in [1, 2, 3, 7] {
        let out = temp.path().join(format!("of-{of}"));
        // The last shard first, as machines please.
        for number in (1..=of).rev() {
            if number < of {
                let missing = assemble(&sweep, &begun(&sweep, &out), 1).unwrap_err();
                assert!(matches!(missing, Stop::Missing { .. }), "{missing}");
            }
            run_with(&sweep, &out, settings(1, Shard { number, of }), &sum).unwrap();
        }
        assemble(&sweep, &begun(&sweep, &out), 1).unwrap();
        assert!(files(&out) == one, "{of} shards");
    }
}

#[test]
fn shards_in_folders_of_their_own_are_taken_over_each_once() {
    let temp = tempfile::tempdir().unwrap();
    let sweep = grid();
    let once = whole(&sweep, &temp.path().join("once"), 1);
    let (here, there) = (temp.path().join("here"), temp.path().join("there"));
    for (number, out) in [(1, &here), (2, &there)] {
        run_with(&sweep, out, settings(1, Shard { number, of: 2 }), &sum).unwrap();
    }
    let folder = begun(&sweep, &here);
    for _ in 0..2 {
        take_over(&sweep, &folder, &there).unwrap();
    }
    assert_eq!(Status::read(&sweep, &folder).unwrap().done, 20);
    assemble(&sweep, &folder, 1).unwrap();
    assert!(files(&here) == once);
    let other = asked(&["ticks=2,4"], None, replicates(2)).unwrap();
    let refused = take_over(&other, &begun(&other, &temp.path().join("other")), &there).unwrap_err();
    assert!(
        refused.to_string().contains("size of the design 10 there, 2 here"),
        "{refused}"
    );
}

#[test]
fn a_sweep_that_was_stopped_goes_on_and_a_folder_tells_what_it_is() {
    let temp = tempfile::tempdir().unwrap();
    let (sweep, out) = (grid(), temp.path().join("out"));
    let once = whole(&sweep, &temp.path().join("once"), 1);
    let progress = Progress::default();
    let ran = std::sync::atomic::AtomicU32::new(0);
    let stopping = |series: &Table, events: &Table| {
        if ran.fetch_add(1, Relaxed) == 6 {
            progress.stop.store(true, Relaxed);
        }
        sum(series, events)
    };
    let one = settings(1, Shard::WHOLE);
    let stopped = execute(&sweep, &begun(&sweep, &out), one, &progress, &stopping).unwrap_err();
    assert!(
        matches!(stopped, Stop::Interrupted { done: 7, of: 20, .. }),
        "{stopped}"
    );
    let (read, _) = load(&out).unwrap();
    assert_eq!(read.identity, sweep.identity);
    run_with(&read, &out, one, &sum).unwrap();
    assert_eq!(ran.load(Relaxed), 7, "what is done is not run again");
    assemble(&read, &begun(&read, &out), 1).unwrap();
    assert!(files(&out) == once);
    assert!(matches!(open(&sweep, &out, false).unwrap(), Opened::Whole));
    assert!(matches!(load(&out).unwrap().1, Opened::Whole));
}

#[test]
fn another_plan_is_refused_and_the_difference_is_named() {
    let temp = tempfile::tempdir().unwrap();
    let out = temp.path().join("out");
    let sweep = grid();
    run_with(&sweep, &out, settings(1, Shard { number: 1, of: 5 }), &sum).unwrap();
    let difference = |sweep: &Sweep| match open(sweep, &out, false) {
        Err(Error::OtherPlan { difference, .. }) => difference,
        other => panic!("{other:?}"),
    };
    let axes = ["region.north.urban=0:1:0.25", "ticks=2,4"];
    let more = asked(&axes, None, replicates(3)).unwrap();
    assert_eq!(difference(&more), "replicates 2 there, 3 here");
    let other = asked(&["region.north.urban=0:1:0.25", "ticks=2,6"], None, replicates(2)).unwrap();
    assert_eq!(difference(&other), "`ticks` is 2, 4 there, 2, 6 here");
    assert!(
        matches!(open(&other, &out, true).unwrap(), Opened::Begun(_)),
        "--force discards it"
    );
    assert!(
        matches!(open(&sweep, &out, false).unwrap(), Opened::Begun(_)),
        "nothing was done of it"
    );
}

#[test]
fn a_run_that_fails_is_a_row_with_its_reason_and_can_be_run_again() {
    let temp = tempfile::tempdir().unwrap();
    let out = temp.path().join("out");
    // Each value is possible alone: only together they leave no room between low and high.
    let text = format!("{SCENARIO}hardship = {{ distribution = \"uniform\", low = 0.1, high = 0.9 }}\n");
    let mut ask = Ask::new(Scenario::from_text("towns", &text).unwrap());
    for text in [
        "region.south.hardship.low=0.2,0.6",
        "region.south.hardship.high=0.4,0.8",
    ] {
        let text = ask.text("--vary", text);
        ask.vary(&text);
    }
    let place = ask.text("--outcome", "").place;
    ask.outcome("rows", "", &place);
    let sweep = ask.plan(replicates(1)).unwrap();
    let failing = |series: &Table, events: &Table| match series.rows() {
        0 => sum(series, events),
        _ => panic!("a bug of its own"),
    };
    let all = settings(2, Shard::WHOLE);
    run_with(&sweep, &out, all, &failing).unwrap();
    let folder = begun(&sweep, &out);
    assert_eq!(Status::read(&sweep, &folder).unwrap().failed, 4);
    assemble(&sweep, &folder, 1).unwrap();
    let runs = |out: &Path| fs::read_to_string(out.join("runs.csv")).unwrap();
    assert_eq!(
        runs(&out).matches("NaN,qantar broke off: a bug of its own").count(),
        3,
        "{}",
        runs(&out)
    );
    // The cause is gone: all but the impossible point are run again.
    let again = Settings {
        retry_failed: true,
        ..all
    };
    let folder = reopen(&sweep, &out).unwrap();
    execute(&sweep, &folder, again, &Progress::default(), &sum).unwrap();
    assemble(&sweep, &folder, 1).unwrap();
    let text = runs(&out);
    let failed: Vec<&str> = text.lines().filter(|line| line.contains("failed")).collect();
    assert_eq!(failed.len(), 1, "{text}");
    assert!(failed[0].starts_with("2,0,1,failed,0.6,0.4,NaN,"), "{text}");
    assert!(failed[0].contains("low"), "the reason is told: {text}");
    assert_eq!(Manifest::read(&out).unwrap().failed, 1);
}

#[test]
fn what_was_done_is_copied_back_without_loss_when_failed_runs_are_run_again() {
    let temp = tempfile::tempdir().unwrap();
    let how = How {
        series: true,
        ..replicates(3)
    };
    let sweep = asked(&["region.north.urban=0.1,0.7"], None, how).unwrap();
    let out = temp.path().join("out");
    let once = whole(&sweep, &out, 1);
    assemble(&sweep, &reopen(&sweep, &out).unwrap(), 1).unwrap();
    assert!(files(&out) == once);
}

#[test]
fn a_sweep_ends_early_at_the_first_failure_if_so_wished_and_if_nothing_succeeds() {
    let temp = tempfile::tempdir().unwrap();
    let sweep = asked(&["region.north.urban=0:1:0.01"], None, replicates(1)).unwrap();
    let failing = |_: &Table, _: &Table| panic!("always");
    let fast = Settings {
        fail_fast: true,
        ..settings(1, Shard::WHOLE)
    };
    let out = temp.path().join("fast");
    let stop = run_with(&sweep, &out, fast, &failing).unwrap_err();
    assert!(matches!(stop, Stop::Failed { .. }), "{stop}");
    assert!(stop.to_string().contains("always"), "{stop}");
    let out = temp.path().join("all");
    let stop = run_with(&sweep, &out, settings(2, Shard::WHOLE), &failing).unwrap_err();
    assert!(matches!(stop, Stop::AllFailed { .. }), "{stop}");
    assert!(Status::read(&sweep, &begun(&sweep, &out)).unwrap().failed < HOPELESS + 2);
    run_with(&sweep, &temp.path().join("none"), settings(2, Shard::WHOLE), &sum).unwrap();
}

#[test]
fn any_first_part_of_the_order_is_spread_over_the_points() {
    let sweep = asked(&["region.north.urban=0:1:0.001"], None, replicates(2)).unwrap();
    let points = u64::from(sweep.identity.design.n);
    assert!((0..points).all(|place| sweep.in_order(place).replicate == 0));
    let mut first: Vec<u32> = (0..100).map(|place| sweep.in_order(place).point).collect();
    first.sort_unstable();
    let gap = first.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap();
    assert!(gap < 100, "{gap}");
    let mut all: Vec<u64> = (0..sweep.jobs())
        .map(|place| sweep.number(sweep.in_order(place)))
        .collect();
    all.sort_unstable();
    assert_eq!(all, (0..sweep.jobs()).collect::<Vec<_>>(), "each job once");
    assert!((0..sweep.jobs()).all(|number| sweep.number(sweep.job(number)) == number));
}

#[test]
fn replicates_have_the_same_dice_at_every_point() {
    let temp = tempfile::tempdir().unwrap();
    let out = temp.path().join("out");
    // The points differ in name only, and people have every reason to come out.
    let shock = "[[shock]]\nid = \"price\"\nkind = \"price_change\"\nfactor = 20.0\nwhen = 2022-01-01T02:00:00\n";
    let mut ask = Ask::new(
        Scenario::from_text("towns", &format!("{SCENARIO}exposure = 1.0\nlegitimacy = 0.0\n{shock}")).unwrap(),
    );
    let text = ask.text("--vary", "title=one,two");
    ask.vary(&text);
    ask.outcome("people", "", &text.place);
    let sweep = ask.plan(replicates(3)).unwrap();
    let people = |series: &Table, _: &Table| {
        let people = series.column("participants").unwrap();
        vec![(0..series.rows()).map(|row| people.number(row)).sum()]
    };
    run_with(&sweep, &out, settings(2, Shard::WHOLE), &people).unwrap();
    assemble(&sweep, &begun(&sweep, &out), 1).unwrap();
    let text = fs::read_to_string(out.join("runs.csv")).unwrap();
    let values: Vec<&str> = text
        .lines()
        .skip(1)
        .map(|line| line.split(',').nth(5).unwrap())
        .collect();
    assert_eq!(values[..3], values[3..], "{text}");
    assert!(
        values[0] != values[1] || values[0] != values[2],
        "other dice, other runs: {text}"
    );
}

#[test]
fn every_mistake_is_told_at_once_and_where_it_stands() {
    let problems = asked(
        &[
            "region.nort.urban=0..1",
            "region.north.urban=0.5..1.5",
            "region.north.urbn=0..1",
            "region.north.urban=0..1",
            "ticks=3,-3",
            "seed=1,2",
        ],
        Some("saltely:16"),
        How::default(),
    );
    let text = problems.unwrap_err().to_string();
    for part in [
        "did you mean `saltelli`?",
        "did you mean `urban`?",
        "`region.north.urban` is varied twice",
        "other dice are replicates",
        "0.5..1.5",
        "-3",
        "nort",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
}

#[test]
fn a_range_needs_a_sample_and_a_sample_needs_ranges() {
    let text = asked(&["region.north.urban=0..1"], None, How::default())
        .unwrap_err()
        .to_string();
    assert!(text.contains("a range has no points of its own"), "{text}");
    let text = asked(&["region.north.urban=0,1"], Some("morris:4"), How::default())
        .unwrap_err()
        .to_string();
    assert!(text.contains("morris draws from ranges"), "{text}");
    let text = asked(&[], None, How::default()).unwrap_err().to_string();
    assert!(text.contains("nothing is varied"), "{text}");
    let sweep = asked(&["region.north.urban=0,1"], Some("lhs:8"), How::default()).unwrap();
    assert_eq!((sweep.identity.design.method, sweep.jobs()), (Method::Lhs, 32));
}

#[test]
fn a_study_file_says_all_that_arguments_can() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("my.study.toml");
    let study = |text: &str| -> Result<Sweep, Problems> {
        fs::write(temp.path().join("towns.toml"), SCENARIO).unwrap();
        fs::write(&path, text).unwrap();
        let file = File::read(&path)?;
        let mut scenario = Scenario::read(&file.scenario)?;
        scenario.set(&file.set())?;
        let mut ask = Ask::new(scenario);
        let mut how = How::default();
        file.tell(&mut ask, &mut how);
        ask.plan(how)
    };
    let sweep = study(
        "scenario = \"towns.toml\"\nset = [\"ticks=24\"]\nsample = \"saltelli:8\"\nreplicates = 2\nseed = 9\n\
         vary.region.north.urban = \"0.1..0.9\"\n[vary.rules.policing]\nalarm = \"10..100:log\"\n\
         [outcome]\ndeaths = \"last(deaths_civilians)\"\n",
    )
    .unwrap();
    assert_eq!((sweep.jobs(), sweep.identity.seed), (8 * 4 * 2, 9));
    let keys: Vec<&str> = sweep
        .identity
        .design
        .parameters
        .iter()
        .map(|p| p.key.as_str())
        .collect();
    assert_eq!(keys, ["region.north.urban", "rules.policing.alarm"]);
    assert_eq!(sweep.identity.outcomes[0].text, "last(deaths_civilians)");
    assert!(sweep.text.contains("ticks = 24"));
    let grid = study("scenario = \"towns.toml\"\nvary.ticks = [1, 2, 4]\nvary.title = [\"a\", \"b\"]\n").unwrap();
    assert_eq!(grid.jobs(), 60, "ten replicates of a grid");
    let text = study(
        "scenario = \"towns.toml\"\nsampel = 1\nreplicates = 0\nvary.region.north.urban = \"0.1..1.9\"\nsample = \"lhs\"\n",
    );
    let text = text.unwrap_err().to_string();
    for part in [
        "did you mean `sample`?",
        "`replicates` must be a whole number, 1 to 1000000",
        "my.study.toml:4",
        "needs the number of points",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
}

#[test]
fn a_table_of_points_is_run_as_it_is_and_judged_by_its_extremes() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("points.csv");
    let table = |text: &str| {
        fs::write(&path, text).unwrap();
        let mut ask = Ask::new(Scenario::from_text("towns", SCENARIO).unwrap());
        let asked = ask.text("--design", "points.csv");
        ask.table(&asked, &path);
        let place = ask.text("--outcome", "").place;
        ask.outcome("rows", "", &place);
        ask.plan(replicates(1))
    };
    let sweep = table("region.north.urban,ticks\n0.25,2\n0.5,3\n").unwrap();
    let out = temp.path().join("out");
    whole(&sweep, &out, 1);
    let text = fs::read_to_string(out.join("runs.csv")).unwrap();
    assert!(text.contains("\n1,0,1,ok,0.5,3,"), "{text}");
    assert_eq!(load(&out).unwrap().0.points.values(1), ["0.5", "3"]);
    let wrong = |text: &str| table(text).unwrap_err().to_string();
    assert!(wrong("region.north.urban,tick\n0.25,2\n1.5,3\n").contains("did you mean `ticks`?"));
    assert!(wrong("region.north.urban,tick\n0.25,2\n1.5,3\n").contains("0 to 1 (share)"));
    assert!(wrong("ticks\n").contains("at least one row"));
    assert!(wrong("ticks,title\n1\n").contains("not a table of points"));
    assert!(wrong("ticks,title\n1,\n").contains("`title` has no value"));
}
