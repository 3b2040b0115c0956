//! A utility and what it is made of, so that a decision can be explained by what decided it.

/// Named parts, and their sum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sum<const N: usize> {
    /// What each part comes from, and how much it is, in utility.
    pub parts: [(&'static str, f64); N],
    /// All parts, added from the first to the last.
    pub total: f64,
}

impl<const N: usize> Sum<N> {
    /// The sum of these parts.
    pub fn of(parts: [(&'static str, f64); N]) -> Sum<N> {
        let total = parts.iter().fold(0.0, |total, (_, part)| total + part);
        Sum { parts, total }
    }
}

impl<const N: usize> Default for Sum<N> {
    fn default() -> Sum<N> {
        Sum::of([("", 0.0); N])
    }
}
