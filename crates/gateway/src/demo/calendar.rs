//! The demo's days: all counted from one Monday, so that the world is the same whenever it is made.

use chrono::{DateTime, Days, NaiveDate, Utc};
use tandem_domain::value::{DatePrecision, EstimateKind, PartialDate};

/// Monday, 6 January 2025, 08:00 UTC, in seconds.
const EPOCH: i64 = 1_736_150_400;

/// The moment at which the demo world begins.
#[must_use]
pub fn epoch() -> DateTime<Utc> {
    DateTime::from_timestamp(EPOCH, 0).unwrap_or_default()
}

/// The moment so many days after the beginning.
pub(super) fn moment(days: i64) -> DateTime<Utc> {
    epoch() + chrono::Duration::days(days)
}

/// The day so many days after the beginning.
pub(super) fn day(days: u64) -> NaiveDate {
    let first = epoch().date_naive();
    first.checked_add_days(Days::new(days)).unwrap_or(first)
}

/// A month, planned.
pub(super) fn planned_month(days: u64) -> PartialDate {
    PartialDate::new(day(days), DatePrecision::Month, Some(EstimateKind::Estimated))
}

/// A day on which something happened.
pub(super) fn actual_day(days: u64) -> PartialDate {
    PartialDate::new(day(days), DatePrecision::Day, Some(EstimateKind::Actual))
}
