//! Documents: TOML text as a tree that remembers where everything stands, laid over others, held against a format, and
//! read by it. A format is a table of fields ([`form::Format`]); scenarios of each family, records and searches have one
//! each, and the check, the defaults, `qantar explain` and the JSON schema are all made from it.
//!
//! ```text
//! files, CSV, --set -> tree -> laid together -> checked against a format -> viewed by it
//! ```

pub mod calendar;
pub mod check;
pub mod form;
pub mod merge;
pub mod problem;
pub mod read;
pub mod set;
pub mod tree;
pub mod view;
pub mod write;
