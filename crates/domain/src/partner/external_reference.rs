//! What an organisation's own systems call a record: theirs alone, whatever the record is and whoever else sees it.
//! It is known only beneath the record, to who sees that.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::access::{Readers, may_refer};
use crate::command::{Change, Code, Deciding, Op, Refusal, UserError, too_long};
use crate::id::{ExternalReferenceId, OrganizationId, TypedId, decode};
use crate::record::{Kind, Patch, Record};
use crate::{input, record};

record! {
    /// What a system of an organisation calls a record. One name for each record and system; among what somebody sees, one record of a kind for each name.
    pub struct ExternalReference: ExternalReference {
        /// Its id.
        id: ExternalReferenceId,
        /// The organisation whose system it is.
        organization_id: OrganizationId,
        /// The system.
        system: String,
        /// The kind of the record, as its ids begin.
        subject_kind: String,
        /// The record.
        subject_id: Uuid,
        /// What the system calls it.
        external_id: String,
        /// When it was taken back.
        ended_at: Option<DateTime<Utc>>,
    }
}

impl ExternalReference {
    pub(crate) fn audience(&self) -> Readers {
        Readers::MEMBERS
    }
}

input! {
    /// What a system calls a record.
    pub struct ExternalReferenceRow {
        /// The record, whatever its kind.
        id: String,
        /// What the system calls it; null takes that back.
        external_id: Patch<Option<String>>,
    }
}

impl ExternalReferenceRow {
    /// The record that the row names; nothing where it is the id of none.
    #[must_use]
    pub fn subject(&self) -> Option<(Kind, Uuid)> {
        decode(&self.id)
    }
}

/// A system's name, or what it calls a record, as it is kept.
///
/// # Errors
/// BAD_USER_INPUT at the field for one that is blank or too long.
pub fn plain_name(field: &str, text: &str) -> Result<String, UserError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(UserError::at(Code::BadUserInput, field, "This text may not be blank."));
    }
    too_long(field, text).map_or_else(|| Ok(text.to_owned()), Err)
}

/// Decides what a system calls a record that the viewer sees. `known` is what it called it before.
///
/// # Errors
/// FORBIDDEN for who may not; BAD_USER_INPUT for a name that is none.
pub fn external_reference_set(
    deciding: &Deciding<'_>,
    known: Option<ExternalReference>,
    system: &str,
    (kind, subject): (Kind, Uuid),
    external_id: &str,
) -> Result<Change, Refusal> {
    permit(deciding)?;
    let external_id = plain_name("externalId", external_id)?;
    if let Some(known) = known {
        return Ok(Change::one(Op::Updated, ExternalReference { external_id, ..known }.into_entity()));
    }
    let reference = ExternalReference {
        id: ExternalReferenceId::from_uuid(deciding.ids.next()),
        organization_id: deciding.viewer.organization,
        system: plain_name("system", system)?,
        subject_kind: kind.prefix().to_owned(),
        subject_id: subject,
        external_id,
        ended_at: None,
    };
    Ok(Change::one(Op::Created, reference.into_entity()))
}

/// Decides that a system calls a record nothing any more.
///
/// # Errors
/// FORBIDDEN for who may not.
pub fn external_reference_end(deciding: &Deciding<'_>, known: ExternalReference) -> Result<Change, Refusal> {
    permit(deciding)?;
    Ok(Change::one(Op::Ended, ExternalReference { ended_at: Some(deciding.now), ..known }.into_entity()))
}

fn permit(deciding: &Deciding<'_>) -> Result<(), Refusal> {
    if may_refer(deciding.viewer) { Ok(()) } else { Err(Refusal::forbidden()) }
}
