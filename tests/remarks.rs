//! Remarks in the shipped scenarios that name a default of the code name the one that it has.

use std::fs;
use std::path::{Path, PathBuf};

use qantar::scenario::Scenario;
use qantar::scenario::kinds::{ActionKind, KINDS};
use qantar::sim::parameters::Rules;
use qantar::sim::policy::Lever;

fn scenarios(under: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(under).expect("a folder of scenarios") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => all.extend(scenarios(&path)),
            false if path.extension().is_some_and(|ending| ending == "toml") => all.push(path),
            false => {}
        }
    }
    all.sort();
    all
}

fn kind(name: &str) -> &'static ActionKind {
    KINDS.iter().find(|kind| kind.name == name).expect(name)
}

fn moved(levers: &[(Lever, f64)], name: &str) -> f64 {
    let found = levers.iter().find(|(lever, _)| lever.name() == name);
    found.unwrap_or_else(|| panic!("{name} is no default of this kind")).1
}

/// Where a line of a scenario stands.
#[derive(Default)]
struct Here {
    /// The table, such as `rules.violence`.
    section: String,
    /// The kind of the entry.
    kind: String,
}

impl Here {
    fn read(&mut self, line: &str) {
        if let Some(header) = line.strip_prefix('[') {
            self.section = header
                .trim_start_matches('[')
                .split(']')
                .next()
                .unwrap_or_default()
                .to_owned();
            self.kind.clear();
        }
        let kind = line.split_once("kind").and_then(|(_, rest)| rest.split('"').nth(1));
        if line.trim_start().starts_with("kind") {
            self.kind = kind.unwrap_or_default().to_owned();
        }
    }

    /// The default of the parameter of the rules that a line sets.
    fn rule(&self, key: &str) -> f64 {
        let group = self.section.strip_prefix("rules.").expect("a group of rules");
        let rule = Rules::TABLE.iter().find(|rule| rule.group == group && rule.name == key);
        rule.unwrap_or_else(|| panic!("there is no {}.{key}", self.section))
            .default
    }

    /// The default of what an action sets last in a line: its credibility, or the last lever of `levers` or `promise`.
    fn of_action(&self, key: &str, last: &str) -> f64 {
        match key {
            "credibility" => kind(&self.kind).credibility,
            "levers" => moved(kind(&self.kind).levers, last),
            "promise" => moved(kind(&self.kind).promise, last),
            _ => panic!("`{key}` has no default of a kind"),
        }
    }
}

/// The name and the number that stand last in what is written before a remark.
fn last(written: &str) -> (&str, f64) {
    let (before, number) = written.trim_end_matches([' ', '}']).rsplit_once('=').expect("a value");
    let name = before.trim_end().rsplit([' ', '{', ',']).next().expect("a name");
    (name, number.trim().parse().expect("a number"))
}

#[test]
fn every_default_that_a_remark_names_is_the_one_of_the_code() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let strength = Scenario::read(&folder.join("kazakhstan-2022.toml")).expect("reads");
    let strength = strength
        .family()
        .format()
        .field("site_kind.any.strength")
        .expect("a key")
        .default_node();
    let strength = strength.and_then(|node| node.number()).expect("a default");
    let coordination = moved(kind("leader").levers, "coordination");
    // What is told in the middle of a text, as the code would tell it.
    let told = [
        format!("{} by default", kind("price_rollback").credibility),
        format!("offices {strength} (default)"),
        format!("{}, a tenth of the default of its", coordination / 10.0),
    ];
    let mut checked = 0;
    for path in scenarios(&folder) {
        let (text, mut here) = (fs::read_to_string(&path).expect("readable"), Here::default());
        for (number, line) in text.lines().enumerate() {
            here.read(line);
            let Some((written, remark)) = line.split_once('#') else {
                continue;
            };
            let key = written.split('=').next().expect("a first part").trim();
            let at = format!("{}:{}: {line}", path.display(), number + 1);
            if let Some((_, stated)) = remark.split_once("(default ") {
                let stated: f64 = stated.split(')').next().and_then(|text| text.parse().ok()).expect(&at);
                assert_eq!(stated, here.rule(key), "{at}");
            } else if remark.contains("half of the default") {
                let (name, value) = last(written);
                let share = value / here.of_action(key, name);
                assert!((0.39..=0.6).contains(&share), "{share} of the default, {at}");
            } else if remark.contains("default") && remark.contains(|c: char| c.is_ascii_digit()) {
                let general = remark.contains("What is not said has a default");
                assert!(
                    general || told.iter().any(|told| remark.contains(told)),
                    "nothing checks {at}"
                );
            } else {
                continue;
            }
            checked += 1;
        }
    }
    assert!(checked >= 14, "{checked} remarks name a default");
}
