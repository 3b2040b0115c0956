//! Pages that are more than the reference: read them here or as Markdown in `src/docs`.

/// Comparing policies in the same worlds, and which action or parameter mattered.
pub mod compare {
    #![doc = include_str!("docs/compare.md")]
}
