//! The lifecycles of a CAPA and of an extension (domain.md B.11), and what follows from their steps: a finding moves on, an action
//! gets another day, a CAPA that did not help gets a successor.

use chrono::{Days, NaiveDate};

use super::capa::{Capa, CapaState};
use super::capa_parts::{CapaAction, DueDateExtension, EffectivenessCheck, EffectivenessOutcome, ExtensionState};
use super::finding::Finding;
use crate::access::{Role, Side};
use crate::command::{Change, Code, Deciding, Op, Refusal, UserError};
use crate::id::{CapaId, DocumentId, EffectivenessCheckId, PersonId, TypedId};
use crate::input;
use crate::lifecycle::{Case, Guard, Lifecycle, Moment, STEP, Transition, advance};
use crate::record::{Entity, Kind, Record};

const SQA: &[Role] = &[Role::SQa];
const VENDOR_OWNERS: &[Role] = &[Role::VProjectManager, Role::VQa];
const SPONSOR_OWNERS: &[Role] = &[Role::SStudyManager];
const VENDORS: &[Case] = &[Case::OwedBy(Side::Vendor)];
const SPONSORS: &[Case] = &[Case::OwedBy(Side::Sponsor)];

const SUBMIT: Transition = Transition {
    from: &["DRAFT", "REJECTED"],
    action: "SUBMIT",
    to: "SUBMITTED",
    guards: &[Guard::EngagementOpen],
    doc: "Hand it in for approval.",
    ..STEP
};
const COMPLETE: Transition = Transition {
    from: &["IMPLEMENTING"],
    action: "COMPLETE",
    to: "IMPLEMENTED",
    guards: &[Guard::EngagementOpen, Guard::ActionsComplete],
    doc: "Say that it is carried out: every action is done, with evidence.",
    ..STEP
};

/// The lifecycle of a CAPA (domain.md B.11).
pub static CAPA_LIFECYCLE: Lifecycle = Lifecycle {
    kind: Kind::Capa,
    column: "state",
    initial: "DRAFT",
    transitions: &[
        Transition { when: VENDORS, who: VENDOR_OWNERS, ..SUBMIT },
        Transition { when: SPONSORS, who: SPONSOR_OWNERS, ..SUBMIT },
        Transition {
            from: &["SUBMITTED"],
            action: "APPROVE",
            to: "APPROVED",
            who: SQA,
            guards: &[Guard::NotOwner, Guard::OtherThanOwing],
            signature: true,
            doc: "Approve it; it is carried out from now on.",
            ..STEP
        },
        Transition {
            from: &["SUBMITTED"],
            action: "REJECT",
            to: "REJECTED",
            who: SQA,
            guards: &[Guard::NotOwner, Guard::OtherThanOwing],
            reason: true,
            doc: "Give it back to its owner.",
            ..STEP
        },
        Transition { from: &["APPROVED"], action: "IMPLEMENT", to: "IMPLEMENTING", doc: "It was approved.", ..STEP },
        Transition { when: VENDORS, who: VENDOR_OWNERS, ..COMPLETE },
        Transition { when: SPONSORS, who: SPONSOR_OWNERS, ..COMPLETE },
        Transition {
            from: &["IMPLEMENTED"],
            action: "BEGIN_CHECK",
            to: "EFFECTIVENESS_CHECK",
            who: SQA,
            guards: &[Guard::OtherThanOwing, Guard::CheckDue],
            doc: "Begin to check whether it helped, on or after the day planned for it.",
            ..STEP
        },
        Transition {
            from: &["EFFECTIVENESS_CHECK"],
            action: "CLOSE_EFFECTIVE",
            to: "CLOSED_EFFECTIVE",
            who: SQA,
            guards: &[Guard::VerifierIndependent, Guard::OtherThanOwing],
            signature: true,
            doc: "Say that it helped.",
            ..STEP
        },
        Transition {
            from: &["EFFECTIVENESS_CHECK"],
            action: "MARK_INEFFECTIVE",
            to: "INEFFECTIVE",
            who: SQA,
            guards: &[Guard::VerifierIndependent, Guard::OtherThanOwing],
            reason: true,
            signature: true,
            doc: "Say that it did not help; a successor is drafted, and the finding stays open.",
            ..STEP
        },
        Transition {
            from: &["EFFECTIVENESS_CHECK"],
            action: "DEFER_CHECK",
            to: "EFFECTIVENESS_CHECK",
            who: SQA,
            guards: &[Guard::VerifierIndependent, Guard::OtherThanOwing, Guard::InconclusiveAtMostTwice],
            doc: "Say that it cannot be said yet, and plan another check; at most twice.",
            ..STEP
        },
        Transition {
            from: &["DRAFT", "SUBMITTED", "REJECTED"],
            action: "CANCEL",
            to: "CANCELLED",
            who: SQA,
            guards: &[Guard::OtherThanOwing],
            reason: true,
            doc: "Do without it.",
            ..STEP
        },
    ],
};

/// The lifecycle of a request for a later due date (domain.md B.11: requested by the owner, approved by QA).
pub static EXTENSION_LIFECYCLE: Lifecycle = Lifecycle {
    kind: Kind::DueDateExtension,
    column: "state",
    initial: "REQUESTED",
    transitions: &[
        Transition {
            from: &["REQUESTED"],
            action: "APPROVE",
            to: "APPROVED",
            who: SQA,
            guards: &[Guard::EngagementOpen, Guard::NotRequester, Guard::OtherThanOwing],
            doc: "Grant the later day; the first one stays known.",
            ..STEP
        },
        Transition {
            from: &["REQUESTED"],
            action: "REFUSE",
            to: "REFUSED",
            who: SQA,
            guards: &[Guard::EngagementOpen, Guard::NotRequester, Guard::OtherThanOwing],
            reason: true,
            doc: "Refuse the later day.",
            ..STEP
        },
    ],
};

input! {
    /// Says that a CAPA helped.
    pub struct CapaCloseEffective {
        /// The CAPA.
        id: CapaId,
        /// What was seen.
        note: Option<String>,
        /// The evidence of it.
        evidence_id: Option<DocumentId>,
    }

    /// Says that a CAPA did not help: a successor is drafted for its owner, and the finding stays open.
    pub struct CapaMarkIneffective {
        /// The CAPA.
        id: CapaId,
        /// What was seen.
        note: Option<String>,
        /// The evidence of it.
        evidence_id: Option<DocumentId>,
        /// The day by which the successor is to be done; left out: in 30 days.
        successor_due_date: Option<NaiveDate>,
    }

    /// Says that it cannot be said yet whether a CAPA helped, and plans another check. At most twice.
    pub struct CapaDeferCheck {
        /// The CAPA.
        id: CapaId,
        /// What was seen.
        note: Option<String>,
        /// The day of the next check.
        next_check_on: NaiveDate,
    }
}

/// What follows for the finding when one of its CAPAs moves. `capas` are all of the finding's, this one as it is now.
#[must_use]
pub fn capa_moved(deciding: &Deciding<'_>, change: Change, finding: Finding, capas: &[Capa]) -> Change {
    let mut moved = finding.clone();
    let capas: Vec<&Capa> = capas.iter().filter(|capa| capa.counts_for(&finding)).collect();
    moved.has_approved_capa =
        capas.iter().any(|capa| capa.approved_at.is_some() && !matches!(capa.state, CapaState::Ineffective | CapaState::Cancelled));
    let carried_out =
        |capa: &&&Capa| matches!(capa.state, CapaState::Implemented | CapaState::EffectivenessCheck | CapaState::ClosedEffective);
    let live: Vec<&&Capa> = capas.iter().filter(|capa| !matches!(capa.state, CapaState::Cancelled | CapaState::Ineffective)).collect();
    let all_done = !live.is_empty() && live.iter().all(carried_out);
    let before = moved.clone();
    let mut steps: Vec<&'static str> = Vec::new();
    for (action, due) in [("START_CAPA", moved.has_approved_capa), ("AWAIT_VERIFICATION", all_done)] {
        if due && let Some(next) = system_step(deciding, &moved, action) {
            moved = next;
            steps.push(action);
        }
    }
    match steps.as_slice() {
        [] if before == finding => change,
        [] => change.with(Op::Updated, moved.into_entity()),
        [.., last] => change.with(Op::Transitioned(last), moved.into_entity()),
    }
}

fn system_step(deciding: &Deciding<'_>, finding: &Finding, action: &str) -> Option<Finding> {
    let lifecycle = finding.clone().into_entity().kind().def().lifecycle?;
    let entity = finding.clone().into_entity();
    let step = lifecycle.systems_step(&entity, action)?;
    let moment = Moment { now: deciding.now, by: PersonId::from_uuid(deciding.viewer.principal) };
    match advance(&entity, lifecycle, step, &moment) {
        Ok(Entity::Finding(finding)) => Some(finding),
        _ => None,
    }
}

/// What a check came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// What it came to.
    pub outcome: EffectivenessOutcome,
    /// What was seen.
    pub note: Option<String>,
    /// The evidence of it.
    pub evidence_id: Option<DocumentId>,
    /// The day of the next check, or by which the successor is to be done.
    pub next: Option<NaiveDate>,
}

/// Decides what a check came to. `capa` has taken the step already; `check` is the one that was planned.
///
/// # Errors
/// GUARD_FAILED where none was planned; BAD_USER_INPUT for a day that is past.
pub fn capa_checked(
    deciding: &Deciding<'_>,
    step: &'static str,
    mut capa: Capa,
    check: Option<EffectivenessCheck>,
    checked: Checked,
) -> Result<Change, Refusal> {
    let Some(check) = check else {
        return Err(UserError::new(Code::GuardFailed, "No check is planned. Plan one first.").into());
    };
    let today = deciding.now.date_naive();
    if checked.next.is_some_and(|day| day < today) {
        let field = if checked.outcome == EffectivenessOutcome::Inconclusive { "nextCheckOn" } else { "successorDueDate" };
        return Err(UserError::at(Code::BadUserInput, field, "Give a day that is not past.").into());
    }
    let done = EffectivenessCheck {
        performed_at: Some(deciding.now),
        performed_by_id: Some(PersonId::from_uuid(deciding.viewer.principal)),
        outcome: Some(checked.outcome),
        note: checked.note,
        evidence_id: checked.evidence_id,
        ..check.clone()
    };
    let follows = match checked.outcome {
        EffectivenessOutcome::Effective => None,
        EffectivenessOutcome::Ineffective => {
            let due = checked.next.or_else(|| today.checked_add_days(Days::new(SUCCESSOR_DAYS))).unwrap_or(today);
            Some(successor(deciding, &capa, due).into_entity())
        }
        EffectivenessOutcome::Inconclusive => {
            capa.inconclusive_checks += 1;
            let again = EffectivenessCheck {
                id: EffectivenessCheckId::from_uuid(deciding.ids.next()),
                planned_on: checked.next.unwrap_or(today),
                ..check
            };
            Some(again.into_entity())
        }
    };
    let mut change = Change::one(Op::Transitioned(step), capa.into_entity()).with(Op::Updated, done.into_entity());
    if let Some(follows) = follows {
        change = change.with(Op::Created, follows);
    }
    Ok(change)
}

/// By default a successor is to be done in so many days.
const SUCCESSOR_DAYS: u64 = 30;

fn successor(deciding: &Deciding<'_>, capa: &Capa, due_date: NaiveDate) -> Capa {
    Capa {
        id: CapaId::from_uuid(deciding.ids.next()),
        state: CapaState::Draft,
        due_date,
        approved_by_id: None,
        approved_at: None,
        implemented_by_id: None,
        implemented_at: None,
        successor_of_id: Some(capa.id),
        inconclusive_checks: 0,
        settled_at: None,
        ball_in_court: Some(capa.owner_side),
        ..capa.clone()
    }
}

/// Decides what follows for the action of an extension that was decided.
#[must_use]
pub fn extension_decided(step: &'static str, extension: DueDateExtension, action: CapaAction) -> Change {
    let granted = extension.state == ExtensionState::Approved;
    let to_date = extension.to_date;
    let change = Change::one(Op::Transitioned(step), extension.into_entity());
    if granted { change.with(Op::Updated, CapaAction { due_date: to_date, ..action }.into_entity()) } else { change }
}
