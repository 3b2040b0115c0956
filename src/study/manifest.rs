//! `manifest.json`: what a folder of results is, how it was made, and the digests of its files.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

pub use super::digest::Digested;
use super::error::{Error, at};
use super::identity::Identity;
use crate::sim::Simulation;

/// The name of the file.
pub const NAME: &str = "manifest.json";

/// The value of [`Manifest::format`].
pub const FORMAT: &str = "qantar-results/2";

/// What a folder of results is. The files that it lists are the same bytes on every machine and for any number of
/// threads; the manifest itself is not, since it tells when, where and how fast they were made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of this document, [`FORMAT`].
    pub format: String,
    /// What was run.
    #[serde(flatten)]
    pub study: Identity,
    /// The family of its model.
    pub model: String,
    /// The model of the baseline in numbers, where nothing is varied.
    pub size: Size,
    /// Number of points.
    pub points: u64,
    /// Number of runs.
    pub runs: u64,
    /// How many of them failed.
    pub failed: u64,
    /// Where and when it was run.
    pub made: Made,
    /// The files, in the order in which they were written.
    pub files: Vec<Digested>,
}

/// The model in numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Size {
    /// Residents; on a lattice, agents at the start.
    pub people: u64,
    /// People that each simulated citizen stands for.
    pub persons_per_agent: u32,
    /// Number of regions.
    pub regions: u32,
    /// Number of ticks.
    pub ticks: u32,
    /// Length of a tick in minutes; 0 where ticks have no date.
    pub tick_minutes: u32,
}

/// Where and when results were made; of a resumed run, its last sitting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Made {
    /// Operating system.
    pub os: String,
    /// Processor architecture.
    pub arch: String,
    /// Threads used.
    pub threads: usize,
    /// Start, in UTC.
    pub started: String,
    /// Duration in seconds.
    pub wall_seconds: f64,
    /// The commit that qantar was built from, if that was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The compiler that built it, if that was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compiler: Option<String>,
}

impl Made {
    /// Here, since a moment.
    pub(super) fn here(threads: usize, started: &(jiff::Timestamp, std::time::Instant)) -> Made {
        Made {
            os: std::env::consts::OS.to_owned(),
            arch: std::env::consts::ARCH.to_owned(),
            threads,
            started: started.0.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            wall_seconds: started.1.elapsed().as_millis() as f64 / 1000.0,
            commit: option_env!("QANTAR_COMMIT").map(str::to_owned),
            compiler: option_env!("QANTAR_COMPILER").map(str::to_owned),
        }
    }
}

impl Size {
    /// Of a model.
    pub fn of(model: &dyn Simulation) -> Size {
        let size = model.size();
        Size {
            people: size.people,
            persons_per_agent: size.persons_per_agent,
            regions: model.regions().len() as u32,
            ticks: model.ticks(),
            tick_minutes: size.tick_minutes,
        }
    }
}

impl Manifest {
    /// Read the manifest of a folder of results.
    ///
    /// # Errors
    /// If there is none, it is not one, or it is in an older format.
    pub fn read(folder: &Path) -> Result<Manifest, Error> {
        #[derive(Deserialize)]
        struct Any {
            format: String,
        }
        let path = folder.join(NAME);
        let text = std::fs::read(&path).map_err(at(&path))?;
        let wrong = |error| at(&path)(io::Error::from(error));
        match serde_json::from_slice::<Any>(&text) {
            Ok(Any { format }) if format != FORMAT => Err(Error::Older {
                folder: folder.to_owned(),
                format,
            }),
            _ => serde_json::from_slice(&text).map_err(wrong),
        }
    }
}

/// The names of those files of a folder that are not as their digests say: changed, or gone.
///
/// # Errors
/// If a file that is there cannot be read.
pub fn edited<'f>(files: &'f [Digested], folder: &Path) -> Result<Vec<&'f str>, Error> {
    let mut edited = Vec::new();
    for file in files {
        let path = folder.join(&file.name);
        if !path.exists() || Digested::of(&path)? != *file {
            edited.push(file.name.as_str());
        }
    }
    Ok(edited)
}
