//! Where the demo's ids come from: one sequence for each list, so that a longer list moves no other list's ids.

use tandem_domain::clock::{IdSource, SeededIds};
use tandem_domain::id::TypedId;

use super::calendar::epoch;

/// The ids of one list.
pub(super) struct Ids(SeededIds);

/// The lists that have ids of their own. A new one is added at the end.
#[derive(Clone, Copy)]
pub(super) enum List {
    Organizations,
    People,
    Studies,
    StudyCountries,
    Sites,
    StudySites,
    Engagements,
    ServiceScopes,
    Memberships,
    ApiClients,
    /// What the vault makes itself while the world is put in: journal entries.
    Journal,
    AccessReviews,
    Programs,
    Milestones,
    Documents,
    Deliverables,
    /// Documents that deliverables were handed in with.
    HandedIn,
    Submissions,
    Reviews,
    Issues,
    Findings,
    Responses,
    Capas,
    CapaActions,
    Extensions,
    Checks,
    Comments,
    ProtocolVersions,
    Amendments,
    EnrollmentSnapshots,
}

impl Ids {
    pub(super) fn of(list: List) -> Self {
        Self(sequence(list))
    }

    pub(super) fn next<T: TypedId>(&self) -> T {
        T::from_uuid(self.0.next())
    }
}

pub(super) fn sequence(list: List) -> SeededIds {
    // Far apart, so that no two sequences share a tail.
    SeededIds::new((list as u64 + 1) << 40, epoch())
}
