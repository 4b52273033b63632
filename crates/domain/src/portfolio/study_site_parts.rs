//! The parts of a study site that are kept by themselves: assessment, contact, and what the registry says.

use crate::access::{Action, Readers};
use crate::command::{Change, Deciding, Op, Refusal};
use crate::id::{OrganizationId, StudyId, StudySiteId};
use crate::portfolio::{RegistryStatus, StudySite};
use crate::record::{Patch, Record};
use crate::value::{CountryCode, PartialDate};
use crate::{input, record};

record! {
    /// The sponsor's own assessment of a site of a study. No vendor, partner or finance role sees it.
    pub struct StudySiteInternal: StudySiteInternal {
        /// The study site's id.
        id: StudySiteId,
        /// The sponsor.
        sponsor_id: OrganizationId,
        /// The study.
        study_id: StudyId,
        /// The country.
        country_code: CountryCode,
        /// How risky the sponsor holds the site to be.
        risk_score: Option<f64>,
    }
}

record! {
    /// Who is to be reached at a site of a study; for the people who work with the site.
    pub struct StudySiteContact: StudySiteContact {
        /// The study site's id.
        id: StudySiteId,
        /// The sponsor.
        sponsor_id: OrganizationId,
        /// The study.
        study_id: StudyId,
        /// The country.
        country_code: CountryCode,
        /// The principal investigator.
        principal_investigator_name: Option<String>,
    }
}

record! {
    /// What the registry says of a site of a study. Only imports write it.
    pub struct StudySiteRegistry: StudySiteRegistry {
        /// The study site's id.
        id: StudySiteId,
        /// The sponsor.
        sponsor_id: OrganizationId,
        /// The study.
        study_id: StudyId,
        /// The country.
        country_code: CountryCode,
        /// By what the import knows the site again within the study; not shown on the graph.
        registry_key: String,
        /// The registry's status of the site.
        status: Option<RegistryStatus>,
        /// When the registry stopped to list the site; the site itself stays.
        vanished_on: Option<PartialDate>,
    }
}

impl StudySiteInternal {
    pub(crate) fn audience(&self) -> Readers {
        Readers::SPONSOR
    }
}

impl StudySiteContact {
    pub(crate) fn audience(&self) -> Readers {
        Readers::SPONSOR.and(Readers::VENDOR)
    }
}

impl StudySiteRegistry {
    pub(crate) fn audience(&self) -> Readers {
        Readers::SPONSOR.and(Readers::VENDOR).and(Readers::CLIENT)
    }
}

input! {
    /// Changes the sponsor's own assessment of a study site. `expectedVersion` is the assessment's; 0 where there is none yet.
    pub struct StudySiteInternalUpdate {
        /// The study site.
        id: StudySiteId,
        /// How risky the sponsor holds the site to be.
        risk_score: Patch<Option<f64>>,
    }

    /// Changes who is to be reached at a study site. `expectedVersion` is the contact's; 0 where there is none yet.
    pub struct StudySiteContactUpdate {
        /// The study site.
        id: StudySiteId,
        /// The principal investigator.
        principal_investigator_name: Patch<Option<String>>,
    }
}

/// Decides a change of a study site's assessment; `part` is what there is so far.
///
/// # Errors
/// FORBIDDEN for who may not edit the site.
pub fn study_site_internal_update(
    deciding: &Deciding<'_>,
    site: &StudySite,
    part: Option<StudySiteInternal>,
    input: StudySiteInternalUpdate,
) -> Result<Change, Refusal> {
    // On the site's facts, which say which engagements work there: its assessment names none.
    deciding.permit(Action::Update, &site.clone().into_entity())?;
    let op = if part.is_some() { Op::Updated } else { Op::Created };
    let mut part = part.unwrap_or(StudySiteInternal {
        id: site.id,
        sponsor_id: site.sponsor_id,
        study_id: site.study_id,
        country_code: site.country_code,
        risk_score: None,
    });
    input.risk_score.apply(&mut part.risk_score);
    Ok(Change::one(op, part.into_entity()))
}

/// Decides a change of a study site's contact; `part` is what there is so far.
///
/// # Errors
/// FORBIDDEN for who may not: the site's own vendor may, another vendor that only sees it may not.
pub fn study_site_contact_update(
    deciding: &Deciding<'_>,
    site: &StudySite,
    part: Option<StudySiteContact>,
    input: StudySiteContactUpdate,
) -> Result<Change, Refusal> {
    // Who may edit the site may edit its contact: the decision is made on the site's facts, which name its vendor.
    deciding.permit(Action::Update, &site.clone().into_entity())?;
    let op = if part.is_some() { Op::Updated } else { Op::Created };
    let mut part = part.unwrap_or(StudySiteContact {
        id: site.id,
        sponsor_id: site.sponsor_id,
        study_id: site.study_id,
        country_code: site.country_code,
        principal_investigator_name: None,
    });
    input.principal_investigator_name.apply(&mut part.principal_investigator_name);
    Ok(Change::one(op, part.into_entity()))
}
