//! Keeps the links through which parties see rows: what the domain says a row names, rewritten when the row changes, and since when.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Value;
use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult};
use tandem_domain::access::Link;
use tandem_domain::access::links::{self, Target};
use tandem_domain::engagement::{Engagement, ServiceScope};
use tandem_domain::id::TypedId;
use tandem_domain::portfolio::{Study, StudyCountry, StudySite};
use tandem_domain::record::{CellError, Entity, Kind};
use uuid::Uuid;

use crate::dialect::Dialect;
use crate::error::StoreError;
use crate::sql::Sql;
use crate::vault::Vault;

/// How many links one statement writes.
const CHUNK: usize = 500;

/// What is read of a link, in the order in which [`read`] takes it.
const COLUMNS: &str = "target_id, organization_id, via, via_id, study_id, engagement_id, prime_engagement_id, country_code, study_site_id, \
                       valid_from, valid_to, at_work, since";

/// The statement that reads the links of these rows.
pub(crate) fn select(dialect: Dialect, kind: Kind, ids: &[Uuid]) -> Sql {
    let mut sql = Sql::new(dialect, "SELECT ");
    sql.push(COLUMNS).push(" FROM ").push(&kind.link_table()).push(" v WHERE ").any_uuid("v.target_id", ids);
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

/// Rewrites the links that follow from a record which was `before` and is `after`. A link that stays keeps the moment since when it
/// has been there; one that is new has been there since `now`.
pub(crate) async fn follow(
    vault: &Vault,
    transaction: &DatabaseTransaction,
    before: Option<&Entity>,
    after: &Entity,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut keeper = Keeper { vault, transaction, now, gone: HashMap::new() };
    match (before, after) {
        (Some(Entity::Engagement(before)), Entity::Engagement(after)) if same_links(before, after) => Ok(()),
        (_, Entity::Engagement(engagement)) => keeper.engagement(engagement).await,
        (_, Entity::ServiceScope(scope)) => keeper.coverage_of(scope.engagement_id.uuid()).await,
        (Some(Entity::StudyCountry(before)), Entity::StudyCountry(after)) if before.lead_engagement_id == after.lead_engagement_id => {
            Ok(())
        }
        (before, Entity::StudyCountry(country)) => keeper.country(country, before.is_none()).await,
        (Some(Entity::StudySite(before)), Entity::StudySite(after))
            if before.responsible_engagement_id == after.responsible_engagement_id =>
        {
            Ok(())
        }
        (before, Entity::StudySite(site)) => keeper.site(site, before.is_none()).await,
        (Some(Entity::Study(before)), Entity::Study(after)) if before.vendor_roster_shared != after.vendor_roster_shared => {
            keeper.roster(after.id.uuid(), after.vendor_roster_shared).await
        }
        (before, Entity::Membership(membership)) => {
            // Ending a membership moves nothing: who was named stays named.
            if before.is_none() { keeper.insert(&links::membership_links(membership)).await } else { Ok(()) }
        }
        (before, Entity::ApiClient(client)) => {
            if before.is_some() {
                return Ok(());
            }
            let ids: Vec<Uuid> = client.engagement_ids.iter().map(|id| id.uuid()).collect();
            let engagements: Vec<Engagement> = vault.system_read(transaction, "id", &ids).await?;
            keeper.insert(&links::client_links(client, &engagements)).await
        }
        (
            _,
            Entity::Organization(_)
            | Entity::Person(_)
            | Entity::PersonContact(_)
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
            | Entity::EngagementConfirmation(_),
        ) => Ok(()),
    }
}

fn same_links(before: &Engagement, after: &Engagement) -> bool {
    before.gives_sight() == after.gives_sight()
        && before.at_work() == after.at_work()
        && before.lead_sponsor_id == after.lead_sponsor_id
        && before.lead_vendor_id == after.lead_vendor_id
}

/// A link that was there, and since when.
type Gone = (Link, DateTime<Utc>);

struct Keeper<'a> {
    vault: &'a Vault,
    transaction: &'a DatabaseTransaction,
    now: DateTime<Utc>,
    /// The links that were deleted to be written anew, and since when they had been there.
    gone: HashMap<(Kind, Uuid), Vec<Gone>>,
}

impl Keeper<'_> {
    async fn engagement(&mut self, engagement: &Engagement) -> Result<(), StoreError> {
        let id = engagement.id.uuid();
        for kind in [Kind::Organization, Kind::Person, Kind::Study] {
            self.delete(kind, "via = 'engagement' AND via_id = ", id).await?;
        }
        self.insert(&links::engagement_links(engagement)).await?;
        self.coverage_of(id).await?;
        let study: Vec<Study> = self.vault.system_read(self.transaction, "id", &[engagement.study_id.uuid()]).await?;
        match study.first() {
            Some(study) if study.vendor_roster_shared => self.roster(study.id.uuid(), true).await,
            _ => Ok(()),
        }
    }

    /// Everything that one engagement covers of its study.
    async fn coverage_of(&mut self, engagement: Uuid) -> Result<(), StoreError> {
        for kind in [Kind::StudyCountry, Kind::StudySite, Kind::Site] {
            self.delete(kind, "engagement_id = ", engagement).await?;
        }
        let engagements: Vec<Engagement> = self.vault.system_read(self.transaction, "id", &[engagement]).await?;
        for engagement in &engagements {
            let scopes: Vec<ServiceScope> = self.vault.system_read(self.transaction, "engagement_id", &[engagement.id.uuid()]).await?;
            let study = [engagement.study_id.uuid()];
            let countries: Vec<StudyCountry> = self.vault.system_read(self.transaction, "study_id", &study).await?;
            let sites: Vec<StudySite> = self.vault.system_read(self.transaction, "study_id", &study).await?;
            self.insert(&links::coverage_links(engagement, &scopes, &countries, &sites)).await?;
        }
        Ok(())
    }

    /// A country; a new one has no links to be rewritten.
    async fn country(&mut self, country: &StudyCountry, new: bool) -> Result<(), StoreError> {
        if !new {
            self.delete(Kind::StudyCountry, "target_id = ", country.id.uuid()).await?;
        }
        self.covered(country.study_id.uuid(), std::slice::from_ref(country), &[]).await
    }

    /// A site of a study; a new one has no links to be rewritten.
    async fn site(&mut self, site: &StudySite, new: bool) -> Result<(), StoreError> {
        if !new {
            self.delete(Kind::StudySite, "target_id = ", site.id.uuid()).await?;
            self.delete(Kind::Site, "study_site_id = ", site.id.uuid()).await?;
        }
        self.insert(&links::study_site_links(site)).await?;
        self.covered(site.study_id.uuid(), &[], std::slice::from_ref(site)).await
    }

    /// These countries and sites for every engagement of their study.
    async fn covered(&self, study: Uuid, countries: &[StudyCountry], sites: &[StudySite]) -> Result<(), StoreError> {
        let engagements: Vec<Engagement> = self.vault.system_read(self.transaction, "study_id", &[study]).await?;
        let ids: Vec<Uuid> = engagements.iter().map(|engagement| engagement.id.uuid()).collect();
        let scopes: Vec<ServiceScope> = self.vault.system_read(self.transaction, "engagement_id", &ids).await?;
        let mut targets = Vec::new();
        for engagement in &engagements {
            targets.extend(links::coverage_links(engagement, &scopes, countries, sites));
        }
        self.insert(&targets).await
    }

    async fn roster(&mut self, study: Uuid, shared: bool) -> Result<(), StoreError> {
        self.delete(Kind::Organization, "via = 'study' AND via_id = ", study).await?;
        let engagements: Vec<Engagement> = self.vault.system_read(self.transaction, "study_id", &[study]).await?;
        self.insert(&links::roster_links(study, shared, &engagements)).await
    }

    async fn delete(&mut self, kind: Kind, which: &str, id: Uuid) -> Result<(), StoreError> {
        let dialect = self.vault.database.dialect;
        let mut sql = Sql::new(dialect, "DELETE FROM ");
        sql.push(&kind.link_table()).push(" WHERE ").push(which).bind_uuid(id).push(" RETURNING ").push(COLUMNS);
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

    async fn insert(&self, targets: &[Target]) -> Result<(), StoreError> {
        for kind in Kind::ALL.iter().filter(|kind| kind.def().linked) {
            let of_kind: Vec<&Target> = targets.iter().filter(|(target, _, _)| target == kind).collect();
            for chunk in of_kind.chunks(CHUNK) {
                self.insert_chunk(*kind, chunk).await?;
            }
        }
        Ok(())
    }

    async fn insert_chunk(&self, kind: Kind, targets: &[&Target]) -> Result<(), StoreError> {
        let mut sql = Sql::new(self.vault.database.dialect, "INSERT INTO ");
        sql.push(&kind.link_table()).push(
            " (organization_id, target_id, via, via_id, study_id, engagement_id, prime_engagement_id, country_code, study_site_id, \
             valid_from, valid_to, at_work, since) VALUES ",
        );
        for (index, whole) in targets.iter().enumerate() {
            let (_, target, link) = whole;
            sql.push(if index == 0 { "(" } else { ", (" });
            sql.bind_uuid(link.organization)
                .push(", ")
                .bind_uuid(*target)
                .push(", ")
                .bind_text(link.via.prefix())
                .push(", ")
                .bind_uuid(link.via_id);
            for id in [link.study, link.engagement, link.prime_engagement] {
                sql.push(", ").bind(Value::Uuid(id));
            }
            sql.push(", ").bind(Value::String(link.country.clone())).push(", ").bind(Value::Uuid(link.study_site));
            sql.push(", ").bind(Value::ChronoDate(link.valid_from)).push(", ").bind(Value::ChronoDate(link.valid_to));
            sql.push(", ").bind(Value::Bool(Some(link.at_work))).push(", ").bind_time(self.since(whole)).push(")");
        }
        self.transaction.execute_raw(sql.statement()).await?;
        Ok(())
    }
}
