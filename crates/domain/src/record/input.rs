//! What a caller hands in to a command, described as plain data and read with every fault named by its path.
//! The graph makes its input types from the description; reading is the same for every caller.

use serde_json::{Map, Value as Json};

use crate::id::{TypedId, decode};
use crate::record::{Scalar, camel_case};
use crate::value::{CountryCode, MinorUnits, PartialDate};
use crate::vocabulary::Vocabulary;

/// One field of an input, as data.
#[derive(Debug, Clone, Copy)]
pub struct InputField {
    /// The field's name in Rust, such as `brief_title`; the graph spells it `briefTitle`.
    pub name: &'static str,
    /// What the caller is to give, for people.
    pub doc: &'static [&'static str],
    /// What kind of value, and whether it must be given.
    pub shape: InputShape,
}

/// What a field of an input takes.
#[derive(Debug, Clone, Copy)]
pub struct InputShape {
    /// The kind of value.
    pub scalar: Scalar,
    /// Whether the caller has to give it.
    pub required: bool,
}

/// A fault in an input: where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Names from the input's root down to the field.
    pub path: Vec<String>,
    /// What is wrong and what to do.
    pub message: String,
}

/// A value that the caller may leave as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Patch<T> {
    /// The field was not given: nothing changes.
    #[default]
    Keep,
    /// The field was given: this is its new value (for a nullable one, `None` empties it).
    Set(T),
}

impl<T> Patch<T> {
    /// Puts the given value, if any, in its place.
    pub fn apply(self, place: &mut T) {
        if let Self::Set(value) = self {
            *place = value;
        }
    }
}

/// A Rust type that a field of an input can have.
pub trait InputValue: Sized {
    /// What the field takes.
    const SHAPE: InputShape;
    /// Reads the field; `None` where it was not given.
    ///
    /// # Errors
    /// Words that say what is wrong and what to do.
    fn read(value: Option<&Json>) -> Result<Self, String>;
}

/// A whole input object.
pub trait Input: Sized {
    /// What the command does, for people: lines of the struct's docstring.
    const DOC: &'static [&'static str];
    /// The object's fields.
    const FIELDS: &'static [InputField];
    /// Reads the object.
    ///
    /// # Errors
    /// Every fault there is, not only the first.
    fn read(object: &Map<String, Json>) -> Result<Self, Vec<FieldError>>;
}

/// Reads one field of an object by its Rust name; faults are gathered with their path.
pub fn read_field<T: InputValue>(object: &Map<String, Json>, name: &str, faults: &mut Vec<FieldError>) -> Option<T> {
    let key = camel_case(name);
    match T::read(object.get(&key)) {
        Ok(value) => Some(value),
        Err(message) => {
            faults.push(FieldError { path: vec!["input".to_owned(), key], message });
            None
        }
    }
}

/// Reads a calendar day, as `YYYY-MM-DD` and in no other way: years 0001 to 9999, four digits, no sign.
#[must_use]
pub fn read_day(text: &str) -> Option<chrono::NaiveDate> {
    let shaped = text.len() == 10
        && text.bytes().enumerate().all(|(place, byte)| if place == 4 || place == 7 { byte == b'-' } else { byte.is_ascii_digit() });
    text.parse().ok().filter(|_| shaped && !text.starts_with("0000"))
}

/// The longest text that any field takes, in characters.
pub const MAX_TEXT: usize = 20_000;

const REQUIRED: &str = "This field is required: give it a value.";

fn required(value: Option<&Json>) -> Result<&Json, String> {
    match value {
        None | Some(Json::Null) => Err(REQUIRED.to_owned()),
        Some(value) => Ok(value),
    }
}

fn text(value: &Json) -> Result<&str, String> {
    check_text(value.as_str().ok_or("Give a text here.")?)
}

/// A text as any field takes it: not too long, and without what no database keeps.
///
/// # Errors
/// Words that say what is wrong and what to do.
pub fn check_text(text: &str) -> Result<&str, String> {
    if text.contains('\0') {
        return Err("Remove the NUL character: no text may hold one.".to_owned());
    }
    if text.chars().count() > MAX_TEXT {
        return Err(format!("Shorten the text to at most {MAX_TEXT} characters."));
    }
    Ok(text)
}

/// A whole number that the graph can show again.
fn whole(value: &Json, most: i64) -> Result<i64, String> {
    let number = value.as_i64().filter(|number| (-most..=most).contains(number));
    number.ok_or_else(|| format!("Give a whole number between -{most} and {most}."))
}

macro_rules! input_values {
    ($($type:ty, $scalar:expr, $value:ident => $read:expr;)*) => {$(
        impl InputValue for $type {
            const SHAPE: InputShape = InputShape { scalar: $scalar, required: true };
            fn read(value: Option<&Json>) -> Result<Self, String> {
                let $value = required(value)?;
                $read
            }
        }
    )*};
}

input_values! {
    String, Scalar::String, value => {
        let text = text(value)?.trim();
        if text.is_empty() { Err("This text may not be blank.".to_owned()) } else { Ok(text.to_owned()) }
    };
    bool, Scalar::Boolean, value => value.as_bool().ok_or_else(|| "Give true or false.".to_owned());
    i64, Scalar::Int, value => whole(value, i64::from(i32::MAX));
    MinorUnits, Scalar::BigInt, value => whole(value, MinorUnits::MOST).map(MinorUnits);
    f64, Scalar::Float, value => value.as_f64().filter(|number| number.is_finite()).ok_or_else(|| "Give a number.".to_owned());
    CountryCode, Scalar::CountryCode, value => text(value)?.parse().map_err(|_| "Give a country by its ISO 3166-1 alpha-2 code, such as PL.".to_owned());
    chrono::NaiveDate, Scalar::Date, value => read_day(text(value)?).ok_or_else(|| "Give a date as YYYY-MM-DD.".to_owned());
    chrono::DateTime<chrono::Utc>, Scalar::DateTime, value => chrono::DateTime::parse_from_rfc3339(text(value)?)
        .map(|time| chrono::SubsecRound::trunc_subsecs(time.with_timezone(&chrono::Utc), 6))
        .map_err(|_| "Give a moment as RFC 3339 has it, such as 2026-03-01T09:30:00Z.".to_owned());
    PartialDate, Scalar::PartialDate, value => PartialDate::from_json(value)
        .ok_or_else(|| "Give { date, kind }: the date as YYYY, YYYY-MM or YYYY-MM-DD, the kind ESTIMATED or ACTUAL.".to_owned());
}

impl<T: TypedId> InputValue for T {
    const SHAPE: InputShape = InputShape { scalar: Scalar::Id(T::KIND), required: true };
    fn read(value: Option<&Json>) -> Result<Self, String> {
        let text = text(required(value)?)?;
        match decode(text) {
            Some((kind, uuid)) if kind == T::KIND => Ok(T::from_uuid(uuid)),
            _ => Err(format!("Give the id of a {}; it begins with {}_.", T::KIND.words(), T::KIND.prefix())),
        }
    }
}

/// A term of a vocabulary as an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term<V>(pub V);

impl<V: Vocabulary> InputValue for Term<V> {
    const SHAPE: InputShape = InputShape { scalar: Scalar::Enum(V::TERMS), required: true };
    fn read(value: Option<&Json>) -> Result<Self, String> {
        read_term(required(value)?).map(Self)
    }
}

fn read_term<V: Vocabulary>(value: &Json) -> Result<V, String> {
    value.as_str().and_then(V::from_term).ok_or_else(|| format!("Give one of the terms of {}.", V::TERMS.name))
}

impl<T: InputValue> InputValue for Option<T> {
    const SHAPE: InputShape = InputShape { scalar: T::SHAPE.scalar, required: false };
    fn read(value: Option<&Json>) -> Result<Self, String> {
        match value {
            None | Some(Json::Null) => Ok(None),
            some => T::read(some).map(Some),
        }
    }
}

impl<T: InputValue> InputValue for Patch<T> {
    const SHAPE: InputShape = InputShape { scalar: T::SHAPE.scalar, required: false };
    fn read(value: Option<&Json>) -> Result<Self, String> {
        match value {
            None => Ok(Self::Keep),
            some => T::read(some).map(Self::Set),
        }
    }
}

/// A type of which an input can take a list.
pub trait InputItem: InputValue {
    /// What a field with a list of it takes.
    const LIST: Scalar;
}

impl InputItem for String {
    const LIST: Scalar = Scalar::StringList;
}

impl InputItem for CountryCode {
    const LIST: Scalar = Scalar::CountryList;
}

impl<T: TypedId> InputItem for T {
    const LIST: Scalar = Scalar::IdList(T::KIND);
}

impl<V: Vocabulary> InputItem for Term<V> {
    const LIST: Scalar = Scalar::EnumList(V::TERMS);
}

/// The most items that any list in an input takes.
pub(super) const MAX_ITEMS: usize = 250;

impl<T: InputItem> InputValue for Vec<T> {
    const SHAPE: InputShape = InputShape { scalar: T::LIST, required: true };
    fn read(value: Option<&Json>) -> Result<Self, String> {
        let value = required(value)?;
        // GraphQL reads a single value where a list is asked for as a list of one.
        let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        if items.len() > MAX_ITEMS {
            return Err(format!("Give at most {MAX_ITEMS} items."));
        }
        items.iter().map(|item| T::read(Some(item))).collect()
    }
}

/// Terms as plain values.
pub fn terms<V: Vocabulary>(terms: Vec<Term<V>>) -> Vec<V> {
    terms.into_iter().map(|term| term.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_in_one_way() {
        assert_eq!(read_day("2026-02-28"), chrono::NaiveDate::from_ymd_opt(2026, 2, 28));
        assert!(read_day("0001-01-01").is_some() && read_day("9999-12-31").is_some());
        for wrong in ["2026-2-28", "2026-02-30", "+12026-01-01", "-2026-01-01", "-001-01-01", "0000-01-01", "20260101", "2026-01-01 ", ""] {
            assert_eq!(read_day(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn texts_are_what_a_database_keeps() {
        assert_eq!(check_text("why"), Ok("why"));
        assert!(check_text("w\0hy").is_err() && check_text(&"w".repeat(MAX_TEXT + 1)).is_err());
    }
}
