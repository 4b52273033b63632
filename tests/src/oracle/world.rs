//! A world: all records there are, as plain data, and how to look one up.

use tandem_domain::engagement::{Engagement, EngagementConfirmation, EngagementInternal, ServiceScope};
use tandem_domain::id::{EngagementId, OrganizationId, StudyId, StudySiteId};
use tandem_domain::party::{AccessEvent, AccessReview, AccessReviewItem, ApiClient, Membership, Organization, Person, PersonContact};
use tandem_domain::portfolio::{
    Site, Study, StudyBenchmark, StudyConfirmation, StudyCountry, StudyInternal, StudyRegistry, StudySite, StudySiteContact,
    StudySiteInternal, StudySiteRegistry,
};
use tandem_domain::record::{Entity, Record};

/// All records there are.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// Organisations.
    pub organizations: Vec<Organization>,
    /// People.
    pub people: Vec<Person>,
    /// How they are reached.
    pub contacts: Vec<PersonContact>,
    /// Memberships, also ended and future ones.
    pub memberships: Vec<Membership>,
    /// Machine clients.
    pub clients: Vec<ApiClient>,
    /// The access log.
    pub access_events: Vec<AccessEvent>,
    /// Reviews of access.
    pub access_reviews: Vec<AccessReview>,
    /// The memberships in them.
    pub access_review_items: Vec<AccessReviewItem>,
    /// Studies.
    pub studies: Vec<Study>,
    /// The sponsor's assessments of studies.
    pub study_internals: Vec<StudyInternal>,
    /// Benchmarks of studies.
    pub study_benchmarks: Vec<StudyBenchmark>,
    /// Confirmations of steps of studies.
    pub study_confirmations: Vec<StudyConfirmation>,
    /// What the registry says of studies.
    pub study_registries: Vec<StudyRegistry>,
    /// Countries of studies.
    pub countries: Vec<StudyCountry>,
    /// Facilities.
    pub sites: Vec<Site>,
    /// Sites of studies.
    pub study_sites: Vec<StudySite>,
    /// The sponsor's assessments of study sites.
    pub study_site_internals: Vec<StudySiteInternal>,
    /// Who is to be reached at study sites.
    pub study_site_contacts: Vec<StudySiteContact>,
    /// What the registry says of study sites.
    pub study_site_registries: Vec<StudySiteRegistry>,
    /// Engagements, prime ones before their subcontracts.
    pub engagements: Vec<Engagement>,
    /// The sponsor's assessments of engagements.
    pub engagement_internals: Vec<EngagementInternal>,
    /// Confirmations of steps of engagements.
    pub engagement_confirmations: Vec<EngagementConfirmation>,
    /// Scopes of engagements.
    pub scopes: Vec<ServiceScope>,
}

fn entities<T: Record>(records: &[T]) -> impl Iterator<Item = Entity> {
    records.iter().cloned().map(Record::into_entity)
}

impl World {
    /// Every record, parents before what names them. With `scopes_first` the scopes of engagements come before the countries and
    /// sites that they cover; both orders have to lead to the same sight.
    #[must_use]
    pub fn records(&self, scopes_first: bool) -> Vec<Entity> {
        let mut records: Vec<Entity> = Vec::new();
        records.extend(entities(&self.organizations).chain(entities(&self.people)).chain(entities(&self.contacts)));
        records.extend(entities(&self.studies).chain(entities(&self.study_internals)).chain(entities(&self.study_benchmarks)));
        records.extend(entities(&self.study_confirmations).chain(entities(&self.study_registries)).chain(entities(&self.sites)));
        records.extend(entities(&self.engagements).chain(entities(&self.engagement_internals)));
        records.extend(entities(&self.engagement_confirmations));
        if scopes_first {
            records.extend(entities(&self.scopes));
        }
        records.extend(entities(&self.countries).chain(entities(&self.study_sites)).chain(entities(&self.study_site_internals)));
        records.extend(entities(&self.study_site_contacts).chain(entities(&self.study_site_registries)));
        if !scopes_first {
            records.extend(entities(&self.scopes));
        }
        records.extend(entities(&self.memberships).chain(entities(&self.clients)));
        records.extend(entities(&self.access_events).chain(entities(&self.access_reviews)).chain(entities(&self.access_review_items)));
        records
    }

    /// The engagement with this id.
    #[must_use]
    pub fn engagement(&self, id: EngagementId) -> Option<&Engagement> {
        self.engagements.iter().find(|one| one.id == id)
    }

    /// The study site with this id.
    #[must_use]
    pub fn study_site(&self, id: StudySiteId) -> Option<&StudySite> {
        self.study_sites.iter().find(|one| one.id == id)
    }

    /// Whose study this is.
    #[must_use]
    pub fn sponsor_of(&self, id: StudyId) -> Option<OrganizationId> {
        self.studies.iter().find(|one| one.id == id).map(|study| study.sponsor_id)
    }
}
