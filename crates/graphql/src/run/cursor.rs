//! Cursors: where a row stands in an order, sealed to the list, the filter, the order and the one who asked.
//! A cursor that was made for another list or another principal is refused; it never tells anything.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use serde_json::{Value as Json, json};
use sha2::Sha256;
use tandem_domain::record::Cell;

use super::error::Failure;
use super::session::Session;

const SEAL: usize = 12;

/// Seals the values that a row has in an order's columns.
pub(crate) fn seal(session: &Session, list: &str, cells: &[Cell]) -> String {
    let values: Vec<Json> = cells.iter().map(write).collect();
    let payload = Json::from(values).to_string();
    let mut bytes = mac(session, list, payload.as_bytes());
    bytes.extend_from_slice(payload.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Opens a cursor of this list.
pub(crate) fn open(session: &Session, list: &str, cursor: &str, argument: &str) -> Result<Vec<Cell>, Failure> {
    let refusal = || {
        Failure::bad_input(format!(
            "`{argument}` is no cursor of this list with this filter and order. Take one from a page of the same list."
        ))
    };
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| refusal())?;
    let (seal, payload) = bytes.split_at_checked(SEAL).ok_or_else(refusal)?;
    if mac(session, list, payload) != seal {
        return Err(refusal());
    }
    let values: Vec<Json> = serde_json::from_slice(payload).map_err(|_| refusal())?;
    values.iter().map(|value| read(value).ok_or_else(refusal)).collect()
}

fn mac(session: &Session, list: &str, payload: &[u8]) -> Vec<u8> {
    // A key of any length makes an HMAC; without one nothing would open, which is the safe side.
    let Ok(mut mac) = <Hmac<Sha256> as Mac>::new_from_slice(&session.cursors.key) else { return Vec::new() };
    for part in [format!("{:?} {:?}", session.viewer.principal, session.viewer.organization).as_bytes(), list.as_bytes(), payload] {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part);
    }
    let mut bytes = mac.finalize().into_bytes().to_vec();
    bytes.truncate(SEAL);
    bytes
}

fn write(cell: &Cell) -> Json {
    match cell {
        Cell::Null | Cell::List(_) => Json::Null,
        Cell::Bool(value) => json!({ "b": value }),
        Cell::Int(value) => json!({ "i": value }),
        Cell::Float(value) => json!({ "f": value }),
        Cell::Text(value) => json!({ "s": value }),
        Cell::Uuid(value) => json!({ "u": value }),
        Cell::Time(value) => json!({ "t": value.timestamp_micros() }),
        Cell::Date(value) => json!({ "d": value }),
    }
}

fn read(value: &Json) -> Option<Cell> {
    if value.is_null() {
        return Some(Cell::Null);
    }
    let (tag, value) = value.as_object()?.iter().next()?;
    match tag.as_str() {
        "b" => value.as_bool().map(Cell::Bool),
        "i" => value.as_i64().map(Cell::Int),
        "f" => value.as_f64().map(Cell::Float),
        "s" => value.as_str().map(|text| Cell::Text(text.to_owned())),
        "u" => value.as_str()?.parse().ok().map(Cell::Uuid),
        "t" => chrono::DateTime::from_timestamp_micros(value.as_i64()?).map(Cell::Time),
        "d" => value.as_str()?.parse().ok().map(Cell::Date),
        _ => None,
    }
}
