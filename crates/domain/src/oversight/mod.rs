//! Oversight: findings, how they are answered and closed, CAPAs and whether they helped, issues.

mod capa;
mod capa_parts;
mod capa_steps;
mod due;
mod finding;
mod finding_steps;
mod grades;
mod issue;
mod responding;

pub use capa::{Capa, CapaCreate, CapaKind, CapaState, CapaUpdate, capa_create, capa_update};
pub use capa_parts::{
    CapaAction, CapaActionComplete, CapaActionCreate, CapaActionUpdate, CapaPlace, DueDateExtension, DueDateExtensionRequest,
    EffectivenessCheck, EffectivenessCheckPlan, EffectivenessOutcome, ExtensionState, capa_action_complete, capa_action_create,
    capa_action_update, due_date_extension_request, effectiveness_check_plan,
};
pub use capa_steps::{
    CAPA_LIFECYCLE, CapaCloseEffective, CapaDeferCheck, CapaMarkIneffective, Checked, EXTENSION_LIFECYCLE, capa_checked, capa_moved,
    extension_decided,
};
pub use due::{add_business_days, response_due};
pub use finding::{
    Finding, FindingCreate, FindingInternal, FindingInternalUpdate, FindingPlace, FindingSeverityChange, FindingState, FindingUpdate,
    finding_create, finding_internal_update, finding_severity_change, finding_update,
};
pub use finding_steps::{
    FINDING_GRADERS, FINDING_LIFECYCLE, FindingClose, FindingIssue, FindingWaiveCapa, finding_close, finding_issue, finding_waive_capa,
};
pub use grades::{FindingCategory, FindingSeverity, FindingSource, RootCauseCategory, RootCauseMethod};
pub use issue::{
    ISSUE_LIFECYCLE, Issue, IssueCreate, IssueKind, IssuePlace, IssuePromote, IssueResolve, IssueState, IssueUpdate, issue_create,
    issue_promote, issue_resolve, issue_update,
};
pub use responding::{
    FindingAcceptResponse, FindingDispute, FindingRespond, FindingResponse, FindingReturnResponse, ResponseVerdict, finding_dispute,
    finding_respond, finding_verdict,
};
