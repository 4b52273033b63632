//! NCI codes of the CDISC value sets that a protocol is read by. Codes decide, never the words beside them.
//! Codes such as `C99904x13` are those that CDISC's own published examples still carry, from before NCI had given one.

use tandem_domain::portfolio::{AmendmentImpact, AmendmentReason, AmendmentScope, AmendmentState, Phase, ProtocolStatus, StudyType};

/// Codes and what they mean.
pub(super) type Codes<T> = &'static [(&'static str, T)];

/// `StudyDefinitionDocument.type`: a protocol. The second is the placeholder of CDISC's examples.
pub(super) const PROTOCOL: &[&str] = &["C70817", "C12345"];

/// `Organization.type` and `StudyRole.code`: who answers for the study.
pub(super) const SPONSOR: &[&str] = &["C70793"];

/// `GovernanceDate.type`: the day of an approval, by whomever or by the sponsor.
pub(super) const APPROVAL: &[&str] = &["C71476", "C132352"];

/// `GovernanceDate.type`: from which day on something counts.
pub(super) const EFFECTIVE: &[&str] = &["C215663", "C99903x1"];

/// `StudyTitle.type`: the short title, the full one, the acronym.
pub(super) const BRIEF_TITLE: &[&str] = &["C207615", "C99905x1"];
pub(super) const OFFICIAL_TITLE: &[&str] = &["C207616", "C99905x2"];
pub(super) const ACRONYM: &[&str] = &["C94108"];

/// `StudyDefinitionDocumentVersion.status`, C188723.
pub(super) const STATUSES: Codes<ProtocolStatus> = &[
    ("C85255", ProtocolStatus::Draft),
    ("C188862", ProtocolStatus::PendingReview),
    ("C25425", ProtocolStatus::Approved),
    ("C25508", ProtocolStatus::Final),
    ("C63553", ProtocolStatus::Obsolete),
];

/// `StudyAmendmentReason.code`, C207415.
pub(super) const REASONS: Codes<AmendmentReason> = &[
    ("C207600", AmendmentReason::ChangeInStandardOfCare),
    ("C207601", AmendmentReason::ChangeInStrategy),
    ("C99904x7", AmendmentReason::ChangeInStrategy),
    ("C207602", AmendmentReason::ImpAddition),
    ("C207603", AmendmentReason::InconsistencyOrErrorInProtocol),
    ("C99904x12", AmendmentReason::InconsistencyOrErrorInProtocol),
    ("C207604", AmendmentReason::InvestigatorSiteFeedback),
    ("C207605", AmendmentReason::IrbIecFeedback),
    ("C99904x3", AmendmentReason::IrbIecFeedback),
    ("C207606", AmendmentReason::ManufacturingChange),
    ("C207607", AmendmentReason::NewDataOtherThanSafety),
    ("C207608", AmendmentReason::NewRegulatoryGuidance),
    ("C99904x2", AmendmentReason::NewRegulatoryGuidance),
    ("C207609", AmendmentReason::NewSafetyInformation),
    ("C99904x4", AmendmentReason::NewSafetyInformation),
    ("C207610", AmendmentReason::ProtocolDesignError),
    ("C99904x13", AmendmentReason::ProtocolDesignError),
    ("C207611", AmendmentReason::RecruitmentDifficulty),
    ("C99904x11", AmendmentReason::RecruitmentDifficulty),
    ("C207612", AmendmentReason::RegulatoryAgencyRequest),
    ("C17649", AmendmentReason::Other),
    ("C48660", AmendmentReason::NotApplicable),
];

/// `StudyAmendmentImpact.type`, C215481.
pub(super) const IMPACTS: Codes<AmendmentImpact> = &[
    ("C215665", AmendmentImpact::SubjectSafety),
    ("C99912x1", AmendmentImpact::SubjectSafety),
    ("C215666", AmendmentImpact::SubjectRights),
    ("C99912x2", AmendmentImpact::SubjectRights),
    ("C215667", AmendmentImpact::DataReliability),
    ("C99912x3", AmendmentImpact::DataReliability),
    ("C215668", AmendmentImpact::DataRobustness),
    ("C99912x4", AmendmentImpact::DataRobustness),
];

/// `GeographicScope.type`, C207412.
pub(super) const SCOPES: Codes<AmendmentScope> =
    &[("C68846", AmendmentScope::Global), ("C41129", AmendmentScope::Region), ("C25464", AmendmentScope::Country)];

/// `StudyDesign.studyType`, of C99077.
pub(super) const STUDY_TYPES: Codes<StudyType> = &[
    ("C98388", StudyType::Interventional),
    ("C16084", StudyType::Observational),
    ("C142615", StudyType::Observational),
    ("C98722", StudyType::ExpandedAccess),
];

/// `StudyDesign.studyPhase`, of C66737.
pub(super) const PHASES: Codes<&[Phase]> = &[
    ("C54721", &[Phase::EarlyPhase1]),
    ("C15600", &[Phase::Phase1]),
    ("C15693", &[Phase::Phase1, Phase::Phase2]),
    ("C15601", &[Phase::Phase2]),
    ("C49686", &[Phase::Phase2]),
    ("C49688", &[Phase::Phase2]),
    ("C15694", &[Phase::Phase2, Phase::Phase3]),
    ("C15602", &[Phase::Phase3]),
    ("C49687", &[Phase::Phase3]),
    ("C49689", &[Phase::Phase3]),
    ("C15603", &[Phase::Phase4]),
    ("C48660", &[Phase::Na]),
];

/// What a code means.
pub(super) fn meaning<T: Copy>(codes: Codes<T>, code: &str) -> Option<T> {
    codes.iter().find(|(known, _)| *known == code).map(|(_, meaning)| *meaning)
}

/// Where the amendments stand that led to a version of this status: what is approved, or was once, was approved with them.
pub(super) fn standing(status: ProtocolStatus) -> AmendmentState {
    match status {
        ProtocolStatus::Draft => AmendmentState::Draft,
        ProtocolStatus::PendingReview => AmendmentState::InternalReview,
        ProtocolStatus::Approved | ProtocolStatus::Final | ProtocolStatus::Obsolete => AmendmentState::Approved,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn distinct<T>(codes: Codes<T>) -> bool {
        codes.iter().map(|(code, _)| code).collect::<HashSet<_>>().len() == codes.len()
    }

    #[test]
    fn each_code_means_one_thing_and_each_term_of_the_value_sets_has_one() {
        assert!(distinct(STATUSES) && distinct(REASONS) && distinct(IMPACTS) && distinct(SCOPES));
        assert!(distinct(STUDY_TYPES) && distinct(PHASES));
        for term in ProtocolStatus::ALL {
            assert!(STATUSES.iter().any(|(_, known)| known == term), "{term}");
        }
        for term in AmendmentReason::ALL {
            assert!(REASONS.iter().any(|(code, known)| known == term && !code.contains('x')), "{term}");
        }
        for term in AmendmentImpact::ALL.iter().filter(|term| **term != AmendmentImpact::None) {
            assert!(IMPACTS.iter().any(|(code, known)| known == term && !code.contains('x')), "{term}");
        }
        for term in AmendmentScope::ALL {
            assert!(SCOPES.iter().any(|(_, known)| known == term), "{term}");
        }
    }
}
