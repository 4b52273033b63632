//! Who is calling: turns a bearer token into a verified one, or into a refusal that tells an attacker nothing.
//! Knows signatures, keys and claims; whom the token names in the directory is decided elsewhere.

mod claims;
mod error;
mod fetch;
mod header;
mod jwk;
mod mint;
mod remote;
mod secret;
#[cfg(test)]
mod tests;
mod token;
mod verifier;

use std::sync::Arc;

use chrono::{DateTime, Utc};

pub use error::{CHALLENGE_INVALID, CHALLENGE_MISSING, TokenError};
pub use fetch::FetchError;
pub use mint::{Bearer, Mint, MintError};
pub use remote::{KeyPlace, RefreshPolicy};
pub use secret::{DevelopmentSecret, WeakSecret};
pub use token::{TokenHash, VerifiedToken};
pub use verifier::{KeySource, Rules, SetupError, Verifier};

/// The time now, asked of whoever was injected, so that a test can stand at any moment.
pub type Now = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;
