//! Exports over HTTP: whole where they come to their end, broken where they do not.

use reqwest::{Method, StatusCode};
use tandem_gateway::http::HttpSettings;
use tandem_gateway::server::ServerSettings;

use super::harness::{Answer, House, send};

async fn get(house: &House, path: &str) -> Answer {
    send(house.request(Method::GET, path).bearer_auth("good")).await
}

#[tokio::test]
async fn pages_come_as_one_stream_in_both_formats() {
    let house = House::open().await;
    let lines = get(&house, "/exports/STUDY").await;
    assert_eq!((lines.status, lines.header("content-type")), (StatusCode::OK, "application/x-ndjson"));
    assert_eq!(lines.header("content-disposition"), "attachment; filename=\"study.ndjson\"");
    let ids: Vec<String> = lines
        .text
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids, ["0-0", "0-1", "1-0", "1-1", "2-0", "2-1"]);
    let table = get(&house, "/exports/STUDY_SITE?format=csv").await;
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8; header=present");
    let rows: Vec<&str> = table.text.split_terminator("\r\n").collect();
    assert_eq!((rows.len(), rows.iter().filter(|row| row.starts_with("id,")).count()), (7, 1), "{}", table.text);
    // Of a study that is none there is nothing but the names.
    assert_eq!(get(&house, "/exports/STUDY?studyId=none").await.text, "");
    assert_eq!(get(&house, "/exports/STUDY?format=csv&studyId=none").await.text.split_terminator("\r\n").count(), 1);
    let head = send(house.request(Method::HEAD, "/exports/STUDY").bearer_auth("good")).await;
    assert_eq!((head.status, head.text.as_str()), (StatusCode::OK, ""));
}

#[tokio::test]
async fn what_is_not_asked_for_rightly_is_refused() {
    let house = House::open().await;
    for (path, status, code) in [
        ("/exports/study", StatusCode::NOT_FOUND, "NOT_FOUND"),
        ("/exports/ACCESS_EVENT", StatusCode::NOT_FOUND, "NOT_FOUND"),
        ("/exports/STUDY?format=xml", StatusCode::BAD_REQUEST, "BAD_REQUEST"),
        ("/exports/STUDY?study=1", StatusCode::BAD_REQUEST, "BAD_REQUEST"),
        ("/exports/%FF", StatusCode::NOT_FOUND, "NOT_FOUND"),
    ] {
        let answer = get(&house, path).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{path}");
    }
    let nobody = send(house.request(Method::GET, "/exports/STUDY")).await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    let post = send(house.request(Method::POST, "/exports/STUDY").bearer_auth("good")).await;
    assert_eq!((post.status, post.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "GET, HEAD"));
}

/// Whoever's access ends while it runs is given nothing more, and can't take what he has for the whole.
#[tokio::test]
async fn an_export_breaks_off_where_access_ends() {
    let house = House::open().await;
    let mut come = Vec::new();
    // It may break before the head is on its way.
    let broken = match house.request(Method::GET, "/exports/STUDY").bearer_auth("leaver").send().await {
        Err(_) => true,
        Ok(mut response) => loop {
            match response.chunk().await {
                Ok(Some(piece)) => come.extend_from_slice(&piece),
                Ok(None) => break false,
                Err(_) => break true,
            }
        },
    };
    assert_eq!(house.memory.pages.load(std::sync::atomic::Ordering::Relaxed), 2, "what he may not have was not asked for");
    assert!(broken, "it ends as if it were whole: {}", String::from_utf8_lossy(&come));
    assert!(!String::from_utf8_lossy(&come).contains("2-0"));
}

#[tokio::test]
async fn each_page_costs_and_waits_until_it_can_be_paid() {
    let settings = HttpSettings { rate_limit: 150, rate_burst: 150, ..HttpSettings::default() };
    let house = House::with(settings, ServerSettings::default(), true).await;
    let lines = get(&house, "/exports/STUDY").await;
    assert_eq!(lines.text.lines().count(), 6);
    let refused = get(&house, "/exports/STUDY").await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED"));
}
