//! What of the journal may bear on what a viewer sees: found by the organisations that records name and by links, more than he sees and
//! never less. What he sees of it is decided afterwards.

use sea_orm::QueryResult;
use tandem_domain::access::{Facts, Readers, Scope, Viewer};
use tandem_domain::id::TypedId;
use tandem_domain::record::{CellError, FactColumn, Kind};
use uuid::Uuid;

use crate::dialect::Dialect;
use crate::error::StoreError;
use crate::journal::facts_of;
use crate::scope::journal_column;
use crate::sql::Sql;
use crate::store::Store;

/// The facts that name an organisation or a person, each with its name in an entry's facts as they were before.
const NAMING: [(FactColumn, &str); 5] = [
    (FactColumn::Sponsor, "sponsor"),
    (FactColumn::Vendor, "vendor"),
    (FactColumn::PrimeVendor, "primeVendor"),
    (FactColumn::Organization, "organization"),
    (FactColumn::Person, "person"),
];

/// An entry of the journal that may bear on what the viewer sees.
pub(super) struct Entry {
    pub(super) position: i64,
    pub(super) id: Uuid,
    /// The record's facts before, where there was one, and after. None where only what it did to links counts.
    pub(super) facts: Vec<Facts>,
}

/// A record whose links an entry changed.
pub(super) struct Moved {
    pub(super) position: i64,
    pub(super) record: (Kind, Uuid),
}

impl Store {
    /// The entries that may bear on what the viewer sees: about a record that names his organisation or himself, that a link leads him
    /// to, or that changed such links. More than he sees, never less.
    pub(super) async fn feed_entries(&self, kinds: &[Kind], after: i64, end: i64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let dialect = self.database.dialect;
        let mut sql = Sql::new(dialect, "SELECT o.position, a.id, a.kind, a.entity_id, a.readers");
        for fact in FACTS {
            sql.push(", a.").push(journal_column(fact));
        }
        sql.push(", a.facts_before, CASE WHEN ");
        self.push_about(&mut sql, kinds);
        sql.push(" THEN 1 ELSE 0 END AS about FROM journal_order o JOIN journal a ON a.id = o.entry_id WHERE o.position > ");
        sql.bind_int(after).push(" AND o.position <= ").bind_int(end).push(" AND (");
        self.push_about(&mut sql, kinds);
        let linked: Vec<String> = kinds.iter().filter(|kind| kind.def().linked).map(|kind| kind.prefix().to_owned()).collect();
        if !linked.is_empty() {
            sql.push(" OR EXISTS (SELECT 1 FROM link_change c WHERE c.entry_id = a.id AND ").any_text("c.kind", &linked).push(" AND ");
            self.push_mine(&mut sql, "c");
            sql.push(")");
        }
        sql.push(") ORDER BY o.position LIMIT ").bind_int(i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1));
        self.query(sql).await?.iter().map(|row| entry(dialect, row)).collect()
    }

    /// Adds that an entry `a` is about a record of these kinds, or a part of one, that may be the viewer's to see, or may have been.
    fn push_about(&self, sql: &mut Sql, kinds: &[Kind]) {
        let (organization, principal) = (self.viewer.organization.uuid(), self.viewer.principal);
        let named: Vec<String> =
            Kind::ALL.iter().filter(|kind| kinds.contains(&kind.whole())).map(|kind| kind.prefix().to_owned()).collect();
        sql.push("(").any_text("a.kind", &named).push(" AND (a.entity_id = ").bind_uuid(organization);
        for (fact, before) in NAMING {
            let id = if fact == FactColumn::Person { principal } else { organization };
            sql.push(" OR a.").push(journal_column(fact)).push(" = ").bind_uuid(id);
            let before = before_text(sql.dialect, before);
            sql.push(" OR ").push(&before).push(" = ").bind_text(&id.to_string());
        }
        if kinds.contains(&Kind::Organization) {
            let directory = Readers::DIRECTORY.bits();
            sql.push(&format!(" OR (a.kind = 'organization' AND (a.readers & {directory}) <> 0)"));
            let before = before_number(sql.dialect, "readers");
            sql.push(&format!(" OR (a.kind = 'organization' AND ({before} & {directory}) <> 0)"));
        }
        for kind in kinds.iter().filter(|kind| kind.def().linked) {
            let of_kind: Vec<String> = Kind::ALL.iter().filter(|part| part.whole() == *kind).map(|part| part.prefix().to_owned()).collect();
            sql.push(" OR (").any_text("a.kind", &of_kind).push(" AND EXISTS (SELECT 1 FROM ").push(&kind.link_table());
            sql.push(" v WHERE v.target_id = a.entity_id AND ");
            self.push_mine(sql, "v");
            sql.push("))");
        }
        sql.push("))");
    }

    /// Adds that a link leads the viewer's organisation somewhere, or names an engagement that he is a member of: a sponsor's member of
    /// one has where its vendor works.
    pub(super) fn push_mine(&self, sql: &mut Sql, alias: &str) {
        let engagements = scoped(&self.viewer);
        sql.push("(").push(alias).push(".organization_id = ").bind_uuid(self.viewer.organization.uuid());
        if !engagements.is_empty() {
            for column in ["engagement_id", "prime_engagement_id"] {
                sql.push(" OR ").any_uuid(&format!("{alias}.{column}"), &engagements);
            }
        }
        sql.push(")");
    }

    /// The records whose links these entries changed, for the viewer; in the entries' order, one more than `limit` at most.
    pub(super) async fn feed_links(&self, kinds: &[Kind], entries: &[Entry], limit: usize) -> Result<Vec<Moved>, StoreError> {
        let linked: Vec<String> = kinds.iter().filter(|kind| kind.def().linked).map(|kind| kind.prefix().to_owned()).collect();
        if linked.is_empty() || entries.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<Uuid> = entries.iter().map(|entry| entry.id).collect();
        let mut sql = Sql::new(self.database.dialect, "SELECT DISTINCT o.position, c.kind, c.target_id FROM link_change c ");
        sql.push("JOIN journal_order o ON o.entry_id = c.entry_id WHERE ").any_uuid("c.entry_id", &ids).push(" AND ");
        sql.any_text("c.kind", &linked).push(" AND ");
        self.push_mine(&mut sql, "c");
        sql.push(" ORDER BY o.position LIMIT ").bind_int(i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1));
        let read = |row: &QueryResult| {
            let kind: String = row.try_get_by_index(1)?;
            let record = (Kind::from_prefix(&kind).ok_or(CellError)?, row.try_get_by_index(2)?);
            Ok(Moved { position: row.try_get_by_index(0)?, record })
        };
        self.query(sql).await?.iter().map(read).collect()
    }

    /// The facts of these records as the journal's last entry about each has them.
    pub(super) async fn last_facts(&self, kind: Kind, ids: &[Uuid]) -> Result<Vec<Facts>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let dialect = self.database.dialect;
        let mut sql = Sql::new(dialect, "SELECT 0, a.id, a.kind, a.entity_id, a.readers");
        for fact in FACTS {
            sql.push(", a.").push(journal_column(fact));
        }
        sql.push(", NULL, 1 FROM journal a WHERE a.kind = ").bind_text(kind.prefix()).push(" AND ").any_uuid("a.entity_id", ids);
        sql.push(" AND a.version = (SELECT MAX(p.version) FROM journal p WHERE p.kind = a.kind AND p.entity_id = a.entity_id)");
        self.query(sql).await?.iter().map(facts).collect()
    }
}

/// The facts of an entry, in the order in which they are read.
const FACTS: [FactColumn; 10] = [
    FactColumn::Sponsor,
    FactColumn::Study,
    FactColumn::Vendor,
    FactColumn::Engagement,
    FactColumn::PrimeVendor,
    FactColumn::PrimeEngagement,
    FactColumn::Country,
    FactColumn::StudySite,
    FactColumn::Organization,
    FactColumn::Person,
];

fn entry(dialect: Dialect, row: &QueryResult) -> Result<Entry, StoreError> {
    let mut known = Vec::new();
    if row.try_get_by_index::<i32>(16)? == 1 {
        let before = dialect.read_json(row, 15)?;
        known.extend(before.as_ref().and_then(facts_of));
        known.push(facts(row)?);
    }
    Ok(Entry { position: row.try_get_by_index(0)?, id: row.try_get_by_index(1)?, facts: known })
}

fn facts(row: &QueryResult) -> Result<Facts, StoreError> {
    let kind: String = row.try_get_by_index(2)?;
    Ok(Facts {
        kind: Kind::from_prefix(&kind).ok_or(CellError)?,
        id: row.try_get_by_index(3)?,
        readers: Readers::from_bits(row.try_get_by_index(4)?),
        sponsor: row.try_get_by_index(5)?,
        study: row.try_get_by_index(6)?,
        vendor: row.try_get_by_index(7)?,
        engagement: row.try_get_by_index(8)?,
        prime_vendor: row.try_get_by_index(9)?,
        prime_engagement: row.try_get_by_index(10)?,
        country: row.try_get_by_index(11)?,
        study_site: row.try_get_by_index(12)?,
        organization: row.try_get_by_index(13)?,
        person: row.try_get_by_index(14)?,
        links: Vec::new(),
    })
}

/// The engagements that the viewer's memberships are for.
fn scoped(viewer: &Viewer) -> Vec<Uuid> {
    let engagement = |scope: &Scope| match scope {
        Scope::Engagement { engagement, .. } | Scope::Listed { engagement, .. } => Some(engagement.uuid()),
        Scope::Organization | Scope::Study(_) | Scope::Country { .. } | Scope::StudySite { .. } => None,
    };
    viewer.grants.iter().filter_map(|grant| engagement(&grant.scope)).collect()
}

/// What an entry's facts from before hold under a name, as text.
fn before_text(dialect: Dialect, name: &str) -> String {
    match dialect {
        Dialect::Postgres => format!("a.facts_before->>'{name}'"),
        Dialect::Sqlite => format!("json_extract(a.facts_before, '$.{name}')"),
    }
}

/// The same as a whole number.
fn before_number(dialect: Dialect, name: &str) -> String {
    match dialect {
        Dialect::Postgres => format!("(a.facts_before->>'{name}')::integer"),
        Dialect::Sqlite => format!("json_extract(a.facts_before, '$.{name}')"),
    }
}
