//! **qantar** lets people ask *what if* about a wave of protest.
//!
//! A scenario is compiled, simulated, studied many times, analysed, reported. The modules are that sentence, and
//! data flows one way through them:
//!
//! ```text
//! TOML text -> Scenario -> Model -> World -(tick)-> Readings -> Table -> text, CSV, Parquet
//!              as written  as meant  as it is       as measured  columns
//! ```
#![warn(missing_docs)]

pub mod analysis;
pub mod dice;
pub mod metric;
pub mod report;
pub mod scenario;
pub mod sim;
pub mod study;
pub mod table;
