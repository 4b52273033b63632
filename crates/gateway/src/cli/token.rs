//! `tandem token`: a short-lived development token, for whoever has a development signing key.

use clap::{ArgGroup, Args};
use tandem_domain::clock::{Clock as _, IdSource as _, SystemClock, SystemIds};

use super::{Failure, print};
use crate::config::{Settings, SettingsArgs, Sources};
use crate::demo::{self, development_key};
use crate::identity::{Bearer, DevelopmentSecret, Mint};

/// Print a development token, good for an hour
///
/// Signs with TANDEM_JWT_SECRET where it is set, else with the secret that `tandem demo` keeps beside its database when it
/// was started in this directory. Issuer and audience are TANDEM_JWT_ISSUER and TANDEM_JWT_AUDIENCE where both are set
/// together with TANDEM_JWT_SECRET (a server started with `tandem serve --development`), else the demo's.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("whom").required(true).args(["email", "client"]))]
pub(super) struct Token {
    /// For a person, by e-mail address; it counts as verified and just authenticated
    #[arg(long = "as", value_name = "EMAIL")]
    email: Option<String>,
    /// For a machine client, by its client id
    #[arg(long, value_name = "CLIENT_ID")]
    client: Option<String>,
    /// A scope of the machine client's token, such as study:read; may be given several times. None given: no scope
    #[arg(long = "scope", value_name = "SCOPE", conflicts_with = "email", value_delimiter = ' ')]
    scopes: Vec<String>,
    #[command(flatten)]
    settings: SettingsArgs,
}

impl Token {
    pub(super) fn run(self) -> Result<(), Failure> {
        let settings = Settings::load_over(Settings::of_demo(), &Sources::of_process(self.settings))?;
        let secret = development_key(&settings, None)?;
        let (issuer, audience) = match (&settings.jwt_secret, &settings.jwt_issuer, &settings.jwt_audience) {
            (Some(_), Some(issuer), Some(audience)) => (issuer.as_str(), audience.as_str()),
            _ => (demo::ISSUER, demo::AUDIENCE),
        };
        let key = DevelopmentSecret::new(&secret).map_err(|weak| Failure::failed(weak.to_string()))?;
        let scopes = (!self.scopes.is_empty()).then_some(self.scopes.as_slice());
        let bearer = match (&self.email, &self.client) {
            (Some(email), _) => Bearer::Person { email },
            (None, Some(id)) => Bearer::Client { id, scopes },
            (None, None) => return Err(Failure::usage("say for whom: --as EMAIL or --client CLIENT_ID")),
        };
        let token = Mint::new(&key, issuer, audience).token(bearer, SystemClock.now(), Mint::SHORT, SystemIds.next());
        print::line(token.map_err(|error| Failure::failed(error.to_string()))?);
        Ok(())
    }
}
