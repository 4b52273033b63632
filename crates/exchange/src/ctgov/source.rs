//! A file as bytes, one at a time, knowing where it stands.
//! Cutting needs to look at a byte before it decides whose it is.

use std::io::{self, BufRead};

/// Bytes one at a time, with the count of them and of lines.
pub(super) struct Source<R> {
    reader: R,
    /// The line on which the next byte stands; the first is 1.
    pub(super) line: u64,
    /// Bytes gone by.
    pub(super) bytes: u64,
    /// Whether the next byte is the first of its line.
    pub(super) at_line_start: bool,
}

impl<R: BufRead> Source<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, line: 1, bytes: 0, at_line_start: true }
    }

    /// The next byte, left where it is; nothing at the end.
    pub(super) fn peek(&mut self) -> io::Result<Option<u8>> {
        loop {
            match self.reader.fill_buf() {
                Ok(buffer) => return Ok(buffer.first().copied()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Goes past the byte that was peeked.
    pub(super) fn skip(&mut self, byte: u8) {
        self.reader.consume(1);
        self.bytes += 1;
        self.at_line_start = byte == b'\n';
        self.line += u64::from(self.at_line_start);
    }
}
