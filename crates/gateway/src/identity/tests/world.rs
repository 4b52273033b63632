//! What the tests share: a clock to move, a verifier, and an honest token to spoil.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, TimeDelta};
use serde_json::{Value, json};

use super::{
    super::{DevelopmentSecret, KeyPlace, KeySource, Now, RefreshPolicy, Rules, TokenError, Verifier},
    forge::Forge,
    provider::{Manner, Provider},
};

pub(super) const ISSUER: &str = "https://login.example.com";
pub(super) const AUDIENCE: &str = "tandem";
pub(super) const SECRET: &str = "a-development-secret-of-more-than-32-bytes";

/// Where the clock stands at first, in seconds.
pub(super) const START: i64 = 1_800_000_000;

/// A clock that stands still until it is moved.
#[derive(Clone)]
pub(super) struct Clock(Arc<AtomicI64>);

impl Clock {
    pub(super) fn new() -> Self {
        Self(Arc::new(AtomicI64::new(START)))
    }

    pub(super) fn forward(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(super) fn now(&self) -> Now {
        let seconds = Arc::clone(&self.0);
        Arc::new(move || DateTime::from_timestamp(seconds.load(Ordering::SeqCst), 0).expect("time"))
    }
}

pub(super) fn rules() -> Rules {
    Rules { issuer: ISSUER.to_owned(), audience: AUDIENCE.to_owned(), leeway: TimeDelta::seconds(30), cache_entries: 100 }
}

pub(super) fn policy() -> RefreshPolicy {
    RefreshPolicy { interval: TimeDelta::seconds(30), refresh: TimeDelta::minutes(10), max_stale: TimeDelta::hours(24) }
}

/// A verifier that takes its keys from a provider's URL.
pub(super) fn verifier(provider: &Provider, clock: &Clock) -> Arc<Verifier> {
    let place = KeyPlace::Url(format!("{}/keys", provider.base).parse().expect("url"));
    let source = KeySource::Provider(place, policy());
    Arc::new(Verifier::new(rules(), source, clock.now()).expect("verifier"))
}

/// A verifier by discovery, whose issuer is the provider's own address.
pub(super) fn discovering(provider: &Provider, clock: &Clock, issuer: &str) -> Verifier {
    let source = KeySource::Provider(KeyPlace::Issuer(issuer.to_owned()), policy());
    let rules = Rules { issuer: provider.base.clone(), ..rules() };
    Verifier::new(rules, source, clock.now()).expect("verifier")
}

pub(super) fn secret() -> DevelopmentSecret {
    DevelopmentSecret::new(SECRET).expect("good secret")
}

/// A verifier with the development secret, and the forge that signs for it.
pub(super) fn with_secret(clock: &Clock) -> (Verifier, Forge) {
    let verifier = Verifier::new(rules(), KeySource::Secret(secret()), clock.now()).expect("verifier");
    (verifier, Forge::Hmac(SECRET.into()))
}

/// An honest payload; members given replace or, where null, remove its own.
pub(super) fn payload(changes: Value) -> Value {
    let mut payload = json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": "user-1", "iat": START - 60, "exp": START + 3_600,
    });
    merge(&mut payload, changes);
    payload
}

/// An honest header for a key, changed likewise.
pub(super) fn header(forge: &Forge, kid: &str, changes: Value) -> Value {
    let mut header = json!({ "alg": forge.algorithm(), "typ": "at+jwt", "kid": kid });
    merge(&mut header, changes);
    header
}

fn merge(into: &mut Value, changes: Value) {
    let (Value::Object(into), Value::Object(changes)) = (into, changes) else {
        panic!("both are objects");
    };
    for (name, value) in changes {
        if value.is_null() {
            into.remove(&name);
        } else {
            into.insert(name, value);
        }
    }
}

/// An honest token of a key.
pub(super) fn token(forge: &Forge, kid: &str) -> String {
    forge.sign(&header(forge, kid, json!({})), &payload(json!({})))
}

pub(super) async fn refusal(verifier: &Verifier, token: &str) -> TokenError {
    verifier.verify(token).await.expect_err("must be refused")
}

/// A provider with these keys, a verifier, and its clock.
pub(super) async fn provided(keys: Vec<Value>) -> (Provider, Arc<Verifier>, Clock) {
    let provider = Provider::start(Manner::Keys(keys)).await;
    let clock = Clock::new();
    let verifier = verifier(&provider, &clock);
    (provider, verifier, clock)
}
