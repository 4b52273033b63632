//! What every decision is handed: who asks, when, in which manner, and where ids come from.

use chrono::{DateTime, Utc};

use crate::access::{Action, Decision, Facts, Viewer, covers_all, decide, writes};
use crate::clock::IdSource;
use crate::command::{Code, Manner, Refusal, UserError};
use crate::id::StudyId;
use crate::record::{Entity, Kind};

/// The circumstances of a decision.
pub struct Deciding<'a> {
    /// Who asks.
    pub viewer: &'a Viewer,
    /// The moment of the decision.
    pub now: DateTime<Utc>,
    /// In which manner it is asked.
    pub manner: &'a Manner,
    /// Where ids of new records come from.
    pub ids: &'a dyn IdSource,
    /// The subject's facts with its links, for a change of an existing record.
    pub facts: Option<Facts>,
}

impl Deciding<'_> {
    /// Whether the viewer may do this to a record that it can see, or that is only to be.
    ///
    /// # Errors
    /// FORBIDDEN.
    pub fn permit(&self, action: Action, record: &Entity) -> Result<(), Refusal> {
        let own = Facts::of(record);
        let facts = self.facts.as_ref().filter(|facts| facts.kind == own.kind && facts.id == own.id).unwrap_or(&own);
        if writes(self.viewer, action, facts) { Ok(()) } else { Err(Refusal::forbidden()) }
    }

    /// Whether the viewer may make this record, and will see it: nobody makes what is hidden from him.
    ///
    /// # Errors
    /// FORBIDDEN.
    pub fn permit_new(&self, record: &Entity) -> Result<(), Refusal> {
        self.permit(Action::Create, record)?;
        if decide(self.viewer, Action::Read, &Facts::of(record)) == Decision::Allow { Ok(()) } else { Err(Refusal::forbidden()) }
    }

    /// Whether the viewer may set a value that is unique within this study, or within the whole organisation where there is none: a
    /// collision tells of all rows there, and so only who has them all may cause one.
    ///
    /// # Errors
    /// FORBIDDEN at the field.
    pub fn unique(&self, action: Action, kind: Kind, within: Option<StudyId>, field: &str) -> Result<(), Refusal> {
        if covers_all(self.viewer, action, kind, within) {
            return Ok(());
        }
        let whole = if within.is_some() { "study" } else { "organisation" };
        let words = format!("This value is unique within the {whole}: only who has all of it sets it. Leave it out.");
        Err(UserError::at(Code::Forbidden, field, words).into())
    }

    /// The reason that was given.
    ///
    /// # Errors
    /// REASON_REQUIRED where none was.
    pub fn reason(&self) -> Result<String, Refusal> {
        self.manner
            .reason
            .as_ref()
            .filter(|reason| !reason.trim().is_empty())
            .cloned()
            .ok_or_else(|| UserError::at(Code::ReasonRequired, "reason", "Say why: this change needs a reason.").into())
    }
}
