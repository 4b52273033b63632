//! How a place is recognised again in later versions of its study's record: registries give places no number.
//! The key holds within one study only; no site is merged across studies by it.

use std::collections::HashSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::fold::fold;
use super::record::RegistryLocation;
use crate::value::CountryCode;

/// Facility, city, country and postcode in their comparison form.
///
/// Facility and city are folded (see [`fold`]); a postcode loses all blanks and punctuation too, since `SW1A 1AA` and `SW1A1AA` are
/// one. State, status and position take no part: they are told differently from one version of a record to the next.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SiteKey {
    /// Folded facility; absent where the record names none.
    pub facility: Option<String>,
    /// Folded city.
    pub city: Option<String>,
    /// Country.
    pub country: CountryCode,
    /// Folded postcode without blanks.
    pub postcode: Option<String>,
}

impl SiteKey {
    /// The key of a location.
    #[must_use]
    pub fn of(location: &RegistryLocation) -> Self {
        let folded = |text: &Option<String>| text.as_deref().map(fold).filter(|folded| !folded.is_empty());
        Self {
            facility: folded(&location.facility),
            city: folded(&location.city),
            country: location.country,
            postcode: folded(&location.postcode).map(|postcode| postcode.replace(' ', "")),
        }
    }
}

/// One text for a unique column: `facility|city|country|postcode`, a missing part empty. Folded text holds no `|`.
impl fmt::Display for SiteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |part: &'_ Option<String>| part.clone().unwrap_or_default();
        write!(f, "{}|{}|{}|{}", part(&self.facility), part(&self.city), self.country, part(&self.postcode))
    }
}

/// A record's places, each key once.
#[derive(Clone, Debug, PartialEq)]
pub struct DistinctSites<'a> {
    /// Places in the record's order; of those with the same key, the first.
    pub sites: Vec<(SiteKey, &'a RegistryLocation)>,
    /// How many repetitions were left out.
    pub collapsed: usize,
}

/// Takes repetitions out of the locations of one study: of locations with one key, the first stands.
#[must_use]
pub fn distinct_sites(locations: &[RegistryLocation]) -> DistinctSites<'_> {
    let mut seen = HashSet::with_capacity(locations.len());
    let mut sites = Vec::with_capacity(locations.len());
    for location in locations {
        let key = location.key();
        if seen.insert(key.clone()) {
            sites.push((key, location));
        }
    }
    let collapsed = locations.len() - sites.len();
    DistinctSites { sites, collapsed }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn location(facility: Option<&str>, city: &str, country: &str, postcode: Option<&str>) -> RegistryLocation {
        RegistryLocation {
            facility: facility.map(str::to_owned),
            city: Some(city.to_owned()),
            state: None,
            postcode: postcode.map(str::to_owned),
            country: country.parse().expect(country),
            status: None,
            geo: None,
        }
    }

    #[test]
    fn spelling_does_not_make_another_site() {
        let one = location(Some("Clínica  del Mar, S. A."), "Málaga", "ES", Some("29-010"));
        let other = location(Some("CLINICA DEL MAR S.A"), "Malaga", "ES", Some("29010"));
        assert_eq!(one.key(), other.key());
        assert_eq!(one.key().to_string(), "clinica del mar s a|malaga|ES|29010");
    }

    #[test]
    fn each_part_makes_another_site() {
        let base = location(Some("A"), "B", "DE", Some("1"));
        for other in [
            location(Some("C"), "B", "DE", Some("1")),
            location(None, "B", "DE", Some("1")),
            location(Some("A"), "C", "DE", Some("1")),
            location(Some("A"), "B", "AT", Some("1")),
            location(Some("A"), "B", "DE", None),
        ] {
            assert_ne!(base.key(), other.key());
            assert_ne!(base.key().to_string(), other.key().to_string());
        }
    }

    #[test]
    fn punctuation_alone_is_no_facility() {
        assert_eq!(location(Some("--"), "B", "DE", None).key(), location(None, "B", "DE", None).key());
        assert_eq!(location(None, "B", "DE", None).key().to_string(), "|b|DE|");
    }

    #[test]
    fn repetitions_collapse_onto_the_first_and_are_counted() {
        let mut locations = vec![
            location(Some("A"), "B", "DE", None),
            location(Some("C"), "B", "DE", None),
            location(Some("a."), "b", "DE", None),
            location(None, "B", "DE", None),
            location(None, "b", "DE", None),
        ];
        locations[2].state = Some("kept out".to_owned());
        let distinct = distinct_sites(&locations);
        assert_eq!(distinct.collapsed, 2);
        let kept: Vec<_> = distinct.sites.iter().map(|(_, location)| *location).collect();
        assert_eq!(kept, [&locations[0], &locations[1], &locations[3]]);
    }
}
