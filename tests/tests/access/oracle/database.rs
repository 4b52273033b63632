//! A fresh database for each world: a copy of one that was migrated once, gone when the world has been checked.

use std::path::PathBuf;
use std::sync::Arc;

use tandem_domain::clock::{FixedClock, SeededIds};
use tandem_persistence::{Connect, Vault};
use tandem_tests::postgres::postgres;
use tandem_tests::records::now;
use tempfile::TempDir;

/// Where worlds are written.
pub(crate) enum Engine {
    /// Files, copied from the one in this folder.
    Sqlite(TempDir),
    /// Databases, copied from the one of this name.
    Postgres(String),
}

/// How long before [`now`] a world begins to be written.
pub(crate) fn head_start() -> chrono::Duration {
    chrono::Duration::hours(1)
}

async fn open(url: &str) -> (Vault, Arc<FixedClock>) {
    let connect = Connect { connections: 2, ..Connect::to(url) };
    let clock = Arc::new(FixedClock::at(now() - head_start()));
    let ids = Arc::new(SeededIds::new(1, now()));
    (Vault::open(&connect, Arc::<FixedClock>::clone(&clock), ids).await.unwrap(), clock)
}

fn sqlite_url(path: &std::path::Path) -> String {
    format!("sqlite://{}", path.display())
}

impl Engine {
    /// SQLite.
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (vault, _) = open(&sqlite_url(&folder.path().join("template.db"))).await;
        vault.migrate().await.unwrap();
        vault.close().await;
        Self::Sqlite(folder)
    }

    /// PostgreSQL, on the server of this test process.
    pub(crate) async fn postgres() -> Self {
        let template = postgres().create_database();
        let (vault, _) = open(&postgres().url(&template)).await;
        vault.migrate().await.unwrap();
        vault.close().await;
        Self::Postgres(template)
    }

    /// A fresh database.
    pub(crate) async fn fresh(&self) -> Fresh {
        match self {
            Self::Sqlite(folder) => {
                let world = tempfile::tempdir_in(folder.path()).unwrap();
                let path: PathBuf = world.path().join("world.db");
                std::fs::copy(folder.path().join("template.db"), &path).unwrap();
                let (vault, clock) = open(&sqlite_url(&path)).await;
                Fresh { vault, clock, _folder: Some(world), name: None }
            }
            Self::Postgres(template) => {
                let name = postgres().create_database_from(template);
                let (vault, clock) = open(&postgres().url(&name)).await;
                Fresh { vault, clock, _folder: None, name: Some(name) }
            }
        }
    }
}

/// A database with nothing in it.
pub(crate) struct Fresh {
    /// Its vault.
    pub(crate) vault: Vault,
    /// The clock that it goes by, an hour early.
    pub(crate) clock: Arc<FixedClock>,
    _folder: Option<TempDir>,
    name: Option<String>,
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            postgres().drop_database(name);
        }
    }
}
