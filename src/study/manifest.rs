//! `manifest.json`: what a folder of results is, how it was made, and the digests of its files.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::error::{Error, at};
use super::plan::Identity;
use crate::models::{self, Family};

/// The name of the file.
pub const NAME: &str = "manifest.json";

/// The value of [`Manifest::format`].
pub const FORMAT: &str = "qantar-results/1";

/// What a folder of results is. The files that it lists are the same bytes on every machine and for any number of
/// threads; the manifest itself is not, since it tells when, where and how fast they were made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of this document, [`FORMAT`].
    pub format: String,
    /// What was run.
    #[serde(flatten)]
    pub plan: Identity,
    /// The family of its model; manifests of old have none and are of a country.
    #[serde(default = "country")]
    pub model: String,
    /// The model in numbers.
    pub size: Size,
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
}

/// A file and its digest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Digested {
    /// Its name in the folder.
    pub name: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// Read the manifest of a folder of results.
    ///
    /// # Errors
    /// If there is none, or it is not one.
    pub fn read(folder: &Path) -> Result<Manifest, Error> {
        let path = folder.join(NAME);
        let text = std::fs::read(&path).map_err(at(&path))?;
        serde_json::from_slice(&text)
            .map_err(io::Error::from)
            .map_err(at(&path))
    }

    /// The family of its model; that of countries if this version knows it not.
    pub fn family(&self) -> &'static dyn Family {
        models::of(Some(&self.model)).unwrap_or(models::FAMILIES[0])
    }
}

fn country() -> String {
    models::FAMILIES[0].name().to_owned()
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

impl Digested {
    /// The digest of a file.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn of(path: &Path) -> Result<Digested, Error> {
        let mut file = File::open(path).map_err(at(path))?;
        let mut digesting = Digesting::new(io::sink());
        io::copy(&mut file, &mut digesting).map_err(at(path))?;
        Ok(digesting.digested(&path.file_name().unwrap_or_default().to_string_lossy()))
    }
}

/// Something that is written to, and digested at the same time.
pub(super) struct Digesting<W> {
    to: W,
    hash: Sha256,
    bytes: u64,
}

impl<W: Write> Digesting<W> {
    pub fn new(to: W) -> Digesting<W> {
        Digesting {
            to,
            hash: Sha256::new(),
            bytes: 0,
        }
    }

    /// The digest of what has been written until now, as a file of this name.
    pub fn digested(&self, name: &str) -> Digested {
        let digest = self.hash.clone().finalize();
        let sha256 = digest.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        Digested {
            name: name.to_owned(),
            bytes: self.bytes,
            sha256,
        }
    }
}

impl<W: Write> Write for Digesting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_of_a_file_is_its_sha256() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("abc.csv");
        std::fs::write(&path, "abc").unwrap();
        let digested = Digested::of(&path).unwrap();
        assert_eq!((digested.name.as_str(), digested.bytes), ("abc.csv", 3));
        assert_eq!(
            digested.sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
