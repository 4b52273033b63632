//! Whose turn it is, what is to be done, and until when: the same for everything that two sides work on.

use chrono::{Days, NaiveDate};

use crate::access::Side;
use crate::delivery::{Deliverable, DeliverableState};
use crate::oversight::{Capa, CapaState, Finding, FindingState, Issue, IssueState};
use crate::record::Entity;

/// Whose turn it is with something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// The side whose turn it is.
    pub side: Side,
    /// What it has to do.
    pub reason: &'static str,
    /// Until when; nothing where no day is set for it.
    pub due: Option<NaiveDate>,
}

/// Whose turn it is with a record; nobody's where it is settled, or is nothing that sides take turns with.
#[must_use]
pub fn turn(record: &Entity) -> Option<Turn> {
    let (side, reason, due) = match record {
        Entity::Deliverable(one) => (one.ball_in_court, deliverable(one), deliverable_due(one)),
        Entity::Finding(one) => (one.ball_in_court, finding(one), finding_due(one)),
        Entity::Capa(one) => (one.ball_in_court, capa(one), capa_due(one)),
        Entity::Issue(one) => (one.ball_in_court, issue(one), one.due_date),
        _ => return None,
    };
    side.map(|side| Turn { side, reason, due })
}

fn deliverable(one: &Deliverable) -> &'static str {
    match one.state {
        DeliverableState::Planned => "To be prepared.",
        DeliverableState::InPreparation => "To be handed in.",
        DeliverableState::Submitted => "To be taken into review.",
        DeliverableState::InReview => "To be accepted or returned.",
        DeliverableState::Returned => "Returned: to be mended and handed in again.",
        DeliverableState::Accepted
        | DeliverableState::AcceptedWithComments
        | DeliverableState::Superseded
        | DeliverableState::Cancelled => "Settled.",
    }
}

/// Who reviews has the days of the review, counted from its begin; before that, from the handing in.
fn deliverable_due(one: &Deliverable) -> Option<NaiveDate> {
    match one.state {
        DeliverableState::Submitted | DeliverableState::InReview => {
            let from = one.review_started_at.or(one.submitted_at)?;
            from.date_naive().checked_add_days(Days::new(u64::try_from(one.review_sla_days).ok()?))
        }
        _ => Some(one.due_date),
    }
}

fn finding(one: &Finding) -> &'static str {
    match one.state {
        FindingState::Draft => "Draft: to be completed and reviewed internally.",
        FindingState::UnderInternalReview => "Under internal review: to be issued.",
        FindingState::Issued => "To be acknowledged.",
        FindingState::Acknowledged => "To be answered.",
        FindingState::Disputed => "Disputed: to be upheld or withdrawn.",
        FindingState::ResponseSubmitted => "The answer is to be accepted or returned.",
        FindingState::ResponseAccepted if one.capa_required => "A CAPA is to be handed in and approved.",
        FindingState::ResponseAccepted => "To be closed.",
        FindingState::CapaInProgress => "The CAPA is to be carried out.",
        FindingState::PendingVerification => "Whether the CAPA helped is to be verified.",
        FindingState::Closed | FindingState::Withdrawn => "Settled.",
    }
}

fn finding_due(one: &Finding) -> Option<NaiveDate> {
    match one.state {
        FindingState::Issued | FindingState::Acknowledged => one.response_due_at.map(|due| due.date_naive()),
        _ => None,
    }
}

fn capa(one: &Capa) -> &'static str {
    match one.state {
        CapaState::Draft => "The CAPA is to be handed in.",
        CapaState::Submitted => "The CAPA is to be approved or rejected.",
        CapaState::Rejected => "The CAPA was rejected: to be mended and handed in again.",
        CapaState::Approved | CapaState::Implementing => "The CAPA is to be carried out.",
        CapaState::Implemented => "A check whether it helped is to be made.",
        CapaState::EffectivenessCheck => "Whether it helped is to be decided.",
        CapaState::ClosedEffective | CapaState::Ineffective | CapaState::Cancelled => "Settled.",
    }
}

fn capa_due(one: &Capa) -> Option<NaiveDate> {
    match one.state {
        CapaState::Draft | CapaState::Rejected | CapaState::Approved | CapaState::Implementing => Some(one.due_date),
        _ => None,
    }
}

fn issue(one: &Issue) -> &'static str {
    match one.state {
        IssueState::Open => "To be taken up.",
        IssueState::InProgress => "To be resolved.",
        IssueState::Escalated => "Escalated: to be resolved.",
        IssueState::Resolved => "Resolved: to be closed.",
        IssueState::Closed => "Settled.",
    }
}
