//! An amount of money without its currency, as it is counted and never rounded.

/// An amount in minor units of its currency, such as cents: of at most 53 bits, which every client reads exactly (RFC 8259 section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MinorUnits(pub i64);

impl MinorUnits {
    /// The greatest amount, and, negated, the smallest.
    pub const MOST: i64 = (1 << 53) - 1;
}
