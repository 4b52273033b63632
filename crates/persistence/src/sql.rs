//! Builds a statement piece by piece. Only bound values carry what comes from outside; text is the program's own.

use sea_orm::Statement;
use sea_orm::sea_query::Value;
use tandem_domain::record::{Cell, Scalar};
use uuid::Uuid;

use crate::dialect::Dialect;

/// A statement in the making.
pub(crate) struct Sql {
    pub(crate) dialect: Dialect,
    text: String,
    values: Vec<Value>,
}

impl Sql {
    pub(crate) fn new(dialect: Dialect, text: &str) -> Self {
        Self { dialect, text: text.to_owned(), values: Vec::new() }
    }

    /// Adds text of the program's own.
    pub(crate) fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Adds a placeholder for this value.
    pub(crate) fn bind(&mut self, value: Value) -> &mut Self {
        self.values.push(value);
        self.dialect.placeholder(&mut self.text, self.values.len());
        self
    }

    pub(crate) fn bind_cell(&mut self, cell: &Cell, scalar: Scalar) -> &mut Self {
        let value = self.dialect.value(cell, scalar);
        self.bind(value)
    }

    pub(crate) fn bind_uuid(&mut self, id: Uuid) -> &mut Self {
        self.bind(Value::Uuid(Some(id)))
    }

    pub(crate) fn bind_text(&mut self, text: &str) -> &mut Self {
        self.bind(Value::String(Some(text.to_owned())))
    }

    pub(crate) fn bind_int(&mut self, number: i64) -> &mut Self {
        self.bind(Value::BigInt(Some(number)))
    }

    pub(crate) fn bind_time(&mut self, time: chrono::DateTime<chrono::Utc>) -> &mut Self {
        let value = self.dialect.time(time);
        self.bind(value)
    }

    pub(crate) fn bind_date(&mut self, day: chrono::NaiveDate) -> &mut Self {
        self.bind(Value::ChronoDate(Some(day)))
    }

    /// Adds `column` is one of `ids`, as one bound value.
    pub(crate) fn any_uuid(&mut self, column: &str, ids: &[Uuid]) -> &mut Self {
        let (before, after) = self.dialect.any_uuid();
        let value = self.dialect.uuids(ids);
        self.push(column).push(before).bind(value).push(after)
    }

    /// Adds `column` is one of `texts`, as one bound value.
    pub(crate) fn any_text(&mut self, column: &str, texts: &[String]) -> &mut Self {
        let (before, after) = self.dialect.any_text();
        let value = self.dialect.texts(texts);
        self.push(column).push(before).bind(value).push(after)
    }

    /// Adds `(id_column, text_column)` is one of `pairs`, as bound values.
    pub(crate) fn any_pair(&mut self, id_column: &str, text_column: &str, pairs: &[(Uuid, String)]) -> &mut Self {
        self.push("(").push(id_column).push(", ").push(text_column).push(") IN (");
        match self.dialect {
            Dialect::Postgres => {
                let ids: Vec<Uuid> = pairs.iter().map(|(id, _)| *id).collect();
                let texts: Vec<String> = pairs.iter().map(|(_, text)| text.clone()).collect();
                let (ids, texts) = (self.dialect.uuids(&ids), self.dialect.texts(&texts));
                self.push("SELECT * FROM unnest(").bind(ids).push(", ").bind(texts).push(")");
            }
            Dialect::Sqlite => {
                let pairs: Vec<serde_json::Value> =
                    pairs.iter().map(|(id, text)| serde_json::json!([id.simple().to_string(), text])).collect();
                let value = Value::String(Some(serde_json::Value::from(pairs).to_string()));
                self.push("SELECT unhex(value ->> 0), value ->> 1 FROM json_each(").bind(value).push(")");
            }
        }
        self.push(")")
    }

    /// The statement's text, for snapshots.
    #[cfg(test)]
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The same statement after other words, such as those that ask how it would be carried out.
    pub(crate) fn after(&self, words: &str) -> Statement {
        Statement::from_sql_and_values(self.dialect.backend(), format!("{words}{}", self.text), self.values.clone())
    }

    pub(crate) fn statement(self) -> Statement {
        Statement::from_sql_and_values(self.dialect.backend(), self.text, self.values)
    }
}
