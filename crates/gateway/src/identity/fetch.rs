//! One bounded GET of a JSON document from the identity provider: no redirects, no patience, no large bodies.

use std::time::Duration;

use reqwest::{Client, Response, StatusCode, Url, redirect};
use serde::de::DeserializeOwned;

/// The longest a fetch may take, from connecting to the last byte.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The most bytes of an answer.
const MAX_BODY: usize = 256 * 1024;

/// Why the provider's keys could not be had, for logs and `tandem doctor`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// No connection, or it broke.
    #[error("the identity provider can't be reached")]
    Unreachable,
    /// No whole answer within five seconds.
    #[error("the identity provider took longer than 5 s to answer")]
    TimedOut,
    /// The answer points elsewhere; keys are taken only from where they were configured to be.
    #[error("the identity provider answered with a redirect, which is not followed")]
    Redirected,
    /// The answer is no success.
    #[error("the identity provider answered with status {0}")]
    Status(u16),
    /// More than 256 KiB.
    #[error("the identity provider's answer is larger than 256 KiB")]
    TooLarge,
    /// Not JSON of the expected shape.
    #[error("the identity provider's answer is not the JSON document that was expected")]
    Garbage,
    /// The discovery document belongs to another issuer than the one configured.
    #[error("the discovery document names another issuer than the configured one")]
    OtherIssuer,
    /// The discovery document points to keys over plain http although the issuer has TLS.
    #[error("the discovery document points to keys that are not behind https")]
    Insecure,
}

impl FetchError {
    /// A stable word for logs and metric labels.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timed_out",
            Self::Redirected => "redirected",
            Self::Status(_) => "status",
            Self::TooLarge => "too_large",
            Self::Garbage => "garbage",
            Self::OtherIssuer => "other_issuer",
            Self::Insecure => "insecure",
        }
    }
}

impl From<reqwest::Error> for FetchError {
    /// Drops the library's own words, which name addresses.
    fn from(error: reqwest::Error) -> Self {
        if error.is_timeout() { Self::TimedOut } else { Self::Unreachable }
    }
}

/// A client for the provider only.
pub(super) fn client(place: &Url) -> Result<Client, reqwest::Error> {
    let mut builder = Client::builder().redirect(redirect::Policy::none()).timeout(TIMEOUT).user_agent("tandem");
    // A provider on this very machine is not reached by way of a company's proxy.
    if matches!(place.host_str(), Some("127.0.0.1" | "[::1]" | "localhost")) {
        builder = builder.no_proxy();
    }
    builder.build()
}

/// Fetches a document.
pub(super) async fn json<T: DeserializeOwned>(client: &Client, url: Url) -> Result<T, FetchError> {
    let answer = client.get(url).header("accept", "application/json").send().await?;
    match answer.status() {
        StatusCode::OK => {}
        status if status.is_redirection() => return Err(FetchError::Redirected),
        status => return Err(FetchError::Status(status.as_u16())),
    }
    let body = bounded(answer).await?;
    serde_json::from_slice(&body).map_err(|_| FetchError::Garbage)
}

/// Reads a body no further than the bound, whatever its length claims to be.
async fn bounded(mut answer: Response) -> Result<Vec<u8>, FetchError> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if body.len() + chunk.len() > MAX_BODY {
            return Err(FetchError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
