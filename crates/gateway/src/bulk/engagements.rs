//! The three engagements of a study: who leads most of it, who shares it, and who serves all of it.

use tandem_domain::engagement::{
    Engagement, EngagementInternal, EngagementModel, EngagementState, RiskTier, ServiceCategory, ServiceScope, VendorVisibleStatus,
};
use tandem_domain::id::{EngagementId, ServiceScopeId};
use tandem_domain::record::{Entity, Record};
use tandem_domain::value::CountryCode;

use super::draw::{List, What, day, draw, id, one_of};
use super::places;
use super::studies::{Made, score};
use super::work::Work;

/// Most engagements are at work.
const STATES: [EngagementState; 20] = {
    use EngagementState as S;
    [
        S::Proposed,
        S::Contracting,
        S::Active,
        S::Active,
        S::Active,
        S::Active,
        S::Active,
        S::Active,
        S::Active,
        S::Active,
        S::Active,
        S::Active,
        S::Active,
        S::Active,
        S::Active,
        S::OnHold,
        S::Closing,
        S::Closing,
        S::Closed,
        S::Terminated,
    ]
};

const STATUS: [VendorVisibleStatus; 5] = {
    use VendorVisibleStatus as V;
    [V::Green, V::Green, V::Green, V::Amber, V::Red]
};

const TIERS: [RiskTier; 3] = [RiskTier::Tier1, RiskTier::Tier2, RiskTier::Tier3];

const MODELS: [EngagementModel; 3] =
    [EngagementModel::FullService, EngagementModel::FunctionalServiceProvision, EngagementModel::ProjectBased];

const FIRST: [ServiceCategory; 3] =
    [ServiceCategory::ClinicalMonitoring, ServiceCategory::ProjectManagement, ServiceCategory::ClinicalOperations];
const SECOND: [ServiceCategory; 3] = [ServiceCategory::SiteManagement, ServiceCategory::Feasibility, ServiceCategory::PatientRecruitment];
const THIRD: [ServiceCategory; 3] = [ServiceCategory::CentralLaboratory, ServiceCategory::Imaging, ServiceCategory::Technology];

/// The engagement of this seat, 0 to 2, of a study.
pub(super) fn engagement_id(study: &Made<'_>, seat: u64) -> EngagementId {
    id(List::Engagements, study.number * 3 + seat)
}

pub(super) fn of(study: &Made<'_>) -> Vec<Entity> {
    let mut records = Vec::new();
    let vendors = study.vendors();
    for (seat, vendor) in (0..).zip(vendors) {
        let n = study.number * 3 + seat;
        // Every tenth study has its third vendor under the first.
        let prime = (seat == 2 && study.number % 10 == 3).then(|| (engagement_id(study, 0), vendors[0].id()));
        let engagement = Engagement {
            id: engagement_id(study, seat),
            sponsor_id: study.sponsor_id(),
            study_id: study.id(),
            vendor_id: vendor.id(),
            model: one_of(What::Kind, n, &MODELS),
            state: one_of(What::State, n, &STATES),
            start_date: Some(day(draw(What::Day, study.number, 900))),
            end_date: None,
            lead_sponsor_id: Some(study.sponsor.person(3 * draw(What::Person, n, 2))),
            lead_vendor_id: (draw(What::Whether, n, 4) > 0).then(|| vendor.person(draw(What::Person, n, 4))),
            subcontract_of_id: prime.map(|(engagement, _)| engagement),
            prime_vendor_id: prime.map(|(_, vendor)| vendor),
            blinded_team: true,
            vendor_visible_status: Some(one_of(What::Size, n, &STATUS)),
        };
        let internal = EngagementInternal {
            id: engagement.id,
            sponsor_id: engagement.sponsor_id,
            study_id: engagement.study_id,
            risk_tier: Some(one_of(What::Score, n, &TIERS)),
            health_score: Some(score(n)),
        };
        let scopes = scopes(study, seat, &engagement);
        let work = Work { study, engagement: &engagement, vendor, number: n, seat }.records();
        records.extend([engagement.into_entity(), internal.into_entity()]);
        records.extend(scopes.into_iter().map(Record::into_entity));
        records.extend(work);
    }
    records
}

/// One or two scopes: the first vendor has two countries, the second one, the third all of the study or some of its sites.
fn scopes(study: &Made<'_>, seat: u64, engagement: &Engagement) -> Vec<ServiceScope> {
    let countries =
        |places: &[u64]| -> Option<Vec<CountryCode>> { Some(places.iter().filter_map(|place| places::country(study, *place)).collect()) };
    let covers: Vec<(ServiceCategory, Option<Vec<CountryCode>>, bool)> = match seat {
        0 => vec![
            (one_of(What::Kind, study.number, &FIRST), countries(&[0, 1]), false),
            (one_of(What::Kind, study.number, &SECOND), countries(&[0]), false),
        ],
        1 => vec![(one_of(What::Scope, study.number, &FIRST), countries(&[2]), false)],
        _ if study.number.is_multiple_of(4) => vec![(one_of(What::Kind, study.number, &THIRD), None, true)],
        _ => vec![(one_of(What::Kind, study.number, &THIRD), None, false), (ServiceCategory::DataManagement, countries(&[1]), false)],
    };
    let start = draw(What::Day, study.number, 900);
    let scope =
        |(place, (service_category, countries, sites_only)): (u64, (ServiceCategory, Option<Vec<CountryCode>>, bool))| ServiceScope {
            id: id::<ServiceScopeId>(List::ServiceScopes, (study.number * 3 + seat) * 2 + place),
            sponsor_id: engagement.sponsor_id,
            study_id: engagement.study_id,
            vendor_id: engagement.vendor_id,
            engagement_id: engagement.id,
            prime_vendor_id: engagement.prime_vendor_id,
            prime_engagement_id: engagement.subcontract_of_id,
            service_category,
            countries,
            study_site_ids: sites_only.then(|| (0..4).map(|nth| places::study_site_id(study, nth * 2)).collect()),
            valid_from: day(start),
            // One in eight is over.
            valid_to: (place == 1 && study.number % 4 == 1).then(|| day(start + 200)),
            in_scope: true,
            exclusions_note: None,
        };
    (0..).zip(covers).map(scope).collect()
}
