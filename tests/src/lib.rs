//! What the whole-product tests stand on: a PostgreSQL server of their own, and the rules that the source keeps.
//! The tests themselves are two binaries, `tests/it` and, for the proofs of access, `tests/access`; this library only helps them.

#[cfg(feature = "house")]
pub mod arrows;
#[cfg(feature = "house")]
pub mod fingerprint;
#[cfg(feature = "house")]
pub mod house;
pub mod lifecycles;
pub mod matrix;
#[cfg(feature = "house")]
pub mod operations;
pub mod oracle;
#[cfg(feature = "vault")]
pub mod postgres;
pub mod records;
#[cfg(feature = "house")]
pub mod snapshots;
#[cfg(feature = "house")]
pub mod sources;
#[cfg(feature = "house")]
pub mod sweep;
#[cfg(feature = "house")]
pub mod tokens;
pub mod workspace;
pub mod worlds;
