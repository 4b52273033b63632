//! Tokens of an identity provider through the whole product: two algorithms, every way to be refused, and new keys.
//! The provider is the test's own; its keys are made anew in every run.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
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

/// A server of keys, whose set can be changed.
struct Provider {
    keys: Arc<Mutex<Vec<Json>>>,
    url: String,
    task: tokio::task::JoinHandle<()>,
}

impl Provider {
    async fn of(keys: Vec<Json>) -> Self {
        let keys = Arc::new(Mutex::new(keys));
        let published = Arc::clone(&keys);
        let answer = move || {
            let published = Arc::clone(&published);
            async move { json!({ "keys": published.lock().unwrap().clone() }).to_string() }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        let app = axum::Router::new().route("/keys", axum::routing::get(answer));
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { keys, url, task }
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

async fn refused(house: &House, token: &str, why: &str) {
    let answer = house.ask(token, QUESTION).await;
    assert_eq!((answer.status, answer.at("/errors/0/extensions/code")), (401, &json!("UNAUTHENTICATED")), "{why}: {}", answer.text);
    assert!(answer.challenge.as_deref().is_some_and(|challenge| challenge.starts_with("Bearer")), "{why}: {:?}", answer.challenge);
    assert_eq!(answer.at("/data"), &Json::Null, "{why}");
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
