//! Compares two answers to one request: byte by byte, and where there are errors, the errors as a set.
//! The executor orders its errors as they come to be, which is not the same each time.

use serde::de::IgnoredAny;
use serde_json::Value as Json;

/// Status and body, as they came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub text: String,
}

impl Told {
    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or(Json::Null)
    }

    /// Whether it is an answer without errors.
    #[must_use]
    pub fn is_well(&self) -> bool {
        let body = self.json();
        self.status == 200 && body["errors"].is_null() && body["data"].is_object()
    }
}

/// Where two answers differ; nothing where they are the same.
#[must_use]
pub fn difference(one: &Told, other: &Told) -> Option<String> {
    if one.status != other.status {
        return Some(format!("status {} and {}", one.status, other.status));
    }
    if one.text == other.text {
        return None;
    }
    let (left, right) = (one.json(), other.json());
    if left["errors"].is_null() && right["errors"].is_null() {
        return Some("bytes".to_owned());
    }
    if data(&one.text) != data(&other.text) {
        return Some("data".to_owned());
    }
    if errors(&left) != errors(&right) {
        return Some("errors".to_owned());
    }
    if left["extensions"] != right["extensions"] {
        return Some("extensions".to_owned());
    }
    let names = |body: &Json| body.as_object().map(|body| body.keys().cloned().collect::<std::collections::BTreeSet<_>>());
    (names(&left) != names(&right)).then(|| "parts of the body".to_owned())
}

/// The bytes of `data`, wherever in the body they stand.
fn data(text: &str) -> Option<&str> {
    let mut rest = text.trim_start().strip_prefix('{')?;
    loop {
        let (name, after) = value(rest)?;
        let (found, after) = value(after.trim_start().strip_prefix(':')?)?;
        if name == "\"data\"" {
            return Some(found);
        }
        rest = after.trim_start().strip_prefix(',')?;
    }
}

/// The first value of a text, and what comes after it.
fn value(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    stream.next()?.ok()?;
    text.split_at_checked(stream.byte_offset())
}

/// Errors in an order of their own.
fn errors(body: &Json) -> Vec<String> {
    let mut errors: Vec<String> = body["errors"].as_array().into_iter().flatten().map(Json::to_string).collect();
    errors.sort();
    errors
}
