//! The recorder behind `/metrics`: the Prometheus text format, without a listener of its own.
//! Durations are histograms in seconds, so that several instances can be added up.

use std::sync::OnceLock;

use metrics::{Unit, describe_counter, describe_histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

/// Upper bounds of the duration buckets, in seconds.
const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// The recorder could not be installed.
#[derive(Debug, thiserror::Error)]
#[error("the metrics recorder could not be installed: {0}")]
pub struct RecorderError(#[from] BuildError);

/// Installs the process's recorder, or hands out the one that is installed.
///
/// # Errors
/// [`RecorderError`] where another recorder was there first.
pub fn install_metrics() -> Result<PrometheusHandle, RecorderError> {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    static INSTALLING: std::sync::Mutex<()> = std::sync::Mutex::new(());
    // A poisoned lock guards nothing but the order of two callers.
    let _guard = INSTALLING.lock();
    if let Some(handle) = HANDLE.get() {
        return Ok(handle.clone());
    }
    let handle =
        PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("duration_seconds".to_owned()), &SECONDS)?.install_recorder()?;
    describe_histogram!(
        "http_server_request_duration_seconds",
        Unit::Seconds,
        "Time from a request's head to its answer's head, by method, route and status."
    );
    describe_counter!("graphql_requests_total", "GraphQL requests by kind of operation and outcome (OK or the first error's code).");
    describe_counter!("graphql_document_refusals_total", "Documents refused by the limits, before validation, by code.");
    describe_counter!(
        "requests_refused_total",
        "Refusals by code and stage: door (nothing was run), answer (an error of an answer), command (a user error). A request counts once \
         for each code and stage."
    );
    Ok(HANDLE.get_or_init(|| handle).clone())
}
