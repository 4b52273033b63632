//! The provider's keys: rotation, floods, absence, and every way to publish keys badly.

use std::{sync::Arc, time::Duration};

use serde_json::json;

use super::{
    super::{FetchError, TokenError},
    forge::{Forge, b64},
    provider::{Manner, Provider},
    world::{Clock, discovering, header, payload, provided, refusal, token, verifier},
};

#[tokio::test]
async fn an_unknown_kid_brings_the_new_key() {
    let (old, new) = (Forge::p256(), Forge::p256());
    let (provider, verifier, clock) = provided(vec![old.jwk("old")]).await;
    verifier.verify(&token(&old, "old")).await.expect("old");
    provider.answer(Manner::Keys(vec![old.jwk("old"), new.jwk("new")]));
    assert_eq!(refusal(&verifier, &token(&new, "new")).await, TokenError::UnknownKey, "too early to ask again");
    clock.forward(30);
    verifier.verify(&token(&new, "new")).await.expect("new");
    assert_eq!(provider.fetches(), 2);
    verifier.verify(&token(&old, "old")).await.expect("old, while it is published");
}

#[tokio::test]
async fn a_withdrawn_key_ends() {
    let (old, new) = (Forge::p256(), Forge::p256());
    let (provider, verifier, clock) = provided(vec![old.jwk("old")]).await;
    verifier.verify(&token(&old, "old")).await.expect("old");
    provider.answer(Manner::Keys(vec![new.jwk("new")]));
    // Nobody shows a token of the new key; age alone must do.
    clock.forward(600);
    verifier.verify(&token(&old, "old")).await.expect("the old set works while the new one is fetched");
    for _ in 0..100 {
        if provider.fetches() == 2 && verifier.verify(&token(&new, "new")).await.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    clock.forward(61);
    assert_eq!(refusal(&verifier, &token(&old, "old")).await, TokenError::UnknownKey);
}

#[tokio::test]
async fn ten_thousand_unknown_kids_cost_one_fetch_an_interval() {
    let forge = Forge::p256();
    let (provider, verifier, clock) = provided(vec![forge.jwk("k1")]).await;
    let good = token(&forge, "k1");
    verifier.verify(&good).await.expect("good");
    let message = payload(json!({}));
    for round in 0..2 {
        clock.forward(30);
        for index in 0..5_000 {
            // The signature is never looked at, so any will do.
            let head = json!({ "alg": "ES256", "kid": format!("{round}-{index}") }).to_string();
            let forged = format!("{}.{}.AAAA", b64(head), b64(message.to_string()));
            assert_eq!(refusal(&verifier, &forged).await, TokenError::UnknownKey);
        }
        assert_eq!(provider.fetches(), 2 + round, "one for each interval");
    }
    verifier.verify(&good).await.expect("still good");
}

#[tokio::test]
async fn a_crowd_waits_for_one_fetch() {
    let forge = Forge::p256();
    let provider = Provider::start(Manner::Late(vec![forge.jwk("k1")])).await;
    let verifier = verifier(&provider, &Clock::new());
    let crowd: Vec<_> = (0..50)
        .map(|_| {
            let (verifier, token) = (Arc::clone(&verifier), token(&forge, "k1"));
            tokio::spawn(async move { verifier.verify(&token).await.map(drop) })
        })
        .collect();
    for one in crowd {
        assert_eq!(one.await.expect("task"), Ok(()));
    }
    assert_eq!(provider.fetches(), 1);
}

#[tokio::test]
async fn a_caller_who_hangs_up_does_not_stop_the_fetch() {
    let forge = Forge::p256();
    let provider = Provider::start(Manner::Late(vec![forge.jwk("k1")])).await;
    let verifier = verifier(&provider, &Clock::new());
    let good = token(&forge, "k1");
    let hung_up = tokio::time::timeout(Duration::from_millis(50), verifier.verify(&good)).await;
    assert!(hung_up.is_err());
    verifier.verify(&good).await.expect("the fetch went on");
    assert_eq!(provider.fetches(), 1);
}

#[tokio::test]
async fn known_keys_outlive_the_provider_for_a_day() {
    let forge = Forge::p256();
    let long = |exp| forge.sign(&header(&forge, "k1", json!({})), &payload(json!({ "exp": exp })));
    let good = long(super::world::START + 1_000_000);
    let (provider, verifier, clock) = provided(vec![forge.jwk("k1")]).await;
    verifier.verify(&good).await.expect("good");
    provider.answer(Manner::Status(503));
    clock.forward(86_400);
    verifier.verify(&good).await.expect("the last moment");
    clock.forward(1);
    tokio::time::sleep(Duration::from_millis(100)).await;
    clock.forward(61);
    assert_eq!(refusal(&verifier, &good).await, TokenError::KeysUnavailable);
    provider.answer(Manner::Keys(vec![forge.jwk("k1")]));
    clock.forward(30);
    verifier.verify(&good).await.expect("the provider is back");
}

#[tokio::test]
async fn without_keys_the_door_is_closed() {
    let forge = Forge::p256();
    let huge = format!("{{\"keys\":[],\"x\":\"{}\"}}", "x".repeat(300_000));
    let many = json!({ "keys": vec![forge.jwk("k1"); 101] }).to_string();
    for (manner, expected) in [
        (Manner::Status(500), FetchError::Status(500)),
        (Manner::Status(404), FetchError::Status(404)),
        (Manner::Redirect, FetchError::Redirected),
        (Manner::Text(huge), FetchError::TooLarge),
        (Manner::Text(many), FetchError::Garbage),
        (Manner::Text("<html>".to_owned()), FetchError::Garbage),
        (Manner::Text("[]".to_owned()), FetchError::Garbage),
        (Manner::Text("{\"keys\":{}}".to_owned()), FetchError::Garbage),
        (Manner::Text("{}".to_owned()), FetchError::Garbage),
        (Manner::Text(String::new()), FetchError::Garbage),
    ] {
        let provider = Provider::start(manner).await;
        let verifier = verifier(&provider, &Clock::new());
        assert_eq!(refusal(&verifier, &token(&forge, "k1")).await, TokenError::KeysUnavailable, "{expected}");
        assert_eq!(provider.fetches(), 1, "{expected}: no redirect followed, nothing tried twice");
        assert_eq!(verifier.probe().await, Err(expected));
    }
}

#[tokio::test]
async fn bad_answers_change_nothing() {
    let forge = Forge::p256();
    let (provider, verifier, clock) = provided(vec![forge.jwk("k1")]).await;
    verifier.verify(&token(&forge, "k1")).await.expect("good");
    for manner in [Manner::Status(500), Manner::Redirect, Manner::Text("garbage".to_owned())] {
        provider.answer(manner);
        clock.forward(61);
        assert_eq!(refusal(&verifier, &token(&forge, "other")).await, TokenError::UnknownKey);
        verifier.verify(&token(&forge, "k1")).await.expect("the known key goes on");
    }
    assert_eq!(provider.fetches(), 4);
}

#[tokio::test]
async fn a_provider_that_publishes_nothing_is_believed() {
    let forge = Forge::p256();
    let (provider, verifier, clock) = provided(vec![forge.jwk("k1")]).await;
    verifier.verify(&token(&forge, "k1")).await.expect("good");
    provider.answer(Manner::Keys(vec![]));
    clock.forward(61);
    assert_eq!(refusal(&verifier, &token(&forge, "other")).await, TokenError::UnknownKey);
    assert_eq!(refusal(&verifier, &token(&forge, "k1")).await, TokenError::UnknownKey);
}

#[tokio::test]
async fn a_slow_provider_is_given_five_seconds() {
    let forge = Forge::p256();
    let provider = Provider::start(Manner::Slow).await;
    let verifier = verifier(&provider, &Clock::new());
    let answer = tokio::time::timeout(Duration::from_secs(8), verifier.verify(&token(&forge, "k1"))).await;
    assert_eq!(answer.expect("in time").map(drop), Err(TokenError::KeysUnavailable));
}

#[tokio::test]
async fn a_provider_that_trickles_is_given_no_more() {
    let forge = Forge::p256();
    let provider = Provider::start(Manner::Trickle).await;
    let verifier = verifier(&provider, &Clock::new());
    let answer = tokio::time::timeout(Duration::from_secs(8), verifier.verify(&token(&forge, "k1"))).await;
    assert_eq!(answer.expect("in time").map(drop), Err(TokenError::KeysUnavailable));
}

#[tokio::test]
async fn a_known_key_does_not_wait_for_a_provider_that_does_not_answer() {
    let forge = Forge::p256();
    let (provider, verifier, clock) = provided(vec![forge.jwk("k1")]).await;
    verifier.verify(&token(&forge, "k1")).await.expect("good");
    provider.answer(Manner::Slow);
    clock.forward(700);
    // The set is old: it is fetched anew beside the requests, and each of them is served from what is known.
    for _ in 0..20 {
        let answer = tokio::time::timeout(Duration::from_secs(3), verifier.verify(&token(&forge, "k1"))).await;
        answer.expect("at once").expect("the known key");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(provider.fetches(), 2);
}

#[tokio::test]
async fn unknown_kids_of_many_at_once_cost_one_fetch() {
    let forge = Forge::p256();
    let (provider, verifier, clock) = provided(vec![forge.jwk("k1")]).await;
    verifier.verify(&token(&forge, "k1")).await.expect("good");
    clock.forward(30);
    let body = b64(payload(json!({})).to_string());
    let crowd: Vec<_> = (0..100)
        .map(|one| {
            let (verifier, body) = (Arc::clone(&verifier), body.clone());
            tokio::spawn(async move {
                for index in 0..100 {
                    let head = b64(json!({ "alg": "ES256", "kid": format!("{one}-{index}") }).to_string());
                    assert_eq!(refusal(&verifier, &format!("{head}.{body}.AAAA")).await, TokenError::UnknownKey);
                }
            })
        })
        .collect();
    for one in crowd {
        one.await.expect("task");
    }
    assert_eq!(provider.fetches(), 2, "ten thousand unknown names, one fetch");
}

#[tokio::test]
async fn nobody_listens() {
    let forge = Forge::p256();
    let provider = Provider::start(Manner::Keys(vec![forge.jwk("k1")])).await;
    let verifier = verifier(&provider, &Clock::new());
    drop(provider);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(refusal(&verifier, &token(&forge, "k1")).await, TokenError::KeysUnavailable);
    assert_eq!(verifier.probe().await, Err(FetchError::Unreachable));
}

#[tokio::test]
async fn a_kid_that_two_keys_have_names_neither() {
    let (one, two, three) = (Forge::p256(), Forge::p256(), Forge::p256());
    let (_provider, verifier, _) = provided(vec![one.jwk("same"), two.jwk("same"), three.jwk("own")]).await;
    assert_eq!(refusal(&verifier, &token(&one, "same")).await, TokenError::AmbiguousKey);
    assert_eq!(refusal(&verifier, &token(&two, "same")).await, TokenError::AmbiguousKey);
    verifier.verify(&token(&three, "own")).await.expect("the others are fine");
}

#[tokio::test]
async fn a_token_may_leave_out_the_kid_of_an_only_key() {
    let (one, two) = (Forge::p256(), Forge::p256());
    let nameless = one.sign(&header(&one, "", json!({ "kid": null })), &payload(json!({})));
    let (provider, verifier, clock) = provided(vec![one.jwk("k1")]).await;
    verifier.verify(&nameless).await.expect("the only key");
    provider.answer(Manner::Keys(vec![one.jwk("k1"), two.jwk("k2")]));
    clock.forward(61);
    verifier.verify(&token(&two, "k2")).await.expect("fetched");
    assert_eq!(refusal(&verifier, &nameless).await, TokenError::KeyNotNamed);
}

#[tokio::test]
async fn keys_that_must_not_verify_are_left_out() {
    let (rsa, p256, ed) = (Forge::rsa(), Forge::p256(), Forge::ed());
    let spoilt = |forge: &Forge, name: &str, value: serde_json::Value| {
        let mut jwk = forge.jwk("k1");
        jwk[name] = value;
        jwk
    };
    let weak = b64([vec![0xff; 127], vec![0xfd]].concat());
    let padded = b64([vec![0; 128], vec![0xff; 127], vec![0xfd]].concat());
    let enormous = b64([vec![0xff; 2_047], vec![0xfd]].concat());
    for (forge, jwk) in [
        (&rsa, spoilt(&rsa, "use", json!("enc"))),
        (&rsa, spoilt(&rsa, "key_ops", json!(["encrypt"]))),
        (&rsa, spoilt(&rsa, "alg", json!("RSA-OAEP"))),
        (&rsa, spoilt(&rsa, "alg", json!("HS256"))),
        (&rsa, spoilt(&rsa, "d", json!("AQAB"))),
        (&rsa, spoilt(&rsa, "n", json!(weak))),
        (&rsa, spoilt(&rsa, "n", json!(padded))),
        (&rsa, spoilt(&rsa, "n", json!(enormous))),
        (&rsa, spoilt(&rsa, "n", json!("!"))),
        (&rsa, spoilt(&rsa, "n", json!(""))),
        (&rsa, spoilt(&rsa, "e", json!(b64([1])))),
        (&rsa, spoilt(&rsa, "e", json!(b64([3])))),
        (&rsa, spoilt(&rsa, "kty", json!("oct"))),
        (&rsa, spoilt(&rsa, "kid", json!(1))),
        (&p256, spoilt(&p256, "crv", json!("P-384"))),
        (&p256, spoilt(&p256, "crv", json!("secp256k1"))),
        (&p256, spoilt(&p256, "alg", json!("ES384"))),
        (&p256, spoilt(&p256, "x", json!(b64([1; 31])))),
        (&ed, spoilt(&ed, "crv", json!("X25519"))),
        (&ed, spoilt(&ed, "x", json!(b64([1; 33])))),
    ] {
        let (_provider, verifier, _) = provided(vec![jwk.clone()]).await;
        assert_eq!(refusal(&verifier, &token(forge, "k1")).await, TokenError::UnknownKey, "{jwk}");
    }
    let off_curve = spoilt(&p256, "y", json!(b64([7; 32])));
    let (_provider, verifier, _) = provided(vec![off_curve]).await;
    assert_eq!(refusal(&verifier, &token(&p256, "k1")).await, TokenError::BadSignature);
    let beside = vec![spoilt(&rsa, "use", json!("enc")), json!("garbage"), json!({}), p256.jwk("k1")];
    let (_provider, verifier, _) = provided(beside).await;
    verifier.verify(&token(&p256, "k1")).await.expect("a good key among others, even with an encryption key's kid");
}

#[tokio::test]
async fn discovery_finds_the_keys_of_the_configured_issuer_only() {
    let forge = Forge::p256();
    let provider = Provider::start(Manner::Keys(vec![forge.jwk("k1")])).await;
    let (base, clock) = (provider.base.clone(), Clock::new());
    let good = forge.sign(&header(&forge, "k1", json!({})), &payload(json!({ "iss": base })));
    let verifier = discovering(&provider, &clock, &base);
    verifier.verify(&good).await.expect("discovered");
    for (document, expected) in [
        (json!({ "issuer": "https://evil.example", "jwks_uri": format!("{base}/keys") }), FetchError::OtherIssuer),
        (json!({ "issuer": format!("{base}/"), "jwks_uri": format!("{base}/keys") }), FetchError::OtherIssuer),
        (json!({ "issuer": base, "jwks_uri": "file:///etc/passwd" }), FetchError::Insecure),
        (json!({ "issuer": base, "jwks_uri": "keys" }), FetchError::Garbage),
        (json!({ "issuer": base }), FetchError::Garbage),
    ] {
        provider.answer_discovery(document);
        let verifier = discovering(&provider, &clock, &base);
        assert_eq!(refusal(&verifier, &good).await, TokenError::KeysUnavailable, "{expected}");
        assert_eq!(verifier.probe().await, Err(expected));
    }
    assert_eq!(provider.fetches(), 1);
}
