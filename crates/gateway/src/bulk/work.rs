//! The work between the sides: programmes and milestones, and for each engagement what is owed and handed in.
//! What oversight found and what is said stands in `oversight`.

use chrono::{DateTime, NaiveDate, Utc};
use tandem_domain::access::Side;
use tandem_domain::delivery::{
    Blinding, Deliverable, DeliverableReview, DeliverableState, DeliverableSubmission, DeliverableType, Document, DocumentState,
    ReviewVerdict,
};
use tandem_domain::engagement::Engagement;
use tandem_domain::id::{DeliverableId, DeliverableReviewId, DeliverableSubmissionId, DocumentId, MilestoneId, PersonId, ProgramId};
use tandem_domain::portfolio::{Milestone, MilestoneLevel, MilestoneType, ProductType, Program, ProgramInternal};
use tandem_domain::record::{Entity, Record};

use super::draw::{List, What, count, day, draw, id, moment, one_of};
use super::names;
use super::parties::Party;
use super::places;
use super::studies::Made;

/// Studies of a programme.
const STUDIES: u64 = 25;

/// Deliverables of an engagement: what they are, who owes them. The last one is of a visit to a site.
const OWED: [(DeliverableType, Side, &str); 6] = [
    (DeliverableType::ProjectPlan, Side::Vendor, "Project plan"),
    (DeliverableType::MonitoringPlan, Side::Vendor, "Monitoring plan"),
    (DeliverableType::StatusReport, Side::Vendor, "Status report"),
    (DeliverableType::DataTransfer, Side::Vendor, "Data transfer"),
    (DeliverableType::Protocol, Side::Sponsor, "Protocol"),
    (DeliverableType::MonitoringVisitReport, Side::Vendor, "Visit report"),
];

/// Half of them are settled.
const STATES: [DeliverableState; 12] = {
    use DeliverableState as S;
    [
        S::Planned,
        S::InPreparation,
        S::Submitted,
        S::InReview,
        S::Returned,
        S::Accepted,
        S::Accepted,
        S::Accepted,
        S::Accepted,
        S::AcceptedWithComments,
        S::AcceptedWithComments,
        S::Cancelled,
    ]
};

/// The milestones of a study, and how many days after its beginning each is planned.
const MILESTONES: [(MilestoneType, u64); 4] = [
    (MilestoneType::StudyStart, 0),
    (MilestoneType::FirstSubjectIn, 90),
    (MilestoneType::LastSubjectIn, 420),
    (MilestoneType::DatabaseLock, 640),
];

fn program_number(sponsor: &Party<'_>, nth: u64) -> u64 {
    // Room for the biggest portfolio: a sponsor's programmes stand together.
    (sponsor.number() << 24) + nth / STUDIES
}

/// The programme of a sponsor's study of this place.
pub(super) fn program_id(sponsor: &Party<'_>, nth: u64) -> ProgramId {
    id(List::Programs, program_number(sponsor, nth))
}

/// The programmes of a sponsor with so many studies.
pub(super) fn programs(sponsor: &Party<'_>, studies: u64) -> Vec<Entity> {
    let made = (0..studies).step_by(usize::try_from(STUDIES).unwrap_or(1)).flat_map(|nth| {
        let n = program_number(sponsor, nth);
        let (condition, area) = names::condition(n);
        let program = Program {
            id: program_id(sponsor, nth),
            sponsor_id: sponsor.id(),
            name: format!("{} {} (invented)", names::word(n), nth / STUDIES + 1),
            product_code: Some(format!("{}-{}", names::word(n + 3).to_ascii_uppercase(), nth / STUDIES + 1)),
            product_type: one_of(What::Kind, n, &[ProductType::Drug, ProductType::Biologic, ProductType::Device]),
            therapeutic_area: area.to_owned(),
            indication: Some(condition.to_owned()),
        };
        let development_strategy_summary = Some("To be the first (invented).".to_owned());
        let internal = ProgramInternal { id: program.id, sponsor_id: program.sponsor_id, development_strategy_summary };
        [program.into_entity(), internal.into_entity()]
    });
    made.collect()
}

/// The milestones of a study as a whole.
pub(super) fn milestones(study: &Made<'_>) -> Vec<Entity> {
    let start = draw(What::Day, study.number, 900);
    let made = (0..).zip(MILESTONES).map(|(place, (milestone_type, after))| {
        let (planned, slip) = (start + after, draw(What::Size, study.number * 4 + place, 60));
        Milestone {
            id: milestone_id(study, place),
            sponsor_id: study.sponsor_id(),
            study_id: study.id(),
            vendor_id: None,
            engagement_id: None,
            prime_vendor_id: None,
            prime_engagement_id: None,
            level: MilestoneLevel::Study,
            study_country_id: None,
            country_code: None,
            study_site_id: None,
            milestone_type,
            baseline_date: Some(day(planned)),
            planned_date: Some(day(planned + slip)),
            actual_date: (planned + slip < 1_000).then(|| day(planned + slip)),
            system_populated: false,
            owner_id: Some(study.sponsor.person(0)),
            predecessor_ids: if place == 0 { Vec::new() } else { vec![milestone_id(study, place - 1)] },
            payment_trigger: false,
            expected_documents: Vec::new(),
        }
        .into_entity()
    });
    made.collect()
}

/// Four of the study, then one for each of its engagements.
fn milestone_id(study: &Made<'_>, place: u64) -> MilestoneId {
    id(List::Milestones, study.number * 8 + place)
}

/// An engagement at work.
pub(super) struct Work<'a> {
    pub(super) study: &'a Made<'a>,
    pub(super) engagement: &'a Engagement,
    pub(super) vendor: Party<'a>,
    /// Its number in the world.
    pub(super) number: u64,
    /// Its seat in the study.
    pub(super) seat: u64,
}

impl Work<'_> {
    /// Everything that was done under it, and said of that.
    pub(super) fn records(&self) -> Vec<Entity> {
        let mut records = vec![self.milestone().into_entity()];
        let mut deliverables = Vec::new();
        for (place, owed) in (0..).zip(OWED) {
            let deliverable = self.deliverable(place, owed);
            records.push(deliverable.clone().into_entity());
            if deliverable.current_submission_id.is_some() {
                records.extend(self.handed_in(&deliverable, self.number * 6 + place));
            }
            deliverables.push(deliverable);
        }
        records.extend(self.oversight(&deliverables));
        records
    }

    /// The person of this place on a side.
    pub(super) fn person(&self, side: Side, nth: u64) -> PersonId {
        if side == Side::Sponsor { self.study.sponsor.person(nth) } else { self.vendor.person(nth) }
    }

    /// The site at which the engagement works first, by its place in the study.
    pub(super) fn site(&self) -> u64 {
        [0, 7, 1].get(usize::try_from(self.seat).unwrap_or(0)).copied().unwrap_or(0)
    }

    fn milestone(&self) -> Milestone {
        let (study, engagement) = (self.study, self.engagement);
        let planned = draw(What::Day, self.number, 1_200);
        Milestone {
            id: milestone_id(study, 4 + self.seat),
            sponsor_id: engagement.sponsor_id,
            study_id: engagement.study_id,
            vendor_id: Some(engagement.vendor_id),
            engagement_id: Some(engagement.id),
            prime_vendor_id: engagement.prime_vendor_id,
            prime_engagement_id: engagement.subcontract_of_id,
            level: MilestoneLevel::Engagement,
            study_country_id: None,
            country_code: None,
            study_site_id: None,
            milestone_type: MilestoneType::ContractExecuted,
            baseline_date: Some(day(planned)),
            planned_date: Some(day(planned)),
            actual_date: (planned < 960).then(|| day(planned + draw(What::Size, self.number, 40))),
            system_populated: false,
            owner_id: Some(self.person(Side::Vendor, 0)),
            predecessor_ids: Vec::new(),
            payment_trigger: true,
            expected_documents: Vec::new(),
        }
    }

    fn deliverable(&self, place: u64, (deliverable_type, owed_by, title): (DeliverableType, Side, &str)) -> Deliverable {
        use DeliverableState as S;
        let (n, engagement) = (self.number * 6 + place, self.engagement);
        let state = one_of(What::State, n, &STATES);
        let of_site = (deliverable_type == DeliverableType::MonitoringVisitReport).then(|| self.site());
        let due_days = 880 + draw(What::Day, n, 180);
        let submitted = moment(i64::try_from(due_days).unwrap_or(0) - 1_005 + count(What::Size, n, 15)).min(moment(-2));
        let handed_in = matches!(state, S::Submitted | S::InReview | S::Returned | S::Accepted | S::AcceptedWithComments);
        let accepted = matches!(state, S::Accepted | S::AcceptedWithComments);
        let settled = submitted + chrono::Duration::days(1);
        let other = if owed_by == Side::Sponsor { Side::Vendor } else { Side::Sponsor };
        Deliverable {
            id: id::<DeliverableId>(List::Deliverables, n),
            sponsor_id: engagement.sponsor_id,
            study_id: engagement.study_id,
            vendor_id: engagement.vendor_id,
            engagement_id: engagement.id,
            prime_vendor_id: engagement.prime_vendor_id,
            prime_engagement_id: engagement.subcontract_of_id,
            study_country_id: of_site.map(|site| places::study_country_id(self.study, places::country_of_site(site))),
            country_code: of_site.and_then(|site| places::country(self.study, places::country_of_site(site))),
            study_site_id: of_site.map(|site| places::study_site_id(self.study, site)),
            deliverable_type,
            title: format!("{title} of {} (invented)", names::word(n)),
            owed_by,
            state,
            blinding: Blinding::Open,
            due_date: day(due_days),
            review_sla_days: 5,
            required_signatures: Vec::new(),
            missing_signatures: Vec::new(),
            acceptance_criteria: vec!["Complete".to_owned(), "In the agreed form".to_owned()],
            qc_evidence_required: false,
            tmf_artifact: None,
            supersedes_id: None,
            current_submission_id: handed_in.then(|| id::<DeliverableSubmissionId>(List::Submissions, n)),
            cycle_count: i64::from(handed_in),
            submitted_at: handed_in.then_some(submitted),
            review_started_at: matches!(state, S::InReview | S::Accepted | S::AcceptedWithComments).then_some(submitted),
            accepted_at: accepted.then_some(settled),
            accepted_by_id: accepted.then(|| self.person(other, 0)),
            settled_at: (accepted || state == S::Cancelled).then_some(settled),
            ball_in_court: match state {
                S::Planned | S::InPreparation | S::Returned => Some(owed_by),
                S::Submitted | S::InReview => Some(other),
                S::Accepted | S::AcceptedWithComments | S::Superseded | S::Cancelled => None,
            },
        }
    }

    /// The document that was handed in, its submission and, where there is a verdict, the review.
    fn handed_in(&self, of: &Deliverable, n: u64) -> Vec<Entity> {
        let submitted_at: DateTime<Utc> = of.submitted_at.unwrap_or_else(|| moment(-2));
        let document = self.document(of, n, submitted_at.date_naive());
        let submission = DeliverableSubmission {
            id: id(List::Submissions, n),
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
            submitted_by_id: self.person(of.owed_by, 0),
            submitted_at,
            document_id: document.id,
            document_hash: document.sha256.clone(),
            qc_evidence_id: None,
            note: None,
        };
        let review = self.review(of, &submission, n);
        let made = [document.into_entity(), submission.into_entity()];
        made.into_iter().chain(review.map(Record::into_entity)).collect()
    }

    fn document(&self, of: &Deliverable, n: u64, on: NaiveDate) -> Document {
        Document {
            id: id::<DocumentId>(List::Documents, n),
            sponsor_id: of.sponsor_id,
            study_id: of.study_id,
            vendor_id: Some(of.vendor_id),
            engagement_id: Some(of.engagement_id),
            country_code: of.country_code,
            study_site_id: of.study_site_id,
            owner_side: of.owed_by,
            tmf_artifact: "01.01.02".to_owned(),
            title: of.title.clone(),
            version_label: "1.0".to_owned(),
            state: if of.accepted_at.is_some() { DocumentState::Effective } else { DocumentState::InReview },
            blinding: Blinding::Open,
            sha256: format!("{:064x}", u128::from(self.number) << 64 | u128::from(n)),
            size: 10_000 + count(What::Size, n, 5_000_000),
            media_type: "application/pdf".to_owned(),
            content_at: None,
            language: Some("en".to_owned()),
            retention_until: on.checked_add_days(chrono::Days::new(9_131)),
            legal_hold: false,
            supersedes_id: None,
        }
    }

    fn review(&self, of: &Deliverable, submission: &DeliverableSubmission, n: u64) -> Option<DeliverableReview> {
        let (verdict, unmet_criteria, comment) = match of.state {
            DeliverableState::Returned => (ReviewVerdict::Return, vec!["Complete".to_owned()], Some("Table 3 is missing.".to_owned())),
            DeliverableState::AcceptedWithComments => {
                (ReviewVerdict::AcceptWithComments, Vec::new(), Some("Mind the template next time.".to_owned()))
            }
            DeliverableState::Accepted => (ReviewVerdict::Accept, Vec::new(), None),
            _ => return None,
        };
        let other = if of.owed_by == Side::Sponsor { Side::Vendor } else { Side::Sponsor };
        Some(DeliverableReview {
            id: id::<DeliverableReviewId>(List::Reviews, n),
            sponsor_id: of.sponsor_id,
            study_id: of.study_id,
            vendor_id: of.vendor_id,
            engagement_id: of.engagement_id,
            country_code: of.country_code,
            study_site_id: of.study_site_id,
            deliverable_id: of.id,
            submission_id: submission.id,
            of_visit: submission.of_visit,
            reviewer_id: self.person(other, 0),
            reviewed_at: submission.submitted_at + chrono::Duration::days(1),
            verdict: Some(verdict),
            unmet_criteria,
            comment,
            signature_meaning: None,
        })
    }
}
