//! Reviews of access: who has which membership, since when, by whom and last used, gone through one by one (ICH E6(R3) 4.3.8(b)).
//! A review lists the memberships in force when it is opened; each is confirmed or revoked, and only then is it complete.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::{Action, Readers, Role};
use crate::command::{Change, Code, Deciding, Op, Refusal, UserError};
use crate::id::{AccessReviewId, AccessReviewItemId, MembershipId, OrganizationId, PersonId, TypedId};
use crate::party::{Membership, MembershipScope};
use crate::record::Record;
use crate::{input, record, vocabulary};

vocabulary! {
    /// What a review came to about one membership.
    pub enum AccessReviewOutcome {
        /// Nobody has decided yet.
        Pending = "PENDING",
        /// The person still needs it.
        Confirmed = "CONFIRMED",
        /// The person does not need it any more: it was ended.
        Revoked = "REVOKED",
    }
}

record! {
    /// A periodic review of who may do what in an organisation.
    pub struct AccessReview: AccessReview {
        /// The review's id.
        id: AccessReviewId,
        /// The organisation whose memberships are reviewed.
        organization_id: OrganizationId,
        /// The first day of the period that is reviewed.
        period_from: NaiveDate,
        /// The last day of the period that is reviewed.
        period_to: NaiveDate,
        /// Who opened the review.
        reviewer_id: PersonId,
        /// How many memberships were in force when it was opened, and so are to be decided.
        reviewed: i64,
        /// How many are confirmed.
        confirmed: i64,
        /// How many were revoked.
        revoked: i64,
        /// When it was completed.
        completed_at: Option<DateTime<Utc>>,
    }
}

record! {
    /// One membership as a review found it when it was opened, and what was decided about it.
    pub struct AccessReviewItem: AccessReviewItem {
        /// The item's id.
        id: AccessReviewItemId,
        /// The organisation whose memberships are reviewed.
        organization_id: OrganizationId,
        /// The review.
        access_review_id: AccessReviewId,
        /// The membership.
        membership_id: MembershipId,
        /// Who has it.
        person_id: PersonId,
        /// What it lets the person do.
        role: Role,
        /// How far it reaches.
        scope: MembershipScope,
        /// Since when it had been in force.
        in_force_since: DateTime<Utc>,
        /// Who granted it; nothing for the system.
        granted_by_id: Option<PersonId>,
        /// When the person last acted for the organisation before the review was opened, to the hour; nothing: never.
        last_used_at: Option<DateTime<Utc>>,
        /// What was decided.
        outcome: AccessReviewOutcome,
        /// Who decided.
        decided_by_id: Option<PersonId>,
        /// When it was decided.
        decided_at: Option<DateTime<Utc>>,
    }
}

impl AccessReview {
    pub(crate) fn audience(&self) -> Readers {
        Readers::MEMBERS
    }
}

impl AccessReviewItem {
    pub(crate) fn audience(&self) -> Readers {
        Readers::MEMBERS
    }
}

input! {
    /// Opens a review of every membership that is in force in your organisation. One is open at a time.
    pub struct AccessReviewOpen {
        /// The first day of the period that is reviewed.
        period_from: NaiveDate,
        /// The last day of the period that is reviewed; never after today.
        period_to: NaiveDate,
    }

    /// Confirms or revokes memberships of an open review. Whose membership is revoked loses it with the next request. Nobody decides about
    /// his own.
    pub struct AccessReviewDecide {
        /// The review.
        id: AccessReviewId,
        /// The items whose memberships are still needed.
        confirm: Option<Vec<AccessReviewItemId>>,
        /// The items whose memberships are to be ended; needs a reason.
        revoke: Option<Vec<AccessReviewItemId>>,
    }

    /// Completes a review in which every membership is decided.
    pub struct AccessReviewComplete {
        /// The review.
        id: AccessReviewId,
    }
}

/// A membership with the moment of its person's last use, as far as that is known.
#[derive(Clone, Debug, PartialEq)]
pub struct InForce {
    /// The membership.
    pub membership: Membership,
    /// When its person last acted for the organisation.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// Decides a new review over the memberships that are in force. Whether another is open is the store's unique index to say.
///
/// # Errors
/// FORBIDDEN for who may not; BAD_USER_INPUT for a period that ends before it begins, or after today.
pub fn access_review_open(deciding: &Deciding<'_>, input: &AccessReviewOpen, in_force: Vec<InForce>) -> Result<Change, Refusal> {
    let review = AccessReview {
        id: AccessReviewId::from_uuid(deciding.ids.next()),
        organization_id: deciding.viewer.organization,
        period_from: input.period_from,
        period_to: input.period_to,
        reviewer_id: PersonId::from_uuid(deciding.viewer.principal),
        reviewed: i64::try_from(in_force.len()).unwrap_or(i64::MAX),
        confirmed: 0,
        revoked: 0,
        completed_at: None,
    };
    deciding.permit(Action::Create, &review.clone().into_entity())?;
    if input.period_to < input.period_from {
        return Err(UserError::at(Code::BadUserInput, "periodTo", "The last day cannot lie before the first.").into());
    }
    if input.period_to > deciding.now.date_naive() {
        return Err(UserError::at(Code::BadUserInput, "periodTo", "A review looks back: the last day is today at the latest.").into());
    }
    let mut change = Change::one(Op::Created, review.clone().into_entity());
    for InForce { membership, last_used_at } in in_force {
        let item = AccessReviewItem {
            id: AccessReviewItemId::from_uuid(deciding.ids.next()),
            organization_id: review.organization_id,
            access_review_id: review.id,
            membership_id: membership.id,
            person_id: membership.person_id,
            role: membership.role,
            scope: membership.scope,
            in_force_since: membership.valid_from,
            granted_by_id: membership.granted_by_id,
            last_used_at,
            outcome: AccessReviewOutcome::Pending,
            decided_by_id: None,
            decided_at: None,
        };
        change = change.with(Op::Created, item.into_entity());
    }
    Ok(change)
}

/// An item that a decision names, with its membership as it is now.
#[derive(Clone, Debug, PartialEq)]
pub struct Decided {
    /// The item.
    pub item: AccessReviewItem,
    /// Its membership.
    pub membership: Membership,
}

/// Decides about memberships of a review: those to be confirmed, and those to be revoked.
///
/// # Errors
/// FORBIDDEN for who may not, and for one's own membership; GUARD_FAILED where the review is complete or a membership was revoked in it
/// already; BAD_USER_INPUT where nothing is named, or something in both lists; REASON_REQUIRED for a revocation without a reason.
pub fn access_review_decide(
    deciding: &Deciding<'_>,
    mut review: AccessReview,
    confirm: Vec<Decided>,
    revoke: Vec<Decided>,
) -> Result<Change, Refusal> {
    deciding.permit(Action::Update, &review.clone().into_entity())?;
    open(&review)?;
    if confirm.is_empty() && revoke.is_empty() {
        return Err(UserError::new(Code::BadUserInput, "Name at least one item to confirm or to revoke.").into());
    }
    if confirm.iter().any(|one| revoke.iter().any(|other| other.item.id == one.item.id)) {
        return Err(UserError::at(Code::BadUserInput, "revoke", "One membership cannot be confirmed and revoked at once.").into());
    }
    if !revoke.is_empty() {
        deciding.reason()?;
    }
    let lists = [("confirm", confirm, AccessReviewOutcome::Confirmed), ("revoke", revoke, AccessReviewOutcome::Revoked)];
    let mut writes = Change::default();
    for (field, named, outcome) in lists {
        for Decided { item, membership } in named {
            let ended = (outcome == AccessReviewOutcome::Revoked).then_some(membership);
            let item = settled(deciding, &mut review, item, field, outcome)?;
            writes = writes.with(Op::Updated, item.into_entity());
            writes = revoked(deciding, writes, ended);
        }
    }
    let mut change = Change::one(Op::Updated, review.into_entity());
    change.writes.extend(writes.writes);
    Ok(change)
}

/// One item with its outcome, counted in its review.
fn settled(
    deciding: &Deciding<'_>,
    review: &mut AccessReview,
    mut item: AccessReviewItem,
    field: &str,
    outcome: AccessReviewOutcome,
) -> Result<AccessReviewItem, Refusal> {
    let decider = PersonId::from_uuid(deciding.viewer.principal);
    if item.person_id == decider {
        return Err(UserError::at(Code::Forbidden, field, "Nobody reviews his own membership. Leave it to another reviewer.").into());
    }
    match item.outcome {
        AccessReviewOutcome::Revoked => {
            return Err(UserError::at(Code::GuardFailed, field, "A membership of these was revoked already; that stands.").into());
        }
        AccessReviewOutcome::Confirmed => review.confirmed -= 1,
        AccessReviewOutcome::Pending => {}
    }
    match outcome {
        AccessReviewOutcome::Confirmed => review.confirmed += 1,
        AccessReviewOutcome::Revoked => review.revoked += 1,
        AccessReviewOutcome::Pending => {}
    }
    item.outcome = outcome;
    item.decided_by_id = Some(decider);
    item.decided_at = Some(deciding.now);
    Ok(item)
}

/// Ends a membership that was revoked, unless it ends by now anyway.
fn revoked(deciding: &Deciding<'_>, change: Change, membership: Option<Membership>) -> Change {
    match membership {
        Some(mut membership) if membership.valid_to.is_none_or(|end| deciding.now < end) => {
            membership.valid_to = Some(deciding.now.max(membership.valid_from));
            change.with(Op::Ended, membership.into_entity())
        }
        _ => change,
    }
}

/// Decides the completion of a review.
///
/// # Errors
/// FORBIDDEN for who may not; GUARD_FAILED where it is complete already, or something is not decided yet.
pub fn access_review_complete(deciding: &Deciding<'_>, mut review: AccessReview) -> Result<Change, Refusal> {
    deciding.permit(Action::Update, &review.clone().into_entity())?;
    open(&review)?;
    let pending = review.reviewed - review.confirmed - review.revoked;
    if pending > 0 {
        let words = format!("Decide about every membership first: {pending} of {} are pending.", review.reviewed);
        return Err(UserError::new(Code::GuardFailed, words).into());
    }
    review.completed_at = Some(deciding.now);
    Ok(Change::one(Op::Updated, review.into_entity()))
}

fn open(review: &AccessReview) -> Result<(), Refusal> {
    match review.completed_at {
        None => Ok(()),
        Some(_) => Err(UserError::new(Code::GuardFailed, "The review is complete. Open another for what has changed since.").into()),
    }
}
