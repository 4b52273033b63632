//! A date of which only the month or the year may be known, and whether it is a plan or a fact.
//! Registries and plans write such dates; a day invented for them would be a false precision.

use std::fmt;
use std::str::FromStr;

use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How much of a date is known. Ordered from the coarsest to the finest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DatePrecision {
    /// Only the year: `2020`.
    Year,
    /// Year and month: `2020-04`.
    Month,
    /// A calendar day: `2020-04-17`.
    Day,
}

impl DatePrecision {
    /// The term on the graph and in storage.
    #[must_use]
    pub const fn term(self) -> &'static str {
        match self {
            Self::Year => "YEAR",
            Self::Month => "MONTH",
            Self::Day => "DAY",
        }
    }
}

/// Whether a date or a number is planned or has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EstimateKind {
    /// Planned or expected.
    Estimated,
    /// It happened.
    Actual,
}

impl EstimateKind {
    /// The term on the graph and in storage.
    #[must_use]
    pub const fn term(self) -> &'static str {
        match self {
            Self::Estimated => "ESTIMATED",
            Self::Actual => "ACTUAL",
        }
    }
}

/// Why a text is no [`PartialDate`].
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PartialDateError {
    /// The text has none of the three shapes.
    #[error("\"{0}\" is not written YYYY, YYYY-MM or YYYY-MM-DD")]
    Shape(String),
    /// The shape is right, but the calendar has no such month or day.
    #[error("\"{0}\" is not in the calendar")]
    Calendar(String),
}

/// A date known to the day, the month or the year, and what kind it is (absent where the source does not say).
///
/// The text form is the date alone, at its own precision (`2020`, `2020-04`, `2020-04-17`); the kind travels beside it.
/// Serialised as `{"date": "2020-04", "kind": "ACTUAL"}`: the text carries the precision.
///
/// Order: by the first day meant; of two that begin together, the coarser first; then without a kind, estimated, actual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct PartialDate {
    first_day: NaiveDate,
    precision: DatePrecision,
    kind: Option<EstimateKind>,
}

impl PartialDate {
    /// The period that holds `day`, at the given precision: its first day is kept.
    #[must_use]
    pub fn new(day: NaiveDate, precision: DatePrecision, kind: Option<EstimateKind>) -> Self {
        use chrono::Datelike;
        let first_day = match precision {
            DatePrecision::Day => Some(day),
            DatePrecision::Month => day.with_day(1),
            DatePrecision::Year => day.with_ordinal(1),
        };
        // Day one of a month and of a year always exist, so the fallback is never taken.
        Self { first_day: first_day.unwrap_or(day), precision, kind }
    }

    /// The first day that the date may mean; what stands in a date column.
    #[must_use]
    pub const fn first_day(self) -> NaiveDate {
        self.first_day
    }

    /// The last day that the date may mean: what a deadline at this precision allows.
    #[must_use]
    pub fn last_day(self) -> NaiveDate {
        let months = match self.precision {
            DatePrecision::Day => return self.first_day,
            DatePrecision::Month => 1,
            DatePrecision::Year => 12,
        };
        // Four-digit years lie far within the calendar's range, so the fallback is never taken.
        self.first_day.checked_add_months(Months::new(months)).and_then(|next| next.pred_opt()).unwrap_or(self.first_day)
    }

    /// How much of the date is known.
    #[must_use]
    pub const fn precision(self) -> DatePrecision {
        self.precision
    }

    /// Planned or happened; absent where the source does not say.
    #[must_use]
    pub const fn kind(self) -> Option<EstimateKind> {
        self.kind
    }

    /// The same date with another kind.
    #[must_use]
    pub const fn with_kind(self, kind: Option<EstimateKind>) -> Self {
        Self { kind, ..self }
    }
}

/// The date alone, at its own precision.
impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pattern = match self.precision {
            DatePrecision::Year => "%Y",
            DatePrecision::Month => "%Y-%m",
            DatePrecision::Day => "%Y-%m-%d",
        };
        self.first_day.format(pattern).fmt(f)
    }
}

/// Reads the text form; the kind is left open (see [`PartialDate::with_kind`]).
impl FromStr for PartialDate {
    type Err = PartialDateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let shape = || PartialDateError::Shape(text.to_owned());
        let mut parts = text.split('-');
        let year = digits(parts.next(), 4).ok_or_else(shape)?;
        let month = parts.next();
        let day = parts.next();
        if parts.next().is_some() {
            return Err(shape());
        }
        let (month, day, precision) = match (month, day) {
            (None, _) => (1, 1, DatePrecision::Year),
            (month, None) => (digits(month, 2).ok_or_else(shape)?, 1, DatePrecision::Month),
            (month, day) => (digits(month, 2).ok_or_else(shape)?, digits(day, 2).ok_or_else(shape)?, DatePrecision::Day),
        };
        // No source means the year nought; some write it for "not known".
        let first_day = i32::try_from(year)
            .ok()
            .filter(|year| *year > 0)
            .and_then(|year| NaiveDate::from_ymd_opt(year, month, day))
            .ok_or_else(|| PartialDateError::Calendar(text.to_owned()))?;
        Ok(Self { first_day, precision, kind: None })
    }
}

/// Exactly `width` ASCII digits as a number: no sign, no blank, no other script's digits.
fn digits(text: Option<&str>, width: usize) -> Option<u32> {
    let text = text?;
    let plain = text.len() == width && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// The serialised form.
#[derive(Serialize, Deserialize)]
struct Written {
    date: String,
    #[serde(default)]
    kind: Option<EstimateKind>,
}

impl From<PartialDate> for Written {
    fn from(date: PartialDate) -> Self {
        Self { date: date.to_string(), kind: date.kind }
    }
}

impl TryFrom<Written> for PartialDate {
    type Error = PartialDateError;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        Ok(written.date.parse::<Self>()?.with_kind(written.kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn date(text: &str) -> PartialDate {
        text.parse().expect(text)
    }

    #[test]
    fn each_precision_reads_and_writes_its_own_text() {
        for (text, precision, first, last) in [
            ("2020", DatePrecision::Year, "2020-01-01", "2020-12-31"),
            ("2020-02", DatePrecision::Month, "2020-02-01", "2020-02-29"),
            ("2021-12", DatePrecision::Month, "2021-12-01", "2021-12-31"),
            ("2020-04-17", DatePrecision::Day, "2020-04-17", "2020-04-17"),
        ] {
            let read = date(text);
            assert_eq!(read.to_string(), text);
            assert_eq!(read.precision(), precision);
            assert_eq!(read.first_day().to_string(), first);
            assert_eq!(read.last_day().to_string(), last);
            assert_eq!(read.kind(), None);
        }
    }

    #[test]
    fn a_day_in_the_middle_of_a_month_is_kept_as_the_month() {
        let day = NaiveDate::from_ymd_opt(2020, 2, 29).expect("leap day");
        assert_eq!(PartialDate::new(day, DatePrecision::Month, None), date("2020-02"));
        assert_eq!(PartialDate::new(day, DatePrecision::Year, None), date("2020"));
        assert_eq!(PartialDate::new(day, DatePrecision::Day, None), date("2020-02-29"));
    }

    #[test]
    fn other_shapes_are_refused() {
        for text in ["", "20", "2020-", "2020-4", "2020-04-1", "2020-04-17-1", "June 2020", " 2020", "+202", "２０２０", "2020-04-17T00:00"]
        {
            assert_eq!(text.parse::<PartialDate>(), Err(PartialDateError::Shape(text.to_owned())));
        }
    }

    #[test]
    fn days_outside_the_calendar_are_refused() {
        for text in ["2020-00", "2020-13", "2021-02-29", "2020-04-31", "2020-01-00", "0000"] {
            assert_eq!(text.parse::<PartialDate>(), Err(PartialDateError::Calendar(text.to_owned())));
        }
    }

    #[test]
    fn order_is_by_first_day_then_coarser_first() {
        let mut dates = ["2021", "2020-01-02", "2020-01-01", "2020-01", "2020"].map(date);
        dates.sort();
        assert_eq!(dates.map(|d| d.to_string()), ["2020", "2020-01", "2020-01-01", "2020-01-02", "2021"]);
    }

    #[test]
    fn the_kind_travels_beside_the_text() {
        let actual = date("2020-04").with_kind(Some(EstimateKind::Actual));
        let json = serde_json::to_string(&actual).expect("writes");
        assert_eq!(json, r#"{"date":"2020-04","kind":"ACTUAL"}"#);
        assert_eq!(serde_json::from_str::<PartialDate>(&json).expect("reads"), actual);
        assert_eq!(serde_json::from_str::<PartialDate>(r#"{"date":"2020-04"}"#).expect("reads"), date("2020-04"));
        assert!(serde_json::from_str::<PartialDate>(r#"{"date":"2020-13"}"#).is_err());
    }

    proptest! {
        #[test]
        fn what_reads_writes_the_same_text(text in "[0-9]{4}(-[0-1][0-9](-[0-3][0-9])?)?") {
            if let Ok(read) = text.parse::<PartialDate>() {
                prop_assert_eq!(read.to_string(), text);
                prop_assert!(read.first_day() <= read.last_day());
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC*") {
            let _ = text.parse::<PartialDate>();
        }
    }
}
