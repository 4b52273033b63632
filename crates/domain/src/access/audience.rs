//! Audiences: the parties that a row is meant for, as a small set kept on the row.
//! A row that an audience is not in does not exist for that audience, whatever else holds.

/// A set of audiences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Readers(i32);

impl Readers {
    /// Nobody.
    pub const NONE: Self = Self(0);
    /// The sponsor that governs the row.
    pub const SPONSOR: Self = Self(1);
    /// The vendor whose row it is, or that reaches it through an engagement.
    pub const VENDOR: Self = Self(1 << 2);
    /// The prime vendor of a subcontracted engagement.
    pub const PRIME: Self = Self(1 << 4);
    /// Machine clients.
    pub const CLIENT: Self = Self(1 << 5);
    /// The vendor's staff at sites: what lies at a site.
    pub const CRA: Self = Self(1 << 6);
    /// The vendor's data managers and statisticians: what is about data.
    pub const DATA: Self = Self(1 << 7);
    /// The members of the organisation that owns the row.
    pub const MEMBERS: Self = Self(1 << 8);
    /// Whoever reads the directory of tenant organisations.
    pub const DIRECTORY: Self = Self(1 << 9);
    /// Finance, of either side.
    pub const FINANCE: Self = Self(1 << 10);
    /// The vendor's regulatory and safety functions.
    pub const FUNCTIONS: Self = Self(1 << 11);
    /// On the sponsor's side who prepares findings: study manager, vendor manager, QA, the author.
    pub const SPONSOR_DRAFT: Self = Self(1 << 12);
    /// On the vendor's side who prepares findings: QA.
    pub const VENDOR_DRAFT: Self = Self(1 << 13);

    /// The set as the database keeps it.
    #[must_use]
    pub const fn bits(self) -> i32 {
        self.0
    }

    /// The set that the database kept.
    #[must_use]
    pub const fn from_bits(bits: i32) -> Self {
        Self(bits)
    }

    /// Both sets together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the sets have an audience in common.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_meet_only_where_they_share() {
        let both = Readers::SPONSOR.and(Readers::VENDOR);
        assert!(both.meets(Readers::VENDOR));
        assert!(!both.meets(Readers::CLIENT));
        assert_eq!(both.and(Readers::VENDOR), both);
        assert!(!Readers::NONE.meets(Readers::NONE));
        assert_eq!(Readers::from_bits(both.bits()), both);
    }
}
