//! What a page tells of a folder of results, whatever command made it: the one place that knows which files it has.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use qantar::analysis::contrast::{Asked, contrasts, in_worlds};
use qantar::analysis::named::{Named, values};
use qantar::analysis::overview::{Collecting, Overview};
use qantar::analysis::replicate::COUNTRY;
use qantar::analysis::score::{Record, Score};
use qantar::analysis::spread::Spread;
use qantar::analysis::why::{self as why_over_time, Reasons};
use qantar::analysis::worlds::Worlds;
use qantar::models::{self, Family};
use qantar::report::page::{Background, Deed, Folder, Made, Region, Sort, Total};
use qantar::scenario::kinds::Theme;
use qantar::scenario::{Scenario, outcomes, record};
use qantar::sim::why;
use qantar::study::manifest::NAME;
use qantar::study::matching::WORLDS;
use qantar::study::rows::{places_schema, series_schema, why_schema};
use qantar::study::{RECORD, SCENARIO, arm_scenario};
use qantar::suggest::suggest;
use qantar::table::{Column, Kind, Table, csv};
use serde::Deserialize;

use super::failure::Usage;
use super::output::message;
use super::runs::{Run, runs, tables};
use super::{matching, sensitivity};

/// What is read of a manifest, of whatever command.
#[derive(Deserialize)]
struct Manifest {
    version: String,
    scenario: String,
    title: String,
    seed: u64,
    #[serde(default = "one")]
    replicates: usize,
    #[serde(default)]
    overrides: Vec<String>,
    #[serde(default)]
    arms: Vec<Arm>,
    #[serde(default)]
    outcomes: Vec<Kept>,
    model: Option<String>,
    size: Size,
    files: Vec<Digested>,
    design: Option<serde_json::Value>,
}

/// A number that is kept of every run: its column, and what it is.
#[derive(Deserialize)]
#[serde(untagged)]
enum Kept {
    Named { name: String, text: String },
    Text(String),
}

#[derive(Deserialize)]
struct Arm {
    name: String,
    #[serde(default)]
    overrides: Vec<String>,
}

#[derive(Deserialize)]
struct Size {
    people: u64,
    persons_per_agent: u32,
}

#[derive(Deserialize)]
struct Digested {
    name: String,
    sha256: String,
}

fn one() -> usize {
    1
}

impl Manifest {
    /// The column of an outcome.
    fn column<'m>(&'m self, text: &'m str) -> &'m str {
        let found = self.outcomes.iter().find_map(|kept| match kept {
            Kept::Named { name, text: other } => (other == text).then_some(name.as_str()),
            Kept::Text(name) => (name == text).then_some(name.as_str()),
        });
        found.unwrap_or(text)
    }

    /// The family of its model; that of countries if it names none that is known.
    fn family(&self) -> &'static dyn Family {
        models::of(self.model.as_deref()).unwrap_or(models::FAMILIES[0])
    }

    /// Whether there is a file of this name.
    fn has(&self, name: &str) -> bool {
        self.files.iter().any(|file| file.name == name)
    }
}

const BASELINE: &str = "baseline";

/// What a folder tells of one region, as if it were the whole; of the whole if none is named.
pub fn place(path: &Path, region: Option<&str>) -> anyhow::Result<Folder<'static>> {
    let manifest = manifest(path)?;
    let scenario = Scenario::read(&path.join(SCENARIO))?;
    let known = scenario.regions();
    let of = match region.filter(|id| !known.iter().any(|region| region.id == **id)) {
        Some(id) => {
            towns(&manifest, &scenario, id)?;
            Area::Place(id)
        }
        None => region.map_or(Area::Country, Area::Region),
    };
    let over = |_| over_time(path, &manifest, &scenario, of).map(|(overview, _)| overview);
    let overview = manifest.has("series.csv").then_some(()).map(over).transpose()?;
    Ok(Folder {
        title: manifest.title.clone(),
        metrics: manifest.family().metrics(),
        first: manifest.family().first_totals(),
        labels: labels(manifest.family()),
        background: background(&scenario, None),
        made: made(path, &manifest, arms(&manifest, false)),
        overview,
        totals: Vec::new(),
        contrasts: Vec::new(),
        ablation: None,
        sensitivity: None,
        matched: None,
        why: reasons(path, &manifest, region)?,
        score: None,
    })
}

/// Whose rows are told.
#[derive(Clone, Copy)]
enum Area<'a> {
    Country,
    Region(&'a str),
    Place(&'a str),
}

/// That an id which is no region is a place whose readings are kept.
fn towns(manifest: &Manifest, scenario: &Scenario, id: &str) -> anyhow::Result<()> {
    let simulation = scenario.simulation()?;
    let places: Vec<&str> = simulation.places().into_iter().map(|(id, _)| id).collect();
    if !places.contains(&id) {
        let (what, all) = match places.is_empty() {
            true => ("region", "regions"),
            false => ("region or place", "regions and places"),
        };
        let help = suggest(id, all, simulation.regions().into_iter().chain(places));
        return Err(Usage(format!("--place {id}: there is no such {what}; {help}")).into());
    }
    match manifest.has("places.csv") {
        true => Ok(()),
        false => {
            let help = "the readings of places are not kept in these results; `qantar run --places` keeps them";
            Err(Usage(format!("--place {id}: {help}")).into())
        }
    }
}

/// Everything that a folder tells.
pub fn folder(path: &Path, named_record: Option<&Path>) -> anyhow::Result<Folder<'static>> {
    let manifest = manifest(path)?;
    let has = |name: &str| manifest.has(name);
    let scenario = Scenario::read(&path.join(SCENARIO))?;
    let ablation = has("ablation.csv").then(|| whole(path, "ablation.csv")).transpose()?;
    let (overview, mut totals) = match has("series.csv") {
        true => {
            over_time(path, &manifest, &scenario, Area::Country).map(|(overview, totals)| (Some(overview), totals))?
        }
        false => (None, Vec::new()),
    };
    let outcomes = has("outcomes.csv").then(|| whole(path, "outcomes.csv")).transpose()?;
    let arms = arms(&manifest, ablation.is_some());
    let names: Vec<&str> = arms.iter().map(|(name, _)| name.as_str()).collect();
    let record = the_record(path, named_record, &scenario)?;
    let score = record
        .clone()
        .zip(outcomes.as_ref())
        .and_then(|(record, outcomes)| scored(record, outcomes, &manifest));
    let asked = outcomes
        .as_ref()
        .map(|outcomes| asked(outcomes, manifest.family()))
        .unwrap_or_default();
    let mut contrasts = match &outcomes {
        Some(outcomes) if arms.len() > 1 && score.is_none() => contrasts(outcomes, &names, &asked),
        _ => Vec::new(),
    };
    if let Some(outcomes) = outcomes.as_ref().filter(|_| has(WORLDS)) {
        let file = path.join(WORLDS);
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let worlds = Worlds::read(&text).map_err(anyhow::Error::msg)?;
        in_worlds(&mut contrasts, outcomes, names[0], &worlds);
    }
    if let Some(outcomes) = outcomes.as_ref().filter(|_| score.is_none()) {
        totals = of_outcomes(outcomes, &names, &asked);
    }
    Ok(Folder {
        title: manifest.title.clone(),
        metrics: manifest.family().metrics(),
        first: manifest.family().first_totals(),
        labels: labels(manifest.family()),
        background: Background {
            deeds: deeds(path, &scenario, &names)?,
            towns: match has("places.csv") {
                true => scenario
                    .towns()
                    .into_iter()
                    .map(|(town, of)| (region(town), of))
                    .collect(),
                false => Vec::new(),
            },
            ..background(&scenario, record)
        },
        made: made(path, &manifest, arms.clone()),
        overview,
        totals,
        contrasts,
        ablation,
        matched: has("waves.csv").then(|| matching::of_results(path)).transpose()?,
        sensitivity: (manifest.design.is_some() && !has("waves.csv"))
            .then(|| sensitivity::of_results(path))
            .transpose()?,
        why: reasons(path, &manifest, None)?,
        score,
    })
}

/// What decided, if it was kept, in one region or in all.
fn reasons(path: &Path, manifest: &Manifest, region: Option<&str>) -> anyhow::Result<Option<Reasons>> {
    if !manifest.has("explain.csv") {
        return Ok(None);
    }
    let schema = why_schema(why::columns());
    let mut collecting = why_over_time::Collecting::of(why::columns());
    for run in tables(path, "explain.csv", &schema)? {
        let ((arm, _), rows) = run?;
        collecting.add(&arm, &rows);
    }
    let mut reasons = collecting.finish();
    reasons
        .places
        .retain(|place| region.is_none_or(|region| place.region == region));
    Ok(Some(reasons))
}

fn manifest(path: &Path) -> anyhow::Result<Manifest> {
    let file = path.join(NAME);
    let text = fs::read(&file).map_err(|error| {
        let name = path.display();
        Usage(format!(
            "{name} is no folder of results: {} cannot be read ({error}); name the folder that a command wrote",
            NAME
        ))
    })?;
    serde_json::from_slice(&text).with_context(|| format!("cannot read {}", file.display()))
}

/// What totals are called.
fn labels(family: &dyn Family) -> Vec<(String, String)> {
    let totals = family.totals().iter();
    totals
        .map(|total| (total.name.to_owned(), total.label.to_owned()))
        .collect()
}

/// The arms with what was changed in each; those of an ablation are told by its table.
fn arms(manifest: &Manifest, ablation: bool) -> Vec<(String, Vec<String>)> {
    let others = manifest.arms.iter().filter(|_| !ablation);
    std::iter::once((BASELINE.to_owned(), manifest.overrides.clone()))
        .chain(others.map(|arm| (arm.name.clone(), arm.overrides.clone())))
        .collect()
}

fn made(path: &Path, manifest: &Manifest, arms: Vec<(String, Vec<String>)>) -> Made {
    Made {
        folder: path.display().to_string(),
        scenario: manifest.scenario.clone(),
        version: manifest.version.clone(),
        seed: manifest.seed,
        replicates: manifest.replicates,
        arms,
        people: manifest.size.people,
        persons_per_agent: manifest.size.persons_per_agent,
        files: manifest
            .files
            .iter()
            .map(|file| (file.name.clone(), file.sha256.clone()))
            .collect(),
    }
}

/// What a reader wants to see of a scenario beside its numbers.
pub fn background(scenario: &Scenario, record: Option<Record>) -> Background {
    if scenario.regions().is_empty() {
        return Background::default();
    }
    Background {
        regions: scenario.regions().into_iter().map(region).collect(),
        outlines: scenario.outlines(),
        towns: Vec::new(),
        daylight: scenario.daylight(),
        deeds: scenario.deeds().into_iter().map(deed).collect(),
        record,
    }
}

fn region(region: qantar::scenario::atlas::Region) -> Region {
    Region {
        id: region.id,
        name: region.name,
        residents: f64::from(region.residents),
        position: region.position,
    }
}

fn deed(deed: qantar::scenario::atlas::Deed) -> Deed {
    Deed {
        id: deed.id,
        title: deed.title,
        by: deed.by,
        sort: match deed.theme {
            Theme::Livelihood => Sort::Shock,
            Theme::Concession => Sort::Concede,
            Theme::Words => Sort::Words,
            Theme::Network => Sort::Network,
            Theme::Police => Sort::Police,
            Theme::Troops => Sort::Troops,
        },
        source: deed.source,
    }
}

/// What is done in a scenario and in the arms that lie beside it.
fn deeds(path: &Path, scenario: &Scenario, arms: &[&str]) -> anyhow::Result<Vec<Deed>> {
    let mut all: Vec<Deed> = background(scenario, None).deeds;
    for arm in arms {
        let file = path.join(arm_scenario(arm));
        if file.is_file() {
            let added = Scenario::read(&file)?.deeds().into_iter().map(deed);
            let new: Vec<Deed> = added
                .filter(|deed| all.iter().all(|known| known.id != deed.id))
                .collect();
            all.extend(new);
        }
    }
    Ok(all)
}

/// The metrics of towns that a page tells.
const TOLD_OF_TOWNS: [&str; 3] = ["participants", "participants_today", "deaths_civilians"];

/// Every run in one pass, with the totals of each.
fn over_time(
    path: &Path,
    manifest: &Manifest,
    scenario: &Scenario,
    of: Area<'_>,
) -> anyhow::Result<(Overview, Vec<Total>)> {
    let metrics = manifest.family().metrics();
    let (file, schema) = match of {
        Area::Place(_) => ("places.csv", places_schema(metrics)),
        _ => ("series.csv", series_schema(metrics)),
    };
    let mut collecting = Collecting::default();
    let mut sums: Vec<(String, Vec<Vec<f64>>)> = Vec::new();
    let named: Vec<Named> = match of {
        Area::Region(_) | Area::Place(_) => Vec::new(),
        Area::Country => [manifest.family().named_totals(), scenario.outcomes()].concat(),
    };
    // Of the towns no more is read than a map and its table tell.
    let few: Vec<(&str, Kind)> = places_schema(metrics)
        .into_iter()
        .filter(|(name, _)| {
            [&["arm", "replicate", "place"], &TOLD_OF_TOWNS[..]]
                .concat()
                .contains(name)
        })
        .collect();
    let mut towns = match of {
        Area::Country if manifest.has("places.csv") => Some(tables(path, "places.csv", &few)?),
        _ => None,
    };
    for run in runs(path, file, &schema)? {
        let Run { arm, series, events } = run?;
        // Both files have the runs in one order.
        let towns = towns
            .as_mut()
            .and_then(Iterator::next)
            .transpose()?
            .map(|(_, rows)| rows);
        let values = match named.is_empty() {
            true => Vec::new(),
            false => values(&named, &series, &events),
        };
        match of {
            Area::Region(id) => collecting.add(&arm, &as_the_whole(&series, "region", id), None, &events),
            Area::Place(id) => collecting.add(&arm, &as_the_whole(&series, "place", id), None, &events),
            Area::Country => collecting.add(&arm, &series, towns.as_ref(), &events),
        }
        match sums.iter_mut().find(|(name, _)| *name == arm) {
            Some((_, rows)) => rows.push(values),
            None => sums.push((arm, vec![values])),
        }
    }
    anyhow::ensure!(!sums.is_empty(), "{} has no rows", path.display());
    let mut told = Vec::new();
    for (arm, rows) in &sums {
        for (place, named) in named.iter().enumerate() {
            told.push(total(arm, &named.name, &named.label, rows.iter().map(|row| row[place])));
        }
    }
    Ok((collecting.finish(), told))
}

/// The rows of a region or a place, by the column that has its id, called by the name of the whole.
fn as_the_whole(series: &Table, column: &str, id: &str) -> Table {
    let ids = series
        .column(column)
        .expect("a series has regions, and one of places has these");
    let rows: Vec<usize> = (0..series.rows()).filter(|&row| ids.text(row) == id).collect();
    let columns = series
        .pick(&rows)
        .into_columns()
        .into_iter()
        .filter(|(name, _)| name != "place")
        .map(|(name, column)| match name.as_str() {
            "region" => (name, Column::Text(vec![COUNTRY.to_owned(); rows.len()])),
            _ => (name, column),
        });
    Table::new(columns.collect())
}

fn total(arm: &str, name: &str, label: &str, values: impl Iterator<Item = f64>) -> Total {
    let had: Vec<f64> = values.filter(|value| value.is_finite()).collect();
    Total {
        arm: arm.to_owned(),
        name: name.to_owned(),
        label: label.to_owned(),
        spread: (!had.is_empty()).then(|| Spread::told(&had)),
        runs: had.len(),
    }
}

/// A table whose first line says what its columns are: text where a name says so, else numbers.
fn whole(folder: &Path, name: &str) -> anyhow::Result<Table> {
    const TEXTS: [&str; 6] = ["arm", "outcome", "unit", "action", "never", "never_with_it"];
    let path: PathBuf = folder.join(name);
    let failed = || format!("cannot read {}", path.display());
    let bytes = fs::read(&path).with_context(failed)?;
    let mut lines = ::csv::Reader::from_reader(&bytes[..]);
    let header: Vec<String> = lines
        .headers()
        .with_context(failed)?
        .iter()
        .map(str::to_owned)
        .collect();
    let kind = |name: &String| {
        if TEXTS.contains(&name.as_str()) {
            Kind::Text
        } else {
            Kind::Float
        }
    };
    let schema: Vec<(&str, Kind)> = header.iter().map(|name| (name.as_str(), kind(name))).collect();
    csv::read(&bytes[..], &schema).with_context(failed)
}

/// The outcomes of a table, with the words of those that are totals.
fn asked(outcomes: &Table, family: &dyn Family) -> Vec<Asked> {
    const KEYS: [&str; 4] = ["arm", "point", "replicate", "seed"];
    let names = outcomes
        .columns()
        .iter()
        .map(|(name, _)| name)
        .filter(|name| !KEYS.contains(&name.as_str()));
    let asked = |name: &String| {
        let total = family.totals().iter().find(|total| total.name == *name);
        Asked {
            name: name.clone(),
            label: total.map_or(name.clone(), |total| total.label.to_owned()),
            unit: total.map_or(String::new(), |total| total.unit.to_owned()),
        }
    };
    names.map(asked).collect()
}

fn of_outcomes(outcomes: &Table, arms: &[&str], asked: &[Asked]) -> Vec<Total> {
    let mut all = Vec::new();
    for arm in arms {
        for one in asked {
            all.push(total(arm, &one.name, &one.label, of_arm(outcomes, arm, &one.name)));
        }
    }
    all
}

/// The values of an outcome in an arm.
fn of_arm<'t>(outcomes: &'t Table, arm: &'t str, name: &str) -> impl Iterator<Item = f64> + 't {
    let (arms, values) = (
        outcomes.column("arm").expect("outcomes have arms"),
        outcomes.column(name).expect("a column"),
    );
    (0..outcomes.rows())
        .filter(move |&row| arms.text(row) == arm)
        .map(|row| values.number(row))
}

/// The record that a scenario is held against: the one that was named, that of the folder, or its own. One that nobody
/// named is left out, with a word, where it does not fit what was run.
fn the_record(path: &Path, named: Option<&Path>, scenario: &Scenario) -> anyhow::Result<Option<Record>> {
    let own = Some(path.join(RECORD)).filter(|file| file.is_file());
    let Some(file) = named.or(own.as_deref()).or(scenario.record()) else {
        return Ok(None);
    };
    let model = scenario.compile()?;
    match record::read(file, &outcomes::known(scenario.family(), &model, &scenario.calendar())) {
        Ok(record) => Ok(Some(record)),
        Err(problems) if named.is_some() => Err(problems.into()),
        Err(problems) => {
            let first = problems
                .list()
                .first()
                .map_or(String::new(), |problem| problem.message.clone());
            message(&format!(
                "the page is without the record, which does not fit what was run: {first}"
            ));
            Ok(None)
        }
    }
}

/// The runs held against a record; `None` if they do not hold what it asks for.
fn scored(record: Record, outcomes: &Table, manifest: &Manifest) -> Option<(Record, Score)> {
    let values: Option<Vec<Vec<f64>>> = record
        .observations
        .iter()
        .map(|observation| {
            let text = observation.outcome.to_string();
            let name = manifest.column(&text);
            let arm = observation
                .variant
                .map_or(BASELINE, |variant| &record.variants[variant].id);
            outcomes.column(name)?;
            Some(of_arm(outcomes, arm, name).collect())
        })
        .collect();
    let score = Score::of(&record, &values?);
    Some((record, score))
}
