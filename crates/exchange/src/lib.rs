//! tandem-exchange.
