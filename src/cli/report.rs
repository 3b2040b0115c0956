//! `qantar report`: results as one page that a lecture can use.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use qantar::report::page::{self, Page};

use super::failure::Usage;
use super::output::{HELP, message};
use super::told;

/// Results as one page: a file without network that opens from an e-mail and prints.
///
/// It tells runs, comparisons, ablations, sweeps and scores; several folders stand side by side in one page. The same
/// results give the same bytes.
#[derive(clap::Args)]
#[command(help_template = HELP, before_help = EXAMPLES)]
pub struct Args {
    /// Folders of results.
    #[arg(required = true, value_name = "DIR")]
    results: Vec<PathBuf>,
    /// File of the page [default: report.html in the first folder].
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Record that results of `score` are held against [default: the one that the scenario names].
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Show it in the browser.
    #[arg(long)]
    open: bool,
    /// Replace a page that is there already and is not the same.
    #[arg(long)]
    force: bool,
    /// No hints.
    #[arg(long, short)]
    quiet: bool,
}

const EXAMPLES: &str = "Examples:
  qantar run scenarios/tutorial.toml --explain    with why people went out, which a page then shows
  qantar report results/tutorial-1 --open
  qantar compare scenarios/tutorial.toml --arm none:action.curfew.remove=true --replicates 20
  qantar report results/tutorial-1 results/tutorial-1-compare -o lecture.html    two folders side by side";

impl Args {
    /// Write it.
    pub fn execute(self) -> anyhow::Result<ExitCode> {
        let out = self.out.clone().unwrap_or_else(|| self.results[0].join("report.html"));
        let text = text(&self.results, self.record.as_deref())?;
        write(&out, &text, self.force)?;
        if !self.quiet {
            message(&format!(
                "the page is {} ({} kB)",
                out.display(),
                text.len().div_ceil(1000)
            ));
        }
        if self.open {
            show(&out)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The page of a folder that was just made.
pub fn of_results(folder: &Path, quiet: bool) -> anyhow::Result<()> {
    let out = folder.join("report.html");
    write(&out, &text(&[folder.to_owned()], None)?, true)?;
    if !quiet {
        message(&format!("the page is {}", out.display()));
    }
    Ok(())
}

fn text(results: &[PathBuf], record: Option<&Path>) -> anyhow::Result<String> {
    let folders = results
        .iter()
        .map(|folder| told::folder(folder, record))
        .collect::<anyhow::Result<_>>()?;
    Ok(page::text(&Page { folders }))
}

/// Whole or not at all; another page is not replaced unasked.
fn write(out: &Path, text: &str, force: bool) -> anyhow::Result<()> {
    let there = fs::read(out).ok();
    if there.as_deref() == Some(text.as_bytes()) {
        return Ok(());
    }
    if there.is_some() && !force {
        let name = out.display();
        return Err(Usage(format!(
            "{name} is there already and is another page; use --force to replace it, or -o FILE"
        ))
        .into());
    }
    super::output::file(out, text.as_bytes())
}

/// Leave the page to the program that shows such files.
fn show(out: &Path) -> anyhow::Result<()> {
    open::that_detached(out).with_context(|| format!("cannot show {}; open it by hand", out.display()))
}
