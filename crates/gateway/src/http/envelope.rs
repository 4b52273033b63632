//! What is around every answer, whatever it is: request id, trace, security headers, duration, and no lost panic.
//! It is the outermost layer, so that an answer of the router itself has these too.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Instant};

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, Method, Version, header},
    middleware::Next,
    response::Response,
};
use futures::FutureExt as _;
use tracing::Instrument as _;

use super::{Shared, failure::Failure, refusals, request_id};
use crate::telemetry::TraceParent;

/// Headers that every answer has, unless a handler has set its own.
const ALWAYS: [(HeaderName, HeaderValue); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
];

/// Names, times and dresses a request and its answer.
pub(super) async fn wrap(State(shared): State<Arc<Shared>>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = shared.ids.of(request.headers());
    let trace = request.headers().get("traceparent").and_then(|value| value.to_str().ok()).and_then(TraceParent::parse);
    let trace_id = trace.as_ref().map_or_else(|| shared.ids.fresh(), |it| it.trace_id.clone());
    let chunked = request.version() == Version::HTTP_11 && request.headers().contains_key(header::TRANSFER_ENCODING);
    let route = route(request.uri().path());
    let method = method(request.method());
    let span = tracing::info_span!(
        "http_request",
        http.request.method = method,
        http.route = route,
        request_id = %id.0,
        trace_id = %trace_id,
        parent_span_id = trace.as_ref().map(|it| it.parent_id.as_str()),
        http.response.status_code = tracing::field::Empty,
    );
    let name = HeaderValue::from_str(&id.0);
    request.extensions_mut().insert(id.clone());
    let mut response = next.run(request).instrument(span.clone()).await;
    // Balancers ask whether we are ready again and again; that we are not is no refusal.
    if route != "/readyz" {
        span.in_scope(|| refusals::note(&shared, &mut response, &id.0));
    }
    let status = response.status();
    span.record("http.response.status_code", status.as_u16());
    let headers = response.headers_mut();
    if let Ok(name) = name {
        headers.insert(request_id::NAME, name);
    }
    if chunked {
        // A length beside it is gone by now (hyper goes by the chunks alone), and who stands before us may have gone by the
        // length: what follows on this connection could be somebody else's request (RFC 9112, section 6.1).
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(value);
    }
    let seconds = started.elapsed().as_secs_f64();
    metrics::histogram!(
        "http_server_request_duration_seconds",
        "method" => method,
        "route" => route,
        "status" => status.as_u16().to_string(),
    )
    .record(seconds);
    span.in_scope(|| tracing::debug!(seconds, "answered"));
    response
}

/// Turns a panic of a handler into one 500; the process and the connection live on.
pub(super) async fn catch(request: Request, next: Next) -> Response {
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(_) => {
            tracing::error!("a handler panicked");
            Failure::internal().into_json()
        }
    }
}

/// The path as a label: only our own, since a label that users choose could grow without end.
fn route(path: &str) -> &'static str {
    if path.starts_with("/files/") {
        return "/files/{document}";
    }
    const KNOWN: [&str; 6] = ["/graphql", "/", "/livez", "/readyz", "/metrics", "/schema.graphql"];
    KNOWN.into_iter().find(|known| *known == path).unwrap_or("other")
}

/// The method as a label.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::PUT => "PUT",
        _ => "other",
    }
}
