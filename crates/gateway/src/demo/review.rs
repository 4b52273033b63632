//! A review of access that the demo's first vendor has open: one membership is confirmed, the others are to be decided.

use tandem_domain::party::{AccessReview, AccessReviewItem, AccessReviewOutcome, Membership};

use super::calendar::moment;
use super::ids::{Ids, List};
use super::organizations::{Org, Organizations};
use super::people::People;

/// The day on which it was opened, counted from the demo's first.
const OPENED: i64 = 200;

/// The review and its items; nothing where the list of people does not have who opened it.
pub(super) fn make(
    organizations: &Organizations,
    people: &People,
    memberships: &[Membership],
) -> Option<(AccessReview, Vec<AccessReviewItem>)> {
    let (ids, organization_id, at) = (Ids::of(List::AccessReviews), organizations.id(Org::Veltrona), moment(OPENED));
    let (reviewer_id, confirmed) = (people.id("kofi")?, people.id("ravi")?);
    let in_force: Vec<&Membership> = memberships.iter().filter(|one| one.organization_id == organization_id && one.in_force(at)).collect();
    let review = AccessReview {
        id: ids.next(),
        organization_id,
        period_from: moment(OPENED - 90).date_naive(),
        period_to: at.date_naive(),
        reviewer_id,
        reviewed: i64::try_from(in_force.len()).ok()?,
        confirmed: 1,
        revoked: 0,
        completed_at: None,
    };
    let items = in_force.into_iter().map(|membership| {
        let decided = membership.person_id == confirmed;
        AccessReviewItem {
            id: ids.next(),
            organization_id,
            access_review_id: review.id,
            membership_id: membership.id,
            person_id: membership.person_id,
            role: membership.role,
            scope: membership.scope,
            in_force_since: membership.valid_from,
            granted_by_id: membership.granted_by_id,
            last_used_at: None,
            outcome: if decided { AccessReviewOutcome::Confirmed } else { AccessReviewOutcome::Pending },
            decided_by_id: decided.then_some(reviewer_id),
            decided_at: decided.then_some(at),
        }
    });
    Some((review.clone(), items.collect()))
}
