//! The command path: every change is made here, in one transaction, in one order of steps.
//! Access is read again, what the command names is loaded through the viewer, the domain decides, the store applies and journals.

mod admin;
mod apply;
mod capa;
mod conversation;
mod delivery;
mod engagement;
mod finding;
pub(crate) mod guards;
mod idempotency;
mod import;
mod import_protocol;
mod ingest;
pub(crate) mod links;
mod party;
mod portfolio;
mod programme;
mod reference;
mod review;
mod transition;

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, SqlErr};
use tandem_domain::access::{Action, Facts, Viewer, may_somewhere};
use tandem_domain::command::{Change, Code, Command, Deciding, Manner, Refusal, UserError};
use tandem_domain::id::{StudyId, TypedId};
use tandem_domain::portfolio::Study;
use tandem_domain::record::{Kind, Record, Stored};
use uuid::Uuid;

pub use admin::NewOrganization;
pub use import::ImportOutcome;
pub use import_protocol::ProtocolImport;
pub use ingest::{IngestRow, Ingested, Ingestion};

use crate::error::{StoreError, WriteError};
use crate::row::{self, Row};
use crate::scope::{Source, push_scope};
use crate::sql::Sql;
use crate::vault::Vault;

/// How and in which request a command is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Circumstances {
    /// Version, reason, dry run, signature.
    pub manner: Manner,
    /// The request's id, for the journal.
    pub request_id: Option<String>,
    /// The caller's key for this request; the same key has one effect.
    pub idempotency_key: Option<String>,
}

/// What came of a command.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The kind of the command's subject.
    pub kind: Kind,
    /// The subject.
    pub id: Uuid,
    /// Its version afterwards.
    pub version: i64,
    /// The subject as it is afterwards (or would be), if the viewer may see it. Nothing for a repeat: it is to be read anew.
    pub row: Option<Arc<Row>>,
    /// Whether the same request had been carried out before, and nothing happened now.
    pub repeated: bool,
}

/// A transaction in which one command is carried out.
pub(crate) struct Work<'a> {
    pub(crate) vault: &'a Vault,
    pub(crate) transaction: DatabaseTransaction,
    pub(crate) viewer: Viewer,
    pub(crate) circumstances: Circumstances,
    pub(crate) now: DateTime<Utc>,
}

/// What a command comes to: its subject, and what changes.
pub(crate) struct Planned {
    pub(crate) kind: Kind,
    pub(crate) id: Uuid,
    pub(crate) change: Change,
    pub(crate) signature: Option<serde_json::Value>,
}

impl Planned {
    /// A change whose first record is the subject.
    pub(crate) fn of(change: Change) -> Result<Self, WriteError> {
        let first = change.writes.first().ok_or_else(|| StoreError::Unusable("a change changes something".to_owned()))?;
        let (kind, id) = (first.record.kind().whole(), first.record.uuid());
        Ok(Self { kind, id, change, signature: None })
    }
}

/// How often a command is tried again when the database could not serialise it with another.
const ATTEMPTS: usize = 3;

impl Vault {
    /// Carries a command out, or says why not. Nothing of it is kept unless all of it is.
    ///
    /// # Errors
    /// [`WriteError::Refused`] with everything that the domain refuses; others as they are named.
    pub async fn execute(
        &self,
        viewer: &Viewer,
        name: &str,
        command: &Command,
        circumstances: &Circumstances,
    ) -> Result<Outcome, WriteError> {
        let mut attempt = 1;
        loop {
            match self.attempt(viewer, name, command, circumstances).await {
                Err(WriteError::Store(StoreError::Failed(error))) if attempt < ATTEMPTS && may_be_tried_again(&error) => attempt += 1,
                Err(WriteError::Store(StoreError::Failed(error))) if may_be_tried_again(&error) => {
                    return Err(StoreError::Unavailable(error).into());
                }
                Err(WriteError::Store(StoreError::Failed(error))) => return Err(as_refusal(error)),
                Err(WriteError::Refused(refusal)) => {
                    self.note_refused_command(viewer, name, &refusal);
                    return Err(WriteError::Refused(refusal));
                }
                other => return other,
            }
        }
    }

    async fn attempt(&self, viewer: &Viewer, name: &str, command: &Command, circumstances: &Circumstances) -> Result<Outcome, WriteError> {
        let transaction = self.database.begin().await?;
        let viewer = self.viewer_again(&transaction, viewer).await?.ok_or(WriteError::AccessEnded)?;
        let now = self.clock.now();
        let work = Work { vault: self, transaction, viewer: Viewer { now, ..viewer }, circumstances: circumstances.clone(), now };
        let fingerprint = idempotency::fingerprint(&work.viewer, name, command, &circumstances.manner);
        if let Some(outcome) = work.claim(&fingerprint).await? {
            return Ok(outcome);
        }
        let planned = work.plan(command).await?;
        let version = work.apply(name, &planned).await?;
        let row = work.visible(planned.kind, planned.id).await?;
        let outcome = Outcome { kind: planned.kind, id: planned.id, version, row, repeated: false };
        if circumstances.manner.dry_run {
            work.transaction.rollback().await?;
        } else {
            work.remember(&outcome).await?;
            work.transaction.commit().await?;
        }
        Ok(outcome)
    }
}

impl Work<'_> {
    async fn plan(&self, command: &Command) -> Result<Planned, WriteError> {
        match command {
            Command::PersonInvite(_)
            | Command::MembershipGrant(_)
            | Command::MembershipEnd(_)
            | Command::ApiClientCreate(_)
            | Command::ApiClientNarrow(_)
            | Command::ApiClientEnd(_) => self.plan_party(command).await,
            Command::AccessReviewOpen(_) | Command::AccessReviewDecide(_) | Command::AccessReviewComplete(_) => {
                self.plan_review(command).await
            }
            Command::StudyCreate(_)
            | Command::StudyUpdate(_)
            | Command::StudyInternalUpdate(_)
            | Command::StudyBenchmarkUpdate(_)
            | Command::StudyCountryCreate(_)
            | Command::StudyCountryUpdate(_)
            | Command::SiteCreate(_)
            | Command::SiteUpdate(_)
            | Command::StudySiteCreate(_)
            | Command::StudySiteUpdate(_)
            | Command::StudySiteInternalUpdate(_)
            | Command::StudySiteContactUpdate(_) => self.plan_portfolio(command).await,
            Command::EngagementCreate(_)
            | Command::EngagementUpdate(_)
            | Command::EngagementInternalUpdate(_)
            | Command::ServiceScopeCreate(_)
            | Command::ServiceScopeUpdate(_)
            | Command::ServiceScopeEnd(_) => self.plan_engagement(command).await,
            Command::ProgramCreate(_)
            | Command::ProgramUpdate(_)
            | Command::ProgramInternalUpdate(_)
            | Command::MilestoneCreate(_)
            | Command::MilestoneUpdate(_)
            | Command::EnrollmentSnapshotCreate(_)
            | Command::EnrollmentSnapshotUpdate(_) => self.plan_programme(command).await,
            Command::DocumentCreate(_)
            | Command::DocumentUpdate(_)
            | Command::DocumentKeep(_)
            | Command::DeliverableCreate(_)
            | Command::DeliverableUpdate(_)
            | Command::DeliverableSubmit(_)
            | Command::DeliverableAccept(_)
            | Command::DeliverableAcceptWithComments(_)
            | Command::DeliverableReturn(_)
            | Command::DeliverableSign(_) => self.plan_delivery(command).await,
            Command::FindingCreate(_)
            | Command::FindingUpdate(_)
            | Command::FindingInternalUpdate(_)
            | Command::FindingSeverityChange(_)
            | Command::FindingIssue(_)
            | Command::FindingDispute(_)
            | Command::FindingRespond(_)
            | Command::FindingAcceptResponse(_)
            | Command::FindingReturnResponse(_)
            | Command::FindingWaiveCapa(_)
            | Command::FindingClose(_) => self.plan_finding(command).await,
            Command::CapaCreate(_)
            | Command::CapaUpdate(_)
            | Command::CapaCloseEffective(_)
            | Command::CapaMarkIneffective(_)
            | Command::CapaDeferCheck(_)
            | Command::CapaActionCreate(_)
            | Command::CapaActionUpdate(_)
            | Command::CapaActionComplete(_)
            | Command::DueDateExtensionRequest(_)
            | Command::EffectivenessCheckPlan(_) => self.plan_capa(command).await,
            Command::IssueCreate(_)
            | Command::IssueUpdate(_)
            | Command::IssueResolve(_)
            | Command::IssuePromote(_)
            | Command::CommentCreate(_)
            | Command::CommentUpdate(_) => self.plan_conversation(command).await,
            Command::Transition { kind, id, action } => self.plan_transition(*kind, *id, action).await,
            Command::Confirm { kind, id, action } => self.plan_confirmation(*kind, *id, action).await,
        }
    }

    /// The circumstances of a decision about something new.
    pub(crate) fn deciding(&self) -> Deciding<'_> {
        Deciding { viewer: &self.viewer, now: self.now, manner: &self.circumstances.manner, ids: self.vault.ids.as_ref(), facts: None }
    }

    /// The circumstances of a decision about a record that is there: its facts carry its links.
    pub(crate) async fn deciding_about<T: Record>(&self, stored: &Stored<T>) -> Result<Deciding<'_>, WriteError> {
        let facts = self.facts_of(&stored.record.clone().into_entity()).await?;
        Ok(Deciding { facts: Some(facts), ..self.deciding() })
    }

    pub(crate) async fn facts_of(&self, record: &tandem_domain::record::Entity) -> Result<Facts, WriteError> {
        let mut facts = Facts::of(record);
        if facts.kind.whole().def().linked {
            let sql = links::select(self.vault.database.dialect, facts.kind, &[facts.id]);
            for result in self.transaction.query_all_raw(sql.statement()).await? {
                facts.links.push(links::read(&result)?.1);
            }
        }
        Ok(facts)
    }

    /// A record that the viewer may see.
    pub(crate) async fn visible(&self, kind: Kind, id: Uuid) -> Result<Option<Arc<Row>>, WriteError> {
        let dialect = self.vault.database.dialect;
        let mut sql = Sql::new(dialect, "SELECT ");
        sql.push(&row::select_list(kind, "a")).push(" FROM ").push(kind.def().table).push(" a WHERE a.id = ").bind_uuid(id).push(" AND ");
        push_scope(&mut sql, &self.viewer, kind, "a", Source::Table);
        match self.transaction.query_one_raw(sql.statement()).await? {
            None => Ok(None),
            Some(result) => Ok(Some(row::read(dialect, kind, &result, 0)?)),
        }
    }

    /// A record that the input names and the viewer may see, typed; NOT_FOUND at the field otherwise.
    pub(crate) async fn named<T: Record>(&self, id: impl TypedId, field: &str) -> Result<Stored<T>, WriteError> {
        match self.visible(T::KIND, id.uuid()).await? {
            None => Err(Refusal::not_found(field).into()),
            Some(row) => Ok(row.entity()?.typed()?),
        }
    }

    /// Records that the input lists and the viewer may see, each once and in the order of their ids, in one statement; NOT_FOUND at the
    /// field where there is one that he does not see.
    pub(crate) async fn named_all<T: Record>(&self, ids: &[Uuid], field: &str) -> Result<Vec<T>, WriteError> {
        let ids: Vec<Uuid> = ids.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let dialect = self.vault.database.dialect;
        let mut sql = Sql::new(dialect, "SELECT ");
        sql.push(&row::select_list(T::KIND, "a")).push(" FROM ").push(T::KIND.def().table).push(" a WHERE ").any_uuid("a.id", &ids);
        sql.push(" AND ");
        push_scope(&mut sql, &self.viewer, T::KIND, "a", Source::Table);
        sql.push(" ORDER BY a.id");
        let rows = self.transaction.query_all_raw(sql.statement()).await?;
        if rows.len() != ids.len() {
            return Err(Refusal::not_found(field).into());
        }
        rows.iter().map(|result| Ok(row::read(dialect, T::KIND, result, 0)?.entity()?.typed::<T>()?.record)).collect()
    }

    /// The same for a field that may be left out.
    pub(crate) async fn named_if<T: Record, I: TypedId>(&self, id: Option<I>, field: &str) -> Result<Option<T>, WriteError> {
        match id {
            None => Ok(None),
            Some(id) => Ok(Some(self.named::<T>(id, field).await?.record)),
        }
    }

    /// The subject of a change: seen by the viewer, who has a role that may do this somewhere, its study locked, at the version that
    /// the caller saw.
    pub(crate) async fn subject<T: Record>(&self, id: impl TypedId, action: Action) -> Result<Stored<T>, WriteError> {
        let stored = self.locked(T::KIND, id.uuid()).await?.typed::<T>()?;
        self.may_ever(T::KIND, action)?;
        self.check_version(stored.meta.version)?;
        Ok(stored)
    }

    /// A record that the viewer sees, read after its root was locked, whatever its version.
    pub(crate) async fn locked(&self, kind: Kind, id: Uuid) -> Result<Stored<tandem_domain::record::Entity>, WriteError> {
        let Some(row) = self.visible(kind, id).await? else { return Err(Refusal::not_found("id").into()) };
        self.lock_root(&row).await?;
        match self.visible(kind, id).await? {
            None => Err(Refusal::not_found("id").into()),
            Some(row) => Ok(row.entity()?),
        }
    }

    /// A study that the input names, locked and then read: what is made under it follows from what stands in it, and the links
    /// of both have to say the same afterwards.
    pub(crate) async fn study_locked(&self, id: StudyId, field: &str) -> Result<Study, WriteError> {
        self.named::<Study>(id, field).await?;
        self.lock(Kind::Study, id.uuid()).await?;
        Ok(self.named::<Study>(id, field).await?.record)
    }

    /// Locks what a record belongs to, study or itself, so that guards about it stay true until the end.
    async fn lock_root(&self, row: &Row) -> Result<(), WriteError> {
        let (kind, id) = match row.uuid("study_id") {
            Some(study) if row.kind != Kind::Membership => (Kind::Study, study),
            _ => (row.kind, row.id()),
        };
        self.lock(kind, id).await
    }

    pub(crate) async fn lock(&self, kind: Kind, id: Uuid) -> Result<(), WriteError> {
        let dialect = self.vault.database.dialect;
        let mut sql = Sql::new(dialect, "SELECT id FROM ");
        sql.push(kind.def().table).push(" WHERE id = ").bind_uuid(id).push(dialect.for_update());
        self.transaction.query_one_raw(sql.statement()).await?;
        Ok(())
    }

    /// Checks the version that the caller saw.
    pub(crate) fn check_version(&self, version: i64) -> Result<(), WriteError> {
        match self.circumstances.manner.expected_version {
            Some(expected) if expected == version => Ok(()),
            Some(_) => Err(Refusal::stale().into()),
            None => {
                let words = "Give the version that you read: this changes an existing record.";
                Err(Refusal::from(UserError::at(Code::BadUserInput, "expectedVersion", words)).into())
            }
        }
    }

    /// Whether the viewer may do this anywhere. Who may not learns nothing of what else is wrong with his command.
    pub(crate) fn may_ever(&self, kind: Kind, action: Action) -> Result<(), WriteError> {
        if may_somewhere(&self.viewer, kind, action) { Ok(()) } else { Err(Refusal::forbidden().into()) }
    }

    /// A part of a record that the viewer sees, at the part's own version: 0 where there is none yet.
    pub(crate) async fn part<T: Record>(&self, id: Uuid) -> Result<Option<T>, WriteError> {
        // Who may never write such a part need not see it either: he is told so before he is asked for its version.
        self.may_ever(T::KIND, Action::Update)?;
        let part = match self.visible(T::KIND, id).await? {
            None => None,
            Some(row) => Some(row.entity()?.typed::<T>()?),
        };
        self.check_version(part.as_ref().map_or(0, |part| part.meta.version))?;
        Ok(part.map(|part| part.record))
    }
}

/// Whether the database gave up for reasons of its own: serialisation, deadlock, or a key that another just took.
fn may_be_tried_again(error: &DbErr) -> bool {
    let text = error.to_string();
    ["40001", "40P01", "could not serialize", "deadlock detected", "database is locked"].iter().any(|sign| text.contains(sign))
}

/// A unique index that refused, as the domain says it; other failures stay what they are.
fn as_refusal(error: DbErr) -> WriteError {
    const KEYS: &[(&str, &str, &str)] = &[
        ("study_protocol_number", "study.protocol_number", "protocolNumber"),
        ("study_nct", "study.nct_id", "nctId"),
        ("study_country_code", "study_country.country_code", "countryCode"),
        ("study_site_number", "study_site.number", "number"),
        ("enrollment_snapshot_day", "enrollment_snapshot.as_of", "asOf"),
        ("external_reference_subject", "external_reference.subject_id", "externalId"),
        ("person_contact_email", "person_contact.email", "email"),
        ("client_subject", "client.client_id", "clientId"),
        ("program_name", "program.name", "name"),
        ("finding_reference", "finding.reference", "id"),
        ("deliverable_submission_number", "deliverable_submission.number", "id"),
        ("access_review_open", "access_review.organization_id", "periodFrom"),
    ];
    if let Some(SqlErr::UniqueConstraintViolation(text)) = error.sql_err() {
        for (index, columns, field) in KEYS {
            if text.contains(index) || text.contains(columns) {
                return Refusal::from(UserError::at(Code::Conflict, field, "There is one with this value already. Choose another value."))
                    .into();
            }
        }
    }
    WriteError::Store(StoreError::Failed(error))
}
