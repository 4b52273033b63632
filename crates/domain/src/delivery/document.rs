//! A document as metadata: what it is, in which version, how its content is known again. The content itself is kept elsewhere.
//! A draft is its own side's; what is blinded for the sponsor does not exist for the sponsor.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::{Action, Readers, Role, Side};
use crate::command::{Change, Code, Deciding, Op, Refusal, UserError, too_long};
use crate::engagement::Engagement;
use crate::id::{DocumentId, EngagementId, OrganizationId, StudyId, StudySiteId, TypedId};
use crate::lifecycle::{Case, Guard, Lifecycle, STEP, Transition};
use crate::portfolio::{Study, StudySite};
use crate::record::{Kind, Patch, Record, Term};
use crate::value::CountryCode;
use crate::{input, record, vocabulary};

vocabulary! {
    /// Who may know the content.
    pub enum Blinding {
        /// Both sides.
        Open = "OPEN",
        /// Not the sponsor's team.
        SponsorBlinded = "SPONSOR_BLINDED",
        /// Only who was named for it.
        UnblindedRestricted = "UNBLINDED_RESTRICTED",
    }

    /// Where a document stands.
    pub enum DocumentState {
        /// Being written; only its own side has it.
        Draft = "DRAFT",
        /// Being reviewed.
        InReview = "IN_REVIEW",
        /// Approved.
        Approved = "APPROVED",
        /// In force.
        Effective = "EFFECTIVE",
        /// Replaced by a newer one.
        Superseded = "SUPERSEDED",
        /// No longer of use.
        Obsolete = "OBSOLETE",
    }
}

record! {
    /// A document: what it is and how its content is known again.
    pub struct Document: Document {
        /// Its id.
        id: DocumentId,
        /// The sponsor.
        sponsor_id: OrganizationId,
        /// The study.
        study_id: StudyId,
        /// The vendor whose engagement it belongs to.
        vendor_id: Option<OrganizationId>,
        /// The engagement that it belongs to; nothing: the sponsor's own.
        engagement_id: Option<EngagementId>,
        /// The country of its study site.
        country_code: Option<CountryCode>,
        /// The study site that it is about.
        study_site_id: Option<StudySiteId>,
        /// The side that wrote it.
        owner_side: Side,
        /// Its place in the trial master file, as the TMF reference model numbers artifacts, such as `01.01.02`.
        tmf_artifact: String,
        /// Its title.
        title: String,
        /// Its version as people call it, such as `2.0`.
        version_label: String,
        /// Where it stands.
        state: DocumentState,
        /// Who may know its content.
        blinding: Blinding,
        /// The SHA-256 of its content, 64 hexadecimal digits.
        sha256: String,
        /// The size of its content in bytes.
        size: i64,
        /// The media type of its content, such as `application/pdf`.
        media_type: String,
        /// Since when its content is kept here, to be had at `/files/{id}`; nothing: it is only described.
        content_at: Option<DateTime<Utc>>,
        /// The language it is written in, such as `en` (BCP 47).
        language: Option<String>,
        /// The day until which it has to be kept.
        retention_until: Option<NaiveDate>,
        /// Whether it may not be destroyed, whatever its retention.
        legal_hold: bool,
        /// The document that it replaces.
        supersedes_id: Option<DocumentId>,
    }
}

impl Document {
    /// Whether both sides may read it: neither a draft nor something that a side is blinded for.
    pub(crate) fn is_open_to_both(&self) -> bool {
        self.blinding == Blinding::Open && self.state != DocumentState::Draft
    }

    /// A draft is for its own side; what the sponsor is blinded for is the vendor's alone. What only named people may know is for nobody, as
    /// long as nobody can be named.
    pub(crate) fn audience(&self) -> Readers {
        let vendor = match (self.vendor_id, self.study_site_id) {
            (None, _) => Readers::NONE,
            (Some(_), None) => Readers::VENDOR,
            (Some(_), Some(_)) => Readers::VENDOR.and(Readers::CRA),
        };
        match (self.blinding, self.state, self.owner_side) {
            (Blinding::UnblindedRestricted, ..) => Readers::NONE,
            (Blinding::SponsorBlinded, ..) | (Blinding::Open, DocumentState::Draft, Side::Vendor) => vendor,
            (Blinding::Open, DocumentState::Draft, _) => Readers::SPONSOR,
            (Blinding::Open, ..) => Readers::SPONSOR.and(vendor),
        }
    }
}

const SPONSORS: &[Role] = &[Role::SStudyManager, Role::SVendorManager, Role::SQa, Role::SRegulatory, Role::SSafety, Role::SDataLead];
const VENDORS: &[Role] = &[Role::VProjectManager, Role::VRegulatory, Role::VSafety];
const BY_SPONSOR: &[Case] = &[Case::MadeBy(Side::Sponsor)];
const BY_VENDOR: &[Case] = &[Case::MadeBy(Side::Vendor)];
/// What belongs to an ended engagement stays as it stood then.
const OPEN: &[Guard] = &[Guard::EngagementOpen];

macro_rules! on_both_sides {
    ($($from:literal $action:literal $to:literal $doc:literal $reason:literal $signature:literal;)*) => {
        &[$(
            Transition {
                from: &[$from], action: $action, to: $to, when: BY_SPONSOR, who: SPONSORS, guards: OPEN, reason: $reason, signature: $signature,
                doc: $doc, ..STEP
            },
            Transition {
                from: &[$from], action: $action, to: $to, when: BY_VENDOR, who: VENDORS, guards: OPEN, reason: $reason, signature: $signature,
                doc: $doc, ..STEP
            },
        )*
            Transition { from: &["EFFECTIVE"], action: "SUPERSEDE", to: "SUPERSEDED", doc: "A newer document that replaces it is in force.", ..STEP },
        ]
    };
}

/// The lifecycle of a document (domain.md B.11); its own side moves it.
pub static DOCUMENT_LIFECYCLE: Lifecycle = Lifecycle {
    kind: Kind::Document,
    column: "state",
    initial: "DRAFT",
    transitions: on_both_sides! {
        "DRAFT" "SUBMIT_FOR_REVIEW" "IN_REVIEW" "Have it reviewed; from now on the other side of its engagement has it too." false false;
        "IN_REVIEW" "APPROVE" "APPROVED" "Approve it." false true;
        "APPROVED" "MAKE_EFFECTIVE" "EFFECTIVE" "Put it in force; what it replaces is superseded." false false;
        "EFFECTIVE" "MAKE_OBSOLETE" "OBSOLETE" "Take it out of use." true false;
    },
};

input! {
    /// Enters a document, as DRAFT of the caller's side.
    pub struct DocumentCreate {
        /// The study.
        study_id: StudyId,
        /// The engagement that it belongs to; a vendor has to name one, a sponsor's own document has none.
        engagement_id: Option<EngagementId>,
        /// The study site that it is about.
        study_site_id: Option<StudySiteId>,
        /// Its place in the trial master file, such as `01.01.02`.
        tmf_artifact: String,
        /// Its title.
        title: String,
        /// Its version as people call it.
        version_label: String,
        /// Who may know its content; left out: OPEN.
        blinding: Option<Term<Blinding>>,
        /// The SHA-256 of its content, 64 hexadecimal digits.
        sha256: String,
        /// The size of its content in bytes.
        size: i64,
        /// The media type of its content.
        media_type: String,
        /// The language it is written in (BCP 47).
        language: Option<String>,
        /// The day until which it has to be kept.
        retention_until: Option<NaiveDate>,
        /// The document that it replaces; one of the same engagement, side and blinding.
        supersedes_id: Option<DocumentId>,
    }

    /// Changes a document that is still a draft; retention and legal hold also later. What is left out stays.
    pub struct DocumentUpdate {
        /// The document.
        id: DocumentId,
        /// Its place in the trial master file.
        tmf_artifact: Patch<String>,
        /// Its title.
        title: Patch<String>,
        /// Its version as people call it.
        version_label: Patch<String>,
        /// The SHA-256 of its content.
        sha256: Patch<String>,
        /// The size of its content in bytes.
        size: Patch<i64>,
        /// The media type of its content.
        media_type: Patch<String>,
        /// The language it is written in.
        language: Patch<Option<String>>,
        /// The day until which it has to be kept.
        retention_until: Patch<Option<NaiveDate>>,
        /// Whether it may not be destroyed, whatever its retention.
        legal_hold: Patch<bool>,
    }
}

/// Says that a document's content is kept here from now on. No mutation: it follows from sending the content.
#[derive(Clone, Debug, PartialEq)]
pub struct DocumentKeep {
    /// The document.
    pub id: DocumentId,
    /// The SHA-256 of what was sent, 64 hexadecimal digits.
    pub sha256: String,
    /// Its size in bytes.
    pub size: i64,
    /// Its media type.
    pub media_type: String,
}

/// What a new document stands in, as the viewer sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct DocumentPlace {
    /// The study.
    pub study: Study,
    /// The engagement.
    pub engagement: Option<Engagement>,
    /// The study site.
    pub site: Option<StudySite>,
    /// The document that it replaces.
    pub supersedes: Option<Document>,
}

/// Decides a new document.
///
/// # Errors
/// FORBIDDEN for who may not; NOT_FOUND for an engagement, site or document of elsewhere; GUARD_FAILED where the engagement has ended, what
/// it replaces is the other side's, or for content that only named people may know; BAD_USER_INPUT for what cannot be.
pub fn document_create(deciding: &Deciding<'_>, place: DocumentPlace, input: DocumentCreate) -> Result<Change, Refusal> {
    let DocumentPlace { study, engagement, site, supersedes } = place;
    if engagement.as_ref().is_some_and(|engagement| engagement.study_id != study.id) {
        return Err(Refusal::not_found("engagementId"));
    }
    if site.as_ref().is_some_and(|site| site.study_id != study.id) {
        return Err(Refusal::not_found("studySiteId"));
    }
    let engagement_id = engagement.as_ref().map(|engagement| engagement.id);
    let elsewhere = |other: &Document| other.study_id != study.id || other.engagement_id != engagement_id;
    if supersedes.as_ref().is_some_and(elsewhere) {
        return Err(Refusal::not_found("supersedesId"));
    }
    let blinding = input.blinding.map_or(Blinding::Open, |term| term.0);
    // Putting the new one in force takes the old one out of it: a step of the side that made it, which both sides see or neither.
    if supersedes.as_ref().is_some_and(|other| other.owner_side != deciding.viewer.side || other.blinding != blinding) {
        let words = "Replace a document of your own side that is meant for the same people. Leave supersedesId out.";
        return Err(UserError::at(Code::GuardFailed, "supersedesId", words).into());
    }
    let document = Document {
        id: DocumentId::from_uuid(deciding.ids.random()),
        sponsor_id: study.sponsor_id,
        study_id: study.id,
        vendor_id: engagement.as_ref().map(|engagement| engagement.vendor_id),
        engagement_id,
        country_code: site.as_ref().map(|site| site.country_code),
        study_site_id: site.map(|site| site.id),
        owner_side: deciding.viewer.side,
        tmf_artifact: input.tmf_artifact,
        title: input.title,
        version_label: input.version_label,
        state: DocumentState::Draft,
        blinding,
        sha256: input.sha256.to_ascii_lowercase(),
        size: input.size,
        media_type: input.media_type.to_ascii_lowercase(),
        content_at: None,
        language: input.language,
        retention_until: input.retention_until,
        legal_hold: false,
        supersedes_id: supersedes.map(|document| document.id),
    };
    deciding.permit_new(&document.clone().into_entity())?;
    if engagement.as_ref().is_some_and(|engagement| !engagement.gives_sight()) {
        return Err(UserError::at(Code::GuardFailed, "engagementId", "The engagement has ended; it stays as it stood then.").into());
    }
    check_blinding(&document)?;
    check(&document)?;
    Ok(Change::one(Op::Created, document.into_entity()))
}

/// Decides a change of a document.
///
/// # Errors
/// FORBIDDEN for who may not, or for the other side's; GUARD_FAILED for what may only change in a draft; BAD_USER_INPUT for what cannot be.
pub fn document_update(deciding: &Deciding<'_>, mut document: Document, input: DocumentUpdate) -> Result<Change, Refusal> {
    deciding.permit(Action::Update, &document.clone().into_entity())?;
    if document.owner_side != deciding.viewer.side {
        return Err(Refusal::forbidden());
    }
    let before = document.clone();
    input.tmf_artifact.apply(&mut document.tmf_artifact);
    input.title.apply(&mut document.title);
    input.version_label.apply(&mut document.version_label);
    if let Patch::Set(sha256) = input.sha256 {
        document.sha256 = sha256.to_ascii_lowercase();
    }
    input.size.apply(&mut document.size);
    if let Patch::Set(media_type) = input.media_type {
        document.media_type = media_type.to_ascii_lowercase();
    }
    if (&document.sha256, document.size, &document.media_type) != (&before.sha256, before.size, &before.media_type) {
        document.content_at = None;
    }
    input.language.apply(&mut document.language);
    let only_kept = document == before;
    input.retention_until.apply(&mut document.retention_until);
    input.legal_hold.apply(&mut document.legal_hold);
    if !only_kept && before.state != DocumentState::Draft {
        let words = "Only a draft can be changed. Enter a new document that replaces this one.";
        return Err(UserError::new(Code::GuardFailed, words).into());
    }
    check(&document)?;
    Ok(Change::one(Op::Updated, document.into_entity()))
}

/// Decides that a document's content is kept here. Its own side sends it, at any state: the hash that it was entered with says what it is.
///
/// # Errors
/// FORBIDDEN for who may not, or for the other side's; GUARD_FAILED once the engagement has ended (`open`); CONFLICT where the document has
/// come to declare another content.
pub fn document_keep(deciding: &Deciding<'_>, mut document: Document, open: bool, input: &DocumentKeep) -> Result<Change, Refusal> {
    deciding.permit(Action::Update, &document.clone().into_entity())?;
    if document.owner_side != deciding.viewer.side {
        return Err(Refusal::forbidden());
    }
    if !open {
        return Err(UserError::new(Code::GuardFailed, "The engagement has ended; it stays as it stood then.").into());
    }
    if (&document.sha256, document.size, &document.media_type) != (&input.sha256, input.size, &input.media_type) {
        let words = "The document declares another content by now. Read it again, and send what it declares.";
        return Err(UserError::new(Code::Conflict, words).into());
    }
    document.content_at = document.content_at.or(Some(deciding.now));
    Ok(Change::one(Op::Updated, document.into_entity()))
}

fn check_blinding(document: &Document) -> Result<(), Refusal> {
    let words = match document.blinding {
        Blinding::Open => return Ok(()),
        Blinding::SponsorBlinded if document.owner_side == Side::Vendor => return Ok(()),
        Blinding::SponsorBlinded => "You are of the sponsor, and would not see it yourself. Let the vendor enter it.",
        Blinding::UnblindedRestricted => {
            "Nobody could read it: unblinding grants do not exist in this version. Keep such content where it is restricted."
        }
    };
    Err(UserError::at(Code::GuardFailed, "blinding", words).into())
}

/// The largest content that the graph can tell the size of, in bytes.
const MAX_SIZE: i64 = i32::MAX as i64;

fn check(document: &Document) -> Result<(), Refusal> {
    let mut errors = Vec::new();
    let mut fault = |field: &str, words: &str| errors.push(UserError::at(Code::BadUserInput, field, words));
    if document.sha256.len() != 64 || !document.sha256.bytes().all(|letter| letter.is_ascii_hexdigit()) {
        fault("sha256", "Give the SHA-256 of the content as 64 hexadecimal digits.");
    }
    if !(1..=MAX_SIZE).contains(&document.size) {
        fault("size", "Give the size of the content in bytes, 1 to 2147483647.");
    }
    if !is_media_type(&document.media_type) {
        fault("mediaType", "Give a media type such as application/pdf.");
    }
    for (field, text) in [("title", &document.title), ("versionLabel", &document.version_label), ("tmfArtifact", &document.tmf_artifact)] {
        errors.extend(too_long(field, text));
    }
    if errors.is_empty() { Ok(()) } else { Err(Refusal(errors)) }
}

fn is_media_type(text: &str) -> bool {
    let token = |part: &str| {
        !part.is_empty() && part.len() <= 127 && part.bytes().all(|letter| letter.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&letter))
    };
    matches!(text.split_once('/'), Some((kind, subtype)) if token(kind) && token(subtype))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_are_two_tokens() {
        for right in ["application/pdf", "text/csv", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"] {
            assert!(is_media_type(right), "{right}");
        }
        for wrong in ["", "pdf", "/", "a/", "/b", "a/b/c", "text/html; charset=utf-8", "a b/c"] {
            assert!(!is_media_type(wrong), "{wrong}");
        }
    }
}
