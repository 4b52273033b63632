//! Commands: what a principal asks to be changed, as data, and the pure decisions about it.
//! Decisions see what was loaded for them and give a change or a refusal; the store applies, the graph translates.

mod catalogue;
mod change;
mod deciding;
mod refusal;

pub use catalogue::{CommandDef, Flavour, catalogue, find};
pub use change::{Change, Op, Write};
pub use deciding::Deciding;
pub use refusal::{Code, MAX_INDEXED, Refusal, UserError, too_long};

use crate::conversation::{CommentCreate, CommentUpdate};
use crate::delivery::{
    DeliverableAccept, DeliverableAcceptWithComments, DeliverableCreate, DeliverableReturn, DeliverableSign, DeliverableSubmit,
    DeliverableUpdate, DocumentCreate, DocumentKeep, DocumentUpdate,
};
use crate::engagement::{
    EngagementCreate, EngagementInternalUpdate, EngagementUpdate, ServiceScopeCreate, ServiceScopeEnd, ServiceScopeUpdate,
};
use crate::oversight::{
    CapaActionComplete, CapaActionCreate, CapaActionUpdate, CapaCloseEffective, CapaCreate, CapaDeferCheck, CapaMarkIneffective,
    CapaUpdate, DueDateExtensionRequest, EffectivenessCheckPlan, FindingAcceptResponse, FindingClose, FindingCreate, FindingDispute,
    FindingInternalUpdate, FindingIssue, FindingRespond, FindingReturnResponse, FindingSeverityChange, FindingUpdate, FindingWaiveCapa,
    IssueCreate, IssuePromote, IssueResolve, IssueUpdate,
};
use crate::party::{
    AccessReviewComplete, AccessReviewDecide, AccessReviewOpen, ApiClientCreate, ApiClientEnd, ApiClientNarrow, MembershipEnd,
    MembershipGrant, PersonInvite,
};
use crate::portfolio::{
    EnrollmentSnapshotCreate, EnrollmentSnapshotUpdate, MilestoneCreate, MilestoneUpdate, ProgramCreate, ProgramInternalUpdate,
    ProgramUpdate, SiteCreate, SiteUpdate, StudyBenchmarkUpdate, StudyCountryCreate, StudyCountryUpdate, StudyCreate, StudyInternalUpdate,
    StudySiteContactUpdate, StudySiteCreate, StudySiteInternalUpdate, StudySiteUpdate, StudyUpdate,
};
use crate::record::Kind;

/// What a principal asks to be changed.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "each variant is documented at its input")]
pub enum Command {
    PersonInvite(PersonInvite),
    MembershipGrant(MembershipGrant),
    MembershipEnd(MembershipEnd),
    ApiClientCreate(ApiClientCreate),
    ApiClientNarrow(ApiClientNarrow),
    ApiClientEnd(ApiClientEnd),
    AccessReviewOpen(AccessReviewOpen),
    AccessReviewDecide(AccessReviewDecide),
    AccessReviewComplete(AccessReviewComplete),
    StudyCreate(StudyCreate),
    StudyUpdate(StudyUpdate),
    StudyInternalUpdate(StudyInternalUpdate),
    StudyBenchmarkUpdate(StudyBenchmarkUpdate),
    StudyCountryCreate(StudyCountryCreate),
    StudyCountryUpdate(StudyCountryUpdate),
    SiteCreate(SiteCreate),
    SiteUpdate(SiteUpdate),
    StudySiteCreate(StudySiteCreate),
    StudySiteUpdate(StudySiteUpdate),
    StudySiteInternalUpdate(StudySiteInternalUpdate),
    StudySiteContactUpdate(StudySiteContactUpdate),
    EngagementCreate(EngagementCreate),
    EngagementUpdate(EngagementUpdate),
    EngagementInternalUpdate(EngagementInternalUpdate),
    ServiceScopeCreate(ServiceScopeCreate),
    ServiceScopeUpdate(ServiceScopeUpdate),
    ServiceScopeEnd(ServiceScopeEnd),
    ProgramCreate(ProgramCreate),
    ProgramUpdate(ProgramUpdate),
    ProgramInternalUpdate(ProgramInternalUpdate),
    MilestoneCreate(MilestoneCreate),
    MilestoneUpdate(MilestoneUpdate),
    EnrollmentSnapshotCreate(EnrollmentSnapshotCreate),
    EnrollmentSnapshotUpdate(EnrollmentSnapshotUpdate),
    DocumentCreate(DocumentCreate),
    DocumentUpdate(DocumentUpdate),
    DocumentKeep(DocumentKeep),
    DeliverableCreate(DeliverableCreate),
    DeliverableUpdate(DeliverableUpdate),
    DeliverableSubmit(DeliverableSubmit),
    DeliverableAccept(DeliverableAccept),
    DeliverableAcceptWithComments(DeliverableAcceptWithComments),
    DeliverableReturn(DeliverableReturn),
    DeliverableSign(DeliverableSign),
    FindingCreate(FindingCreate),
    FindingUpdate(FindingUpdate),
    FindingInternalUpdate(FindingInternalUpdate),
    FindingSeverityChange(FindingSeverityChange),
    FindingIssue(FindingIssue),
    FindingDispute(FindingDispute),
    FindingRespond(FindingRespond),
    FindingAcceptResponse(FindingAcceptResponse),
    FindingReturnResponse(FindingReturnResponse),
    FindingWaiveCapa(FindingWaiveCapa),
    FindingClose(FindingClose),
    CapaCreate(CapaCreate),
    CapaUpdate(CapaUpdate),
    CapaCloseEffective(CapaCloseEffective),
    CapaMarkIneffective(CapaMarkIneffective),
    CapaDeferCheck(CapaDeferCheck),
    CapaActionCreate(CapaActionCreate),
    CapaActionUpdate(CapaActionUpdate),
    CapaActionComplete(CapaActionComplete),
    DueDateExtensionRequest(DueDateExtensionRequest),
    EffectivenessCheckPlan(EffectivenessCheckPlan),
    IssueCreate(IssueCreate),
    IssueUpdate(IssueUpdate),
    IssueResolve(IssueResolve),
    IssuePromote(IssuePromote),
    CommentCreate(CommentCreate),
    CommentUpdate(CommentUpdate),
    /// A step of a lifecycle.
    Transition {
        kind: Kind,
        id: uuid::Uuid,
        action: &'static str,
    },
    /// A second person's confirmation of a step that needs one.
    Confirm {
        kind: Kind,
        id: uuid::Uuid,
        action: String,
    },
}

/// What a signer states with a signature (21 CFR 11.50(a)(3)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// What it means.
    pub meaning: SignatureMeaning,
}

crate::vocabulary! {
    /// What a signature means (21 CFR 11.50).
    pub enum SignatureMeaning {
        /// The signer wrote it.
        Authorship = "AUTHORSHIP",
        /// The signer reviewed it.
        Review = "REVIEW",
        /// The signer approves it.
        Approval = "APPROVAL",
        /// The signer takes responsibility for it.
        Responsibility = "RESPONSIBILITY",
        /// The signer rejects it.
        Rejection = "REJECTION",
    }
}

/// How a command is to be carried out: what every mutation takes beside its own input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manner {
    /// The version that the caller saw; required for a change to an existing record.
    pub expected_version: Option<i64>,
    /// Why.
    pub reason: Option<String>,
    /// Answer what would happen and change nothing.
    pub dry_run: bool,
    /// The signature, where the step needs one.
    pub signature: Option<Signature>,
}
