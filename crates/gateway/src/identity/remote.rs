//! The provider's keys as we hold them: fetched in single flight, never more often than the interval allows, refreshed as
//! they age, and kept for a bounded time while the provider is away. Without keys every token is refused.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::{Client, Url};
use serde::Deserialize;

use super::{
    Now,
    error::TokenError,
    fetch::{self, FetchError},
    jwk::{Key, KeySet, Lookup, RawKeySet},
};

/// Where the provider's keys are.
#[derive(Debug, Clone)]
pub enum KeyPlace {
    /// At this URL.
    Url(Url),
    /// Where the discovery document of this issuer says; the document must name the same issuer.
    Issuer(String),
}

/// When keys are fetched, and how long they last.
#[derive(Debug, Clone, Copy)]
pub struct RefreshPolicy {
    /// The least time between two fetches, successful or not.
    pub interval: TimeDelta,
    /// The age at which a set is fetched anew while it goes on working, so that a withdrawn key is noticed.
    pub refresh: TimeDelta,
    /// The age at which a set that could not be fetched anew is no longer believed.
    pub max_stale: TimeDelta,
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

/// A set of keys and when it was fetched; `generation` tells sets apart.
#[derive(Clone)]
struct Held {
    keys: Arc<KeySet>,
    fetched: DateTime<Utc>,
    generation: u64,
}

pub(super) struct RemoteKeys {
    place: KeyPlace,
    start: Url,
    client: Client,
    policy: RefreshPolicy,
    now: Now,
    held: Mutex<Option<Held>>,
    last_attempt: Mutex<Option<DateTime<Utc>>>,
    flight: tokio::sync::Mutex<()>,
    refreshing: AtomicBool,
}

/// The addresses of a provider that can't be used at all.
#[derive(Debug)]
pub(super) enum PlaceError {
    NotAUrl,
    NoClient(reqwest::Error),
}

impl RemoteKeys {
    pub(super) fn new(place: KeyPlace, policy: RefreshPolicy, now: Now) -> Result<Arc<Self>, PlaceError> {
        let start = match &place {
            KeyPlace::Url(url) => url.clone(),
            // Appended to the issuer's whole path, as OpenID Connect Discovery (section 4) has it.
            KeyPlace::Issuer(issuer) => {
                let issuer = issuer.strip_suffix('/').unwrap_or(issuer);
                Url::parse(&format!("{issuer}/.well-known/openid-configuration")).map_err(|_| PlaceError::NotAUrl)?
            }
        };
        if !matches!(start.scheme(), "http" | "https") {
            return Err(PlaceError::NotAUrl);
        }
        let client = fetch::client(&start).map_err(PlaceError::NoClient)?;
        Ok(Arc::new(Self {
            place,
            start,
            client,
            policy,
            now,
            held: Mutex::new(None),
            last_attempt: Mutex::new(None),
            flight: tokio::sync::Mutex::new(()),
            refreshing: AtomicBool::new(false),
        }))
    }

    /// The key that a token names, asking the provider again where that is due.
    pub(super) async fn key(self: &Arc<Self>, kid: Option<&str>) -> Result<Arc<Key>, TokenError> {
        let seen = self.generation();
        if let Some(held) = self.believed() {
            self.refresh_if_old(&held);
            match held.keys.find(kid) {
                Lookup::Unknown => {}
                settled => return outcome(settled),
            }
        }
        self.renew(seen).await;
        match self.believed() {
            Some(held) => outcome(held.keys.find(kid)),
            None => Err(TokenError::KeysUnavailable),
        }
    }

    /// Fetches once, heeding neither interval nor age; how many usable keys there are. For start-up and `doctor`.
    pub(super) async fn probe(&self) -> Result<usize, FetchError> {
        let _flight = self.flight.lock().await;
        self.note_attempt();
        self.fetch_and_hold().await
    }

    /// Which set is in hand, believed or not.
    fn generation(&self) -> Option<u64> {
        lock(&self.held).as_ref().map(|held| held.generation)
    }

    /// The set in hand, unless it is too old to be believed.
    fn believed(&self) -> Option<Held> {
        let held = lock(&self.held).clone()?;
        ((self.now)() - held.fetched <= self.policy.max_stale).then_some(held)
    }

    /// Starts a fetch beside the request where the set is old. A set from the future is one too: the clock was set back.
    fn refresh_if_old(self: &Arc<Self>, held: &Held) {
        let age = (self.now)() - held.fetched;
        let old = age >= self.policy.refresh || age < TimeDelta::zero();
        if old && self.may_attempt() && !self.refreshing.swap(true, Ordering::AcqRel) {
            let (keys, generation) = (Arc::clone(self), held.generation);
            tokio::spawn(async move {
                keys.renew_in_turn(Some(generation)).await;
                keys.refreshing.store(false, Ordering::Release);
            });
        }
    }

    /// Waits for a set newer than the one seen, as far as a fetch is due or under way.
    ///
    /// The fetch is a task of its own: a caller who hangs up must not be able to break it off and so keep new keys away
    /// for another interval.
    async fn renew(self: &Arc<Self>, seen: Option<u64>) {
        let under_way = self.flight.try_lock().is_err();
        if under_way || self.may_attempt() {
            let keys = Arc::clone(self);
            // A task that failed to finish has fetched nothing; the caller looks at what is there.
            let _ = tokio::spawn(async move { keys.renew_in_turn(seen).await }).await;
        }
    }

    async fn renew_in_turn(&self, seen: Option<u64>) {
        let _flight = self.flight.lock().await;
        // Somebody else fetched while we waited for our turn; or it is too early.
        if self.generation() > seen || !self.may_attempt() {
            return;
        }
        self.note_attempt();
        let outcome = match self.fetch_and_hold().await {
            Ok(usable) => {
                tracing::info!(usable, "fetched the identity provider's keys");
                "fetched"
            }
            Err(error) => {
                tracing::warn!(reason = error.reason(), "{error}; the last known keys stay in use for now");
                error.reason()
            }
        };
        metrics::counter!("tandem_jwks_fetches_total", "outcome" => outcome).increment(1);
    }

    /// Whether the interval since the last attempt is over. A clock set back must not stretch it.
    fn may_attempt(&self) -> bool {
        let elapsed = lock(&self.last_attempt).map(|last| (self.now)() - last);
        elapsed.is_none_or(|elapsed| elapsed >= self.policy.interval || elapsed < TimeDelta::zero())
    }

    fn note_attempt(&self) {
        *lock(&self.last_attempt) = Some((self.now)());
    }

    /// What the provider publishes replaces what we hold, also where it leaves no key to use: that is its word, and
    /// closes the door. An answer that can't be read changes nothing.
    async fn fetch_and_hold(&self) -> Result<usize, FetchError> {
        let url = match &self.place {
            KeyPlace::Url(url) => url.clone(),
            KeyPlace::Issuer(issuer) => self.discover(issuer).await?,
        };
        let keys = KeySet::from_raw(fetch::json::<RawKeySet>(&self.client, url).await?).ok_or(FetchError::Garbage)?;
        let usable = keys.len();
        if usable == 0 {
            tracing::warn!("the identity provider publishes no key that may be used; every token is refused");
        }
        let mut held = lock(&self.held);
        *held = Some(Held { keys: Arc::new(keys), fetched: (self.now)(), generation: held.as_ref().map_or(0, |held| held.generation + 1) });
        Ok(usable)
    }

    async fn discover(&self, issuer: &str) -> Result<Url, FetchError> {
        let document: Discovery = fetch::json(&self.client, self.start.clone()).await?;
        if document.issuer != issuer {
            return Err(FetchError::OtherIssuer);
        }
        let keys = Url::parse(&document.jwks_uri).map_err(|_| FetchError::Garbage)?;
        match (self.start.scheme(), keys.scheme()) {
            (_, "https") | ("http", "http") => Ok(keys),
            _ => Err(FetchError::Insecure),
        }
    }
}

fn outcome(lookup: Lookup) -> Result<Arc<Key>, TokenError> {
    match lookup {
        Lookup::Found(key) => Ok(key),
        Lookup::Unknown => Err(TokenError::UnknownKey),
        Lookup::Ambiguous => Err(TokenError::AmbiguousKey),
        Lookup::NotNamed => Err(TokenError::KeyNotNamed),
    }
}

/// What these locks guard is replaced whole, so a panic elsewhere leaves it good.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
