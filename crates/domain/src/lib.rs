//! tandem-domain.

pub mod registry;
pub mod value;
