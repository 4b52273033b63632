//! tandem-persistence.
