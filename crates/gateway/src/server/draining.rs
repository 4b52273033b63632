//! One flag that says that this process is on its way out.
//! It is raised before the listener closes, so that a balancer can turn away first.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Shared by the server that drains and the probe that tells.
#[derive(Debug, Clone, Default)]
pub struct Draining(Arc<AtomicBool>);

impl Draining {
    /// Says that the process is on its way out; there is no way back.
    pub fn start(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether the process is on its way out.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}
