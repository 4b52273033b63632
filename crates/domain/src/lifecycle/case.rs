//! Cases: what has to be true of a record for a step to be there at all, and who of a step's roles may take it for that record.
//! Both look at the record alone, so that a table can say what differs by severity, by side or by type.

use crate::access::{Role, Side};
use crate::conversation::Comment;
use crate::delivery::functional_roles;
use crate::oversight::FindingSeverity;
use crate::record::Entity;

/// What has to be true of a record for a step to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// This side owes it (a deliverable, a CAPA), or has to answer it (a finding).
    OwedBy(Side),
    /// This side wrote or raised it.
    MadeBy(Side),
    /// It is graded CRITICAL or MAJOR.
    Grave,
    /// It is graded MINOR or RECOMMENDATION.
    Light,
    /// It is graded MAJOR.
    Major,
}

impl Case {
    /// Whether it is so.
    #[must_use]
    pub fn holds(self, record: &Entity) -> bool {
        match self {
            Self::OwedBy(side) => owed_by(record) == Some(side),
            Self::MadeBy(side) => made_by(record) == Some(side),
            Self::Grave => severity(record).is_some_and(FindingSeverity::is_grave),
            Self::Light => severity(record).is_some_and(|severity| !severity.is_grave()),
            Self::Major => severity(record) == Some(FindingSeverity::Major),
        }
    }

    /// Whether no record is both.
    #[must_use]
    pub fn excludes(self, other: Self) -> bool {
        match (self, other) {
            (Self::OwedBy(one), Self::OwedBy(other)) | (Self::MadeBy(one), Self::MadeBy(other)) => one != other,
            (Self::Grave | Self::Major, Self::Light) | (Self::Light, Self::Grave | Self::Major) => true,
            _ => false,
        }
    }

    /// The case in words, after "where".
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::OwedBy(Side::Sponsor) => "the sponsor owes it",
            Self::OwedBy(_) => "the vendor owes it",
            Self::MadeBy(Side::Sponsor) => "the sponsor made it",
            Self::MadeBy(_) => "the vendor made it",
            Self::Grave => "it is CRITICAL or MAJOR",
            Self::Light => "it is MINOR or a RECOMMENDATION",
            Self::Major => "it is MAJOR",
        }
    }
}

/// The side that has to deliver or to answer.
fn owed_by(record: &Entity) -> Option<Side> {
    match record {
        Entity::Deliverable(one) => Some(one.owed_by),
        Entity::Finding(one) => Some(one.answered_by),
        Entity::Capa(one) => Some(one.owner_side),
        _ => None,
    }
}

fn made_by(record: &Entity) -> Option<Side> {
    match record {
        Entity::Document(one) => Some(one.owner_side),
        Entity::Finding(one) => Some(one.author_side),
        Entity::Issue(one) => Some(one.raised_by_side),
        Entity::Comment(Comment { author_side, .. }) => Some(*author_side),
        _ => None,
    }
}

fn severity(record: &Entity) -> Option<FindingSeverity> {
    match record {
        Entity::Finding(one) => Some(one.severity),
        _ => None,
    }
}

/// Which of a step's roles may take it for one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takers {
    /// All of them.
    All,
    /// Who of this side is responsible for what the deliverable's type is about.
    Function(Side),
}

impl Takers {
    /// The roles, of those that the step names.
    #[must_use]
    pub fn of(self, who: &'static [Role], record: &Entity) -> &'static [Role] {
        match (self, record) {
            (Self::Function(side), Entity::Deliverable(one)) => functional_roles(one.deliverable_type, side),
            _ => who,
        }
    }
}
