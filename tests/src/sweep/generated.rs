//! A generated world of hundreds of studies, as big as a year's portfolio of several sponsors: every role with every scope, machine
//! clients, subcontracts, and things that have ended or are to come. The same seed gives the same world, dated from a given moment.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use tandem_domain::access::{ClientScope, Role, Side};
use tandem_domain::engagement::{Engagement, EngagementState};
use tandem_domain::id::{OrganizationId, PersonId};
use tandem_domain::party::{ApiClient, Membership, MembershipScope, Organization, OrganizationType};
use tandem_domain::portfolio::{Site, Study, StudyCountry};

use super::dressed::{Dressed, Looker};
use crate::operations::rng::Rng;
use crate::oracle::World;
use crate::records::{self, country};

mod work;

/// How much of everything there is at least.
pub const STUDIES: usize = 320;
/// Vendors that use Tandem.
pub const VENDORS: usize = 24;
/// People.
pub const PEOPLE: usize = 560;
const SPONSORS: usize = 8;
const CODES: [&str; 6] = ["DE", "FR", "US", "JP", "ES", "GB"];
const SCOPES: [MembershipScope; 5] =
    [MembershipScope::AllOrg, MembershipScope::Study, MembershipScope::Engagement, MembershipScope::Country, MembershipScope::Site];

/// The world, and who looks at it.
pub struct Generated {
    /// The world.
    pub dressed: Dressed,
    /// Somebody for each role with each scope, people with two organisations, with what has ended or is to come, machine clients.
    pub lookers: Vec<Looker>,
}

/// Makes it.
#[must_use]
pub fn generated(seed: u64, now: DateTime<Utc>) -> Generated {
    let mut maker = Maker { world: World::default(), next: 1_000, rng: Rng::new(seed), now, looking: Vec::new() };
    maker.organizations();
    for index in 0..PEOPLE {
        maker.person(index);
    }
    for index in 0..STUDIES {
        maker.study(index);
    }
    maker.programs();
    maker.scopes();
    maker.each_role();
    maker.doubles();
    maker.others();
    maker.clients();
    maker.work();
    let dressed = Dressed::new(&maker.world.records(false));
    let mut lookers: Vec<Looker> = Vec::new();
    for id in &maker.looking {
        let membership = dressed.world.memberships.iter().find(|one| one.id == *id);
        lookers.extend(membership.and_then(|membership| dressed.person(membership)));
    }
    for (index, client) in dressed.world.clients.iter().enumerate() {
        lookers.push(dressed.client(client, if index % 5 == 4 { &ClientScope::ALL[..1] } else { ClientScope::ALL }));
        if index % 4 == 0 {
            lookers.push(dressed.client(client, &[]));
        }
    }
    Generated { dressed, lookers }
}

struct Maker {
    world: World,
    next: u128,
    rng: Rng,
    now: DateTime<Utc>,
    looking: Vec<tandem_domain::id::MembershipId>,
}

impl Maker {
    fn number(&mut self) -> u128 {
        self.next += 1;
        // Ids do not grow in the order of writing: nothing may depend on that.
        self.next ^ 0x155
    }

    fn day(&self, days: i64) -> NaiveDate {
        (self.now + Duration::days(days)).date_naive()
    }

    fn picked<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        self.rng.pick(from).cloned()
    }

    fn organizations(&mut self) {
        use OrganizationType::{
            Academic, Cdmo, CentralLab, CoSponsor, Consultancy, Cro, EclinicalTechnology, ImagingCoreLab, Site, SpecialistVendor, Sponsor,
            StaffingAgency,
        };
        let sponsors = [Sponsor, CoSponsor, Academic];
        let vendors = [Cro, CentralLab, SpecialistVendor, StaffingAgency, EclinicalTechnology, Cdmo, ImagingCoreLab, Consultancy];
        let mut all: Vec<(OrganizationType, bool)> = sponsors.iter().cycle().take(SPONSORS).map(|one| (*one, true)).collect();
        all.extend(vendors.iter().cycle().take(VENDORS).map(|one| (*one, true)));
        all.extend([(Cro, false), (Site, false), (Sponsor, false)]);
        for (organization_type, is_tenant) in all {
            let organization = records::organization(self.number(), organization_type);
            self.world.organizations.push(Organization { is_tenant, country_code: Some(country("CH")), ..organization });
        }
    }

    fn tenants(&self, side: Side) -> Vec<OrganizationId> {
        let all = if side == Side::Sponsor { 0..SPONSORS } else { SPONSORS..SPONSORS + VENDORS };
        self.world.organizations.get(all).unwrap_or_default().iter().map(|one| one.id).collect()
    }

    fn person(&mut self, index: usize) {
        // The first sponsors and vendors are the biggest.
        let side = if index % 5 < 2 { Side::Sponsor } else { Side::Vendor };
        let tenants = self.tenants(side);
        let few = if self.rng.chance(50) { tenants.len().div_ceil(3) } else { tenants.len() };
        let Some(organization) = self.picked(&tenants[..few]) else { return };
        let mut person = records::person(self.number(), organization);
        person.active = !self.rng.chance(4);
        self.world.contacts.push(records::contact(&person));
        self.world.people.push(person);
    }

    fn people_of(&self, organization: OrganizationId) -> Vec<PersonId> {
        self.world.people.iter().filter(|one| one.organization_id == organization).map(|one| one.id).collect()
    }

    fn study(&mut self, index: usize) {
        let sponsors = self.tenants(Side::Sponsor);
        let Some(sponsor) = sponsors.get(index % sponsors.len()).copied() else { return };
        let mut study = records::study(self.number(), sponsor);
        study.vendor_roster_shared = self.rng.chance(35);
        if self.rng.chance(80) {
            self.world.study_internals.push(records::study_internal(&study));
        }
        if self.rng.chance(80) {
            self.world.study_benchmarks.push(records::study_benchmark(&study));
        }
        if let (Some(by), true) = (self.people_of(sponsor).first(), self.rng.chance(30)) {
            self.world.study_confirmations.push(records::study_confirmation(&study, *by));
        }
        if self.rng.chance(70) {
            self.world.study_registries.push(records::study_registry(&study));
        }
        self.protocol(&study);
        self.world.studies.push(study.clone());
        let mut engagements = Vec::new();
        for _ in 0..self.rng.within(0, 4) {
            engagements.extend(self.engagement(&study, &engagements));
        }
        let first = self.rng.below(CODES.len());
        for place in 0..self.rng.within(1, 3) {
            let code = CODES[(first + place) % CODES.len()];
            self.country(&study, code, &engagements);
        }
    }

    fn engagement(&mut self, study: &Study, before: &[Engagement]) -> Option<Engagement> {
        let mut vendors = self.tenants(Side::Vendor);
        if self.rng.chance(4) {
            vendors = self.world.organizations.iter().filter(|one| !one.is_tenant).take(1).map(|one| one.id).collect();
        }
        vendors.retain(|vendor| before.iter().all(|one| one.vendor_id != *vendor));
        let few = if self.rng.chance(60) { vendors.len().div_ceil(3) } else { vendors.len() };
        let vendor = self.picked(&vendors[..few])?;
        let primes: Vec<Engagement> = before.iter().filter(|one| one.subcontract_of_id.is_none()).cloned().collect();
        let prime = if self.rng.chance(30) { self.picked(&primes) } else { None };
        let mut engagement = records::engagement(self.number(), study, vendor, prime.as_ref());
        if self.rng.chance(30) {
            engagement.state = self.picked(EngagementState::ALL).unwrap_or(engagement.state);
        }
        let (theirs, ours) = (self.people_of(vendor), self.people_of(study.sponsor_id));
        engagement.lead_sponsor_id = if self.rng.chance(70) { self.picked(&ours) } else { None };
        engagement.lead_vendor_id = if self.rng.chance(70) { self.picked(&theirs) } else { None };
        if self.rng.chance(80) {
            self.world.engagement_internals.push(records::engagement_internal(&engagement));
        }
        if let (Some(by), true) = (ours.first(), self.rng.chance(25)) {
            self.world.engagement_confirmations.push(records::engagement_confirmation(&engagement, *by));
        }
        self.world.engagements.push(engagement.clone());
        Some(engagement)
    }

    fn country(&mut self, study: &Study, code: &str, engagements: &[Engagement]) {
        let lead = if self.rng.chance(60) { self.picked(engagements) } else { None };
        let row = records::study_country(self.number(), study, country(code), lead.as_ref());
        self.world.countries.push(row.clone());
        for _ in 0..self.rng.below(4) {
            self.study_site(&row, engagements);
        }
    }

    fn study_site(&mut self, row: &StudyCountry, engagements: &[Engagement]) {
        let here = |one: &&Site| one.sponsor_id == row.sponsor_id && one.country_code == row.country_code;
        let there: Vec<Site> = self.world.sites.iter().filter(here).cloned().collect();
        let known = if self.rng.chance(50) { self.picked(&there) } else { None };
        let facility = known.unwrap_or_else(|| {
            let facility = records::site(self.number(), row.sponsor_id, row.country_code);
            self.world.sites.push(facility.clone());
            facility
        });
        // A facility takes part in a study once.
        if self.world.study_sites.iter().any(|one| one.study_id == row.study_id && one.site_id == facility.id) {
            return;
        }
        let responsible = if self.rng.chance(60) { self.picked(engagements) } else { None };
        let site = records::study_site(self.number(), row, &facility, responsible.as_ref());
        if self.rng.chance(80) {
            self.world.study_site_internals.push(records::study_site_internal(&site));
        }
        if self.rng.chance(80) {
            self.world.study_site_contacts.push(records::study_site_contact(&site));
        }
        if self.rng.chance(60) {
            self.world.study_site_registries.push(records::study_site_registry(&site));
        }
        self.world.study_sites.push(site);
    }

    /// Scopes of engagements: some have ended, some are to begin, some are out of scope.
    fn scopes(&mut self) {
        for engagement in self.world.engagements.clone() {
            let sites: Vec<_> = self.world.study_sites.iter().filter(|one| one.study_id == engagement.study_id).map(|one| one.id).collect();
            let codes: Vec<_> =
                self.world.countries.iter().filter(|one| one.study_id == engagement.study_id).map(|one| one.country_code).collect();
            for _ in 0..self.rng.below(3) {
                let mut scope = records::service_scope(self.number(), &engagement);
                let from = self.picked(&[-300, -300, -20, 20]).unwrap_or(-300);
                scope.valid_from = self.day(from);
                scope.valid_to = match self.rng.below(4) {
                    0 => Some(self.day(from + 10)),
                    1 => Some(self.day(from + 400)),
                    _ => None,
                };
                scope.in_scope = self.rng.chance(80);
                if self.rng.chance(60) {
                    scope.countries = Some(codes.iter().copied().filter(|_| self.rng.chance(60)).collect());
                }
                if self.rng.chance(30) {
                    scope.study_site_ids = Some(sites.iter().copied().filter(|_| self.rng.chance(50)).collect());
                }
                self.world.scopes.push(scope);
            }
        }
    }

    /// What a member of this organisation can be narrowed to: an engagement at work that has countries and sites of its own.
    fn target(&mut self, organization: OrganizationId) -> Option<Engagement> {
        let world = &self.world;
        let party = |one: &&Engagement| one.vendor_id == organization || one.sponsor_id == organization;
        let whole = |one: &&Engagement| world.study_sites.iter().any(|site| site.responsible_engagement_id == Some(one.id));
        let live: Vec<Engagement> =
            world.engagements.iter().filter(party).filter(|one| one.state == EngagementState::Active).filter(whole).cloned().collect();
        self.picked(&live)
    }

    fn membership(&mut self, person: PersonId, organization: OrganizationId, role: Role, scope: MembershipScope) -> Option<Membership> {
        let mut membership = records::membership(self.number(), person, organization, role);
        membership.valid_from = self.now - Duration::days(300);
        membership.scope = scope;
        if scope != MembershipScope::AllOrg {
            let engagement = self.target(organization)?;
            let sites: Vec<_> =
                self.world.study_sites.iter().filter(|one| one.responsible_engagement_id == Some(engagement.id)).cloned().collect();
            let site = self.picked(&sites)?;
            (membership.study_id, membership.sponsor_id) = (Some(engagement.study_id), Some(engagement.sponsor_id));
            match scope {
                MembershipScope::Engagement => membership.engagement_id = Some(engagement.id),
                MembershipScope::Country => membership.country_code = Some(site.country_code),
                MembershipScope::Site => membership.study_site_id = Some(site.id),
                _ => {}
            }
        }
        Some(membership)
    }

    /// A new person with just this membership.
    fn newcomer(&mut self, organization: OrganizationId, role: Role, scope: MembershipScope) -> Option<Membership> {
        let person = records::person(self.number(), organization);
        self.world.contacts.push(records::contact(&person));
        self.world.people.push(person.clone());
        self.membership(person.id, organization, role, scope)
    }

    fn look(&mut self, membership: Option<Membership>) {
        if let Some(membership) = membership {
            self.looking.push(membership.id);
            self.world.memberships.push(membership);
        }
    }

    fn each_role(&mut self) {
        for (index, role) in Role::ALL.iter().copied().enumerate() {
            let Some(side) = role.side() else { continue };
            let tenants = self.tenants(side);
            for (place, scope) in SCOPES.into_iter().enumerate() {
                let organization = tenants[(index + place) % 4];
                let Some(membership) = self.newcomer(organization, role, scope) else { continue };
                // The whole organisation, and two of the narrower scopes in turn: each role looks through three.
                if place == 0 || (index + place) % 2 == 0 {
                    self.looking.push(membership.id);
                }
                self.world.memberships.push(membership);
            }
        }
    }

    /// Two organisations, two roles in one; what has ended, what is to come, who is no longer active.
    fn doubles(&mut self) {
        let (sponsors, vendors) = (self.tenants(Side::Sponsor), self.tenants(Side::Vendor));
        for (place, scope) in SCOPES.into_iter().enumerate() {
            let (sponsor, vendor) = (sponsors[place], vendors[place]);
            if let Some(first) = self.newcomer(vendor, Role::VProjectManager, scope) {
                let (qa, cra) = (self.membership(first.person_id, sponsor, Role::SQa, SCOPES[(place + 2) % 5]), Role::VCra);
                let second = self.membership(first.person_id, vendor, cra, SCOPES[(place + 3) % 5]);
                self.world.memberships.extend(second);
                self.look(Some(first));
                self.look(qa);
            }
        }
        let (sponsor, vendor) = (sponsors[0], vendors[0]);
        for (organization, role) in [(sponsor, Role::SStudyManager), (vendor, Role::VProjectManager), (sponsor, Role::SAdmin)] {
            let mut ended = self.newcomer(organization, role, MembershipScope::AllOrg);
            let mut coming = self.newcomer(organization, role, MembershipScope::AllOrg);
            if let (Some(ended), Some(coming)) = (ended.as_mut(), coming.as_mut()) {
                ended.valid_to = Some(self.now - Duration::days(1));
                coming.valid_from = self.now + Duration::days(20);
            }
            self.look(ended);
            self.look(coming);
            let gone = self.newcomer(organization, role, MembershipScope::AllOrg);
            if let Some(person) = self.world.people.last_mut() {
                person.active = false;
            }
            self.look(gone);
        }
    }

    /// Everybody else: up to two memberships of any kind, some ended, some to come. Some of them look too.
    fn others(&mut self) {
        for index in 0..PEOPLE {
            let Some(person) = self.world.people.get(index).cloned() else { return };
            let side = if self.tenants(Side::Sponsor).contains(&person.organization_id) { Side::Sponsor } else { Side::Vendor };
            let roles: Vec<Role> = Role::ALL.iter().copied().filter(|role| role.side() == Some(side)).collect();
            for _ in 0..self.rng.below(3) {
                let (role, scope) = (self.picked(&roles), self.picked(&SCOPES));
                let (Some(role), Some(scope)) = (role, scope) else { continue };
                let Some(mut membership) = self.membership(person.id, person.organization_id, role, scope) else { continue };
                match self.rng.below(8) {
                    0 => membership.valid_to = Some(self.now - Duration::days(2)),
                    1 => membership.valid_from = self.now + Duration::days(2),
                    2 => membership.valid_to = Some(self.now + Duration::days(30)),
                    _ => {}
                }
                if index % 70 == 0 {
                    self.looking.push(membership.id);
                }
                self.world.memberships.push(membership);
            }
        }
        // Who looks twice for one organisation looks once.
        let (mut seen, all) = (Vec::<(PersonId, OrganizationId)>::new(), std::mem::take(&mut self.looking));
        for id in all {
            let Some(one) = self.world.memberships.iter().find(|one| one.id == id) else { continue };
            if !seen.contains(&(one.person_id, one.organization_id)) {
                seen.push((one.person_id, one.organization_id));
                self.looking.push(id);
            }
        }
    }

    /// Machine clients: of a whole organisation, of some engagements, with few scopes, ended and expired.
    fn clients(&mut self) {
        let all: Vec<OrganizationId> =
            self.tenants(Side::Sponsor).into_iter().take(3).chain(self.tenants(Side::Vendor).into_iter().take(5)).collect();
        for (index, organization) in all.into_iter().enumerate() {
            let engagements = [self.target(organization), self.target(organization)];
            let mut client: ApiClient = records::client(self.number(), organization);
            client.expires_at = self.now + Duration::days(300);
            if index % 2 == 1 {
                client.engagement_ids = engagements.into_iter().flatten().map(|one| one.id).collect();
                client.engagement_ids.dedup();
            }
            match index {
                2 => client.scopes = vec![ClientScope::Studies],
                4 => client.scopes = vec![ClientScope::Sites, ClientScope::Engagements],
                6 => client.ended_at = Some(self.now - Duration::days(1)),
                7 => client.expires_at = self.now - Duration::days(1),
                _ => {}
            }
            self.world.clients.push(client);
        }
    }
}
