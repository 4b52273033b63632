//! Contents of documents over `/files/{documentId}`: sent by the side that wrote the document, read by whoever reads it, at that moment;
//! what is not what was declared, or breaks off, leaves nothing.

mod bucket;

use std::path::Path;
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use tandem_domain::clock::{IdSource, SystemIds};
use tandem_domain::id::encode;
use tandem_domain::record::Kind;
use tandem_tests::fingerprint::{fingerprint, journal_length};
use tandem_tests::house::{BOTH, Backend, Ground, House, person};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::commands::{call, codes};

const CONTENT: &[u8] = b"What was seen at the site, in plain words; all of it invented.";

pub(crate) fn sha256(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A house, and a document that somebody has entered in it.
struct Shelf {
    ground: Ground,
    house: House,
    document: String,
}

impl Shelf {
    async fn with(backend: Backend, content: &[u8], besides: Json) -> Self {
        let ground = Ground::with_demo(backend).await;
        let house = ground.serve().await;
        let seen = house.ask(&person("ravi@veltrona"), "{ engagements(first: 1) { nodes { id study { id } } } }").await;
        let mut input = json!({
            "studyId": seen.at("/data/engagements/nodes/0/study/id"), "engagementId": seen.at("/data/engagements/nodes/0/id"),
            "tmfArtifact": "05.02.01", "title": "Bericht \u{201e}M\u{fc}nchen\u{201c}", "versionLabel": "1.0", "sha256": sha256(content),
            "size": content.len(), "mediaType": "text/plain"
        });
        input.as_object_mut().unwrap().extend(besides.as_object().unwrap().clone());
        let made = call(&house, &person("ravi@veltrona"), "documentCreate", "document { id contentAt }", input).await;
        assert_eq!(made.at("/data/documentCreate/document/contentAt"), &Json::Null, "{}", made.text);
        let document = made.at("/data/documentCreate/document/id").as_str().unwrap_or_else(|| panic!("{}", made.text)).to_owned();
        Self { ground, house, document }
    }

    fn url(&self, id: &str) -> String {
        format!("http://{}/files/{id}", self.house.address)
    }

    async fn get(&self, who: &str, id: &str) -> reqwest::Response {
        reqwest::Client::new().get(self.url(id)).bearer_auth(person(who)).send().await.unwrap()
    }

    async fn put(&self, who: &str, id: &str, media_type: &str, content: &[u8]) -> (StatusCode, String) {
        let request = reqwest::Client::new().put(self.url(id)).bearer_auth(person(who)).header("Content-Type", media_type);
        let answer = request.body(content.to_vec()).send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    }

    async fn state(&self) -> (impl PartialEq + std::fmt::Debug + use<>, usize) {
        (fingerprint(&self.ground).await, journal_length(&self.ground).await)
    }

    async fn step(&self, mutation: &str, mut besides: Json) {
        let query = "query($id: ID!) { document(id: $id) { version } }";
        let seen = self.house.ask_with(&person("ravi@veltrona"), query, json!({ "id": self.document }), &[]).await;
        besides["id"] = json!(self.document);
        besides["expectedVersion"] = seen.at("/data/document/version").clone();
        let done = call(&self.house, &person("ravi@veltrona"), mutation, "document { id }", besides).await;
        assert_eq!(codes(&done, mutation), [""; 0], "{}", done.text);
    }
}

/// The files below a folder.
fn files(folder: &Path) -> Vec<String> {
    let Ok(read) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for entry in read {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    found
}

/// Status and body, but for the id in it.
async fn told(answer: reqwest::Response, id: &str) -> (StatusCode, String) {
    (answer.status(), answer.text().await.unwrap().replace(id, "ID"))
}

#[tokio::test]
async fn a_content_is_sent_by_its_side_and_read_by_who_reads_the_document() {
    for backend in BOTH {
        let shelf = Shelf::with(backend, CONTENT, json!({})).await;
        let id = shelf.document.clone();
        let never = encode(Kind::Document, SystemIds.next());
        // It is only described so far, for those who see it at all.
        let (status, words) = told(shelf.get("ravi@veltrona", &id).await, &id).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert!(words.contains("only described"), "{words}");
        // A first sign-in is journalled.
        for who in ["henrik@osprelle", "lucia@corvendale", "marisol@quillfen", "odile@veltrona", "petra@quillfen"] {
            shelf.house.ask(&person(who), "{ viewer { organization { id } } }").await;
        }
        let (before, length) = shelf.state().await;
        for (who, hidden) in [("henrik@osprelle", true), ("lucia@corvendale", true), ("marisol@quillfen", true), ("odile@veltrona", false)]
        {
            let (there, nowhere) = (told(shelf.get(who, &id).await, &id).await, told(shelf.get(who, &never).await, &never).await);
            assert_eq!(there == nowhere, hidden, "{backend:?} {who}: {there:?}");
            let (there, nowhere) = (shelf.put(who, &id, "text/plain", CONTENT).await, shelf.put(who, &never, "text/plain", CONTENT).await);
            assert_eq!(there == nowhere, hidden, "{backend:?} {who}: {there:?}");
            assert_eq!(there.0, if hidden { StatusCode::NOT_FOUND } else { StatusCode::FORBIDDEN }, "{who}: {there:?}");
        }
        assert_eq!(shelf.state().await, (before, length), "what was refused changed something");
        assert!(files(&shelf.ground.files()).is_empty());

        assert_eq!(shelf.put("ravi@veltrona", &id, "text/plain; charset=utf-8", CONTENT).await, (StatusCode::CREATED, String::new()));
        let kept = shelf.state().await;
        assert_eq!(kept.1, length + 1, "one entry in the journal");
        // The same once more is there already, and changes nothing.
        assert_eq!(shelf.put("ravi@veltrona", &id, "text/plain", CONTENT).await.0, StatusCode::NO_CONTENT);
        assert_eq!(shelf.state().await, kept);
        assert_eq!(files(&shelf.ground.files()), [sha256(CONTENT)]);

        let answer = shelf.get("ravi@veltrona", &id).await;
        let header = |name: &str| answer.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
        assert_eq!(header("content-type"), "text/plain");
        assert_eq!(
            header("content-disposition"),
            "attachment; filename=\"Bericht _M_nchen_ 1.0.txt\"; filename*=UTF-8''Bericht%20%E2%80%9EM%C3%BCnchen%E2%80%9C%201.0.txt"
        );
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("content-length"), CONTENT.len().to_string());
        assert_eq!(header("etag"), format!("\"{}\"", sha256(CONTENT)));
        assert!(header("repr-digest").starts_with("sha-256=:"), "{}", header("repr-digest"));
        let tag = header("etag");
        assert_eq!(answer.bytes().await.unwrap(), CONTENT);
        let client = reqwest::Client::new();
        let again = client.get(shelf.url(&id)).bearer_auth(person("ravi@veltrona")).header("If-None-Match", &tag).send().await.unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        let head = client.head(shelf.url(&id)).bearer_auth(person("ravi@veltrona")).send().await.unwrap();
        assert_eq!(
            (head.status(), head.headers()["content-length"].to_str().unwrap()),
            (StatusCode::OK, CONTENT.len().to_string().as_str())
        );
        let post = client.request(Method::POST, shelf.url(&id)).bearer_auth(person("ravi@veltrona")).send().await.unwrap();
        assert_eq!((post.status(), post.headers()["allow"].to_str().unwrap()), (StatusCode::METHOD_NOT_ALLOWED, "GET, HEAD, PUT"));
        let stranger = client.get(shelf.url(&id)).send().await.unwrap();
        assert_eq!((stranger.status(), stranger.headers().contains_key("www-authenticate")), (StatusCode::UNAUTHORIZED, true));

        // The sponsor has it from the moment when it has the document; the rival never.
        assert_eq!(shelf.get("marisol@quillfen", &id).await.status(), StatusCode::NOT_FOUND);
        shelf.step("documentSubmitForReview", json!({})).await;
        assert_eq!(shelf.get("marisol@quillfen", &id).await.bytes().await.unwrap(), CONTENT);
        assert_eq!(
            told(shelf.get("henrik@osprelle", &id).await, &id).await,
            told(shelf.get("henrik@osprelle", &never).await, &never).await
        );
        let (status, words) = shelf.put("marisol@quillfen", &id, "text/plain", CONTENT).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{words}");
        let query = "query($id: ID!) { document(id: $id) { contentAt history { nodes { command actorId } } } }";
        let seen = shelf.house.ask_with(&person("ravi@veltrona"), query, json!({ "id": id }), &[]).await;
        assert!(seen.at("/data/document/contentAt").is_string(), "{}", seen.text);
        assert!(seen.text.contains("documentContentPut"), "{}", seen.text);
        shelf.house.stop().await;
    }
}

#[tokio::test]
async fn what_the_sponsor_is_blinded_for_has_no_content_for_it() {
    for backend in BOTH {
        let shelf = Shelf::with(backend, CONTENT, json!({ "blinding": "SPONSOR_BLINDED" })).await;
        let id = shelf.document.clone();
        assert_eq!(shelf.put("ravi@veltrona", &id, "text/plain", CONTENT).await.0, StatusCode::CREATED);
        shelf.step("documentSubmitForReview", json!({})).await;
        shelf.step("documentApprove", json!({ "signature": { "meaning": "APPROVAL" } })).await;
        shelf.step("documentMakeEffective", json!({})).await;
        let never = encode(Kind::Document, SystemIds.next());
        for who in ["marisol@quillfen", "petra@quillfen", "henrik@osprelle"] {
            assert_eq!(told(shelf.get(who, &id).await, &id).await, told(shelf.get(who, &never).await, &never).await, "{who}");
            let sent = (shelf.put(who, &id, "text/plain", CONTENT).await, shelf.put(who, &never, "text/plain", CONTENT).await);
            assert_eq!(sent.0, sent.1, "{who}");
        }
        assert_eq!(shelf.get("ravi@veltrona", &id).await.bytes().await.unwrap(), CONTENT);
        shelf.house.stop().await;
    }
}

#[tokio::test]
async fn what_was_not_declared_leaves_nothing() {
    for backend in BOTH {
        let shelf = Shelf::with(backend, CONTENT, json!({})).await;
        let id = shelf.document.clone();
        let state = shelf.state().await;
        let mut other = CONTENT.to_vec();
        other[0] = b'w';
        let longer = [CONTENT, b"!"].concat();
        for (media_type, content, status, words) in [
            ("text/html", CONTENT, StatusCode::UNSUPPORTED_MEDIA_TYPE, "text/plain"),
            ("", CONTENT, StatusCode::UNSUPPORTED_MEDIA_TYPE, "text/plain"),
            ("text/plain", &other, StatusCode::UNPROCESSABLE_ENTITY, "SHA-256"),
            ("text/plain", &longer, StatusCode::UNPROCESSABLE_ENTITY, "bytes"),
            ("text/plain", &CONTENT[1..], StatusCode::UNPROCESSABLE_ENTITY, "bytes"),
            ("text/plain", b"", StatusCode::UNPROCESSABLE_ENTITY, "bytes"),
        ] {
            let (told, body) = shelf.put("ravi@veltrona", &id, media_type, content).await;
            assert_eq!(told, status, "{media_type}: {body}");
            assert!(body.contains(words) && body.contains("\"code\":"), "{body}");
        }
        for (name, value, status) in
            [("Content-Range", "bytes 0-61/62", StatusCode::BAD_REQUEST), ("Content-Encoding", "gzip", StatusCode::UNSUPPORTED_MEDIA_TYPE)]
        {
            let request =
                reqwest::Client::new().put(shelf.url(&id)).bearer_auth(person("ravi@veltrona")).header("Content-Type", "text/plain");
            let answer = request.header(name, value).body(CONTENT.to_vec()).send().await.unwrap();
            assert_eq!(answer.status(), status, "{name}");
        }
        // What is no text is like an id that was never issued.
        let never = encode(Kind::Document, SystemIds.next());
        assert_eq!(
            told(shelf.get("ravi@veltrona", "%FF%FE").await, "%FF%FE").await,
            told(shelf.get("ravi@veltrona", &never).await, &never).await
        );
        // The same without a length in advance.
        for content in [other.clone(), longer.clone(), CONTENT[1..].to_vec()] {
            let pieces = futures::stream::iter(content.chunks(7).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect::<Vec<_>>());
            let request =
                reqwest::Client::new().put(shelf.url(&id)).bearer_auth(person("ravi@veltrona")).header("Content-Type", "text/plain");
            let answer = request.body(reqwest::Body::wrap_stream(pieces)).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        }
        // One that breaks off in the middle.
        for sent in [0, 1, CONTENT.len() - 1] {
            let mut socket = tokio::net::TcpStream::connect(&shelf.house.address).await.unwrap();
            let head = format!(
                "PUT /files/{id} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n",
                person("ravi@veltrona"),
                CONTENT.len()
            );
            socket.write_all(head.as_bytes()).await.unwrap();
            socket.write_all(&CONTENT[..sent]).await.unwrap();
            socket.flush().await.unwrap();
            tokio::time::sleep(Duration::from_millis(150)).await;
            drop(socket);
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(files(&shelf.ground.files()), [""; 0], "{backend:?}: something stayed");
        assert_eq!(shelf.state().await, state, "what was refused changed something");
        assert_eq!(shelf.put("ravi@veltrona", &id, "text/plain", CONTENT).await.0, StatusCode::CREATED);

        // A content that another type declares is not kept at all.
        let page = Shelf::with(backend, CONTENT, json!({ "mediaType": "text/html" })).await;
        let (told, body) = page.put("ravi@veltrona", &page.document.clone(), "text/html", CONTENT).await;
        assert_eq!(told, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{body}");
        page.house.stop().await;
        shelf.house.stop().await;
    }
}

#[tokio::test]
async fn a_draft_that_declares_another_content_has_none_until_it_is_sent() {
    for backend in BOTH {
        let shelf = Shelf::with(backend, CONTENT, json!({})).await;
        let id = shelf.document.clone();
        shelf.put("ravi@veltrona", &id, "text/plain", CONTENT).await;
        let later: &[u8] = b"What was really seen.";
        shelf.step("documentUpdate", json!({ "sha256": sha256(later), "size": later.len() })).await;
        assert_eq!(shelf.get("ravi@veltrona", &id).await.status(), StatusCode::NOT_FOUND, "the old content is not the new one's");
        assert_eq!(shelf.put("ravi@veltrona", &id, "text/plain", CONTENT).await.0, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(shelf.put("ravi@veltrona", &id, "text/plain", later).await.0, StatusCode::CREATED);
        assert_eq!(shelf.get("ravi@veltrona", &id).await.bytes().await.unwrap(), later);
        shelf.house.stop().await;
    }
}

#[tokio::test]
async fn what_is_declared_may_not_change_while_its_content_comes() {
    for (backend, changed) in [
        (Backend::Sqlite, json!({ "mediaType": "text/html" })),
        (Backend::Postgres, json!({ "mediaType": "text/html" })),
        (Backend::Sqlite, json!({ "size": 7 })),
        (Backend::Sqlite, json!({ "sha256": sha256(b"another") })),
    ] {
        let shelf = Shelf::with(backend, CONTENT, json!({})).await;
        let id = shelf.document.clone();
        let mut socket = tokio::net::TcpStream::connect(&shelf.house.address).await.unwrap();
        let head = format!(
            "PUT /files/{id} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {}\r\nContent-Type: text/plain\r\nContent-Length: \
             {}\r\n\r\n",
            person("ravi@veltrona"),
            CONTENT.len()
        );
        socket.write_all(head.as_bytes()).await.unwrap();
        socket.write_all(&CONTENT[..5]).await.unwrap();
        tokio::time::sleep(Duration::from_millis(200)).await;
        shelf.step("documentUpdate", changed.clone()).await;
        let state = shelf.state().await;
        socket.write_all(&CONTENT[5..]).await.unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 409 ") && answer.contains("\"CONFLICT\""), "{changed}: {answer}");
        assert_eq!(shelf.state().await, state, "what was refused changed something");
        assert_eq!(shelf.get("ravi@veltrona", &id).await.status(), StatusCode::NOT_FOUND);
        shelf.house.stop().await;
    }
}

#[tokio::test]
async fn a_content_that_is_not_what_was_kept_is_never_given_out_whole() {
    let large: Vec<u8> = (0..3_000_000_u32).map(|number| u8::try_from(number % 251).unwrap()).collect();
    let shelf = Shelf::with(Backend::Sqlite, &large, json!({})).await;
    let id = shelf.document.clone();
    assert_eq!(shelf.put("ravi@veltrona", &id, "text/plain", &large).await.0, StatusCode::CREATED);
    assert_eq!(shelf.get("ravi@veltrona", &id).await.bytes().await.unwrap(), large);
    let folder = std::fs::read_dir(shelf.ground.files()).unwrap().next().unwrap().unwrap().path();
    let mut broken = large.clone();
    broken[5] ^= 1;
    std::fs::write(folder.join(sha256(&large)), broken).unwrap();
    let answer = shelf.get("ravi@veltrona", &id).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(answer.bytes().await.is_err(), "it breaks off before its end");
    shelf.house.stop().await;
}
