//! `qantar calibrate`: fit a scenario's parameters to its record.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::value_parser;
use qantar::analysis::score::{Record, Use};
use qantar::fit::distance::Target;
use qantar::report::calibration as report;
use qantar::scenario::search::Search;
use qantar::scenario::{Scenario, record};
use qantar::study::calibrate::{Calibration, Desk, Fitted, Observation, Trial, Watch};
use qantar::study::{self, Plan};

use super::failure::Usage;
use super::output::{self, Format, HELP, data, message};
use super::progress;
use super::run::threads;
use super::signals::Signals;

/// Fit a scenario's parameters to its record.
///
/// The search file names the parameters, the range of each, and how many trials there may be. A trial runs the scenario
/// at one point with the same few dice as all others, and its distance tells how far it is from the observations of the
/// record that are there to be fitted (`use = "fit"`). First trials are drawn from the ranges, then an optimiser
/// (CMA-ES) looks for the nearest point, then a sampler (ABC) measures which points are about as near: the posterior.
///
/// Whatever happens to the process, the same command goes on where it was, and the files are the same bytes.
#[derive(clap::Args)]
#[command(help_template = HELP, before_help = EXAMPLES)]
pub struct Args {
    /// The scenario.
    file: PathBuf,
    /// The search file: parameters, ranges and method.
    #[arg(long, value_name = "FILE")]
    parameters: PathBuf,
    /// The record [default: the scenario's].
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Change the scenario: a dotted key and its value, as in TOML; wins over `set` of the search file; can be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Threads; the results do not depend on them [default: one per core].
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Folder of the results [default: results/<scenario>-calibration].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace results that are there already.
    #[arg(long)]
    force: bool,
    /// Run one trial, at the present values, and tell how long the whole would take; write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Form of the report on stdout.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// No progress and no hints.
    #[arg(long, short)]
    quiet: bool,
}

const EXAMPLES: &str = "Examples:
  qantar calibrate scenarios/kazakhstan-2022.toml --parameters scenarios/kazakhstan-2022.search.toml --dry-run
  qantar calibrate scenarios/kazakhstan-2022.toml --parameters scenarios/kazakhstan-2022.search.toml
  qantar run results/kazakhstan-2022-calibration/best.toml --replicates 20";

impl Args {
    /// Calibrate it.
    pub fn execute(self) -> anyhow::Result<ExitCode> {
        let calibration = self.calibration()?;
        let watch = Watch::default();
        let signals = Signals::set(&watch.runs.stop)?;
        if self.dry_run {
            return match calibration.probe(threads(self.threads), &watch)? {
                None => Ok(signals.exit_code()),
                Some((time, trial)) => {
                    self.tell_probe(&calibration, time, &trial)?;
                    Ok(ExitCode::SUCCESS)
                }
            };
        }
        let default = || Path::new("results").join(format!("{}-calibration", calibration.identity().scenario));
        let desk = Desk::open(
            calibration.identity(),
            &self.out.clone().unwrap_or_else(default),
            self.force,
        )?;
        let work = || calibration.run(&desk, &self.file, threads(self.threads), &watch);
        match progress::calibration(calibration.trials(), &watch, self.quiet, work) {
            Err(stopped @ study::Error::Interrupted { .. }) => {
                message(&stopped.to_string());
                Ok(signals.exit_code())
            }
            fitted => {
                let told = told(&calibration, &fitted?, desk.out());
                match self.format {
                    Format::Text => data(&report::text(&told))?,
                    Format::Json => output::json(&told)?,
                }
                if !self.quiet {
                    message(&format!("next: qantar run {}/best.toml --replicates 20", told.folder));
                }
                Ok(ExitCode::SUCCESS)
            }
        }
    }

    fn calibration(&self) -> anyhow::Result<Calibration> {
        let mut scenario = Scenario::read(&self.file)?;
        scenario.set(&self.set)?;
        let search = Search::read(&self.parameters, &scenario)?;
        let plan = Plan::new(&scenario, self.set.clone(), scenario.seed(), 0..1)?;
        let path = self.record.as_deref().or(scenario.record()).ok_or_else(|| {
            let stem = self.file.with_extension("record.toml");
            Usage(format!(
                "{} has no record to be fitted to; --record names one, and {} is found by itself",
                self.file.display(),
                stem.display()
            ))
        })?;
        let record = record::read(path, &plan.known())?;
        let observations = observations(&record);
        if observations.is_empty() {
            let path = path.display();
            return Err(Usage(format!("{path} has no observations with use = \"fit\"")).into());
        }
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(Calibration::new(scenario, search, &self.set, text, observations)?)
    }

    fn tell_probe(&self, calibration: &Calibration, time: Duration, trial: &Trial) -> anyhow::Result<()> {
        let whole = time * calibration.trials() as u32;
        let observations = observed(calibration, trial);
        if self.format == Format::Json {
            return Ok(output::json(&serde_json::json!({
                "trials": calibration.trials(),
                "replicates": calibration.search().replicates,
                "seconds_per_trial": time.as_secs_f64(),
                "seconds": whole.as_secs_f64(),
                "observations": observations,
            }))?);
        }
        data(&format!(
            "{}\n{} trials of {} replicates at most; one took {:.1} s, so all take {} at most; trials that are sure to be too \
             far are left early\n",
            report::met_by("The scenario as it is", &observations),
            calibration.trials(),
            calibration.search().replicates,
            time.as_secs_f64(),
            indicatif::HumanDuration(whole)
        ))?;
        Ok(())
    }
}

/// The observations of a record that are there to be fitted. Those of a variant are not: a trial runs one scenario.
fn observations(record: &Record) -> Vec<Observation> {
    let fitted = record
        .observations
        .iter()
        .filter(|of| of.purpose == Use::Fit && of.variant.is_none());
    fitted
        .map(|of| {
            let (low, high) = of.accept;
            // A range of positive numbers that spans a factor of two or more is one of ratios.
            let log = low > 0.0 && high.is_finite() && high >= 2.0 * low;
            let middle = if log { (low * high).sqrt() } else { 0.5 * (low + high) };
            Observation {
                id: of.id.clone(),
                outcome: of.outcome.clone(),
                target: Target {
                    observed: of.value.unwrap_or(middle).clamp(low, high),
                    low,
                    high,
                    log,
                    seeds: of.seeds,
                },
            }
        })
        .collect()
}

fn observed(calibration: &Calibration, trial: &Trial) -> Vec<report::Observation> {
    let pairs = calibration.observations().iter().zip(&trial.met);
    pairs
        .map(|(of, met)| report::Observation {
            id: of.id.clone(),
            observed: of.target.observed,
            low: of.target.low,
            high: of.target.high,
            median: met.median,
            inside: met.inside,
            distance: met.distance,
            met: met.distance <= 1.0,
        })
        .collect()
}

fn told(calibration: &Calibration, fitted: &Fitted, out: &Path) -> report::Calibration {
    let (identity, search, best) = (calibration.identity(), calibration.search(), fitted.best());
    let parameter = |(of, &best): (&qantar::analysis::posterior::Marginal, &f64)| report::Parameter {
        marginal: of.clone(),
        best,
    };
    report::Calibration {
        title: calibration.title().to_owned(),
        scenario: identity.scenario.clone(),
        seed: identity.seed,
        replicates: search.replicates,
        search_seed: search.seed,
        trials: fitted.trials.len(),
        left_early: fitted.trials.iter().filter(|trial| trial.met.is_empty()).count(),
        present_distance: fitted.trials[0].distance,
        best_distance: best.distance,
        tolerance: fitted.population.tolerance,
        particles: fitted.population.particles.len(),
        effective: fitted.population.effective,
        parameters: fitted.marginals.iter().zip(&best.values).map(parameter).collect(),
        correlations: fitted.ties.clone(),
        observations: observed(calibration, best),
        folder: out.display().to_string(),
    }
}
