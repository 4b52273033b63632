//! The level path: a document that has proved itself is planned once, read by one statement a level, and written straight into bytes.
//! What it does not serve falls back to the resolvers: silently to the caller, with its reason to the metrics.

mod compile;
mod document;
mod fill;
mod inputs;
mod pick;
mod plan;
mod reason;
mod scalars;
mod values;
mod write;

pub use document::Document;
pub(crate) use document::Slot;
pub use reason::Reason;

use std::sync::Arc;

use async_graphql::parser::types::OperationDefinition;
use async_graphql::{PathSegment, Variables};

use crate::run::Session;
use fill::Reading;
use plan::Plan;
use values::Values;

/// Answers one request by its plan.
pub(crate) async fn answer(
    session: &Session,
    plan: &Plan,
    operation: &OperationDefinition,
    variables: &Variables,
) -> Result<(Vec<u8>, Vec<Vec<PathSegment>>), Reason> {
    if !inputs::InputTypes::known().fit(operation, variables) {
        return Err(Reason::Variable);
    }
    if plan.is_one_statement() {
        session.store().alone();
    }
    let reading = Reading { session, store: Arc::clone(session.store()), values: Values { operation, variables } };
    let roots = reading.all(plan).await?;
    let written = write::write(session, plan, &roots)?;
    Ok((written.data, written.redactions))
}
