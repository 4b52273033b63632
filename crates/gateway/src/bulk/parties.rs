//! Organisations, their people, and who of them is known by name to whoever measures.

use tandem_domain::access::ClientScope;
use tandem_domain::id::{ApiClientId, OrganizationId, PersonId};
use tandem_domain::party::{ApiClient, Organization, OrganizationType, Person, PersonContact};
use tandem_domain::record::{Entity, Record};

use super::draw::{List, What, draw, id, moment};
use super::names;
use super::plan::Plan;
use crate::demo::ISSUER;

/// The study manager of the first sponsor, over the whole organisation.
pub const STUDY_MANAGER: &str = "study.manager@example.org";

/// The project manager of the first CRO, over the whole organisation.
pub const PROJECT_MANAGER: &str = "project.manager@example.org";

/// The machine client of a vendor, by its place in the block.
#[must_use]
pub fn client_id(block: u64, vendor: u64) -> String {
    format!("vendor-{}-{}", block + 1, vendor + 1)
}

/// An organisation of a block: sponsors first, then vendors.
#[derive(Clone, Copy)]
pub(super) struct Party<'a> {
    pub(super) plan: &'a Plan,
    pub(super) block: u64,
    pub(super) place: u64,
}

impl<'a> Party<'a> {
    pub(super) fn sponsor(plan: &'a Plan, block: u64, sponsor: u64) -> Self {
        Self { plan, block, place: sponsor }
    }

    pub(super) fn vendor(plan: &'a Plan, block: u64, vendor: u64) -> Self {
        Self { plan, block, place: plan.sponsors + vendor }
    }

    pub(super) fn all(plan: &'a Plan, block: u64) -> impl Iterator<Item = Self> {
        (0..plan.organizations()).map(move |place| Self { plan, block, place })
    }

    pub(super) fn number(&self) -> u64 {
        self.block * self.plan.organizations() + self.place
    }

    pub(super) fn id(&self) -> OrganizationId {
        id(List::Organizations, self.number())
    }

    pub(super) fn is_sponsor(&self) -> bool {
        self.place < self.plan.sponsors
    }

    /// The number of its `nth` person.
    pub(super) fn person_number(&self, nth: u64) -> u64 {
        self.number() * self.plan.people + nth % self.plan.people
    }

    /// Its `nth` person.
    pub(super) fn person(&self, nth: u64) -> PersonId {
        id(List::People, self.person_number(nth))
    }

    fn kind(&self) -> (OrganizationType, &'static str) {
        if self.is_sponsor() {
            return (OrganizationType::Sponsor, "Therapeutics");
        }
        let vendor = self.place - self.plan.sponsors;
        match vendor % 12 {
            0..=5 => (OrganizationType::Cro, "Clinical Research"),
            6 => (OrganizationType::CentralLab, "Central Laboratories"),
            7 => (OrganizationType::ImagingCoreLab, "Imaging"),
            8 => (OrganizationType::EclinicalTechnology, "eClinical"),
            9 => (OrganizationType::StaffingAgency, "Staffing"),
            10 => (OrganizationType::Consultancy, "Advisory"),
            _ => (OrganizationType::SpecialistVendor, "Services"),
        }
    }

    fn organization(&self) -> Organization {
        let (organization_type, words) = self.kind();
        let number = self.number();
        Organization {
            id: self.id(),
            // The number keeps names apart: an organisation is known by its name.
            name: format!("{} {words} {} (invented)", names::word(number), number + 1),
            organization_type,
            class: None,
            country_code: names::country(draw(What::Kind, number, 10)),
            is_tenant: true,
        }
    }

    fn address(&self, nth: u64) -> String {
        match (self.block, self.place.checked_sub(self.plan.sponsors), nth) {
            (0, None, 0) if self.place == 0 => STUDY_MANAGER.to_owned(),
            (0, Some(0), 0) => PROJECT_MANAGER.to_owned(),
            _ => format!("person-{}@organization-{}.example.org", nth + 1, self.number() + 1),
        }
    }

    fn people(&self) -> impl Iterator<Item = Entity> {
        (0..self.plan.people).flat_map(move |nth| {
            let (id, organization_id) = (self.person(nth), self.id());
            let display_name = names::person(self.person_number(nth));
            let job_title = Some("Invented".to_owned());
            let person = Person { id, organization_id, display_name, job_title, active: true };
            [person.into_entity(), PersonContact { id, organization_id, email: self.address(nth) }.into_entity()]
        })
    }

    /// The machine client of a vendor: everything that clients may read, of the whole organisation.
    pub(super) fn client(&self) -> ApiClient {
        let vendor = self.place.saturating_sub(self.plan.sponsors);
        ApiClient {
            id: id::<ApiClientId>(List::ApiClients, self.number()),
            organization_id: self.id(),
            name: format!("Systems of {} (invented)", names::word(self.number())),
            issuer: ISSUER.to_owned(),
            client_id: client_id(self.block, vendor),
            scopes: vec![ClientScope::Studies, ClientScope::Sites, ClientScope::Engagements, ClientScope::Deliverables],
            engagement_ids: Vec::new(),
            expires_at: moment(36_500),
            ended_at: None,
        }
    }
}

/// A block's organisations with their people.
pub(super) fn make(plan: &Plan, block: u64) -> Vec<Entity> {
    let mut records: Vec<Entity> = Party::all(plan, block).map(|party| party.organization().into_entity()).collect();
    for party in Party::all(plan, block) {
        records.extend(party.people());
    }
    records
}
