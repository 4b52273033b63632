//! Asks a running instance as a persona, and keeps the whole raw answer: status, headers and body.

use chrono::{TimeDelta, Utc};
use serde_json::{Value as Json, json};
use tandem_gateway::config::Settings;
use tandem_gateway::demo;
use tandem_gateway::identity::{Bearer, DevelopmentSecret, Mint};

use super::people::address;
use super::sight::Persona;
use super::world::text;

const SECRET: &str = "a secret for the sweep only, 0123456789 abcdefghij";

/// Settings of a house to sweep: as any other, but without a rate limit and with room for dear documents, for the sweep asks
/// all at once.
#[must_use]
pub fn settings() -> Settings {
    Settings {
        jwt_issuer: Some(demo::ISSUER.to_owned()),
        jwt_audience: Some(demo::AUDIENCE.to_owned()),
        jwt_secret: Some(SECRET.to_owned().into()),
        development: true,
        rate_limit: 0,
        max_cost: 1_000_000,
        max_document_chars: 100_000,
        max_document_tokens: 20_000,
        shutdown_notice: std::time::Duration::ZERO,
        // No event is added to the access log while it is paged through.
        access_log_every: std::time::Duration::from_secs(86_400 * 36_500),
        ..Settings::default()
    }
}

/// A raw answer.
#[derive(Clone, Debug)]
pub struct Raw {
    /// The HTTP status.
    pub status: u16,
    /// The headers, one a line, without those that differ each time.
    pub headers: String,
    /// The body as it came.
    pub text: String,
}

impl Raw {
    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or(Json::Null)
    }

    /// Everything that came, in one text.
    #[must_use]
    pub fn everything(&self) -> String {
        format!("{}\n{}\n{}", self.status, self.headers, self.text)
    }
}

/// Headers that name the request or its moment.
const PASSING: &[&str] = &["date", "x-request-id", "request-id", "content-length"];

/// A persona's connection.
pub struct Asker {
    client: reqwest::Client,
    url: String,
    token: String,
    organization: Option<String>,
}

impl Asker {
    /// The persona with a real token of its own.
    ///
    /// # Panics
    /// Where the token cannot be signed: the sweep cannot go on.
    #[must_use]
    pub fn new(host: &str, persona: &Persona) -> Self {
        let (email, client_id) = (address(persona.name), text("client", persona.name, "client_id"));
        let scopes: Option<Vec<String>> = persona.scopes.map(|scopes| scopes.iter().map(|scope| (*scope).to_owned()).collect());
        let bearer = match &scopes {
            Some(scopes) => Bearer::Client { id: &client_id, scopes: Some(scopes) },
            None => Bearer::Person { email: &email },
        };
        Self::of(host, bearer, None)
    }

    /// Anybody with a real token of his own; one who has several organisations names the one that he acts for.
    ///
    /// # Panics
    /// Where the token cannot be signed: the sweep cannot go on.
    #[must_use]
    #[expect(
        clippy::expect_used,
        clippy::disallowed_methods,
        reason = "a sweep without tokens cannot go on; they live in the machine's time"
    )]
    pub fn of(host: &str, bearer: Bearer<'_>, organization: Option<String>) -> Self {
        let secret = DevelopmentSecret::new(SECRET).expect("the sweep's secret is strong enough");
        let mint = Mint::new(&secret, demo::ISSUER, demo::AUDIENCE);
        let token = mint.token(bearer, Utc::now(), TimeDelta::hours(6), uuid::Uuid::new_v4()).expect("a token");
        Self { client: reqwest::Client::new(), url: format!("http://{host}"), token, organization }
    }

    /// Asks for a document with variables and headers.
    ///
    /// # Panics
    /// Where no answer comes at all.
    #[expect(clippy::expect_used, reason = "a sweep that gets no answer cannot go on")]
    pub async fn ask_with(&self, query: &str, variables: Json, headers: &[(&str, &str)]) -> Raw {
        let body = json!({ "query": query, "variables": variables });
        let mut request = self.client.post(format!("{}/graphql", self.url)).bearer_auth(&self.token).json(&body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(organization) = &self.organization {
            request = request.header("Tandem-Organization", organization);
        }
        read(request.send().await.expect("an answer")).await
    }

    /// Asks for a document.
    pub async fn ask(&self, query: &str, variables: Json) -> Raw {
        self.ask_with(query, variables, &[]).await
    }

    /// Gets a path.
    ///
    /// # Panics
    /// Where no answer comes at all.
    #[expect(clippy::expect_used, reason = "a sweep that gets no answer cannot go on")]
    pub async fn get(&self, path: &str) -> Raw {
        read(self.client.get(format!("{}{path}", self.url)).bearer_auth(&self.token).send().await.expect("an answer")).await
    }
}

#[expect(clippy::expect_used, reason = "a sweep that gets no answer cannot go on")]
async fn read(response: reqwest::Response) -> Raw {
    let status = response.status().as_u16();
    let lines = response.headers().iter().filter(|(name, _)| !PASSING.contains(&name.as_str()));
    let headers =
        lines.map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes()))).collect::<Vec<_>>().join("\n");
    Raw { status, headers, text: response.text().await.expect("a body") }
}
