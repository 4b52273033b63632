//! Methods, media types, identity, bodies, headers.

use std::sync::atomic::Ordering;

use reqwest::{Method, StatusCode};
use serde_json::json;
use tandem_gateway::{http::HttpSettings, server::ServerSettings};

use super::harness::{House, send};

fn hello() -> serde_json::Value {
    json!({ "query": "{ echo(text: \"hi\") }" })
}

#[tokio::test]
async fn a_query_is_answered_with_its_static_cost() {
    let house = House::open().await;
    let answer = house.ask("{ things(first: 3) { nodes { id } } }").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), "application/graphql-response+json; charset=utf-8");
    let json = answer.json();
    assert_eq!(json["data"]["things"]["nodes"][2]["id"], "thing_2");
    assert_eq!(json["extensions"]["cost"], json!({ "requestedQueryCost": 1 }));
    assert!(json.get("errors").is_none());
}

#[tokio::test]
async fn identity_comes_before_everything() {
    let house = House::open().await;
    let bare = send(house.request(Method::POST, "/graphql").body("not even JSON")).await;
    assert_eq!((bare.status, bare.code().as_str()), (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"));
    assert_eq!(bare.header("www-authenticate"), "Bearer");
    assert_eq!(bare.header("content-type"), "application/json; charset=utf-8");
    for (header, challenge) in [
        ("Basic abc", "Bearer error=\"invalid_request\""),
        ("Bearer", "Bearer error=\"invalid_request\""),
        ("Bearer a b", "Bearer error=\"invalid_request\""),
        ("Bearer wrong", "Bearer error=\"invalid_token\""),
    ] {
        let request = house.request(Method::GET, "/graphql?query={__typename}");
        let answer = send(request.header("authorization", header)).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{header}");
        assert_eq!(answer.header("www-authenticate"), challenge);
    }
    let stranger = send(house.post(&hello()).bearer_auth("x")).await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED, "two Authorization headers");
    let request = house.request(Method::GET, "/graphql?query={__typename}");
    let stranger = send(request.bearer_auth("stranger")).await;
    assert_eq!((stranger.status, stranger.code().as_str()), (StatusCode::FORBIDDEN, "FORBIDDEN"));
    let elsewhere = send(house.post(&hello()).header("tandem-organization", "elsewhere")).await;
    assert_eq!(elsewhere.code(), "ORGANIZATION_REQUIRED");
}

#[tokio::test]
async fn methods() {
    let house = House::open().await;
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::HEAD] {
        let answer = send(house.request(method.clone(), "/graphql").bearer_auth("good")).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(answer.header("allow"), "GET, POST");
    }
    let path = "/graphql?query=mutation%7Bchange%7D";
    let answer = send(house.request(Method::GET, path).bearer_auth("good")).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.header("allow"), "POST");
    assert_eq!(house.memory.changes.load(Ordering::SeqCst), 0);
    let path = "/graphql?query=query($t:String!)%7Becho(text:$t)%7D&variables=%7B%22t%22:%22hi%22%7D";
    let answer = send(house.request(Method::GET, path).bearer_auth("good")).await;
    assert_eq!(answer.json()["data"]["echo"], "hi");
    let answer = send(house.request(Method::GET, "/graphql").bearer_auth("good")).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn media_types() {
    let house = House::open().await;
    for kind in ["text/plain", "multipart/form-data", "application/x-www-form-urlencoded"] {
        let request = house.request(Method::POST, "/graphql").bearer_auth("good");
        let answer = send(request.header("content-type", kind).body(hello().to_string())).await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
        assert_eq!(answer.code(), "BAD_REQUEST");
    }
    let request = house.request(Method::POST, "/graphql").bearer_auth("good");
    let request = request.header("content-type", "application/json").body(hello().to_string());
    let answer = send(request.try_clone().expect("it has a body").header("accept", "text/html")).await;
    assert_eq!(answer.status, StatusCode::NOT_ACCEPTABLE);
    let answer = send(request).await;
    assert_eq!(answer.header("content-type"), "application/json; charset=utf-8");
}

#[tokio::test]
async fn parameters() {
    let house = House::open().await;
    for bad in [
        json!([hello(), hello()]),
        json!("text"),
        json!({}),
        json!({"query": 1}),
        json!({"query": "{__typename}", "variables": []}),
        json!({"query": "{__typename}", "extensions": 1}),
        json!({"query": "{__typename}", "operationName": {}}),
    ] {
        let answer = send(house.post(&bad)).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::BAD_REQUEST, "BAD_REQUEST"), "{bad}");
        assert!(answer.json().get("data").is_none());
    }
    let hash = json!({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "00"}}});
    assert_eq!(send(house.post(&hash)).await.code(), "PERSISTED_QUERY_NOT_FOUND");
}

#[tokio::test]
async fn a_large_body_is_read_away_and_refused() {
    let settings = HttpSettings { body_bytes: 10_000, discard_bytes: 1_000_000, ..HttpSettings::default() };
    let house = House::with(settings, ServerSettings::default(), true).await;
    let body = |size: usize| {
        let frame = json!({"query": "{__typename}", "variables": {"pad": ""}}).to_string().len();
        json!({"query": "{__typename}", "variables": {"pad": "x".repeat(size - frame)}})
    };
    assert_eq!(send(house.post(&body(9_999))).await.status, StatusCode::OK);
    assert_eq!(send(house.post(&body(10_000))).await.status, StatusCode::OK);
    for size in [10_001, 900_000] {
        let answer = send(house.post(&body(size))).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "BAD_REQUEST"));
    }
}

#[tokio::test]
async fn every_answer_has_an_id_and_guarding_headers() {
    let house = House::open().await;
    for path in ["/graphql", "/livez", "/nowhere", "/metrics"] {
        let answer = house.get(path).await;
        assert_eq!(answer.header("x-request-id").len(), 32, "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"));
    }
    let own = send(house.post(&hello()).header("x-request-id", "mine-1")).await;
    assert_eq!(own.header("x-request-id"), "mine-1");
    let seen = house.memory.last.lock().expect("unpoisoned").clone().expect("it ran");
    assert_eq!(seen.2, "mine-1");
    let long = send(house.post(&hello()).header("x-request-id", "x".repeat(129))).await;
    assert_eq!(long.header("x-request-id").len(), 32);
    let odd = send(house.post(&hello()).header("x-request-id", "a b")).await;
    assert_eq!(odd.header("x-request-id").len(), 32);
}

#[tokio::test]
async fn idempotency_keys_are_passed_on() {
    let house = House::open().await;
    let one = json!({ "query": "mutation { change }" });
    let answer = send(house.post(&one).header("idempotency-key", "\"key-1\"")).await;
    assert_eq!(answer.json()["data"]["change"], 1);
    let seen = house.memory.last.lock().expect("unpoisoned").clone().expect("it ran");
    assert_eq!((seen.0.as_str(), seen.1.as_deref()), ("good", Some("key-1")));
    let answer = send(house.post(&one).header("idempotency-key", "two words")).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::BAD_REQUEST, "BAD_REQUEST"));
    let two = json!({ "query": "mutation { a: change b: change }" });
    let answer = send(house.post(&two).header("idempotency-key", "key-2")).await;
    assert_eq!(answer.code(), "BAD_USER_INPUT");
    assert_eq!(house.memory.changes.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn cors_is_a_setting() {
    let preflight = |house: &House, origin: &str| {
        house
            .request(Method::OPTIONS, "/graphql")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization,idempotency-key")
    };
    let closed = House::open().await;
    let answer = send(preflight(&closed, "https://portal.example")).await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
    let settings = HttpSettings { cors_origins: vec!["https://portal.example".to_owned()], ..HttpSettings::default() };
    let open = House::with(settings, ServerSettings::default(), true).await;
    let answer = send(preflight(&open, "https://portal.example")).await;
    assert_eq!(answer.header("access-control-allow-origin"), "https://portal.example");
    assert!(answer.header("access-control-allow-headers").contains("idempotency-key"));
    let answer = send(preflight(&open, "https://evil.example")).await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
    let answer = send(open.post(&hello()).header("origin", "https://portal.example")).await;
    assert!(answer.header("access-control-expose-headers").contains("ratelimit"));
}
