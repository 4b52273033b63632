//! One registry record in Tandem's vocabulary: plain, owned data.
//! It holds what Tandem takes over and nothing of the registry's own file shape.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::nct_id::NctId;
use super::organization_key::organization_key;
use super::site_key::{DistinctSites, SiteKey, distinct_sites};
use crate::party::OrganizationClass;
use crate::portfolio::{Masking, Phase, RegistryStatus, StudyType};
use crate::value::{CountryCode, EstimateKind, PartialDate};

/// What one registry record says about one study.
///
/// Texts are as the registry writes them, trimmed; an empty text is absent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegistryRecord {
    /// The registry's number of the study.
    pub nct_id: NctId,
    /// The sponsor's own number of the study (protocol number), where the record has one.
    pub protocol_number: Option<String>,
    /// EU CT number (`2023-508083-30-00`).
    pub eu_ct_number: Option<String>,
    /// EudraCT number (`2014-000633-23`).
    pub eudra_ct_number: Option<String>,
    /// Number of the US investigational new drug application.
    pub ind_number: Option<String>,
    /// Short name.
    pub acronym: Option<String>,
    /// Title for the public.
    pub brief_title: String,
    /// Full scientific title.
    pub official_title: Option<String>,
    /// Kind of study.
    pub study_type: StudyType,
    /// Phases, each once, in the registry's order; empty where the record names none.
    pub phases: Vec<Phase>,
    /// Where the study stands.
    pub overall_status: RegistryStatus,
    /// Why it was stopped, in the sponsor's words.
    pub why_stopped: Option<String>,
    /// Start of the study.
    pub start_date: Option<PartialDate>,
    /// Last data for the primary outcome.
    pub primary_completion_date: Option<PartialDate>,
    /// Last data at all.
    pub completion_date: Option<PartialDate>,
    /// Number of participants.
    pub enrollment: Option<Enrollment>,
    /// How many parties are masked.
    pub masking: Option<Masking>,
    /// Whether a data monitoring committee watches.
    pub has_dmc: Option<bool>,
    /// Conditions studied, each spelling once.
    pub conditions: Vec<String>,
    /// Who answers for the study.
    pub lead_sponsor: RegistryOrganization,
    /// Who works with the sponsor; CROs appear here only where the sponsor registered them.
    pub collaborators: Vec<RegistryOrganization>,
    /// Day on which the registry posted the record's last change.
    pub last_update_posted: Option<NaiveDate>,
    /// Places as the record lists them, repetitions included; see [`RegistryRecord::distinct_sites`].
    pub locations: Vec<RegistryLocation>,
}

impl RegistryRecord {
    /// The record's places with repetitions taken out.
    #[must_use]
    pub fn distinct_sites(&self) -> DistinctSites<'_> {
        distinct_sites(&self.locations)
    }
}

/// Number of participants and whether it is a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrollment {
    /// Participants; never more than the graph's `Int` holds (2,147,483,647).
    pub count: u32,
    /// Planned or counted; absent where the record does not say.
    pub kind: Option<EstimateKind>,
}

/// An organisation as a record names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistryOrganization {
    /// The spelling in this record.
    pub name: String,
    /// The registry's class, where it gives one.
    pub class: Option<OrganizationClass>,
}

impl RegistryOrganization {
    /// The key by which spellings of one organisation are recognised; see [`organization_key`].
    #[must_use]
    pub fn key(&self) -> String {
        organization_key(&self.name)
    }
}

/// A place at which a study is run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegistryLocation {
    /// Name of the institution; sponsors leave it out or write a stand-in for it.
    pub facility: Option<String>,
    /// City.
    pub city: Option<String>,
    /// State or region.
    pub state: Option<String>,
    /// Postcode as written.
    pub postcode: Option<String>,
    /// Country.
    pub country: CountryCode,
    /// Where this place stands; registries tell it only while a study recruits.
    pub status: Option<RegistryStatus>,
    /// Position of the city.
    pub geo: Option<GeoPoint>,
}

impl RegistryLocation {
    /// The key of the place within its study.
    #[must_use]
    pub fn key(&self) -> SiteKey {
        SiteKey::of(self)
    }
}

/// A position on the globe (WGS 84), in degrees.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GeoPoint {
    /// North positive, −90 to 90.
    pub latitude: f64,
    /// East positive, −180 to 180.
    pub longitude: f64,
}
