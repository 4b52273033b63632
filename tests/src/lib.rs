//! What the whole-product tests stand on: a PostgreSQL server of their own, and the rules that the source keeps.
//! The tests themselves are one binary, `tests/it`; this library only helps them.

pub mod arrows;
pub mod fingerprint;
pub mod house;
pub mod matrix;
pub mod operations;
pub mod oracle;
pub mod postgres;
pub mod records;
pub mod snapshots;
pub mod sources;
pub mod sweep;
pub mod tokens;
pub mod workspace;
pub mod worlds;
