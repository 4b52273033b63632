//! A site of a study: who is responsible for it, how it enrols, and where it stands.
//! A vendor's own study sites are those that it is responsible for or that a scope of its engagement covers.

use chrono::NaiveDate;

use crate::access::{Action, Readers, Role};
use crate::command::{Change, Code, Deciding, Op, Refusal, UserError, too_long};
use crate::engagement::Engagement;
use crate::id::{EngagementId, OrganizationId, SiteId, StudyCountryId, StudyId, StudySiteId, TypedId};
use crate::lifecycle::{Guard, Lifecycle, STEP, Transition};
use crate::portfolio::study_country::lead;
use crate::portfolio::{Site, Study, StudyCountry};
use crate::record::{Kind, Patch, Record};
use crate::value::CountryCode;
use crate::{input, record, vocabulary};

vocabulary! {
    /// Where a site of a study stands.
    pub enum StudySiteState {
        /// Found.
        Identified = "IDENTIFIED",
        /// Its feasibility is examined.
        Feasibility = "FEASIBILITY",
        /// Chosen.
        Selected = "SELECTED",
        /// Under contract.
        Contracted = "CONTRACTED",
        /// The initiation visit is done.
        Initiated = "INITIATED",
        /// May enrol subjects.
        Active = "ACTIVE",
        /// Enrolment there is over.
        EnrollmentClosed = "ENROLLMENT_CLOSED",
        /// Closed.
        Closed = "CLOSED",
        /// Not chosen.
        NotSelected = "NOT_SELECTED",
        /// Interrupted.
        Suspended = "SUSPENDED",
    }
}

record! {
    /// A site at which a study runs, or is to run.
    pub struct StudySite: StudySite {
        /// Its id.
        id: StudySiteId,
        /// The sponsor.
        sponsor_id: OrganizationId,
        /// The study.
        study_id: StudyId,
        /// The facility.
        site_id: SiteId,
        /// The country of the study in which it lies.
        study_country_id: StudyCountryId,
        /// That country, ISO 3166-1 alpha-2.
        country_code: CountryCode,
        /// The site's number in the study; unique within the study.
        number: Option<String>,
        /// Where it stands.
        state: StudySiteState,
        /// The engagement that is responsible for the site.
        responsible_engagement_id: Option<EngagementId>,
        /// The vendor of that engagement.
        vendor_id: Option<OrganizationId>,
        /// The day it was chosen.
        selected_on: Option<NaiveDate>,
        /// The day of its initiation.
        initiated_on: Option<NaiveDate>,
        /// The day it was activated.
        activated_on: Option<NaiveDate>,
        /// The day it was closed.
        closed_on: Option<NaiveDate>,
        /// How many subjects it is to enrol.
        target_enrollment: Option<i64>,
        /// How many subjects were screened.
        screened: i64,
        /// How many subjects were enrolled.
        enrolled: i64,
        /// How many subjects discontinued.
        discontinued: i64,
        /// How many subjects completed the study.
        completed: i64,
    }
}

impl StudySite {
    pub(crate) fn audience(&self) -> Readers {
        Readers::SPONSOR.and(Readers::VENDOR).and(Readers::CLIENT)
    }

    /// Notes the day of a step on the site itself.
    pub fn note_step(&mut self, to: StudySiteState, on: NaiveDate) {
        match to {
            StudySiteState::Selected => self.selected_on = Some(on),
            StudySiteState::Initiated => self.initiated_on = Some(on),
            StudySiteState::Active => self.activated_on = self.activated_on.or(Some(on)),
            StudySiteState::Closed => self.closed_on = Some(on),
            StudySiteState::Identified
            | StudySiteState::Feasibility
            | StudySiteState::Contracted
            | StudySiteState::EnrollmentClosed
            | StudySiteState::NotSelected
            | StudySiteState::Suspended => {}
        }
    }
}

const EARLY: &[Role] = &[Role::SStudyManager, Role::VProjectManager, Role::VCra];
const SM: &[Role] = &[Role::SStudyManager];

/// The lifecycle of a site of a study (domain.md B.11). Vendors take the steps up to initiation at their own sites.
pub static STUDY_SITE_LIFECYCLE: Lifecycle = Lifecycle {
    kind: Kind::StudySite,
    column: "state",
    initial: "IDENTIFIED",
    transitions: &[
        Transition {
            from: &["IDENTIFIED"],
            action: "ASSESS",
            to: "FEASIBILITY",
            who: EARLY,
            doc: "Examine the site's feasibility.",
            ..STEP
        },
        Transition { from: &["FEASIBILITY"], action: "SELECT", to: "SELECTED", who: EARLY, doc: "Choose the site.", ..STEP },
        Transition {
            from: &["SELECTED"],
            action: "CONTRACT",
            to: "CONTRACTED",
            who: EARLY,
            doc: "Record the contract with the site.",
            ..STEP
        },
        Transition { from: &["CONTRACTED"], action: "INITIATE", to: "INITIATED", who: EARLY, doc: "Record the initiation visit.", ..STEP },
        Transition {
            from: &["INITIATED"],
            action: "ACTIVATE",
            to: "ACTIVE",
            who: SM,
            guards: &[Guard::CountryApproved, Guard::SiteReady],
            doc: "Allow the site to enrol.",
            ..STEP
        },
        Transition {
            from: &["ACTIVE"],
            action: "CLOSE_ENROLLMENT",
            to: "ENROLLMENT_CLOSED",
            who: SM,
            doc: "End enrolment at the site.",
            ..STEP
        },
        Transition { from: &["ENROLLMENT_CLOSED"], action: "CLOSE", to: "CLOSED", who: SM, doc: "Close the site.", ..STEP },
        Transition {
            from: &["IDENTIFIED", "FEASIBILITY", "SELECTED", "CONTRACTED"],
            action: "DESELECT",
            to: "NOT_SELECTED",
            who: EARLY,
            doc: "Do not choose the site.",
            ..STEP
        },
        Transition { from: &["ACTIVE"], action: "SUSPEND", to: "SUSPENDED", who: SM, reason: true, doc: "Interrupt the site.", ..STEP },
        Transition {
            from: &["SUSPENDED"],
            action: "RESUME",
            to: "ACTIVE",
            who: SM,
            guards: &[Guard::CountryApproved, Guard::SiteReady],
            reason: true,
            doc: "Let the site go on; the conditions of activation are checked again.",
            ..STEP
        },
    ],
};

input! {
    /// Adds a facility to a study, as IDENTIFIED.
    pub struct StudySiteCreate {
        /// The country of the study in which it lies.
        study_country_id: StudyCountryId,
        /// The facility; one of the sponsor's, in that country.
        site_id: SiteId,
        /// The site's number in the study; unique within the study.
        number: Option<String>,
        /// The engagement that is responsible for the site; one of the study's.
        responsible_engagement_id: Option<EngagementId>,
        /// How many subjects it is to enrol.
        target_enrollment: Option<i64>,
    }

    /// Changes a site of a study. What is left out stays.
    pub struct StudySiteUpdate {
        /// The site of the study.
        id: StudySiteId,
        /// The site's number in the study; only the sponsor changes it.
        number: Patch<Option<String>>,
        /// The engagement that is responsible for the site; only the sponsor changes it.
        responsible_engagement_id: Patch<Option<EngagementId>>,
        /// How many subjects it is to enrol.
        target_enrollment: Patch<Option<i64>>,
        /// How many subjects were screened.
        screened: Patch<i64>,
        /// How many subjects were enrolled; at most as many as were screened.
        enrolled: Patch<i64>,
        /// How many subjects discontinued.
        discontinued: Patch<i64>,
        /// How many subjects completed the study.
        completed: Patch<i64>,
    }
}

/// What a new site of a study stands in, as the viewer sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Surroundings {
    /// The study.
    pub study: Study,
    /// The country of the study.
    pub country: StudyCountry,
    /// The facility.
    pub site: Site,
    /// The engagement that is to be responsible.
    pub engagement: Option<Engagement>,
}

/// Decides a new site of a study.
///
/// # Errors
/// FORBIDDEN for who may not, and for a number by who has not the whole study; NOT_FOUND for a facility of another sponsor or an engagement of another study;
/// BAD_USER_INPUT for a facility in another country.
pub fn study_site_create(deciding: &Deciding<'_>, around: Surroundings, input: StudySiteCreate) -> Result<Change, Refusal> {
    let engagement = lead(around.engagement, around.study.id, "responsibleEngagementId")?;
    if around.site.sponsor_id != around.study.sponsor_id {
        return Err(Refusal::not_found("siteId"));
    }
    let study_site = StudySite {
        id: StudySiteId::from_uuid(deciding.ids.next()),
        sponsor_id: around.study.sponsor_id,
        study_id: around.study.id,
        site_id: around.site.id,
        study_country_id: around.country.id,
        country_code: around.country.country_code,
        number: input.number,
        state: StudySiteState::Identified,
        responsible_engagement_id: engagement.as_ref().map(|engagement| engagement.id),
        vendor_id: engagement.map(|engagement| engagement.vendor_id),
        selected_on: None,
        initiated_on: None,
        activated_on: None,
        closed_on: None,
        target_enrollment: input.target_enrollment,
        screened: 0,
        enrolled: 0,
        discontinued: 0,
        completed: 0,
    };
    deciding.permit(Action::Create, &study_site.clone().into_entity())?;
    if study_site.number.is_some() {
        deciding.unique(Action::Create, Kind::StudySite, Some(study_site.study_id), "number")?;
    }
    if around.site.country_code != study_site.country_code {
        return Err(UserError::at(Code::BadUserInput, "siteId", "The facility lies in another country. Choose one in this country.").into());
    }
    check(&study_site)?;
    Ok(Change::one(Op::Created, study_site.into_entity()))
}

/// Decides a change of a site of a study.
///
/// # Errors
/// FORBIDDEN for who may not; NOT_FOUND for an engagement of another study; BAD_USER_INPUT for counts that cannot be (I-15).
pub fn study_site_update(
    deciding: &Deciding<'_>,
    mut study_site: StudySite,
    engagement: Option<Engagement>,
    input: StudySiteUpdate,
) -> Result<Change, Refusal> {
    deciding.permit(Action::Update, &study_site.clone().into_entity())?;
    // A collision of numbers would tell a vendor of sites that it may not see.
    for (field, given) in
        [("responsibleEngagementId", input.responsible_engagement_id != Patch::Keep), ("number", input.number != Patch::Keep)]
    {
        if given && deciding.viewer.organization != study_site.sponsor_id {
            return Err(UserError::at(Code::Forbidden, field, "Only the sponsor changes this field. Leave it out.").into());
        }
    }
    if input.number != Patch::Keep {
        deciding.unique(Action::Update, Kind::StudySite, Some(study_site.study_id), "number")?;
    }
    if let Patch::Set(_) = input.responsible_engagement_id {
        let engagement = lead(engagement, study_site.study_id, "responsibleEngagementId")?;
        study_site.responsible_engagement_id = engagement.as_ref().map(|engagement| engagement.id);
        study_site.vendor_id = engagement.map(|engagement| engagement.vendor_id);
    }
    input.number.apply(&mut study_site.number);
    input.target_enrollment.apply(&mut study_site.target_enrollment);
    input.screened.apply(&mut study_site.screened);
    input.enrolled.apply(&mut study_site.enrolled);
    input.discontinued.apply(&mut study_site.discontinued);
    input.completed.apply(&mut study_site.completed);
    check(&study_site)?;
    Ok(Change::one(Op::Updated, study_site.into_entity()))
}

fn check(study_site: &StudySite) -> Result<(), Refusal> {
    let counts = [
        ("targetEnrollment", study_site.target_enrollment.unwrap_or(0)),
        ("screened", study_site.screened),
        ("enrolled", study_site.enrolled),
        ("discontinued", study_site.discontinued),
        ("completed", study_site.completed),
    ];
    let negative = |(field, count): (&str, i64)| {
        (count < 0).then(|| UserError::at(Code::BadUserInput, field, "A number of participants cannot be negative."))
    };
    let mut errors: Vec<UserError> = counts.into_iter().filter_map(negative).collect();
    errors.extend(study_site.number.as_deref().and_then(|number| too_long("number", number)));
    if study_site.enrolled > study_site.screened {
        errors.push(UserError::at(Code::BadUserInput, "enrolled", "No more subjects can be enrolled than were screened."));
    }
    if errors.is_empty() { Ok(()) } else { Err(Refusal(errors)) }
}
