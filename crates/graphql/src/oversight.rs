//! Oversight on the graph: findings and their answers, CAPAs and their parts, issues.

use tandem_domain::record::Kind;

use crate::declare::Table;

pub(crate) fn tables() -> Vec<Table> {
    vec![
        finding(),
        Table::of(Kind::FindingInternal).show("internal_assessment proposed_severity").one("proposed_by_id"),
        Table::of(Kind::FindingResponse)
            .root("findingResponse", "findingResponses", &[])
            .show("number submitted_by_side submitted_at root_cause_method root_cause_category root_cause correction proposed_capa")
            .show("disputed verdict verdict_at verdict_comment country_code")
            .one("finding_id")
            .one("engagement_id")
            .one("study_id")
            .one("submitted_by_id")
            .one("verdict_by_id"),
        Table::of(Kind::Capa)
            .root("capa", "capas", &[])
            .show("capa_kind state owner_side ball_in_court plan due_date approved_at implemented_at inconclusive_checks settled_at")
            .show("country_code")
            .days_late(
                "daysLate",
                "due_date",
                None,
                "implemented_at",
                "How many days past its day it was carried out, or is today; never below 0.",
            )
            .one("finding_id")
            .one("engagement_id")
            .one("study_id")
            .one("owner_id")
            .one("approved_by_id")
            .one("implemented_by_id")
            .one("successor_of_id")
            .many("actions", Kind::CapaAction, "capa_id", "Its single actions.")
            .many("extensions", Kind::DueDateExtension, "capa_id", "Requests for later days of its actions.")
            .many("effectivenessChecks", Kind::EffectivenessCheck, "capa_id", "The checks whether it helped.")
            .many("successors", Kind::Capa, "successor_of_id", "The CAPA that took its place because it did not help.")
            .many("comments", Kind::Comment, "capa_id", "What was said of it."),
        Table::of(Kind::CapaAction)
            .root("capaAction", "capaActions", &[])
            .show("text owner_side due_date original_due_date completed_at country_code")
            .days_late("daysLate", "due_date", None, "completed_at", "How many days past its day it was done, or is today; never below 0.")
            .one("capa_id")
            .one("engagement_id")
            .one("study_id")
            .one("owner_id")
            .one("completed_by_id")
            .one("evidence_id")
            .many("extensions", Kind::DueDateExtension, "capa_action_id", "Requests for a later day of it."),
        Table::of(Kind::DueDateExtension)
            .root("dueDateExtension", "dueDateExtensions", &[])
            .show("state requested_at rationale from_date to_date decided_at country_code")
            .one("capa_id")
            .one("capa_action_id")
            .one("engagement_id")
            .one("study_id")
            .one("requested_by_id")
            .one("decided_by_id"),
        Table::of(Kind::EffectivenessCheck)
            .root("effectivenessCheck", "effectivenessChecks", &[])
            .show("method criteria planned_on performed_at outcome note country_code")
            .one("capa_id")
            .one("engagement_id")
            .one("study_id")
            .one("performed_by_id")
            .one("evidence_id"),
        Table::of(Kind::Issue)
            .root("issue", "issues", &[])
            .show("title description issue_kind severity state raised_by_side owner_side ball_in_court escalation_level due_date")
            .show("resolution settled_at country_code")
            .days_late(
                "daysLate",
                "due_date",
                None,
                "settled_at",
                "How many days past its day it was resolved, or is today; never below 0.",
            )
            .one("engagement_id")
            .one("study_id")
            .one("vendor_id")
            .one("study_site_id")
            .one("raised_by_id")
            .one("owner_id")
            .many("findings", Kind::Finding, "promoted_from_id", "The findings that were made of it, as far as you may see them.")
            .many("comments", Kind::Comment, "issue_id", "What was said of it."),
    ]
}

fn finding() -> Table {
    Table::begun_hidden(Kind::Finding)
        .root("finding", "findings", &[])
        .show("reference title description source category severity native_grade requirement_refs state ball_in_court systemic")
        .show("author_side answered_by issued_at response_due_at responded_at disputed capa_required capa_waiver_rationale")
        .show("has_approved_capa closed_at closure_rationale reopened reopened_at country_code")
        .days_between("ageDays", "issued_at", "closed_at", "How many days ago it was issued, or lay between its issue and its close.")
        .days_late(
            "daysLate",
            "response_due_at",
            None,
            "responded_at",
            "How many days past its day it was answered, or is today; never below 0.",
        )
        .one("study_id")
        .one("engagement_id")
        .one("vendor_id")
        .one("study_country_id")
        .one("study_site_id")
        .one("author_id")
        .one("owner_id")
        .one("closed_by_id")
        .one("recurrence_of_id")
        .one("promoted_from_id")
        .part("internal", Kind::FindingInternal)
        .many("responses", Kind::FindingResponse, "finding_id", "The answers to it, disputes among them.")
        .many("capas", Kind::Capa, "finding_id", "The corrective and preventive action for it.")
        .many("recurrences", Kind::Finding, "recurrence_of_id", "The findings that repeat it.")
        .many("comments", Kind::Comment, "finding_id", "What was said of it.")
}
