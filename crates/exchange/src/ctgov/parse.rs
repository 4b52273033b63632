//! One record from its JSON text.
//! A pure function of the text: files, lines and pages are the reader's business.

use serde::Deserialize;
use tandem_domain::registry::RegistryRecord;

use super::refusal::Refusal;
use super::{convert, wire};

/// Reads one registry record: a snapshot line (`{nctId, source, versionHolder, hasResults, protocolSection}`), a raw record
/// (`{protocolSection, …}`), or one element of an API page's `studies`. Fields that Tandem has no use for are passed over.
///
/// # Errors
/// [`Refusal`] where the text is no JSON, or the record lacks or misspells something Tandem needs.
pub fn parse(line: &str) -> Result<RegistryRecord, Refusal> {
    // A BOM may stand before the first record of a file that was split by hand.
    let json = line.strip_prefix('\u{feff}').unwrap_or(line);
    if json.contains('\0') {
        return Err(Refusal::whole("the text holds a NUL character; a registry file is UTF-8 text"));
    }
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let wire: wire::Record = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let error = error.into_inner();
        if error.is_data() {
            Refusal::at(if path == "." { String::new() } else { path }, words(&error, "")).of(number(json).as_deref())
        } else {
            Refusal::whole(words(&error, "invalid JSON: "))
        }
    })?;
    deserializer.end().map_err(|error| Refusal::whole(words(&error, "invalid JSON: ")))?;
    convert::record(wire)
}

/// The parser's message with its place in the record put into words.
fn words(error: &serde_json::Error, kind: &str) -> String {
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    match (error.line(), error.column()) {
        (0, _) => format!("{kind}{message}"),
        (1, column) => format!("{kind}{message} (character {column} of the record)"),
        (line, column) => {
            format!("{kind}{message} (line {line} of the record, character {column})")
        }
    }
}

/// The record's number alone, for a refusal whose record is otherwise unreadable.
fn number(json: &str) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Record {
        protocol_section: Section,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Section {
        identification_module: Identification,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Identification {
        nct_id: String,
    }
    let record: Record = serde_json::from_str(json).ok()?;
    Some(record.protocol_section.identification_module.nct_id)
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
