//! Applies a change: writes each record, journals it, and keeps everything that follows from it in step.

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::Value;
use tandem_domain::access::{Actor, Facts};
use tandem_domain::command::{Op, Write};
use tandem_domain::id::OrganizationId;
use tandem_domain::record::{Entity, Meta, Stored};
use tandem_domain::vocabulary::Vocabulary;
use uuid::Uuid;

use super::{Planned, Work, links};
use crate::error::{StoreError, WriteError};
use crate::journal::{Entry, append};
use crate::row::META;
use crate::sql::Sql;
use crate::vault::Vault;

/// Who writes, for the journal: a viewer's command or the system's own work.
pub(crate) struct Author<'a> {
    pub(crate) actor: Actor,
    pub(crate) organization: Option<OrganizationId>,
    pub(crate) command: &'a str,
    pub(crate) reason: Option<&'a str>,
    pub(crate) request_id: Option<&'a str>,
    pub(crate) signature: Option<&'a serde_json::Value>,
}

impl Work<'_> {
    /// Writes what was planned; answers the subject's version afterwards.
    pub(crate) async fn apply(&self, command: &str, planned: &Planned) -> Result<i64, WriteError> {
        let author = Author {
            actor: self.viewer.actor(),
            organization: Some(self.viewer.organization),
            command,
            reason: self.circumstances.manner.reason.as_deref(),
            request_id: self.circumstances.request_id.as_deref(),
            signature: planned.signature.as_ref(),
        };
        let mut version = 0;
        for (index, write) in planned.change.writes.iter().enumerate() {
            let written = self.vault.write(&self.transaction, &author, write).await?;
            if index == 0 {
                version = written;
            }
        }
        Ok(version)
    }
}

impl Vault {
    /// Writes one record with its journal entry and its links; answers its version afterwards.
    /// A change that changes nothing writes nothing.
    pub(crate) async fn write(
        &self,
        transaction: &sea_orm::DatabaseTransaction,
        author: &Author<'_>,
        write: &Write,
    ) -> Result<i64, StoreError> {
        let now = self.clock.now();
        let (kind, id) = (write.record.kind(), write.record.uuid());
        let before = if write.op == Op::Created { None } else { self.current(transaction, &write.record).await? };
        let version = match &before {
            None => {
                let meta = Meta { version: 1, created_at: now, updated_at: now, created_by: author.actor };
                self.insert(transaction, &write.record, &meta).await?;
                1
            }
            Some(before) if before.record == write.record && write.op == Op::Updated => return Ok(before.meta.version),
            Some(before) => {
                self.update(transaction, &write.record, &before.meta, now).await?;
                before.meta.version + 1
            }
        };
        let facts_before = before.as_ref().map(|before| Facts::of(&before.record));
        let operation = write.op.name();
        let entry = Entry {
            id: self.ids.next(),
            now,
            actor: author.actor,
            organization: author.organization,
            command: author.command,
            operation: &operation,
            reason: author.reason,
            request_id: author.request_id,
            record: &write.record,
            version,
            facts_before: facts_before.as_ref(),
            signature: author.signature.cloned(),
        };
        append(self.database.dialect, transaction, &entry).await?;
        self.keep_principal(transaction, &write.record, before.is_none()).await?;
        links::follow(self, transaction, before.as_ref().map(|before| &before.record), &write.record, now).await?;
        tracing::debug!(kind = kind.name(), %id, version, operation, "written");
        Ok(version)
    }

    async fn current(&self, transaction: &sea_orm::DatabaseTransaction, record: &Entity) -> Result<Option<Stored<Entity>>, StoreError> {
        let mut rows = self.system_rows(transaction, record.kind(), "id", &[record.uuid()]).await?;
        Ok(rows.pop().map(|row| row.entity()).transpose()?)
    }

    async fn insert(&self, transaction: &sea_orm::DatabaseTransaction, record: &Entity, meta: &Meta) -> Result<(), StoreError> {
        let def = record.kind().def();
        let columns: Vec<&str> = def.columns.iter().map(|column| column.name).chain(META.iter().copied()).collect();
        let mut sql = Sql::new(self.database.dialect, "INSERT INTO ");
        sql.push(def.table).push(" (").push(&columns.join(", ")).push(", readers) VALUES (");
        for (cell, column) in record.cells().iter().zip(def.columns) {
            sql.bind_cell(cell, column.scalar).push(", ");
        }
        sql.bind_int(meta.version).push(", ").bind_time(meta.created_at).push(", ").bind_time(meta.updated_at).push(", ");
        sql.bind_text(meta.created_by.kind.term()).push(", ").bind_uuid(meta.created_by.id).push(", ");
        sql.bind(Value::Int(Some(record.readers().bits()))).push(")");
        transaction.execute_raw(sql.statement()).await?;
        Ok(())
    }

    async fn update(
        &self,
        transaction: &sea_orm::DatabaseTransaction,
        record: &Entity,
        before: &Meta,
        now: chrono::DateTime<chrono::Utc>,
    ) -> Result<(), StoreError> {
        let def = record.kind().def();
        let mut sql = Sql::new(self.database.dialect, "UPDATE ");
        sql.push(def.table).push(" SET ");
        for (cell, column) in record.cells().iter().zip(def.columns).skip(1) {
            sql.push(column.name).push(" = ").bind_cell(cell, column.scalar).push(", ");
        }
        sql.push("version = ").bind_int(before.version + 1).push(", updated_at = ").bind_time(now);
        sql.push(", readers = ").bind(Value::Int(Some(record.readers().bits())));
        sql.push(" WHERE id = ").bind_uuid(record.uuid()).push(" AND version = ").bind_int(before.version);
        if transaction.execute_raw(sql.statement()).await?.rows_affected() == 1 {
            Ok(())
        } else {
            // Another transaction got there first: the command is tried again and then sees the newer version.
            Err(sea_orm::DbErr::Custom("could not serialize: the row moved on".to_owned()).into())
        }
    }

    /// Keeps principals in step: a new person or client can sign in, and any change of what is granted ends cached sight.
    async fn keep_principal(&self, transaction: &sea_orm::DatabaseTransaction, record: &Entity, created: bool) -> Result<(), StoreError> {
        match record {
            Entity::Person(person) if created => self.add_principal(transaction, uuid(person.id), "PERSON", None).await,
            Entity::ApiClient(client) if created => {
                self.add_principal(transaction, uuid(client.id), "CLIENT", Some((&client.issuer, &client.client_id))).await
            }
            Entity::Person(person) => self.touch_principals(transaction, "id = ", uuid(person.id)).await,
            Entity::ApiClient(client) => self.touch_principals(transaction, "id = ", uuid(client.id)).await,
            Entity::Membership(membership) => self.touch_principals(transaction, "id = ", uuid(membership.person_id)).await,
            Entity::Engagement(engagement) if !created => {
                let concerned = "id IN (SELECT m.person_id FROM membership m WHERE m.engagement_id = ";
                self.touch_principals(transaction, concerned, uuid(engagement.id)).await
            }
            Entity::Organization(_)
            | Entity::PersonContact(_)
            | Entity::Study(_)
            | Entity::StudyInternal(_)
            | Entity::StudyBenchmark(_)
            | Entity::StudyConfirmation(_)
            | Entity::StudyRegistry(_)
            | Entity::StudyCountry(_)
            | Entity::Site(_)
            | Entity::StudySite(_)
            | Entity::StudySiteInternal(_)
            | Entity::StudySiteContact(_)
            | Entity::StudySiteRegistry(_)
            | Entity::Engagement(_)
            | Entity::EngagementInternal(_)
            | Entity::EngagementConfirmation(_)
            | Entity::ServiceScope(_) => Ok(()),
        }
    }

    async fn add_principal(
        &self,
        transaction: &sea_orm::DatabaseTransaction,
        id: Uuid,
        kind: &str,
        named: Option<(&str, &str)>,
    ) -> Result<(), StoreError> {
        let mut sql = Sql::new(self.database.dialect, "INSERT INTO principal (id, kind, access_version, issuer, subject) VALUES (");
        sql.bind_uuid(id).push(", ").bind_text(kind).push(", 1, ");
        sql.bind(Value::String(named.map(|(issuer, _)| issuer.to_owned()))).push(", ");
        sql.bind(Value::String(named.map(|(_, subject)| subject.to_owned()))).push(")");
        transaction.execute_raw(sql.statement()).await?;
        Ok(())
    }

    async fn touch_principals(&self, transaction: &sea_orm::DatabaseTransaction, which: &str, id: Uuid) -> Result<(), StoreError> {
        let mut sql = Sql::new(self.database.dialect, "UPDATE principal SET access_version = access_version + 1 WHERE ");
        sql.push(which).bind_uuid(id);
        if which.contains('(') {
            sql.push(")");
        }
        transaction.execute_raw(sql.statement()).await?;
        Ok(())
    }
}

fn uuid(id: impl tandem_domain::id::TypedId) -> Uuid {
    id.uuid()
}
