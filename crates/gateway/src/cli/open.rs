//! Opens the database for a command, and refuses one that is not there or too old.

use std::sync::Arc;

use tandem_domain::clock::{SystemClock, SystemIds};
use tandem_persistence::{Connect, SchemaState, Vault};

use super::Failure;
use crate::config::SettingsArgs;
use crate::config::{DatabaseUrl, Settings, Sources};

/// The settings of a command: environment, file, flags.
pub(crate) fn settings(args: SettingsArgs) -> Result<Settings, Failure> {
    Ok(Settings::load(&Sources::of_process(args))?)
}

/// How to reach the database for work at the command line, where nothing waits for an answer.
pub(crate) fn patiently(url: &DatabaseUrl) -> Connect {
    Connect { connections: 2, statement_timeout: None, ..Connect::to(url.expose()) }
}

/// Opens the database, whatever its schema.
pub(crate) async fn any(url: &DatabaseUrl, connect: &Connect) -> Result<Vault, Failure> {
    Vault::open(connect, Arc::new(SystemClock), Arc::new(SystemIds))
        .await
        .map_err(|error| Failure::failed(format!("{url}: {}; check TANDEM_DATABASE_URL", super::failure::with_causes(&error))))
}

/// Opens the database, whose schema has to be there and current enough.
pub(crate) async fn current(url: &DatabaseUrl, connect: &Connect) -> Result<Vault, Failure> {
    if is_missing(url) {
        return Err(Failure::failed(format!(
            "{url}: there is no such file: run `tandem migrate` to make it, or correct TANDEM_DATABASE_URL"
        )));
    }
    let vault = any(url, connect).await?;
    match vault.schema_state().await? {
        SchemaState::Current | SchemaState::Newer => Ok(vault),
        SchemaState::Behind(steps) => Err(Failure::failed(format!("{url}: {}", behind(&steps)))),
    }
}

/// Whether a SQLite file is not there; opening it would make it.
pub(crate) fn is_missing(url: &DatabaseUrl) -> bool {
    url.file().is_some_and(|file| !file.as_os_str().is_empty() && !file.exists() && file.as_os_str() != ":memory:")
}

/// What to say of a schema that is too old.
pub(crate) fn behind(steps: &[String]) -> String {
    format!("the schema is older than this version needs ({} missing): run `tandem migrate`", steps.join(", "))
}

/// What to say of a database that answers a write before it is safe.
pub(crate) fn lax(settings: &[String]) -> String {
    format!("{} off: a write that was acknowledged may be lost when the database or its machine fails; switch on", settings.join(", "))
}
