//! Settings: precedence, unknown names, unreadable values, and what `serve` refuses.

use std::io::Write as _;

use clap::{Args as _, Command, FromArgMatches as _};
use secrecy::ExposeSecret as _;

use super::*;

const GOOD_SECRET: &str = "a-development-secret-of-more-than-32-bytes";

fn sources(environment: &[(&str, &str)], flags: &[&str]) -> Sources {
    let command = SettingsArgs::augment_args(Command::new("serve").no_binary_name(true));
    let matches = command.try_get_matches_from(flags).expect("flags");
    Sources {
        environment: environment.iter().map(|(k, v)| (k.into(), v.into())).collect(),
        args: SettingsArgs::from_arg_matches(&matches).expect("flags"),
    }
}

fn load(environment: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    Settings::load(&sources(environment, &[]))
}

fn file(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().expect("file");
    file.write_all(text.as_bytes()).expect("write");
    file
}

fn load_file(text: &str) -> Result<Settings, SettingsError> {
    let file = file(text);
    load(&[("TANDEM_CONFIG", file.path().to_str().expect("path"))])
}

fn places(result: Result<impl Sized, SettingsError>) -> Vec<String> {
    let error = result.err().expect("must be refused");
    error.problems.into_iter().map(|problem| problem.place).collect()
}

/// What a production server is started with.
fn production() -> Settings {
    load(&[("TANDEM_JWT_ISSUER", "https://login.example.com"), ("TANDEM_JWT_AUDIENCE", "tandem")]).expect("good settings")
}

#[test]
fn defaults_are_those_of_the_contract() {
    let settings = load(&[]).expect("defaults");
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
    assert_eq!((settings.rate_limit, settings.rate_bucket), (1_000, 20_000));
    assert_eq!(settings.max_body_bytes, 1_048_576);
    assert_eq!(settings.max_drain_bytes, 16_777_216);
    assert_eq!((settings.max_document_chars, settings.max_document_tokens), (15_000, 2_000));
    assert_eq!((settings.max_depth, settings.max_aliases, settings.max_directives), (15, 30, 50));
    assert_eq!((settings.max_root_fields, settings.max_cost), (20, 10_000));
    assert_eq!((settings.max_input_items, settings.max_ingest_rows), (250, 1_000));
    assert_eq!(settings.request_timeout.as_secs(), 10);
    assert!(!settings.database_url.is_postgres());
    settings.check().expect("defaults make sense");
}

#[test]
fn the_later_source_wins() {
    let file =
        file("listen = \"127.0.0.1:1\"\nrate_limit = 1\nmax_depth = 1\ncors_origins = [\"https://a.example\", \"https://b.example\"]\n");
    let path = file.path().to_str().expect("path");
    let environment = [("TANDEM_RATE_LIMIT", "2"), ("TANDEM_MAX_DEPTH", "2")];
    let settings = Settings::load(&sources(&environment, &["--config", path, "--max-depth", "3"])).expect("settings");
    assert_eq!(settings.listen.port(), 1, "the file over the default");
    assert_eq!(settings.rate_limit, 2, "the variable over the file");
    assert_eq!(settings.max_depth, 3, "the flag over the variable");
    assert_eq!(settings.cors_origins, ["https://a.example", "https://b.example"]);
}

#[test]
fn a_file_may_spell_settings_as_variables() {
    assert_eq!(load_file("TANDEM_MAX_DEPTH = 7").expect("settings").max_depth, 7);
    let twice = places(load_file("TANDEM_MAX_DEPTH = 7\nmax_depth = 8"));
    assert_eq!(twice.len(), 1);
    assert!(twice[0].starts_with("TANDEM_MAX_DEPTH in "));
}

#[test]
fn unknown_names_are_named_all_at_once() {
    let found = places(load(&[("TANDEM_RATE_LIMITS", "1"), ("TANDEM_OTLP_ENDPOINT", "x"), ("PATH", "x")]));
    assert_eq!(found, ["TANDEM_OTLP_ENDPOINT", "TANDEM_RATE_LIMITS"]);
    let found = places(load_file("max_dept = 3\n[limits]\nmax_depth = 3\n"));
    assert!(found[0].starts_with("max_dept in ") || found[1].starts_with("max_dept in "));
    assert_eq!(found.len(), 2);
}

#[test]
fn the_variable_of_test_runs_is_no_mistake() {
    load(&[("TANDEM_TEST_DATA", "/somewhere"), ("TANDEM_CONFIG", "")]).expect("ignored");
}

#[test]
fn empty_means_not_set_only_where_that_means_something() {
    assert!(load(&[("TANDEM_JWKS_URL", "")]).expect("not set").jwks_url.is_none());
    assert_eq!(places(load(&[("TANDEM_LISTEN", "")])), ["TANDEM_LISTEN"]);
}

#[test]
fn unreadable_values_are_refused_without_repeating_them() {
    for (name, value) in [
        ("TANDEM_LISTEN", "8080-secret"),
        ("TANDEM_RATE_LIMIT", "-1-secret"),
        ("TANDEM_REQUEST_TIMEOUT", "10 secret"),
        ("TANDEM_DEVELOPMENT", "secret"),
        ("TANDEM_LOG_FORMAT", "secret"),
        ("TANDEM_DATABASE_URL", "mysql://user:secret@host/db"),
    ] {
        let error = load(&[(name, value)]).expect_err(name);
        assert_eq!(error.problems[0].place, name);
        assert!(!error.to_string().contains("secret"), "{error}");
    }
    let error = load_file("jwt_secret = \"secret-value\nlisten = 3").expect_err("no TOML");
    assert!(!error.to_string().contains("secret-value"), "{error}");
    assert!(places(load_file("jwt_issuer = [\"a\"]"))[0].starts_with("jwt_issuer in "));
    assert_eq!(places(load(&[("TANDEM_CONFIG", "/no/such.toml")])), ["/no/such.toml"]);
}

#[test]
fn durations_have_units() {
    for (text, millis) in [("250ms", 250), ("10", 10_000), ("10s", 10_000), ("2m", 120_000), ("1h", 3_600_000)] {
        let settings = load(&[("TANDEM_REQUEST_TIMEOUT", text)]).expect(text);
        assert_eq!(settings.request_timeout.as_millis(), millis, "{text}");
    }
    assert!(load(&[("TANDEM_REQUEST_TIMEOUT", "99999999999999999999d")]).is_err());
    assert!(load(&[("TANDEM_REQUEST_TIMEOUT", "9999999999999999999d")]).is_err());
}

#[test]
fn secrets_are_never_shown_and_have_no_flag() {
    let environment =
        [("TANDEM_JWT_SECRET", GOOD_SECRET), ("TANDEM_DATABASE_URL", "postgres://me:hunter2@db.example/tandem?password=hunter3")];
    let settings = load(&environment).expect("settings");
    let shown = format!("{settings:?}");
    assert!(!shown.contains(GOOD_SECRET) && !shown.contains("hunter"), "{shown}");
    assert!(shown.contains("postgres://db.example/tandem"));
    assert!(settings.database_url.expose().contains("hunter2"));
    assert_eq!(settings.jwt_secret.expect("secret").expose_secret(), GOOD_SECRET);
    let command = SettingsArgs::augment_args(Command::new("serve").no_binary_name(true));
    assert!(command.try_get_matches_from(["--jwt-secret", GOOD_SECRET]).is_err());
}

#[test]
fn a_switch_may_stand_alone() {
    assert!(Settings::load(&sources(&[], &["--development"])).expect("settings").development);
    assert!(!Settings::load(&sources(&[("TANDEM_DEVELOPMENT", "true")], &["--development=false"])).expect("settings").development);
}

#[test]
fn help_lists_every_setting_with_its_default() {
    let mut command = SettingsArgs::augment_args(Command::new("serve"));
    let help = command.render_long_help().to_string();
    for row in settings::ROWS.iter() {
        assert!(help.contains(&row.variable), "{} in {help}", row.variable);
        assert!(!row.meaning.is_empty());
    }
    assert!(help.contains("127.0.0.1:8080") && help.contains("OTEL_EXPORTER_OTLP_ENDPOINT"));
}

#[test]
fn serve_starts_with_a_provider_over_tls() {
    production().check_for_serve().expect("good settings");
}

#[test]
fn serve_names_all_that_is_missing() {
    let found = places(load(&[]).expect("defaults").check_for_serve());
    assert_eq!(found, ["TANDEM_JWT_ISSUER", "TANDEM_JWT_AUDIENCE"]);
}

#[test]
fn serve_takes_a_secret_on_a_developers_machine_only() {
    let mut settings = production();
    settings.jwt_secret = Some(GOOD_SECRET.into());
    assert_eq!(places(settings.check_for_serve()), ["TANDEM_JWT_SECRET"]);
    settings.development = true;
    settings.check_for_serve().expect("development");
    settings.jwks_url = Some("https://login.example.com/keys".into());
    assert_eq!(places(settings.check_for_serve()), ["TANDEM_JWT_SECRET"], "one source of keys");
}

#[test]
fn weak_secrets_are_refused() {
    for weak in ["short", "0123456789abcdef0123456789abcde", &"a".repeat(64)] {
        let mut settings = production();
        settings.development = true;
        settings.jwt_secret = Some(weak.into());
        assert_eq!(places(settings.check()), ["TANDEM_JWT_SECRET"]);
        assert_eq!(places(settings.check_for_serve()), ["TANDEM_JWT_SECRET"]);
    }
}

#[test]
fn serve_refuses_keys_in_clear() {
    let mut settings = production();
    settings.jwks_url = Some("http://login.example.com/keys".into());
    assert_eq!(places(settings.check_for_serve()), ["TANDEM_JWKS_URL"]);
    settings.jwks_url = None;
    for issuer in ["http://login.example.com", "login.example.com", "file:///etc"] {
        settings.jwt_issuer = Some(issuer.into());
        assert_eq!(places(settings.check_for_serve()), ["TANDEM_JWT_ISSUER"], "{issuer}");
    }
    settings.jwt_issuer = Some("http://login.example.com".into());
    settings.development = true;
    settings.check_for_serve().expect("development");
}

#[test]
fn serve_refuses_any_origin_and_malformed_ones() {
    let mut settings = production();
    for origin in ["*", "https://portal.example.com/", "https://portal.example.com/app", "portal.example.com", "null"] {
        settings.cors_origins = vec![origin.into()];
        assert_eq!(places(settings.check_for_serve()), ["TANDEM_CORS_ORIGINS"], "{origin}");
    }
    settings.cors_origins = vec!["https://portal.example.com".into(), "http://localhost:3000".into()];
    settings.check_for_serve().expect("origins");
}

#[test]
fn limits_that_would_serve_nothing_are_refused() {
    let mut settings = production();
    settings.max_depth = 0;
    settings.rate_bucket = 9_999;
    assert_eq!(places(settings.check_for_serve()), ["TANDEM_MAX_DEPTH", "TANDEM_RATE_BUCKET"]);
    settings.rate_limit = 0;
    settings.max_depth = 1;
    settings.check_for_serve().expect("no rate limit");
}
