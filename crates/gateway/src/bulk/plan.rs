//! How big the world is, and which number each thing in it has: ids, names and choices all follow from the numbers.

/// The portfolio's growth is counted from here, far from every block's own studies.
const EXTRA: u64 = 1 << 32;

/// How much of everything there is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Blocks, each with organisations of its own.
    pub blocks: u64,
    /// Sponsors in a block.
    pub sponsors: u64,
    /// Vendors in a block; at least three.
    pub vendors: u64,
    /// People in an organisation.
    pub people: u64,
    /// Studies of a sponsor.
    pub studies: u64,
    /// How many times as many studies the very first sponsor has.
    pub portfolio: u64,
}

impl Plan {
    /// The usual size: a hundred organisations, 2,000 people and 5,000 studies a block.
    #[must_use]
    pub fn full(blocks: u64, portfolio: u64) -> Self {
        Self { blocks, sponsors: 40, vendors: 60, people: 20, studies: 125, portfolio }
    }

    /// A world for tests: of everything some.
    #[must_use]
    pub fn tiny() -> Self {
        Self { blocks: 2, sponsors: 2, vendors: 4, people: 10, studies: 4, portfolio: 2 }
    }

    /// Organisations in a block.
    pub(super) fn organizations(&self) -> u64 {
        self.sponsors + self.vendors
    }

    /// How many studies this sponsor of this block has.
    pub(super) fn studies_of(&self, block: u64, sponsor: u64) -> u64 {
        if (block, sponsor) == (0, 0) { self.studies * self.portfolio } else { self.studies }
    }

    /// The number of a sponsor's `nth` study in the whole world.
    pub(super) fn study(&self, block: u64, sponsor: u64, nth: u64) -> u64 {
        match nth.checked_sub(self.studies) {
            None => (block * self.sponsors + sponsor) * self.studies + nth,
            Some(more) => EXTRA + more,
        }
    }

    /// The vendors, by their place in the block, of a sponsor's `nth` study; never one twice.
    pub(super) fn vendors_of(&self, sponsor: u64, nth: u64) -> [u64; 3] {
        if nth >= self.studies {
            let others = self.vendors - 1;
            return [0, 1 + nth % others, 1 + (nth + 1) % others];
        }
        let study = sponsor * self.studies + nth;
        let first = study * 7 + study / self.vendors;
        [0, 1, 2].map(|seat| (first + seat * (self.vendors / 3)) % self.vendors)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn vendors_have_about_as_many_engagements_and_none_twice_on_a_study() {
        for plan in [Plan::full(1, 1), Plan::tiny()] {
            let mut engaged: HashMap<u64, u64> = HashMap::new();
            for (sponsor, nth) in (0..plan.sponsors).flat_map(|sponsor| (0..plan.studies * 3).map(move |nth| (sponsor, nth))) {
                let [a, b, c] = plan.vendors_of(sponsor, nth);
                assert!(a != b && b != c && a != c, "{plan:?} {sponsor} {nth}");
                if nth < plan.studies {
                    for vendor in [a, b, c] {
                        *engaged.entry(vendor).or_default() += 1;
                    }
                }
            }
            let average = plan.sponsors * plan.studies * 3 / plan.vendors;
            assert_eq!(engaged.len() as u64, plan.vendors);
            assert!(engaged.values().all(|count| count.abs_diff(average) <= average / 5 + 1), "{engaged:?}");
        }
    }
}
