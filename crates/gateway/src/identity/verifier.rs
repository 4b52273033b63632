//! The whole of verification: size, header, key, signature, claims, in that order, and a small memory of good tokens.

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::crypto;
use moka::future::Cache;
use reqwest::Url;
use secrecy::ExposeSecret as _;

use super::{
    Now,
    claims::Claims,
    error::TokenError,
    fetch::FetchError,
    header::Header,
    jwk::Key,
    remote::{KeyPlace, PlaceError, RefreshPolicy, RemoteKeys},
    secret::{DevelopmentSecret, WeakSecret},
    token::{TokenHash, VerifiedToken},
};
use crate::config::Settings;

/// Bytes of a token. Honest ones have one or two thousand.
const MAX_TOKEN: usize = 16 * 1024;

/// How long a good token is remembered: as long as a withdrawn key may still be believed on its account.
const REMEMBERED: TimeDelta = TimeDelta::seconds(60);

/// Whose tokens are accepted, for whom, and how exactly times are taken.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The only `iss`.
    pub issuer: String,
    /// What `aud` must name.
    pub audience: String,
    /// How far clocks may differ, for `exp`, `nbf`, `iat` and `auth_time`.
    pub leeway: TimeDelta,
    /// How many good tokens are remembered at most.
    pub cache_entries: u64,
}

/// Where the keys come from: a provider or a secret, never both, so that a public key can never be taken for a secret.
#[derive(Debug, Clone)]
pub enum KeySource {
    /// HS256 with a secret, in development and tests.
    Secret(DevelopmentSecret),
    /// The published keys of an OpenID provider.
    Provider(KeyPlace, RefreshPolicy),
}

/// Why a verifier can't be made.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// Issuer or audience is not set.
    #[error("TANDEM_JWT_ISSUER and TANDEM_JWT_AUDIENCE must both be set")]
    NoIdentity,
    /// A secret and a JWKS URL are both set.
    #[error("TANDEM_JWT_SECRET and TANDEM_JWKS_URL are both set; unset one of them")]
    TwoSources,
    /// The secret is weak.
    #[error("TANDEM_JWT_SECRET {0}")]
    WeakSecret(#[from] WeakSecret),
    /// The key's address, or the issuer where that is to be asked, is no http(s) URL.
    #[error("TANDEM_JWKS_URL (or TANDEM_JWT_ISSUER, for discovery) must be an https URL")]
    NotAUrl,
    /// A duration is beyond all measure.
    #[error("a duration among the TANDEM_JWT_ and TANDEM_JWKS_ settings is too long")]
    TooLong,
    /// The TLS library could not be set up.
    #[error("no HTTPS client could be made: {0}")]
    NoClient(reqwest::Error),
}

enum Keys {
    Secret(Arc<Key>),
    Provider(Arc<RemoteKeys>),
}

#[derive(Clone)]
struct Remembered {
    token: Arc<VerifiedToken>,
    since: DateTime<Utc>,
}

/// Turns bearer strings into verified tokens. Shared by all requests.
pub struct Verifier {
    rules: Rules,
    keys: Keys,
    cache: Cache<TokenHash, Remembered>,
    now: Now,
}

impl Verifier {
    /// A verifier by these rules. Fetches nothing yet.
    ///
    /// # Errors
    /// [`SetupError::NotAUrl`] or [`SetupError::NoClient`] for a provider that can't even be asked.
    pub fn new(rules: Rules, source: KeySource, now: Now) -> Result<Self, SetupError> {
        let keys = match source {
            KeySource::Secret(secret) => Keys::Secret(Arc::new(Key::from_secret(secret.bytes()))),
            KeySource::Provider(place, policy) => {
                let remote = RemoteKeys::new(place, policy, Arc::clone(&now)).map_err(|error| match error {
                    PlaceError::NotAUrl => SetupError::NotAUrl,
                    PlaceError::NoClient(error) => SetupError::NoClient(error),
                })?;
                Keys::Provider(remote)
            }
        };
        let cache = Cache::builder().max_capacity(rules.cache_entries).time_to_live(Duration::from_secs(60)).build();
        Ok(Self { rules, keys, cache, now })
    }

    /// The verifier that settings describe: a secret where one is set, else the provider's keys at `jwks_url`, else those
    /// found by discovery. Whether a secret is allowed at all is for [`Settings::check_for_serve`] to say.
    ///
    /// # Errors
    /// [`SetupError`] for what is missing, contradictory or weak.
    pub fn from_settings(settings: &Settings, now: Now) -> Result<Self, SetupError> {
        let (Some(issuer), Some(audience)) = (&settings.jwt_issuer, &settings.jwt_audience) else {
            return Err(SetupError::NoIdentity);
        };
        let long = |duration| TimeDelta::from_std(duration).map_err(|_| SetupError::TooLong);
        let source = match (&settings.jwt_secret, &settings.jwks_url) {
            (Some(_), Some(_)) => return Err(SetupError::TwoSources),
            (Some(secret), None) => KeySource::Secret(DevelopmentSecret::new(secret.expose_secret())?),
            (None, url) => {
                let place = match url {
                    Some(url) => KeyPlace::Url(Url::parse(url).map_err(|_| SetupError::NotAUrl)?),
                    None => KeyPlace::Issuer(issuer.clone()),
                };
                let policy = RefreshPolicy {
                    interval: long(settings.jwks_interval)?,
                    refresh: long(settings.jwks_refresh)?,
                    max_stale: long(settings.jwks_max_stale)?,
                };
                KeySource::Provider(place, policy)
            }
        };
        let rules = Rules {
            issuer: issuer.clone(),
            audience: audience.clone(),
            leeway: long(settings.jwt_leeway)?,
            cache_entries: settings.token_cache,
        };
        Self::new(rules, source, now)
    }

    /// Verifies a token: what stands after `Bearer ` in `Authorization`, or comes with `connection_init`.
    ///
    /// # Errors
    /// [`TokenError`] for logs; the caller gets UNAUTHENTICATED with [`super::CHALLENGE_INVALID`] whichever it is.
    pub async fn verify(&self, bearer: &str) -> Result<Arc<VerifiedToken>, TokenError> {
        if bearer.len() > MAX_TOKEN {
            return Err(TokenError::TooLarge);
        }
        let hash = TokenHash::of(bearer);
        if let Some(token) = self.remembered(&hash).await {
            return Ok(token);
        }
        let token = Arc::new(self.verify_anew(bearer, hash).await?);
        let since = (self.now)();
        if since < token.expires_at {
            let entry = Remembered { token: Arc::clone(&token), since };
            self.cache.insert(hash, entry).await;
        }
        Ok(token)
    }

    /// Asks the provider for its keys at once; how many may be used. With a secret there is one.
    /// For start-up and `tandem doctor`.
    ///
    /// # Errors
    /// [`FetchError`] where no keys could be had.
    pub async fn probe(&self) -> Result<usize, FetchError> {
        match &self.keys {
            Keys::Secret(_) => Ok(1),
            Keys::Provider(remote) => remote.probe().await,
        }
    }

    async fn remembered(&self, hash: &TokenHash) -> Option<Arc<VerifiedToken>> {
        let entry = self.cache.get(hash).await?;
        let now = (self.now)();
        // The cache's own clock is not ours, which a test may move and an operator set back.
        let fresh = (entry.since..entry.since + REMEMBERED).contains(&now);
        (fresh && now < entry.token.expires_at).then_some(entry.token)
    }

    async fn verify_anew(&self, bearer: &str, hash: TokenHash) -> Result<VerifiedToken, TokenError> {
        let (message, signature) = bearer.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let (header, payload) = message.split_once('.').ok_or(TokenError::Malformed)?;
        // A payload with a dot in it is no base64url, so more than three parts end here too.
        let payload = decode(payload)?;
        let header = Header::read(&decode(header)?)?;

        let key = match &self.keys {
            Keys::Secret(key) => Arc::clone(key),
            Keys::Provider(remote) => remote.key(header.kid.as_deref()).await?,
        };
        if !key.allows(header.algorithm) {
            return Err(TokenError::AlgorithmNotAllowed);
        }
        decode(signature)?;
        let genuine = crypto::verify(signature, message.as_bytes(), &key.verifying, header.algorithm);
        if !matches!(genuine, Ok(true)) {
            return Err(TokenError::BadSignature);
        }
        Claims::read(&payload)?.judge(&header, &self.rules, (self.now)(), hash)
    }
}

fn decode(part: &str) -> Result<Vec<u8>, TokenError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenError::Malformed)
}
