//! Applies a change: writes each record, journals it, and keeps everything that follows from it in step.

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::Value;
use tandem_domain::access::{Actor, Facts};
use tandem_domain::command::{Op, Write};
use tandem_domain::id::OrganizationId;
use tandem_domain::record::{Entity, Kind, Meta, Stored};
use tandem_domain::vocabulary::Vocabulary;
use uuid::Uuid;

use super::{Planned, Work, links};
use crate::error::{StoreError, WriteError};
use crate::journal::{Entry, append, beside};
use crate::many::insert_many;
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
    /// The facts of all that is written together, where it matters to who is told the reason.
    pub(crate) beside: Option<&'a serde_json::Value>,
}

/// Who can sign in: id, kind, and the issuer and subject of one who is known by them from the beginning.
type Principal<'a> = (Uuid, &'a str, Option<(&'a str, &'a str)>);

impl Work<'_> {
    /// Writes what was planned; answers the subject's version afterwards.
    pub(crate) async fn apply(&self, command: &str, planned: &Planned) -> Result<i64, WriteError> {
        let writes = &planned.change.writes;
        let reason = self.circumstances.manner.reason.as_deref();
        let beside = beside(reason, writes.iter().map(|write| &write.record));
        let author = Author {
            actor: self.viewer.actor(),
            organization: Some(self.viewer.organization),
            command,
            reason,
            request_id: self.circumstances.request_id.as_deref(),
            signature: planned.signature.as_ref(),
            beside: beside.as_ref(),
        };
        if writes.iter().all(|write| write.op == Op::Created) {
            let records: Vec<Entity> = writes.iter().map(|write| write.record.clone()).collect();
            self.vault.create(&self.transaction, &author, &Op::Created, &records).await?;
            return Ok(1);
        }
        let mut version = 0;
        for write in writes {
            let written = self.vault.write(&self.transaction, &author, write).await?;
            // Of what takes several steps at once, the last version is the subject's.
            if version == 0 || write.record.uuid() == planned.id && write.record.kind() == planned.kind {
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
        let before = if write.op == Op::Created { None } else { self.current(transaction, &write.record).await? };
        let Some(before) = before else {
            self.create(transaction, author, &write.op, std::slice::from_ref(&write.record)).await?;
            return Ok(1);
        };
        if before.record == write.record && write.op == Op::Updated {
            return Ok(before.meta.version);
        }
        let now = self.clock.now();
        self.update(transaction, &write.record, &before.meta, now).await?;
        let version = before.meta.version + 1;
        let facts_before = Facts::of(&before.record);
        let operation = write.op.name();
        let entry = Entry { version, facts_before: Some(&facts_before), ..self.entry(author, now, &operation, &write.record) };
        let entry_id = entry.id;
        append(self.database.dialect, transaction, &[entry]).await?;
        self.keep_principal(transaction, &write.record).await?;
        links::follow(self, transaction, &before.record, &write.record, entry_id, now).await?;
        tracing::debug!(kind = write.record.kind().name(), id = %write.record.uuid(), version, operation, "written");
        Ok(version)
    }

    /// Writes records that are not there yet, one or thousands: each with its journal entry, its links, its principal.
    pub(crate) async fn create(
        &self,
        transaction: &sea_orm::DatabaseTransaction,
        author: &Author<'_>,
        op: &Op,
        records: &[Entity],
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let meta = Meta { version: 1, created_at: now, updated_at: now, created_by: author.actor };
        for kind in Kind::ALL {
            let of_kind: Vec<&Entity> = records.iter().filter(|record| record.kind() == *kind).collect();
            self.insert(transaction, *kind, &of_kind, &meta).await?;
        }
        let operation = op.name();
        let entries: Vec<Entry<'_>> = records.iter().map(|record| self.entry(author, now, &operation, record)).collect();
        append(self.database.dialect, transaction, &entries).await?;
        self.add_principals(transaction, records).await?;
        if let Some(first) = entries.first() {
            links::follow_new(self, transaction, records, first.id, now).await?;
        }
        for record in records {
            tracing::debug!(kind = record.kind().name(), id = %record.uuid(), version = 1, operation, "written");
        }
        Ok(())
    }

    /// The entry of a new record.
    fn entry<'a>(&self, author: &Author<'a>, now: chrono::DateTime<chrono::Utc>, operation: &'a str, record: &'a Entity) -> Entry<'a> {
        Entry {
            id: self.ids.next(),
            now,
            actor: author.actor,
            organization: author.organization,
            command: author.command,
            operation,
            reason: author.reason,
            request_id: author.request_id,
            record,
            version: 1,
            facts_before: None,
            signature: author.signature.cloned(),
            beside: author.beside,
        }
    }

    async fn current(&self, transaction: &sea_orm::DatabaseTransaction, record: &Entity) -> Result<Option<Stored<Entity>>, StoreError> {
        let mut rows = self.system_rows(transaction, record.kind(), "id", &[record.uuid()]).await?;
        Ok(rows.pop().map(|row| row.entity()).transpose()?)
    }

    /// Writes rows that are not there yet, and nothing else.
    pub(crate) async fn insert(
        &self,
        transaction: &sea_orm::DatabaseTransaction,
        kind: Kind,
        records: &[&Entity],
        meta: &Meta,
    ) -> Result<(), StoreError> {
        let def = kind.def();
        let columns: Vec<&str> = def.columns.iter().map(|column| column.name).chain(META.iter().copied()).collect();
        let into = format!("{} ({}, readers)", def.table, columns.join(", "));
        insert_many(self.database.dialect, transaction, &into, records, |sql, record| {
            for (cell, column) in record.cells().iter().zip(def.columns) {
                sql.bind_cell(cell, column.scalar).push(", ");
            }
            sql.bind_int(meta.version).push(", ").bind_time(meta.created_at).push(", ").bind_time(meta.updated_at).push(", ");
            sql.bind_text(meta.created_by.kind.term()).push(", ").bind_uuid(meta.created_by.id).push(", ");
            sql.bind(Value::Int(Some(record.readers().bits())));
        })
        .await
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

    /// Lets new people and clients sign in; a new membership ends the cached sight of its person.
    async fn add_principals(&self, transaction: &sea_orm::DatabaseTransaction, records: &[Entity]) -> Result<(), StoreError> {
        let mut principals: Vec<Principal<'_>> = Vec::new();
        let mut people: Vec<Uuid> = Vec::new();
        for record in records {
            match record {
                Entity::Person(person) => principals.push((uuid(person.id), "PERSON", None)),
                Entity::ApiClient(client) => {
                    principals.push((uuid(client.id), "CLIENT", Some((&client.issuer, &client.client_id))));
                }
                Entity::Membership(membership) => people.push(uuid(membership.person_id)),
                Entity::Organization(_)
                | Entity::PersonContact(_)
                | Entity::AccessEvent(_)
                | Entity::AccessReview(_)
                | Entity::AccessReviewItem(_)
                | Entity::ExternalReference(_)
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
                | Entity::ServiceScope(_)
                | Entity::Program(_)
                | Entity::ProgramInternal(_)
                | Entity::ProtocolVersion(_)
                | Entity::Amendment(_)
                | Entity::Milestone(_)
                | Entity::EnrollmentSnapshot(_)
                | Entity::Document(_)
                | Entity::Deliverable(_)
                | Entity::DeliverableSubmission(_)
                | Entity::DeliverableReview(_)
                | Entity::Finding(_)
                | Entity::FindingInternal(_)
                | Entity::FindingResponse(_)
                | Entity::Capa(_)
                | Entity::CapaAction(_)
                | Entity::DueDateExtension(_)
                | Entity::EffectivenessCheck(_)
                | Entity::Issue(_)
                | Entity::Comment(_) => {}
            }
        }
        let into = "principal (id, kind, access_version, issuer, subject)";
        insert_many(self.database.dialect, transaction, into, &principals, |sql, (id, kind, named)| {
            sql.bind_uuid(*id).push(", ").bind_text(kind).push(", 1, ");
            sql.bind(Value::String(named.map(|(issuer, _)| issuer.to_owned()))).push(", ");
            sql.bind(Value::String(named.map(|(_, subject)| subject.to_owned())));
        })
        .await?;
        if people.is_empty() { Ok(()) } else { self.touch_principals(transaction, |sql| _ = sql.any_uuid("id", &people)).await }
    }

    /// Ends the cached sight of those whom the change of a record concerns.
    async fn keep_principal(&self, transaction: &sea_orm::DatabaseTransaction, record: &Entity) -> Result<(), StoreError> {
        let one = |id: Uuid| move |sql: &mut Sql| _ = sql.push("id = ").bind_uuid(id);
        match record {
            Entity::Person(person) => self.touch_principals(transaction, one(uuid(person.id))).await,
            Entity::ApiClient(client) => self.touch_principals(transaction, one(uuid(client.id))).await,
            Entity::Membership(membership) => self.touch_principals(transaction, one(uuid(membership.person_id))).await,
            Entity::Engagement(engagement) => {
                let concerned = "id IN (SELECT m.person_id FROM membership m WHERE m.engagement_id = ";
                self.touch_principals(transaction, |sql| _ = sql.push(concerned).bind_uuid(uuid(engagement.id)).push(")")).await
            }
            Entity::Organization(_)
            | Entity::PersonContact(_)
            | Entity::AccessEvent(_)
            | Entity::AccessReview(_)
            | Entity::AccessReviewItem(_)
            | Entity::ExternalReference(_)
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
            | Entity::EngagementInternal(_)
            | Entity::EngagementConfirmation(_)
            | Entity::ServiceScope(_)
            | Entity::Program(_)
            | Entity::ProgramInternal(_)
            | Entity::ProtocolVersion(_)
            | Entity::Amendment(_)
            | Entity::Milestone(_)
            | Entity::EnrollmentSnapshot(_)
            | Entity::Document(_)
            | Entity::Deliverable(_)
            | Entity::DeliverableSubmission(_)
            | Entity::DeliverableReview(_)
            | Entity::Finding(_)
            | Entity::FindingInternal(_)
            | Entity::FindingResponse(_)
            | Entity::Capa(_)
            | Entity::CapaAction(_)
            | Entity::DueDateExtension(_)
            | Entity::EffectivenessCheck(_)
            | Entity::Issue(_)
            | Entity::Comment(_) => Ok(()),
        }
    }

    async fn touch_principals(&self, transaction: &sea_orm::DatabaseTransaction, which: impl FnOnce(&mut Sql)) -> Result<(), StoreError> {
        let mut sql = Sql::new(self.database.dialect, "UPDATE principal SET access_version = access_version + 1 WHERE ");
        which(&mut sql);
        transaction.execute_raw(sql.statement()).await?;
        Ok(())
    }
}

fn uuid(id: impl tandem_domain::id::TypedId) -> Uuid {
    id.uuid()
}
