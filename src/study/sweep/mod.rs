//! What a sweep is asked to vary: arguments and study files, turned into a study or into every problem at once.

mod ask;
pub mod axis;
mod file;

pub use ask::{Ask, How};
pub use file::{FORMAT, File};

#[cfg(test)]
mod tests;
