//! Development tokens: what `tandem token` and the demo hand out, signed with the development secret.
//! They are shaped like a provider's access tokens (RFC 9068), so that nothing needs to know the difference.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use uuid::Uuid;

use super::secret::DevelopmentSecret;

/// The token could not be signed.
#[derive(Debug, thiserror::Error)]
#[error("the token could not be signed")]
pub struct MintError(#[from] jsonwebtoken::errors::Error);

/// Whom a development token speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bearer<'a> {
    /// A person, by e-mail; the address in lower case is the subject too, and counts as verified and just authenticated.
    Person {
        /// The address.
        email: &'a str,
    },
    /// A machine client; its id is the subject too. Machine tokens have no `auth_time`: they never sign.
    Client {
        /// The client's id.
        id: &'a str,
        /// What goes into `scope`; `None` leaves the claim out, which means no scope at all.
        scopes: Option<&'a [String]>,
    },
}

/// The application that a person's development token is made out to, as RFC 9068 wants it.
const APPLICATION: &str = "tandem-development";

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    client_id: &'a str,
    iat: i64,
    exp: i64,
    jti: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_verified: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
}

/// Makes development tokens of one issuer for one audience.
pub struct Mint {
    key: EncodingKey,
    issuer: String,
    audience: String,
}

impl Mint {
    /// How long a token of `tandem token` lasts.
    pub const SHORT: TimeDelta = TimeDelta::hours(1);
    /// How long the demo's persona tokens last: a day of trying things out.
    pub const DEMO: TimeDelta = TimeDelta::hours(12);

    /// A mint whose tokens a verifier with the same secret, issuer and audience accepts.
    pub fn new(secret: &DevelopmentSecret, issuer: impl Into<String>, audience: impl Into<String>) -> Self {
        Self { key: EncodingKey::from_secret(secret.bytes()), issuer: issuer.into(), audience: audience.into() }
    }

    /// A signed token for this bearer, good from `now` for `lifetime`; `id` becomes its `jti`.
    ///
    /// # Errors
    /// [`MintError`] where the cryptographic library refuses.
    pub fn token(&self, bearer: Bearer<'_>, now: DateTime<Utc>, lifetime: TimeDelta, id: Uuid) -> Result<String, MintError> {
        let subject = match bearer {
            Bearer::Person { email } => email.to_lowercase(),
            Bearer::Client { id, .. } => id.to_owned(),
        };
        let (email, scopes) = match bearer {
            Bearer::Person { email } => (Some(email), None),
            Bearer::Client { scopes, .. } => (None, scopes),
        };
        let claims = Claims {
            iss: &self.issuer,
            aud: &self.audience,
            sub: &subject,
            client_id: if email.is_some() { APPLICATION } else { &subject },
            iat: now.timestamp(),
            exp: (now + lifetime).timestamp(),
            jti: id.to_string(),
            auth_time: email.map(|_| now.timestamp()),
            email,
            email_verified: email.map(|_| true),
            scope: scopes.map(|scopes| scopes.join(" ")),
        };
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some("at+jwt".to_owned());
        Ok(jsonwebtoken::encode(&header, &claims, &self.key)?)
    }
}
