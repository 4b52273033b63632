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

/// A GET as a frame of HTTP/2 on the first stream, in headers that need no table.
fn get_frame(path: &str) -> Vec<u8> {
    let text = |text: &str| [&[u8::try_from(text.len()).expect("a short text")][..], text.as_bytes()].concat();
    let block = [vec![0x82, 0x86, 0x04], text(path), vec![0x01], text("x"), vec![0x0f, 0x08], text("Bearer good")].concat();
    [&[0, 0, u8::try_from(block.len()).expect("short headers"), 1, 5, 0, 0, 0, 1][..], block.as_slice()].concat()
}

/// An HTTP/2 client that sends this, then nothing but answers to pings. When the server closed, and whether it answered 200.
async fn pinging(house: &House, requests: &[u8]) -> (Duration, bool) {
    let mut socket = TcpStream::connect(house.address).await.expect("a socket");
    let started = Instant::now();
    socket.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.expect("it is sent");
    socket.write_all(requests).await.expect("it is sent");
    let mut answered = false;
    let talk = async {
        let mut head = [0; 9];
        while socket.read_exact(&mut head).await.is_ok() {
            let [a, b, c, kind, flags, ..] = head;
            let mut content = vec![0; (usize::from(a) << 16) | (usize::from(b) << 8) | usize::from(c)];
            if socket.read_exact(&mut content).await.is_err() {
                return;
            }
            answered |= kind == 1 && content.first() == Some(&0x88);
            if kind == 6 && flags == 0 {
                let pong = [&[0, 0, 8, 6, 1, 0, 0, 0, 0][..], content.as_slice()].concat();
                if socket.write_all(&pong).await.is_err() {
                    return;
                }
            }
        }
    };
    assert!(timeout(Duration::from_secs(5), talk).await.is_ok(), "the server closes in time");
    (started.elapsed(), answered)
}

#[tokio::test]
async fn idle_connections_of_http_2_are_let_go() {
    let sockets = ServerSettings { head_milliseconds: 300, ..ServerSettings::default() };
    let house = House::with(HttpSettings::default(), sockets, true).await;
    let (silent, answered) = pinging(&house, b"").await;
    assert!(silent > Duration::from_millis(250) && !answered);
    let (after_one, answered) = pinging(&house, &get_frame("/livez")).await;
    assert!(after_one > Duration::from_millis(250) && answered);
    // A request may take longer than a connection may idle.
    let (after_slow, answered) = pinging(&house, &get_frame("/graphql?query=%7Bslow(milliseconds:900)%7D")).await;
    assert!(after_slow > Duration::from_millis(900) && answered);
}

#[tokio::test]
async fn not_ready_is_told_before_the_door_is_closed() {
    let sockets = ServerSettings { notice_milliseconds: 700, ..ServerSettings::default() };
    let mut house = House::with(HttpSettings::default(), sockets, true).await;
    assert_eq!(house.get("/readyz").await.status, StatusCode::OK);
    let _ = house.stop.take().map(|stop| stop.send(()));
    sleep(Duration::from_millis(150)).await;
    assert_eq!(house.get("/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(house.ask("{ __typename }").await.status, StatusCode::OK, "requests are still taken");
    timeout(Duration::from_secs(3), house.server).await.expect("it ends").expect("no panic");
    assert!(TcpStream::connect(house.address).await.is_err());
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
