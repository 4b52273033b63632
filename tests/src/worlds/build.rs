//! Builds a world from its plan: every pick is made among what there is.

use chrono::{DateTime, Duration, Utc};
use tandem_domain::access::{ClientScope, Role, Side};
use tandem_domain::engagement::{Engagement, EngagementState};
use tandem_domain::id::{OrganizationId, PersonId, TypedId};
use tandem_domain::party::{MembershipScope, Organization, OrganizationType};
use tandem_domain::portfolio::{Site, Study, StudyCountry};
use tandem_domain::record::Entity;
use tandem_domain::value::CountryCode;

use super::plan::{ClientPlan, EngagementPlan, MembershipPlan, PersonPlan, Plan, SitePlan, StudyPlan};
use crate::oracle::{Principal, World};
use crate::records::{self, country, day, in_days, now};

/// Somebody who tries to sign in, for an organisation.
#[derive(Clone, Debug)]
pub struct SignsIn {
    /// Who.
    pub principal: Principal,
    /// For which organisation.
    pub organization: OrganizationId,
}

/// A world, the order in which it is written, and who signs in.
#[derive(Clone, Debug)]
pub struct Built {
    /// The world.
    pub world: World,
    /// Its records, in an order in which they can be written.
    pub records: Vec<Entity>,
    /// Whether scopes are written with the engagements, before the countries and sites that they cover; else they come later.
    pub scopes_first: bool,
    /// Everybody who could sign in, and for what.
    pub sign_ins: Vec<SignsIn>,
}

const CODES: [&str; 3] = ["DE", "FR", "US"];

/// The thing that a number picks; nothing where there is nothing.
pub(super) fn pick<T>(among: &[T], number: u8) -> Option<&T> {
    among.get(usize::from(number).checked_rem(among.len())?)
}

/// Builds the world of a plan.
#[must_use]
pub fn build(plan: &Plan) -> Built {
    let mut builder = Builder { world: World::default(), next: 1000 };
    builder.organizations(plan);
    for one in &plan.people {
        builder.person(one);
    }
    for one in &plan.studies {
        builder.study(one);
    }
    for one in &plan.engagements {
        builder.engagement(one);
    }
    for (index, one) in plan.studies.iter().enumerate() {
        builder.places(index, one);
    }
    for (index, one) in plan.engagements.iter().enumerate() {
        builder.scopes(index, one);
    }
    for (index, one) in plan.people.iter().enumerate() {
        for membership in &one.memberships {
            builder.membership(index, membership);
        }
    }
    for one in &plan.work {
        builder.work(one);
    }
    builder.oversight();
    let mut sign_ins = Vec::new();
    for one in &plan.clients {
        sign_ins.extend(builder.client(one));
    }
    let world = builder.world;
    let mut people: Vec<(PersonId, OrganizationId)> = world.memberships.iter().map(|one| (one.person_id, one.organization_id)).collect();
    people.sort_unstable();
    people.dedup();
    sign_ins.extend(people.into_iter().map(|(person, organization)| SignsIn { principal: Principal::Person(person), organization }));
    Built { records: world.records(plan.scopes_first), scopes_first: plan.scopes_first, world, sign_ins }
}

pub(super) struct Builder {
    pub(super) world: World,
    next: u128,
}

impl Builder {
    pub(super) fn number(&mut self) -> u128 {
        self.next += 1;
        // Ids do not grow in the order of writing: nothing may depend on that.
        self.next ^ 0x155
    }

    /// Sometimes nothing, sometimes one of few values: for columns that pages are ordered by.
    fn sometimes<T>(number: u128, value: impl FnOnce(u128) -> T) -> Option<T> {
        (!number.is_multiple_of(3)).then(|| value(number % 2))
    }

    fn organizations(&mut self, plan: &Plan) {
        let sponsors = [OrganizationType::Sponsor, OrganizationType::CoSponsor, OrganizationType::Academic];
        let vendors = [OrganizationType::Cro, OrganizationType::CentralLab, OrganizationType::Cro, OrganizationType::StaffingAgency];
        let tenants = sponsors.iter().take(plan.sponsors.into()).chain(vendors.iter().take(plan.vendors.into()));
        let named_only = [OrganizationType::Cro, OrganizationType::Site, OrganizationType::Sponsor];
        let all = tenants.map(|one| (*one, true)).chain(named_only.iter().map(|one| (*one, false)));
        for (organization_type, is_tenant) in all.collect::<Vec<_>>() {
            let number = self.number();
            let country_code = Self::sometimes(number, |n| country(CODES[usize::from(n == 0)]));
            let organization = records::organization(number, organization_type);
            self.world.organizations.push(Organization { is_tenant, country_code, ..organization });
        }
    }

    fn tenants(&self, side: Option<Side>) -> Vec<Organization> {
        let on_side =
            |one: &&Organization| one.is_tenant && side.is_none_or(|side| tandem_domain::party::side_of(one.organization_type) == side);
        self.world.organizations.iter().filter(on_side).cloned().collect()
    }

    fn person(&mut self, plan: &PersonPlan) {
        let Some(organization) = pick(&self.tenants(None), plan.organization).map(|one| one.id) else { return };
        let number = self.number();
        let mut person = records::person(number, organization);
        person.active = !plan.inactive;
        person.job_title = Self::sometimes(number, |n| format!("Title {n}"));
        self.world.contacts.push(records::contact(&person));
        self.world.people.push(person);
    }

    pub(super) fn people_of(&self, organization: OrganizationId) -> Vec<PersonId> {
        self.world.people.iter().filter(|one| one.organization_id == organization).map(|one| one.id).collect()
    }

    fn study(&mut self, plan: &StudyPlan) {
        let Some(sponsor) = pick(&self.tenants(Some(Side::Sponsor)), plan.sponsor).map(|one| one.id) else { return };
        let number = self.number();
        let mut study = records::study(number, sponsor);
        study.vendor_roster_shared = plan.shared;
        study.nct_id = Self::sometimes(number, |_| format!("NCT{number:08}"));
        let confirmed_by = pick(&self.people_of(sponsor), plan.parts).copied().unwrap_or_else(|| records::id(1));
        if plan.parts & 1 != 0 {
            self.world.study_internals.push(records::study_internal(&study));
        }
        if plan.parts & 2 != 0 {
            self.world.study_benchmarks.push(records::study_benchmark(&study));
        }
        if plan.parts & 4 != 0 {
            self.world.study_confirmations.push(records::study_confirmation(&study, confirmed_by));
        }
        if plan.parts & 8 != 0 {
            self.world.study_registries.push(records::study_registry(&study));
        }
        self.program(&mut study, plan);
        self.protocol(&study, plan);
        self.world.studies.push(study);
    }

    fn engagement(&mut self, plan: &EngagementPlan) {
        let Some(study) = pick(&self.world.studies, plan.study).cloned() else { return };
        let Some(vendor) = pick(&self.tenants(Some(Side::Vendor)), plan.vendor).map(|one| one.id) else { return };
        // A subcontract stands under another vendor's engagement on the same study that is none itself (I-17).
        let above: Vec<Engagement> =
            self.on_study(study.id).into_iter().filter(|one| one.subcontract_of_id.is_none() && one.vendor_id != vendor).collect();
        let prime = plan.under.and_then(|under| pick(&above, under));
        let number = self.number();
        let mut engagement = records::engagement(number, &study, vendor, prime);
        engagement.state = *pick(EngagementState::ALL, plan.state).unwrap_or(&EngagementState::Active);
        engagement.start_date = Self::sometimes(number, |n| day(i64::from(n == 0)));
        engagement.lead_sponsor_id = plan.leads.0.and_then(|lead| pick(&self.people_of(study.sponsor_id), lead).copied());
        engagement.lead_vendor_id = plan.leads.1.and_then(|lead| pick(&self.people_of(vendor), lead).copied());
        if plan.parts & 1 != 0 {
            self.world.engagement_internals.push(records::engagement_internal(&engagement));
        }
        if plan.parts & 2 != 0 {
            let confirmed_by = pick(&self.people_of(study.sponsor_id), plan.parts).copied().unwrap_or_else(|| records::id(1));
            self.world.engagement_confirmations.push(records::engagement_confirmation(&engagement, confirmed_by));
        }
        self.world.engagements.push(engagement);
    }

    fn on_study(&self, study: tandem_domain::id::StudyId) -> Vec<Engagement> {
        self.world.engagements.iter().filter(|one| one.study_id == study).cloned().collect()
    }

    fn places(&mut self, index: usize, plan: &StudyPlan) {
        let Some(study) = self.world.studies.get(index).cloned() else { return };
        let engagements = self.on_study(study.id);
        for (place, code) in plan.countries.iter().zip(CODES) {
            let lead = place.lead.and_then(|lead| pick(&engagements, lead));
            let number = self.number();
            let mut country_row = records::study_country(number, &study, country(code), lead);
            country_row.planned_sites = Self::sometimes(number, |n| i64::from(n == 0));
            self.world.countries.push(country_row.clone());
            for site in &place.sites {
                self.study_site(&study, &country_row, &engagements, site);
            }
        }
    }

    fn study_site(&mut self, study: &Study, country_row: &StudyCountry, engagements: &[Engagement], plan: &SitePlan) {
        let facility = self.facility(study.sponsor_id, country_row.country_code, plan.facility);
        let responsible = plan.responsible.and_then(|one| pick(engagements, one));
        let number = self.number();
        let mut site = records::study_site(number, country_row, &facility, responsible);
        site.target_enrollment = Self::sometimes(number, |n| i64::from(n == 0));
        if plan.parts & 1 != 0 {
            self.world.study_site_internals.push(records::study_site_internal(&site));
        }
        if plan.parts & 2 != 0 {
            self.world.study_site_contacts.push(records::study_site_contact(&site));
        }
        if plan.parts & 4 != 0 {
            self.world.study_site_registries.push(records::study_site_registry(&site));
        }
        self.world.study_sites.push(site);
    }

    /// A facility of the sponsor in that country: one that is there already, or a new one.
    fn facility(&mut self, sponsor: OrganizationId, code: CountryCode, number: u8) -> Site {
        let there: Vec<Site> =
            self.world.sites.iter().filter(|one| one.sponsor_id == sponsor && one.country_code == code).cloned().collect();
        if let (Some(facility), true) = (pick(&there, number), number.is_multiple_of(2)) {
            return facility.clone();
        }
        let facility = records::site(self.number(), sponsor, code);
        self.world.sites.push(facility.clone());
        facility
    }

    fn scopes(&mut self, index: usize, plan: &EngagementPlan) {
        let Some(engagement) = self.world.engagements.get(index).cloned() else { return };
        for one in &plan.scopes {
            let mut scope = records::service_scope(self.number(), &engagement);
            scope.valid_from = day(one.from);
            scope.valid_to = one.lasts.map(|days| day(one.from + days));
            scope.in_scope = one.in_scope;
            scope.countries = one.countries.map(|bits| {
                CODES.iter().enumerate().filter(|(index, _)| bits & (1 << index) != 0).map(|(_, code)| country(code)).collect()
            });
            scope.study_site_ids = one.sites.map(|bits| {
                let sites = self.world.study_sites.iter().filter(|site| site.study_id == engagement.study_id).enumerate();
                sites.filter(|(index, _)| bits & (1 << (index % 8)) != 0).map(|(_, site)| site.id).collect()
            });
            self.world.scopes.push(scope);
        }
    }

    fn membership(&mut self, index: usize, plan: &MembershipPlan) {
        let Some(person) = self.world.people.get(index).cloned() else { return };
        let tenants = self.tenants(None);
        let elsewhere = plan.elsewhere.and_then(|one| pick(&tenants, one));
        let Some(organization) = elsewhere.or_else(|| tenants.iter().find(|one| one.id == person.organization_id)) else { return };
        let side = tandem_domain::party::side_of(organization.organization_type);
        let roles: Vec<Role> = Role::ALL.iter().copied().filter(|role| role.side() == Some(side)).collect();
        let Some(role) = pick(&roles, plan.role) else { return };
        let mut membership = records::membership(self.number(), person.id, organization.id, *role);
        (membership.valid_from, membership.valid_to) = times(plan.time);
        self.narrow(&mut membership, plan);
        self.world.memberships.push(membership);
    }

    /// Narrows a membership to something of its organisation's; a vendor's now and then to something of anybody's, which must give
    /// nothing. A sponsor's cannot name another sponsor's study: whoever grants it looks the study up among his organisation's.
    fn narrow(&self, membership: &mut tandem_domain::party::Membership, plan: &MembershipPlan) {
        let own = membership.organization_id;
        let anybodys = plan.scope >= 240 && membership.role.side() == Some(Side::Vendor);
        let party = |one: &&Engagement| anybodys || one.vendor_id == own || one.sponsor_id == own || one.prime_vendor_id == Some(own);
        let engagements: Vec<&Engagement> = self.world.engagements.iter().filter(party).collect();
        let within = |study| anybodys || self.world.sponsor_of(study) == Some(own) || engagements.iter().any(|one| one.study_id == study);
        let studies: Vec<&Study> = self.world.studies.iter().filter(|one| within(one.id)).collect();
        let study = match plan.scope % 6 {
            1 => pick(&studies, plan.pick).map(|study| {
                membership.scope = MembershipScope::Study;
                study.id
            }),
            2 | 3 => pick(&engagements, plan.pick).map(|engagement| {
                membership.scope = MembershipScope::Engagement;
                membership.engagement_id = Some(engagement.id);
                engagement.study_id
            }),
            4 => pick(&studies, plan.pick).map(|study| {
                membership.scope = MembershipScope::Country;
                membership.country_code = pick(&CODES, plan.pick / 5).map(|code| country(code));
                study.id
            }),
            5 => {
                let sites: Vec<_> = self.world.study_sites.iter().filter(|one| within(one.study_id)).collect();
                pick(&sites, plan.pick).map(|site| {
                    membership.scope = MembershipScope::Site;
                    membership.study_site_id = Some(site.id);
                    site.study_id
                })
            }
            _ => None,
        };
        membership.study_id = study;
        membership.sponsor_id = study.and_then(|study| self.world.sponsor_of(study));
    }

    /// An access log and a review for every organisation with a membership.
    fn oversight(&mut self) {
        for membership in self.world.memberships.clone() {
            let organization = membership.organization_id;
            if !self.world.access_reviews.iter().any(|one| one.organization_id == organization) {
                let review = records::access_review(self.number(), organization);
                self.world.access_reviews.push(review);
                let refusal = records::access_event(self.number(), organization, None);
                self.world.access_events.push(refusal);
            }
            let used = records::access_event(self.number(), organization, Some(membership.person_id));
            self.world.access_events.push(used);
            let number = self.number();
            let review = self.world.access_reviews.iter().find(|one| one.organization_id == organization);
            let items = review.map(|review| records::access_review_item(number, review, &membership));
            self.world.access_review_items.extend(items);
        }
    }

    fn client(&mut self, plan: &ClientPlan) -> Option<SignsIn> {
        let organization = pick(&self.tenants(None), plan.organization)?.id;
        let mut client = records::client(self.number(), organization);
        let some = |bits: u8| -> Vec<ClientScope> {
            let all = ClientScope::ALL.iter().enumerate();
            all.filter(|(index, _)| bits & (1 << (index % 8)) != 0).map(|(_, scope)| *scope).collect()
        };
        client.scopes = some(plan.scopes | plan.scopes >> 4);
        let own = |one: &&Engagement| one.vendor_id == organization || one.sponsor_id == organization;
        let listed = plan.engagements.map(|bits| {
            let own = self.world.engagements.iter().filter(own).enumerate();
            own.filter(|(index, _)| bits & (1 << (index % 8)) != 0).map(|(_, one)| one.id).collect()
        });
        client.engagement_ids = listed.unwrap_or_default();
        match plan.time % 8 {
            0 => client.expires_at = now(),
            1 => client.ended_at = Some(in_days(-1)),
            _ => {}
        }
        let principal = Principal::Client(client.id, some(plan.token | plan.token >> 4));
        self.world.clients.push(client);
        Some(SignsIn { principal, organization })
    }
}

/// When a membership counts: mostly now; else it has ended, is to come, or begins or ends at this very moment.
fn times(number: u8) -> (DateTime<Utc>, Option<DateTime<Utc>>) {
    let long_ago = in_days(-300);
    match number % 10 {
        0 => (long_ago, Some(in_days(-1))),
        1 => (in_days(1), None),
        2 => (long_ago, Some(now())),
        3 => (now(), None),
        4 => (long_ago, Some(now() + Duration::microseconds(1))),
        5 => (long_ago, Some(in_days(30))),
        _ => (long_ago, None),
    }
}

/// The id of a principal.
impl SignsIn {
    /// The id of who signs in.
    #[must_use]
    pub fn id(&self) -> uuid::Uuid {
        match &self.principal {
            Principal::Person(person) => person.uuid(),
            Principal::Client(client, _) => client.uuid(),
        }
    }
}
