//! Records with nothing special about them, for worlds that tests make: a test changes only what it is about.
//! Ids are plain numbers, so that a failure names what a reader can find again.

use chrono::{DateTime, NaiveDate, Utc};
use tandem_domain::access::{ClientScope, Role};
use tandem_domain::engagement::{
    Engagement, EngagementConfirmation, EngagementInternal, EngagementModel, EngagementState, RiskTier, ServiceCategory, ServiceScope,
};
use tandem_domain::id::{OrganizationId, PersonId, TypedId};
use tandem_domain::partner::ExternalReference;
use tandem_domain::party::{
    AccessEvent, AccessEventType, AccessReview, AccessReviewItem, AccessReviewOutcome, ApiClient, Membership, MembershipScope,
    Organization, OrganizationType, Person, PersonContact,
};
use tandem_domain::portfolio::{
    Site, Study, StudyBenchmark, StudyConfirmation, StudyCountry, StudyCountryState, StudyInternal, StudyRegistry, StudySite,
    StudySiteContact, StudySiteInternal, StudySiteRegistry, StudySiteState, StudyState, StudySubtype, StudyType,
};
use tandem_domain::value::{CountryCode, MinorUnits};
use uuid::Uuid;

mod work;

pub use work::{
    amendment, capa, capa_action, comment, deliverable, deliverable_review, deliverable_submission, document, due_date_extension,
    effectiveness_check, enrollment_snapshot, finding, finding_internal, finding_response, issue, issued, milestone, program,
    program_internal, protocol_version, site_milestone,
};

/// The issuer of everybody's tokens.
pub const ISSUER: &str = "https://id.example.org";

/// The id that is this number.
#[must_use]
pub fn id<T: TypedId>(number: u128) -> T {
    T::from_uuid(Uuid::from_u128(number))
}

/// The moment at which tests stand: midday of [`today`].
#[must_use]
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_873_600, 0).unwrap_or_default()
}

/// The day on which tests stand: 2026-01-08.
#[must_use]
pub fn today() -> NaiveDate {
    now().date_naive()
}

/// The moment so many days after [`now`].
#[must_use]
pub fn in_days(days: i64) -> DateTime<Utc> {
    now() + chrono::Duration::days(days)
}

/// The day so many days after [`today`].
#[must_use]
pub fn day(days: i64) -> NaiveDate {
    in_days(days).date_naive()
}

/// The country with this code.
///
/// # Panics
/// When there is none: the test is wrong.
#[must_use]
#[expect(clippy::expect_used, reason = "the codes are the tests' own")]
pub fn country(code: &str) -> CountryCode {
    code.parse().expect("a country code")
}

/// An organisation that uses Tandem.
#[must_use]
pub fn organization(number: u128, organization_type: OrganizationType) -> Organization {
    Organization {
        id: id(number),
        name: format!("Organisation {number}"),
        organization_type,
        class: None,
        country_code: None,
        is_tenant: true,
    }
}

/// A person of an organisation.
#[must_use]
pub fn person(number: u128, organization_id: OrganizationId) -> Person {
    Person { id: id(number), organization_id, display_name: format!("Person {number}"), job_title: None, active: true }
}

/// How that person is reached.
#[must_use]
pub fn contact(person: &Person) -> PersonContact {
    let email = format!("person-{}@example.org", person.id.uuid().as_u128());
    PersonContact { id: person.id, organization_id: person.organization_id, email }
}

/// A membership over the whole organisation, in force since long ago.
#[must_use]
pub fn membership(number: u128, person_id: PersonId, organization_id: OrganizationId, role: Role) -> Membership {
    Membership {
        id: id(number),
        person_id,
        organization_id,
        role,
        scope: MembershipScope::AllOrg,
        study_id: None,
        engagement_id: None,
        country_code: None,
        study_site_id: None,
        sponsor_id: None,
        valid_from: in_days(-300),
        valid_to: None,
        granted_by_id: None,
        reason: "for a test".to_owned(),
    }
}

/// A machine client that may do everything in the whole organisation.
#[must_use]
pub fn client(number: u128, organization_id: OrganizationId) -> ApiClient {
    ApiClient {
        id: id(number),
        organization_id,
        name: format!("Client {number}"),
        issuer: ISSUER.to_owned(),
        client_id: format!("client-{number}"),
        scopes: ClientScope::ALL.to_vec(),
        engagement_ids: Vec::new(),
        expires_at: in_days(300),
        ended_at: None,
    }
}

/// An event of an organisation's access log.
#[must_use]
pub fn access_event(number: u128, organization_id: OrganizationId, person_id: Option<PersonId>) -> AccessEvent {
    AccessEvent {
        id: id(number),
        organization_id,
        event: if person_id.is_some() { AccessEventType::Used } else { AccessEventType::Refused },
        person_id,
        api_client_id: None,
        code: person_id.is_none().then(|| "FORBIDDEN".to_owned()),
        attempt: person_id.is_none().then(|| "studyCreate".to_owned()),
        occurrences: 1,
        first_at: in_days(-1),
        last_at: in_days(-1),
    }
}

/// What a system of an organisation calls a study.
#[must_use]
pub fn external_reference(number: u128, organization_id: OrganizationId, study: &Study) -> ExternalReference {
    ExternalReference {
        id: id(number),
        organization_id,
        system: "CTMS".to_owned(),
        subject_kind: "study".to_owned(),
        subject_id: study.id.uuid(),
        external_id: format!("EXT-{number}"),
        ended_at: None,
    }
}

/// A review of an organisation's memberships.
#[must_use]
pub fn access_review(number: u128, organization_id: OrganizationId) -> AccessReview {
    AccessReview {
        id: id(number),
        organization_id,
        period_from: day(-90),
        period_to: day(-1),
        reviewer_id: id(79),
        reviewed: 1,
        confirmed: 0,
        revoked: 0,
        completed_at: None,
    }
}

/// A membership in a review.
#[must_use]
pub fn access_review_item(number: u128, review: &AccessReview, membership: &Membership) -> AccessReviewItem {
    AccessReviewItem {
        id: id(number),
        organization_id: review.organization_id,
        access_review_id: review.id,
        membership_id: membership.id,
        person_id: membership.person_id,
        role: membership.role,
        scope: membership.scope,
        in_force_since: membership.valid_from,
        granted_by_id: None,
        last_used_at: None,
        outcome: AccessReviewOutcome::Pending,
        decided_by_id: None,
        decided_at: None,
    }
}

/// A study of a sponsor.
#[must_use]
pub fn study(number: u128, sponsor_id: OrganizationId) -> Study {
    Study {
        id: id(number),
        sponsor_id,
        program_id: None,
        protocol_number: format!("P-{number}"),
        nct_id: None,
        eu_ct_number: None,
        eudra_ct_number: None,
        ind_number: None,
        acronym: None,
        brief_title: format!("Study {number}"),
        official_title: None,
        study_type: StudyType::Interventional,
        subtype: StudySubtype::None,
        phases: Vec::new(),
        therapeutic_area: None,
        conditions: Vec::new(),
        product_type: None,
        masking: None,
        has_dmc: None,
        planned_enrollment: None,
        actual_enrollment: None,
        lifecycle_state: StudyState::Planning,
        why_stopped: None,
        start_date: None,
        primary_completion_date: None,
        completion_date: None,
        vendor_roster_shared: false,
        held_from: None,
    }
}

/// The sponsor's assessment of a study.
#[must_use]
pub fn study_internal(study: &Study) -> StudyInternal {
    StudyInternal { id: study.id, sponsor_id: study.sponsor_id, risk_score: Some(0.5), strategic_priority: None }
}

/// The budget benchmark of a study.
#[must_use]
pub fn study_benchmark(study: &Study) -> StudyBenchmark {
    StudyBenchmark {
        id: study.id,
        sponsor_id: study.sponsor_id,
        budget_minor_units: Some(MinorUnits(100)),
        budget_currency: Some("EUR".to_owned()),
    }
}

/// A confirmation of a step of a study.
#[must_use]
pub fn study_confirmation(study: &Study, confirmed_by_id: PersonId) -> StudyConfirmation {
    let action = "TERMINATE".to_owned();
    StudyConfirmation { id: study.id, sponsor_id: study.sponsor_id, action, confirmed_by_id, confirmed_version: 1 }
}

/// What the registry says of a study.
#[must_use]
pub fn study_registry(study: &Study) -> StudyRegistry {
    StudyRegistry {
        id: study.id,
        sponsor_id: study.sponsor_id,
        nct_id: format!("NCT{:08}", study.id.uuid().as_u128() % 100_000_000),
        status: None,
        why_stopped: None,
        brief_title: study.brief_title.clone(),
        official_title: None,
        phases: Vec::new(),
        enrollment: None,
        enrollment_kind: None,
        start_date: None,
        primary_completion_date: None,
        completion_date: None,
        lead_sponsor: "As the registry spells it".to_owned(),
        collaborators: Vec::new(),
        last_update_posted: None,
    }
}

/// A country of a study, led by an engagement or by none.
#[must_use]
pub fn study_country(number: u128, study: &Study, country_code: CountryCode, lead: Option<&Engagement>) -> StudyCountry {
    StudyCountry {
        id: id(number),
        sponsor_id: study.sponsor_id,
        study_id: study.id,
        country_code,
        state: StudyCountryState::Candidate,
        lead_engagement_id: lead.map(|lead| lead.id),
        vendor_id: lead.map(|lead| lead.vendor_id),
        planned_sites: None,
        ethics_model: None,
    }
}

/// A facility of a sponsor.
#[must_use]
pub fn site(number: u128, sponsor_id: OrganizationId, country_code: CountryCode) -> Site {
    let name = Some(format!("Facility {number}"));
    Site { id: id(number), sponsor_id, name, city: None, state_region: None, postal_code: None, country_code }
}

/// A site of a study at a facility, for which an engagement is responsible or none.
#[must_use]
pub fn study_site(number: u128, country: &StudyCountry, site: &Site, responsible: Option<&Engagement>) -> StudySite {
    StudySite {
        id: id(number),
        sponsor_id: country.sponsor_id,
        study_id: country.study_id,
        site_id: site.id,
        study_country_id: country.id,
        country_code: country.country_code,
        number: None,
        state: StudySiteState::Identified,
        responsible_engagement_id: responsible.map(|engagement| engagement.id),
        vendor_id: responsible.map(|engagement| engagement.vendor_id),
        selected_on: None,
        initiated_on: None,
        activated_on: None,
        closed_on: None,
        target_enrollment: None,
        screened: 0,
        enrolled: 0,
        discontinued: 0,
        completed: 0,
    }
}

/// The sponsor's assessment of a study site.
#[must_use]
pub fn study_site_internal(site: &StudySite) -> StudySiteInternal {
    StudySiteInternal {
        id: site.id,
        sponsor_id: site.sponsor_id,
        study_id: site.study_id,
        country_code: site.country_code,
        risk_score: Some(0.5),
    }
}

/// Who is to be reached at a study site.
#[must_use]
pub fn study_site_contact(site: &StudySite) -> StudySiteContact {
    StudySiteContact {
        id: site.id,
        sponsor_id: site.sponsor_id,
        study_id: site.study_id,
        country_code: site.country_code,
        principal_investigator_name: Some("Dr Who".to_owned()),
    }
}

/// What the registry says of a study site.
#[must_use]
pub fn study_site_registry(site: &StudySite) -> StudySiteRegistry {
    StudySiteRegistry {
        id: site.id,
        sponsor_id: site.sponsor_id,
        study_id: site.study_id,
        country_code: site.country_code,
        registry_key: format!("key-{}", site.id),
        status: None,
        vanished_on: None,
    }
}

/// An active engagement of a vendor on a study; under `prime` where that is given.
#[must_use]
pub fn engagement(number: u128, study: &Study, vendor_id: OrganizationId, prime: Option<&Engagement>) -> Engagement {
    Engagement {
        id: id(number),
        sponsor_id: study.sponsor_id,
        study_id: study.id,
        vendor_id,
        model: EngagementModel::FullService,
        state: EngagementState::Active,
        start_date: None,
        end_date: None,
        lead_sponsor_id: None,
        lead_vendor_id: None,
        subcontract_of_id: prime.map(|prime| prime.id),
        prime_vendor_id: prime.map(|prime| prime.vendor_id),
        blinded_team: true,
        vendor_visible_status: None,
    }
}

/// The sponsor's assessment of an engagement.
#[must_use]
pub fn engagement_internal(engagement: &Engagement) -> EngagementInternal {
    EngagementInternal {
        id: engagement.id,
        sponsor_id: engagement.sponsor_id,
        study_id: engagement.study_id,
        risk_tier: Some(RiskTier::Tier1),
        health_score: None,
    }
}

/// A confirmation of a step of an engagement.
#[must_use]
pub fn engagement_confirmation(engagement: &Engagement, confirmed_by_id: PersonId) -> EngagementConfirmation {
    EngagementConfirmation {
        id: engagement.id,
        sponsor_id: engagement.sponsor_id,
        study_id: engagement.study_id,
        action: "TERMINATE".to_owned(),
        confirmed_by_id,
        confirmed_version: 1,
    }
}

/// A scope of an engagement: everything, since long ago.
#[must_use]
pub fn service_scope(number: u128, engagement: &Engagement) -> ServiceScope {
    ServiceScope {
        id: id(number),
        sponsor_id: engagement.sponsor_id,
        study_id: engagement.study_id,
        vendor_id: engagement.vendor_id,
        engagement_id: engagement.id,
        prime_vendor_id: engagement.prime_vendor_id,
        prime_engagement_id: engagement.subcontract_of_id,
        service_category: ServiceCategory::ClinicalMonitoring,
        countries: None,
        study_site_ids: None,
        valid_from: day(-300),
        valid_to: None,
        in_scope: true,
        exclusions_note: None,
    }
}
