//! What can go wrong between the house and its database, without a word of SQL for anyone outside.

use sea_orm::DbErr;
use tandem_domain::command::Refusal;
use tandem_domain::record::CellError;

/// The database could not do its part.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// It is away, overloaded or shutting down; trying again may help.
    #[error("the database is not available")]
    Unavailable(#[source] DbErr),
    /// A statement failed; a fault of the program or the schema.
    #[error("the database refused a statement")]
    Failed(#[source] DbErr),
    /// A stored value does not fit its column.
    #[error(transparent)]
    Cell(#[from] CellError),
    /// The schema is older than this program needs.
    #[error("the database's schema is older than this version needs: run `tandem migrate`")]
    SchemaTooOld,
    /// What was asked cannot be; words for whoever runs the command line.
    #[error("{0}")]
    Unusable(String),
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match error {
            DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => Self::Unavailable(error),
            other => Self::Failed(other),
        }
    }
}

/// A command was not carried out.
#[derive(Debug, Clone, thiserror::Error)]
pub enum WriteError {
    /// The domain refuses it.
    #[error("refused")]
    Refused(Refusal),
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    IdempotencyMismatch,
    /// The principal may not act any more.
    #[error("the principal's access has ended")]
    AccessEnded,
    /// The database could not do its part.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Refusal> for WriteError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<DbErr> for WriteError {
    fn from(error: DbErr) -> Self {
        Self::Store(error.into())
    }
}

impl From<CellError> for WriteError {
    fn from(error: CellError) -> Self {
        Self::Store(error.into())
    }
}
