//! The registry number of a study at ClinicalTrials.gov.
//! Valid by construction, so that a study's registry number can be trusted as a key.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why a text is no [`NctId`].
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("\"{0}\" is no NCT id: it is written NCT and eight digits")]
pub struct NctIdError(String);

/// `NCT` and eight digits, upper case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NctId(String);

impl NctId {
    /// The text form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for NctId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl TryFrom<String> for NctId {
    type Error = NctIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let valid = text.strip_prefix("NCT").is_some_and(|number| number.len() == 8 && number.bytes().all(|byte| byte.is_ascii_digit()));
        if valid { Ok(Self(text)) } else { Err(NctIdError(text)) }
    }
}

impl FromStr for NctId {
    type Err = NctIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::try_from(text.to_owned())
    }
}

impl From<NctId> for String {
    fn from(id: NctId) -> Self {
        id.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_nct_and_eight_digits() {
        assert_eq!("NCT99000001".parse::<NctId>().expect("valid").as_str(), "NCT99000001");
        for text in ["", "NCT", "NCT9900001", "NCT990000011", "nct99000001", "NCT9900000x", " NCT99000001", "NCT９９０００００１"] {
            assert!(text.parse::<NctId>().is_err(), "{text}");
        }
    }
}
