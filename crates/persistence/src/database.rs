//! Opens the database. The only place that knows how a connection comes to be; nothing outside this crate ever holds one.

use std::time::{Duration, Instant};

use sea_orm::SqliteTransactionMode;
use sea_orm::sqlx::sqlite::{SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, TransactionOptions, TransactionTrait};
use tandem_migrations::{Migrator, MigratorTrait};

use crate::dialect::Dialect;
use crate::error::StoreError;

/// How to reach the database.
#[derive(Clone, Debug)]
pub struct Connect {
    /// `sqlite://…` or `postgres://…`.
    pub url: String,
    /// The most connections that are held at once.
    pub connections: u32,
    /// How long a request waits for a connection.
    pub acquire_timeout: Duration,
    /// How long reading may take before the database itself stops it: a statement on PostgreSQL, what a connection is taken for
    /// on SQLite.
    pub statement_timeout: Option<Duration>,
}

impl Connect {
    /// The usual settings for this address.
    #[must_use]
    pub fn to(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            connections: 16,
            acquire_timeout: Duration::from_secs(5),
            statement_timeout: Some(Duration::from_secs(10)),
        }
    }
}

/// How the database's schema stands to this program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SchemaState {
    /// Exactly what this version makes.
    Current,
    /// Older: these steps are missing.
    Behind(Vec<String>),
    /// Newer than this version knows; it is tolerated.
    Newer,
}

/// An open database.
#[derive(Clone)]
pub(crate) struct Database {
    pub(crate) dialect: Dialect,
    /// Its connections can only read, and begin as snapshots.
    read: DatabaseConnection,
    /// SQLite has one writer: a pool of one keeps writers in a queue instead of in each other's way.
    write: DatabaseConnection,
}

impl Database {
    pub(crate) async fn open(connect: &Connect) -> Result<Self, StoreError> {
        if connect.url.starts_with("sqlite:") {
            let read = sea_orm::Database::connect(bounded(sqlite(connect, connect.connections), connect.statement_timeout)).await?;
            let write = sea_orm::Database::connect(sqlite(connect, 1)).await?;
            Ok(Self { dialect: Dialect::Sqlite, read, write })
        } else {
            let writing = (connect.connections / 3).max(1);
            let read = sea_orm::Database::connect(postgres(connect, connect.connections.saturating_sub(writing), SNAPSHOT)).await?;
            let write = sea_orm::Database::connect(postgres(connect, writing, COMMAND)).await?;
            Ok(Self { dialect: Dialect::Postgres, read, write })
        }
    }

    /// A connection for one statement that needs no transaction.
    pub(crate) fn reader(&self) -> &DatabaseConnection {
        &self.read
    }

    /// A read-only transaction: every statement in it sees the same moment. That it does is a property of the reading connections
    /// themselves, so that beginning is one message and not two.
    pub(crate) async fn snapshot(&self) -> Result<DatabaseTransaction, DbErr> {
        let read = self.read.clone();
        undisturbed(async move { read.begin().await }).await
    }

    /// A writing transaction. On SQLite it takes the write lock at once, so that it never has to give up half-way.
    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let options = TransactionOptions {
            isolation_level: None,
            access_mode: None,
            sqlite_transaction_mode: (self.dialect == Dialect::Sqlite).then_some(SqliteTransactionMode::Immediate),
        };
        let write = self.write.clone();
        undisturbed(async move { write.begin_with_options(options).await }).await
    }

    pub(crate) async fn migrate(&self) -> Result<(), StoreError> {
        Ok(Migrator::up(&self.write, None).await?)
    }

    pub(crate) async fn schema_state(&self) -> Result<SchemaState, StoreError> {
        if !self.has_table("seaql_migrations").await? {
            return Ok(SchemaState::Behind(Migrator::migrations().iter().map(|step| step.name().to_owned()).collect()));
        }
        let rows = self
            .read
            .query_all_raw(sea_orm::Statement::from_string(self.dialect.backend(), "SELECT version FROM seaql_migrations"))
            .await?;
        let applied: Vec<String> = rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?;
        let known: Vec<String> = Migrator::migrations().iter().map(|step| step.name().to_owned()).collect();
        let missing: Vec<String> = known.iter().filter(|step| !applied.contains(step)).cloned().collect();
        if !missing.is_empty() {
            return Ok(SchemaState::Behind(missing));
        }
        if applied.iter().any(|step| !known.contains(step)) { Ok(SchemaState::Newer) } else { Ok(SchemaState::Current) }
    }

    pub(crate) async fn has_table(&self, name: &str) -> Result<bool, StoreError> {
        Ok(tandem_migrations::SchemaManager::new(&self.read).has_table(name).await?)
    }

    pub(crate) async fn ping(&self) -> Result<(), StoreError> {
        Ok(self.read.ping().await?)
    }

    /// The settings of the database, as they are for this user, by which a commit is answered before it is safe on the disk.
    /// On SQLite the connection itself sees to it.
    pub(crate) async fn lax_settings(&self) -> Result<Vec<String>, StoreError> {
        const LAX: &str = "SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') \
                           AND setting = 'off' ORDER BY name";
        if self.dialect == Dialect::Sqlite {
            return Ok(Vec::new());
        }
        let rows = self.write.query_all_raw(sea_orm::Statement::from_string(self.dialect.backend(), LAX)).await?;
        Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?)
    }

    pub(crate) async fn close(self) {
        let _ = self.read.close().await;
        let _ = self.write.close().await;
    }
}

/// Begins a transaction to the end, even where nobody waits for it any more. The driver counts a transaction from the database's
/// answer on: a beginning that is dropped half-way would give back a connection whose transaction nobody ends, and whoever gets it
/// next would read the past.
async fn undisturbed(
    begin: impl Future<Output = Result<DatabaseTransaction, DbErr>> + Send + 'static,
) -> Result<DatabaseTransaction, DbErr> {
    tokio::spawn(begin).await.unwrap_or_else(|error| Err(DbErr::Custom(error.to_string())))
}

fn options(connect: &Connect, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(connect.url.clone());
    options
        .max_connections(connections.max(1))
        .min_connections(1)
        .acquire_timeout(connect.acquire_timeout)
        .test_before_acquire(false)
        .sqlx_logging(false)
        .record_stmt_in_spans(false);
    options
}

fn sqlite(connect: &Connect, connections: u32) -> ConnectOptions {
    let mut options = options(connect, connections);
    options.map_sqlx_sqlite_opts(|options| {
        options
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(10))
            .statement_cache_capacity(1_000)
    });
    options
}

/// How many steps of its machine SQLite makes between two looks at the clock.
const STEPS: i32 = 20_000;

/// Stops whatever a reading connection does when it has been taken for too long: a caller who went away leaves nothing running.
fn bounded(mut options: ConnectOptions, timeout: Option<Duration>) -> ConnectOptions {
    if let Some(timeout) = timeout {
        options.map_sqlx_sqlite_pool_opts(move |pool| {
            pool.after_connect(move |connection, _| Box::pin(async move { watch(connection, timeout).await }))
                .before_acquire(move |connection, _| Box::pin(async move { watch(connection, timeout).await.map(|()| true) }))
        });
    }
    options
}

async fn watch(connection: &mut SqliteConnection, timeout: Duration) -> Result<(), sea_orm::sqlx::Error> {
    let deadline = Instant::now() + timeout;
    connection.lock_handle().await?.set_progress_handler(STEPS, move || Instant::now() < deadline);
    Ok(())
}

/// What makes every transaction of a connection a read-only snapshot.
const SNAPSHOT: &[(&str, &str)] = &[("default_transaction_isolation", "repeatable read"), ("default_transaction_read_only", "on")];

/// What makes every transaction of a connection one that locks what it judges by, and sees what others have committed by then.
const COMMAND: &[(&str, &str)] = &[("default_transaction_isolation", "read committed"), ("default_transaction_read_only", "off")];

fn postgres(connect: &Connect, connections: u32, defaults: &'static [(&'static str, &'static str)]) -> ConnectOptions {
    let mut options = options(connect, connections);
    let timeout = connect.statement_timeout;
    options.map_sqlx_postgres_opts(move |options| {
        let options = options.statement_cache_capacity(1_000).application_name("tandem").options(defaults.iter().copied());
        match timeout {
            None => options,
            Some(timeout) => options.options([("statement_timeout", timeout.as_millis().to_string())]),
        }
    });
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is acknowledged has been forced to the disk: whatever a later hand thinks of the price, this is the promise.
    #[tokio::test]
    async fn what_is_committed_on_sqlite_survives_a_power_failure() {
        let folder = tempfile::tempdir().unwrap();
        let connect = Connect::to(&format!("sqlite://{}", folder.path().join("kept.sqlite").display()));
        let database = Database::open(&connect).await.unwrap();
        // FULL is 2: the log is forced to the disk at each commit, before it is answered. NORMAL would do so now and then only.
        for (pragma, expected) in [("SELECT CAST(synchronous AS TEXT) FROM pragma_synchronous", "2"), ("PRAGMA journal_mode", "wal")] {
            let transaction = database.begin().await.unwrap();
            let row =
                transaction.query_one_raw(sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, pragma)).await.unwrap().unwrap();
            assert_eq!(row.try_get_by_index::<String>(0).unwrap(), expected, "{pragma}");
            transaction.rollback().await.unwrap();
        }
        database.close().await;
    }

    /// Counts for longer than any test has time.
    const ENDLESS: &str = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n";

    #[tokio::test]
    async fn what_takes_too_long_is_stopped_in_the_database() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("slow.sqlite").display());
        let connect = Connect { statement_timeout: Some(Duration::from_millis(200)), connections: 1, ..Connect::to(&url) };
        let database = Database::open(&connect).await.unwrap();
        let endless = || sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, ENDLESS);
        let error = database.reader().query_one_raw(endless()).await.unwrap_err();
        assert!(error.to_string().contains("interrupted"), "{error}");
        // Whoever goes away leaves a connection that is free again, and not for ever busy.
        let gone = tokio::time::timeout(Duration::from_millis(20), database.reader().query_one_raw(endless())).await;
        assert!(gone.is_err());
        database.ping().await.unwrap();
        let one = sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, "SELECT 1");
        assert!(database.reader().query_one_raw(one).await.unwrap().is_some());
        database.close().await;
    }
}
