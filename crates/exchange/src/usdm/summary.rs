//! What an import of protocols did, in numbers.
//! Its text is the last line of `tandem import usdm`, which scripts read.

use std::fmt;

/// What became of the versions and amendments of an import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Versions and amendments that were not there before.
    pub created: u64,
    /// Those that changed.
    pub updated: u64,
    /// Those that did not.
    pub unchanged: u64,
    /// Those that were not taken; a file that is refused whole is one.
    pub refused: u64,
    /// Studies that were not there before.
    pub studies_created: u64,
    /// Files of other sponsors, where the import was narrowed to one.
    pub other_sponsors: u64,
}

/// `created N, updated N, unchanged N, refused N`.
impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { created, updated, unchanged, refused, .. } = self;
        write!(f, "created {created}, updated {updated}, unchanged {unchanged}, refused {refused}")
    }
}
