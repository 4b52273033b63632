//! What an organisation's systems call records: looked up, set and taken back within a transaction, for who sees the record.

use sea_orm::ConnectionTrait;
use tandem_domain::access::may_refer;
use tandem_domain::command::{Code, Refusal, UserError};
use tandem_domain::id::TypedId;
use tandem_domain::partner::{ExternalReference, ExternalReferenceRow, external_reference_end, external_reference_set, plain_name};
use tandem_domain::record::{Kind, Patch};
use uuid::Uuid;

use super::{Ingested, Ingestion, Planned, Work};
use crate::error::WriteError;
use crate::sql::Sql;

impl Work<'_> {
    pub(super) async fn reference_row(&self, ingestion: Ingestion<'_>, row: &ExternalReferenceRow) -> Result<Ingested, WriteError> {
        if !may_refer(&self.viewer) {
            return Err(Refusal::forbidden().into());
        }
        let subject = row.subject().filter(|(kind, _)| kind.def().part_of.is_none());
        let Some((kind, id)) = subject else { return Err(Refusal::not_found("id").into()) };
        if self.visible(kind, id).await?.is_none() {
            return Err(Refusal::not_found("id").into());
        }
        match &row.external_id {
            Patch::Keep => Ok(Ingested::Unchanged),
            Patch::Set(external_id) => self.refer(ingestion, (kind, id), external_id.as_deref()).await,
        }
    }

    /// The record of a kind that a system calls so, or that is to be called so from now on, where the viewer sees it; nothing where there
    /// is none yet.
    pub(super) async fn called(
        &self,
        kind: Kind,
        system: &str,
        external_id: &str,
        given: Option<Uuid>,
    ) -> Result<Option<Uuid>, WriteError> {
        let called = self.reference_by_name(kind, system, external_id).await?.map(|reference| reference.subject_id);
        match (called, given) {
            (Some(called), Some(given)) if called != given => Err(taken().into()),
            (None, None) => Ok(None),
            (Some(id), _) | (None, Some(id)) => match self.visible(kind, id).await? {
                Some(_) => Ok(Some(id)),
                None => Err(Refusal::not_found(if called.is_some() { "externalId" } else { "id" }).into()),
            },
        }
    }

    /// Sets what the system calls a record that the viewer sees, or takes it back.
    pub(super) async fn refer(
        &self,
        ingestion: Ingestion<'_>,
        subject: (Kind, Uuid),
        external_id: Option<&str>,
    ) -> Result<Ingested, WriteError> {
        let known = self.reference_of(subject.1, ingestion.system).await?;
        let (change, outcome) = match (known, external_id) {
            (None, None) => return Ok(Ingested::Unchanged),
            (Some(known), Some(name)) if known.external_id == name => return Ok(Ingested::Unchanged),
            (Some(known), None) => (external_reference_end(&self.deciding(), known)?, Ingested::Updated),
            (known, Some(name)) => {
                let outcome = if known.is_some() { Ingested::Updated } else { Ingested::Created };
                let change = external_reference_set(&self.deciding(), known, ingestion.system, subject, name)?;
                if self.reference_by_name(subject.0, ingestion.system, name).await?.is_some() {
                    return Err(taken().into());
                }
                (change, outcome)
            }
        };
        self.apply(ingestion.name, &Planned::of(change)?).await?;
        Ok(outcome)
    }

    async fn reference_by_name(&self, kind: Kind, system: &str, external_id: &str) -> Result<Option<ExternalReference>, WriteError> {
        let name = plain_name("externalId", external_id).map_err(Refusal::from)?;
        let mut sql = self.references();
        sql.push(" AND system = ").bind_text(system).push(" AND external_id = ").bind_text(&name);
        sql.push(" AND subject_kind = ").bind_text(kind.prefix());
        self.one_reference(sql).await
    }

    async fn reference_of(&self, subject: Uuid, system: &str) -> Result<Option<ExternalReference>, WriteError> {
        let mut sql = self.references();
        sql.push(" AND subject_id = ").bind_uuid(subject).push(" AND system = ").bind_text(system);
        self.one_reference(sql).await
    }

    /// Those of the viewer's own organisation that stand.
    fn references(&self) -> Sql {
        let mut sql = Sql::new(self.vault.database.dialect, "SELECT id FROM external_reference WHERE organization_id = ");
        sql.bind_uuid(self.viewer.organization.uuid()).push(" AND ended_at IS NULL");
        sql
    }

    async fn one_reference(&self, sql: Sql) -> Result<Option<ExternalReference>, WriteError> {
        match self.transaction.query_one_raw(sql.statement()).await? {
            Some(row) => self.system_one(row.try_get_by_index(0)?).await,
            None => Ok(None),
        }
    }
}

fn taken() -> Refusal {
    UserError::at(Code::Conflict, "externalId", "The system calls another one so. Take that back first, or give this one another name.")
        .into()
}
