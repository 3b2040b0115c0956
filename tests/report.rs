//! `qantar report` and `qantar plot`, run as a user: every kind of folder gives a page, and nothing is replaced unasked.

use std::fs;
use std::path::Path;

use assert_cmd::Command;

fn qantar(arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("qantar").expect("the program");
    command.args(arguments);
    command
}

fn done(arguments: &[&str]) {
    qantar(arguments).assert().success();
}

fn told(command: &mut Command) -> String {
    String::from_utf8(command.output().expect("it runs").stderr).expect("text")
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().expect("a plain path").to_owned()
}

const TUTORIAL: &str = "scenarios/tutorial.toml";

#[test]
fn every_kind_of_results_gives_a_page_and_several_stand_side_by_side() {
    let folder = tempfile::tempdir().expect("a folder");
    let [run, compare, ablate, sweep] = ["run", "compare", "ablate", "sweep"].map(|name| path(folder.path(), name));
    done(&["run", TUTORIAL, "--report", "--out", &run, "--quiet"]);
    assert!(
        Path::new(&run).join("report.html").is_file(),
        "--report makes the page at once"
    );
    let arm = "none:action.rollback.remove=true";
    done(&[
        "compare",
        TUTORIAL,
        "--arm",
        arm,
        "--replicates",
        "2",
        "--out",
        &compare,
        "--quiet",
    ]);
    done(&["ablate", TUTORIAL, "--replicates", "2", "--out", &ablate, "--quiet"]);
    let vary = "shock.fuel-price.factor=1.5:2.1:0.3";
    done(&[
        "sweep",
        TUTORIAL,
        "--vary",
        vary,
        "--replicates",
        "2",
        "--out",
        &sweep,
        "--quiet",
    ]);
    let page = path(folder.path(), "all.html");
    done(&["report", &run, &compare, &ablate, &sweep, "--out", &page, "--quiet"]);
    let text = fs::read_to_string(&page).expect("a page");
    for part in [
        "Side by side",
        "The baseline of each: people out over time",
        "The same numbers side by side",
        "This is one run.",
        "What would be different: none",
        "The course of events",
        "Which action mattered",
        "What it depends on",
        "The map by the hour",
        "must not be used",
    ] {
        assert!(text.contains(part), "{part} is missing");
    }
    let again = path(folder.path(), "again.html");
    done(&["report", &run, &compare, &ablate, &sweep, "--out", &again, "--quiet"]);
    assert_eq!(
        fs::read_to_string(again).expect("a page"),
        text,
        "the same results give the same bytes"
    );
}

#[test]
fn worlds_of_which_a_parameter_decides_are_dots_against_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let [worlds, results, page] = ["worlds.csv", "results", "page.html"].map(|name| path(folder.path(), name));
    // How dear it is to go out decides how much it matters whether the price is taken back.
    let costs = (0..16).map(|world| format!("{:.4}\n", 0.64 + 0.1 * f64::from(world) / 15.0));
    fs::write(
        &worlds,
        "rules.turnout.base_cost\n".to_owned() + &costs.collect::<String>(),
    )
    .expect("a file");
    let arm = "none:action.rollback.remove=true";
    done(&[
        "compare",
        TUTORIAL,
        "--arm",
        arm,
        "--worlds",
        &worlds,
        "--replicates",
        "16",
        "--out",
        &results,
        "--quiet",
    ]);
    done(&["report", &results, "--out", &page, "--quiet"]);
    let text = fs::read_to_string(&page).expect("a page");
    let from = text.find("A dot is a world").expect("pictures of worlds");
    let section = &text[from..from + text[from..].find("</section>").expect("an end")];
    let picture = &section[section.find("<svg").expect("a picture")..section.find("</svg>").expect("its end")];
    assert!(picture.contains("rules.turnout.base_cost"), "{picture}");
    assert_eq!(picture.matches("<circle").count(), 16, "a dot for each world");
    assert!(
        section.contains("<th scope=\"row\">0.64</th>"),
        "and its numbers as a table"
    );
}

#[test]
fn towns_are_circles_on_the_maps_and_rows_of_a_table_of_their_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let [scenario, results, page] = ["towns.toml", "results", "page.html"].map(|name| path(folder.path(), name));
    let square = |(id, west, south): (&str, f64, f64)| {
        let (east, north) = (west + 1.2, south + 0.6);
        let ring = format!("[[{west},{south}],[{east},{south}],[{east},{north}],[{west},{north}],[{west},{south}]]");
        format!(r#"{{"type":"Feature","id":"{id}","geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}"#)
    };
    let squares = [
        ("port-amber", 59.4, 44.7),
        ("vellmar", 60.9, 45.2),
        ("harrow", 61.9, 45.9),
    ];
    let features = squares.map(square).join(",");
    let base = fs::canonicalize(TUTORIAL).expect("the tutorial");
    let text = format!(
        r#"
schema_version = 1
extends = '{}'
map = '''{{"type":"FeatureCollection","features":[{features}]}}'''
place = [
    {{ id = "upper", name = "Upper Vellmar", region = "vellmar", population = 5000, position = [45.4, 61.3], kind = "city" }},
    {{ id = "lower", name = "Lower Vellmar", region = "vellmar", population = 3000, position = [45.5, 61.6], kind = "city" }},
]
"#,
        base.display()
    );
    fs::write(&scenario, text).expect("a file");
    done(&["run", &scenario, "--places", "--explain", "--out", &results, "--quiet"]);
    done(&["report", &results, "--out", &page, "--quiet"]);
    let text = fs::read_to_string(&page).expect("a page");
    for part in [
        "<h3>Towns and villages</h3>",
        "Circles are cities and towns",
        r##"href="#f0-place-upper""##,
        r#"id="f0-place-upper""#,
        "<title>Upper Vellmar: ",
        "Somebody was out in ",
        "Protest begins: Upper Vellmar",
    ] {
        assert!(text.contains(part), "{part} is missing");
    }
    assert!(
        !text.contains("<title>Vellmar, the capital, elsewhere: "),
        "what is left of a region lies nowhere"
    );
    // What decided in a town is not kept, so its run is run again.
    let why = qantar(&["why", &results, "--place", "upper", "--at", "2030-03-06T18:00"])
        .output()
        .expect("it runs");
    assert!(why.status.success(), "{}", String::from_utf8_lossy(&why.stderr));
    assert!(String::from_utf8_lossy(&why.stdout).contains("upper, 6 Mar 18:00"));
}

#[test]
fn another_page_is_not_replaced_unasked_and_what_is_no_folder_of_results_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let (run, page) = (path(folder.path(), "run"), path(folder.path(), "page.html"));
    done(&["run", TUTORIAL, "--out", &run, "--quiet"]);
    fs::write(&page, "mine").expect("a file");
    let text = told(&mut qantar(&["report", &run, "--out", &page]));
    assert!(
        text.contains("is there already and is another page; use --force"),
        "{text}"
    );
    done(&["report", &run, "--out", &page, "--force", "--quiet"]);
    done(&["report", &run, "--out", &page, "--quiet"]);
    let text = told(&mut qantar(&["report", "scenarios"]));
    assert!(
        text.contains("scenarios is no folder of results: manifest.json cannot be read"),
        "{text}"
    );
}

#[test]
fn a_figure_is_of_a_metric_a_place_and_a_width() {
    let folder = tempfile::tempdir().expect("a folder");
    let (run, svg, png) = (
        path(folder.path(), "run"),
        path(folder.path(), "a.svg"),
        path(folder.path(), "a.png"),
    );
    done(&[
        "run",
        TUTORIAL,
        "--replicates",
        "3",
        "--explain",
        "--out",
        &run,
        "--quiet",
    ]);
    let why = path(folder.path(), "why.svg");
    done(&[
        "plot", &run, "--why", "violence", "--place", "vellmar", "--height", "70", "--out", &why, "--quiet",
    ]);
    let text = fs::read_to_string(&why).expect("a figure");
    for part in [r#"height="70mm""#, "violence in vellmar", "reluctance to be violent"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let pdf = path(folder.path(), "a.pdf");
    let made = qantar(&["plot", &run, "--out", &pdf, "--quiet"])
        .output()
        .expect("it runs");
    match cfg!(feature = "pdf") {
        true => assert_eq!(&fs::read(&pdf).expect("a figure")[..5], b"%PDF-"),
        false => assert!(
            String::from_utf8_lossy(&made.stderr).contains("built without PDF"),
            "{made:?}"
        ),
    }
    done(&[
        "plot", &run, "--metric", "violent", "--place", "vellmar", "--width", "85", "--out", &svg, "--quiet",
    ]);
    let text = fs::read_to_string(&svg).expect("a figure");
    assert!(
        text.contains(r#"width="85mm""#) && text.contains("violent, vellmar"),
        "{text}"
    );
    done(&["plot", &run, "--out", &png, "--quiet"]);
    assert_eq!(&fs::read(&png).expect("a figure")[..4], b"\x89PNG");
    for (arguments, answer) in [
        (
            ["--metric", "violence"],
            "--metric violence: there is no such metric; did you mean `violent`?",
        ),
        (
            ["--place", "velmar"],
            "--place velmar: there is no such region; did you mean `vellmar`?",
        ),
    ] {
        let text = told(&mut qantar(&[
            "plot",
            &run,
            arguments[0],
            arguments[1],
            "--out",
            &path(folder.path(), "b.svg"),
        ]));
        assert!(text.contains(answer), "{text}");
    }
    let text = told(&mut qantar(&["plot", &run, "--out", "figure.doc"]));
    assert!(
        text.contains("the name of a figure ends in .svg, .png or .pdf"),
        "{text}"
    );
}

#[test]
fn a_map_whose_ids_are_not_those_of_the_regions_is_a_problem_at_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let map = r#"{"type":"FeatureCollection","features":[{"type":"Feature","id":"atlantis","geometry":{"type":"Point","coordinates":[1,2]}}]}"#;
    fs::write(folder.path().join("map.geojson"), map).expect("a map");
    let tutorial = fs::canonicalize(TUTORIAL).expect("the tutorial");
    let text = format!(
        "extends = {:?}\nschema_version = 1\nmap = \"map.geojson\"\n",
        tutorial.to_str().expect("a plain path")
    );
    let scenario = path(folder.path(), "mapped.toml");
    fs::write(&scenario, text).expect("a scenario");
    let text = told(&mut qantar(&["check", &scenario]));
    assert!(text.contains("the map is not of the regions of the scenario"), "{text}");
    assert!(
        text.contains("no feature for `port-amber`") && text.contains("there is no region `atlantis`"),
        "{text}"
    );
    assert!(text.contains("mapped.toml:3"), "{text}");
}

#[test]
fn results_carry_the_map_of_their_scenario() {
    let folder = tempfile::tempdir().expect("a folder");
    let (run, page) = (path(folder.path(), "run"), path(folder.path(), "page.html"));
    let coarse = "persons_per_agent=1000";
    done(&[
        "run",
        "scenarios/kazakhstan-2022.toml",
        "--set",
        coarse,
        "--out",
        &run,
        "--quiet",
    ]);
    done(&["report", &run, "--out", &page, "--quiet"]);
    let text = fs::read_to_string(&page).expect("a page");
    assert!(
        text.contains("Cities are circles."),
        "drawn with outlines and not with tiles"
    );
    assert!(text.len() < 2_000_000);
}
