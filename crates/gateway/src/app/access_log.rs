//! The task that keeps the access log: what was noted is written once its minute is over, and at the end everything.

use std::time::Duration;

use tandem_persistence::Vault;
use tokio::sync::watch;
use tokio::time::timeout;

/// How often it looks.
const EVERY: Duration = Duration::from_secs(1);

/// Keeps the access log until told to end.
pub(super) async fn run(vault: Vault, mut end: watch::Receiver<bool>) {
    loop {
        // Told to end, or nobody is left to tell it.
        let ended = timeout(EVERY, end.wait_for(|ended| *ended)).await.is_ok();
        match vault.keep_access_log(ended).await {
            Ok(0) => {}
            Ok(kept) => tracing::debug!(kept, "events of the access log kept"),
            Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "the access log could not be kept; it is tried again"),
        }
        if ended {
            return;
        }
    }
}
