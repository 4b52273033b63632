//! The viewer: a principal acting for exactly one organisation, with what was granted there and the moment it acts.
//! Made from the directory, never from a token's or a request's claims about roles.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::access::{Actor, ClientScope, PrincipalKind, Role, Side};
use crate::id::{EngagementId, OrganizationId, StudyId, StudySiteId};
use crate::value::CountryCode;

/// How far a membership reaches within its organisation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Everything the organisation has.
    Organization,
    /// One study.
    Study(StudyId),
    /// One engagement with what is subcontracted beneath it; its study's header comes with it.
    Engagement {
        /// The engagement.
        engagement: EngagementId,
        /// The engagement's study.
        study: StudyId,
    },
    /// One engagement that a machine client lists; its study's header comes with it, what is subcontracted beneath it does not.
    Listed {
        /// The engagement.
        engagement: EngagementId,
        /// The engagement's study.
        study: StudyId,
    },
    /// One country of one study; the headers of study and engagements come with it.
    Country {
        /// The study.
        study: StudyId,
        /// The country.
        country: CountryCode,
    },
    /// One study site; the headers of study and engagements come with it.
    StudySite {
        /// The study site.
        study_site: StudySiteId,
        /// Its study.
        study: StudyId,
    },
}

/// One membership in force, as far as access is concerned.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// How far it reaches.
    pub scope: Scope,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// A person's or a client's.
    pub kind: PrincipalKind,
    /// The principal's id.
    pub principal: Uuid,
    /// The one organisation it acts for.
    pub organization: OrganizationId,
    /// The side that organisation stands on.
    pub side: Side,
    /// The moment of the request; links that begin or end on a day are read at it.
    pub now: DateTime<Utc>,
    /// What was granted, and is in force.
    pub grants: Vec<Grant>,
    /// For a machine client: the scopes that both directory and token name. Empty for a person.
    pub client_scopes: Vec<ClientScope>,
    /// The principal's access version that this was read at.
    pub access_version: i64,
    /// Until when this may be used at most: the next moment at which a membership begins or ends.
    pub valid_until: Option<DateTime<Utc>>,
    /// When the person last proved who he is (OpenID `auth_time`); asked for when signing.
    pub auth_time: Option<DateTime<Utc>>,
}

impl Viewer {
    /// The viewer as an actor.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor { kind: self.kind, id: self.principal }
    }
}
