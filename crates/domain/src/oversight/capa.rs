//! Corrective and preventive action for a finding: what is planned, who owns it, by when it is done.

use chrono::{DateTime, NaiveDate, Utc};

use super::finding::Finding;
use crate::access::{Action, Readers, Side};
use crate::command::{Change, Code, Deciding, Op, Refusal, UserError};
use crate::id::{CapaId, EngagementId, FindingId, OrganizationId, PersonId, StudyId, StudySiteId, TypedId};
use crate::lifecycle::Moment;
use crate::record::{Patch, Record, Term};
use crate::value::CountryCode;
use crate::{input, record, vocabulary};

vocabulary! {
    /// Where a CAPA stands.
    pub enum CapaState {
        /// Being planned by its owner.
        Draft = "DRAFT",
        /// Handed in for approval.
        Submitted = "SUBMITTED",
        /// Approved.
        Approved = "APPROVED",
        /// Refused; its owner plans anew.
        Rejected = "REJECTED",
        /// Being carried out.
        Implementing = "IMPLEMENTING",
        /// Carried out.
        Implemented = "IMPLEMENTED",
        /// Whether it helped is being checked.
        EffectivenessCheck = "EFFECTIVENESS_CHECK",
        /// It helped.
        ClosedEffective = "CLOSED_EFFECTIVE",
        /// It did not help; another takes its place.
        Ineffective = "INEFFECTIVE",
        /// No longer needed.
        Cancelled = "CANCELLED",
    }

    /// What kind of action it is.
    pub enum CapaKind {
        /// Removes the cause of what was found.
        Corrective = "CORRECTIVE",
        /// Removes the cause of what might happen.
        Preventive = "PREVENTIVE",
        /// Makes something better.
        Improvement = "IMPROVEMENT",
    }
}

record! {
    /// Corrective and preventive action for a finding.
    pub struct Capa: Capa {
        /// Its id.
        id: CapaId,
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
        /// The finding.
        finding_id: FindingId,
        /// The side that owns it.
        owner_side: Side,
        /// Who owns it.
        owner_id: PersonId,
        /// What kind of action it is.
        capa_kind: CapaKind,
        /// Where it stands.
        state: CapaState,
        /// What is planned.
        plan: String,
        /// The day by which it is to be done.
        due_date: NaiveDate,
        /// Who approved it.
        approved_by_id: Option<PersonId>,
        /// When.
        approved_at: Option<DateTime<Utc>>,
        /// Who said that it is done.
        implemented_by_id: Option<PersonId>,
        /// When.
        implemented_at: Option<DateTime<Utc>>,
        /// The CAPA whose place it takes, because that one did not help.
        successor_of_id: Option<CapaId>,
        /// How many checks of its effectiveness were inconclusive.
        inconclusive_checks: i64,
        /// When it was settled: effective, ineffective or cancelled.
        settled_at: Option<DateTime<Utc>>,
        /// Whose turn it is; nobody's once it is settled.
        ball_in_court: Option<Side>,
    }
}

impl Capa {
    pub(crate) fn audience(&self) -> Readers {
        if self.engagement_id.is_some() { Readers::SPONSOR.and(Readers::VENDOR) } else { Readers::SPONSOR }
    }

    /// Whether nothing more is to be done about it.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        matches!(self.state, CapaState::ClosedEffective | CapaState::Ineffective | CapaState::Cancelled)
    }

    /// Whether it is one for what the finding is open for now: one that was settled before the finding was opened again is not.
    #[must_use]
    pub fn counts_for(&self, finding: &Finding) -> bool {
        self.settled_at.zip(finding.reopened_at).is_none_or(|(settled, reopened)| settled >= reopened)
    }

    /// Notes a step that brought it to where it stands now.
    pub(crate) fn note_step(&mut self, moment: &Moment) {
        match self.state {
            CapaState::Draft | CapaState::Rejected | CapaState::Implementing => self.ball_in_court = Some(self.owner_side),
            CapaState::Submitted | CapaState::EffectivenessCheck => self.ball_in_court = Some(Side::Sponsor),
            CapaState::Approved => {
                self.approved_by_id = Some(moment.by);
                self.approved_at = Some(moment.now);
                self.ball_in_court = Some(self.owner_side);
            }
            CapaState::Implemented => {
                self.implemented_by_id = Some(moment.by);
                self.implemented_at = Some(moment.now);
                self.ball_in_court = Some(Side::Sponsor);
            }
            CapaState::ClosedEffective | CapaState::Ineffective | CapaState::Cancelled => {
                self.settled_at = Some(moment.now);
                self.ball_in_court = None;
            }
        }
    }
}

input! {
    /// Plans a CAPA for a finding that was issued, as DRAFT of the side that has to answer it.
    pub struct CapaCreate {
        /// The finding.
        finding_id: FindingId,
        /// What kind of action it is.
        capa_kind: Term<CapaKind>,
        /// What is planned.
        plan: String,
        /// The day by which it is to be done.
        due_date: NaiveDate,
        /// Who owns it; left out: the caller.
        owner_id: Option<PersonId>,
    }

    /// Changes a CAPA that is not handed in. What is left out stays.
    pub struct CapaUpdate {
        /// The CAPA.
        id: CapaId,
        /// What kind of action it is.
        capa_kind: Patch<Term<CapaKind>>,
        /// What is planned.
        plan: Patch<String>,
        /// The day by which it is to be done.
        due_date: Patch<NaiveDate>,
        /// Who owns it.
        owner_id: Patch<PersonId>,
    }
}

/// A draft for a finding, owned by the caller.
pub(super) fn capa_for(deciding: &Deciding<'_>, finding: &Finding, capa_kind: CapaKind, plan: String, due_date: NaiveDate) -> Capa {
    Capa {
        id: CapaId::from_uuid(deciding.ids.next()),
        sponsor_id: finding.sponsor_id,
        study_id: finding.study_id,
        vendor_id: finding.vendor_id,
        engagement_id: finding.engagement_id,
        country_code: finding.country_code,
        study_site_id: finding.study_site_id,
        finding_id: finding.id,
        owner_side: finding.answered_by,
        owner_id: PersonId::from_uuid(deciding.viewer.principal),
        capa_kind,
        state: CapaState::Draft,
        plan,
        due_date,
        approved_by_id: None,
        approved_at: None,
        implemented_by_id: None,
        implemented_at: None,
        successor_of_id: None,
        inconclusive_checks: 0,
        settled_at: None,
        ball_in_court: Some(finding.answered_by),
    }
}

/// Decides a new CAPA. The person named as its owner has been looked up; `open` says whether the finding's engagement still is.
///
/// # Errors
/// FORBIDDEN for who may not, or is not of the side that answers; GUARD_FAILED for a finding that is no longer open, or an ended
/// engagement; BAD_USER_INPUT for a day that is past.
pub fn capa_create(deciding: &Deciding<'_>, finding: &Finding, open: bool, input: CapaCreate) -> Result<Change, Refusal> {
    let mut capa = capa_for(deciding, finding, input.capa_kind.0, input.plan, input.due_date);
    if let Some(owner) = input.owner_id {
        capa.owner_id = owner;
    }
    deciding.permit_new(&capa.clone().into_entity())?;
    if capa.owner_side != deciding.viewer.side {
        return Err(Refusal::forbidden());
    }
    if !open || finding.is_draft() || finding.is_over() {
        return Err(UserError::at(Code::GuardFailed, "findingId", "A CAPA is planned for a finding that is issued and open.").into());
    }
    if capa.due_date < deciding.now.date_naive() {
        return Err(UserError::at(Code::BadUserInput, "dueDate", "Give a day that is not past.").into());
    }
    Ok(Change::one(Op::Created, capa.into_entity()))
}

/// Decides a change of a CAPA. The person named as its owner has been looked up.
///
/// # Errors
/// FORBIDDEN for who may not, or is not of the side that owns it; GUARD_FAILED once it is handed in, or its engagement has ended.
pub fn capa_update(deciding: &Deciding<'_>, mut capa: Capa, open: bool, input: CapaUpdate) -> Result<Change, Refusal> {
    deciding.permit(Action::Update, &capa.clone().into_entity())?;
    if capa.owner_side != deciding.viewer.side {
        return Err(Refusal::forbidden());
    }
    if !open || !matches!(capa.state, CapaState::Draft | CapaState::Rejected) {
        let words = "Only a CAPA that is not handed in can be changed; ask for an extension of an action's day.";
        return Err(UserError::new(Code::GuardFailed, words).into());
    }
    if let Patch::Set(kind) = input.capa_kind {
        capa.capa_kind = kind.0;
    }
    input.plan.apply(&mut capa.plan);
    input.due_date.apply(&mut capa.due_date);
    input.owner_id.apply(&mut capa.owner_id);
    Ok(Change::one(Op::Updated, capa.into_entity()))
}
