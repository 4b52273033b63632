//! The bounds of sockets, each a setting with its unit in its description.

use serde::{Deserialize, Serialize};

/// What sockets may cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerSettings {
    /// Connections open at once; further ones wait in the system's backlog.
    pub connections: usize,
    /// Bytes of a request's head, request line included; above: 431.
    pub head_bytes: usize,
    /// Milliseconds for a request's head to arrive, and for an idle connection to stay.
    pub head_milliseconds: u64,
    /// Milliseconds that a client may leave an answer unread before the socket is closed.
    pub write_milliseconds: u64,
    /// Requests at once on one HTTP/2 connection.
    pub streams: u32,
    /// Milliseconds between "not ready" and the end of accepting, for balancers to notice.
    pub notice_milliseconds: u64,
    /// Milliseconds for requests in flight to finish at shutdown.
    pub drain_milliseconds: u64,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            connections: 1_024,
            head_bytes: 32 * 1024,
            head_milliseconds: 30_000,
            write_milliseconds: 30_000,
            streams: 100,
            notice_milliseconds: 0,
            drain_milliseconds: 15_000,
        }
    }
}
