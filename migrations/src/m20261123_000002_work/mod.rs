//! The work between the sides: programmes, milestones, documents, deliverables, findings, CAPAs, issues, comments.

mod tables;

use sea_orm_migration::prelude::*;

use crate::ddl::run;
use tables::TABLES;

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261123_000002_work"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["ALTER TABLE study ADD COLUMN program_id {uuid}"]).await?;
        run(manager, TABLES).await?;
        run(manager, INDEXES).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("a journal cannot be taken back: restore a backup instead".to_owned()))
    }
}

/// Each index with the question that it serves.
const INDEXES: &[&str] = &[
    // The lists of a sponsor, a vendor, a vendor above a subcontract, a study, an engagement.
    "CREATE INDEX program_sponsor ON program (sponsor_id, id)",
    "CREATE INDEX milestone_sponsor ON milestone (sponsor_id, id)",
    "CREATE INDEX milestone_vendor ON milestone (vendor_id, id)",
    "CREATE INDEX milestone_prime ON milestone (prime_vendor_id, id) WHERE prime_vendor_id IS NOT NULL",
    "CREATE INDEX milestone_study ON milestone (study_id, id)",
    "CREATE INDEX milestone_engagement ON milestone (engagement_id, id)",
    "CREATE INDEX document_sponsor ON document (sponsor_id, id)",
    "CREATE INDEX document_vendor ON document (vendor_id, id)",
    "CREATE INDEX document_study ON document (study_id, id)",
    "CREATE INDEX document_engagement ON document (engagement_id, id)",
    "CREATE INDEX deliverable_sponsor ON deliverable (sponsor_id, id)",
    "CREATE INDEX deliverable_vendor ON deliverable (vendor_id, id)",
    "CREATE INDEX deliverable_prime ON deliverable (prime_vendor_id, id) WHERE prime_vendor_id IS NOT NULL",
    "CREATE INDEX deliverable_study ON deliverable (study_id, id)",
    "CREATE INDEX deliverable_engagement ON deliverable (engagement_id, id)",
    "CREATE INDEX deliverable_submission_sponsor ON deliverable_submission (sponsor_id, id)",
    "CREATE INDEX deliverable_submission_vendor ON deliverable_submission (vendor_id, id)",
    "CREATE INDEX deliverable_submission_prime ON deliverable_submission (prime_vendor_id, id) WHERE prime_vendor_id IS NOT NULL",
    "CREATE INDEX deliverable_review_sponsor ON deliverable_review (sponsor_id, id)",
    "CREATE INDEX deliverable_review_vendor ON deliverable_review (vendor_id, id)",
    "CREATE INDEX finding_sponsor ON finding (sponsor_id, id)",
    "CREATE INDEX finding_vendor ON finding (vendor_id, id)",
    "CREATE INDEX finding_study ON finding (study_id, id)",
    "CREATE INDEX finding_engagement ON finding (engagement_id, id)",
    "CREATE INDEX finding_response_sponsor ON finding_response (sponsor_id, id)",
    "CREATE INDEX finding_response_vendor ON finding_response (vendor_id, id)",
    "CREATE INDEX capa_sponsor ON capa (sponsor_id, id)",
    "CREATE INDEX capa_vendor ON capa (vendor_id, id)",
    "CREATE INDEX capa_study ON capa (study_id, id)",
    "CREATE INDEX capa_engagement ON capa (engagement_id, id)",
    "CREATE INDEX capa_action_sponsor ON capa_action (sponsor_id, id)",
    "CREATE INDEX capa_action_vendor ON capa_action (vendor_id, id)",
    "CREATE INDEX due_date_extension_sponsor ON due_date_extension (sponsor_id, id)",
    "CREATE INDEX due_date_extension_vendor ON due_date_extension (vendor_id, id)",
    "CREATE INDEX effectiveness_check_sponsor ON effectiveness_check (sponsor_id, id)",
    "CREATE INDEX effectiveness_check_vendor ON effectiveness_check (vendor_id, id)",
    "CREATE INDEX issue_sponsor ON issue (sponsor_id, id)",
    "CREATE INDEX issue_vendor ON issue (vendor_id, id)",
    "CREATE INDEX issue_study ON issue (study_id, id)",
    "CREATE INDEX issue_engagement ON issue (engagement_id, id)",
    "CREATE INDEX comment_sponsor ON comment (sponsor_id, id)",
    "CREATE INDEX comment_vendor ON comment (vendor_id, id)",
    // What is due, side by side: the lists that people work from.
    "CREATE INDEX deliverable_due ON deliverable (sponsor_id, due_date, id)",
    "CREATE INDEX deliverable_vendor_due ON deliverable (vendor_id, due_date, id)",
    "CREATE INDEX finding_due ON finding (sponsor_id, response_due_at, id)",
    "CREATE INDEX finding_vendor_due ON finding (vendor_id, response_due_at, id)",
    // Submissions and reviews of a deliverable; numbers without doubles.
    "CREATE UNIQUE INDEX deliverable_submission_number ON deliverable_submission (deliverable_id, number)",
    "CREATE INDEX deliverable_review_deliverable ON deliverable_review (deliverable_id, id)",
    "CREATE INDEX deliverable_review_submission ON deliverable_review (submission_id, id)",
    "CREATE INDEX deliverable_supersedes ON deliverable (supersedes_id) WHERE supersedes_id IS NOT NULL",
    // References count within the engagement, or among a sponsor's own in a study.
    "CREATE UNIQUE INDEX finding_reference ON finding (study_id, engagement_id, reference)",
    "CREATE INDEX finding_author ON finding (author_id) WHERE state IN ('DRAFT', 'UNDER_INTERNAL_REVIEW')",
    "CREATE INDEX finding_recurrence ON finding (recurrence_of_id) WHERE recurrence_of_id IS NOT NULL",
    "CREATE INDEX finding_promoted ON finding (promoted_from_id) WHERE promoted_from_id IS NOT NULL",
    "CREATE UNIQUE INDEX finding_response_number ON finding_response (finding_id, number)",
    "CREATE INDEX capa_finding ON capa (finding_id, id)",
    "CREATE INDEX capa_successor ON capa (successor_of_id) WHERE successor_of_id IS NOT NULL",
    "CREATE INDEX capa_action_capa ON capa_action (capa_id, id)",
    "CREATE INDEX capa_action_owner ON capa_action (owner_id, id)",
    "CREATE INDEX due_date_extension_action ON due_date_extension (capa_action_id, id)",
    "CREATE INDEX due_date_extension_capa ON due_date_extension (capa_id, id)",
    "CREATE INDEX effectiveness_check_capa ON effectiveness_check (capa_id, id)",
    // What was said of one thing.
    "CREATE INDEX comment_deliverable ON comment (deliverable_id, id) WHERE deliverable_id IS NOT NULL",
    "CREATE INDEX comment_finding ON comment (finding_id, id) WHERE finding_id IS NOT NULL",
    "CREATE INDEX comment_capa ON comment (capa_id, id) WHERE capa_id IS NOT NULL",
    "CREATE INDEX comment_issue ON comment (issue_id, id) WHERE issue_id IS NOT NULL",
    "CREATE INDEX comment_milestone ON comment (milestone_id, id) WHERE milestone_id IS NOT NULL",
    // A programme's studies; its name is unique within its sponsor.
    "CREATE INDEX study_program ON study (program_id, id)",
    "CREATE UNIQUE INDEX program_name ON program (sponsor_id, name)",
];
