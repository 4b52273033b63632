//! A deliverable: something that one side of an engagement owes the other, by when, and what it is measured by.
//! Sponsor-owed deliverables take the same steps with the sides swapped, so that delay caused by the sponsor can be measured.

use chrono::{DateTime, NaiveDate, Utc};

use super::document::Blinding;
use super::kinds::DeliverableType;
use crate::access::{Action, Readers, Side};
use crate::command::{Change, Code, Deciding, Op, Refusal, SignatureMeaning, UserError, too_long};
use crate::engagement::Engagement;
use crate::id::{
    DeliverableId, DeliverableSubmissionId, EngagementId, OrganizationId, PersonId, StudyCountryId, StudyId, StudySiteId, TypedId,
};
use crate::lifecycle::Moment;
use crate::portfolio::{StudyCountry, StudySite};
use crate::record::{Patch, Record, Term, terms};
use crate::value::CountryCode;
use crate::{input, record, vocabulary};

vocabulary! {
    /// Where a deliverable stands.
    pub enum DeliverableState {
        /// Agreed.
        Planned = "PLANNED",
        /// Being prepared by who owes it.
        InPreparation = "IN_PREPARATION",
        /// Handed in.
        Submitted = "SUBMITTED",
        /// Being reviewed by the other side.
        InReview = "IN_REVIEW",
        /// Given back to be handed in again.
        Returned = "RETURNED",
        /// Accepted.
        Accepted = "ACCEPTED",
        /// Accepted with comments.
        AcceptedWithComments = "ACCEPTED_WITH_COMMENTS",
        /// Replaced by a newer one that was accepted.
        Superseded = "SUPERSEDED",
        /// No longer owed.
        Cancelled = "CANCELLED",
    }
}

record! {
    /// Something that one side of an engagement owes the other.
    pub struct Deliverable: Deliverable {
        /// Its id.
        id: DeliverableId,
        /// The sponsor.
        sponsor_id: OrganizationId,
        /// The study.
        study_id: StudyId,
        /// The vendor.
        vendor_id: OrganizationId,
        /// The engagement.
        engagement_id: EngagementId,
        /// The vendor of the engagement that the engagement is subcontracted from.
        prime_vendor_id: Option<OrganizationId>,
        /// That engagement.
        prime_engagement_id: Option<EngagementId>,
        /// The country of the study that it is about.
        study_country_id: Option<StudyCountryId>,
        /// The country, ISO 3166-1 alpha-2.
        country_code: Option<CountryCode>,
        /// The study site that it is about.
        study_site_id: Option<StudySiteId>,
        /// What kind of deliverable it is.
        deliverable_type: DeliverableType,
        /// Its title.
        title: String,
        /// The side that owes it.
        owed_by: Side,
        /// Where it stands.
        state: DeliverableState,
        /// Who may know its content.
        blinding: Blinding,
        /// The day by which it is owed.
        due_date: NaiveDate,
        /// Within how many days of its review's begin there has to be a verdict.
        review_sla_days: i64,
        /// What has to be signed of each submission before it is accepted, besides the approval itself.
        required_signatures: Vec<SignatureMeaning>,
        /// What of this is still missing for the current submission.
        missing_signatures: Vec<SignatureMeaning>,
        /// What a submission is measured by.
        acceptance_criteria: Vec<String>,
        /// Whether a submission has to name its evidence of quality control.
        qc_evidence_required: bool,
        /// Its place in the trial master file, such as `01.01.02`.
        tmf_artifact: Option<String>,
        /// The deliverable that it replaces, once accepted.
        supersedes_id: Option<DeliverableId>,
        /// The newest submission.
        current_submission_id: Option<DeliverableSubmissionId>,
        /// How often it was handed in.
        cycle_count: i64,
        /// When it was last handed in.
        submitted_at: Option<DateTime<Utc>>,
        /// When the review of the current submission began: from then on its days count.
        review_started_at: Option<DateTime<Utc>>,
        /// When it was accepted.
        accepted_at: Option<DateTime<Utc>>,
        /// Who accepted it.
        accepted_by_id: Option<PersonId>,
        /// When it was settled: accepted, or cancelled.
        settled_at: Option<DateTime<Utc>>,
        /// Whose turn it is; nobody's once it is settled.
        ball_in_court: Option<Side>,
    }
}

/// The other side of an engagement.
pub(crate) fn other(side: Side) -> Side {
    if side == Side::Sponsor { Side::Vendor } else { Side::Sponsor }
}

impl Deliverable {
    pub(crate) fn audience(&self) -> Readers {
        let both = Readers::SPONSOR.and(Readers::VENDOR).and(Readers::PRIME).and(Readers::CLIENT);
        // A CRA has the reports of monitoring visits (domain rules, C.3).
        if self.deliverable_type == DeliverableType::MonitoringVisitReport { both.and(Readers::CRA) } else { both }
    }

    /// Whether nothing more is owed.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        match self.state {
            DeliverableState::Accepted
            | DeliverableState::AcceptedWithComments
            | DeliverableState::Superseded
            | DeliverableState::Cancelled => true,
            DeliverableState::Planned
            | DeliverableState::InPreparation
            | DeliverableState::Submitted
            | DeliverableState::InReview
            | DeliverableState::Returned => false,
        }
    }

    /// Notes a step that brought it to where it stands now.
    pub(crate) fn note_step(&mut self, moment: &Moment) {
        match self.state {
            DeliverableState::Planned | DeliverableState::InPreparation | DeliverableState::Returned => {
                self.ball_in_court = Some(self.owed_by);
                self.review_started_at = None;
            }
            DeliverableState::Submitted => {
                self.ball_in_court = Some(other(self.owed_by));
                self.review_started_at = None;
            }
            DeliverableState::InReview => {
                self.ball_in_court = Some(other(self.owed_by));
                self.review_started_at = Some(moment.now);
            }
            DeliverableState::Accepted | DeliverableState::AcceptedWithComments => {
                self.ball_in_court = None;
                self.accepted_at = Some(moment.now);
                self.accepted_by_id = Some(moment.by);
                self.settled_at = Some(moment.now);
            }
            DeliverableState::Cancelled => {
                self.ball_in_court = None;
                self.settled_at = Some(moment.now);
            }
            DeliverableState::Superseded => self.ball_in_court = None,
        }
    }
}

input! {
    /// Plans a deliverable under an engagement.
    pub struct DeliverableCreate {
        /// The engagement.
        engagement_id: EngagementId,
        /// What kind of deliverable it is.
        deliverable_type: Term<DeliverableType>,
        /// Its title.
        title: String,
        /// The side that owes it; left out: the vendor.
        owed_by: Option<Term<Side>>,
        /// The country of the study that it is about.
        study_country_id: Option<StudyCountryId>,
        /// The study site that it is about.
        study_site_id: Option<StudySiteId>,
        /// The day by which it is owed.
        due_date: NaiveDate,
        /// Within how many days of its review's begin there has to be a verdict; left out: 5.
        review_sla_days: Option<i64>,
        /// What has to be signed of each submission before it is accepted, besides the approval itself.
        required_signatures: Option<Vec<Term<SignatureMeaning>>>,
        /// What a submission is measured by.
        acceptance_criteria: Option<Vec<String>>,
        /// Whether a submission has to name its evidence of quality control; left out: no.
        qc_evidence_required: Option<bool>,
        /// Its place in the trial master file.
        tmf_artifact: Option<String>,
        /// The deliverable that it replaces; one of the same engagement.
        supersedes_id: Option<DeliverableId>,
    }

    /// Changes a deliverable that is not settled. What is left out stays. Another due date needs a reason.
    pub struct DeliverableUpdate {
        /// The deliverable.
        id: DeliverableId,
        /// Its title.
        title: Patch<String>,
        /// The day by which it is owed.
        due_date: Patch<NaiveDate>,
        /// Within how many days of its review's begin there has to be a verdict.
        review_sla_days: Patch<i64>,
        /// What has to be signed of each later submission before it is accepted, besides the approval itself.
        required_signatures: Patch<Vec<Term<SignatureMeaning>>>,
        /// What later submissions are measured by.
        acceptance_criteria: Patch<Vec<String>>,
        /// Whether a submission has to name its evidence of quality control.
        qc_evidence_required: Patch<bool>,
        /// Its place in the trial master file.
        tmf_artifact: Patch<Option<String>>,
    }
}

/// What a new deliverable stands in, as the viewer sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct DeliverablePlace {
    /// The engagement.
    pub engagement: Engagement,
    /// The country.
    pub country: Option<StudyCountry>,
    /// The study site.
    pub site: Option<StudySite>,
    /// The deliverable that it replaces.
    pub supersedes: Option<Deliverable>,
}

/// Decides a new deliverable.
///
/// # Errors
/// FORBIDDEN for who may not; NOT_FOUND for a country, site or deliverable of elsewhere; GUARD_FAILED where the engagement has ended;
/// BAD_USER_INPUT for what cannot be.
pub fn deliverable_create(deciding: &Deciding<'_>, place: DeliverablePlace, input: DeliverableCreate) -> Result<Change, Refusal> {
    let DeliverablePlace { engagement, country, site, supersedes } = place;
    if country.as_ref().is_some_and(|country| country.study_id != engagement.study_id) {
        return Err(Refusal::not_found("studyCountryId"));
    }
    if site.as_ref().is_some_and(|site| site.study_id != engagement.study_id) {
        return Err(Refusal::not_found("studySiteId"));
    }
    if supersedes.as_ref().is_some_and(|other| other.engagement_id != engagement.id) {
        return Err(Refusal::not_found("supersedesId"));
    }
    let owed_by = input.owed_by.map_or(Side::Vendor, |term| term.0);
    if supersedes.as_ref().is_some_and(|other| other.owed_by != owed_by) {
        let words = "What replaces a deliverable is owed by the same side. Leave supersedesId out.";
        return Err(UserError::at(Code::GuardFailed, "supersedesId", words).into());
    }
    if owed_by == Side::Sponsor && deciding.viewer.side == Side::Vendor && input.due_date < deciding.now.date_naive() {
        let words = "What the sponsor is to owe falls due today at the earliest.";
        return Err(UserError::at(Code::BadUserInput, "dueDate", words).into());
    }
    let deliverable = Deliverable {
        id: DeliverableId::from_uuid(deciding.ids.next()),
        sponsor_id: engagement.sponsor_id,
        study_id: engagement.study_id,
        vendor_id: engagement.vendor_id,
        engagement_id: engagement.id,
        prime_vendor_id: engagement.prime_vendor_id,
        prime_engagement_id: engagement.subcontract_of_id,
        study_country_id: country.as_ref().map(|country| country.id).or(site.as_ref().map(|site| site.study_country_id)),
        country_code: country.map(|country| country.country_code).or(site.as_ref().map(|site| site.country_code)),
        study_site_id: site.map(|site| site.id),
        deliverable_type: input.deliverable_type.0,
        title: input.title,
        owed_by,
        state: DeliverableState::Planned,
        blinding: Blinding::Open,
        due_date: input.due_date,
        review_sla_days: input.review_sla_days.unwrap_or(DEFAULT_SLA_DAYS),
        required_signatures: besides_approval(input.required_signatures.unwrap_or_default()),
        missing_signatures: Vec::new(),
        acceptance_criteria: input.acceptance_criteria.unwrap_or_default(),
        qc_evidence_required: input.qc_evidence_required.unwrap_or(false),
        tmf_artifact: input.tmf_artifact,
        supersedes_id: supersedes.map(|deliverable| deliverable.id),
        current_submission_id: None,
        cycle_count: 0,
        submitted_at: None,
        review_started_at: None,
        accepted_at: None,
        accepted_by_id: None,
        settled_at: None,
        ball_in_court: Some(owed_by),
    };
    deciding.permit_new(&deliverable.clone().into_entity())?;
    if !engagement.gives_sight() {
        return Err(UserError::at(Code::GuardFailed, "engagementId", "The engagement has ended; it stays as it stood then.").into());
    }
    check(&deliverable)?;
    Ok(Change::one(Op::Created, deliverable.into_entity()))
}

/// Decides a change of a deliverable.
///
/// # Errors
/// FORBIDDEN for who may not; GUARD_FAILED where it is settled; REASON_REQUIRED for another due date without one; BAD_USER_INPUT for
/// what cannot be.
pub fn deliverable_update(deciding: &Deciding<'_>, mut deliverable: Deliverable, input: DeliverableUpdate) -> Result<Change, Refusal> {
    deciding.permit(Action::Update, &deliverable.clone().into_entity())?;
    if deliverable.is_settled() {
        return Err(UserError::new(Code::GuardFailed, "The deliverable is settled; plan a new one that replaces it.").into());
    }
    if matches!(input.due_date, Patch::Set(due) if due != deliverable.due_date) {
        deciding.reason()?;
    }
    input.title.apply(&mut deliverable.title);
    input.due_date.apply(&mut deliverable.due_date);
    input.review_sla_days.apply(&mut deliverable.review_sla_days);
    if let Patch::Set(required) = input.required_signatures {
        deliverable.required_signatures = besides_approval(required);
    }
    input.acceptance_criteria.apply(&mut deliverable.acceptance_criteria);
    input.qc_evidence_required.apply(&mut deliverable.qc_evidence_required);
    input.tmf_artifact.apply(&mut deliverable.tmf_artifact);
    check(&deliverable)?;
    Ok(Change::one(Op::Updated, deliverable.into_entity()))
}

const DEFAULT_SLA_DAYS: i64 = 5;
const MAX_SLA_DAYS: i64 = 365;

/// Each meaning once; the approval is what accepting itself is.
fn besides_approval(required: Vec<Term<SignatureMeaning>>) -> Vec<SignatureMeaning> {
    let mut meanings = terms(required);
    meanings.retain(|meaning| *meaning != SignatureMeaning::Approval);
    meanings.sort_unstable();
    meanings.dedup();
    meanings
}

fn check(deliverable: &Deliverable) -> Result<(), Refusal> {
    let mut errors = Vec::new();
    errors.extend(too_long("title", &deliverable.title));
    let mut fault = |field: &str, words: &str| errors.push(UserError::at(Code::BadUserInput, field, words));
    if deliverable.owed_by == Side::Neither {
        fault("owedBy", "Say which side owes it: SPONSOR or VENDOR.");
    }
    if !(0..=MAX_SLA_DAYS).contains(&deliverable.review_sla_days) {
        fault("reviewSlaDays", "Give 0 to 365 days.");
    }
    let criteria = &deliverable.acceptance_criteria;
    if criteria.iter().any(|text| text.trim().is_empty())
        || criteria.iter().enumerate().any(|(at, text)| criteria.iter().skip(at + 1).any(|other| other == text))
    {
        fault("acceptanceCriteria", "Give each criterion once, and none without words.");
    }
    if errors.is_empty() { Ok(()) } else { Err(Refusal(errors)) }
}
