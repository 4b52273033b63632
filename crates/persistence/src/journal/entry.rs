//! An entry of the journal as a reader sees it.

use chrono::{DateTime, Utc};
use sea_orm::QueryResult;
use serde_json::Value as Json;
use tandem_domain::access::{Action, Actor, Decision, PrincipalKind, Viewer, decide};
use tandem_domain::record::{CellError, Kind};
use tandem_domain::vocabulary::Vocabulary;
use uuid::Uuid;

use super::append::facts_of;
use crate::dialect::Dialect;
use crate::error::StoreError;

/// One entry.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEntry {
    /// Its id.
    pub id: Uuid,
    /// When it was recorded (UTC).
    pub recorded_at: DateTime<Utc>,
    /// As of when it counts (UTC).
    pub effective_at: DateTime<Utc>,
    /// Who did it.
    pub actor: Actor,
    /// For which organisation.
    pub organization: Option<Uuid>,
    /// By what command.
    pub command: String,
    /// What happened: `CREATED`, `UPDATED`, the name of a step.
    pub operation: String,
    /// Why.
    pub reason: Option<String>,
    /// In which request.
    pub request_id: Option<String>,
    /// To which kind of record.
    pub kind: Kind,
    /// To which record.
    pub entity: Uuid,
    /// Which version it made.
    pub version: i64,
    /// The whole record afterwards, by column.
    pub state: Json,
    /// The signature, for a signed step: printed name, meaning, `auth_time`, content hash.
    pub signature: Option<Json>,
}

pub(crate) const SELECT: &str = "a.id, a.recorded_at, a.effective_at, a.actor_kind, a.actor_id, a.organization_id, a.command, \
     a.operation, a.reason, a.request_id, a.kind, a.entity_id, a.version, a.state, a.signature, a.beside";

/// How many columns [`SELECT`] names.
pub(crate) const COLUMNS: usize = 16;

/// Reads an entry for this viewer: the reason is told to who may read all that was written for it.
pub(crate) fn read(dialect: Dialect, viewer: &Viewer, row: &QueryResult) -> Result<HistoryEntry, StoreError> {
    let beside = dialect.read_json(row, COLUMNS - 1)?;
    let is_read = |json: &Json| facts_of(json).is_some_and(|facts| decide(viewer, Action::Read, &facts) == Decision::Allow);
    let told = beside.as_ref().and_then(Json::as_array).is_none_or(|written| written.iter().all(is_read));
    let reason: Option<String> = row.try_get_by_index(8)?;
    let (actor_kind, kind): (String, String) = (row.try_get_by_index(3)?, row.try_get_by_index(10)?);
    Ok(HistoryEntry {
        id: row.try_get_by_index(0)?,
        recorded_at: dialect.read_time(row, 1)?.ok_or(CellError)?,
        effective_at: dialect.read_time(row, 2)?.ok_or(CellError)?,
        actor: Actor { kind: PrincipalKind::from_term(&actor_kind).ok_or(CellError)?, id: row.try_get_by_index(4)? },
        organization: row.try_get_by_index(5)?,
        command: row.try_get_by_index(6)?,
        operation: row.try_get_by_index(7)?,
        reason: reason.filter(|_| told),
        request_id: row.try_get_by_index(9)?,
        kind: Kind::from_prefix(&kind).ok_or(CellError)?,
        entity: row.try_get_by_index(11)?,
        version: row.try_get_by_index(12)?,
        state: dialect.read_json(row, 13)?.ok_or(CellError)?,
        signature: dialect.read_json(row, 14)?,
    })
}
