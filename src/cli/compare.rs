//! `qantar compare`: arms that share every draw, against a baseline.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;

use anyhow::Context;
use clap::value_parser;
use qantar::analysis::bands::{self, Band, Collected};
use qantar::analysis::contrast::{self, Named, contrasts, first_difference};
use qantar::analysis::course::Course;
use qantar::metric::Description;
use qantar::models::Family;
use qantar::report::bands::files;
use qantar::report::compare::{Comparison, Document, Told, text};
use qantar::scenario::Scenario;
use qantar::scenario::problem::Problems;
use qantar::study::manifest::Digested;
use qantar::study::rows::{outcomes_schema, series_schema};
use qantar::study::{self, Arm, Findings, Folder, Plan, Progress};
use qantar::table::{Column, Kind, Table, csv};

use super::failure::Usage;
use super::outcomes::Outcomes;
use super::output::{self, Format, HELP, color, message};
use super::{progress, run::threads, signals::Signals};

/// Compare policies in the same worlds: every arm of a replicate has the same dice.
///
/// Arms are other scenarios (--against) or changes of the base (--arm). All arms of a replicate share every draw, so
/// their histories are the same until the first moment at which their policies part, and the difference within a
/// replicate is what the policy did there, not luck.
#[derive(clap::Args)]
#[command(help_template = HELP, before_help = EXAMPLES)]
pub struct Args {
    /// The scenario that the others are compared with.
    base: PathBuf,
    /// Another scenario as an arm; its name is that of the file, or the one before `=`. Can be repeated.
    #[arg(long, value_name = "[NAME=]FILE", required_unless_present = "arm")]
    against: Vec<String>,
    /// The base with a change as an arm: its name, `:`, a dotted key and its value. Can be repeated; changes of one
    /// name are one arm.
    #[arg(long, value_name = "NAME:KEY=VALUE", value_parser = named_change)]
    arm: Vec<(String, String)>,
    /// Change every arm: a dotted key and its value, as in TOML; can be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// What is compared: a total or an outcome that the base names, by its name, or an outcome such as
    /// `peak(violent, region=almaty)`; can be repeated [default: every total, and what the base names].
    #[arg(long, value_name = "TEXT")]
    outcome: Vec<String>,
    /// Seed of the dice [default: the base's].
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(..=i64::MAX as u64))]
    seed: Option<u64>,
    /// How many replicates of each arm, at least 2.
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = value_parser!(u32).range(2..=1_000_000))]
    replicates: u32,
    /// Number of the first replicate.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = value_parser!(u32).range(..=2_000_000_000))]
    first_replicate: u32,
    /// The metric that is plotted over time [default: those who are active, such as `participants`].
    #[arg(long, value_name = "METRIC")]
    plot: Option<String>,
    /// Threads; the results do not depend on them [default: one per core].
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Folder of the results [default: results/<scenario>-<seed>-compare].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace results that are there already.
    #[arg(long)]
    force: bool,
    /// Form of the summary on stdout.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// No progress and no hints.
    #[arg(long, short)]
    quiet: bool,
}

const EXAMPLES: &str = "Examples:
  qantar compare scenarios/tutorial.toml --arm early:action.rollback.when=2030-03-04T20:00:00
  qantar compare base.toml --against overlay.toml --replicates 50
  qantar compare base.toml --arm none:action.curfew.remove=true --arm mild:action.curfew.duration=12h \\
      --outcome deaths_civilians --outcome 'peak(violent)'
  qantar compare base.toml --arm both:action.a.remove=true --arm both:action.b.remove=true   two changes, one arm";

fn named_change(text: &str) -> Result<(String, String), String> {
    let (name, change) = text
        .split_once(':')
        .filter(|(name, _)| !name.contains('='))
        .ok_or("an arm has a name and a change, such as `early:action.cut.when=2022-01-02T08:00:00`")?;
    Ok((name.to_owned(), change.to_owned()))
}

/// The metric of a name, or the first.
fn metric(family: &dyn Family, name: Option<&str>) -> Result<&'static Description, Usage> {
    let metrics = family.metrics();
    let Some(name) = name else { return Ok(&metrics[0]) };
    metrics.iter().find(|metric| metric.name == name).ok_or_else(|| {
        let help = qantar::suggest::suggest(name, "metrics", metrics.iter().map(|metric| metric.name));
        Usage(format!("--plot {name}: there is no such metric; {help}"))
    })
}

impl Args {
    /// Run it.
    pub fn execute(self) -> anyhow::Result<ExitCode> {
        let (mut plan, told) = self.plan()?;
        let outcomes = Outcomes::read(&self.outcome, &[], &plan)?;
        let plot = metric(plan.family, self.plot.as_deref())?;
        plan.identity.outcomes = outcomes.names();
        let folder = Folder::open(&plan, &self.out(&plan), self.force)?;
        self.say_what_is_done(&plan, &folder);
        let progress = Progress::default();
        let signals = Signals::set(&progress.stop)?;
        let kept = Mutex::new(None);
        let findings = Findings {
            outcomes: &|series, events| outcomes.of(series, events),
            files: &|partial: &Path| {
                let found = Found::read(partial, &plan, &outcomes, plot).map_err(io::Error::other)?;
                let files = found.files(&plan)?;
                *kept.lock().expect("no thread has panicked") = Some(found);
                Ok(files)
            },
        };
        let work = || study::execute_with(&plan, &folder, threads(self.threads), &progress, &findings);
        match progress::shown(&plan, &progress, self.quiet, work) {
            Err(stopped @ study::Error::Interrupted { .. }) => {
                message(&stopped.to_string());
                return Ok(signals.exit_code());
            }
            result => result?,
        };
        // Where only the name of the folder was missing, nothing was worked out.
        let found = match kept.into_inner().expect("no thread has panicked") {
            Some(found) => found,
            None => Found::read(folder.out(), &plan, &outcomes, plot)?,
        };
        self.tell(&plan, told, &found, folder.out())?;
        Ok(ExitCode::SUCCESS)
    }

    /// The plan, and what its arms are. Fails with the problems of all arms.
    fn plan(&self) -> anyhow::Result<(Plan, Vec<String>)> {
        let mut base = Scenario::read(&self.base)?;
        base.set(&self.set)?;
        let seed = self.seed.unwrap_or_else(|| base.seed());
        let replicates = self.first_replicate..self.first_replicate + self.replicates;
        let mut plan = Plan::new(&base, self.set.clone(), seed, replicates)?;
        let mut told = vec![described(base.name(), &self.set)];
        let mut wrong = Vec::new();
        for Asked { name, what, arm } in self.arms(&base) {
            match arm {
                Ok(arm) => {
                    plan.add(arm)?;
                    told.push(what);
                }
                Err(problems) => wrong.push(format!("in arm `{name}`:\n{}", problems.render(color(&io::stderr())))),
            }
        }
        match wrong.is_empty() {
            true => Ok((plan, told)),
            false => Err(Usage(wrong.join("\n")).into()),
        }
    }

    /// The arms in the order in which they are named, other scenarios first.
    fn arms(&self, base: &Scenario) -> Vec<Asked> {
        let against = self.against.iter().map(|text| {
            let stem = || {
                Path::new(text)
                    .file_stem()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned()
            };
            let (name, file) = match text.split_once('=') {
                Some((name, file)) => (name.to_owned(), file),
                None => (stem(), text.as_str()),
            };
            let arm = Scenario::read(file.as_ref()).and_then(|mut scenario| {
                scenario.set(&self.set)?;
                Arm::new(&name, &scenario, self.set.clone())
            });
            let what = described(file, &self.set);
            Asked { name, what, arm }
        });
        let mut names: Vec<&String> = Vec::new();
        for (name, _) in &self.arm {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let changed = names.into_iter().map(|name| {
            let own = self.arm.iter().filter(|(other, _)| other == name);
            let own: Vec<String> = own.map(|(_, change)| change.clone()).collect();
            let mut scenario = base.clone();
            let all = [self.set.clone(), own.clone()].concat();
            let arm = scenario.set(&own).and_then(|()| Arm::new(name, &scenario, all));
            Asked {
                name: name.clone(),
                what: described(scenario.name(), &own),
                arm,
            }
        });
        against.chain(changed).collect()
    }

    fn out(&self, plan: &Plan) -> PathBuf {
        let identity = &plan.identity;
        let default = || Path::new("results").join(format!("{}-{}-compare", identity.scenario, identity.seed));
        self.out.clone().unwrap_or_else(default)
    }

    fn say_what_is_done(&self, plan: &Plan, folder: &Folder) {
        if self.quiet {
            return;
        }
        let base = plan.arms[0].model.as_ref();
        for arm in plan.arms[1..]
            .iter()
            .filter(|arm| !base.has_the_people_of(arm.model.as_ref()))
        {
            message(&format!(
                "note: `{}` has not the people of the baseline, so a draw is not of the same person in both; pairing \
                 may help little",
                arm.identity.name
            ));
        }
        let (done, runs) = (folder.done(plan), plan.jobs().count());
        if done > 0 {
            let kept = folder.partial().display();
            message(&format!("resuming: {done} of {runs} runs are done in {kept}"));
        }
    }

    fn tell(&self, plan: &Plan, what: Vec<String>, found: &Found, folder: &Path) -> anyhow::Result<()> {
        let shown = folder.display().to_string();
        let arms: Vec<Told> = plan
            .arms
            .iter()
            .zip(what)
            .enumerate()
            .map(|(index, (arm, what))| {
                let parted = || found.parted.iter().filter(move |parted| parted.arm == index);
                let earliest = plan.arms[0].model.earliest_difference(arm.model.as_ref());
                let moment = |tick| match plan.calendar.is_dated() {
                    true => plan.calendar.iso(tick),
                    false => plan.calendar.short(tick),
                };
                Told {
                    name: arm.identity.name.clone(),
                    what,
                    differs_from: parted().map(|parted| parted.tick).min().map(moment),
                    differs_in: parted().count() as u32,
                    can_differ_from: earliest.map(moment),
                }
            })
            .collect();
        let times: Vec<&str> = found.times.iter().map(String::as_str).collect();
        let comparison = Comparison {
            title: &plan.identity.title,
            scenario: &plan.identity.scenario,
            seed: plan.identity.seed,
            first_replicate: plan.identity.first_replicate,
            replicates: plan.identity.replicates,
            arms: &arms,
            contrasts: &found.contrasts,
            metric: found.metric,
            bands: &found.bands,
            times: &times,
            folder: &shown,
        };
        match self.format {
            Format::Text => output::data(&text(&comparison, color(&io::stdout())))?,
            Format::Json => output::json(&Document::of(&comparison))?,
        }
        if !self.quiet {
            message(&format!("next: qantar reproduce {shown}"));
        }
        Ok(())
    }
}

/// An arm that is asked for: its name, what it is for readers, and how its scenario compiles.
struct Asked {
    name: String,
    what: String,
    arm: Result<Arm, Problems>,
}

fn described(scenario: &str, changes: &[String]) -> String {
    match changes.is_empty() {
        true => scenario.to_owned(),
        false => format!("{scenario} with {}", changes.join(", ")),
    }
}

/// What the names of the bands of a metric begin with.
const BANDS: &str = "bands.";

/// The metric whose bands are among these files; the first if there are none.
pub fn plotted(family: &dyn Family, files: &[Digested]) -> &'static Description {
    let name = |file: &Digested| {
        let name = file.name.strip_prefix(BANDS)?.strip_suffix(".csv")?;
        family.metrics().iter().find(|metric| metric.name == name)
    };
    files.iter().find_map(name).unwrap_or(&family.metrics()[0])
}

/// What a comparison finds.
pub struct Found {
    contrasts: Vec<Named>,
    parted: Vec<Parted>,
    metric: &'static Description,
    bands: Vec<Band>,
    times: Vec<String>,
}

/// A replicate of an arm that is not the same as that of the baseline, and its first tick that is not.
struct Parted {
    arm: usize,
    replicate: u32,
    tick: u32,
}

impl Found {
    /// Read a folder in which the rows of all arms are put together, one run and its baseline at a time.
    pub fn read(
        folder: &Path,
        plan: &Plan,
        outcomes: &Outcomes,
        metric: &'static Description,
    ) -> anyhow::Result<Found> {
        let names: Vec<&str> = plan.arms.iter().map(|arm| arm.identity.name.as_str()).collect();
        let path = folder.join("outcomes.csv");
        let failed = || format!("cannot read {}", path.display());
        let file = File::open(&path).with_context(failed)?;
        let table = csv::read(file, &outcomes_schema(&plan.identity.outcomes)).with_context(failed)?;
        let (parted, spreads) = over_time(&folder.join("series.csv"), plan, metric)?;
        let bands = names.iter().zip(spreads).map(|(name, ticks)| Band {
            arm: (*name).to_owned(),
            ticks,
        });
        Ok(Found {
            contrasts: contrasts(&table, &names, outcomes.asked()),
            parted,
            metric,
            bands: bands.collect(),
            times: (0..plan.arms[0].model.ticks())
                .map(|tick| plan.calendar.iso(tick))
                .collect(),
        })
    }

    /// It as the files of the folder.
    pub fn files(&self, plan: &Plan) -> io::Result<Vec<study::Named>> {
        let csv = |table: &Table| -> io::Result<Vec<u8>> {
            let mut bytes = Vec::new();
            csv::write(table, true, &mut bytes)?;
            Ok(bytes)
        };
        let mut all = vec![
            ("contrast.csv".to_owned(), csv(&contrast::table(&self.contrasts))?),
            ("differs.csv".to_owned(), csv(&self.differs(plan))?),
            (
                self.name("csv"),
                csv(&bands::table(self.metric.name, &self.bands, &self.times))?,
            ),
        ];
        let times: Vec<&str> = self.times.iter().map(String::as_str).collect();
        if let Some((svg, png)) = files(&plan.identity.title, self.metric, &self.bands, &times) {
            all.push((self.name("svg"), svg.into_bytes()));
            all.push((self.name("png"), png));
        }
        Ok(all)
    }

    fn name(&self, ending: &str) -> String {
        format!("{BANDS}{}.{ending}", self.metric.name)
    }

    /// `differs.csv`: one row for each replicate of an arm that is not that of the baseline.
    fn differs(&self, plan: &Plan) -> Table {
        let text = |get: &dyn Fn(&Parted) -> String| Column::Text(self.parted.iter().map(get).collect());
        let whole = |get: fn(&Parted) -> u32| Column::Int(self.parted.iter().map(|p| i64::from(get(p))).collect());
        Table::new(vec![
            ("arm", text(&|parted| plan.arms[parted.arm].identity.name.clone())),
            ("replicate", whole(|parted| parted.replicate)),
            ("tick", whole(|parted| parted.tick)),
            ("time", text(&|parted| plan.calendar.iso(parted.tick))),
        ])
    }
}

/// Numbers of bands in memory at a time, 64 MB of them. The series are read as often as that takes: once, but for
/// very many replicates.
const AT_ONCE: usize = 1 << 23;

type Spreads = Vec<Vec<qantar::analysis::spread::Spread>>;

/// Where the arms differ from the baseline, and the bands of a metric.
fn over_time(path: &Path, plan: &Plan, metric: &Description) -> anyhow::Result<(Vec<Parted>, Spreads)> {
    let ticks = plan.arms[0].model.ticks() as usize;
    let runs = plan.jobs().count();
    let at_once = (AT_ONCE / runs.max(1)).clamp(1, ticks.max(1));
    let blocks = (0..ticks)
        .step_by(at_once)
        .map(|from| from..(from + at_once).min(ticks));
    let few: Vec<(&str, Kind)> = series_schema(plan.family.metrics())
        .into_iter()
        .filter(|(name, _)| ["arm", "time", "region", metric.name].contains(name))
        .collect();
    let mut parted = Vec::new();
    let mut spreads: Spreads = vec![Vec::new(); plan.arms.len()];
    for (number, block) in blocks.enumerate() {
        let mut collected = Collected::new(metric.name, plan.arms.len(), block);
        match number {
            0 => each_run(
                path,
                plan,
                &series_schema(plan.family.metrics()),
                |job, series, baseline| {
                    let tick = (job.arm > 0).then(|| first_difference(baseline, series)).flatten();
                    parted.extend(tick.map(|tick| Parted {
                        arm: job.arm,
                        replicate: job.replicate,
                        tick,
                    }));
                    collected.add(job.arm, &Course::of(series));
                },
            )?,
            _ => each_run(path, plan, &few, |job, series, _| {
                collected.add(job.arm, &Course::of(series))
            })?,
        }
        for (all, new) in spreads.iter_mut().zip(collected.spreads()) {
            all.extend(new);
        }
    }
    Ok((parted, spreads))
}

/// Read the series of each run in turn; what is done with it is told its job and the series of the baseline.
fn each_run(
    path: &Path,
    plan: &Plan,
    schema: &[(&str, Kind)],
    mut with: impl FnMut(study::Job, &Table, &Table),
) -> anyhow::Result<()> {
    let failed = || format!("cannot read {}", path.display());
    let file = io::BufReader::new(File::open(path).with_context(failed)?);
    let mut baseline = Table::default();
    let mut jobs = plan.jobs();
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
