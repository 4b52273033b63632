//! History: what was journalled about records, in the reader's own sight, for many records in one statement.
//! An entry is shown when its own facts, as they were then, let the reader see such a record, and his role is told of such entries.

use std::collections::HashMap;

use serde_json::Value as Json;
use tandem_domain::record::Kind;
use uuid::Uuid;

use super::Store;
use crate::error::StoreError;
use crate::journal::{HistoryEntry, entry};
use crate::scope::{Source, push_scope, push_trail};
use crate::sql::Sql;

/// An entry with the state that the reader saw before it.
pub type Changed = (HistoryEntry, Option<Json>);

/// A page of the history of one record, and whether there is more.
pub type HistoryPage = (Vec<Changed>, bool);

impl Store {
    /// A page of the history of each of these records, oldest first, after the entry `after` where one is given.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn history(
        &self,
        kind: Kind,
        ids: &[Uuid],
        after: Option<(i64, Uuid)>,
        limit: usize,
    ) -> Result<HashMap<Uuid, HistoryPage>, StoreError> {
        let dialect = self.database.dialect;
        let limit_and_one = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let mut sql = Sql::new(
            dialect,
            "SELECT * FROM (SELECT h.*, ROW_NUMBER() OVER (PARTITION BY h.entity_id ORDER BY h.version, h.id) AS place FROM (SELECT ",
        );
        sql.push(entry::SELECT).push(", LAG(a.state) OVER (PARTITION BY a.entity_id ORDER BY a.version, a.id) AS previous, ");
        // What he is not told of is still what the next change changed from: it is his to see, as the record is.
        push_trail(&mut sql, self.viewer(), kind, "a");
        sql.push(" AS told FROM journal a WHERE a.kind = ");
        sql.bind_text(kind.prefix()).push(" AND ").any_uuid("a.entity_id", ids).push(" AND ");
        push_scope(&mut sql, self.viewer(), kind, "a", Source::Journal);
        sql.push(") h WHERE h.told");
        if let Some((version, entry)) = after {
            sql.push(" AND (h.version > ").bind_int(version).push(" OR (h.version = ").bind_int(version);
            sql.push(" AND h.id > ").bind_uuid(entry).push("))");
        }
        sql.push(") p WHERE p.place <= ").bind_int(limit_and_one).push(" ORDER BY p.entity_id, p.version, p.id");
        let mut pages: HashMap<Uuid, HistoryPage> = HashMap::new();
        for row in self.query(sql).await? {
            let entry = entry::read(dialect, self.viewer(), &row)?;
            let page = pages.entry(entry.entity).or_default();
            if page.0.len() == limit {
                page.1 = true;
            } else {
                page.0.push((entry, dialect.read_json(&row, entry::COLUMNS)?));
            }
        }
        Ok(pages)
    }

    /// How many entries of the history of each of these records the viewer may see.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn history_counts(&self, kind: Kind, ids: &[Uuid]) -> Result<HashMap<Uuid, i64>, StoreError> {
        let mut sql = Sql::new(self.database.dialect, "SELECT a.entity_id, COUNT(*) FROM journal a WHERE a.kind = ");
        sql.bind_text(kind.prefix()).push(" AND ").any_uuid("a.entity_id", ids).push(" AND ");
        push_trail(&mut sql, self.viewer(), kind, "a");
        sql.push(" GROUP BY a.entity_id");
        let rows = self.query(sql).await?;
        rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
    }
}
