//! Filters on every field with every value that there is, alone and nested: each counts what the asker may see, and no more.
//! A filter is the finest probe that there is: one answer more or less tells of a row that is not shown.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use tandem_domain::id::encode;
use tandem_domain::record::{Cell, Kind, Scalar, camel_case};
use tandem_tests::sweep::shape::Field;

use super::{Walker, Ward};

/// A filter, with the least and the most that may be counted.
type Probe = (String, i64, i64);

impl Walker<'_> {
    /// Asks all of them; how many kinds of value were tried is kept.
    pub(super) async fn walk_filters(&mut self) {
        for (ty, list) in self.ward.roots(true) {
            let kind = *Kind::ALL.iter().find(|kind| kind.name() == ty).unwrap();
            let mut probes = Vec::new();
            for field in self.ward.shape.fields(&format!("{ty}Filter")) {
                if let Some(part) =
                    Kind::ALL.iter().find(|part| part.def().part_of == Some(kind) && field.ty.name == format!("{}Filter", part.name()))
                {
                    for inner in self.ward.shape.fields(&field.ty.name) {
                        let wrap = |test: &str| format!("{{ {}: {test} }}", field.name);
                        let tried = self.probes(kind, *part, inner, &wrap, &mut probes);
                        self.compared.extend(tried);
                    }
                } else {
                    let tried = self.probes(kind, kind, field, &str::to_owned, &mut probes);
                    self.compared.extend(tried);
                }
            }
            for some in probes.chunks(20) {
                let fields: Vec<String> = some
                    .iter()
                    .enumerate()
                    .map(|(index, (filter, ..))| format!("p{index}: {list}(filter: {filter}) {{ totalCount }}"))
                    .collect();
                let document = format!("{{ {} }}", fields.join(" "));
                let body = self.ask_well(&document, json!({})).await;
                for (index, (filter, least, most)) in some.iter().enumerate() {
                    let count = body["data"][format!("p{index}")]["totalCount"].as_i64().unwrap_or(-1);
                    if count < *least || count > *most {
                        self.find(
                            format!("FILTER {} {list}({filter})", self.persona.name),
                            &format!("{count}, expected {least} to {most}"),
                        );
                    }
                }
            }
        }
    }

    /// What to ask of one filter field; answers which kinds of comparator that tries.
    fn probes(&self, whole: Kind, kind: Kind, field: &Field, wrap: &dyn Fn(&str) -> String, probes: &mut Vec<Probe>) -> BTreeSet<String> {
        let Some(position) = kind.def().columns.iter().position(|column| camel_case(column.name) == field.name) else {
            return BTreeSet::new();
        };
        let scalar = kind.def().columns[position].scalar;
        let mut values: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        for planted in self.ward.planted.iter().filter(|planted| planted.entity.kind() == kind) {
            let cell = &planted.entity.cells()[position];
            let home = match (cell, scalar) {
                (Cell::Uuid(id), Scalar::Id(of)) => self.ward.key(of, *id),
                _ => None,
            };
            let whole_key = format!("{}:{}", whole.prefix(), planted.name);
            let seen = |names: &BTreeSet<String>| {
                let there = names.contains(&planted.key()) && names.contains(&whole_key);
                i64::from(there && home.as_ref().is_none_or(|home| names.contains(home)))
            };
            for literal in literals(cell, scalar) {
                let counts = values.entry(literal).or_default();
                counts.0 += seen(&self.sight.must);
                counts.1 += seen(&self.sight.may);
            }
        }
        let (must, may) = self.expected(whole);
        let (fewest, all) = (count(&must), count(&may));
        let comparator = self.ward.shape.fields(&field.ty.name);
        let has = |name: &str| comparator.iter().any(|field| field.name == name);
        let tried = if values.is_empty() { BTreeSet::new() } else { BTreeSet::from([field.ty.name.clone()]) };
        for (literal, (least, most)) in values {
            // What was edited after it was planted is found under its later value.
            let least = if self.ward.edited(&literal) { 0 } else { least };
            let mut test = |test: String, least: i64, most: i64| probes.push((wrap(&format!("{{ {}: {test} }}", field.name)), least, most));
            if has("eq") {
                test(format!("{{ eq: {literal} }}"), least, most);
            }
            // One question has many forms: each value is asked for in one, and in all of them by every fourth persona.
            if !self.asks_all_of(&field.name, &literal) {
                continue;
            }
            if has("eq") {
                test(format!("{{ in: [{literal}] }}"), least, most);
                if kind == whole {
                    test(format!("{{ not: [{literal}] }}"), fewest - most, all - least);
                }
            }
            if has("gte") {
                test(format!("{{ gte: {literal}, lte: {literal} }}"), least, most);
            }
            if has("contains") {
                test(format!("{{ contains: {literal} }}"), least, most.max(i64::from(most > 0) * 5));
            }
            if has("has") {
                test(format!("{{ has: {literal} }}"), least, most);
            }
            // The same once more, inside out: what is hidden must not move what is left over either.
            let plain = wrap(&format!("{{ {}: {{ {}: {literal} }} }}", field.name, if has("has") { "has" } else { "eq" }));
            probes.push((format!("{{ not: {plain} }}"), fewest - most, all - least));
            probes.push((format!("{{ and: [{plain}, {{ not: {{ not: {plain} }} }}] }}"), least, most));
            probes.push((format!("{{ or: [{{ and: [{plain}, {{ not: {plain} }}] }}, {plain}] }}"), least, most));
        }
        tried
    }
}

impl Walker<'_> {
    /// Whether this persona asks for a value in every form: which ones, differs from one persona to the next.
    fn asks_all_of(&self, field: &str, literal: &str) -> bool {
        let place: usize = [self.persona.name, field, literal].iter().flat_map(|text| text.bytes()).map(usize::from).sum();
        place.is_multiple_of(4)
    }
}

fn count(ids: &BTreeSet<String>) -> i64 {
    i64::try_from(ids.len()).unwrap()
}

/// A stored value as it stands in a document; each item of a list once. A partial date is compared by spans, not as it is kept.
pub(crate) fn literals(cell: &Cell, scalar: Scalar) -> BTreeSet<String> {
    let quoted = |text: &str| json!(text).to_string();
    let one = match (cell, scalar) {
        (Cell::Uuid(id), Scalar::Id(of)) => quoted(&encode(of, *id)),
        (Cell::Text(text), Scalar::String | Scalar::CountryCode) => quoted(text),
        (Cell::Text(term), Scalar::Enum(_)) => term.clone(),
        (Cell::Int(number), _) => number.to_string(),
        (Cell::Float(number), _) => number.to_string(),
        (Cell::Bool(flag), _) => flag.to_string(),
        (Cell::Date(day), _) => quoted(&day.to_string()),
        (Cell::Time(moment), _) => quoted(&moment.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)),
        (Cell::List(items), Scalar::StringList | Scalar::CountryList) => return items.iter().map(|item| quoted(item)).collect(),
        (Cell::List(items), Scalar::EnumList(_)) => return items.iter().cloned().collect(),
        _ => return BTreeSet::new(),
    };
    BTreeSet::from([one])
}

impl Ward {
    fn edited(&self, literal: &str) -> bool {
        let homes = ["study_internal:A1", "study_benchmark:A1", "engagement_internal:A1V"];
        let text = literal.trim_matches('"');
        self.canaries
            .iter()
            .any(|(canary, home)| canary == text && (homes.contains(&home.record.as_str()) || canary == "CANARY-site-A1-us1-city"))
    }

    /// The comparators of the schema's filters that no value was tried with.
    pub(super) fn uncompared(&self, compared: &BTreeSet<String>) -> Vec<String> {
        let all = self.shape.types.keys().filter(|name| name.ends_with("Comparator") && *name != "PartialDateComparator");
        all.filter(|name| !compared.contains(*name)).cloned().collect()
    }
}
