//! The task that gives journal entries their position, so that whoever follows the journal loses nothing.
//! It runs on every instance; the vault lets one at a time do the work.

use std::time::Duration;

use tandem_persistence::Vault;
use tokio::sync::watch;
use tokio::time::timeout;

/// The wait after a run that found something.
const BUSY: Duration = Duration::from_millis(200);

/// The longest wait: how late an entry may be ordered on a system at rest.
const IDLE: Duration = Duration::from_secs(2);

/// Orders the journal until told to end.
pub(super) async fn run(vault: Vault, mut end: watch::Receiver<bool>) {
    let mut wait = BUSY;
    loop {
        wait = match vault.order_journal().await {
            Ok(0) => (wait * 2).min(IDLE),
            Ok(ordered) => {
                tracing::debug!(ordered, "journal entries ordered");
                BUSY
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the journal could not be ordered; it is tried again");
                IDLE
            }
        };
        // Told to end, or nobody is left to tell it.
        if timeout(wait, end.wait_for(|ended| *ended)).await.is_ok() {
            return;
        }
    }
}
