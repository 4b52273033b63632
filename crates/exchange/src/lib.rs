//! The outside: registry and protocol data in, exports out.
//! Files are read here and handed on as domain values; what becomes of them is the caller's.

pub mod ctgov;
pub mod export;
mod objects;
pub mod usdm;
