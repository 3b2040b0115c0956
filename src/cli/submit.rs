//! `qantar submit`: hand a study to a cluster.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, bail};
use clap::value_parser;
use qantar::study::{Folder, How, Opened, Study};

use super::arguments::Running;
use super::failure::Usage;
use super::output::{HELP, data, message};
use super::perform::shape;
use super::sweep::Varied;

/// Hand a study to a cluster: an array of shards, and a job that merges them.
///
/// The folder is begun here, so mistakes are told here and not by a hundred jobs. A task that is near its time limit
/// stops cleanly and is requeued; one that was killed, or whose node was lost, is run again; each goes on where it
/// stood. What is still missing in the end is run by the same command once more.
#[derive(clap::Args)]
#[command(help_template = HELP, before_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    varied: Varied,
    #[command(flatten)]
    running: Running,
    /// What runs the jobs.
    #[arg(long, value_enum, default_value = "slurm")]
    engine: Engine,
    /// Shards, and with them tasks of the array.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = value_parser!(u32).range(1..=10_000))]
    tasks: u32,
    /// Processors of a task: as many runs at a time.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = value_parser!(u16).range(1..))]
    cpus: u16,
    /// Time limit of a task, as Slurm writes it [default: that of the partition].
    #[arg(long, value_name = "HH:MM:SS", value_parser = time)]
    time: Option<String>,
    /// Any further option of sbatch, such as --partition=long; can be repeated.
    #[arg(long, value_name = "OPTION", allow_hyphen_values = true)]
    sbatch: Vec<String>,
    /// Write the scripts and submit nothing.
    #[arg(long)]
    dry_run: bool,
}

/// What runs jobs on a cluster.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Engine {
    /// Slurm.
    Slurm,
}

/// A time limit as Slurm writes it: minutes, minutes:seconds, hours:minutes:seconds, days-hours and so on.
fn time(text: &str) -> Result<String, String> {
    let (days, rest) = text
        .split_once('-')
        .map_or((None, text), |(days, rest)| (Some(days), rest));
    let number = |part: &str| !part.is_empty() && part.len() <= 6 && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = rest.split(':').collect();
    let sound = days.is_none_or(number) && parts.len() <= 3 && parts.iter().all(|part| number(part));
    match sound && text.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) {
        true => Ok(text.to_owned()),
        false => Err("a time limit is written 90 (minutes), 02:30:00 or 1-12:00:00".to_owned()),
    }
}

const EXAMPLES: &str = "Examples:
  qantar submit scenarios/tutorial.toml --vary shock.fuel-price.factor=1.2:2.4:0.4 --tasks 8 --cpus 4 --time 02:00:00 --dry-run
  qantar submit scenarios/tutorial.toml --vary shock.fuel-price.factor=1.2:2.4:0.4 --tasks 8 --sbatch=--partition=long
  qantar status results/tutorial-sweep-1
  qantar submit DIR --tasks 8    a study of any command that was begun";

impl Args {
    /// Write the scripts and submit them.
    pub fn execute(self) -> anyhow::Result<ExitCode> {
        let Engine::Slurm = self.engine;
        let (study, name) = self.varied.study(&self.running)?;
        let out = self.varied.begun().unwrap_or_else(|| self.running.out(&name));
        let shared = How {
            shared: true,
            ..How::default()
        };
        if let Opened::Whole = Folder::open(&study, &out, shared)? {
            message(&format!("{} is whole already; nothing to submit", out.display()));
            return Ok(ExitCode::SUCCESS);
        }
        message(&shape(&study, study.jobs()));
        let runs = if study.in_stages() { u64::MAX } else { study.jobs() };
        if u64::from(self.tasks) > runs {
            let (tasks, most) = (self.tasks, study.jobs());
            return Err(Usage(format!(
                "{tasks} tasks have only {most} runs to do; --tasks {most} is the most"
            ))
            .into());
        }
        if let Some(most) = array_limit().filter(|most| self.tasks >= *most) {
            let (tasks, less) = (self.tasks, most.saturating_sub(1));
            let why = format!(
                "this cluster takes arrays of at most {less} tasks (its MaxArraySize is {most}), not of {tasks}"
            );
            return Err(Usage(format!("{why}; --tasks {less} --cpus 4 does as much at a time")).into());
        }
        let (shown, out) = (out.display().to_string(), std::path::absolute(&out)?);
        let folder = PathBuf::from(format!("{}.slurm", out.display()));
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let program = std::env::current_exe()?;
        let (array, merge) = (folder.join("array.sh"), folder.join("merge.sh"));
        write(&array, &self.array(&study, &program, &out, &folder))?;
        write(&merge, &self.merge(&study, &program, &out, &folder))?;
        if self.dry_run {
            let (array, merge) = (quoted(&array), quoted(&merge));
            data(&format!(
                "sbatch {array}\nsbatch --dependency=afterok:<its number> {merge}\n"
            ))?;
            return Ok(ExitCode::SUCCESS);
        }
        let tasks = sbatch(&[], &array)?;
        let last = sbatch(&[format!("--dependency=afterok:{tasks}")], &merge)?;
        let tasks_of = self.tasks;
        data(&format!("array {tasks} of {tasks_of} tasks, then job {last} merges\n"))?;
        message(&format!("next: qantar status {}", shown));
        Ok(ExitCode::SUCCESS)
    }

    fn array(&self, study: &Study, program: &Path, out: &Path, folder: &Path) -> String {
        let name = &study.identity.scenario;
        let (last, cpus, tasks) = (self.tasks - 1, self.cpus, self.tasks);
        let time = self.time.iter().map(|time| format!("#SBATCH --time={time}\n"));
        let more = self.sbatch.iter().map(|option| format!("#SBATCH {option}\n"));
        let options: String = time.chain(more).collect();
        let (log, program, out) = (folder.join("%a.log"), quoted(program), quoted(out));
        format!(
            r#"#!/bin/bash
# A shard of a study of qantar for each task of the array.
#SBATCH --job-name=qantar-{name}
#SBATCH --array=0-{last}
#SBATCH --ntasks=1
#SBATCH --cpus-per-task={cpus}
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=B:TERM@60
#SBATCH --output={log}
{options}
again() {{
    echo "task $SLURM_ARRAY_TASK_ID: $1; requeued after ${{SLURM_RESTART_COUNT:-0}} restarts"
    scontrol requeue "${{SLURM_ARRAY_JOB_ID}}_${{SLURM_ARRAY_TASK_ID}}"
    # Slurm ends this script; it must not be over before that.
    sleep 300
}}

{program} resume {out} --shard "$((SLURM_ARRAY_TASK_ID + 1))/{tasks}" --threads {cpus} --quiet &
child=$!
# A minute before the time limit: stop within a tick, keep what is done.
trap 'kill -TERM "$child" 2>/dev/null' TERM
wait "$child"; code=$?
while kill -0 "$child" 2>/dev/null; do wait "$child"; code=$?; done

case "$code" in
    0) ;;
    3) echo "some runs failed; their rows tell why"; code=0 ;;
    143) again "stopped at the time limit" ;;
    137) [ "${{SLURM_RESTART_COUNT:-0}}" -lt 5 ] && again "killed" ;;
esac
exit "$code"
"#,
            log = log.display()
        )
    }

    fn merge(&self, study: &Study, program: &Path, out: &Path, folder: &Path) -> String {
        let name = &study.identity.scenario;
        let more: String = self.sbatch.iter().map(|option| format!("#SBATCH {option}\n")).collect();
        let (log, program, out) = (folder.join("merge.log"), quoted(program), quoted(out));
        format!(
            r#"#!/bin/bash
# Put the shards together.
#SBATCH --job-name=qantar-{name}-merge
#SBATCH --ntasks=1
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output={log}
{more}
{program} merge {out}
code=$?
[ "$code" -eq 3 ] && code=0
exit "$code"
"#,
            log = log.display()
        )
    }
}

/// The least size of an array that the cluster refuses; `None` where it cannot be asked.
fn array_limit() -> Option<u32> {
    let output = Command::new("scontrol").args(["show", "config"]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let line = text
        .lines()
        .find(|line| line.trim_start().starts_with("MaxArraySize"))?;
    line.split('=').nth(1)?.trim().parse().ok()
}

fn sbatch(options: &[String], script: &Path) -> anyhow::Result<String> {
    let mut command = Command::new("sbatch");
    let output = command.arg("--parsable").args(options).arg(script).output();
    let output = output.context("cannot start sbatch; --dry-run writes the scripts without it")?;
    if !output.status.success() {
        bail!("sbatch: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    // With several clusters it is `number;cluster`.
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.trim().split(';').next().unwrap_or_default().to_owned())
}

fn write(path: &PathBuf, text: &str) -> anyhow::Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// A path as a shell reads it.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', r"'\''"))
}
