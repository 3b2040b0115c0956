//! Pages beside the reference.

pub mod epstein {
    #![doc = include_str!("docs/epstein.md")]
}
