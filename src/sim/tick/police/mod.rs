//! Phase 4: command moves officers, officers tire, refuse or stand; then contact with the crowd brings arrests,
//! injuries and deaths on both sides, each a draw of the person it happens to.

pub mod command;
pub mod contact;
