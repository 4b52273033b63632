//! The terms that registry records use, each list closed.
//! Terms are those of ClinicalTrials.gov's data model (version 2), which Tandem's own vocabulary takes over unchanged.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A term that a closed list does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("\"{term}\" is no {what} that Tandem knows; it knows {known}")]
pub struct UnknownTerm {
    /// What was looked for, in words.
    pub what: &'static str,
    /// The term as it was written.
    pub term: String,
    /// The terms of the list, parted by commas.
    pub known: String,
}

/// An enum whose variants are written as fixed terms, with the list of them and reading that names what it refuses.
macro_rules! vocabulary {
    ($(#[$meta:meta])* $name:ident, $what:literal { $($(#[$doc:meta])* $variant:ident = $term:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $term)] $variant,)+
        }

        impl $name {
            /// All terms, in the list's own order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The term on the graph, in storage and in the registry.
            #[must_use]
            pub const fn term(self) -> &'static str {
                match self {
                    $(Self::$variant => $term,)+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.term())
            }
        }

        impl FromStr for $name {
            type Err = UnknownTerm;

            fn from_str(term: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|known| known.term() == term).ok_or_else(|| UnknownTerm {
                    what: $what,
                    term: term.to_owned(),
                    known: Self::ALL.iter().map(|known| known.term()).collect::<Vec<_>>().join(", "),
                })
            }
        }
    };
}

vocabulary! {
    /// What kind of study a record registers.
    StudyType, "study type" {
        /// Participants are assigned to interventions.
        Interventional = "INTERVENTIONAL",
        /// Participants are observed.
        Observational = "OBSERVATIONAL",
        /// A treatment is made available outside a trial.
        ExpandedAccess = "EXPANDED_ACCESS",
    }
}

vocabulary! {
    /// A development phase; a study between two phases has both.
    Phase, "phase" {
        /// Exploratory, before phase 1.
        EarlyPhase1 = "EARLY_PHASE1",
        /// Phase 1.
        Phase1 = "PHASE1",
        /// Phase 2.
        Phase2 = "PHASE2",
        /// Phase 3.
        Phase3 = "PHASE3",
        /// Phase 4, after approval.
        Phase4 = "PHASE4",
        /// The registry says that phases do not apply; not the same as saying nothing.
        Na = "NA",
    }
}

vocabulary! {
    /// Where a study, or one of its places, stands as the registry says.
    RegistryStatus, "status" {
        /// Not yet recruiting.
        NotYetRecruiting = "NOT_YET_RECRUITING",
        /// Recruiting.
        Recruiting = "RECRUITING",
        /// Participants are invited from a known group.
        EnrollingByInvitation = "ENROLLING_BY_INVITATION",
        /// Ongoing, recruiting no more.
        ActiveNotRecruiting = "ACTIVE_NOT_RECRUITING",
        /// Stopped for now.
        Suspended = "SUSPENDED",
        /// Stopped early, for good.
        Terminated = "TERMINATED",
        /// Ended as planned.
        Completed = "COMPLETED",
        /// Stopped before the first participant.
        Withdrawn = "WITHDRAWN",
        /// Not verified for so long that the registry vouches for no status.
        Unknown = "UNKNOWN",
        /// Expanded access: to be had.
        Available = "AVAILABLE",
        /// Expanded access: no longer to be had.
        NoLongerAvailable = "NO_LONGER_AVAILABLE",
        /// Expanded access: not to be had for now.
        TemporarilyNotAvailable = "TEMPORARILY_NOT_AVAILABLE",
        /// Expanded access: ended, because the product was approved.
        ApprovedForMarketing = "APPROVED_FOR_MARKETING",
        /// The registry holds the record back.
        Withheld = "WITHHELD",
    }
}

vocabulary! {
    /// How many parties are kept from knowing who gets what.
    Masking, "masking" {
        /// Open label.
        None = "NONE",
        /// One party.
        Single = "SINGLE",
        /// Two parties.
        Double = "DOUBLE",
        /// Three parties.
        Triple = "TRIPLE",
        /// Four parties.
        Quadruple = "QUADRUPLE",
    }
}

vocabulary! {
    /// The registry's class of an organisation.
    OrganizationClass, "organisation class" {
        /// A company.
        Industry = "INDUSTRY",
        /// The US National Institutes of Health.
        Nih = "NIH",
        /// Another US federal agency.
        Fed = "FED",
        /// Another public body.
        OtherGov = "OTHER_GOV",
        /// A person.
        Indiv = "INDIV",
        /// A network or consortium.
        Network = "NETWORK",
        /// Anything else: universities, hospitals, charities.
        Other = "OTHER",
        /// Not told.
        Unknown = "UNKNOWN",
        /// Told in a way that can be read as several.
        Ambig = "AMBIG",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_term_reads_back_and_serialises_as_itself() {
        fn check<T: FromStr<Err = UnknownTerm> + fmt::Display + Serialize + PartialEq + fmt::Debug + Copy>(all: &[T]) {
            for one in all {
                let term = one.to_string();
                assert_eq!(term.parse::<T>().as_ref(), Ok(one));
                assert_eq!(serde_json::to_string(one).expect("writes"), format!("\"{term}\""));
            }
        }
        check(StudyType::ALL);
        check(Phase::ALL);
        check(RegistryStatus::ALL);
        check(Masking::ALL);
        check(OrganizationClass::ALL);
    }

    #[test]
    fn the_lists_have_the_registrys_lengths() {
        assert_eq!(RegistryStatus::ALL.len(), 14);
        assert_eq!(OrganizationClass::ALL.len(), 9);
        assert_eq!(Phase::ALL.len(), 6);
    }

    #[test]
    fn an_unknown_term_is_named_with_the_known_ones() {
        let error = "PHASE9".parse::<Phase>().expect_err("unknown");
        assert_eq!(
            error.to_string(),
            "\"PHASE9\" is no phase that Tandem knows; it knows EARLY_PHASE1, PHASE1, PHASE2, PHASE3, PHASE4, NA"
        );
        assert!("phase1".parse::<Phase>().is_err());
    }
}
