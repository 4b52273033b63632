//! Answering: one interpreter for everything that tables declare, and the few things that are written by hand.

pub(crate) mod arguments;
pub(crate) mod changes;
pub(crate) mod cursor;
pub(crate) mod days;
mod enrollment;
mod error;
mod explain;
mod history;
mod impact;
pub(crate) mod ingest;
mod loaders;
mod mutation;
mod page;
mod permissions;
mod query;
mod queue;
mod record;
mod reference;
pub(crate) mod scalar;
mod session;
mod steps;
mod tally;
mod viewer;

pub(crate) use cursor::Cursors;
pub(crate) use mutation::MutationRoot;
pub(crate) use query::QueryRoot;
pub(crate) use session::Session;
