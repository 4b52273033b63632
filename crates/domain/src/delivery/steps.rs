//! The lifecycle of a deliverable (domain.md B.11): the same machine for both sides, with the sides swapped.

use crate::access::{Role, Side};
use crate::lifecycle::{Case, Guard, Lifecycle, STEP, Takers, Transition};
use crate::record::Kind;

/// Everybody of the sponsor who answers for some type of deliverable.
const SPONSORS: &[Role] = &[Role::SStudyManager, Role::SDataLead, Role::SRegulatory, Role::SSafety];
/// The same of the vendor.
const VENDORS: &[Role] = &[Role::VProjectManager, Role::VCra, Role::VDataManager, Role::VBiostatistician, Role::VRegulatory, Role::VSafety];

/// Who signs submissions before they are accepted: whoever answers for some type of deliverable.
pub static DELIVERABLE_SIGNERS: &[Role] = &[
    Role::SStudyManager,
    Role::SDataLead,
    Role::SRegulatory,
    Role::SSafety,
    Role::VProjectManager,
    Role::VCra,
    Role::VDataManager,
    Role::VBiostatistician,
    Role::VRegulatory,
    Role::VSafety,
];

const VENDOR_OWES: &[Case] = &[Case::OwedBy(Side::Vendor)];
const SPONSOR_OWES: &[Case] = &[Case::OwedBy(Side::Sponsor)];

/// A step of the vendor's people: on what it owes, or on what is owed to it.
const BY_VENDOR: Transition = Transition { who: VENDORS, takers: Takers::Function(Side::Vendor), ..STEP };
/// The same of the sponsor's.
const BY_SPONSOR: Transition = Transition { who: SPONSORS, takers: Takers::Function(Side::Sponsor), ..STEP };

macro_rules! machine {
    ($($when:ident $owing:ident $reviewing:ident;)*) => {
        &[
            $(
                Transition {
                    from: &["PLANNED"], action: "PREPARE", to: "IN_PREPARATION", when: $when, guards: &[Guard::EngagementAtWork],
                    doc: "Begin to prepare it.", ..$owing
                },
                Transition {
                    from: &["IN_PREPARATION", "RETURNED"], action: "SUBMIT", to: "SUBMITTED", when: $when, guards: &[Guard::EngagementAtWork, Guard::SubmitterTrained],
                    doc: "Hand it in.", ..$owing
                },
                Transition {
                    from: &["SUBMITTED"], action: "BEGIN_REVIEW", to: "IN_REVIEW", when: $when, guards: &[Guard::EngagementOpen],
                    doc: "Begin to review it; the days for a verdict count from now on.", ..$reviewing
                },
                Transition {
                    from: &["IN_REVIEW"], action: "RETURN", to: "RETURNED", when: $when, guards: &[Guard::EngagementOpen, Guard::OtherThanSubmitter],
                    reason: true, doc: "Give it back, saying what is not met.", ..$reviewing
                },
                Transition {
                    from: &["IN_REVIEW"], action: "ACCEPT", to: "ACCEPTED", when: $when,
                    guards: &[Guard::EngagementOpen, Guard::OtherThanSubmitter, Guard::SignaturesComplete],
                    signature: true, doc: "Accept it.", ..$reviewing
                },
                Transition {
                    from: &["IN_REVIEW"], action: "ACCEPT_WITH_COMMENTS", to: "ACCEPTED_WITH_COMMENTS", when: $when,
                    guards: &[Guard::EngagementOpen, Guard::OtherThanSubmitter, Guard::SignaturesComplete],
                    signature: true, doc: "Accept it with comments.", ..$reviewing
                },
                Transition {
                    from: &["IN_REVIEW"], action: "WITHDRAW", to: "SUBMITTED", when: $when, guards: &[Guard::EngagementOpen], reason: true,
                    doc: "Take it back out of review, before any verdict.", ..$owing
                },
            )*
            Transition {
                from: &["PLANNED", "IN_PREPARATION", "RETURNED"], action: "CANCEL", to: "CANCELLED",
                who: &[Role::SVendorManager, Role::SStudyManager], guards: &[Guard::OtherThanOwing, Guard::ChangeOrderIfPriced],
                reason: true, doc: "Owe it no longer.", ..STEP
            },
            Transition {
                from: &["ACCEPTED", "ACCEPTED_WITH_COMMENTS"], action: "SUPERSEDE", to: "SUPERSEDED",
                doc: "A newer one that replaces it was accepted.", ..STEP
            },
        ]
    };
}

/// The lifecycle of a deliverable (domain.md B.11).
pub static DELIVERABLE_LIFECYCLE: Lifecycle = Lifecycle {
    kind: Kind::Deliverable,
    column: "state",
    initial: "PLANNED",
    transitions: machine! {
        VENDOR_OWES BY_VENDOR BY_SPONSOR;
        SPONSOR_OWES BY_SPONSOR BY_VENDOR;
    },
};
