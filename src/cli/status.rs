//! `qantar status`: how far a study is, read from its files.

use std::path::PathBuf;
use std::process::ExitCode;

use qantar::study::manifest::Manifest;
use qantar::study::{Folder, Opened, Part, Status};
use serde_json::json;

use super::output::{self, Format, HELP, data};
use super::progress::duration;

/// How far a study is, read from its files, while it runs or after.
#[derive(clap::Args)]
#[command(help_template = HELP, before_help = "Examples:
  qantar sweep scenarios/tutorial.toml --vary shock.fuel-price.factor=1.2:2.4:0.4 --out results/study --shard 1/2
  qantar status results/study")]
pub struct Args {
    /// Folder of the study.
    dir: PathBuf,
    /// Form of the answer.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

impl Args {
    /// Tell it.
    pub fn execute(self) -> anyhow::Result<ExitCode> {
        let (study, out, opened) = Folder::load(&self.dir)?;
        let status = match opened {
            Opened::Begun(folder) if folder.is_whole() => return self.whole(&Manifest::read(folder.partial())?),
            Opened::Begun(folder) => Status::read(&study, &folder)?,
            Opened::Whole => return self.whole(&Manifest::read(&out)?),
        };
        match self.format {
            Format::Json => output::json(&json!({
                "whole": false,
                "done": status.done,
                "failed": status.failed,
                "runs": status.of,
                "per_second": status.per_second,
                "shards": status.shards.iter().map(|part| json!({
                    "shard": part.shard.to_string(),
                    "finished": part.finished,
                    "runs": part.of,
                    "running": part.running,
                    "idle_seconds": part.idle,
                })).collect::<Vec<_>>(),
            }))?,
            Format::Text => data(&text(&status))?,
        }
        Ok(ExitCode::SUCCESS)
    }

    fn whole(&self, manifest: &Manifest) -> anyhow::Result<ExitCode> {
        let (runs, failed) = (manifest.runs, manifest.failed);
        match self.format {
            Format::Json => output::json(&json!({
                "whole": true, "done": runs - failed, "failed": failed, "runs": runs, "per_second": 0.0, "shards": [],
            }))?,
            Format::Text => data(&format!("whole: {runs} runs, {failed} failed\n"))?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn text(status: &Status) -> String {
    let finished = status.done + status.failed;
    let left = status.of.saturating_sub(finished);
    let rate = match (status.per_second > 0.0, left) {
        (_, 0) => "all are done: qantar merge puts them together".to_owned(),
        (true, _) => {
            let left = duration(left as f64 / status.per_second);
            format!("{:.1} a second, {left} left", status.per_second)
        }
        (false, _) => "nobody is working on it".to_owned(),
    };
    let mut text = format!("{finished} of {} runs, {} failed; {rate}\n", status.of, status.failed);
    let shards = status.shards.iter().filter(|_| status.shards.len() > 1);
    text.extend(shards.map(shard));
    text
}

fn shard(part: &Part) -> String {
    let state = match (part.finished == part.of, part.idle) {
        (true, _) => "done".to_owned(),
        (false, None) => "not begun".to_owned(),
        (false, Some(_)) if part.running => "running".to_owned(),
        (false, Some(idle)) => format!("nobody is working on it since {}", duration(idle as f64)),
    };
    format!(
        "  shard {:>7}  {:>9} of {:<9}  {state}\n",
        part.shard.to_string(),
        part.finished,
        part.of
    )
}
