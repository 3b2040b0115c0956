use std::process::ExitCode;

use qantar::scenario::json_schema::{json_schema, of};
use qantar::scenario::{record, search};
use qantar::study::sweep;

use super::output::exact;

/// Print the JSON schema of a format, for editors
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  qantar schema > scenario.schema.json\n  qantar schema record > record.schema.json\n  \
    qantar schema study > study.schema.json\n\n\
    With `#:schema ./scenario.schema.json` as its first line, editors complete and check a scenario."
)]
pub struct Args {
    /// Of which kind of file
    #[arg(value_enum, default_value = "scenario")]
    of: Of,
}

/// The kinds of files.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Of {
    /// What is simulated.
    Scenario,
    /// What happened.
    Record,
    /// What is searched in a calibration.
    Search,
    /// What is varied in a sweep.
    Study,
}

impl Args {
    /// Print it.
    pub fn execute(self) -> anyhow::Result<ExitCode> {
        let schema = match self.of {
            Of::Scenario => json_schema(),
            Of::Record => of(&record::FORMAT),
            Of::Search => of(&search::FORMAT),
            Of::Study => of(&sweep::FORMAT),
        };
        exact(&format!("{schema:#}\n"))?;
        Ok(ExitCode::SUCCESS)
    }
}
