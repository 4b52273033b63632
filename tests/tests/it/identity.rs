//! Tokens of an identity provider through the whole product: two algorithms, every way to be refused, and new keys.
//! The provider is the test's own; its keys are made anew in every run.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::StreamExt as _;
use serde_json::{Value as Json, json};
use tandem_gateway::config::Settings;
use tandem_gateway::demo;
use tandem_tests::house::{BOTH, Backend, Ground, House};
use tandem_tests::tokens::now;

fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

enum Key {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
}

impl Key {
    fn rsa() -> Self {
        Self::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap())
    }

    fn p256() -> Self {
        Self::P256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    fn algorithm(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "RS256",
            Self::P256(_) => "ES256",
        }
    }

    fn jwk(&self, kid: &str) -> Json {
        match self {
            Self::Rsa(pair) => {
                let key = pair.public_key();
                let (n, e) = (key.modulus().big_endian_without_leading_zero(), key.exponent().big_endian_without_leading_zero());
                json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": b64(n), "e": b64(e) })
            }
            Self::P256(pair) => {
                let point = pair.public_key().as_ref();
                json!({ "kty": "EC", "use": "sig", "alg": "ES256", "crv": "P-256", "kid": kid, "x": b64(&point[1..33]), "y": b64(&point[33..]) })
            }
        }
    }

    fn sign(&self, header: &Json, claims: &Json) -> String {
        let message = format!("{}.{}", b64(header.to_string()), b64(claims.to_string()));
        let signature = match self {
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
                signature
            }
            Self::P256(pair) => pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap().as_ref().to_vec(),
        };
        format!("{message}.{}", b64(signature))
    }

    fn token(&self, kid: &str, changes: &Json) -> String {
        self.sign(&json!({ "alg": self.algorithm(), "kid": kid, "typ": "at+jwt" }), &claims(changes))
    }
}

/// An honest access token's claims for the sponsor's study manager; `null` takes a claim away.
fn claims(changes: &Json) -> Json {
    let email = "marisol@quillfen.example.org";
    let mut claims = json!({
        "iss": demo::ISSUER, "aud": demo::AUDIENCE, "sub": "provider|marisol", "client_id": "portal", "iat": now(), "exp": now() + 600,
        "jti": tandem_domain::clock::IdSource::random(&tandem_domain::clock::SystemIds).to_string(), "email": email, "email_verified": true,
    });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    claims
}

/// A server of keys, whose set can be changed, that counts who asks, and that can be out of order.
struct Provider {
    keys: Arc<Mutex<Vec<Json>>>,
    asked: Arc<AtomicUsize>,
    broken: Arc<AtomicBool>,
    url: String,
    task: tokio::task::JoinHandle<()>,
}

impl Provider {
    async fn of(keys: Vec<Json>) -> Self {
        let keys = Arc::new(Mutex::new(keys));
        let (asked, broken) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let (published, counted, out) = (Arc::clone(&keys), Arc::clone(&asked), Arc::clone(&broken));
        let answer = move || {
            counted.fetch_add(1, Ordering::SeqCst);
            let keys = json!({ "keys": published.lock().unwrap().clone() }).to_string();
            let status = if out.load(Ordering::SeqCst) { 503 } else { 200 };
            async move { (axum::http::StatusCode::from_u16(status).unwrap(), keys) }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        let app = axum::Router::new().route("/keys", axum::routing::get(answer));
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { keys, asked, broken, url, task }
    }

    async fn house(&self, ground: &Ground, interval: Duration) -> House {
        let settings = Settings { jwt_secret: None, jwks_url: Some(self.url.clone()), jwks_interval: interval, ..ground.settings() };
        ground.serve_with(settings).await.unwrap()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The same token with one bit of its signature changed.
fn flipped(token: &str, bit: usize) -> String {
    let (message, signature) = token.rsplit_once('.').unwrap();
    let mut bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    bytes[bit / 8] ^= 1 << (bit % 8);
    let touched = format!("{message}.{}", b64(bytes));
    assert!(touched != token && touched.len() == token.len(), "one bit and nothing else");
    touched
}

const QUESTION: &str = "{ viewer { person { displayName } } studies { totalCount } }";

/// The answer to every token that is refused, byte for byte: which rule it broke is nobody's business.
const NOT_VALID: &str =
    "{\"errors\":[{\"message\":\"The bearer token is not valid here, or not any more.\",\"extensions\":{\"code\":\"UNAUTHENTICATED\"}}]}";

async fn refused(house: &House, token: &str, why: &str) {
    let answer = house.ask(token, QUESTION).await;
    let said = (answer.status, answer.text.as_str(), answer.challenge.as_deref());
    // The members of an object may come in any order; these are what it has.
    let same = serde_json::from_str::<Json>(NOT_VALID).unwrap();
    assert_eq!((said.0, &answer.body, said.2), (401, &same, Some("Bearer error=\"invalid_token\"")), "{why}: {}", said.1);
    assert_eq!(said.1.len(), NOT_VALID.len(), "{why}");
}

#[tokio::test]
async fn a_providers_tokens_are_accepted_and_everything_else_is_not() {
    let (rsa, elliptic, stranger) = (Key::rsa(), Key::p256(), Key::p256());
    let provider = Provider::of(vec![rsa.jwk("r"), elliptic.jwk("e")]).await;
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = provider.house(&ground, Duration::from_secs(30)).await;
        for (key, kid) in [(&rsa, "r"), (&elliptic, "e")] {
            let answer = house.ask(&key.token(kid, &json!({})), QUESTION).await;
            assert_eq!(answer.at("/data/viewer/person/displayName"), "Marisol Tenbrake", "{}", answer.text);
            assert_eq!(answer.at("/data/studies/totalCount"), 8, "{}", answer.text);
            for (why, changes) in [
                ("another audience", json!({ "aud": "somebody-else" })),
                ("no audience", json!({ "aud": null })),
                ("another issuer", json!({ "iss": "https://evil.example.org" })),
                ("no issuer", json!({ "iss": null })),
                ("expired", json!({ "exp": now() - 60 })),
                ("without an end", json!({ "exp": null })),
                ("not yet", json!({ "nbf": now() + 120 })),
                ("from the future", json!({ "iat": now() + 120 })),
                ("without a subject", json!({ "sub": null })),
            ] {
                refused(&house, &key.token(kid, &changes), why).await;
            }
            // The other key's name over this key's signature, and a signature that was touched.
            refused(&house, &key.token(if kid == "r" { "e" } else { "r" }, &json!({})), "the other key").await;
            for bit in [0, 7, 100, 511] {
                refused(&house, &flipped(&key.token(kid, &json!({})), bit), "a touched signature").await;
            }
        }
        refused(&house, &stranger.token("e", &json!({})), "a stranger's key under a known name").await;
        refused(&house, &stranger.token("unknown", &json!({})), "an unknown key").await;
        // No signature at all, in every spelling.
        for algorithm in ["none", "None", "NONE", "nOnE"] {
            let head = b64(json!({ "alg": algorithm, "kid": "r", "typ": "at+jwt" }).to_string());
            let body = b64(claims(&json!({})).to_string());
            refused(&house, &format!("{head}.{body}."), algorithm).await;
        }
        // The public key as if it were a shared secret.
        let secret = rsa.jwk("r")["n"].as_str().unwrap().to_owned();
        for bytes in [secret.as_bytes().to_vec(), URL_SAFE_NO_PAD.decode(&secret).unwrap()] {
            let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
            (header.kid, header.typ) = (Some("r".to_owned()), Some("at+jwt".to_owned()));
            let token = jsonwebtoken::encode(&header, &claims(&json!({})), &jsonwebtoken::EncodingKey::from_secret(&bytes)).unwrap();
            refused(&house, &token, "HS256 with the public key").await;
        }
        for token in ["", "x", "a.b.c", "....", &"x".repeat(9_000)] {
            let answer = house.ask(token, QUESTION).await;
            assert!([401, 431].contains(&answer.status), "{token}: {} {}", answer.status, answer.text);
        }
        // The development secret is nobody's here.
        refused(&house, &tandem_tests::house::person("marisol@quillfen"), "the development secret").await;
        house.stop().await;
    }
}

#[tokio::test]
async fn a_new_key_is_found_and_the_old_one_is_forgotten() {
    let (old, new) = (Key::p256(), Key::rsa());
    let provider = Provider::of(vec![old.jwk("old")]).await;
    let ground = Ground::with_demo(Backend::Sqlite).await;
    let settings = Settings { jwks_refresh: Duration::from_secs(3), ..ground.settings() };
    let settings = Settings { jwt_secret: None, jwks_url: Some(provider.url.clone()), jwks_interval: Duration::from_secs(1), ..settings };
    let house = ground.serve_with(settings).await.unwrap();
    assert_eq!(house.ask(&old.token("old", &json!({})), QUESTION).await.status, 200);
    *provider.keys.lock().unwrap() = vec![new.jwk("new")];
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    assert_eq!(house.ask(&new.token("new", &json!({})), QUESTION).await.status, 200, "an unknown key is asked for");
    refused(&house, &old.token("old", &json!({})), "a withdrawn key").await;
    house.stop().await;
}

#[tokio::test]
async fn what_a_header_brings_is_never_believed() {
    let (key, evil) = (Key::p256(), Key::rsa());
    let (provider, thief) = (Provider::of(vec![key.jwk("e")]).await, Provider::of(vec![evil.jwk("e"), evil.jwk("x")]).await);
    let ground = Ground::with_demo(Backend::Sqlite).await;
    let house = provider.house(&ground, Duration::from_millis(1)).await;
    let header = |changes: &Json| {
        let mut header = json!({ "alg": "ES256", "kid": "e", "typ": "at+jwt" });
        for (name, value) in changes.as_object().unwrap() {
            header[name] = value.clone();
        }
        header
    };
    let honest = claims(&json!({}));
    assert_eq!(house.ask(&key.sign(&header(&json!({})), &honest), QUESTION).await.status, 200);
    let url = thief.url.as_str();
    for changes in [
        json!({ "jku": url }),
        json!({ "x5u": url }),
        json!({ "jwk": evil.jwk("e") }),
        json!({ "x5c": ["MIIB"] }),
        json!({ "crit": ["exp"], "exp": 1 }),
        json!({ "crit": [] }),
        json!({ "b64": false, "crit": ["b64"] }),
        json!({ "zip": "DEF" }),
        json!({ "typ": "JOSE" }),
        json!({ "typ": "id_token+jwt" }),
        json!({ "typ": "logout+jwt" }),
        json!({ "kid": "../../../../etc/passwd" }),
        json!({ "kid": url }),
        json!({ "kid": "e' UNION SELECT 'x" }),
        json!({ "kid": "k".repeat(8_000) }),
        json!({ "kid": ["e"] }),
        json!({ "kid": "" }),
        json!({ "alg": "RS256" }),
        json!({ "alg": "HS256" }),
        json!({ "alg": "ES384" }),
        json!({ "alg": ["ES256"] }),
    ] {
        refused(&house, &key.sign(&header(&changes), &honest), &format!("an honest signature under {changes}")).await;
        // The same with the thief's own key, which the header points to.
        let mut own = header(&changes);
        if changes.get("alg").is_none() {
            own["alg"] = json!("RS256");
        }
        refused(&house, &evil.sign(&own, &honest), &format!("the thief's key under {changes}")).await;
    }
    // A header too large for a request, and one that just fits.
    let large = key.sign(&header(&json!({ "pad": "p".repeat(20_000) })), &honest);
    refused(&house, &large, "a token of 27 KB").await;
    let beyond = key.sign(&header(&json!({ "pad": "p".repeat(40_000) })), &honest);
    assert_eq!(house.ask(&beyond, QUESTION).await.status, 431);
    // An id token, a refresh token, a logout token: of the same issuer and audience, and signed well.
    let plain = json!({ "alg": "ES256", "kid": "e", "typ": "JWT" });
    for changes in [
        json!({ "client_id": null, "nonce": "n" }),
        json!({ "client_id": null, "at_hash": "h", "azp": "portal" }),
        json!({ "typ": "ID" }),
        json!({ "typ": "Refresh" }),
        json!({ "events": { "http://schemas.openid.net/event/backchannel-logout": {} } }),
    ] {
        refused(&house, &key.sign(&plain, &claims(&changes)), &format!("another kind of token: {changes}")).await;
    }
    let message = key.token("e", &json!({}));
    let message = message.rsplit_once('.').unwrap().0;
    for signature in ["", "AA", "AAAA", &b64([0_u8; 64])] {
        refused(&house, &format!("{message}.{signature}"), "no signature to speak of").await;
    }
    assert_eq!(thief.asked.load(Ordering::SeqCst), 0, "nobody went where a token pointed");
    house.stop().await;
}

#[tokio::test]
async fn unknown_keys_by_the_thousand_cost_one_fetch_an_interval() {
    const INTERVAL: Duration = Duration::from_secs(2);
    let key = Key::p256();
    let provider = Provider::of(vec![key.jwk("e")]).await;
    let ground = Ground::with_demo(Backend::Sqlite).await;
    let house = provider.house(&ground, INTERVAL).await;
    let started = Instant::now();
    assert_eq!(house.ask(&key.token("e", &json!({})), QUESTION).await.status, 200);
    let body = b64(claims(&json!({})).to_string());
    let mut statuses: Vec<u16> = futures::stream::iter(0..10_000)
        .map(|number| {
            // The signature is never looked at, so any will do.
            let head = b64(json!({ "alg": "ES256", "kid": format!("unknown-{number}") }).to_string());
            let (house, token) = (&house, format!("{head}.{body}.AAAA"));
            async move { house.ask(&token, QUESTION).await.status }
        })
        .buffer_unordered(16)
        .collect()
        .await;
    let intervals = usize::try_from(started.elapsed().as_secs() / INTERVAL.as_secs()).unwrap();
    statuses.dedup();
    assert_eq!(statuses, [401]);
    let asked = provider.asked.load(Ordering::SeqCst);
    println!("10,000 unknown keys in {:?}: {asked} fetches, one each {INTERVAL:?}", started.elapsed());
    assert!((1..=intervals + 2).contains(&asked), "{asked} fetches in {intervals} intervals");
    assert_eq!(house.ask(&key.token("e", &json!({})), QUESTION).await.status, 200, "the known key works all the while");
    house.stop().await;
}

#[tokio::test]
async fn while_the_provider_is_away_known_keys_work_for_a_while_and_then_the_door_is_closed() {
    let key = Key::p256();
    let provider = Provider::of(vec![key.jwk("e")]).await;
    let ground = Ground::with_demo(Backend::Sqlite).await;
    let settings = Settings {
        jwt_secret: None,
        jwks_url: Some(provider.url.clone()),
        jwks_interval: Duration::from_millis(500),
        jwks_refresh: Duration::from_secs(1),
        jwks_max_stale: Duration::from_secs(5),
        ..ground.settings()
    };
    let house = ground.serve_with(settings).await.unwrap();
    let fresh = || key.token("e", &json!({}));
    assert_eq!(house.ask(&fresh(), QUESTION).await.status, 200);
    provider.broken.store(true, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(house.ask(&fresh(), QUESTION).await.status, 200, "known keys go on");
    refused(&house, &key.token("other", &json!({})), "an unknown key, while nobody can be asked").await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    let closed = house.ask(&fresh(), QUESTION).await;
    assert_eq!((closed.status, closed.at("/errors/0/extensions/code")), (503, &json!("UNAVAILABLE")), "closed, not open: {}", closed.text);
    provider.broken.store(false, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert_eq!(house.ask(&fresh(), QUESTION).await.status, 200, "the provider is back");
    house.stop().await;
}
