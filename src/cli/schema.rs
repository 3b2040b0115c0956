use super::output::exact;
use qantar::scenario::json_schema::json_schema;
use std::process::ExitCode;

/// Print the JSON schema of the scenario format, for editors
#[derive(clap::Args)]
#[command(after_help = "Example:\n  qantar schema > scenario.schema.json\n\n\
    With `#:schema ./scenario.schema.json` as its first line, editors complete and check a scenario.")]
pub struct Args {}

impl Args {
    /// Print it.
    pub fn execute(self) -> anyhow::Result<ExitCode> {
        exact(&format!("{:#}\n", json_schema()))?;
        Ok(ExitCode::SUCCESS)
    }
}
