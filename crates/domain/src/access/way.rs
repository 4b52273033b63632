//! The ways in which a grant can lead to a row, as plain data.
//! Two things read them: the decision about one row, and the predicate of a list. Neither knows a rule of its own.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::access::{Facts, Link, Readers, Scope};
use crate::id::TypedId;
use crate::record::Kind;

/// Which column of a row has to name the viewer's organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// The sponsor's.
    Sponsor,
    /// The vendor's.
    Vendor,
    /// The prime vendor's.
    PrimeVendor,
    /// The owning organisation's.
    Organization,
}

/// How a scope narrower than the organisation narrows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cover {
    /// The row itself has to lie in the scope: a row without a country is not a country member's.
    Row,
    /// A header: the row's study, or its engagement, has to be the scope's.
    Header,
    /// Only a grant for the whole organisation serves.
    Whole,
}

/// What a naming row has to name besides, for a link to serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Names {
    /// Nothing more.
    Anything,
    /// A study.
    Study,
    /// An engagement.
    Engagement,
}

/// One way to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// The viewer's organisation owns the row.
    Owned {
        /// Which column names it.
        owner: Owner,
        /// One of these audiences has to be among the row's readers.
        audience: Readers,
        /// How narrower scopes narrow.
        cover: Cover,
    },
    /// Another row that the viewer may read names this one.
    Linked {
        /// The kind of the naming row.
        via: Kind,
        /// What it has to name besides.
        names: Names,
        /// One of these audiences has to be among the row's readers.
        audience: Readers,
        /// How narrower scopes narrow.
        cover: Cover,
    },
    /// The viewer's organisation owns the row, and the viewer wrote it, or it is his to do.
    Personal {
        /// Which column names the organisation.
        owner: Owner,
        /// One of these audiences has to be among the row's readers.
        audience: Readers,
        /// How narrower scopes narrow.
        cover: Cover,
    },
    /// The row is about the viewer.
    Myself,
    /// The row is the viewer's organisation.
    MyOrganization,
    /// The row stands in the directory of tenant organisations.
    Directory,
    /// The row is a membership that reaches into the sponsor's studies or engagements.
    Reaching {
        /// What it has to name.
        names: Names,
    },
}

/// Whether `scope` covers a row with these facts on this day, for reading.
#[must_use]
pub fn covers_row(scope: &Scope, cover: Cover, facts: &Facts, today: NaiveDate) -> bool {
    let study_is = |study: Uuid| facts.study == Some(study);
    match (scope, cover) {
        (Scope::Organization, _) => true,
        (_, Cover::Whole) => false,
        (Scope::Study(study), Cover::Row | Cover::Header) => study_is(study.uuid()),
        (Scope::Engagement { engagement, study } | Scope::Listed { engagement, study }, Cover::Row | Cover::Header) => {
            let named = Named::by(scope, engagement.uuid());
            if lies_where_engagements_work(facts.kind) {
                facts.links.iter().any(|link| named.is(link.engagement, link.prime_engagement) && link.counts_on(today))
            } else {
                named.is(facts.engagement, facts.prime_engagement)
                    || (cover == Cover::Header && comes_with_study(facts.kind) && study_is(study.uuid()))
            }
        }
        (Scope::Country { study, country }, Cover::Row) => study_is(study.uuid()) && facts.country.as_deref() == Some(country.as_str()),
        (Scope::StudySite { study_site, .. }, Cover::Row) => facts.study_site == Some(study_site.uuid()),
        (Scope::Country { study, .. } | Scope::StudySite { study, .. }, Cover::Header) => study_is(study.uuid()),
    }
}

/// Whether `scope` covers a row with these facts on this day, for changing it: headers are lent to be read, not to be written.
/// A row that is only to be has no links yet: the engagement that it names itself serves.
#[must_use]
pub fn covers_write(scope: &Scope, facts: &Facts, today: NaiveDate) -> bool {
    let names =
        |engagement| lies_where_engagements_work(facts.kind) && Named::by(scope, engagement).is(facts.engagement, facts.prime_engagement);
    covers_row(scope, Cover::Row, facts, today)
        || matches!(scope, Scope::Engagement { engagement, .. } | Scope::Listed { engagement, .. } if names(engagement.uuid()))
}

/// The engagement of a scope, and whether what is subcontracted beneath it comes with it.
#[derive(Clone, Copy)]
struct Named {
    engagement: Uuid,
    beneath: bool,
}

impl Named {
    fn by(scope: &Scope, engagement: Uuid) -> Self {
        Self { engagement, beneath: !matches!(scope, Scope::Listed { .. }) }
    }

    /// Whether something of this engagement, subcontracted from that prime one, is in the scope.
    fn is(self, engagement: Option<Uuid>, prime: Option<Uuid>) -> bool {
        engagement == Some(self.engagement) || (self.beneath && prime == Some(self.engagement))
    }
}

/// Whether rows of this kind are a country or a site in which engagements work: an engagement's member has those in which it works
/// now, whichever side he is on. Of any other kind, he has what names the engagement.
#[must_use]
pub fn lies_where_engagements_work(kind: Kind) -> bool {
    matches!(kind.whole(), Kind::StudyCountry | Kind::StudySite)
}

/// Whether rows of this kind come with the header of their study, which an engagement's member has too: the study itself, and the
/// protocol that all who work on it follow.
#[must_use]
pub fn comes_with_study(kind: Kind) -> bool {
    matches!(kind.whole(), Kind::Study | Kind::ProtocolVersion | Kind::Amendment)
}

impl Names {
    /// Whether something that names this study and engagement serves.
    #[must_use]
    pub fn hold(self, study: Option<Uuid>, engagement: Option<Uuid>) -> bool {
        match self {
            Self::Anything => true,
            Self::Study => study.is_some(),
            Self::Engagement => engagement.is_some(),
        }
    }
}

/// Whether `scope` covers a link, that is, the row that names this one.
#[must_use]
pub fn covers_link(scope: &Scope, cover: Cover, link: &Link) -> bool {
    let study_is = |study: Uuid| link.study == Some(study);
    match (scope, cover) {
        (Scope::Organization, _) => true,
        (_, Cover::Whole) => false,
        (Scope::Study(study), Cover::Row | Cover::Header) => study_is(study.uuid()),
        (Scope::Engagement { engagement, .. } | Scope::Listed { engagement, .. }, Cover::Row | Cover::Header) => {
            Named::by(scope, engagement.uuid()).is(link.engagement, link.prime_engagement)
        }
        (Scope::Country { study, country }, Cover::Row) => study_is(study.uuid()) && link.country.as_deref() == Some(country.as_str()),
        (Scope::StudySite { study_site, .. }, Cover::Row) => link.study_site == Some(study_site.uuid()),
        (Scope::Country { study, .. } | Scope::StudySite { study, .. }, Cover::Header) => study_is(study.uuid()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{EngagementId, StudyId};

    #[test]
    fn what_is_listed_comes_without_what_lies_beneath_it() {
        let study = StudyId::from_uuid(Uuid::from_u128(1));
        let engagement = EngagementId::from_uuid(Uuid::from_u128(2));
        let subcontract = Facts {
            kind: Kind::Engagement,
            id: Uuid::from_u128(3),
            readers: Readers::SPONSOR,
            sponsor: None,
            study: Some(study.uuid()),
            vendor: None,
            engagement: Some(Uuid::from_u128(3)),
            prime_vendor: None,
            prime_engagement: Some(engagement.uuid()),
            country: None,
            study_site: None,
            organization: None,
            person: None,
            links: Vec::new(),
        };
        let own = Facts { id: engagement.uuid(), engagement: Some(engagement.uuid()), prime_engagement: None, ..subcontract.clone() };
        let today = NaiveDate::MIN;
        for (scope, beneath) in [(Scope::Engagement { engagement, study }, true), (Scope::Listed { engagement, study }, false)] {
            assert!(covers_row(&scope, Cover::Header, &own, today), "{scope:?}");
            assert_eq!(covers_row(&scope, Cover::Header, &subcontract, today), beneath, "{scope:?}");
        }
    }
}
