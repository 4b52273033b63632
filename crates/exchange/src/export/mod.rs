//! Exports: records out, as lines of JSON or as a table for spreadsheets, with counts and hashes by which they can be held against the
//! graph.

mod table;

use std::io::{self, Write};

use serde_json::Value as Json;
use tandem_persistence::Tally;

pub use table::{cell, defused};

/// As what records are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A line of JSON for each record, as the graph has it (NDJSON).
    Ndjson,
    /// A table with a line of names first (RFC 4180, UTF-8), safe to be opened in a spreadsheet.
    Csv,
}

impl Format {
    /// How names of files end.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
        }
    }
}

/// Records as a piece of an export: the first piece of a table begins with its names.
///
/// # Errors
/// Where a record cannot be written.
pub fn piece(format: Format, columns: &[Vec<String>], first: bool, records: &[Json]) -> io::Result<Vec<u8>> {
    let mut writer = Writer::after_names(Vec::new(), format, columns.to_vec());
    if first {
        writer.names()?;
    }
    for record in records {
        writer.write(record)?;
    }
    Ok(writer.finish()?.0)
}

/// Writes records of one kind, and counts and hashes what it writes.
pub struct Writer<W: Write> {
    out: Out<W>,
    columns: Vec<Vec<String>>,
    tally: Tally,
}

enum Out<W: Write> {
    Ndjson(W),
    Csv(Box<csv::Writer<W>>),
}

impl<W: Write> Writer<W> {
    /// Begins: a table has its names first.
    ///
    /// # Errors
    /// Where it cannot be written to.
    pub fn new(to: W, format: Format, columns: Vec<Vec<String>>) -> io::Result<Self> {
        let mut writer = Self::after_names(to, format, columns);
        writer.names()?;
        Ok(writer)
    }

    /// Goes on where a table has its names already.
    fn after_names(to: W, format: Format, columns: Vec<Vec<String>>) -> Self {
        let out = match format {
            Format::Ndjson => Out::Ndjson(to),
            Format::Csv => Out::Csv(Box::new(csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to))),
        };
        Self { out, columns, tally: Tally::default() }
    }

    fn names(&mut self) -> io::Result<()> {
        match &mut self.out {
            Out::Ndjson(_) => Ok(()),
            Out::Csv(table) => Ok(table.write_record(self.columns.iter().map(|path| path.join(".")))?),
        }
    }

    /// Writes one record.
    ///
    /// # Errors
    /// Where it cannot be written to.
    pub fn write(&mut self, record: &Json) -> io::Result<()> {
        let id = record.get("id").and_then(Json::as_str).unwrap_or_default();
        self.tally.add(id, record.get("version").and_then(Json::as_i64).unwrap_or_default());
        match &mut self.out {
            Out::Ndjson(out) => {
                serde_json::to_writer(&mut *out, record)?;
                out.write_all(b"\n")
            }
            Out::Csv(table) => Ok(table.write_record(self.columns.iter().map(|path| cell(record, path)))?),
        }
    }

    /// Ends: everything is written; how much it was.
    ///
    /// # Errors
    /// Where it cannot be written to.
    pub fn finish(self) -> io::Result<(W, Tally)> {
        let mut out = match self.out {
            Out::Ndjson(out) => out,
            Out::Csv(table) => table.into_inner().map_err(|error| io::Error::other(error.to_string()))?,
        };
        out.flush()?;
        Ok((out, self.tally))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(format: Format, records: &[Json]) -> (String, Tally) {
        let columns = vec![vec!["id".to_owned()], vec!["title".to_owned()], vec!["study".to_owned(), "id".to_owned()]];
        let mut writer = Writer::new(Vec::new(), format, columns).unwrap();
        for record in records {
            writer.write(record).unwrap();
        }
        let (bytes, tally) = writer.finish().unwrap();
        (String::from_utf8(bytes).unwrap(), tally)
    }

    #[test]
    fn a_line_of_json_is_one_line_whatever_is_in_it() {
        let record = json!({ "id": "a", "version": 1, "title": "two\nlines, \"quoted\"; é", "study": null });
        let (text, tally) = written(Format::Ndjson, std::slice::from_ref(&record));
        assert_eq!(text.lines().count(), 1);
        assert_eq!(serde_json::from_str::<Json>(&text).unwrap(), record);
        assert_eq!(tally.count(), 1);
    }

    #[test]
    fn a_table_keeps_its_shape_and_starts_no_formula() {
        let records = [
            json!({ "id": "a", "version": 1, "title": "two\nlines, \"quoted\"; é", "study": { "id": "s" } }),
            json!({ "id": "b", "version": 1, "title": "=HYPERLINK(\"x\")", "study": null }),
        ];
        let (text, _) = written(Format::Csv, &records);
        assert_eq!(text, "id,title,study.id\r\na,\"two\nlines, \"\"quoted\"\"; é\",s\r\nb,\"'=HYPERLINK(\"\"x\"\")\",\r\n");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        assert_eq!(reader.records().map(|row| row.unwrap().len()).collect::<Vec<_>>(), [3, 3]);
    }

    #[test]
    fn pieces_come_to_the_whole() {
        let columns = vec![vec!["id".to_owned()], vec!["title".to_owned()], vec!["study".to_owned(), "id".to_owned()]];
        let records: Vec<Json> = (0..5).map(|number| json!({ "id": number.to_string(), "version": 1, "title": "a,b" })).collect();
        for format in [Format::Ndjson, Format::Csv] {
            let pieces = records.chunks(2).enumerate().map(|(at, records)| piece(format, &columns, at == 0, records).unwrap());
            assert_eq!(String::from_utf8(pieces.collect::<Vec<_>>().concat()).unwrap(), written(format, &records).0);
            let nothing = String::from_utf8(piece(format, &columns, true, &[]).unwrap()).unwrap();
            assert_eq!(nothing, written(format, &[]).0);
        }
    }

    #[test]
    fn both_formats_have_the_same_tally() {
        let records = [json!({ "id": "a", "version": 1 }), json!({ "id": "b", "version": 7 })];
        let (one, other) = (written(Format::Csv, &records).1, written(Format::Ndjson, &records).1);
        assert_eq!((one.count(), one.hash()), (2, other.hash()));
    }
}
