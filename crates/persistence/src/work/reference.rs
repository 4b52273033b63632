//! What an organisation's systems call records: looked up, set and taken back within a transaction, for who sees the record.

use sea_orm::ConnectionTrait;
use tandem_domain::access::{may_refer, may_refer_to};
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
        self.may_refer_to((kind, id)).await?;
        match &row.external_id {
            Patch::Keep => Ok(Ingested::Unchanged),
            Patch::Set(external_id) => self.refer(ingestion, (kind, id), external_id.as_deref()).await,
        }
    }

    /// The record of a kind that a system calls so, or that is to be called so from now on, where the viewer sees it; nothing where there
    /// is none yet. What is called so and hidden from him is to him not called so.
    pub(super) async fn called(
        &self,
        kind: Kind,
        system: &str,
        external_id: &str,
        given: Option<Uuid>,
    ) -> Result<Option<Uuid>, WriteError> {
        if let Some(given) = given {
            return match self.visible(kind, given).await? {
                Some(_) => Ok(Some(given)),
                None => Err(Refusal::not_found("id").into()),
            };
        }
        let called = self.called_so(kind, system, external_id).await?;
        match called.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(*one)),
            _ => Err(taken().into()),
        }
    }

    /// The records of a kind that a system calls so and the viewer sees.
    async fn called_so(&self, kind: Kind, system: &str, external_id: &str) -> Result<Vec<Uuid>, WriteError> {
        let name = plain_name("externalId", external_id).map_err(Refusal::from)?;
        let mut sql = self.references("subject_id");
        sql.push(" AND system = ").bind_text(system).push(" AND external_id = ").bind_text(&name);
        sql.push(" AND subject_kind = ").bind_text(kind.prefix());
        let mut called = Vec::new();
        for row in self.transaction.query_all_raw(sql.statement()).await? {
            let subject: Uuid = row.try_get_by_index(0)?;
            if self.visible(kind, subject).await?.is_some() {
                called.push(subject);
            }
        }
        Ok(called)
    }

    /// Sets what the system calls a record that the viewer sees, or takes it back.
    pub(super) async fn refer(
        &self,
        ingestion: Ingestion<'_>,
        subject: (Kind, Uuid),
        external_id: Option<&str>,
    ) -> Result<Ingested, WriteError> {
        let known = self.reference_of(subject.1, ingestion.system).await?;
        if known.as_ref().map(|known| known.external_id.as_str()) == external_id {
            return Ok(Ingested::Unchanged);
        }
        self.may_refer_to(subject).await?;
        let (change, outcome) = match (known, external_id) {
            (None, None) => return Ok(Ingested::Unchanged),
            (Some(known), None) => (external_reference_end(&self.deciding(), known)?, Ingested::Updated),
            (known, Some(name)) => {
                let outcome = if known.is_some() { Ingested::Updated } else { Ingested::Created };
                let change = external_reference_set(&self.deciding(), known, ingestion.system, subject, name)?;
                // A name that is taken out of his sight is to him free: else trying names would tell him of what is hidden.
                if !self.called_so(subject.0, ingestion.system, name).await?.is_empty() {
                    return Err(taken().into());
                }
                (change, outcome)
            }
        };
        self.apply(ingestion.name, &Planned::of(change)?).await?;
        Ok(outcome)
    }

    /// Refuses who may not say what a record is called; NOT_FOUND for one that he does not see.
    async fn may_refer_to(&self, (kind, id): (Kind, Uuid)) -> Result<(), WriteError> {
        let Some(row) = self.visible(kind, id).await? else { return Err(Refusal::not_found("id").into()) };
        let facts = self.facts_of(&row.entity()?.record).await?;
        if may_refer_to(&self.viewer, &facts) { Ok(()) } else { Err(Refusal::forbidden().into()) }
    }

    async fn reference_of(&self, subject: Uuid, system: &str) -> Result<Option<ExternalReference>, WriteError> {
        let mut sql = self.references("id");
        sql.push(" AND subject_id = ").bind_uuid(subject).push(" AND system = ").bind_text(system);
        match self.transaction.query_one_raw(sql.statement()).await? {
            Some(row) => self.system_one(row.try_get_by_index(0)?).await,
            None => Ok(None),
        }
    }

    /// Those of the viewer's own organisation that stand.
    fn references(&self, column: &str) -> Sql {
        let mut sql = Sql::new(self.vault.database.dialect, "SELECT ");
        sql.push(column).push(" FROM external_reference WHERE organization_id = ");
        sql.bind_uuid(self.viewer.organization.uuid()).push(" AND ended_at IS NULL");
        sql
    }
}

fn taken() -> Refusal {
    UserError::at(Code::Conflict, "externalId", "The system calls another one so. Take that back first, or give this one another name.")
        .into()
}
