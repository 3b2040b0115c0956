//! Which point to try next: an optimiser that finds the region where a model is near its record, and a sampler that
//! measures how large that region is.
//!
//! ```text
//! ask -> points -> (somebody tries them) -> distances -> tell -> ask -> ... -> particles with weights
//! ```
//!
//! Nothing here reads a file or runs a model; a search sees points and distances only. A point is a list of standard
//! normal numbers, one per parameter: the share `normal_cdf(z)` of a parameter's range. So a prior that is uniform
//! over the range is a standard normal prior here, and no point is ever out of range.
//!
//! Beside it stands history matching, which asks not for the nearest point but for all that a record does not rule
//! out: stand-ins for the model ([`emulator`]) and what they leave of the space ([`wave`]). There a point is a list of
//! shares of ranges, from 0 to 1.
//!
//! Every random number is a draw for (seed of the search, generation, index), so the points are a pure function of
//! the method and of the distances told before, on any machine and whoever tries them in which order.

pub mod abc;
pub mod chance;
pub mod cma;
pub mod distance;
pub mod emulator;
pub mod matching;
pub mod matrix;
pub mod normal;
pub mod process;
pub mod search;
pub mod wave;
