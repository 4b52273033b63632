//! Looks at what a database has kept, by SQL of its own: a connection that knows nothing of Tandem.
//! Everything is read as of one moment, while the server runs.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, IsolationLevel, Statement, TransactionTrait,
};
use serde_json::Value as Json;
use tandem_domain::id::encode;
use tandem_domain::record::Kind;
use uuid::Uuid;

use super::ledger::MARK;

/// How long the sequencer may take to order everything.
const PATIENCE: Duration = Duration::from_secs(20);

/// The kinds that the writers write, each with the column where their texts stand.
const MARKED: [(Kind, &str); 5] = [
    (Kind::Site, "name"),
    (Kind::Study, "brief_title"),
    (Kind::Deliverable, "title"),
    (Kind::Finding, "title"),
    (Kind::StudySite, "number"),
];

/// The kinds whose rows are no records with a history: the access log is a stream of its own beside the journal.
const UNJOURNALLED: [Kind; 1] = [Kind::AccessEvent];

/// An entry of the journal.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) id: String,
    /// The record that it is about, as its id is shown outside.
    pub(crate) subject: String,
    pub(crate) version: i64,
    pub(crate) operation: String,
    pub(crate) request_id: String,
    /// The writers' text in it.
    pub(crate) marker: Option<String>,
}

/// A row of a record.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) subject: String,
    pub(crate) version: i64,
    pub(crate) marker: Option<String>,
}

/// What was kept.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept {
    pub(crate) entries: Vec<Entry>,
    pub(crate) rows: Vec<Row>,
    /// Positions and the entries at them.
    pub(crate) order: Vec<(i64, String)>,
    /// The idempotency keys that have an outcome.
    pub(crate) keys: BTreeSet<String>,
    /// What the database itself complains of.
    pub(crate) unsound: Vec<String>,
}

/// A connection of one's own.
pub(crate) struct Eye {
    raw: DatabaseConnection,
    backend: DbBackend,
}

impl Eye {
    pub(crate) async fn open(url: &str) -> Self {
        let mut options = ConnectOptions::new(url);
        options.max_connections(1).sqlx_logging(false);
        let raw = sea_orm::Database::connect(options).await.unwrap();
        let backend = raw.get_database_backend();
        Self { raw, backend }
    }

    pub(crate) async fn close(self) {
        self.raw.close().await.unwrap();
    }

    /// Everything, once the sequencer has caught up.
    pub(crate) async fn look(&self) -> Kept {
        let begun = Instant::now();
        let waiting = "SELECT CAST((SELECT COUNT(*) FROM journal) - (SELECT COUNT(*) FROM journal_order) AS TEXT)";
        while self.rows(&self.raw, waiting, 1).await[0][0] != "0" {
            assert!(begun.elapsed() < PATIENCE, "the sequencer does not catch up");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let isolation = (self.backend == DbBackend::Postgres).then_some(IsolationLevel::RepeatableRead);
        let moment = self.raw.begin_with_config(isolation, None).await.unwrap();
        let kept = Kept {
            entries: self.entries(&moment).await,
            rows: self.records(&moment).await,
            order: self.order(&moment).await,
            keys: self.keys(&moment).await,
            unsound: self.unsound(&moment).await,
        };
        moment.commit().await.unwrap();
        kept
    }

    async fn entries(&self, moment: &DatabaseTransaction) -> Vec<Entry> {
        let sql = format!(
            "SELECT {}, kind, {}, CAST(version AS TEXT), operation, COALESCE(request_id, ''), CAST(state AS TEXT) FROM journal",
            self.plain("id"),
            self.plain("entity_id")
        );
        let entry = |row: Vec<String>| {
            let [id, prefix, subject, version, operation, request_id, state] = <[String; 7]>::try_from(row).unwrap();
            let kind = Kind::from_prefix(&prefix).unwrap();
            let column = MARKED.iter().find(|(marked, _)| *marked == kind).map(|(_, column)| *column);
            let state: Json = serde_json::from_str(&state).unwrap();
            let marker = column.and_then(|column| state[column].as_str()).and_then(marked);
            Entry { id, subject: shown(kind, &subject), version: version.parse().unwrap(), operation, request_id, marker }
        };
        self.rows(moment, &sql, 7).await.into_iter().map(entry).collect()
    }

    async fn records(&self, moment: &DatabaseTransaction) -> Vec<Row> {
        let mut found = Vec::new();
        for kind in Kind::ALL.iter().filter(|kind| !UNJOURNALLED.contains(kind)) {
            let column = MARKED.iter().find(|(marked, _)| marked == kind).map_or("''", |(_, column)| *column);
            let sql = format!("SELECT {}, CAST(version AS TEXT), COALESCE({column}, '') FROM {}", self.plain("id"), kind.def().table);
            found.extend(self.rows(moment, &sql, 3).await.into_iter().map(|row| Row {
                subject: shown(*kind, &row[0]),
                version: row[1].parse().unwrap(),
                marker: marked(&row[2]),
            }));
        }
        found
    }

    async fn order(&self, moment: &DatabaseTransaction) -> Vec<(i64, String)> {
        let sql = format!("SELECT CAST(o.position AS TEXT), {} FROM journal_order o ORDER BY o.position", self.plain("o.entry_id"));
        self.rows(moment, &sql, 2).await.into_iter().map(|row| (row[0].parse().unwrap(), row[1].clone())).collect()
    }

    async fn keys(&self, moment: &DatabaseTransaction) -> BTreeSet<String> {
        let sql = "SELECT idempotency_key, CAST(outcome AS TEXT) FROM idempotency";
        let rows = self.rows(moment, sql, 2).await;
        rows.into_iter().filter(|row| row[1] != "{}").map(|row| row[0].clone()).collect()
    }

    /// What the database finds wrong with itself: its pages, and its indexes against its rows.
    async fn unsound(&self, moment: &DatabaseTransaction) -> Vec<String> {
        if self.backend == DbBackend::Sqlite {
            let told = self.rows(moment, "SELECT integrity_check FROM pragma_integrity_check", 1).await;
            let foreign = self.rows(moment, "SELECT \"table\" FROM pragma_foreign_key_check", 1).await;
            return told.into_iter().chain(foreign).flatten().filter(|word| word != "ok").collect();
        }
        // An extension that comes with PostgreSQL's contributed modules: not everywhere.
        if self.rows(moment, "SELECT name::text FROM pg_available_extensions WHERE name = 'amcheck'", 1).await.is_empty() {
            return Vec::new();
        }
        moment.execute_unprepared("CREATE EXTENSION IF NOT EXISTS amcheck").await.unwrap();
        let check = "SELECT CAST(COUNT(bt_index_check(c.oid, true)::text) AS TEXT) FROM pg_class c JOIN pg_am a ON a.oid = c.relam \
                     JOIN pg_namespace n ON n.oid = c.relnamespace WHERE a.amname = 'btree' AND c.relkind = 'i' AND n.nspname = 'public'";
        let checked = moment.query_one_raw(Statement::from_string(self.backend, check)).await;
        checked.err().map(|error| error.to_string()).into_iter().collect()
    }

    async fn rows(&self, on: &impl ConnectionTrait, sql: &str, columns: usize) -> Vec<Vec<String>> {
        let rows = on.query_all_raw(Statement::from_string(self.backend, sql)).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        let cell = |row: &sea_orm::QueryResult, at| row.try_get_by_index::<String>(at).unwrap_or_else(|error| panic!("{sql}: {error}"));
        rows.iter().map(|row| (0..columns).map(|at| cell(row, at)).collect()).collect()
    }

    /// An id as 32 hexadecimal digits.
    fn plain(&self, column: &str) -> String {
        match self.backend {
            DbBackend::Sqlite => format!("LOWER(HEX({column}))"),
            _ => format!("REPLACE(CAST({column} AS TEXT), '-', '')"),
        }
    }
}

fn shown(kind: Kind, id: &str) -> String {
    encode(kind, Uuid::parse_str(id).unwrap())
}

fn marked(text: &str) -> Option<String> {
    text.starts_with(MARK).then(|| text.to_owned())
}

impl Kept {
    /// The entries of each record, by version.
    pub(crate) fn histories(&self) -> BTreeMap<&str, Vec<&Entry>> {
        let mut histories: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
        for entry in &self.entries {
            histories.entry(&entry.subject).or_default().push(entry);
        }
        histories.values_mut().for_each(|entries| entries.sort_by_key(|entry| entry.version));
        histories
    }
}
