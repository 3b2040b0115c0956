//! `qantar compare`: arms that share every draw, against a baseline.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::OnceLock;

use anyhow::Context;
use clap::value_parser;
use qantar::analysis::bands::{self, Band, Collected};
use qantar::analysis::contrast::{self, Named, contrasts, first_difference, in_worlds};
use qantar::analysis::course::Course;
use qantar::analysis::spread::Five;
use qantar::metric::Description;
use qantar::models::Family;
use qantar::report::bands::files;
use qantar::report::compare::{Comparison, Document, Told, text};
use qantar::scenario::Scenario;
use qantar::study::rows::{read_outcomes, series_schema};
use qantar::study::{self, Arm, ArmIdentity, Command, Job, SCENARIO, Study};
use qantar::table::{Column, Kind, Table, csv};

use super::arguments::{Arms, Base, Explaining, Running};
use super::failure::Usage;
use super::outcomes;
use super::output::{self, Format, HELP, color};
use super::perform::{Finish, Shown, perform};

/// Compare policies in the same worlds: every arm of a replicate has the same dice.
///
/// Arms are other scenarios (--against) or changes of the base (--arm). All arms of a replicate share every draw, so
/// their histories are the same until the first moment at which their policies part, and the difference within a
/// replicate is what the policy did there, not luck.
#[derive(clap::Args)]
#[command(help_template = HELP, before_help = EXAMPLES)]
#[command(group = clap::ArgGroup::new("compared").args(["against", "arm"]).required(true).multiple(true))]
pub struct Args {
    /// The scenario that the others are compared with.
    file: PathBuf,
    #[command(flatten)]
    arms: Arms,
    #[command(flatten)]
    base: Base,
    /// What is compared: a total or an outcome that the base names, by its name, or an outcome such as
    /// `peak(violent, region=almaty)`; can be repeated [default: every total, and what the base names].
    #[arg(long, value_name = "TEXT")]
    outcome: Vec<String>,
    /// How many replicates of each arm, at least 2.
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = value_parser!(u32).range(2..=1_000_000))]
    replicates: u32,
    /// Number of the first replicate.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = value_parser!(u32).range(..=2_000_000_000))]
    first_replicate: u32,
    /// The metric that is plotted over time [default: those who are active, such as `participants`].
    #[arg(long, value_name = "METRIC")]
    plot: Option<String>,
    /// Tell all outcomes, and not only what matters most.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    explaining: Explaining,
    #[command(flatten)]
    running: Running,
}

const EXAMPLES: &str = "Examples:
  qantar compare scenarios/tutorial.toml --arm early:action.rollback.when=2030-03-04T20:00:00
  qantar compare scenarios/kazakhstan-2022.toml --against scenarios/kazakhstan-2022/what-if/no-csto.toml --replicates 50
  qantar compare scenarios/tutorial.toml --arm none:action.curfew.remove=true --arm mild:action.curfew.duration=12h \\
      --outcome deaths_civilians --outcome 'peak(violent)' --out results/curfew
  qantar compare scenarios/tutorial.toml --arm both:action.curfew.remove=true --arm both:action.rollback.lag=2d \\
      --out results/both    two changes, one arm";

/// The metric of a name, or the first.
fn metric(family: &dyn Family, name: Option<&str>) -> Result<&'static Description, Usage> {
    let metrics = family.metrics();
    let Some(name) = name else {
        return Ok(&metrics[0]);
    };
    metrics.iter().find(|metric| metric.name == name).ok_or_else(|| {
        let help = qantar::suggest::suggest(name, "metrics", metrics.iter().map(|metric| metric.name));
        Usage(format!("--plot {name}: there is no such metric; {help}"))
    })
}

impl Args {
    /// Run it.
    pub fn execute(self) -> anyhow::Result<ExitCode> {
        let base = self.base.read(&self.file, &self.running)?;
        let seed = self.base.seed(&base);
        let replicates = self.first_replicate..self.first_replicate + self.replicates;
        let plot = metric(base.family(), self.plot.as_deref())?.name.to_owned();
        let mut study = Study::new(
            Command::Compare { plot },
            &base,
            self.base.set.clone(),
            seed,
            replicates,
        )?;
        for arm in self.arms.read(&base, &self.base.set, &self.running)? {
            study.add(arm)?;
        }
        outcomes::keep(&mut study, &base, &self.outcome, &[])?;
        self.explaining.keep(&mut study)?;
        Base::with_record(&mut study, &base);
        self.base.in_worlds(&mut study, &base)?;
        self.base.name_worlds(&self.file, &study, &self.running);
        for arm in study.arms[1..]
            .iter()
            .filter(|arm| !study.arms[0].model.has_the_people_of(arm.model.as_ref()))
        {
            self.running.say(&format!(
                "note: `{}` has not the people of the baseline, so a draw is not of the same person in both; pairing \
                 may help little",
                arm.identity.name
            ));
        }
        let name = format!("{}-{seed}-compare", study.identity.scenario);
        let contrasts = Contrasts {
            all: self.all,
            ..Contrasts::default()
        };
        perform(study, &name, &contrasts, &self.running)
    }
}

/// What a comparison makes of its tables.
#[derive(Default)]
pub struct Contrasts {
    /// Whether everything is told, and not only what matters most.
    all: bool,
    found: OnceLock<Found>,
}

impl Contrasts {
    /// The first tick in which any run differs from that of the baseline, once the files are made.
    pub fn parted(&self) -> Option<u32> {
        let parted = self.found.get()?.parted.iter();
        parted.map(|parted| parted.tick).min()
    }
}

impl Finish for Contrasts {
    fn files(&self, study: &Study, folder: &Path) -> anyhow::Result<Vec<study::Named>> {
        let found = Found::read(folder, study)?;
        Ok(self.found.get_or_init(|| found).files(study)?)
    }

    fn tell(&self, study: &Study, folder: &Path, shown: &Shown) -> anyhow::Result<ExitCode> {
        // Of a folder that was whole before, nothing was worked out.
        let found = match self.found.get() {
            Some(found) => found,
            None => {
                let found = Found::read(folder, study)?;
                self.found.get_or_init(|| found)
            }
        };
        let identity = &study.identity;
        let arm = |(index, arm): (usize, &Arm)| {
            let parted = || found.parted.iter().filter(move |parted| parted.arm == index);
            let earliest = study.arms[0].model.earliest_difference(arm.model.as_ref());
            let moment = |tick| match study.calendar.is_dated() {
                true => study.calendar.iso(tick),
                false => study.calendar.short(tick),
            };
            Told {
                name: arm.identity.name.clone(),
                what: in_words(&arm.identity, if index > 0 { &identity.overrides } else { &[] }),
                differs_from: parted().map(|parted| parted.tick).min().map(moment),
                differs_in: parted().count() as u32,
                can_differ_from: earliest.map(moment),
                leans_on: arm.scenario().leans_on(),
                stale: (index > 0).then(|| found.stale(study, index)).flatten(),
            }
        };
        let arms: Vec<Told> = study.arms.iter().enumerate().map(arm).collect();
        let times: Vec<&str> = found.times.iter().map(String::as_str).collect();
        let comparison = Comparison {
            title: &identity.title,
            scenario: &identity.scenario,
            seed: identity.seed,
            first_replicate: identity.first_replicate,
            replicates: identity.replicates,
            arms: &arms,
            contrasts: &found.contrasts,
            metric: found.metric,
            bands: &found.bands,
            times: &times,
            worlds: study.worlds_run(),
            all: self.all,
            folder: &shown.folder,
        };
        match shown.format {
            Format::Text => output::data(&text(&comparison, color(&io::stdout())))?,
            Format::Json => shown.json(&Document::of(&comparison), study, folder)?,
        }
        shown.then_reproduce();
        Ok(ExitCode::SUCCESS)
    }
}

/// An arm: its scenario and what was changed in it, but for what was changed in all.
fn in_words(arm: &ArmIdentity, all: &[String]) -> String {
    let own = arm.overrides.strip_prefix(all).unwrap_or(&arm.overrides);
    match own.is_empty() {
        true => arm.scenario.clone(),
        false => format!("{} with {}", arm.scenario, own.join(", ")),
    }
}

/// What the names of the bands of a metric begin with.
const BANDS: &str = "bands.";

/// The metric that a comparison plots; the first if it is not known.
fn plotted(study: &Study) -> &'static Description {
    let name = match &study.identity.made_by {
        Command::Compare { plot } => Some(plot.as_str()),
        _ => None,
    };
    let metrics = study.family().metrics();
    metrics
        .iter()
        .find(|metric| Some(metric.name) == name)
        .unwrap_or(&metrics[0])
}

/// What a comparison finds.
struct Found {
    contrasts: Vec<Named>,
    parted: Vec<Parted>,
    metric: &'static Description,
    bands: Vec<Band>,
    times: Vec<String>,
    daylight: Option<(f64, f64)>,
}

/// A replicate of an arm that is not the same as that of the baseline, and its first tick that is not.
struct Parted {
    arm: usize,
    replicate: u32,
    tick: u32,
}

impl Found {
    /// Read a folder in which the rows of all arms are put together, one run and its baseline at a time.
    fn read(folder: &Path, study: &Study) -> anyhow::Result<Found> {
        let names: Vec<&str> = study.arms.iter().map(|arm| arm.identity.name.as_str()).collect();
        let (table, metric) = (read_outcomes(study, folder)?, plotted(study));
        let (parted, fives) = over_time(&folder.join("series.csv"), study, metric)?;
        let bands = names.iter().zip(fives).map(|(name, ticks)| Band {
            arm: (*name).to_owned(),
            ticks,
        });
        let mut contrasts = contrasts(&table, &names, &outcomes::asked(study)?);
        if let Some(worlds) = &study.worlds {
            in_worlds(&mut contrasts, &table, names[0], worlds);
        }
        Ok(Found {
            contrasts,
            parted,
            metric,
            bands: bands.collect(),
            times: (0..study.arms[0].model.ticks())
                .map(|tick| study.calendar.iso(tick))
                .collect(),
            daylight: Scenario::read(&folder.join(SCENARIO))
                .ok()
                .and_then(|scenario| scenario.daylight()),
        })
    }

    /// How many dated actions come in an arm to streets in which fewer than a tenth of the people are out that are in the
    /// baseline, in the median over the day before, of how many that come after the arms can part; `None` if people out
    /// are not plotted or no action is dated.
    fn stale(&self, study: &Study, arm: usize) -> Option<(usize, usize)> {
        let (base, other) = (&self.bands[0].ticks, &self.bands[arm].ticks);
        let parted = study.arms[0]
            .model
            .earliest_difference(study.arms[arm].model.as_ref())?;
        let day = 1440 / study.arms[arm].model.size().tick_minutes.max(1) as usize;
        let out = |ticks: &[Five], until: usize| -> f64 {
            ticks[until.saturating_sub(day)..until]
                .iter()
                .map(|five| five.median)
                .sum()
        };
        let dated = study.arms[arm].model.dated();
        let after = dated
            .iter()
            .map(|(_, tick)| *tick)
            .filter(|&tick| tick > parted && tick < base.len() as u32);
        let after: Vec<usize> = after.map(|tick| tick as usize).collect();
        let empty = |tick: &&usize| out(base, **tick) > 0.0 && out(other, **tick) < 0.1 * out(base, **tick);
        (self.metric.name == "participants" && !after.is_empty())
            .then(|| (after.iter().filter(empty).count(), after.len()))
    }

    /// It as the files of the folder.
    fn files(&self, study: &Study) -> io::Result<Vec<study::Named>> {
        let csv = |table: &Table| -> io::Result<Vec<u8>> {
            let mut bytes = Vec::new();
            csv::write(table, true, &mut bytes)?;
            Ok(bytes)
        };
        let mut all = vec![
            ("contrast.csv".to_owned(), csv(&contrast::table(&self.contrasts))?),
            ("differs.csv".to_owned(), csv(&self.differs(study))?),
            (
                self.name("csv"),
                csv(&bands::table(self.metric.name, &self.bands, &self.times))?,
            ),
        ];
        let title = &study.identity.title;
        if let Some((svg, png)) = files(title, self.metric, &self.bands, &self.times, self.daylight) {
            all.push((self.name("svg"), svg.into_bytes()));
            all.push((self.name("png"), png));
        }
        Ok(all)
    }

    fn name(&self, ending: &str) -> String {
        format!("{BANDS}{}.{ending}", self.metric.name)
    }

    /// `differs.csv`: one row for each replicate of an arm that is not that of the baseline.
    fn differs(&self, study: &Study) -> Table {
        let text = |get: &dyn Fn(&Parted) -> String| Column::Text(self.parted.iter().map(get).collect());
        let whole = |get: fn(&Parted) -> u32| Column::Int(self.parted.iter().map(|p| i64::from(get(p))).collect());
        Table::new(vec![
            ("arm", text(&|parted| study.arms[parted.arm].identity.name.clone())),
            ("replicate", whole(|parted| parted.replicate)),
            ("tick", whole(|parted| parted.tick)),
            ("time", text(&|parted| study.calendar.iso(parted.tick))),
        ])
    }
}

/// Numbers of bands in memory at a time, 64 MB of them. The series are read as often as that takes: once, but for
/// very many replicates.
const AT_ONCE: usize = 1 << 23;

type Fives = Vec<Vec<Five>>;

/// Where the arms differ from the baseline, and the bands of a metric.
fn over_time(path: &Path, study: &Study, metric: &Description) -> anyhow::Result<(Vec<Parted>, Fives)> {
    let ticks = study.arms[0].model.ticks() as usize;
    let runs = study.jobs() as usize;
    let at_once = (AT_ONCE / runs.max(1)).clamp(1, ticks.max(1));
    let blocks = (0..ticks)
        .step_by(at_once)
        .map(|from| from..(from + at_once).min(ticks));
    let few: Vec<(&str, Kind)> = series_schema(study.family().metrics())
        .into_iter()
        .filter(|(name, _)| ["arm", "time", "region", metric.name].contains(name))
        .collect();
    let mut parted = Vec::new();
    let mut fives: Fives = vec![Vec::new(); study.arms.len()];
    for (number, block) in blocks.enumerate() {
        let mut collected = vec![Collected::new(block); study.arms.len()];
        match number {
            0 => each_run(
                path,
                study,
                &series_schema(study.family().metrics()),
                |job, series, baseline| {
                    let tick = (job.arm > 0).then(|| first_difference(baseline, series)).flatten();
                    parted.extend(tick.map(|tick| Parted {
                        arm: job.arm as usize,
                        replicate: job.replicate,
                        tick,
                    }));
                    collected[job.arm as usize].add(&Course::of(series).values(metric.name));
                },
            )?,
            _ => each_run(path, study, &few, |job, series, _| {
                collected[job.arm as usize].add(&Course::of(series).values(metric.name))
            })?,
        }
        for (all, new) in fives.iter_mut().zip(collected) {
            all.extend(new.fives());
        }
    }
    Ok((parted, fives))
}

/// Read the series of each run in turn; what is done with it is told its job and the series of the baseline.
fn each_run(
    path: &Path,
    study: &Study,
    schema: &[(&str, Kind)],
    mut with: impl FnMut(Job, &Table, &Table),
) -> anyhow::Result<()> {
    let failed = || format!("cannot read {}", path.display());
    let file = io::BufReader::new(File::open(path).with_context(failed)?);
    let mut baseline = Table::default();
    let mut jobs = (0..study.jobs()).map(|number| study.job(number));
    for series in csv::groups(file, schema, "arm").with_context(failed)? {
        let series = series.with_context(failed)?;
        let job = jobs
            .next()
            .with_context(|| format!("{} has too many rows", path.display()))?;
        if job.arm == 0 {
            baseline = series;
            with(job, &baseline, &baseline);
        } else {
            with(job, &series, &baseline);
        }
    }
    anyhow::ensure!(jobs.next().is_none(), "{} has too few rows", path.display());
    Ok(())
}
