//! Development tokens pass the same verification as a provider's, and weak secrets sign none.

use chrono::DateTime;
use uuid::Uuid;

use super::{
    super::{Bearer, DevelopmentSecret, Mint, SetupError, TokenError, Verifier, WeakSecret},
    world::{AUDIENCE, Clock, ISSUER, SECRET, START, refusal, secret, with_secret},
};
use crate::config::Settings;

fn mint(bearer: Bearer<'_>) -> String {
    let now = DateTime::from_timestamp(START, 0).expect("time");
    let mint = Mint::new(&secret(), ISSUER, AUDIENCE);
    mint.token(bearer, now, Mint::SHORT, Uuid::nil()).expect("token")
}

#[tokio::test]
async fn a_persons_token_verifies_for_an_hour() {
    let clock = Clock::new();
    let (verifier, _) = with_secret(&clock);
    let token = mint(Bearer::Person { email: "Ada@Sponsor.example" });
    let verified = verifier.verify(&token).await.expect("good");
    assert_eq!(verified.subject, "ada@sponsor.example");
    assert_eq!(verified.email.as_deref(), Some("Ada@Sponsor.example"));
    assert!(verified.email_verified);
    assert_eq!(verified.auth_time.map(|at| at.timestamp()), Some(START));
    assert_eq!((&verified.client_id, &verified.scopes), (&None, &None));
    clock.forward(3_600 + 30);
    assert_eq!(refusal(&verifier, &token).await, TokenError::Expired);
}

#[tokio::test]
async fn a_clients_token_has_scopes_and_never_signs() {
    let (verifier, _) = with_secret(&Clock::new());
    let scopes = ["read".to_owned(), "ingest".to_owned()];
    let token = mint(Bearer::Client { id: "edc", scopes: Some(&scopes) });
    let verified = verifier.verify(&token).await.expect("good");
    assert_eq!(verified.client_id.as_deref(), Some("edc"));
    assert_eq!(verified.scopes.as_deref(), Some(&scopes[..]));
    assert_eq!((verified.auth_time, &verified.email), (None, &None));
    let bare = verifier.verify(&mint(Bearer::Client { id: "edc", scopes: None })).await.expect("good");
    assert_eq!(bare.scopes, None);
}

#[test]
fn weak_secrets_are_refused() {
    for weak in ["", "secret", "0123456789abcdef0123456789abcde", "abababababababababababababababababab"] {
        assert_eq!(DevelopmentSecret::new(weak).err(), Some(WeakSecret), "{weak}");
    }
    assert!(!format!("{:?}", secret()).contains(SECRET));
}

#[tokio::test]
async fn settings_make_the_verifier() {
    let clock = Clock::new();
    let mut settings = Settings::default();
    assert!(matches!(Verifier::from_settings(&settings, clock.now()), Err(SetupError::NoIdentity)));
    settings.jwt_issuer = Some(ISSUER.to_owned());
    settings.jwt_audience = Some(AUDIENCE.to_owned());
    assert!(Verifier::from_settings(&settings, clock.now()).is_ok(), "by discovery");
    settings.jwks_url = Some("login.example.com".to_owned());
    assert!(matches!(Verifier::from_settings(&settings, clock.now()), Err(SetupError::NotAUrl)));
    settings.jwt_secret = Some(SECRET.into());
    assert!(matches!(Verifier::from_settings(&settings, clock.now()), Err(SetupError::TwoSources)));
    settings.jwks_url = None;
    let verifier = Verifier::from_settings(&settings, clock.now()).expect("by secret");
    let token = mint(Bearer::Person { email: "ada@sponsor.example" });
    verifier.verify(&token).await.expect("good");
    settings.jwt_secret = Some("short".into());
    assert!(matches!(Verifier::from_settings(&settings, clock.now()), Err(SetupError::WeakSecret(_))));
}
