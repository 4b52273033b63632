//! The demo's protocols: the versions that studies have gone by, the amendments that led to them, and what is still being prepared.

use tandem_domain::portfolio::{
    Amendment, AmendmentClass as C, AmendmentImpact as I, AmendmentReason as R, AmendmentScope, AmendmentState as S, ProtocolStatus as P,
    ProtocolVersion, Study,
};
use tandem_domain::record::{Entity, Record};

use super::Stage;
use crate::demo::calendar::day;
use crate::demo::ids::{Ids, List};

/// Protocol, number, class, state, reason, another one, impact, the countries where it counts (none: everywhere), from which day on, what
/// it changes.
type AmendmentRow = (&'static str, &'static str, C, S, R, Option<R>, I, &'static [&'static str], Option<u64>, &'static str);

/// The amendments; later ones are added at the end.
#[rustfmt::skip]
const AMENDMENTS: &[AmendmentRow] = &[
    ("QF-101", "1", C::Substantial, S::Implemented, R::NewSafetyInformation, Some(R::IrbIecFeedback), I::SubjectSafety, &[], Some(60),
        "Liver enzymes are measured at each visit; the consent form says why."),
    ("QF-101", "2", C::NonSubstantial, S::Approved, R::InconsistencyOrErrorInProtocol, None, I::DataReliability, &["DE", "ES"], Some(190),
        "The window of visit 4 is the same in the schedule and in the text."),
    ("QF-101", "3", C::Substantial, S::InternalReview, R::RecruitmentDifficulty, None, I::DataRobustness, &[], None,
        "Participants of 65 and older are let in; the sample is to grow by 40."),
    ("BM-11", "A", C::UrgentSafetyMeasure, S::Implementing, R::NewSafetyInformation, None, I::SubjectSafety, &[], Some(130),
        "No second infusion on the same day."),
];

/// Protocol, label, the number of the amendment that led to it, status, the day of its approval.
type VersionRow = (&'static str, &'static str, Option<&'static str>, P, Option<u64>);

/// The versions; later ones are added at the end.
#[rustfmt::skip]
const VERSIONS: &[VersionRow] = &[
    ("QF-101", "1.0", None, P::Obsolete, Some(3)),
    ("QF-101", "2.0", Some("1"), P::Final, Some(48)),
    ("QF-101", "2.1", Some("2"), P::Approved, Some(170)),
    ("QF-101", "3.0", Some("3"), P::Draft, None),
    ("QF-204", "0.9", None, P::PendingReview, None),
    ("QF-302", "1.0", None, P::Final, Some(5)),
    ("BM-11", "1.0", None, P::Obsolete, Some(40)),
    ("BM-11", "2.0", Some("A"), P::Final, Some(128)),
];

pub(super) fn make(stage: &Stage<'_>) -> Vec<Entity> {
    let (ids, of_versions) = (Ids::of(List::Amendments), Ids::of(List::ProtocolVersions));
    let amendments: Vec<(&str, Amendment)> =
        AMENDMENTS.iter().filter_map(|row| Some((row.0, amendment(stage.study(row.0)?, row, &ids)))).collect();
    let versions = VERSIONS.iter().filter_map(|(protocol, label, by, status, approved)| {
        let study = stage.study(protocol)?;
        let led = amendments.iter().find(|(of, one)| of == protocol && Some(one.number.as_str()) == *by);
        let version = ProtocolVersion {
            id: of_versions.next(),
            sponsor_id: study.sponsor_id,
            study_id: study.id,
            amendment_id: led.map(|(_, one)| one.id),
            version_label: (*label).to_owned(),
            status: *status,
            approved_on: approved.map(day),
        };
        Some(version.into_entity())
    });
    let versions: Vec<Entity> = versions.collect();
    amendments.into_iter().map(|(_, one)| one.into_entity()).chain(versions).collect()
}

fn amendment(study: &Study, row: &AmendmentRow, ids: &Ids) -> Amendment {
    let (_, number, class, state, reason, other, impact, countries, effective, summary) = *row;
    Amendment {
        id: ids.next(),
        sponsor_id: study.sponsor_id,
        study_id: study.id,
        number: number.to_owned(),
        class: Some(class),
        state,
        primary_reason: reason,
        secondary_reasons: other.into_iter().collect(),
        impacts: vec![impact],
        summary: summary.to_owned(),
        scope: if countries.is_empty() { AmendmentScope::Global } else { AmendmentScope::Country },
        region_codes: Vec::new(),
        country_codes: countries.iter().filter_map(|code| code.parse().ok()).collect(),
        planned_effective_date: effective.map(day),
    }
}
