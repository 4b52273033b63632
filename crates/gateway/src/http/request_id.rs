//! A name for each request, so that a client, a log line and a journal entry can be put together.
//! A client's own id is kept where it is short and plain; else one is made.

use std::{
    collections::hash_map::RandomState,
    hash::BuildHasher as _,
    sync::atomic::{AtomicU64, Ordering},
};

use axum::http::{HeaderMap, HeaderName};

/// The header that carries the id, both ways.
pub(super) const NAME: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id of a client that is kept, in characters.
const LONGEST: usize = 128;

/// The id of a request, in its extensions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(pub String);

/// Makes ids: a counter through a keyed hash, so that they are distinct, unguessable and need no clock.
#[derive(Default)]
pub(super) struct RequestIds {
    keys: [RandomState; 2],
    counter: AtomicU64,
}

impl RequestIds {
    /// The client's id, or a new one of 32 hexadecimal digits.
    pub(super) fn of(&self, headers: &HeaderMap) -> RequestId {
        let sent = headers.get(NAME).and_then(|value| value.to_str().ok());
        RequestId(match sent.filter(|id| sane(id)) {
            Some(id) => id.to_owned(),
            None => self.fresh(),
        })
    }

    /// 32 hexadecimal digits that were not given before in this process.
    pub(super) fn fresh(&self) -> String {
        let count = self.counter.fetch_add(1, Ordering::Relaxed);
        let [left, right] = &self.keys;
        format!("{:016x}{:016x}", left.hash_one(count), right.hash_one(count))
    }
}

fn sane(id: &str) -> bool {
    (1..=LONGEST).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
}
