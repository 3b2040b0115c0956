use std::path::PathBuf;
use std::process::ExitCode;

use qantar::analysis::score::Record;
use qantar::scenario::{Scenario, record};
use qantar::study::{Command, Study};

use super::failure::Usage;
use super::output::{color, data, message, warn};

/// Find everything that is wrong with scenarios
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  qantar new my && qantar check my.toml\n  qantar check my.toml --set region.capital.urban=0.9"
)]
pub struct Args {
    /// Scenario files
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Set a key to a TOML value, as in region.almaty.urban=0.9; may be given several times
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

impl Args {
    /// Print a line for each scenario that is whole and every problem of those that are not.
    pub fn execute(self) -> anyhow::Result<ExitCode> {
        let mut bad = 0;
        for file in &self.files {
            let checked = Scenario::read(file).and_then(|mut scenario| {
                scenario.set(&self.set)?;
                let study = Study::new(Command::Run, &scenario, Vec::new(), 1, 0..1)?;
                let record = scenario
                    .record()
                    .map(|path| record::read(path, &study.known()))
                    .transpose()?;
                Ok((summary(&study, record.as_ref()), scenario.warnings()))
            });
            match checked {
                Ok((summary, warnings)) => {
                    warn(&warnings);
                    data(&format!("{}: {summary}\n", file.display()))?;
                }
                // The last one is left to be printed as the error of the command.
                Err(problems) if self.files.len() == 1 => return Err(problems.into()),
                Err(problems) => {
                    bad += 1;
                    message(&format!("{}\n", problems.render(color(&std::io::stderr()))));
                }
            }
        }
        match bad {
            0 => Ok(ExitCode::SUCCESS),
            _ => Err(Usage(format!("{bad} of {} scenarios have problems", self.files.len())).into()),
        }
    }
}

fn summary(study: &Study, record: Option<&Record>) -> String {
    let model = &study.arms[0].model;
    let (mut text, calendar) = (model.outline(), &study.calendar);
    if calendar.is_dated() {
        text += &format!(" from {} to {}", calendar.short(0), calendar.short(model.ticks()));
    }
    if let Some(record) = record {
        let count = record.observations.len();
        text += &format!("; a record of {count} observation{}", if count == 1 { "" } else { "s" });
    }
    text
}
