//! Reads a body within its bound. What is too large is read and thrown away for a while before it is refused,
//! because a client that is still sending would otherwise see a reset connection and no answer.

use axum::{
    body::{Body, Bytes},
    http::StatusCode,
};
use http_body_util::BodyExt as _;

use super::failure::Failure;

/// Reads the whole body, at most `limit` bytes; up to `discard` bytes in all are read.
///
/// # Errors
/// 413 for a longer body, 400 for one that breaks off.
pub(super) async fn read(mut body: Body, limit: usize, discard: usize) -> Result<Bytes, Failure> {
    let mut kept: Vec<u8> = Vec::new();
    let mut seen: usize = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Failure::bad_request("The body broke off."))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        seen = seen.saturating_add(data.len());
        if seen <= limit {
            kept.extend_from_slice(&data);
        } else {
            kept = Vec::new();
            if seen > discard {
                break;
            }
        }
    }
    if seen > limit {
        return Err(Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "BAD_REQUEST", format!("The body is larger than {limit} bytes.")));
    }
    Ok(kept.into())
}

/// Reads a body away, so that the refusal which follows can be read by a client that sends first.
pub(super) async fn discard(mut body: Body, most: usize) {
    let mut seen: usize = 0;
    while let Some(Ok(frame)) = body.frame().await {
        seen = seen.saturating_add(frame.data_ref().map_or(0, Bytes::len));
        if seen > most {
            return;
        }
    }
}
