//! Guides: what is more than the documentation of one item.

#[doc = include_str!("docs/record.md")]
pub mod record {}
