//! `PUT` and `GET /files/{documentId}`: a document's content, streamed both ways. Access is decided for each request as for the document
//! itself; what is sent is held against the size and SHA-256 that the document declares before any of it is there.

use std::sync::Arc;
use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    extract::{Path, Request, State, rejection::PathRejection},
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
        header::{CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, EXPECT, IF_NONE_MATCH},
    },
    response::Response,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use http_body_util::BodyExt as _;
use sha2::{Digest as _, Sha256};
use tokio::time::timeout;

use super::{
    Shared, bearer, body,
    failure::Failure,
    rate::Charge,
    request_id::RequestId,
    seam::{Content, Session, Who},
};
use crate::files::FilesError;

/// RFC 9530.
const REPR_DIGEST: HeaderName = HeaderName::from_static("repr-digest");

/// Serves `/files/{documentId}`.
pub(super) async fn serve(State(shared): State<Arc<Shared>>, document: Result<Path<String>, PathRejection>, request: Request) -> Response {
    // What is no text is no id, and answered like one that was never issued.
    let document = document.map_or_else(|_| String::new(), |Path(document)| document);
    let (mut who, mut charge) = (Who::default(), Charge::Free);
    let result = match *request.method() {
        Method::GET | Method::HEAD => give(&shared, &document, request, &mut who, &mut charge).await,
        Method::PUT => take(&shared, &document, request, &mut who, &mut charge).await,
        _ => Err(Failure::method("GET, HEAD, PUT")),
    };
    let mut response = result.unwrap_or_else(|failure| failure.of(who).into_json());
    shared.throttle.headers(charge, response.headers_mut());
    response
}

/// Who asks, having paid for it.
async fn admit(shared: &Shared, headers: &HeaderMap, who: &mut Who, charge: &mut Charge) -> Result<Session, Failure> {
    let session = bearer::admit(shared, headers).await?;
    *who = session.who;
    *charge = shared.throttle.charge(&session.principal_key, 1);
    match *charge {
        Charge::Refused { retry_after } => Err(Failure::rate_limited(retry_after)),
        Charge::Free | Charge::Paid { .. } => Ok(session),
    }
}

async fn give(shared: &Shared, document: &str, request: Request, who: &mut Who, charge: &mut Charge) -> Result<Response, Failure> {
    let session = admit(shared, request.headers(), who, charge).await?;
    let content = shared.contents.find(&session, document).await?;
    let missing = || Failure::new(StatusCode::NOT_FOUND, "NOT_FOUND", "This document is only described here: its content was not sent.");
    if !content.kept {
        return Err(missing());
    }
    let tag = format!("\"{}\"", content.sha256);
    let known = request.headers().get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    if known.flat_map(|value| value.split(',')).any(|value| matches!(value.trim(), "*") || value.trim().trim_start_matches("W/") == tag) {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        dress(&mut response, &content, &tag);
        return Ok(response);
    }
    let (size, pieces) = shared.files.read(content.document, &content.sha256).await.map_err(|error| broken(&error))?.ok_or_else(|| {
        tracing::error!(document = %content.document, "a content that was kept is not there");
        Failure::internal()
    })?;
    let body = if *request.method() == Method::HEAD { Body::empty() } else { Body::from_stream(verified(pieces, content.sha256.clone())) };
    let mut response = Response::new(body);
    dress(&mut response, &content, &tag);
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(size));
    Ok(response)
}

fn dress(response: &mut Response, content: &Content, tag: &str) {
    let digest: Vec<u8> = (0..content.sha256.len() / 2)
        .filter_map(|at| content.sha256.get(2 * at..2 * at + 2))
        .filter_map(|pair| u8::from_str_radix(pair, 16).ok())
        .collect();
    for (name, value) in [
        (CONTENT_TYPE, content.media_type.clone()),
        (CONTENT_DISPOSITION, disposition(&content.name)),
        (ETAG, tag.to_owned()),
        (REPR_DIGEST, format!("sha-256=:{}:", STANDARD.encode(digest))),
    ] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
}

/// RFC 6266: the name in plain letters, and as it is (RFC 8187).
fn disposition(name: &str) -> String {
    let plain: String = name.chars().map(|letter| if letter.is_ascii_graphic() || letter == ' ' { letter } else { '_' }).collect();
    let attribute = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte);
    let spelled = |byte: u8| if attribute(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    let exact: String = name.bytes().map(spelled).collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}")
}

/// A content that is no longer what it was when it was kept is never given out whole: its last piece is held back until all are verified.
fn verified(
    pieces: stream::BoxStream<'static, object_store::Result<Bytes>>,
    sha256: String,
) -> impl futures::Stream<Item = Result<Bytes, std::io::Error>> {
    let state = (pieces, Sha256::new(), None::<Bytes>, false);
    stream::try_unfold(state, move |(mut pieces, mut hash, mut held, done)| {
        let sha256 = sha256.clone();
        async move {
            if done {
                return Ok(None);
            }
            while let Some(piece) = pieces.next().await {
                let piece = piece.map_err(std::io::Error::other)?;
                hash.update(&piece);
                if let Some(ready) = held.replace(piece) {
                    return Ok(Some((ready, (pieces, hash, held, false))));
                }
            }
            if hex(hash) != sha256 {
                tracing::error!(sha256, "a content is not what was kept");
                return Err(std::io::Error::other("the content is not what was kept"));
            }
            Ok(held.take().map(|last| (last, (pieces, Sha256::new(), None, true))))
        }
    })
    .into_stream()
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn take(shared: &Shared, document: &str, request: Request, who: &mut Who, charge: &mut Charge) -> Result<Response, Failure> {
    let request_id = request.extensions().get::<RequestId>().map_or_else(String::new, |id| id.0.clone());
    let (head, content) = request.into_parts();
    let asked = async {
        let session = admit(shared, &head.headers, who, charge).await?;
        let found = shared.contents.find(&session, document).await?;
        shared.contents.keep(&session, &found, &request_id, true).await?;
        acceptable(shared, &head.headers, &found)?;
        Ok::<_, Failure>((session, found))
    };
    let (session, found) = match asked.await {
        Ok(passed) => passed,
        Err(failure) => {
            // Who waits for a "100 Continue" has not sent yet, and will not.
            if !head.headers.contains_key(EXPECT) {
                let patience = Duration::from_millis(shared.settings.request_milliseconds);
                let _ = timeout(patience, body::discard(content, shared.settings.discard_bytes)).await;
            }
            return Err(failure);
        }
    };
    receive(shared, content, &found).await?;
    // Decided anew: much may have changed while it came.
    shared.contents.keep(&session, &found, &request_id, false).await?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = if found.kept { StatusCode::NO_CONTENT } else { StatusCode::CREATED };
    let tag = format!("\"{}\"", found.sha256);
    response.headers_mut().extend(HeaderValue::from_str(&tag).map(|tag| (ETAG, tag)));
    Ok(response)
}

/// What can be told by the head alone.
fn acceptable(shared: &Shared, headers: &HeaderMap, content: &Content) -> Result<(), Failure> {
    let sent = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let sent = sent.split(';').next().unwrap_or_default().trim();
    let unsupported = |words: String| Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "BAD_REQUEST", words);
    if !sent.eq_ignore_ascii_case(&content.media_type) {
        return Err(unsupported(format!("Send the media type that the document declares as Content-Type: {}.", content.media_type)));
    }
    if !shared.settings.file_types.iter().any(|allowed| allowed.eq_ignore_ascii_case(&content.media_type)) {
        return Err(unsupported("Contents of this media type are not kept here.".to_owned()));
    }
    if content.size > shared.settings.file_bytes {
        let words = format!("Contents of more than {} bytes are not kept here.", shared.settings.file_bytes);
        return Err(Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "BAD_REQUEST", words));
    }
    // RFC 9110, 14.4 and 8.4: what is a part, or packed, is not the content itself.
    if headers.contains_key(CONTENT_RANGE) {
        return Err(Failure::bad_request("Send the whole content, without Content-Range."));
    }
    if headers.contains_key(CONTENT_ENCODING) {
        return Err(unsupported("Send the content as it is, without Content-Encoding.".to_owned()));
    }
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()).and_then(|text| text.parse::<u64>().ok());
    if length.is_some_and(|length| length != content.size) {
        return Err(other_size(content));
    }
    Ok(())
}

fn other_size(content: &Content) -> Failure {
    let words = format!("This is not the content that the document declares: it has {} bytes.", content.size);
    Failure::new(StatusCode::UNPROCESSABLE_ENTITY, "BAD_USER_INPUT", words)
}

/// Takes the content piece by piece. Of one that breaks off, or is not what was declared, nothing stays.
async fn receive(shared: &Shared, mut body: Body, content: &Content) -> Result<(), Failure> {
    let mut keeping = shared.files.keep(content.document, &content.sha256).await.map_err(|error| broken(&error))?;
    let (mut hash, mut seen) = (Sha256::new(), 0_u64);
    let patience = Duration::from_millis(shared.settings.file_milliseconds);
    loop {
        let frame = timeout(patience, body.frame()).await.map_err(|_| Failure::timeout(StatusCode::REQUEST_TIMEOUT))?;
        let Some(frame) = frame else { break };
        let frame = frame.map_err(|_| Failure::bad_request("The content broke off."))?;
        let Ok(piece) = frame.into_data() else { continue };
        seen = seen.saturating_add(piece.len().try_into().unwrap_or(u64::MAX));
        if seen > content.size {
            let _ = timeout(patience, body::discard(body, shared.settings.discard_bytes)).await;
            return Err(other_size(content));
        }
        hash.update(&piece);
        keeping.write(piece).await.map_err(|error| broken(&error))?;
    }
    if seen != content.size {
        return Err(other_size(content));
    }
    if hex(hash) != content.sha256 {
        let words = "This is not the content that the document declares: its SHA-256 is another.";
        return Err(Failure::new(StatusCode::UNPROCESSABLE_ENTITY, "BAD_USER_INPUT", words));
    }
    keeping.finish().await.map_err(|error| broken(&error))
}

fn broken(error: &FilesError) -> Failure {
    tracing::error!(error = error as &dyn std::error::Error, "contents of documents cannot be reached");
    Failure::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", "Contents of documents cannot be reached at the moment. Try again later.")
}
