//! `qantar metrics`: what is measured.

use std::process::ExitCode;

use qantar::metric::{Across, Description, Vocabulary};
use qantar::report::format::wrapped;
use serde_json::json;

use super::output::{self, Format, HELP};

/// List what is measured: the metrics of results and of conditions in scenarios.
#[derive(clap::Args)]
#[command(help_template = HELP, before_help = "Example:\n  qantar metrics")]
pub struct Args {
    /// Form of the list on stdout.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

impl Args {
    /// List them.
    pub fn execute(self) -> anyhow::Result<ExitCode> {
        match self.format {
            Format::Text => output::data(&text())?,
            Format::Json => output::json(&document())?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn text() -> String {
    let line = |about: &Description| wrapped(&format!("{:<19} {:<14} ", about.name, about.unit), about.meaning);
    let of = |vocabulary: Vocabulary| -> String {
        let lines: String = vocabulary.metrics().iter().map(line).collect();
        match vocabulary {
            Vocabulary::Country => lines,
            Vocabulary::Epstein => format!("\nOf scenarios with model = \"epstein\":\n{lines}"),
        }
    };
    Vocabulary::ALL.into_iter().map(of).collect()
}

/// A list of objects; `across` tells how the country's value follows from the regions'.
fn document() -> serde_json::Value {
    let entry = |vocabulary: Vocabulary, about: &Description| {
        let across = match about.across {
            Across::Sum => "sum",
            Across::Mean => "mean by population",
        };
        let (name, unit, whole, meaning) = (about.name, about.unit, about.whole, about.meaning);
        let model = vocabulary.name();
        json!({ "model": model, "name": name, "unit": unit, "whole": whole, "across": across, "meaning": meaning })
    };
    let of = |vocabulary: Vocabulary| vocabulary.metrics().iter().map(move |about| entry(vocabulary, about));
    Vocabulary::ALL.into_iter().flat_map(of).collect()
}
