//! Answers to a finding: root cause, correction, what is to be done; and what the sponsor says of them. A dispute is an answer too.

use chrono::{DateTime, NaiveDate, Utc};

use super::capa::{Capa, CapaKind, capa_for};
use super::capa_parts::action_of;
use super::finding::{Finding, issued_audience};
use super::grades::{FindingCategory, RootCauseCategory, RootCauseMethod};
use crate::access::{Readers, Side};
use crate::command::{Change, Code, Deciding, Op, Refusal, UserError};
use crate::id::{EngagementId, FindingId, FindingResponseId, OrganizationId, PersonId, StudyId, StudySiteId, TypedId};
use crate::record::{Record, Term};
use crate::value::CountryCode;
use crate::{input, record, vocabulary};

vocabulary! {
    /// What is said of an answer.
    pub enum ResponseVerdict {
        /// It is accepted.
        Accepted = "ACCEPTED",
        /// It is given back.
        Returned = "RETURNED",
    }
}

record! {
    /// An answer to a finding.
    pub struct FindingResponse: FindingResponse {
        /// Its id.
        id: FindingResponseId,
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
        /// What the finding is about.
        finding_category: FindingCategory,
        /// Which one of the finding's answers: 1, 2, 3 …
        number: i64,
        /// The side that answered.
        submitted_by_side: Side,
        /// Who answered.
        submitted_by_id: PersonId,
        /// When.
        submitted_at: DateTime<Utc>,
        /// How the root cause was sought.
        root_cause_method: Option<RootCauseMethod>,
        /// What kind of cause it is.
        root_cause_category: Option<RootCauseCategory>,
        /// The root cause.
        root_cause: Option<String>,
        /// What was corrected at once; of a dispute, why it is disputed.
        correction: String,
        /// What is to be done.
        proposed_capa: Option<String>,
        /// Whether it disputes the finding.
        disputed: bool,
        /// What was said of it.
        verdict: Option<ResponseVerdict>,
        /// Who said it.
        verdict_by_id: Option<PersonId>,
        /// When.
        verdict_at: Option<DateTime<Utc>>,
        /// In which words.
        verdict_comment: Option<String>,
    }
}

impl FindingResponse {
    pub(crate) fn audience(&self) -> Readers {
        issued_audience(self.engagement_id, self.study_site_id, self.finding_category)
    }
}

input! {
    /// Answers a finding, with a CAPA where one is to be made with it.
    pub struct FindingRespond {
        /// The finding.
        id: FindingId,
        /// How the root cause was sought; asked for where it is CRITICAL or MAJOR.
        root_cause_method: Option<Term<RootCauseMethod>>,
        /// What kind of cause it is; asked for where it is CRITICAL or MAJOR.
        root_cause_category: Option<Term<RootCauseCategory>>,
        /// The root cause; asked for where it is CRITICAL or MAJOR.
        root_cause: Option<String>,
        /// What was corrected at once.
        correction: String,
        /// What is to be done. A CAPA with this plan is drafted with the answer; left out: none is.
        capa_plan: Option<String>,
        /// The single actions of that CAPA; its drafter owns them until they are given to others.
        capa_actions: Option<Vec<String>>,
        /// The day by which that CAPA is to be done; needed with `capaPlan`.
        capa_due_date: Option<NaiveDate>,
    }

    /// Disputes a finding; the reason says why. Once.
    pub struct FindingDispute {
        /// The finding.
        id: FindingId,
    }

    /// Accepts the answer to a finding.
    pub struct FindingAcceptResponse {
        /// The finding.
        id: FindingId,
        /// What is to be said of it.
        comment: Option<String>,
    }

    /// Gives the answer to a finding back; the reason says why.
    pub struct FindingReturnResponse {
        /// The finding.
        id: FindingId,
    }
}

fn response(deciding: &Deciding<'_>, finding: &Finding, number: i64, correction: String) -> FindingResponse {
    FindingResponse {
        id: FindingResponseId::from_uuid(deciding.ids.next()),
        sponsor_id: finding.sponsor_id,
        study_id: finding.study_id,
        vendor_id: finding.vendor_id,
        engagement_id: finding.engagement_id,
        country_code: finding.country_code,
        study_site_id: finding.study_site_id,
        finding_id: finding.id,
        finding_category: finding.category,
        number,
        submitted_by_side: finding.answered_by,
        submitted_by_id: PersonId::from_uuid(deciding.viewer.principal),
        submitted_at: deciding.now,
        root_cause_method: None,
        root_cause_category: None,
        root_cause: None,
        correction,
        proposed_capa: None,
        disputed: false,
        verdict: None,
        verdict_by_id: None,
        verdict_at: None,
        verdict_comment: None,
    }
}

/// Decides an answer. `finding` has taken the step already; `number` is the next of its answers.
///
/// # Errors
/// GUARD_FAILED where a CRITICAL or MAJOR finding is answered without its root cause; BAD_USER_INPUT for a CAPA without a day, or actions
/// without a CAPA.
pub fn finding_respond(deciding: &Deciding<'_>, finding: Finding, number: i64, input: FindingRespond) -> Result<Change, Refusal> {
    let known = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
    if finding.severity.is_grave()
        && !(known(&input.root_cause) && input.root_cause_method.is_some() && input.root_cause_category.is_some())
    {
        let words = "A CRITICAL or MAJOR finding is answered with its root cause: give rootCauseMethod, rootCauseCategory and rootCause.";
        return Err(UserError::at(Code::GuardFailed, "rootCause", words).into());
    }
    let capa = capa_of(deciding, &finding, &input)?;
    let answer = FindingResponse {
        root_cause_method: input.root_cause_method.map(|term| term.0),
        root_cause_category: input.root_cause_category.map(|term| term.0),
        root_cause: input.root_cause,
        proposed_capa: input.capa_plan,
        ..response(deciding, &finding, number, input.correction)
    };
    let mut change = Change::one(Op::Transitioned("RESPOND"), finding.into_entity()).with(Op::Created, answer.into_entity());
    if let Some(capa) = capa {
        let actions: Vec<_> = input
            .capa_actions
            .unwrap_or_default()
            .into_iter()
            .map(|text| action_of(deciding, &capa, text, capa.owner_id, capa.due_date))
            .collect();
        change = change.with(Op::Created, capa.into_entity());
        for action in actions {
            change = change.with(Op::Created, action.into_entity());
        }
    }
    Ok(change)
}

fn capa_of(deciding: &Deciding<'_>, finding: &Finding, input: &FindingRespond) -> Result<Option<Capa>, Refusal> {
    let fault = |field: &str, words: &str| Err(UserError::at(Code::BadUserInput, field, words).into());
    match (&input.capa_plan, input.capa_due_date) {
        (None, _) if input.capa_actions.is_some() => fault("capaActions", "Give capaPlan with the actions, or leave them out."),
        (None, Some(_)) => fault("capaDueDate", "Give capaPlan with the day, or leave it out."),
        (None, None) => Ok(None),
        (Some(_), None) => fault("capaDueDate", "Give the day by which the CAPA is to be done."),
        (Some(_), Some(due)) if due < deciding.now.date_naive() => fault("capaDueDate", "Give a day that is not past."),
        (Some(plan), Some(due)) => Ok(Some(capa_for(deciding, finding, CapaKind::Corrective, plan.clone(), due))),
    }
}

/// Decides a dispute. `finding` has taken the step already; `number` is the next of its answers.
///
/// # Errors
/// REASON_REQUIRED.
pub fn finding_dispute(deciding: &Deciding<'_>, finding: Finding, number: i64) -> Result<Change, Refusal> {
    let answer = FindingResponse { disputed: true, ..response(deciding, &finding, number, deciding.reason()?) };
    Ok(Change::one(Op::Transitioned("DISPUTE"), finding.into_entity()).with(Op::Created, answer.into_entity()))
}

/// Decides what is said of an answer. `finding` has taken the step already; `answer` is its newest.
#[must_use]
pub fn finding_verdict(
    deciding: &Deciding<'_>,
    step: &'static str,
    finding: Finding,
    answer: Option<FindingResponse>,
    verdict: ResponseVerdict,
    comment: Option<String>,
) -> Change {
    let change = Change::one(Op::Transitioned(step), finding.into_entity());
    match answer {
        None => change,
        Some(answer) => {
            let said = FindingResponse {
                verdict: Some(verdict),
                verdict_by_id: Some(PersonId::from_uuid(deciding.viewer.principal)),
                verdict_at: Some(deciding.now),
                verdict_comment: comment,
                ..answer
            };
            change.with(Op::Updated, said.into_entity())
        }
    }
}
