//! What must not come out: every text, number and id of the world, found again in raw answers.
//! Cursors are opened too: what they carry has come out.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use tandem_domain::record::Cell;

use crate::sweep::world::Planted;

/// Columns that no table shows: their canaries are seen by nobody.
pub const NEVER_SHOWN: &[&str] = &["registry_key", "collaborators"];

/// Every canary, and where it was planted.
#[derive(Debug, Default)]
pub struct Canaries {
    /// Canary to the records (`kind:name`) of which any may show it. Only ids belong to more than one.
    homes: BTreeMap<String, Home>,
}

/// Where a canary was planted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// The record: `study_internal:A1`.
    pub record: String,
    /// The column.
    pub column: &'static str,
}

impl Canaries {
    /// The canaries of a world.
    #[must_use]
    pub fn of(world: &[Planted]) -> Self {
        let mut canaries = Self::default();
        for planted in world {
            let (kind, record) = (planted.entity.kind(), planted.key());
            if kind.def().part_of.is_none() {
                canaries.plant(planted.shown_id(), &record, "id");
                canaries.plant(planted.entity.uuid().to_string(), &record, "id");
            }
            for (column, cell) in kind.def().columns.iter().zip(planted.entity.cells()) {
                match cell {
                    Cell::Text(text) if is_marked(&text) => canaries.plant(text, &record, column.name),
                    Cell::List(texts) => {
                        for text in texts.into_iter().filter(|text| is_marked(text)) {
                            canaries.plant(text, &record, column.name);
                        }
                    }
                    Cell::Int(number) if number >= 1_600_000_000 => canaries.plant(number.to_string(), &record, column.name),
                    Cell::Float(number) if number >= 5_000_000.0 => canaries.plant(number.to_string(), &record, column.name),
                    _ => {}
                }
            }
        }
        canaries
    }

    /// Adds one that no record of the world holds, such as a reason in the journal.
    pub fn plant(&mut self, canary: String, record: &str, column: &'static str) {
        let before = self.homes.insert(canary.clone(), Home { record: record.to_owned(), column });
        debug_assert!(before.is_none(), "{canary} is planted twice");
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.homes.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.homes.is_empty()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &Home)> {
        self.homes.iter()
    }

    /// The canaries in a text, whatever stands around them.
    #[must_use]
    pub fn found_in<'a>(&'a self, text: &str) -> BTreeSet<(&'a str, &'a Home)> {
        let mut found = BTreeSet::new();
        self.collect(text, &mut found);
        // A cursor is text of its own alphabet; what is none does not decode to anything that holds a canary.
        for token in text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')).filter(|token| token.len() > 24) {
            if let Ok(bytes) = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(token) {
                self.collect(&String::from_utf8_lossy(&bytes), &mut found);
            }
        }
        found
    }

    fn collect<'a>(&'a self, text: &str, found: &mut BTreeSet<(&'a str, &'a Home)>) {
        // No canary is shorter than an amount or a score.
        let tokens = text.split(|c: char| !(c.is_ascii_alphanumeric() || "-_.@".contains(c)));
        for token in tokens.filter(|token| token.len() >= 7 && may_be_one(token)) {
            let marked = token.to_ascii_lowercase().find("canary-").map_or(token, |at| &token[at..]);
            for candidate in [token, token.trim_matches(|c| c == '.' || c == '-'), marked, marked.trim_end_matches('.')] {
                if let Some((canary, home)) = self.homes.get_key_value(candidate) {
                    found.insert((canary.as_str(), home));
                }
            }
        }
    }
}

impl PartialOrd for Home {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Home {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (&self.record, self.column).cmp(&(&other.record, other.column))
    }
}

/// Whether a word of an answer could hold a canary at all: a marked text, an id, a number. The names of fields are none.
fn may_be_one(token: &str) -> bool {
    token.starts_with(|c: char| c.is_ascii_digit()) || (token.contains(['-', '_']) && !token.starts_with('_'))
}

fn is_marked(text: &str) -> bool {
    text.starts_with("CANARY-") || text.starts_with("canary-")
}
