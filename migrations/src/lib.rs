//! The database's schema, step by step. A released migration is never edited: expand first, contract later.
//! Written once for both databases; where their types differ, a placeholder stands for both.

pub use sea_orm_migration::prelude::{MigratorTrait, SchemaManager};

use sea_orm_migration::prelude::{DbErr, MigrationName, MigrationTrait};

mod ddl;
mod m20261122_000001_skeleton;
mod m20261123_000002_work;
mod m20261123_000003_partners;
mod m20261123_000004_feed;
mod m20261123_000005_protocol;
mod m20261123_000006_enrollment;
mod m20261123_000007_references;

/// All migrations, oldest first.
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let steps: Vec<Box<dyn MigrationTrait>> = vec![
            Box::new(m20261122_000001_skeleton::Migration),
            Box::new(m20261123_000002_work::Migration),
            Box::new(m20261123_000003_partners::Migration),
            Box::new(m20261123_000004_feed::Migration),
            Box::new(m20261123_000005_protocol::Migration),
            Box::new(m20261123_000006_enrollment::Migration),
            Box::new(m20261123_000007_references::Migration),
        ];
        steps.into_iter().map(|step| -> Box<dyn MigrationTrait> { Box::new(Whole(step)) }).collect()
    }
}

/// A step that is taken as a whole or not at all, on SQLite too, where the library by itself does each statement alone: a process
/// that was killed half-way would leave a database that no later start can bring to the end.
struct Whole(Box<dyn MigrationTrait>);

impl MigrationName for Whole {
    fn name(&self) -> &str {
        self.0.name()
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Whole {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        self.0.up(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        self.0.down(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
