//! The country meant by a name as registries spell it.
//! ISO's own English names come from the `celes` crate; the table holds the spellings that differ from them.

use std::collections::HashMap;
use std::sync::LazyLock;

use thiserror::Error;

use super::fold::fold;
use crate::value::CountryCode;

/// Why a name gives no country.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CountryNameError {
    /// Neither ISO's names nor the alias table hold it.
    #[error("\"{0}\" is no country name that Tandem knows; a new spelling belongs into the country alias table")]
    Unknown(String),
    /// A state that is no more, whose places lie in several of today's countries: choosing one would be a guess.
    #[error("\"{0}\" is a former state without a current country code; name the country that the place lies in today")]
    Former(String),
}

/// The country meant by a name; case, accents, punctuation and blanks do not matter (see [`fold`]).
///
/// # Errors
/// [`CountryNameError`] where no list holds the name, or the state it names is no more.
pub fn country_code(name: &str) -> Result<CountryCode, CountryNameError> {
    let folded = without_article(&fold(name)).to_owned();
    if FORMER_STATES.contains(&folded.as_str()) {
        return Err(CountryNameError::Former(name.to_owned()));
    }
    NAMES.get(&folded).copied().ok_or_else(|| CountryNameError::Unknown(name.to_owned()))
}

/// ISO's names, folded, and over them the aliases.
static NAMES: LazyLock<HashMap<String, CountryCode>> = LazyLock::new(|| {
    let iso = CountryCode::all().map(|(code, name)| (without_article(&fold(name)).to_owned(), code));
    let aliases = ALIASES.iter().filter_map(|(name, code)| Some(((*name).to_owned(), code.parse().ok()?)));
    iso.chain(aliases).collect()
});

/// `The Gambia`, `Gambia (the)` and `Gambia` are one: lists differ in whether and where they write the article.
fn without_article(folded: &str) -> &str {
    let folded = folded.strip_prefix("the ").unwrap_or(folded);
    folded.strip_suffix(" the").unwrap_or(folded)
}

/// Names that registries still carry for states that have broken up.
const FORMER_STATES: &[&str] =
    &["former serbia and montenegro", "serbia and montenegro", "former yugoslavia", "yugoslavia", "netherlands antilles", "czechoslovakia"];

/// Folded spelling, country. Spellings that registries, ISO's other English forms, or states themselves use.
const ALIASES: &[(&str, &str)] = &[
    ("bolivia plurinational state of", "BO"),
    ("virgin islands british", "VG"),
    ("brunei", "BN"),
    ("burma", "MM"),
    ("cape verde", "CV"),
    ("caribbean netherlands", "BQ"),
    ("bonaire sint eustatius and saba", "BQ"),
    ("congo brazzaville", "CG"),
    ("republic of the congo", "CG"),
    ("congo kinshasa", "CD"),
    ("dr congo", "CD"),
    ("congo the democratic republic of", "CD"),
    ("congo democratic republic of", "CD"),
    ("cote divoire", "CI"),
    ("cote d ivoire", "CI"),
    ("ivory coast", "CI"),
    ("czech republic", "CZ"),
    ("falkland islands", "FK"),
    ("great britain", "GB"),
    ("united kingdom", "GB"),
    ("heard and mcdonald islands", "HM"),
    ("heard island and mcdonald islands", "HM"),
    ("hong kong sar china", "HK"),
    ("china hong kong special administrative region", "HK"),
    ("china macao special administrative region", "MO"),
    ("iran", "IR"),
    ("iran islamic republic of", "IR"),
    ("korea democratic peoples republic of", "KP"),
    ("north korea", "KP"),
    ("korea the democratic peoples republic of", "KP"),
    ("korea republic of", "KR"),
    ("korea the republic of", "KR"),
    ("south korea", "KR"),
    ("laos", "LA"),
    ("libyan arab jamahiriya", "LY"),
    ("macau", "MO"),
    ("macao sar china", "MO"),
    ("former yugoslav republic of macedonia", "MK"),
    ("macedonia the former yugoslav republic of", "MK"),
    ("north macedonia", "MK"),
    ("micronesia", "FM"),
    ("micronesia federated states of", "FM"),
    ("moldova", "MD"),
    ("moldova republic of", "MD"),
    ("moldova the republic of", "MD"),
    ("myanmar burma", "MM"),
    ("palestine", "PS"),
    ("palestine state of", "PS"),
    ("palestinian territories", "PS"),
    ("palestinian territories occupied", "PS"),
    ("palestinian territory occupied", "PS"),
    ("pitcairn islands", "PN"),
    ("russia", "RU"),
    ("saint helena", "SH"),
    ("saint helena ascension and tristan da cunha", "SH"),
    ("saint martin", "MF"),
    ("saint martin french part", "MF"),
    ("sint maarten", "SX"),
    ("sint maarten dutch part", "SX"),
    ("slovak republic", "SK"),
    ("south georgia and south sandwich islands", "GS"),
    ("st barthelemy", "BL"),
    ("st helena", "SH"),
    ("st kitts and nevis", "KN"),
    ("st lucia", "LC"),
    ("st martin", "MF"),
    ("st pierre and miquelon", "PM"),
    ("st vincent and grenadines", "VC"),
    ("swaziland", "SZ"),
    ("svalbard and jan mayen islands", "SJ"),
    ("syria", "SY"),
    ("taiwan", "TW"),
    ("taiwan province of china", "TW"),
    ("tanzania", "TZ"),
    ("tanzania united republic of", "TZ"),
    ("east timor", "TL"),
    ("turkey", "TR"),
    ("turkey turkiye", "TR"),
    ("u s outlying islands", "UM"),
    ("united states", "US"),
    ("united states virgin islands", "VI"),
    ("u s virgin islands", "VI"),
    ("virgin islands u s", "VI"),
    ("vatican", "VA"),
    ("vatican city", "VA"),
    ("holy see vatican city state", "VA"),
    ("venezuela", "VE"),
    ("venezuela bolivarian republic of", "VE"),
    ("viet nam", "VN"),
    ("wallis and futuna islands", "WF"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_registrys_spellings_are_read() {
        for (name, code) in [
            ("Turkey (Türkiye)", "TR"),
            ("Turkey", "TR"),
            ("Korea, Republic of", "KR"),
            ("South Korea", "KR"),
            ("Iran, Islamic Republic of", "IR"),
            ("Côte d’Ivoire", "CI"),
            ("Cote D'Ivoire", "CI"),
            ("Côte d'Ivoire", "CI"),
            ("Czechia", "CZ"),
            ("Czech Republic", "CZ"),
            ("Russian Federation", "RU"),
            ("Georgia", "GE"),
            ("Hong Kong", "HK"),
            ("Puerto Rico", "PR"),
            ("Lao People's Democratic Republic", "LA"),
            ("Congo, The Democratic Republic of the", "CD"),
            ("Virgin Islands (U.S.)", "VI"),
            ("Réunion", "RE"),
            ("Samoa", "WS"),
            ("Guinea", "GN"),
            ("Niger", "NE"),
            ("Gambia", "GM"),
            ("The Gambia", "GM"),
            ("Bahamas (the)", "BS"),
            ("UNITED  STATES", "US"),
        ] {
            assert_eq!(country_code(name).expect(name).as_str(), code, "{name}");
        }
    }

    #[test]
    fn what_no_list_holds_is_refused() {
        for name in ["", "Atlantis", "US", "Korea", "Virgin Islands"] {
            assert_eq!(country_code(name), Err(CountryNameError::Unknown(name.to_owned())));
        }
        for name in ["Former Serbia and Montenegro", "Netherlands Antilles"] {
            assert_eq!(country_code(name), Err(CountryNameError::Former(name.to_owned())));
        }
    }

    #[test]
    fn the_table_is_folded_unique_and_valid() {
        let mut seen = HashSet::new();
        for (name, code) in ALIASES {
            assert_eq!(&without_article(&fold(name)), name);
            assert!(code.parse::<CountryCode>().is_ok(), "{code}");
            assert!(seen.insert(name), "{name} twice");
        }
        for name in FORMER_STATES {
            assert_eq!(&fold(name), name);
            assert!(!NAMES.contains_key(*name));
        }
    }

    #[test]
    fn the_table_repeats_no_iso_name() {
        for (iso, name) in CountryCode::all() {
            let name = fold(name);
            let name = without_article(&name);
            assert!(!ALIASES.iter().any(|(alias, _)| *alias == name), "{name}");
            assert_eq!(country_code(name), Ok(iso));
        }
    }
}
