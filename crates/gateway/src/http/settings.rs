//! The bounds and switches of the HTTP side, each a setting with its unit in its description.
//! The bounds of documents stand in `tandem_graphql::limits::Limits`, those of sockets in `server::ServerSettings`.

use serde::{Deserialize, Serialize};

/// Bounds and switches of the HTTP handlers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpSettings {
    /// Bytes of a request's body.
    pub body_bytes: usize,
    /// Bytes of a too large body that are read and thrown away before the answer 413, so that the client can read it.
    pub discard_bytes: usize,
    /// Milliseconds that a request may take, its body included.
    pub request_milliseconds: u64,
    /// Cost points that one principal gains each second; 0 turns the bound off.
    pub rate_limit: u32,
    /// Cost points that one principal can save up.
    pub rate_burst: u32,
    /// Origins that browsers may call from; `*` is any. Empty: no CORS headers at all.
    pub cors_origins: Vec<String>,
    /// Whether `GET /` shows the GraphQL page; for demo and development.
    pub ide: bool,
    /// Bytes of a document's content.
    pub file_bytes: u64,
    /// Media types that a document's content may have.
    pub file_types: Vec<String>,
    /// Milliseconds that a client may pause while it sends a content.
    pub file_milliseconds: u64,
    /// Errors in one answer; the rest are left out.
    pub errors: usize,
    /// Characters of one error message; the rest is cut off.
    pub message_characters: usize,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            body_bytes: 1024 * 1024,
            discard_bytes: 16 * 1024 * 1024,
            request_milliseconds: 10_000,
            rate_limit: 1_000,
            rate_burst: 20_000,
            cors_origins: Vec::new(),
            ide: false,
            file_bytes: 2_147_483_647,
            file_types: vec!["application/pdf".to_owned(), "text/plain".to_owned()],
            file_milliseconds: 30_000,
            errors: 20,
            message_characters: 300,
        }
    }
}
