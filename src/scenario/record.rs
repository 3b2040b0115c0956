//! Read a record of what happened: a document like a scenario, with keys of its own, checked by the same reference.

use std::path::Path;
use std::sync::LazyLock;

use super::outcomes;
use crate::analysis::implausible::{Scale, Target};
use crate::analysis::outcome::Known;
use crate::analysis::score::{self, Confidence, Observation, Pattern, Record, Use, Variant};
use crate::document::calendar;
use crate::document::check::{Names, check, range};
use crate::document::form::{Choice, Field, Format, Kind, Section, To, required, value, words, words_of};
use crate::document::problem::{Problem, Problems, Source, any_wrong};
use crate::document::read::Reading;
use crate::document::set;
use crate::document::tree::{Node, Table, Value};
use crate::document::view::View;
use Kind::{Entries, Flag, Number, Outcome, Range, Reference, References, Text, Texts, Time, Whole};

/// The format.
pub static FORMAT: LazyLock<Format> = LazyLock::new(|| Format {
    noun: "record",
    sections: vec![
        Section::new(
            "record",
            "A record of what happened, in a file of its own, that `qantar score` holds runs against.",
            RECORD,
        ),
        Section::new("record.source", "Where observations are known from.", SOURCE),
        Section::new(
            "record.pattern",
            "Observations that belong together; what a model has to show.",
            PATTERN,
        ),
        Section::new(
            "record.variant",
            "A change of the scenario that some observations are about.",
            VARIANT,
        ),
        Section::new(
            "record.observation",
            "Something that is known of what happened, and the number of a run that should agree with it.",
            OBSERVATION,
        ),
    ],
    totals: Vec::new(),
    files: &[],
});

const TO_PATTERN: To = To::new("pattern", &["pattern"]);
const TO_VARIANT: To = To::new("variant", &["variant"]);
const TO_SOURCE: To = To::new("source", &["source"]);
const SCALES: Choice = Choice::new("scales", words_of::<Scale>);
const CONFIDENCES: Choice = Choice::new("degrees of confidence", words_of::<Confidence>);
const USES: Choice = Choice::new("uses", words_of::<Use>);

const ID: Field = required(
    "id",
    Kind::Id,
    "",
    "Its name within the record: letters, digits, `-` and `_`, unique among its kind.",
);
/// A value from 0 to 1.
const SHARE: Kind = Number(0.0, 1.0);
/// Any number that an outcome could reach.
const LEVEL: Kind = Number(-1e15, 1e15);

#[rustfmt::skip]
const RECORD: &[Field] = &[
    required("schema_version", Whole(1, 1), "", "Version of the record format, so that a file is never misread."),
    words("extends", Text, "", "stands alone", "Path of a record that this one is laid over."),
    words("title", Text, "", "the name of the file", "What the record is called in reports."),
    words("source", Entries("record.source"), "", "none", "Where the observations are known from."),
    words("variant", Entries("record.variant"), "", "none", "Changes of the scenario that some observations are about."),
    words("pattern", Entries("record.pattern"), "", "none", "Patterns, which a scenario has to show."),
    required("observation", Entries("record.observation"), "", "The observations."),
];

#[rustfmt::skip]
const SOURCE: &[Field] = &[
    ID,
    required("citation", Text, "", "Who says so, where and when."),
    words("url", Text, "", "none", "Where it can be read."),
    value("official", Flag, "", "false", "Whether it is the state that says so."),
];

#[rustfmt::skip]
const PATTERN: &[Field] = &[
    ID,
    required("title", Text, "", "What it is, in a few words."),
];

#[rustfmt::skip]
const VARIANT: &[Field] = &[
    ID,
    required("title", Text, "", "What is changed, in a few words."),
    required("set", Texts, "", "Assignments as for `--set`."),
];

#[rustfmt::skip]
const OBSERVATION: &[Field] = &[
    ID,
    words("pattern", Reference(TO_PATTERN), "", "none: it is told, but need not agree", "The pattern that it is part of; a scenario passes if all of all patterns agree."),
    required("what", Text, "", "What was observed, in a few words."),
    words("value", LEVEL, "unit of the observation", "not known as a number", "What was observed, as a number."),
    value("unit", Text, "", "\"\"", "Unit of the value, of the range and of the outcome."),
    words("date", Time, "", "of the whole", "Local date that it is about."),
    required("outcome", Outcome("peak(participants)"), "", "The number of a run that should agree, such as \"peak(participants)\"."),
    words("accept", Range, "unit of the observation", "from `tolerance`", "The lowest and the highest number that agree."),
    words("tolerance", Range, "1", "from `accept`", "The same as factors of `value`."),
    words("scale", Kind::Choice(SCALES), "", "log if the range is of positive numbers and spans a factor of two, logit for a share, else linear", "How differences are measured: by ratios (log), by odds (logit), in hours (time) or in the unit."),
    words("error", Number(0.0, 1e15), "on the scale", "a quarter of the range", "Standard deviation of the error of observation; on the log scale 0.2 is a fifth."),
    words("discrepancy", Number(0.0, 1e15), "on the scale", "none stated", "Standard deviation of what a model of this kind may be off by, whatever its parameters."),
    words("reason", Text, "", "needed with `discrepancy`", "Why the model may be off by so much."),
    value("seeds", SHARE, "share", "0.6", "Share of the replicates that have to agree; their median has to as well."),
    required("confidence", Kind::Choice(CONFIDENCES), "", "How sure it is that it was so."),
    value("official", Flag, "", "false", "Whether it is an official figure."),
    required("sources", References(TO_SOURCE), "", "Where it is known from."),
    required("use", Kind::Choice(USES), "", "Whether the model is fitted to it, checked by it, or it is told as context."),
    words("variant", Reference(TO_VARIANT), "", "the scenario as it is", "The variant that it is about."),
    words("note", Text, "", "none", "How what was observed and what a run has are not quite the same."),
];

/// Read a file and what it extends. `known` is what the outcomes of its scenario can name.
///
/// # Errors
/// Every problem at once, in order of place.
pub fn read(path: &Path, known: &Known) -> Result<Record, Problems> {
    let mut reading = Reading::default();
    let root = reading.file(path, None);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.trim_end_matches(".toml").trim_end_matches(".record");
    of_reading(name, &root, reading, known)
}

/// Read a text that extends nothing; `name` is shown in messages.
///
/// # Errors
/// As [`read`].
pub fn from_text(name: &str, text: &str, known: &Known) -> Result<Record, Problems> {
    let mut reading = Reading::default();
    let root = reading.document(name.to_owned(), text.to_owned(), Path::new(""), None);
    of_reading(name, &root, reading, known)
}

/// The text of a record with all that it extends, so that it can be kept beside results.
///
/// # Errors
/// If a file cannot be read.
pub fn self_contained(path: &Path) -> Result<String, Problems> {
    let mut reading = Reading::default();
    let root = reading.file(path, None);
    match &reading.sources[..] {
        _ if !reading.broken.is_empty() => Err(Problems::new(&reading.sources, reading.broken)),
        [only] => Ok(only.text.clone()),
        _ => Ok(super::write::to_toml(&root)),
    }
}

fn of_reading(name: &str, root: &Table, reading: Reading, known: &Known) -> Result<Record, Problems> {
    if !reading.broken.is_empty() {
        return Err(Problems::new(&reading.sources, reading.broken));
    }
    let mut problems = reading.problems;
    let names = Names::of(root);
    check(&FORMAT, root, &names, &mut problems);
    let reader = Reader {
        texts: &reading.sources,
        names: &names,
        known,
    };
    let view = View::of(&FORMAT, root);
    let record = Record {
        title: root.text("title").unwrap_or(name).to_owned(),
        sources: view.inner_entries("source").map(|view| source(&view)).collect(),
        variants: view
            .inner_entries("variant")
            .map(|view| variant(&view, &mut problems))
            .collect(),
        patterns: view.inner_entries("pattern").map(|view| pattern(&view)).collect(),
        observations: view
            .inner_entries("observation")
            .filter_map(|view| reader.observation(&view, &mut problems))
            .collect(),
    };
    for (number, view) in view.inner_entries("pattern").enumerate() {
        if !record
            .observations
            .iter()
            .any(|observation| observation.pattern == Some(number))
            && !any_wrong(&problems)
        {
            let problem = Problem::at(view.home, "this pattern has no observations");
            problems.push(
                problem
                    .label("named by none")
                    .help("write `pattern` into the observations that belong to it"),
            );
        }
    }
    match any_wrong(&problems) {
        false => Ok(record),
        true => Err(Problems::new(&reading.sources, problems)),
    }
}

fn source(view: &View<'_>) -> score::Source {
    score::Source {
        id: view.text("id"),
        citation: view.text("citation"),
        url: view.text("url"),
        official: view.flag_given("official").unwrap_or(false),
    }
}

fn pattern(view: &View<'_>) -> Pattern {
    Pattern {
        id: view.text("id"),
        title: view.text("title"),
    }
}

/// A variant, whose assignments are read here only to find what is wrong with them.
fn variant(view: &View<'_>, problems: &mut Vec<Problem>) -> Variant {
    let list = view.given("set").map(Node::list).unwrap_or_default();
    for node in list {
        if let Some(Err(wrong)) = node.text().map(|text| set::read(0, text)) {
            for problem in wrong {
                problems.push(Problem {
                    place: Some(node.place.clone()),
                    ..problem
                });
            }
        }
    }
    Variant {
        id: view.text("id"),
        title: view.text("title"),
        set: list.iter().filter_map(Node::text).map(str::to_owned).collect(),
    }
}

struct Reader<'a> {
    texts: &'a [Source],
    names: &'a Names<'a>,
    known: &'a Known,
}

impl Reader<'_> {
    /// An observation; `None` if it has no outcome or no range that can be read, which is a problem.
    fn observation(&self, view: &View<'_>, problems: &mut Vec<Problem>) -> Option<Observation> {
        let accept = accept(view, problems);
        let outcome = outcomes::read(view.given("outcome")?, self.texts, self.known, problems)?;
        let reference = |key, to| view.reference(key, to, self.names);
        let word = |key: &str| view.text(key);
        let target = accept.and_then(|accept| target(view, accept, problems));
        let confidence = |name: String| name.parse::<Confidence>().ok();
        Some(Observation {
            id: word("id"),
            pattern: reference("pattern", TO_PATTERN),
            what: word("what"),
            value: view.number_given("value"),
            unit: word("unit"),
            date: date(view),
            outcome,
            accept: accept?,
            target: target?,
            reason: word("reason"),
            seeds: view.number("seeds"),
            confidence: confidence(word("confidence"))?,
            official: view.flag_given("official").unwrap_or(false),
            sources: view
                .references("sources", TO_SOURCE, self.names)
                .into_iter()
                .map(|(source, _)| source)
                .collect(),
            purpose: word("use").parse().ok()?,
            variant: reference("variant", TO_VARIANT),
            note: word("note"),
        })
    }
}

/// How far a run may be from it; the range that agrees stands for two standard deviations of the observation to either
/// side, where nothing else is said.
fn target(view: &View<'_>, (low, high): (f64, f64), problems: &mut Vec<Problem>) -> Option<Target> {
    let value = view.number_given("value");
    let by_ratio = value.is_some_and(|value| value > 0.0) && low > 0.0 && high >= 2.0 * low;
    let scale = match (view.given("scale"), view.text("unit").as_str()) {
        (Some(node), _) => node.text()?.parse().ok()?,
        (None, _) if by_ratio => Scale::Log,
        (None, "share") => Scale::Logit,
        _ => Scale::Linear,
    };
    let observed = value.map_or((low, high), |value| (value, value));
    if scale == Scale::Log && observed.0 <= 0.0 {
        let problem = Problem::at(view.place("scale"), "ratios to zero mean nothing");
        problems.push(problem.label("`log` needs a `value` above 0").help("use `linear`"));
        return None;
    }
    let discrepancy = view.number_given("discrepancy");
    if discrepancy.is_some_and(|size| size > 0.0) && view.text("reason").is_empty() {
        let problem = Problem::at(view.place("discrepancy"), "a discrepancy has a reason");
        problems.push(problem.help("say in `reason` why a model of this kind may be off by so much"));
    }
    let mut target = Target {
        observed,
        scale,
        floor: 0.01 * observed.0.abs().max(f64::MIN_POSITIVE),
        error: 0.0,
        discrepancy: discrepancy.unwrap_or(0.0),
    };
    // Where no number is known, the range itself is what was observed.
    let range = if value.is_some() {
        0.25 * (target.scaled(high) - target.scaled(low))
    } else {
        0.0
    };
    target.error = view.number_given("error").unwrap_or(range);
    Some(target)
}

/// The range that agrees: as it is written, or as factors of the value.
fn accept(view: &View<'_>, problems: &mut Vec<Problem>) -> Option<(f64, f64)> {
    let given = |key| view.given(key).map(|node| range(node.list()));
    let problem = match (given("accept"), given("tolerance")) {
        (Some(accept), None) => return accept,
        (None, Some(tolerance)) => match view.number_given("value") {
            Some(value) => {
                let (low, high) = tolerance?;
                let (a, b) = (low * value, high * value);
                return Some((a.min(b), a.max(b)));
            }
            None => Problem::at(
                view.place("tolerance"),
                "`tolerance` is in factors of `value`, which is missing",
            )
            .help("give `value`, or the range itself as `accept`"),
        },
        (Some(_), Some(_)) => Problem::at(view.place("tolerance"), "a range is either `accept` or `tolerance`"),
        (None, None) => Problem::at(view.home, "`accept` is missing")
            .label("nothing says which numbers agree")
            .help("add `accept = [low, high]`, or `tolerance = [low, high]` in factors of `value`"),
    };
    problems.push(problem);
    None
}

/// A day, with the hour where one is given.
fn date(view: &View<'_>) -> String {
    let Some(Value::Time(written)) = view.given("date").map(|node| &node.value) else {
        return String::new();
    };
    let form = if written.time.is_some() {
        "%Y-%m-%dT%H:%M"
    } else {
        "%Y-%m-%d"
    };
    calendar::civil(written).map_or(String::new(), |date| date.strftime(form).to_string())
}
