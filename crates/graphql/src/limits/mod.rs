//! What a document may cost, decided before the GraphQL library sees it: pure checks of its text, shape and price.
//! The library re-walks fragments without memory, so a few hundred bytes could cost it minutes; here every count is memoised and saturates.

mod arrays;
mod check;
mod conditions;
mod cost;
mod error;
mod lexer;
mod model;
mod roots;
mod settings;
mod shape;
mod variables;

#[cfg(test)]
mod served_tests;
#[cfg(test)]
mod tests;

pub use check::{Checked, check, parse};
pub(crate) use conditions::conditions;
pub use error::{LimitCode, LimitError};
pub use model::{CostModel, ModelError};
pub use settings::Limits;

/// The kind of an operation: query, mutation or subscription.
pub use async_graphql::parser::types::OperationType;
