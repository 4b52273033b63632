//! Ids, days and choices that follow from what they are for and from a number: the same each time, and not in step.

use chrono::{DateTime, Days, NaiveDate, Utc};
use tandem_domain::clock::SeededIds;
use tandem_domain::id::TypedId;

use crate::demo::epoch;

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
    Programs,
    Milestones,
    Documents,
    Deliverables,
    Submissions,
    Reviews,
    Findings,
    Responses,
    Capas,
    CapaActions,
    Checks,
    Issues,
    Comments,
    ProtocolVersions,
    Amendments,
    EnrollmentSnapshots,
}

/// The ids of a list. Far from the demo's, so that the two share none.
pub(super) fn sequence(list: List) -> SeededIds {
    SeededIds::new((list as u64 + 0x101) << 48, epoch())
}

/// The id of number `n`, counted from 0.
pub(super) fn id<T: TypedId>(list: List, n: u64) -> T {
    T::from_uuid(sequence(list).nth(n + 1))
}

/// What is chosen; each has draws of its own.
#[derive(Clone, Copy)]
pub(super) enum What {
    Name,
    State,
    Day,
    Size,
    Score,
    Person,
    Kind,
    Whether,
    Scope,
}

/// A number below `below` (not 0) that follows from what is chosen and for which number.
pub(super) fn draw(what: What, n: u64, below: u64) -> u64 {
    // Spreads the bits of a counter; the constants are those of SplitMix64.
    let mut z = (((what as u64) << 48) ^ n).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)) % below.max(1)
}

/// The same as a signed number, for what counts.
pub(super) fn count(what: What, n: u64, below: u64) -> i64 {
    i64::try_from(draw(what, n, below)).unwrap_or(0)
}

/// One of a list that is not empty.
pub(super) fn one_of<T: Copy, const LENGTH: usize>(what: What, n: u64, list: &[T; LENGTH]) -> T {
    list[usize::try_from(draw(what, n, LENGTH as u64)).unwrap_or(0)]
}

/// The day so many days after the world's first, which is a thousand days before the demo's.
pub(super) fn day(days: u64) -> NaiveDate {
    let first = epoch().date_naive();
    let before = first.checked_sub_days(Days::new(1_000)).unwrap_or(first);
    before.checked_add_days(Days::new(days)).unwrap_or(first)
}

/// The moment so many days after the demo's beginning.
pub(super) fn moment(days: i64) -> DateTime<Utc> {
    epoch() + chrono::Duration::days(days)
}
