//! The life of the listener: bind, accept within bounds, serve, drain, stop.
//! It bounds what a socket may cost before any request exists: number, head, slowness, idleness.

mod draining;
mod listener;
mod presence;
mod settings;
mod signal;
mod stream;

pub use draining::Draining;
pub use listener::Server;
pub use settings::ServerSettings;
pub use signal::termination;
