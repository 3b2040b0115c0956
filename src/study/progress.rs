//! How far a study is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64};

/// How far a study is, for whoever watches; and the wish to stop it.
#[derive(Debug, Default)]
pub struct Progress {
    /// Set it to stop within a tick; what is done is kept.
    pub stop: Arc<AtomicBool>,
    /// Jobs done.
    pub done: AtomicU32,
    /// Ticks done in the job that ticked last.
    pub ticks: AtomicU32,
    /// People out in that tick, or agents active.
    pub participants: AtomicU64,
}
