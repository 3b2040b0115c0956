//! `qantar match`: which parameters does a record not rule out?

use std::path::Path;
use std::process::ExitCode;

use clap::value_parser;
use qantar::analysis::score::Observation;
use qantar::report::matching as report;
use qantar::report::self_test::{self, Held};
use qantar::study::matching::{Match, Matched, Observed, WORLDS, Waves};
use qantar::study::self_test::{SelfTest, Trials};
use qantar::study::{Fitting, Known, Named, Stages, Study};

use super::arguments::Running;
use super::fitting::{self, Given};
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
    #[command(flatten)]
    given: Given,
    /// Test the method instead: draw so many truths from the ranges, take a run of each for the record, match them, and tell in
    /// how many the truth is left and how often the worlds predict what was not matched.
    #[arg(long, value_name = "TRUTHS", value_parser = value_parser!(u32).range(1..=10_000))]
    self_test: Option<u32>,
    #[command(flatten)]
    running: Running,
}

const EXAMPLES: &str = "Examples:
  qantar explain search    what a file of parameters holds
  qantar match BASE.toml --parameters BASE.search.toml
  qantar compare BASE.toml --arm early:KEY=VALUE --worlds results/BASE-match/worlds.csv";

impl Args {
    /// Match it.
    pub fn execute(self) -> anyhow::Result<ExitCode> {
        let given = self.given.read(&self.running)?;
        match self.self_test {
            None => {
                let of = matching(given).0;
                perform(of.study()?, &self.given.name("match"), &Worlds(of), &self.running)
            }
            Some(truths) => {
                let of = tested(given, truths);
                perform(of.study()?, &self.given.name("self-test"), &Truths(of), &self.running)
            }
        }
    }
}

/// What to match, and what the record has besides.
fn matching((fitting, observations): (Fitting, Vec<Observation>)) -> (Match, Vec<Observed>) {
    let observed = |of: Observation| Observed {
        id: of.id,
        outcome: of.outcome,
        target: of.target,
    };
    let (fitted, others) = fitting::fitted(observations);
    let all = |of: Vec<Observation>| of.into_iter().map(observed).collect();
    (Match::new(fitting, all(fitted)), all(others))
}

fn tested(given: (Fitting, Vec<Observation>), truths: u32) -> SelfTest {
    let (of, predicted) = matching(given);
    SelfTest::new(of, predicted, truths)
}

/// What is made of a study that was loaded.
pub fn of(study: &Study, self_test: Option<u32>) -> anyhow::Result<Box<dyn Finish>> {
    Ok(match self_test {
        None => Box::new(Worlds::of(study)?),
        Some(truths) => Box::new(Truths(tested(fitting::of(study)?, truths))),
    })
}

/// What a self-test makes of its runs.
struct Truths(SelfTest);

impl Finish for Truths {
    fn files(&self, study: &Study, folder: &Path) -> anyhow::Result<Vec<Named>> {
        Ok(self.0.files(self.0.tested(&Known::of_folder(study, folder)?)))
    }

    fn tell(&self, study: &Study, folder: &Path, shown: &Shown) -> anyhow::Result<ExitCode> {
        let tested = self.0.tested(&Known::of_folder(study, folder)?);
        let held = |(place, of): (usize, &Observed)| Held {
            id: of.id.clone(),
            held: tested.iter().filter_map(|tested| tested.held[place]).collect(),
        };
        let out = |(place, of): (usize, &Observed)| {
            let truths = tested.iter().filter(|tested| tested.ruled_out_by.contains(&place));
            (of.id.clone(), truths.count())
        };
        let told = self_test::SelfTest {
            format: "qantar-self-test/1",
            title: self.0.of().title().to_owned(),
            left: tested.iter().map(|of| of.left).collect(),
            share: tested.iter().map(|of| of.share).collect(),
            worlds: tested.iter().map(|of| of.worlds).collect(),
            ruled_out_by: self.0.of().observations().iter().enumerate().map(out).collect(),
            predicted: self.0.predicted().iter().enumerate().map(held).collect(),
            folder: shown.folder.clone(),
        };
        match shown.format {
            Format::Text => data(&self_test::text(&told))?,
            Format::Json => output::json(&told)?,
        }
        Ok(ExitCode::SUCCESS)
    }

    fn stages(&self) -> Option<Box<dyn Stages + '_>> {
        Some(Box::new(Trials::new(&self.0)))
    }
}

/// What a match makes of its runs.
pub struct Worlds(Match);

impl Worlds {
    /// Of a study that was loaded.
    pub fn of(study: &Study) -> anyhow::Result<Worlds> {
        Ok(Worlds(matching(fitting::of(study)?).0))
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

/// What a folder of a match tells.
pub fn of_results(folder: &Path) -> anyhow::Result<report::Matched> {
    let study = Study::load(folder)?;
    let of = Worlds::of(&study)?;
    let matched = Matched::of(&of.0, &Known::of_folder(&study, folder)?);
    Ok(told(&of.0, &study, &matched, &folder.display().to_string()))
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
