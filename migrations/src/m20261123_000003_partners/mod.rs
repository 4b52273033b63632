//! Since when contents of documents are kept, and what was written together with an entry of the journal.

use sea_orm_migration::prelude::*;

use crate::ddl::run;

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261123_000003_partners"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["ALTER TABLE document ADD COLUMN content_at {time}", "ALTER TABLE journal ADD COLUMN beside {json}"]).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("a journal cannot be taken back: restore a backup instead".to_owned()))
    }
}
