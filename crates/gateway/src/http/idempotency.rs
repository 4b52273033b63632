//! The `Idempotency-Key` header: 1 to 255 visible ASCII characters, bare or as a quoted string.
//! Here it is only read; what a repeat means is decided where the change is stored.

use axum::http::HeaderMap;

use super::failure::Failure;

/// The header's name.
pub(super) const NAME: &str = "idempotency-key";

/// The longest key, in characters.
const LONGEST: usize = 255;

/// The key of a request, if it has one.
///
/// # Errors
/// 400 for a key that is none, or more than one.
pub(super) fn key(headers: &HeaderMap) -> Result<Option<String>, Failure> {
    let mut values = headers.get_all(NAME).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let key = value.to_str().ok().and_then(|text| plain(text.trim()));
    let good = |key: &String| (1..=LONGEST).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    match key.filter(good) {
        Some(key) if values.next().is_none() => Ok(Some(key)),
        _ => Err(Failure::bad_request(format!("The header Idempotency-Key must be one key of 1 to {LONGEST} visible ASCII characters."))),
    }
}

/// Takes the quotes and escapes of a structured-field string off; a bare key stays as it is.
fn plain(text: &str) -> Option<String> {
    let Some(inner) = text.strip_prefix('"') else {
        return Some(text.to_owned());
    };
    let inner = inner.strip_suffix('"')?;
    let mut key = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => key.push(chars.next().filter(|c| matches!(c, '"' | '\\'))?),
            '"' => return None,
            c => key.push(c),
        }
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn read(text: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(NAME, HeaderValue::from_str(text).expect("a header value"));
        key(&headers).ok().flatten()
    }

    #[test]
    fn keys() {
        assert_eq!(read("abc-1").as_deref(), Some("abc-1"));
        assert_eq!(read("\"abc-1\"").as_deref(), Some("abc-1"));
        assert_eq!(read(r#""a\"b\\c""#).as_deref(), Some("a\"b\\c"));
        assert_eq!(read(&"k".repeat(255)).map(|key| key.len()), Some(255));
        let long = "k".repeat(256);
        for bad in ["", "\"\"", "\"", "\"a", "a b", r#""a\x""#, "\"a\"b\"", &long] {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert!(key(&HeaderMap::new()).is_ok_and(|key| key.is_none()));
    }
}
