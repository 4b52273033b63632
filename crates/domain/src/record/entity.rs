//! What every kept record has besides its own values: version, times, author.
//! These are the store's to set; no command touches them.

use chrono::{DateTime, Utc};

pub use super::kind::Entity;
use crate::access::Actor;
use crate::record::{CellError, Record};

/// What the store keeps beside a record's own values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    /// Grows by one with each change; what `expectedVersion` is compared with.
    pub version: i64,
    /// When the record was created (UTC).
    pub created_at: DateTime<Utc>,
    /// When the record was last changed (UTC).
    pub updated_at: DateTime<Utc>,
    /// Who created it.
    pub created_by: Actor,
}

/// A record as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored<T> {
    /// The record's own values.
    pub record: T,
    /// What the store keeps beside them.
    pub meta: Meta,
}

impl Stored<Entity> {
    /// The same, of a known kind.
    ///
    /// # Errors
    /// [`CellError`] when the record is of another kind.
    pub fn typed<T: Record>(self) -> Result<Stored<T>, CellError> {
        Ok(Stored { record: T::from_entity(self.record).ok_or(CellError)?, meta: self.meta })
    }
}
