//! What a scenario may say and how it is laid together: overlays in a list, what never happens, what is removed, how
//! long a run lasts, and what is told as a warning or refused.

use std::path::Path;

use qantar::scenario::Scenario;
use qantar::sim::policy::When;

const TOWNS: &str = r#"
schema_version = 1
start = 2022-01-01T00:00:00
zone = "Asia/Almaty"
ticks = 48
[[region]]
id = "north"
population = 500
position = [50.3, 57.2]
[[region]]
id = "south"
population = 500
position = [43.2, 76.9]
[[shock]]
id = "price"
kind = "price_change"
when = 2022-01-01T02:00:00
factor = 2.0
[[action]]
id = "cut"
kind = "price_rollback"
price = 60.0
when = { after = "price", hours = 5 }
[[action]]
id = "curfew"
kind = "curfew"
when = { any = [{ after = "cut", hours = 3 }, { metric = "violent", above = 10 }] }
"#;

fn towns(changes: &[&str]) -> Scenario {
    let mut scenario = Scenario::from_text("towns.toml", TOWNS).unwrap();
    scenario
        .set(&changes.iter().map(|&change| change.to_owned()).collect::<Vec<_>>())
        .unwrap();
    scenario
}

fn warnings(scenario: &Scenario) -> Vec<String> {
    scenario
        .warnings()
        .list()
        .iter()
        .map(|problem| problem.message.clone())
        .collect()
}

fn wrong(changes: &[&str]) -> Vec<String> {
    let problems = towns(changes).compile().unwrap_err();
    let wrong = problems.list().iter().filter(|problem| !problem.warning);
    wrong.map(|problem| problem.message.clone()).collect()
}

fn never_happening(scenario: &Scenario) -> Vec<String> {
    let model = scenario.compile().unwrap();
    let never = model.interventions.iter().filter(|action| action.when == When::NEVER);
    never.map(|action| action.id.clone()).collect()
}

#[test]
fn an_action_that_never_happens_stays_for_those_that_wait_for_it() {
    let scenario = towns(&["action.cut.never=true"]);
    assert_eq!(never_happening(&scenario), ["cut"]);
    assert_eq!(warnings(&scenario), [""; 0]);
}

#[test]
fn what_is_removed_takes_along_what_waits_for_it_and_says_so() {
    let scenario = towns(&["action.cut.remove=true"]);
    assert_eq!(never_happening(&scenario), ["cut"]);
    assert_eq!(warnings(&scenario), ["`cut` never happens, and `curfew` refers to it"]);
    let whole = towns(&["action.curfew.remove=true", "action.cut.remove=true"]);
    assert_eq!(whole.compile().unwrap().interventions.len(), 1);
    assert_eq!(warnings(&whole), [""; 0]);
}

#[test]
fn a_removal_reads_back_from_the_effective_scenario() {
    let scenario = towns(&["action.cut.remove=true"]);
    let again = Scenario::from_text("towns.toml", &scenario.to_toml()).unwrap();
    assert_eq!(again.compile().unwrap(), scenario.compile().unwrap());
}

#[test]
fn a_run_lasts_ticks_or_a_duration_which_keeps_the_span_whatever_a_tick_is() {
    let ticks = |changes: &[&str]| towns(changes).compile().unwrap().clock.ticks;
    assert_eq!(ticks(&["duration=12d"]), 288);
    assert_eq!(ticks(&["duration=12d", "tick_minutes=30"]), 576);
    assert_eq!(ticks(&["duration=12d", "ticks=5"]), 5, "what is set last counts");
    let both = Scenario::from_text(
        "towns.toml",
        &TOWNS.replace("ticks = 48", "ticks = 48\nduration = \"2d\""),
    )
    .unwrap();
    let told = both.compile().unwrap_err().to_string();
    assert!(told.contains("a run lasts either `ticks` or `duration`"), "{told}");
    assert_eq!(wrong(&["duration=0h"]), ["`duration` is out of range"]);
}

#[test]
fn an_action_after_the_end_is_a_warning() {
    let scenario = towns(&["action.cut.when=2022-01-05T00:00:00"]);
    let expected = "`cut` is announced after the end of the run, so it never happens";
    assert_eq!(warnings(&scenario), [expected]);
    assert!(scenario.compile().is_ok());
}

#[test]
fn what_waits_so_long_that_the_run_is_over_is_a_warning() {
    let waits = towns(&["action.cut.when.hours=50"]);
    let expected = "`cut` cannot be announced before the end of the run, so it never happens";
    assert_eq!(warnings(&waits), [expected], "the curfew can still come by its metric");
    let both = towns(&["action.curfew.when={ metric = \"violent\", above = 10, for_hours = 48 }"]);
    assert_eq!(warnings(&both), [expected.replace("cut", "curfew")]);
}

#[test]
fn positions_that_are_longitude_first_are_a_warning() {
    let swapped = towns(&[
        "region.north.position=[57.2, 50.3]",
        "region.south.position=[76.9, 43.2]",
    ]);
    assert_eq!(warnings(&swapped), ["positions look swapped: longitude first"]);
    assert_eq!(warnings(&towns(&[])), [""; 0]);
}

#[test]
fn words_of_results_are_no_ids_and_no_outcomes() {
    let text = TOWNS.replace("id = \"south\"", "id = \"all\"");
    let told = Scenario::from_text("towns.toml", &text)
        .unwrap()
        .compile()
        .unwrap_err()
        .to_string();
    assert!(told.contains("a region cannot be called `all`"), "{told}");
    let words = ["arm", "point", "replicate", "seed", "status", "reason", "tick"];
    let totals = towns(&[]).family().totals().iter().map(|total| total.name);
    for word in words.into_iter().chain(totals) {
        let told = wrong(&[&format!("outcome.{word}=\"peak(violent)\"")]);
        assert_eq!(told, [format!("an outcome cannot be called `{word}`")]);
    }
}

#[test]
fn an_id_is_not_changed_from_outside() {
    assert_eq!(wrong(&["action.cut.id=other"]), ["the id of `cut` cannot be changed"]);
}

#[test]
fn a_text_that_would_steer_a_terminal_is_refused() {
    assert_eq!(wrong(&["title=\"a\\u001b[2Jb\""]), ["`title` has a control character"]);
    assert!(towns(&["title=\"a\\tb\""]).compile().is_ok());
}

/// Files in a folder of their own.
fn files(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn read(folder: &Path, name: &str) -> Scenario {
    Scenario::read(&folder.join(name)).unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn overlays_in_a_list_are_laid_over_their_common_base_in_order() {
    let a = "extends = \"towns.toml\"\nschema_version = 1\ntitle = \"A\"\n[[action]]\nid = \"curfew\"\nremove = true\n";
    let b = "extends = \"towns.toml\"\nschema_version = 1\ntitle = \"B\"\n[[region]]\nid = \"north\"\nurban = 0.9\n";
    let both = "extends = [\"a.toml\", \"b.toml\"]\nschema_version = 1\n";
    let folder = files(&[("towns.toml", TOWNS), ("a.toml", a), ("b.toml", b), ("both.toml", both)]);
    let scenario = read(folder.path(), "both.toml");
    let model = scenario.compile().unwrap();
    assert_eq!((model.interventions.len(), model.places[0].urban), (2, 0.9));
    assert_eq!((scenario.title(), warnings(&scenario)), ("B", vec![]));
}

#[test]
fn overlays_that_contradict_each_other_are_told_unless_the_file_itself_says_what_is_meant() {
    let of = |urban: &str| {
        format!("extends = \"towns.toml\"\nschema_version = 1\n[[region]]\nid = \"north\"\nurban = {urban}\n")
    };
    let both = "extends = [\"a.toml\", \"b.toml\"]\nschema_version = 1\n";
    let said = format!("{both}[[region]]\nid = \"north\"\nurban = 0.5\n");
    let folder = files(&[
        ("towns.toml", TOWNS),
        ("a.toml", &of("0.1")),
        ("b.toml", &of("0.9")),
        ("both.toml", both),
        ("said.toml", &said),
    ]);
    let scenario = read(folder.path(), "both.toml");
    let expected = "`region.north.urban` is set otherwise by what stands before this in `extends`";
    assert_eq!(warnings(&scenario), [expected]);
    assert_eq!(scenario.compile().unwrap().places[0].urban, 0.9);
    let said = read(folder.path(), "said.toml");
    assert_eq!(
        (warnings(&said), said.compile().unwrap().places[0].urban),
        (vec![], 0.5)
    );
}

#[test]
fn a_list_that_is_none_of_paths_is_one_problem() {
    let folder = files(&[("x.toml", "extends = [1, 2]\nschema_version = 1\n")]);
    let problems = Scenario::read(&folder.path().join("x.toml")).unwrap_err();
    let messages: Vec<&str> = problems.list().iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(messages, ["`extends` must be a path in quotes, or a list of paths"]);
}
