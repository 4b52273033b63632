//! A country by its ISO 3166-1 alpha-2 code.
//! The list is the `celes` crate's; names and other spellings are the business of whoever reads them.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// Why a text is no [`CountryCode`].
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("\"{0}\" is not an ISO 3166-1 alpha-2 country code")]
pub struct CountryCodeError(String);

/// An assigned ISO 3166-1 alpha-2 code, upper case: `DE`.
///
/// Beside the assigned codes it takes `XK` (Kosovo), a user-assigned code that has no ISO one and stands in registries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountryCode(&'static str);

impl CountryCode {
    /// The two letters.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// The country of an ISO 3166-1 alpha-3 code, upper case: `DEU`.
    #[must_use]
    pub fn from_alpha3(text: &str) -> Option<Self> {
        let plain = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase());
        plain.then(|| celes::Country::from_alpha3(text).ok()).flatten().map(|country| Self(country.alpha2))
    }

    /// All codes with the country's name in English as ISO writes it, in no order to rely on.
    pub fn all() -> impl Iterator<Item = (Self, &'static str)> {
        celes::Country::get_countries().into_iter().map(|country| (Self(country.alpha2), country.long_name))
    }
}

impl fmt::Display for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

impl FromStr for CountryCode {
    type Err = CountryCodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // The crate reads lower case too; one spelling each keeps keys and filters equal.
        let plain = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
        plain
            .then(|| celes::Country::from_alpha2(text).ok())
            .flatten()
            .map(|country| Self(country.alpha2))
            .ok_or_else(|| CountryCodeError(text.to_owned()))
    }
}

impl Serialize for CountryCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl<'de> Deserialize<'de> for CountryCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn assigned_codes_are_read_and_others_refused() {
        for text in ["DE", "US", "GB", "TR", "CI", "XK"] {
            assert_eq!(text.parse::<CountryCode>().expect(text).as_str(), text);
        }
        for text in ["", "D", "de", "DEU", "UK", "AN", "YU", "ZZ", "D E", "Ｄ"] {
            assert!(text.parse::<CountryCode>().is_err(), "{text}");
        }
    }

    #[test]
    fn three_letters_name_the_same_countries() {
        for (text, code) in [("DEU", "DE"), ("USA", "US"), ("GBR", "GB"), ("CHE", "CH")] {
            assert_eq!(CountryCode::from_alpha3(text).map(CountryCode::as_str), Some(code));
        }
        for text in ["", "DE", "deu", "ZZZ", "Deu", "DEUT"] {
            assert_eq!(CountryCode::from_alpha3(text), None, "{text}");
        }
    }

    #[test]
    fn all_holds_each_code_once() {
        let codes: HashSet<_> = CountryCode::all().map(|(code, _)| code).collect();
        assert_eq!(codes.len(), CountryCode::all().count());
        assert_eq!(codes.len(), 250, "249 of ISO 3166-1 and XK");
        for code in codes {
            assert_eq!(code.as_str().parse(), Ok(code));
        }
    }

    #[test]
    fn serialises_as_its_letters() {
        let code: CountryCode = serde_json::from_str("\"FR\"").expect("reads");
        assert_eq!(serde_json::to_string(&code).expect("writes"), "\"FR\"");
        assert!(serde_json::from_str::<CountryCode>("\"Frankreich\"").is_err());
    }
}
