//! Idempotency: the same key has one effect. What came of it is kept with the change, in its transaction, for a day.

use chrono::Duration;
use sea_orm::ConnectionTrait;
use serde_json::json;
use sha2::{Digest, Sha256};
use tandem_domain::access::Viewer;
use tandem_domain::command::{Command, Manner};
use tandem_domain::id::{decode, encode};
use uuid::Uuid;

use super::{Outcome, Work};
use crate::error::WriteError;
use crate::sql::Sql;

/// What tells one request from another under the same key.
pub(crate) fn fingerprint(viewer: &Viewer, name: &str, command: &Command, manner: &Manner) -> String {
    let whole = format!("{:?}\n{name}\n{command:?}\n{manner:?}", viewer.organization);
    Sha256::digest(whole.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Work<'_> {
    /// Takes the caller's key for this request, or gives what came of the request before under it. Where another transaction
    /// holds the key at this moment, this one waits until that has ended: two at once have one effect.
    pub(crate) async fn claim(&self, fingerprint: &str) -> Result<Option<Outcome>, WriteError> {
        let Some(key) = self.key() else { return Ok(None) };
        let dialect = self.vault.database.dialect;
        let mut old = Sql::new(dialect, "DELETE FROM idempotency WHERE principal_id = ");
        old.bind_uuid(self.viewer.principal).push(" AND idempotency_key = ").bind_text(key);
        old.push(" AND created_at < ").bind_time(self.now - Duration::hours(24));
        self.transaction.execute_raw(old.statement()).await?;
        let mut take =
            Sql::new(dialect, "INSERT INTO idempotency (principal_id, idempotency_key, fingerprint, outcome, created_at) VALUES (");
        take.bind_uuid(self.viewer.principal).push(", ").bind_text(key).push(", ").bind_text(fingerprint).push(", ");
        let nothing_yet = dialect.json(&json!({}));
        take.bind(nothing_yet).push(", ").bind_time(self.now).push(") ON CONFLICT (principal_id, idempotency_key) DO NOTHING");
        if self.transaction.execute_raw(take.statement()).await?.rows_affected() == 1 {
            self.forget().await?;
            return Ok(None);
        }
        let mut sql = Sql::new(dialect, "SELECT fingerprint, outcome FROM idempotency WHERE principal_id = ");
        sql.bind_uuid(self.viewer.principal).push(" AND idempotency_key = ").bind_text(key);
        let Some(row) = self.transaction.query_one_raw(sql.statement()).await? else { return Ok(None) };
        let known: String = row.try_get_by_index(0)?;
        if known != fingerprint {
            return Err(WriteError::IdempotencyMismatch);
        }
        let outcome = dialect.read_json(&row, 1)?.unwrap_or_default();
        let subject = outcome.get("id").and_then(serde_json::Value::as_str).and_then(decode);
        let version = outcome.get("version").and_then(serde_json::Value::as_i64).unwrap_or(0);
        Ok(subject.map(|(kind, id): (_, Uuid)| Outcome { kind, id, version, row: None, repeated: true }))
    }

    /// Lets go of a few keys whose day is over, anybody's: each new key pays for more than itself, so the table does not grow.
    async fn forget(&self) -> Result<(), WriteError> {
        let dialect = self.vault.database.dialect;
        let mut sql = Sql::new(
            dialect,
            "DELETE FROM idempotency WHERE (principal_id, idempotency_key) IN (SELECT i.principal_id, i.idempotency_key FROM idempotency i \
             WHERE i.created_at < ",
        );
        sql.bind_time(self.now - Duration::hours(24)).push(" ORDER BY i.created_at LIMIT 10").push(dialect.skip_locked()).push(")");
        self.transaction.execute_raw(sql.statement()).await?;
        Ok(())
    }

    /// Keeps what came of this request under the key that it took.
    pub(crate) async fn remember(&self, outcome: &Outcome) -> Result<(), WriteError> {
        let Some(key) = self.key() else { return Ok(()) };
        let dialect = self.vault.database.dialect;
        let kept = dialect.json(&json!({ "id": encode(outcome.kind, outcome.id), "version": outcome.version, "userErrors": [] }));
        let mut sql = Sql::new(dialect, "UPDATE idempotency SET outcome = ");
        sql.bind(kept).push(" WHERE principal_id = ").bind_uuid(self.viewer.principal);
        sql.push(" AND idempotency_key = ").bind_text(key);
        self.transaction.execute_raw(sql.statement()).await?;
        Ok(())
    }

    /// The caller's key; a dry run has no effect that it could stand for.
    fn key(&self) -> Option<&str> {
        self.circumstances.idempotency_key.as_deref().filter(|_| !self.circumstances.manner.dry_run)
    }
}
