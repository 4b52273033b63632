//! A tally of records: how many, and a hash of which they are and at which versions. What was written out somewhere can be held against
//! what is here.

use sha2::{Digest, Sha256};

/// Counts and hashes records, in the order of their ids.
#[derive(Clone, Default)]
pub struct Tally {
    count: u64,
    hasher: Sha256,
}

impl Tally {
    /// Adds a record: its id as it is shown and its version, a space between, on a line of their own.
    pub fn add(&mut self, id: &str, version: i64) {
        self.count += 1;
        self.hasher.update(format!("{id} {version}\n").as_bytes());
    }

    /// How many records.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// SHA-256 over these lines, in hexadecimal.
    #[must_use]
    pub fn hash(&self) -> String {
        self.hasher.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_is_of_ids_and_versions_in_their_order() {
        let of = |rows: &[(&str, i64)]| {
            let mut tally = Tally::default();
            rows.iter().for_each(|(id, version)| tally.add(id, *version));
            (tally.count(), tally.hash())
        };
        assert_eq!(of(&[]).0, 0);
        // What `printf 'a 1\nb 7\n' | sha256sum` says.
        assert_eq!(of(&[("a", 1), ("b", 7)]), (2, "6be177dcdebf0a33222cadad3703ec8d9d9da6ebacb845ae9cf1ec43014d2e28".to_owned()));
        assert_ne!(of(&[("a", 1)]), of(&[("a", 2)]));
    }
}
