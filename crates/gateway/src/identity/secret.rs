//! The HS256 secret of development and tests, held so that it is neither weak nor logged.

use secrecy::{ExposeSecret as _, SecretString};

/// The least length of a secret: the output size of SHA-256 (RFC 7518, section 3.2).
const LEAST_BYTES: usize = 32;

/// The least number of different bytes; fewer is a key held down, not a secret.
const LEAST_VARIETY: usize = 6;

/// The secret is too short or too uniform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be at least 32 bytes, and not a few characters repeated; openssl rand -base64 48 makes a good one")]
pub struct WeakSecret;

/// A secret that is long enough. Whoever has it can be anybody, so it is for development only.
#[derive(Debug, Clone)]
pub struct DevelopmentSecret(SecretString);

impl DevelopmentSecret {
    /// Takes a secret's text, whose bytes are the key as they stand.
    ///
    /// # Errors
    /// [`WeakSecret`] for fewer than 32 bytes or fewer than six different ones.
    pub fn new(text: &str) -> Result<Self, WeakSecret> {
        let mut bytes = text.as_bytes().to_vec();
        bytes.sort_unstable();
        bytes.dedup();
        if text.len() < LEAST_BYTES || bytes.len() < LEAST_VARIETY {
            return Err(WeakSecret);
        }
        Ok(Self(SecretString::from(text)))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }
}
