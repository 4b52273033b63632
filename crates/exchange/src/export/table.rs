//! Cells of a table: what stands at a place of a record, as a spreadsheet can take it without carrying anything out.

use std::borrow::Cow;

use serde_json::Value as Json;

/// What stands at this place of a record, as text. Nothing is an empty cell; of a list of records the ids are told, in one cell as JSON.
#[must_use]
pub fn cell(record: &Json, path: &[String]) -> String {
    match at(record, path) {
        Json::Null => String::new(),
        Json::String(text) => defused(&text).into_owned(),
        other => other.to_string(),
    }
}

fn at(value: &Json, path: &[String]) -> Json {
    match (value, path) {
        (Json::Array(items), [_, ..]) => items.iter().map(|item| at(item, path)).collect(),
        (_, []) => value.clone(),
        (_, [name, below @ ..]) => value.get(name).map_or(Json::Null, |found| at(found, below)),
    }
}

/// A text that no spreadsheet takes for a formula: one that begins like it has an apostrophe before it, which spreadsheets do not show.
#[must_use]
pub fn defused(text: &str) -> Cow<'_, str> {
    let begins = text.trim_start_matches([' ', '\u{a0}']).chars().next();
    match begins {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '|' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}') => {
            Cow::Owned(format!("'{text}"))
        }
        _ => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn path(text: &str) -> Vec<String> {
        text.split('.').map(str::to_owned).collect()
    }

    #[test]
    fn what_begins_like_a_formula_is_text() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "|cmd", "＝1"] {
            assert_eq!(defused(text), format!("'{text}"));
        }
        for text in ["", "1 = 1", "a-b", "'=1", "2026-01-01", "é"] {
            assert_eq!(defused(text), text);
        }
    }

    #[test]
    fn numbers_stay_numbers_and_lists_are_one_cell() {
        let record =
            json!({ "n": -5, "yes": true, "study": { "id": "s" }, "sites": [{ "id": "a" }, { "id": "b" }], "terms": ["=x"], "no": null });
        for (at, text) in [
            ("n", "-5"),
            ("yes", "true"),
            ("study.id", "s"),
            ("sites.id", "[\"a\",\"b\"]"),
            ("terms", "[\"=x\"]"),
            ("no", ""),
            ("no.id", ""),
        ] {
            assert_eq!(cell(&record, &path(at)), text, "{at}");
        }
    }
}
