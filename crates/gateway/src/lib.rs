//! The door: configuration, identity, HTTP and the commands of the one binary, `tandem`.

pub mod config;
pub mod identity;
