//! What one protocol file says of one study, in Tandem's vocabulary: plain, owned data.
//! It holds what Tandem takes over and nothing of the file's own shape.

use chrono::NaiveDate;

use super::nct_id::NctId;
use super::record::RegistryOrganization;
use crate::portfolio::{
    AmendmentClass, AmendmentImpact, AmendmentReason, AmendmentScope, AmendmentState, Phase, ProtocolStatus, StudyType,
};
use crate::value::CountryCode;

/// What one protocol file says of one study.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtocolRecord {
    /// Who answers for the study.
    pub sponsor: RegistryOrganization,
    /// By what the study is known, and what it is made by where it is not there yet.
    pub study: ProtocolStudy,
    /// The amendments, each number once.
    pub amendments: Vec<AmendmentRecord>,
    /// The versions of the protocol, each label once.
    pub versions: Vec<ProtocolVersionRecord>,
}

impl ProtocolRecord {
    /// How many records there are to be taken.
    #[must_use]
    pub fn count(&self) -> u64 {
        u64::try_from(self.amendments.len() + self.versions.len()).unwrap_or(u64::MAX)
    }
}

/// A study as a protocol file names it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ProtocolStudy {
    /// The registry's number.
    pub nct_id: Option<NctId>,
    /// The sponsor's own number.
    pub protocol_number: Option<String>,
    /// Short title.
    pub brief_title: Option<String>,
    /// Full title.
    pub official_title: Option<String>,
    /// Short name.
    pub acronym: Option<String>,
    /// Kind of study.
    pub study_type: Option<StudyType>,
    /// Phases; empty where the file names none that Tandem knows.
    pub phases: Vec<Phase>,
}

/// A version of a protocol as a file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtocolVersionRecord {
    /// What the sponsor calls it.
    pub label: String,
    /// How far it has come.
    pub status: ProtocolStatus,
    /// The day of its last approval.
    pub approved_on: Option<NaiveDate>,
    /// The number of the amendment that led to it.
    pub amendment_number: Option<String>,
}

/// An amendment as a file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AmendmentRecord {
    /// Its number.
    pub number: String,
    /// How grave it is; nothing where the file names no impact.
    pub class: Option<AmendmentClass>,
    /// Where it stands.
    pub state: AmendmentState,
    /// The main reason.
    pub primary_reason: AmendmentReason,
    /// Other reasons, each once.
    pub secondary_reasons: Vec<AmendmentReason>,
    /// On what it bears, each once.
    pub impacts: Vec<AmendmentImpact>,
    /// What it changes.
    pub summary: String,
    /// Where it counts.
    pub scope: AmendmentScope,
    /// The regions that are named, each once.
    pub region_codes: Vec<String>,
    /// The countries that are named, each once.
    pub country_codes: Vec<CountryCode>,
    /// From which day on it was to count.
    pub planned_effective_date: Option<NaiveDate>,
}
