//! Which web pages may call: those of the origins in the setting, and none where it is empty.
//! Credentials are bearer tokens that a page adds itself, so cookies are never allowed along.

use std::time::Duration;

use axum::http::{
    HeaderName, HeaderValue, Method,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER},
};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::{DoorError, idempotency, request_id};

/// The layer for these origins; `None` for none.
///
/// # Errors
/// [`DoorError::Origin`] for what is not an origin.
pub(super) fn layer(origins: &[String]) -> Result<Option<CorsLayer>, DoorError> {
    if origins.is_empty() {
        return Ok(None);
    }
    let allowed = if origins.iter().any(|origin| origin == "*") {
        AllowOrigin::any()
    } else {
        AllowOrigin::list(origins.iter().map(|it| origin(it)).collect::<Result<Vec<_>, _>>()?)
    };
    Ok(Some(
        CorsLayer::new()
            .allow_origin(allowed)
            .allow_methods([Method::GET, Method::POST, Method::PUT])
            .allow_headers([
                ACCEPT,
                AUTHORIZATION,
                CONTENT_TYPE,
                request_id::NAME,
                HeaderName::from_static(idempotency::NAME),
                HeaderName::from_static("tandem-organization"),
                HeaderName::from_static("traceparent"),
                HeaderName::from_static("tracestate"),
            ])
            .expose_headers([
                RETRY_AFTER,
                request_id::NAME,
                HeaderName::from_static("ratelimit"),
                HeaderName::from_static("ratelimit-policy"),
            ])
            .max_age(Duration::from_secs(600)),
    ))
}

fn origin(text: &str) -> Result<HeaderValue, DoorError> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let good = rest.is_some_and(|host| !host.is_empty() && !host.contains(['/', '?', '#', ' ']));
    HeaderValue::from_str(text).ok().filter(|_| good).ok_or_else(|| DoorError::Origin(text.to_owned()))
}
