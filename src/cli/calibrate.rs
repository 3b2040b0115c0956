//! `qantar calibrate`: fit a scenario's parameters to its record.

use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use qantar::analysis::score;
use qantar::fit::distance::Target;
use qantar::report::calibration as report;
use qantar::study::calibrate::{Calibration, Fitted, Observation, Trial, Trials};
use qantar::study::{Command, Fitting, Known, Named, Progress, Stages, Study, present};

use super::arguments::Running;
use super::fitting::{self, Given};
use super::output::{self, Format, HELP, data, message};
use super::perform::{Finish, Shown, perform};
use super::progress;
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
    #[command(flatten)]
    given: Given,
    /// Run one trial, at the present values, and tell how long the whole would take; write nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    running: Running,
}

const EXAMPLES: &str = "Examples:
  qantar calibrate scenarios/kazakhstan-2022.toml --parameters scenarios/kazakhstan-2022.search.toml --dry-run
  qantar calibrate scenarios/kazakhstan-2022.toml --parameters scenarios/kazakhstan-2022.search.toml
  qantar run results/kazakhstan-2022-calibration/best.toml --replicates 20";

impl Args {
    /// Calibrate it.
    pub fn execute(self) -> anyhow::Result<ExitCode> {
        let calibration = calibration(self.given.read(&self.running)?);
        let name = self.given.name("calibration");
        let out = self.running.out(&name);
        let study = calibration.study(relative(&self.given.file, &out))?;
        if self.dry_run {
            return self.estimate(&calibration, study);
        }
        perform(study, &name, &Posterior(calibration), &self.running)
    }

    /// One trial, at the present values.
    fn estimate(&self, calibration: &Calibration, study: Study) -> anyhow::Result<ExitCode> {
        let signals = Signals::set()?;
        let progress = Progress::stopped_by(&signals.stop);
        let watch = Instant::now();
        let Some(replicates) = present(&study, self.running.settings(), &progress)? else {
            return Ok(signals.exit_code());
        };
        let (time, trial) = (watch.elapsed(), calibration.present(replicates));
        let whole = time * calibration.trials() as u32;
        let observations = observed(calibration, &trial);
        if self.running.format == Format::Json {
            output::json(&serde_json::json!({
                "trials": calibration.trials(),
                "replicates": calibration.search().replicates,
                "seconds_per_trial": time.as_secs_f64(),
                "seconds": whole.as_secs_f64(),
                "observations": observations,
            }))?;
            return Ok(ExitCode::SUCCESS);
        }
        data(&format!(
            "{}\n{} trials of {} replicates at most; one took {:.1} s, so all take {} at most; trials that are sure to be too \
             far are left early\n",
            report::met_by("The scenario as it is", &observations),
            calibration.trials(),
            calibration.search().replicates,
            time.as_secs_f64(),
            progress::duration(Duration::as_secs_f64(&whole))
        ))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// What a calibration makes of its runs.
pub struct Posterior(Calibration);

impl Posterior {
    /// Of a study that was loaded.
    pub fn of(study: &Study) -> anyhow::Result<Posterior> {
        Ok(Posterior(calibration(fitting::of(study)?)))
    }
}

impl Finish for Posterior {
    fn files(&self, study: &Study, folder: &Path) -> anyhow::Result<Vec<Named>> {
        let fitted = Fitted::of(&self.0, &Known::of_folder(study, folder)?);
        let Command::Calibrate { base } = &study.identity.made_by else {
            anyhow::bail!("{} is of another command", folder.display());
        };
        Ok(self.0.files(&fitted, base))
    }

    fn tell(&self, study: &Study, folder: &Path, shown: &Shown) -> anyhow::Result<ExitCode> {
        let fitted = Fitted::of(&self.0, &Known::of_folder(study, folder)?);
        let told = told(&self.0, study, &fitted, &shown.folder);
        match shown.format {
            Format::Text => data(&report::text(&told))?,
            Format::Json => shown.json(&told, study, folder)?,
        }
        if !shown.quiet && !shown.folder.is_empty() {
            message(&format!("next: qantar run {}/best.toml --replicates 20", shown.folder));
        }
        Ok(ExitCode::SUCCESS)
    }

    fn stages(&self) -> Option<Box<dyn Stages + '_>> {
        Some(Box::new(Trials::new(&self.0)))
    }
}

fn calibration((fitting, observations): (Fitting, Vec<score::Observation>)) -> Calibration {
    let observation = |of: score::Observation| {
        let (low, high) = of.accept;
        // A range of positive numbers that spans a factor of two or more is one of ratios.
        let log = low > 0.0 && high.is_finite() && high >= 2.0 * low;
        let middle = if log { (low * high).sqrt() } else { 0.5 * (low + high) };
        Observation {
            id: of.id,
            outcome: of.outcome,
            target: Target {
                observed: of.value.unwrap_or(middle).clamp(low, high),
                low,
                high,
                log,
                seeds: of.seeds,
            },
        }
    };
    let (fitted, _) = fitting::fitted(observations);
    Calibration::new(fitting, fitted.into_iter().map(observation).collect())
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

fn told(calibration: &Calibration, study: &Study, fitted: &Fitted, folder: &str) -> report::Calibration {
    let (identity, search, best) = (&study.identity, calibration.search(), fitted.best());
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
        folder: folder.to_owned(),
    }
}

/// The path of a file as seen from a folder, with `/`; absolute if there is no way from one to the other.
fn relative(file: &Path, folder: &Path) -> String {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (file, folder) = (absolute(file), absolute(folder));
    let (to, from): (Vec<Component<'_>>, Vec<Component<'_>>) =
        (file.components().collect(), folder.components().collect());
    let shared = to.iter().zip(&from).take_while(|(a, b)| a == b).count();
    let path: PathBuf = match shared {
        0 => file.clone(),
        _ => from[shared..]
            .iter()
            .map(|_| Component::ParentDir)
            .chain(to[shared..].iter().copied())
            .collect(),
    };
    path.to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_told_as_seen_from_the_folder() {
        let seen = |file: &str, folder: &str| relative(Path::new(file), Path::new(folder));
        assert_eq!(
            seen("scenarios/a.toml", "results/a-calibration"),
            "../../scenarios/a.toml"
        );
        assert_eq!(seen("/x/a.toml", "/x"), "a.toml");
    }
}
