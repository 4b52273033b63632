//! The demo's milestones: of studies, countries, sites and engagements; reached, late, and still far off.

use tandem_domain::portfolio::{Milestone, MilestoneLevel, MilestoneType as T};
use tandem_domain::record::{Entity, Record};

use super::Stage;
use crate::demo::calendar::day;
use crate::demo::ids::{Ids, List};
use crate::demo::organizations::Org;

/// Of what a milestone is.
#[derive(Clone, Copy)]
enum Of {
    Study,
    Country(&'static str),
    Site(&'static str),
    Engagement,
}

/// Protocol, who has to reach it, of what, what, the days of baseline, plan and (if it was reached) fact, who sees to it.
type Row = (&'static str, Option<Org>, Of, T, u64, u64, Option<u64>, Option<&'static str>);

/// The milestones; later ones are added at the end. Each of a study that follows another one names it in `PREDECESSORS`.
#[rustfmt::skip]
const MILESTONES: &[Row] = &[
    ("QF-101", None, Of::Study, T::ProtocolFinal, 0, 0, Some(3), Some("marisol")),
    ("QF-101", None, Of::Study, T::StudyStart, 40, 40, Some(55), Some("marisol")),
    ("QF-101", None, Of::Study, T::FirstSubjectIn, 145, 145, Some(152), Some("marisol")),
    ("QF-101", None, Of::Study, T::LastSubjectIn, 290, 330, None, Some("marisol")),
    ("QF-101", None, Of::Study, T::DatabaseLock, 1_500, 1_500, None, Some("marisol")),
    ("QF-101", Some(Org::Veltrona), Of::Country("DE"), T::CtaApproved, 90, 90, Some(101), Some("ravi")),
    ("QF-101", Some(Org::Veltrona), Of::Country("ES"), T::CtaApproved, 110, 110, Some(124), Some("ravi")),
    ("QF-101", Some(Org::Osprelle), Of::Country("JP"), T::CtaApproved, 110, 150, None, Some("henrik")),
    ("QF-101", Some(Org::Osprelle), Of::Country("US"), T::EcIrbApproved, 95, 95, Some(92), Some("henrik")),
    ("QF-101", Some(Org::Veltrona), Of::Site("Leipzig"), T::SiteActivated, 135, 135, Some(140), Some("saoirse")),
    ("QF-101", Some(Org::Veltrona), Of::Site("Freiburg"), T::SiteActivated, 150, 180, None, Some("saoirse")),
    ("QF-101", Some(Org::Veltrona), Of::Site("Lyon"), T::SiteActivated, 140, 140, Some(140), Some("bastian")),
    ("QF-101", Some(Org::Osprelle), Of::Site("Raleigh"), T::SiteActivated, 150, 170, None, Some("henrik")),
    ("QF-101", Some(Org::Veltrona), Of::Engagement, T::ContractExecuted, 25, 25, Some(28), Some("ravi")),
    ("QF-101", Some(Org::Tarnwick), Of::Engagement, T::ContractExecuted, 30, 30, Some(30), Some("zofia")),
    ("QF-101", Some(Org::Pelluvia), Of::Engagement, T::EdcLive, 120, 130, Some(131), Some("emre")),
    ("QF-204", Some(Org::Osprelle), Of::Engagement, T::FeasibilityCompleted, 160, 200, None, Some("henrik")),
    ("QF-204", None, Of::Study, T::FirstSubjectIn, 260, 320, None, Some("yuna")),
    ("QF-110", None, Of::Study, T::LastSubjectIn, 180, 180, Some(176), Some("marisol")),
    ("QF-302", None, Of::Study, T::LastSubjectOut, 150, 150, Some(163), Some("marisol")),
    ("QF-302", None, Of::Study, T::DatabaseLock, 200, 200, Some(231), Some("marisol")),
    ("BM-11", None, Of::Study, T::FirstSubjectIn, 130, 130, Some(138), Some("leopold")),
    ("BM-11", Some(Org::Osprelle), Of::Site("Daegu"), T::SiteActivated, 138, 138, Some(140), Some("henrik")),
];

/// What has to be reached before, of the same study.
const PREDECESSORS: &[(&str, T, T)] = &[
    ("QF-101", T::FirstSubjectIn, T::StudyStart),
    ("QF-101", T::LastSubjectIn, T::FirstSubjectIn),
    ("QF-101", T::DatabaseLock, T::LastSubjectIn),
    ("QF-302", T::DatabaseLock, T::LastSubjectOut),
];

pub(super) fn make(stage: &Stage<'_>) -> Vec<Entity> {
    let ids = Ids::of(List::Milestones);
    let mut made: Vec<(&str, Milestone)> = Vec::new();
    for row in MILESTONES {
        let Some(mut milestone) = one(stage, row, &ids) else { continue };
        let before = PREDECESSORS.iter().find(|(protocol, of, _)| (*protocol, *of) == (row.0, row.3)).map(|(.., before)| *before);
        let same = |(protocol, other): &&(&str, Milestone)| {
            *protocol == row.0 && other.level == MilestoneLevel::Study && Some(other.milestone_type) == before
        };
        if milestone.level == MilestoneLevel::Study {
            milestone.predecessor_ids = made.iter().filter(same).map(|(_, other)| other.id).collect();
        }
        made.push((row.0, milestone));
    }
    made.into_iter().map(|(_, milestone)| milestone.into_entity()).collect()
}

fn one(stage: &Stage<'_>, row: &Row, ids: &Ids) -> Option<Milestone> {
    let (protocol, vendor, of, milestone_type, baseline, planned, actual, owner) = *row;
    let study = stage.study(protocol)?;
    let engagement = match vendor {
        None => None,
        Some(vendor) => Some(stage.engagement(protocol, vendor)?),
    };
    let (level, country, site) = match of {
        Of::Study => (MilestoneLevel::Study, None, None),
        Of::Engagement => (MilestoneLevel::Engagement, None, None),
        Of::Country(code) => (MilestoneLevel::Country, Some(stage.country(study, code)?), None),
        Of::Site(city) => (MilestoneLevel::Site, None, Some(stage.site(study, city)?)),
    };
    Some(Milestone {
        id: ids.next(),
        sponsor_id: study.sponsor_id,
        study_id: study.id,
        vendor_id: engagement.map(|engagement| engagement.vendor_id),
        engagement_id: engagement.map(|engagement| engagement.id),
        prime_vendor_id: engagement.and_then(|engagement| engagement.prime_vendor_id),
        prime_engagement_id: engagement.and_then(|engagement| engagement.subcontract_of_id),
        level,
        study_country_id: country.map(|country| country.id).or(site.map(|site| site.study_country_id)),
        country_code: country.map(|country| country.country_code).or(site.map(|site| site.country_code)),
        study_site_id: site.map(|site| site.id),
        milestone_type,
        baseline_date: Some(day(baseline)),
        planned_date: Some(day(planned)),
        actual_date: actual.map(day),
        system_populated: false,
        owner_id: owner.and_then(|local| stage.person(local)),
        predecessor_ids: Vec::new(),
        payment_trigger: milestone_type == T::SiteActivated,
        expected_documents: Vec::new(),
    })
}
