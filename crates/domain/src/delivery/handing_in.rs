//! Handing in: each submission is a record of its own, numbered without gaps, bound to one document by its hash.

use chrono::{DateTime, Utc};

use super::deliverable::Deliverable;
use super::document::{Blinding, DOCUMENT_LIFECYCLE, Document, DocumentState};
use crate::access::{Readers, Side};
use crate::command::{Change, Code, Deciding, Op, Refusal, UserError};
use crate::id::{
    DeliverableId, DeliverableSubmissionId, DocumentId, EngagementId, OrganizationId, PersonId, StudyId, StudySiteId, TypedId,
};
use crate::record::Record;
use crate::value::CountryCode;
use crate::{input, record};

record! {
    /// One handing in of a deliverable.
    pub struct DeliverableSubmission: DeliverableSubmission {
        /// Its id.
        id: DeliverableSubmissionId,
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
        /// The country, ISO 3166-1 alpha-2.
        country_code: Option<CountryCode>,
        /// The study site.
        study_site_id: Option<StudySiteId>,
        /// The deliverable.
        deliverable_id: DeliverableId,
        /// Whether it is the report of a monitoring visit, which CRAs have.
        of_visit: bool,
        /// Which one of the deliverable's submissions: 1, 2, 3 …
        number: i64,
        /// The side that handed it in.
        submitted_by_side: Side,
        /// Who handed it in.
        submitted_by_id: PersonId,
        /// When.
        submitted_at: DateTime<Utc>,
        /// What was handed in.
        document_id: DocumentId,
        /// The SHA-256 of its content at that moment, 64 hexadecimal digits.
        document_hash: String,
        /// The evidence of quality control.
        qc_evidence_id: Option<DocumentId>,
        /// What its submitter says of it.
        note: Option<String>,
    }
}

impl DeliverableSubmission {
    pub(crate) fn audience(&self) -> Readers {
        let both = Readers::SPONSOR.and(Readers::VENDOR).and(Readers::PRIME).and(Readers::CLIENT);
        if self.of_visit { both.and(Readers::CRA) } else { both }
    }
}

input! {
    /// Hands a deliverable in: a new submission of it.
    pub struct DeliverableSubmit {
        /// The deliverable.
        id: DeliverableId,
        /// What is handed in: a document of the same engagement whose blinding is OPEN. A draft comes out of draft with it.
        document_id: DocumentId,
        /// The evidence of quality control, where the deliverable asks for it: a document of the same engagement whose blinding is OPEN.
        qc_evidence_id: Option<DocumentId>,
        /// What is to be said of it.
        note: Option<String>,
    }
}

/// The documents that are handed in, as the viewer sees them.
#[derive(Clone, Debug, PartialEq)]
pub struct HandedIn {
    /// What is handed in.
    pub document: Document,
    /// The evidence of quality control.
    pub qc_evidence: Option<Document>,
}

/// Decides a submission. `deliverable` has taken the step already.
///
/// # Errors
/// NOT_FOUND for a document of elsewhere; GUARD_FAILED for one that the other side could not read, that is no longer of use, or where
/// evidence of quality control is lacking.
pub fn deliverable_submit(
    deciding: &Deciding<'_>,
    step: &'static str,
    mut deliverable: Deliverable,
    handed_in: HandedIn,
    input: DeliverableSubmit,
) -> Result<Change, Refusal> {
    let HandedIn { document, qc_evidence } = handed_in;
    fit(&deliverable, &document, "documentId")?;
    match &qc_evidence {
        Some(evidence) => fit(&deliverable, evidence, "qcEvidenceId")?,
        None if deliverable.qc_evidence_required => {
            let words = "Name the evidence of quality control: this deliverable asks for it.";
            return Err(UserError::at(Code::GuardFailed, "qcEvidenceId", words).into());
        }
        None => {}
    }
    let number = deliverable.cycle_count + 1;
    let submission = DeliverableSubmission {
        id: DeliverableSubmissionId::from_uuid(deciding.ids.next()),
        sponsor_id: deliverable.sponsor_id,
        study_id: deliverable.study_id,
        vendor_id: deliverable.vendor_id,
        engagement_id: deliverable.engagement_id,
        prime_vendor_id: deliverable.prime_vendor_id,
        prime_engagement_id: deliverable.prime_engagement_id,
        country_code: deliverable.country_code,
        study_site_id: deliverable.study_site_id,
        deliverable_id: deliverable.id,
        of_visit: deliverable.deliverable_type == super::DeliverableType::MonitoringVisitReport,
        number,
        submitted_by_side: deliverable.owed_by,
        submitted_by_id: PersonId::from_uuid(deciding.viewer.principal),
        submitted_at: deciding.now,
        document_id: document.id,
        document_hash: document.sha256.clone(),
        qc_evidence_id: qc_evidence.as_ref().map(|evidence| evidence.id),
        note: input.note,
    };
    deliverable.cycle_count = number;
    deliverable.current_submission_id = Some(submission.id);
    deliverable.submitted_at = Some(deciding.now);
    deliverable.missing_signatures.clone_from(&deliverable.required_signatures);
    let mut change = Change::one(Op::Transitioned(step), deliverable.into_entity()).with(Op::Created, submission.into_entity());
    for document in std::iter::once(document).chain(qc_evidence) {
        change = out_of_draft(change, document);
    }
    Ok(change)
}

/// What is handed in has to be readable for the other side, and still of use.
fn fit(deliverable: &Deliverable, document: &Document, field: &str) -> Result<(), Refusal> {
    if document.engagement_id != Some(deliverable.engagement_id) {
        return Err(Refusal::not_found(field));
    }
    let words = if document.owner_side != deliverable.owed_by {
        "Hand in a document of your own side."
    } else if document.blinding != Blinding::Open {
        "Hand in a document that both sides may read: this one is blinded."
    } else if matches!(document.state, DocumentState::Superseded | DocumentState::Obsolete) {
        "This document is no longer of use. Hand in the one that replaced it."
    } else {
        return Ok(());
    };
    Err(UserError::at(Code::GuardFailed, field, words).into())
}

/// What is handed in is no draft any more: from now on the other side has it.
fn out_of_draft(change: Change, mut document: Document) -> Change {
    let step = DOCUMENT_LIFECYCLE.transitions.iter().find(|step| step.from.contains(&"DRAFT"));
    match step {
        Some(step) if document.state == DocumentState::Draft => {
            document.state = DocumentState::InReview;
            change.with(Op::Transitioned(step.action), document.into_entity())
        }
        _ => change,
    }
}
