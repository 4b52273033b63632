//! The settings as command-line flags, made from the table: `--rate-limit 500`.
//! Secrets have no flag, because every user of a machine can read its command lines.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, error::Error, value_parser};

use super::settings::{ROWS, Row, Settings};

/// What the command line says about settings. Flatten it into a command; its flags and help come along.
#[derive(Debug, Clone, Default)]
pub struct SettingsArgs {
    /// The settings file named by `--config`.
    pub(super) config: Option<PathBuf>,
    /// The settings given as flags, as text.
    pub(super) given: Vec<(&'static Row, String)>,
}

/// The id of the flag that names the file; no setting can be called so.
const CONFIG: &str = "config";

impl Args for SettingsArgs {
    fn augment_args(command: Command) -> Command {
        let file = Arg::new(CONFIG)
            .long(CONFIG)
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help_heading("Settings")
            .help("A TOML file of settings, by the names below with underscores [env: TANDEM_CONFIG]");
        command.arg(file).args(ROWS.iter().filter_map(flag)).after_long_help(Settings::help_of_secrets())
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

fn flag(row: &'static Row) -> Option<Arg> {
    let arg = Arg::new(row.name)
        .long(row.flag.as_deref()?)
        .value_name(row.word)
        .help_heading("Settings")
        .help(format!("{} [env: {}] [default: {}]", row.meaning, row.variable, row.default));
    // A switch takes its value only after `=`, or it would swallow a file name that follows it.
    Some(if row.switch { arg.num_args(0..=1).require_equals(true).default_missing_value("true") } else { arg })
}

impl FromArgMatches for SettingsArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let given = ROWS
            .iter()
            .filter(|row| row.flag.is_some())
            .filter_map(|row| Some((row, matches.get_one::<String>(row.name)?.clone())))
            .collect();
        Ok(Self { config: matches.get_one::<PathBuf>(CONFIG).cloned(), given })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
