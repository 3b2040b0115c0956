//! The pages of `qantar::docs`: what is generated in them is what the code says, and what they refer to exists.
//!
//! `RENEW_DOCS=1 cargo test --test suite docs::` writes the generated parts anew; read the diff before you commit it.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use assert_cmd::Command;
use qantar::dice::Dice;
use qantar::metric::Metric;
use qantar::scenario::Scenario;
use qantar::scenario::kinds::{ActionKind, KINDS};
use qantar::sim::forms::Forms;
use qantar::sim::model::SiteKind;
use qantar::sim::parameters::Rules;
use qantar::sim::policy::Lever;
use qantar::sim::population::populate;

const BEGIN: &str = "<!-- generated: ";
const END: &str = "<!-- end of generated -->";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn pages() -> Vec<PathBuf> {
    let folder = fs::read_dir(root().join("src/docs")).expect("the folder of pages");
    let paths = folder.map(|entry| entry.expect("an entry").path());
    let mut pages: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
        .collect();
    pages.sort();
    pages
}

/// A table in Markdown.
fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let cell = |text: &str| text.replace('|', "\\|").replace('[', "\\[").replace('<', "&lt;");
    let head: Vec<String> = head.iter().map(|text| (*text).to_owned()).collect();
    let mut text = line(&head) + &format!("|{}\n", "---|".repeat(head.len()));
    for row in rows {
        text += &line(&row.iter().map(|text| cell(text)).collect::<Vec<_>>());
    }
    text
}

fn code(name: &str) -> String {
    format!("`{name}`")
}

fn range((low, high): (f64, f64)) -> String {
    format!("{low} to {high}")
}

fn parameters() -> String {
    let mut groups: Vec<&str> = Rules::TABLE.iter().map(|p| p.group).collect();
    groups.dedup();
    let mut text = format!("{} parameters in {} groups.\n", Rules::TABLE.len(), groups.len());
    for group in groups {
        let of_group = Rules::TABLE.iter().filter(|p| p.group == group);
        let rows = of_group.map(|p| {
            let (meaning, source) = (p.meaning.to_owned(), p.source.to_owned());
            vec![
                code(p.name),
                p.default.to_string(),
                range(p.range),
                p.unit.into(),
                meaning,
                source,
            ]
        });
        let head = ["parameter", "default", "range", "unit", "meaning", "source"];
        write!(text, "\n### `rules.{group}`\n\n{}", table(&head, rows)).expect("a string");
    }
    text
}

fn forms() -> String {
    let rows = Forms::TABLE.iter().flat_map(|mechanism| {
        mechanism.rivals.iter().enumerate().map(|(number, rival)| {
            let default = if number == 0 { " (default)" } else { "" };
            let own: Vec<_> = rival.own.iter().map(|name| code(name)).collect();
            vec![
                code(&format!("rules.forms.{}", mechanism.name)),
                format!("{}{default}", code(rival.name)),
                rival.meaning.into(),
                own.join(", "),
                rival.source.into(),
            ]
        })
    });
    table(&["mechanism", "form", "meaning", "read under it alone", "source"], rows)
}

fn levers() -> String {
    let rows = Lever::ALL.iter().map(|lever| {
        let combine = format!("{:?}", lever.combine()).to_lowercase();
        let believed = if lever.is_believed() { "yes" } else { "" };
        vec![
            code(lever.name()),
            lever.unit().into(),
            range(lever.range()),
            combine,
            believed.into(),
            lever.meaning().into(),
        ]
    });
    table(
        &["lever", "unit", "range", "several combine by", "believed", "meaning"],
        rows,
    )
}

fn kinds() -> String {
    let moves = |moves: &[(Lever, f64)]| {
        let each = moves.iter().map(|(lever, value)| format!("`{}` {value}", lever.name()));
        each.collect::<Vec<_>>().join(", ")
    };
    let row = |kind: &ActionKind| {
        let hours = kind.hours.map(|(from, to)| format!("{from} to {to} h"));
        let lasts = [kind.duration.map(str::to_owned), hours];
        vec![
            code(kind.name),
            kind.meaning.into(),
            moves(kind.levers),
            moves(kind.promise),
            kind.own_in_words(),
            kind.credibility.to_string(),
            lasts.into_iter().flatten().collect::<Vec<_>>().join(", "),
        ]
    };
    let head = [
        "kind",
        "meaning",
        "levers",
        "promise",
        "own keys",
        "credibility",
        "lasts",
    ];
    table(&head, KINDS.iter().map(row))
}

fn metrics() -> String {
    let rows = Metric::ALL.iter().map(|metric| {
        let d = metric.description();
        let across = format!("{:?}", d.across).to_lowercase();
        vec![code(d.name), d.unit.into(), across, d.meaning.into()]
    });
    table(&["metric", "unit", "country is the", "meaning"], rows)
}

fn site_kinds() -> String {
    let rows = SiteKind::ALL.iter().map(|kind| {
        let loss = kind.loss();
        let shares = [loss.legitimacy, loss.belief, loss.state_media, loss.policing];
        let mut row = vec![code(kind.name()), kind.appeal().to_string()];
        row.extend(shares.map(|share| share.to_string()));
        row.push(loss.weapons.to_string());
        row.push(if loss.airlift { "yes" } else { "" }.into());
        row.push(loss.damage.to_string());
        row
    });
    let head = [
        "kind of site",
        "appeal",
        "legitimacy lost",
        "doubters convinced",
        "state media off",
        "policing lost",
        "weapons",
        "no airlift",
        "damage, million of the currency",
    ];
    table(&head, rows)
}

fn baseline() -> String {
    let scenario = Scenario::read(&root().join("scenarios/kazakhstan-2022.toml")).expect("reads");
    let mut model = scenario.compile().expect("compiles");
    let people: u64 = model.regions.iter().map(|region| u64::from(region.population)).sum();
    let agents: u64 = (0..model.places.len())
        .map(|place| u64::from(model.agents(place)))
        .sum();
    let communities: u64 = (0..model.places.len())
        .map(|g| u64::from(model.agents(g).div_ceil(256)))
        .sum();
    // The forces do not depend on how many people a citizen stands for.
    model.persons_per_agent = 100_000;
    let world = populate(&model, &Dice::new(1, 0));
    let counts = [
        ("regions", model.regions.len().to_string()),
        ("people", people.to_string()),
        ("citizens", agents.to_string()),
        ("communities", communities.to_string()),
        ("sites", model.sites.len().to_string()),
        ("forces", model.forces.len().to_string()),
        ("officers, with contingents", world.officers.service.len().to_string()),
        ("units", world.units.len().to_string()),
        ("shocks and actions", model.interventions.len().to_string()),
        (
            "ticks",
            format!("{} of {} minutes", model.clock.ticks, model.clock.tick_minutes),
        ),
    ];
    table(
        &["in the baseline", "number"],
        counts.map(|(what, number)| vec![what.to_owned(), number]),
    )
}

fn tutorial() -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("tutorial");
    let mut run = Command::cargo_bin("qantar").expect("the command");
    run.current_dir(root())
        .args(["run", "scenarios/tutorial.toml", "--quiet", "--out"])
        .arg(&out);
    run.assert().success();
    let manifest = fs::read_to_string(out.join("manifest.json")).expect("a manifest");
    let manifest: serde_json::Value = serde_json::from_str(&manifest).expect("JSON");
    let files = manifest["files"].as_array().expect("files").iter();
    let wanted = files.filter(|file| file["name"].as_str().is_some_and(|name| name.ends_with(".csv")));
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    table(
        &["file", "SHA-256"],
        wanted.map(|file| vec![code(&text(&file["name"])), code(&text(&file["sha256"]))]),
    )
}

/// A folder with the tutorial in it, and what a command says and leaves there.
fn said(args: &[&str]) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let scenarios = folder.path().join("scenarios");
    fs::create_dir(&scenarios).expect("writable");
    fs::copy(root().join("scenarios/tutorial.toml"), scenarios.join("tutorial.toml")).expect("a copy");
    let mut run = Command::cargo_bin("qantar").expect("the command");
    let output = run.current_dir(folder.path()).env("NO_COLOR", "1").args(args).output();
    let output = output.expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    (folder, String::from_utf8(output.stdout).expect("text"))
}

/// A command as it is typed, and what it says.
fn transcript(command: &str) -> String {
    let args: Vec<&str> = command.split(' ').skip(1).chain(["--quiet"]).collect();
    let (_folder, text) = said(&args);
    let mut lines = vec![String::from("$")];
    for word in command.split(' ') {
        let last = lines.last_mut().expect("a line");
        if word.starts_with("--") && last.len() > 70 {
            last.push_str(" \\");
            lines.push(format!("      {word}"));
        } else {
            *last += &format!(" {word}");
        }
    }
    format!("```text\n{}\n\n{text}```\n", lines.join("\n"))
}

/// What the first sweep of its page gives: the peak of each point over its replicates.
fn first_sweep() -> String {
    let (key, total) = ("shock.fuel-price.factor", "participants_peak");
    let vary = format!("{key}=1.2:2.4:0.2");
    let (folder, _) = said(&["sweep", "scenarios/tutorial.toml", "--vary", &vary, "--quiet"]);
    let runs = folder.path().join("results/tutorial-sweep-1/runs.csv");
    let mut runs = csv::Reader::from_path(runs).expect("a table of runs");
    let header = runs.headers().expect("a header").clone();
    let [key_at, total_at] = [key, total].map(|name| header.iter().position(|column| column == name).expect(name));
    let mut points: Vec<(String, Vec<f64>)> = Vec::new();
    for record in runs.records() {
        let record = record.expect("a row");
        let value = record[total_at].parse().expect("a number");
        match points.last_mut().filter(|(point, _)| *point == record[key_at]) {
            Some((_, values)) => values.push(value),
            None => points.push((record[key_at].to_owned(), vec![value])),
        }
    }
    let rows = points.into_iter().map(|(point, values)| {
        let (low, high) = (
            values.iter().fold(f64::MAX, |a, &b| a.min(b)),
            values.iter().fold(0.0, |a: f64, &b| a.max(b)),
        );
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        vec![point, format!("{mean:.1}"), low.to_string(), high.to_string()]
    });
    table(
        &["factor", "most people out in one hour, mean", "smallest", "largest"],
        rows,
    )
}

/// What stands between the markers of this name.
fn generated(name: &str) -> String {
    static TUTORIAL: LazyLock<String> = LazyLock::new(tutorial);
    match name {
        "parameters" => parameters(),
        "forms" => forms(),
        "levers" => levers(),
        "kinds" => kinds(),
        "metrics" => metrics(),
        "site kinds" => site_kinds(),
        "baseline" => baseline(),
        "tutorial" => TUTORIAL.clone(),
        "first sweep" => first_sweep(),
        command if command.starts_with("output of ") => transcript(&command["output of ".len()..]),
        other => panic!("nothing generates \"{other}\""),
    }
}

/// A page with its generated parts made anew.
fn renewed(page: &str) -> String {
    let mut parts = page.split(BEGIN);
    let mut text = parts.next().expect("a first part").to_owned();
    for part in parts {
        let (name, rest) = part.split_once(" -->").expect("a whole marker");
        let (_, after) = rest.split_once(END).expect("an end of what is generated");
        write!(text, "{BEGIN}{name} -->\n\n{}\n{END}{after}", generated(name)).expect("a string");
    }
    text
}

#[test]
fn what_is_generated_in_the_pages_is_what_the_code_says() {
    for path in pages() {
        let page = fs::read_to_string(&path).expect("readable");
        let renewed = renewed(&page);
        if std::env::var_os("RENEW_DOCS").is_some() {
            fs::write(&path, renewed).expect("writable");
        } else if page != renewed {
            let at = page.lines().zip(renewed.lines()).position(|(old, new)| old != new);
            let line = at.unwrap_or(0);
            panic!(
                "{} is stale from line {}:\n  {}\n  {}\nrenew it: RENEW_DOCS=1 cargo test --test suite docs::",
                path.display(),
                line + 1,
                page.lines().nth(line).unwrap_or_default(),
                renewed.lines().nth(line).unwrap_or_default(),
            );
        }
    }
}

#[test]
fn every_test_that_the_pages_name_exists() {
    let mut named = 0;
    for path in pages() {
        let page = fs::read_to_string(&path).expect("readable");
        for reference in page.split('`').filter(|code| code.contains(".rs::")) {
            let (file, test) = reference.split_once("::").expect("two parts");
            let source = fs::read_to_string(root().join(file)).unwrap_or_else(|_| panic!("there is no {file}"));
            assert!(source.contains(&format!("fn {test}(")), "there is no {reference}");
            named += 1;
        }
    }
    assert!(named > 10, "{named} tests are named");
}

#[test]
fn every_key_and_file_that_the_pages_name_exists() {
    for path in pages() {
        let page = fs::read_to_string(&path).expect("readable");
        for word in page.split(|c: char| c.is_whitespace() || matches!(c, '`' | '|' | ',' | '(' | ')' | '=')) {
            let word = word.trim_end_matches(['.', ';', ':']);
            if let Some((group, name)) = word.strip_prefix("rules.").and_then(|key| key.split_once('.')) {
                let mechanism = group == "forms" && Forms::TABLE.iter().any(|mechanism| mechanism.name == name);
                let known = mechanism || Rules::TABLE.iter().any(|p| p.group == group && p.name == name);
                assert!(known, "{}: there is no {word}", path.display());
            }
            // The space of the search belongs to the command that calibrates.
            if (word.starts_with("scenarios/") || word.starts_with("src/")) && !word.ends_with(".search.toml") {
                let file = word.split("::").next().expect("a first part");
                assert!(root().join(file).exists(), "{}: there is no {file}", path.display());
            }
            if let Some(overlay) = word.strip_prefix("what-if/") {
                let file = format!(
                    "scenarios/kazakhstan-2022/what-if/{}.toml",
                    overlay.trim_end_matches(".toml")
                );
                assert!(root().join(&file).exists(), "{}: there is no {file}", path.display());
            }
        }
    }
}

#[test]
fn every_page_is_in_the_index_and_in_the_reference() {
    let index = fs::read_to_string(root().join("src/docs/README.md")).expect("readable");
    let reference = fs::read_to_string(root().join("src/docs.rs")).expect("readable");
    for path in pages() {
        let name = path.file_name().expect("a name").to_str().expect("plain");
        if name != "README.md" {
            assert!(
                index.contains(&format!("]({name})")),
                "{name} is not in src/docs/README.md"
            );
            assert!(
                reference.contains(&format!("\"docs/{name}\"")),
                "{name} is not in src/docs.rs"
            );
        }
    }
}

#[test]
fn every_link_to_a_file_leads_somewhere() {
    let front = [
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "scenarios/README.md",
        "benches/peers/README.md",
    ];
    let mut links = 0;
    for path in pages().into_iter().chain(front.map(|name| root().join(name))) {
        let page = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for (at, _) in page.match_indices("](") {
            let link = page[at + 2..].split([')', '#']).next().expect("a first part");
            if !link.is_empty() && !link.contains("://") && !link.contains("::") {
                let file = path.parent().expect("a folder").join(link);
                assert!(file.exists(), "{} links to {link}, which is not there", path.display());
                links += 1;
            }
        }
    }
    assert!(links > 20, "{links} links");
}

#[test]
fn the_front_page_is_short() {
    let page = fs::read_to_string(root().join("README.md")).expect("readable");
    assert!(
        page.len() < 12_000,
        "{} bytes: move what is long to src/docs",
        page.len()
    );
}
