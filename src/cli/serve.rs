//! `qantar serve`: the crisis room, a page on this machine.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::value_parser;
use qantar::scenario::Scenario;
use qantar::serve::{Options, Program, serve};

use super::arguments::threads;
use super::output::{HELP, message};
use super::signals::Signals;
use super::{explain, told};

/// Ask what if by hand, on a page in the browser: move what was done, add to it, govern, and watch what comes of it.
///
/// All of it happens on this machine. What you do is kept in a folder, so nothing is lost when the page or the program
/// is closed: the same command goes on.
#[derive(clap::Args)]
#[command(help_template = HELP, before_help = EXAMPLES)]
pub struct Args {
    /// The scenario.
    #[arg(default_value = "scenarios/kazakhstan-2022.toml")]
    scenario: PathBuf,
    /// Folder in which all of it is kept [default: results/<name of the scenario>-room].
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Port; 0 takes any that is free.
    #[arg(long, value_name = "N", default_value_t = 7022)]
    port: u16,
    /// Show the page in the browser.
    #[arg(long)]
    open: bool,
    /// A class works in it: each pupil gets a link, and you see all branches on one wall.
    #[arg(long)]
    classroom: bool,
    /// Also answer other machines, at this address of yours (0.0.0.0 for all of them). What is sent is not encrypted; do
    /// so only in a network that you trust [default: only this machine].
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<IpAddr>,
    /// Threads that run worlds in the background [default: one per core].
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..))]
    threads: Option<u16>,
}

const EXAMPLES: &str = "Examples:
  qantar serve scenarios/tutorial.toml --open     a small country
  qantar serve --open                             Kazakhstan, January 2022
  qantar serve --classroom --listen 192.168.1.5   a class, on the network of the school";

impl Args {
    /// Serve until it is stopped.
    pub fn execute(self) -> anyhow::Result<ExitCode> {
        let name = self.scenario.file_stem().unwrap_or_default().to_string_lossy();
        let program = std::env::current_exe().context("cannot tell where this program is")?;
        let options = Options {
            folder: self
                .dir
                .clone()
                .unwrap_or_else(|| Path::new("results").join(format!("{name}-room"))),
            listen: self.listen.unwrap_or(Ipv4Addr::LOCALHOST.into()),
            port: self.port,
            classroom: self.classroom,
            threads: threads(self.threads),
            program: Program {
                path: Box::leak(program.into_boxed_path()),
                background: |scenario: &Scenario| told::background(scenario, None),
                explain: explain::told,
                say: message,
            },
            scenario: self.scenario,
        };
        let signals = Signals::set()?;
        let (open, folder) = (self.open, options.folder.display().to_string());
        serve(&options, &signals.stop, |address| {
            message(&format!("the crisis room is open; its page is\n\n  {address}\n"));
            message(&format!("all that is done in it is kept in {folder}; Ctrl-C closes it"));
            if open && open::that_detached(address).is_err() {
                message("no browser could be opened; open the page by hand");
            }
        })?;
        match signals.came() {
            true => Ok(signals.exit_code()),
            false => Ok(ExitCode::SUCCESS),
        }
    }
}
