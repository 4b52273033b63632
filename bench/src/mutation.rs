//! Q5 by hand: the statements that the server itself sends for one change, taken from the database's log, as a script of pgbench.
//! Each goes to a study site at random; everything else stays as the server sent it, round trip for round trip.

use std::path::Path;

use serde_json::Value as Json;

use crate::Fail;

/// The statements of one change, in order, taken from what the log says after `offset`.
pub(crate) fn statements(log: &Path, offset: u64) -> Result<Vec<String>, Fail> {
    let text = std::fs::read_to_string(log)?;
    let entries: Vec<Json> =
        text.get(usize::try_from(offset)?..).unwrap_or_default().lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let update = entries.iter().find(|entry| entry["message"].as_str().is_some_and(|message| message.contains("UPDATE study_site SET")));
    let process = update.ok_or("the log shows no UPDATE of a study site")?["pid"].clone();
    let mut taken: Vec<String> = Vec::new();
    for entry in entries.iter().filter(|entry| entry["pid"] == process) {
        let message = entry["message"].as_str().unwrap_or_default();
        let Some(sql) = message.strip_prefix("statement: ").or_else(|| {
            let (head, sql) = message.split_once(": ")?;
            head.starts_with("execute ").then_some(sql)
        }) else {
            continue;
        };
        let sql = with_values(sql, entry["detail"].as_str().unwrap_or_default());
        if sql.trim_start().to_ascii_uppercase().starts_with("BEGIN") {
            taken.clear();
        }
        let last = sql.trim_start().to_ascii_uppercase().starts_with("COMMIT");
        let wrote = taken.iter().any(|sql| sql.starts_with("UPDATE study_site SET"));
        taken.push(sql);
        if last && wrote {
            return Ok(taken);
        }
    }
    Err("the log does not show a whole change".into())
}

/// The statement with its parameters in place: `$1 = 'x', $2 = NULL` is what the log says of them.
fn with_values(sql: &str, detail: &str) -> String {
    let mut values: Vec<(String, String)> = Vec::new();
    let mut rest = detail.split_once("arameters: ").map_or("", |(_, rest)| rest);
    while let Some((name, after)) = rest.split_once(" = ") {
        let length = if after.starts_with('\'') { literal(after) } else { after.find(", ").unwrap_or(after.len()) };
        values.push((name.trim_start_matches(", ").to_owned(), after[..length].to_owned()));
        rest = &after[length..];
    }
    // In one go: a value may hold what looks like a parameter.
    let mut filled = String::new();
    let mut left = sql;
    while let Some((before, after)) = left.split_once('$') {
        let digits = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        let value = values.iter().find(|(name, _)| name.strip_prefix('$') == Some(&after[..digits]));
        filled.push_str(before);
        filled.push_str(value.map_or("$", |(_, value)| value));
        left = if value.is_some() { &after[digits..] } else { after };
    }
    filled.push_str(left);
    filled
}

/// The length of the quoted text that `text` begins with.
fn literal(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        if bytes[at] == b'\'' {
            if bytes.get(at + 1) != Some(&b'\'') {
                return at + 1;
            }
            at += 1;
        }
        at += 1;
    }
    bytes.len()
}

/// The script: the captured site and its study become those of a row of `bench.site`, versions and new ids go on.
pub(crate) fn script(statements: &[String], role: &str, sites: u64, site: &str, study: &str) -> String {
    let mut script = format!("\\set n random(1, {sites})\n\\set target random(1, 1000000)\n");
    for sql in statements {
        let mut sql = sql.replace('\n', " ");
        if let Some(change) = sql.strip_prefix("UPDATE study_site SET ") {
            sql = own_values(change);
        }
        if sql.starts_with("INSERT INTO journal ")
            && let Some((head, values)) = sql.split_once("VALUES (")
        {
            let id = literal(values);
            sql = format!("{head}VALUES (gen_random_uuid(){}", &values[id..]);
        }
        let of = |column: &str| format!("(SELECT {column} FROM bench.site WHERE role = '{role}' AND n = :n)");
        for (id, column) in [(site, "id"), (study, "study_id")] {
            sql = sql.replace(&format!("'{{{id}}}'"), &format!("ARRAY[{}]", of(column))).replace(&format!("'{id}'"), &of(column));
        }
        script.push_str(&sql);
        script.push_str(";\n");
    }
    script
}

/// The update with each column set to what it is, but for what changes.
fn own_values(change: &str) -> String {
    let (sets, condition) = change.split_once(" WHERE ").unwrap_or((change, ""));
    let mut columns: Vec<String> = Vec::new();
    let mut rest = sets;
    while let Some((column, after)) = rest.split_once(" = ") {
        let length = if after.starts_with('\'') { literal(after) } else { after.find(", ").unwrap_or(after.len()) };
        let column = column.trim_start_matches(", ");
        columns.push(match column {
            "version" => "version = version + 1".to_owned(),
            "updated_at" => "updated_at = now()".to_owned(),
            "target_enrollment" => "target_enrollment = :target".to_owned(),
            _ => format!("{column} = {column}"),
        });
        rest = &after[length..];
    }
    let condition = condition.split_once(" AND version = ").map_or(condition, |(condition, _)| condition);
    format!("UPDATE study_site SET {} WHERE {condition}", columns.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_come_into_place() {
        let sql = with_values("SELECT $1, $2, $11", "parameters: $1 = 'it''s, $2', $2 = NULL, $11 = '7'");
        assert_eq!(sql, "SELECT 'it''s, $2', NULL, '7'");
    }

    #[test]
    fn an_update_keeps_what_it_does_not_change() {
        let sql = own_values("number = '1, 2', version = '3', target_enrollment = '9' WHERE id = 'x' AND version = '2'");
        assert_eq!(sql, "UPDATE study_site SET number = number, version = version + 1, target_enrollment = :target WHERE id = 'x'");
    }
}
