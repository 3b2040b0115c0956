//! When two arms can differ at all, and what never happens in one of them.

use qantar::scenario::Scenario;
use qantar::sim::timeline::{earliest_difference, is_for_the_record, never};
use qantar::study::Arm;

const SCENARIO: &str = r#"
schema_version = 1
start = 2022-01-01T00:00:00
zone = "Asia/Almaty"
ticks = 100
[[region]]
id = "north"
population = 500
position = [43.0, 51.0]
[[action]]
id = "cut"
kind = "price_rollback"
price = 60.0
when = 2022-01-01T10:00:00
lag = "5h"
[[action]]
id = "curfew"
kind = "curfew"
when = { after = "cut", hours = 3 }
duration = "10h"
[[action]]
id = "guard"
kind = "reinforcement"
when = { all = [{ metric = "violent", above = 10, for_hours = 4 }, { after = "curfew", hours = 1 }] }
"#;

fn against(changes: &[&str]) -> Option<u32> {
    between(&[], changes)
}

fn between(some: &[&str], others: &[&str]) -> Option<u32> {
    let model = |changes: &[&str]| {
        let mut scenario = Scenario::from_text("towns.toml", SCENARIO).unwrap();
        let changes: Vec<String> = changes.iter().map(|&change| change.to_owned()).collect();
        scenario.set(&changes).unwrap();
        scenario.compile().unwrap()
    };
    earliest_difference(&model(some), &model(others))
}

#[test]
fn arms_part_at_the_first_moment_that_is_not_the_same() {
    assert_eq!(against(&[]), None);
    assert_eq!(against(&["action.cut.when=2022-01-01T20:00:00"]), Some(10));
    assert_eq!(against(&["action.cut.when=2022-01-01T04:00:00"]), Some(4));
    assert_eq!(against(&["action.cut.credibility=0.1"]), Some(10));
    let nothing = [
        "action.guard.remove=true",
        "action.curfew.remove=true",
        "action.cut.remove=true",
    ];
    assert_eq!((against(&nothing), between(&nothing, &[])), (Some(10), Some(10)));
    assert_eq!(against(&["region.north.urban=0.1"]), Some(0));
}

#[test]
fn what_is_only_done_otherwise_parts_them_when_it_takes_effect_and_what_lasts_longer_when_it_would_end() {
    assert_eq!(against(&["action.cut.price=50.0"]), Some(15));
    assert_eq!(against(&["action.cut.lag=2h"]), Some(12));
    assert_eq!(against(&["action.curfew.duration=6h"]), Some(18 + 6));
    assert_eq!(against(&["action.curfew.duration=20h"]), Some(18 + 10));
}

#[test]
fn what_waits_is_as_early_as_what_it_waits_for_allows() {
    assert_eq!(against(&["action.guard.remove=true"]), Some(19));
    assert_eq!(against(&["action.guard.share=0.1"]), Some(19));
}

#[test]
fn what_waits_for_what_never_happens_never_happens_either() {
    let scenario = Scenario::from_text("towns.toml", SCENARIO).unwrap();
    let baseline = Arm::new("baseline", &scenario, Vec::new()).unwrap();
    let without = |ids: &[&str]| {
        never(
            baseline.model.country().unwrap(),
            Arm::without("x", &baseline, ids).model.country().unwrap(),
        )
    };
    assert_eq!(without(&["guard"]), ["guard"]);
    assert_eq!(without(&["cut"]), ["cut", "curfew", "guard"]);
    assert!(!is_for_the_record(baseline.model.country().unwrap(), 0));
}

#[test]
fn what_differs_only_after_the_end_does_not_differ() {
    let late = ["action.guard.remove=true", "action.curfew.when=2022-01-09T00:00:00"];
    let never = [late[0], "action.curfew.remove=true"];
    assert_eq!(between(&late, &never), None);
}
