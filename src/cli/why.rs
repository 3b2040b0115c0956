//! `qantar why`: what pushed people out and made them violent, and what held them back.

use std::any::Any;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::value_parser;
use jiff::civil::DateTime;
use qantar::analysis::why::{Across, Parts, parts};
use qantar::report::why::{Decision, Named, Sides, Why, text};
use qantar::scenario::calendar::Calendar;
use qantar::sim::model::Model;
use qantar::sim::why::{self, Moment};
use qantar::sim::{Simulation, why::Decision as Decided};
use qantar::study::{BASELINE, Job, Study};
use qantar::suggest::suggest;

use super::arguments::time;
use super::failure::Usage;
use super::output::{self, Format, HELP};

/// Why did people go out, and why did they turn violent? What pushed them, and what held them back, in numbers.
///
/// Decisions in a country are sums, so this is exact and no estimate. Nothing has to be recorded for it: a few of the
/// runs of the folder are run again to the hour that is asked for. Against another place, time or arm it tells what made
/// the difference.
#[derive(clap::Args)]
#[command(help_template = HELP, before_help = EXAMPLES)]
pub struct Args {
    /// Folder of results.
    results: PathBuf,
    /// The region, by its id.
    #[arg(long, value_name = "ID")]
    place: String,
    /// Local time, such as 2022-01-05T13:00.
    #[arg(long, value_name = "TIME", value_parser = time)]
    at: DateTime,
    /// The arm, by its name.
    #[arg(long, value_name = "NAME", default_value = BASELINE)]
    arm: String,
    /// Held against another region [default: the same].
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
    /// How many of the runs are run again, the first of the folder.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = value_parser!(u32).range(1..))]
    replicates: u32,
    /// Form of what is told on stdout.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

const EXAMPLES: &str = "Examples:
  qantar why results/tutorial-1 --place vellmar --at 2030-03-06T18:00
  qantar why results/tutorial-1 --place vellmar --at 2030-03-06T18:00 --against-at 2030-03-05T18:00
  qantar why results/kazakhstan-2022-2022 --place almaty --at 2022-01-05T13:00 --against-place mangystau";

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
    region: usize,
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
            participants: sides(&moments, |moment| moment.participants),
            violent: sides(&moments, |moment| moment.violent),
            turnout: decision(&moments, |moment| &moment.turnout),
            violence: decision(&moments, |moment| &moment.violence),
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
        let regions = simulation.regions();
        let region = regions.iter().position(|id| *id == asked.place.1);
        if region.is_none() {
            let help = suggest(asked.place.1, "regions", regions);
            wrong.push(format!(
                "{} {}: there is no such region; {help}",
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
        match (arm, region, tick) {
            (Some(arm), Some(region), Some(tick)) => Ok(Found {
                arm: arm as u32,
                region,
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
    ) -> anyhow::Result<[Vec<Moment>; 2]> {
        let explained = |arm: u32, at: &[(u32, usize)]| -> anyhow::Result<Vec<Vec<Moment>>> {
            let run = |&replicate: &u32| {
                let point = self.point;
                let (model, _) = study.model(Job { point, replicate, arm })?;
                let model = country(model.as_ref()).expect("points are of the family of their study");
                Ok(why::explain(model, &study.dice(replicate), at))
            };
            replicates.iter().map(run).collect()
        };
        let at = |found: Found| (found.tick, found.region);
        let runs: Vec<Vec<Moment>> = match there {
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
}

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

fn sides(moments: &[Vec<Moment>; 2], value: impl Fn(&Moment) -> f64) -> Sides {
    let [here, there] = moments.each_ref().map(|runs| Across::of(runs.iter().map(&value)));
    Sides { here, there }
}

fn decision(moments: &[Vec<Moment>; 2], of: impl Fn(&Moment) -> &Decided) -> Decision {
    let [here, there]: [Vec<Parts>; 2] = moments
        .each_ref()
        .map(|runs| runs.iter().map(|moment| &of(moment).parts[..]).collect());
    Decision {
        parts: parts(&here, (!there.is_empty()).then_some(&there[..])),
        utility: sides(moments, |moment| of(moment).utility),
        willing: sides(moments, |moment| of(moment).willing),
    }
}
