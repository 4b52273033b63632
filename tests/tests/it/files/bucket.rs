//! Contents in a bucket: the program against a server that speaks as much of S3 as it needs, with bytes in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tandem_tests::house::{Backend, Ground, person};

use super::sha256;
use crate::killed::server::{Server, program};

/// What the bucket holds.
#[derive(Default)]
struct Bucket {
    objects: BTreeMap<String, Vec<u8>>,
    /// Parts of what is not complete, by upload and number.
    parts: BTreeMap<String, BTreeMap<u32, Vec<u8>>>,
    begun: usize,
    aborted: usize,
    /// The sizes of all parts that ever came.
    sizes: Vec<usize>,
    /// Whether everything is refused.
    away: bool,
}

type Shared = Arc<Mutex<Bucket>>;

async fn serve(State(bucket): State<Shared>, Query(query): Query<BTreeMap<String, String>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body: Bytes = axum::body::to_bytes(body, 64 << 20).await.unwrap();
    let key = head.uri.path().to_owned();
    assert!(signed(&head.headers), "{} {key} is not signed", head.method);
    let mut bucket = bucket.lock().unwrap();
    if bucket.away {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let upload = query.get("uploadId").cloned();
    match (head.method, upload) {
        (Method::POST, None) => {
            bucket.begun += 1;
            let id = format!("upload-{}", bucket.begun);
            bucket.parts.insert(id.clone(), BTreeMap::new());
            format!("<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>").into_response()
        }
        (Method::PUT, Some(id)) => {
            let number: u32 = query["partNumber"].parse().unwrap();
            bucket.sizes.push(body.len());
            bucket.parts.get_mut(&id).unwrap().insert(number, body.to_vec());
            ([("ETag", format!("\"part-{number}\""))], "").into_response()
        }
        (Method::POST, Some(id)) => {
            let whole = bucket.parts.remove(&id).unwrap().into_values().flatten().collect();
            bucket.objects.insert(key, whole);
            "<CompleteMultipartUploadResult><ETag>\"whole\"</ETag></CompleteMultipartUploadResult>".into_response()
        }
        (Method::DELETE, Some(id)) => {
            bucket.aborted += 1;
            bucket.parts.remove(&id);
            StatusCode::NO_CONTENT.into_response()
        }
        (Method::GET, None) => match bucket.objects.get(&key) {
            Some(content) => {
                let headers = [("ETag", "\"whole\""), ("Last-Modified", "Mon, 23 Nov 2026 08:00:00 GMT")];
                (headers, content.clone()).into_response()
            }
            None => (StatusCode::NOT_FOUND, "<Error><Code>NoSuchKey</Code></Error>").into_response(),
        },
        (method, _) => panic!("{method} {key} is not known"),
    }
}

fn signed(headers: &HeaderMap) -> bool {
    headers.get("authorization").and_then(|value| value.to_str().ok()).is_some_and(|value| value.starts_with("AWS4-HMAC-SHA256 "))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn contents_are_kept_in_a_bucket_too() {
    let bucket = Shared::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(serve).with_state(Arc::clone(&bucket));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });

    let ground = Ground::with_demo(Backend::Sqlite).await;
    let folder = tempfile::tempdir().unwrap();
    let mut command = program("serve", &ground.connect.url, folder.path());
    command.env("TANDEM_FILE_STORE", "s3://contents/trial").env("AWS_ENDPOINT", &endpoint).env("AWS_ALLOW_HTTP", "true");
    command.env("AWS_ACCESS_KEY_ID", "somebody").env("AWS_SECRET_ACCESS_KEY", "a secret").env("AWS_REGION", "eu-central-1");
    let server = Server::run(command, folder.path()).await;

    let content: Vec<u8> = (0..12_000_000_u32).map(|number| u8::try_from(number % 253).unwrap()).collect();
    let client = reqwest::Client::new();
    let ask = async |query: &str, variables: serde_json::Value| {
        let request = client.post(format!("http://{}/graphql", server.address)).bearer_auth(person("ravi@veltrona"));
        let answer = request.json(&json!({ "query": query, "variables": variables })).send().await.unwrap();
        answer.json::<serde_json::Value>().await.unwrap()
    };
    let seen = ask("{ engagements(first: 1) { nodes { id study { id } } } }", json!({})).await;
    let place = &seen["data"]["engagements"]["nodes"][0];
    let input = json!({
        "studyId": place["study"]["id"], "engagementId": place["id"], "tmfArtifact": "05.02.01", "title": "Report", "versionLabel": "1.0",
        "sha256": sha256(&content), "size": content.len(), "mediaType": "application/pdf"
    });
    let made =
        ask("mutation($input: DocumentCreateInput!) { documentCreate(input: $input) { document { id } } }", json!({ "input": input }))
            .await;
    let id = made["data"]["documentCreate"]["document"]["id"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned();
    let put = async |bytes: Vec<u8>| {
        let request = client.put(format!("http://{}/files/{id}", server.address)).bearer_auth(person("ravi@veltrona"));
        let answer = request.header("Content-Type", "application/pdf").body(bytes).send().await.unwrap();
        answer.status().as_u16()
    };

    // What is not what was declared is taken back.
    let mut other = content.clone();
    other[11_999_999] ^= 1;
    assert_eq!(put(other).await, 422);
    for _ in 0..100 {
        if bucket.lock().unwrap().aborted == 1 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    {
        let bucket = bucket.lock().unwrap();
        assert_eq!((bucket.aborted, bucket.parts.len(), bucket.objects.len()), (1, 0, 0));
    }
    assert_eq!(put(content.clone()).await, 201);
    {
        let bucket = bucket.lock().unwrap();
        let keys: Vec<&String> = bucket.objects.keys().collect();
        assert!(keys.len() == 1 && keys[0].starts_with("/contents/trial/") && keys[0].ends_with(&sha256(&content)), "{keys:?}");
        assert!(bucket.sizes.iter().all(|size| *size <= 5 << 20), "{:?}", bucket.sizes);
        assert!(bucket.parts.is_empty());
    }
    let get = || client.get(format!("http://{}/files/{id}", server.address)).bearer_auth(person("ravi@veltrona")).send();
    assert!(get().await.unwrap().bytes().await.unwrap() == content, "what comes is what was sent");
    // A bucket that is away is said to be so, and nothing else stops.
    bucket.lock().unwrap().away = true;
    let away = get().await.unwrap();
    assert_eq!(away.status().as_u16(), 503);
    assert!(away.text().await.unwrap().contains("UNAVAILABLE"));
    assert!(ask("{ viewer { organization { name } } }", json!({})).await["data"].is_object());
    server.kill().await;
}
