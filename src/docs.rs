//! Pages beside the reference.

pub mod sweep {
    //! Sweeps: designs, the table of runs, shards, clusters, and how others read it.
    #![doc = include_str!("docs/sweep.md")]
}
