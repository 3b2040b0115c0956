//! `qantar why`: what pushed people out and made them violent, and what held them back.

use std::any::Any;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::value_parser;
use jiff::civil::DateTime;
use qantar::analysis::why::{Across, Parts, parts};
use qantar::report::why::{Decision, Named, Sides, Why, text};
use qantar::scenario::calendar::Calendar;
use qantar::sim::model::Model;
use qantar::sim::why::{self, Moment};
use qantar::sim::{Simulation, why::Decision as Decided};
use qantar::study::rows::why_schema;
use qantar::study::{BASELINE, Job, Study};
use qantar::suggest::suggest;
use qantar::table::{Kind, Table};

use super::arguments::time;
use super::failure::Usage;
use super::output::{self, Format, HELP};
use super::runs::{Key, tables};

/// Why did people go out, and why did they turn violent? What pushed them, and what held them back, in numbers.
///
/// Decisions in a country are sums, so this is exact and no estimate. Results that were made with `--explain` hold it for
/// every hour; of others a few runs are run again to the hour that is asked for. Against another place, time or arm it
/// tells what made the difference.
#[derive(clap::Args)]
#[command(help_template = HELP, before_help = EXAMPLES)]
pub struct Args {
    /// Folder of results.
    results: PathBuf,
    /// The region, or the place in one, by its id.
    #[arg(long, value_name = "ID")]
    place: String,
    /// Local time, such as 2022-01-05T13:00.
    #[arg(long, value_name = "TIME", value_parser = time)]
    at: DateTime,
    /// The arm, by its name.
    #[arg(long, value_name = "NAME", default_value = BASELINE)]
    arm: String,
    /// Held against another region or place [default: the same].
    #[arg(long, value_name = "ID")]
    against_place: Option<String>,
    /// Held against another time [default: the same].
    #[arg(long, value_name = "TIME", value_parser = time)]
    against_at: Option<DateTime>,
    /// Held against another arm [default: the same].
    #[arg(long, value_name = "NAME")]
    against_arm: Option<String>,
    /// The point of a sweep, by its number.
    #[arg(long, value_name = "N", default_value_t = 0)]
    point: u32,
    /// How many of the runs are asked, the first of the folder.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = value_parser!(u32).range(1..))]
    replicates: u32,
    /// Form of what is told on stdout.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

const EXAMPLES: &str = "Examples:
  qantar run scenarios/tutorial.toml --replicates 3
  qantar why results/tutorial-1 --place vellmar --at 2030-03-06T18:00
  qantar why results/tutorial-1 --place vellmar --at 2030-03-06T18:00 --against-at 2030-03-05T18:00
  qantar why results/tutorial-1 --place vellmar --at 2030-03-06T18:00 --against-place port-amber";

/// A place and a time in an arm, as asked for.
struct Asked<'a> {
    arm: (&'a str, &'a str),
    place: (&'a str, &'a str),
    at: (&'a str, DateTime),
}

/// The same, found.
#[derive(Clone, Copy)]
struct Found {
    arm: u32,
    area: usize,
    tick: u32,
}

impl Args {
    /// Tell it.
    pub fn execute(self) -> anyhow::Result<ExitCode> {
        let study = Study::load(&self.results)?;
        let here = Asked {
            arm: ("--arm", &self.arm),
            place: ("--place", &self.place),
            at: ("--at", self.at),
        };
        let there = Asked {
            arm: ("--against-arm", self.against_arm.as_deref().unwrap_or(&self.arm)),
            place: ("--against-place", self.against_place.as_deref().unwrap_or(&self.place)),
            at: ("--against-at", self.against_at.unwrap_or(self.at)),
        };
        let held = self.against_place.is_some() || self.against_at.is_some() || self.against_arm.is_some();
        if self.point >= study.points.len() {
            return Err(Usage(format!(
                "--point {}: this folder has {} points, from 0",
                self.point,
                study.points.len()
            ))
            .into());
        }
        let found = self.find(&study, &here)?;
        let against = held.then(|| self.find(&study, &there)).transpose()?;
        let first = study.identity.first_replicate;
        let replicates: Vec<u32> = (first..first + study.identity.replicates.min(self.replicates)).collect();
        let moments = self.moments(&study, found, against, &replicates)?;
        let why = Why {
            format: "qantar-why/1",
            title: study.identity.title.clone(),
            seed: study.identity.seed,
            replicates,
            here: name(&here, &there, found, &study.calendar),
            there: against.map(|found| name(&there, &here, found, &study.calendar)),
            participants: sides(&moments, |(_, [participants, _])| *participants),
            violent: sides(&moments, |(_, [_, violent])| *violent),
            turnout: decision(&moments, |(moment, _)| &moment.turnout),
            violence: decision(&moments, |(moment, _)| &moment.violence),
        };
        match self.format {
            Format::Text => output::data(&text(&why))?,
            Format::Json => output::json(&why)?,
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Where in a study a moment lies, or everything that is wrong with it.
    fn find(&self, study: &Study, asked: &Asked) -> anyhow::Result<Found> {
        let mut wrong = Vec::new();
        let names = || study.arms.iter().map(|arm| arm.identity.name.as_str());
        let arm = names().position(|name| name == asked.arm.1);
        if arm.is_none() {
            let help = suggest(asked.arm.1, "arms", names());
            wrong.push(format!("{} {}: there is no such arm; {help}", asked.arm.0, asked.arm.1));
        }
        let simulation = study.arms[arm.unwrap_or(0)].model.as_ref();
        if country(simulation).is_none() {
            let family = study.family().name();
            return Err(Usage(format!(
                "{} is of the model `{family}`; `why` explains decisions in countries",
                self.results.display()
            ))
            .into());
        }
        let places = simulation.places();
        let (what, all) = match places.is_empty() {
            true => ("region", "regions"),
            false => ("region or place", "regions and places"),
        };
        let areas: Vec<&str> = simulation
            .regions()
            .into_iter()
            .chain(places.into_iter().map(|(id, _)| id))
            .collect();
        let area = areas.iter().position(|id| *id == asked.place.1);
        if area.is_none() {
            let help = suggest(asked.place.1, all, areas);
            wrong.push(format!(
                "{} {}: there is no such {what}; {help}",
                asked.place.0, asked.place.1
            ));
        }
        let (calendar, ticks) = (&study.calendar, simulation.ticks());
        let tick = calendar.tick_of(asked.at.1).filter(|tick| *tick < ticks);
        if tick.is_none() {
            let (from, to) = (calendar.local(0), calendar.local(ticks - 1));
            wrong.push(format!(
                "{} {}: the run goes from {from} to {to}",
                asked.at.0, asked.at.1
            ));
        }
        match (arm, area, tick) {
            (Some(arm), Some(area), Some(tick)) => Ok(Found {
                arm: arm as u32,
                area,
                tick,
            }),
            _ => Err(Usage(wrong.join("\n")).into()),
        }
    }

    /// What decided in each replicate: here, and there if it is held against something.
    fn moments(
        &self,
        study: &Study,
        here: Found,
        there: Option<Found>,
        replicates: &[u32],
    ) -> anyhow::Result<[Vec<Seen>; 2]> {
        let explained = |arm: u32, at: &[(u32, usize)]| -> anyhow::Result<Vec<Vec<Seen>>> {
            // What decided in a town is not kept: its runs are run again.
            let regions = study.arms[arm as usize].model.regions().len();
            let of_regions = at.iter().all(|(_, area)| *area < regions);
            if of_regions && study.identity.keeps.why && self.results.join("explain.csv").is_file() {
                return self.kept(study, arm, at, replicates);
            }
            let run = |&replicate: &u32| {
                let point = self.point;
                let job = Job { point, replicate, arm };
                let (model, _) = study.model(job)?;
                let model = country(model.as_ref()).expect("points are of the family of their study");
                Ok(why::explain(model, &study.dice(job), at))
            };
            replicates.iter().map(run).collect()
        };
        let at = |found: Found| (found.tick, found.area);
        let runs: Vec<Vec<Seen>> = match there {
            None => explained(here.arm, &[at(here)])?,
            Some(there) if there.arm == here.arm => explained(here.arm, &[at(here), at(there)])?,
            Some(there) => {
                let others = explained(there.arm, &[at(there)])?;
                let own = explained(here.arm, &[at(here)])?;
                own.into_iter()
                    .zip(others)
                    .map(|(own, other)| [own, other].concat())
                    .collect()
            }
        };
        let side = |place: usize| runs.iter().filter_map(|run| run.get(place).cloned()).collect();
        Ok([side(0), side(1)])
    }

    /// The same as it was recorded.
    fn kept(&self, study: &Study, arm: u32, at: &[(u32, usize)], replicates: &[u32]) -> anyhow::Result<Vec<Vec<Seen>>> {
        let arm = &study.arms[arm as usize];
        let reasons = arm.model.reasons();
        let schema = why_schema(reasons);
        let crowd = ["participants", "violent"];
        let keys = schema[..schema.len() - reasons.len()].iter().copied();
        let out: Vec<(&str, Kind)> = keys.chain(crowd.map(|name| (name, Kind::Float))).collect();
        let [moments, crowds] = [("explain.csv", &schema), ("series.csv", &out)].map(|(file, schema)| {
            let of_arm = |run: &anyhow::Result<(Key, Table)>| {
                run.as_ref().map_or(true, |((name, _), _)| *name == arm.identity.name)
            };
            let runs = tables(&self.results, file, schema)?
                .filter(of_arm)
                .take(replicates.len());
            runs.map(|run| run.map(|(_, table)| table))
                .collect::<anyhow::Result<Vec<Table>>>()
        });
        let regions = arm.model.regions();
        let row = |table: &Table, (tick, region): (u32, usize), columns: &[&str]| -> anyhow::Result<Vec<f64>> {
            let [ticks, places] = ["tick", "region"].map(|name| table.column(name).expect("a column of the schema"));
            let row = (0..table.rows())
                .find(|&row| ticks.number(row) == f64::from(tick) && places.text(row) == regions[region])
                .with_context(|| format!("{} lacks the rows of a tick", self.results.display()))?;
            let number = |name: &&str| table.column(name).expect("a column of the schema").number(row);
            Ok(columns.iter().map(number).collect())
        };
        let reasons: Vec<&str> = reasons.iter().map(String::as_str).collect();
        let both = moments?.into_iter().zip(crowds?);
        both.map(|(moments, crowds)| {
            let seen = |&at: &(u32, usize)| {
                let crowd = row(&crowds, at, &crowd)?;
                Ok((Moment::of(&row(&moments, at, &reasons)?), [crowd[0], crowd[1]]))
            };
            at.iter().map(seen).collect()
        })
        .collect()
    }
}

/// What decided, and how many were out and violent.
type Seen = (Moment, [f64; 2]);

/// The country that a model is, if it is one.
fn country(model: &dyn Simulation) -> Option<&Model> {
    (model as &dyn Any).downcast_ref()
}

/// What a moment is called: at the head of its column by what tells it from the other.
fn name(asked: &Asked, other: &Asked, found: Found, calendar: &Calendar) -> Named {
    let (place, time, arm) = (asked.place.1, calendar.short(found.tick), asked.arm.1);
    let of_arm = match arm == BASELINE && other.arm.1 == BASELINE {
        true => String::new(),
        false => format!(", arm {arm}"),
    };
    let short = match (place == other.place.1, asked.at.1 == other.at.1) {
        (true, true) if arm != other.arm.1 => arm.to_owned(),
        (true, false) => time.clone(),
        _ => place.to_owned(),
    };
    Named {
        short,
        full: format!("{place}, {time}{of_arm}"),
    }
}

fn sides(moments: &[Vec<Seen>; 2], value: impl Fn(&Seen) -> f64) -> Sides {
    let [here, there] = moments.each_ref().map(|runs| Across::of(runs.iter().map(&value)));
    Sides { here, there }
}

fn decision(moments: &[Vec<Seen>; 2], of: impl Fn(&Seen) -> &Decided) -> Decision {
    let [here, there]: [Vec<Parts>; 2] = moments
        .each_ref()
        .map(|runs| runs.iter().map(|moment| &of(moment).parts[..]).collect());
    Decision {
        parts: parts(&here, (!there.is_empty()).then_some(&there[..])),
        utility: sides(moments, |moment| of(moment).utility),
        willing: sides(moments, |moment| of(moment).willing),
    }
}
