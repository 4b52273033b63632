//! Filling [`Settings`] from its sources, the later over the earlier: defaults, file, environment, flags.
//! Takes the sources as values, so that a test needs neither a real environment nor a real command line.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use toml::Value;

use super::{
    args::SettingsArgs,
    problem::{Problem, SettingsError},
    settings::{ROWS, Row, Settings},
};

/// The variable that names the settings file, where no `--config` does.
const CONFIG: &str = "TANDEM_CONFIG";

/// Variables under our prefix that are no settings: the file's own, and what only test runs use.
const NOT_SETTINGS: [&str; 2] = [CONFIG, "TANDEM_TEST_DATA"];

/// Where settings come from, apart from the defaults.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The environment; only `TANDEM_*` and the few foreign names in the table are looked at.
    pub environment: Vec<(OsString, OsString)>,
    /// What was said on the command line.
    pub args: SettingsArgs,
}

impl Sources {
    /// This process's environment, and the flags it was started with.
    pub fn of_process(args: SettingsArgs) -> Self {
        Self { environment: std::env::vars_os().collect(), args }
    }
}

impl Settings {
    /// Settings from all sources. Checks that every name is known and every value readable, not that together they make
    /// sense: that is [`Settings::check_for_serve`].
    ///
    /// # Errors
    /// Every unknown name, unreadable value and unreadable file there is, all at once.
    pub fn load(sources: &Sources) -> Result<Self, SettingsError> {
        Self::load_over(Self::default(), sources)
    }

    /// The same over other defaults than the table's, for a command that has its own.
    ///
    /// # Errors
    /// As [`Settings::load`].
    pub fn load_over(defaults: Self, sources: &Sources) -> Result<Self, SettingsError> {
        let mut settings = defaults;
        let mut problems = Vec::new();
        let variables = variables(&sources.environment, &mut problems);

        let named = variables.iter().find(|(name, value)| name == CONFIG && !value.is_empty()).map(|(_, value)| PathBuf::from(value));
        if let Some(path) = sources.args.config.clone().or(named) {
            settings.read_file(&path, &mut problems);
        }
        for (name, value) in &variables {
            if let Some(row) = ROWS.iter().find(|row| row.variable == *name) {
                settings.take(row, value, name, &mut problems);
            } else if name.starts_with("TANDEM_") && !NOT_SETTINGS.contains(&name.as_str()) {
                let message = "is no setting that Tandem knows; correct its name or unset it (see tandem serve --help)";
                problems.push(Problem::new(name, message));
            }
        }
        for (row, value) in &sources.args.given {
            let place = format!("--{}", row.flag.as_deref().unwrap_or(row.name));
            settings.take(row, value, &place, &mut problems);
        }
        SettingsError::unless_none(problems).map(|()| settings)
    }

    fn take(&mut self, row: &Row, value: &str, place: &str, problems: &mut Vec<Problem>) {
        if let Err(message) = self.set(row.name, value) {
            problems.push(Problem::new(place, message));
        }
    }

    fn read_file(&mut self, path: &Path, problems: &mut Vec<Problem>) {
        let shown = path.display();
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => {
                let message = format!("the settings file can't be read: {error}");
                return problems.push(Problem::new(shown.to_string(), message));
            }
        };
        let table: toml::Table = match text.parse() {
            Ok(table) => table,
            // The parser's full message quotes the line, which may hold a secret; what is wrong and where is enough.
            Err(error) => {
                let error: toml::de::Error = error;
                let line = error.span().map_or(1, |span| 1 + text.bytes().take(span.start).filter(|byte| *byte == b'\n').count());
                return problems.push(Problem::new(format!("{shown}, line {line}"), "is not valid TOML"));
            }
        };
        for (key, value) in &table {
            let place = format!("{key} in {shown}");
            // The same names in both places: a file may also spell a setting as its variable is spelled.
            let Some(row) = ROWS.iter().find(|row| row.name == key || row.variable == *key) else {
                let message = "is no setting that Tandem knows; correct or remove it (see tandem serve --help)";
                problems.push(Problem::new(place, message));
                continue;
            };
            if row.name != key && table.contains_key(row.name) {
                problems.push(Problem::new(place, format!("is set twice, as {} too", row.name)));
                continue;
            }
            match text_of(value, row) {
                Ok(text) => self.take(row, &text, &place, problems),
                Err(message) => problems.push(Problem::new(place, message)),
            }
        }
    }
}

/// A TOML value as the text that a variable would hold.
fn text_of(value: &Value, row: &Row) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Integer(number) => Ok(number.to_string()),
        Value::Boolean(truth) => Ok(truth.to_string()),
        Value::Array(items) if row.list => items
            .iter()
            .map(|item| match item {
                Value::String(text) if !text.contains(',') => Ok(text.as_str()),
                _ => Err("must be an array of strings without commas".to_owned()),
            })
            .collect::<Result<Vec<_>, _>>()
            .map(|items| items.join(",")),
        _ => Err(format!("must be one value ({}), not {}", row.word, value.type_str())),
    }
}

/// The variables that concern us, as text.
fn variables(environment: &[(OsString, OsString)], problems: &mut Vec<Problem>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (name, value) in environment {
        let Some(name) = name.to_str() else { continue };
        if !name.starts_with("TANDEM_") && !ROWS.iter().any(|row| row.variable == name) {
            continue;
        }
        match value.to_str() {
            Some(value) => found.push((name.to_owned(), value.to_owned())),
            None => problems.push(Problem::new(name, "must be text in UTF-8")),
        }
    }
    found.sort();
    found
}
