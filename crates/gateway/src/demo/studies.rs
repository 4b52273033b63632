//! The demo's studies: a dozen, in every state that matters, each with assessment, benchmark and registry part.

use tandem_domain::id::StudyId;
use tandem_domain::portfolio::{
    Masking, Phase, ProductType, RegistryStatus, Study, StudyBenchmark, StudyInternal, StudyRegistry, StudyState, StudySubtype, StudyType,
};
use tandem_domain::value::MinorUnits;

use super::calendar::{actual_day, planned_month};
use super::ids::{Ids, List};
use super::organizations::{Org, Organizations};

/// One study of the list.
pub(super) struct Row {
    pub(super) protocol: &'static str,
    pub(super) sponsor: Org,
    title: &'static str,
    condition: &'static str,
    area: &'static str,
    phases: &'static [Phase],
    product: ProductType,
    pub(super) state: StudyState,
    registry: RegistryStatus,
    planned: i64,
    /// 0 to 10.
    risk: f64,
    priority: &'static str,
    /// In millions.
    budget: i64,
    /// Country and where it stands there is derived from the study's state; the first one is the furthest.
    pub(super) countries: &'static [&'static str],
    /// Whether its vendors may know of one another.
    shared: bool,
}

use Phase::{Phase1, Phase2, Phase3, Phase4};
use RegistryStatus as R;
use StudyState as S;

macro_rules! study {
    ($protocol:literal, $sponsor:ident, $title:literal, $condition:literal, $area:literal, $phases:expr, $product:ident, $state:ident / $registry:ident,
     $planned:literal, risk $risk:literal, $priority:literal, budget $budget:literal, $countries:expr $(, shared $shared:literal)?) => {
        Row {
            protocol: $protocol,
            sponsor: Org::$sponsor,
            title: $title,
            condition: $condition,
            area: $area,
            phases: &$phases,
            product: ProductType::$product,
            state: S::$state,
            registry: R::$registry,
            planned: $planned,
            risk: $risk,
            priority: $priority,
            budget: $budget,
            countries: &$countries,
            shared: study!(@flag $($shared)?),
        }
    };
    (@flag) => { false };
    (@flag $shared:literal) => { $shared };
}

/// The studies; later ones are added at the end.
#[rustfmt::skip]
pub(super) const STUDIES: &[Row] = &[
    study!("QF-101", Quillfen, "Quillumab in Moderate Asthma (invented)", "Asthma", "Respiratory", [Phase3], Biologic,
        Enrolling / Recruiting, 480, risk 6.5, "FLAGSHIP", budget 84, ["DE", "FR", "ES", "US", "JP"]),
    study!("QF-204", Quillfen, "Fennostat in Chronic Kidney Disease (invented)", "Chronic kidney disease", "Nephrology", [Phase2], Drug,
        StartUp / NotYetRecruiting, 220, risk 5.0, "HIGH", budget 31, ["DE", "PL", "US"]),
    study!("QF-205", Quillfen, "Fennostat Dose Finding (invented)", "Chronic kidney disease", "Nephrology", [Phase1, Phase2], Drug,
        OnHold / Suspended, 90, risk 8.5, "HIGH", budget 12, ["NL", "GB"]),
    study!("QF-110", Quillfen, "Quillumab Long-Term Extension (invented)", "Asthma", "Respiratory", [Phase3], Biologic,
        FollowUp / ActiveNotRecruiting, 350, risk 3.0, "FLAGSHIP", budget 40, ["DE", "FR", "US", "AU"], shared true),
    study!("QF-302", Quillfen, "Mosswell Patch in Plaque Psoriasis (invented)", "Plaque psoriasis", "Dermatology", [Phase3], Drug,
        CloseOut / Completed, 410, risk 2.5, "MEDIUM", budget 37, ["ES", "PL", "BR"]),
    study!("QF-303", Quillfen, "Mosswell Patch in Adolescents (invented)", "Plaque psoriasis", "Dermatology", [Phase3], Drug,
        Planning / NotYetRecruiting, 160, risk 4.0, "MEDIUM", budget 18, ["FR", "CA"]),
    study!("QF-401", Quillfen, "Heronex in Migraine (invented)", "Migraine", "Neurology", [Phase2], Drug,
        Terminated / Terminated, 200, risk 9.0, "LOW", budget 22, ["US", "GB"]),
    study!("QF-402", Quillfen, "Heronex Registry Study (invented)", "Migraine", "Neurology", [Phase4], Drug,
        Enrolling / Recruiting, 1200, risk 1.5, "LOW", budget 9, ["DE", "FR", "GB", "US"]),
    study!("BM-11", Brackenmoor, "Brackenib in Lung Cancer (invented)", "Non-small cell lung cancer", "Oncology", [Phase3], Drug,
        Enrolling / Recruiting, 540, risk 7.0, "FLAGSHIP", budget 120, ["US", "FR", "JP", "KR"]),
    study!("BM-12", Brackenmoor, "Brackenib First in Human (invented)", "Solid tumours", "Oncology", [Phase1], Drug,
        Enrolling / Recruiting, 45, risk 8.0, "HIGH", budget 15, ["US"]),
    study!("BM-13", Brackenmoor, "Moorgene in Haemophilia (invented)", "Haemophilia A", "Haematology", [Phase2], Biologic,
        StartUp / NotYetRecruiting, 60, risk 7.5, "HIGH", budget 55, ["GB", "BR"]),
    study!("BM-14", Brackenmoor, "Moorgene Natural History (invented)", "Haemophilia A", "Haematology", [], Biologic,
        Closed / Completed, 300, risk 1.0, "LOW", budget 4, ["US", "CA"]),
];

/// A study with its parts.
pub(super) struct Made {
    pub(super) row: &'static Row,
    pub(super) study: Study,
    pub(super) internal: StudyInternal,
    pub(super) benchmark: StudyBenchmark,
    pub(super) registry: StudyRegistry,
}

pub(super) fn make(organizations: &Organizations) -> Vec<Made> {
    let ids = Ids::of(List::Studies);
    STUDIES.iter().enumerate().map(|(index, row)| made(row, index, ids.next(), organizations)).collect()
}

fn made(row: &'static Row, index: usize, id: StudyId, organizations: &Organizations) -> Made {
    let sponsor_id = organizations.id(row.sponsor);
    // The registry has no numbers that begin so.
    let nct_id = format!("NCT995{index:05}");
    let begun = !matches!(row.state, S::Planning | S::StartUp);
    let start = 20 * index as u64;
    let start_date = if begun { actual_day(start) } else { planned_month(700 + start) };
    let observational = row.phases.is_empty();
    let study = Study {
        program_id: super::work::program_of(row.protocol),
        id,
        sponsor_id,
        protocol_number: row.protocol.to_owned(),
        nct_id: Some(nct_id.clone()),
        eu_ct_number: None,
        eudra_ct_number: None,
        ind_number: None,
        acronym: None,
        brief_title: row.title.to_owned(),
        official_title: Some(format!("{}: a study that nobody runs", row.title)),
        study_type: if observational { StudyType::Observational } else { StudyType::Interventional },
        subtype: if observational { StudySubtype::Registry } else { StudySubtype::None },
        phases: row.phases.to_vec(),
        therapeutic_area: Some(row.area.to_owned()),
        conditions: vec![row.condition.to_owned()],
        product_type: Some(row.product),
        masking: (!observational).then_some(if row.phases.contains(&Phase3) { Masking::Double } else { Masking::None }),
        has_dmc: Some(row.phases.contains(&Phase3)),
        planned_enrollment: Some(row.planned),
        actual_enrollment: matches!(row.state, S::CloseOut | S::Closed).then_some(row.planned - 7),
        lifecycle_state: row.state,
        why_stopped: (row.state == S::Terminated).then(|| "Futility at the interim analysis (invented).".to_owned()),
        start_date: Some(start_date),
        primary_completion_date: Some(planned_month(900 + start)),
        completion_date: Some(planned_month(1_000 + start)),
        vendor_roster_shared: row.shared,
        held_from: None,
    };
    let registry = StudyRegistry {
        id,
        sponsor_id,
        nct_id,
        status: Some(row.registry),
        why_stopped: study.why_stopped.clone(),
        brief_title: study.brief_title.clone(),
        official_title: study.official_title.clone(),
        phases: study.phases.clone(),
        enrollment: Some(row.planned),
        enrollment_kind: Some("ESTIMATED".to_owned()),
        start_date: study.start_date,
        primary_completion_date: study.primary_completion_date,
        completion_date: study.completion_date,
        lead_sponsor: organizations.name(row.sponsor).to_owned(),
        collaborators: Vec::new(),
        last_update_posted: Some(actual_day(200)),
    };
    let internal = StudyInternal { id, sponsor_id, risk_score: Some(row.risk), strategic_priority: Some(row.priority.to_owned()) };
    let benchmark = StudyBenchmark {
        id,
        sponsor_id,
        budget_minor_units: Some(MinorUnits(row.budget * 100_000_000)),
        budget_currency: Some(if row.sponsor == Org::Quillfen { "EUR" } else { "USD" }.to_owned()),
    };
    Made { row, study, internal, benchmark, registry }
}
