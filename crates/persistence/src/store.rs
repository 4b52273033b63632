//! The viewer-scoped store: the only way to read records. It is made for a viewer, for one request, and reads one snapshot.
//! Every statement it makes carries the viewer's scope; there is no other kind.

mod access;
mod enrollment;
mod feed;
mod history;
mod impact;
mod level;
mod page;
mod past;
mod permissions;
mod reference;
mod rows;
mod tally;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError};

use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult};
use tandem_domain::access::{Facts, Link, Viewer};
use tandem_domain::lifecycle::{Confirmation, Guard};
use tandem_domain::record::Kind;
use tokio::sync::Mutex;
use uuid::Uuid;

pub use access::{AccessAnswer, AccessReason};
pub use enrollment::EnrollmentCounts;
pub use feed::{FeedChange, FeedPage, FeedPlace};
pub use history::{Changed, HistoryPage};
pub use impact::Impact;
pub use level::{Join, LevelPage, On, Shape, Wanted};
pub use page::{Compare, Filter, Order, PageRequest, PageSlice, Test};
pub use permissions::PermissionPage;
pub use reference::{Reference, Referenced};
pub use rows::{RowRef, Rows};

use crate::database::Database;
use crate::dialect::Dialect;
use crate::error::StoreError;
use crate::row::{self, Row};
use crate::scope::{Source, push_scope};
use crate::sql::Sql;
use crate::work::{guards, links};

/// A guard asked of one record.
pub type GuardKey = (Guard, Kind, Uuid);

/// What one viewer may read, at one moment.
pub struct Store {
    database: Database,
    viewer: Arc<Viewer>,
    snapshot: Mutex<Option<DatabaseTransaction>>,
    statements: AtomicUsize,
    rows: AtomicUsize,
    alone: AtomicBool,
    /// The database's plans of all statements, where somebody wants to see them.
    plans: Option<std::sync::Mutex<Vec<String>>>,
}

impl Store {
    pub(crate) fn new(database: Database, viewer: Arc<Viewer>) -> Self {
        let (statements, rows, alone) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
        Self { database, viewer, snapshot: Mutex::new(None), statements, rows, alone, plans: None }
    }

    /// The same store, which also asks the database how it means to find what each statement asks for.
    #[must_use]
    pub fn explaining(self) -> Self {
        Self { plans: Some(std::sync::Mutex::default()), ..self }
    }

    /// The plans of all statements so far, as the database tells them.
    #[must_use]
    pub fn plans(&self) -> Vec<String> {
        let plans = self.plans.as_ref().map(|plans| plans.lock().unwrap_or_else(PoisonError::into_inner).clone());
        plans.unwrap_or_default()
    }

    async fn explain(&self, transaction: &DatabaseTransaction, sql: &Sql) -> Result<(), StoreError> {
        let Some(plans) = &self.plans else { return Ok(()) };
        let (words, column) = match self.database.dialect {
            Dialect::Postgres => ("EXPLAIN (COSTS OFF) ", 0),
            Dialect::Sqlite => ("EXPLAIN QUERY PLAN ", 3),
        };
        let mut lines = Vec::new();
        for row in transaction.query_all_raw(sql.after(words)).await? {
            lines.push(row.try_get_by_index::<String>(column)?);
        }
        plans.lock().unwrap_or_else(PoisonError::into_inner).push(lines.join("\n"));
        Ok(())
    }

    /// Whose store it is.
    #[must_use]
    pub fn viewer(&self) -> &Arc<Viewer> {
        &self.viewer
    }

    /// How many statements it has made so far.
    #[must_use]
    pub fn statements(&self) -> usize {
        self.statements.load(Ordering::Relaxed)
    }

    /// How many rows they have read so far.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows.load(Ordering::Relaxed)
    }

    /// Says that the next statement is the only one: it is a moment of its own and needs no snapshot around it.
    pub fn alone(&self) {
        self.alone.store(true, Ordering::Relaxed);
    }

    /// Lets go of the snapshot: the next read sees the present. Called after a write, and at a request's end.
    pub async fn refresh(&self) {
        self.alone.store(false, Ordering::Relaxed);
        if let Some(transaction) = self.snapshot.lock().await.take() {
            // Nothing was written: whether the end of the snapshot is acknowledged makes no difference.
            let _ = transaction.rollback().await;
        }
    }

    async fn query(&self, sql: Sql) -> Result<Vec<QueryResult>, StoreError> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        let mut snapshot = self.snapshot.lock().await;
        let rows = if self.alone.swap(false, Ordering::Relaxed) && snapshot.is_none() && self.plans.is_none() {
            self.database.reader().query_all_raw(sql.statement()).await?
        } else {
            let transaction = match &mut *snapshot {
                Some(transaction) => transaction,
                empty => empty.insert(self.database.snapshot().await?),
            };
            self.explain(transaction, &sql).await?;
            transaction.query_all_raw(sql.statement()).await?
        };
        self.rows.fetch_add(rows.len(), Ordering::Relaxed);
        Ok(rows)
    }

    /// The records with these ids that the viewer may see.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn by_ids(&self, kind: Kind, ids: &[Uuid]) -> Result<HashMap<Uuid, Arc<Row>>, StoreError> {
        let mut sql = Sql::new(self.database.dialect, "SELECT ");
        sql.push(&row::select_list(kind, "a")).push(" FROM ").push(kind.def().table).push(" a WHERE ").any_uuid("a.id", ids).push(" AND ");
        push_scope(&mut sql, &self.viewer, kind, "a", Source::Table);
        let mut found = HashMap::new();
        for result in self.query(sql).await? {
            let row = row::read(self.database.dialect, kind, &result, 0)?;
            found.insert(row.id(), row);
        }
        Ok(found)
    }

    /// Answers guards about records that the viewer can see: yes or no, nothing else. One statement for each guard.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn guards(&self, keys: &[GuardKey]) -> Result<HashMap<GuardKey, bool>, StoreError> {
        let mut by_guard: HashMap<(Guard, Kind), Vec<Uuid>> = HashMap::new();
        for (guard, kind, id) in keys {
            by_guard.entry((*guard, *kind)).or_default().push(*id);
        }
        let mut answers = HashMap::new();
        for ((guard, kind), ids) in by_guard {
            let met: Vec<Uuid> = match guards::statement(self.database.dialect, guard, kind, &ids, guards::Asker::of(&self.viewer)) {
                None => ids.clone(),
                Some(sql) => self.query(sql).await?.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?,
            };
            answers.extend(ids.into_iter().map(|id| ((guard, kind, id), met.contains(&id))));
        }
        Ok(answers)
    }

    /// The confirmations that stand for these records, each with the version that it stands for.
    /// One by the same human, under whatever person record, counts as the viewer's own.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn confirmations(&self, kind: Kind, ids: &[Uuid]) -> Result<HashMap<Uuid, (i64, Confirmation)>, StoreError> {
        let table = match kind {
            Kind::Study => Kind::StudyConfirmation.def().table,
            Kind::Engagement => Kind::EngagementConfirmation.def().table,
            _ => return Ok(HashMap::new()),
        };
        let mut sql = Sql::new(
            self.database.dialect,
            "SELECT c.id, c.confirmed_version, c.action, c.confirmed_by_id, EXISTS (SELECT 1 FROM principal a JOIN principal b \
             ON a.issuer = b.issuer AND a.subject = b.subject WHERE a.id = c.confirmed_by_id AND b.id = ",
        );
        sql.bind_uuid(self.viewer.principal).push(") FROM ").push(table).push(" c WHERE ").any_uuid("c.id", ids);
        sql.push(" AND ").push(guards::still_confirmed(kind));
        let mut standing = HashMap::new();
        for row in self.query(sql).await? {
            let own: bool = row.try_get_by_index(4)?;
            let by = if own { self.viewer.principal } else { row.try_get_by_index(3)? };
            let confirmation = Confirmation { action: row.try_get_by_index(2)?, by };
            standing.insert(row.try_get_by_index(0)?, (row.try_get_by_index(1)?, confirmation));
        }
        Ok(standing)
    }

    /// The access facts, with links, of records that the viewer can see. What writing is decided on.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn facts(&self, rows: &[Arc<Row>]) -> Result<HashMap<Uuid, Facts>, StoreError> {
        let mut facts: HashMap<Uuid, Facts> = HashMap::new();
        let mut linked: HashMap<Kind, Vec<Uuid>> = HashMap::new();
        for row in rows {
            facts.insert(row.id(), Facts::of(&row.entity()?.record));
            if row.kind.whole().def().linked {
                linked.entry(row.kind.whole()).or_default().push(row.id());
            }
        }
        for (kind, ids) in linked {
            for result in self.query(links::select(self.database.dialect, kind, &ids)).await? {
                let (id, link): (Uuid, Link) = links::read(&result)?;
                if let Some(facts) = facts.get_mut(&id) {
                    facts.links.push(link);
                }
            }
        }
        Ok(facts)
    }
}
