//! How far enrolment at study sites had come, day by day.

use sea_orm_migration::prelude::*;

use crate::ddl::run;

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261123_000006_enrollment"
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

const TABLE: &str = "CREATE TABLE enrollment_snapshot (
      id {uuid} PRIMARY KEY NOT NULL,
      sponsor_id {uuid} NOT NULL,
      study_id {uuid} NOT NULL,
      vendor_id {uuid},
      engagement_id {uuid},
      prime_vendor_id {uuid},
      prime_engagement_id {uuid},
      study_country_id {uuid} NOT NULL,
      country_code {text} NOT NULL,
      study_site_id {uuid} NOT NULL,
      as_of {date} NOT NULL,
      screened {int} NOT NULL,
      screen_failures {int} NOT NULL,
      randomised {int} NOT NULL,
      treated {int} NOT NULL,
      discontinued {int} NOT NULL,
      completed {int} NOT NULL,
      source {text} NOT NULL,
      version {int} NOT NULL,
      created_at {time} NOT NULL,
      updated_at {time} NOT NULL,
      created_by_kind {text} NOT NULL,
      created_by {uuid} NOT NULL,
      readers {bits} NOT NULL)";

/// Each index with the question that it serves.
const INDEXES: &[&str] = &[
    // The lists of a sponsor, of a vendor, of the vendor above it.
    "CREATE INDEX enrollment_snapshot_sponsor ON enrollment_snapshot (sponsor_id, id)",
    "CREATE INDEX enrollment_snapshot_vendor ON enrollment_snapshot (vendor_id, id)",
    "CREATE INDEX enrollment_snapshot_prime ON enrollment_snapshot (prime_vendor_id, id) WHERE prime_vendor_id IS NOT NULL",
    // Those of a study, and of an engagement.
    "CREATE INDEX enrollment_snapshot_study ON enrollment_snapshot (study_id, id)",
    "CREATE INDEX enrollment_snapshot_engagement ON enrollment_snapshot (engagement_id, id)",
    // Those of a site, and the last until a day.
    "CREATE INDEX enrollment_snapshot_site ON enrollment_snapshot (study_site_id, id)",
    // One for each day and whoever was responsible.
    "CREATE UNIQUE INDEX enrollment_snapshot_day ON enrollment_snapshot (study_site_id, engagement_id, as_of)",
];
