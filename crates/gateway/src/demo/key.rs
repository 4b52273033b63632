//! With what the demo signs tokens, so that `tandem token` in the same folder signs alike without being told.
//! A secret of one's own wins; else one is made once and kept in a file beside the database, for its owner's eyes only.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use secrecy::ExposeSecret as _;
use tandem_domain::clock::IdSource;

use crate::config::Settings;
use crate::identity::{DevelopmentSecret, WeakSecret};

/// The issuer of the demo's tokens.
pub const ISSUER: &str = "https://demo.tandem.example.org";

/// The audience of the demo's tokens.
pub const AUDIENCE: &str = "tandem-demo";

/// The demo's settings where nothing is set.
const DATABASE: &str = "tandem-demo.sqlite";

/// The file of the secret, where the database is a server.
const FILE: &str = "tandem-demo.secret";

/// The demo has no key to sign with.
#[derive(Debug, thiserror::Error)]
pub enum DemoKeyError {
    /// The secret that was set, or the one in the file, is weak.
    #[error("{place} {weak}")]
    Weak {
        /// The setting or the file.
        place: String,
        /// What is wrong.
        weak: WeakSecret,
    },
    /// The file cannot be read or written.
    #[error("{}: the demo's signing secret cannot be kept: {error}; set TANDEM_JWT_SECRET instead", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// There is no secret, and none was to be made.
    #[error(
        "there is no development signing key: start `tandem demo` in this folder first, or set TANDEM_JWT_SECRET \
         (looked for {})",
        path.display()
    )]
    Missing {
        /// The file that was looked for.
        path: PathBuf,
    },
}

impl Settings {
    /// What the demo starts from: a database of its own in the working directory.
    #[must_use]
    pub fn of_demo() -> Self {
        Self {
            database_url: crate::config::DatabaseUrl::sqlite(DATABASE),
            file_store: "tandem-demo-files".to_owned(),
            shutdown_notice: std::time::Duration::ZERO,
            ..Self::default()
        }
    }

    /// The same settings with the demo's issuer and audience, and this secret to sign with.
    #[must_use]
    pub fn for_demo(self, secret: &str) -> Self {
        Self {
            jwt_issuer: Some(ISSUER.to_owned()),
            jwt_audience: Some(AUDIENCE.to_owned()),
            jwks_url: None,
            jwt_secret: Some(secret.into()),
            development: true,
            ..self
        }
    }
}

/// The development key: the secret that is set, or the one in the file. With `ids`, one is made where there is none.
///
/// # Errors
/// [`DemoKeyError`] where there is none to be had.
pub fn development_key(settings: &Settings, ids: Option<&dyn IdSource>) -> Result<String, DemoKeyError> {
    if let Some(secret) = &settings.jwt_secret {
        return strong("TANDEM_JWT_SECRET", secret.expose_secret().to_owned());
    }
    let path = secret_file(settings);
    match std::fs::read_to_string(&path) {
        Ok(text) => strong(&path.display().to_string(), text.trim().to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => match ids {
            None => Err(DemoKeyError::Missing { path }),
            Some(ids) => {
                let secret = format!("{}{}", ids.random().simple(), ids.random().simple());
                write(&path, &secret).map_err(|error| DemoKeyError::File { path, error })?;
                Ok(secret)
            }
        },
        Err(error) => Err(DemoKeyError::File { path, error }),
    }
}

fn strong(place: &str, secret: String) -> Result<String, DemoKeyError> {
    match DevelopmentSecret::new(&secret) {
        Ok(_) => Ok(secret),
        Err(weak) => Err(DemoKeyError::Weak { place: place.to_owned(), weak }),
    }
}

/// `tandem-demo.sqlite.secret` beside the database, or `tandem-demo.secret` here where that is a server.
fn secret_file(settings: &Settings) -> PathBuf {
    match settings.database_url.file() {
        Some(file) if !file.as_os_str().is_empty() && file != Path::new(":memory:") => {
            let mut name = file.into_os_string();
            name.push(".secret");
            name.into()
        }
        _ => FILE.into(),
    }
}

fn write(path: &Path, secret: &str) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    writeln!(options.open(path)?, "{secret}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::DatabaseUrl;
    use tandem_domain::clock::SystemIds;

    #[test]
    fn a_secret_is_made_once_and_found_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("d.sqlite");
        let settings = Settings { database_url: DatabaseUrl::sqlite(file.to_str().expect("text")), ..Settings::default() };
        assert!(matches!(development_key(&settings, None), Err(DemoKeyError::Missing { .. })));
        let made = development_key(&settings, Some(&SystemIds)).expect("made");
        assert_eq!(development_key(&settings, None).expect("found"), made);
        assert_eq!(development_key(&settings, Some(&SystemIds)).expect("found"), made);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(folder.path().join("d.sqlite.secret")).expect("file").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_secret_of_ones_own_wins_and_must_be_strong() {
        let mut settings = Settings { jwt_secret: Some("a-development-secret-of-more-than-32-bytes".into()), ..Settings::default() };
        assert_eq!(development_key(&settings, None).expect("set"), "a-development-secret-of-more-than-32-bytes");
        settings.jwt_secret = Some("weak".into());
        assert!(matches!(development_key(&settings, None), Err(DemoKeyError::Weak { .. })));
    }
}
