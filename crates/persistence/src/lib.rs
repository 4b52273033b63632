//! The vault: keeps what the domain decides, and gives each viewer what the policy lets it see.
//! The database connection and its rows never leave this crate: an unscoped read has no spelling outside it.

mod access_log;
mod database;
mod dialect;
mod directory;
mod error;
mod journal;
mod many;
mod row;
mod scope;
mod sql;
mod store;
mod tally;
mod vault;
mod work;

pub use access_log::Noted;
pub use database::{Connect, SchemaState};
pub use directory::{Admission, SignIn};
pub use error::{StoreError, WriteError};
pub use journal::{HistoryEntry, OrderedEntry};
pub use row::Row;
pub use store::{
    AccessAnswer, AccessReason, Changed, Compare, EnrollmentCounts, FeedChange, FeedPage, FeedPlace, Filter, GuardKey, HistoryPage, Impact,
    Order, PageRequest, PageSlice, PermissionPage, Reference, Referenced, Store, Test,
};
pub use store::{Join, LevelPage, On, RowRef, Rows, Shape, Wanted};
pub use tally::Tally;
pub use vault::Vault;
pub use work::{Circumstances, ImportOutcome, IngestRow, Ingested, Ingestion, NewOrganization, Outcome, ProtocolImport};
