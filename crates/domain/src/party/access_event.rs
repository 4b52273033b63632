//! The access log: sign-ins, use and refused attempts, each principal's by the organisation that it acted for.
//! A stream of its own beside the journal: it is only ever added to, and nobody changes it through the graph.

use chrono::{DateTime, Utc};

use crate::access::Readers;
use crate::id::{AccessEventId, ApiClientId, OrganizationId, PersonId};
use crate::{record, vocabulary};

vocabulary! {
    /// What the access log tells of.
    pub enum AccessEventType {
        /// A token was used here for the first time.
        SignedIn = "SIGNED_IN",
        /// The principal used Tandem; noted once an hour at most.
        Used = "USED",
        /// Something was refused; refusals of one kind within a minute are one event.
        Refused = "REFUSED",
    }
}

record! {
    /// An event of the access log: who came in, when he last did, and what was refused to whom (ICH E6(R3) 4.2.2, 4.3.8; 21 CFR 11.10(d)).
    pub struct AccessEvent: AccessEvent {
        /// The event's id.
        id: AccessEventId,
        /// The organisation that the principal acted for.
        organization_id: OrganizationId,
        /// What it tells of.
        event: AccessEventType,
        /// The person, where a person acted.
        person_id: Option<PersonId>,
        /// The machine client, where one acted.
        api_client_id: Option<ApiClientId>,
        /// For a refusal: its code, such as FORBIDDEN.
        code: Option<String>,
        /// For a refusal: what was attempted, such as the name of a mutation; `request` where it came no further than the door.
        attempt: Option<String>,
        /// How often it happened from the first to the last time.
        occurrences: i64,
        /// When it happened first (UTC).
        first_at: DateTime<Utc>,
        /// When it happened last (UTC).
        last_at: DateTime<Utc>,
    }
}

impl AccessEvent {
    pub(crate) fn audience(&self) -> Readers {
        Readers::MEMBERS
    }
}
