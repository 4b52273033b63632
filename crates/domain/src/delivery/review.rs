//! Reviews: what the other side says of a submission, criterion by criterion, and what it signs.

use chrono::{DateTime, Utc};

use super::deliverable::{Deliverable, DeliverableState};
use crate::access::Readers;
use crate::command::{Change, Code, Deciding, Op, Refusal, SignatureMeaning, UserError};
use crate::id::{
    DeliverableId, DeliverableReviewId, DeliverableSubmissionId, EngagementId, OrganizationId, PersonId, StudyId, StudySiteId, TypedId,
};
use crate::record::Record;
use crate::value::CountryCode;
use crate::{input, record, vocabulary};

vocabulary! {
    /// What a reviewer says of a submission.
    pub enum ReviewVerdict {
        /// Accepted.
        Accept = "ACCEPT",
        /// Accepted, with comments.
        AcceptWithComments = "ACCEPT_WITH_COMMENTS",
        /// Given back.
        Return = "RETURN",
    }
}

record! {
    /// What the other side said of a submission, or signed of it.
    pub struct DeliverableReview: DeliverableReview {
        /// Its id.
        id: DeliverableReviewId,
        /// The sponsor.
        sponsor_id: OrganizationId,
        /// The study.
        study_id: StudyId,
        /// The vendor.
        vendor_id: OrganizationId,
        /// The engagement.
        engagement_id: EngagementId,
        /// The country, ISO 3166-1 alpha-2.
        country_code: Option<CountryCode>,
        /// The study site.
        study_site_id: Option<StudySiteId>,
        /// The deliverable.
        deliverable_id: DeliverableId,
        /// The submission.
        submission_id: DeliverableSubmissionId,
        /// Whether it is about the report of a monitoring visit, which CRAs have.
        of_visit: bool,
        /// Who said it.
        reviewer_id: PersonId,
        /// When.
        reviewed_at: DateTime<Utc>,
        /// The verdict; nothing for a signature that goes before it.
        verdict: Option<ReviewVerdict>,
        /// The criteria that are not met.
        unmet_criteria: Vec<String>,
        /// What is to be said of it.
        comment: Option<String>,
        /// What was signed.
        signature_meaning: Option<SignatureMeaning>,
    }
}

impl DeliverableReview {
    pub(crate) fn audience(&self) -> Readers {
        let both = Readers::SPONSOR.and(Readers::VENDOR).and(Readers::CLIENT);
        if self.of_visit { both.and(Readers::CRA) } else { both }
    }
}

input! {
    /// Accepts the current submission of a deliverable.
    pub struct DeliverableAccept {
        /// The deliverable.
        id: DeliverableId,
        /// What is to be said of it.
        comment: Option<String>,
    }

    /// Accepts the current submission of a deliverable with comments.
    pub struct DeliverableAcceptWithComments {
        /// The deliverable.
        id: DeliverableId,
        /// The comments.
        comment: String,
        /// The criteria that are not met, in the words of `acceptanceCriteria`.
        unmet_criteria: Option<Vec<String>>,
    }

    /// Gives the current submission of a deliverable back, to be handed in again.
    pub struct DeliverableReturn {
        /// The deliverable.
        id: DeliverableId,
        /// The criteria that are not met, in the words of `acceptanceCriteria`. At least one, or a comment.
        unmet_criteria: Option<Vec<String>>,
        /// What is to be mended.
        comment: Option<String>,
    }

    /// Signs something of the current submission that the deliverable asks for before it is accepted: a review, a responsibility.
    pub struct DeliverableSign {
        /// The deliverable.
        id: DeliverableId,
        /// What is to be said of it.
        comment: Option<String>,
    }
}

/// What was said, whichever way.
struct Said {
    verdict: Option<ReviewVerdict>,
    unmet_criteria: Vec<String>,
    comment: Option<String>,
}

fn review(deciding: &Deciding<'_>, deliverable: &Deliverable, said: Said) -> Result<DeliverableReview, Refusal> {
    let Some(submission_id) = deliverable.current_submission_id else {
        return Err(UserError::new(Code::GuardFailed, "Nothing was handed in yet.").into());
    };
    if said.unmet_criteria.iter().any(|unmet| !deliverable.acceptance_criteria.contains(unmet)) {
        let words = "Name criteria of the deliverable, in the words of `acceptanceCriteria`.";
        return Err(UserError::at(Code::BadUserInput, "unmetCriteria", words).into());
    }
    Ok(DeliverableReview {
        id: DeliverableReviewId::from_uuid(deciding.ids.next()),
        sponsor_id: deliverable.sponsor_id,
        study_id: deliverable.study_id,
        vendor_id: deliverable.vendor_id,
        engagement_id: deliverable.engagement_id,
        country_code: deliverable.country_code,
        study_site_id: deliverable.study_site_id,
        deliverable_id: deliverable.id,
        submission_id,
        of_visit: deliverable.deliverable_type == super::DeliverableType::MonitoringVisitReport,
        reviewer_id: PersonId::from_uuid(deciding.viewer.principal),
        reviewed_at: deciding.now,
        verdict: said.verdict,
        unmet_criteria: said.unmet_criteria,
        comment: said.comment.filter(|comment| !comment.trim().is_empty()),
        signature_meaning: deciding.manner.signature.as_ref().map(|signature| signature.meaning),
    })
}

/// Decides a verdict. `deliverable` has taken the step already; `superseded` is what it replaces, having taken its own.
///
/// # Errors
/// BAD_USER_INPUT for criteria that are none, a return without any or a comment, an acceptance that is signed as something else.
pub fn deliverable_review(
    deciding: &Deciding<'_>,
    step: &'static str,
    deliverable: Deliverable,
    superseded: Option<Deliverable>,
    (verdict, unmet_criteria, comment): (ReviewVerdict, Vec<String>, Option<String>),
) -> Result<Change, Refusal> {
    let accepts = verdict != ReviewVerdict::Return;
    let meaning = deciding.manner.signature.as_ref().map(|signature| signature.meaning);
    if accepts && meaning.is_some_and(|meaning| meaning != SignatureMeaning::Approval) {
        let words = "Accepting is an approval: sign with the meaning APPROVAL.";
        return Err(UserError::at(Code::BadUserInput, "signature", words).into());
    }
    let review = review(deciding, &deliverable, Said { verdict: Some(verdict), unmet_criteria, comment })?;
    if !accepts && review.unmet_criteria.is_empty() && review.comment.is_none() {
        let words = "Say what is not met: name a criterion, or give a comment.";
        return Err(UserError::at(Code::GuardFailed, "unmetCriteria", words).into());
    }
    let mut change = Change::one(Op::Transitioned(step), deliverable.into_entity()).with(Op::Created, review.into_entity());
    if let Some(superseded) = superseded {
        change = change.with(Op::Transitioned("SUPERSEDE"), superseded.into_entity());
    }
    Ok(change)
}

/// Decides a signature that goes before the verdict.
///
/// # Errors
/// INVALID_TRANSITION where nothing is under review; BAD_USER_INPUT for a meaning that is not asked for, or was signed already.
pub fn deliverable_sign(deciding: &Deciding<'_>, mut deliverable: Deliverable, input: DeliverableSign) -> Result<Change, Refusal> {
    if deliverable.state != DeliverableState::InReview {
        return Err(UserError::new(Code::InvalidTransition, "Only what is under review is signed.").into());
    }
    let meaning = deciding.manner.signature.as_ref().map(|signature| signature.meaning);
    let Some(at) = deliverable.missing_signatures.iter().position(|missing| Some(*missing) == meaning) else {
        let words = "Sign with one of the meanings in `missingSignatures`.";
        return Err(UserError::at(Code::BadUserInput, "signature", words).into());
    };
    let review = review(deciding, &deliverable, Said { verdict: None, unmet_criteria: Vec::new(), comment: input.comment })?;
    deliverable.missing_signatures.remove(at);
    Ok(Change::one(Op::Updated, deliverable.into_entity()).with(Op::Created, review.into_entity()))
}
