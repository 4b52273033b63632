//! What a CAPA consists of: its actions, extensions of their due dates, checks of its effectiveness.

use chrono::{DateTime, NaiveDate, Utc};

use super::capa::{Capa, CapaState};
use crate::access::{Action, Readers, Side};
use crate::command::{Change, Code, Deciding, Op, Refusal, UserError};
use crate::delivery::Document;
use crate::id::{
    CapaActionId, CapaId, DocumentId, DueDateExtensionId, EffectivenessCheckId, EngagementId, OrganizationId, PersonId, StudyId,
    StudySiteId, TypedId,
};
use crate::lifecycle::Moment;
use crate::record::{Patch, Record};
use crate::value::CountryCode;
use crate::{input, record, vocabulary};

vocabulary! {
    /// What a check of effectiveness came to (Veeva's words).
    pub enum EffectivenessOutcome {
        /// It helped.
        Effective = "EFFECTIVE",
        /// It did not help.
        Ineffective = "INEFFECTIVE",
        /// It cannot be said yet.
        Inconclusive = "INCONCLUSIVE",
    }

    /// Where a request for a later due date stands.
    pub enum ExtensionState {
        /// Asked for.
        Requested = "REQUESTED",
        /// Granted.
        Approved = "APPROVED",
        /// Refused.
        Refused = "REFUSED",
    }
}

record! {
    /// One action of a CAPA.
    pub struct CapaAction: CapaAction {
        /// Its id.
        id: CapaActionId,
        /// The sponsor.
        sponsor_id: OrganizationId,
        /// The study.
        study_id: StudyId,
        /// The vendor.
        vendor_id: Option<OrganizationId>,
        /// The engagement.
        engagement_id: Option<EngagementId>,
        /// The country, ISO 3166-1 alpha-2.
        country_code: Option<CountryCode>,
        /// The study site.
        study_site_id: Option<StudySiteId>,
        /// The CAPA.
        capa_id: CapaId,
        /// The side that owns it.
        owner_side: Side,
        /// Who owns it.
        owner_id: PersonId,
        /// What is to be done.
        text: String,
        /// The day by which it is to be done.
        due_date: NaiveDate,
        /// The day by which it was to be done at first; extensions never change it.
        original_due_date: NaiveDate,
        /// When it was done.
        completed_at: Option<DateTime<Utc>>,
        /// Who said so.
        completed_by_id: Option<PersonId>,
        /// The evidence that it was done.
        evidence_id: Option<DocumentId>,
    }
}

record! {
    /// A request for a later due date of an action.
    pub struct DueDateExtension: DueDateExtension {
        /// Its id.
        id: DueDateExtensionId,
        /// The sponsor.
        sponsor_id: OrganizationId,
        /// The study.
        study_id: StudyId,
        /// The vendor.
        vendor_id: Option<OrganizationId>,
        /// The engagement.
        engagement_id: Option<EngagementId>,
        /// The country, ISO 3166-1 alpha-2.
        country_code: Option<CountryCode>,
        /// The study site.
        study_site_id: Option<StudySiteId>,
        /// The CAPA.
        capa_id: CapaId,
        /// The action.
        capa_action_id: CapaActionId,
        /// Where it stands.
        state: ExtensionState,
        /// Who asked for it.
        requested_by_id: PersonId,
        /// When.
        requested_at: DateTime<Utc>,
        /// Why.
        rationale: String,
        /// The due date at that moment.
        from_date: NaiveDate,
        /// The due date that is asked for.
        to_date: NaiveDate,
        /// Who decided.
        decided_by_id: Option<PersonId>,
        /// When.
        decided_at: Option<DateTime<Utc>>,
    }
}

record! {
    /// A check whether a CAPA helped.
    pub struct EffectivenessCheck: EffectivenessCheck {
        /// Its id.
        id: EffectivenessCheckId,
        /// The sponsor.
        sponsor_id: OrganizationId,
        /// The study.
        study_id: StudyId,
        /// The vendor.
        vendor_id: Option<OrganizationId>,
        /// The engagement.
        engagement_id: Option<EngagementId>,
        /// The country, ISO 3166-1 alpha-2.
        country_code: Option<CountryCode>,
        /// The study site.
        study_site_id: Option<StudySiteId>,
        /// The CAPA.
        capa_id: CapaId,
        /// How it is checked.
        method: String,
        /// What it has to show.
        criteria: String,
        /// The day for which it is planned.
        planned_on: NaiveDate,
        /// When it was done.
        performed_at: Option<DateTime<Utc>>,
        /// Who did it.
        performed_by_id: Option<PersonId>,
        /// What it came to.
        outcome: Option<EffectivenessOutcome>,
        /// What was seen.
        note: Option<String>,
        /// The evidence of it.
        evidence_id: Option<DocumentId>,
    }
}

fn audience(engagement: Option<EngagementId>) -> Readers {
    if engagement.is_some() { Readers::SPONSOR.and(Readers::VENDOR) } else { Readers::SPONSOR }
}

impl CapaAction {
    pub(crate) fn audience(&self) -> Readers {
        audience(self.engagement_id)
    }
}

impl DueDateExtension {
    pub(crate) fn audience(&self) -> Readers {
        audience(self.engagement_id)
    }

    /// Notes a decision about it.
    pub(crate) fn note_step(&mut self, moment: &Moment) {
        self.decided_by_id = Some(moment.by);
        self.decided_at = Some(moment.now);
    }
}

impl EffectivenessCheck {
    pub(crate) fn audience(&self) -> Readers {
        audience(self.engagement_id)
    }
}

input! {
    /// Adds an action to a CAPA that is not settled.
    pub struct CapaActionCreate {
        /// The CAPA.
        capa_id: CapaId,
        /// What is to be done.
        text: String,
        /// The day by which it is to be done.
        due_date: NaiveDate,
        /// Who owns it; left out: the caller.
        owner_id: Option<PersonId>,
    }

    /// Changes an action that is not done; its text and day only as long as its CAPA is not handed in. What is left out stays.
    pub struct CapaActionUpdate {
        /// The action.
        id: CapaActionId,
        /// What is to be done.
        text: Patch<String>,
        /// The day by which it is to be done.
        due_date: Patch<NaiveDate>,
        /// Who owns it.
        owner_id: Patch<PersonId>,
    }

    /// Says that an action is done, with the evidence.
    pub struct CapaActionComplete {
        /// The action.
        id: CapaActionId,
        /// The evidence: a document of the same engagement that both sides may read.
        evidence_id: DocumentId,
    }

    /// Asks for a later due date of an action.
    pub struct DueDateExtensionRequest {
        /// The action.
        capa_action_id: CapaActionId,
        /// The due date that is asked for; later than the present one.
        to_date: NaiveDate,
        /// Why.
        rationale: String,
    }

    /// Plans a check whether a CAPA helped.
    pub struct EffectivenessCheckPlan {
        /// The CAPA.
        capa_id: CapaId,
        /// How it is to be checked.
        method: String,
        /// What it has to show.
        criteria: String,
        /// The day for which it is planned.
        planned_on: NaiveDate,
    }
}

/// A CAPA with whether its engagement is still open.
#[derive(Clone, Debug, PartialEq)]
pub struct CapaPlace {
    /// The CAPA.
    pub capa: Capa,
    /// Whether its engagement, if any, has not ended.
    pub open: bool,
}

impl CapaPlace {
    fn still_open(&self) -> Result<(), Refusal> {
        if self.open && !self.capa.is_settled() {
            return Ok(());
        }
        Err(UserError::new(Code::GuardFailed, "The CAPA is settled, or its engagement has ended.").into())
    }
}

/// An action of a CAPA.
pub(super) fn action_of(deciding: &Deciding<'_>, capa: &Capa, text: String, owner_id: PersonId, due_date: NaiveDate) -> CapaAction {
    CapaAction {
        id: CapaActionId::from_uuid(deciding.ids.next()),
        sponsor_id: capa.sponsor_id,
        study_id: capa.study_id,
        vendor_id: capa.vendor_id,
        engagement_id: capa.engagement_id,
        country_code: capa.country_code,
        study_site_id: capa.study_site_id,
        capa_id: capa.id,
        owner_side: capa.owner_side,
        owner_id,
        text,
        due_date,
        original_due_date: due_date,
        completed_at: None,
        completed_by_id: None,
        evidence_id: None,
    }
}

/// Decides a new action. The person named as its owner has been looked up.
///
/// # Errors
/// FORBIDDEN for who may not, or is not of the side that owns the CAPA; GUARD_FAILED where it is settled or being checked.
pub fn capa_action_create(deciding: &Deciding<'_>, place: &CapaPlace, input: CapaActionCreate) -> Result<Change, Refusal> {
    let owner = input.owner_id.unwrap_or_else(|| PersonId::from_uuid(deciding.viewer.principal));
    let action = action_of(deciding, &place.capa, input.text, owner, input.due_date);
    deciding.permit_new(&action.clone().into_entity())?;
    of_own_side(deciding, action.owner_side)?;
    place.still_open()?;
    if matches!(place.capa.state, CapaState::Implemented | CapaState::EffectivenessCheck) {
        return Err(UserError::at(Code::GuardFailed, "capaId", "The CAPA is carried out already.").into());
    }
    Ok(Change::one(Op::Created, action.into_entity()))
}

/// Decides a change of an action. The person named as its owner has been looked up.
///
/// # Errors
/// FORBIDDEN for who may not; GUARD_FAILED for one that is done, what was handed in, or a day that only an extension changes.
pub fn capa_action_update(
    deciding: &Deciding<'_>,
    place: &CapaPlace,
    mut action: CapaAction,
    input: CapaActionUpdate,
) -> Result<Change, Refusal> {
    deciding.permit(Action::Update, &action.clone().into_entity())?;
    of_own_side(deciding, action.owner_side)?;
    place.still_open()?;
    if action.completed_at.is_some() {
        return Err(UserError::new(Code::GuardFailed, "The action is done.").into());
    }
    let planning = matches!(place.capa.state, CapaState::Draft | CapaState::Rejected);
    if let Patch::Set(due) = input.due_date {
        if !planning && due != action.due_date {
            let words = "The CAPA is handed in: ask for an extension of the day.";
            return Err(UserError::at(Code::GuardFailed, "dueDate", words).into());
        }
        if planning {
            action.due_date = due;
            action.original_due_date = due;
        }
    }
    let text = action.text.clone();
    input.text.apply(&mut action.text);
    if !planning && action.text != text {
        let words = "The CAPA is handed in: what it says is what is approved. Add an action instead.";
        return Err(UserError::at(Code::GuardFailed, "text", words).into());
    }
    input.owner_id.apply(&mut action.owner_id);
    Ok(Change::one(Op::Updated, action.into_entity()))
}

/// Decides that an action is done. Its evidence is a document of the same engagement that both sides may read.
///
/// # Errors
/// FORBIDDEN for who may not; GUARD_FAILED for one that is done, whose CAPA is not being carried out, or evidence that the other side
/// could not read.
pub fn capa_action_complete(
    deciding: &Deciding<'_>,
    place: &CapaPlace,
    mut action: CapaAction,
    evidence: &Document,
    input: &CapaActionComplete,
) -> Result<Change, Refusal> {
    deciding.permit(Action::Update, &action.clone().into_entity())?;
    of_own_side(deciding, action.owner_side)?;
    place.still_open()?;
    if action.completed_at.is_some() {
        return Err(UserError::new(Code::GuardFailed, "The action is done.").into());
    }
    if place.capa.state != CapaState::Implementing {
        return Err(UserError::new(Code::GuardFailed, "The CAPA is not being carried out yet: it has to be approved first.").into());
    }
    let of_the_action = evidence.engagement_id == action.engagement_id && evidence.study_id == action.study_id;
    if !of_the_action || !evidence.is_open_to_both() {
        let words = "Give a document of the same engagement, out of draft and open, so that both sides may read it.";
        return Err(UserError::at(Code::GuardFailed, "evidenceId", words).into());
    }
    action.completed_at = Some(deciding.now);
    action.completed_by_id = Some(PersonId::from_uuid(deciding.viewer.principal));
    action.evidence_id = Some(input.evidence_id);
    Ok(Change::one(Op::Updated, action.into_entity()))
}

/// Decides a request for a later due date. `waiting` says whether one for the same action is not decided yet.
///
/// # Errors
/// FORBIDDEN for who may not; GUARD_FAILED for an action that is done or waits already; BAD_USER_INPUT for a day that is not later.
pub fn due_date_extension_request(
    deciding: &Deciding<'_>,
    place: &CapaPlace,
    action: &CapaAction,
    waiting: bool,
    input: DueDateExtensionRequest,
) -> Result<Change, Refusal> {
    let extension = DueDateExtension {
        id: DueDateExtensionId::from_uuid(deciding.ids.next()),
        sponsor_id: action.sponsor_id,
        study_id: action.study_id,
        vendor_id: action.vendor_id,
        engagement_id: action.engagement_id,
        country_code: action.country_code,
        study_site_id: action.study_site_id,
        capa_id: action.capa_id,
        capa_action_id: action.id,
        state: ExtensionState::Requested,
        requested_by_id: PersonId::from_uuid(deciding.viewer.principal),
        requested_at: deciding.now,
        rationale: input.rationale,
        from_date: action.due_date,
        to_date: input.to_date,
        decided_by_id: None,
        decided_at: None,
    };
    deciding.permit_new(&extension.clone().into_entity())?;
    of_own_side(deciding, action.owner_side)?;
    place.still_open()?;
    if action.completed_at.is_some() || waiting {
        return Err(UserError::at(Code::GuardFailed, "capaActionId", "The action is done, or an extension waits to be decided.").into());
    }
    if extension.to_date <= action.due_date {
        return Err(UserError::at(Code::BadUserInput, "toDate", "Give a day later than the present due date.").into());
    }
    Ok(Change::one(Op::Created, extension.into_entity()))
}

/// Decides a plan to check. `planned` says whether one that is not done is there already.
///
/// # Errors
/// FORBIDDEN for who may not; GUARD_FAILED where the CAPA is settled or a check is planned already; BAD_USER_INPUT for a day that is past.
pub fn effectiveness_check_plan(
    deciding: &Deciding<'_>,
    place: &CapaPlace,
    planned: bool,
    input: EffectivenessCheckPlan,
) -> Result<Change, Refusal> {
    let capa = &place.capa;
    let check = EffectivenessCheck {
        id: EffectivenessCheckId::from_uuid(deciding.ids.next()),
        sponsor_id: capa.sponsor_id,
        study_id: capa.study_id,
        vendor_id: capa.vendor_id,
        engagement_id: capa.engagement_id,
        country_code: capa.country_code,
        study_site_id: capa.study_site_id,
        capa_id: capa.id,
        method: input.method,
        criteria: input.criteria,
        planned_on: input.planned_on,
        performed_at: None,
        performed_by_id: None,
        outcome: None,
        note: None,
        evidence_id: None,
    };
    deciding.permit_new(&check.clone().into_entity())?;
    place.still_open()?;
    if planned {
        return Err(UserError::at(Code::GuardFailed, "capaId", "A check is planned already.").into());
    }
    if check.planned_on < deciding.now.date_naive() {
        return Err(UserError::at(Code::BadUserInput, "plannedOn", "Give a day that is not past.").into());
    }
    Ok(Change::one(Op::Created, check.into_entity()))
}

fn of_own_side(deciding: &Deciding<'_>, side: Side) -> Result<(), Refusal> {
    if deciding.viewer.side == side { Ok(()) } else { Err(Refusal::forbidden()) }
}
