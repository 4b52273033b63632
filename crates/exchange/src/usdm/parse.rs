//! One file from its bytes. A pure function of them: where they come from and what becomes of the records is the importer's business.

use tandem_domain::registry::ProtocolRecord;

use super::content::{Content, Frame, content};
use super::fields::quoted;
use super::header::header;
use super::wire;
use crate::ctgov::Refusal;

/// A file longer than this many bytes (32 MiB) is refused unread, which bounds memory. Protocols have one or two.
pub const MAX_FILE_BYTES: usize = 32 * 1024 * 1024;

/// A file with more amendments and documents than this is refused. Protocols have a handful.
pub const MAX_RECORDS: usize = 1_000;

/// What a file has: what can be taken, and what cannot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// What can be taken.
    pub record: ProtocolRecord,
    /// What cannot, each with its place and reason.
    pub refused: Vec<Refusal>,
}

/// Reads one file: `{"study": {…}, "usdmVersion": "4…"}`. Fields that Tandem has no use for are passed over.
///
/// # Errors
/// [`Refusal`] where the bytes are no such file, or it leaves open whose study it is about: then nothing of it can be taken.
pub fn parse(bytes: &[u8]) -> Result<Parsed, Refusal> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(too_long());
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Refusal::whole(format_args!("not UTF-8 text (byte {}); save the file as UTF-8", error.valid_up_to() + 1)))?;
    let json = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let file: wire::File = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let error = error.into_inner();
        match (error.is_data(), path.as_str()) {
            (true, ".") => Refusal::whole(words(&error)),
            (true, path) => Refusal::at(path, words(&error)),
            (false, _) => Refusal::whole(format_args!("invalid JSON: {}", words(&error))),
        }
    })?;
    deserializer.end().map_err(|error| Refusal::whole(format_args!("invalid JSON: {}", words(&error))))?;
    whole(file)
}

pub(super) fn too_long() -> Refusal {
    Refusal::whole(format_args!("longer than {MAX_FILE_BYTES} bytes, which no file may be"))
}

/// The parser's message, cut where it repeats the file, with its place.
fn words(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    let message: String = message.chars().take(300).collect();
    format!("{message} (line {}, character {})", error.line(), error.column())
}

fn whole(file: wire::File) -> Result<Parsed, Refusal> {
    match file.usdm_version.as_deref().map(str::trim) {
        Some(version) if version == "4" || version.starts_with("4.") => {}
        Some(version) => return Err(Refusal::at("usdmVersion", format_args!("{} is not version 4", quoted(version)))),
        None => return Err(Refusal::at("usdmVersion", "missing, so this is no USDM file of version 4")),
    }
    let study = file.study.ok_or_else(|| Refusal::at("study", "missing, so there is nothing to be taken"))?;
    let versions = study.versions.unwrap_or_default();
    let documents = study.documented_by.unwrap_or_default();
    let held = |value: &serde_json::Value| value.get("versions").and_then(serde_json::Value::as_array).map_or(1, |all| all.len().max(1));
    let amendments: usize = versions.iter().map(|version| version.amendments.as_ref().map_or(0, Vec::len)).sum();
    if versions.len().max(amendments + documents.iter().map(held).sum::<usize>()) > MAX_RECORDS {
        return Err(Refusal::at("study", format_args!("more than {MAX_RECORDS} versions and amendments, which no study has")));
    }
    let (sponsor, study) = header(&versions)?;
    let frames = versions.into_iter().enumerate().map(|(index, version)| Frame::of(index, version)).collect();
    let Content { versions, amendments, mut refused } = content(documents, frames);
    if versions.is_empty() && amendments.is_empty() && refused.is_empty() {
        refused.push(Refusal::at("study.documentedBy", "no protocol (C70817) and no amendment: there is nothing to be taken"));
    }
    Ok(Parsed { record: ProtocolRecord { sponsor, study, amendments, versions }, refused })
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
