//! The graph: types, queries and mutations over what the vault lets a viewer see. It translates; it decides nothing.

pub mod limits;

mod graph;

pub use graph::{Circumstance, Graph, GraphError, GraphOptions};
