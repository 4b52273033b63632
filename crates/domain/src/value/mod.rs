//! Small values that many records share: no identity, no lifecycle.
//! Each is valid by construction and has one text form that it reads back.

mod country_code;
mod minor_units;
mod partial_date;
mod stored;

pub use country_code::{CountryCode, CountryCodeError};
pub use minor_units::MinorUnits;
pub use partial_date::{DatePrecision, EstimateKind, PartialDate, PartialDateError};
