//! The table of settings: name, meaning, kind and default of each, spelled once.
//! The struct, its defaults, the reading by name and the help are all made from this one table.

use std::{net::SocketAddr, sync::LazyLock, time::Duration};

use secrecy::SecretString;
use tandem_graphql::ReadPath;

use super::kind::{DatabaseUrl, Kind, LogFormat, default_database};

/// What is known about a setting apart from its value.
#[derive(Debug)]
pub(super) struct Row {
    /// Its name in [`Settings`] and in the file: `rate_limit`.
    pub(super) name: &'static str,
    /// Its environment variable: `TANDEM_RATE_LIMIT`.
    pub(super) variable: String,
    /// Its flag without the dashes, `rate-limit`; none for a secret.
    pub(super) flag: Option<String>,
    /// What it means: the documentation comment in the table below.
    pub(super) meaning: String,
    /// Its default in words; `not set` where there is none.
    pub(super) default: String,
    pub(super) secret: bool,
    pub(super) list: bool,
    pub(super) switch: bool,
    pub(super) word: &'static str,
}

macro_rules! settings {
    ($(
        $(#[doc = $meaning:literal])+
        $name:ident $([$variable:literal])?: $kind:ty = $default:expr;
    )+) => {
        /// Everything that can be set, with the values now in force.
        #[derive(Debug, Clone)]
        pub struct Settings {
            $($(#[doc = $meaning])+ pub $name: $kind,)+
        }

        impl Default for Settings {
            fn default() -> Self {
                Self { $($name: $default,)+ }
            }
        }

        /// All settings, in the order in which help lists them.
        pub(super) static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
            let defaults = Settings::default();
            vec![$(Row {
                name: stringify!($name),
                variable: variable(stringify!($name), None$(.or(Some($variable)))?),
                flag: (!<$kind as Kind>::SECRET).then(|| stringify!($name).replace('_', "-")),
                meaning: [$($meaning),+].map(str::trim).join(" "),
                default: defaults.$name.show(),
                secret: <$kind as Kind>::SECRET,
                list: <$kind as Kind>::LIST,
                switch: <$kind as Kind>::SWITCH,
                word: <$kind as Kind>::WORD,
            }),+]
        });

        impl Settings {
            /// Sets one setting by its name; the error says what would have been right.
            pub(super) fn set(&mut self, name: &str, text: &str) -> Result<(), String> {
                match name {
                    $(stringify!($name) => self.$name = <$kind as Kind>::read(text)?,)+
                    _ => return Err("is no setting".to_owned()),
                }
                Ok(())
            }
        }
    };
}

fn variable(name: &str, own: Option<&str>) -> String {
    own.map_or_else(|| format!("TANDEM_{}", name.to_ascii_uppercase()), str::to_owned)
}

/// What trial master files are made of; nothing that a browser would run.
const FILE_TYPES: [&str; 18] = [
    "application/pdf",
    "text/plain",
    "text/csv",
    "text/xml",
    "application/xml",
    "application/json",
    "application/zip",
    "application/x-sas-xport",
    "image/png",
    "image/jpeg",
    "image/tiff",
    "message/rfc822",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
];

settings! {
    /// Where the data is: `sqlite://FILE` or `postgres://USER:PASSWORD@HOST/DATABASE`.
    /// Better a variable than a flag where it holds a password.
    database_url: DatabaseUrl = default_database();
    /// The same database as its owner sees it, for `tandem migrate`, where the service itself runs as a user who may not
    /// change tables. Not set: `database_url`.
    migrate_url: Option<DatabaseUrl> = None;
    /// How many connections to the database one instance keeps at most.
    database_connections: u32 = 10;
    /// The address and port to listen on.
    listen: SocketAddr = SocketAddr::from(([127, 0, 0, 1], 8080));
    /// This is a developer's machine: `serve` accepts a development secret, plain http to the identity provider and any
    /// origin, and shows the GraphQL IDE. Never in production.
    development: bool = false;

    /// The issuer (`iss`) whose tokens are accepted, exactly as the OpenID provider spells it.
    jwt_issuer: Option<String> = None;
    /// The audience (`aud`) that a token must name: this service, as the OpenID provider knows it.
    jwt_audience: Option<String> = None;
    /// Where the provider publishes its signing keys. Not set: found by OpenID discovery from `jwt_issuer`.
    jwks_url: Option<String> = None;
    /// An HS256 secret of at least 32 bytes that signs and verifies development tokens, instead of a provider's keys.
    /// Refused by `serve` unless `development` is on.
    jwt_secret: Option<SecretString> = None;
    /// How far the clocks of provider and service may differ when a token's times are checked.
    jwt_leeway: Duration = Duration::from_secs(30);
    /// The shortest time between two fetches of the provider's keys, whatever tokens arrive.
    jwks_interval: Duration = Duration::from_secs(30);
    /// The age at which the provider's keys are fetched anew, so that a withdrawn key is noticed.
    jwks_refresh: Duration = Duration::from_secs(600);
    /// How long the last known keys go on working while the provider is away; after that every token is refused.
    jwks_max_stale: Duration = Duration::from_secs(86_400);
    /// How many verified tokens are remembered, each for a minute at most, to save verifying them anew.
    token_cache: u64 = 10_000;
    /// How long ago a person may have authenticated (`auth_time`) to sign without doing so again.
    signing_max_age: Duration = Duration::from_secs(300);

    /// How often the access log is kept: refusals of one kind to one principal within this time are one event of it.
    access_log_every: Duration = Duration::from_secs(60);

    /// The browser origins that may call the service, such as `https://portal.example.com`; `*` for any, in development.
    cors_origins: Vec<String> = Vec::new();
    /// Cost points that each principal may spend a second; 0 turns the rate limit off.
    rate_limit: u32 = 1_000;
    /// Cost points that a principal can save up and spend at once.
    rate_bucket: u32 = 20_000;

    /// The longest a request may take.
    request_timeout: Duration = Duration::from_secs(10);
    /// The longest a client may take to send a request's head; a connection without a request stays no longer either.
    head_timeout: Duration = Duration::from_secs(30);
    /// The longest a client may leave an answer unread.
    answer_timeout: Duration = Duration::from_secs(30);
    /// How long `/readyz` answers 503 after the order to stop while requests are still taken, so that a balancer turns away
    /// first. `demo` does not wait.
    shutdown_notice: Duration = Duration::from_secs(5);
    /// How long requests under way may finish once no more are taken.
    shutdown_grace: Duration = Duration::from_secs(20);
    /// How many connections are open at once.
    max_connections: u32 = 4_096;

    /// Bytes of a request's head; more is answered 431.
    max_head_bytes: u32 = 32 * 1024;
    /// Bytes of a GraphQL request's body; more is answered 413.
    max_body_bytes: u64 = 1024 * 1024;
    /// Bytes of an oversized body that are read and thrown away so that its sender gets the 413.
    max_drain_bytes: u64 = 16 * 1024 * 1024;
    /// Characters of a GraphQL document.
    max_document_chars: u32 = 15_000;
    /// Tokens of a GraphQL document.
    max_document_tokens: u32 = 2_000;
    /// Levels of fields in an operation, introspection not counted.
    max_depth: u32 = 15;
    /// Levels of fields within introspection.
    max_introspection_depth: u32 = 20;
    /// Aliases in an operation.
    max_aliases: u32 = 30;
    /// Directives in an operation.
    max_directives: u32 = 50;
    /// Fields at the root of an operation.
    max_root_fields: u32 = 20;
    /// Cost of an operation: what it could return at most, page sizes multiplied down the tree.
    max_cost: u32 = 10_000;
    /// Items in an array of a mutation's input.
    max_input_items: u32 = 250;
    /// Rows in one bulk ingestion.
    max_ingest_rows: u32 = 1_000;

    /// Where contents of documents are kept: a folder, which the first one makes, or `s3://BUCKET/PREFIX` (or what is compatible), with
    /// credentials, region and endpoint as the variables `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT` say.
    /// Several instances need one that all reach.
    file_store: String = "tandem-files".to_owned();
    /// Bytes of a document's content; a document that declares more is only described.
    max_file_bytes: u64 = 2_147_483_647;
    /// The media types that a document's content may have to be kept here.
    file_types: Vec<String> = FILE_TYPES.map(str::to_owned).to_vec();
    /// The longest a client may pause while it sends a content.
    file_timeout: Duration = Duration::from_secs(30);

    /// Which way queries are answered: `auto`, or `resolvers` always, for comparisons. The answers are the same.
    read_path: ReadPath = ReadPath::Auto;

    /// Which log lines are written: a level (`error`, `warn`, `info`, `debug`, `trace`) or directives such as
    /// `info,tandem_gateway=debug`.
    log: String = "info".to_owned();
    /// How a log line looks.
    log_format: LogFormat = LogFormat::Text;
    /// Where OpenTelemetry traces go (OTLP); accepted and checked, but nothing is exported yet.
    otlp_endpoint ["OTEL_EXPORTER_OTLP_ENDPOINT"]: Option<String> = None;
}
