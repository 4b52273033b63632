//! Rows that another system reports about what it knows by its own ids: what is not known yet is made, what is known is changed where
//! the row says otherwise. What a row leaves out stays.

use chrono::NaiveDate;

use crate::command::{Code, Refusal, UserError};
use crate::id::{EngagementId, MilestoneId, OrganizationId, SiteId, StudyCountryId, StudyId, StudySiteId};
use crate::input;
use crate::portfolio::{Milestone, MilestoneCreate, MilestoneType, MilestoneUpdate, StudySite, StudySiteCreate, StudySiteUpdate};
use crate::record::{Patch, Term};

input! {
    /// A milestone, as another system knows it.
    pub struct MilestoneRow {
        /// What the system calls it.
        external_id: String,
        /// The milestone that it calls so from now on; for one that is known here and not yet by that name.
        id: Option<MilestoneId>,
        /// The study; needed for a new one.
        study_id: Option<StudyId>,
        /// The country, for one of a country.
        study_country_id: Option<StudyCountryId>,
        /// The study site, for one of a site.
        study_site_id: Option<StudySiteId>,
        /// The engagement that has to reach it.
        engagement_id: Option<EngagementId>,
        /// Whether it is of the engagement itself; left out: no.
        of_engagement: Option<bool>,
        /// What is reached; needed for a new one.
        milestone_type: Option<Term<MilestoneType>>,
        /// By when it was planned at first; another one needs a reason.
        baseline_date: Patch<Option<NaiveDate>>,
        /// By when it is planned now.
        planned_date: Patch<Option<NaiveDate>>,
        /// When it was reached; not later than today.
        actual_date: Patch<Option<NaiveDate>>,
    }

    /// A site of a study, as another system knows it. Steps are not taken this way.
    pub struct StudySiteRow {
        /// What the system calls it.
        external_id: String,
        /// The site of the study that it calls so from now on; for one that is known here and not yet by that name.
        id: Option<StudySiteId>,
        /// The country of the study in which it lies; needed for a new one.
        study_country_id: Option<StudyCountryId>,
        /// The facility; needed for a new one.
        site_id: Option<SiteId>,
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

impl MilestoneRow {
    /// The command that plans it, where it is not known yet.
    ///
    /// # Errors
    /// BAD_USER_INPUT where the row does not say what a new one needs.
    pub fn create(&self) -> Result<MilestoneCreate, Refusal> {
        let faults = [("studyId", self.study_id.is_none()), ("milestoneType", self.milestone_type.is_none())];
        let (Some(study_id), Some(milestone_type)) = (self.study_id, &self.milestone_type) else { return Err(needed(&faults)) };
        Ok(MilestoneCreate {
            study_id,
            study_country_id: self.study_country_id,
            study_site_id: self.study_site_id,
            engagement_id: self.engagement_id,
            of_engagement: self.of_engagement,
            milestone_type: Term(milestone_type.0),
            baseline_date: given(&self.baseline_date).flatten(),
            planned_date: given(&self.planned_date).flatten(),
            owner_id: None,
            predecessor_ids: None,
            payment_trigger: None,
            expected_documents: None,
        })
    }

    /// The command that brings a known one up to the row; nothing where it says what is known.
    ///
    /// # Errors
    /// CONFLICT where the row is about another place or another thing to be reached.
    pub fn update(&self, known: &Milestone) -> Result<Option<MilestoneUpdate>, Refusal> {
        elsewhere(&[
            ("studyId", differs(self.study_id, Some(known.study_id))),
            ("studyCountryId", differs(self.study_country_id, known.study_country_id)),
            ("studySiteId", differs(self.study_site_id, known.study_site_id)),
            ("engagementId", differs(self.engagement_id, known.engagement_id)),
            ("milestoneType", differs(self.milestone_type.as_ref().map(|term| term.0), Some(known.milestone_type))),
        ])?;
        let update = MilestoneUpdate {
            id: known.id,
            baseline_date: news(&self.baseline_date, &known.baseline_date),
            planned_date: news(&self.planned_date, &known.planned_date),
            actual_date: news(&self.actual_date, &known.actual_date),
            owner_id: Patch::Keep,
            predecessor_ids: Patch::Keep,
            payment_trigger: Patch::Keep,
            expected_documents: Patch::Keep,
        };
        let dates = [&update.baseline_date, &update.planned_date, &update.actual_date];
        Ok(dates.iter().any(|date| **date != Patch::Keep).then_some(update))
    }
}

impl StudySiteRow {
    /// The command that adds it to the study, where it is not known yet.
    ///
    /// # Errors
    /// BAD_USER_INPUT where the row does not say what a new one needs.
    pub fn create(&self) -> Result<StudySiteCreate, Refusal> {
        let faults = [("studyCountryId", self.study_country_id.is_none()), ("siteId", self.site_id.is_none())];
        let (Some(study_country_id), Some(site_id)) = (self.study_country_id, self.site_id) else { return Err(needed(&faults)) };
        Ok(StudySiteCreate {
            study_country_id,
            site_id,
            number: given(&self.number).flatten(),
            responsible_engagement_id: given(&self.responsible_engagement_id).flatten(),
            target_enrollment: given(&self.target_enrollment).flatten(),
        })
    }

    /// The command of somebody of `organization` that brings a known one up to the row; nothing where it says what is known. What is the
    /// sponsor's to change is told to nobody else by comparing it: the command refuses that he names it.
    ///
    /// # Errors
    /// CONFLICT where the row is about another country or facility.
    pub fn update(&self, known: &StudySite, organization: OrganizationId) -> Result<Option<StudySiteUpdate>, Refusal> {
        elsewhere(&[
            ("studyCountryId", differs(self.study_country_id, Some(known.study_country_id))),
            ("siteId", differs(self.site_id, Some(known.site_id))),
        ])?;
        let own = organization == known.sponsor_id;
        let update = StudySiteUpdate {
            id: known.id,
            number: if own { news(&self.number, &known.number) } else { self.number.clone() },
            responsible_engagement_id: if own {
                news(&self.responsible_engagement_id, &known.responsible_engagement_id)
            } else {
                self.responsible_engagement_id.clone()
            },
            target_enrollment: news(&self.target_enrollment, &known.target_enrollment),
            screened: news(&self.screened, &known.screened),
            enrolled: news(&self.enrolled, &known.enrolled),
            discontinued: news(&self.discontinued, &known.discontinued),
            completed: news(&self.completed, &known.completed),
        };
        let counts = [&update.screened, &update.enrolled, &update.discontinued, &update.completed];
        let changes = counts.iter().any(|count| **count != Patch::Keep)
            || update.number != Patch::Keep
            || update.responsible_engagement_id != Patch::Keep
            || update.target_enrollment != Patch::Keep;
        Ok(changes.then_some(update))
    }
}

fn given<T: Clone>(patch: &Patch<T>) -> Option<T> {
    match patch {
        Patch::Keep => None,
        Patch::Set(value) => Some(value.clone()),
    }
}

/// What is given and is not known so.
fn news<T: Clone + PartialEq>(patch: &Patch<T>, known: &T) -> Patch<T> {
    match patch {
        Patch::Set(value) if value != known => Patch::Set(value.clone()),
        _ => Patch::Keep,
    }
}

fn differs<T: PartialEq>(given: Option<T>, known: Option<T>) -> bool {
    given.is_some() && given != known
}

fn needed(faults: &[(&str, bool)]) -> Refusal {
    let words = "The system calls nothing so that you see: this is needed to make it.";
    Refusal(faults.iter().filter(|(_, lacks)| *lacks).map(|(field, _)| UserError::at(Code::BadUserInput, field, words)).collect())
}

fn elsewhere(faults: &[(&str, bool)]) -> Result<(), Refusal> {
    let words = "The system calls something else so, of another place or kind. Give that id to the other, or another id to this one.";
    let found: Vec<UserError> =
        faults.iter().filter(|(_, wrong)| *wrong).map(|(field, _)| UserError::at(Code::Conflict, field, words)).collect();
    if found.is_empty() { Ok(()) } else { Err(Refusal(found)) }
}
