//! `enrollmentIngest`: reports of another system, up to a thousand in one request. Good rows go in, the others are named by their place.
//! Days and terms are texts here, so that a row which holds none is refused by itself and not the request with it.

use async_graphql::registry::{MetaField, Registry};
use async_graphql::{Context, OutputType, ServerResult, SimpleObject, Value};
use serde_json::{Map, Value as Json};
use tandem_domain::command::{Code, Command, Refusal, UserError, find};
use tandem_domain::portfolio::EnrollmentSnapshotCreate;
use tandem_persistence::{Circumstances, Ingested, WriteError};

use super::error::Failure;
use super::mutation::{UserErrorObject, manner};
use super::record::{fail, object};
use super::session::Session;
use crate::schema;

/// The mutation's name.
pub(super) const NAME: &str = "enrollmentIngest";

/// The command that a row comes to, where its day is not reported yet.
const COMMAND: &str = "enrollmentSnapshotCreate";

/// What an ingestion came to.
#[derive(SimpleObject, Default)]
pub(crate) struct EnrollmentIngestPayload {
    /// How many rows made a snapshot.
    created: usize,
    /// How many corrected one.
    updated: usize,
    /// How many say what is known already.
    unchanged: usize,
    /// What was refused of the others, in the order of the rows: nothing of them is kept.
    rejected: Vec<IngestRejection>,
    /// What was refused of the request as a whole; empty where its rows were looked at.
    user_errors: Vec<UserErrorObject>,
}

/// What was refused of a row.
#[derive(SimpleObject)]
pub(crate) struct IngestRejection {
    /// The row's place, from 0.
    index: usize,
    /// What was refused, and why.
    error: UserErrorObject,
}

/// The mutation's field.
pub(super) fn field() -> MetaField {
    schema::ingest_field(
        NAME,
        "EnrollmentIngestPayload!",
        "EnrollmentIngestInput!",
        "Reports how far enrolment at study sites had come on days, up to 1,000 rows. A day that is not reported yet is, one that is known \
         otherwise is corrected (with the reason), one that is known so is left as it is: a repetition has no effect. Good rows go in, each \
         as it would by itself; the others are named by their place.",
    )
}

/// Registers what it takes and gives.
pub(super) fn register(registry: &mut Registry) {
    schema::register_enrollment_ingest(registry);
    EnrollmentIngestPayload::create_type_info(registry);
}

pub(super) async fn answer(ctx: &Context<'_>, session: &Session, given: &Map<String, Json>) -> ServerResult<Value> {
    let payload = ingest(session, given).await.map_err(|failure| fail(ctx, &failure))?;
    object(ctx, payload).await
}

async fn ingest(session: &Session, given: &Map<String, Json>) -> Result<EnrollmentIngestPayload, Failure> {
    let input = given.get("input").and_then(Json::as_object).ok_or_else(|| Failure::bad_input("Give `input`."))?;
    let manner = match manner(input) {
        Ok(manner) => manner,
        Err(error) => return Ok(EnrollmentIngestPayload { user_errors: vec![error.into()], ..EnrollmentIngestPayload::default() }),
    };
    let mut payload = EnrollmentIngestPayload::default();
    let mut rows: Vec<(usize, EnrollmentSnapshotCreate)> = Vec::new();
    for (index, row) in input.get("rows").and_then(Json::as_array).into_iter().flatten().enumerate() {
        match read(row) {
            Ok(row) => rows.push((index, row)),
            Err(refusal) => payload.refuse(session, index, refusal),
        }
    }
    let circumstances = Circumstances { manner, request_id: session.circumstance.request_id.clone(), idempotency_key: None };
    let (places, rows): (Vec<usize>, Vec<EnrollmentSnapshotCreate>) = rows.into_iter().unzip();
    let outcomes = match session.vault.ingest_enrollment(&session.viewer, &rows, &circumstances).await {
        Ok(outcomes) => outcomes,
        Err(WriteError::Refused(refusal)) => {
            payload.user_errors = refusal.0.into_iter().map(Into::into).collect();
            return Ok(payload);
        }
        Err(error) => return Err(error.into()),
    };
    for (index, outcome) in places.into_iter().zip(outcomes) {
        match outcome {
            Ingested::Created => payload.created = payload.created.saturating_add(1),
            Ingested::Updated => payload.updated = payload.updated.saturating_add(1),
            Ingested::Unchanged => payload.unchanged = payload.unchanged.saturating_add(1),
            Ingested::Refused(refusal) => payload.refuse(session, index, refusal),
        }
    }
    payload.rejected.sort_by_key(|rejection| rejection.index);
    session.refresh().await;
    Ok(payload)
}

/// Reads a row as the input of the command that it comes to.
fn read(row: &Json) -> Result<EnrollmentSnapshotCreate, Refusal> {
    let object = row.as_object().cloned().unwrap_or_default();
    match find(COMMAND).map(|def| def.read(&object)) {
        Some(Ok(Command::EnrollmentSnapshotCreate(input))) => Ok(input),
        Some(Err(faults)) => Err(faults.into()),
        _ => Err(UserError::new(Code::BadUserInput, "This row cannot be read.").into()),
    }
}

impl EnrollmentIngestPayload {
    fn refuse(&mut self, session: &Session, index: usize, refusal: Refusal) {
        session.refuse(&refusal);
        self.rejected.extend(refusal.0.into_iter().map(|error| IngestRejection { index, error: in_row(index, error).into() }));
    }
}

/// An error of a row's own input, with its path from the mutation's argument.
fn in_row(index: usize, mut error: UserError) -> UserError {
    if error.field.first().is_some_and(|first| first == "input") {
        error.field.splice(1..1, ["rows".to_owned(), index.to_string()]);
    }
    error
}
