//! The graph: types, queries and mutations over what the vault lets a viewer see. It translates; it decides nothing.

pub mod limits;

mod conversation;
mod declare;
mod delivery;
mod engagement;
mod export;
mod graph;
mod levels;
mod oversight;
mod party;
mod portfolio;
mod run;
mod schema;

pub use export::{ExportError, ExportKind, ExportPage};
pub use graph::{Answer, Answered, Asked, Circumstance, Graph, GraphError, GraphOptions, ReadPath};
pub use levels::{Document, Reason};
