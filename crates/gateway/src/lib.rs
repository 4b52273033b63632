//! tandem-gateway.

pub mod http;
pub mod server;
pub mod telemetry;
