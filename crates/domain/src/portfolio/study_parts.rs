//! The parts of a study that are kept by themselves: what only some may see, and what the registry says.
//! A change to one of them moves nothing on the study itself.

use crate::access::{Action, Readers};
use crate::command::{Change, Code, Deciding, Op, Refusal, UserError};
use crate::id::{OrganizationId, PersonId, StudyId};
use crate::portfolio::{Phase, Study};
use crate::record::{Patch, Record};
use crate::value::{MinorUnits, PartialDate};
use crate::{input, record, vocabulary};

vocabulary! {
    /// The status that ClinicalTrials.gov shows. It may move in any direction.
    pub enum RegistryStatus {
        /// Not yet recruiting.
        NotYetRecruiting = "NOT_YET_RECRUITING",
        /// Recruiting.
        Recruiting = "RECRUITING",
        /// Enrolling by invitation.
        EnrollingByInvitation = "ENROLLING_BY_INVITATION",
        /// Active, not recruiting.
        ActiveNotRecruiting = "ACTIVE_NOT_RECRUITING",
        /// Suspended.
        Suspended = "SUSPENDED",
        /// Terminated.
        Terminated = "TERMINATED",
        /// Completed.
        Completed = "COMPLETED",
        /// Withdrawn.
        Withdrawn = "WITHDRAWN",
        /// Not known.
        Unknown = "UNKNOWN",
        /// Expanded access: available.
        Available = "AVAILABLE",
        /// Expanded access: no longer available.
        NoLongerAvailable = "NO_LONGER_AVAILABLE",
        /// Expanded access: temporarily not available.
        TemporarilyNotAvailable = "TEMPORARILY_NOT_AVAILABLE",
        /// Expanded access: approved for marketing.
        ApprovedForMarketing = "APPROVED_FOR_MARKETING",
        /// Withheld.
        Withheld = "WITHHELD",
    }
}

record! {
    /// The sponsor's own assessment of a study. No vendor, partner or finance role sees it.
    pub struct StudyInternal: StudyInternal {
        /// The study's id.
        id: StudyId,
        /// The sponsor.
        sponsor_id: OrganizationId,
        /// How risky the sponsor holds the study to be.
        risk_score: Option<f64>,
        /// How important the study is to the sponsor.
        strategic_priority: Option<String>,
    }
}

record! {
    /// The sponsor's budget benchmark of a study, for finance and vendor managers.
    pub struct StudyBenchmark: StudyBenchmark {
        /// The study's id.
        id: StudyId,
        /// The sponsor.
        sponsor_id: OrganizationId,
        /// The benchmark, in minor units of the currency.
        budget_minor_units: Option<MinorUnits>,
        /// The currency, ISO 4217.
        budget_currency: Option<String>,
    }
}

record! {
    /// What the registry says of a study. Only imports write it.
    pub struct StudyRegistry: StudyRegistry {
        /// The study's id.
        id: StudyId,
        /// The sponsor.
        sponsor_id: OrganizationId,
        /// The registry's number of the study.
        nct_id: String,
        /// The registry's status.
        status: Option<RegistryStatus>,
        /// Why it was stopped, in the registry's words.
        why_stopped: Option<String>,
        /// The registry's short title.
        brief_title: String,
        /// The registry's official title.
        official_title: Option<String>,
        /// The registry's phases.
        phases: Vec<Phase>,
        /// The enrolment that the registry shows.
        enrollment: Option<i64>,
        /// Whether that enrolment is estimated or actual.
        enrollment_kind: Option<String>,
        /// When it starts, says the registry.
        start_date: Option<PartialDate>,
        /// Its primary completion, says the registry.
        primary_completion_date: Option<PartialDate>,
        /// Its completion, says the registry.
        completion_date: Option<PartialDate>,
        /// The lead sponsor as the registry spells it.
        lead_sponsor: String,
        /// The collaborators as the registry spells them; not shown on the graph, for they may be vendors.
        collaborators: Vec<String>,
        /// When the registry last posted an update.
        last_update_posted: Option<PartialDate>,
    }
}

record! {
    /// A second person's confirmation of a step of a study. It stands for one version: any edit voids it.
    pub struct StudyConfirmation: StudyConfirmation {
        /// The study's id.
        id: StudyId,
        /// The sponsor.
        sponsor_id: OrganizationId,
        /// The step that was confirmed.
        action: String,
        /// Who confirmed it.
        confirmed_by_id: PersonId,
        /// The version of the study that was confirmed.
        confirmed_version: i64,
    }
}

impl StudyInternal {
    pub(crate) fn audience(&self) -> Readers {
        Readers::SPONSOR
    }
}

impl StudyBenchmark {
    pub(crate) fn audience(&self) -> Readers {
        Readers::SPONSOR
    }
}

impl StudyConfirmation {
    pub(crate) fn audience(&self) -> Readers {
        Readers::SPONSOR
    }
}

impl StudyRegistry {
    pub(crate) fn audience(&self) -> Readers {
        Readers::SPONSOR.and(Readers::VENDOR).and(Readers::CLIENT)
    }
}

input! {
    /// Changes the sponsor's own assessment of a study. `expectedVersion` is the assessment's; 0 where there is none yet.
    pub struct StudyInternalUpdate {
        /// The study.
        id: StudyId,
        /// How risky the sponsor holds the study to be.
        risk_score: Patch<Option<f64>>,
        /// How important the study is to the sponsor.
        strategic_priority: Patch<Option<String>>,
    }

    /// Changes the budget benchmark of a study. `expectedVersion` is the benchmark's; 0 where there is none yet.
    pub struct StudyBenchmarkUpdate {
        /// The study.
        id: StudyId,
        /// The benchmark, in minor units of the currency.
        budget_minor_units: Patch<Option<MinorUnits>>,
        /// The currency, ISO 4217.
        budget_currency: Patch<Option<String>>,
    }
}

/// Decides a change of a study's assessment; `part` is what there is so far.
///
/// # Errors
/// FORBIDDEN for who may not.
pub fn study_internal_update(
    deciding: &Deciding<'_>,
    study: &Study,
    part: Option<StudyInternal>,
    input: StudyInternalUpdate,
) -> Result<Change, Refusal> {
    let op = if part.is_some() { Op::Updated } else { Op::Created };
    let mut part = part.unwrap_or(StudyInternal { id: study.id, sponsor_id: study.sponsor_id, risk_score: None, strategic_priority: None });
    deciding.permit(Action::Update, &part.clone().into_entity())?;
    input.risk_score.apply(&mut part.risk_score);
    input.strategic_priority.apply(&mut part.strategic_priority);
    Ok(Change::one(op, part.into_entity()))
}

/// Decides a change of a study's benchmark; `part` is what there is so far.
///
/// # Errors
/// FORBIDDEN for who may not; BAD_USER_INPUT for an amount without a currency.
pub fn study_benchmark_update(
    deciding: &Deciding<'_>,
    study: &Study,
    part: Option<StudyBenchmark>,
    input: StudyBenchmarkUpdate,
) -> Result<Change, Refusal> {
    let op = if part.is_some() { Op::Updated } else { Op::Created };
    let mut part =
        part.unwrap_or(StudyBenchmark { id: study.id, sponsor_id: study.sponsor_id, budget_minor_units: None, budget_currency: None });
    deciding.permit(Action::Update, &part.clone().into_entity())?;
    input.budget_minor_units.apply(&mut part.budget_minor_units);
    input.budget_currency.apply(&mut part.budget_currency);
    let currency_is_sound =
        part.budget_currency.as_deref().is_none_or(|code| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()));
    if !currency_is_sound || part.budget_minor_units.is_some() != part.budget_currency.is_some() {
        return Err(
            UserError::at(Code::BadUserInput, "budgetCurrency", "Give an amount and its ISO 4217 currency together, such as EUR.").into()
        );
    }
    Ok(Change::one(op, part.into_entity()))
}
