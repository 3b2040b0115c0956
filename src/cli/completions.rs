//! `qantar completions`: what a shell needs to complete arguments.

use std::process::ExitCode;

use clap_complete::Shell;

use super::output::{HELP, exact};

/// Print completions for a shell.
#[derive(clap::Args)]
#[command(help_template = HELP, before_help = "Example:\n  qantar completions bash > ~/.bash_completion")]
pub struct Args {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

impl Args {
    /// Print them.
    pub fn execute(self, mut command: clap::Command) -> anyhow::Result<ExitCode> {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut command, "qantar", &mut text);
        exact(&String::from_utf8(text)?)?;
        Ok(ExitCode::SUCCESS)
    }
}
