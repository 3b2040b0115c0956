//! `qantar doctor`: what one who reads a report of a fault needs to know of this machine.

use std::env::consts::{ARCH, OS};
use std::fs;
use std::io;
use std::process::ExitCode;

use qantar::dice::Dice;
use qantar::scenario::Scenario;
use qantar::sim::tick::Engine;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::output::{self, Format, HELP};
use super::terminal;

/// The small scenario of `qantar new`, which stands for all.
const WORLD: &str = include_str!("new.toml");

/// Say what a report of a fault needs to know: version, machine, limits, and whether results are those of other machines.
#[derive(clap::Args)]
#[command(help_template = HELP, before_help = "Examples:\n  qantar doctor\n  qantar doctor --format json > doctor.json")]
pub struct Args {
    /// Form of the facts on stdout.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

impl Args {
    /// Say it.
    pub fn execute(self) -> anyhow::Result<ExitCode> {
        let facts = facts();
        match self.format {
            Format::Text => output::data(
                &facts
                    .iter()
                    .map(|(name, fact)| format!("{name:<12}{fact}\n"))
                    .collect::<String>(),
            )?,
            Format::Json => {
                let facts = facts
                    .into_iter()
                    .map(|(name, fact)| (name.to_owned(), Value::String(fact)));
                output::json(&facts.collect::<Map<_, _>>())?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Each fact under its name.
fn facts() -> Vec<(&'static str, String)> {
    let parquet = if cfg!(feature = "parquet") {
        "with Parquet"
    } else {
        "without Parquet"
    };
    let build = if cfg!(debug_assertions) { "debug" } else { "release" };
    let mut facts = vec![
        (
            "qantar",
            format!("{}, {build} build, {parquet}", env!("CARGO_PKG_VERSION")),
        ),
        (
            "machine",
            format!("{OS}, {ARCH}, {} bits, {} endian", usize::BITS, endian()),
        ),
        ("vectors", vectors().to_owned()),
        (
            "threads",
            std::thread::available_parallelism().map_or("unknown".to_owned(), |n| n.to_string()),
        ),
    ];
    facts.extend(memory().map(|memory| ("memory", memory)));
    facts.extend(open_files().map(|files| ("open files", files)));
    facts.push((
        "folder",
        folder().unwrap_or_else(|error| format!("nothing can be written here: {error}")),
    ));
    facts.push(("terminal", terminal::described()));
    facts.push(("test world", world()));
    facts
}

fn endian() -> &'static str {
    if cfg!(target_endian = "big") { "big" } else { "little" }
}

/// The widest vectors that the engine finds here.
fn vectors() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw") {
            return "AVX-512";
        }
        if is_x86_feature_detected!("avx2") {
            return "AVX2";
        }
    }
    "those of any processor of this kind"
}

/// What Linux says of the memory that is left, and of a limit of this group of processes.
fn memory() -> Option<String> {
    let info = fs::read_to_string("/proc/meminfo").ok()?;
    let of = |name| {
        let line = info.lines().find_map(|line| line.strip_prefix(name))?;
        Some(line.trim_start_matches(':').trim().to_owned())
    };
    let limit = fs::read_to_string("/sys/fs/cgroup/memory.max").ok();
    let limit = limit
        .filter(|limit| limit.trim() != "max")
        .map(|bytes| format!(", limit {} bytes", bytes.trim()));
    Some(format!(
        "{} free of {}{}",
        of("MemAvailable")?,
        of("MemTotal")?,
        limit.unwrap_or_default()
    ))
}

fn open_files() -> Option<String> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    Some(format!("at most {}", line.split_whitespace().next()?))
}

/// Whether the folder that one stands in does what folders of results need.
fn folder() -> io::Result<String> {
    let file = tempfile::NamedTempFile::new_in(".")?;
    file.as_file().sync_all()?;
    let lock = match file.as_file().try_lock() {
        Ok(()) => "locks work",
        Err(_) => "locks do not work here, so let one process at a time write into a folder",
    };
    Ok(format!("can be written, {lock}"))
}

/// The digest of a small world: machines on which it is the same give the same results.
fn world() -> String {
    let scenario = Scenario::from_text("new", WORLD).expect("a test reads it");
    let model = scenario.compile().expect("a test compiles it");
    let mut engine = Engine::new(&model, &Dice::new(1, 0));
    let mut digest = Sha256::new();
    for _ in 0..model.clock.ticks {
        engine.tick();
        let regions = (0..model.regions.len()).map(Some).chain([None]);
        for value in regions.flat_map(|region| engine.readings.row(region)) {
            digest.update(value.to_bits().to_le_bytes());
        }
    }
    let hex: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{} (the same on every machine)", &hex[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_test_world_is_the_same_on_any_number_of_threads() {
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(world)
        };
        assert_eq!(on(1), on(3));
    }

    #[test]
    fn every_fact_is_told_once_and_is_not_empty() {
        let facts = facts();
        assert!(facts.len() >= 7, "{facts:?}");
        assert!(facts.iter().all(|(_, fact)| !fact.is_empty()), "{facts:?}");
    }
}
