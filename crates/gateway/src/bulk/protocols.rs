//! The protocols of a big world: each study began by one, amended it, and goes by the second.

use tandem_domain::portfolio::{
    Amendment, AmendmentClass, AmendmentImpact, AmendmentReason, AmendmentScope, AmendmentState, ProtocolStatus, ProtocolVersion,
};
use tandem_domain::record::{Entity, Record};

use super::draw::{List, What, day, draw, id, one_of};
use super::studies::Made;

const REASONS: [AmendmentReason; 3] =
    [AmendmentReason::RecruitmentDifficulty, AmendmentReason::NewSafetyInformation, AmendmentReason::IrbIecFeedback];

/// A study's amendment and both versions of its protocol.
pub(super) fn make(study: &Made<'_>) -> Vec<Entity> {
    let start = draw(What::Day, study.number, 900);
    let amendment = Amendment {
        id: id(List::Amendments, study.number),
        sponsor_id: study.sponsor_id(),
        study_id: study.id(),
        number: "1".to_owned(),
        class: Some(one_of(What::Kind, study.number, &[AmendmentClass::Substantial, AmendmentClass::NonSubstantial])),
        state: AmendmentState::Approved,
        primary_reason: one_of(What::State, study.number, &REASONS),
        secondary_reasons: Vec::new(),
        impacts: vec![AmendmentImpact::DataReliability],
        summary: "Fewer visits (invented).".to_owned(),
        scope: AmendmentScope::Global,
        region_codes: Vec::new(),
        country_codes: Vec::new(),
        planned_effective_date: Some(day(start + 120)),
    };
    let version = |nth: u64, label: &str, status, amendment_id, approved| ProtocolVersion {
        id: id(List::ProtocolVersions, study.number * 2 + nth),
        sponsor_id: study.sponsor_id(),
        study_id: study.id(),
        amendment_id,
        version_label: label.to_owned(),
        status,
        approved_on: Some(day(approved)),
    };
    let original = version(0, "1.0", ProtocolStatus::Obsolete, None, start);
    let amended = version(1, "2.0", ProtocolStatus::Final, Some(amendment.id), start + 100);
    vec![amendment.into_entity(), original.into_entity(), amended.into_entity()]
}
