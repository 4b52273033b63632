//! Hostile requests against the whole product over plain sockets: each refused with a code, small, told nothing, and survived.
//! The requests are plain data: `hostile/requests.rs` (HTTP and parameters) and `hostile/documents.rs` (GraphQL).

mod documents;
mod requests;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use tandem_gateway::config::Settings;
use tandem_tests::fingerprint::{fingerprint, journal_length};
use tandem_tests::house::{BOTH, Backend, Ground, House, person};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The closed list of `extensions.code`, from the requirements.
const CODES: &str = "GRAPHQL_PARSE_FAILED GRAPHQL_VALIDATION_FAILED BAD_USER_INPUT BAD_REQUEST UNAUTHENTICATED ORGANIZATION_REQUIRED \
    FORBIDDEN NOT_FOUND CONFLICT INVALID_TRANSITION GUARD_FAILED REASON_REQUIRED SIGNATURE_REQUIRED REAUTHENTICATION_REQUIRED \
    IDEMPOTENCY_MISMATCH RATE_LIMITED COST_LIMIT_EXCEEDED DOCUMENT_LIMIT_EXCEEDED PERSISTED_QUERY_NOT_FOUND TIMEOUT UNAVAILABLE \
    INTERNAL_SERVER_ERROR";

/// What no answer may hold: words of the implementation, of a database, of a file system, and suggestions.
const INTERNALS: [&str; 20] = [
    "tandem_",
    ".rs:",
    "src/",
    "sqlx",
    "sea_orm",
    "sea-orm",
    "sqlstate",
    "postgres",
    "sqlite",
    "async_graphql",
    "async-graphql",
    "serde",
    "panicked",
    "unwrap",
    "/tmp",
    "/home",
    "principal_",
    "access_version",
    "did you mean",
    "backtrace",
];

/// The largest answer, head and all.
const LARGEST: usize = 64 * 1024;

/// How long a client waits. The bound of the product is a second; this is no benchmark, and the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(10);

/// As much of a request as may come back in one piece: a name, not a document.
const ECHO: usize = 64;

/// One hostile request, and how it is refused.
struct Row {
    name: String,
    /// The bytes on the wire.
    request: Vec<u8>,
    status: u16,
    /// The code of every error; nothing where the request is refused before it is one (by the HTTP library, without a body).
    code: &'static str,
}

impl Row {
    fn new(name: impl Into<String>, request: Vec<u8>, status: u16, code: &'static str) -> Self {
        Self { name: name.into(), request, status, code }
    }
}

/// A request line, headers, an empty line, a body; nothing is added to it.
fn request(line: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let mut head = format!("{line}\r\nhost: tandem.example.org\r\n");
    for header in headers {
        head += header;
        head += "\r\n";
    }
    [head.as_bytes(), b"\r\n", body].concat()
}

/// A POST with a token and honest headers, but for those given.
fn post(token: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let bearer = format!("authorization: Bearer {token}");
    let length = format!("content-length: {}", body.len());
    let given = |name: &str| headers.iter().any(|header| header.to_ascii_lowercase().starts_with(name));
    let mut all = vec!["connection: close", bearer.as_str()];
    all.extend((!given("content-length") && !given("transfer-encoding")).then_some(length.as_str()));
    all.extend((!given("content-type")).then_some("content-type: application/json"));
    all.extend((!given("accept")).then_some("accept: application/graphql-response+json"));
    all.extend(headers);
    request("POST /graphql HTTP/1.1", &all, body)
}

/// What came back, how often an answer began, and when the last byte came.
struct Reply {
    bytes: Vec<u8>,
    status: u16,
    body: String,
    head: String,
    took: Duration,
}

/// Sends the bytes, whatever the server says meanwhile, and reads until it closes.
async fn send(address: &str, bytes: &[u8]) -> Result<Reply, String> {
    let socket = TcpStream::connect(address).await.map_err(|error| error.to_string())?;
    let started = Instant::now();
    let (mut reading, mut writing) = socket.into_split();
    let mut answer = Vec::new();
    // A server that has seen enough stops reading: that is its right, and no fault of the write.
    let write = async {
        let _ = writing.write_all(bytes).await;
        std::future::pending::<()>().await;
    };
    tokio::select! {
        read = reading.read_to_end(&mut answer) => { let _ = read; }
        () = write => {}
        () = tokio::time::sleep(PATIENCE) => return Err(format!("no end of the answer in {PATIENCE:?}: {}", String::from_utf8_lossy(&answer))),
    }
    let took = started.elapsed();
    let text = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text.as_str(), ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Ok(Reply { status, head: head.to_ascii_lowercase(), body: body.to_owned(), bytes: answer, took })
}

/// What is wrong with an answer.
fn faults(row: &Row, reply: &Reply) -> Vec<String> {
    let mut faults = Vec::new();
    if reply.status != row.status {
        faults.push(format!("status {} instead of {}", reply.status, row.status));
    }
    if reply.bytes.len() >= LARGEST {
        faults.push(format!("{} bytes", reply.bytes.len()));
    }
    let begun = reply.bytes.windows(9).filter(|window| window.starts_with(b"HTTP/1.") && window[8] == b' ').count();
    if begun != 1 {
        faults.push(format!("{begun} answers"));
    }
    let json: Json = serde_json::from_str(&reply.body).unwrap_or(Json::Null);
    let codes: BTreeSet<&str> =
        json["errors"].as_array().into_iter().flatten().map(|error| error["extensions"]["code"].as_str().unwrap_or("none")).collect();
    let expected: BTreeSet<&str> = (!row.code.is_empty()).then_some(row.code).into_iter().collect();
    if codes != expected {
        faults.push(format!("codes {codes:?} instead of {expected:?}"));
    }
    if let Some(strange) = codes.iter().find(|code| !CODES.split_whitespace().any(|known| known == **code)) {
        faults.push(format!("{strange} is on no list"));
    }
    if !json["data"].is_null() {
        faults.push("it has data".to_owned());
    }
    let (head, body) = (&reply.head, reply.body.to_lowercase());
    if row.status == 401 && !head.contains("www-authenticate: bearer") {
        faults.push("no WWW-Authenticate".to_owned());
    }
    if row.status == 405 && !head.contains("allow: ") {
        faults.push("no Allow".to_owned());
    }
    if let Some(word) = INTERNALS.iter().find(|word| body.contains(**word)) {
        faults.push(format!("it says `{word}`"));
    }
    if let Some(echo) = echo(row, &reply.body) {
        faults.push(format!("it repeats `{echo}`"));
    }
    if !faults.is_empty() {
        faults.push(reply.body.chars().take(500).collect());
    }
    faults
}

/// A piece of the request that came back in one piece, longer than a name has to be.
fn echo(row: &Row, body: &str) -> Option<String> {
    let pieces: HashSet<&[u8]> = body.as_bytes().windows(ECHO).collect();
    let found = row.request.windows(ECHO).find(|window| pieces.contains(window))?;
    Some(String::from_utf8_lossy(found).into_owned())
}

/// A quiet house: nobody runs out of points here, and slow clients are not waited for as long as elsewhere.
async fn house(ground: &Ground) -> House {
    let settings =
        Settings { rate_limit: 0, request_timeout: Duration::from_secs(3), head_timeout: Duration::from_secs(2), ..ground.settings() };
    ground.serve_with(settings).await.unwrap()
}

async fn alive(house: &House, token: &str) -> bool {
    house.ask(token, "{ viewer { side } }").await.at("/data/viewer/side") == "SPONSOR"
}

/// Sends every row and asks something honest after each. Names the faults, and how long the slowest took.
async fn run(house: &House, token: &str, rows: &[Row]) -> (BTreeMap<String, Vec<String>>, (Duration, String)) {
    let mut found = BTreeMap::new();
    let mut slowest = (Duration::ZERO, String::new());
    for row in rows {
        let faults = match send(&house.address, &row.request).await {
            Ok(reply) => {
                slowest = slowest.max((reply.took, row.name.clone()));
                faults(row, &reply)
            }
            Err(words) => vec![words],
        };
        if !faults.is_empty() {
            found.insert(row.name.clone(), faults);
        }
        assert!(alive(house, token).await, "the server is not there any more after: {}", row.name);
    }
    (found, slowest)
}

/// Runs a table against a house on a database: no faults, nothing written, every refusal counted.
async fn hold(backend: Backend, what: &str, rows: impl FnOnce(&str) -> Vec<Row>) {
    let ground = Ground::with_demo(backend).await;
    let house = house(&ground).await;
    let token = person("marisol@quillfen");
    assert!(alive(&house, &token).await, "she is bound by now");
    let rows = rows(&token);
    let names: BTreeSet<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names.len(), rows.len(), "each has a name of its own");
    let before = (fingerprint(&ground).await, journal_length(&ground).await);
    let (found, slowest) = run(&house, &token, &rows).await;
    assert!(found.is_empty(), "{backend:?}: {} of {} {what}: {found:#?}", found.len(), rows.len());
    assert_eq!((fingerprint(&ground).await, journal_length(&ground).await), before, "{backend:?}: {what} have written something");
    let metrics = house.metrics().await;
    for code in rows.iter().map(|row| row.code).filter(|code| !code.is_empty()).collect::<BTreeSet<_>>() {
        let counted = metrics.lines().any(|line| line.starts_with("requests_refused_total{") && line.contains(&format!("code=\"{code}\"")));
        assert!(counted, "{code} is not counted");
    }
    println!("{backend:?}: {} {what}, the slowest `{}` in {:?}", rows.len(), slowest.1, slowest.0);
    house.stop().await;
}

#[tokio::test]
async fn hostile_requests_are_refused_and_survived() {
    for backend in BOTH {
        hold(backend, "hostile requests", requests::rows).await;
    }
}

#[tokio::test]
async fn hostile_documents_are_refused_and_survived() {
    for backend in BOTH {
        hold(backend, "hostile documents", documents::rows).await;
    }
}

#[tokio::test]
async fn slow_clients_are_not_waited_for_for_long() {
    let ground = Ground::with_demo(Backend::Sqlite).await;
    let house = house(&ground).await;
    let token = person("marisol@quillfen");
    let half = br#"{"query":"{ viewer"#;
    let promised = post(&token, &["content-length: 100"], half);
    let chunk = post(&token, &["transfer-encoding: chunked"], b"12\r\n{\"query\":\"{ viewer\r\n");
    for (name, bytes, status) in [
        ("half a head", b"POST /graphql HTTP/1.1\r\nhost: tandem.exam".to_vec(), 408),
        ("a body that stops", promised, 408),
        ("chunks that stop", chunk, 408),
        ("nothing at all", Vec::new(), 0),
    ] {
        let reply = send(&house.address, &bytes).await.unwrap_or_else(|words| panic!("{name}: {words}"));
        // Whoever has not even sent a head may be left without a word.
        assert!(reply.status == status || (reply.status == 0 && !bytes.ends_with(b"viewer")), "{name}: {} {}", reply.status, reply.body);
        assert!(reply.took < Duration::from_secs(6), "{name}: {:?}", reply.took);
        assert!(alive(&house, &token).await, "{name}");
    }
    house.stop().await;
}

#[tokio::test]
async fn a_second_request_behind_a_doubtful_body_is_never_answered() {
    let ground = Ground::with_demo(Backend::Sqlite).await;
    let house = house(&ground).await;
    let token = person("marisol@quillfen");
    let smuggled = request("GET /livez HTTP/1.1", &[], b"");
    let body = br#"{"query":"{ viewer { side } }"}"#;
    let chunked = [format!("{:x}\r\n", body.len()).as_bytes(), body, b"\r\n0\r\n\r\n"].concat();
    // No `connection: close`: it is the server that has to see that this connection can't be trusted.
    let bearer = format!("authorization: Bearer {token}");
    let (long, short) = (format!("content-length: {}", chunked.len() + smuggled.len()), "content-length: 3");
    for (name, first, second) in [
        ("length, then chunks", long.as_str(), "transfer-encoding: chunked"),
        ("chunks, then length", "transfer-encoding: chunked", long.as_str()),
        ("short length, then chunks", short, "transfer-encoding: chunked"),
        ("chunks, then short length", "transfer-encoding: chunked", short),
        ("chunks alone", "transfer-encoding: chunked", "x-nothing: 1"),
    ] {
        let headers = [bearer.as_str(), "content-type: application/json", first, second];
        let bytes = [request("POST /graphql HTTP/1.1", &headers, &chunked), smuggled.clone()].concat();
        let reply = send(&house.address, &bytes).await.unwrap_or_else(|words| panic!("{name}: {words}"));
        let text = String::from_utf8_lossy(&reply.bytes);
        assert_eq!(text.matches("HTTP/1.1 ").count(), 1, "{name}: {text}");
        assert!(reply.head.contains("connection: close") && !text.contains("\r\nok\n"), "{name}: {text}");
        assert!(alive(&house, &token).await, "{name}");
    }
    house.stop().await;
}

#[tokio::test]
async fn whoever_floods_is_told_to_wait_and_nobody_else_is() {
    let ground = Ground::with_demo(Backend::Sqlite).await;
    let settings = Settings { rate_limit: 1, rate_bucket: 20, ..ground.settings() };
    let house = ground.serve_with(settings).await.unwrap();
    let (flooder, other) = (person("ravi@veltrona"), person("marisol@quillfen"));
    let row = Row::new("flood", post(&flooder, &[], br#"{"query":"{ viewer { side } }"}"#), 429, "RATE_LIMITED");
    let mut refused = 0;
    for _ in 0..40 {
        let reply = send(&house.address, &row.request).await.unwrap();
        if reply.status == 429 {
            assert_eq!(faults(&row, &reply), Vec::<String>::new());
            assert!(reply.head.contains("retry-after: "), "{}", reply.head);
            refused += 1;
        }
    }
    assert!(refused >= 10, "{refused}");
    assert!(alive(&house, &other).await, "each pays from a bucket of his own");
    house.stop().await;
}

/// A frame of HTTP/2.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

#[tokio::test]
async fn frames_without_end_are_survived() {
    const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    let ground = Ground::with_demo(Backend::Sqlite).await;
    let house = house(&ground).await;
    let token = person("marisol@quillfen");
    // A GET of /livez in headers that need no table: `x-...` by literals, and so often that no head may be so long.
    let get = [&[0x82, 0x86, 0x04, 6][..], b"/livez", &[0x01, 1], b"x"].concat();
    let literal = [&[0x00, 5][..], b"x-pad", &[0x7f, 0x81, 0x07], &[b'p'; 1_024]].concat();
    let settings = frame(4, 0, 0, &[]);
    let opened = frame(1, 0, 1, &get);
    let continued: Vec<u8> = (0..5_000).flat_map(|_| frame(9, 0, 1, &literal)).collect();
    let reset = |stream: u32| [frame(1, 5, stream, &get), frame(3, 0, stream, &[0, 0, 0, 8])].concat();
    let resets: Vec<u8> = (0..3_000_u32).flat_map(|number| reset(2 * number + 1)).collect();
    let pings: Vec<u8> = (0..20_000).flat_map(|_| frame(6, 0, 0, &[0; 8])).collect();
    let settled: Vec<u8> = (0..20_000).flat_map(|_| frame(4, 0, 0, &[])).collect();
    for (name, frames) in [
        ("a head without end", [opened, continued].concat()),
        ("requests that are taken back", resets),
        ("pings", pings),
        ("settings", settled),
        ("a frame larger than may be", frame(0, 0, 1, &vec![0; 100_000])),
        ("a kind of frame that is none", frame(0xfa, 0xff, 0, &[0xff; 100])),
        ("a stream of an even number", frame(1, 5, 2, &get)),
        ("a head that is none", frame(1, 5, 1, &[0xff; 200])),
        ("no settings first", frame(6, 0, 0, &[0; 8])),
    ] {
        let first = if name == "no settings first" { Vec::new() } else { settings.clone() };
        let reply = send(&house.address, &[PREFACE, &first, &frames].concat()).await.unwrap_or_else(|words| panic!("{name}: {words}"));
        // What comes back is bounded by what was sent: a pong for a ping and nothing more.
        assert!(reply.bytes.len() < 1_000_000, "{name}: {} bytes", reply.bytes.len());
        assert!(alive(&house, &token).await, "{name}");
    }
    house.stop().await;
}
