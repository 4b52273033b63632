//! What lets other systems work with the graph: what they call its records, and the rows that they report.

mod external_reference;
mod rows;

pub use external_reference::{ExternalReference, ExternalReferenceRow, external_reference_end, external_reference_set, plain_name};
pub use rows::{MilestoneRow, StudySiteRow};
