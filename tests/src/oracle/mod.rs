//! The oracle: who sees what, decided anew from the records of a world and the words of domain.md, slowly and plainly.
//! It shares no code with what it judges; a border test holds that. Where the words leave a choice, the choice is written here.

mod content;
mod hat;
mod named;
mod owned;
mod parties;
mod work;
mod world;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use tandem_domain::access::ClientScope;
use tandem_domain::id::{ApiClientId, OrganizationId, PersonId, TypedId};
use tandem_domain::record::Kind;
use uuid::Uuid;

pub use named::Reason;
pub use owned::{For, Owned};
pub use world::World;

use hat::Hat;
use work::{in_the_making, kept_in_house};

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// A person.
    Person(PersonId),
    /// A machine client, with the scopes that its token names.
    Client(ApiClientId, Vec<ClientScope>),
}

/// Someone who asks for one organisation at one moment.
#[derive(Debug)]
pub struct Asker<'w> {
    world: &'w World,
    who: Principal,
    organization: OrganizationId,
    hats: Vec<Hat>,
    /// For a client: what both its entry and its token name. For a person there is no such limit.
    limits: Option<Vec<ClientScope>>,
    at: DateTime<Utc>,
}

impl<'w> Asker<'w> {
    /// `who`, acting for `organization`; he wears a hat for each of his memberships there that counts at that moment.
    #[must_use]
    pub fn new(world: &'w World, who: Principal, organization: OrganizationId, at: DateTime<Utc>) -> Self {
        let (hats, limits) = match &who {
            Principal::Person(person) => (hat::of_person(world, *person, organization, at), None),
            Principal::Client(client, token) => hat::of_client(world, *client, organization, token, at),
        };
        Self { world, who, organization, hats, limits, at }
    }

    /// The same asker in front of the world as it once stood. What he sees there has been his to see since then, and so its history
    /// is; of what he sees only today he is told nothing from before he came to it.
    #[must_use]
    pub fn before(&self, world: &'w World) -> Self {
        Self {
            world,
            who: self.who.clone(),
            organization: self.organization,
            hats: self.hats.clone(),
            limits: self.limits.clone(),
            at: self.at,
        }
    }

    /// Whether he may act for the organisation at all.
    #[must_use]
    pub fn may_act(&self) -> bool {
        !self.hats.is_empty()
    }

    /// The ids of the records of a kind that he sees. Each hat sees for itself; what one sees, he sees.
    #[must_use]
    pub fn sees(&self, kind: Kind) -> BTreeSet<Uuid> {
        let mut seen = BTreeSet::new();
        for hat in self.hats.iter().filter(|_| self.token_allows(kind)) {
            seen.extend(self.seen_by(hat, kind));
        }
        seen
    }

    /// The ids of the records of a kind whose whole history he is told: those that he sees by a role that C.3 (AuditEvent) gives more than
    /// his own doings. Administrators, whom that row leaves out, are told of what they administer.
    #[must_use]
    pub fn reads_histories(&self, kind: Kind) -> BTreeSet<Uuid> {
        let told = self.hats.iter().filter(|hat| hat.reads_histories() && self.token_allows(kind));
        told.flat_map(|hat| self.seen_by(hat, kind)).collect()
    }

    /// Whether a role of his tells him of his own doings alone.
    #[must_use]
    pub fn reads_own_doings(&self) -> bool {
        self.hats.iter().any(hat::Hat::reads_own_doings)
    }

    /// Who he is.
    #[must_use]
    pub fn principal(&self) -> Uuid {
        self.id()
    }

    fn seen_by(&self, hat: &Hat, kind: Kind) -> Vec<Uuid> {
        let world = self.world;
        match kind {
            Kind::Organization => ids(&world.organizations, |one| one.id, |one| self.organization(hat, one)),
            Kind::Person => ids(&world.people, |one| one.id, |one| self.person(hat, one.id)),
            Kind::PersonContact => ids(&world.contacts, |one| one.id, |one| self.contact(hat, one.id)),
            Kind::Membership => ids(&world.memberships, |one| one.id, |one| self.membership(hat, one)),
            Kind::ApiClient => ids(&world.clients, |one| one.id, |one| self.client(hat, one)),
            Kind::AccessEvent => ids(&world.access_events, |one| one.id, |one| self.oversees_access(hat, one.organization_id)),
            Kind::AccessReview => ids(&world.access_reviews, |one| one.id, |one| self.oversees_access(hat, one.organization_id)),
            Kind::AccessReviewItem => ids(&world.access_review_items, |one| one.id, |one| self.oversees_access(hat, one.organization_id)),
            // Known only beneath the record that it names.
            Kind::ExternalReference => Vec::new(),
            Kind::Study => ids(&world.studies, |one| one.id, |one| self.study(hat, one.id)),
            Kind::StudyRegistry => ids(&world.study_registries, |one| one.id, |one| self.study(hat, one.id)),
            Kind::StudyInternal => ids(&world.study_internals, |one| one.id, |one| hat.internal() && self.study_part(hat, one.id)),
            Kind::StudyBenchmark => ids(&world.study_benchmarks, |one| one.id, |one| hat.benchmark() && self.study_part(hat, one.id)),
            Kind::StudyConfirmation => ids(&world.study_confirmations, |one| one.id, |one| hat.sponsors() && self.study_part(hat, one.id)),
            Kind::StudyCountry => ids(&world.countries, |one| one.id, |one| self.country(hat, one)),
            Kind::Site => ids(&world.sites, |one| one.id, |one| self.facility(hat, one)),
            Kind::StudySite => ids(&world.study_sites, |one| one.id, |one| self.study_site(hat, one.id)),
            Kind::StudySiteRegistry => ids(&world.study_site_registries, |one| one.id, |one| self.study_site(hat, one.id)),
            Kind::StudySiteInternal => ids(&world.study_site_internals, |one| one.id, |one| hat.internal() && self.study_site(hat, one.id)),
            Kind::StudySiteContact => ids(&world.study_site_contacts, |one| one.id, |one| !hat.machine() && self.study_site(hat, one.id)),
            Kind::Engagement => ids(&world.engagements, |one| one.id, |one| self.engagement(hat, one)),
            Kind::EngagementInternal => {
                ids(&world.engagement_internals, |one| one.id, |one| hat.internal() && self.engagement_part(hat, one.id))
            }
            Kind::EngagementConfirmation => {
                ids(&world.engagement_confirmations, |one| one.id, |one| hat.sponsors() && self.engagement_part(hat, one.id))
            }
            Kind::ServiceScope => ids(&world.scopes, |one| one.id, |one| self.scope(hat, one)),
            Kind::Program => ids(&world.programs, |one| one.id, |one| self.program(hat, one.id, one.sponsor_id)),
            Kind::ProgramInternal => ids(&world.program_internals, |one| one.id, |one| self.program_part(hat, one.sponsor_id)),
            Kind::ProtocolVersion => {
                ids(&world.protocol_versions, |one| one.id, |one| self.protocol(hat, one.study_id, !in_the_making(one)))
            }
            Kind::Amendment => ids(&world.amendments, |one| one.id, |one| self.protocol(hat, one.study_id, !kept_in_house(one))),
            Kind::Milestone => ids(&world.milestones, |one| one.id, |one| self.milestone(hat, one)),
            Kind::EnrollmentSnapshot => ids(&world.enrollment_snapshots, |one| one.id, |one| self.enrollment(hat, one)),
            Kind::Document => ids(&world.documents, |one| one.id, |one| self.document(hat, one)),
            Kind::Deliverable => ids(&world.deliverables, |one| one.id, |one| self.deliverable(hat, one)),
            Kind::DeliverableSubmission => ids(&world.submissions, |one| one.id, |one| self.submission(hat, one)),
            Kind::DeliverableReview => ids(&world.reviews, |one| one.id, |one| self.review(hat, one)),
            Kind::Finding => ids(&world.findings, |one| one.id, |one| self.finding(hat, one)),
            Kind::FindingInternal => ids(&world.finding_internals, |one| one.id, |one| self.finding_part(hat, one)),
            Kind::FindingResponse => ids(&world.responses, |one| one.id, |one| self.response(hat, one)),
            Kind::Capa => ids(&world.capas, |one| one.id, |one| self.capa(hat, one)),
            Kind::CapaAction => ids(&world.capa_actions, |one| one.id, |one| self.action(hat, one)),
            Kind::DueDateExtension => ids(&world.extensions, |one| one.id, |one| self.extension(hat, one)),
            Kind::EffectivenessCheck => ids(&world.checks, |one| one.id, |one| self.check(hat, one)),
            Kind::Issue => ids(&world.issues, |one| one.id, |one| self.issue(hat, one)),
            Kind::Comment => ids(&world.comments, |one| one.id, |one| self.comment(hat, one)),
        }
    }

    /// C.1: a machine client reads only what its scopes name. Parties need no scope of their own.
    fn token_allows(&self, kind: Kind) -> bool {
        match kind {
            Kind::Study
            | Kind::StudyInternal
            | Kind::StudyBenchmark
            | Kind::StudyConfirmation
            | Kind::StudyRegistry
            | Kind::Program
            | Kind::ProgramInternal
            | Kind::ProtocolVersion
            | Kind::Amendment
            | Kind::Milestone => self.may(ClientScope::Studies),
            // What is said of deliverables is all that a machine reads of comments. No scope names documents and issues; none reads them.
            Kind::Deliverable | Kind::DeliverableSubmission | Kind::DeliverableReview | Kind::Comment | Kind::Document => {
                self.may(ClientScope::Deliverables)
            }
            Kind::Finding
            | Kind::FindingInternal
            | Kind::FindingResponse
            | Kind::Capa
            | Kind::CapaAction
            | Kind::DueDateExtension
            | Kind::EffectivenessCheck
            | Kind::Issue => self.may(ClientScope::Findings),
            Kind::StudyCountry
            | Kind::Site
            | Kind::StudySite
            | Kind::StudySiteInternal
            | Kind::StudySiteContact
            | Kind::StudySiteRegistry
            | Kind::EnrollmentSnapshot => self.may(ClientScope::Sites),
            Kind::Engagement | Kind::EngagementInternal | Kind::EngagementConfirmation | Kind::ServiceScope => {
                self.may(ClientScope::Engagements)
            }
            Kind::Organization
            | Kind::Person
            | Kind::PersonContact
            | Kind::Membership
            | Kind::ApiClient
            | Kind::AccessEvent
            | Kind::AccessReview
            | Kind::AccessReviewItem
            | Kind::ExternalReference => true,
        }
    }

    fn may(&self, scope: ClientScope) -> bool {
        self.limits.as_ref().is_none_or(|limits| limits.contains(&scope))
    }

    fn id(&self) -> Uuid {
        match &self.who {
            Principal::Person(person) => person.uuid(),
            Principal::Client(client, _) => client.uuid(),
        }
    }
}

fn ids<T, I: TypedId>(records: &[T], id: impl Fn(&T) -> I, seen: impl Fn(&T) -> bool) -> Vec<Uuid> {
    records.iter().filter(|record| seen(record)).map(|record| id(record).uuid()).collect()
}
