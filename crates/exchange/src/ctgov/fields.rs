//! How single fields are read: texts, terms, dates, and the words for what is missing.
//! Each takes the field's path, so that a refusal names the place as the registry spells it.

use std::str::FromStr;

use chrono::NaiveDate;
use tandem_domain::registry::UnknownTerm;
use tandem_domain::value::{DatePrecision, EstimateKind, PartialDate};

use super::refusal::Refusal;
use super::wire;

/// A date at its own precision, with its kind where one is written.
pub(super) fn date(wire: Option<wire::Date>, path: &str) -> Result<Option<PartialDate>, Refusal> {
    let Some(wire) = wire else { return Ok(None) };
    let Some(written) = text(wire.date, || format!("{path}.date"))? else {
        return Ok(None);
    };
    let date: PartialDate = written.parse().map_err(|error| Refusal::at(format!("{path}.date"), error))?;
    Ok(Some(date.with_kind(kind_of(wire.kind, path)?)))
}

/// A date that must name a day: the registry's own acts happen on days.
pub(super) fn day(wire: Option<wire::Date>, path: &str) -> Result<Option<NaiveDate>, Refusal> {
    match date(wire, path)? {
        Some(date) if date.precision() != DatePrecision::Day => {
            Err(Refusal::at(format!("{path}.date"), format_args!("\"{date}\" names no day; write YYYY-MM-DD")))
        }
        date => Ok(date.map(PartialDate::first_day)),
    }
}

pub(super) fn kind_of(term: Option<String>, path: &str) -> Result<Option<EstimateKind>, Refusal> {
    let path = || format!("{path}.type");
    match text(term, path)?.as_deref() {
        None => Ok(None),
        Some("ACTUAL") => Ok(Some(EstimateKind::Actual)),
        Some("ESTIMATED") => Ok(Some(EstimateKind::Estimated)),
        Some(other) => Err(Refusal::at(path(), format_args!("\"{other}\" is neither ACTUAL nor ESTIMATED; leave it out where it is open"))),
    }
}

/// A term of a closed list that may be missing.
pub(super) fn optional<T: FromStr<Err = UnknownTerm>>(term: Option<String>, path: impl Fn() -> String) -> Result<Option<T>, Refusal> {
    let Some(term) = text(term, &path)? else {
        return Ok(None);
    };
    term.parse().map(Some).map_err(|error| Refusal::at(path(), error))
}

/// A term of a closed list that must be there.
pub(super) fn required<T: FromStr<Err = UnknownTerm>>(term: Option<String>, path: String, what: &str) -> Result<T, Refusal> {
    optional(term, || path.clone())?.ok_or_else(|| missing(path, what))
}

/// A text without blanks at its ends; an empty one is absent. No text may hold NUL: PostgreSQL keeps none.
pub(crate) fn text(text: Option<String>, path: impl FnOnce() -> String) -> Result<Option<String>, Refusal> {
    let Some(text) = text else { return Ok(None) };
    if text.contains('\0') {
        return Err(Refusal::at(path(), "the text holds a NUL character; take it out"));
    }
    let trimmed = text.trim();
    Ok(match trimmed.len() {
        0 => None,
        length if length == text.len() => Some(text),
        _ => Some(trimmed.to_owned()),
    })
}

/// Texts of a list, each once, in order.
pub(super) fn distinct_texts(texts: Vec<String>, path: &str) -> Result<Vec<String>, Refusal> {
    let mut distinct = Vec::with_capacity(texts.len());
    for (index, one) in texts.into_iter().enumerate() {
        if let Some(one) = text(Some(one), || format!("{path}[{index}]"))?
            && !distinct.contains(&one)
        {
            distinct.push(one);
        }
    }
    Ok(distinct)
}

pub(super) fn missing(path: impl Into<String>, what: &str) -> Refusal {
    Refusal::at(path, format_args!("{what} is missing; fetch the record again or mend it by hand"))
}
