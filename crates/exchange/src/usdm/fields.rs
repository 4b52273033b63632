//! How single fields of a USDM file are read: texts, codes, days, and the words for what is missing.
//! Each takes the field's path, so that a refusal names the place as the file spells it.

use chrono::NaiveDate;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tandem_domain::command::MAX_INDEXED;
use tandem_domain::record::{MAX_TEXT, read_day};

use super::codes::{Codes, meaning};
use super::wire;
use crate::ctgov::Refusal;
use crate::ctgov::fields::text;

/// So much of what somebody else wrote is repeated to whoever reads a refusal.
const QUOTED: usize = 60;
const SAID: usize = 300;

/// One element of the file, read by itself: what is wrong with it is no other's fault.
pub(super) fn element<T: DeserializeOwned>(value: Value, path: &str) -> Result<T, Refusal> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let inside = error.path().to_string();
        let place = match inside.as_str() {
            "." => path.to_owned(),
            inside => format!("{path}.{inside}"),
        };
        Refusal::at(place, error.into_inner().to_string().chars().take(SAID).collect::<String>())
    })
}

/// What somebody wrote, in quotes: its beginning, and no control character.
pub(super) fn quoted(text: &str) -> String {
    let beginning: String = text.chars().take(QUOTED).collect();
    if beginning.len() < text.len() { format!("{beginning:?}…") } else { format!("{text:?}") }
}

/// A text that can stand in an index.
pub(super) fn name(value: Option<String>, path: &str) -> Result<Option<String>, Refusal> {
    short_enough(text(value, || path.to_owned())?, MAX_INDEXED, path)
}

/// A text of any length that a person reads.
pub(super) fn prose(value: Option<String>, path: &str) -> Result<Option<String>, Refusal> {
    short_enough(text(value, || path.to_owned())?, MAX_TEXT, path)
}

fn short_enough(text: Option<String>, most: usize, path: &str) -> Result<Option<String>, Refusal> {
    match text {
        Some(text) if text.chars().count() > most => Err(Refusal::at(path, format_args!("longer than {most} characters; shorten it"))),
        text => Ok(text),
    }
}

/// The code of a value set, which must be there.
pub(super) fn coded<T: Copy>(code: Option<wire::Code>, codes: Codes<T>, set: &str, path: &str) -> Result<T, Refusal> {
    let path = format!("{path}.code");
    let Some(code) = text(code.and_then(|code| code.code), || path.clone())? else {
        return Err(missing(path, &format!("a code of {set}")));
    };
    meaning(codes, &code).ok_or_else(|| Refusal::at(path, format_args!("{} is no code of {set}", quoted(&code))))
}

/// The days of these kinds, in the order of the file.
pub(super) fn days(dates: &[wire::GovernanceDate], kinds: &[&str], path: &str) -> Result<Vec<NaiveDate>, Refusal> {
    let of_kind = |(_, date): &(usize, &wire::GovernanceDate)| date.kind.as_ref().is_some_and(|kind| kind.is(kinds));
    let written = dates.iter().enumerate().filter(of_kind).map(|(index, date)| {
        let path = format!("{path}[{index}].dateValue");
        let Some(written) = text(date.date_value.clone(), || path.clone())? else { return Err(missing(path, "the day")) };
        read_day(&written).ok_or_else(|| Refusal::at(path, format_args!("{} is no day; write YYYY-MM-DD", quoted(&written))))
    });
    written.collect()
}

pub(super) fn missing(path: impl Into<String>, what: &str) -> Refusal {
    Refusal::at(path, format_args!("{what} is missing"))
}

/// Each thing once, in order.
pub(super) fn distinct<T: PartialEq>(all: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut distinct = Vec::new();
    for one in all {
        if !distinct.contains(&one) {
            distinct.push(one);
        }
    }
    distinct
}
