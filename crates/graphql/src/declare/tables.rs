//! All tables there are, gathered once, by kind.

use std::sync::OnceLock;

use tandem_domain::record::Kind;

use super::Table;
use crate::{conversation, delivery, engagement, oversight, party, portfolio};

/// All tables, in the order of the rooms.
pub(crate) fn tables() -> &'static [Table] {
    static TABLES: OnceLock<Vec<Table>> = OnceLock::new();
    let rooms =
        || [party::tables(), portfolio::tables(), engagement::tables(), delivery::tables(), oversight::tables(), conversation::tables()];
    TABLES.get_or_init(|| rooms().into_iter().flatten().collect())
}

/// The table of a kind. Confirmations and the like have one too: every kind stands on the graph, or on purpose does not.
pub(crate) fn table(kind: Kind) -> Option<&'static Table> {
    tables().iter().find(|table| table.kind == kind)
}

#[cfg(test)]
mod tests {
    use tandem_domain::access::{Role, ways};

    use super::*;
    use crate::declare::What;

    #[test]
    fn every_kind_has_one_table() {
        for kind in Kind::ALL {
            // What nobody reads as a record stands nowhere.
            let read = Role::ALL.iter().any(|role| !ways(*kind, *role).is_empty());
            assert_eq!(tables().iter().filter(|table| table.kind == *kind).count(), usize::from(read), "{kind:?}");
        }
    }

    #[test]
    fn every_part_hangs_on_its_whole_and_every_edge_names_a_column() {
        for kind in Kind::ALL {
            if let Some(whole) = kind.def().part_of {
                let parts =
                    table(whole).unwrap().fields.iter().filter(|field| matches!(field.what, What::Part { kind: part } if part == *kind));
                assert_eq!(parts.count(), 1, "{kind:?}");
            }
        }
        for table in tables() {
            for field in &table.fields {
                if let What::Many { kind, column } = field.what {
                    assert!(kind.def().position(column).is_some(), "{:?}.{}", table.kind, field.name);
                }
            }
        }
    }

    #[test]
    fn names_are_unique_within_a_table() {
        for table in tables() {
            let mut names: Vec<_> = table.fields.iter().map(|field| &field.name).collect();
            names.sort();
            let count = names.len();
            names.dedup();
            assert_eq!(names.len(), count, "{:?}", table.kind);
        }
    }
}
