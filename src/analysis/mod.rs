//! What results say: works on tables alone, so on any folder of results, also an old one.

pub mod bands;
pub mod bootstrap;
pub mod contrast;
pub mod course;
pub mod epstein;
pub mod outcome;
pub mod replicate;
pub mod score;
pub mod spread;
pub mod totals;
