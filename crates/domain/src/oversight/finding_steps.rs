//! The lifecycle of a finding (domain.md B.11), and the steps of it that take something besides: issuing, waiving, closing.

use chrono::NaiveDate;

use super::due::response_due;
use super::finding::{Finding, FindingInternal};
use crate::access::{Role, Side};
use crate::command::{Change, Code, Deciding, Op, Refusal, UserError};
use crate::id::FindingId;
use crate::input;
use crate::lifecycle::{Case, Guard, Lifecycle, STEP, Transition};
use crate::record::{Kind, Record};

const SQA: &[Role] = &[Role::SQa];
const VM: &[Role] = &[Role::SVendorManager];
const AUTHORS: &[Role] = &[Role::SQa, Role::SStudyManager, Role::SVendorManager, Role::SRegulatory, Role::SSafety, Role::SDataLead];
const VQA: &[Role] = &[Role::VQa];
const ANSWERING_VENDOR: &[Role] = &[Role::VProjectManager, Role::VQa];
const ANSWERING_SPONSOR: &[Role] = &[Role::SStudyManager];
const SPONSORS: &[Case] = &[Case::MadeBy(Side::Sponsor)];
const VENDORS: &[Case] = &[Case::MadeBy(Side::Vendor)];
const TO_VENDOR: &[Case] = &[Case::OwedBy(Side::Vendor)];
const TO_SPONSOR: &[Case] = &[Case::OwedBy(Side::Sponsor)];
const GRAVE: &[Case] = &[Case::Grave];
const LIGHT: &[Case] = &[Case::Light];

/// Who changes the severity of a finding that was issued.
pub static FINDING_GRADERS: &[Role] = SQA;

/// Writing and issuing, on the author's side.
macro_rules! written {
    ($when:expr, $authors:expr, $qa:expr, $returned:expr) => {
        [
            Transition {
                from: &["DRAFT"],
                action: "SUBMIT_FOR_REVIEW",
                to: "UNDER_INTERNAL_REVIEW",
                when: $when,
                who: $authors,
                guards: &[Guard::AsAuthor, Guard::EngagementOpen],
                doc: "Have a draft reviewed on its own side.",
                ..STEP
            },
            Transition {
                from: &["UNDER_INTERNAL_REVIEW"],
                action: "RETURN_TO_DRAFT",
                to: "DRAFT",
                when: $when,
                who: $qa,
                guards: $returned,
                reason: true,
                doc: "Give it back to its author.",
                ..STEP
            },
        ]
    };
}

/// Answering, on the side that has to.
macro_rules! answered {
    ($when:expr, $who:expr) => {
        [
            Transition {
                from: &["ISSUED"],
                action: "ACKNOWLEDGE",
                to: "ACKNOWLEDGED",
                when: $when,
                who: $who,
                guards: &[Guard::EngagementOpen],
                doc: "Take note of it.",
                ..STEP
            },
            Transition {
                from: &["ACKNOWLEDGED"],
                action: "DISPUTE",
                to: "DISPUTED",
                when: $when,
                who: $who,
                guards: &[Guard::EngagementOpen, Guard::NotDisputedBefore],
                reason: true,
                doc: "Dispute it, once.",
                ..STEP
            },
            Transition {
                from: &["ACKNOWLEDGED"],
                action: "RESPOND",
                to: "RESPONSE_SUBMITTED",
                when: $when,
                who: $who,
                guards: &[Guard::EngagementOpen],
                doc: "Answer it.",
                ..STEP
            },
        ]
    };
}

const ISSUE: Transition = Transition {
    from: &["UNDER_INTERNAL_REVIEW"],
    action: "ISSUE",
    to: "ISSUED",
    guards: &[Guard::RequirementsNamed, Guard::CriticalNotByAuthor, Guard::EngagementOpen],
    signature: true,
    doc: "Issue it: the side that has to answer it sees it from now on.",
    ..STEP
};
const ACCEPT_RESPONSE: Transition = Transition {
    from: &["RESPONSE_SUBMITTED"],
    action: "ACCEPT_RESPONSE",
    to: "RESPONSE_ACCEPTED",
    guards: &[Guard::CapaThere, Guard::OtherThanOwing],
    doc: "Accept the answer.",
    ..STEP
};

const BY_SPONSOR: [Transition; 2] = written!(SPONSORS, AUTHORS, SQA, &[Guard::EngagementOpen, Guard::OtherThanOwing]);
const BY_VENDOR: [Transition; 2] = written!(VENDORS, VQA, VQA, &[Guard::EngagementOpen]);
const OF_VENDOR: [Transition; 3] = answered!(TO_VENDOR, ANSWERING_VENDOR);
const OF_SPONSOR: [Transition; 3] = answered!(TO_SPONSOR, ANSWERING_SPONSOR);

/// The steps.
static STEPS: &[Transition] = &[
    BY_SPONSOR[0],
    BY_VENDOR[0],
    BY_SPONSOR[1],
    BY_VENDOR[1],
    Transition { when: &[Case::MadeBy(Side::Sponsor), Case::Grave], who: SQA, ..ISSUE },
    Transition { when: &[Case::MadeBy(Side::Sponsor), Case::Light], who: VM, ..ISSUE },
    Transition { when: VENDORS, who: VQA, ..ISSUE },
    OF_VENDOR[0],
    OF_SPONSOR[0],
    OF_VENDOR[1],
    OF_SPONSOR[1],
    Transition {
        from: &["DISPUTED"],
        action: "UPHOLD",
        to: "ISSUED",
        who: SQA,
        guards: &[Guard::OtherThanOwing],
        reason: true,
        doc: "Hold to it all the same.",
        ..STEP
    },
    Transition {
        from: &["DISPUTED"],
        action: "WITHDRAW",
        to: "WITHDRAWN",
        who: SQA,
        guards: &[Guard::OtherThanOwing],
        reason: true,
        signature: true,
        doc: "Withdraw it.",
        ..STEP
    },
    OF_VENDOR[2],
    OF_SPONSOR[2],
    Transition {
        from: &["RESPONSE_SUBMITTED"],
        action: "RETURN_RESPONSE",
        to: "ACKNOWLEDGED",
        who: &[Role::SQa, Role::SVendorManager, Role::SStudyManager],
        guards: &[Guard::OtherThanOwing],
        reason: true,
        doc: "Give the answer back, to be given again.",
        ..STEP
    },
    Transition { when: GRAVE, who: SQA, ..ACCEPT_RESPONSE },
    Transition { when: LIGHT, who: VM, ..ACCEPT_RESPONSE },
    Transition { from: &["RESPONSE_ACCEPTED"], action: "START_CAPA", to: "CAPA_IN_PROGRESS", doc: "A CAPA for it was approved.", ..STEP },
    Transition {
        from: &["CAPA_IN_PROGRESS"],
        action: "AWAIT_VERIFICATION",
        to: "PENDING_VERIFICATION",
        doc: "Every CAPA for it is implemented.",
        ..STEP
    },
    Transition {
        from: &["RESPONSE_ACCEPTED"],
        action: "WAIVE_CAPA",
        to: "PENDING_VERIFICATION",
        when: &[Case::Major],
        who: SQA,
        guards: &[Guard::NotAuthor, Guard::NoOpenCapa, Guard::OtherThanOwing],
        signature: true,
        doc: "Let a MAJOR finding do without a CAPA, saying why.",
        ..STEP
    },
    Transition {
        from: &["PENDING_VERIFICATION"],
        action: "CLOSE",
        to: "CLOSED",
        who: SQA,
        guards: &[Guard::CapaEffective, Guard::GraveNotByAuthor, Guard::CloserIndependent],
        signature: true,
        doc: "Close it: what was done helped.",
        ..STEP
    },
    Transition {
        from: &["RESPONSE_ACCEPTED"],
        action: "CLOSE",
        to: "CLOSED",
        when: LIGHT,
        who: &[Role::SVendorManager, Role::SQa],
        guards: &[Guard::NoCapaRequired, Guard::CloserIndependent],
        signature: true,
        doc: "Close it: the answer is enough.",
        ..STEP
    },
    Transition {
        from: &["CLOSED"],
        action: "REOPEN",
        to: "ISSUED",
        who: SQA,
        guards: &[Guard::EngagementOpen, Guard::OtherThanOwing],
        reason: true,
        signature: true,
        doc: "Open it again; its history stays, and it is counted.",
        ..STEP
    },
];

/// The lifecycle of a finding (domain.md B.11).
pub static FINDING_LIFECYCLE: Lifecycle = Lifecycle { kind: Kind::Finding, column: "state", initial: "DRAFT", transitions: STEPS };

input! {
    /// Issues a finding: the side that has to answer it sees it from now on.
    pub struct FindingIssue {
        /// The finding.
        id: FindingId,
        /// The day by which it has to be answered; left out: CRITICAL in 5 business days, MAJOR in 15, others in 30 days.
        response_due_date: Option<NaiveDate>,
    }

    /// Lets a MAJOR finding do without a CAPA.
    pub struct FindingWaiveCapa {
        /// The finding.
        id: FindingId,
        /// Why it may.
        rationale: String,
    }

    /// Closes a finding.
    pub struct FindingClose {
        /// The finding.
        id: FindingId,
        /// Why it can be closed.
        closure_rationale: String,
    }
}

/// Decides an issue. `finding` has taken the step already; `number` is the next of its engagement's; `part` what its sponsor thinks of it.
///
/// # Errors
/// BAD_USER_INPUT for a day that is past.
pub fn finding_issue(
    deciding: &Deciding<'_>,
    mut finding: Finding,
    part: Option<FindingInternal>,
    number: i64,
    input: &FindingIssue,
) -> Result<Change, Refusal> {
    let due = match input.response_due_date {
        Some(day) if day < deciding.now.date_naive() => {
            return Err(UserError::at(Code::BadUserInput, "responseDueDate", "Give a day that is not past.").into());
        }
        Some(day) => day.and_hms_opt(23, 59, 59).map(|end| end.and_utc()),
        None => None,
    };
    finding.response_due_at = Some(due.unwrap_or_else(|| response_due(finding.severity, deciding.now)));
    finding.reference = Some(format!("F-{number:03}"));
    let change = Change::one(Op::Transitioned("ISSUE"), finding.into_entity());
    Ok(match part {
        Some(part) => change.with(Op::Updated, FindingInternal { draft: false, ..part }.into_entity()),
        None => change,
    })
}

/// Decides that a MAJOR finding does without a CAPA. `finding` has taken the step already.
#[must_use]
pub fn finding_waive_capa(mut finding: Finding, input: FindingWaiveCapa) -> Change {
    finding.capa_waiver_rationale = Some(input.rationale);
    Change::one(Op::Transitioned("WAIVE_CAPA"), finding.into_entity())
}

/// Decides the close. `finding` has taken the step already.
#[must_use]
pub fn finding_close(mut finding: Finding, input: FindingClose) -> Change {
    finding.closure_rationale = Some(input.closure_rationale);
    Change::one(Op::Transitioned("CLOSE"), finding.into_entity())
}
