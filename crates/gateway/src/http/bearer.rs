//! Takes the bearer token and the chosen organisation out of a request's headers, and asks who it is.
//! This happens before anything of the body is read, and the token is never written to a log.

use axum::http::{HeaderMap, header::AUTHORIZATION};

use super::{Shared, failure::Failure, seam::Session};
use crate::identity::CHALLENGE_MISSING;

/// The header that picks one of the caller's organisations.
const ORGANIZATION: &str = "tandem-organization";

/// Admits the sender of a request.
///
/// # Errors
/// 401 without a usable token; else what the doorkeeper says.
pub(super) async fn admit(shared: &Shared, headers: &HeaderMap) -> Result<Session, Failure> {
    let token = token(headers)?;
    let mut named = headers.get_all(ORGANIZATION).iter();
    let organization = match (named.next(), named.next()) {
        (None, _) => None,
        (Some(value), None) => Some(value.to_str().map_err(|_| Failure::bad_request("The header Tandem-Organization is not plain text."))?),
        // Who stands before us may have read the other one.
        (Some(_), Some(_)) => return Err(Failure::bad_request("The header Tandem-Organization may be given once.")),
    };
    let organization = organization.map(str::trim).filter(|name| !name.is_empty());
    Ok(shared.doorkeeper.admit(token, organization).await?)
}

fn token(headers: &HeaderMap) -> Result<&str, Failure> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Err(Failure::unauthenticated(CHALLENGE_MISSING, "A bearer token is needed."));
    };
    let malformed = || Failure::unauthenticated("Bearer error=\"invalid_request\"", "The Authorization header must be one bearer token.");
    if values.next().is_some() {
        return Err(malformed());
    }
    let text = value.to_str().map_err(|_| malformed())?;
    let (scheme, token) = text.trim().split_once(' ').ok_or_else(malformed)?;
    let token = token.trim();
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() || !token.bytes().all(good) {
        return Err(malformed());
    }
    Ok(token)
}
