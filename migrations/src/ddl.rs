//! Runs statements that are written once for both databases.
//! Placeholders such as `{uuid}` stand for the type that each database has for the thing.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

/// What each placeholder means: on PostgreSQL, on SQLite. Text is compared byte by byte on both.
const TYPES: &[(&str, &str, &str)] = &[
    ("{uuid}", "uuid", "blob"),
    ("{text}", "text COLLATE \"C\"", "text"),
    ("{int}", "bigint", "integer"),
    ("{bits}", "integer", "integer"),
    ("{float}", "double precision", "real"),
    ("{bool}", "boolean", "integer"),
    // SQLite keeps moments as microseconds since 1970, which compare and sort as they should.
    ("{time}", "timestamptz", "integer"),
    ("{date}", "date", "text"),
    ("{json}", "jsonb", "text"),
];

/// Runs the statements in order, with placeholders filled in for the database at hand.
pub(crate) async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    for statement in statements {
        let mut sql = (*statement).to_owned();
        for (placeholder, postgres, sqlite) in TYPES {
            let ty = if manager.get_database_backend() == DbBackend::Postgres { postgres } else { sqlite };
            sql = sql.replace(placeholder, ty);
        }
        manager.get_connection().execute_unprepared(&sql).await?;
    }
    Ok(())
}

/// Runs the statements that only one database understands.
pub(crate) async fn run_on(manager: &SchemaManager<'_>, backend: DbBackend, statements: &[&str]) -> Result<(), DbErr> {
    if manager.get_database_backend() == backend { run(manager, statements).await } else { Ok(()) }
}
