//! Who works for whom in the demo: rivals on the same study, a subcontract, and engagements in every state.

use tandem_domain::engagement::{
    Engagement, EngagementInternal, EngagementModel, EngagementState, RiskTier, ServiceCategory, ServiceScope, VendorVisibleStatus,
};

use super::calendar::day;
use super::geography::country;
use super::ids::{Ids, List};
use super::organizations::{Org, Organizations};
use super::people::People;
use super::studies;

/// One engagement of the list.
pub(super) struct Row {
    pub(super) protocol: &'static str,
    pub(super) vendor: Org,
    model: EngagementModel,
    state: EngagementState,
    lead_sponsor: Option<&'static str>,
    lead_vendor: Option<&'static str>,
    /// The prime vendor, for a subcontract on the same study.
    under: Option<Org>,
    status: Option<VendorVisibleStatus>,
    tier: RiskTier,
    health: f64,
    /// The countries that it leads, and whose sites it is responsible for.
    pub(super) leads: &'static [&'static str],
    /// What it covers: a service, and the countries (none: all of the study).
    covers: &'static [(ServiceCategory, &'static [&'static str])],
}

use EngagementModel as M;
use EngagementState as S;
use ServiceCategory as C;
use VendorVisibleStatus as V;

/// What the lists' rows start from.
const BASE: Row = Row {
    protocol: "",
    vendor: Org::Veltrona,
    model: M::FullService,
    state: S::Active,
    lead_sponsor: Some("idris"),
    lead_vendor: None,
    under: None,
    status: Some(V::Green),
    tier: RiskTier::Tier2,
    health: 7.5,
    leads: &[],
    covers: &[],
};

/// The engagements; later ones are added at the end. A subcontract stands after its prime.
#[rustfmt::skip]
const ENGAGEMENTS: &[Row] = &[
    Row { protocol: "QF-101", vendor: Org::Veltrona, lead_vendor: Some("ravi"), tier: RiskTier::Tier1, leads: &["DE", "FR", "ES"],
        covers: &[(C::ProjectManagement, &["DE", "FR", "ES"]), (C::ClinicalMonitoring, &["DE", "ES"]), (C::SiteManagement, &["DE", "FR", "ES"])], ..BASE },
    Row { protocol: "QF-101", vendor: Org::Osprelle, lead_vendor: Some("henrik"), tier: RiskTier::Tier1, status: Some(V::Amber), health: 5.5, leads: &["US", "JP"],
        covers: &[(C::ProjectManagement, &["US", "JP"]), (C::ClinicalMonitoring, &["US", "JP"]), (C::PatientRecruitment, &["US"])], ..BASE },
    Row { protocol: "QF-101", vendor: Org::Tarnwick, model: M::FunctionalServiceProvision, lead_vendor: Some("zofia"), tier: RiskTier::Tier3,
        covers: &[(C::CentralLaboratory, &[]), (C::Biomarker, &["DE", "US"])], ..BASE },
    Row { protocol: "QF-101", vendor: Org::Pelluvia, model: M::ProjectBased, lead_vendor: Some("emre"), tier: RiskTier::Tier3,
        covers: &[(C::Technology, &[])], ..BASE },
    Row { protocol: "QF-101", vendor: Org::Corvendale, model: M::FunctionalServiceProvision, lead_vendor: Some("lucia"), under: Some(Org::Veltrona),
        covers: &[(C::ClinicalMonitoring, &["FR"])], ..BASE },
    Row { protocol: "QF-204", vendor: Org::Osprelle, lead_vendor: Some("henrik"), leads: &["DE", "US"],
        covers: &[(C::Feasibility, &["DE", "US"]), (C::ProjectManagement, &["DE", "US"])], ..BASE },
    Row { protocol: "QF-204", vendor: Org::Veltrona, state: S::Proposed, status: None, lead_vendor: Some("ravi"),
        covers: &[(C::ClinicalMonitoring, &["PL"])], ..BASE },
    Row { protocol: "QF-205", vendor: Org::Veltrona, state: S::OnHold, status: Some(V::Red), health: 3.0, tier: RiskTier::Tier1, lead_vendor: Some("ravi"), leads: &["NL", "GB"],
        covers: &[(C::ClinicalOperations, &["NL", "GB"]), (C::MedicalMonitoring, &[])], ..BASE },
    Row { protocol: "QF-110", vendor: Org::Veltrona, state: S::Closing, lead_vendor: Some("ravi"), leads: &["DE", "FR"],
        covers: &[(C::ClinicalMonitoring, &["DE", "FR"]), (C::CloseOut, &["DE", "FR"])], ..BASE },
    Row { protocol: "QF-110", vendor: Org::Tarnwick, model: M::FunctionalServiceProvision, lead_vendor: Some("zofia"),
        covers: &[(C::CentralLaboratory, &[])], ..BASE },
    Row { protocol: "QF-302", vendor: Org::Veltrona, state: S::Closed, lead_vendor: Some("ravi"), leads: &["ES", "PL"],
        covers: &[(C::ClinicalMonitoring, &["ES", "PL"])], ..BASE },
    Row { protocol: "QF-302", vendor: Org::Osprelle, state: S::Closing, lead_vendor: Some("henrik"), leads: &["BR"],
        covers: &[(C::ClinicalMonitoring, &["BR"]), (C::DataManagement, &[])], ..BASE },
    Row { protocol: "QF-303", vendor: Org::Pelluvia, model: M::ProjectBased, state: S::Contracting, status: None, lead_vendor: Some("emre"),
        covers: &[(C::Technology, &[])], ..BASE },
    Row { protocol: "QF-401", vendor: Org::Osprelle, state: S::Terminated, status: Some(V::Red), health: 1.0, lead_vendor: Some("henrik"), leads: &["US"],
        covers: &[(C::ClinicalOperations, &["US"])], ..BASE },
    Row { protocol: "BM-11", vendor: Org::Veltrona, lead_sponsor: Some("leopold"), lead_vendor: Some("ravi"), leads: &["FR"],
        covers: &[(C::ClinicalMonitoring, &["FR"]), (C::Pharmacovigilance, &[])], ..BASE },
    Row { protocol: "BM-11", vendor: Org::Osprelle, lead_sponsor: Some("leopold"), lead_vendor: Some("henrik"), leads: &["US", "KR"],
        covers: &[(C::ProjectManagement, &["US", "KR"]), (C::ClinicalMonitoring, &["US", "KR"])], ..BASE },
    Row { protocol: "BM-12", vendor: Org::Osprelle, model: M::ProjectBased, lead_sponsor: Some("leopold"), lead_vendor: Some("henrik"), leads: &["US"],
        covers: &[(C::ClinicalOperations, &["US"])], ..BASE },
    Row { protocol: "BM-13", vendor: Org::Pelluvia, model: M::ProjectBased, state: S::Proposed, status: None, lead_sponsor: Some("leopold"), lead_vendor: Some("emre"),
        covers: &[(C::Technology, &[])], ..BASE },
];

/// An engagement with its part and its scopes.
pub(super) struct Made {
    pub(super) row: &'static Row,
    pub(super) engagement: Engagement,
    pub(super) internal: EngagementInternal,
    pub(super) scopes: Vec<ServiceScope>,
}

pub(super) fn make(organizations: &Organizations, people: &People, studies: &[studies::Made]) -> Vec<Made> {
    let (ids, scope_ids) = (Ids::of(List::Engagements), Ids::of(List::ServiceScopes));
    let mut made: Vec<Made> = Vec::new();
    for row in ENGAGEMENTS {
        let Some(study) = studies.iter().find(|made| made.row.protocol == row.protocol).map(|made| &made.study) else { continue };
        let prime = row.under.and_then(|prime| {
            made.iter().find(|made| made.row.protocol == row.protocol && made.row.vendor == prime).map(|made| made.engagement.clone())
        });
        let engagement = Engagement {
            id: ids.next(),
            sponsor_id: study.sponsor_id,
            study_id: study.id,
            vendor_id: organizations.id(row.vendor),
            model: row.model,
            state: row.state,
            start_date: Some(day(30)),
            end_date: matches!(row.state, S::Closed | S::Terminated).then(|| day(300)),
            lead_sponsor_id: row.lead_sponsor.and_then(|local| people.id(local)),
            lead_vendor_id: row.lead_vendor.and_then(|local| people.id(local)),
            subcontract_of_id: prime.as_ref().map(|prime| prime.id),
            prime_vendor_id: prime.as_ref().map(|prime| prime.vendor_id),
            blinded_team: true,
            vendor_visible_status: row.status,
        };
        let internal = EngagementInternal {
            id: engagement.id,
            sponsor_id: engagement.sponsor_id,
            study_id: engagement.study_id,
            risk_tier: Some(row.tier),
            health_score: Some(row.health),
        };
        let scopes = row.covers.iter().map(|(service, countries)| scope(&engagement, scope_ids.next(), *service, countries)).collect();
        made.push(Made { row, engagement, internal, scopes });
    }
    made
}

fn scope(engagement: &Engagement, id: tandem_domain::id::ServiceScopeId, service: ServiceCategory, countries: &[&str]) -> ServiceScope {
    ServiceScope {
        id,
        sponsor_id: engagement.sponsor_id,
        study_id: engagement.study_id,
        vendor_id: engagement.vendor_id,
        engagement_id: engagement.id,
        prime_vendor_id: engagement.prime_vendor_id,
        prime_engagement_id: engagement.subcontract_of_id,
        service_category: service,
        countries: (!countries.is_empty()).then(|| countries.iter().filter_map(|code| country(code)).collect()),
        study_site_ids: None,
        valid_from: day(30),
        valid_to: None,
        in_scope: true,
        exclusions_note: None,
    }
}
