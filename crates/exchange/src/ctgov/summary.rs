//! What an import did, in numbers.
//! Its text is the last line of `tandem import ctgov`, which scripts read.

use std::fmt;

/// What became of the records of an import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Studies that were not there before.
    pub created: u64,
    /// Studies whose registry part changed.
    pub updated: u64,
    /// Studies of which nothing changed.
    pub unchanged: u64,
    /// Records that were not taken.
    pub refused: u64,
    /// Places that a taken record listed again and that were counted once.
    pub duplicate_sites_collapsed: u64,
    /// Records of other sponsors, where the import was narrowed to one.
    pub other_sponsors: u64,
}

impl Summary {
    /// Records that were looked at, whatever became of them.
    #[must_use]
    pub const fn records(&self) -> u64 {
        self.created + self.updated + self.unchanged + self.refused + self.other_sponsors
    }
}

/// `created N, updated N, unchanged N, refused N`.
impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { created, updated, unchanged, refused, .. } = self;
        write!(f, "created {created}, updated {updated}, unchanged {unchanged}, refused {refused}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_is_a_contract() {
        let summary = Summary { created: 1, updated: 2, unchanged: 3, refused: 4, duplicate_sites_collapsed: 5, other_sponsors: 6 };
        assert_eq!(summary.to_string(), "created 1, updated 2, unchanged 3, refused 4");
        assert_eq!(summary.records(), 16);
    }
}
