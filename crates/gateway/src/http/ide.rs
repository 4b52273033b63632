//! The page at `/` in demo and development: a small GraphQL console of our own, one file, nothing loaded from elsewhere.
//! Its script and style run by a nonce that is new for each answer, so that nothing else can run on it.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderValue, header::CONTENT_SECURITY_POLICY},
    response::{Html, IntoResponse as _, Response},
};

use super::Shared;

const PAGE: &str = include_str!("ide.html");

/// `/`: the console.
pub(super) async fn page(State(shared): State<Arc<Shared>>) -> Response {
    let nonce = shared.ids.fresh();
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; \
         img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let mut response = Html(PAGE.replace("{nonce}", &nonce)).into_response();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}
