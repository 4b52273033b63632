//! Registry records from a file, one after the other, in bounded memory.
//! Whatever is wrong with one record is that record's refusal; only an unreadable file ends the reading.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use tandem_domain::registry::RegistryRecord;

use super::parse::parse;
use super::pieces::{Piece, Pieces};
use super::refusal::Refusal;

/// How much of a file is read at a time, in bytes.
const READ_AHEAD: usize = 256 * 1024;

/// One record of a file, or why it was refused.
#[derive(Debug)]
pub struct Entry {
    /// The line on which the record begins; the first is 1.
    pub line: u64,
    /// The record or its refusal, whose path begins with the record's place in its page (`studies[3].protocolSection…`).
    pub record: Result<RegistryRecord, Refusal>,
}

/// Records of a file in any of the registry's shapes: a record a line, API pages, a record over many lines, a bare list.
/// The shape is told from the content.
///
/// It holds one record at a time (at most [`MAX_RECORD_BYTES`](super::MAX_RECORD_BYTES)), however long the file or its pages.
/// An item that is an I/O error is the last.
pub struct Reader<R> {
    pieces: Pieces<R>,
    ended: bool,
}

impl Reader<BufReader<File>> {
    /// Opens a file.
    ///
    /// # Errors
    /// Where the file cannot be opened.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self::new(BufReader::with_capacity(READ_AHEAD, File::open(path)?)))
    }
}

impl<R: BufRead> Reader<R> {
    /// Reads from anything that is buffered.
    pub fn new(reader: R) -> Self {
        Self { pieces: Pieces::new(reader), ended: false }
    }

    /// Bytes gone by so far.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.pieces.bytes_read()
    }

    /// The line at which reading stands; the first is 1.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.pieces.line()
    }
}

impl<R: BufRead> Iterator for Reader<R> {
    type Item = io::Result<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        match self.pieces.next_piece() {
            Ok(Some(piece)) => Some(Ok(entry(piece))),
            Ok(None) => {
                self.ended = true;
                None
            }
            Err(error) => {
                self.ended = true;
                Some(Err(error))
            }
        }
    }
}

fn entry(piece: Piece<'_>) -> Entry {
    let Piece { line, place, text } = piece;
    let record = text
        .and_then(|bytes| {
            std::str::from_utf8(bytes).map_err(|error| {
                Refusal::whole(format_args!("not UTF-8 text (byte {} of the record); save the file as UTF-8", error.valid_up_to() + 1))
            })
        })
        .and_then(parse)
        .map_err(|refusal| refusal.within(&place));
    Entry { line, record }
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
