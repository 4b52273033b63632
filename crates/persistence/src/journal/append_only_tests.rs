//! The journal on SQLite cannot be rewritten, whoever holds the file open: not by this program's connection alone, but by any.
//! The same on PostgreSQL stands with the whole-product tests, which have a server.

use std::sync::Arc;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use tandem_domain::clock::{SystemClock, SystemIds};
use tandem_domain::party::OrganizationType;

use crate::{Connect, NewOrganization, Vault};

/// Every row of a table, as one text.
async fn rows(raw: &DatabaseConnection, sql: &str) -> Vec<String> {
    let rows = raw.query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

#[tokio::test]
async fn the_journal_cannot_be_changed_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("kept.sqlite").display());
    let vault = Vault::open(&Connect::to(&url), Arc::new(SystemClock), Arc::new(SystemIds)).await.unwrap();
    vault.migrate().await.unwrap();
    for name in ["Kept", "Also kept"] {
        let new = NewOrganization { name: name.to_owned(), organization_type: OrganizationType::Cro, country_code: None };
        vault.admin_organization(new).await.unwrap();
    }
    assert_eq!(vault.order_journal().await.unwrap(), 2);
    vault.close().await;
    // A connection that knows nothing of Tandem, as an operator's tool is one.
    let raw = sea_orm::Database::connect(&url).await.unwrap();
    for (table, column, key) in [("journal", "command", "id"), ("journal_order", "entry_id", "position")] {
        let names = rows(&raw, &format!("SELECT name FROM pragma_table_info('{table}') ORDER BY cid")).await;
        let all = format!(
            "SELECT {} FROM {table} ORDER BY {key}",
            names.iter().map(|name| format!("quote({name})")).collect::<Vec<_>>().join(" || '|' || ")
        );
        let before = rows(&raw, &all).await;
        assert_eq!(before.len(), 2, "{table}");
        let listed = names.join(", ");
        let replaced = names.iter().map(|name| if name == column { "x'00'" } else { name.as_str() }).collect::<Vec<_>>().join(", ");
        for sql in [
            format!("UPDATE {table} SET {column} = x'00'"),
            format!("UPDATE {table} SET {column} = {column}"),
            format!("UPDATE OR REPLACE {table} SET {key} = (SELECT max({key}) FROM {table})"),
            format!("DELETE FROM {table}"),
            format!("DELETE FROM {table} WHERE {key} = (SELECT min({key}) FROM {table})"),
            // Replacing deletes without asking the triggers of DELETE.
            format!("INSERT OR REPLACE INTO {table} ({listed}) SELECT {replaced} FROM {table} LIMIT 1"),
            format!("REPLACE INTO {table} ({listed}) SELECT {replaced} FROM {table}"),
            format!("INSERT INTO {table} ({listed}) SELECT {listed} FROM {table} WHERE true ON CONFLICT DO UPDATE SET {column} = x'00'"),
        ] {
            let outcome = raw.execute_unprepared(&sql).await;
            assert!(outcome.as_ref().is_err_and(|error| error.to_string().contains("append-only")), "{sql}: {outcome:?}");
            assert_eq!(rows(&raw, &all).await, before, "{sql}");
        }
    }
    // The place of a row in the file is a key too.
    let others = rows(&raw, "SELECT name FROM pragma_table_info('journal') WHERE name <> 'id' ORDER BY cid").await.join(", ");
    let replace = format!("REPLACE INTO journal (rowid, id, {others}) SELECT rowid, x'00', {others} FROM journal");
    let outcome = raw.execute_unprepared(&replace).await;
    assert!(outcome.as_ref().is_err_and(|error| error.to_string().contains("append-only")), "{outcome:?}");
    raw.close().await.unwrap();
}
