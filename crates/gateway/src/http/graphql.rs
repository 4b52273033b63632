//! GraphQL over HTTP: one request from its headers to its answer.
//! The order is the point: who asks, in which form, how much, what it may cost; only then does anything run.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header::CONTENT_TYPE, header::EXPECT},
    response::Response,
};
use futures::FutureExt as _;
use tandem_graphql::Document;
use tandem_graphql::limits::{Checked, OperationType, check};
use tokio::time::{Instant, timeout_at};

use super::{
    Shared, bearer, body,
    failure::Failure,
    idempotency,
    negotiate::{self, Media},
    params::Params,
    rate::Charge,
    refusals::Refusals,
    request_id::RequestId,
    seam::{Executed, GraphRequest, Session, Stage, Who},
    wire,
};

/// What the counters are told of a request.
struct Tally {
    kind: &'static str,
    charge: Charge,
    who: Who,
}

impl Tally {
    /// Notes what became of a charge.
    fn pay(&mut self, charge: Charge) -> Result<(), Failure> {
        self.charge = charge;
        match charge {
            Charge::Refused { retry_after } => Err(Failure::rate_limited(retry_after)),
            Charge::Free | Charge::Paid { .. } => Ok(()),
        }
    }
}

/// Serves `/graphql`.
pub(super) async fn serve(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::POST) {
        return Failure::method("GET, POST").into_json();
    }
    let deadline = Instant::now().checked_add(Duration::from_millis(shared.settings.request_milliseconds)).unwrap_or_else(Instant::now);
    // A refusal before or because of the negotiation is told in the type that everybody reads.
    let accepted = negotiate::accepted(request.headers());
    let media = *accepted.as_ref().unwrap_or(&Media::Json);
    let mut tally = Tally { kind: "none", charge: Charge::Free, who: Who::default() };
    let work = handle(&shared, request, accepted, deadline, &mut tally);
    let result = match timeout_at(deadline, AssertUnwindSafe(work).catch_unwind()).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => {
            tracing::error!("a resolver panicked");
            Err(Failure::internal())
        }
        Err(_) => Err(Failure::timeout(StatusCode::GATEWAY_TIMEOUT)),
    };
    let (outcome, mut response) = match result {
        Ok((outcome, response)) => (outcome, response),
        Err(failure) => (failure.code, failure.of(tally.who).into_response(media)),
    };
    shared.throttle.headers(tally.charge, response.headers_mut());
    metrics::counter!("graphql_requests_total", "kind" => tally.kind, "outcome" => outcome).increment(1);
    response
}

async fn handle(
    shared: &Shared,
    request: Request,
    accepted: Result<Media, Failure>,
    deadline: Instant,
    tally: &mut Tally,
) -> Result<(&'static str, Response), Failure> {
    let (head, content) = request.into_parts();
    let post = head.method == Method::POST;
    let (session, media) = match door(shared, &head.headers, accepted, post, tally).await {
        Ok(passed) => passed,
        Err(failure) => {
            // Who waits for a "100 Continue" has not sent yet, and will not.
            if post && !head.headers.contains_key(EXPECT) {
                let _ = timeout_at(deadline, body::discard(content, shared.settings.body_bytes)).await;
            }
            return Err(failure);
        }
    };
    let idempotency_key = idempotency::key(&head.headers)?;
    let mut params = if post {
        let (limit, discard) = (shared.settings.body_bytes, shared.settings.discard_bytes);
        let read = timeout_at(deadline, body::read(content, limit, discard)).await;
        Params::from_body(&read.map_err(|_| Failure::timeout(StatusCode::REQUEST_TIMEOUT))??)
    } else {
        Params::from_uri(&head.uri)
    }?;
    let document = shared.documents.get(&params.query, &shared.limits)?;
    let checked = examine(shared, &mut params, &document, &session, post, idempotency_key.is_some())?;
    let points = checked.cost;
    if let Some(rest) = shared.throttle.charge_rest(&session.principal_key, points) {
        tally.pay(rest)?;
    }
    tally.kind = kind(checked.kind);
    let request_id = head.extensions.get::<RequestId>().map_or_else(String::new, |id| id.0.clone());
    let request = GraphRequest { checked, document, operation_name: params.operation_name, idempotency_key, request_id };
    let executed = shared.graph.execute(session, request).await;
    respond(shared, executed, points, media, tally.who)
}

/// Everything that is decided on the headers alone.
async fn door(
    shared: &Shared,
    headers: &HeaderMap,
    accepted: Result<Media, Failure>,
    post: bool,
    tally: &mut Tally,
) -> Result<(Session, Media), Failure> {
    let session = bearer::admit(shared, headers).await?;
    tally.who = session.who;
    // Whoever is known pays the first point before anything of his is looked at, or refusals would keep the server busy for
    // nothing, and who has spent all would still be read.
    tally.pay(shared.throttle.charge(&session.principal_key, 1))?;
    let media = accepted?;
    if post {
        negotiate::understood(headers)?;
    }
    Ok((session, media))
}

/// Everything that is decided on the document and its variables, before the library sees them.
fn examine(
    shared: &Shared,
    params: &mut Params,
    document: &Document,
    session: &Session,
    post: bool,
    keyed: bool,
) -> Result<Checked, Failure> {
    let variables = std::mem::take(&mut params.variables);
    let checked = check(document.parsed(), params.operation_name.as_deref(), variables, &shared.limits, &shared.model)?;
    if checked.introspects && !session.may_introspect {
        return Err(Failure::document("FORBIDDEN", "You may not ask for the schema."));
    }
    match checked.kind {
        OperationType::Mutation if !post => return Err(Failure::method("POST")),
        OperationType::Mutation if keyed && checked.root_fields != 1 => {
            return Err(Failure::document("BAD_USER_INPUT", "An Idempotency-Key goes with exactly one root field of a mutation."));
        }
        OperationType::Subscription => {
            return Err(Failure::bad_request("Subscriptions are not offered: ask with a query."));
        }
        OperationType::Query | OperationType::Mutation => {}
    }
    Ok(checked)
}

fn respond(shared: &Shared, executed: Executed, cost: u64, media: Media, who: Who) -> Result<(&'static str, Response), Failure> {
    let wire = wire::write(executed.answer, cost, &shared.settings).map_err(|error| {
        tracing::error!(%error, "an answer could not be written");
        Failure::internal()
    })?;
    let mut response = Response::new(Body::from(wire.body));
    let mut refusals = Refusals::inside(who);
    refusals.add(Stage::Answer, wire.codes.iter().copied());
    refusals.add(Stage::Command, executed.refused);
    refusals.attach(&mut response);
    let outcome = wire.codes.first().copied();
    if let Some(code) = outcome.filter(|_| wire.refused) {
        *response.status_mut() = refused(code, media);
    }
    response.headers_mut().insert(CONTENT_TYPE, media.content_type());
    Ok((outcome.unwrap_or("OK"), response))
}

/// The status of an answer without data.
fn refused(code: &str, media: Media) -> StatusCode {
    match (code, media) {
        ("INTERNAL_SERVER_ERROR", _) => StatusCode::INTERNAL_SERVER_ERROR,
        ("UNAVAILABLE", _) => StatusCode::SERVICE_UNAVAILABLE,
        ("TIMEOUT", _) => StatusCode::GATEWAY_TIMEOUT,
        ("UNAUTHENTICATED", _) => StatusCode::UNAUTHORIZED,
        ("RATE_LIMITED", _) => StatusCode::TOO_MANY_REQUESTS,
        (_, Media::Json) => StatusCode::OK,
        (_, Media::Graphql) => StatusCode::BAD_REQUEST,
    }
}

fn kind(kind: OperationType) -> &'static str {
    match kind {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    }
}
