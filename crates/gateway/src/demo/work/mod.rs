//! The work between the sides in the demo: what is owed, handed in, returned, accepted; what oversight found, and what was done about it.
//! Each record begins as its lifecycle begins and takes the lifecycle's own steps, so that none stands where it could not have come to.

mod capas;
mod comments;
mod deliverables;
mod documents;
mod enrollment;
mod findings;
mod found;
mod handing_in;
mod issues;
mod milestones;
mod programs;
mod protocols;
mod stage;
mod templates;

use tandem_domain::record::Entity;

pub(super) use programs::{make as programs, of_study as program_of};
pub(super) use stage::Stage;

/// All of it but the programmes, parents before what names them.
pub(super) fn make(stage: &Stage<'_>) -> Vec<Entity> {
    let documents = documents::make(stage);
    let delivery = deliverables::make(stage);
    let issues = issues::make(stage);
    let oversight = findings::make(stage, &issues, &documents);
    let comments = comments::make(stage, &delivery, &issues, &oversight);
    let mut records = protocols::make(stage);
    records.extend(milestones::make(stage));
    records.extend(enrollment::make(stage));
    records.extend(documents.into_entities());
    records.extend(delivery.into_entities());
    records.extend(issues.into_entities());
    records.extend(oversight.into_entities());
    records.extend(comments);
    records
}

#[cfg(test)]
mod tests;
