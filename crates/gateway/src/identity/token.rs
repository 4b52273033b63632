//! A token that has passed every check: what the rest of the service may believe about a caller.

use std::fmt;

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

/// The SHA-256 of a token's text: names the token in caches and logs without being of use to a thief.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    pub(super) fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }
}

impl fmt::Debug for TokenHash {
    /// The first four bytes in hexadecimal: enough to find a token's lines in a log.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, ..] = self.0;
        write!(out, "{a:02x}{b:02x}{c:02x}{d:02x}…")
    }
}

/// What a verified token says. `(issuer, subject)` names a person; `(issuer, client_id)` a machine client, where there is one.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifiedToken {
    /// `iss`: always the configured issuer.
    pub issuer: String,
    /// `sub`: 1 to 255 bytes without control characters.
    pub subject: String,
    /// The machine client that the token speaks for: `client_id` or else `azp`, where it equals `sub` (RFC 9068, section
    /// 2.2). `None` for a person's token, whichever application got it for him.
    pub client_id: Option<String>,
    /// The words of the `scope` claim; `None` where the token has no such claim.
    pub scopes: Option<Vec<String>>,
    /// `email`, as the provider spells it. Prove nothing by it unless [`VerifiedToken::email_verified`].
    pub email: Option<String>,
    /// Whether the provider vouches for the address: only where `email_verified` is the JSON value `true`.
    pub email_verified: bool,
    /// `auth_time`: when the person last showed himself to the provider; whole seconds.
    pub auth_time: Option<DateTime<Utc>>,
    /// `exp`: from when on the token is no longer good (leeway not counted); whole seconds.
    pub expires_at: DateTime<Utc>,
    /// `iat`: when the token was made; whole seconds.
    pub issued_at: Option<DateTime<Utc>>,
    /// The hash of the token's text.
    pub token_hash: TokenHash,
}

impl fmt::Debug for VerifiedToken {
    /// Without the address of the person, so that it doesn't end up in a log.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("VerifiedToken")
            .field("token", &self.token_hash)
            .field("subject", &self.subject)
            .field("client_id", &self.client_id)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
