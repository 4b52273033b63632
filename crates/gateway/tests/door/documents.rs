//! Documents: what is refused, how errors look, time, panics and the price.

use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use reqwest::StatusCode;
use serde_json::json;
use tandem_gateway::{http::HttpSettings, server::ServerSettings};

use super::harness::{House, send};

#[tokio::test]
async fn refused_documents_have_a_code_and_no_data() {
    let house = House::open().await;
    let bomb = {
        let mut text = String::from("{...F0}");
        for i in 0..28 {
            text += &format!("fragment F{i} on Query{{...F{n} ...F{n}}}", n = i + 1);
        }
        text + "fragment F28 on Query{__typename}"
    };
    assert!(bomb.len() < 1_200);
    let started = Instant::now();
    for (query, code) in [
        ("{ echo(text: ", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ eco(text: 1) }", "GRAPHQL_VALIDATION_FAILED"),
        ("query($t: Int!) { slow(milliseconds: $t) }", "BAD_USER_INPUT"),
        ("query A { __typename } query B { __typename }", "BAD_REQUEST"),
        ("query($v: [Nope] = [1]) { __typename }", "GRAPHQL_VALIDATION_FAILED"),
        ("query($v: [Thing] = [1]) { __typename }", "GRAPHQL_VALIDATION_FAILED"),
        ("mutation { change change }", "GRAPHQL_VALIDATION_FAILED"),
        (bomb.as_str(), "DOCUMENT_LIMIT_EXCEEDED"),
    ] {
        let answer = house.ask(query).await;
        let json = answer.json();
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::BAD_REQUEST, code), "{json}");
        assert!(json.get("data").is_none());
        assert!(!answer.text.contains("Did you mean"), "{json}");
        // The older type says 200 for whatever could be read and is not run; of two equal wishes the first one counts.
        let plain = house.client.post(house.url("/graphql")).bearer_auth("good").json(&json!({ "query": query }));
        let old = send(plain.header("accept", "application/json")).await;
        assert_eq!((old.status, old.code().as_str()), (StatusCode::OK, code), "{}", old.text);
        assert!(old.header("content-type").starts_with("application/json"), "{}", old.header("content-type"));
        assert_eq!(old.json(), json, "the same words in both types");
        let both = send(house.post(&json!({ "query": query })).header("accept", "application/json")).await;
        assert_eq!((both.status, both.text), (StatusCode::BAD_REQUEST, answer.text));
    }
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn answers_to_hostile_documents_stay_small() {
    let house = House::open().await;
    let unused: String = (0..400).map(|i| format!("$v{i}:Int ")).collect();
    let answer = house.ask(&format!("query({unused}){{ __typename }}")).await;
    assert_eq!(answer.code(), "GRAPHQL_VALIDATION_FAILED");
    assert!(answer.json()["errors"].as_array().expect("a list").len() <= 20);
    // A message repeats at most as much of a name as a message may be long; what cannot be read is not repeated at all.
    let name = "n".repeat(14_000);
    for most in [20, 300] {
        let house =
            House::with(HttpSettings { message_characters: most, ..HttpSettings::default() }, ServerSettings::default(), true).await;
        let unknown = house.ask(&format!("{{ {name} }}")).await;
        assert_eq!(unknown.code(), "GRAPHQL_VALIDATION_FAILED");
        let json = unknown.json();
        let message = json["errors"][0]["message"].as_str().expect("a message");
        assert!(message.chars().count() <= most && message.contains('…'), "the name is longer, so the message is cut: {message}");
        assert!(echoed(&unknown.text) < most.min(64), "{}", unknown.text);
        assert_eq!(json["errors"].as_array().expect("a list").len(), 1, "{json}");
        let unread = house.ask(&format!("{{ \"{name}")).await;
        assert_eq!((unread.code().as_str(), echoed(&unread.text)), ("GRAPHQL_PARSE_FAILED", 1), "{}", unread.text);
    }
}

/// How much of a name of nothing but `n` stands in an answer: its longest run of that letter.
fn echoed(text: &str) -> usize {
    text.split(|letter| letter != 'n').map(str::len).max().unwrap_or(0)
}

#[tokio::test]
async fn errors_of_fields() {
    let house = House::open().await;
    let answer = house.ask("{ leak denied odd ok: echo(text: \"x\") }").await;
    assert_eq!(answer.status, StatusCode::OK);
    let json = answer.json();
    assert_eq!(json["data"], json!({"leak": null, "denied": null, "odd": null, "ok": "x"}));
    let code = |i: usize| json["errors"][i]["extensions"]["code"].as_str().unwrap_or_default().to_owned();
    let mut codes = [code(0), code(1), code(2)];
    codes.sort();
    assert_eq!(codes, ["FORBIDDEN", "INTERNAL_SERVER_ERROR", "INTERNAL_SERVER_ERROR"]);
    assert!(answer.text.contains("\"blockers\":1") && answer.text.contains("\"path\":[\"denied\"]"));
    assert!(!answer.text.contains("SELECT") && !answer.text.contains("internal words") && !answer.text.contains("SQLSTATE"));
    let fatal = house.ask("{ fatal }").await;
    assert_eq!(fatal.status, StatusCode::OK);
    assert_eq!(fatal.json()["data"], json!(null));
    assert!(fatal.json().as_object().expect("an object").contains_key("data"));
    assert!(fatal.text.len() < 1_000);
    let many = house.ask("{ errors }").await;
    assert_eq!(many.json()["errors"].as_array().expect("a list").len(), 20);
}

#[tokio::test]
async fn a_panic_is_one_500_and_the_server_lives() {
    let house = House::open().await;
    let answer = house.ask("{ boom }").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_SERVER_ERROR"));
    assert!(!answer.text.contains("on purpose"));
    assert_eq!(house.ask("{ __typename }").await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_time_limit_drops_the_work() {
    let settings = HttpSettings { request_milliseconds: 200, ..HttpSettings::default() };
    let house = House::with(settings, ServerSettings::default(), true).await;
    assert_eq!(house.ask("{ slow(milliseconds: 1) }").await.json()["data"]["slow"], true);
    let answer = house.ask("{ slow(milliseconds: 60000) }").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::GATEWAY_TIMEOUT, "TIMEOUT"));
    assert!(house.memory.dropped.load(Ordering::SeqCst));
}

#[tokio::test]
async fn points_run_out_for_each_principal_alone() {
    let settings = HttpSettings { rate_limit: 1, rate_burst: 5, ..HttpSettings::default() };
    let house = House::with(settings, ServerSettings::default(), true).await;
    let first = house.ask("{ things { nodes { id } } }").await;
    assert_eq!(first.header("ratelimit-policy"), "\"points\";q=5;w=5");
    assert_eq!(first.header("ratelimit"), "\"points\";r=4;t=1");
    for _ in 0..4 {
        // Refused documents are charged too.
        assert_ne!(house.ask("{ nothing").await.status, StatusCode::TOO_MANY_REQUESTS);
    }
    let refused = house.ask("{ __typename }").await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED"));
    assert_eq!(refused.header("retry-after"), "1");
    let request = house.request(reqwest::Method::GET, "/graphql?query={__typename}");
    assert_eq!(send(request.bearer_auth("plain")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn whoever_is_refused_has_paid_and_who_has_nothing_left_is_not_read() {
    let settings = HttpSettings { rate_limit: 1, rate_burst: 5, body_bytes: 1_000, ..HttpSettings::default() };
    let house = House::with(settings, ServerSettings::default(), true).await;
    let small = json!({ "query": "{ __typename }" });
    let key = send(house.post(&small).header("idempotency-key", "two words")).await;
    assert_eq!((key.status, key.header("ratelimit")), (StatusCode::BAD_REQUEST, "\"points\";r=4;t=1"));
    let large = send(house.post(&json!({ "query": "x".repeat(2_000) }))).await;
    assert_eq!((large.status, large.header("ratelimit")), (StatusCode::PAYLOAD_TOO_LARGE, "\"points\";r=3;t=2"));
    let kind = send(house.post(&small).header("accept", "text/html")).await;
    assert!(kind.header("ratelimit").starts_with("\"points\";r="), "{:?}", kind.headers);
    while house.ask("{ __typename }").await.status == StatusCode::OK {}
    // No point is left: what is no JSON at all is not looked at.
    let unread = send(house.post(&json!({})).body("no JSON")).await;
    assert_eq!((unread.status, unread.code().as_str()), (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED"));
    assert!(unread.header("ratelimit").starts_with("\"points\";r=0;"));
}

#[tokio::test]
async fn the_whole_cost_is_paid_in_two_parts() {
    let settings = HttpSettings { rate_limit: 1, rate_burst: 100, ..HttpSettings::default() };
    let house = House::with(settings, ServerSettings::default(), true).await;
    let fields: String = (0..7).map(|i| format!("a{i}: things {{ nodes {{ id }} }} ")).collect();
    let answer = house.ask(&format!("{{ {fields} }}")).await;
    assert_eq!(answer.json()["extensions"]["cost"]["requestedQueryCost"], 7);
    assert_eq!(answer.header("ratelimit"), "\"points\";r=93;t=7");
}

#[tokio::test]
async fn conditions_go_by_the_defaults_of_variables() {
    let house = House::open().await;
    let changes = || house.memory.changes.load(Ordering::SeqCst);
    for query in [
        "mutation($dry: Boolean = true) { change @skip(if: $dry) }",
        "mutation($do: Boolean = false) { change @include(if: $do) }",
        "mutation($dry: Boolean! = true) { ...F @skip(if: $dry) } fragment F on Mutation { change }",
        "mutation($do: Boolean! = false) { ... @include(if: $do) { change } }",
    ] {
        let answer = house.ask(query).await;
        assert_eq!((answer.status, &answer.json()["data"]), (StatusCode::OK, &json!({})), "{}", answer.text);
        assert_eq!(changes(), 0, "{query}");
    }
    let ask = async |query: &str, variables: serde_json::Value| send(house.post(&json!({ "query": query, "variables": variables }))).await;
    let skipped = "mutation($dry: Boolean = true) { change @skip(if: $dry) }";
    assert_eq!(ask(skipped, json!({ "dry": null })).await.code(), "BAD_USER_INPUT");
    assert_eq!(changes(), 0);
    assert_eq!(ask(skipped, json!({ "dry": false })).await.json()["data"]["change"], 1);
    let included = "mutation($do: Boolean = false) { change @include(if: $do) }";
    assert_eq!(ask(included, json!({ "do": true })).await.json()["data"]["change"], 2);
}

#[tokio::test]
async fn one_change_is_made_once() {
    let house = House::open().await;
    let twice = house.ask("mutation { change ...F } fragment F on Mutation { change }").await;
    assert_eq!(twice.code(), "GRAPHQL_VALIDATION_FAILED");
    assert!(twice.text.contains("alias"), "{}", twice.text);
    assert_eq!(house.memory.changes.load(Ordering::SeqCst), 0);
    assert_eq!(house.ask("mutation { change again: change }").await.json()["data"], json!({ "change": 1, "again": 2 }));
}

#[tokio::test]
async fn subscriptions_are_not_offered_and_that_is_said() {
    let house = House::open().await;
    let answer = house.ask("subscription { changes }").await;
    assert_eq!(answer.code(), "BAD_REQUEST");
    assert!(answer.text.contains("not offered") && !answer.text.contains("WebSocket"), "{}", answer.text);
}

#[tokio::test]
async fn only_some_may_introspect() {
    let house = House::open().await;
    assert_eq!(house.ask("{ __schema { queryType { name } } }").await.status, StatusCode::OK);
    let path = "/graphql?query={__type(name:\"Thing\")%7Bname%7D}";
    let answer = send(house.request(reqwest::Method::GET, path).bearer_auth("plain")).await;
    assert_eq!(answer.code(), "FORBIDDEN");
}

#[tokio::test]
async fn deep_documents_and_variables_do_not_overflow_the_stack() {
    let house = House::open().await;
    let inline = format!("{}__typename{}", "{...".repeat(62) + "{", "}".repeat(63));
    let lists = format!("{{echo(text:{}{})}}", "[".repeat(62), "]".repeat(62));
    let mut chain = String::from("{...F0}");
    for i in 0..62 {
        chain += &format!("fragment F{i} on Query{{...F{}}}", i + 1);
    }
    chain += "fragment F62 on Query{__typename}";
    for query in [inline, lists, chain, "{a".repeat(5_000), "[".repeat(14_000)] {
        let answer = house.ask(&query).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(!answer.code().is_empty());
    }
    let mut value = json!(1);
    for _ in 0..120 {
        value = json!([value]);
    }
    let body = json!({"query": "query($v:String!){echo(text:$v)}", "variables": {"v": value}});
    assert_eq!(send(house.post(&body)).await.code(), "GRAPHQL_VALIDATION_FAILED");
    let body = format!("{{\"query\":\"{{__typename}}\",\"variables\":{{\"v\":{}}}}}", "[".repeat(100_000));
    let answer = send(house.post(&json!({})).body(body)).await;
    assert_eq!(answer.code(), "BAD_REQUEST");
    assert_eq!(house.ask("{ __typename }").await.status, StatusCode::OK);
}
