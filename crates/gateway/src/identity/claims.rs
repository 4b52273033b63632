//! The claims of a token whose signature is good: whether they hold here and now, and what they mean to us.
//! Every time is judged by the injected clock with one leeway; what is required is required explicitly.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Deserializer, de::IgnoredAny};
use serde_json::{Number, Value};

use super::{
    error::TokenError,
    header::Header,
    token::{TokenHash, VerifiedToken},
    verifier::Rules,
};

/// Bytes of a subject or client id (OpenID Connect Core, section 2).
const MAX_NAME: usize = 255;

/// Bytes of an e-mail address (RFC 5321: 64 + 1 + 255).
const MAX_EMAIL: usize = 320;

/// The claims that are looked at, as they stand in the token. All others are ignored, roles first of all.
#[derive(Deserialize)]
pub(super) struct Claims {
    iss: Option<String>,
    aud: Option<OneOrMany>,
    sub: Option<String>,
    exp: Option<Number>,
    nbf: Option<Number>,
    iat: Option<Number>,
    auth_time: Option<Number>,
    client_id: Option<String>,
    azp: Option<String>,
    scope: Option<OneOrMany>,
    email: Option<String>,
    email_verified: Option<Value>,
    /// A provider's own word for the kind of token, inside the payload.
    typ: Option<String>,
    #[serde(default, deserialize_with = "present")]
    nonce: bool,
    #[serde(default, deserialize_with = "present")]
    at_hash: bool,
    #[serde(default, deserialize_with = "present")]
    c_hash: bool,
    #[serde(default, deserialize_with = "present")]
    events: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

fn present<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(value).map(|_| true)
}

impl Claims {
    /// Reads a payload's JSON; a repeated claim is malformed, as in the header.
    pub(super) fn read(json: &[u8]) -> Result<Self, TokenError> {
        serde_json::from_slice(json).map_err(|_| TokenError::Malformed)
    }

    /// Judges the claims at a moment, and takes from them what the service may believe.
    pub(super) fn judge(
        self,
        header: &Header,
        rules: &Rules,
        now: DateTime<Utc>,
        token_hash: TokenHash,
    ) -> Result<VerifiedToken, TokenError> {
        let issuer = self.iss.as_deref().ok_or(TokenError::ClaimMissing)?;
        if issuer != rules.issuer {
            return Err(TokenError::WrongIssuer);
        }
        let named = match self.aud.as_ref().ok_or(TokenError::ClaimMissing)? {
            OneOrMany::One(audience) => *audience == rules.audience,
            OneOrMany::Many(audiences) => audiences.contains(&rules.audience),
        };
        if !named {
            return Err(TokenError::WrongAudience);
        }
        let (expires_at, issued_at, auth_time) = self.times(rules.leeway, now)?;
        if self.is_other_kind(header) {
            return Err(TokenError::NotAnAccessToken);
        }

        let subject = self.sub.ok_or(TokenError::ClaimMissing)?;
        if !is_name(&subject, MAX_NAME) {
            return Err(TokenError::Malformed);
        }
        let client_id = self.client_id.or(self.azp).filter(|client| *client == subject);
        let scopes = self.scope.map(|scope| match scope {
            OneOrMany::One(words) => words.split_ascii_whitespace().map(str::to_owned).collect(),
            OneOrMany::Many(words) => words,
        });
        if self.email.as_ref().is_some_and(|email| !is_name(email, MAX_EMAIL)) {
            return Err(TokenError::Malformed);
        }
        Ok(VerifiedToken {
            issuer: rules.issuer.clone(),
            subject,
            client_id,
            scopes,
            email_verified: self.email.is_some() && self.email_verified == Some(Value::Bool(true)),
            email: self.email,
            auth_time,
            expires_at,
            issued_at,
            token_hash,
        })
    }

    /// Checks `exp`, `nbf`, `iat` and `auth_time`, and hands back the first and the last two.
    #[expect(clippy::type_complexity, reason = "three times that are destructured at once")]
    fn times(
        &self,
        leeway: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<(DateTime<Utc>, Option<DateTime<Utc>>, Option<DateTime<Utc>>), TokenError> {
        let time = |number: &Option<Number>| number.as_ref().map(moment).transpose();
        let expires_at = time(&self.exp)?.ok_or(TokenError::ClaimMissing)?;
        let (not_before, issued_at) = (time(&self.nbf)?, time(&self.iat)?);
        let auth_time = time(&self.auth_time)?;
        // RFC 7519: on or after `exp` the token must not be accepted, give or take the leeway.
        if now - leeway >= expires_at {
            return Err(TokenError::Expired);
        }
        if not_before.is_some_and(|at| at > now + leeway) {
            return Err(TokenError::NotYetValid);
        }
        // An authentication to come would make every later signature look fresh.
        if [issued_at, auth_time].into_iter().flatten().any(|at| at > now + leeway) {
            return Err(TokenError::IssuedInFuture);
        }
        Ok((expires_at, issued_at, auth_time))
    }

    /// Whether this is a token of another kind from the same issuer. The rule, in order:
    ///
    /// 1. a payload that calls itself `ID`, `Refresh`, `Offline` or `Logout`, or that carries `events` (a logout or
    ///    security event token), is refused;
    /// 2. a header type of `at+jwt` settles that it is an access token;
    /// 3. without it, `nonce`, `at_hash` or `c_hash` mark an id token, unless `scope` or `client_id` is there too: these
    ///    an access token has, and an id token has not.
    fn is_other_kind(&self, header: &Header) -> bool {
        let calls_itself =
            self.typ.as_deref().is_some_and(|typ| ["id", "refresh", "offline", "logout"].contains(&typ.to_ascii_lowercase().as_str()));
        let marked = self.nonce || self.at_hash || self.c_hash;
        let access = header.declared_access_token || self.scope.is_some() || self.client_id.is_some();
        calls_itself || self.events || (marked && !access)
    }
}

/// A NumericDate as a moment, fractions of a second cut off.
fn moment(number: &Number) -> Result<DateTime<Utc>, TokenError> {
    /// The end of the year 9999, so that adding a leeway can't overflow.
    const LAST: f64 = 253_402_300_799.0;
    let seconds = number.as_f64().ok_or(TokenError::Malformed)?.floor();
    if !(0.0..=LAST).contains(&seconds) {
        return Err(TokenError::Malformed);
    }
    // Whole and within the bounds just checked, so nothing is lost.
    DateTime::from_timestamp(seconds as i64, 0).ok_or(TokenError::Malformed)
}

/// Whether a text can name somebody: bounded, not empty, and nothing in it that a log or a database chokes on.
fn is_name(text: &str, most: usize) -> bool {
    !text.is_empty() && text.len() <= most && !text.chars().any(char::is_control)
}
