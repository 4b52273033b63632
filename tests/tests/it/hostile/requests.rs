//! Hostile HTTP as plain data: verbs, media types, encodings, sizes, headers, smuggling shapes, tokens, parameters.

use serde_json::json;

use super::{Row, post, request};

const OK: &[u8] = br#"{"query":"{ viewer { side } }"}"#;

/// The gzip of the body above, as `gzip -9n` makes it, cut to what tells it: the first bytes decide.
const GZIP: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xabV*,M-\xaaT\xb2R\xaaV(\xcbL-O-R\xa8V(\xceLIU\xa8\xadU\xaa\x05\x00";

pub(super) fn rows(token: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    rows.extend(verbs(token));
    rows.extend(media(token));
    rows.extend(encodings(token));
    rows.extend(sizes(token));
    rows.extend(headers(token));
    rows.extend(smuggling(token));
    rows.extend(tokens());
    rows.extend(parameters(token));
    rows.extend(uris(token));
    rows
}

fn verbs(token: &str) -> Vec<Row> {
    let bearer = format!("authorization: Bearer {token}");
    let with = |line: &str| request(line, &["connection: close", &bearer], b"");
    let mut rows: Vec<Row> = ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "get"]
        .iter()
        .map(|verb| Row::new(format!("{verb} to the graph"), with(&format!("{verb} /graphql HTTP/1.1")), 405, "BAD_REQUEST"))
        .collect();
    rows.push(Row::new("HEAD to the graph", with("HEAD /graphql HTTP/1.1"), 405, ""));
    for path in ["/livez", "/readyz", "/metrics", "/schema.graphql"] {
        rows.push(Row::new(format!("POST to {path}"), with(&format!("POST {path} HTTP/1.1")), 405, "BAD_REQUEST"));
    }
    for (name, line, status) in [
        ("a verb that is none", "G@T /graphql HTTP/1.1", 400),
        ("a version that is none", "GET /graphql HTTP/9.9", 400),
        ("no version", "GET /graphql", 400),
        ("spaces in the target", "GET /graphql?query={ viewer { side } } HTTP/1.1", 400),
        ("a control in the target", "GET /graphql\u{1} HTTP/1.1", 400),
        ("TLS on a plain port", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{fc}\u{3}\u{3}", 400),
    ] {
        rows.push(Row::new(name, with(line), status, ""));
    }
    let mutation = "/graphql?query=mutation%7BstudyCreate(input:%7BprotocolNumber:%22X%22%7D)%7BuserErrors%7Bcode%7D%7D%7D";
    rows.push(Row::new("a mutation by GET", with(&format!("GET {mutation} HTTP/1.1")), 405, "BAD_REQUEST"));
    rows
}

fn media(token: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/xml",
        "application/json; charset=utf-16",
        "application/json; charset=iso-8859-1",
        "application/json; charset=utf-7",
        "application/json; charset=\"utf-8\"; charset=utf-16",
        "application/json, text/plain",
        "application/json+x",
        "",
    ] {
        let header = format!("content-type: {kind}");
        rows.push(Row::new(format!("content type `{kind}`"), post(token, &[&header], OK), 415, "BAD_REQUEST"));
    }
    let two = ["content-type: application/json", "content-type: text/plain"];
    rows.push(Row::new("two content types", post(token, &two, OK), 415, "BAD_REQUEST"));
    for accept in ["text/html", "image/*", "application/json;q=0", "text/event-stream", "*/*;q=0", "application/*;q=-1"] {
        let header = format!("accept: {accept}");
        rows.push(Row::new(format!("accepts only `{accept}`"), post(token, &[&header], OK), 406, "BAD_REQUEST"));
    }
    rows
}

fn encodings(token: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    for coding in ["gzip", "deflate", "br", "zstd", "compress", "identity, gzip", "x-gzip", "chunked"] {
        let header = format!("content-encoding: {coding}");
        rows.push(Row::new(format!("a body in {coding}"), post(token, &[&header], GZIP), 415, "BAD_REQUEST"));
    }
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(OK.iter().flat_map(|byte| [*byte, 0])).collect();
    for (name, body) in [
        ("gzip without a word", GZIP.to_vec()),
        ("UTF-16", utf16),
        ("UTF-8 with a byte order mark", [b"\xef\xbb\xbf", OK].concat()),
        ("bytes that are no UTF-8", b"{\"query\":\"{ viewer { side } } # \xff\xfe\"}".to_vec()),
        ("an overlong slash", b"{\"query\":\"{ viewer { side } } # \xc0\xaf\"}".to_vec()),
        ("half a surrogate", br#"{"query":"{ viewer { side } } # \ud800"}"#.to_vec()),
        ("a raw control in a string", b"{\"query\":\"{ viewer { side } } # \x01\"}".to_vec()),
        ("two documents of JSON", [OK, OK].concat()),
        ("JSON with a comment", b"{\"query\":\"{ viewer { side } }\"} // and more".to_vec()),
        ("JSON with a comma too many", b"{\"query\":\"{ viewer { side } }\",}".to_vec()),
        ("half of JSON", OK[..20].to_vec()),
        ("no body at all", Vec::new()),
        ("a form", b"query=%7Bviewer%7Bside%7D%7D".to_vec()),
        ("a number too large", br#"{"query":"{ viewer { side } }","variables":{"n":1e999}}"#.to_vec()),
    ] {
        rows.push(Row::new(name, post(token, &[], &body), 400, "BAD_REQUEST"));
    }
    rows
}

fn sizes(token: &str) -> Vec<Row> {
    let padded = |size: usize| json!({ "query": "{ viewer { side } }", "variables": { "pad": "x".repeat(size) } }).to_string().into_bytes();
    let large = padded(1_100_000);
    let chunk = [format!("{:x}\r\n", large.len()).as_bytes(), large.as_slice(), b"\r\n0\r\n\r\n"].concat();
    let small: Vec<u8> =
        large.chunks(1_000).flat_map(|part| [format!("{:x}\r\n", part.len()).as_bytes(), part, b"\r\n"].concat()).collect();
    let small = [small.as_slice(), b"0\r\n\r\n"].concat();
    let deep = [br#"{"query":"{ viewer { side } }","variables":{"v":"#.as_slice(), &b"[".repeat(200_000)].concat();
    let objects = [br#"{"query":"{ viewer { side } }","variables":"#.as_slice(), &br#"{"a":"#.repeat(100_000)].concat();
    let pad = |count: usize| format!("x-pad: {}", "p".repeat(count));
    let many: Vec<String> = (0..400).map(|number| format!("x-{number}: 1")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let target = format!("GET /graphql?query={} HTTP/1.1", "x".repeat(60_000));
    vec![
        Row::new("a body over the limit", post(token, &[], &large), 413, "BAD_REQUEST"),
        Row::new("a body over the limit in one chunk", post(token, &["transfer-encoding: chunked"], &chunk), 413, "BAD_REQUEST"),
        Row::new("a body over the limit in small chunks", post(token, &["transfer-encoding: chunked"], &small), 413, "BAD_REQUEST"),
        Row::new("lists in lists without end", post(token, &[], &deep), 400, "BAD_REQUEST"),
        Row::new("objects in objects without end", post(token, &[], &objects), 400, "BAD_REQUEST"),
        Row::new("a header of 64 KiB", post(token, &[&pad(65_536)], OK), 431, ""),
        Row::new("a header of a megabyte", post(token, &[&pad(1_048_576)], OK), 431, ""),
        Row::new("four hundred headers", post(token, &many, OK), 431, ""),
        Row::new("a target of 60,000 letters", request(&target, &["connection: close"], b""), 431, ""),
        Row::new("a name of a header of 64 KiB", post(token, &[&format!("{}: 1", "n".repeat(65_536))], OK), 431, ""),
    ]
}

fn headers(token: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    let second = format!("authorization: Bearer {token}");
    rows.push(Row::new("two tokens", post(token, &[&second], OK), 401, "UNAUTHENTICATED"));
    rows.push(Row::new("a token and a password", post(token, &["authorization: Basic YTpi"], OK), 401, "UNAUTHENTICATED"));
    for (name, header, status, code) in [
        ("an organisation of SQL", "tandem-organization: ' OR '1'='1' --", 403, "FORBIDDEN"),
        ("an organisation of a path", "tandem-organization: ../../etc/passwd", 403, "FORBIDDEN"),
        ("an organisation that is a study", "tandem-organization: study_01000000000000000000000000", 403, "FORBIDDEN"),
        ("an organisation of other bytes", "tandem-organization: \u{e9}", 400, "BAD_REQUEST"),
        ("a key of two words", "idempotency-key: two words", 400, "BAD_REQUEST"),
        ("a key that is none", "idempotency-key: \"\"", 400, "BAD_REQUEST"),
        ("a key that does not end", "idempotency-key: \"abc", 400, "BAD_REQUEST"),
    ] {
        rows.push(Row::new(name, post(token, &[header], OK), status, code));
    }
    let long = format!("tandem-organization: organization_{}", "0".repeat(10_000));
    rows.push(Row::new("a long organisation", post(token, &[&long], OK), 403, "FORBIDDEN"));
    let two = ["tandem-organization: a", "tandem-organization: b"];
    rows.push(Row::new("two organisations", post(token, &two, OK), 400, "BAD_REQUEST"));
    let keys = ["idempotency-key: a", "idempotency-key: b"];
    rows.push(Row::new("two keys", post(token, &keys, OK), 400, "BAD_REQUEST"));
    let key = format!("idempotency-key: {}", "k".repeat(256));
    rows.push(Row::new("a key too long", post(token, &[&key], OK), 400, "BAD_REQUEST"));
    rows
}

fn smuggling(token: &str) -> Vec<Row> {
    let (same, other) = (format!("content-length: {}", OK.len()), format!("content-length: {}", OK.len() + 5));
    let list = format!("content-length: {}, {}", OK.len(), OK.len() + 1);
    let mut rows = vec![
        Row::new("two lengths", post(token, &[&same, &other], OK), 400, ""),
        Row::new("a list of lengths", post(token, &[&list], OK), 400, ""),
    ];
    for header in [
        "content-length: -1",
        "content-length: +31",
        "content-length: 0x1f",
        "content-length: 99999999999999999999",
        "content-length: 3 1",
        "content-length:",
        "transfer-encoding: identity",
        "transfer-encoding: xchunked",
        "transfer-encoding: chunked, identity",
        "transfer-encoding: gzip",
        "content-length : 31",
        " folded: header",
        "x-nul: a\u{0}b",
        "x-bare: a\rb",
        "no colon at all",
        ": no name",
    ] {
        rows.push(Row::new(format!("header `{}`", header.escape_debug()), post(token, &[header], OK), 400, ""));
    }
    for (name, body) in [
        ("a chunk of no size", "x\r\n{}\r\n0\r\n\r\n"),
        ("a chunk of a size beyond measure", "ffffffffffffffffff\r\n{}\r\n0\r\n\r\n"),
        ("a chunk of a negative size", "-2\r\n{}\r\n0\r\n\r\n"),
        ("a chunk longer than it says", "2\r\n{}{}{}\r\n0\r\n\r\n"),
    ] {
        rows.push(Row::new(name, post(token, &["transfer-encoding: chunked"], body.as_bytes()), 400, "BAD_REQUEST"));
    }
    rows
}

fn tokens() -> Vec<Row> {
    let mut rows = vec![Row::new(
        "no token",
        request("POST /graphql HTTP/1.1", &["connection: close", "content-length: 0"], b""),
        401,
        "UNAUTHENTICATED",
    )];
    let segment = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0";
    for (name, token) in [
        ("a token of nothing", String::new()),
        ("a token of dots", "...".to_owned()),
        ("a token of one part", segment.to_owned()),
        ("no algorithm, no signature", format!("{segment}.{segment}.")),
        ("a token in five parts", format!("{segment}.a.b.c.d")),
        ("a token of 20 KiB", "a".repeat(20_480)),
        ("a token of SQL", "'OR'1'='1".to_owned()),
        ("two tokens in one", format!("{segment} {segment}")),
        ("a token with a comma", format!("{segment},{segment}")),
        ("a token of other bytes", "\u{e9}\u{e9}\u{e9}".to_owned()),
    ] {
        rows.push(Row::new(name, post(&token, &[], OK), 401, "UNAUTHENTICATED"));
    }
    rows
}

fn parameters(token: &str) -> Vec<Row> {
    let good = "{ viewer { side } }";
    let batch = vec![json!({ "query": good }); 500];
    let mut rows = Vec::new();
    for (name, body) in [
        ("a batch", json!(batch)),
        ("a batch of one", json!([{ "query": good }])),
        ("an empty batch", json!([])),
        ("a batch in a batch", json!([[{ "query": good }]])),
        ("a text", json!(good)),
        ("a number", json!(7)),
        ("null", json!(null)),
        ("true", json!(true)),
        ("nothing in it", json!({})),
        ("a query of null", json!({ "query": null })),
        ("a query of 7", json!({ "query": 7 })),
        ("a query of a list", json!({ "query": [good] })),
        ("a query of an object", json!({ "query": { "text": good } })),
        ("variables of a text", json!({ "query": good, "variables": "{}" })),
        ("variables of a list", json!({ "query": good, "variables": [] })),
        ("variables of a number", json!({ "query": good, "variables": 1 })),
        ("a name of a list", json!({ "query": good, "operationName": ["a"] })),
        ("a name of a number", json!({ "query": good, "operationName": 1 })),
        ("extensions of a text", json!({ "query": good, "extensions": "x" })),
        ("extensions of a list", json!({ "query": good, "extensions": [1] })),
        ("a document instead of a query", json!({ "document": good })),
    ] {
        rows.push(Row::new(format!("parameters: {name}"), post(token, &[], body.to_string().as_bytes()), 400, "BAD_REQUEST"));
    }
    let persisted = json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": "00" } } }).to_string();
    rows.push(Row::new("a persisted query", post(token, &[], persisted.as_bytes()), 400, "PERSISTED_QUERY_NOT_FOUND"));
    rows
}

fn uris(token: &str) -> Vec<Row> {
    let bearer = format!("authorization: Bearer {token}");
    let get = |target: &str| request(&format!("GET {target} HTTP/1.1"), &["connection: close", &bearer], b"");
    let mut rows = Vec::new();
    for (name, target) in [
        ("no query", "/graphql"),
        ("variables that are no JSON", "/graphql?query=%7Bviewer%7Bside%7D%7D&variables=%7B"),
        ("variables of a list by GET", "/graphql?query=%7Bviewer%7Bside%7D%7D&variables=%5B%5D"),
        ("extensions of a number by GET", "/graphql?query=%7Bviewer%7Bside%7D%7D&extensions=1"),
    ] {
        rows.push(Row::new(name, get(target), 400, "BAD_REQUEST"));
    }
    for target in
        ["/graphql/", "/graphql/..", "/GRAPHQL", "//graphql", "/../etc/passwd", "/files/x", "/%00", "/graphql%2f", "/.env", "/graphql/ws"]
    {
        rows.push(Row::new(format!("target {target}"), get(target), 404, "NOT_FOUND"));
    }
    rows
}
