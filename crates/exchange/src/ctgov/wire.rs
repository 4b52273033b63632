//! The registry's own shape of a record, as far as Tandem reads it; all else in a file is passed over.
//! Everything may be missing here: what must be there is the converter's to say, with a path and a reason.

use serde::Deserialize;

use crate::objects::objects_only;

/// A snapshot line or a raw record: both hold the protocol section, the snapshot repeats the number beside it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", remote = "Self")]
pub(super) struct Record {
    pub(super) nct_id: Option<String>,
    pub(super) protocol_section: Option<ProtocolSection>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", remote = "Self")]
pub(super) struct ProtocolSection {
    pub(super) identification_module: Option<Identification>,
    pub(super) status_module: Option<Status>,
    pub(super) sponsor_collaborators_module: Option<Sponsors>,
    pub(super) oversight_module: Option<Oversight>,
    pub(super) conditions_module: Option<Conditions>,
    pub(super) design_module: Option<Design>,
    pub(super) contacts_locations_module: Option<Locations>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", remote = "Self")]
pub(super) struct Identification {
    pub(super) nct_id: Option<String>,
    pub(super) org_study_id_info: Option<OrgStudyId>,
    pub(super) secondary_id_infos: Option<Vec<SecondaryId>>,
    pub(super) acronym: Option<String>,
    pub(super) brief_title: Option<String>,
    pub(super) official_title: Option<String>,
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
pub(super) struct OrgStudyId {
    pub(super) id: Option<String>,
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
pub(super) struct SecondaryId {
    pub(super) id: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", remote = "Self")]
pub(super) struct Status {
    pub(super) overall_status: Option<String>,
    pub(super) why_stopped: Option<String>,
    pub(super) start_date_struct: Option<Date>,
    pub(super) primary_completion_date_struct: Option<Date>,
    pub(super) completion_date_struct: Option<Date>,
    pub(super) last_update_post_date_struct: Option<Date>,
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
pub(super) struct Date {
    pub(super) date: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", remote = "Self")]
pub(super) struct Sponsors {
    pub(super) lead_sponsor: Option<Sponsor>,
    pub(super) collaborators: Option<Vec<Sponsor>>,
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
pub(super) struct Sponsor {
    pub(super) name: Option<String>,
    pub(super) class: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", remote = "Self")]
pub(super) struct Oversight {
    pub(super) oversight_has_dmc: Option<bool>,
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
pub(super) struct Conditions {
    pub(super) conditions: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", remote = "Self")]
pub(super) struct Design {
    pub(super) study_type: Option<String>,
    pub(super) phases: Option<Vec<String>>,
    pub(super) design_info: Option<DesignInfo>,
    pub(super) enrollment_info: Option<Enrollment>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", remote = "Self")]
pub(super) struct DesignInfo {
    pub(super) masking_info: Option<MaskingInfo>,
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
pub(super) struct MaskingInfo {
    pub(super) masking: Option<String>,
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
pub(super) struct Enrollment {
    pub(super) count: Option<i64>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
pub(super) struct Locations {
    pub(super) locations: Option<Vec<Location>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", remote = "Self")]
pub(super) struct Location {
    pub(super) facility: Option<String>,
    pub(super) status: Option<String>,
    pub(super) city: Option<String>,
    pub(super) state: Option<String>,
    pub(super) zip: Option<String>,
    pub(super) country: Option<String>,
    pub(super) geo_point: Option<GeoPoint>,
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
pub(super) struct GeoPoint {
    pub(super) lat: Option<f64>,
    pub(super) lon: Option<f64>,
}

objects_only!(
    Record,
    ProtocolSection,
    Identification,
    OrgStudyId,
    SecondaryId,
    Status,
    Date,
    Sponsors,
    Sponsor,
    Oversight,
    Conditions,
    Design,
    DesignInfo,
    MaskingInfo,
    Enrollment,
    Locations,
    Location,
    GeoPoint
);
