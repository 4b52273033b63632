//! The door over real sockets, before a toy house: what a client may rely on whatever the schema is.

#![expect(clippy::expect_used, clippy::panic, reason = "the helpers of a test may fail it, as the tests themselves may")]

mod door {
    pub(crate) mod documents;
    pub(crate) mod endpoints;
    pub(crate) mod exports;
    pub(crate) mod harness;
    pub(crate) mod refusals;
    pub(crate) mod requests;
    pub(crate) mod sockets;
    pub(crate) mod toy;
}
