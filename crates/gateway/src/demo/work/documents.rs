//! The demo's documents that nothing was handed in with: drafts of each side, one in force and the one that it replaced, evidence.

use sha2::{Digest as _, Sha256};
use tandem_domain::access::Side;
use tandem_domain::delivery::{Blinding, Document, DocumentState as S};
use tandem_domain::record::{Entity, Record};

use super::Stage;
use crate::demo::calendar::day;
use crate::demo::ids::{Ids, List};
use crate::demo::organizations::Org;

/// One document of the list.
#[derive(Clone, Copy)]
pub(super) struct Row {
    /// What the other lists call it.
    key: &'static str,
    protocol: &'static str,
    vendor: Option<Org>,
    side: Side,
    /// Its place in the trial master file.
    tmf: &'static str,
    title: &'static str,
    version: &'static str,
    state: S,
    blinding: Blinding,
    /// What it replaces.
    replaces: Option<&'static str>,
}

/// What the list's rows start from: a vendor's draft.
const BASE: Row = Row {
    key: "",
    protocol: "QF-101",
    vendor: Some(Org::Veltrona),
    side: Side::Vendor,
    tmf: "01.01.12",
    title: "",
    version: "1.0",
    state: S::Draft,
    blinding: Blinding::Open,
    replaces: None,
};

/// What a sponsor's own documents start from.
const OWN: Row = Row { vendor: None, side: Side::Sponsor, tmf: "02.01.02", ..BASE };

/// The documents; later ones are added at the end. What is replaced stands before what replaces it.
#[rustfmt::skip]
const DOCUMENTS: &[Row] = &[
    Row { key: "status 0.9", title: "Status report, third quarter", version: "0.9", ..BASE },
    Row { key: "status 1.0", title: "Status report, third quarter", replaces: Some("status 0.9"), ..BASE },
    Row { key: "training", title: "Training records of the monitoring team", tmf: "01.04.02", state: S::Effective, ..BASE },
    Row { key: "reconciliation", title: "Reconciliation of serious adverse events, June", tmf: "07.02.02", state: S::Effective, ..BASE },
    Row { key: "protocol 2.0", title: "Protocol", version: "2.0", state: S::Superseded, ..OWN },
    Row { key: "protocol 3.0", title: "Protocol", version: "3.0", state: S::Effective, replaces: Some("protocol 2.0"), ..OWN },
    Row { key: "protocol 4.0", title: "Protocol", version: "4.0", replaces: Some("protocol 3.0"), ..OWN },
    Row { key: "oversight", title: "Plan for the oversight of vendors", tmf: "01.01.17", state: S::Approved, ..OWN },
    Row { key: "amendment", title: "Protocol amendment 2", version: "0.3", side: Side::Sponsor, tmf: "02.01.04", ..BASE },
    Row { key: "randomisation", title: "Randomisation plan", vendor: Some(Org::Pelluvia), tmf: "11.02.01", state: S::Effective, blinding: Blinding::SponsorBlinded, ..BASE },
    Row { key: "us status", title: "Status report, United States and Japan", vendor: Some(Org::Osprelle), version: "0.4", ..BASE },
    Row { key: "site files", title: "Check of ten site files", vendor: Some(Org::Osprelle), protocol: "BM-11", tmf: "01.01.20", state: S::Effective, ..BASE },
    Row { key: "old brochure", title: "Investigator's brochure", protocol: "QF-401", version: "4.0", tmf: "02.01.01", state: S::Obsolete, ..OWN },
];

/// All of them.
pub(super) struct Documents(Vec<(&'static str, Document)>);

impl Documents {
    /// The document that the other lists call so.
    pub(super) fn named(&self, key: &str) -> Option<&Document> {
        self.0.iter().find(|(known, _)| *known == key).map(|(_, document)| document)
    }

    pub(super) fn into_entities(self) -> impl Iterator<Item = Entity> {
        self.0.into_iter().map(|(_, document)| document.into_entity())
    }
}

pub(super) fn make(stage: &Stage<'_>) -> Documents {
    let ids = Ids::of(List::Documents);
    let mut made = Documents(Vec::new());
    for row in DOCUMENTS {
        if let Some(document) = one(stage, row, &made, &ids) {
            made.0.push((row.key, document));
        }
    }
    made
}

fn one(stage: &Stage<'_>, row: &Row, made: &Documents, ids: &Ids) -> Option<Document> {
    let study = stage.study(row.protocol)?;
    let engagement = match row.vendor {
        None => None,
        Some(vendor) => Some(stage.engagement(row.protocol, vendor)?),
    };
    Some(Document {
        id: ids.next(),
        sponsor_id: study.sponsor_id,
        study_id: study.id,
        vendor_id: engagement.map(|engagement| engagement.vendor_id),
        engagement_id: engagement.map(|engagement| engagement.id),
        country_code: None,
        study_site_id: None,
        owner_side: row.side,
        tmf_artifact: row.tmf.to_owned(),
        title: format!("{} (invented)", row.title),
        version_label: row.version.to_owned(),
        state: row.state,
        blinding: row.blinding,
        sha256: sha256(&format!("{} {} {}", row.protocol, row.title, row.version)),
        size: 48_000 + 1_000 * i64::try_from(row.title.len()).unwrap_or(0),
        media_type: "application/pdf".to_owned(),
        content_at: None,
        language: Some("en".to_owned()),
        retention_until: Some(day(9_131)),
        legal_hold: false,
        supersedes_id: row.replaces.and_then(|key| made.named(key)).map(|document| document.id),
    })
}

/// The SHA-256 of an invented content, in hexadecimal digits.
pub(super) fn sha256(content: &str) -> String {
    Sha256::digest(content.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
