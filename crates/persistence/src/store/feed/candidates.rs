//! What of the journal may bear on what a viewer sees: found by the organisations that records name and by links, more than he sees and
//! never less. What it tells him is decided afterwards.

use std::collections::BTreeSet;

use sea_orm::QueryResult;
use tandem_domain::access::{Readers, Scope, Viewer};
use tandem_domain::id::TypedId;
use tandem_domain::record::{CellError, FactColumn, Kind};
use uuid::Uuid;

use super::Span;
use crate::dialect::Dialect;
use crate::error::StoreError;
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
    /// The record that it is about, where that may be the viewer's to see; otherwise only what it did to links counts.
    pub(super) about: Option<Record>,
}

/// A record, whole.
pub(super) type Record = (Kind, Uuid);

impl Store {
    /// The entries of a span that may bear on what the viewer sees: about a record that names his organisation or himself, that a link
    /// leads him to or led him to, or that changed such links; in order, `limit` and one more at most.
    pub(super) async fn feed_entries(&self, kinds: &[Kind], span: Span, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let mut sql = Sql::new(self.database.dialect, "SELECT o.position, a.id, a.kind, a.entity_id, CASE WHEN ");
        self.push_about(&mut sql, kinds, span.after);
        sql.push(" THEN 1 ELSE 0 END AS about FROM journal_order o JOIN journal a ON a.id = o.entry_id WHERE o.position > ");
        sql.bind_int(span.after).push(" AND o.position <= ").bind_int(span.end).push(" AND (");
        self.push_about(&mut sql, kinds, span.after);
        let linked = linked(kinds);
        if !linked.is_empty() {
            sql.push(" OR EXISTS (SELECT 1 FROM link_change c WHERE c.entry_id = a.id AND ").any_text("c.kind", &linked).push(" AND ");
            self.push_mine(&mut sql, "c");
            sql.push(")");
        }
        sql.push(") ORDER BY o.position LIMIT ").bind_int(i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1));
        self.query(sql).await?.iter().map(entry).collect()
    }

    /// Adds that an entry `a` is about a record of these kinds, or a part of one, that may be the viewer's to see, or may have been.
    fn push_about(&self, sql: &mut Sql, kinds: &[Kind], after: i64) {
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
            sql.push(" OR (").any_text("a.kind", &of_kind).push(" AND (EXISTS (SELECT 1 FROM ").push(&kind.link_table());
            sql.push(" v WHERE v.target_id = a.entity_id AND ");
            self.push_mine(sql, "v");
            sql.push(") OR EXISTS (SELECT 1 FROM link_change c LEFT JOIN journal_order p ON p.entry_id = c.entry_id ");
            sql.push("WHERE c.target_id = a.entity_id AND NOT c.gained AND (p.position IS NULL OR p.position > ").bind_int(after);
            sql.push(") AND ");
            self.push_mine(sql, "c");
            sql.push(")))");
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

    /// The records whose links, of those that may be the viewer's, these entries changed.
    pub(super) async fn feed_moved(&self, kinds: &[Kind], entries: &[Entry]) -> Result<BTreeSet<Record>, StoreError> {
        let linked = linked(kinds);
        if linked.is_empty() || entries.is_empty() {
            return Ok(BTreeSet::new());
        }
        let ids: Vec<Uuid> = entries.iter().map(|entry| entry.id).collect();
        let mut sql = Sql::new(self.database.dialect, "SELECT DISTINCT c.kind, c.target_id FROM link_change c WHERE ");
        sql.any_uuid("c.entry_id", &ids).push(" AND ").any_text("c.kind", &linked).push(" AND ");
        self.push_mine(&mut sql, "c");
        self.query(sql).await?.iter().map(|row| record(row, 0)).collect()
    }
}

/// Those of these kinds that links lead to.
fn linked(kinds: &[Kind]) -> Vec<String> {
    kinds.iter().filter(|kind| kind.def().linked).map(|kind| kind.prefix().to_owned()).collect()
}

fn record(row: &QueryResult, at: usize) -> Result<Record, StoreError> {
    let kind: String = row.try_get_by_index(at)?;
    let kind = Kind::from_prefix(&kind).ok_or(CellError)?;
    Ok((kind.whole(), row.try_get_by_index(at.saturating_add(1))?))
}

fn entry(row: &QueryResult) -> Result<Entry, StoreError> {
    let about = if row.try_get_by_index::<i32>(4)? == 1 { Some(record(row, 2)?) } else { None };
    Ok(Entry { position: row.try_get_by_index(0)?, id: row.try_get_by_index(1)?, about })
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
