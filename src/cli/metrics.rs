//! `qantar metrics`: what is measured.

use std::process::ExitCode;

use qantar::metric::{Across, Description};
use qantar::models::{self, Family};
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
    let of = |(number, family): (usize, &dyn Family)| -> String {
        let lines: String = family.metrics().iter().map(line).collect();
        match number {
            0 => lines,
            _ => format!("\nOf scenarios with model = \"{}\":\n{lines}", family.name()),
        }
    };
    models::all().enumerate().map(of).collect()
}

/// A list of objects; `across` tells how the country's value follows from the regions'.
fn document() -> serde_json::Value {
    let entry = |family: &dyn Family, about: &Description| {
        let across = match about.across {
            Across::Sum => "sum",
            Across::Mean => "mean by population",
        };
        let (name, unit, whole, meaning) = (about.name, about.unit, about.whole, about.meaning);
        let model = family.name();
        json!({ "model": model, "name": name, "unit": unit, "whole": whole, "across": across, "meaning": meaning })
    };
    let of = |family: &'static dyn Family| family.metrics().iter().map(move |about| entry(family, about));
    models::all().flat_map(of).collect()
}
