//! `qantar sweep`: run a scenario at every point of a design.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::value_parser;
use qantar::design::Method;
use qantar::scenario::Scenario;
use qantar::scenario::problem::Place;
use qantar::study::manifest::Manifest;
use qantar::study::sweep::{Ask, File, How};
use qantar::study::{Command, Folder, Keeps, Study, without_ending};

use super::arguments::{Arms, Base, Running, threads};
use super::failure::DIFFERS;
use super::output::{Format, HELP, data, message};
use super::perform::{Finish, Shown, estimate, perform, shape};
use super::stream;

/// Run a scenario at every point of a design, to one table of runs.
///
/// All points share the dice of a replicate, so they differ by their parameters and not by their luck; so do arms
/// (--against, --arm), which are run at every point. A run that fails is a row with its reason, and exit code 3. Whatever
/// stops a sweep, the same command goes on where it stood, and the files are the same bytes.
#[derive(clap::Args)]
#[command(help_template = HELP, before_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    pub varied: Varied,
    #[command(flatten)]
    pub running: Running,
    /// Tell the number of runs, the time and the disk that they take, and run only one.
    #[arg(long)]
    dry_run: bool,
}

const EXAMPLES: &str = "Examples:
  qantar sweep scenarios/tutorial.toml --vary shock.fuel-price.factor=1.2:2.4:0.2
  qantar sweep scenarios/tutorial.toml --vary region.harrow.discipline=0..1 --vary action.rollback.credibility=0..1 \\
      --sample lhs:200 --outcome 'peak = peak(participants)' --dry-run
  qantar sweep scenarios/tutorial.toml --vary shock.fuel-price.factor=1.2:2.4:0.2 --arm late:action.rollback.lag=2d --out arms
  qantar sweep STUDY.study.toml --shard 2/7    and on other machines 1/7, 3/7 ..., then qantar merge
  qantar sweep scenarios/tutorial.toml --design POINTS.csv    points from SALib, EMA or R";

/// What is varied.
#[derive(clap::Args)]
pub struct Varied {
    /// A scenario, a study file (*.study.toml), or the folder of a sweep that was begun.
    #[arg(value_name = "SCENARIO|STUDY|DIR")]
    pub file: PathBuf,
    /// Vary a key: lo:hi:step or a,b,c for a grid, lo..hi for a sample; can be repeated.
    #[arg(long, value_name = "KEY=VALUES")]
    vary: Vec<String>,
    /// Draw the points: lhs, sobol, morris (trajectories) or saltelli (base points), and how many.
    #[arg(long, value_name = "KIND:N")]
    sample: Option<String>,
    /// Take the points from a CSV whose header has the keys; from `-`, JSON lines come in on stdin and runs go out.
    #[arg(long, value_name = "CSV")]
    design: Option<PathBuf>,
    /// How the points of --design are laid out, so that `qantar sensitivity` can work measures out of them.
    #[arg(long, value_enum, requires = "design")]
    layout: Option<Layout>,
    /// Columns of --design that are no keys and are passed on to the table of runs.
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', requires = "design")]
    carry: Vec<String>,
    /// Seed of the design [default: that of the dice].
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(..=i64::MAX as u64))]
    design_seed: Option<u64>,
    #[command(flatten)]
    arms: Arms,
    /// Keep this number of every run, as in 'deaths = last(deaths_civilians)', or a total or an outcome that the
    /// scenario names, by its name; can be repeated [default: the totals, and what the scenario names].
    #[arg(long, value_name = "NAME=TEXT")]
    outcome: Vec<String>,
    #[command(flatten)]
    base: Base,
    /// Runs of every point, with the same dice at each [default: 10 for a grid or a table, 4 for a sample].
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=1_000_000))]
    replicates: Option<u32>,
    /// Keep the series of every run too; they are large.
    #[arg(long)]
    series: bool,
}

/// How points that were made elsewhere are laid out.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Layout {
    /// A, A with each column of B, B, for each base point, as SALib does without indices of second order.
    Saltelli,
    /// Trajectories.
    Morris,
}

impl Args {
    /// Run it.
    pub fn execute(mut self) -> anyhow::Result<ExitCode> {
        if self.varied.design.as_deref() == Some(Path::new("-")) {
            let study = self.varied.base(&self.running)?;
            return stream::execute(&study, &self.varied.carry, threads(self.running.threads));
        }
        let (study, name) = self.varied.study(&self.running)?;
        if let Some(out) = self.varied.begun() {
            self.running.out.get_or_insert(out);
        }
        if self.dry_run {
            return estimate(&study, study.in_order(0), &name, &self.running, study.jobs());
        }
        self.running.say(&shape(&study, study.jobs()));
        perform(study, &name, &Runs, &self.running)
    }
}

impl Varied {
    /// The folder, if it is one that was begun.
    pub fn begun(&self) -> Option<PathBuf> {
        let out = without_ending(&self.file);
        let partial = PathBuf::from(format!("{}.partial", out.display()));
        (self.file.is_dir() || partial.is_dir()).then_some(out)
    }

    /// The study of points that come in one by one: it varies nothing by itself.
    fn base(&self, running: &Running) -> anyhow::Result<Study> {
        let scenario = self.base.read(&self.file, running)?;
        let (set, seed) = (&self.base.set, self.base.seed(&scenario));
        let replicates = 0..self.replicates.unwrap_or(1);
        let mut study = Study::new(Command::Sweep, &scenario, set.clone(), seed, replicates)?;
        for arm in self.arms.read(&scenario, set, running)? {
            study.add(arm)?;
        }
        let mut ask = Ask::new(scenario);
        self.keep(&mut ask);
        study.keep(ask.outcomes()?)?;
        let scenario = study.arms[0].scenario().clone();
        self.base.in_worlds(&mut study, &scenario)?;
        study.identity.keeps = Keeps::default();
        Ok(study)
    }

    /// Ask for the outcomes that are kept.
    fn keep(&self, ask: &mut Ask) {
        for text in &self.outcome {
            let whole = ask.text("--outcome", text);
            let (name, start) = name_of(text);
            let place = Place::new(whole.place.source, start..text.len());
            ask.outcome(name, &text[start..], &place);
        }
    }

    /// The study that is meant, and the name of its folder where none is said.
    pub fn study(&self, running: &Running) -> anyhow::Result<(Study, String)> {
        if self.begun().is_some() {
            let (study, out, _) = Folder::load(&self.file)?;
            return Ok((study, out.display().to_string()));
        }
        let file = File::is_one(&self.file).then(|| File::read(&self.file)).transpose()?;
        let path = file.as_ref().map_or(&self.file, |file| &file.scenario);
        let mut scenario = Scenario::read(path)?;
        let mut overrides = file.as_ref().map(File::set).unwrap_or_default();
        overrides.extend(self.base.set.clone());
        scenario.set(&overrides)?;
        running.warn(&scenario);
        let arms = self.arms.read(&scenario, &overrides, running)?;
        let mut ask = Ask::new(scenario);
        let mut how = How {
            overrides,
            seed: self.base.seed,
            design_seed: self.design_seed,
            replicates: self.replicates,
            series: self.series,
            carry: self.carry.clone(),
            layout: self.layout.map(|layout| match layout {
                Layout::Saltelli => Method::Saltelli,
                Layout::Morris => Method::Morris,
            }),
        };
        if let Some(file) = &file {
            file.tell(&mut ask, &mut how);
        }
        for text in &self.vary {
            let text = ask.text("--vary", text);
            ask.vary(&text);
        }
        if let Some(text) = &self.sample {
            let text = ask.text("--sample", text);
            ask.sample(&text);
        }
        if let Some(path) = &self.design {
            let text = ask.text("--design", &path.display().to_string());
            ask.table(&text, path);
        }
        self.keep(&mut ask);
        let mut study = ask.study(how, arms)?;
        let scenario = study.arms[0].scenario().clone();
        self.base.in_worlds(&mut study, &scenario)?;
        let name = self.file.file_name().unwrap_or_default().to_string_lossy();
        let stem = match File::is_one(&self.file) {
            true => name.trim_end_matches(".study.toml").to_owned(),
            false => format!("{}-sweep", study.identity.scenario),
        };
        let name = format!("{stem}-{}", study.identity.seed);
        Ok((study, name))
    }
}

/// The name of an outcome, and where its text begins: `name = text`, or a text that is its own name.
fn name_of(text: &str) -> (&str, usize) {
    let word = |name: &str| {
        let mut letters = name.chars();
        letters.next().is_some_and(|c| c.is_alphabetic() || c == '_')
            && letters.all(|c| c.is_alphanumeric() || c == '_' || c == '-')
    };
    match text.split_once('=') {
        Some((name, rest)) if word(name.trim()) => {
            let start = text.len() - rest.trim_start().len();
            (name.trim(), start)
        }
        _ => (text.trim(), text.len() - text.trim_start().len()),
    }
}

/// What a sweep makes of its tables: nothing more than to tell where they are, and how many runs failed.
pub struct Runs;

impl Finish for Runs {
    fn tell(&self, study: &Study, folder: &Path, shown: &Shown) -> anyhow::Result<ExitCode> {
        let manifest = Manifest::read(folder)?;
        match shown.format {
            Format::Text if shown.folder.is_empty() => data(&std::fs::read_to_string(folder.join("runs.csv"))?)?,
            Format::Text => data(&format!("{}\n", folder.join("runs.csv").display()))?,
            Format::Json => shown.json(&manifest, study, folder)?,
        }
        if manifest.failed == 0 {
            return Ok(ExitCode::SUCCESS);
        }
        message(&format!(
            "{} of {} runs failed; the column `reason` tells why, --retry-failed runs them again",
            manifest.failed, manifest.runs
        ));
        Ok(DIFFERS.into())
    }
}

#[cfg(test)]
mod tests {
    use super::name_of;

    #[test]
    fn an_outcome_has_a_name_or_is_its_own() {
        let text = |text: &'static str| {
            let (name, start) = name_of(text);
            (name, &text[start..])
        };
        assert_eq!(text("deaths = last(x)"), ("deaths", "last(x)"));
        assert_eq!(text("damage"), ("damage", "damage"));
        let own = "regions(last(x, region=a) >= 5)";
        assert_eq!(text(own), (own, own));
    }
}
