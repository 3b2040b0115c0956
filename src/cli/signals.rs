//! Ctrl-C and SIGTERM: the first asks to stop, and what does not stop by itself is ended after a moment; the second ends
//! at once. Ending at any moment loses nothing: what is done is in journals, and files are put in place when they are whole.

use std::io;
use std::process::{self, ExitCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals as Coming;

use super::output::message;

/// So long a process may take to stop by itself.
const PATIENCE: Duration = Duration::from_millis(1500);

/// Which signal has come, if any.
pub struct Signals {
    /// Set by the first signal.
    pub stop: Arc<AtomicBool>,
    last: Arc<AtomicI32>,
}

impl Signals {
    /// From now on a first signal sets `stop`.
    pub fn set() -> io::Result<Signals> {
        let signals = Signals {
            stop: Arc::default(),
            last: Arc::default(),
        };
        let (stop, last) = (Arc::clone(&signals.stop), Arc::clone(&signals.last));
        let mut coming = Coming::new([SIGINT, SIGTERM])?;
        thread::spawn(move || {
            for signal in coming.forever() {
                if last.swap(signal, SeqCst) != 0 {
                    process::exit(128 + signal);
                }
                stop.store(true, SeqCst);
                thread::spawn(move || {
                    thread::sleep(PATIENCE);
                    message("interrupted; what is done is kept, and the same command goes on");
                    process::exit(128 + signal);
                });
            }
        });
        Ok(signals)
    }

    /// Whether any has come.
    pub fn came(&self) -> bool {
        self.last.load(SeqCst) != 0
    }

    /// The exit code of a process that was stopped by the signal: 130 or 143.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(128 + self.last.load(SeqCst) as u8)
    }
}
