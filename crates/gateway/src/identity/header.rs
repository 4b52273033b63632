//! The header of a token: read strictly, and trusted for nothing but the choice among keys that are already known.

use jsonwebtoken::Algorithm;
use serde::{Deserialize, Deserializer, de::IgnoredAny};

use super::error::TokenError;

/// What a header may say.
#[derive(Debug)]
pub(super) struct Header {
    /// The algorithm that the token claims; whether the key allows it is the key's to say.
    pub(super) algorithm: Algorithm,
    /// The key that the token names.
    pub(super) kid: Option<String>,
    /// Whether `typ` says outright that this is an access token (RFC 9068).
    pub(super) declared_access_token: bool,
}

#[derive(Deserialize)]
struct Raw {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    #[serde(default, deserialize_with = "present")]
    jku: bool,
    #[serde(default, deserialize_with = "present")]
    jwk: bool,
    #[serde(default, deserialize_with = "present")]
    x5u: bool,
    #[serde(default, deserialize_with = "present")]
    x5c: bool,
    #[serde(default, deserialize_with = "present")]
    crit: bool,
    #[serde(default, deserialize_with = "present")]
    b64: bool,
    #[serde(default, deserialize_with = "present")]
    enc: bool,
    #[serde(default, deserialize_with = "present")]
    zip: bool,
}

/// True for a member that is there at all, `null` included.
fn present<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(value).map(|_| true)
}

impl Header {
    /// Reads a header's JSON. A repeated parameter is malformed: readers that differ on which one counts can be played
    /// against each other.
    pub(super) fn read(json: &[u8]) -> Result<Self, TokenError> {
        let raw: Raw = serde_json::from_slice(json).map_err(|_| TokenError::Malformed)?;
        if raw.jku || raw.jwk || raw.x5u || raw.x5c || raw.crit || raw.b64 || raw.enc || raw.zip {
            return Err(TokenError::HeaderNotAllowed);
        }
        let declared_access_token = match raw.typ.map(|typ| typ.to_ascii_lowercase()).as_deref() {
            None | Some("jwt") => false,
            Some("at+jwt" | "application/at+jwt") => true,
            Some(_) => return Err(TokenError::WrongType),
        };
        let algorithm = match raw.alg.as_str() {
            "RS256" => Algorithm::RS256,
            "PS256" => Algorithm::PS256,
            "ES256" => Algorithm::ES256,
            "ES384" => Algorithm::ES384,
            // RFC 9864 renames what RFC 8037 called EdDSA with this curve.
            "EdDSA" | "Ed25519" => Algorithm::EdDSA,
            "HS256" => Algorithm::HS256,
            _ => return Err(TokenError::AlgorithmNotAllowed),
        };
        Ok(Self { algorithm, kid: raw.kid, declared_access_token })
    }
}
