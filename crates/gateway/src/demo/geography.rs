//! The demo's places: real cities, invented hospitals, a few in each country.

use tandem_domain::value::CountryCode;

/// A country's cities, each with one invented hospital.
pub(super) const CITIES: &[(&str, &[&str])] = &[
    ("DE", &["Leipzig", "Hamburg", "Freiburg"]),
    ("FR", &["Lyon", "Nantes", "Lille"]),
    ("ES", &["Sevilla", "Bilbao"]),
    ("PL", &["Lodz", "Poznan"]),
    ("NL", &["Utrecht"]),
    ("GB", &["Leeds", "Cardiff"]),
    ("US", &["Cleveland", "Tucson", "Raleigh"]),
    ("CA", &["Halifax"]),
    ("BR", &["Curitiba"]),
    ("JP", &["Kobe", "Sapporo"]),
    ("KR", &["Daegu"]),
    ("AU", &["Perth"]),
];

/// The code as the domain has it; the lists of this module hold none that is unknown (a test sees to it).
pub(super) fn country(code: &str) -> Option<CountryCode> {
    code.parse().ok()
}

/// The name of the hospital of a city.
pub(super) fn hospital(city: &str) -> String {
    format!("{city} Demo Hospital (invented)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_is_one() {
        for (code, _) in CITIES {
            assert!(country(code).is_some(), "{code}");
        }
    }
}
