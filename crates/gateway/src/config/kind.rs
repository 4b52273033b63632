//! The kinds of value that a setting can have: how each is read from text and shown in help.
//! All sources are text in the end, so a value means the same in a file, a variable and a flag.

use std::{fmt, net::SocketAddr, path::PathBuf, time::Duration};
use tandem_graphql::ReadPath;

use secrecy::{ExposeSecret, SecretString};

/// A type that a setting may have.
pub(super) trait Kind: Sized {
    /// Whether the value must not be shown, repeated in an error, or given as a flag (where `ps` would show it).
    const SECRET: bool = false;
    /// Whether a TOML array is welcome.
    const LIST: bool = false;
    /// Whether the flag may stand without a value, meaning `true`.
    const SWITCH: bool = false;
    /// What kind of value it is, in help: `SECONDS`, `URL`.
    const WORD: &'static str;

    /// Reads a value; the error says what would have been right, and never repeats the text.
    fn read(text: &str) -> Result<Self, String>;

    /// The value as help and diagnostics show it.
    fn show(&self) -> String;
}

impl Kind for String {
    const WORD: &'static str = "TEXT";

    fn read(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }

    fn show(&self) -> String {
        self.clone()
    }
}

impl<T: Kind> Kind for Option<T> {
    const SECRET: bool = T::SECRET;
    const LIST: bool = T::LIST;
    const SWITCH: bool = T::SWITCH;
    const WORD: &'static str = T::WORD;

    /// Empty text is "not set": compose files and shells pass unset variables on as empty ones.
    fn read(text: &str) -> Result<Self, String> {
        if text.is_empty() { Ok(None) } else { T::read(text).map(Some) }
    }

    fn show(&self) -> String {
        self.as_ref().map_or_else(|| "not set".to_owned(), T::show)
    }
}

impl Kind for SecretString {
    const SECRET: bool = true;
    const WORD: &'static str = "SECRET";

    fn read(text: &str) -> Result<Self, String> {
        Ok(Self::from(text))
    }

    fn show(&self) -> String {
        "(set, not shown)".to_owned()
    }
}

impl Kind for bool {
    const SWITCH: bool = true;
    const WORD: &'static str = "true|false";

    fn read(text: &str) -> Result<Self, String> {
        match text {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            _ => Err("must be true or false".to_owned()),
        }
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

/// Whole numbers are all read alike; only their widths differ.
macro_rules! whole_numbers {
    ($($number:ty),+) => {$(
        impl Kind for $number {
            const WORD: &'static str = "NUMBER";

            fn read(text: &str) -> Result<Self, String> {
                // An underscore every three digits is how people write 20_000, in TOML too.
                text.replace('_', "")
                    .parse()
                    .map_err(|_| format!("must be a whole number from 0 to {}", <$number>::MAX))
            }

            fn show(&self) -> String {
                self.to_string()
            }
        }
    )+};
}
whole_numbers!(u32, u64);

impl Kind for SocketAddr {
    const WORD: &'static str = "ADDRESS:PORT";

    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| "must be an IP address and a port, such as 127.0.0.1:8080".to_owned())
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

impl Kind for Duration {
    const WORD: &'static str = "DURATION";

    fn read(text: &str) -> Result<Self, String> {
        let wrong = || "must be a duration: a whole number with ms, s, m, h or d (no unit: seconds)".to_owned();
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let number: u64 = number.parse().map_err(|_| wrong())?;
        let factor = match unit {
            "ms" => return Ok(Self::from_millis(number)),
            "" | "s" => 1,
            "m" => 60,
            "h" => 3_600,
            "d" => 86_400,
            _ => return Err(wrong()),
        };
        number.checked_mul(factor).map(Self::from_secs).ok_or_else(wrong)
    }

    fn show(&self) -> String {
        let seconds = self.as_secs();
        match (self.subsec_millis(), seconds) {
            (1.., _) => format!("{}ms", self.as_millis()),
            (0, 0) => "0s".to_owned(),
            (0, s) if s % 86_400 == 0 && s > 86_400 => format!("{}d", s / 86_400),
            (0, s) if s % 3_600 == 0 => format!("{}h", s / 3_600),
            (0, s) if s % 60 == 0 => format!("{}m", s / 60),
            (0, s) => format!("{s}s"),
        }
    }
}

impl Kind for Vec<String> {
    const LIST: bool = true;
    const WORD: &'static str = "LIST";

    fn read(text: &str) -> Result<Self, String> {
        Ok(text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect())
    }

    fn show(&self) -> String {
        if self.is_empty() { "none".to_owned() } else { self.join(",") }
    }
}

/// The shape of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One readable line for each event, for people.
    Text,
    /// One JSON object a line, for machines.
    Json,
}

impl Kind for LogFormat {
    const WORD: &'static str = "text|json";

    fn read(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err("must be text or json".to_owned()),
        }
    }

    fn show(&self) -> String {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
        .to_owned()
    }
}

impl Kind for ReadPath {
    const WORD: &'static str = "auto|resolvers";

    fn read(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "resolvers" => Ok(Self::Resolvers),
            _ => Err("must be auto or resolvers".to_owned()),
        }
    }

    fn show(&self) -> String {
        match self {
            Self::Auto => "auto",
            Self::Resolvers => "resolvers",
        }
        .to_owned()
    }
}

/// Where a database is. It may hold a password, so neither `Debug` nor `Display` shows one.
#[derive(Clone)]
pub struct DatabaseUrl(SecretString);

impl DatabaseUrl {
    /// The whole URL, password and all, for the one who connects.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// A SQLite file.
    pub fn sqlite(file: &str) -> Self {
        Self(SecretString::from(format!("sqlite://{file}")))
    }

    /// The SQLite file that it names; nothing for a server.
    pub fn file(&self) -> Option<PathBuf> {
        let rest = self.expose().strip_prefix("sqlite:")?;
        let rest = rest.strip_prefix("//").unwrap_or(rest);
        Some(PathBuf::from(rest.split('?').next().unwrap_or_default()))
    }

    /// Whether it names a PostgreSQL server rather than a SQLite file.
    pub fn is_postgres(&self) -> bool {
        !self.expose().starts_with("sqlite:")
    }
}

impl fmt::Display for DatabaseUrl {
    /// The URL without user, password and parameters (drivers also take a password as a parameter).
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.expose();
        let url = url.split('?').next().unwrap_or_default();
        match url.split_once("://") {
            Some((scheme, rest)) => {
                let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
                write!(out, "{scheme}://{place}")
            }
            None => out.write_str(url),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "DatabaseUrl({self})")
    }
}

impl Kind for DatabaseUrl {
    const WORD: &'static str = "URL";

    fn read(text: &str) -> Result<Self, String> {
        let known = ["sqlite:", "postgres://", "postgresql://"];
        if known.iter().any(|scheme| text.starts_with(scheme)) {
            Ok(Self(SecretString::from(text)))
        } else {
            Err("must begin with sqlite:// or postgres://".to_owned())
        }
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

/// The database of a machine on which nothing was set.
pub(super) fn default_database() -> DatabaseUrl {
    DatabaseUrl::sqlite("tandem.sqlite")
}
