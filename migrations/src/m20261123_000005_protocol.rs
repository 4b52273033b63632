//! The protocols of studies: their versions and amendments, and by which engagements vendors see them.

use sea_orm_migration::prelude::*;

use crate::ddl::run;

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261123_000005_protocol"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLES).await?;
        run(manager, INDEXES).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("a journal cannot be taken back: restore a backup instead".to_owned()))
    }
}

const TABLES: &[&str] = &[
    "CREATE TABLE protocol_version (
      id {uuid} PRIMARY KEY NOT NULL,
      sponsor_id {uuid} NOT NULL,
      study_id {uuid} NOT NULL,
      amendment_id {uuid},
      version_label {text} NOT NULL,
      status {text} NOT NULL,
      approved_on {date},
      version {int} NOT NULL,
      created_at {time} NOT NULL,
      updated_at {time} NOT NULL,
      created_by_kind {text} NOT NULL,
      created_by {uuid} NOT NULL,
      readers {bits} NOT NULL)",
    "CREATE TABLE amendment (
      id {uuid} PRIMARY KEY NOT NULL,
      sponsor_id {uuid} NOT NULL,
      study_id {uuid} NOT NULL,
      number {text} NOT NULL,
      class {text},
      state {text} NOT NULL,
      primary_reason {text} NOT NULL,
      secondary_reasons {json} NOT NULL,
      impacts {json} NOT NULL,
      summary {text} NOT NULL,
      scope {text} NOT NULL,
      region_codes {json} NOT NULL,
      country_codes {json} NOT NULL,
      planned_effective_date {date},
      version {int} NOT NULL,
      created_at {time} NOT NULL,
      updated_at {time} NOT NULL,
      created_by_kind {text} NOT NULL,
      created_by {uuid} NOT NULL,
      readers {bits} NOT NULL)",
    "CREATE TABLE visible_protocol_version (
      organization_id {uuid} NOT NULL,
      target_id {uuid} NOT NULL,
      via {text} NOT NULL,
      via_id {uuid} NOT NULL,
      study_id {uuid},
      engagement_id {uuid},
      prime_engagement_id {uuid},
      country_code {text},
      study_site_id {uuid},
      valid_from {date},
      valid_to {date},
      at_work {bool} NOT NULL,
      since {time} NOT NULL)",
    "CREATE INDEX visible_protocol_version_organization ON visible_protocol_version (organization_id, target_id)",
    "CREATE INDEX visible_protocol_version_target ON visible_protocol_version (target_id)",
    "CREATE INDEX visible_protocol_version_engagement ON visible_protocol_version (engagement_id)",
    "CREATE TABLE visible_amendment (
      organization_id {uuid} NOT NULL,
      target_id {uuid} NOT NULL,
      via {text} NOT NULL,
      via_id {uuid} NOT NULL,
      study_id {uuid},
      engagement_id {uuid},
      prime_engagement_id {uuid},
      country_code {text},
      study_site_id {uuid},
      valid_from {date},
      valid_to {date},
      at_work {bool} NOT NULL,
      since {time} NOT NULL)",
    "CREATE INDEX visible_amendment_organization ON visible_amendment (organization_id, target_id)",
    "CREATE INDEX visible_amendment_target ON visible_amendment (target_id)",
    "CREATE INDEX visible_amendment_engagement ON visible_amendment (engagement_id)",
];

/// Each index with the question that it serves.
const INDEXES: &[&str] = &[
    // The lists of a sponsor.
    "CREATE INDEX protocol_version_sponsor ON protocol_version (sponsor_id, id)",
    "CREATE INDEX amendment_sponsor ON amendment (sponsor_id, id)",
    // Those of a study: a label and a number name one each.
    "CREATE INDEX protocol_version_study ON protocol_version (study_id, id)",
    "CREATE INDEX amendment_study ON amendment (study_id, id)",
    "CREATE UNIQUE INDEX protocol_version_label ON protocol_version (study_id, version_label)",
    "CREATE UNIQUE INDEX amendment_number ON amendment (study_id, number)",
    // What an amendment led to.
    "CREATE INDEX protocol_version_amendment ON protocol_version (amendment_id, id) WHERE amendment_id IS NOT NULL",
];
