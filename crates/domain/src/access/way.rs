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
        (Scope::Engagement { engagement, study }, Cover::Row | Cover::Header) => {
            if lies_where_engagements_work(facts.kind) {
                works_there(facts, engagement.uuid(), today)
            } else {
                names_engagement(facts, engagement.uuid())
                    || (cover == Cover::Header && facts.kind.whole() == Kind::Study && study_is(study.uuid()))
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
    let named = |engagement: Uuid| lies_where_engagements_work(facts.kind) && names_engagement(facts, engagement);
    covers_row(scope, Cover::Row, facts, today) || matches!(scope, Scope::Engagement { engagement, .. } if named(engagement.uuid()))
}

fn names_engagement(facts: &Facts, engagement: Uuid) -> bool {
    facts.engagement == Some(engagement) || facts.prime_engagement == Some(engagement)
}

/// Whether the engagement, or a subcontract under it, leads, is responsible for or covers the row on this day.
fn works_there(facts: &Facts, engagement: Uuid, today: NaiveDate) -> bool {
    let of_engagement = |link: &&Link| link.engagement == Some(engagement) || link.prime_engagement == Some(engagement);
    facts.links.iter().filter(of_engagement).any(|link| link.counts_on(today))
}

/// Whether rows of this kind are a country or a site in which engagements work: an engagement's member has those in which it works
/// now, whichever side he is on. Of any other kind, he has what names the engagement.
#[must_use]
pub fn lies_where_engagements_work(kind: Kind) -> bool {
    matches!(kind.whole(), Kind::StudyCountry | Kind::StudySite)
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
        (Scope::Engagement { engagement, .. }, Cover::Row | Cover::Header) => {
            link.engagement == Some(engagement.uuid()) || link.prime_engagement == Some(engagement.uuid())
        }
        (Scope::Country { study, country }, Cover::Row) => study_is(study.uuid()) && link.country.as_deref() == Some(country.as_str()),
        (Scope::StudySite { study_site, .. }, Cover::Row) => link.study_site == Some(study_site.uuid()),
        (Scope::Country { study, .. } | Scope::StudySite { study, .. }, Cover::Header) => study_is(study.uuid()),
    }
}
