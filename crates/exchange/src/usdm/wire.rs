//! The shape of a USDM file, as far as Tandem reads it; all else in a file is passed over.
//! Everything may be missing here: what must be there is for the reading rules to say, with a path and a reason.

use serde::Deserialize;
use serde_json::Value;

use crate::objects::objects_only;

/// A file.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", remote = "Self")]
pub(super) struct File {
    pub(super) study: Option<Study>,
    pub(super) usdm_version: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", remote = "Self")]
pub(super) struct Study {
    /// Documents, each read by itself.
    pub(super) documented_by: Option<Vec<Value>>,
    pub(super) versions: Option<Vec<StudyVersion>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", remote = "Self")]
pub(super) struct StudyVersion {
    pub(super) version_identifier: Option<String>,
    pub(super) document_version_ids: Option<Vec<String>>,
    /// Read where a version of the protocol has no dates of its own.
    pub(super) date_values: Option<Vec<Value>>,
    /// Amendments, each read by itself.
    pub(super) amendments: Option<Vec<Value>>,
    pub(super) study_identifiers: Option<Vec<Identifier>>,
    pub(super) titles: Option<Vec<Title>>,
    pub(super) organizations: Option<Vec<Organization>>,
    pub(super) roles: Option<Vec<Role>>,
    pub(super) study_designs: Option<Vec<Design>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", remote = "Self")]
pub(super) struct Identifier {
    pub(super) text: Option<String>,
    pub(super) scope_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
pub(super) struct Title {
    pub(super) text: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: Option<Code>,
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
pub(super) struct Organization {
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) label: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: Option<Code>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", remote = "Self")]
pub(super) struct Role {
    pub(super) code: Option<Code>,
    pub(super) organization_ids: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", remote = "Self")]
pub(super) struct Design {
    pub(super) study_type: Option<Code>,
    pub(super) study_phase: Option<AliasCode>,
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
pub(super) struct Document {
    #[serde(rename = "type")]
    pub(super) kind: Option<Code>,
    /// Versions, each read by itself.
    pub(super) versions: Option<Vec<Value>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", remote = "Self")]
pub(super) struct DocumentVersion {
    pub(super) id: Option<String>,
    pub(super) version: Option<String>,
    pub(super) status: Option<Code>,
    pub(super) date_values: Option<Vec<GovernanceDate>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", remote = "Self")]
pub(super) struct Amendment {
    pub(super) number: Option<String>,
    pub(super) summary: Option<String>,
    pub(super) primary_reason: Option<Reason>,
    pub(super) secondary_reasons: Option<Vec<Reason>>,
    pub(super) impacts: Option<Vec<Impact>>,
    pub(super) geographic_scopes: Option<Vec<GeographicScope>>,
    pub(super) date_values: Option<Vec<GovernanceDate>>,
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
pub(super) struct Reason {
    pub(super) code: Option<Code>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", remote = "Self")]
pub(super) struct Impact {
    #[serde(rename = "type")]
    pub(super) kind: Option<Code>,
    pub(super) is_substantial: Option<bool>,
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
pub(super) struct GeographicScope {
    #[serde(rename = "type")]
    pub(super) kind: Option<Code>,
    pub(super) code: Option<AliasCode>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", remote = "Self")]
pub(super) struct GovernanceDate {
    #[serde(rename = "type")]
    pub(super) kind: Option<Code>,
    pub(super) date_value: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", remote = "Self")]
pub(super) struct AliasCode {
    pub(super) standard_code: Option<Code>,
}

#[derive(Deserialize)]
#[serde(remote = "Self")]
pub(super) struct Code {
    pub(super) code: Option<String>,
}

impl Code {
    /// Whether it is one of these.
    pub(super) fn is(&self, codes: &[&str]) -> bool {
        self.code.as_deref().is_some_and(|code| codes.contains(&code.trim()))
    }
}

objects_only!(
    File,
    Study,
    StudyVersion,
    Identifier,
    Title,
    Organization,
    Role,
    Design,
    Document,
    DocumentVersion,
    Amendment,
    Reason,
    Impact,
    GeographicScope,
    GovernanceDate,
    AliasCode,
    Code
);
