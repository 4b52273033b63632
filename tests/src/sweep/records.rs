//! The records of the sweep's world: rivals on one study, a subcontract, a closed engagement, a second sponsor.
//! Every text and number in them is a canary; every restricted part is filled.

use chrono::NaiveDate;
use tandem_domain::engagement::{
    Engagement, EngagementConfirmation, EngagementInternal, EngagementModel, EngagementState, RiskTier, ServiceCategory, ServiceScope,
    VendorVisibleStatus,
};
use tandem_domain::id::{EngagementId, OrganizationId, PersonId, SiteId, StudyCountryId, StudyId, StudySiteId};
use tandem_domain::party::{Organization, OrganizationClass, OrganizationType};
use tandem_domain::portfolio::{
    EthicsModel, Masking, Phase, ProductType, RegistryStatus, Site, Study, StudyBenchmark, StudyConfirmation, StudyCountry,
    StudyCountryState, StudyInternal, StudyRegistry, StudySite, StudySiteContact, StudySiteInternal, StudySiteRegistry, StudySiteState,
    StudyState, StudySubtype, StudyType,
};
use tandem_domain::record::Record;
use tandem_domain::value::{CountryCode, DatePrecision, EstimateKind, MinorUnits, PartialDate};
use tandem_gateway::demo::epoch;

use super::people;
use super::work;
use super::world::{Builder, Planted, text};

/// Name, type, whether it uses Tandem. Z is engaged by nobody; N only has a name.
const ORGANIZATIONS: &[(&str, OrganizationType, bool)] = &[
    ("A", OrganizationType::Sponsor, true),
    ("B", OrganizationType::Sponsor, true),
    ("V", OrganizationType::Cro, true),
    ("W", OrganizationType::Cro, true),
    ("S", OrganizationType::SpecialistVendor, true),
    ("Z", OrganizationType::CentralLab, true),
    ("N", OrganizationType::Site, false),
];

/// Name (its first letter is the sponsor), whether its vendors may know of one another.
const STUDIES: &[(&str, bool)] = &[("A1", false), ("A2", true), ("A3", false), ("B1", false)];

/// Name (study, vendor), prime, state, who leads for sponsor and vendor.
const ENGAGEMENTS: &[(&str, Option<&str>, EngagementState, &str, &str)] = &[
    ("A1V", None, EngagementState::Active, "A.vm", "V.pm"),
    ("A1W", None, EngagementState::Active, "A.sm", "W.pm"),
    ("A1S", Some("A1V"), EngagementState::Active, "A.vm", "S.pm"),
    ("A2V", None, EngagementState::Closed, "A.vm", "V.pm"),
    ("A2W", None, EngagementState::Active, "A.vm", "W.pm"),
    ("A2S", None, EngagementState::Active, "A.vm", "S.pm"),
    ("B1V", None, EngagementState::Active, "B.sm", "V.qa"),
];

/// A country of a study: the study, the country, who leads it, and its sites with who is responsible for each.
type CountryLine = (&'static str, &'static str, Option<&'static str>, &'static [(&'static str, Option<&'static str>)]);

/// Study, country, the engagement that leads it, the sites there.
const COUNTRIES: &[CountryLine] = &[
    ("A1", "DE", Some("A1V"), &[("A1-de1", Some("A1V"))]),
    ("A1", "US", Some("A1W"), &[("A1-us1", Some("A1W"))]),
    ("A1", "FR", None, &[("A1-fr1", None)]),
    ("A1", "JP", None, &[("A1-jp1", None)]),
    ("A2", "DE", Some("A2W"), &[("A2-de2", None)]),
    ("B1", "GB", Some("B1V"), &[("B1-gb1", Some("B1V"))]),
];

/// Name (engagement, rest), countries, study sites, whether it is in scope, whether it has ended.
type ScopeRow = (&'static str, Option<&'static [&'static str]>, Option<&'static [&'static str]>, bool, bool);

const SCOPES: &[ScopeRow] = &[
    ("A1V-x", Some(&["DE", "FR"]), None, true, false),
    ("A1V-out", Some(&["JP"]), None, false, false),
    ("A1W-x", Some(&["US"]), None, true, false),
    ("A1W-old", Some(&["JP"]), None, true, true),
    ("A1S-x", Some(&["DE"]), Some(&["A1-de1"]), true, false),
    ("A2V-x", Some(&["DE"]), None, true, false),
    ("A2W-x", Some(&["DE"]), None, true, false),
    ("A2S-x", None, None, true, false),
    ("B1V-x", Some(&["GB"]), None, true, false),
];

/// The whole world, parents first.
#[must_use]
pub fn world() -> Vec<Planted> {
    let mut world = Builder::default();
    for (name, organization_type, is_tenant) in ORGANIZATIONS {
        let organization = Organization {
            id: world.id(name),
            name: text("organization", name, "name"),
            organization_type: *organization_type,
            class: Some(OrganizationClass::Industry),
            country_code: country("CH"),
            is_tenant: *is_tenant,
        };
        world.plant(name, organization.into_entity());
    }
    for (name, shared) in STUDIES {
        study(&mut world, name, *shared);
    }
    // People are named by engagements; memberships name studies, engagements and sites by ids that are known already.
    people::plant(&mut world);
    for row in ENGAGEMENTS {
        engagement(&mut world, row);
    }
    people::plant_clients(&mut world);
    people::plant_oversight(&mut world);
    for (study, code, lead, sites) in COUNTRIES {
        study_country(&mut world, study, code, *lead);
        for (name, responsible) in *sites {
            study_site(&mut world, study, code, name, *responsible);
        }
    }
    site(&mut world, "A-idle", "DE");
    for row in SCOPES {
        service_scope(&mut world, row);
    }
    work::plant(&mut world);
    world.planted
}

fn country(code: &str) -> Option<CountryCode> {
    code.parse().ok()
}

fn day() -> NaiveDate {
    epoch().date_naive()
}

fn date() -> Option<PartialDate> {
    Some(PartialDate::new(day(), DatePrecision::Month, Some(EstimateKind::Estimated)))
}

fn study(world: &mut Builder, name: &str, shared: bool) {
    let (id, sponsor_id) = (world.id::<StudyId>(name), world.id::<OrganizationId>(&name[..1]));
    let own = |column: &str| text("study", name, column);
    let study = Study {
        id,
        sponsor_id,
        program_id: work::PROGRAMS.iter().find(|(_, studies)| studies.contains(&name)).map(|(program, _)| world.id(program)),
        protocol_number: own("protocol_number"),
        nct_id: Some(own("nct_id")),
        eu_ct_number: Some(own("eu_ct_number")),
        eudra_ct_number: Some(own("eudra_ct_number")),
        ind_number: Some(own("ind_number")),
        acronym: Some(own("acronym")),
        brief_title: own("brief_title"),
        official_title: Some(own("official_title")),
        study_type: StudyType::Interventional,
        subtype: StudySubtype::None,
        phases: vec![Phase::Phase3],
        therapeutic_area: Some(own("therapeutic_area")),
        conditions: vec![own("conditions")],
        product_type: Some(ProductType::Drug),
        masking: Some(Masking::Double),
        has_dmc: Some(true),
        planned_enrollment: Some(world.int()),
        actual_enrollment: Some(world.int()),
        lifecycle_state: if name == "A3" { StudyState::Planning } else { StudyState::Enrolling },
        why_stopped: Some(own("why_stopped")),
        start_date: date(),
        primary_completion_date: date(),
        completion_date: date(),
        vendor_roster_shared: shared,
        held_from: None,
    };
    world.plant(name, study.into_entity());
    let strategic_priority = Some(text("study_internal", name, "strategic_priority"));
    let internal = StudyInternal { id, sponsor_id, risk_score: Some(world.score()), strategic_priority };
    world.plant(name, internal.into_entity());
    let budget_currency = Some(text("study_benchmark", name, "budget_currency"));
    let benchmark = StudyBenchmark { id, sponsor_id, budget_minor_units: Some(MinorUnits(world.amount())), budget_currency };
    world.plant(name, benchmark.into_entity());
    let own = |column: &str| text("study_registry", name, column);
    let registry = StudyRegistry {
        id,
        sponsor_id,
        nct_id: own("nct_id"),
        status: Some(RegistryStatus::Recruiting),
        why_stopped: Some(own("why_stopped")),
        brief_title: own("brief_title"),
        official_title: Some(own("official_title")),
        phases: vec![Phase::Phase2],
        enrollment: Some(world.int()),
        enrollment_kind: Some(own("enrollment_kind")),
        start_date: date(),
        primary_completion_date: date(),
        completion_date: date(),
        lead_sponsor: own("lead_sponsor"),
        collaborators: vec![own("collaborators")],
        last_update_posted: date(),
    };
    world.plant(name, registry.into_entity());
    if name == "A1" {
        let action = text("study_confirmation", name, "action");
        let confirmation = StudyConfirmation { id, sponsor_id, action, confirmed_by_id: world.id("A.qa"), confirmed_version: world.int() };
        world.plant(name, confirmation.into_entity());
    }
}

fn engagement(world: &mut Builder, (name, prime, state, for_sponsor, for_vendor): &(&str, Option<&str>, EngagementState, &str, &str)) {
    let (id, study_id) = (world.id::<EngagementId>(name), world.id::<StudyId>(&name[..2]));
    let sponsor_id = world.id::<OrganizationId>(&name[..1]);
    let engagement = Engagement {
        id,
        sponsor_id,
        study_id,
        vendor_id: world.id(&name[2..3]),
        model: EngagementModel::FullService,
        state: *state,
        start_date: Some(day()),
        end_date: None,
        lead_sponsor_id: Some(world.id::<PersonId>(for_sponsor)),
        lead_vendor_id: Some(world.id::<PersonId>(for_vendor)),
        subcontract_of_id: prime.map(|prime| world.id(prime)),
        prime_vendor_id: prime.map(|prime| world.id(&prime[2..3])),
        blinded_team: true,
        vendor_visible_status: Some(VendorVisibleStatus::Green),
    };
    world.plant(name, engagement.into_entity());
    let health_score = Some(world.score());
    let internal = EngagementInternal { id, sponsor_id, study_id, risk_tier: Some(RiskTier::Tier1), health_score };
    world.plant(name, internal.into_entity());
    if *name == "A1V" {
        let confirmation = EngagementConfirmation {
            id,
            sponsor_id,
            study_id,
            action: text("engagement_confirmation", name, "action"),
            confirmed_by_id: world.id("A.sm"),
            confirmed_version: world.int(),
        };
        world.plant(name, confirmation.into_entity());
    }
}

fn study_country(world: &mut Builder, study: &str, code: &str, lead: Option<&str>) {
    let Some(country_code) = country(code) else { return };
    let name = format!("{study}-{code}");
    let row = StudyCountry {
        id: world.id(&name),
        sponsor_id: world.id(&study[..1]),
        study_id: world.id(study),
        country_code,
        state: StudyCountryState::Active,
        lead_engagement_id: lead.map(|lead| world.id(lead)),
        vendor_id: lead.map(|lead| world.id(&lead[2..3])),
        planned_sites: Some(world.int()),
        ethics_model: Some(EthicsModel::Central),
    };
    world.plant(&name, row.into_entity());
}

/// The facility has the study site's name.
fn site(world: &mut Builder, name: &str, code: &str) {
    let Some(country_code) = country(code) else { return };
    let row = Site {
        id: world.id(name),
        sponsor_id: world.id(&name[..1]),
        name: Some(text("site", name, "name")),
        city: Some(text("site", name, "city")),
        state_region: Some(text("site", name, "state_region")),
        postal_code: Some(text("site", name, "postal_code")),
        country_code,
    };
    world.plant(name, row.into_entity());
}

fn study_site(world: &mut Builder, study: &str, code: &str, name: &str, responsible: Option<&str>) {
    let Some(country_code) = country(code) else { return };
    site(world, name, code);
    let (id, study_id) = (world.id::<StudySiteId>(name), world.id::<StudyId>(study));
    let sponsor_id = world.id::<OrganizationId>(&study[..1]);
    let row = StudySite {
        id,
        sponsor_id,
        study_id,
        site_id: world.id::<SiteId>(name),
        study_country_id: world.id::<StudyCountryId>(&format!("{study}-{code}")),
        country_code,
        number: Some(text("study_site", name, "number")),
        state: StudySiteState::Active,
        responsible_engagement_id: responsible.map(|lead| world.id(lead)),
        vendor_id: responsible.map(|lead| world.id(&lead[2..3])),
        selected_on: Some(day()),
        initiated_on: Some(day()),
        activated_on: Some(day()),
        closed_on: None,
        target_enrollment: Some(world.int()),
        screened: world.int(),
        enrolled: world.int(),
        discontinued: world.int(),
        completed: world.int(),
    };
    world.plant(name, row.into_entity());
    world.plant(name, StudySiteInternal { id, sponsor_id, study_id, country_code, risk_score: Some(world.score()) }.into_entity());
    let principal_investigator_name = Some(text("study_site_contact", name, "principal_investigator_name"));
    world.plant(name, StudySiteContact { id, sponsor_id, study_id, country_code, principal_investigator_name }.into_entity());
    let registry_key = text("study_site_registry", name, "registry_key");
    let status = Some(RegistryStatus::Recruiting);
    world
        .plant(name, StudySiteRegistry { id, sponsor_id, study_id, country_code, registry_key, status, vanished_on: date() }.into_entity());
}

fn service_scope(world: &mut Builder, (name, countries, sites, in_scope, ended): &ScopeRow) {
    let engagement = &name[..3];
    let prime = ENGAGEMENTS.iter().find(|row| row.0 == engagement).and_then(|row| row.1);
    let row = ServiceScope {
        id: world.id(name),
        sponsor_id: world.id(&name[..1]),
        study_id: world.id(&name[..2]),
        vendor_id: world.id(&name[2..3]),
        engagement_id: world.id(engagement),
        prime_vendor_id: prime.map(|prime| world.id(&prime[2..3])),
        prime_engagement_id: prime.map(|prime| world.id(prime)),
        service_category: ServiceCategory::ClinicalMonitoring,
        countries: countries.map(|codes| codes.iter().filter_map(|code| country(code)).collect()),
        study_site_ids: sites.map(|sites| sites.iter().map(|site| world.id(site)).collect()),
        valid_from: day(),
        valid_to: ended.then(day),
        in_scope: *in_scope,
        exclusions_note: Some(text("service_scope", name, "exclusions_note")),
    };
    world.plant(name, row.into_entity());
}
