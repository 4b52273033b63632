//! The settings as text for people, made from the same table as everything else.

use std::fmt::Write as _;

use super::settings::{ROWS, Row, Settings};

impl Settings {
    /// All settings with name in a file, variable, flag, default and meaning; for `--help` and documentation.
    pub fn help_table() -> String {
        let mut table = String::new();
        for row in ROWS.iter() {
            write_row(&mut table, row);
        }
        table
    }

    /// The settings that have no flag, for the foot of a command's help.
    pub(super) fn help_of_secrets() -> String {
        let mut text = "Secrets are set by variable or file only:\n".to_owned();
        for row in ROWS.iter().filter(|row| row.secret) {
            write_row(&mut text, row);
        }
        text
    }
}

fn write_row(text: &mut String, row: &Row) {
    let flag = row.flag.as_deref().map_or_else(String::new, |flag| format!(", --{flag}"));
    // Writing to a string can't fail.
    let _ = writeln!(text, "{} ({}{flag})\n    {} [default: {}]", row.variable, row.name, row.meaning, row.default);
}
