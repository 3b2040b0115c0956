//! What is asked to be varied, rightly and wrongly.

use std::fs;

use super::*;
use crate::design::Method;
use crate::scenario::Scenario;
use crate::study::tests::{SCENARIO, sweep};
use crate::study::{Error, Study};

fn asked(vary: &[&str], sample: Option<&str>) -> Result<Study, Error> {
    sweep(vary, sample, 2, false)
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
    let text = asked(&["region.north.urban=0..1"], None).unwrap_err().to_string();
    assert!(text.contains("a range has no points of its own"), "{text}");
    let text = asked(&["region.north.urban=0,1"], Some("morris:4"))
        .unwrap_err()
        .to_string();
    assert!(text.contains("morris draws from ranges"), "{text}");
    let text = asked(&[], None).unwrap_err().to_string();
    assert!(text.contains("nothing is varied"), "{text}");
    let sweep = asked(&["region.north.urban=0,1"], Some("lhs:8")).unwrap();
    assert_eq!(
        (sweep.identity.design.as_ref().unwrap().method, sweep.jobs()),
        (Method::Lhs, 16)
    );
}

#[test]
fn a_study_file_says_all_that_arguments_can() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("my.study.toml");
    let study = |text: &str| -> Result<Study, Error> {
        fs::write(temp.path().join("towns.toml"), SCENARIO).unwrap();
        fs::write(&path, text).unwrap();
        let file = File::read(&path)?;
        let mut scenario = Scenario::read(&file.scenario)?;
        scenario.set(&file.set())?;
        let mut ask = Ask::new(scenario);
        let mut how = How::default();
        file.tell(&mut ask, &mut how);
        ask.study(how, Vec::new())
    };
    let sweep = study(
        "scenario = \"towns.toml\"\nset = [\"ticks=24\"]\nsample = \"saltelli:8\"\nreplicates = 2\nseed = 9\n\
         vary.region.north.urban = \"0.1..0.9\"\n[vary.rules.policing]\nalarm = \"10..100:log\"\n\
         [outcome]\ndeaths = \"last(deaths_civilians)\"\n",
    )
    .unwrap();
    assert_eq!((sweep.jobs(), sweep.identity.seed), (8 * 4 * 2, 9));
    let keys: Vec<&str> = sweep.points.parameters().iter().map(|p| p.key.as_str()).collect();
    assert_eq!(keys, ["region.north.urban", "rules.policing.alarm"]);
    assert_eq!(sweep.identity.outcomes[0].text, "last(deaths_civilians)");
    assert!(sweep.texts()[0].1.contains("ticks = 24"));
    let grid = study("scenario = \"towns.toml\"\nvary.ticks = [1, 2, 4]\nvary.title = [\"a\", \"b\"]\n").unwrap();
    assert_eq!(grid.jobs(), 60, "ten replicates of a grid");
    let text = study(
        "scenario = \"towns.toml\"\nsampel = 1\nreplicates = 0\nvary.region.north.urban = \"0.1..1.9\"\nsample = \"lhs\"\n",
    );
    let text = text.unwrap_err().to_string();
    for part in [
        "did you mean `sample`?",
        "`replicates` is out of range",
        "must be 1 to 1000000",
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
        let how = How {
            replicates: Some(1),
            ..How::default()
        };
        ask.study(how, Vec::new())
    };
    let sweep = table("region.north.urban,ticks\n0.25,2\n0.5,3\n").unwrap();
    assert_eq!(sweep.points.values(1), ["0.5", "3"]);
    assert!(sweep.texts().contains(&(
        "design.csv".to_owned(),
        "region.north.urban,ticks\n0.25,2\n0.5,3\n".to_owned()
    )));
    let wrong = |text: &str| table(text).unwrap_err().to_string();
    assert!(wrong("region.north.urban,tick\n0.25,2\n1.5,3\n").contains("did you mean `ticks`?"));
    assert!(wrong("region.north.urban,tick\n0.25,2\n1.5,3\n").contains("0 to 1 (share)"));
    assert!(wrong("ticks\n").contains("at least one row"));
    assert!(wrong("ticks,title\n1\n").contains("not a table of points"));
    assert!(wrong("ticks,title\n1,\n").contains("`title` has no value"));
}

#[test]
fn no_outcome_takes_the_name_of_a_total_or_of_a_column() {
    let asked = |name: &str, text: &str| {
        let mut ask = Ask::new(Scenario::from_text("towns", SCENARIO).unwrap());
        let whole = ask.text("--outcome", text);
        ask.outcome(name, text, &whole.place);
        ask.outcomes()
    };
    let totals = crate::models::FAMILIES[0].totals();
    let names = totals.iter().map(|total| total.name).chain(super::ask::COLUMNS);
    for name in names {
        let told = asked(name, "peak(violent) + 1").unwrap_err().to_string();
        assert!(
            told.contains(&format!("`{name}`")) && told.contains("another name"),
            "{told}"
        );
    }
    for total in totals {
        assert_eq!(asked(total.name, total.text).unwrap().len(), 1, "{}", total.name);
    }
}

#[test]
fn a_study_without_a_scenario_is_told_with_all_its_other_mistakes() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("my.study.toml");
    fs::write(
        &path,
        "sampel = 1\nseries = 3\nlayout = \"saltelly\"\nvary.ticks = \"1,2\"\n",
    )
    .unwrap();
    let told = File::read(&path).unwrap_err().to_string();
    for part in [
        "`scenario` is missing",
        "did you mean `sample`?",
        "`series` must be true or false",
        "did you mean `saltelli`?",
    ] {
        assert!(told.contains(part), "{part} is missing in\n{told}");
    }
}
