//! The history of permissions: what was journalled about the people, memberships and machine clients of the viewer's organisation,
//! newest first, in the reader's own sight. And when somebody last used them, from the access log.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use tandem_domain::id::TypedId;
use tandem_domain::record::Kind;
use uuid::Uuid;

use super::{Changed, Store};
use crate::error::StoreError;
use crate::journal::entry;
use crate::scope::{Source, push_scope, push_trail};
use crate::sql::Sql;

/// What permissions are made of. The index of the journal for them names the same kinds.
const PERMISSIONS: [Kind; 3] = [Kind::Membership, Kind::ApiClient, Kind::Person];

/// A page of the history of permissions, each entry with its position, and whether there is more.
pub type PermissionPage = (Vec<(i64, Changed)>, bool);

impl Store {
    /// What was done to the permissions of the viewer's organisation before this position, newest first. An entry stands here as soon
    /// as it has its place in the journal's order, seconds after it was made.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn permission_history(&self, before: Option<i64>, limit: usize) -> Result<PermissionPage, StoreError> {
        let dialect = self.database.dialect;
        let mut sql = Sql::new(dialect, "SELECT ");
        sql.push(entry::SELECT).push(", (SELECT p.state FROM journal p WHERE p.entity_id = a.entity_id AND p.version < a.version AND ");
        self.push_each(&mut sql, "p", |sql, kind| push_scope(sql, self.viewer(), kind, "p", Source::Journal));
        sql.push(" ORDER BY p.version DESC LIMIT 1), o.position FROM journal a JOIN journal_order o ON o.entry_id = a.id WHERE ");
        self.push_permissions(&mut sql);
        if let Some(before) = before {
            sql.push(" AND o.position < ").bind_int(before);
        }
        sql.push(" ORDER BY o.position DESC LIMIT ").bind_int(i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1));
        let rows = self.query(sql).await?;
        let mut page: PermissionPage = (Vec::new(), rows.len() > limit);
        for row in rows.iter().take(limit) {
            let changed = (entry::read(dialect, self.viewer(), row)?, dialect.read_json(row, entry::COLUMNS)?);
            page.0.push((row.try_get_by_index(entry::COLUMNS + 1)?, changed));
        }
        Ok(page)
    }

    /// How long that history is.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn permission_history_count(&self) -> Result<i64, StoreError> {
        let mut sql = Sql::new(self.database.dialect, "SELECT COUNT(*) FROM journal a JOIN journal_order o ON o.entry_id = a.id WHERE ");
        self.push_permissions(&mut sql);
        let rows = self.query(sql).await?;
        Ok(rows.first().map_or(Ok(0), |row| row.try_get_by_index(0))?)
    }

    fn push_permissions(&self, sql: &mut Sql) {
        // Spelled out, so that the journal's index for just these kinds serves.
        let kinds: Vec<String> = PERMISSIONS.iter().map(|kind| format!("'{}'", kind.prefix())).collect();
        sql.push(&format!("a.kind IN ({}) AND a.owner_id = ", kinds.join(", "))).bind_uuid(self.viewer().organization.uuid());
        sql.push(" AND ");
        self.push_each(sql, "a", |sql, kind| push_trail(sql, self.viewer(), kind, "a"));
    }

    fn push_each(&self, sql: &mut Sql, alias: &str, condition: impl Fn(&mut Sql, Kind)) {
        for (index, kind) in PERMISSIONS.iter().enumerate() {
            sql.push(if index == 0 { "((" } else { " OR (" }).push(&format!("{alias}.kind = '{}' AND ", kind.prefix()));
            condition(sql, *kind);
            sql.push(")");
        }
        sql.push(")");
    }

    /// When each of these people or machine clients last acted for the viewer's organisation, to the hour; for those who read its
    /// access log.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn last_uses(&self, kind: Kind, ids: &[Uuid]) -> Result<HashMap<Uuid, DateTime<Utc>>, StoreError> {
        let dialect = self.database.dialect;
        let column = if kind == Kind::ApiClient { "a.api_client_id" } else { "a.person_id" };
        let mut sql = Sql::new(dialect, "SELECT ");
        sql.push(column).push(", MAX(a.last_at) FROM access_event a WHERE a.event <> 'REFUSED' AND a.organization_id = ");
        sql.bind_uuid(self.viewer().organization.uuid()).push(" AND ").any_uuid(column, ids).push(" AND ");
        push_scope(&mut sql, self.viewer(), Kind::AccessEvent, "a", Source::Table);
        sql.push(" GROUP BY ").push(column);
        let mut last_uses = HashMap::new();
        for row in self.query(sql).await? {
            if let Some(last) = dialect.read_time(&row, 1)? {
                last_uses.insert(row.try_get_by_index(0)?, last);
            }
        }
        Ok(last_uses)
    }
}
