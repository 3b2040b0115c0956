//! The crisis room: a page on this machine on which a student asks *what if* by hand, governs from decision to decision,
//! and a class works side by side. It is an outside user of the library, and nothing else knows it.
//!
//! ```text
//! browser -> http (limits) -> guard (who may ask) -> routes -> room (branches, on the disk) -> engine (one queue)
//!                                                      ^                                            |
//!                                                      +---- live (words and pictures of a report) <-+ worlds
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `http`, `guard`, `answer` | the edge: connections and limits; who may ask; what is asked, without HTTP |
//! | `routes`, `shown`, `page` | what can be asked; what a page is shown; the files of the page |
//! | `overlay`, `judge`, `edit` | files that a page may name; what the checker says; a text as a form changes it |
//! | `begin`, `shelf` | what a page begins with; kinds and keys, as forms are made of them |
//! | `room`, `state`, `branch` | the scenario and who may do what; what changes; what is kept of a branch |
//! | `keeping` | what is done to branches |
//! | `play` | decision mode |
//! | `engine`, `worlds` | the one queue; worlds that were run, kept in a file for each arm |
//! | `live`, `found`, `luck` | what is known of a branch; its numbers; of one that was played, what was policy and what was luck |
//! | `sight`, `results` | what a government can see; a folder of results |

mod answer;
mod begin;
mod branch;
mod edit;
mod engine;
mod found;
mod guard;
mod http;
mod judge;
mod keeping;
mod live;
mod luck;
mod overlay;
mod page;
mod play;
mod results;
mod room;
mod routes;
mod shelf;
mod shown;
mod sight;
mod state;
mod worlds;

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use crate::report::page::Background;
use crate::scenario::Scenario;
use crate::scenario::problem::Problems;

/// What is served, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// The scenario.
    pub scenario: PathBuf,
    /// The folder in which all of it is kept.
    pub folder: PathBuf,
    /// The address to listen on.
    pub listen: IpAddr,
    /// The port; 0 for any that is free.
    pub port: u16,
    /// Whether pupils get links of their own.
    pub classroom: bool,
    /// Threads that run worlds in the background.
    pub threads: usize,
    /// What the program lends.
    pub program: Program,
}

/// What the program that serves lends to the room.
#[derive(Clone, Copy)]
pub struct Program {
    /// The program itself, which makes folders of results.
    pub path: &'static std::path::Path,
    /// What a report tells of a scenario beside its numbers.
    pub background: fn(&Scenario) -> Background,
    /// What a word of the format means, or what was probably meant.
    pub explain: fn(&str) -> Result<String, String>,
    /// Say something to whoever started it.
    pub say: fn(&str),
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// Why a room cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Something is wrong with the scenario.
    #[error(transparent)]
    Scenario(#[from] Problems),
    /// Another process has the folder.
    #[error("{} is in use by another `qantar serve`; close that one, or choose another folder with --dir", .0.display())]
    Busy(PathBuf),
    /// The port is taken.
    #[error("port {port} is taken ({source}); choose another with --port, or --port 0 for any that is free")]
    Port {
        /// The port.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Serve a room until `stop` is set; `ready` is told its address once it can be asked.
///
/// # Errors
/// If it cannot be opened.
///
/// # Panics
/// If the system starts no threads.
pub fn serve(options: &Options, stop: &AtomicBool, ready: impl FnOnce(&str)) -> Result<(), Error> {
    let room = room::Room::open(options)?;
    let taken = |source| Error::Port {
        port: options.port,
        source,
    };
    let listener = std::net::TcpListener::bind(SocketAddr::new(options.listen, options.port)).map_err(taken)?;
    let address = listener.local_addr().map_err(taken)?;
    listener.set_nonblocking(true).map_err(taken)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(16)
        .enable_all()
        .build()
        .map_err(taken)?;
    let threads = engine::start(&room);
    let named = if address.ip().is_unspecified() {
        IpAddr::from([127, 0, 0, 1])
    } else {
        address.ip()
    };
    ready(&format!(
        "http://{}/#token={}",
        SocketAddr::new(named, address.port()),
        room.token
    ));
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener).map_err(taken)?;
        let listening = tokio::spawn(http::listen(listener, address, std::sync::Arc::clone(&room)));
        while !stop.load(SeqCst) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        listening.abort();
        Ok::<(), Error>(())
    })?;
    {
        // Under the lock, so that nobody falls asleep between looking and waiting.
        let _state = room.state();
        room.closing.store(true, SeqCst);
        room.work.notify_all();
    }
    runtime.shutdown_timeout(Duration::from_secs(1));
    for thread in threads {
        let _ = thread.join();
    }
    Ok(())
}
