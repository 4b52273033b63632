//! A whole Tandem for a test: the demo world in a database of its own, served on a port of its own, asked over HTTP.
//! Every whole-product test runs in a house on each database.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use chrono::{TimeDelta, Utc};
use serde_json::{Value as Json, json};
use tandem_domain::access::Viewer;
use tandem_domain::clock::{SystemClock, SystemIds};
use tandem_gateway::app::App;
use tandem_gateway::config::Settings;
use tandem_gateway::demo;
use tandem_gateway::identity::{Bearer, DevelopmentSecret, Mint};
use tandem_persistence::{Admission, Connect, SignIn, Vault};
use tokio::sync::oneshot;

use crate::postgres::postgres;

/// The databases that every test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// A file of its own.
    Sqlite,
    /// A database of its own on the run's server.
    Postgres,
}

/// Both of them.
pub const BOTH: [Backend; 2] = [Backend::Sqlite, Backend::Postgres];

/// Signs the tokens of every test.
pub const SECRET: &str = "a secret for tests only, 0123456789 abcdefghij";

/// A migrated database, and how to reach it; gone with the value (a SQLite file) or the run (PostgreSQL).
pub struct Ground {
    /// How to reach it.
    pub connect: Connect,
    /// Which database it is.
    pub backend: Backend,
    folder: tempfile::TempDir,
}

impl Ground {
    /// An empty, migrated database.
    ///
    /// # Panics
    /// Where the database cannot be made: the test cannot go on.
    #[expect(clippy::expect_used, reason = "a test that has no database cannot go on")]
    pub async fn new(backend: Backend) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let connect = match backend {
            Backend::Sqlite => Connect::to(&format!("sqlite://{}", folder.path().join("tandem.sqlite").display())),
            Backend::Postgres => Connect::to(&postgres().url(&postgres().create_database())),
        };
        let ground = Self { connect: Connect { connections: 8, ..connect }, backend, folder };
        let vault = ground.vault().await;
        vault.migrate().await.expect("the schema");
        vault.close().await;
        ground
    }

    /// The same with the demo world in it.
    ///
    /// # Panics
    /// Where the world cannot be written.
    #[expect(clippy::expect_used, reason = "a test that has no world cannot go on")]
    pub async fn with_demo(backend: Backend) -> Self {
        let ground = Self::new(backend).await;
        demo::seed(&ground.connect).await.expect("the demo world");
        ground
    }

    /// Opens it, with the machine's clock and ids.
    ///
    /// # Panics
    /// Where it cannot be reached.
    #[expect(clippy::expect_used, reason = "a test that has no database cannot go on")]
    pub async fn vault(&self) -> Vault {
        Vault::open(&self.connect, Arc::new(SystemClock), Arc::new(SystemIds)).await.expect("the database")
    }

    /// Serves it. Several houses on one ground are several instances.
    ///
    /// # Panics
    /// Where the service cannot start.
    #[expect(clippy::expect_used, reason = "a test that has no service cannot go on")]
    pub async fn serve(&self) -> House {
        self.serve_with(self.settings()).await.expect("the service")
    }

    /// Where contents of documents are kept.
    #[must_use]
    pub fn files(&self) -> std::path::PathBuf {
        self.folder.path().join("files")
    }

    /// The settings of an ordinary test house, to be varied.
    #[must_use]
    pub fn settings(&self) -> Settings {
        Settings {
            jwt_issuer: Some(demo::ISSUER.to_owned()),
            jwt_audience: Some(demo::AUDIENCE.to_owned()),
            jwt_secret: Some(SECRET.to_owned().into()),
            development: true,
            shutdown_notice: std::time::Duration::ZERO,
            file_store: self.files().display().to_string(),
            // Nothing is written in the background while a test looks whether anything was, at midnight neither.
            access_log_every: std::time::Duration::from_secs(86_400 * 36_500),
            ..Settings::default()
        }
    }

    /// Serves it with these settings.
    ///
    /// # Errors
    /// Words, where the service cannot start.
    pub async fn serve_with(&self, settings: Settings) -> Result<House, String> {
        let app = App::build(&settings, self.vault().await).await.map_err(|error| error.to_string())?;
        let by_levels = app.by_levels();
        let bound = app.bind("127.0.0.1:0").await.map_err(|error| error.to_string())?;
        let address = bound.address().to_string();
        let (stop, stopped) = oneshot::channel::<()>();
        let running = tokio::spawn(bound.run(async move {
            let _ = stopped.await;
        }));
        Ok(House { address, by_levels, stop: Some(stop), running, client: reqwest::Client::new() })
    }
}

/// A running instance.
pub struct House {
    /// Host and port.
    pub address: String,
    /// How many queries it has answered by levels.
    pub by_levels: Arc<AtomicU64>,
    stop: Option<oneshot::Sender<()>>,
    running: tokio::task::JoinHandle<()>,
    client: reqwest::Client,
}

/// An answer: its status, and its body as JSON.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Json,
    /// The body as it came.
    pub text: String,
    /// What `WWW-Authenticate` says, where the answer has one.
    pub challenge: Option<String>,
}

impl Answer {
    /// The value at a JSON pointer; null where there is none.
    #[must_use]
    pub fn at(&self, pointer: &str) -> &Json {
        self.body.pointer(pointer).unwrap_or(&Json::Null)
    }
}

/// The viewer that a person of this verified address is, for tests that ask in the process.
///
/// # Panics
/// Where he is not admitted: the test cannot go on.
#[expect(clippy::panic, clippy::expect_used, reason = "a test that has no viewer cannot go on")]
pub async fn viewer(vault: &Vault, email: &str) -> Arc<Viewer> {
    let (issuer, email) = (demo::ISSUER.to_owned(), email.to_owned());
    let sign_in = SignIn { issuer, subject: email.clone(), verified_email: Some(email), ..SignIn::default() };
    match vault.admit(&sign_in, None).await.expect("the directory") {
        Admission::Admitted(viewer) => Arc::new(viewer),
        other => panic!("{sign_in:?}: {other:?}"),
    }
}

/// The token of a person of the demo world, by the local part of his address: `marisol@quillfen`.
///
/// # Panics
/// Where the token cannot be signed.
#[must_use]
pub fn person(name: &str) -> String {
    mint(Bearer::Person { email: &format!("{name}.example.org") })
}

/// The token of a machine client with these scopes.
///
/// # Panics
/// Where the token cannot be signed.
#[must_use]
pub fn client(id: &str, scopes: &[&str]) -> String {
    let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    mint(Bearer::Client { id, scopes: Some(&scopes) })
}

#[expect(clippy::expect_used, clippy::disallowed_methods, reason = "tokens of tests live in the machine's own time")]
fn mint(bearer: Bearer<'_>) -> String {
    let secret = DevelopmentSecret::new(SECRET).expect("the tests' secret is strong enough");
    let mint = Mint::new(&secret, demo::ISSUER, demo::AUDIENCE);
    mint.token(bearer, Utc::now(), TimeDelta::hours(1), uuid::Uuid::new_v4()).expect("a token")
}

impl House {
    /// Asks, with a bearer token.
    ///
    /// # Panics
    /// Where no answer comes at all.
    pub async fn ask(&self, token: &str, query: &str) -> Answer {
        self.ask_with(token, query, json!({}), &[]).await
    }

    /// Asks with variables and headers.
    ///
    /// # Panics
    /// Where no answer comes at all.
    pub async fn ask_with(&self, token: &str, query: &str, variables: Json, headers: &[(&str, &str)]) -> Answer {
        self.post(token, &json!({ "query": query, "variables": variables }), headers).await
    }

    /// Asks with a whole body.
    ///
    /// # Panics
    /// Where no answer comes at all.
    #[expect(clippy::expect_used, reason = "a test that gets no answer cannot go on")]
    pub async fn post(&self, token: &str, body: &Json, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.client.post(format!("http://{}/graphql", self.address)).bearer_auth(token).json(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.expect("an answer");
        let status = response.status().as_u16();
        let challenge = response.headers().get("WWW-Authenticate").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let text = response.text().await.expect("a body");
        let body = serde_json::from_str(&text).unwrap_or(Json::Null);
        Answer { status, body, text, challenge }
    }

    /// What is given out at a path, which has to be.
    ///
    /// # Panics
    /// Where it is not.
    #[expect(clippy::expect_used, reason = "a test that gets no answer cannot go on")]
    pub async fn get(&self, token: &str, path: &str) -> String {
        let answer = self.client.get(format!("http://{}{path}", self.address)).bearer_auth(token).send().await.expect("an answer");
        let status = answer.status();
        let text = answer.text().await.expect("a whole answer");
        assert!(status.is_success(), "{path}: {status} {text}");
        text
    }

    /// What `/metrics` says, line by line.
    ///
    /// # Panics
    /// Where no answer comes at all.
    #[expect(clippy::expect_used, reason = "a test that gets no answer cannot go on")]
    pub async fn metrics(&self) -> String {
        let response = self.client.get(format!("http://{}/metrics", self.address)).send().await.expect("an answer");
        response.text().await.expect("a body")
    }

    /// Stops the instance and waits until it has ended.
    ///
    /// # Panics
    /// Where it broke down.
    #[expect(clippy::expect_used, reason = "a service that broke down fails its test")]
    pub async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        self.running.await.expect("the service ended well");
    }
}
