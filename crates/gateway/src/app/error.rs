//! Why the service cannot start, in words for whoever starts it.

use std::io;

use tandem_graphql::GraphError;

use crate::files::FilesError;
use crate::http::DoorError;
use crate::identity::SetupError;
use crate::telemetry::RecorderError;

/// The service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Tokens could not be verified.
    #[error(transparent)]
    Identity(#[from] SetupError),
    /// The graph could not be built.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// The door could not be built.
    #[error(transparent)]
    Door(#[from] DoorError),
    /// Nothing could be counted.
    #[error(transparent)]
    Metrics(#[from] RecorderError),
    /// Contents of documents cannot be kept.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// The address cannot be had.
    #[error("{address} cannot be listened on: {error}; choose another address with TANDEM_LISTEN, such as 127.0.0.1:8090")]
    Bind {
        /// The address.
        address: String,
        /// What the system said.
        error: io::Error,
    },
}
