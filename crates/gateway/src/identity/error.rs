//! Why a token was refused: a closed list for logs and counters.
//! The caller is never told which; all refusals look alike from outside.

/// `WWW-Authenticate` for a request without a token.
pub const CHALLENGE_MISSING: &str = "Bearer";

/// `WWW-Authenticate` for a request with any token that was refused, whatever the reason (RFC 6750).
pub const CHALLENGE_INVALID: &str = "Bearer error=\"invalid_token\"";

/// The reason for which a token was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{}", self.reason())]
pub enum TokenError {
    /// Longer than any honest token.
    TooLarge,
    /// Not three parts of base64url around JSON objects, or a claim of the wrong type.
    Malformed,
    /// A header parameter that brings its own key or asks for processing that isn't done here.
    HeaderNotAllowed,
    /// `typ` says that it is no access token.
    WrongType,
    /// An algorithm that isn't allowed at all, or not with the key that the token names.
    AlgorithmNotAllowed,
    /// No `kid` although there are several keys.
    KeyNotNamed,
    /// A `kid` that no key has, also after asking the provider again as far as that was due.
    UnknownKey,
    /// A `kid` that several keys have.
    AmbiguousKey,
    /// The provider can't be reached, and no key is known that is young enough.
    KeysUnavailable,
    /// The signature is not that of the named key.
    BadSignature,
    /// `iss`, `aud`, `exp` or `sub` is missing.
    ClaimMissing,
    /// `iss` is another issuer's.
    WrongIssuer,
    /// `aud` doesn't name this service.
    WrongAudience,
    /// `exp` is past.
    Expired,
    /// `nbf` is to come.
    NotYetValid,
    /// `iat` or `auth_time` is to come.
    IssuedInFuture,
    /// An id, logout or refresh token shown as an access token.
    NotAnAccessToken,
}

impl TokenError {
    /// A stable word for logs and metric labels. Not for the caller.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::Malformed => "malformed",
            Self::HeaderNotAllowed => "header_not_allowed",
            Self::WrongType => "wrong_type",
            Self::AlgorithmNotAllowed => "algorithm_not_allowed",
            Self::KeyNotNamed => "key_not_named",
            Self::UnknownKey => "unknown_key",
            Self::AmbiguousKey => "ambiguous_key",
            Self::KeysUnavailable => "keys_unavailable",
            Self::BadSignature => "bad_signature",
            Self::ClaimMissing => "claim_missing",
            Self::WrongIssuer => "wrong_issuer",
            Self::WrongAudience => "wrong_audience",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::IssuedInFuture => "issued_in_future",
            Self::NotAnAccessToken => "not_an_access_token",
        }
    }
}
