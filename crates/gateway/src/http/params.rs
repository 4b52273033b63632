//! The parameters of a GraphQL request, from a JSON body or from a query string.
//! Anything but one object whose known parameters have their types is refused, others are ignored; batches are off.

use std::collections::HashMap;

use async_graphql::Variables;
use axum::{extract::Query, http::Uri};
use serde_json::{Map, Value};

use super::failure::Failure;

/// What a client asks to run.
#[derive(Debug)]
pub(super) struct Params {
    pub(super) query: String,
    pub(super) operation_name: Option<String>,
    pub(super) variables: Variables,
}

impl Params {
    /// From the body of a POST.
    ///
    /// # Errors
    /// 400 where it is not one JSON object with parameters of the right types.
    pub(super) fn from_body(body: &[u8]) -> Result<Self, Failure> {
        let value: Value = serde_json::from_slice(body).map_err(|_| Failure::bad_request("The body is not valid JSON."))?;
        match value {
            Value::Object(fields) => Self::from_map(fields),
            Value::Array(_) => Err(Failure::bad_request("Batches are not served: send one request as a JSON object.")),
            _ => Err(Failure::bad_request("The body must be a JSON object.")),
        }
    }

    /// From the query string of a GET, where `variables` and `extensions` are JSON texts.
    ///
    /// # Errors
    /// 400 as for a body.
    pub(super) fn from_uri(uri: &Uri) -> Result<Self, Failure> {
        let Query(mut texts) =
            Query::<HashMap<String, String>>::try_from_uri(uri).map_err(|_| Failure::bad_request("The query string cannot be read."))?;
        let mut fields = Map::new();
        for name in ["query", "operationName"] {
            if let Some(text) = texts.remove(name) {
                fields.insert(name.to_owned(), Value::String(text));
            }
        }
        for name in ["variables", "extensions"] {
            let Some(text) = texts.remove(name).filter(|text| !text.is_empty()) else {
                continue;
            };
            let value =
                serde_json::from_str(&text).map_err(|_| Failure::bad_request(format!("The parameter `{name}` is not valid JSON.")))?;
            fields.insert(name.to_owned(), value);
        }
        Self::from_map(fields)
    }

    fn from_map(mut fields: Map<String, Value>) -> Result<Self, Failure> {
        let query = fields.remove("query").unwrap_or_default();
        let operation_name = match fields.remove("operationName").unwrap_or_default() {
            Value::Null => None,
            Value::String(name) => Some(name).filter(|name| !name.is_empty()),
            _ => return Err(wrong("operationName", "a text")),
        };
        let variables = object(&mut fields, "variables")?;
        let extensions = object(&mut fields, "extensions")?;
        let query = match query {
            Value::String(query) => query,
            Value::Null if extensions.contains_key("persistedQuery") => {
                return Err(Failure::document("PERSISTED_QUERY_NOT_FOUND", "This persisted query is not known: send its text."));
            }
            Value::Null => return Err(Failure::bad_request("The parameter `query` is missing.")),
            _ => return Err(wrong("query", "a text")),
        };
        Ok(Self { query, operation_name, variables: Variables::from_json(Value::Object(variables)) })
    }
}

fn object(fields: &mut Map<String, Value>, name: &str) -> Result<Map<String, Value>, Failure> {
    match fields.remove(name).unwrap_or_default() {
        Value::Null => Ok(Map::new()),
        Value::Object(map) => Ok(map),
        _ => Err(wrong(name, "an object")),
    }
}

fn wrong(name: &str, kind: &str) -> Failure {
    Failure::bad_request(format!("The parameter `{name}` must be {kind}."))
}
