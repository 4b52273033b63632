//! tandem-graphql.
