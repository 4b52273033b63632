//! Records of ClinicalTrials.gov (data model version 2): from files, through one parser, into a sink.
//! A record that cannot be taken whole is refused with its place and reason, and the ones after it are read all the same.

mod convert;
pub mod import;
mod nesting;
pub mod parse;
mod pieces;
pub mod reader;
pub mod refusal;
pub mod sink;
pub mod summary;
mod wire;

pub use import::{
    ImportCause, ImportError, ImportOptions, ImportWatcher, Progress, RefusedRecord, import,
};
pub use parse::parse;
pub use pieces::MAX_RECORD_BYTES;
pub use reader::{Entry, Reader};
pub use refusal::Refusal;
pub use sink::{Outcome, RegistrySink, SinkError};
pub use summary::Summary;
