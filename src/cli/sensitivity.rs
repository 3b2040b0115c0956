//! `qantar sensitivity`: which parameters the outcomes of a sweep depend on.

use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use qantar::analysis::sensitivity::morris::{Effect, morris};
use qantar::analysis::sensitivity::pawn::pawn;
use qantar::analysis::sensitivity::sobol::{Share, sobol};
use qantar::analysis::sensitivity::{Design, Method, chance, dice_in_worlds};
use qantar::analysis::spread::Spread;
use qantar::analysis::worlds::Worlds;
use qantar::report::sensitivity::{Answer, Of, Sensitivity, text};
use qantar::study::manifest;
use qantar::study::matching::WORLDS;
use qantar::suggest::suggest;
use qantar::table::{Column, Kind, Table, csv};
use serde::Deserialize;

use super::failure::Usage;
use super::output::{self, Format, HELP, message};

/// Which parameters do the outcomes of a sweep depend on?
///
/// A sweep with `--sample saltelli` gives shares of variance (Sobol' indices), with `--sample saltelli2` also of pairs of
/// parameters; one with `--sample morris` elementary effects; any other of at least 40 points an index of how far each
/// parameter moves the outcome (PAWN). Fewer points are told one by one. Outcomes are averaged over the replicates of a
/// point; how much of their variance is chance is told beside, and is no part of any index of Sobol'.
#[derive(clap::Args)]
#[command(help_template = HELP, before_help = EXAMPLES)]
pub struct Args {
    /// Folder of a sweep's results.
    results: PathBuf,
    /// Only these outcomes, by the names of their columns; can be repeated [default: all].
    #[arg(long, value_name = "NAME")]
    outcome: Vec<String>,
    /// Which indices.
    #[arg(long, value_enum, default_value = "auto")]
    method: Wanted,
    /// Also write the table as CSV, to a file that is not there yet.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Form of what is printed.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

const EXAMPLES: &str = "Examples:
  qantar sweep scenarios/tutorial.toml --vary region.harrow.discipline=0..1 --vary action.rollback.credibility=0..1 \\
      --sample morris:10 --out results/study
  qantar sensitivity results/study
  qantar sensitivity results/study --outcome participants_peak --csv indices.csv
  qantar sensitivity results/study --method morris --format json";

/// Which indices are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Wanted {
    /// Those that the design is laid out for; else each point.
    Auto,
    /// Sobol' indices: shares of variance.
    Sobol,
    /// Morris' elementary effects.
    Morris,
    /// How far a parameter moves the distribution, from points of any design.
    Pawn,
}

/// What is read of the manifest of a sweep.
#[derive(Deserialize)]
struct Manifest {
    scenario: String,
    title: String,
    outcomes: Vec<Outcome>,
    design: Design,
}

#[derive(Deserialize)]
struct Outcome {
    name: String,
}

/// What all outcomes of a sweep's results depend on.
pub fn of_results(results: &Path) -> anyhow::Result<Sensitivity> {
    let args = Args {
        results: results.to_owned(),
        outcome: Vec::new(),
        method: Wanted::Auto,
        csv: None,
        format: Format::Text,
    };
    args.told()
}

impl Args {
    /// Work it out.
    pub fn execute(self) -> anyhow::Result<ExitCode> {
        let sensitivity = self.told()?;
        if let Some(path) = &self.csv {
            write(path, &table(&sensitivity))?;
            message(&format!("the table is in {}", path.display()));
        }
        match self.format {
            Format::Text => output::data(&text(&sensitivity))?,
            Format::Json => output::json(&sensitivity)?,
        }
        Ok(ExitCode::SUCCESS)
    }

    fn told(&self) -> anyhow::Result<Sensitivity> {
        let manifest = self.manifest()?;
        let names = self.outcomes(&manifest)?;
        let design = &manifest.design;
        let unfinished = self.results.join("parts").exists();
        if unfinished && !self.results.join("runs.csv").exists() {
            let folder = self.results.display();
            let why = format!(
                "{folder} is unfinished; `qantar merge --partly {folder}` puts the table of what is done together"
            );
            return Err(Usage(why).into());
        }
        let runs = Runs::read(&self.results.join("runs.csv"), design, &names)?;
        let points = runs.points.len();
        let wanted = match self.method {
            Wanted::Auto if unfinished => None,
            Wanted::Auto => design.method(points),
            Wanted::Sobol => Some(Method::Sobol),
            Wanted::Morris => Some(Method::Morris),
            Wanted::Pawn => Some(Method::Pawn),
        };
        if let Some(method) = wanted {
            design.fits(method, points).map_err(Usage)?;
        }
        let worlds = self.results.join(WORLDS);
        let worlds = match worlds.is_file() {
            true => Some(Worlds::read(&fs::read_to_string(worlds)?).map_err(Usage)?),
            false => None,
        };
        let mut notes = Vec::new();
        if unfinished {
            notes.push(format!(
                "This sweep is unfinished: {points} points have a run so far. Indices need all of them."
            ));
        } else if wanted.is_none() {
            notes.push(
                "These are too few points for indices, so each is told by itself; sweep with `--sample saltelli` for shares \
                 of variance, with `--sample morris` for a first look, or with `--sample lhs` and 40 points or more."
                    .to_owned(),
            );
        }
        notes.extend(runs.note());
        let outcomes = names.iter().enumerate().map(|(number, name)| {
            let values = runs.of(number);
            Ok(Of {
                outcome: name.clone(),
                missing: values.iter().flatten().filter(|value| !value.is_finite()).count(),
                chance: chance(&values),
                dice: worlds.as_ref().and_then(|all| dice_in_worlds(&values, all.rows.len())),
                answer: answer(wanted, design, &runs, &values)?,
            })
        });
        Ok(Sensitivity {
            format: "qantar-sensitivity/1",
            scenario: manifest.scenario.clone(),
            title: manifest.title.clone(),
            design: design.method.clone(),
            points,
            replicates: runs.points.iter().map(|point| point.values.len()).max().unwrap_or(0),
            worlds: worlds.as_ref().map_or(0, |worlds| worlds.rows.len()),
            method: wanted,
            parameters: design
                .parameters
                .iter()
                .map(|parameter| parameter.key.clone())
                .collect(),
            outcomes: outcomes.collect::<anyhow::Result<_>>()?,
            notes,
        })
    }

    fn manifest(&self) -> anyhow::Result<Manifest> {
        let begun = self.results.join("parts/plan.json");
        let path = match begun.exists() {
            true => begun,
            false => self.results.join(manifest::NAME),
        };
        let failed = || format!("cannot read {}", path.display());
        let bytes = fs::read(&path).with_context(failed)?;
        let document: serde_json::Value = serde_json::from_slice(&bytes).with_context(failed)?;
        if document.get("design").is_none() {
            return Err(Usage(format!(
                "{} is not the result of a sweep: its manifest has no design; sensitivity is worked out of `qantar \
                 sweep`",
                self.results.display()
            ))
            .into());
        }
        serde_json::from_value(document).with_context(failed)
    }

    fn outcomes(&self, manifest: &Manifest) -> Result<Vec<String>, Usage> {
        let known: Vec<&str> = manifest.outcomes.iter().map(|outcome| outcome.name.as_str()).collect();
        let unknown = self.outcome.iter().filter(|name| !known.contains(&name.as_str()));
        let mistakes: Vec<String> = unknown
            .map(|name| {
                let help = suggest(name, "outcomes of the sweep", known.iter().copied());
                format!("--outcome {name}: the sweep has no such outcome; {help}")
            })
            .collect();
        match (mistakes.is_empty(), self.outcome.is_empty()) {
            (false, _) => Err(Usage(mistakes.join("\n       "))),
            (true, true) => Ok(known.into_iter().map(str::to_owned).collect()),
            (true, false) => Ok(self.outcome.clone()),
        }
    }
}

/// The runs of a sweep, point by point.
struct Runs {
    points: Vec<Point>,
    missing: usize,
}

/// A point: the values of its parameters, and of its outcomes in each replicate.
struct Point {
    parameters: Vec<String>,
    values: Vec<Vec<f64>>,
}

impl Runs {
    fn read(path: &Path, design: &Design, outcomes: &[String]) -> anyhow::Result<Runs> {
        let failed = || format!("cannot read {}", path.display());
        let keys = design
            .parameters
            .iter()
            .map(|parameter| (parameter.key.as_str(), Kind::Text));
        let numbers = outcomes.iter().map(|name| (name.as_str(), Kind::Float));
        let schema: Vec<(&str, Kind)> = [("point", Kind::Int)].into_iter().chain(keys).chain(numbers).collect();
        let file = BufReader::new(File::open(path).with_context(failed)?);
        let dimensions = design.parameters.len();
        let (mut points, mut missing) = (Vec::new(), 0);
        for group in csv::groups(file, &schema, "point").with_context(failed)? {
            let group = group.with_context(failed)?;
            let columns = group.columns();
            let row = |row: usize| -> Vec<f64> {
                columns[1 + dimensions..]
                    .iter()
                    .map(|(_, column)| column.number(row))
                    .collect()
            };
            let values: Vec<Vec<f64>> = (0..group.rows()).map(row).collect();
            missing += values
                .iter()
                .filter(|row| row.iter().all(|value| value.is_nan()))
                .count();
            points.push(Point {
                parameters: columns[1..=dimensions]
                    .iter()
                    .map(|(_, column)| column.text(0).to_owned())
                    .collect(),
                values,
            });
        }
        Ok(Runs { points, missing })
    }

    /// An outcome at each point in each replicate.
    fn of(&self, outcome: usize) -> Vec<Vec<f64>> {
        let of_point = |point: &Point| point.values.iter().map(|row| row[outcome]).collect();
        self.points.iter().map(of_point).collect()
    }

    fn note(&self) -> Option<String> {
        (self.missing > 0).then(|| {
            format!(
                "{} runs failed or have no outcome at all; averages are over the replicates that have one.",
                self.missing
            )
        })
    }
}

fn answer(wanted: Option<Method>, design: &Design, runs: &Runs, values: &[Vec<f64>]) -> anyhow::Result<Answer> {
    let defined = |row: &Vec<f64>| -> Vec<f64> { row.iter().copied().filter(|value| value.is_finite()).collect() };
    let rows: Vec<Vec<f64>> = values.iter().map(defined).collect();
    let Some(method) = wanted else {
        let some = runs.points.iter().zip(&rows).filter(|(_, row)| !row.is_empty());
        return Ok(Answer::Bands(
            some.map(|(point, row)| (point.parameters.clone(), Spread::of(row)))
                .collect(),
        ));
    };
    let undefined = rows.iter().filter(|row| row.is_empty()).count();
    if undefined > 0 {
        return Ok(Answer::Nothing(format!(
            "no replicate has it at {undefined} of {} points, so no index can be worked out; sweep an outcome that is always \
             there, such as whether it happens",
            rows.len()
        )));
    }
    if values.iter().flatten().all(|value| *value == values[0][0]) {
        return Ok(Answer::Nothing(
            "it never changes, so it depends on none of the parameters".to_owned(),
        ));
    }
    let means: Vec<f64> = rows
        .iter()
        .map(|row| row.iter().sum::<f64>() / row.len() as f64)
        .collect();
    Ok(match method {
        Method::Sobol => {
            // Replicates that lack a value anywhere are left out: the rest has the same dice at every point.
            let whole = |&replicate: &usize| {
                values
                    .iter()
                    .all(|row| row.get(replicate).is_some_and(|v| v.is_finite()))
            };
            let most = values.iter().map(Vec::len).max().unwrap_or(0);
            let kept: Vec<usize> = (0..most).filter(whole).collect();
            if kept.len() < 2 {
                return Ok(Answer::Nothing(format!(
                    "{} of {most} replicates have it at every point, and one cannot tell dice from parameters; sweep with \
                     more --replicates",
                    kept.len()
                )));
            }
            let kept: Vec<Vec<f64>> = values
                .iter()
                .map(|row| kept.iter().map(|&replicate| row[replicate]).collect())
                .collect();
            match sobol(&kept, design.parameters.len(), design.has_pairs()) {
                Ok(shares) => Answer::Shares(shares),
                Err(why) => Answer::Nothing(why),
            }
        }
        Method::Pawn => Answer::Dependence(pawn(&places(design, runs)?, &means)),
        Method::Morris => {
            let levels = design.levels.unwrap_or(4).max(2);
            Answer::Effects(morris(&places(design, runs)?, &means, levels).map_err(anyhow::Error::msg)?)
        }
    })
}

/// Where each point lies; a value without a range is its number, or its place among the values that there are.
fn places(design: &Design, runs: &Runs) -> anyhow::Result<Vec<Vec<f64>>> {
    let column = |place: usize| {
        let parameter = &design.parameters[place];
        let texts = || runs.points.iter().map(move |point| &point.parameters[place]);
        if parameter.low.is_some() || !parameter.values.is_empty() {
            let at = |(number, value): (usize, &String)| {
                let unknown = || format!("point {number}: `{value}` is no value of {}", parameter.key);
                parameter.place(value).with_context(unknown)
            };
            return texts().enumerate().map(at).collect::<anyhow::Result<Vec<f64>>>();
        }
        if let Ok(numbers) = texts().map(|text| text.parse()).collect::<Result<Vec<f64>, _>>() {
            return Ok(numbers);
        }
        let names: std::collections::BTreeSet<&String> = texts().collect();
        let at = |text| names.iter().position(|name| *name == text).expect("it is one of them");
        Ok(texts().map(|text| at(text) as f64).collect())
    };
    let columns = (0..design.parameters.len())
        .map(column)
        .collect::<anyhow::Result<Vec<_>>>()?;
    Ok((0..runs.points.len())
        .map(|point| columns.iter().map(|column| column[point]).collect())
        .collect())
}

/// What is told, as one table: a row for each outcome and parameter, or for each outcome and point.
fn table(sensitivity: &Sensitivity) -> Table {
    let mut texts: Vec<(&str, Vec<String>)> = vec![("outcome", Vec::new())];
    let mut numbers: Vec<(&str, Vec<f64>)> = Vec::new();
    let mut put = |key: &'static str, value: f64| match numbers.iter_mut().find(|(other, _)| *other == key) {
        Some((_, column)) => column.push(value),
        None => numbers.push((key, vec![value])),
    };
    let parameters = &sensitivity.parameters;
    let mut names: Vec<Vec<String>> = Vec::new();
    for of in &sensitivity.outcomes {
        let mut row = |name: Vec<String>| {
            texts[0].1.push(of.outcome.clone());
            names.push(name);
        };
        let chance = of.chance.unwrap_or(f64::NAN);
        match &of.answer {
            Answer::Shares(shares) => {
                for (share, parameter) in shares.of.iter().zip(parameters) {
                    row(vec![parameter.clone()]);
                    let Share {
                        first,
                        first_interval,
                        total,
                        total_interval,
                    } = *share;
                    for (key, value) in [
                        ("first", first),
                        ("first_low", first_interval.low),
                        ("first_high", first_interval.high),
                        ("total", total),
                        ("total_low", total_interval.low),
                        ("total_high", total_interval.high),
                        ("chance", chance),
                    ] {
                        put(key, value);
                    }
                    if !shares.pairs.is_empty() {
                        for key in ["second", "second_low", "second_high"] {
                            put(key, f64::NAN);
                        }
                    }
                }
                for pair in &shares.pairs {
                    let [a, b] = pair.parameters.map(|place| &parameters[place]);
                    row(vec![format!("{a}, {b}")]);
                    for key in [
                        "first",
                        "first_low",
                        "first_high",
                        "total",
                        "total_low",
                        "total_high",
                        "chance",
                    ] {
                        put(key, f64::NAN);
                    }
                    put("second", pair.second);
                    put("second_low", pair.interval.low);
                    put("second_high", pair.interval.high);
                }
            }
            Answer::Dependence(all) => {
                for (of, parameter) in all.iter().zip(parameters) {
                    row(vec![parameter.clone()]);
                    put("index", of.index);
                    put("index_by_chance", of.nothing);
                    put("rank_correlation", of.rank);
                    put("chance", chance);
                }
            }
            Answer::Effects(effects) => {
                for (effect, parameter) in effects.iter().zip(parameters) {
                    row(vec![parameter.clone()]);
                    let Effect { mu, mu_star, sigma, .. } = *effect;
                    for (key, value) in [
                        ("mu", mu),
                        ("mu_low", effect.mu_interval.low),
                        ("mu_high", effect.mu_interval.high),
                        ("mu_star", mu_star),
                        ("mu_star_low", effect.mu_star_interval.low),
                        ("mu_star_high", effect.mu_star_interval.high),
                        ("sigma", sigma),
                        ("sigma_low", effect.sigma_interval.low),
                        ("sigma_high", effect.sigma_interval.high),
                        ("chance", chance),
                    ] {
                        put(key, value);
                    }
                }
            }
            Answer::Bands(bands) => {
                for (values, spread) in bands {
                    row(values.clone());
                    put("median", spread.median);
                    put("q05", spread.low);
                    put("q95", spread.high);
                }
            }
            Answer::Nothing(_) => {}
        }
    }
    let keys: Vec<&str> = match names.first().map_or(0, Vec::len) == 1 && sensitivity.method.is_some() {
        true => vec!["parameter"],
        false => parameters.iter().map(String::as_str).collect(),
    };
    for (place, key) in keys.into_iter().enumerate() {
        texts.push((key, names.iter().map(|row| row[place].clone()).collect()));
    }
    let texts = texts.into_iter().map(|(key, column)| (key, Column::Text(column)));
    Table::new(
        texts
            .chain(numbers.into_iter().map(|(key, column)| (key, Column::Float(column))))
            .collect(),
    )
}

/// Write a new file, whole or not at all.
fn write(path: &Path, table: &Table) -> anyhow::Result<()> {
    if path.exists() {
        return Err(Usage(format!("{} exists already; choose another --csv", path.display())).into());
    }
    let failed = || format!("cannot write {}", path.display());
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut aside = tempfile::NamedTempFile::new_in(folder).with_context(failed)?;
    csv::write(table, true, io::BufWriter::new(&mut aside)).with_context(failed)?;
    aside.persist_noclobber(path).with_context(failed)?;
    Ok(())
}
