//! Ctrl-C and SIGTERM: the first asks to stop, the second ends at once.

use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// Which signal has come, if any.
pub struct Signals {
    last: Arc<AtomicUsize>,
}

impl Signals {
    /// From now on a first signal sets `stop`.
    pub fn set(stop: &Arc<AtomicBool>) -> io::Result<Signals> {
        let last = Arc::default();
        for signal in [SIGINT, SIGTERM] {
            // In this order: at the first signal the flag is not set yet, so the process goes on.
            flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(stop))?;
            flag::register_usize(signal, Arc::clone(&last), signal as usize)?;
            flag::register(signal, Arc::clone(stop))?;
        }
        Ok(Signals { last })
    }

    /// The exit code of a process that was stopped by the signal: 130 or 143.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(128 + self.last.load(Relaxed) as u8)
    }
}
