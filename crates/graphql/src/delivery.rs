//! Delivery on the graph: documents, deliverables, what was handed in and what was said of it.

use tandem_domain::record::Kind;

use crate::declare::Table;

pub(crate) fn tables() -> Vec<Table> {
    vec![
        Table::begun_hidden(Kind::Document)
            .root("document", "documents", &[])
            .show("tmf_artifact title version_label state owner_side blinding sha256 size media_type content_at language country_code")
            .show("retention_until legal_hold")
            .one("study_id")
            .one("engagement_id")
            .one("study_site_id")
            .one("supersedes_id"),
        Table::of(Kind::Deliverable)
            .root("deliverable", "deliverables", &[])
            .show("deliverable_type title owed_by state ball_in_court due_date blinding country_code review_sla_days")
            .show("required_signatures missing_signatures acceptance_criteria qc_evidence_required tmf_artifact cycle_count")
            .show("submitted_at review_started_at accepted_at settled_at")
            .days_late("daysLate", "due_date", None, "settled_at", "How many days past its day it was settled, or is today; never below 0. The time of the verdict counts too: `ballInCourt` says whose \
             turn it is, `submittedAt` when it was handed in, `reviewDaysLate` how late the verdict is.")
            .days_late(
                "reviewDaysLate",
                "review_started_at",
                Some("review_sla_days"),
                "settled_at",
                "How many days past the days for a verdict the present review is; nothing where none has begun.",
            )
            .one("engagement_id")
            .one("study_id")
            .one("vendor_id")
            .one("study_country_id")
            .one("study_site_id")
            .one("supersedes_id")
            .one("current_submission_id")
            .one("accepted_by_id")
            .many("submissions", Kind::DeliverableSubmission, "deliverable_id", "Each time it was handed in.")
            .many("reviews", Kind::DeliverableReview, "deliverable_id", "What the other side said of what was handed in.")
            .many("comments", Kind::Comment, "deliverable_id", "What was said of it."),
        Table::of(Kind::DeliverableSubmission)
            .root("deliverableSubmission", "deliverableSubmissions", &[])
            .show("number submitted_by_side submitted_at document_hash note country_code")
            .one("deliverable_id")
            .one("engagement_id")
            .one("study_id")
            .one("submitted_by_id")
            .one("document_id")
            .one("qc_evidence_id")
            .many("reviews", Kind::DeliverableReview, "submission_id", "What the other side said of it."),
        Table::of(Kind::DeliverableReview)
            .root("deliverableReview", "deliverableReviews", &[])
            .show("verdict reviewed_at unmet_criteria comment signature_meaning country_code")
            .one("deliverable_id")
            .one("submission_id")
            .one("engagement_id")
            .one("study_id")
            .one("reviewer_id"),
    ]
}
