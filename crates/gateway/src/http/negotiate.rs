//! Which media type a client wants, and whether it sent one that is understood.
//! `application/json` is what those get who do not say: old clients send no `Accept`, or `*/*`.

use axum::http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE},
};

use super::failure::Failure;

/// The media types of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/json`.
    Json,
    /// `application/graphql-response+json`.
    Graphql,
}

impl Media {
    /// The value of `Content-Type`.
    pub(super) const fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Json => "application/json; charset=utf-8",
            Self::Graphql => "application/graphql-response+json; charset=utf-8",
        })
    }
}

/// One range of an `Accept` header. The fields' order is the order of preference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Preference {
    /// In thousandths.
    quality: u16,
    /// 2 for a named type, 1 for `application/*`, 0 for `*/*`.
    exactness: u8,
}

/// The media type for the answer.
///
/// # Errors
/// 406 where the client accepts neither type.
pub(super) fn accepted(headers: &HeaderMap) -> Result<Media, Failure> {
    let mut json: Option<Preference> = None;
    let mut graphql: Option<Preference> = None;
    let mut any = false;
    // Of equal wishes the one named first wins.
    let mut graphql_first = false;
    for value in headers.get_all(ACCEPT) {
        let Ok(text) = value.to_str() else {
            return Err(unacceptable());
        };
        for range in text.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default().to_ascii_lowercase();
            if name.is_empty() {
                continue;
            }
            any = true;
            let quality = parts.find_map(quality).unwrap_or(1_000);
            let (to_json, to_graphql, exactness) = match name.as_str() {
                "application/json" => (true, false, 2),
                "application/graphql-response+json" => (false, true, 2),
                "application/*" => (true, true, 1),
                "*/*" => (true, true, 0),
                _ => continue,
            };
            let wish = Preference { quality, exactness };
            if to_graphql && exactness == 2 && json.is_none_or(|it| it.exactness < 2) {
                graphql_first = true;
            }
            for (applies, known) in [(to_json, &mut json), (to_graphql, &mut graphql)] {
                // The most exact range decides for its type, whatever a wildcard says.
                if applies && known.is_none_or(|it| it.exactness < exactness) {
                    *known = Some(wish);
                }
            }
        }
    }
    if !any {
        return Ok(Media::Json);
    }
    let wanted = |wish: Option<Preference>| wish.filter(|it| it.quality > 0);
    match (wanted(json), wanted(graphql)) {
        (None, None) => Err(unacceptable()),
        (Some(_), None) => Ok(Media::Json),
        (None, Some(_)) => Ok(Media::Graphql),
        (Some(json), Some(graphql)) if graphql > json => Ok(Media::Graphql),
        (Some(json), Some(graphql)) if graphql == json && graphql_first => Ok(Media::Graphql),
        _ => Ok(Media::Json),
    }
}

/// Checks that a body is JSON in UTF-8, and not compressed.
///
/// # Errors
/// 415.
pub(super) fn understood(headers: &HeaderMap) -> Result<(), Failure> {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    // Two types are none: who stands before us may have gone by the other one.
    let only = types.next().filter(|_| types.next().is_none());
    let text = only.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = text.split(';').map(str::trim);
    let json = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("application/json"));
    let utf8 = parts.all(|part| match part.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            let value = value.trim().trim_matches('"');
            value.eq_ignore_ascii_case("utf-8") || value.eq_ignore_ascii_case("utf8")
        }
        _ => true,
    });
    let plain = headers.get_all(CONTENT_ENCODING).iter().all(|value| value.as_bytes().eq_ignore_ascii_case(b"identity"));
    if json && utf8 && plain {
        return Ok(());
    }
    Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "BAD_REQUEST", "The body must be application/json in UTF-8, not compressed.")
        .with(ACCEPT, HeaderValue::from_static("application/json")))
}

fn unacceptable() -> Failure {
    Failure::new(StatusCode::NOT_ACCEPTABLE, "BAD_REQUEST", "The answer can be application/graphql-response+json or application/json.")
}

/// `q=0.8` as 800; anything else that starts with `q=` counts as 0, so that nonsense is never preferred.
fn quality(parameter: &str) -> Option<u16> {
    let text = parameter.strip_prefix("q=").or_else(|| parameter.strip_prefix("Q="))?;
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = part.len() <= 3 && part.bytes().all(|byte| byte.is_ascii_digit());
    match whole {
        "1" => Some(1_000),
        "0" if digits => format!("{part:0<3}").parse().ok(),
        _ => Some(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn media(accept: &'static str) -> Option<Media> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        accepted(&headers).ok()
    }

    #[test]
    fn the_wish_decides() {
        let new = "application/graphql-response+json";
        assert_eq!(accepted(&HeaderMap::new()).ok(), Some(Media::Json));
        for json in [
            "*/*",
            "",
            "application/*",
            "application/json",
            "application/json, application/graphql-response+json",
            "application/graphql-response+json;q=0.5, application/json",
            "text/html, */*;q=0.1",
            "application/graphql-response+json;q=0, */*",
            "APPLICATION/JSON",
        ] {
            assert_eq!(media(json), Some(Media::Json), "{json}");
        }
        for wanted in [
            new,
            "application/graphql-response+json, application/json",
            "application/graphql-response+json, application/json;q=0.9",
            "application/json;q=0.9, application/graphql-response+json",
            "application/graphql-response+json, */*",
            "application/json;q=0, */*",
        ] {
            assert_eq!(media(wanted), Some(Media::Graphql), "{wanted}");
        }
        for none in ["text/html", "text/event-stream", "*/*;q=0", "application/json;q=x"] {
            assert_eq!(media(none), None, "{none}");
        }
    }

    #[test]
    fn only_plain_json_is_understood() {
        let with = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(value));
            headers
        };
        for good in ["application/json", "Application/JSON; charset=\"UTF-8\"", "application/json;charset=utf-8"] {
            assert!(understood(&with(good)).is_ok(), "{good}");
        }
        for bad in ["", "text/plain", "application/json; charset=latin1", "multipart/form-data", "application/jsonx"] {
            assert!(understood(&with(bad)).is_err(), "{bad}");
        }
        let mut packed = with("application/json");
        packed.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        assert!(understood(&packed).is_err());
        assert!(understood(&HeaderMap::new()).is_err());
    }
}
