//! Whole worlds dressed for the sweep: every text, number and amount of any records replaced by a canary, ids and dates kept.
//! Who sees what of them is the oracle's to say; who looks is read off the directory.

use std::collections::BTreeSet;

use tandem_domain::access::{ClientScope, Role, Side};
use tandem_domain::id::{OrganizationId, TypedId, encode};
use tandem_domain::party::{ApiClient, Membership};
use tandem_domain::record::{Cell, Entity, Kind, Scalar};
use tandem_gateway::demo::{self, ISSUER};
use tandem_gateway::identity::Bearer;

use super::asker::Asker;
use super::world::Planted;
use crate::oracle::{Principal, World};
use crate::records;

/// Somebody who looks at a world.
#[derive(Clone, Debug)]
pub struct Looker {
    /// What he is, for messages: roles with their scopes.
    pub name: String,
    /// His roles, to count that each has looked.
    pub roles: Vec<Role>,
    /// Who he is.
    pub principal: Principal,
    /// For which organisation he acts.
    pub organization: OrganizationId,
    /// Whether he has to say for which organisation he acts.
    pub picks: bool,
    /// The address of a person, or the client id of a machine.
    login: String,
    /// The scopes that a machine's token names.
    scopes: Option<Vec<String>>,
}

/// A dressed world.
#[derive(Debug)]
pub struct Dressed {
    /// Its records in an order in which they can be written, each under a number of its own.
    pub planted: Vec<Planted>,
    /// The same for the oracle.
    pub world: World,
}

impl Dressed {
    /// Dresses records.
    ///
    /// # Panics
    /// Where a record does not take its canaries: the sweep cannot go on.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a sweep without canaries cannot go on")]
    pub fn new(records: &[Entity]) -> Self {
        let numbered = (1_i32..).zip(records);
        let planted: Vec<Planted> = numbered
            .map(|(number, record)| Planted {
                name: number.to_string(),
                entity: dress(record, number).expect("canaries fit their columns"),
            })
            .collect();
        let world = gather(planted.iter().map(|planted| &planted.entity));
        Self { planted, world }
    }

    /// The demo world, and in its first sponsor and its first vendor somebody for each role that the demo has nobody for: over
    /// the whole organisation, and for every other role over one study.
    #[must_use]
    pub fn demo() -> Self {
        let mut records = demo::world().records;
        let mut world = gather(records.iter());
        let mut number = 900_000;
        for vendor in [false, true] {
            let Some(engagement) = world.engagements.first().cloned() else { break };
            let organization = if vendor { engagement.vendor_id } else { engagement.sponsor_id };
            let roles = Role::ALL.iter().filter(|role| role.side() == Some(if vendor { Side::Vendor } else { Side::Sponsor }));
            for (place, role) in roles.enumerate() {
                for study in [None, Some(engagement.study_id)].into_iter().take(1 + place % 2) {
                    let same = |one: &Membership| one.role == *role && one.study_id == study && one.country_code.is_none();
                    let there = world.memberships.iter().any(|one| same(one) && one.study_site_id.is_none());
                    if there {
                        continue;
                    }
                    number += 2;
                    let person = records::person(number, organization);
                    let mut membership = records::membership(number + 1, person.id, organization, *role);
                    membership.valid_from = demo::epoch();
                    if study.is_some() {
                        membership.scope = tandem_domain::party::MembershipScope::Study;
                        (membership.study_id, membership.sponsor_id) = (study, Some(engagement.sponsor_id));
                    }
                    world.memberships.push(membership.clone());
                    let contact = records::contact(&person);
                    records.extend([Entity::Person(person), Entity::PersonContact(contact), Entity::Membership(membership)]);
                }
            }
        }
        // Steps that wait for a second person: the demo has none.
        if let (Some(study), Some(engagement), Some(person)) = (world.studies.first(), world.engagements.first(), world.people.first()) {
            records.push(Entity::StudyConfirmation(records::study_confirmation(study, person.id)));
            records.push(Entity::EngagementConfirmation(records::engagement_confirmation(engagement, person.id)));
        }
        Self::new(&records)
    }

    /// Everybody who could sign in for an organisation: each person once for each that any membership names, also one that has
    /// ended; each client with all scopes in its token, and with none.
    #[must_use]
    pub fn lookers(&self) -> Vec<Looker> {
        let mut pairs: BTreeSet<_> = BTreeSet::new();
        let mut lookers = Vec::new();
        for membership in &self.world.memberships {
            if pairs.insert((membership.person_id, membership.organization_id)) {
                lookers.extend(self.person(membership));
            }
        }
        for client in &self.world.clients {
            lookers.push(self.client(client, ClientScope::ALL));
            lookers.push(self.client(client, &[]));
        }
        lookers
    }

    /// The person of a membership, acting for the organisation that it is in.
    #[must_use]
    pub fn person(&self, membership: &Membership) -> Option<Looker> {
        let (person, organization) = (membership.person_id, membership.organization_id);
        let of_person = || self.world.memberships.iter().filter(|one| one.person_id == person);
        let mine: Vec<&Membership> = of_person().filter(|one| one.organization_id == organization).collect();
        let words: Vec<String> = mine.iter().map(|one| format!("{}/{}", one.role, one.scope)).collect();
        Some(Looker {
            name: format!("{} of {}", words.join("+"), self.name_of(organization)),
            roles: mine.iter().map(|one| one.role).collect(),
            principal: Principal::Person(person),
            organization,
            picks: of_person().any(|one| one.organization_id != organization),
            login: self.world.contacts.iter().find(|one| one.id == person)?.email.clone(),
            scopes: None,
        })
    }

    /// A machine client with a token that names these scopes.
    #[must_use]
    pub fn client(&self, client: &ApiClient, scopes: &[ClientScope]) -> Looker {
        Looker {
            name: format!(
                "client {} of {}, {} of {} scopes, {} engagements",
                client.id,
                self.name_of(client.organization_id),
                scopes.len(),
                client.scopes.len(),
                client.engagement_ids.len()
            ),
            roles: vec![Role::PClient],
            principal: Principal::Client(client.id, scopes.to_vec()),
            organization: client.organization_id,
            picks: false,
            login: client.client_id.clone(),
            scopes: Some(scopes.iter().map(|scope| scope.claim().to_owned()).collect()),
        }
    }

    fn name_of(&self, organization: OrganizationId) -> String {
        self.world.organizations.iter().find(|one| one.id == organization).map(|one| one.name.clone()).unwrap_or_default()
    }
}

impl Looker {
    /// His connection.
    #[must_use]
    pub fn asker(&self, host: &str) -> Asker {
        let bearer = match &self.scopes {
            Some(scopes) => Bearer::Client { id: &self.login, scopes: Some(scopes) },
            None => Bearer::Person { email: &self.login },
        };
        Asker::of(host, bearer, self.picks.then(|| encode(Kind::Organization, self.organization.uuid())))
    }

    /// The connection of somebody with whom nobody has anything to do.
    #[must_use]
    pub fn stranger(&self, host: &str) -> Asker {
        match &self.scopes {
            Some(scopes) => Asker::of(host, Bearer::Client { id: "nobody-at-all", scopes: Some(scopes) }, None),
            None => Asker::of(host, Bearer::Person { email: "nobody@nowhere.example.org" }, None),
        }
    }
}

/// The record with a canary in every text, whole number and score; nothing is left out that may hold one. Who signs a token is left.
fn dress(record: &Entity, number: i32) -> Option<Entity> {
    let kind = record.kind();
    let mut place = number * 64;
    let cells = kind.def().columns.iter().zip(record.cells()).map(|(column, cell)| {
        place += 1;
        let text = || match column.name {
            "email" => format!("canary-{}-{number}@example.org", kind.prefix()),
            name => format!("CANARY-{}-{number}-{name}", kind.prefix()),
        };
        match (column.scalar, cell) {
            (Scalar::String, Cell::Text(issuer)) if issuer == ISSUER || issuer == records::ISSUER => Cell::Text(ISSUER.to_owned()),
            (Scalar::String, Cell::Text(_) | Cell::Null) => Cell::Text(text()),
            (Scalar::StringList, _) => Cell::List(vec![text()]),
            (Scalar::BigInt, Cell::Int(_) | Cell::Null) => Cell::Int(7_100_000_000_003 + i64::from(place)),
            // Who a comment is for, and days that are added to a day, stay what they are.
            (Scalar::Int, number) if ["audiences", "review_sla_days"].contains(&column.name) => number,
            (Scalar::Int, Cell::Int(_) | Cell::Null) => Cell::Int(i64::from(1_600_000_000 + place)),
            (Scalar::Float, _) => Cell::Float(f64::from(5_000_000 + place) + 0.25),
            (_, other) => other,
        }
    });
    kind.decode(cells.collect()).ok()
}

/// Sorts records into the world of the oracle.
pub fn gather<'a>(records: impl Iterator<Item = &'a Entity>) -> World {
    let mut world = World::default();
    for record in records {
        match record.clone() {
            Entity::Organization(one) => world.organizations.push(one),
            Entity::Person(one) => world.people.push(one),
            Entity::PersonContact(one) => world.contacts.push(one),
            Entity::Membership(one) => world.memberships.push(one),
            Entity::ApiClient(one) => world.clients.push(one),
            Entity::AccessEvent(one) => world.access_events.push(one),
            Entity::AccessReview(one) => world.access_reviews.push(one),
            Entity::AccessReviewItem(one) => world.access_review_items.push(one),
            // Beneath what it names, for one organisation: that has a proof of its own.
            Entity::ExternalReference(_) => {}
            Entity::Study(one) => world.studies.push(one),
            Entity::StudyInternal(one) => world.study_internals.push(one),
            Entity::StudyBenchmark(one) => world.study_benchmarks.push(one),
            Entity::StudyConfirmation(one) => world.study_confirmations.push(one),
            Entity::StudyRegistry(one) => world.study_registries.push(one),
            Entity::StudyCountry(one) => world.countries.push(one),
            Entity::Site(one) => world.sites.push(one),
            Entity::StudySite(one) => world.study_sites.push(one),
            Entity::StudySiteInternal(one) => world.study_site_internals.push(one),
            Entity::StudySiteContact(one) => world.study_site_contacts.push(one),
            Entity::StudySiteRegistry(one) => world.study_site_registries.push(one),
            Entity::Engagement(one) => world.engagements.push(one),
            Entity::EngagementInternal(one) => world.engagement_internals.push(one),
            Entity::EngagementConfirmation(one) => world.engagement_confirmations.push(one),
            Entity::ServiceScope(one) => world.scopes.push(one),
            Entity::Program(one) => world.programs.push(one),
            Entity::ProgramInternal(one) => world.program_internals.push(one),
            Entity::ProtocolVersion(one) => world.protocol_versions.push(one),
            Entity::Amendment(one) => world.amendments.push(one),
            Entity::Milestone(one) => world.milestones.push(one),
            Entity::EnrollmentSnapshot(one) => world.enrollment_snapshots.push(one),
            Entity::Document(one) => world.documents.push(one),
            Entity::Deliverable(one) => world.deliverables.push(one),
            Entity::DeliverableSubmission(one) => world.submissions.push(one),
            Entity::DeliverableReview(one) => world.reviews.push(one),
            Entity::Finding(one) => world.findings.push(one),
            Entity::FindingInternal(one) => world.finding_internals.push(one),
            Entity::FindingResponse(one) => world.responses.push(one),
            Entity::Capa(one) => world.capas.push(one),
            Entity::CapaAction(one) => world.capa_actions.push(one),
            Entity::DueDateExtension(one) => world.extensions.push(one),
            Entity::EffectivenessCheck(one) => world.checks.push(one),
            Entity::Issue(one) => world.issues.push(one),
            Entity::Comment(one) => world.comments.push(one),
        }
    }
    world
}
