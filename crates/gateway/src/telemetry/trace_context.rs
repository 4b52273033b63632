//! The `traceparent` header of W3C Trace Context.
//! A valid one is continued; anything else counts as none, and the request starts a trace of its own.

/// A parsed `traceparent`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceParent {
    /// 32 lower-case hexadecimal digits, not all zero.
    pub trace_id: String,
    /// 16 lower-case hexadecimal digits, not all zero: the caller's span.
    pub parent_id: String,
    /// Whether the caller records this trace.
    pub sampled: bool,
}

impl TraceParent {
    /// Reads the header's value; `None` where it is not valid.
    ///
    /// Versions to come may append fields; those of version 00 may not.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let version = hex(parts.next()?, 2)?;
        let trace_id = hex(parts.next()?, 32).filter(|it| set(it))?;
        let parent_id = hex(parts.next()?, 16).filter(|it| set(it))?;
        let flags = u8::from_str_radix(hex(parts.next()?, 2)?, 16).ok()?;
        if version == "ff" || (version == "00" && parts.next().is_some()) {
            return None;
        }
        Some(Self { trace_id: trace_id.to_owned(), parent_id: parent_id.to_owned(), sampled: flags & 1 == 1 })
    }
}

fn hex(text: &str, length: usize) -> Option<&str> {
    let good = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (text.len() == length && text.bytes().all(good)).then_some(text)
}

fn set(text: &str) -> bool {
    text.bytes().any(|byte| byte != b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_valid_parents_are_continued() {
        let (trace, span) = ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331");
        let good = TraceParent::parse(&format!("00-{trace}-{span}-01")).expect("valid");
        assert_eq!((good.trace_id.as_str(), good.sampled), (trace, true));
        assert!(TraceParent::parse(&format!("01-{trace}-{span}-00-more")).is_some());
        let zeros = "0".repeat(32);
        for bad in [
            String::new(),
            format!("00-{trace}-{span}"),
            format!("00-{trace}-{span}-01-more"),
            format!("ff-{trace}-{span}-01"),
            format!("00-{zeros}-{span}-01"),
            format!("00-{trace}-0000000000000000-01"),
            format!("00-{}-{span}-01", trace.to_uppercase()),
            format!("00-{trace}-{span}-0x"),
        ] {
            assert_eq!(TraceParent::parse(&bad), None, "{bad}");
        }
    }
}
