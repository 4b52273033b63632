//! What a token must be: header, algorithm, signature, claims, times.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{
    super::{CHALLENGE_INVALID, TokenError, VerifiedToken},
    forge::{Forge, b64},
    world::{AUDIENCE, Clock, ISSUER, SECRET, START, header, payload, provided, refusal, token, with_secret},
};

/// Verifies an honest token whose payload was changed.
async fn with_claims(changes: Value) -> Result<VerifiedToken, TokenError> {
    let (verifier, forge) = with_secret(&Clock::new());
    let token = forge.sign(&header(&forge, "any", json!({})), &payload(changes));
    verifier.verify(&token).await.map(|token| (*token).clone())
}

/// Verifies an honest token whose header was changed.
async fn with_header(changes: Value) -> Result<(), TokenError> {
    let (verifier, forge) = with_secret(&Clock::new());
    let token = forge.sign(&header(&forge, "any", changes), &payload(json!({})));
    verifier.verify(&token).await.map(drop)
}

#[tokio::test]
async fn every_allowed_algorithm_verifies() {
    for forge in [Forge::rsa(), Forge::p256(), Forge::p384(), Forge::ed()] {
        let (_provider, verifier, _) = provided(vec![forge.jwk("k1")]).await;
        let verified = verifier.verify(&token(&forge, "k1")).await.expect("an honest token");
        assert_eq!((verified.issuer.as_str(), verified.subject.as_str()), (ISSUER, "user-1"));
        assert_eq!(verified.expires_at.timestamp(), START + 3_600);
        assert_eq!(verified.issued_at.map(|at| at.timestamp()), Some(START - 60));
        assert_eq!((&verified.client_id, &verified.scopes, &verified.email), (&None, &None, &None));
    }
    let rsa = Forge::rsa();
    let (_provider, verifier, _) = provided(vec![rsa.jwk("k1")]).await;
    let pss = rsa.sign(&header(&rsa, "k1", json!({ "alg": "PS256" })), &payload(json!({})));
    verifier.verify(&pss).await.expect("PS256");
}

#[tokio::test]
async fn the_key_says_which_algorithm_not_the_token() {
    let (rsa, p256) = (Forge::rsa(), Forge::p256());
    let mut only_pss = rsa.jwk("pss");
    only_pss["alg"] = json!("PS256");
    let (_provider, verifier, _) = provided(vec![rsa.jwk("rsa"), p256.jwk("ec"), only_pss]).await;
    for (kid, alg) in [
        ("pss", "RS256"),
        ("rsa", "ES256"),
        ("ec", "RS256"),
        ("ec", "ES384"),
        ("rsa", "HS256"),
        ("rsa", "none"),
        ("rsa", "None"),
        ("rsa", "RS1"),
        ("rsa", "RS512"),
        ("rsa", ""),
    ] {
        let forged = rsa.sign(&header(&rsa, kid, json!({ "alg": alg })), &payload(json!({})));
        assert_eq!(refusal(&verifier, &forged).await, TokenError::AlgorithmNotAllowed, "{kid} {alg}");
    }
}

#[tokio::test]
async fn a_public_key_is_no_secret() {
    let rsa = Forge::rsa();
    let jwk = rsa.jwk("k1");
    let modulus = jwk["n"].as_str().expect("modulus").to_owned();
    let (_provider, verifier, _) = provided(vec![jwk.clone()]).await;
    for secret in [modulus.clone().into_bytes(), jwk.to_string().into_bytes(), Vec::new()] {
        let confused = Forge::Hmac(secret);
        let forged = confused.sign(&header(&confused, "k1", json!({})), &payload(json!({})));
        assert_eq!(refusal(&verifier, &forged).await, TokenError::AlgorithmNotAllowed);
    }
}

#[tokio::test]
async fn published_secrets_verify_nothing() {
    let oct = Forge::Hmac(SECRET.into());
    let (_provider, verifier, _) = provided(vec![oct.jwk("k1")]).await;
    assert_eq!(refusal(&verifier, &token(&oct, "k1")).await, TokenError::UnknownKey);
}

#[tokio::test]
async fn the_secret_takes_hs256_only() {
    let (verifier, _) = with_secret(&Clock::new());
    let (rsa, wrong) = (Forge::rsa(), Forge::Hmac(b"another secret of more than 32 bytes".to_vec()));
    assert_eq!(refusal(&verifier, &token(&rsa, "k")).await, TokenError::AlgorithmNotAllowed);
    assert_eq!(refusal(&verifier, &token(&wrong, "k")).await, TokenError::BadSignature);
}

#[tokio::test]
async fn keys_from_the_token_are_refused() {
    for (name, value) in [
        ("jku", json!("https://evil.example/keys")),
        ("jwk", Forge::p256().jwk("k")),
        ("x5u", json!("https://evil.example/cert")),
        ("x5c", json!(["MIIB"])),
        ("crit", json!(["b64"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("b64", json!(true)),
        ("zip", json!("DEF")),
        ("enc", json!("A256GCM")),
    ] {
        assert_eq!(with_header(json!({ name: value })).await, Err(TokenError::HeaderNotAllowed), "{name}");
    }
    let (verifier, forge) = with_secret(&Clock::new());
    let null = forge.sign_text(r#"{"alg":"HS256","jku":null}"#, &payload(json!({})).to_string());
    assert_eq!(refusal(&verifier, &null).await, TokenError::HeaderNotAllowed);
}

#[tokio::test]
async fn the_type_must_be_an_access_tokens() {
    for good in [json!(null), json!("JWT"), json!("jwt"), json!("at+jwt"), json!("AT+JWT"), json!("application/at+jwt")] {
        assert_eq!(with_header(json!({ "typ": good })).await, Ok(()), "{good}");
    }
    for bad in ["id_token+jwt", "logout+jwt", "dpop+jwt", "secevent+jwt", "JOSE", "", "at+jwt "] {
        assert_eq!(with_header(json!({ "typ": bad })).await, Err(TokenError::WrongType), "{bad}");
    }
    assert_eq!(with_header(json!({ "typ": 1 })).await, Err(TokenError::Malformed));
}

#[tokio::test]
async fn signatures_must_be_there_and_right() {
    let forge = Forge::p256();
    let (_provider, verifier, _) = provided(vec![forge.jwk("k1")]).await;
    let good = token(&forge, "k1");
    let (message, signature) = good.rsplit_once('.').expect("parts");
    let zero = b64([0; 64]);
    for (wrong, error) in [
        (String::new(), TokenError::BadSignature),
        (zero, TokenError::BadSignature),
        (signature[..40].to_owned(), TokenError::BadSignature),
        (format!("{signature}="), TokenError::Malformed),
        (format!("{signature} "), TokenError::Malformed),
        ("é".to_owned(), TokenError::Malformed),
    ] {
        assert_eq!(refusal(&verifier, &format!("{message}.{wrong}")).await, error, "{wrong:?}");
    }
    // One bit of an honest signature, of every algorithm.
    for forge in [Forge::rsa(), Forge::p256(), Forge::p384(), Forge::ed(), Forge::Hmac(SECRET.into())] {
        let (_provider, published) = match forge {
            Forge::Hmac(_) => (None, std::sync::Arc::new(with_secret(&Clock::new()).0)),
            _ => {
                let (provider, verifier, _) = provided(vec![forge.jwk("k1")]).await;
                (Some(provider), verifier)
            }
        };
        let honest = token(&forge, "k1");
        let (message, signature) = honest.rsplit_once('.').expect("parts");
        let signature = URL_SAFE_NO_PAD.decode(signature).expect("base64");
        for bit in [0, 7, 8 * (signature.len() / 2), 8 * signature.len() - 1] {
            let mut touched = signature.clone();
            touched[bit / 8] ^= 1 << (bit % 8);
            let touched = format!("{message}.{}", b64(touched));
            assert_eq!(refusal(&published, &touched).await, TokenError::BadSignature, "{} bit {bit}", forge.algorithm());
        }
        published.verify(&honest).await.expect("the honest one verifies");
    }
    let (head, _) = message.split_once('.').expect("parts");
    let other = b64(payload(json!({ "sub": "somebody-else" })).to_string());
    assert_eq!(refusal(&verifier, &format!("{head}.{other}.{signature}")).await, TokenError::BadSignature);
    let stranger = Forge::p256();
    assert_eq!(refusal(&verifier, &token(&stranger, "k1")).await, TokenError::BadSignature);
}

#[tokio::test]
async fn shapes_that_are_no_token() {
    let (verifier, forge) = with_secret(&Clock::new());
    let good = token(&forge, "any");
    for text in ["", ".", "..", "...", "a", "a.b", "a.b.c", "Bearer x", "\0.\0.\0", &format!("{good}.x"), &format!(" {good}")] {
        assert_eq!(refusal(&verifier, text).await, TokenError::Malformed, "{text:?}");
    }
    let payload = payload(json!({})).to_string();
    for header in ["[]", "null", "{", "{}", r#"{"alg":1}"#, r#"{"alg":"HS256","alg":"HS256"}"#, r#"{"alg":"HS256","kid":1}"#] {
        assert_eq!(refusal(&verifier, &forge.sign_text(header, &payload)).await, TokenError::Malformed, "{header}");
    }
    let twice = payload.replacen('{', r#"{"sub":"admin","#, 1);
    for payload in ["[]", "null", "\"x\"", "{", &twice] {
        let token = forge.sign_text(r#"{"alg":"HS256"}"#, payload);
        assert_eq!(refusal(&verifier, &token).await, TokenError::Malformed, "{payload}");
    }
}

#[tokio::test]
async fn large_tokens_are_not_read() {
    let padding = |bytes: usize| json!({ "padding": "x".repeat(bytes) });
    with_claims(padding(11_000)).await.expect("large but honest");
    assert_eq!(with_claims(padding(16_000)).await, Err(TokenError::TooLarge));
}

#[tokio::test]
async fn issuer_and_audience_must_match_exactly() {
    for (changes, error) in [
        (json!({ "iss": "https://login.example.com/" }), TokenError::WrongIssuer),
        (json!({ "iss": "HTTPS://login.example.com" }), TokenError::WrongIssuer),
        (json!({ "iss": "" }), TokenError::WrongIssuer),
        (json!({ "iss": [ISSUER] }), TokenError::Malformed),
        (json!({ "iss": null }), TokenError::ClaimMissing),
        (json!({ "aud": "tandem2" }), TokenError::WrongAudience),
        (json!({ "aud": [] }), TokenError::WrongAudience),
        (json!({ "aud": ["a", "b"] }), TokenError::WrongAudience),
        (json!({ "aud": { "a": AUDIENCE } }), TokenError::Malformed),
        (json!({ "aud": null }), TokenError::ClaimMissing),
    ] {
        assert_eq!(with_claims(changes.clone()).await, Err(error), "{changes}");
    }
    with_claims(json!({ "aud": ["other", AUDIENCE] })).await.expect("one of several");
}

#[tokio::test]
async fn times_are_judged_with_thirty_seconds_of_leeway() {
    for (changes, outcome) in [
        (json!({ "exp": START - 29 }), None),
        (json!({ "exp": START - 30 }), Some(TokenError::Expired)),
        (json!({ "exp": 0 }), Some(TokenError::Expired)),
        (json!({ "exp": null }), Some(TokenError::ClaimMissing)),
        (json!({ "exp": "1900000000" }), Some(TokenError::Malformed)),
        (json!({ "exp": -1 }), Some(TokenError::Malformed)),
        (json!({ "exp": 1e300 }), Some(TokenError::Malformed)),
        (json!({ "exp": 1_900_000_000.5 }), None),
        (json!({ "nbf": START + 30 }), None),
        (json!({ "nbf": START + 31 }), Some(TokenError::NotYetValid)),
        (json!({ "nbf": "now" }), Some(TokenError::Malformed)),
        (json!({ "iat": START + 30 }), None),
        (json!({ "iat": START + 31 }), Some(TokenError::IssuedInFuture)),
        (json!({ "iat": null }), None),
        (json!({ "auth_time": START + 31 }), Some(TokenError::IssuedInFuture)),
    ] {
        assert_eq!(with_claims(changes.clone()).await.err(), outcome, "{changes}");
    }
    let token = with_claims(json!({ "auth_time": START - 5 })).await.expect("good");
    assert_eq!(token.auth_time.map(|at| at.timestamp()), Some(START - 5));
}

#[tokio::test]
async fn subjects_are_bounded_names() {
    assert_eq!(with_claims(json!({ "sub": null })).await, Err(TokenError::ClaimMissing));
    for bad in [json!(""), json!("x".repeat(256)), json!("a\u{0}b"), json!("a\nb"), json!(1), json!(["a"])] {
        assert_eq!(with_claims(json!({ "sub": bad })).await, Err(TokenError::Malformed), "{bad}");
    }
}

#[tokio::test]
async fn a_client_is_one_whose_subject_it_is() {
    for (changes, client) in [
        (json!({ "sub": "edc", "client_id": "edc" }), Some("edc")),
        (json!({ "sub": "edc", "azp": "edc" }), Some("edc")),
        (json!({ "sub": "user-1", "client_id": "portal" }), None),
        (json!({ "sub": "edc", "client_id": "portal", "azp": "edc" }), None),
    ] {
        let token = with_claims(changes.clone()).await.expect("good");
        assert_eq!(token.client_id.as_deref(), client, "{changes}");
    }
}

#[tokio::test]
async fn scopes_are_words_or_an_array_or_absent() {
    let scopes = |changes| async { with_claims(changes).await.map(|token| token.scopes) };
    let both = Some(vec!["read".to_owned(), "write".to_owned()]);
    assert_eq!(scopes(json!({})).await, Ok(None));
    assert_eq!(scopes(json!({ "scope": "" })).await, Ok(Some(vec![])));
    assert_eq!(scopes(json!({ "scope": "read  write" })).await, Ok(both.clone()));
    assert_eq!(scopes(json!({ "scope": ["read", "write"] })).await, Ok(both));
    assert_eq!(scopes(json!({ "scope": 7 })).await, Err(TokenError::Malformed));
}

#[tokio::test]
async fn an_address_is_verified_only_by_a_plain_true() {
    for (verified, expected) in [(json!(true), true), (json!("true"), false), (json!(1), false), (json!(false), false)] {
        let token = with_claims(json!({ "email": "a@b.example", "email_verified": verified })).await.expect("good");
        assert_eq!((token.email.as_deref(), token.email_verified), (Some("a@b.example"), expected));
    }
    let alone = with_claims(json!({ "email_verified": true })).await.expect("good");
    assert!(!alone.email_verified, "there is no address to be verified");
    assert_eq!(with_claims(json!({ "email": "a\u{0}@b.example" })).await, Err(TokenError::Malformed));
}

#[tokio::test]
async fn other_kinds_of_token_are_refused() {
    let (verifier, forge) = with_secret(&Clock::new());
    let jwt = header(&forge, "any", json!({ "typ": "JWT" }));
    for (changes, refused) in [
        (json!({ "nonce": "n" }), true),
        (json!({ "at_hash": "h" }), true),
        (json!({ "c_hash": "h" }), true),
        (json!({ "events": {} }), true),
        (json!({ "typ": "ID" }), true),
        (json!({ "typ": "ID", "scope": "openid" }), true),
        (json!({ "typ": "Refresh", "scope": "openid" }), true),
        (json!({ "typ": "Bearer" }), false),
        (json!({ "nonce": "n", "scope": "openid" }), false),
        (json!({ "nonce": "n", "client_id": "portal" }), false),
        (json!({ "nonce": "n", "azp": "portal" }), true),
    ] {
        let outcome = verifier.verify(&forge.sign(&jwt, &payload(changes.clone()))).await.map(drop);
        let expected = if refused { Err(TokenError::NotAnAccessToken) } else { Ok(()) };
        assert_eq!(outcome, expected, "{changes}");
    }
    with_claims(json!({ "nonce": "n" })).await.expect("at+jwt settles it");
}

#[tokio::test]
async fn a_remembered_token_still_expires() {
    let clock = Clock::new();
    let (verifier, forge) = with_secret(&clock);
    let short = forge.sign(&header(&forge, "any", json!({})), &payload(json!({ "exp": START + 10 })));
    let first = verifier.verify(&short).await.expect("good");
    let second = verifier.verify(&short).await.expect("good");
    assert!(std::sync::Arc::ptr_eq(&first, &second), "remembered");
    clock.forward(41);
    assert_eq!(refusal(&verifier, &short).await, TokenError::Expired);
}

#[tokio::test]
async fn nothing_is_remembered_longer_than_a_minute_or_before_its_time() {
    let clock = Clock::new();
    let (verifier, forge) = with_secret(&clock);
    let good = token(&forge, "any");
    let first = verifier.verify(&good).await.expect("good");
    for seconds in [61, -3_600] {
        clock.forward(seconds);
        match verifier.verify(&good).await {
            Ok(again) => assert!(!std::sync::Arc::ptr_eq(&first, &again), "{seconds}"),
            Err(error) => assert_eq!(error, TokenError::IssuedInFuture, "an hour back it was not yet made"),
        }
    }
}

#[test]
fn refusals_tell_the_caller_nothing() {
    assert_eq!(CHALLENGE_INVALID, "Bearer error=\"invalid_token\"");
    assert_eq!(TokenError::UnknownKey.to_string(), "unknown_key");
}

#[tokio::test]
async fn debug_shows_neither_token_nor_address() {
    let token = with_claims(json!({ "email": "person@b.example" })).await.expect("good");
    assert!(!format!("{token:?}").contains("person@"));
}

#[tokio::test]
async fn the_name_of_a_key_is_compared_and_nothing_else() {
    let forge = Forge::p256();
    let (provider, verifier, _) = provided(vec![forge.jwk("k1")]).await;
    for kid in [
        "../../../../dev/null",
        "/etc/passwd",
        "file:///etc/passwd",
        "https://evil.example/keys#k1",
        "k1' OR '1'='1",
        "k1\u{0}",
        " k1",
        "K1",
        "",
        "k1;k1",
        "$(id)",
        "\u{212a}1",
        &"k".repeat(10_000),
    ] {
        assert_eq!(refusal(&verifier, &token(&forge, kid)).await, TokenError::UnknownKey, "{kid:?}");
    }
    // As a list, an object, a number, or twice, it is no name at all.
    let body = payload(json!({})).to_string();
    for header in [
        r#"{"alg":"ES256","kid":["k1"]}"#,
        r#"{"alg":"ES256","kid":{"k":"k1"}}"#,
        r#"{"alg":"ES256","kid":true}"#,
        r#"{"alg":"ES256","kid":"k1","kid":"k1"}"#,
        r#"{"alg":"ES256","kid":"other","kid":"k1"}"#,
        r#"{"alg":"ES256","alg":"none","kid":"k1"}"#,
    ] {
        assert_eq!(refusal(&verifier, &forge.sign_text(header, &body)).await, TokenError::Malformed, "{header}");
    }
    verifier.verify(&token(&forge, "k1")).await.expect("its own name");
    assert_eq!(provider.fetches(), 1, "nothing of it was fetched");
}
