//! The door: configuration, identity, HTTP and the commands of the one binary, `tandem`.

pub mod config;
pub mod http;
pub mod identity;
pub mod server;
pub mod telemetry;
