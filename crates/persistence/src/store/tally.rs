//! The tally of everything of a kind that the viewer sees: what an export is held against.

use tandem_domain::id::encode;
use tandem_domain::record::{FactColumn, Kind};
use uuid::Uuid;

use super::Store;
use crate::error::StoreError;
use crate::scope::{Source, push_scope};
use crate::sql::Sql;
use crate::tally::Tally;

/// How many records one statement reads.
const PAGE: i64 = 10_000;

impl Store {
    /// The tally of everything of a kind that the viewer sees; of one study, where one is named.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn tally(&self, kind: Kind, study: Option<Uuid>) -> Result<Tally, StoreError> {
        let mut tally = Tally::default();
        let column = kind.def().fact(FactColumn::Study);
        if study.is_some() && column.is_none() {
            return Ok(tally);
        }
        let mut after: Option<Uuid> = None;
        loop {
            let mut sql = Sql::new(self.database.dialect, "SELECT a.id, a.version FROM ");
            sql.push(kind.def().table).push(" a WHERE ");
            if let (Some(study), Some(column)) = (study, column) {
                sql.push("a.").push(column).push(" = ").bind_uuid(study).push(" AND ");
            }
            if let Some(after) = after {
                sql.push("a.id > ").bind_uuid(after).push(" AND ");
            }
            push_scope(&mut sql, self.viewer(), kind, "a", Source::List);
            sql.push(" ORDER BY a.id LIMIT ").bind_int(PAGE);
            let rows = self.query(sql).await?;
            after = None;
            for row in &rows {
                let (id, version): (Uuid, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
                tally.add(&encode(kind, id), version);
                after = Some(id);
            }
            if i64::try_from(rows.len()).unwrap_or(PAGE) < PAGE {
                return Ok(tally);
            }
        }
    }
}
