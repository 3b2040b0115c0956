//! The tables of a study: their columns, and the lines that a job has in them.
//!
//! A journal has the lines of a job without what tells them from those of other jobs (`KEYS`); that is put before them
//! when the tables are put together, so a record means the same in a study that has grown.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use super::error::{Error, at};
use super::journal::{Part, Record};
use super::plan::{Job, Study};
use crate::design::Span;
use crate::metric::Description;
use crate::scenario::calendar::Calendar;
use crate::sim::recorder::Recorded;
use crate::table::{Column, Kind, Table, csv};

/// The columns of `series.csv` of models of a kind. One row per replicate, arm, tick and region; region `all` is the
/// whole and comes last in each tick. `time` is local time at the start of the tick; empty where ticks have no date.
pub fn series_schema(metrics: &'static [Description]) -> Vec<(&'static str, Kind)> {
    let kind = |metric: &Description| match metric.whole {
        true => Kind::Int,
        false => Kind::Float,
    };
    let metrics = metrics.iter().map(|metric| (metric.name, kind(metric)));
    COLUMNS.into_iter().chain(metrics).collect()
}

/// The columns of `explain.csv` of a model with these reasons: what decided, one row per replicate, arm, tick and region.
pub fn why_schema(reasons: &'static [String]) -> Vec<(&'static str, Kind)> {
    let reasons = reasons.iter().map(|name| (name.as_str(), Kind::Float));
    COLUMNS.into_iter().chain(reasons).collect()
}

/// The columns of `places.csv` of models of a kind, as those of `series.csv` but for one row per replicate, arm, tick and
/// place.
pub fn places_schema(metrics: &'static [Description]) -> Vec<(&'static str, Kind)> {
    let mut schema = series_schema(metrics);
    schema.insert(COLUMNS.len(), PLACE);
    schema
}

/// The columns of `events.csv`. One row per event; `counts` is the unit of `number`. In results of divided regions there is
/// also the column `place`, behind `region`.
pub fn events_schema() -> Vec<(&'static str, Kind)> {
    let rest = [
        ("event", Kind::Text),
        ("subject", Kind::Text),
        ("number", Kind::Float),
        ("counts", Kind::Text),
    ];
    COLUMNS.into_iter().chain(rest).collect()
}

/// The columns of the events of a study, or of whatever has places or not.
pub fn events_with(places: bool) -> Vec<(&'static str, Kind)> {
    let mut schema = events_schema();
    if places {
        schema.insert(COLUMNS.len(), PLACE);
    }
    schema
}

const PLACE: (&str, Kind) = ("place", Kind::Text);

const COLUMNS: [(&str, Kind); 7] = [
    ("arm", Kind::Text),
    ("point", Kind::Int),
    ("replicate", Kind::Int),
    ("seed", Kind::Int),
    ("tick", Kind::Int),
    ("time", Kind::Time),
    ("region", Kind::Text),
];

/// How many columns tell the rows of one job from those of another, in series and events.
pub(super) const KEYS: usize = 4;

/// The columns of the table of one row per job. Where something is varied: point, replicate, seed, status, the keys, the
/// outcomes, and why a run failed, whose outcomes are then not numbers; `arm` is before them if there are several. Else:
/// arm, replicate, seed and the outcomes. A key is whole numbers, numbers or text, as all of its values are.
pub fn outcomes_schema(study: &Study) -> Vec<(&str, Kind)> {
    let outcomes = study.identity.outcomes.iter();
    let outcomes = outcomes.map(|outcome| (outcome.name.as_str(), Kind::Float));
    if study.identity.design.is_none() {
        let keys = [COLUMNS[0], COLUMNS[2], COLUMNS[3]];
        return keys.into_iter().chain(outcomes).collect();
    }
    let arm = (study.arms.len() > 1).then_some(COLUMNS[0]);
    let keys = COLUMNS[1..KEYS].iter().copied().chain([("status", Kind::Text)]);
    let parameters = study.points.parameters().iter().zip(kinds(study));
    let parameters = parameters.map(|(parameter, kind)| (parameter.key.as_str(), kind));
    let carried = study.identity.design.iter().flat_map(|design| &design.carry);
    let carried = carried.map(|name| (name.as_str(), Kind::Text));
    arm.into_iter()
        .chain(keys)
        .chain(parameters)
        .chain(carried)
        .chain(outcomes)
        .chain([("reason", Kind::Text)])
        .collect()
}

/// What each varied key is.
fn kinds(study: &Study) -> Vec<Kind> {
    let parameters = study.points.parameters().iter().enumerate();
    let kind = |(column, parameter): (usize, &crate::design::Parameter)| match &parameter.span {
        Span::Range { whole: true, .. } => Kind::Int,
        Span::Range { .. } | Span::Drawn { .. } => Kind::Float,
        Span::Times { .. } => Kind::Text,
        Span::Levels { values } | Span::Weighted { values, .. } => kind_of(values.iter().map(String::as_str)),
        // Not all of them are known before the end.
        Span::Listed {} if study.in_stages() => Kind::Float,
        Span::Listed {} => {
            let rows = study.points.table().into_iter().flatten();
            kind_of(rows.map(|row| row[column].as_str()))
        }
    };
    parameters.map(kind).collect()
}

/// What all of these values are.
fn kind_of<'t>(values: impl Iterator<Item = &'t str>) -> Kind {
    values.fold(Kind::Int, |kind, value| match kind {
        Kind::Int if value.parse::<i64>().is_ok() => Kind::Int,
        Kind::Int | Kind::Float if value.parse::<f64>().is_ok_and(f64::is_finite) => Kind::Float,
        _ => Kind::Text,
    })
}

/// The name of the file of one row per job.
pub fn outcomes_file(study: &Study) -> &'static str {
    match study.identity.design {
        Some(_) => "runs.csv",
        None => "outcomes.csv",
    }
}

/// The table of one row per job, from a folder in which the tables are put together.
///
/// # Errors
/// If it cannot be read.
pub fn read_outcomes(study: &Study, folder: &Path) -> Result<Table, Error> {
    let path = folder.join(outcomes_file(study));
    let file = File::open(&path).map_err(at(&path))?;
    csv::read(file, &outcomes_schema(study)).map_err(at(&path))
}

/// What a job that did not fail has given, as its record.
pub(super) fn record(study: &Study, calendar: &Calendar, run: Recorded) -> Record {
    let (series, events) = (with_times(calendar, run.series), with_times(calendar, run.events));
    let why = run.why.map(|why| text(&with_times(calendar, why)));
    let places = run.places.map(|table| with_times(calendar, table));
    let values = study.outcomes.of(&series, &events, places.as_ref());
    let lines = |keep: bool, table: &Table| match keep {
        true => text(table),
        false => Vec::new(),
    };
    let keeps = study.identity.keeps;
    Record {
        done: true,
        parts: [
            outcomes_line("ok", &values, ""),
            match keeps.events && study.is_divided() {
                true => text(&with_places(events)),
                false => lines(keeps.events, &events),
            },
            lines(keeps.series, &series),
            why.unwrap_or_default(),
            places.map_or(Vec::new(), |places| lines(keeps.places, &places)),
        ],
    }
}

/// A job that failed, as its record; the outcomes that it does not have are not numbers.
pub(super) fn failure(study: &Study, reason: &str) -> Record {
    let none = vec![f64::NAN; study.identity.outcomes.len()];
    Record {
        done: false,
        parts: [
            outcomes_line("failed", &none, reason),
            Vec::new(),
            Vec::new(),
            Vec::new(),
            Vec::new(),
        ],
    }
}

fn outcomes_line(status: &str, values: &[f64], reason: &str) -> Vec<u8> {
    let word = |word: &str| ("", Column::Text(vec![word.to_owned()]));
    let values = values.iter().map(|&value| ("", Column::Float(vec![value])));
    let columns = [word(status)].into_iter().chain(values).chain([word(reason)]);
    text(&Table::new(columns.collect()))
}

/// The outcomes of a record, and why it failed.
pub(super) fn outcomes_of(line: &[u8]) -> (Vec<f64>, String) {
    let mut fields = fields(line);
    let reason = fields.pop().unwrap_or_default();
    let values = fields.iter().skip(1).map(|field| field.parse().unwrap_or(f64::NAN));
    (values.collect(), reason)
}

fn fields(line: &[u8]) -> Vec<String> {
    let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(line);
    let record = reader.records().next().and_then(Result::ok).unwrap_or_default();
    record.iter().map(str::to_owned).collect()
}

fn text(table: &Table) -> Vec<u8> {
    let mut text = Vec::new();
    csv::write(table, false, &mut text).expect("memory takes what is written to it");
    text
}

/// Puts before the lines of jobs what tells them from each other.
pub(super) struct Lines<'s> {
    study: &'s Study,
    kinds: Vec<Kind>,
}

impl<'s> Lines<'s> {
    pub fn of(study: &'s Study) -> Lines<'s> {
        Lines {
            study,
            kinds: kinds(study),
        }
    }

    /// The lines of a job in a file, from those of its record.
    pub fn of_job(&self, job: Job, part: Part, record: &[u8]) -> Vec<u8> {
        let Job { point, replicate, .. } = job;
        let (arm, seed) = (&self.study.arm(job).identity.name, self.study.identity.seed);
        if part != Part::Outcomes {
            let keys = format!("{arm},{point},{replicate},{seed},");
            let mut lines = Vec::with_capacity(record.len() + record.len() / 4);
            for line in record.split_inclusive(|&byte| byte == b'\n') {
                lines.extend_from_slice(keys.as_bytes());
                lines.extend_from_slice(line);
            }
            return lines;
        }
        let mut fields = fields(record);
        let (mut all, several) = (vec![arm.clone()], self.study.arms.len() > 1);
        if self.study.identity.design.is_some() {
            all.truncate(usize::from(several));
            let status = fields.remove(0);
            all.extend([point.to_string(), replicate.to_string(), seed.to_string(), status]);
            let values = self.study.points.values(point).into_iter().zip(&self.kinds);
            all.extend(values.map(|(value, kind)| written(&value, *kind)));
            all.extend(self.study.points.carried(point).iter().cloned());
        } else {
            all.extend([replicate.to_string(), seed.to_string()]);
            fields.remove(0);
            fields.pop();
        }
        all.extend(fields);
        let mut line = Vec::new();
        let mut writer = ::csv::WriterBuilder::new().has_headers(false).from_writer(&mut line);
        writer.write_record(&all).expect("memory takes what is written to it");
        drop(writer);
        line
    }
}

/// The value of a key as a table has it: numbers in one form, and text without the quotes of TOML.
fn written(value: &str, kind: Kind) -> String {
    let number = || match kind {
        Kind::Int => value.parse::<i64>().ok().map(|value| value.to_string()),
        Kind::Float => value.parse::<f64>().ok().map(|value| format!("{value:?}")),
        Kind::Text | Kind::Time => None,
    };
    let inner = |quote| value.strip_prefix(quote)?.strip_suffix(quote);
    let text = || inner('"').or_else(|| inner('\'')).unwrap_or(value).to_owned();
    number().unwrap_or_else(text)
}

/// Events with their places, also those of an arm in which no region is divided.
fn with_places(events: Table) -> Table {
    if events.column(PLACE.0).is_some() {
        return events;
    }
    let nowhere = Column::Text(vec![String::new(); events.rows()]);
    let mut columns = events.into_columns();
    let behind = columns
        .iter()
        .position(|(name, _)| name == "region")
        .map_or(0, |at| at + 1);
    columns.insert(behind, (PLACE.0.to_owned(), nowhere));
    Table::new(columns)
}

/// One of the recorder's tables, with the local times of its ticks: what an outcome is worked out of.
///
/// # Panics
/// If its ticks are no whole numbers.
pub fn with_times(calendar: &Calendar, table: Table) -> Table {
    let times = table.column("tick").map(|column| match column {
        Column::Int(ticks) => times(calendar, ticks),
        _ => unreachable!("ticks are whole numbers"),
    });
    let mut columns = table.into_columns();
    columns.splice(1..1, times.map(|times| ("time".to_owned(), times)));
    Table::new(columns)
}

/// Dates are costly to write, and every tick has as many rows as there are regions.
fn times(calendar: &Calendar, ticks: &[i64]) -> Column {
    let mut known = BTreeMap::new();
    let mut time = |&tick: &i64| known.entry(tick).or_insert_with(|| calendar.iso(tick as u32)).clone();
    Column::Text(ticks.iter().map(&mut time).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::recorder::Recorder;
    use crate::study::tests::study;

    #[test]
    fn the_recorders_tables_become_the_columns_of_the_files() {
        let study = study(9, 0..4);
        let model = study.arms[0].model.as_ref();
        let mut recorder = Recorder::new(model, false).with_why(true);
        let _ = model.run(
            &study.dice(Job {
                point: 0,
                replicate: 3,
                arm: 0,
            }),
            &mut recorder,
        );
        let record = record(&study, &study.calendar, recorder.into_tables());
        let job = Job {
            point: 0,
            replicate: 3,
            arm: 0,
        };
        let read = |part: Part, schema: &[(&str, Kind)]| {
            let lines = Lines::of(&study).of_job(job, part, &record.parts[part as usize]);
            csv::read_headless(&lines[..], schema).unwrap()
        };
        let series = read(Part::Series, &series_schema(study.family().metrics()));
        read(Part::Events, &events_schema());
        assert_eq!(series.column("arm").unwrap().text(0), "baseline");
        assert_eq!(series.column("replicate").unwrap().number(0), 3.0);
        assert_eq!(series.column("seed").unwrap().number(0), 9.0);
        assert_eq!(series.column("time").unwrap().text(0), study.calendar.iso(0));
        assert_eq!(series.rows(), 48 * 3);
    }
}
