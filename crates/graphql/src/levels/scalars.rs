//! One writer for each scalar: the same bytes that the resolvers' values are written as.

use chrono::SecondsFormat;
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
        Scalar::Int => match row.int(column).map_err(wrong)? {
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
        Scalar::DateTime => row.time(column).map_err(wrong)?.map(|time| plain(out, &time.to_rfc3339_opts(SecondsFormat::AutoSi, true))),
        Scalar::Date => row.date(column).map_err(wrong)?.map(|day| plain(out, &day.to_string())),
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
