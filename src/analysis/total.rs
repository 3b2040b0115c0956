//! What a total is.

/// A number that sums up a replicate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// Its name in documents.
    pub name: &'static str,
    /// What it is, for readers; with its unit where that is not plain.
    pub label: &'static str,
    /// Its unit.
    pub unit: &'static str,
}

pub(super) const fn total(name: &'static str, label: &'static str, unit: &'static str) -> Total {
    Total { name, label, unit }
}
