//! The journal: the one append-only history of everything, written in the transaction of the change.
//! What reads it "since" anything reads by position, which the sequencer gives once nothing older can still commit.

mod append;
#[cfg(test)]
mod append_only_tests;
pub(crate) mod entry;
pub(crate) mod sequencer;

pub(crate) use append::{Entry, append, beside, state as state_json};
pub use entry::HistoryEntry;
pub use sequencer::OrderedEntry;
