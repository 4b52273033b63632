//! Whether settings make sense together: what `tandem serve` insists on before it opens a port.
//! Each refusal names the variable and says what to do.

use reqwest::Url;
use secrecy::ExposeSecret;

use super::{
    problem::{Problem, SettingsError},
    settings::Settings,
};
use crate::identity::{DevelopmentSecret, WeakSecret};

impl Settings {
    /// What must hold for any command that starts a server, the demo too.
    ///
    /// # Errors
    /// Every limit that is zero where zero means nothing, every malformed URL or origin, and a weak development secret.
    pub fn check(&self) -> Result<(), SettingsError> {
        SettingsError::unless_none(self.problems())
    }

    /// What must hold for the production server: all of [`Settings::check`], an issuer, an audience, and keys that an
    /// OpenID provider publishes over TLS. With `development` on, a secret or plain http will do.
    ///
    /// # Errors
    /// Everything that is missing or weak, all at once.
    pub fn check_for_serve(&self) -> Result<(), SettingsError> {
        let mut found = self.problems();
        if self.jwt_issuer.is_none() {
            found.push(Problem::new(
                "TANDEM_JWT_ISSUER",
                "is missing; set it to the issuer of your OpenID provider, such as https://login.example.com",
            ));
        }
        if self.jwt_audience.is_none() {
            found.push(Problem::new(
                "TANDEM_JWT_AUDIENCE",
                "is missing; set it to the audience that your OpenID provider puts into tokens for this service",
            ));
        }
        match (&self.jwt_secret, &self.jwks_url) {
            (Some(_), _) if !self.development => found.push(Problem::new(
                "TANDEM_JWT_SECRET",
                "is for development only, because whoever holds it can be anybody; unset it and let TANDEM_JWKS_URL or \
                 OpenID discovery supply the keys (or set TANDEM_DEVELOPMENT=true on a developer's machine)",
            )),
            (Some(_), Some(_)) => found.push(Problem::new(
                "TANDEM_JWT_SECRET",
                "is set together with TANDEM_JWKS_URL; a token must have one source of keys, so unset one of them",
            )),
            _ => {}
        }
        if self.jwt_secret.is_none() {
            self.check_provider(&mut found);
        }
        if !self.development && self.cors_origins.iter().any(|origin| origin == "*") {
            found.push(Problem::new("TANDEM_CORS_ORIGINS", "is * (any website); name the origins of your portals instead"));
        }
        SettingsError::unless_none(found)
    }

    /// The URLs that keys come from must be ones that nobody on the way can change.
    fn check_provider(&self, found: &mut Vec<Problem>) {
        let urls = [("TANDEM_JWT_ISSUER", &self.jwt_issuer), ("TANDEM_JWKS_URL", &self.jwks_url)];
        for (place, url) in urls {
            // An issuer that is no URL is fine where the keys' address is given.
            let matters = place != "TANDEM_JWT_ISSUER" || self.jwks_url.is_none();
            let Some(url) = url.as_deref().filter(|_| matters) else {
                continue;
            };
            match Url::parse(url).ok().as_ref().map(Url::scheme) {
                Some("https") => {}
                Some("http") if self.development => {}
                Some("http") => {
                    found.push(Problem::new(place, "must be an https URL: keys that arrive in clear can be replaced on the way"))
                }
                _ => found.push(Problem::new(place, "must be an https URL")),
            }
        }
    }

    fn problems(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        if let Some(secret) = &self.jwt_secret
            && let Err(WeakSecret) = DevelopmentSecret::new(secret.expose_secret())
        {
            found.push(Problem::new("TANDEM_JWT_SECRET", WeakSecret.to_string()));
        }
        for origin in self.cors_origins.iter().filter(|origin| *origin != "*") {
            if !is_origin(origin) {
                found.push(Problem::new(
                    "TANDEM_CORS_ORIGINS",
                    "must hold origins only: scheme and host, no path, no slash at the end, such as https://portal.example.com",
                ));
            }
        }
        if let Some(endpoint) = &self.otlp_endpoint
            && Url::parse(endpoint).is_err()
        {
            found.push(Problem::new("OTEL_EXPORTER_OTLP_ENDPOINT", "must be a URL"));
        }
        for (name, value) in self.must_not_be_zero() {
            if value == 0 {
                let variable = format!("TANDEM_{}", name.to_ascii_uppercase());
                found.push(Problem::new(variable, "must be more than 0: nothing could be served"));
            }
        }
        if self.rate_limit > 0 && self.rate_bucket < self.max_cost {
            found.push(Problem::new(
                "TANDEM_RATE_BUCKET",
                "must be at least TANDEM_MAX_COST, or a request that is allowed could never be paid for",
            ));
        }
        if self.jwks_max_stale < self.jwks_refresh {
            found.push(Problem::new(
                "TANDEM_JWKS_MAX_STALE",
                "must be at least TANDEM_JWKS_REFRESH, or keys would end before they are fetched anew",
            ));
        }
        if self.jwt_leeway.as_secs() > 300 {
            found.push(Problem::new(
                "TANDEM_JWT_LEEWAY",
                "must be at most 5m: more would keep expired tokens alive; correct the clocks instead",
            ));
        }
        found
    }

    fn must_not_be_zero(&self) -> [(&'static str, u128); 21] {
        [
            ("database_connections", self.database_connections.into()),
            ("jwks_interval", self.jwks_interval.as_millis()),
            ("jwks_refresh", self.jwks_refresh.as_millis()),
            ("signing_max_age", self.signing_max_age.as_millis()),
            ("access_log_every", self.access_log_every.as_secs().into()),
            ("request_timeout", self.request_timeout.as_millis()),
            ("head_timeout", self.head_timeout.as_millis()),
            ("answer_timeout", self.answer_timeout.as_millis()),
            ("max_connections", self.max_connections.into()),
            ("max_head_bytes", self.max_head_bytes.into()),
            ("max_body_bytes", self.max_body_bytes.into()),
            ("max_document_chars", self.max_document_chars.into()),
            ("max_document_tokens", self.max_document_tokens.into()),
            ("max_depth", self.max_depth.into()),
            ("max_introspection_depth", self.max_introspection_depth.into()),
            ("max_aliases", self.max_aliases.into()),
            ("max_directives", self.max_directives.into()),
            ("max_root_fields", self.max_root_fields.into()),
            ("max_cost", self.max_cost.into()),
            ("max_input_items", self.max_input_items.into()),
            ("max_ingest_rows", self.max_ingest_rows.into()),
        ]
    }
}

/// Whether a text is exactly what a browser sends as `Origin`.
fn is_origin(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.origin().ascii_serialization() == text)
}
