//! Pages beside the reference: what the model is and does, how far it has been tested, what it corrects in the article that it
//! began with, and what it must not be used for.
//!
//! | page | what it is |
//! |---|---|
//! | [`odd`] | the model described by the ODD protocol, with ODD+D for how people decide |
//! | [`trace`] | evidence by the TRACE scheme: each claim is a command, and the number to expect |
//! | [`corrections`] | corrections to the source article, and where defaults follow facts |
//! | [`elements`] | every element of the story of January 2022, and what carries it |
//! | [`record`] | how a record of what happened is written, and how a scenario is scored against it |
//! | [`calibration`] | how a model is fitted to its record, and how the baseline was |
//! | [`compare`] | comparing policies in the same worlds, and which action or parameter mattered |
//! | [`epstein`] | Epstein's civil violence: rules, switches, what of the paper is reproduced and what is not, speed |
//! | [`sweep`] | sweeps: designs, the table of runs, shards, clusters, and how other programs read it |
//! | [`speed`] | how fast it is, how that is measured, and what was promised |
//! | [`limits`] | limits of use, and how to report results |
//!
//! Tables marked as generated are made from the code, and outputs by the command above them; `tests/docs.rs` fails when they are stale, and
//! `RENEW_DOCS=1 cargo test --test suite docs::` renews them.

pub mod odd {
    #![doc = include_str!("docs/odd.md")]
}

pub mod trace {
    #![doc = include_str!("docs/trace.md")]
}

pub mod corrections {
    #![doc = include_str!("docs/corrections.md")]
}

pub mod elements {
    #![doc = include_str!("docs/elements.md")]
}

pub mod record {
    #![doc = include_str!("docs/record.md")]
}

pub mod calibration {
    #![doc = include_str!("docs/calibration.md")]
}

pub mod compare {
    #![doc = include_str!("docs/compare.md")]
}

pub mod epstein {
    #![doc = include_str!("docs/epstein.md")]
}

pub mod sweep {
    #![doc = include_str!("docs/sweep.md")]
}

pub mod speed {
    #![doc = include_str!("docs/speed.md")]
}

pub mod limits {
    #![doc = include_str!("docs/limits.md")]
}
