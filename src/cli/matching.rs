//! `qantar match`: which parameters does a record not rule out?

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use qantar::analysis::score::{Record, Use};
use qantar::report::matching as report;
use qantar::scenario::record;
use qantar::scenario::search::Search;
use qantar::scenario::{Scenario, outcomes};
use qantar::study::matching::{Match, Matched, Observed, WORLDS, Waves};
use qantar::study::{Known, Named, Stages, Study};

use super::arguments::Running;
use super::failure::Usage;
use super::output::{self, Format, HELP, data, message};
use super::perform::{Finish, Shown, perform};

/// Which parameters does a record not rule out?
///
/// The search file names the parameters and the range of each. In waves, points all over what is left are run; stand-ins for
/// the model are learnt from them, and what they show to be implausible is cut away: too far from an observation of the
/// record (`use = "fit"`), measured by dice, observation, discrepancy and the stand-in together. Points of what is left at
/// the end are run again, and those that still hold are the worlds, for `--worlds` of other commands.
///
/// Nothing left is a finding too: within these ranges the model contradicts the record, and the observations that do it are
/// named.
#[derive(clap::Args)]
#[command(help_template = HELP, before_help = EXAMPLES)]
pub struct Args {
    /// The scenario.
    file: PathBuf,
    /// The search file: parameters, ranges and waves.
    #[arg(long, value_name = "FILE")]
    parameters: PathBuf,
    /// The record [default: the scenario's].
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Change the scenario: a dotted key and its value, as in TOML; wins over `set` of the search file; can be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    #[command(flatten)]
    running: Running,
}

const EXAMPLES: &str = "Examples:
  qantar match scenarios/kazakhstan-2022.toml --parameters scenarios/kazakhstan-2022.search.toml
  qantar compare scenarios/kazakhstan-2022.toml --arm early:... --worlds results/kazakhstan-2022-match/worlds.csv";

impl Args {
    /// Match it.
    pub fn execute(self) -> anyhow::Result<ExitCode> {
        let mut scenario = Scenario::read(&self.file)?;
        scenario.set(&self.set)?;
        let search = Search::read(&self.parameters, &scenario)?;
        let path = self.record.as_deref().or(scenario.record()).ok_or_else(|| {
            let file = self.file.display();
            Usage(format!(
                "{file} has no record to be matched to; name one with --record FILE"
            ))
        })?;
        let text = record::self_contained(path)?;
        let observations = observations(&record::read(path, &known(&scenario)?)?);
        if observations.is_empty() {
            return Err(Usage(format!("{} has no observations with use = \"fit\"", path.display())).into());
        }
        let of = Match::new(scenario, search, &self.set, text, observations)?;
        let study = of.study()?;
        let stem = self.file.file_stem().unwrap_or_default();
        let name = format!("{}-match", stem.to_string_lossy());
        perform(study, &name, &Worlds(of), &self.running)
    }
}

/// What outcomes of a scenario can name.
fn known(scenario: &Scenario) -> anyhow::Result<qantar::analysis::outcome::Known> {
    Ok(outcomes::known(
        scenario.family(),
        &*scenario.simulation()?,
        &scenario.calendar(),
    ))
}

/// The observations of a record that may rule something out. Those of a variant may not: a world is of one scenario.
fn observations(record: &Record) -> Vec<Observed> {
    let fitted = record
        .observations
        .iter()
        .filter(|of| of.purpose == Use::Fit && of.variant.is_none());
    fitted
        .map(|of| Observed {
            id: of.id.clone(),
            outcome: of.outcome.clone(),
            target: of.target,
        })
        .collect()
}

/// What a match makes of its runs.
pub struct Worlds(Match);

impl Worlds {
    /// Of a study that was loaded.
    pub fn of(study: &Study) -> anyhow::Result<Worlds> {
        let given = |name: &str| {
            let found = study.given.iter().find(|(other, _)| *other == name);
            found.map_or(String::new(), |(_, text)| text.clone())
        };
        let scenario = study.arms[0].scenario();
        let mut search = Search::from_text("search.toml", &given("search.toml"), scenario)?;
        // What the search sets is in the scenario already, and what won over it too.
        search.set.clear();
        let text = given("record.toml");
        let observations = observations(&record::from_text("record.toml", &text, &known(scenario)?)?);
        Ok(Worlds(Match::new(scenario.clone(), search, &[], text, observations)?))
    }
}

impl Finish for Worlds {
    fn files(&self, study: &Study, folder: &Path) -> anyhow::Result<Vec<Named>> {
        Ok(Matched::of(&self.0, &Known::of_folder(study, folder)?).files(&self.0))
    }

    fn tell(&self, study: &Study, folder: &Path, shown: &Shown) -> anyhow::Result<ExitCode> {
        let matched = Matched::of(&self.0, &Known::of_folder(study, folder)?);
        let told = told(&self.0, study, &matched, &shown.folder);
        match shown.format {
            Format::Text => data(&report::text(&told))?,
            Format::Json => output::json(&told)?,
        }
        if !shown.quiet && !shown.folder.is_empty() && told.worlds > 0 {
            message(&format!("next: qantar compare ... --worlds {}/{WORLDS}", told.folder));
        }
        Ok(ExitCode::SUCCESS)
    }

    fn stages(&self) -> Option<Box<dyn Stages + '_>> {
        Some(Box::new(Waves::new(&self.0)))
    }
}

fn told(of: &Match, study: &Study, matched: &Matched, folder: &str) -> report::Matched {
    let wave = |wave: &qantar::fit::matching::Wave| {
        let one = |(place, observed): (usize, &Observed)| report::Observation {
            id: observed.id.clone(),
            rules_out: wave.rules_out[place],
            explained: wave.emulated[place].map(|of| of.explained),
            within: wave.emulated[place].map(|of| of.within),
        };
        let mut observations: Vec<report::Observation> = of.observations().iter().enumerate().map(one).collect();
        observations.sort_by(|a, b| b.rules_out.total_cmp(&a.rules_out));
        report::Wave {
            left: wave.left,
            spared: wave.spared,
            unsure: wave.unsure,
            observations,
        }
    };
    report::Matched {
        format: "qantar-match/1",
        title: of.title().to_owned(),
        scenario: study.identity.scenario.clone(),
        waves: matched.matching.waves().iter().map(wave).collect(),
        candidates: matched.matching.candidates(),
        worlds: matched.worlds.len(),
        wanted: of.search().worlds,
        parameters: matched.marginals.clone(),
        correlations: matched.ties.clone(),
        folder: folder.to_owned(),
    }
}
