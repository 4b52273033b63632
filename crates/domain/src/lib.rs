//! The law of Tandem: what exists, what may happen, who may see it.
//! Pure data and functions; no database, no network, no GraphQL.

pub mod access;
pub mod clock;
pub mod command;
pub mod conversation;
pub mod delivery;
pub mod engagement;
pub mod id;
pub mod lifecycle;
pub mod oversight;
pub mod partner;
pub mod party;
pub mod portfolio;
pub mod record;
pub mod registry;
pub mod value;
pub mod vocabulary;
