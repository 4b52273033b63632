//! `tandem demo`: the invented world, served at once, with a token for each persona.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use clap::Args;
use tandem_domain::clock::{Clock as _, IdSource as _, SystemClock, SystemIds};

use super::{Failure, open, print, serve, start_log};
use crate::app::App;
use crate::config::{Settings, SettingsArgs, Sources};
use crate::demo::{self, Persona, PersonaBearer};
use crate::identity::{Bearer, DevelopmentSecret, Mint};

/// Serve an invented world to try things out in: two sponsors, rival vendors, a dozen studies
///
/// The world is kept in tandem-demo.sqlite in the working directory, or where TANDEM_DATABASE_URL says, and found again on
/// the next start. Tokens are signed with TANDEM_JWT_SECRET, or else with a secret that the first start makes and keeps in a
/// file beside the database (tandem-demo.sqlite.secret; tandem-demo.secret in the working directory where the database is a
/// PostgreSQL server). `tandem token`, run in the same directory with the same settings, signs with it too.
/// A database that holds organisations of somebody else is refused.
/// Issuer and audience are the demo's own; the TANDEM_JWT_ settings of a provider are not used.
#[derive(Debug, Args)]
pub(super) struct Demo {
    #[command(flatten)]
    settings: SettingsArgs,
}

impl Demo {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let settings = Settings::load_over(Settings::of_demo(), &Sources::of_process(self.settings))?;
        settings.check()?;
        start_log(&settings)?;
        let making = open::any(&settings.database_url, &open::patiently(&settings.database_url)).await?;
        // Before anything is written, the key and the schema included.
        demo::refuse_strangers(&making).await?;
        let secret = demo::development_key(&settings, Some(&SystemIds))?;
        let settings = settings.for_demo(&secret);

        let url = &settings.database_url;
        making.migrate().await?;
        making.close().await;
        let made = demo::seed(&open::patiently(url)).await?;

        let vault = open::any(url, &serve::connect(&settings)).await?;
        let app = App::build(&settings, vault).await?;
        app.open_files().await?;
        let bound = app.bind(settings.listen).await?;
        let address = reachable(bound.address());
        greet(&address, url, made);
        let key = DevelopmentSecret::new(&secret).map_err(|weak| Failure::failed(weak.to_string()))?;
        let mint = Mint::new(&key, demo::ISSUER, demo::AUDIENCE);
        for persona in demo::personas() {
            introduce(&address, &persona, &token(&mint, &persona)?);
        }
        print::line("Tokens are good for 12 hours; `tandem token --as EMAIL` makes new ones. Stop with Ctrl+C.");
        print::line(format_args!("ready: http://{address}/graphql"));
        bound.run(serve::until_told()).await;
        Ok(())
    }
}

/// The address as a client on this machine writes it.
fn reachable(address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        return SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), address.port()).to_string();
    }
    address.to_string()
}

fn greet(address: &str, database: &crate::config::DatabaseUrl, made: bool) {
    print::line("TANDEM DEMO: everything in it is invented - organisations, people, studies, hospitals and numbers.");
    print::line("Any likeness to what exists is by accident. Not for real data: the tokens below are printed in clear.");
    print::line("");
    print::line(format_args!("world     {} ({})", database, if made { "made just now" } else { "found again" }));
    print::line(format_args!("graph     http://{address}/graphql"));
    print::line(format_args!("in a browser  http://{address}/"));
    print::line("");
}

fn token(mint: &Mint, persona: &Persona) -> Result<String, Failure> {
    let bearer = match &persona.bearer {
        PersonaBearer::Person(email) => Bearer::Person { email },
        PersonaBearer::Client(id, scopes) => Bearer::Client { id, scopes: Some(scopes) },
    };
    mint.token(bearer, SystemClock.now(), Mint::DEMO, SystemIds.next()).map_err(|error| Failure::failed(error.to_string()))
}

fn introduce(address: &str, persona: &Persona, token: &str) {
    let who = match &persona.bearer {
        PersonaBearer::Person(email) => email,
        PersonaBearer::Client(id, _) => id,
    };
    print::line(format_args!("--- {} <{who}>", persona.name));
    print::line(format_args!("    {}", persona.role));
    print::line(format_args!("    {}", persona.organization));
    print::line(format_args!("    token: {token}"));
    let pick = persona.pick.map_or_else(String::new, |id| format!(" -H 'Tandem-Organization: {id}'"));
    print::line(format_args!(
        "curl -sS http://{address}/graphql -H 'Content-Type: application/json' -H 'Authorization: Bearer {token}'{pick} -d '{{\"query\":\"{}\"}}'",
        persona.query
    ));
    print::line("");
}
