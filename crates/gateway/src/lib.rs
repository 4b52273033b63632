//! The door: configuration, identity, HTTP and the commands of the one binary, `tandem`.
//! `app` puts the parts together; `cli` and tests start what it makes.

pub mod app;
pub mod bulk;
pub mod cli;
pub mod config;
pub mod demo;
pub mod files;
pub mod http;
pub mod identity;
pub mod server;
pub mod telemetry;
