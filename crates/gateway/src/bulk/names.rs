//! Names out of syllables. All are invented, and organisations, hospitals and studies say so.

use tandem_domain::value::CountryCode;

use super::draw::{What, draw, one_of};

const HEADS: [&str; 20] = [
    "Ald", "Bram", "Cor", "Dun", "Elm", "Fenn", "Gor", "Hal", "Isk", "Jor", "Kell", "Lund", "Mor", "Nor", "Orm", "Pell", "Quil", "Ros",
    "Tarn", "Vel",
];
const TAILS: [&str; 20] = [
    "aby", "bridge", "croft", "dale", "eth", "field", "grove", "hurst", "ivar", "ley", "mark", "ness", "oway", "port", "quist", "rick",
    "stead", "tona", "vik", "wick",
];
const FIRST: [&str; 16] =
    ["Ada", "Bo", "Carla", "Dev", "Eira", "Fumi", "Gil", "Hana", "Ivo", "Juno", "Kai", "Lena", "Milo", "Nadia", "Otis", "Pia"];
const CONDITIONS: [(&str, &str); 12] = [
    ("Asthma", "Respiratory"),
    ("Chronic kidney disease", "Nephrology"),
    ("Plaque psoriasis", "Dermatology"),
    ("Migraine", "Neurology"),
    ("Non-small cell lung cancer", "Oncology"),
    ("Haemophilia A", "Haematology"),
    ("Type 2 diabetes", "Metabolism"),
    ("Heart failure", "Cardiology"),
    ("Ulcerative colitis", "Gastroenterology"),
    ("Rheumatoid arthritis", "Rheumatology"),
    ("Macular degeneration", "Ophthalmology"),
    ("Sepsis", "Intensive care"),
];

/// Ten countries: every sponsor has facilities in each.
pub(super) const COUNTRIES: [&str; 10] = ["DE", "FR", "ES", "PL", "NL", "GB", "US", "CA", "JP", "AU"];

/// The country of this place in the list.
pub(super) fn country(index: u64) -> Option<CountryCode> {
    COUNTRIES[usize::try_from(index % COUNTRIES.len() as u64).unwrap_or(0)].parse().ok()
}

/// A word that looks like a name.
pub(super) fn word(n: u64) -> String {
    format!("{}{}", one_of(What::Name, n, &HEADS), one_of(What::Kind, n, &TAILS))
}

/// A person.
pub(super) fn person(n: u64) -> String {
    format!("{} {}", FIRST[usize::try_from(draw(What::Person, n, 16)).unwrap_or(0)], word(n))
}

/// What a study is about, and the field that it belongs to.
pub(super) fn condition(n: u64) -> (&'static str, &'static str) {
    one_of(What::Kind, n, &CONDITIONS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_is_one() {
        assert!((0..10).all(|index| country(index).is_some()));
    }
}
