//! A country of a study: what is planned there, who leads it, and where it stands.
//! A vendor's own countries are those that it leads or that a scope of its engagement covers.

use crate::access::{Action, Readers, Role};
use crate::command::{Change, Code, Deciding, Op, Refusal, UserError};
use crate::engagement::Engagement;
use crate::id::{EngagementId, OrganizationId, StudyCountryId, StudyId, TypedId};
use crate::lifecycle::{Lifecycle, STEP, Transition};
use crate::portfolio::Study;
use crate::record::{Kind, Patch, Record, Term};
use crate::value::CountryCode;
use crate::{input, record, vocabulary};

vocabulary! {
    /// Where a country of a study stands.
    pub enum StudyCountryState {
        /// Considered.
        Candidate = "CANDIDATE",
        /// Chosen.
        Selected = "SELECTED",
        /// Submitted to authority and ethics committee.
        Submitted = "SUBMITTED",
        /// Approved.
        Approved = "APPROVED",
        /// Sites are active there.
        Active = "ACTIVE",
        /// Enrolment there is over.
        EnrollmentClosed = "ENROLLMENT_CLOSED",
        /// Closed.
        Closed = "CLOSED",
        /// Not chosen.
        NotSelected = "NOT_SELECTED",
        /// Interrupted.
        Suspended = "SUSPENDED",
        /// Refused by authority or ethics committee.
        Rejected = "REJECTED",
    }

    /// How ethics review is organised in a country.
    pub enum EthicsModel {
        /// One committee for the country.
        Central = "CENTRAL",
        /// A committee for each site.
        Local = "LOCAL",
    }
}

record! {
    /// A country in which a study runs, or is to run.
    pub struct StudyCountry: StudyCountry {
        /// Its id.
        id: StudyCountryId,
        /// The sponsor.
        sponsor_id: OrganizationId,
        /// The study.
        study_id: StudyId,
        /// The country, ISO 3166-1 alpha-2.
        country_code: CountryCode,
        /// Where it stands.
        state: StudyCountryState,
        /// The engagement that leads the country.
        lead_engagement_id: Option<EngagementId>,
        /// The vendor of that engagement.
        vendor_id: Option<OrganizationId>,
        /// How many sites are planned.
        planned_sites: Option<i64>,
        /// How ethics review is organised.
        ethics_model: Option<EthicsModel>,
    }
}

impl StudyCountry {
    pub(crate) fn audience(&self) -> Readers {
        Readers::SPONSOR.and(Readers::VENDOR).and(Readers::CLIENT)
    }
}

const WHO: &[Role] = &[Role::SStudyManager, Role::SRegulatory];

/// The lifecycle of a country of a study (domain.md B.11).
pub static STUDY_COUNTRY_LIFECYCLE: Lifecycle = Lifecycle {
    kind: Kind::StudyCountry,
    column: "state",
    initial: "CANDIDATE",
    transitions: &[
        Transition { from: &["CANDIDATE"], action: "SELECT", to: "SELECTED", who: WHO, doc: "Choose the country.", ..STEP },
        Transition {
            from: &["SELECTED"],
            action: "SUBMIT",
            to: "SUBMITTED",
            who: WHO,
            doc: "Submit to authority and ethics committee.",
            ..STEP
        },
        Transition { from: &["SUBMITTED"], action: "APPROVE", to: "APPROVED", who: WHO, doc: "Record the approval.", ..STEP },
        Transition { from: &["APPROVED"], action: "ACTIVATE", to: "ACTIVE", who: WHO, doc: "Begin to work there.", ..STEP },
        Transition {
            from: &["ACTIVE"],
            action: "CLOSE_ENROLLMENT",
            to: "ENROLLMENT_CLOSED",
            who: WHO,
            doc: "End enrolment there.",
            ..STEP
        },
        Transition { from: &["ENROLLMENT_CLOSED"], action: "CLOSE", to: "CLOSED", who: WHO, doc: "Close the country.", ..STEP },
        Transition {
            from: &["CANDIDATE", "SELECTED"],
            action: "DESELECT",
            to: "NOT_SELECTED",
            who: WHO,
            reason: true,
            doc: "Do not choose the country.",
            ..STEP
        },
        Transition { from: &["ACTIVE"], action: "SUSPEND", to: "SUSPENDED", who: WHO, reason: true, doc: "Interrupt work there.", ..STEP },
        Transition { from: &["SUSPENDED"], action: "RESUME", to: "ACTIVE", who: WHO, reason: true, doc: "Go on there.", ..STEP },
        Transition {
            from: &["SUBMITTED"],
            action: "REJECT",
            to: "REJECTED",
            who: &[Role::SRegulatory],
            reason: true,
            doc: "Record the refusal by authority or ethics committee.",
            ..STEP
        },
    ],
};

input! {
    /// Adds a country to a study, as CANDIDATE.
    pub struct StudyCountryCreate {
        /// The study.
        study_id: StudyId,
        /// The country, ISO 3166-1 alpha-2; once in a study.
        country_code: CountryCode,
        /// The engagement that leads the country; one of the study's.
        lead_engagement_id: Option<EngagementId>,
        /// How many sites are planned.
        planned_sites: Option<i64>,
        /// How ethics review is organised.
        ethics_model: Option<Term<EthicsModel>>,
    }

    /// Changes a country of a study. What is left out stays.
    pub struct StudyCountryUpdate {
        /// The country of the study.
        id: StudyCountryId,
        /// The engagement that leads the country; one of the study's.
        lead_engagement_id: Patch<Option<EngagementId>>,
        /// How many sites are planned.
        planned_sites: Patch<Option<i64>>,
        /// How ethics review is organised.
        ethics_model: Patch<Option<Term<EthicsModel>>>,
    }
}

/// The engagement as the lead of something in `study`.
///
/// # Errors
/// NOT_FOUND, in the words for an id never issued, where it is another study's.
pub(crate) fn lead(engagement: Option<Engagement>, study: StudyId, field: &str) -> Result<Option<Engagement>, Refusal> {
    match engagement {
        Some(engagement) if engagement.study_id != study => Err(Refusal::not_found(field)),
        other => Ok(other),
    }
}

/// Decides a new country of a study. `lead_engagement` is what the input names, as the viewer sees it.
///
/// # Errors
/// FORBIDDEN for who may not; NOT_FOUND for an engagement of another study.
pub fn study_country_create(
    deciding: &Deciding<'_>,
    study: &Study,
    lead_engagement: Option<Engagement>,
    input: StudyCountryCreate,
) -> Result<Change, Refusal> {
    let lead_engagement = lead(lead_engagement, study.id, "leadEngagementId")?;
    let country = StudyCountry {
        id: StudyCountryId::from_uuid(deciding.ids.next()),
        sponsor_id: study.sponsor_id,
        study_id: study.id,
        country_code: input.country_code,
        state: StudyCountryState::Candidate,
        lead_engagement_id: lead_engagement.as_ref().map(|engagement| engagement.id),
        vendor_id: lead_engagement.map(|engagement| engagement.vendor_id),
        planned_sites: input.planned_sites,
        ethics_model: input.ethics_model.map(|term| term.0),
    };
    deciding.permit(Action::Create, &country.clone().into_entity())?;
    // A country stands in a study once, and who has just an engagement would learn of it by a collision: the country itself has to
    // be his, or the study.
    deciding.permit(Action::Create, &StudyCountry { lead_engagement_id: None, ..country.clone() }.into_entity())?;
    check(&country)?;
    Ok(Change::one(Op::Created, country.into_entity()))
}

/// Decides a change of a country of a study.
///
/// # Errors
/// FORBIDDEN for who may not; NOT_FOUND for an engagement of another study.
pub fn study_country_update(
    deciding: &Deciding<'_>,
    mut country: StudyCountry,
    lead_engagement: Option<Engagement>,
    input: StudyCountryUpdate,
) -> Result<Change, Refusal> {
    deciding.permit(Action::Update, &country.clone().into_entity())?;
    if let Patch::Set(_) = input.lead_engagement_id {
        let lead_engagement = lead(lead_engagement, country.study_id, "leadEngagementId")?;
        country.lead_engagement_id = lead_engagement.as_ref().map(|engagement| engagement.id);
        country.vendor_id = lead_engagement.map(|engagement| engagement.vendor_id);
    }
    input.planned_sites.apply(&mut country.planned_sites);
    if let Patch::Set(model) = input.ethics_model {
        country.ethics_model = model.map(|term| term.0);
    }
    check(&country)?;
    Ok(Change::one(Op::Updated, country.into_entity()))
}

fn check(country: &StudyCountry) -> Result<(), Refusal> {
    if country.planned_sites.is_some_and(|sites| sites < 0) {
        return Err(UserError::at(Code::BadUserInput, "plannedSites", "A number of sites cannot be negative.").into());
    }
    Ok(())
}
