//! Whether anything at all was written: a digest of a whole database, and the length of its journal.
//! A refused or merely tried command has to leave both as they were.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::house::{Backend, Ground};
use crate::postgres::postgres;

/// A digest of every row of every table, without the order that the sequencer gives in its own time.
///
/// # Panics
/// Where the database cannot be read.
#[expect(clippy::expect_used, reason = "a test that cannot read its database cannot go on")]
pub async fn fingerprint(ground: &Ground) -> String {
    match ground.backend {
        Backend::Postgres => {
            let database = database(ground);
            let tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' \
                          AND table_name NOT IN ('journal_order', 'journal_sequencer') ORDER BY 1";
            let tables = postgres().psql(database, tables).expect("the tables");
            let each = tables.lines().map(str::trim).filter(|table| !table.is_empty()).map(|table| {
                format!("SELECT '{table}', count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM \"{table}\" t")
            });
            let all: Vec<String> = each.collect();
            assert!(all.len() > 10, "the tables are found: {tables}");
            postgres().psql(database, &all.join(" UNION ALL ")).expect("a digest")
        }
        Backend::Sqlite => {
            // Once everything is ordered the sequencer has nothing to write: then nothing but a write changes the files.
            let vault = ground.vault().await;
            while vault.order_journal().await.expect("the journal's order") > 0 {}
            vault.close().await;
            let file = ground.connect.url.trim_start_matches("sqlite://").to_owned();
            let mut hasher = DefaultHasher::new();
            for name in [file.clone(), format!("{file}-wal")] {
                std::fs::read(&name).unwrap_or_default().hash(&mut hasher);
            }
            format!("{:x}", hasher.finish())
        }
    }
}

/// How many entries the journal has.
///
/// # Panics
/// Where the database cannot be read.
#[expect(clippy::expect_used, reason = "a test that cannot read its database cannot go on")]
pub async fn journal_length(ground: &Ground) -> usize {
    match ground.backend {
        Backend::Postgres => {
            let count = postgres().psql(database(ground), "SELECT count(*) FROM journal").expect("the journal");
            count.trim().parse().expect("a number")
        }
        Backend::Sqlite => {
            let vault = ground.vault().await;
            while vault.order_journal().await.expect("the journal's order") > 0 {}
            let ordered = vault.ordered_after(0, 10_000_000).await.expect("the journal").len();
            vault.close().await;
            ordered
        }
    }
}

fn database(ground: &Ground) -> &str {
    ground.connect.url.rsplit('/').next().unwrap_or_default()
}
