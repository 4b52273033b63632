//! One writer for each scalar: the same bytes that the resolvers' values are written as.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use tandem_domain::id::encode;
use tandem_domain::record::{Kind, Scalar};
use tandem_domain::value::PartialDate;
use tandem_persistence::RowRef;

use super::plan::DatePart;
use super::reason::Reason;

/// Writes a column; what is missing where it may not be leaves the request to resolvers.
pub(super) fn write(out: &mut Vec<u8>, row: &RowRef<'_>, column: usize, kind: Kind, scalar: Scalar, nullable: bool) -> Result<(), Reason> {
    let wrong = |_| Reason::Store;
    let there = match scalar {
        Scalar::Boolean => row.boolean(column).map_err(wrong)?.map(|truth| out.extend_from_slice(if truth { b"true" } else { b"false" })),
        Scalar::Int | Scalar::BigInt => match row.int(column).map_err(wrong)? {
            None => None,
            Some(number) => Some(json(out, &number)?),
        },
        Scalar::Float => match row.float(column).map_err(wrong)? {
            None => None,
            Some(number) => Some(json(out, &number)?),
        },
        Scalar::String | Scalar::CountryCode | Scalar::Enum(_) | Scalar::PartialDate => match row.text(column).map_err(wrong)? {
            None => None,
            Some(value) => Some(text(out, value)?),
        },
        Scalar::Id(of) => row.uuid(column).map_err(wrong)?.map(|id| plain(out, &encode(of, id))),
        Scalar::AnyId => row.uuid(column).map_err(wrong)?.map(|id| plain(out, &encode(kind, id))),
        Scalar::DateTime => row.time(column).map_err(wrong)?.map(|time| moment(out, time)),
        Scalar::Date => row.date(column).map_err(wrong)?.map(|day| self::day(out, day)),
        Scalar::StringList | Scalar::CountryList | Scalar::EnumList(_) | Scalar::IdList(_) => match row.list(column).map_err(wrong)? {
            None => None,
            Some(items) => Some(json(out, &items)?),
        },
    };
    match there {
        Some(()) => Ok(()),
        None if nullable => {
            null(out);
            Ok(())
        }
        None => Err(Reason::Value),
    }
}

fn moment(out: &mut Vec<u8>, time: DateTime<Utc>) {
    plain(out, &time.to_rfc3339_opts(SecondsFormat::AutoSi, true));
}

fn day(out: &mut Vec<u8>, day: NaiveDate) {
    plain(out, &day.to_string());
}

/// Writes a part of a partial date.
pub(super) fn date(out: &mut Vec<u8>, date: PartialDate, part: DatePart) -> Result<(), Reason> {
    match part {
        DatePart::Date => text(out, &date.to_string()),
        DatePart::Precision => text(out, date.precision().term()),
        DatePart::Kind => match date.kind() {
            None => {
                null(out);
                Ok(())
            }
            Some(kind) => text(out, kind.term()),
        },
    }
}

pub(super) fn null(out: &mut Vec<u8>) {
    out.extend_from_slice(b"null");
}

/// A text that may hold anything.
pub(super) fn text(out: &mut Vec<u8>, text: &str) -> Result<(), Reason> {
    json(out, text)
}

/// A text of the house's own that needs no escape.
pub(super) fn plain(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

pub(super) fn json<T: serde::Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) -> Result<(), Reason> {
    serde_json::to_writer(out, value).map_err(|_| Reason::Value)
}

#[cfg(test)]
mod tests {
    use async_graphql::Value;
    use proptest::prelude::*;
    use tandem_domain::record::Cell;

    use super::*;
    use crate::run::scalar;

    /// The bytes that the resolvers' value of a cell becomes.
    fn resolved(cell: &Cell, of: Scalar) -> String {
        serde_json::to_string(&scalar::value(Kind::Study, cell, of)).unwrap()
    }

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    proptest! {
        #[test]
        fn texts(value in ".*") {
            prop_assert_eq!(written(|out| text(out, &value).unwrap()), resolved(&Cell::Text(value), Scalar::String));
        }

        #[test]
        fn numbers(whole in any::<i64>(), fraction in any::<f64>()) {
            prop_assert_eq!(written(|out| json(out, &whole).unwrap()), resolved(&Cell::Int(whole), Scalar::Int));
            prop_assert_eq!(written(|out| json(out, &fraction).unwrap()), resolved(&Cell::Float(fraction), Scalar::Float));
        }

        #[test]
        fn moments_and_days(micros in -62_135_596_800_000_000_i64..300_000_000_000_000_000) {
            let time = DateTime::from_timestamp_micros(micros).unwrap();
            prop_assert_eq!(written(|out| moment(out, time)), resolved(&Cell::Time(time), Scalar::DateTime));
            let date = time.date_naive();
            prop_assert_eq!(written(|out| day(out, date)), resolved(&Cell::Date(date), Scalar::Date));
        }

        #[test]
        fn ids_and_lists(id in any::<u128>(), items in proptest::collection::vec(".*", 0..4)) {
            let id = uuid::Uuid::from_u128(id);
            let expected = resolved(&Cell::Uuid(id), Scalar::Id(Kind::Person));
            prop_assert_eq!(written(|out| plain(out, &encode(Kind::Person, id))), expected);
            let expected = resolved(&Cell::Uuid(id), Scalar::AnyId);
            prop_assert_eq!(written(|out| plain(out, &encode(Kind::Study, id))), expected);
            prop_assert_eq!(written(|out| json(out, &items).unwrap()), resolved(&Cell::List(items), Scalar::StringList));
        }

        #[test]
        fn partial_dates(year in 1_i32..9_999, month in 1_u32..13, kind in 0_usize..3) {
            let suffix = ["", " ACTUAL", " ESTIMATED"][kind];
            for stored in [format!("{year:04}{suffix}"), format!("{year:04}-{month:02}{suffix}"), format!("{year:04}-{month:02}-28{suffix}")] {
                let partial = PartialDate::from_stored(&stored).unwrap();
                let fields = scalar::partial_date(partial);
                for (name, part) in [("date", DatePart::Date), ("precision", DatePart::Precision), ("kind", DatePart::Kind)] {
                    let expected = serde_json::to_string(&fields[name]).unwrap();
                    prop_assert_eq!(written(|out| date(out, partial, part).unwrap()), expected);
                }
            }
        }
    }

    #[test]
    fn what_is_odd() {
        for value in [f64::NAN, f64::INFINITY, -0.0, 1e300, 1e-7, 0.1, 1.0] {
            let written = written(|out| json(out, &value).unwrap());
            assert_eq!(written, resolved(&Cell::Float(value), Scalar::Float));
        }
        for value in ["\u{0}\u{1f}\u{7f}", "\"\\/\u{8}\u{c}\n\r\t", "\u{2028}\u{10ffff}é"] {
            assert_eq!(written(|out| text(out, value).unwrap()), resolved(&Cell::Text(value.to_owned()), Scalar::String));
        }
        let far = NaiveDate::from_ymd_opt(12_345, 6, 7).unwrap();
        assert_eq!(written(|out| day(out, far)), resolved(&Cell::Date(far), Scalar::Date));
        assert_eq!(written(null), serde_json::to_string(&Value::Null).unwrap());
    }
}
