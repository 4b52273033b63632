//! Records and links as they stood at a past moment, from the journal: it keeps every record whole after each change, and its order says
//! what was there. Read for decisions about that moment, beyond the viewer's sight; what gets out of it is for the caller to decide.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use tandem_domain::access::links::{self, Target};
use tandem_domain::access::{Link, lies_where_engagements_work};
use tandem_domain::engagement::{Engagement, ServiceScope};
use tandem_domain::id::{StudyId, TypedId};
use tandem_domain::party::Membership;
use tandem_domain::portfolio::{Study, StudyCountry, StudySite};
use tandem_domain::record::{Cell, CellError, Entity, Kind, Record};
use uuid::Uuid;

use super::Store;
use crate::dialect::Dialect;
use crate::error::StoreError;
use crate::sql::Sql;
use crate::work::links as kept;

/// When.
#[derive(Clone, Copy, Debug)]
pub(super) enum Moment {
    /// Now: as the tables have it.
    Now,
    /// Then: as the journal has it, in its own order. What was not in order by then came later.
    Then(DateTime<Utc>),
}

impl Store {
    /// These records as they stood then, as far as there were such.
    pub(super) async fn stood(&self, kind: Kind, ids: &[Uuid], then: DateTime<Utc>) -> Result<Vec<Entity>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let dialect = self.database.dialect;
        let mut sql = Sql::new(
            dialect,
            "SELECT p.state FROM (SELECT a.entity_id, a.state, ROW_NUMBER() OVER (PARTITION BY a.entity_id ORDER BY a.version DESC, \
             a.id DESC) AS place FROM journal a JOIN journal_order o ON o.entry_id = a.id WHERE a.kind = ",
        );
        sql.bind_text(kind.prefix()).push(" AND ").any_uuid("a.entity_id", ids).push(" AND o.ordered_at <= ").bind_time(then);
        sql.push(") p WHERE p.place = 1 ORDER BY p.entity_id");
        let rows = self.query(sql).await?;
        rows.iter().map(|row| entity(kind, &dialect.read_json(row, 0)?.ok_or(CellError)?).map_err(StoreError::from)).collect()
    }

    async fn stood_as<T: Record>(&self, ids: &[Uuid], then: DateTime<Utc>) -> Result<Vec<T>, StoreError> {
        Ok(self.stood(T::KIND, ids, then).await?.into_iter().filter_map(T::from_entity).collect())
    }

    /// The links that led these organisations to a record. To a country or a site all of them: a sponsor's member of an engagement has
    /// those in which it works.
    pub(super) async fn links_of(&self, target: &Entity, organizations: &[Uuid], moment: Moment) -> Result<Vec<Link>, StoreError> {
        let kind = target.kind();
        if !kind.def().linked {
            return Ok(Vec::new());
        }
        let everybodys = lies_where_engagements_work(kind);
        match moment {
            Moment::Now => {
                let mut sql = kept::select(self.database.dialect, kind, &[target.uuid()]);
                if !everybodys {
                    sql.push(" AND ").any_uuid("v.organization_id", organizations);
                }
                self.query(sql).await?.iter().map(|row| Ok(kept::read(row)?.1)).collect()
            }
            Moment::Then(then) => {
                let targets = self.targets(target, organizations, then).await?;
                let leading = targets.into_iter().filter(|(of, id, link)| {
                    (*of, *id) == (kind, target.uuid()) && (everybodys || organizations.contains(&link.organization))
                });
                Ok(leading.map(|(_, _, link)| link).collect())
            }
        }
    }

    /// What everything that could name the record then named, by the functions that the kept links are made with.
    async fn targets(&self, target: &Entity, organizations: &[Uuid], then: DateTime<Utc>) -> Result<Vec<Target>, StoreError> {
        let id = target.uuid();
        match target {
            Entity::Study(_) => {
                let engagements: Vec<Engagement> = self.stood_as(&self.ids(under("engagement", "study_id", &[id])).await?, then).await?;
                Ok(engagements.iter().flat_map(links::engagement_links).collect())
            }
            Entity::StudyCountry(country) => self.coverage(std::slice::from_ref(country), &[], then).await,
            Entity::StudySite(site) => self.coverage(&[], std::slice::from_ref(site), then).await,
            Entity::Site(_) => {
                let sites: Vec<StudySite> = self.stood_as(&self.ids(under("study_site", "site_id", &[id])).await?, then).await?;
                let mut targets: Vec<Target> = sites.iter().flat_map(links::study_site_links).collect();
                targets.extend(self.coverage(&[], &sites, then).await?);
                Ok(targets)
            }
            Entity::ProtocolVersion(version) => self.to_protocol(target, version.study_id, then).await,
            Entity::Amendment(amendment) => self.to_protocol(target, amendment.study_id, then).await,
            Entity::Program(program) => self.to_program(id, program.sponsor_id.uuid(), then).await,
            Entity::Organization(_) => self.to_organization(id, organizations, then).await,
            Entity::Person(_) => self.to_person(id, organizations, then).await,
            Entity::ApiClient(client) => {
                let mut ids: Vec<Uuid> = client.engagement_ids.iter().map(|id| id.uuid()).collect();
                if ids.is_empty() {
                    ids = self.ids(under("engagement", "vendor_id", &[client.organization_id.uuid()])).await?;
                }
                Ok(links::client_links(client, &self.stood_as::<Engagement>(&ids, then).await?))
            }
            Entity::PersonContact(_)
            | Entity::Membership(_)
            | Entity::AccessEvent(_)
            | Entity::AccessReview(_)
            | Entity::AccessReviewItem(_)
            | Entity::ExternalReference(_)
            | Entity::StudyInternal(_)
            | Entity::StudyBenchmark(_)
            | Entity::StudyConfirmation(_)
            | Entity::StudyRegistry(_)
            | Entity::StudySiteInternal(_)
            | Entity::StudySiteContact(_)
            | Entity::StudySiteRegistry(_)
            | Entity::Engagement(_)
            | Entity::EngagementInternal(_)
            | Entity::EngagementConfirmation(_)
            | Entity::ServiceScope(_)
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
            | Entity::Comment(_) => Ok(Vec::new()),
        }
    }

    /// What the engagements of their studies covered of these countries and sites.
    async fn coverage(&self, countries: &[StudyCountry], sites: &[StudySite], then: DateTime<Utc>) -> Result<Vec<Target>, StoreError> {
        let of_countries = countries.iter().map(|country| country.study_id.uuid());
        let studies: Vec<Uuid> = of_countries.chain(sites.iter().map(|site| site.study_id.uuid())).collect();
        let ids = self.ids(under("engagement", "study_id", &studies)).await?;
        let engagements: Vec<Engagement> = self.stood_as(&ids, then).await?;
        let scopes: Vec<ServiceScope> = self.stood_as(&self.ids(under("service_scope", "engagement_id", &ids)).await?, then).await?;
        let mut targets = Vec::new();
        for engagement in &engagements {
            let here = |study| study == engagement.study_id;
            let countries: Vec<StudyCountry> = countries.iter().filter(|country| here(country.study_id)).cloned().collect();
            let sites: Vec<StudySite> = sites.iter().filter(|site| here(site.study_id)).cloned().collect();
            targets.extend(links::coverage_links(engagement, &scopes, &countries, &sites));
        }
        Ok(targets)
    }

    /// What named an organisation to these: engagements that both are parties of, and studies whose vendors know of one another.
    async fn to_organization(&self, id: Uuid, organizations: &[Uuid], then: DateTime<Utc>) -> Result<Vec<Target>, StoreError> {
        let both = |sql: &mut Sql| {
            sql.push("SELECT e.id FROM engagement e WHERE ");
            party(sql, &[id]);
            sql.push(" AND ");
            party(sql, organizations);
        };
        let engagements: Vec<Engagement> = self.stood_as(&self.ids(both).await?, then).await?;
        let mut targets: Vec<Target> = engagements.iter().flat_map(links::engagement_links).collect();
        // Of studies on which both are vendors, their engagements.
        let fellows = |sql: &mut Sql| {
            sql.push("SELECT e.id FROM engagement e WHERE ");
            sql.any_uuid("e.vendor_id", &[organizations, &[id]].concat());
            sql.push(" AND e.study_id IN (SELECT m.study_id FROM engagement m WHERE ").any_uuid("m.vendor_id", organizations);
            sql.push(") AND e.study_id IN (SELECT f.study_id FROM engagement f WHERE f.vendor_id = ").bind_uuid(id).push(")");
        };
        let engagements: Vec<Engagement> = self.stood_as(&self.ids(fellows).await?, then).await?;
        let mut studies: Vec<Uuid> = engagements.iter().map(|engagement| engagement.study_id.uuid()).collect();
        studies.sort_unstable();
        studies.dedup();
        for study in self.stood_as::<Study>(&studies, then).await? {
            let here: Vec<Engagement> = engagements.iter().filter(|engagement| engagement.study_id == study.id).cloned().collect();
            targets.extend(links::roster_links(study.id.uuid(), study.vendor_roster_shared, &here));
        }
        Ok(targets)
    }

    /// What named a programme: the sponsor's studies that were of it, and their engagements.
    async fn to_program(&self, id: Uuid, sponsor: Uuid, then: DateTime<Utc>) -> Result<Vec<Target>, StoreError> {
        let mut studies: Vec<Study> = self.stood_as(&self.ids(under("study", "sponsor_id", &[sponsor])).await?, then).await?;
        studies.retain(|study| study.program_id.is_some_and(|program| program.uuid() == id));
        let ids: Vec<Uuid> = studies.iter().map(|study| study.id.uuid()).collect();
        let engagements: Vec<Engagement> = self.stood_as(&self.ids(under("engagement", "study_id", &ids)).await?, then).await?;
        Ok(studies.iter().flat_map(|study| links::program_links(study, &engagements)).collect())
    }

    /// What named a version of a protocol, or an amendment: the engagements on its study.
    async fn to_protocol(&self, target: &Entity, study: StudyId, then: DateTime<Utc>) -> Result<Vec<Target>, StoreError> {
        let ids = self.ids(under("engagement", "study_id", &[study.uuid()])).await?;
        let engagements: Vec<Engagement> = self.stood_as(&ids, then).await?;
        Ok(links::protocol_links(target.kind(), target.uuid(), study, &engagements))
    }

    /// What named a person to these: memberships, and engagements of theirs that he led at any time.
    async fn to_person(&self, id: Uuid, organizations: &[Uuid], then: DateTime<Utc>) -> Result<Vec<Target>, StoreError> {
        let dialect = self.database.dialect;
        let text = tandem_domain::id::encode(Kind::Person, id);
        let led = |sql: &mut Sql| {
            sql.push("SELECT DISTINCT a.entity_id FROM journal a WHERE a.kind = ").bind_text(Kind::Engagement.prefix());
            sql.push(" AND a.entity_id IN (SELECT e.id FROM engagement e WHERE ");
            party(sql, organizations);
            sql.push(") AND (").push(&state_text(dialect, "lead_sponsor_id")).push(" = ").bind_text(&text);
            sql.push(" OR ").push(&state_text(dialect, "lead_vendor_id")).push(" = ").bind_text(&text).push(")");
        };
        let engagements: Vec<Engagement> = self.stood_as(&self.ids(led).await?, then).await?;
        let memberships: Vec<Membership> = self.stood_as(&self.ids(under("membership", "person_id", &[id])).await?, then).await?;
        Ok(engagements.iter().flat_map(links::engagement_links).chain(memberships.iter().flat_map(links::membership_links)).collect())
    }

    async fn ids(&self, ask: impl FnOnce(&mut Sql)) -> Result<Vec<Uuid>, StoreError> {
        let mut sql = Sql::new(self.database.dialect, "");
        ask(&mut sql);
        self.query(sql).await?.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
    }
}

/// The ids of the rows of a table that name one of these in a column that never changes.
fn under<'a>(table: &'a str, column: &'a str, ids: &'a [Uuid]) -> impl FnOnce(&mut Sql) + 'a {
    move |sql| {
        sql.push("SELECT id FROM ").push(table).push(" WHERE ").any_uuid(column, ids);
    }
}

/// Whether an engagement `e` has one of these as a party.
fn party(sql: &mut Sql, organizations: &[Uuid]) {
    sql.push("(").any_uuid("e.sponsor_id", organizations).push(" OR ").any_uuid("e.vendor_id", organizations);
    sql.push(" OR ").any_uuid("e.prime_vendor_id", organizations).push(")");
}

fn state_text(dialect: Dialect, column: &str) -> String {
    match dialect {
        Dialect::Postgres => format!("a.state->>'{column}'"),
        Dialect::Sqlite => format!("json_extract(a.state, '$.{column}')"),
    }
}

/// The record that the journal kept; a column that there was not yet holds nothing.
fn entity(kind: Kind, state: &Json) -> Result<Entity, CellError> {
    let columns = kind.def().columns.iter();
    let cells: Result<Vec<Cell>, CellError> =
        columns.map(|column| Cell::from_json(state.get(column.name).unwrap_or(&Json::Null), column.scalar)).collect();
    kind.decode(cells?)
}
