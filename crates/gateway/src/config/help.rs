//! The settings as text for people, made from the same table as everything else.

use std::fmt::Write as _;

use super::settings::{ROWS, Row, Settings};

impl Settings {
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
