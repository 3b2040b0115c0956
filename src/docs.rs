//! Guides: what is more than the documentation of a module.

#[doc = include_str!("docs/calibration.md")]
pub mod calibration {}
