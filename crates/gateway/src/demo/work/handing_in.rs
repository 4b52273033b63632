//! What happened to a demo deliverable, step by step: each handing in with its document, each verdict with its review.

use tandem_domain::command::SignatureMeaning;
use tandem_domain::delivery::{
    Blinding, Deliverable, DeliverableReview, DeliverableSubmission, DeliverableType, Document, DocumentState, ReviewVerdict,
};
use tandem_domain::id::PersonId;

use super::documents::sha256;
use super::stage::step;
use crate::demo::calendar::{day, moment};
use crate::demo::ids::{Ids, List};

/// Something that happened, so many days after the demo's first.
pub(super) enum Past {
    Prepare(i64),
    Submit(i64),
    BeginReview(i64),
    /// With the criteria that are not met, and what was said.
    Return(i64, &'static [&'static str], &'static str),
    Accept(i64),
    AcceptWithComments(i64, &'static str),
    Cancel(i64),
}

/// Where ids of what is handed in come from.
pub(super) struct Desk {
    documents: Ids,
    submissions: Ids,
    reviews: Ids,
}

impl Desk {
    pub(super) fn new() -> Self {
        Self { documents: Ids::of(List::HandedIn), submissions: Ids::of(List::Submissions), reviews: Ids::of(List::Reviews) }
    }

    /// The papers of a deliverable that is planned: who hands it in, and who reviews it.
    pub(super) fn papers(&self, deliverable: Deliverable, (owing, reviewing): (PersonId, PersonId)) -> Papers<'_> {
        Papers {
            desk: self,
            owing,
            reviewing,
            deliverable,
            documents: Vec::new(),
            submissions: Vec::new(),
            reviews: Vec::new(),
            accepted_on: None,
        }
    }
}

/// A deliverable with what was handed in of it, and said of that.
pub(super) struct Papers<'a> {
    desk: &'a Desk,
    owing: PersonId,
    reviewing: PersonId,
    pub(super) deliverable: Deliverable,
    pub(super) documents: Vec<Document>,
    pub(super) submissions: Vec<DeliverableSubmission>,
    pub(super) reviews: Vec<DeliverableReview>,
    /// The day on which it was accepted, counted from the demo's first.
    pub(super) accepted_on: Option<i64>,
}

impl Papers<'_> {
    /// Takes one step; nothing where the lifecycle has none such.
    pub(super) fn take(&mut self, past: &Past) -> Option<()> {
        let (action, at, by) = match past {
            Past::Prepare(at) => ("PREPARE", *at, self.owing),
            Past::Submit(at) => ("SUBMIT", *at, self.owing),
            Past::BeginReview(at) => ("BEGIN_REVIEW", *at, self.reviewing),
            Past::Return(at, ..) => ("RETURN", *at, self.reviewing),
            Past::Accept(at) => ("ACCEPT", *at, self.reviewing),
            Past::AcceptWithComments(at, _) => ("ACCEPT_WITH_COMMENTS", *at, self.reviewing),
            Past::Cancel(at) => ("CANCEL", *at, self.reviewing),
        };
        self.deliverable = step(&self.deliverable, action, at, by)?;
        match past {
            Past::Submit(at) => self.hand_in(*at),
            Past::Return(at, unmet, comment) => self.review(*at, ReviewVerdict::Return, unmet, Some(comment))?,
            Past::Accept(at) => self.review(*at, ReviewVerdict::Accept, &[], None)?,
            Past::AcceptWithComments(at, comment) => self.review(*at, ReviewVerdict::AcceptWithComments, &[], Some(comment))?,
            Past::Prepare(_) | Past::BeginReview(_) | Past::Cancel(_) => {}
        }
        Some(())
    }

    fn hand_in(&mut self, at: i64) {
        let number = self.deliverable.cycle_count + 1;
        let document = self.document(number);
        let of = &mut self.deliverable;
        let submission = DeliverableSubmission {
            id: self.desk.submissions.next(),
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
            number,
            submitted_by_side: of.owed_by,
            submitted_by_id: self.owing,
            submitted_at: moment(at),
            document_id: document.id,
            document_hash: document.sha256.clone(),
            qc_evidence_id: None,
            note: (number > 1).then(|| "All that was marked is mended.".to_owned()),
        };
        of.cycle_count = number;
        of.current_submission_id = Some(submission.id);
        of.submitted_at = Some(moment(at));
        of.missing_signatures.clone_from(&of.required_signatures);
        self.documents.push(document);
        self.submissions.push(submission);
    }

    /// A version for each handing in, out of draft with it.
    fn document(&self, number: i64) -> Document {
        let of = &self.deliverable;
        Document {
            id: self.desk.documents.next(),
            sponsor_id: of.sponsor_id,
            study_id: of.study_id,
            vendor_id: Some(of.vendor_id),
            engagement_id: Some(of.engagement_id),
            country_code: of.country_code,
            study_site_id: of.study_site_id,
            owner_side: of.owed_by,
            tmf_artifact: of.tmf_artifact.clone().unwrap_or_default(),
            title: of.title.clone(),
            version_label: format!("{number}.0"),
            state: DocumentState::InReview,
            blinding: Blinding::Open,
            sha256: sha256(&format!("{} {number}", of.id)),
            size: 120_000 + 7_000 * number,
            media_type: "application/pdf".to_owned(),
            content_at: None,
            language: Some("en".to_owned()),
            retention_until: Some(day(9_131)),
            legal_hold: false,
            supersedes_id: self.documents.last().map(|document| document.id),
        }
    }

    fn review(&mut self, at: i64, verdict: ReviewVerdict, unmet: &[&str], comment: Option<&str>) -> Option<()> {
        let of = &self.deliverable;
        let accepts = verdict != ReviewVerdict::Return;
        self.reviews.push(DeliverableReview {
            id: self.desk.reviews.next(),
            sponsor_id: of.sponsor_id,
            study_id: of.study_id,
            vendor_id: of.vendor_id,
            engagement_id: of.engagement_id,
            country_code: of.country_code,
            study_site_id: of.study_site_id,
            deliverable_id: of.id,
            submission_id: of.current_submission_id?,
            of_visit: of.deliverable_type == DeliverableType::MonitoringVisitReport,
            reviewer_id: self.reviewing,
            reviewed_at: moment(at),
            verdict: Some(verdict),
            unmet_criteria: unmet.iter().map(|criterion| (*criterion).to_owned()).collect(),
            comment: comment.map(str::to_owned),
            signature_meaning: accepts.then_some(SignatureMeaning::Approval),
        });
        if accepts {
            self.accepted_on = Some(at);
            if let Some(document) = self.documents.last_mut() {
                document.state = DocumentState::Effective;
            }
        }
        Some(())
    }
}
