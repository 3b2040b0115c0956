//! `qantar why`: the parts are those of the decisions that the engine makes, and a user is told them.

use std::process::Output;

use assert_cmd::Command;
use qantar::dice::Dice;
use qantar::report::why::PARTS;
use qantar::scenario::Scenario;
use qantar::sim::tick::Engine;
use qantar::sim::tick::perceive::weigh;
use qantar::sim::why::{Asked, Decision, Moment, TURNOUT, VIOLENCE, explain};

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

/// Four coefficients, each rounded by at most half a step of 2048ths, and up to 22 parts and their sum by half of 0.00001.
const ROUNDED: f64 = 4.0 * 0.5 / 2048.0 + 23.0 * 0.5e-5;

fn check(decision: &Decision, names: &[&str]) {
    assert!(decision.parts.iter().map(|(name, _)| name).eq(names));
    let sum: f64 = decision.parts.iter().map(|(_, part)| part).sum();
    assert!(near(sum, decision.utility), "{decision:?}");
    let (name, rounding) = *decision.parts.last().expect("parts");
    assert!(name == "rounding" && rounding.abs() <= ROUNDED, "{decision:?}");
}

#[test]
fn the_parts_add_up_to_the_utility_by_which_the_engine_decides() {
    let scenario = Scenario::read("scenarios/tutorial.toml".as_ref()).expect("the tutorial");
    let model = scenario.compile().expect("a model");
    let ticks = [0, 20, 43, 60, 66, 90, 119];
    let at: Vec<(u32, usize)> = ticks
        .into_iter()
        .flat_map(|tick| (0..model.regions.len()).map(move |region| (tick, region)))
        .collect();
    let moments = explain(&model, &Dice::new(1, 0), &at);
    assert_eq!(moments.len(), at.len());
    let moments: Vec<Moment> = moments.into_iter().map(|(moment, _)| moment).collect();
    for moment in &moments {
        check(&moment.turnout, &TURNOUT);
        check(&moment.violence, &VIOLENCE);
        assert_eq!(format!("{:?}", Moment::of(&moment.values())), format!("{moment:?}"));
    }
    let part = |name: &str| {
        let of = |moment: &Moment| {
            let parts = moment.turnout.parts.iter().chain(&moment.violence.parts);
            parts.filter(|part| part.0 == name).any(|part| part.1 != 0.0)
        };
        moments.iter().any(of)
    };
    for name in [
        "price",
        "discontent",
        "police",
        "fear",
        "crowd",
        "acquaintances",
        "anger",
        "disposition",
    ] {
        assert!(part(name), "{name} never moves anybody, so nothing is checked of it");
    }
}

#[test]
fn what_is_explained_is_what_each_community_weighed() {
    let scenario = Scenario::read("scenarios/tutorial.toml".as_ref()).expect("the tutorial");
    let model = scenario.compile().expect("a model");
    let mut engine = Engine::new(&model, &Dice::new(1, 0));
    let mut apart = 0;
    for _ in 0..70 {
        engine.tick();
        for ward in &engine.world.wards {
            let place = ward.place as usize;
            let shared = &engine.perception.perceived.shared[place][usize::from(ward.urban)];
            for at in 0..ward.out.len() {
                let own = ward.apart.iter().find(|(community, _)| usize::from(*community) == at);
                apart += usize::from(own.is_some());
                let mood = ward.moods[at].unwrap_or(engine.world.places[place].mood);
                let known = engine.perception.acquaintances(ward.first as usize + at);
                let again = weigh(&model, ward.urban, mood, &engine.perception.views[place], known);
                assert_eq!(again, own.map_or(*shared, |(_, weights)| *weights));
            }
        }
    }
    assert!(apart > 0, "some communities stand apart");
}

#[test]
fn who_is_asked_in_every_tick_says_what_who_is_asked_once_says() {
    let scenario = Scenario::read("scenarios/tutorial.toml".as_ref()).expect("the tutorial");
    let model = scenario.compile().expect("a model");
    let dice = Dice::new(5, 0);
    let mut engine = Engine::new(&model, &dice);
    let mut asked = Asked::of(&model, &dice, &engine.world);
    let (mut every, mut at) = (Vec::new(), Vec::new());
    for tick in 0..72 {
        engine.tick();
        every.extend(asked.moments(&engine));
        at.extend((0..model.regions.len()).map(|region| (tick, region)));
    }
    let once = explain(&model, &dice, &at).into_iter().map(|(moment, _)| moment);
    // Not a number is not itself, so both are told.
    let told = |moments: &[Moment]| moments.iter().map(|moment| format!("{moment:?}")).collect::<Vec<_>>();
    assert_eq!(told(&every), told(&once.collect::<Vec<_>>()));
}

fn qantar(arguments: &[&str]) -> Output {
    let mut command = Command::cargo_bin("qantar").expect("the program");
    let output = command.args(arguments).output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

#[test]
fn a_run_that_keeps_why_is_the_same_run_and_is_continued_merged_and_made_again_like_any_other() {
    let temporary = tempfile::tempdir().expect("a folder");
    let folder = |name: &str| temporary.path().join(name).display().to_string();
    let bytes = |name: &str, file: &str| std::fs::read(temporary.path().join(name).join(file)).expect(file);
    let run = |name: &str, more: &[&str]| {
        let out = folder(name);
        let own = [
            "run",
            "scenarios/tutorial.toml",
            "--set",
            "persons_per_agent=10",
            "--quiet",
            "--out",
            &out,
        ];
        qantar(&[&own, more].concat());
    };
    run("plain", &["--replicates", "3"]);
    run("kept", &["--replicates", "3", "--explain", "--threads", "1"]);
    for file in [
        "series.csv",
        "events.csv",
        "outcomes.csv",
        "series.parquet",
        "outcomes.parquet",
    ] {
        assert!(bytes("plain", file) == bytes("kept", file), "{file} differs");
    }
    assert!(!temporary.path().join("plain/explain.csv").exists());
    let csv = String::from_utf8(bytes("kept", "explain.csv")).expect("text");
    assert!(csv.starts_with("arm,point,replicate,seed,tick,time,region,turnout_background,"));
    assert_eq!(csv.lines().count(), 1 + 3 * 120 * 3);

    // One replicate, then more; part after part; and from the folder alone.
    run("grown", &["--explain"]);
    run("grown", &["--replicates", "3", "--explain"]);
    run("parts", &["--replicates", "3", "--explain", "--shard", "1/2"]);
    run("parts", &["--replicates", "3", "--explain", "--shard", "2/2"]);
    qantar(&["merge", &folder("parts"), "--quiet"]);
    for (name, file) in ["grown", "parts"]
        .into_iter()
        .flat_map(|name| [(name, "explain.csv"), (name, "explain.parquet")])
    {
        assert!(bytes(name, file) == bytes("kept", file), "{file} of {name} differs");
    }
    qantar(&["reproduce", &folder("kept")]);
    let other = Command::cargo_bin("qantar")
        .expect("the program")
        .args([
            "run",
            "scenarios/tutorial.toml",
            "--set",
            "persons_per_agent=10",
            "--replicates",
            "3",
            "--out",
            &folder("kept"),
        ])
        .output()
        .expect("it runs");
    let message = String::from_utf8(other.stderr).expect("text");
    assert!(
        message.contains("what decided is kept: true there, false here"),
        "{message}"
    );

    // What is kept is what the same dice give again.
    let here = [
        "--place",
        "vellmar",
        "--at",
        "2030-03-06T18:00",
        "--against-place",
        "port-amber",
    ];
    let [again, kept] = ["plain", "kept"].map(|name| qantar(&[&["why", &folder(name)], &here[..]].concat()).stdout);
    assert_eq!(String::from_utf8(again), String::from_utf8(kept));
}

fn why(folder: &str, arguments: &[&str]) -> Output {
    let mut command = Command::cargo_bin("qantar").expect("the program");
    command.args(["why", folder]).args(arguments).output().expect("it runs")
}

#[test]
fn a_user_is_told_what_pushed_and_what_held_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = folder.path().join("run").display().to_string();
    Command::cargo_bin("qantar")
        .expect("the program")
        .args([
            "compare",
            "scenarios/tutorial.toml",
            "--arm",
            "none:action.rollback.remove=true",
        ])
        .args(["--replicates", "3", "--quiet", "--out", &run])
        .assert()
        .success();
    let told = |arguments: &[&str]| {
        let output = why(&run, arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    };
    let here = ["--place", "vellmar", "--at", "2030-03-06T18:00"];
    let alone = told(&here);
    let place = told(&[&here[..], &["--against-place", "port-amber"]].concat());
    let arm = told(&[&here[..], &["--against-arm", "none", "--replicates", "1"]].concat());
    let time = told(&[&here[..], &["--against-at", "2030-03-06T05:00", "--replicates", "2"]].concat());
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("why_people_went_out", [alone, place, arm, time].join("\n----\n"));
    });
    let json = told(&[&here[..], &["--format", "json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let parts = json["turnout"]["parts"].as_array().expect("parts");
    let sum: f64 = parts.iter().map(|part| part["here"].as_f64().expect("a number")).sum();
    let utility = json["turnout"]["utility"]["here"]["mean"].as_f64().expect("a number");
    assert!(near(sum, utility), "{sum} {utility}");
    for part in parts {
        let name = part["name"].as_str().expect("a name");
        assert!(PARTS.iter().any(|(known, _)| *known == name), "{name} has no words");
    }

    let wrong = why(
        &run,
        &["--place", "velmar", "--at", "2031-01-01T00:00", "--arm", "nothing"],
    );
    assert_eq!(wrong.status.code(), Some(2));
    let message = String::from_utf8(wrong.stderr).expect("text");
    for part in [
        "--place velmar: there is no such region",
        "vellmar",
        "--at 2031-01-01T00:00:00: the run goes from 2030-03-04T00:00:00 to 2030-03-08T23:00:00",
        "--arm nothing: there is no such arm",
    ] {
        assert!(message.contains(part), "{message}");
    }
}
