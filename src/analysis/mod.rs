//! What results say: works on tables alone, so on any folder of results, also an old one.

pub mod ablation;
pub mod bands;
pub mod contrast;
pub mod course;
pub mod episodes;
pub mod happenings;
pub mod implausible;
pub mod interval;
pub mod named;
pub mod names;
pub mod outcome;
pub mod overview;
pub mod plausible;
pub mod posterior;
pub mod replicate;
pub mod score;
pub mod sensitivity;
pub mod shapley;
pub mod spread;
pub mod telling;
pub mod unmet;
pub mod why;
pub mod worlds;
