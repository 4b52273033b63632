//! The small endpoints beside GraphQL: liveness, readiness, metrics, and the schema's text.
//! Liveness asks nothing, so that a slow database never gets a healthy process killed.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse as _, Response},
};
use tokio::time::timeout;

use super::{Shared, bearer, failure::Failure};

/// How long `/readyz` waits for the parts behind the door.
const PATIENCE: Duration = Duration::from_secs(2);

/// `/livez`: the process runs.
pub(super) async fn live() -> &'static str {
    "ok\n"
}

/// `/readyz`: the process can serve; 503 while draining, or when the parts behind it say no.
pub(super) async fn ready(State(shared): State<Arc<Shared>>) -> Response {
    if shared.draining.is_draining() {
        return unavailable("This server is shutting down.");
    }
    match timeout(PATIENCE, (shared.readiness)()).await {
        Ok(true) => "ready\n".into_response(),
        Ok(false) | Err(_) => unavailable("This server cannot reach its database."),
    }
}

/// `/metrics`: the Prometheus text format.
pub(super) async fn metrics(State(shared): State<Arc<Shared>>) -> Response {
    shared.metrics.run_upkeep();
    let format = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    ([(CONTENT_TYPE, format)], shared.metrics.render()).into_response()
}

/// `/schema.graphql`: the SDL, for those who may introspect.
pub(super) async fn schema(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let limit = Duration::from_millis(shared.settings.request_milliseconds);
    let Ok(admitted) = timeout(limit, bearer::admit(&shared, &headers)).await else {
        return Failure::timeout(StatusCode::GATEWAY_TIMEOUT).into_json();
    };
    match admitted {
        Ok(session) if session.may_introspect => {
            let text = HeaderValue::from_static("text/plain; charset=utf-8");
            ([(CONTENT_TYPE, text)], shared.graph.sdl().to_owned()).into_response()
        }
        Ok(session) => Failure::new(StatusCode::FORBIDDEN, "FORBIDDEN", "You may not ask for the schema.").of(session.who).into_json(),
        Err(failure) => failure.into_json(),
    }
}

fn unavailable(message: &'static str) -> Response {
    Failure::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message).into_json()
}
