//! What the gateway tells of itself: log lines, metrics, and the trace that a request belongs to.
//! No label and no field is chosen by a user, and no token is ever among them.

mod logs;
mod recorder;
mod trace_context;

pub use logs::{LogError, LogFormat, start_logs};
pub use recorder::{RecorderError, install_metrics};
pub use trace_context::TraceParent;
