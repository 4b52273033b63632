//! Forms of a partial date beside its own text: as one column keeps it, and as the graph takes and gives it.

use serde_json::{Value as Json, json};

use crate::value::{EstimateKind, PartialDate};

impl PartialDate {
    /// The date as one text column keeps it: the date, and its kind after a space. Text order is date order.
    #[must_use]
    pub fn to_stored(self) -> String {
        match self.kind() {
            None => self.to_string(),
            Some(kind) => format!("{self} {}", kind.term()),
        }
    }

    /// Reads what [`Self::to_stored`] wrote.
    #[must_use]
    pub fn from_stored(stored: &str) -> Option<Self> {
        match stored.split_once(' ') {
            None => stored.parse().ok(),
            Some((date, kind)) => {
                let date: Self = date.parse().ok()?;
                Some(date.with_kind(Some(read_kind(kind)?)))
            }
        }
    }

    /// The date as the graph gives it: `{ date, precision, kind }`.
    #[must_use]
    pub fn to_json(self) -> Json {
        json!({ "date": self.to_string(), "precision": self.precision().term(), "kind": self.kind().map(EstimateKind::term) })
    }

    /// Reads what the graph takes: `{ date, kind }`, or what it gives; a precision has to agree with the date.
    #[must_use]
    pub fn from_json(json: &Json) -> Option<Self> {
        let object = json.as_object()?;
        if object.keys().any(|key| !matches!(key.as_str(), "date" | "precision" | "kind")) {
            return None;
        }
        let date: Self = object.get("date")?.as_str()?.parse().ok()?;
        let kind = match object.get("kind") {
            None | Some(Json::Null) => None,
            Some(kind) => Some(read_kind(kind.as_str()?)?),
        };
        match object.get("precision") {
            None | Some(Json::Null) => {}
            Some(precision) if precision.as_str() == Some(date.precision().term()) => {}
            Some(_) => return None,
        }
        Some(date.with_kind(kind))
    }
}

fn read_kind(term: &str) -> Option<EstimateKind> {
    [EstimateKind::Estimated, EstimateKind::Actual].into_iter().find(|kind| kind.term() == term)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_date_reads_back() {
        for text in ["2020", "2020-04", "2020-04-17", "2020-04 ACTUAL", "2020-04-17 ESTIMATED"] {
            assert_eq!(PartialDate::from_stored(text).unwrap().to_stored(), text);
        }
        assert_eq!(PartialDate::from_stored("2020-04 MAYBE"), None);
    }

    #[test]
    fn what_the_graph_gives_it_takes() {
        let date = PartialDate::from_stored("2020-04 ACTUAL").unwrap();
        assert_eq!(PartialDate::from_json(&date.to_json()), Some(date));
        assert_eq!(PartialDate::from_json(&json!({ "date": "2020-04", "precision": "DAY" })), None);
        assert_eq!(PartialDate::from_json(&json!({ "date": "2020-04", "colour": "red" })), None);
    }
}
