//! Records of the work between the sides, with nothing special about them: milestones, documents, deliverables, findings, CAPAs,
//! issues, comments. Each takes what it stands in, so that its sponsor, study, vendor and place are those of that.

use tandem_domain::access::{Facts, Readers, Side};
use tandem_domain::conversation::{Comment, CommentVisibility};
use tandem_domain::delivery::{
    Blinding, Deliverable, DeliverableReview, DeliverableState, DeliverableSubmission, DeliverableType, Document, DocumentState,
    ReviewVerdict,
};
use tandem_domain::engagement::Engagement;
use tandem_domain::id::{EngagementId, OrganizationId, PersonId, StudyId, StudySiteId, TypedId};
use tandem_domain::oversight::{
    Capa, CapaAction, CapaKind, CapaState, DueDateExtension, EffectivenessCheck, ExtensionState, Finding, FindingCategory, FindingInternal,
    FindingResponse, FindingSeverity, FindingSource, FindingState, Issue, IssueKind, IssueState,
};
use tandem_domain::portfolio::{
    Amendment, AmendmentClass, AmendmentImpact, AmendmentReason, AmendmentScope, AmendmentState, EnrollmentSnapshot, EnrollmentSource,
    Milestone, MilestoneLevel, MilestoneType, ProductType, Program, ProgramInternal, ProtocolStatus, ProtocolVersion, Study, StudySite,
};
use tandem_domain::record::Entity;

use super::{day, id, in_days, now};

/// A programme of a sponsor.
#[must_use]
pub fn program(number: u128, sponsor_id: OrganizationId) -> Program {
    Program {
        id: id(number),
        sponsor_id,
        name: format!("Programme {number}"),
        product_code: None,
        product_type: ProductType::Drug,
        therapeutic_area: "ONCOLOGY".to_owned(),
        indication: None,
    }
}

/// The sponsor's summary of a programme.
#[must_use]
pub fn program_internal(program: &Program) -> ProgramInternal {
    let development_strategy_summary = Some("First in class.".to_owned());
    ProgramInternal { id: program.id, sponsor_id: program.sponsor_id, development_strategy_summary }
}

/// A version of a study's protocol, final or a draft.
#[must_use]
pub fn protocol_version(number: u128, study: &Study, amendment: Option<&Amendment>, draft: bool) -> ProtocolVersion {
    ProtocolVersion {
        id: id(number),
        sponsor_id: study.sponsor_id,
        study_id: study.id,
        amendment_id: amendment.map(|amendment| amendment.id),
        version_label: format!("{number}.0"),
        status: if draft { ProtocolStatus::Draft } else { ProtocolStatus::Final },
        approved_on: (!draft).then(|| day(-90)),
    }
}

/// An amendment of a study's protocol, approved or a draft.
#[must_use]
pub fn amendment(number: u128, study: &Study, draft: bool) -> Amendment {
    Amendment {
        id: id(number),
        sponsor_id: study.sponsor_id,
        study_id: study.id,
        number: number.to_string(),
        class: Some(AmendmentClass::Substantial),
        state: if draft { AmendmentState::Draft } else { AmendmentState::Approved },
        primary_reason: AmendmentReason::RecruitmentDifficulty,
        secondary_reasons: vec![AmendmentReason::ChangeInStrategy],
        impacts: vec![AmendmentImpact::DataReliability],
        summary: "Fewer visits.".to_owned(),
        scope: AmendmentScope::Global,
        region_codes: Vec::new(),
        country_codes: Vec::new(),
        planned_effective_date: None,
    }
}

/// A milestone of a study, or of an engagement on it.
#[must_use]
pub fn milestone(number: u128, study: &Study, engagement: Option<&Engagement>) -> Milestone {
    Milestone {
        id: id(number),
        sponsor_id: study.sponsor_id,
        study_id: study.id,
        vendor_id: engagement.map(|engagement| engagement.vendor_id),
        engagement_id: engagement.map(|engagement| engagement.id),
        prime_vendor_id: engagement.and_then(|engagement| engagement.prime_vendor_id),
        prime_engagement_id: engagement.and_then(|engagement| engagement.subcontract_of_id),
        level: if engagement.is_some() { MilestoneLevel::Engagement } else { MilestoneLevel::Study },
        study_country_id: None,
        country_code: None,
        study_site_id: None,
        milestone_type: MilestoneType::FirstSubjectIn,
        baseline_date: Some(day(30)),
        planned_date: Some(day(30)),
        actual_date: None,
        system_populated: false,
        owner_id: None,
        predecessor_ids: Vec::new(),
        payment_trigger: false,
        expected_documents: Vec::new(),
    }
}

/// A milestone of a study site that an engagement has to reach, or none.
#[must_use]
pub fn site_milestone(number: u128, study: &Study, site: &StudySite, engagement: Option<&Engagement>) -> Milestone {
    Milestone {
        level: MilestoneLevel::Site,
        study_country_id: Some(site.study_country_id),
        country_code: Some(site.country_code),
        study_site_id: Some(site.id),
        milestone_type: MilestoneType::SiteActivated,
        ..milestone(number, study, engagement)
    }
}

/// A snapshot of a study site, reported while an engagement, or none, was responsible for it.
#[must_use]
pub fn enrollment_snapshot(number: u128, site: &StudySite, engagement: Option<&Engagement>) -> EnrollmentSnapshot {
    EnrollmentSnapshot {
        id: id(number),
        sponsor_id: site.sponsor_id,
        study_id: site.study_id,
        vendor_id: engagement.map(|engagement| engagement.vendor_id),
        engagement_id: engagement.map(|engagement| engagement.id),
        prime_vendor_id: engagement.and_then(|engagement| engagement.prime_vendor_id),
        prime_engagement_id: engagement.and_then(|engagement| engagement.subcontract_of_id),
        study_country_id: site.study_country_id,
        country_code: site.country_code,
        study_site_id: site.id,
        as_of: day(60 + i64::try_from(number % 10_000).unwrap_or_default()),
        screened: 12,
        screen_failures: 3,
        randomised: 8,
        treated: 7,
        discontinued: 1,
        completed: 2,
        source: EnrollmentSource::Edc,
    }
}

/// An effective document of a study, or of an engagement on it; the vendor's where it is of an engagement.
#[must_use]
pub fn document(number: u128, study: &Study, engagement: Option<&Engagement>) -> Document {
    Document {
        id: id(number),
        sponsor_id: study.sponsor_id,
        study_id: study.id,
        vendor_id: engagement.map(|engagement| engagement.vendor_id),
        engagement_id: engagement.map(|engagement| engagement.id),
        country_code: None,
        study_site_id: None,
        owner_side: if engagement.is_some() { Side::Vendor } else { Side::Sponsor },
        tmf_artifact: "01.01.02".to_owned(),
        title: format!("Document {number}"),
        version_label: "1.0".to_owned(),
        state: DocumentState::Effective,
        blinding: Blinding::Open,
        sha256: "0".repeat(64),
        size: 1,
        media_type: "application/pdf".to_owned(),
        content_at: None,
        language: None,
        retention_until: None,
        legal_hold: false,
        supersedes_id: None,
    }
}

/// A planned deliverable that the vendor of an engagement owes.
#[must_use]
pub fn deliverable(number: u128, engagement: &Engagement, deliverable_type: DeliverableType) -> Deliverable {
    Deliverable {
        id: id(number),
        sponsor_id: engagement.sponsor_id,
        study_id: engagement.study_id,
        vendor_id: engagement.vendor_id,
        engagement_id: engagement.id,
        prime_vendor_id: engagement.prime_vendor_id,
        prime_engagement_id: engagement.subcontract_of_id,
        study_country_id: None,
        country_code: None,
        study_site_id: None,
        deliverable_type,
        title: format!("Deliverable {number}"),
        owed_by: Side::Vendor,
        state: DeliverableState::Planned,
        blinding: Blinding::Open,
        due_date: day(14),
        review_sla_days: 5,
        required_signatures: Vec::new(),
        missing_signatures: Vec::new(),
        acceptance_criteria: Vec::new(),
        qc_evidence_required: false,
        tmf_artifact: None,
        supersedes_id: None,
        current_submission_id: None,
        cycle_count: 0,
        submitted_at: None,
        review_started_at: None,
        accepted_at: None,
        accepted_by_id: None,
        settled_at: None,
        ball_in_court: Some(Side::Vendor),
    }
}

/// The first submission of a deliverable: this document, by this person of the side that owes it.
#[must_use]
pub fn deliverable_submission(number: u128, of: &Deliverable, document: &Document, submitted_by_id: PersonId) -> DeliverableSubmission {
    DeliverableSubmission {
        id: id(number),
        sponsor_id: of.sponsor_id,
        study_id: of.study_id,
        vendor_id: of.vendor_id,
        engagement_id: of.engagement_id,
        prime_vendor_id: of.prime_vendor_id,
        prime_engagement_id: of.prime_engagement_id,
        country_code: of.country_code,
        study_site_id: of.study_site_id,
        deliverable_id: of.id,
        of_visit: of.deliverable_type == DeliverableType::MonitoringVisitReport,
        number: 1,
        submitted_by_side: of.owed_by,
        submitted_by_id,
        submitted_at: now(),
        document_id: document.id,
        document_hash: document.sha256.clone(),
        qc_evidence_id: None,
        note: None,
    }
}

/// A review that returns a submission.
#[must_use]
pub fn deliverable_review(number: u128, of: &DeliverableSubmission, reviewer_id: PersonId) -> DeliverableReview {
    DeliverableReview {
        id: id(number),
        sponsor_id: of.sponsor_id,
        study_id: of.study_id,
        vendor_id: of.vendor_id,
        engagement_id: of.engagement_id,
        country_code: of.country_code,
        study_site_id: of.study_site_id,
        deliverable_id: of.deliverable_id,
        submission_id: of.id,
        of_visit: of.of_visit,
        reviewer_id,
        reviewed_at: now(),
        verdict: Some(ReviewVerdict::Return),
        unmet_criteria: Vec::new(),
        comment: Some("Table 3 is missing.".to_owned()),
        signature_meaning: None,
    }
}

/// A sponsor's draft of a minor finding on a study, or on an engagement on it.
#[must_use]
pub fn finding(number: u128, study: &Study, engagement: Option<&Engagement>, author_id: PersonId) -> Finding {
    Finding {
        id: id(number),
        sponsor_id: study.sponsor_id,
        study_id: study.id,
        vendor_id: engagement.map(|engagement| engagement.vendor_id),
        engagement_id: engagement.map(|engagement| engagement.id),
        study_country_id: None,
        country_code: None,
        study_site_id: None,
        source: FindingSource::OversightReview,
        reference: None,
        title: format!("Finding {number}"),
        description: "What was found.".to_owned(),
        requirement_refs: Vec::new(),
        category: FindingCategory::Monitoring,
        severity: FindingSeverity::Minor,
        native_grade: None,
        state: FindingState::Draft,
        systemic: false,
        author_id,
        author_side: Side::Sponsor,
        answered_by: if engagement.is_some() { Side::Vendor } else { Side::Sponsor },
        owner_id: None,
        issued_at: None,
        response_due_at: None,
        responded_at: None,
        disputed: false,
        capa_required: false,
        capa_waiver_rationale: None,
        has_approved_capa: false,
        closed_at: None,
        closed_by_id: None,
        closure_rationale: None,
        recurrence_of_id: None,
        reopened: 0,
        reopened_at: None,
        promoted_from_id: None,
        ball_in_court: Some(Side::Sponsor),
    }
}

/// The same finding, issued.
#[must_use]
pub fn issued(finding: Finding) -> Finding {
    Finding {
        state: FindingState::Issued,
        issued_at: Some(now()),
        response_due_at: Some(in_days(30)),
        ball_in_court: Some(finding.answered_by),
        ..finding
    }
}

/// What the sponsor thinks of a finding.
#[must_use]
pub fn finding_internal(finding: &Finding) -> FindingInternal {
    FindingInternal {
        id: finding.id,
        sponsor_id: finding.sponsor_id,
        study_id: finding.study_id,
        country_code: finding.country_code,
        study_site_id: finding.study_site_id,
        draft: matches!(finding.state, FindingState::Draft | FindingState::UnderInternalReview),
        internal_assessment: Some("Worse than it looks.".to_owned()),
        proposed_severity: None,
        proposed_by_id: None,
    }
}

/// The first answer to a finding.
#[must_use]
pub fn finding_response(number: u128, to: &Finding, submitted_by_id: PersonId) -> FindingResponse {
    FindingResponse {
        id: id(number),
        sponsor_id: to.sponsor_id,
        study_id: to.study_id,
        vendor_id: to.vendor_id,
        engagement_id: to.engagement_id,
        country_code: to.country_code,
        study_site_id: to.study_site_id,
        finding_id: to.id,
        finding_category: to.category,
        number: 1,
        submitted_by_side: to.answered_by,
        submitted_by_id,
        submitted_at: now(),
        root_cause_method: None,
        root_cause_category: None,
        root_cause: None,
        correction: "It was corrected.".to_owned(),
        proposed_capa: None,
        disputed: false,
        verdict: None,
        verdict_by_id: None,
        verdict_at: None,
        verdict_comment: None,
    }
}

/// A draft of a CAPA for a finding, of the side that answers it.
#[must_use]
pub fn capa(number: u128, finding: &Finding, owner_id: PersonId) -> Capa {
    Capa {
        id: id(number),
        sponsor_id: finding.sponsor_id,
        study_id: finding.study_id,
        vendor_id: finding.vendor_id,
        engagement_id: finding.engagement_id,
        country_code: finding.country_code,
        study_site_id: finding.study_site_id,
        finding_id: finding.id,
        owner_side: finding.answered_by,
        owner_id,
        capa_kind: CapaKind::Corrective,
        state: CapaState::Draft,
        plan: "Train everybody anew.".to_owned(),
        due_date: day(60),
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

/// An action of a CAPA.
#[must_use]
pub fn capa_action(number: u128, capa: &Capa, owner_id: PersonId) -> CapaAction {
    CapaAction {
        id: id(number),
        sponsor_id: capa.sponsor_id,
        study_id: capa.study_id,
        vendor_id: capa.vendor_id,
        engagement_id: capa.engagement_id,
        country_code: capa.country_code,
        study_site_id: capa.study_site_id,
        capa_id: capa.id,
        owner_side: capa.owner_side,
        owner_id,
        text: "Hold the training.".to_owned(),
        due_date: day(30),
        original_due_date: day(30),
        completed_at: None,
        completed_by_id: None,
        evidence_id: None,
    }
}

/// A request for two more weeks for an action of a CAPA.
#[must_use]
pub fn due_date_extension(number: u128, action: &CapaAction, requested_by_id: PersonId) -> DueDateExtension {
    DueDateExtension {
        id: id(number),
        sponsor_id: action.sponsor_id,
        study_id: action.study_id,
        vendor_id: action.vendor_id,
        engagement_id: action.engagement_id,
        country_code: action.country_code,
        study_site_id: action.study_site_id,
        capa_id: action.capa_id,
        capa_action_id: action.id,
        state: ExtensionState::Requested,
        requested_by_id,
        requested_at: now(),
        rationale: "The trainer is ill.".to_owned(),
        from_date: action.due_date,
        to_date: action.due_date + chrono::Duration::days(14),
        decided_by_id: None,
        decided_at: None,
    }
}

/// A planned check of a CAPA's effectiveness.
#[must_use]
pub fn effectiveness_check(number: u128, capa: &Capa) -> EffectivenessCheck {
    EffectivenessCheck {
        id: id(number),
        sponsor_id: capa.sponsor_id,
        study_id: capa.study_id,
        vendor_id: capa.vendor_id,
        engagement_id: capa.engagement_id,
        country_code: capa.country_code,
        study_site_id: capa.study_site_id,
        capa_id: capa.id,
        method: "Look at ten reports.".to_owned(),
        criteria: "None is late.".to_owned(),
        planned_on: day(90),
        performed_at: None,
        performed_by_id: None,
        outcome: None,
        note: None,
        evidence_id: None,
    }
}

/// An open issue of an engagement that its vendor raised, and that the sponsor has to settle.
#[must_use]
pub fn issue(number: u128, engagement: &Engagement, raised_by_id: PersonId) -> Issue {
    Issue {
        id: id(number),
        sponsor_id: engagement.sponsor_id,
        study_id: engagement.study_id,
        vendor_id: engagement.vendor_id,
        engagement_id: engagement.id,
        country_code: None,
        study_site_id: None,
        title: format!("Issue {number}"),
        description: None,
        issue_kind: IssueKind::Operational,
        raised_by_side: Side::Vendor,
        raised_by_id,
        severity: FindingSeverity::Minor,
        state: IssueState::Open,
        escalation_level: 0,
        owner_side: Side::Sponsor,
        owner_id: None,
        due_date: None,
        resolution: None,
        settled_at: None,
        ball_in_court: Some(Side::Sponsor),
    }
}

/// A comment on a deliverable, finding, CAPA, issue or milestone, by a person of this side. It has the place of what it is on, and is
/// owned by the sides that it is for.
#[must_use]
pub fn comment(number: u128, on: &Entity, visibility: CommentVisibility, (author_id, author_side): (PersonId, Side)) -> Comment {
    let facts = Facts::of(on);
    let of_both = Comment {
        id: id(number),
        sponsor_id: facts.sponsor.map(OrganizationId::from_uuid),
        study_id: facts.study.map_or_else(|| id(0), StudyId::from_uuid),
        vendor_id: facts.vendor.map(OrganizationId::from_uuid),
        engagement_id: facts.engagement.map(EngagementId::from_uuid),
        country_code: facts.country.as_deref().and_then(|code| code.parse().ok()),
        study_site_id: facts.study_site.map(StudySiteId::from_uuid),
        audiences: i64::from(listeners(on, visibility).bits()),
        deliverable_id: None,
        finding_id: None,
        capa_id: None,
        issue_id: None,
        milestone_id: None,
        visibility,
        author_id,
        author_side,
        body: "What was said.".to_owned(),
        mention_ids: Vec::new(),
        edited_at: None,
    };
    let of_its_sides = match visibility {
        CommentVisibility::Shared => of_both,
        CommentVisibility::SponsorInternal => Comment { vendor_id: None, ..of_both },
        CommentVisibility::VendorInternal => Comment { sponsor_id: None, ..of_both },
    };
    match on {
        Entity::Deliverable(it) => Comment { deliverable_id: Some(it.id), ..of_its_sides },
        Entity::Finding(it) => Comment { finding_id: Some(it.id), ..of_its_sides },
        Entity::Capa(it) => Comment { capa_id: Some(it.id), ..of_its_sides },
        Entity::Issue(it) => Comment { issue_id: Some(it.id), ..of_its_sides },
        Entity::Milestone(it) => Comment { milestone_id: Some(it.id), ..of_its_sides },
        _ => of_its_sides,
    }
}

/// Who reads what is said of this: whoever reads the thing itself, of those that comments are for.
fn listeners(on: &Entity, visibility: CommentVisibility) -> Readers {
    let both = Readers::SPONSOR.and(Readers::VENDOR);
    let all_functions = both.and(Readers::DATA).and(Readers::FUNCTIONS).and(Readers::FINANCE);
    let and_where = |readers: Readers, so: bool, also: Readers| if so { readers.and(also) } else { readers };
    match on {
        Entity::Deliverable(it) => {
            let of_visit = it.deliverable_type == DeliverableType::MonitoringVisitReport;
            let people = and_where(all_functions, of_visit, Readers::CRA);
            and_where(people, visibility == CommentVisibility::Shared, Readers::CLIENT)
        }
        Entity::Milestone(it) => and_where(all_functions, it.level == MilestoneLevel::Site, Readers::CRA),
        Entity::Issue(_) => all_functions.and(Readers::CRA),
        Entity::Finding(it) => match (it.state, it.author_side) {
            (FindingState::Draft | FindingState::UnderInternalReview, Side::Vendor) => Readers::VENDOR_DRAFT,
            (FindingState::Draft | FindingState::UnderInternalReview, _) => Readers::SPONSOR_DRAFT,
            _ if it.engagement_id.is_none() => Readers::SPONSOR.and(Readers::FUNCTIONS),
            _ => {
                let about_data = matches!(it.category, FindingCategory::DataIntegrity | FindingCategory::Statistics);
                let at_site = and_where(both.and(Readers::FUNCTIONS), it.study_site_id.is_some(), Readers::CRA);
                and_where(at_site, about_data, Readers::DATA)
            }
        },
        Entity::Capa(it) => and_where(Readers::SPONSOR, it.engagement_id.is_some(), Readers::VENDOR),
        _ => Readers::NONE,
    }
}
