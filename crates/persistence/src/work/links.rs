//! Keeps the links through which parties see rows: what the domain says a row names, rewritten when the row changes, and since when.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Value;
use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult};
use tandem_domain::access::Link;
use tandem_domain::access::links::{self, Target};
use tandem_domain::engagement::{Engagement, ServiceScope};
use tandem_domain::id::{StudyId, TypedId};
use tandem_domain::party::ApiClient;
use tandem_domain::portfolio::{Amendment, ProtocolVersion, Study, StudyCountry, StudySite};
use tandem_domain::record::{CellError, Entity, Kind, Record};
use uuid::Uuid;

use crate::dialect::Dialect;
use crate::error::StoreError;
use crate::many::insert_many;
use crate::sql::Sql;
use crate::vault::Vault;

/// What is read of a link, in the order in which [`read`] takes it.
const COLUMNS: &str = "target_id, organization_id, via, via_id, study_id, engagement_id, prime_engagement_id, country_code, study_site_id, \
                       valid_from, valid_to, at_work, since";

/// What is read of a link that came or went, in the same order.
pub(crate) const CHANGED: &str = "c.target_id, c.organization_id, c.via, c.via_id, c.study_id, c.engagement_id, c.prime_engagement_id, \
     c.country_code, c.study_site_id, c.valid_from, c.valid_to, c.at_work";

/// The statement that reads the links of these rows.
pub(crate) fn select(dialect: Dialect, kind: Kind, ids: &[Uuid]) -> Sql {
    let mut sql = select_all(dialect, kind);
    sql.push(" WHERE ").any_uuid("v.target_id", ids);
    sql
}

/// The statement that reads the links of every row of a kind.
pub(crate) fn select_all(dialect: Dialect, kind: Kind) -> Sql {
    let mut sql = Sql::new(dialect, "SELECT ");
    sql.push(COLUMNS).push(" FROM ").push(&kind.link_table()).push(" v");
    sql
}

/// Reads a link and the row that it leads to.
pub(crate) fn read(row: &QueryResult) -> Result<(Uuid, Link), StoreError> {
    let via: String = row.try_get_by_index(2)?;
    let link = Link {
        organization: row.try_get_by_index(1)?,
        via: Kind::from_prefix(&via).ok_or(CellError)?,
        via_id: row.try_get_by_index(3)?,
        study: row.try_get_by_index(4)?,
        engagement: row.try_get_by_index(5)?,
        prime_engagement: row.try_get_by_index(6)?,
        country: row.try_get_by_index(7)?,
        study_site: row.try_get_by_index(8)?,
        valid_from: row.try_get_by_index(9)?,
        valid_to: row.try_get_by_index(10)?,
        at_work: row.try_get_by_index(11)?,
    };
    Ok((row.try_get_by_index(0)?, link))
}

/// Rewrites the links that follow from a record which was `before` and is `after`, and notes with the journal's `entry` about it which
/// came and went. A link that stays keeps the moment since when it has been there; one that is new has been there since `now`.
pub(crate) async fn follow(
    vault: &Vault,
    transaction: &DatabaseTransaction,
    before: &Entity,
    after: &Entity,
    entry: Uuid,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut keeper = Keeper::at(vault, transaction, now);
    keeper.follow(before, after).await?;
    keeper.note(entry).await
}

/// The kinds that come with a study, by links of their own.
const PROTOCOL: [Kind; 2] = [Kind::ProtocolVersion, Kind::Amendment];

fn same_links(before: &Engagement, after: &Engagement) -> bool {
    before.gives_sight() == after.gives_sight()
        && before.at_work() == after.at_work()
        && before.lead_sponsor_id == after.lead_sponsor_id
        && before.lead_vendor_id == after.lead_vendor_id
}

/// A version of a protocol or an amendment, and its study.
type Protocol = (Kind, Uuid, StudyId);

/// A link that was there, and since when.
type Gone = (Link, DateTime<Utc>);

/// New records, sorted by what follows from them.
#[derive(Default)]
struct New {
    /// The links that a record gives by itself.
    direct: Vec<Target>,
    engagements: Vec<Uuid>,
    /// The same whole, for the clients that reach them.
    made: Vec<Engagement>,
    /// The studies of new engagements.
    rosters: Vec<Uuid>,
    /// New studies of a programme.
    programmed: Vec<Uuid>,
    /// The engagements of new scopes.
    scoped: Vec<Uuid>,
    countries: Vec<StudyCountry>,
    sites: Vec<StudySite>,
    clients: Vec<ApiClient>,
    /// Versions of protocols and amendments.
    protocols: Vec<Protocol>,
}

impl New {
    fn of(records: &[Entity]) -> Self {
        let mut new = Self::default();
        for record in records {
            match record {
                Entity::Engagement(engagement) => {
                    new.direct.extend(links::engagement_links(engagement));
                    new.engagements.push(engagement.id.uuid());
                    new.made.push(engagement.clone());
                    new.rosters.push(engagement.study_id.uuid());
                }
                Entity::ServiceScope(scope) => new.scoped.push(scope.engagement_id.uuid()),
                Entity::StudyCountry(country) => new.countries.push(country.clone()),
                Entity::StudySite(site) => {
                    new.direct.extend(links::study_site_links(site));
                    new.sites.push(site.clone());
                }
                Entity::Membership(membership) => new.direct.extend(links::membership_links(membership)),
                Entity::ApiClient(client) => new.clients.push(client.clone()),
                Entity::ProtocolVersion(version) => new.protocols.push((Kind::ProtocolVersion, version.id.uuid(), version.study_id)),
                Entity::Amendment(amendment) => new.protocols.push((Kind::Amendment, amendment.id.uuid(), amendment.study_id)),
                Entity::Study(study) => new.programmed.extend(study.program_id.map(|_| study.id.uuid())),
                Entity::Organization(_)
                | Entity::Person(_)
                | Entity::PersonContact(_)
                | Entity::AccessEvent(_)
                | Entity::AccessReview(_)
                | Entity::AccessReviewItem(_)
                | Entity::ExternalReference(_)
                | Entity::StudyInternal(_)
                | Entity::StudyBenchmark(_)
                | Entity::StudyConfirmation(_)
                | Entity::StudyRegistry(_)
                | Entity::Site(_)
                | Entity::StudySiteInternal(_)
                | Entity::StudySiteContact(_)
                | Entity::StudySiteRegistry(_)
                | Entity::EngagementInternal(_)
                | Entity::EngagementConfirmation(_)
                | Entity::Program(_)
                | Entity::ProgramInternal(_)
                | Entity::Milestone(_)
                | Entity::EnrollmentSnapshot(_)
                | Entity::Document(_)
                | Entity::Deliverable(_)
                | Entity::DeliverableSubmission(_)
                | Entity::DeliverableReview(_)
                | Entity::Finding(_)
                | Entity::FindingInternal(_)
                | Entity::FindingResponse(_)
                | Entity::Capa(_)
                | Entity::CapaAction(_)
                | Entity::DueDateExtension(_)
                | Entity::EffectivenessCheck(_)
                | Entity::Issue(_)
                | Entity::Comment(_) => {}
            }
        }
        for ids in [&mut new.engagements, &mut new.rosters, &mut new.scoped] {
            ids.sort_unstable();
            ids.dedup();
        }
        new
    }
}

/// Writes the links that follow from new records, which are in the database already, and notes them with the journal's `entry` about the
/// first. What is new has no links to be rewritten.
pub(crate) async fn follow_new(
    vault: &Vault,
    transaction: &DatabaseTransaction,
    records: &[Entity],
    entry: Uuid,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut keeper = Keeper::at(vault, transaction, now);
    keeper.new = records.iter().map(Entity::uuid).collect();
    let New { direct: mut targets, engagements, made, rosters, programmed, mut scoped, countries, sites, clients, protocols } =
        New::of(records);
    targets.extend(keeper.clients(&clients).await?);
    let new_clients: HashSet<Uuid> = clients.iter().map(|client| client.id.uuid()).collect();
    // What new clients reach is said already; there are the others.
    targets.extend(keeper.clients_of(&made).await?.into_iter().filter(|(_, client, _)| !new_clients.contains(client)));
    targets.extend(keeper.protocols_of(&made).await?);
    // What new engagements name of protocols is said already; there are the others.
    targets.extend(keeper.protocols(&protocols, &engagements).await?);
    scoped.retain(|id| engagements.binary_search(id).is_err());
    keeper.delete_coverage(&scoped).await?;
    let mut whole = [engagements, scoped].concat();
    whole.sort_unstable();
    targets.extend(keeper.coverage_of(&whole).await?);
    // What these engagements cover of the new places is said already; there are the others.
    targets.extend(keeper.covered(countries, sites, &whole).await?);
    keeper.insert(&targets).await?;
    keeper.rosters(&rosters, false).await?;
    // Of a study that is new there are no links yet; of one that has new engagements there may be.
    keeper.programs(&[rosters, programmed].concat(), false).await?;
    keeper.note(entry).await
}

struct Keeper<'a> {
    vault: &'a Vault,
    transaction: &'a DatabaseTransaction,
    now: DateTime<Utc>,
    /// The links that were deleted to be written anew, and since when they had been there.
    gone: HashMap<(Kind, Uuid), Vec<Gone>>,
    /// The links that were written.
    came: HashSet<Target>,
    /// Rows that are new themselves: an entry of their own tells of them.
    new: HashSet<Uuid>,
}

impl<'a> Keeper<'a> {
    fn at(vault: &'a Vault, transaction: &'a DatabaseTransaction, now: DateTime<Utc>) -> Self {
        Self { vault, transaction, now, gone: HashMap::new(), came: HashSet::new(), new: HashSet::new() }
    }

    /// Rewrites the links that follow from a record which was `before` and is `after`.
    async fn follow(&mut self, before: &Entity, after: &Entity) -> Result<(), StoreError> {
        match (before, after) {
            (Entity::Engagement(before), Entity::Engagement(after)) if same_links(before, after) => Ok(()),
            (_, Entity::Engagement(engagement)) => {
                let id = engagement.id.uuid();
                for kind in [Kind::Organization, Kind::Person, Kind::Study] {
                    self.delete(kind, "via = 'engagement' AND via_id", &[id]).await?;
                }
                self.delete(Kind::ApiClient, "engagement_id", &[id]).await?;
                for kind in PROTOCOL {
                    self.delete(kind, "engagement_id", &[id]).await?;
                }
                self.insert(&self.protocols_of(std::slice::from_ref(engagement)).await?).await?;
                self.insert(&self.clients_of(std::slice::from_ref(engagement)).await?).await?;
                self.insert(&links::engagement_links(engagement)).await?;
                self.cover_again(&[id]).await?;
                self.rosters(&[engagement.study_id.uuid()], false).await?;
                self.programs(&[engagement.study_id.uuid()], true).await
            }
            (_, Entity::ServiceScope(scope)) => self.cover_again(&[scope.engagement_id.uuid()]).await,
            (Entity::StudyCountry(before), Entity::StudyCountry(after)) if before.lead_engagement_id == after.lead_engagement_id => Ok(()),
            (_, Entity::StudyCountry(country)) => {
                self.delete(Kind::StudyCountry, "target_id", &[country.id.uuid()]).await?;
                self.insert(&self.covered(vec![country.clone()], Vec::new(), &[]).await?).await
            }
            (Entity::StudySite(before), Entity::StudySite(after))
                if before.responsible_engagement_id == after.responsible_engagement_id =>
            {
                Ok(())
            }
            (_, Entity::StudySite(site)) => {
                self.delete(Kind::StudySite, "target_id", &[site.id.uuid()]).await?;
                self.delete(Kind::Site, "study_site_id", &[site.id.uuid()]).await?;
                let mut targets = links::study_site_links(site);
                targets.extend(self.covered(Vec::new(), vec![site.clone()], &[]).await?);
                self.insert(&targets).await
            }
            (Entity::Study(before), Entity::Study(after)) => {
                if before.vendor_roster_shared != after.vendor_roster_shared {
                    self.rosters(&[after.id.uuid()], true).await?;
                }
                if before.program_id != after.program_id {
                    self.programs(&[after.id.uuid()], true).await?;
                }
                Ok(())
            }
            // Ending a membership moves nothing: who was named stays named. So with the end of a client.
            (_, Entity::Membership(_)) => Ok(()),
            (Entity::ApiClient(before), Entity::ApiClient(after)) if before.engagement_ids == after.engagement_ids => Ok(()),
            (_, Entity::ApiClient(client)) => {
                self.delete(Kind::ApiClient, "target_id", &[client.id.uuid()]).await?;
                self.insert(&self.clients(std::slice::from_ref(client)).await?).await
            }
            (
                _,
                Entity::Organization(_)
                | Entity::Person(_)
                | Entity::PersonContact(_)
                | Entity::AccessEvent(_)
                | Entity::AccessReview(_)
                | Entity::AccessReviewItem(_)
                | Entity::ExternalReference(_)
                | Entity::Study(_)
                | Entity::StudyInternal(_)
                | Entity::StudyBenchmark(_)
                | Entity::StudyConfirmation(_)
                | Entity::StudyRegistry(_)
                | Entity::Site(_)
                | Entity::StudySiteInternal(_)
                | Entity::StudySiteContact(_)
                | Entity::StudySiteRegistry(_)
                | Entity::EngagementInternal(_)
                | Entity::EngagementConfirmation(_)
                | Entity::Program(_)
                | Entity::ProgramInternal(_)
                | Entity::ProtocolVersion(_)
                | Entity::Amendment(_)
                | Entity::Milestone(_)
                | Entity::EnrollmentSnapshot(_)
                | Entity::Document(_)
                | Entity::Deliverable(_)
                | Entity::DeliverableSubmission(_)
                | Entity::DeliverableReview(_)
                | Entity::Finding(_)
                | Entity::FindingInternal(_)
                | Entity::FindingResponse(_)
                | Entity::Capa(_)
                | Entity::CapaAction(_)
                | Entity::DueDateExtension(_)
                | Entity::EffectivenessCheck(_)
                | Entity::Issue(_)
                | Entity::Comment(_),
            ) => Ok(()),
        }
    }

    /// The clients themselves for the sponsors of what they reach: of the engagements that they list, or of all their vendor's.
    async fn clients(&self, clients: &[ApiClient]) -> Result<Vec<Target>, StoreError> {
        let (listing, whole): (Vec<&ApiClient>, Vec<&ApiClient>) = clients.iter().partition(|client| !client.engagement_ids.is_empty());
        let ids: Vec<Uuid> = listing.iter().flat_map(|client| client.engagement_ids.iter().map(|id| id.uuid())).collect();
        let vendors: Vec<Uuid> = whole.iter().map(|client| client.organization_id.uuid()).collect();
        let listed: Vec<Engagement> = self.read("id", &ids).await?;
        let theirs: Vec<Engagement> = self.read("vendor_id", &vendors).await?;
        let links = listing.iter().flat_map(|client| links::client_links(client, &listed));
        Ok(links.chain(whole.iter().flat_map(|client| links::client_links(client, &theirs))).collect())
    }

    /// The clients that reach these engagements, for their sponsors.
    async fn clients_of(&self, engagements: &[Engagement]) -> Result<Vec<Target>, StoreError> {
        if engagements.is_empty() {
            return Ok(Vec::new());
        }
        let parties = engagements.iter().flat_map(|engagement| [engagement.sponsor_id.uuid(), engagement.vendor_id.uuid()]);
        let parties: Vec<Uuid> = parties.collect::<BTreeSet<_>>().into_iter().collect();
        let clients: Vec<ApiClient> = self.read("organization_id", &parties).await?;
        Ok(clients.iter().flat_map(|client| links::client_links(client, engagements)).collect())
    }

    /// What these engagements name of the protocols of their studies.
    async fn protocols_of(&self, engagements: &[Engagement]) -> Result<Vec<Target>, StoreError> {
        if engagements.is_empty() {
            return Ok(Vec::new());
        }
        let studies: BTreeSet<Uuid> = engagements.iter().map(|engagement| engagement.study_id.uuid()).collect();
        let studies: Vec<Uuid> = studies.into_iter().collect();
        let versions: Vec<ProtocolVersion> = self.read("study_id", &studies).await?;
        let amendments: Vec<Amendment> = self.read("study_id", &studies).await?;
        let versions = versions.iter().map(|one| (Kind::ProtocolVersion, one.id.uuid(), one.study_id));
        let amendments = amendments.iter().map(|one| (Kind::Amendment, one.id.uuid(), one.study_id));
        Ok(links_of(&versions.chain(amendments).collect::<Vec<Protocol>>(), engagements))
    }

    /// What the engagements of their studies, `but` these (in order), name of these.
    async fn protocols(&self, protocols: &[Protocol], but: &[Uuid]) -> Result<Vec<Target>, StoreError> {
        if protocols.is_empty() {
            return Ok(Vec::new());
        }
        let studies: BTreeSet<Uuid> = protocols.iter().map(|(_, _, study)| study.uuid()).collect();
        let mut engagements: Vec<Engagement> = self.read("study_id", &studies.into_iter().collect::<Vec<Uuid>>()).await?;
        engagements.retain(|engagement| but.binary_search(&engagement.id.uuid()).is_err());
        Ok(links_of(protocols, &engagements))
    }

    /// Rewrites everything that these engagements cover.
    async fn cover_again(&mut self, engagements: &[Uuid]) -> Result<(), StoreError> {
        self.delete_coverage(engagements).await?;
        self.insert(&self.coverage_of(engagements).await?).await
    }

    async fn delete_coverage(&mut self, engagements: &[Uuid]) -> Result<(), StoreError> {
        for kind in [Kind::StudyCountry, Kind::StudySite, Kind::Site] {
            self.delete(kind, "engagement_id", engagements).await?;
        }
        Ok(())
    }

    /// Everything that these engagements cover of their studies.
    async fn coverage_of(&self, ids: &[Uuid]) -> Result<Vec<Target>, StoreError> {
        let engagements: Vec<Engagement> = self.read("id", ids).await?;
        let mut studies: Vec<Uuid> = engagements.iter().map(|engagement| engagement.study_id.uuid()).collect();
        studies.sort_unstable();
        studies.dedup();
        let countries: Vec<StudyCountry> = self.read("study_id", &studies).await?;
        let sites: Vec<StudySite> = self.read("study_id", &studies).await?;
        self.coverage(&engagements, countries, sites).await
    }

    /// These countries and sites for every engagement of their studies, `but` these (in order).
    async fn covered(&self, countries: Vec<StudyCountry>, sites: Vec<StudySite>, but: &[Uuid]) -> Result<Vec<Target>, StoreError> {
        let of_countries = countries.iter().map(|country| country.study_id.uuid());
        let mut studies: Vec<Uuid> = of_countries.chain(sites.iter().map(|site| site.study_id.uuid())).collect();
        studies.sort_unstable();
        studies.dedup();
        let mut engagements: Vec<Engagement> = self.read("study_id", &studies).await?;
        engagements.retain(|engagement| but.binary_search(&engagement.id.uuid()).is_err());
        self.coverage(&engagements, countries, sites).await
    }

    /// What these engagements cover of these countries and sites, each of those of its own study.
    async fn coverage(
        &self,
        engagements: &[Engagement],
        countries: Vec<StudyCountry>,
        sites: Vec<StudySite>,
    ) -> Result<Vec<Target>, StoreError> {
        let ids: Vec<Uuid> = engagements.iter().map(|engagement| engagement.id.uuid()).collect();
        let scopes = by(self.read("engagement_id", &ids).await?, |scope: &ServiceScope| scope.engagement_id.uuid());
        let countries = by(countries, |country| country.study_id.uuid());
        let sites = by(sites, |site| site.study_id.uuid());
        let targets = engagements.iter().flat_map(|engagement| {
            let study = engagement.study_id.uuid();
            links::coverage_links(engagement, of(&scopes, engagement.id.uuid()), of(&countries, study), of(&sites, study))
        });
        Ok(targets.collect())
    }

    /// Rewrites which vendors of these studies know of one another; of those that do not share it, only where it may have been.
    async fn rosters(&mut self, studies: &[Uuid], unshared_too: bool) -> Result<(), StoreError> {
        let mut studies: Vec<Study> = self.read("id", studies).await?;
        studies.retain(|study| unshared_too || study.vendor_roster_shared);
        let ids: Vec<Uuid> = studies.iter().map(|study| study.id.uuid()).collect();
        self.delete(Kind::Organization, "via = 'study' AND via_id", &ids).await?;
        let engagements = by(self.read("study_id", &ids).await?, |engagement: &Engagement| engagement.study_id.uuid());
        let of_study = |study: &Study| links::roster_links(study.id.uuid(), study.vendor_roster_shared, of(&engagements, study.id.uuid()));
        let targets: Vec<Target> = studies.iter().flat_map(of_study).collect();
        self.insert(&targets).await
    }

    /// Rewrites to whom the programmes of these studies are named. Of studies without one, only where they `had` one.
    async fn programs(&mut self, studies: &[Uuid], had: bool) -> Result<(), StoreError> {
        let mut studies: Vec<Study> = self.read("id", studies).await?;
        studies.retain(|study| had || study.program_id.is_some());
        let ids: Vec<Uuid> = studies.iter().map(|study| study.id.uuid()).collect();
        if ids.is_empty() {
            return Ok(());
        }
        self.delete(Kind::Program, "study_id", &ids).await?;
        let engagements: Vec<Engagement> = self.read("study_id", &ids).await?;
        let targets: Vec<Target> = studies.iter().flat_map(|study| links::program_links(study, &engagements)).collect();
        self.insert(&targets).await
    }

    async fn read<T: Record>(&self, column: &str, ids: &[Uuid]) -> Result<Vec<T>, StoreError> {
        self.vault.system_read(self.transaction, column, ids).await
    }

    async fn delete(&mut self, kind: Kind, column: &str, ids: &[Uuid]) -> Result<(), StoreError> {
        if ids.is_empty() {
            return Ok(());
        }
        let dialect = self.vault.database.dialect;
        let mut sql = Sql::new(dialect, "DELETE FROM ");
        sql.push(&kind.link_table()).push(" WHERE ").any_uuid(column, ids).push(" RETURNING ").push(COLUMNS);
        for row in self.transaction.query_all_raw(sql.statement()).await? {
            let (target, link) = read(&row)?;
            self.gone.entry((kind, target)).or_default().push((link, dialect.read_time(&row, 12)?.ok_or(CellError)?));
        }
        Ok(())
    }

    /// Since when a link has been there: a vendor reads nothing that was recorded before. What is written anew keeps its moment,
    /// also with another last day and whether or not it is at work; a link whose days are over is not taken up again.
    fn since(&self, (kind, target, link): &Target) -> DateTime<Utc> {
        let today = self.now.date_naive();
        let same = |(old, _): &&Gone| {
            let stays = old.valid_to == link.valid_to || old.valid_to.is_none_or(|last| today <= last);
            stays && Link { valid_to: link.valid_to, at_work: link.at_work, ..old.clone() } == *link
        };
        let gone = self.gone.get(&(*kind, *target)).into_iter().flatten();
        gone.filter(same).map(|(_, since)| *since).min().unwrap_or(self.now)
    }

    async fn insert(&mut self, targets: &[Target]) -> Result<(), StoreError> {
        self.came.extend(targets.iter().filter(|(_, id, _)| !self.new.contains(id)).cloned());
        for kind in Kind::ALL.iter().filter(|kind| kind.def().linked) {
            let of_kind: Vec<&Target> = targets.iter().filter(|(target, _, _)| target == kind).collect();
            let into = format!("{} ({SIGHT_COLUMNS}, since)", kind.link_table());
            insert_many(self.vault.database.dialect, self.transaction, &into, &of_kind, |sql, target| {
                push_link(sql, target, self.since(target))
            })
            .await?;
        }
        Ok(())
    }
}

fn links_of(protocols: &[Protocol], engagements: &[Engagement]) -> Vec<Target> {
    let engagements = by(engagements.to_vec(), |engagement| engagement.study_id.uuid());
    let of_one = |(kind, id, study): &Protocol| links::protocol_links(*kind, *id, *study, of(&engagements, study.uuid()));
    protocols.iter().flat_map(of_one).collect()
}

impl Keeper<'_> {
    /// Notes which links came and which went, for those who follow what is in their sight. Whether a vendor is at work bears on what
    /// it may write, not on what it sees.
    async fn note(&self, entry: Uuid) -> Result<(), StoreError> {
        let sight = |kind: Kind, id: Uuid, link: &Link| (kind, id, Link { at_work: false, ..link.clone() });
        let came: HashSet<Target> = self.came.iter().map(|(kind, id, link)| sight(*kind, *id, link)).collect();
        let gone = self.gone.iter().flat_map(|((kind, id), links)| links.iter().map(move |(link, _)| sight(*kind, *id, link)));
        let gone: HashSet<Target> = gone.collect();
        let gained = came.difference(&gone).map(|target| (target, true));
        let changes: Vec<(&Target, bool)> = gained.chain(gone.difference(&came).map(|target| (target, false))).collect();
        let into = format!("link_change (entry_id, kind, gained, {SIGHT_COLUMNS})");
        insert_many(self.vault.database.dialect, self.transaction, &into, &changes, |sql, (target, gained)| {
            sql.bind_uuid(entry).push(", ").bind_text(target.0.prefix()).push(", ").bind(Value::Bool(Some(*gained))).push(", ");
            push_sight(sql, target);
        })
        .await
    }
}

/// What a link says of who sees what.
const SIGHT_COLUMNS: &str = "organization_id, target_id, via, via_id, study_id, engagement_id, prime_engagement_id, country_code, \
     study_site_id, valid_from, valid_to, at_work";

fn push_link(sql: &mut Sql, target: &Target, since: DateTime<Utc>) {
    push_sight(sql, target);
    sql.push(", ").bind_time(since);
}

fn push_sight(sql: &mut Sql, (_, target, link): &Target) {
    sql.bind_uuid(link.organization).push(", ").bind_uuid(*target).push(", ");
    sql.bind_text(link.via.prefix()).push(", ").bind_uuid(link.via_id);
    for id in [link.study, link.engagement, link.prime_engagement] {
        sql.push(", ").bind(Value::Uuid(id));
    }
    sql.push(", ").bind(Value::String(link.country.clone())).push(", ").bind(Value::Uuid(link.study_site));
    sql.push(", ").bind(Value::ChronoDate(link.valid_from)).push(", ").bind(Value::ChronoDate(link.valid_to));
    sql.push(", ").bind(Value::Bool(Some(link.at_work)));
}

/// Records by what they belong to.
fn by<T>(records: Vec<T>, owner: impl Fn(&T) -> Uuid) -> BTreeMap<Uuid, Vec<T>> {
    let mut sorted: BTreeMap<Uuid, Vec<T>> = BTreeMap::new();
    for record in records {
        sorted.entry(owner(&record)).or_default().push(record);
    }
    sorted
}

fn of<T>(sorted: &BTreeMap<Uuid, Vec<T>>, owner: Uuid) -> &[T] {
    sorted.get(&owner).map(Vec::as_slice).unwrap_or_default()
}
