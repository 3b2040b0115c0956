//! A reader's mistakes, by the thousand: every text that comes in, with lines lost, doubled and swapped, keys misspelt, values
//! of another kind or size, bytes of no alphabet. None may make qantar panic or hang, and each refusal says where.
//!
//! A short campaign is part of the suite. A long one, with other luck and as many inputs of each kind as wanted:
//!
//! ```text
//! FUZZ=1000000 LUCK=7 cargo test --release --test suite fuzz:: -- --nocapture
//! ```
//!
//! An input that was found is kept in `tests/fixtures/fuzz/KIND/`, and is judged again by every campaign.

use std::cell::RefCell;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use qantar::analysis::outcome::Outcome;
use qantar::scenario::search::Search;
use qantar::scenario::{Scenario, record};
use qantar::study::manifest::Manifest;

/// Inputs of each kind in the suite, where nothing else is asked for.
const FEW: u64 = 300;

/// No input of these sizes may take longer; a machine that does other things, too, is forgiven.
const LONGEST: Duration = Duration::from_secs(5);

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Luck that a number makes: the same number, the same inputs (splitmix64).
struct Luck(u64);

impl Luck {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}

/// Values that a reader may write, and some that nobody would.
const VALUES: &[&str] = &[
    "0",
    "-1",
    "1",
    "0.5",
    "-0.0",
    "1e308",
    "1e-308",
    "1e999",
    "nan",
    "inf",
    "-inf",
    "9223372036854775807",
    "-9223372036854775808",
    "99999999999999999999",
    "4294967295",
    "4294967296",
    "2000000000",
    "0x7fffffffffffffff",
    "1_000",
    "true",
    "false",
    "\"\"",
    "\"a\"",
    "\"all\"",
    "\"24h\"",
    "\"-1h\"",
    "\"9999999999d\"",
    "\"0.5h\"",
    "\"kk–Қазақ\"",
    "\"\\u0000\"",
    "\"\\u001b[2J\"",
    "[]",
    "[0, 0]",
    "[nan, inf]",
    "[[1]]",
    "[\"all\"]",
    "{}",
    "{ at = 0 }",
    "{ after = \"x\" }",
    "2030-03-04T20:00:00",
    "0001-01-01T00:00:00",
    "9999-12-31T23:59:59",
    "2030-03-04T20:00:00+06:00",
    "2030-02-30",
    "12:00:00",
    "'''\n'''",
    "\"participants > 0 for 999999999h\"",
    "[1, \"a\", {}]",
];

/// Bits of other texts, put in anywhere.
const BITS: &[&str] = &[
    "\u{feff}",
    "\r\n",
    "\0",
    ";",
    ",",
    "\"",
    "'",
    "\"\"\"",
    "[",
    "[[",
    "]",
    "{",
    "}",
    "=",
    ".",
    "#",
    "\\",
    "\u{202e}",
    "é",
    "🜚",
    "\t",
    "..",
    "1..2:log",
    "(",
    ")",
    "peak(",
    "/0",
    " - ",
    "*",
    "((((((((((((((((",
    "-------",
    "=cmd()",
    "\u{fffd}",
    "e9999",
];

/// A text with a few mistakes in it.
fn mistaken(text: &str, others: &[String], luck: &mut Luck) -> Vec<u8> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for _ in 0..1 + luck.below(5) {
        let (at, other) = (luck.below(lines.len()), luck.below(lines.len()));
        let Some(line) = lines.get(at).cloned() else { break };
        let anywhere = {
            let places: Vec<usize> = line.char_indices().map(|(at, _)| at).chain([line.len()]).collect();
            places[luck.below(places.len())]
        };
        match luck.below(11) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(other, line),
            2 => lines.swap(at, other),
            3 | 4 => {
                if let Some((key, _)) = line.split_once('=') {
                    lines[at] = format!("{key}= {}", luck.pick(VALUES));
                }
            }
            5 => {
                let mut shorter = line.clone();
                if let Some(c) = shorter[anywhere..].chars().next() {
                    shorter.replace_range(anywhere..anywhere + c.len_utf8(), "");
                }
                lines[at] = shorter;
            }
            6 => lines[at].insert_str(anywhere, luck.pick(BITS)),
            7 => lines[at] = line[..anywhere].to_owned(),
            8 => lines.truncate(at),
            9 => {
                let other: Vec<&str> = others[luck.below(others.len())].lines().collect();
                let other = other.get(luck.below(other.len())).copied().unwrap_or_default();
                lines.insert(at, other.to_owned());
            }
            _ => {
                let cells: Vec<&str> = line.split(',').collect();
                let cell = luck.below(cells.len());
                let value = luck.pick(VALUES);
                let cells = cells
                    .iter()
                    .enumerate()
                    .map(|(i, own)| if i == cell { value } else { *own });
                lines[at] = cells.collect::<Vec<_>>().join(",");
            }
        }
    }
    let end = if luck.below(8) == 0 { "\r\n" } else { "\n" };
    let mut bytes = lines.join(end).into_bytes();
    // Now and then, bytes of no alphabet.
    if luck.below(20) == 0 && !bytes.is_empty() {
        let at = luck.below(bytes.len());
        bytes[at] = luck.next() as u8;
    }
    bytes
}

/// What became of an input: taken, or refused in these words.
type Verdict = Result<(), String>;

/// Who reads a text.
type Reader = Box<dyn Fn(&[u8]) -> Verdict>;

/// A kind of text: what right ones look like, and who reads it.
struct Kind {
    name: &'static str,
    right: Vec<String>,
    read: Reader,
    /// Whether a refusal shows the place; what is a single line is its own place.
    place: bool,
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect("readable")
}

fn lossy(input: &[u8]) -> String {
    String::from_utf8_lossy(input).into_owned()
}

fn scenario(text: &str, assignments: &[String]) -> Verdict {
    let told = |problems: qantar::scenario::problem::Problems| problems.to_string();
    let mut scenario = Scenario::from_text("input.toml", text).map_err(told)?;
    scenario.set(assignments).map_err(told)?;
    scenario.simulation().map(drop).map_err(told)
}

/// The same through a file, for what is read from files alone.
fn file(name: &str, read: impl Fn(&Path) -> Verdict) -> impl Fn(&[u8]) -> Verdict {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    let folder = RefCell::new(folder);
    move |input| {
        let _folder = folder.borrow();
        fs::write(&path, input).expect("writable");
        read(&path)
    }
}

fn kinds() -> Vec<Kind> {
    let country = vec![text("src/cli/new.toml"), text("scenarios/tutorial.toml")];
    let lattice = ["run-2", "run-5", "run-7", "mesa"].map(|name| text(&format!("scenarios/epstein/{name}.toml")));
    let tutorial = || Scenario::read(&root().join("scenarios/tutorial.toml")).expect("reads");
    let town = Scenario::read(&root().join("tests/fixtures/calibrate/town.toml")).expect("reads");
    let template = text("src/cli/new.toml");
    let sets = template
        .lines()
        .filter_map(|line| line.split_once(" = "))
        .flat_map(|(key, value)| {
            [
                "",
                "region.capital.",
                "action.rollback.",
                "rules.turnout.",
                "site.oiltown-akimat.",
            ]
            .map(|table| {
                format!(
                    "{table}{}={}",
                    key.trim(),
                    value.split('#').next().unwrap_or_default().trim()
                )
            })
        });
    let outcomes = [
        "peak(participants)",
        "last(deaths_civilians) + last(deaths_officers)",
        "hours(participants > 1000, region=almaty) / 24",
        "first(site_seized) - first(protest_begins)",
        "(peak(violent) - 3) * 2 / mean(legitimacy)",
    ];
    vec![
        Kind {
            name: "country",
            right: country,
            read: Box::new(|input| scenario(&lossy(input), &[])),
            place: true,
        },
        Kind {
            name: "lattice",
            right: lattice.to_vec(),
            read: Box::new(|input| scenario(&lossy(input), &[])),
            place: true,
        },
        Kind {
            name: "set",
            right: sets.collect(),
            read: {
                let base = text("src/cli/new.toml");
                Box::new(move |input| scenario(&base, &[lossy(input)]))
            },
            place: true,
        },
        Kind {
            name: "outcome",
            right: outcomes.map(str::to_owned).to_vec(),
            read: Box::new(|input| {
                lossy(input)
                    .parse::<Outcome>()
                    .map(drop)
                    .map_err(|mistake| mistake.to_string())
            }),
            place: false,
        },
        Kind {
            name: "table",
            right: vec![text("scenarios/kazakhstan-2022.regions.csv")],
            read: {
                let head = "schema_version = 1\nstart = 2022-01-01T06:00:00\nzone = \"Asia/Almaty\"\nticks = 24\n\
                            region_table = \"regions.csv\"\n";
                Box::new(file("regions.csv", move |path| {
                    let town = path.with_file_name("town.toml");
                    fs::write(&town, head).expect("writable");
                    let told = |problems: qantar::scenario::problem::Problems| problems.to_string();
                    Scenario::read(&town).map_err(told)?.compile().map(drop).map_err(told)
                }))
            },
            place: true,
        },
        Kind {
            name: "record",
            right: vec![text("tests/fixtures/record/town.record.toml")],
            read: Box::new(file("some.record.toml", |path| {
                record::read(path, &Default::default())
                    .map(drop)
                    .map_err(|problems| problems.to_string())
            })),
            place: true,
        },
        Kind {
            name: "search",
            right: vec![text("tests/fixtures/calibrate/town.search.toml")],
            read: Box::new(move |input| {
                let search = Search::from_text("some.search.toml", &lossy(input), &town);
                search.map(drop).map_err(|problems| problems.to_string())
            }),
            place: true,
        },
        Kind {
            name: "manifest",
            right: vec![manifest()],
            read: Box::new(file("manifest.json", |path| {
                Manifest::read(path.parent().expect("a folder"))
                    .map(drop)
                    .map_err(|error| error.to_string())
            })),
            place: false,
        },
        Kind {
            name: "overlay",
            right: vec![format!(
                "extends = \"scenarios/tutorial.toml\"\n{}",
                tutorial().to_toml()
            )],
            read: Box::new(|input| scenario(&lossy(input), &[])),
            place: true,
        },
    ]
}

/// The manifest of a small run.
fn manifest() -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let mut run = assert_cmd::Command::cargo_bin("qantar").expect("the command");
    let args = ["run", "scenarios/tutorial.toml", "--set", "ticks=3", "--quiet", "--out"];
    run.current_dir(root()).args(args).arg(&out).assert().success();
    fs::read_to_string(out.join("manifest.json")).expect("a manifest")
}

fn judged(kind: &Kind, input: &[u8]) -> Result<Verdict, String> {
    let begun = Instant::now();
    let verdict = catch_unwind(AssertUnwindSafe(|| (kind.read)(input))).map_err(|_| "it panics".to_owned())?;
    if begun.elapsed() > LONGEST * if cfg!(debug_assertions) { 4 } else { 1 } {
        return Err(format!("it takes {:?}", begun.elapsed()));
    }
    match &verdict {
        Err(told) if told.trim().is_empty() => Err("it is refused without a word".into()),
        // What is no text at all has no lines; its file is named.
        Err(told) if kind.place && !told.contains("--> ") && !told.contains("cannot read ") => {
            Err(format!("it is refused without a place: {told}"))
        }
        _ => Ok(verdict),
    }
}

fn kept(kind: &Kind) -> Vec<PathBuf> {
    let folder = fs::read_dir(root().join("tests/fixtures/fuzz").join(kind.name));
    let mut kept: Vec<_> = folder
        .into_iter()
        .flatten()
        .map(|entry| entry.expect("an entry").path())
        .collect();
    kept.sort();
    kept
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn no_mistake_in_a_text_makes_it_panic_or_hang_and_each_is_told_with_its_place() {
    let (inputs, luck) = (number("FUZZ").unwrap_or(FEW), number("LUCK").unwrap_or(1));
    let mut found = Vec::new();
    for kind in kinds() {
        for path in kept(&kind) {
            let input = fs::read(&path).expect("readable");
            found.extend(
                judged(&kind, &input)
                    .err()
                    .map(|wrong| format!("{}: {wrong}", path.display())),
            );
        }
        let (mut refused, mut complaints) = (0, 0);
        for number in 0..inputs {
            let mut luck = Luck(luck.wrapping_mul(1 << 40) ^ number);
            let right = &kind.right[luck.below(kind.right.len())];
            let input = mistaken(right, &kind.right, &mut luck);
            match judged(&kind, &input) {
                Ok(verdict) => refused += u64::from(verdict.is_err()),
                Err(wrong) => {
                    complaints += 1;
                    if complaints <= 3 {
                        let at = std::env::temp_dir().join(format!("qantar-fuzz-{}-{number}", kind.name));
                        fs::write(&at, &input).expect("writable");
                        found.push(format!("{} {number}, kept in {}: {wrong}", kind.name, at.display()));
                    }
                }
            }
        }
        println!(
            "{}: {inputs} inputs, {refused} refused, {complaints} complaints",
            kind.name
        );
        assert!(
            inputs < 100 || refused > inputs / 10,
            "{} is hardly ever refused",
            kind.name
        );
    }
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}
