//! A finding of oversight: what was seen, how grave it is, who has to answer it and by when.
//! A draft is its author's side's alone; the other side learns of it when it is issued, and of nothing from before.

use chrono::{DateTime, Utc};

use super::due::response_due;
use super::grades::{FindingCategory, FindingSeverity, FindingSource};
use crate::access::{Action, Readers, Side};
use crate::command::{Change, Code, Deciding, Op, Refusal, UserError, too_long};
use crate::engagement::Engagement;
use crate::id::{EngagementId, FindingId, IssueId, OrganizationId, PersonId, StudyCountryId, StudyId, StudySiteId, TypedId};
use crate::lifecycle::Moment;
use crate::portfolio::{Study, StudyCountry, StudySite};
use crate::record::{Patch, Record, Term};
use crate::value::CountryCode;
use crate::{input, record, vocabulary};

vocabulary! {
    /// Where a finding stands.
    pub enum FindingState {
        /// Being written by its author's side.
        Draft = "DRAFT",
        /// Being reviewed on its author's side.
        UnderInternalReview = "UNDER_INTERNAL_REVIEW",
        /// Issued to who has to answer it.
        Issued = "ISSUED",
        /// Taken note of by who has to answer it.
        Acknowledged = "ACKNOWLEDGED",
        /// Disputed by who has to answer it.
        Disputed = "DISPUTED",
        /// Answered.
        ResponseSubmitted = "RESPONSE_SUBMITTED",
        /// The answer is accepted.
        ResponseAccepted = "RESPONSE_ACCEPTED",
        /// Corrective and preventive action is under way.
        CapaInProgress = "CAPA_IN_PROGRESS",
        /// All action is taken; whether it helped is to be seen.
        PendingVerification = "PENDING_VERIFICATION",
        /// Closed.
        Closed = "CLOSED",
        /// Withdrawn.
        Withdrawn = "WITHDRAWN",
    }
}

record! {
    /// A finding of oversight.
    pub struct Finding: Finding {
        /// Its id.
        id: FindingId,
        /// The sponsor.
        sponsor_id: OrganizationId,
        /// The study.
        study_id: StudyId,
        /// The vendor whose engagement it is about.
        vendor_id: Option<OrganizationId>,
        /// The engagement that it is about; nothing: the sponsor's own work.
        engagement_id: Option<EngagementId>,
        /// The country of the study that it is about.
        study_country_id: Option<StudyCountryId>,
        /// The country, ISO 3166-1 alpha-2.
        country_code: Option<CountryCode>,
        /// The study site that it is about.
        study_site_id: Option<StudySiteId>,
        /// Where it comes from.
        source: FindingSource,
        /// What people call it, such as `F-003`: counted within its engagement, given when it is issued.
        reference: Option<String>,
        /// Its title.
        title: String,
        /// What was seen.
        description: String,
        /// What it is held against, such as `ICH E6(R3) 3.6.4`.
        requirement_refs: Vec<String>,
        /// What it is about.
        category: FindingCategory,
        /// How grave it is.
        severity: FindingSeverity,
        /// The grade in its source's own words, such as `483 observation`.
        native_grade: Option<String>,
        /// Where it stands.
        state: FindingState,
        /// Whether it is not a single case.
        systemic: bool,
        /// Who wrote it.
        author_id: PersonId,
        /// The side of who wrote it.
        author_side: Side,
        /// The side that has to answer it.
        answered_by: Side,
        /// Who has to answer it.
        owner_id: Option<PersonId>,
        /// When it was issued.
        issued_at: Option<DateTime<Utc>>,
        /// By when it has to be answered.
        response_due_at: Option<DateTime<Utc>>,
        /// When it was last answered.
        responded_at: Option<DateTime<Utc>>,
        /// Whether it was disputed; it can be once.
        disputed: bool,
        /// Whether it needs corrective and preventive action.
        capa_required: bool,
        /// Why it may be closed without an effective CAPA (MAJOR only; QA other than the author).
        capa_waiver_rationale: Option<String>,
        /// Whether a CAPA for it is approved and did not turn out ineffective.
        has_approved_capa: bool,
        /// When it was closed or withdrawn.
        closed_at: Option<DateTime<Utc>>,
        /// Who closed it.
        closed_by_id: Option<PersonId>,
        /// Why it could be closed.
        closure_rationale: Option<String>,
        /// The finding that it repeats.
        recurrence_of_id: Option<FindingId>,
        /// How often it was opened again.
        reopened: i64,
        /// When it was last opened again: a CAPA that was settled before is none for what it is open for now.
        reopened_at: Option<DateTime<Utc>>,
        /// The issue that it was made of.
        promoted_from_id: Option<IssueId>,
        /// Whose turn it is; nobody's once it is closed.
        ball_in_court: Option<Side>,
    }
}

record! {
    /// What the sponsor thinks of a finding. No vendor, partner or finance role sees it.
    pub struct FindingInternal: FindingInternal {
        /// The finding's id.
        id: FindingId,
        /// The sponsor.
        sponsor_id: OrganizationId,
        /// The study.
        study_id: StudyId,
        /// The country, ISO 3166-1 alpha-2.
        country_code: Option<CountryCode>,
        /// The study site.
        study_site_id: Option<StudySiteId>,
        /// Whether the finding is not issued yet.
        draft: bool,
        /// What the sponsor thinks of it.
        internal_assessment: Option<String>,
        /// A lower severity that a first person of QA signed for, and a second has to.
        proposed_severity: Option<FindingSeverity>,
        /// Who proposed it.
        proposed_by_id: Option<PersonId>,
    }
}

impl Finding {
    pub(crate) fn audience(&self) -> Readers {
        match (self.is_draft(), self.author_side) {
            (true, Side::Vendor) => Readers::VENDOR_DRAFT,
            (true, _) => Readers::SPONSOR_DRAFT,
            (false, _) => issued_audience(self.engagement_id, self.study_site_id, self.category),
        }
    }

    /// Whether only its author's side has it.
    #[must_use]
    pub fn is_draft(&self) -> bool {
        matches!(self.state, FindingState::Draft | FindingState::UnderInternalReview)
    }

    /// Whether nothing more is to be done about it.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.state, FindingState::Closed | FindingState::Withdrawn)
    }

    /// Notes a step that brought it to where it stands now.
    pub(crate) fn note_step(&mut self, moment: &Moment) {
        let other = crate::delivery::other(self.answered_by);
        match self.state {
            FindingState::Draft | FindingState::UnderInternalReview => self.ball_in_court = Some(self.author_side),
            FindingState::Issued => {
                if self.closed_at.take().is_some() {
                    self.open_again(moment);
                }
                self.issued_at.get_or_insert(moment.now);
                self.ball_in_court = Some(self.answered_by);
            }
            FindingState::Acknowledged | FindingState::CapaInProgress => self.ball_in_court = Some(self.answered_by),
            FindingState::Disputed => {
                self.disputed = true;
                self.ball_in_court = Some(other);
            }
            FindingState::ResponseSubmitted => {
                self.responded_at = Some(moment.now);
                self.ball_in_court = Some(other);
            }
            // An accepted answer that needs no CAPA waits to be closed; one that does waits for it.
            FindingState::ResponseAccepted => self.ball_in_court = Some(if self.capa_required { self.answered_by } else { other }),
            FindingState::PendingVerification => self.ball_in_court = Some(other),
            FindingState::Closed | FindingState::Withdrawn => {
                self.closed_at = Some(moment.now);
                self.closed_by_id = Some(moment.by);
                self.ball_in_court = None;
            }
        }
    }
}

impl Finding {
    /// What was said and done before it was closed does not close it again: it is answered anew, by a new day, and needs a CAPA anew.
    fn open_again(&mut self, moment: &Moment) {
        self.reopened += 1;
        self.reopened_at = Some(moment.now);
        self.closed_by_id = None;
        self.closure_rationale = None;
        self.capa_waiver_rationale = None;
        self.has_approved_capa = false;
        self.responded_at = None;
        self.response_due_at = Some(response_due(self.severity, moment.now));
    }
}

/// Who an issued finding, and what hangs on it, is meant for.
pub(crate) fn issued_audience(engagement: Option<EngagementId>, site: Option<StudySiteId>, category: FindingCategory) -> Readers {
    if engagement.is_none() {
        return Readers::SPONSOR;
    }
    let mut readers = Readers::SPONSOR.and(Readers::VENDOR).and(Readers::CLIENT);
    if site.is_some() {
        readers = readers.and(Readers::CRA);
    }
    if category.is_about_data() {
        readers = readers.and(Readers::DATA);
    }
    readers
}

impl FindingInternal {
    pub(crate) fn audience(&self) -> Readers {
        if self.draft { Readers::SPONSOR_DRAFT } else { Readers::SPONSOR }
    }
}

input! {
    /// Writes a finding, as DRAFT: only the author's side has it until it is issued.
    pub struct FindingCreate {
        /// The study.
        study_id: StudyId,
        /// The engagement that it is about; a vendor has to name one. Left out: the sponsor's own work.
        engagement_id: Option<EngagementId>,
        /// The country of the study that it is about.
        study_country_id: Option<StudyCountryId>,
        /// The study site that it is about.
        study_site_id: Option<StudySiteId>,
        /// Where it comes from; a vendor's are SELF_REPORTED or VENDOR_INTERNAL_AUDIT.
        source: Term<FindingSource>,
        /// Its title.
        title: String,
        /// What was seen.
        description: String,
        /// What it is held against; needed to issue a CRITICAL or MAJOR one.
        requirement_refs: Option<Vec<String>>,
        /// What it is about.
        category: Term<FindingCategory>,
        /// How grave it is.
        severity: Term<FindingSeverity>,
        /// The grade in its source's own words.
        native_grade: Option<String>,
        /// Whether it is not a single case; left out: no.
        systemic: Option<bool>,
        /// Who has to answer it.
        owner_id: Option<PersonId>,
        /// Whether it needs corrective and preventive action; left out: where it is CRITICAL or MAJOR.
        capa_required: Option<bool>,
        /// The finding that it repeats.
        recurrence_of_id: Option<FindingId>,
    }

    /// Changes a finding that is still a draft. What is left out stays.
    pub struct FindingUpdate {
        /// The finding.
        id: FindingId,
        /// Its title.
        title: Patch<String>,
        /// What was seen.
        description: Patch<String>,
        /// What it is held against.
        requirement_refs: Patch<Vec<String>>,
        /// What it is about.
        category: Patch<Term<FindingCategory>>,
        /// How grave it is.
        severity: Patch<Term<FindingSeverity>>,
        /// The grade in its source's own words.
        native_grade: Patch<Option<String>>,
        /// Whether it is not a single case.
        systemic: Patch<bool>,
        /// Who has to answer it.
        owner_id: Patch<Option<PersonId>>,
        /// Whether it needs corrective and preventive action.
        capa_required: Patch<bool>,
        /// The finding that it repeats.
        recurrence_of_id: Patch<Option<FindingId>>,
    }

    /// Changes what the sponsor thinks of a finding. `expectedVersion` is the assessment's; 0 where there is none yet.
    pub struct FindingInternalUpdate {
        /// The finding.
        id: FindingId,
        /// What the sponsor thinks of it.
        internal_assessment: Patch<Option<String>>,
    }

    /// Changes the severity of a finding that was issued. From CRITICAL to less, two persons of QA have to sign for the same: the first
    /// call proposes it to the sponsor's own side, the second carries it out.
    pub struct FindingSeverityChange {
        /// The finding.
        id: FindingId,
        /// How grave it is.
        severity: Term<FindingSeverity>,
    }
}

/// What a new finding stands in, as the viewer sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct FindingPlace {
    /// The study.
    pub study: Study,
    /// The engagement.
    pub engagement: Option<Engagement>,
    /// The country.
    pub country: Option<StudyCountry>,
    /// The study site.
    pub site: Option<StudySite>,
    /// The finding that it repeats.
    pub recurrence_of: Option<Finding>,
    /// The issue that it is made of.
    pub promoted_from: Option<IssueId>,
}

/// Decides a new finding. The person named as its owner has been looked up for the side that answers.
///
/// # Errors
/// FORBIDDEN for who may not; NOT_FOUND for what is of elsewhere; GUARD_FAILED where the engagement has ended; BAD_USER_INPUT for what
/// cannot be.
pub fn finding_create(deciding: &Deciding<'_>, place: FindingPlace, input: FindingCreate) -> Result<Change, Refusal> {
    let FindingPlace { study, engagement, country, site, recurrence_of, promoted_from } = place;
    if engagement.as_ref().is_some_and(|engagement| engagement.study_id != study.id) {
        return Err(Refusal::not_found("engagementId"));
    }
    if country.as_ref().is_some_and(|country| country.study_id != study.id) {
        return Err(Refusal::not_found("studyCountryId"));
    }
    if site.as_ref().is_some_and(|site| site.study_id != study.id) {
        return Err(Refusal::not_found("studySiteId"));
    }
    let severity = input.severity.0;
    let author_side = deciding.viewer.side;
    let finding = Finding {
        id: FindingId::from_uuid(deciding.ids.random()),
        sponsor_id: study.sponsor_id,
        study_id: study.id,
        vendor_id: engagement.as_ref().map(|engagement| engagement.vendor_id),
        engagement_id: engagement.as_ref().map(|engagement| engagement.id),
        study_country_id: country.as_ref().map(|country| country.id).or(site.as_ref().map(|site| site.study_country_id)),
        country_code: country.map(|country| country.country_code).or(site.as_ref().map(|site| site.country_code)),
        study_site_id: site.map(|site| site.id),
        source: input.source.0,
        reference: None,
        title: input.title,
        description: input.description,
        requirement_refs: input.requirement_refs.unwrap_or_default(),
        category: input.category.0,
        severity,
        native_grade: input.native_grade,
        state: FindingState::Draft,
        systemic: input.systemic.unwrap_or(false),
        author_id: PersonId::from_uuid(deciding.viewer.principal),
        author_side,
        answered_by: if engagement.is_some() { Side::Vendor } else { Side::Sponsor },
        owner_id: input.owner_id,
        issued_at: None,
        response_due_at: None,
        responded_at: None,
        disputed: false,
        capa_required: input.capa_required.unwrap_or(severity.is_grave()),
        capa_waiver_rationale: None,
        has_approved_capa: false,
        closed_at: None,
        closed_by_id: None,
        closure_rationale: None,
        recurrence_of_id: recurrence_of.map(|finding| finding.id),
        reopened: 0,
        reopened_at: None,
        promoted_from_id: promoted_from,
        ball_in_court: Some(author_side),
    };
    deciding.permit_new(&finding.clone().into_entity())?;
    if engagement.as_ref().is_some_and(|engagement| !engagement.gives_sight()) {
        return Err(UserError::at(Code::GuardFailed, "engagementId", "The engagement has ended; it stays as it stood then.").into());
    }
    check(&finding)?;
    Ok(Change::one(Op::Created, finding.into_entity()))
}

/// Decides a change of a draft. What is named as its owner, and as what it repeats, has been looked up.
///
/// # Errors
/// FORBIDDEN for who may not; GUARD_FAILED for what is no draft any more; BAD_USER_INPUT for what cannot be.
pub fn finding_update(deciding: &Deciding<'_>, mut finding: Finding, input: FindingUpdate) -> Result<Change, Refusal> {
    deciding.permit(Action::Update, &finding.clone().into_entity())?;
    if finding.state != FindingState::Draft {
        let words = "Only a draft can be changed. What was issued changes by its steps, and by findingSeverityChange.";
        return Err(UserError::new(Code::GuardFailed, words).into());
    }
    input.title.apply(&mut finding.title);
    input.description.apply(&mut finding.description);
    input.requirement_refs.apply(&mut finding.requirement_refs);
    if let Patch::Set(category) = input.category {
        finding.category = category.0;
    }
    if let Patch::Set(severity) = input.severity {
        finding.severity = severity.0;
    }
    input.native_grade.apply(&mut finding.native_grade);
    input.systemic.apply(&mut finding.systemic);
    input.owner_id.apply(&mut finding.owner_id);
    input.capa_required.apply(&mut finding.capa_required);
    input.recurrence_of_id.apply(&mut finding.recurrence_of_id);
    check(&finding)?;
    Ok(Change::one(Op::Updated, finding.into_entity()))
}

/// Decides a change of what the sponsor thinks of a finding; `part` is what there is so far.
///
/// # Errors
/// FORBIDDEN for who may not.
pub fn finding_internal_update(
    deciding: &Deciding<'_>,
    finding: &Finding,
    part: Option<FindingInternal>,
    input: FindingInternalUpdate,
) -> Result<Change, Refusal> {
    let op = if part.is_some() { Op::Updated } else { Op::Created };
    let mut part = part.unwrap_or_else(|| internal_of(finding));
    deciding.permit(Action::Update, &part.clone().into_entity())?;
    input.internal_assessment.apply(&mut part.internal_assessment);
    Ok(Change::one(op, part.into_entity()))
}

fn internal_of(finding: &Finding) -> FindingInternal {
    FindingInternal {
        id: finding.id,
        sponsor_id: finding.sponsor_id,
        study_id: finding.study_id,
        country_code: finding.country_code,
        study_site_id: finding.study_site_id,
        draft: finding.is_draft(),
        internal_assessment: None,
        proposed_severity: None,
        proposed_by_id: None,
    }
}

/// Decides another severity of a finding that was issued. `part` is what the sponsor thinks of it so far; `second` says whether its
/// proposal is another human's than the viewer's. The signature has been taken.
///
/// # Errors
/// FORBIDDEN for who may not; GUARD_FAILED for a draft or what is over; REASON_REQUIRED.
pub fn finding_severity_change(
    deciding: &Deciding<'_>,
    mut finding: Finding,
    part: Option<FindingInternal>,
    second: bool,
    input: &FindingSeverityChange,
) -> Result<Change, Refusal> {
    deciding.reason()?;
    if finding.is_draft() || finding.is_over() {
        let words =
            "Only a finding that is issued and open is graded anew. Change a draft by findingUpdate; open a closed one again first.";
        return Err(UserError::new(Code::GuardFailed, words).into());
    }
    let severity = input.severity.0;
    if severity == finding.severity {
        return Err(UserError::at(Code::BadUserInput, "severity", "It has this severity already.").into());
    }
    let needs_two = finding.severity == FindingSeverity::Critical;
    let known = part.is_some();
    let mut part = part.unwrap_or_else(|| internal_of(&finding));
    if needs_two && !(part.proposed_severity == Some(severity) && second) {
        part.proposed_severity = Some(severity);
        part.proposed_by_id = Some(PersonId::from_uuid(deciding.viewer.principal));
        return Ok(Change::one(if known { Op::Updated } else { Op::Created }, part.into_entity()));
    }
    finding.severity = severity;
    finding.capa_required |= severity == FindingSeverity::Critical;
    let change = Change::one(Op::Updated, finding.into_entity());
    if part.proposed_severity.is_none() {
        return Ok(change);
    }
    part.proposed_severity = None;
    part.proposed_by_id = None;
    Ok(change.with(Op::Updated, part.into_entity()))
}

fn check(finding: &Finding) -> Result<(), Refusal> {
    let mut errors = Vec::new();
    errors.extend(too_long("title", &finding.title));
    let mut fault = |field: &str, words: &str| errors.push(UserError::at(Code::BadUserInput, field, words));
    let own = matches!(finding.source, FindingSource::SelfReported | FindingSource::VendorInternalAudit);
    if own != (finding.author_side == Side::Vendor) {
        fault("source", "SELF_REPORTED and VENDOR_INTERNAL_AUDIT are a vendor's own; all others are the sponsor's.");
    }
    if finding.requirement_refs.iter().any(|text| text.trim().is_empty()) {
        fault("requirementRefs", "Name each requirement in words, such as ICH E6(R3) 3.6.4.");
    }
    if finding.severity == FindingSeverity::Critical && !finding.capa_required {
        fault("capaRequired", "A CRITICAL finding needs corrective and preventive action.");
    }
    if errors.is_empty() { Ok(()) } else { Err(Refusal(errors)) }
}
