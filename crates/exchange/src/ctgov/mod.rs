//! Records of ClinicalTrials.gov (data model version 2): from files, through one parser, into a sink.
//! A record that cannot be taken whole is refused with its place and reason, and the ones after it are read all the same.

mod convert;
pub(crate) mod fields;
mod import;
mod nesting;
mod page_key;
mod parse;
mod pieces;
mod reader;
pub(crate) mod refusal;
mod sink;
mod source;
mod summary;
mod vault_sink;
mod wire;

pub use import::{ImportCause, ImportError, ImportOptions, ImportWatcher, Progress, RefusedRecord, import};
pub use parse::parse;
pub use pieces::MAX_RECORD_BYTES;
pub use reader::{Entry, Reader};
pub use refusal::Refusal;
pub use sink::{Outcome, RegistrySink, SinkError};
pub use summary::Summary;
pub use vault_sink::VaultSink;
