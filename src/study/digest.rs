//! Digests of files and texts: SHA-256.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::error::{Error, at};

/// A file and its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digested {
    /// Its name in the folder.
    pub name: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

impl Digested {
    /// The digest of a text.
    pub fn of_text(name: &str, text: &str) -> Digested {
        let mut digesting = Digesting::new(io::sink());
        digesting.write_all(text.as_bytes()).expect("nothing is in the way");
        digesting.digested(name)
    }

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
