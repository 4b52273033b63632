//! What the links through which parties see rows gained and lost, with the entry of the journal that it came of: so the feed of changes
//! can tell, in the journal's order, what came into a party's sight and what went out of it.

use sea_orm_migration::prelude::*;

use crate::ddl::run;

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261123_000004_feed"
    }
}

const LINK_CHANGE: &str = "CREATE TABLE link_change (
    entry_id {uuid} NOT NULL,
    kind {text} NOT NULL,
    gained {bool} NOT NULL,
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
    at_work {bool} NOT NULL
)";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let indexes = [
            "CREATE INDEX link_change_by_entry ON link_change (entry_id, organization_id)",
            "CREATE INDEX link_change_by_target ON link_change (target_id, organization_id)",
        ];
        run(manager, &[LINK_CHANGE]).await?;
        run(manager, &indexes).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("a journal cannot be taken back: restore a backup instead".to_owned()))
    }
}
