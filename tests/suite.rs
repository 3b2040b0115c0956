//! The tests, as one program, so that a change links once and not twenty times. A module's tests alone:
//! `cargo test --test suite house::`.
//!
//! What needs an allocator, a command or hours of its own is a program beside this one: `allocations`,
//! `epstein_validation`, `numerics`, `slurm`. `Cargo.toml` lists them, as it looks for no tests by itself; `house` sees to it that
//! no file is forgotten in both places.

mod browser;
mod calibrate;
mod compare;
mod docs;
mod elements;
mod engine;
mod epstein_commands;
mod epstein_twin;
mod examples;
mod faults;
mod forms;
mod fuzz;
mod house;
mod matching;
mod parameters;
mod peers;
mod places;
mod reactive;
mod remarks;
mod report;
mod reserved;
mod results;
#[cfg(feature = "serve")]
mod room;
mod scenario_commands;
mod scenario_compile;
mod scenario_errors;
mod scenario_format;
mod score;
mod self_test;
mod sensitivity;
mod shelf;
mod shipped;
mod studies;
mod supply;
mod sweep;
mod terminal;
mod twin;
mod why;

/// Small worlds that many of them run.
mod worlds;
