//! tandem-graphql.

pub mod limits;
