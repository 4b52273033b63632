//! What the systems of the viewer's organisation call records. What they lead to he sees or does not, whatever it is called.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use tandem_domain::id::TypedId;
use tandem_domain::record::{CellError, Kind};
use uuid::Uuid;

use super::Store;
use crate::error::StoreError;
use crate::sql::Sql;

/// What a system calls a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The system.
    pub system: String,
    /// What it calls the record.
    pub external_id: String,
    /// When that was last said.
    pub updated_at: DateTime<Utc>,
}

/// The record that a system calls so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referenced {
    /// The name.
    pub external_id: String,
    /// The record's kind.
    pub kind: Kind,
    /// The record.
    pub id: Uuid,
}

impl Store {
    /// What the systems of the viewer's organisation call these records, which he sees; in the order of the systems' names.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn references(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<Reference>>, StoreError> {
        let mut sql = self.standing("subject_id, system, external_id, updated_at");
        sql.push(" AND ").any_uuid("subject_id", ids).push(" ORDER BY subject_id, system");
        let dialect = self.database.dialect;
        let mut found: HashMap<Uuid, Vec<Reference>> = HashMap::new();
        for row in self.query(sql).await? {
            let updated_at = dialect.read_time(&row, 3)?.ok_or(CellError)?;
            let reference = Reference { system: row.try_get_by_index(1)?, external_id: row.try_get_by_index(2)?, updated_at };
            found.entry(row.try_get_by_index(0)?).or_default().push(reference);
        }
        Ok(found)
    }

    /// The records that a system of the viewer's organisation calls so, whether he sees them or not: that is for who reads them to find out.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn referenced(&self, system: &str, external_ids: &[String]) -> Result<Vec<Referenced>, StoreError> {
        let mut sql = self.standing("external_id, subject_kind, subject_id");
        sql.push(" AND system = ").bind_text(system).push(" AND ").any_text("external_id", external_ids);
        sql.push(" ORDER BY external_id, subject_kind");
        let mut found = Vec::new();
        for row in self.query(sql).await? {
            let kind: String = row.try_get_by_index(1)?;
            let kind = Kind::from_prefix(&kind).ok_or(CellError)?;
            found.push(Referenced { external_id: row.try_get_by_index(0)?, kind, id: row.try_get_by_index(2)? });
        }
        Ok(found)
    }

    /// The references of the viewer's organisation that stand.
    fn standing(&self, columns: &str) -> Sql {
        let mut sql = Sql::new(self.database.dialect, "SELECT ");
        sql.push(columns).push(" FROM external_reference WHERE organization_id = ");
        sql.bind_uuid(self.viewer().organization.uuid()).push(" AND ended_at IS NULL");
        sql
    }
}
