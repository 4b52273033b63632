//! Cuts a file into the texts of its records, one at a time, whatever of the registry's shapes the file has.
//! Memory is bounded by the longest record, never by the file: a page's list of studies is never held whole.
//!
//! The shape is told from the content: one record a line; one page (`{"studies": […]}`) a line; one page or one record over
//! many lines; a bare list of records. They may stand in one file, one after the other.
//!
//! Cutting counts brackets (see [`Nesting`]) and leaves JSON to the parser. So a record that is no JSON costs only itself as long
//! as its brackets close, which a streaming JSON reader, once it meets an error, cannot offer.

use std::io::{self, BufRead};

use super::nesting::Nesting;
use super::page_key::PageKey;
use super::refusal::Refusal;
use super::source::Source;

/// A record longer than this many bytes (8 MiB) is refused unread, which bounds memory.
pub const MAX_RECORD_BYTES: usize = 8 * 1024 * 1024;

/// The text of one record, or why there is none.
pub(super) struct Piece<'a> {
    /// The line on which the record begins; the first is 1.
    pub(super) line: u64,
    /// Where in its document the record stands, as `studies[3]`; empty for a record by itself.
    pub(super) place: String,
    /// The text, not yet known to be UTF-8 or JSON.
    pub(super) text: Result<&'a [u8], Refusal>,
}

/// A file being cut.
pub(super) struct Pieces<R> {
    source: Source<R>,
    state: State,
    text: Vec<u8>,
    /// Line breaks in the document at hand so far.
    breaks: u64,
    limit: usize,
}

/// Where in the file the next byte stands.
enum State {
    /// Before a document.
    Between,
    /// In a list of records.
    Elements { next: usize, list: List },
    /// In a page, behind its list.
    Tail,
    /// In a document whose brackets cannot be followed any more.
    Lost,
}

/// Which list the elements stand in.
#[derive(Clone, Copy)]
enum List {
    /// `studies` of a page.
    Page,
    /// A list that is the document.
    Bare,
}

/// What was found: where it begins, and its text in the buffer, or a refusal.
struct Found {
    line: u64,
    place: String,
    refusal: Option<Refusal>,
}

impl<R: BufRead> Pieces<R> {
    pub(super) fn new(reader: R) -> Self {
        Self::with_limit(reader, MAX_RECORD_BYTES)
    }

    fn with_limit(reader: R, limit: usize) -> Self {
        Self { source: Source::new(reader), state: State::Between, text: Vec::new(), breaks: 0, limit }
    }

    /// Bytes read so far.
    pub(super) fn bytes_read(&self) -> u64 {
        self.source.bytes
    }

    /// The line on which the next byte stands.
    pub(super) fn line(&self) -> u64 {
        self.source.line
    }

    /// The next record's text; nothing at the end of the file.
    pub(super) fn next_piece(&mut self) -> io::Result<Option<Piece<'_>>> {
        loop {
            let found = match self.state {
                State::Between => {
                    if !self.begin_document()? {
                        return Ok(None);
                    }
                    match self.state {
                        State::Between => self.line_or_document()?,
                        _ => None,
                    }
                }
                State::Elements { next, list } => self.element(next, list)?,
                State::Tail => self.tail()?,
                State::Lost => {
                    self.find_document()?;
                    None
                }
            };
            if let Some(Found { line, place, refusal }) = found {
                let text = refusal.map_or(Ok(self.text.as_slice()), Err);
                return Ok(Some(Piece { line, place, text }));
            }
        }
    }

    /// Skips blanks, and byte order marks, to the next document; tells whether there is one. Enters a bare list.
    fn begin_document(&mut self) -> io::Result<bool> {
        while let Some(byte) = self.source.peek()? {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | 0xef | 0xbb | 0xbf => self.skip(byte),
                _ => {
                    self.breaks = 0;
                    self.text.clear();
                    if byte == b'[' {
                        self.skip(byte);
                        self.state = State::Elements { next: 0, list: List::Bare };
                    }
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// A record on a line of its own or over many; or, once `"studies": [` has gone by, the way into a page.
    fn line_or_document(&mut self) -> io::Result<Option<Found>> {
        let line = self.source.line;
        let found = |refusal| Ok(Some(Found { line, place: String::new(), refusal }));
        let mut nesting = Nesting::default();
        let mut keys = PageKey::default();
        let mut too_long = false;
        while let Some(byte) = self.source.peek()? {
            // A line that is an opening bracket alone begins a record over many lines. Any other line stands for itself: what it
            // left open is its own mistake and costs no line after it.
            if byte == b'\n' && self.breaks == 0 && self.text.trim_ascii() != b"{" {
                return found(too_long.then(|| self.too_long()));
            }
            if self.begins_anew(byte, &nesting) {
                return found(Some(Refusal::whole("invalid JSON: the next record begins before this one ends")));
            }
            self.skip(byte);
            nesting.take(byte);
            if keys.take(byte, &nesting) {
                self.state = State::Elements { next: 0, list: List::Page };
                return Ok(None);
            }
            too_long |= !self.keep(byte);
            if self.breaks > 0 {
                if nesting.is_broken() {
                    self.state = State::Lost;
                    return found(Some(lost()));
                }
                if !nesting.is_open() {
                    return found(too_long.then(|| self.too_long()));
                }
            }
        }
        if too_long {
            return found(Some(self.too_long()));
        }
        found(nesting.is_open().then(|| Refusal::whole("the file ends inside this record; fetch the file again")))
    }

    /// One element of a list, or the way out of it.
    fn element(&mut self, next: usize, list: List) -> io::Result<Option<Found>> {
        let place = match list {
            List::Page => format!("studies[{next}]"),
            List::Bare => format!("[{next}]"),
        };
        self.text.clear();
        let first = loop {
            match self.source.peek()? {
                None => {
                    self.state = State::Between;
                    let refusal = Refusal::whole("the file ends inside the list of studies; fetch the file again");
                    return Ok(Some(Found { line: self.source.line, place, refusal: Some(refusal) }));
                }
                Some(b']') => {
                    self.skip(b']');
                    self.state = match list {
                        List::Page => State::Tail,
                        List::Bare => State::Between,
                    };
                    return Ok(None);
                }
                Some(byte @ (b' ' | b'\t' | b'\r' | b'\n' | b',')) => self.skip(byte),
                Some(byte) => break byte,
            }
        };
        self.state = State::Elements { next: next + 1, list };
        let line = self.source.line;
        let refusal = self.element_text(matches!(first, b'{' | b'['))?;
        Ok(Some(Found { line, place, refusal }))
    }

    /// Reads an element's text into the buffer; answers why it cannot be had.
    fn element_text(&mut self, bracketed: bool) -> io::Result<Option<Refusal>> {
        let mut nesting = Nesting::default();
        let mut too_long = false;
        let mut first = true;
        while let Some(byte) = self.source.peek()? {
            if !bracketed && !nesting.is_open() && matches!(byte, b',' | b']') {
                return Ok(too_long.then(|| self.too_long()));
            }
            if !std::mem::take(&mut first) && self.begins_anew(byte, &nesting) {
                self.state = State::Between;
                return Ok(Some(Refusal::whole("the line ends inside this record; fetch the page again")));
            }
            self.skip(byte);
            nesting.take(byte);
            too_long |= !self.keep(byte);
            if nesting.is_broken() {
                self.state = State::Lost;
                return Ok(Some(lost()));
            }
            if bracketed && !nesting.is_open() {
                return Ok(too_long.then(|| self.too_long()));
            }
        }
        self.state = State::Between;
        Ok(Some(Refusal::whole("the file ends inside this record; fetch the file again")))
    }

    /// The rest of a page behind its list; it holds nothing to take, but must be there.
    fn tail(&mut self) -> io::Result<Option<Found>> {
        let line = self.source.line;
        let refused = |reason| Ok(Some(Found { line, place: String::new(), refusal: Some(Refusal::whole(reason)) }));
        let mut nesting = Nesting::behind_list();
        while let Some(byte) = self.source.peek()? {
            if self.begins_anew(byte, &nesting) {
                self.state = State::Between;
                return refused("the page is cut off behind its list of studies; fetch the page again");
            }
            self.skip(byte);
            nesting.take(byte);
            if nesting.is_broken() {
                self.state = State::Lost;
                return refused("the page goes on with invalid JSON behind its list of studies; fetch the page again");
            }
            if !nesting.is_open() {
                self.state = State::Between;
                return Ok(None);
            }
        }
        self.state = State::Between;
        refused("the file ends before the page is closed; fetch the file again")
    }

    /// Skips to a line that begins with a bracket at its very start, as documents do and indented parts of them do not.
    fn find_document(&mut self) -> io::Result<()> {
        while let Some(byte) = self.source.peek()? {
            if self.source.at_line_start && matches!(byte, b'{' | b'[') {
                break;
            }
            self.skip(byte);
        }
        self.state = State::Between;
        Ok(())
    }

    /// Whether `byte`, not yet taken, begins another document though the one at hand is open: at the start of a line stands a bracket
    /// that JSON would not have there, or the document stood on one line and that line has ended.
    fn begins_anew(&self, byte: u8, nesting: &Nesting) -> bool {
        self.source.at_line_start && matches!(byte, b'{' | b'[') && (self.breaks == 1 || !nesting.takes_bracket())
    }

    /// Goes past the byte that was peeked.
    fn skip(&mut self, byte: u8) {
        self.breaks += u64::from(byte == b'\n');
        self.source.skip(byte);
    }

    /// Adds a byte to the text; tells whether there was room for it.
    fn keep(&mut self, byte: u8) -> bool {
        let room = self.text.len() < self.limit;
        if room {
            self.text.push(byte);
        }
        room
    }

    fn too_long(&self) -> Refusal {
        Refusal::whole(format_args!("longer than {} bytes, which no record may be; look for a missing line break or bracket", self.limit))
    }
}

fn lost() -> Refusal {
    Refusal::whole("invalid JSON: its brackets or quotes do not match, so the rest of this document cannot be read")
}

#[cfg(test)]
#[path = "pieces_tests.rs"]
mod tests;
