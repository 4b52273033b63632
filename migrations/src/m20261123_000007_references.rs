//! What organisations' own systems call records.

use sea_orm_migration::prelude::*;

use crate::ddl::run;

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261123_000007_references"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &[TABLE]).await?;
        run(manager, INDEXES).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("a journal cannot be taken back: restore a backup instead".to_owned()))
    }
}

const TABLE: &str = "CREATE TABLE external_reference (
      id {uuid} PRIMARY KEY NOT NULL,
      organization_id {uuid} NOT NULL,
      system {text} NOT NULL,
      subject_kind {text} NOT NULL,
      subject_id {uuid} NOT NULL,
      external_id {text} NOT NULL,
      ended_at {time},
      version {int} NOT NULL,
      created_at {time} NOT NULL,
      updated_at {time} NOT NULL,
      created_by_kind {text} NOT NULL,
      created_by {uuid} NOT NULL,
      readers {bits} NOT NULL)";

/// Each index with the question that it serves.
const INDEXES: &[&str] = &[
    // What a system calls so.
    "CREATE INDEX external_reference_name ON external_reference (organization_id, system, external_id, subject_kind) WHERE ended_at IS NULL",
    // What a record is called: one name for each system.
    "CREATE UNIQUE INDEX external_reference_subject ON external_reference (organization_id, subject_id, system) WHERE ended_at IS NULL",
];
