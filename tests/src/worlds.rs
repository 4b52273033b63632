//! Random worlds: small, but with every role, scope, state and date that sight depends on.
//! A world is drawn as a plan of small numbers, which shrinks and prints well, and then built into records.

mod build;
mod plan;
mod work;

pub use build::{Built, SignsIn, build};
pub use plan::{Plan, plans};
