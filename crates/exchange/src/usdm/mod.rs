//! Protocols as CDISC USDM files (version 4) have them: from a file, through one parser, into the vault.
//! A version or an amendment that cannot be taken is refused with its place and reason, and the others are taken all the same.

mod codes;
mod content;
mod fields;
mod header;
mod import;
mod parse;
mod summary;
mod wire;

pub use crate::ctgov::Refusal;
pub use import::{Cause, ImportError, Watcher, import};
pub use parse::{MAX_FILE_BYTES, MAX_RECORDS, Parsed, parse};
pub use summary::Summary;
