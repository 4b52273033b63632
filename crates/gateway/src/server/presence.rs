//! Whether anybody is being served on a connection, and since when nobody is.
//! HTTP/1 has a timer for this in its reader; on HTTP/2 a client that only answers pings would stay for ever.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use hyper::Version;
use tokio::time::{Instant, sleep};

/// What one connection is doing.
#[derive(Debug, Clone)]
pub(super) struct Presence(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    /// Requests that have no answer yet.
    busy: usize,
    /// When the last of them was answered, or the connection began.
    since: Instant,
    /// Whether it speaks HTTP/1, whose reader has a timer of its own.
    watched: bool,
}

/// One request that is being answered; over when this is dropped.
pub(super) struct Busy(Presence);

impl Presence {
    /// A connection that has just begun.
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(State { busy: 0, since: Instant::now(), watched: false })))
    }

    /// A request has come.
    pub(super) fn enter(&self, version: Version) -> Busy {
        let mut state = self.state();
        state.busy = state.busy.saturating_add(1);
        state.watched = version < Version::HTTP_2;
        Busy(self.clone())
    }

    /// Completes when no request has been under way for so long; never on HTTP/1.
    pub(super) async fn idle(&self, patience: Duration) {
        loop {
            let left = {
                let state = self.state();
                if state.watched || state.busy > 0 { patience } else { patience.saturating_sub(state.since.elapsed()) }
            };
            if left.is_zero() {
                return;
            }
            sleep(left).await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.busy = state.busy.saturating_sub(1);
        state.since = Instant::now();
    }
}
