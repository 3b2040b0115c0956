//! Pages that are more than the reference: read them here or as Markdown in `src/docs`.

/// Every element of the story of January 2022, and what carries it.
pub mod elements {
    #![doc = include_str!("docs/elements.md")]
}
