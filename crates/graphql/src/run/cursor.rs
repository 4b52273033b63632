//! Cursors: where a row stands in an order, encrypted and bound to the list, the filter, the order and the one who asked.
//! A cursor that was made for another list or another principal is refused; it never tells anything.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use tandem_domain::record::Cell;

use super::error::Failure;
use super::session::Session;

/// What seals cursors.
pub(crate) struct Cursors {
    /// Nothing where the library takes no such key: then nothing is sealed, and nothing opens.
    key: Option<LessSafeKey>,
}

impl Cursors {
    /// The sealer that all instances of a database share.
    pub(crate) fn new(secret: &[u8]) -> Self {
        let key = Sha256::digest(secret);
        Self { key: UnboundKey::new(&AES_256_GCM_SIV, &key).ok().map(LessSafeKey::new) }
    }
}

/// Equal places have equal cursors, so the nonce is always the same: this cipher then tells no more than that two are equal.
fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}

/// Seals the values that a row has in an order's columns.
pub(crate) fn seal(session: &Session, list: &str, cells: &[Cell]) -> String {
    let values: Vec<Json> = cells.iter().map(write).collect();
    let mut bytes = Json::from(values).to_string().into_bytes();
    let sealed = session.cursors.key.as_ref().map(|key| key.seal_in_place_append_tag(nonce(), bound(session, list), &mut bytes));
    if matches!(sealed, Some(Ok(()))) { URL_SAFE_NO_PAD.encode(bytes) } else { String::new() }
}

/// Opens a cursor of this list.
pub(crate) fn open(session: &Session, list: &str, cursor: &str, argument: &str) -> Result<Vec<Cell>, Failure> {
    let refusal = || {
        Failure::bad_input(format!(
            "`{argument}` is no cursor of this list with this filter and order. Take one from a page of the same list."
        ))
    };
    let mut bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| refusal())?;
    let key = session.cursors.key.as_ref().ok_or_else(refusal)?;
    let payload = key.open_in_place(nonce(), bound(session, list), &mut bytes).map_err(|_| refusal())?;
    let values: Vec<Json> = serde_json::from_slice(payload).map_err(|_| refusal())?;
    values.iter().map(|value| read(value).ok_or_else(refusal)).collect()
}

/// What a cursor is bound to besides its values.
fn bound(session: &Session, list: &str) -> Aad<Vec<u8>> {
    let who = format!("{:?} {:?}", session.viewer.principal, session.viewer.organization);
    Aad::from([who.as_bytes(), &[0], list.as_bytes()].concat())
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
