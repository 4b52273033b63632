//! An answer of the library as JSON bytes: every error with a code of the closed list, bounded in number and length.
//! What has no public code is an internal error, and its message stays in the log.

use std::{cmp::Ordering, collections::BTreeMap};

use async_graphql::{PathSegment, Response, ServerError, Value};
use serde::{
    Serialize, Serializer,
    ser::{SerializeMap, SerializeSeq},
};
use tandem_graphql::Answer;

use super::settings::HttpSettings;

/// The closed list of `extensions.code`.
pub(super) const CODES: [&str; 22] = [
    "GRAPHQL_PARSE_FAILED",
    "GRAPHQL_VALIDATION_FAILED",
    "BAD_USER_INPUT",
    "BAD_REQUEST",
    "UNAUTHENTICATED",
    "ORGANIZATION_REQUIRED",
    "FORBIDDEN",
    "NOT_FOUND",
    "CONFLICT",
    "INVALID_TRANSITION",
    "GUARD_FAILED",
    "REASON_REQUIRED",
    "SIGNATURE_REQUIRED",
    "REAUTHENTICATION_REQUIRED",
    "IDEMPOTENCY_MISMATCH",
    "RATE_LIMITED",
    "COST_LIMIT_EXCEEDED",
    "DOCUMENT_LIMIT_EXCEEDED",
    "PERSISTED_QUERY_NOT_FOUND",
    "TIMEOUT",
    "UNAVAILABLE",
    INTERNAL,
];

const INTERNAL: &str = "INTERNAL_SERVER_ERROR";
const INTERNAL_MESSAGE: &str = "Something went wrong on our side.";

/// An answer ready to be sent.
pub(super) struct Wire {
    /// The JSON text.
    pub(super) body: Vec<u8>,
    /// The codes of its errors, in their order.
    pub(super) codes: Vec<&'static str>,
    /// Whether the request as a whole was refused: then there is no `data`.
    pub(super) refused: bool,
}

/// Writes an answer.
///
/// # Errors
/// Where a value cannot be written as JSON.
pub(super) fn write(answer: Answer, cost: u64, settings: &HttpSettings) -> Result<Wire, serde_json::Error> {
    match answer {
        Answer::Resolved(response) => resolved(&response, cost, settings),
        Answer::Written { data, extensions } => written(data, &extensions, cost),
    }
}

/// Puts the envelope around data that is written already.
fn written(data: Vec<u8>, others: &BTreeMap<String, Value>, cost: u64) -> Result<Wire, serde_json::Error> {
    const BEGIN: &[u8] = b"{\"data\":";
    let mut body = Vec::with_capacity(BEGIN.len() + data.len() + 128);
    body.extend_from_slice(BEGIN);
    body.extend_from_slice(&data);
    body.extend_from_slice(b",\"extensions\":");
    serde_json::to_writer(&mut body, &Extensions { others, cost })?;
    body.push(b'}');
    Ok(Wire { body, codes: Vec::new(), refused: false })
}

fn resolved(response: &Response, cost: u64, settings: &HttpSettings) -> Result<Wire, serde_json::Error> {
    // Errors of validation and of variables come without data and without a path; those of fields have one.
    let refused = response.data == Value::Null && !response.errors.is_empty() && response.errors.iter().all(|error| error.path.is_empty());
    let errors: Vec<PublicError<'_>> = response
        .errors
        .iter()
        .take(settings.errors.max(1))
        .map(|error| PublicError::new(error, refused, settings.message_characters))
        .collect();
    let answer = Envelope {
        data: (!refused).then_some(&response.data),
        errors: &errors,
        extensions: Extensions { others: &response.extensions, cost },
    };
    Ok(Wire { body: serde_json::to_vec(&answer)?, codes: errors.iter().map(|error| error.code).collect(), refused })
}

/// Characters of one word that a message repeats: more than our own names and ids have, and no document.
const WORD: usize = 60;

/// Cuts a text to `most` characters, each of its words to some, and suggestions of names off: they tell what is in the schema.
pub(super) fn bounded(text: &str, most: usize) -> String {
    let text = text.find("Did you mean").map_or(text, |at| text.get(..at).unwrap_or(text));
    let text = words_cut(text.trim_end());
    if text.chars().count() <= most {
        return text;
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// Cuts words that are longer than any of ours: whoever sends a name of a thousand letters does not get it back.
fn words_cut(text: &str) -> String {
    let mut length = 0_usize;
    let mut cut = String::with_capacity(text.len().min(1_024));
    for letter in text.chars() {
        length = if letter.is_alphanumeric() || letter == '_' { length.saturating_add(1) } else { 0 };
        match length.cmp(&WORD) {
            Ordering::Less => cut.push(letter),
            Ordering::Equal => cut.push('…'),
            Ordering::Greater => {}
        }
    }
    cut
}

#[derive(Serialize)]
struct Envelope<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "is_empty")]
    errors: &'a [PublicError<'a>],
    extensions: Extensions<'a>,
}

fn is_empty(errors: &&[PublicError<'_>]) -> bool {
    errors.is_empty()
}

struct Extensions<'a> {
    others: &'a BTreeMap<String, Value>,
    cost: u64,
}

impl Serialize for Extensions<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Cost {
            requested_query_cost: u64,
        }
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.others.iter().filter(|(name, _)| *name != "cost") {
            map.serialize_entry(name, value)?;
        }
        map.serialize_entry("cost", &Cost { requested_query_cost: self.cost })?;
        map.end()
    }
}

struct PublicError<'a> {
    code: &'static str,
    message: String,
    error: &'a ServerError,
}

impl<'a> PublicError<'a> {
    fn new(error: &'a ServerError, refused: bool, most: usize) -> Self {
        let given = error.extensions.as_ref().and_then(|it| it.get("code"));
        let code = match given {
            Some(Value::String(code)) => known(code),
            Some(Value::Enum(code)) => known(code.as_str()),
            Some(_) => INTERNAL,
            None if refused => "GRAPHQL_VALIDATION_FAILED",
            // The library's own words for a literal or variable that a scalar does not take.
            None if error.message.starts_with("Failed to parse \"") => "BAD_USER_INPUT",
            None => INTERNAL,
        };
        let message = if code == INTERNAL {
            tracing::error!(message = %error.message, path = ?error.path, "a field failed");
            INTERNAL_MESSAGE.to_owned()
        } else {
            bounded(&error.message, most)
        };
        Self { code, message, error }
    }
}

fn known(code: &str) -> &'static str {
    CODES.iter().copied().find(|known| *known == code).unwrap_or(INTERNAL)
}

impl Serialize for PublicError<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("message", &self.message)?;
        if !self.error.locations.is_empty() {
            map.serialize_entry("locations", &Locations(&self.error.locations))?;
        }
        if !self.error.path.is_empty() {
            map.serialize_entry("path", &Path(&self.error.path))?;
        }
        let mut extensions = serde_json::Map::new();
        extensions.insert("code".to_owned(), self.code.into());
        if let Some(others) = self.error.extensions.as_ref().filter(|_| self.code != INTERNAL)
            && let Ok(serde_json::Value::Object(others)) = serde_json::to_value(others)
        {
            extensions.extend(others.into_iter().filter(|(name, _)| name != "code"));
        }
        map.serialize_entry("extensions", &extensions)?;
        map.end()
    }
}

/// At most a few places of one error: a rule may name hundreds.
struct Locations<'a>(&'a [async_graphql::Pos]);

impl Serialize for Locations<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const MOST: usize = 10;
        let mut list = serializer.serialize_seq(Some(self.0.len().min(MOST)))?;
        for place in self.0.iter().take(MOST) {
            list.serialize_element(place)?;
        }
        list.end()
    }
}

struct Path<'a>(&'a [PathSegment]);

impl Serialize for Path<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for segment in self.0 {
            match segment {
                PathSegment::Field(name) => list.serialize_element(name)?,
                PathSegment::Index(index) => list.serialize_element(index)?,
            }
        }
        list.end()
    }
}
