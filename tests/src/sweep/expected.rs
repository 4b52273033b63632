//! The table of sight read out: which records of the world a persona has to see, and which it may.

use std::collections::BTreeSet;

use crate::sweep::sight::Persona;
use crate::sweep::sight_work;
use crate::sweep::world::Planted;

/// What a persona has to see, and what it may see.
#[derive(Clone, Debug, Default)]
pub struct Sight {
    /// Records by name that have to come out somewhere.
    pub must: BTreeSet<String>,
    /// Those and the ones that the rules leave open.
    pub may: BTreeSet<String>,
}

impl Persona {
    /// The persona's sight of this world.
    ///
    /// # Panics
    /// Where a line of the table names nothing: it would say nothing.
    #[must_use]
    pub fn sight(&self, world: &[Planted]) -> Sight {
        let own = match self.scopes {
            Some(_) => vec![format!("client:{}", self.name)],
            None => vec![format!("person:{}", self.name), format!("person_contact:{}", self.name), format!("membership:{}", self.name)],
        };
        let named = |patterns: &[&str]| -> BTreeSet<String> {
            let mut found = BTreeSet::new();
            for pattern in patterns {
                let keys = world.iter().map(Planted::key);
                let matching: Vec<String> = keys.filter(|key| fits(pattern, key)).collect();
                assert!(!matching.is_empty(), "{pattern} names nothing");
                found.extend(matching);
            }
            found
        };
        let (of_work, maybe_of_work) = sight_work::of(self.name);
        let mut must = named(self.must);
        must.extend(named(of_work));
        must.extend(own);
        let mut may = named(self.may);
        may.extend(named(maybe_of_work));
        may.extend(must.iter().cloned());
        Sight { must, may }
    }
}

/// Whether a record's name fits a line: one `*` in kind or name stands for any part of it.
fn fits(pattern: &str, key: &str) -> bool {
    let (Some((kinds, names)), Some((kind, name))) = (pattern.split_once(':'), key.split_once(':')) else { return false };
    part_fits(kinds, kind) && part_fits(names, name)
}

fn part_fits(pattern: &str, text: &str) -> bool {
    pattern.split_once('*').map_or(pattern == text, |(beginning, end)| text.strip_prefix(beginning).is_some_and(|rest| rest.ends_with(end)))
}
