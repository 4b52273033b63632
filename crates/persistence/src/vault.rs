//! The vault itself: opened once, shared by all requests. It gives out stores for viewers and carries out commands.

use std::sync::Arc;
use std::time::Duration;

use tandem_domain::access::Viewer;
use tandem_domain::clock::{Clock, IdSource};
use tandem_domain::id::TypedId;

use sea_orm::ConnectionTrait;

use crate::access_log::AccessLog;
use crate::database::{Connect, Database, SchemaState};
use crate::error::StoreError;
use crate::journal::{OrderedEntry, sequencer};
use crate::sql::Sql;
use crate::store::Store;

/// Everything that is kept, behind one door.
#[derive(Clone)]
pub struct Vault {
    pub(crate) database: Database,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdSource>,
    pub(crate) signing_max_age: Duration,
    pub(crate) access_log: Arc<AccessLog>,
    /// Who may ingest now: one at a time, so that rows by the thousand never take all connections that write.
    pub(crate) ingesting: Arc<tokio::sync::Semaphore>,
}

/// How old a proof of identity may be for signing, where nothing else is said (RFC 9470).
const SIGNING_MAX_AGE: Duration = Duration::from_secs(300);

impl Vault {
    /// Opens the database as it is; see [`Self::schema_state`] and [`Self::migrate`].
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be reached.
    pub async fn open(connect: &Connect, clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>) -> Result<Self, StoreError> {
        Ok(Self {
            database: Database::open(connect).await?,
            clock,
            ids,
            signing_max_age: SIGNING_MAX_AGE,
            access_log: Arc::default(),
            ingesting: Arc::new(tokio::sync::Semaphore::new(1)),
        })
    }

    /// The same vault, where a proof of identity may be this old for signing.
    #[must_use]
    pub fn signing_within(self, max_age: Duration) -> Self {
        Self { signing_max_age: max_age, ..self }
    }

    /// The same vault, whose access log counts refusals of one kind within this time as one event.
    #[must_use]
    pub fn keeping_access_log_every(self, window: Duration) -> Self {
        Self { access_log: Arc::new(AccessLog::every(window)), ..self }
    }

    /// The clock that everything here is dated by.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// What this viewer may read, for one request.
    #[must_use]
    pub fn store(&self, viewer: Arc<Viewer>) -> Store {
        Store::new(self.database.clone(), viewer)
    }

    /// Brings the database to this version.
    ///
    /// # Errors
    /// [`StoreError`] when a step fails; steps that went through stay.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        self.database.migrate().await
    }

    /// How the database's schema stands to this program.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn schema_state(&self) -> Result<SchemaState, StoreError> {
        self.database.schema_state().await
    }

    /// The settings of the database by which what is acknowledged may be lost in a crash of the database or the machine; none on a
    /// database that keeps it.
    ///
    /// # Errors
    /// Where the database cannot be asked.
    pub async fn lax_settings(&self) -> Result<Vec<String>, StoreError> {
        self.database.lax_settings().await
    }

    /// Whether the database answers at all.
    ///
    /// # Errors
    /// [`StoreError`] when it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.database.ping().await
    }

    /// Gives journal entries their position, as far as that can be said yet; answers how many.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn order_journal(&self) -> Result<usize, StoreError> {
        sequencer::order(&self.database, self.clock.now()).await
    }

    /// How many entries of the journal have no position yet: followers do not know of them.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn waiting_entries(&self) -> Result<i64, StoreError> {
        sequencer::waiting(&self.database).await
    }

    /// The journal's order after a position. For followers; what of it anyone may see is decided elsewhere.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn ordered_after(&self, position: i64, limit: i64) -> Result<Vec<OrderedEntry>, StoreError> {
        sequencer::ordered_after(&self.database, position, limit).await
    }

    /// The secret that cursors are sealed with, shared by all instances of this database; made at its first use.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn cursor_key(&self) -> Result<Vec<u8>, StoreError> {
        let dialect = self.database.dialect;
        let fresh = format!("{}{}", self.ids.random().simple(), self.ids.random().simple());
        let transaction = self.database.begin().await?;
        let mut insert = Sql::new(dialect, "INSERT INTO setting (name, value) VALUES ('cursor_key', ");
        insert.bind_text(&fresh).push(") ON CONFLICT (name) DO NOTHING");
        transaction.execute_raw(insert.statement()).await?;
        let row = transaction.query_one_raw(Sql::new(dialect, "SELECT value FROM setting WHERE name = 'cursor_key'").statement()).await?;
        transaction.commit().await?;
        let key: String = row.map_or(Ok(fresh), |row| row.try_get_by_index(0))?;
        Ok(key.into_bytes())
    }

    /// Finds an organisation by its id or its exact name, for the command line.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] when there is none, or more than one of that name.
    pub async fn find_organization(&self, name_or_id: &str) -> Result<tandem_domain::id::OrganizationId, StoreError> {
        if let Some((tandem_domain::record::Kind::Organization, uuid)) = tandem_domain::id::decode(name_or_id) {
            let found = self.system_read::<tandem_domain::party::Organization, _>(self.database.reader(), "id", &[uuid]).await?;
            return found
                .first()
                .map(|found| found.id)
                .ok_or_else(|| StoreError::Unusable(format!("no organisation has the id {name_or_id}")));
        }
        let mut sql = Sql::new(self.database.dialect, "SELECT id FROM organization WHERE name = ");
        sql.bind_text(name_or_id);
        let rows = self.database.reader().query_all_raw(sql.statement()).await?;
        match rows.as_slice() {
            [row] => Ok(tandem_domain::id::OrganizationId::from_uuid(row.try_get_by_index(0)?)),
            [] => Err(StoreError::Unusable(format!("no organisation is called \"{name_or_id}\""))),
            _ => Err(StoreError::Unusable(format!("several organisations are called \"{name_or_id}\": give the id"))),
        }
    }

    /// Whether an organisation is kept besides these; none is where there is no schema yet.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn has_other_organizations(&self, known: &[tandem_domain::id::OrganizationId]) -> Result<bool, StoreError> {
        if !self.database.has_table("organization").await? {
            return Ok(false);
        }
        let known: Vec<uuid::Uuid> = known.iter().map(|id| id.uuid()).collect();
        let mut sql = Sql::new(self.database.dialect, "SELECT 1 FROM organization WHERE NOT (");
        sql.any_uuid("id", &known).push(") LIMIT 1");
        Ok(self.database.reader().query_one_raw(sql.statement()).await?.is_some())
    }

    /// Closes every connection.
    pub async fn close(self) {
        self.database.close().await;
    }
}
