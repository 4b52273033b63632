//! Cursors: where a row stands in an order, encrypted and bound to the list, the filter, the order and the one who asked.
//! A cursor that was made for another list or another principal is refused; it never tells anything.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::rand;
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

/// Equal places in a list have equal cursors, so the nonce is always the same: this cipher then tells no more than that two are equal.
const ALIKE: [u8; NONCE_LEN] = [0; NONCE_LEN];

/// How long a place that changes with what is hidden is before it is sealed: as long as any.
const WIDTH: usize = 256;

/// Seals the values that a row has in an order's columns.
pub(crate) fn seal(session: &Session, list: &str, cells: &[Cell]) -> String {
    sealed(session, list, ALIKE, text(cells)).map_or_else(String::new, |bytes| URL_SAFE_NO_PAD.encode(bytes))
}

/// Opens a cursor of this list.
pub(crate) fn open(session: &Session, list: &str, cursor: &str, argument: &str) -> Result<Vec<Cell>, Failure> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| refusal(argument))?;
    opened(session, list, ALIKE, bytes).ok_or_else(|| refusal(argument))
}

/// Seals a place that also moves by what its owner does not see: no two cursors are alike, and all are of one length.
pub(crate) fn seal_unlike(session: &Session, list: &str, cells: &[Cell]) -> String {
    let mut nonce = ALIKE;
    let mut text = text(cells);
    text.resize(WIDTH.max(text.len()), b' ');
    let sealed = rand::fill(&mut nonce).ok().and_then(|()| sealed(session, list, nonce, text));
    sealed.map_or_else(String::new, |bytes| URL_SAFE_NO_PAD.encode([nonce.as_slice(), &bytes].concat()))
}

/// Opens what [`seal_unlike`] has sealed.
pub(crate) fn open_unlike(session: &Session, list: &str, cursor: &str, argument: &str) -> Result<Vec<Cell>, Failure> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| refusal(argument))?;
    let (nonce, bytes) = bytes.split_first_chunk::<NONCE_LEN>().ok_or_else(|| refusal(argument))?;
    opened(session, list, *nonce, bytes.to_vec()).ok_or_else(|| refusal(argument))
}

fn text(cells: &[Cell]) -> Vec<u8> {
    Json::from_iter(cells.iter().map(write)).to_string().into_bytes()
}

fn sealed(session: &Session, list: &str, nonce: [u8; NONCE_LEN], mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    let key = session.cursors.key.as_ref()?;
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), bound(session, list), &mut bytes).ok()?;
    Some(bytes)
}

fn opened(session: &Session, list: &str, nonce: [u8; NONCE_LEN], mut bytes: Vec<u8>) -> Option<Vec<Cell>> {
    let key = session.cursors.key.as_ref()?;
    let payload = key.open_in_place(Nonce::assume_unique_for_key(nonce), bound(session, list), &mut bytes).ok()?;
    let values: Vec<Json> = serde_json::from_slice(payload).ok()?;
    values.iter().map(read).collect()
}

fn refusal(argument: &str) -> Failure {
    Failure::bad_input(format!("`{argument}` is no cursor of this list with this filter and order. Take one from a page of the same list."))
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
