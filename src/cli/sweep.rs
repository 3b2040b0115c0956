//! `qantar sweep`: run a scenario at every point of a design.

use std::io::{self, IsTerminal};
use std::panic;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use clap::value_parser;
use indicatif::{ProgressBar, ProgressStyle};
use qantar::study::sweep::{self, Opened, Progress, Settings, Shard, Stop, THREAD};

use super::asked::{Asked, Study};
use super::failure::DIFFERS;
use super::output::{HELP, data, message};
use super::run::threads;
use super::signals::Signals;

/// Run a scenario at every point of a design, to one table of runs.
///
/// All points share the dice of a replicate, so they differ by their parameters and not by their luck. A run that
/// fails is a row with its reason, and exit code 3. Whatever stops a sweep, the same command goes on where it stood,
/// and the files are the same bytes.
#[derive(clap::Args)]
#[command(help_template = HELP, before_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    asked: Asked,
    /// Run only part i of n, on this machine or another; `qantar merge` puts the parts together.
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// Tell the number of runs, the time and the disk that they take, and run only one.
    #[arg(long)]
    dry_run: bool,
    /// Stop at the first run that fails.
    #[arg(long)]
    fail_fast: bool,
    /// Run those again that failed before.
    #[arg(long)]
    retry_failed: bool,
    /// Runs at a time, each on one thread; the results do not depend on them [default: one per core].
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Replace results that are there already.
    #[arg(long, conflicts_with_all = ["shard", "retry_failed"])]
    force: bool,
    /// No progress and no hints.
    #[arg(long, short)]
    quiet: bool,
}

const EXAMPLES: &str = "Examples:
  qantar sweep scenarios/tutorial.toml --vary shock.fuel-price.factor=1.2:2.4:0.2
  qantar sweep scenarios/tutorial.toml --vary region.harrow.discipline=0..1 --vary action.rollback.credibility=0..1 \\
      --sample lhs:200 --outcome 'peak = peak(participants)' --dry-run
  qantar sweep my.study.toml --shard 2/7    and on other machines 1/7, 3/7 ..., then qantar merge
  qantar sweep scenarios/tutorial.toml --design points-from-SALib.csv";

impl Args {
    /// Run it.
    pub fn execute(self) -> anyhow::Result<ExitCode> {
        let study = self.asked.study()?;
        silence_caught_panics();
        match self.dry_run {
            true => self.tell_cost(&study),
            false => self.run(&study),
        }
    }

    fn run(&self, study: &Study) -> anyhow::Result<ExitCode> {
        let Study { sweep, out, .. } = study;
        let folder = match sweep::open(sweep, out, self.force).map_err(stop)? {
            Opened::Begun(folder) => folder,
            Opened::Whole if self.retry_failed && sweep::Manifest::read(out)?.failed > 0 => {
                sweep::reopen(sweep, out).map_err(stop)?
            }
            Opened::Whole => {
                self.say(&format!("{} is whole already; nothing to run", out.display()));
                return told(out);
            }
        };
        let progress = Progress::default();
        let signals = Signals::set(&progress.stop)?;
        let settings = Settings {
            threads: threads(self.threads),
            shard: self.shard.unwrap_or(Shard::WHOLE),
            most: u64::MAX,
            fail_fast: self.fail_fast,
            retry_failed: self.retry_failed,
        };
        self.say(&shape(study));
        let outcomes = |series: &_, events: &_| study.outcomes.values(series, events);
        let work = || sweep::execute(sweep, &folder, settings, &progress, &outcomes);
        match shown(&progress, self.quiet, work) {
            Err(stopped @ Stop::Interrupted { .. }) => {
                message(&stopped.to_string());
                return Ok(signals.exit_code());
            }
            result => result.map_err(stop)?,
        }
        if settings.shard.of > 1 {
            let done = progress.of.load(Relaxed);
            self.say(&format!(
                "shard {} is done, {done} runs; when all are: qantar merge {}",
                settings.shard,
                out.display()
            ));
            return Ok(match progress.failed.load(Relaxed) {
                0 => ExitCode::SUCCESS,
                _ => DIFFERS.into(),
            });
        }
        sweep::assemble(sweep, &folder, settings.threads).map_err(stop)?;
        told(out)
    }

    fn tell_cost(&self, study: &Study) -> anyhow::Result<ExitCode> {
        let (sweep, progress) = (&study.sweep, Progress::default());
        let signals = Signals::set(&progress.stop)?;
        let outcomes = |series: &_, events: &_| study.outcomes.values(series, events);
        let Some(probe) = sweep::probe(sweep, &outcomes, &progress.stop) else {
            return Ok(signals.exit_code());
        };
        let runs = match self.shard {
            Some(shard) => (0..sweep.jobs()).filter(|&place| shard.has(place)).count() as u64,
            None => sweep.jobs(),
        };
        let threads = threads(self.threads);
        let seconds = probe.seconds * runs as f64 / threads as f64;
        // Journal and table; Parquet is about a third of the text.
        let bytes = probe.bytes as f64 * sweep.jobs() as f64 * 2.4;
        data(&format!(
            "{}\none run took {:.3} s on one thread; {runs} take about {} on {threads}\nabout {} on the disk, in {}\n",
            shape(study),
            probe.seconds,
            duration(seconds),
            size(bytes),
            study.out.display(),
        ))?;
        if let Some(reason) = probe.failed {
            message(&format!("that run failed: {reason}"));
            return Ok(DIFFERS.into());
        }
        Ok(ExitCode::SUCCESS)
    }

    fn say(&self, text: &str) {
        if !self.quiet {
            message(text);
        }
    }
}

/// How large a sweep is, in a line.
pub fn shape(study: &Study) -> String {
    let identity = &study.sweep.identity;
    let design = &identity.design;
    let of = match (design.parameters.len(), identity.replicates) {
        (keys, 1) => format!("{keys} keys, 1 replicate"),
        (keys, replicates) => format!("{keys} keys, {replicates} replicates with the same dice at every point"),
    };
    let (name, points, runs) = (design.method.name(), design.len(), study.sweep.jobs());
    format!("{name} of {points} points in {of}: {runs} runs")
}

/// Tell where the files are and how many runs failed.
pub fn told(out: &Path) -> anyhow::Result<ExitCode> {
    let manifest = sweep::Manifest::read(out)?;
    data(&format!("{}\n", out.join("runs.csv").display()))?;
    if manifest.failed == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    message(&format!(
        "{} of {} runs failed; the column `reason` tells why, --retry-failed runs them again",
        manifest.failed, manifest.runs
    ));
    Ok(DIFFERS.into())
}

/// The error to report: a folder's or a scenario's has its own exit code.
pub fn stop(stop: impl Into<Stop>) -> anyhow::Error {
    match stop.into() {
        Stop::Study(error) => error.into(),
        Stop::Problems(problems) => problems.into(),
        other => other.into(),
    }
}

/// A panic of a run is told in its row, and not in the middle of the progress.
pub fn silence_caught_panics() {
    let others = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if thread::current().name() != Some(THREAD) {
            others(info);
        }
    }));
}

/// Do some work and show its progress on stderr the while, unless `quiet`.
pub fn shown<T>(progress: &Progress, quiet: bool, work: impl FnOnce() -> T) -> T {
    if quiet {
        return work();
    }
    thread::scope(|scope| {
        let (working, over) = mpsc::channel::<()>();
        scope.spawn(move || match io::stderr().is_terminal() {
            true => draw(progress, &over),
            false => tell(progress, &over),
        });
        let result = work();
        drop(working);
        result
    })
}

fn draw(progress: &Progress, over: &Receiver<()>) {
    let form = "  {bar:20} {pos} of {len} runs, {msg}, {per_sec}, {eta} left";
    let style = ProgressStyle::with_template(form).expect("the template is well formed");
    let bar = ProgressBar::new(0).with_style(style);
    let mut begun = false;
    while !finished(over, Duration::from_millis(100)) {
        let (of, done) = (progress.of.load(Relaxed), progress.finished.load(Relaxed));
        bar.set_length(of);
        bar.set_position(done);
        if !begun && of > 0 {
            // What earlier processes have done says nothing about the time left.
            bar.reset_eta();
            begun = true;
        }
        bar.set_message(format!("{} failed", progress.failed.load(Relaxed)));
    }
    bar.finish_and_clear();
}

fn tell(progress: &Progress, over: &Receiver<()>) {
    let mut last = (progress.finished.load(Relaxed), Instant::now());
    while !finished(over, Duration::from_secs(10)) {
        let (of, done) = (progress.of.load(Relaxed), progress.finished.load(Relaxed));
        let rate = (done - last.0.min(done)) as f64 / last.1.elapsed().as_secs_f64();
        last = (done, Instant::now());
        let left = match rate > 0.0 {
            true => format!(", {} left", duration((of - done) as f64 / rate)),
            false => String::new(),
        };
        let failed = progress.failed.load(Relaxed);
        message(&format!(
            "{done} of {of} runs, {failed} failed, {rate:.1} a second{left}"
        ));
    }
}

fn finished(over: &Receiver<()>, patience: Duration) -> bool {
    over.recv_timeout(patience) == Err(RecvTimeoutError::Disconnected)
}

/// Seconds for people.
pub fn duration(seconds: f64) -> String {
    match seconds {
        ..1.0 => "less than a second".to_owned(),
        ..120.0 => format!("{seconds:.0} s"),
        ..7200.0 => format!("{:.0} min", seconds / 60.0),
        ..172_800.0 => format!("{:.1} h", seconds / 3600.0),
        _ => format!("{:.1} days", seconds / 86_400.0),
    }
}

fn size(bytes: f64) -> String {
    match bytes {
        ..1e6 => format!("{:.0} kB", (bytes / 1e3).max(1.0)),
        ..1e9 => format!("{:.0} MB", bytes / 1e6),
        _ => format!("{:.1} GB", bytes / 1e9),
    }
}
