//! The sequencer: gives entries their position, once nothing older can still commit.
//! Any instance may run it; one does at a time. Readers that follow the journal read by position and lose nothing.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use uuid::Uuid;

use crate::database::Database;
use crate::dialect::Dialect;
use crate::error::StoreError;
use crate::many::insert_many;
use crate::sql::Sql;

/// The advisory lock that one instance holds while it orders.
const LOCK: i64 = 0x0074_616e_6465_6d01;

/// How many entries one run orders at most.
const BATCH: i64 = 5_000;

/// An entry and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderedEntry {
    /// Its position; positions have no holes and never change.
    pub position: i64,
    /// The entry.
    pub entry: Uuid,
}

/// Orders what can be ordered; answers how many entries that were. Nothing where another instance is at it.
pub(crate) async fn order(database: &Database, now: DateTime<Utc>) -> Result<usize, StoreError> {
    let transaction = database.begin().await?;
    let ordered =
        if take_lock(database.dialect, &transaction).await? { order_batch(database.dialect, &transaction, now).await? } else { 0 };
    transaction.commit().await?;
    Ok(ordered)
}

async fn take_lock(dialect: Dialect, transaction: &DatabaseTransaction) -> Result<bool, StoreError> {
    match dialect {
        // BEGIN IMMEDIATE holds the only write lock there is.
        Dialect::Sqlite => Ok(true),
        Dialect::Postgres => {
            let mut sql = Sql::new(dialect, "SELECT pg_try_advisory_xact_lock(");
            sql.bind_int(LOCK).push(")");
            match transaction.query_one_raw(sql.statement()).await? {
                None => Ok(false),
                Some(row) => Ok(row.try_get_by_index(0)?),
            }
        }
    }
}

async fn order_batch(dialect: Dialect, transaction: &DatabaseTransaction, now: DateTime<Utc>) -> Result<usize, StoreError> {
    // Every transaction below the horizon has ended; what it wrote is visible or never will be.
    let horizon = match dialect {
        Dialect::Postgres => number(transaction, Sql::new(dialect, "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")).await?,
        Dialect::Sqlite => i64::MAX,
    };
    let mut floor = number(transaction, Sql::new(dialect, "SELECT ordered_below FROM journal_sequencer WHERE id = 1")).await?;
    if floor > horizon && dialect == Dialect::Postgres {
        // The database was restored into a cluster that counts its transactions anew.
        floor = 0;
    }
    let last = number(transaction, Sql::new(dialect, "SELECT COALESCE(MAX(position), 0) FROM journal_order")).await?;
    let mut sql = Sql::new(dialect, "SELECT j.id, j.transaction_number FROM journal j WHERE j.transaction_number >= ");
    sql.bind_int(floor).push(" AND j.transaction_number < ").bind_int(horizon);
    sql.push(" AND NOT EXISTS (SELECT 1 FROM journal_order o WHERE o.entry_id = j.id) ORDER BY j.transaction_number, j.id LIMIT ")
        .bind_int(BATCH);
    let rows = transaction.query_all_raw(sql.statement()).await?;
    let mut places: Vec<(i64, Uuid)> = Vec::with_capacity(rows.len());
    let mut highest = floor;
    for (row, position) in rows.iter().zip(last + 1..) {
        highest = row.try_get_by_index(1)?;
        places.push((position, row.try_get_by_index(0)?));
    }
    insert_many(dialect, transaction, "journal_order (position, entry_id, ordered_at)", &places, |sql, (position, entry)| {
        sql.bind_int(*position).push(", ").bind_uuid(*entry).push(", ").bind_time(now);
    })
    .await?;
    let full = i64::try_from(rows.len()).unwrap_or(i64::MAX) >= BATCH;
    let reached = match (dialect, full) {
        (Dialect::Postgres, false) => horizon,
        // On SQLite the next transaction's number is above all that are there.
        (_, _) => highest,
    };
    if reached != floor {
        let mut update = Sql::new(dialect, "UPDATE journal_sequencer SET ordered_below = ");
        update.bind_int(reached).push(" WHERE id = 1");
        transaction.execute_raw(update.statement()).await?;
    }
    Ok(rows.len())
}

async fn number(transaction: &DatabaseTransaction, sql: Sql) -> Result<i64, StoreError> {
    match transaction.query_one_raw(sql.statement()).await? {
        None => Ok(0),
        Some(row) => Ok(row.try_get_by_index(0)?),
    }
}

/// How many entries have no position yet.
pub(crate) async fn waiting(database: &Database) -> Result<i64, StoreError> {
    let words = "SELECT COUNT(*) FROM journal j WHERE NOT EXISTS (SELECT 1 FROM journal_order o WHERE o.entry_id = j.id)";
    let row = database.reader().query_one_raw(Sql::new(database.dialect, words).statement()).await?;
    Ok(row.map_or(Ok(0), |row| row.try_get_by_index(0))?)
}

/// The entries after a position, in order. For whoever follows the journal; sight is the follower's to decide.
pub(crate) async fn ordered_after(database: &Database, position: i64, limit: i64) -> Result<Vec<OrderedEntry>, StoreError> {
    let mut sql = Sql::new(database.dialect, "SELECT position, entry_id FROM journal_order WHERE position > ");
    sql.bind_int(position).push(" ORDER BY position LIMIT ").bind_int(limit);
    let rows = database.reader().query_all_raw(sql.statement()).await?;
    rows.iter().map(|row| Ok(OrderedEntry { position: row.try_get_by_index(0)?, entry: row.try_get_by_index(1)? })).collect()
}
