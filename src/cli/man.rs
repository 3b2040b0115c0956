//! `qantar man`: the manual page.

use std::process::ExitCode;

use anyhow::Context;
use clap_mangen::Man;

use super::output::{HELP, exact};

/// Print the manual page, of qantar or of one of its commands, in roff.
#[derive(clap::Args)]
#[command(help_template = HELP, before_help = "Example:\n  qantar man run | man -l -")]
pub struct Args {
    /// The command.
    command: Option<String>,
}

impl Args {
    /// Print it.
    pub fn execute(self, mut command: clap::Command) -> anyhow::Result<ExitCode> {
        command.build();
        let page = match &self.command {
            None => command,
            Some(name) => {
                let found = command.find_subcommand(name).cloned();
                found.with_context(|| format!("there is no command `{name}`"))?
            }
        };
        let mut text = Vec::new();
        Man::new(page).render(&mut text)?;
        exact(&String::from_utf8(text)?)?;
        Ok(ExitCode::SUCCESS)
    }
}
