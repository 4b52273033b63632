//! `tandem doctor`: looks at everything that a server needs and says in words what is wrong.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use clap::Args;
use tandem_domain::clock::{Clock as _, SystemClock};
use tandem_persistence::SchemaState;

use super::failure::with_causes;
use super::{Failure, open, print};
use crate::config::{Settings, SettingsArgs, Sources};
use crate::identity::Verifier;

/// Check configuration, database, identity provider and clock, and say in words what is wrong
#[derive(Debug, Args)]
pub(super) struct Doctor {
    #[command(flatten)]
    settings: SettingsArgs,
}

/// What was found so far.
#[derive(Default)]
struct Findings {
    wrong: usize,
}

impl Findings {
    fn ok(&self, what: &str, words: impl std::fmt::Display) {
        print::line(format_args!("ok     {what}: {words}"));
    }

    fn wrong(&mut self, what: &str, words: impl std::fmt::Display) {
        self.wrong += 1;
        print::line(format_args!("wrong  {what}: {words}"));
    }
}

impl Doctor {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let mut findings = Findings::default();
        match Settings::load(&Sources::of_process(self.settings)) {
            Err(error) => error.problems.iter().for_each(|problem| findings.wrong("configuration", problem)),
            Ok(settings) => {
                configuration(&mut findings, &settings);
                database(&mut findings, &settings).await;
                provider(&mut findings, &settings).await;
                clock(&mut findings, &settings).await;
            }
        }
        if findings.wrong > 0 { Err(Failure::said()) } else { Ok(()) }
    }
}

fn configuration(findings: &mut Findings, settings: &Settings) {
    match settings.check_for_serve() {
        Ok(()) => findings.ok("configuration", "all that `tandem serve` needs is set"),
        Err(error) => error.problems.iter().for_each(|problem| findings.wrong("configuration", problem)),
    }
}

async fn database(findings: &mut Findings, settings: &Settings) {
    let url = &settings.database_url;
    if open::is_missing(url) {
        return findings.wrong("database", format_args!("{url}: there is no such file; run `tandem migrate` to make it"));
    }
    let vault = match open::any(url, &open::patiently(url)).await {
        Ok(vault) => vault,
        Err(failure) => return findings.wrong("database", failure),
    };
    let kind = if url.is_postgres() { "PostgreSQL" } else { "SQLite" };
    match vault.ping().await {
        Ok(()) => findings.ok("database", format_args!("{url} answers ({kind})")),
        Err(error) => findings.wrong("database", format_args!("{url}: {}", with_causes(&error))),
    }
    let version = env!("CARGO_PKG_VERSION");
    match vault.schema_state().await {
        Ok(SchemaState::Current) => findings.ok("schema", format_args!("is the one of version {version}")),
        Ok(SchemaState::Newer) => findings.ok("schema", format_args!("is newer than version {version}, which works with it")),
        Ok(SchemaState::Behind(steps)) => findings.wrong("schema", open::behind(&steps)),
        Err(error) => findings.wrong("schema", with_causes(&error)),
    }
    match vault.lax_settings().await {
        Ok(lax) if lax.is_empty() => findings.ok("durability", "a write is on the disk before it is answered"),
        Ok(lax) => findings.wrong("durability", open::lax(&lax)),
        Err(error) => findings.wrong("durability", with_causes(&error)),
    }
    vault.close().await;
}

async fn provider(findings: &mut Findings, settings: &Settings) {
    const WHAT: &str = "identity provider";
    let verifier = match Verifier::from_settings(settings, Arc::new(|| SystemClock.now())) {
        Ok(verifier) => verifier,
        Err(error) => return findings.wrong(WHAT, error),
    };
    match verifier.probe().await {
        Ok(_) if settings.jwt_secret.is_some() => findings.ok(WHAT, "none; tokens are verified with the development secret"),
        Ok(keys) => findings.ok(WHAT, format_args!("publishes {keys} usable keys")),
        Err(error) => findings.wrong(WHAT, format_args!("{}; check TANDEM_JWT_ISSUER and TANDEM_JWKS_URL", with_causes(&error))),
    }
}

/// Compares the clock with the provider's, whose tokens it has to judge.
async fn clock(findings: &mut Findings, settings: &Settings) {
    let now = SystemClock.now();
    let shown = now.format("%Y-%m-%d %H:%M:%S UTC");
    let Some(theirs) = provider_time(settings).await else {
        return findings.ok("clock", format_args!("{shown}; there is no other clock to compare it with"));
    };
    let apart = (SystemClock.now() - theirs).abs();
    // The provider's clock is shown in whole seconds.
    let leeway = chrono::Duration::from_std(settings.jwt_leeway).unwrap_or(chrono::Duration::MAX);
    if apart > leeway.max(chrono::Duration::seconds(2)) {
        findings.wrong("clock", format_args!("{shown}, {} seconds apart from the identity provider's: correct it", apart.num_seconds()));
    } else {
        findings.ok("clock", format_args!("{shown}, as the identity provider's"));
    }
}

/// The time by the `Date` header of the provider.
async fn provider_time(settings: &Settings) -> Option<DateTime<Utc>> {
    if settings.jwt_secret.is_some() {
        return None;
    }
    let url = settings.jwks_url.as_deref().or(settings.jwt_issuer.as_deref())?;
    let client = reqwest::Client::builder().timeout(Duration::from_secs(5)).build().ok()?;
    let response = client.head(url).send().await.ok()?;
    let date = response.headers().get(reqwest::header::DATE)?.to_str().ok()?;
    DateTime::parse_from_rfc2822(date).ok().map(|date| date.to_utc())
}
