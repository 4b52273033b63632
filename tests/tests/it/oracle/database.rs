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

async fn open(url: &str) -> Vault {
    let connect = Connect { connections: 2, ..Connect::to(url) };
    Vault::open(&connect, Arc::new(FixedClock::at(now())), Arc::new(SeededIds::new(1, now()))).await.unwrap()
}

fn sqlite_url(path: &std::path::Path) -> String {
    format!("sqlite://{}", path.display())
}

impl Engine {
    /// SQLite.
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let vault = open(&sqlite_url(&folder.path().join("template.db"))).await;
        vault.migrate().await.unwrap();
        vault.close().await;
        Self::Sqlite(folder)
    }

    /// PostgreSQL, on the server of this test process.
    pub(crate) async fn postgres() -> Self {
        let template = postgres().create_database();
        let vault = open(&postgres().url(&template)).await;
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
                Fresh { vault: open(&sqlite_url(&path)).await, _folder: Some(world), name: None }
            }
            Self::Postgres(template) => {
                let name = postgres().create_database_from(template);
                Fresh { vault: open(&postgres().url(&name)).await, _folder: None, name: Some(name) }
            }
        }
    }
}

/// A database with nothing in it.
pub(crate) struct Fresh {
    /// Its vault.
    pub(crate) vault: Vault,
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
