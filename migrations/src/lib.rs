//! The database's schema, step by step. A released migration is never edited: expand first, contract later.
//! Written once for both databases; where their types differ, a placeholder stands for both.

pub use sea_orm_migration::prelude::{MigratorTrait, SchemaManager};

mod ddl;
mod m20261122_000001_skeleton;

/// All migrations, oldest first.
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn sea_orm_migration::MigrationTrait>> {
        vec![Box::new(m20261122_000001_skeleton::Migration)]
    }
}
