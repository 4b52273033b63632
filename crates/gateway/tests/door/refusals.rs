//! Refusals: each is counted, logged and told to the doorkeeper, with who it was and nothing of what he sent.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use reqwest::Method;
use serde_json::json;
use tandem_gateway::http::seam::{Stage, Who};

use super::{
    harness::{House, send},
    toy::{GOOD, Noted, STRANGER},
};

impl House {
    /// What the doorkeeper was told since the last look.
    fn noted(&self) -> Vec<Noted> {
        std::mem::take(&mut *self.memory.refusals.lock().expect("unpoisoned"))
    }
}

fn noted(code: &'static str, stage: Stage, who: Who, status: u16, request_id: &str) -> Noted {
    Noted { code, stage, who, status, request_id: request_id.to_owned() }
}

#[tokio::test]
async fn every_refusal_passes_one_place() {
    let house = House::open().await;
    let nobody = Who::default();
    let get =
        |path: &str, token: &'static str, id: &'static str| house.request(Method::GET, path).header("x-request-id", id).bearer_auth(token);
    let ask = |query: &str, id: &'static str| house.post(&json!({ "query": query })).header("x-request-id", id);
    let mutation = ask("mutation { change }", "m").header("idempotency-key", "refused");
    for (request, expected) in [
        (
            house.request(Method::POST, "/graphql").header("x-request-id", "a"),
            vec![noted("UNAUTHENTICATED", Stage::Door, nobody, 401, "a")],
        ),
        (get("/graphql?query={__typename}", "wrong", "b"), vec![noted("UNAUTHENTICATED", Stage::Door, nobody, 401, "b")]),
        (get("/graphql?query={__typename}", "stranger", "c"), vec![noted("FORBIDDEN", Stage::Door, STRANGER, 403, "c")]),
        (get("/schema.graphql", "stranger", "d"), vec![noted("FORBIDDEN", Stage::Door, STRANGER, 403, "d")]),
        (get("/schema.graphql", "plain", "e"), vec![noted("FORBIDDEN", Stage::Door, GOOD, 403, "e")]),
        (get("/nowhere", "good", "f"), vec![noted("NOT_FOUND", Stage::Door, nobody, 404, "f")]),
        (house.request(Method::PUT, "/graphql").header("x-request-id", "g"), vec![noted("BAD_REQUEST", Stage::Door, nobody, 405, "g")]),
        (ask("{", "h"), vec![noted("GRAPHQL_PARSE_FAILED", Stage::Door, GOOD, 400, "h")]),
        (ask("{ nothing }", "i"), vec![noted("GRAPHQL_VALIDATION_FAILED", Stage::Answer, GOOD, 400, "i")]),
        (ask("{ denied }", "j"), vec![noted("FORBIDDEN", Stage::Answer, GOOD, 200, "j")]),
        (ask("{ errors }", "k"), vec![noted("INTERNAL_SERVER_ERROR", Stage::Answer, GOOD, 200, "k")]),
        (ask("{ boom }", "l"), vec![noted("INTERNAL_SERVER_ERROR", Stage::Door, GOOD, 500, "l")]),
        (mutation, vec![noted("CONFLICT", Stage::Command, GOOD, 200, "m")]),
        (ask("{ __typename }", "n"), vec![]),
        (get("/livez", "good", "o"), vec![]),
    ] {
        send(request).await;
        assert_eq!(house.noted(), expected);
    }
    house.draining.start();
    house.get("/readyz").await;
    assert_eq!(house.noted(), [], "a balancer's question is no refusal");
    let text = house.get("/metrics").await.text;
    for wanted in [
        "requests_refused_total{code=\"UNAUTHENTICATED\",stage=\"door\"}",
        "requests_refused_total{code=\"FORBIDDEN\",stage=\"answer\"}",
        "requests_refused_total{code=\"CONFLICT\",stage=\"command\"}",
    ] {
        assert!(text.contains(wanted), "{wanted} in {text}");
    }
}

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("unpoisoned").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_refusal_is_logged_without_what_was_sent() {
    let log = Log::default();
    let kept = log.clone();
    let subscriber = tracing_subscriber::fmt().with_writer(move || log.clone()).with_ansi(false).finish();
    // For the whole process: what is enabled is remembered for all threads, also by those that have no subscriber of their own.
    tracing::subscriber::set_global_default(subscriber).expect("the only one");
    let house = House::open().await;
    let secret = "a-token-that-must-stay-in-no-log";
    send(house.request(Method::GET, "/graphql?query=%7Bplanted%7D").header("x-request-id", "logged-1").bearer_auth(secret)).await;
    send(house.request(Method::GET, "/graphql?query=%7Bplanted%7D").header("x-request-id", "logged-2").bearer_auth("stranger")).await;
    send(house.post(&json!({ "query": "{ planted", "variables": { "planted": 1 } })).header("x-request-id", "logged-3")).await;
    let text = String::from_utf8(kept.0.lock().expect("unpoisoned").clone()).expect("text");
    let lines: Vec<&str> = text.lines().filter(|line| line.contains("logged-") && line.contains("stage=")).collect();
    let [first, second, third] = lines.as_slice() else { panic!("three refusals: {text}") };
    assert!(first.contains("logged-1") && first.contains("UNAUTHENTICATED") && !first.contains("principal="), "{first}");
    let principal = STRANGER.principal.expect("a principal").to_string();
    assert!(second.contains("logged-2") && second.contains("FORBIDDEN") && second.contains(&principal), "{second}");
    let organization = GOOD.organization.expect("an organisation").to_string();
    assert!(third.contains("logged-3") && third.contains("GRAPHQL_PARSE_FAILED") && third.contains(&organization), "{third}");
    assert!(!text.contains(secret) && !text.contains("planted"), "{text}");
}
