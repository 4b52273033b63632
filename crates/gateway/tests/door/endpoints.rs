//! The endpoints beside GraphQL.

use reqwest::{Method, StatusCode};
use tandem_gateway::{http::HttpSettings, server::ServerSettings};

use super::harness::{House, send};

#[tokio::test]
async fn probes() {
    let house = House::open().await;
    assert_eq!(house.get("/livez").await.status, StatusCode::OK);
    assert_eq!(house.get("/readyz").await.status, StatusCode::OK);
    house.draining.start();
    let answer = house.get("/readyz").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE"));
    assert_eq!(house.get("/livez").await.status, StatusCode::OK);
    let away = House::with(HttpSettings::default(), ServerSettings::default(), false).await;
    assert_eq!(away.get("/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);
    let answer = send(away.request(Method::POST, "/livez")).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(house.get("/nowhere").await.code(), "NOT_FOUND");
}

#[tokio::test]
async fn metrics_have_no_label_that_a_user_chose() {
    let house = House::open().await;
    let _ = house.ask("query MyOwnName { __typename }").await;
    let _ = house.ask("{").await;
    let _ = house.get("/my-own-path").await;
    let text = house.get("/metrics").await.text;
    for wanted in [
        "http_server_request_duration_seconds_bucket{",
        "graphql_requests_total{kind=\"query\",outcome=\"OK\"}",
        "graphql_document_refusals_total{code=\"GRAPHQL_PARSE_FAILED\"}",
    ] {
        assert!(text.contains(wanted), "{wanted} in {text}");
    }
    assert!(!text.contains("MyOwnName") && !text.contains("my-own-path"));
}

#[tokio::test]
async fn the_schema_is_for_those_who_may_introspect() {
    let house = House::open().await;
    assert_eq!(house.get("/schema.graphql").await.status, StatusCode::UNAUTHORIZED);
    let ask = |token: &str| send(house.request(Method::GET, "/schema.graphql").bearer_auth(token));
    assert_eq!(ask("plain").await.status, StatusCode::FORBIDDEN);
    let answer = ask("good").await;
    assert!(answer.status == StatusCode::OK && answer.text.contains("type Query"));
}

#[tokio::test]
async fn the_page_is_shown_only_where_it_is_switched_on() {
    let house = House::open().await;
    assert_eq!(house.get("/").await.status, StatusCode::NOT_FOUND);
    let settings = HttpSettings { ide: true, ..HttpSettings::default() };
    let house = House::with(settings, ServerSettings::default(), true).await;
    let answer = house.get("/").await;
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    let policy = answer.header("content-security-policy");
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next());
    let nonce = nonce.expect("a nonce");
    assert!(answer.text.contains(&format!("<script nonce=\"{nonce}\">")));
    assert!(!answer.text.contains("{nonce}") && !answer.text.contains("http://") && !answer.text.contains("https://"));
}
