//! Sockets: heads, slow clients, numbers, and the way out.

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use tandem_gateway::{http::HttpSettings, server::ServerSettings};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{sleep, timeout},
};

use super::harness::House;

async fn raw(house: &House, text: &str) -> String {
    let mut socket = TcpStream::connect(house.address).await.expect("a socket");
    socket.write_all(text.as_bytes()).await.expect("it is sent");
    let mut answer = Vec::new();
    let read = timeout(Duration::from_secs(5), socket.read_to_end(&mut answer)).await;
    assert!(read.is_ok(), "the server closes in time");
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_head_has_a_bound() {
    let house = House::open().await;
    let head = |size: usize| format!("GET /livez HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-pad: {}\r\n\r\n", "p".repeat(size));
    assert!(raw(&house, &head(30_000)).await.starts_with("HTTP/1.1 200"));
    assert!(raw(&house, &head(34_000)).await.starts_with("HTTP/1.1 431"));
    let many = format!("GET /livez HTTP/1.1\r\nhost: x\r\n{}\r\n", "a: b\r\n".repeat(200));
    assert!(raw(&house, &many).await.starts_with("HTTP/1.1 431"));
}

#[tokio::test]
async fn slow_and_silent_clients_are_let_go() {
    let sockets = ServerSettings { head_milliseconds: 300, ..ServerSettings::default() };
    let house = House::with(HttpSettings::default(), sockets, true).await;
    for start in ["", "PRI * HT", "GET /livez HTTP/1.1\r\nhost: exam", "GET /livez HTTP/1.1\r\nhost: x\r\n\r\n"] {
        let started = Instant::now();
        let _ = raw(&house, start).await;
        assert!(started.elapsed() < Duration::from_secs(3), "{start:?}");
    }
}

#[tokio::test]
async fn a_body_that_never_comes_is_a_timeout() {
    let settings = HttpSettings { request_milliseconds: 300, ..HttpSettings::default() };
    let house = House::with(settings, ServerSettings::default(), true).await;
    let answer = raw(
        &house,
        "POST /graphql HTTP/1.1\r\nhost: x\r\nauthorization: Bearer good\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: 100\r\n\r\n{",
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("TIMEOUT"), "{answer}");
}

#[tokio::test]
async fn the_number_of_sockets_is_bounded() {
    let sockets = ServerSettings { connections: 2, ..ServerSettings::default() };
    let house = House::with(HttpSettings::default(), sockets, true).await;
    let held = [TcpStream::connect(house.address).await.expect("one"), TcpStream::connect(house.address).await.expect("two")];
    sleep(Duration::from_millis(100)).await;
    let waiting = timeout(Duration::from_millis(300), house.get("/livez")).await;
    assert!(waiting.is_err(), "a third waits");
    drop(held);
    assert_eq!(house.get("/livez").await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_in_flight_finishes_and_then_the_server_ends() {
    let mut house = House::open().await;
    let slow = house.post(&serde_json::json!({ "query": "{ slow(milliseconds: 500) }" }));
    let slow = tokio::spawn(super::harness::send(slow));
    sleep(Duration::from_millis(150)).await;
    let _ = house.stop.take().map(|stop| stop.send(()));
    let answer = slow.await.expect("no panic");
    assert_eq!((answer.status, &answer.json()["data"]["slow"]), (StatusCode::OK, &true.into()));
    timeout(Duration::from_secs(3), house.server).await.expect("it ends").expect("no panic");
    assert!(house.draining.is_draining());
    assert!(TcpStream::connect(house.address).await.is_err());
}

#[tokio::test]
async fn what_does_not_finish_is_cut() {
    let sockets = ServerSettings { drain_milliseconds: 200, ..ServerSettings::default() };
    let mut house = House::with(HttpSettings::default(), sockets, true).await;
    let slow = house.post(&serde_json::json!({ "query": "{ slow(milliseconds: 9000) }" }));
    let slow = tokio::spawn(slow.send());
    sleep(Duration::from_millis(150)).await;
    let _ = house.stop.take().map(|stop| stop.send(()));
    timeout(Duration::from_secs(3), house.server).await.expect("it ends").expect("no panic");
    assert!(slow.await.expect("no panic").is_err());
}

#[tokio::test]
async fn a_client_that_does_not_read_is_let_go() {
    let sockets = ServerSettings { connections: 1, write_milliseconds: 300, ..ServerSettings::default() };
    let house = House::with(HttpSettings::default(), sockets, true).await;
    let fields: String = (0..18).map(|i| format!("a{i}: echo(text: $t) ")).collect();
    let query = format!("query($t: String!) {{ {fields} }}");
    let body = serde_json::json!({ "query": query, "variables": { "t": "x".repeat(900_000) } });
    let body = body.to_string();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: x\r\nauthorization: Bearer good\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut socket = TcpStream::connect(house.address).await.expect("a socket");
    socket.write_all(head.as_bytes()).await.expect("it is sent");
    socket.write_all(body.as_bytes()).await.expect("it is sent");
    // There is room for one connection only: the next is served when this one is gone.
    let next = timeout(Duration::from_secs(8), house.get("/livez")).await;
    assert_eq!(next.expect("the first was let go").status, StatusCode::OK);
    drop(socket);
}
