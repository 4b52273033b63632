//! The demo's deliverables: what each side owes the other, in every state, late on both sides, with what was handed in and said of it.

use tandem_domain::access::Side;
use tandem_domain::command::SignatureMeaning;
use tandem_domain::delivery::{
    Blinding, Deliverable, DeliverableReview, DeliverableState, DeliverableSubmission, DeliverableType as T, Document, DocumentState,
};
use tandem_domain::id::PersonId;
use tandem_domain::record::{Entity, Record};

use super::handing_in::{Desk, Past};
use super::stage::step;
use super::{Stage, templates};
use crate::demo::calendar::day;
use crate::demo::ids::{Ids, List};
use crate::demo::organizations::Org;

use Past::{Accept, AcceptWithComments, BeginReview, Cancel, Prepare, Return, Submit};

/// One deliverable of the list.
pub(super) struct Row {
    protocol: &'static str,
    vendor: Org,
    of: T,
    title: &'static str,
    owed_by: Side,
    /// The day by which it is owed.
    due: u64,
    /// The city of the study site that it is about.
    site: Option<&'static str>,
    /// What has to be signed besides the approval.
    signatures: &'static [SignatureMeaning],
    /// The title of the deliverable of the same engagement that it replaces.
    replaces: Option<&'static str>,
    /// Who hands it in, and who reviews it.
    by: (&'static str, &'static str),
    past: &'static [Past],
}

/// What the lists' rows start from: what the first CRO owes the first sponsor.
const VELTRONA: Row = Row {
    protocol: "QF-101",
    vendor: Org::Veltrona,
    of: T::Other,
    title: "",
    owed_by: Side::Vendor,
    due: 1_900,
    site: None,
    signatures: &[],
    replaces: None,
    by: ("ravi", "marisol"),
    past: &[],
};
const OSPRELLE: Row = Row { vendor: Org::Osprelle, by: ("henrik", "marisol"), ..VELTRONA };
/// What the first sponsor owes its CROs.
const TO_VELTRONA: Row = Row { owed_by: Side::Sponsor, by: ("marisol", "ravi"), ..VELTRONA };
const TO_OSPRELLE: Row = Row { owed_by: Side::Sponsor, by: ("marisol", "henrik"), ..OSPRELLE };
/// What the competitor owes the other sponsor, and the other way round.
const BRACKENMOOR: Row = Row { protocol: "BM-11", by: ("henrik", "leopold"), ..OSPRELLE };

const ACCEPTED: &[Past] = &[Prepare(40), Submit(60), BeginReview(62), Accept(66)];

/// The plans without which no study enrols: where each study that does, or did, has them from.
const PLANS: &[Row] = &[
    VELTRONA,
    Row { protocol: "QF-110", ..VELTRONA },
    Row { protocol: "QF-302", ..VELTRONA },
    Row { protocol: "QF-205", ..VELTRONA },
    Row { protocol: "QF-401", ..OSPRELLE },
    Row { protocol: "BM-11", by: ("ravi", "leopold"), ..VELTRONA },
    Row { protocol: "BM-12", ..BRACKENMOOR },
];

/// The other deliverables; later ones are added at the end. What is replaced stands before what replaces it.
#[rustfmt::skip]
const DELIVERABLES: &[Row] = &[
    Row { of: T::StatusReport, title: "Status report, third quarter", due: 280, past: &[Prepare(262)], ..VELTRONA },
    Row { of: T::DataManagementPlan, title: "Data management plan", due: 150, by: ("ravi", "darya"), past: &[Prepare(100), Submit(171), BeginReview(174),
        Return(180, &["Query clocks", "Reconciliation with the laboratory"], "Two of three criteria are not met; see the marked copy.")], ..VELTRONA },
    Row { of: T::StatisticalAnalysisPlan, title: "Statistical analysis plan", due: 230, by: ("ravi", "darya"), signatures: &[SignatureMeaning::Review],
        past: &[Prepare(190), Submit(226), BeginReview(228)], ..VELTRONA },
    Row { of: T::MonitoringPlan, title: "Monitoring plan, second version", due: 215, replaces: Some("Monitoring plan"),
        past: &[Prepare(190), Submit(205), BeginReview(206), Return(209, &["Escalation of deviations"], "Say who is told, and when."),
            Submit(212), BeginReview(213), Accept(216)], ..VELTRONA },
    Row { of: T::MonitoringVisitReport, title: "Visit report, Lyon, visit 3", due: 252, site: Some("Lyon"), by: ("bastian", "marisol"),
        past: &[Prepare(240), Submit(250)], ..VELTRONA },
    Row { of: T::TrainingMaterial, title: "Training of the monitoring team", due: 120, past: &[Prepare(90), Submit(118), BeginReview(119),
        AcceptWithComments(121, "Add the new visit window when the protocol changes.")], ..VELTRONA },
    Row { of: T::TmfTransfer, title: "Transfer of the trial master file", ..VELTRONA },
    Row { of: T::RiskPlan, title: "Risk plan", due: 90, past: &[Prepare(70), Cancel(88)], ..VELTRONA },
    Row { of: T::Protocol, title: "Protocol amendment 2", due: 240, past: &[Prepare(215)], ..TO_VELTRONA },
    Row { of: T::IcfTemplate, title: "Template of the consent form", due: 70, past: ACCEPTED, ..TO_VELTRONA },
    Row { of: T::InvestigatorBrochure, title: "Investigator's brochure, edition 6", due: 235, past: &[Prepare(200), Submit(246)], ..TO_VELTRONA },
    Row { of: T::StatusReport, title: "Status report, United States and Japan", due: 281, past: &[Prepare(266)], ..OSPRELLE },
    Row { of: T::VendorOversightReport, title: "Recruitment review, United States", due: 200, past: &[Prepare(180), Submit(199), BeginReview(201)], ..OSPRELLE },
    Row { of: T::InvestigatorBrochure, title: "Investigator's brochure, edition 6", due: 235, ..TO_OSPRELLE },
    Row { of: T::DataTransfer, title: "Transfer of central laboratory data, September", vendor: Org::Tarnwick, due: 270, by: ("zofia", "darya"),
        past: &[Prepare(268)], ..VELTRONA },
    Row { of: T::MonitoringVisitReport, title: "Visit report, Lille, visit 1", vendor: Org::Corvendale, due: 230, site: Some("Lille"),
        by: ("lucia", "marisol"), past: &[Prepare(215), Submit(229), BeginReview(236)], ..VELTRONA },
    Row { protocol: "QF-204", of: T::FeasibilityReport, title: "Feasibility report", due: 140, by: ("henrik", "yuna"), past: &[Prepare(110), Submit(138),
        BeginReview(139), Accept(144)], ..OSPRELLE },
    Row { protocol: "QF-204", of: T::MonitoringPlan, title: "Monitoring plan", due: 260, by: ("henrik", "yuna"), past: &[Prepare(230)], ..OSPRELLE },
    Row { protocol: "QF-204", of: T::SafetyManagementPlan, title: "Safety management plan", ..OSPRELLE },
    Row { of: T::StatusReport, title: "Status report, second quarter", due: 190, past: &[Prepare(175), Submit(189), BeginReview(192)], ..BRACKENMOOR },
    Row { of: T::Protocol, title: "Protocol amendment 1", due: 210, owed_by: Side::Sponsor, by: ("leopold", "henrik"), past: &[Prepare(200)], ..BRACKENMOOR },
];

/// All of them, with what was handed in and said.
pub(super) struct Delivery {
    deliverables: Vec<(&'static str, Org, Deliverable)>,
    documents: Vec<Document>,
    submissions: Vec<DeliverableSubmission>,
    reviews: Vec<DeliverableReview>,
}

impl Delivery {
    /// The deliverable of this title that stands between a sponsor and this vendor: the first of the list.
    pub(super) fn titled(&self, title: &str, vendor: Org) -> Option<&Deliverable> {
        self.deliverables.iter().find(|(known, of, _)| (*known, *of) == (title, vendor)).map(|(.., deliverable)| deliverable)
    }

    pub(super) fn into_entities(self) -> impl Iterator<Item = Entity> {
        let documents = self.documents.into_iter().map(Record::into_entity);
        let deliverables = self.deliverables.into_iter().map(|(.., deliverable)| deliverable.into_entity());
        let submissions = self.submissions.into_iter().map(Record::into_entity);
        documents.chain(deliverables).chain(submissions).chain(self.reviews.into_iter().map(Record::into_entity))
    }
}

pub(super) fn make(stage: &Stage<'_>) -> Delivery {
    let mut made = Delivery { deliverables: Vec::new(), documents: Vec::new(), submissions: Vec::new(), reviews: Vec::new() };
    let (ids, desk) = (Ids::of(List::Deliverables), Desk::new());
    for row in PLANS {
        let plan = |of, title| Row { of, title, due: 70, past: ACCEPTED, ..*row };
        for plan in [plan(T::MonitoringPlan, "Monitoring plan"), plan(T::SafetyManagementPlan, "Safety management plan")] {
            one(stage, &plan, &mut made, &ids, &desk);
        }
    }
    for row in DELIVERABLES {
        one(stage, row, &mut made, &ids, &desk);
    }
    made
}

fn one(stage: &Stage<'_>, row: &Row, made: &mut Delivery, ids: &Ids, desk: &Desk) -> Option<()> {
    let by = (stage.person(row.by.0)?, stage.person(row.by.1)?);
    let planned = planned(stage, row, made, ids)?;
    let mut papers = desk.papers(planned, by);
    for past in row.past {
        papers.take(past)?;
    }
    let replaced = papers.deliverable.supersedes_id.filter(|_| papers.deliverable.accepted_at.is_some());
    if let (Some(replaced), Some(at)) = (replaced, papers.accepted_on) {
        replace(made, replaced, at, by.1, &mut papers.documents);
    }
    made.deliverables.push((row.title, row.vendor, papers.deliverable));
    made.documents.extend(papers.documents);
    made.submissions.extend(papers.submissions);
    made.reviews.extend(papers.reviews);
    Some(())
}

/// What follows for a deliverable, and for its document, when a newer one that replaces it is accepted.
fn replace(made: &mut Delivery, old: tandem_domain::id::DeliverableId, at: i64, by: PersonId, newer: &mut [Document]) {
    let Some(deliverable) = made.deliverables.iter_mut().map(|(.., deliverable)| deliverable).find(|known| known.id == old) else { return };
    if let Some(superseded) = step(deliverable, "SUPERSEDE", at, by) {
        *deliverable = superseded;
    }
    let current = made.submissions.iter().find(|submission| Some(submission.id) == deliverable.current_submission_id);
    let document = current.and_then(|submission| made.documents.iter_mut().find(|document| document.id == submission.document_id));
    if let (Some(document), Some(newer)) = (document, newer.last_mut()) {
        document.state = DocumentState::Superseded;
        newer.supersedes_id = Some(document.id);
    }
}

fn planned(stage: &Stage<'_>, row: &Row, made: &Delivery, ids: &Ids) -> Option<Deliverable> {
    let (study, engagement) = (stage.study(row.protocol)?, stage.engagement(row.protocol, row.vendor)?);
    let site = match row.site {
        None => None,
        Some(city) => Some(stage.site(study, city)?),
    };
    let replaced = |title: &str| {
        made.deliverables.iter().find(|(known, _, deliverable)| *known == title && deliverable.engagement_id == engagement.id)
    };
    Some(Deliverable {
        id: ids.next(),
        sponsor_id: engagement.sponsor_id,
        study_id: engagement.study_id,
        vendor_id: engagement.vendor_id,
        engagement_id: engagement.id,
        prime_vendor_id: engagement.prime_vendor_id,
        prime_engagement_id: engagement.subcontract_of_id,
        study_country_id: site.map(|site| site.study_country_id),
        country_code: site.map(|site| site.country_code),
        study_site_id: site.map(|site| site.id),
        deliverable_type: row.of,
        title: format!("{} (invented)", row.title),
        owed_by: row.owed_by,
        state: DeliverableState::Planned,
        blinding: Blinding::Open,
        due_date: day(row.due),
        review_sla_days: 5,
        required_signatures: row.signatures.to_vec(),
        missing_signatures: Vec::new(),
        acceptance_criteria: templates::criteria(row.of).iter().map(|criterion| (*criterion).to_owned()).collect(),
        qc_evidence_required: false,
        tmf_artifact: Some(templates::artifact(row.of).to_owned()),
        supersedes_id: row.replaces.and_then(replaced).map(|(.., deliverable)| deliverable.id),
        current_submission_id: None,
        cycle_count: 0,
        submitted_at: None,
        review_started_at: None,
        accepted_at: None,
        accepted_by_id: None,
        settled_at: None,
        ball_in_court: Some(row.owed_by),
    })
}
