//! One process makes a folder, or several shards do. The lock is one of the system's on a file beside the folder, so a
//! process that dies in any way lets go of it; the file alone, if it is left, holds nobody.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use jiff::Zoned;

use super::error::{Error, at};

/// Held for as long as a folder is worked on.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    file: File,
}

impl Lock {
    /// Take it for this process alone, or with other shards.
    ///
    /// # Errors
    /// [`Error::Busy`] if others hold it.
    pub fn take(out: &Path, shared: bool) -> Result<Lock, Error> {
        let path = super::place::beside(out, "lock");
        if let Some(parent) = out.parent() {
            fs::create_dir_all(parent).map_err(at(parent))?;
        }
        let options = || {
            let mut options = OpenOptions::new();
            options.read(true).write(true).create(true).truncate(false);
            options
        };
        loop {
            let mut file = options().open(&path).map_err(at(&path))?;
            let locked = match shared {
                true => file.try_lock_shared(),
                false => file.try_lock(),
            };
            match locked {
                Ok(()) if is_there(&file, &path) => {
                    if !shared {
                        let written = file.set_len(0).and_then(|()| file.write_all(holder().as_bytes()));
                        written.map_err(at(&path))?;
                    }
                    return Ok(Lock { path, file });
                }
                // Whoever held it before has removed the file between our opening and our locking it.
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    let (mut holder, out) = (String::new(), out.to_owned());
                    let _ = file.rewind().and_then(|()| file.read_to_string(&mut holder).map(drop));
                    if holder.is_empty() {
                        holder = "another process".to_owned();
                    }
                    return Err(Error::Busy { out, holder });
                }
                Err(TryLockError::Error(source)) => {
                    let why = format!(
                        "this file system has no locks, which keep two processes apart ({source}); give --out a folder on another \
                         disk, and copy it when it is whole"
                    );
                    return Err(at(&path)(io::Error::new(source.kind(), why)));
                }
            }
        }
    }
}

impl Drop for Lock {
    /// The last to leave removes the file, while nobody else can have it.
    fn drop(&mut self) {
        if self.file.try_lock().is_ok() && is_there(&self.file, &self.path) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Whether an open file is the one that has this name now.
#[cfg(unix)]
fn is_there(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let same = |a: fs::Metadata, b: fs::Metadata| (a.dev(), a.ino()) == (b.dev(), b.ino());
    let both = file.metadata().and_then(|open| Ok((open, fs::metadata(path)?)));
    both.is_ok_and(|(open, named)| same(open, named))
}

/// Elsewhere an open file keeps its name.
#[cfg(not(unix))]
fn is_there(_: &File, path: &Path) -> bool {
    path.exists()
}

/// This process, in words.
fn holder() -> String {
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = match host.trim() {
        "" => String::new(),
        host => format!(" on {host}"),
    };
    let now = Zoned::now().strftime("%Y-%m-%d %H:%M:%S").to_string();
    format!("process {}{host} since {now}", std::process::id())
}
