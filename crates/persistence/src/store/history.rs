//! History: what was journalled about a record, in the reader's own sight.
//! An entry is shown when its own facts, as they were then, let the reader see such a record.

use sea_orm::QueryResult;
use tandem_domain::record::Kind;
use uuid::Uuid;

use super::Store;
use crate::error::StoreError;
use crate::journal::{HistoryEntry, entry};
use crate::scope::{Source, push_scope};
use crate::sql::Sql;

/// The kinds whose entries make up the history of a record: itself alone, for a part has a history of its own.
impl Store {
    /// A page of the history of a record, oldest first, from after `version` on; and whether there is more.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn history(
        &self,
        kind: Kind,
        id: Uuid,
        after: Option<(i64, Uuid)>,
        limit: usize,
    ) -> Result<(Vec<HistoryEntry>, bool), StoreError> {
        let mut sql = Sql::new(self.database.dialect, "SELECT ");
        sql.push(entry::SELECT).push(" FROM journal a WHERE a.kind = ").bind_text(kind.prefix()).push(" AND a.entity_id = ").bind_uuid(id);
        if let Some((version, entry)) = after {
            sql.push(" AND (a.version > ")
                .bind_int(version)
                .push(" OR (a.version = ")
                .bind_int(version)
                .push(" AND a.id > ")
                .bind_uuid(entry)
                .push("))");
        }
        sql.push(" AND ");
        push_scope(&mut sql, self.viewer(), kind, "a", Source::Journal);
        sql.push(" ORDER BY a.version, a.id LIMIT ").bind_int(i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1));
        let results = self.query(sql).await?;
        let more = results.len() > limit;
        let entries = results.iter().take(limit).map(|row| self.entry(row)).collect::<Result<_, _>>()?;
        Ok((entries, more))
    }

    /// How many entries of the history the viewer may see.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn history_count(&self, kind: Kind, id: Uuid) -> Result<i64, StoreError> {
        let mut sql = Sql::new(self.database.dialect, "SELECT COUNT(*) FROM journal a WHERE a.kind = ");
        sql.bind_text(kind.prefix()).push(" AND a.entity_id = ").bind_uuid(id).push(" AND ");
        push_scope(&mut sql, self.viewer(), kind, "a", Source::Journal);
        let results = self.query(sql).await?;
        results.first().map_or(Ok(0), |row| Ok(row.try_get_by_index(0)?))
    }

    fn entry(&self, row: &QueryResult) -> Result<HistoryEntry, StoreError> {
        entry::read(self.database.dialect, row)
    }
}
