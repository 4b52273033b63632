//! Where a record ends in a stream of JSON, told from brackets and strings alone.
//! Whether what lies between is JSON is the parser's to say; this only counts, in one pass and without a copy.

/// Deeper than any registry record; the parser refuses such depth anyway.
const MAX_DEPTH: usize = 512;

/// Brackets that are open and whether a string is.
#[derive(Default)]
pub(super) struct Nesting {
    open: Vec<u8>,
    in_string: bool,
    escaped: bool,
    broken: bool,
    /// The last byte that was no blank; nought at the beginning.
    last: u8,
}

impl Nesting {
    /// As inside an object, behind a list that is the value of one of its keys.
    pub(super) fn behind_list() -> Self {
        Self { open: vec![b'}'], last: b']', ..Self::default() }
    }

    /// Takes the next byte.
    pub(super) fn take(&mut self, byte: u8) {
        if self.in_string {
            match byte {
                // JSON has no line breaks within strings: a quote was never closed.
                b'\n' => self.broken = true,
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_string = false,
                _ => {}
            }
            return;
        }
        let last = self.last;
        if !byte.is_ascii_whitespace() {
            self.last = byte;
        }
        match byte {
            b'{' | b'[' if !self.takes_bracket_after(last) => self.broken = true,
            b'"' => self.in_string = true,
            b'{' => self.open(b'}'),
            b'[' => self.open(b']'),
            b'}' | b']' => self.broken |= self.open.pop() != Some(byte),
            _ => {}
        }
    }

    /// Whether an object or a list may begin here.
    pub(super) fn takes_bracket(&self) -> bool {
        !self.in_string && self.takes_bracket_after(self.last)
    }

    fn takes_bracket_after(&self, last: u8) -> bool {
        match last {
            0 | b'[' | b':' => true,
            // Within an object a comma wants a key.
            b',' => self.open.last() == Some(&b']'),
            _ => false,
        }
    }

    fn open(&mut self, closing: u8) {
        self.open.push(closing);
        self.broken |= self.open.len() > MAX_DEPTH;
    }

    /// How many brackets are open.
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// Whether a string is open.
    pub(super) fn in_string(&self) -> bool {
        self.in_string
    }

    /// Whether something is open.
    pub(super) fn is_open(&self) -> bool {
        self.in_string || !self.open.is_empty()
    }

    /// Whether no continuation can close what was opened: counting on would lead astray.
    pub(super) fn is_broken(&self) -> bool {
        self.broken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(text: &str) -> Nesting {
        let mut nesting = Nesting::default();
        text.bytes().for_each(|byte| nesting.take(byte));
        nesting
    }

    #[test]
    fn brackets_in_strings_do_not_count() {
        assert!(!after(r#"{"a":"}]{[\"}"}"#).is_open());
        assert_eq!(after(r#"{"a":[{"#).depth(), 3);
        assert!(after(r#"{"a":"\\"#).in_string());
        assert!(!after(r#"{"a":"\\""#).in_string());
    }

    #[test]
    fn what_cannot_close_is_broken() {
        for text in ["{]", "[}", "]", "{\"a\n", "{\"a\\\n", "{{", "{\"a\":1,{", "[{}{", &"[".repeat(600)] {
            assert!(after(text).is_broken(), "{text}");
        }
        for text in ["{", "[[]", "[{}, {", "{\"a\" : {", "{\"a\":\"b\",\n\"c\"", "plain"] {
            assert!(!after(text).is_broken(), "{text}");
        }
    }
}
