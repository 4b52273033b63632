//! Filters on every field, with some values that the looker sees and some that he does not: each counts exactly what the oracle shows.
//! Another looker probes other values.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use tandem_domain::record::{Cell, Kind, Scalar, camel_case};
use tandem_tests::sweep::shape::Field;

use super::walk::Walk;
use crate::sweep::filters::literals;

/// A filter, and what it must count.
type Probe = (String, usize);

impl Walk<'_> {
    pub(super) async fn walk_filters(&mut self) {
        let hall = self.hall;
        for (kind, list) in hall.lists() {
            let mut probes = Vec::new();
            for field in hall.shape.fields(&format!("{}Filter", kind.name())) {
                let part = |part: &&Kind| part.def().part_of == Some(kind) && field.ty.name == format!("{}Filter", part.name());
                match Kind::ALL.iter().find(part) {
                    Some(part) => {
                        for inner in hall.shape.fields(&field.ty.name) {
                            self.probes(kind, *part, inner, &|test| format!("{{ {}: {test} }}", field.name), &mut probes);
                        }
                    }
                    None => self.probes(kind, kind, field, &str::to_owned, &mut probes),
                }
            }
            for some in probes.chunks(50) {
                let fields = some.iter().enumerate().map(|(at, (filter, _))| format!("p{at}: {list}(filter: {filter}) {{ totalCount }}"));
                let body = self.ask_well(&format!("{{ {} }}", fields.collect::<Vec<_>>().join(" ")), json!({})).await;
                for (at, (filter, expected)) in some.iter().enumerate() {
                    let count = &body["data"][format!("p{at}")]["totalCount"];
                    if *count != json!(expected) {
                        self.find(&format!("FILTER {list}({filter})"), &format!("{count}, expected {expected}"));
                    }
                }
            }
            self.tried.insert(format!("Query.{list}(filter)"));
        }
    }

    fn probes(&self, whole: Kind, kind: Kind, field: &Field, wrap: &dyn Fn(&str) -> String, probes: &mut Vec<Probe>) {
        let columns = kind.def().columns;
        let Some(position) = columns.iter().position(|column| camel_case(column.name) == field.name) else { return };
        let scalar = columns[position].scalar;
        // Value to how many rows that he sees hold it, as far as he sees what it names.
        let mut values: BTreeMap<String, usize> = BTreeMap::new();
        for (id, _, cells) in self.hall.records(kind) {
            let named = match (&cells[position], scalar) {
                (Cell::Uuid(id), Scalar::Id(of)) => self.sees[&of].contains(id),
                _ => true,
            };
            let seen = named && self.sees[&kind].contains(id) && self.sees[&whole].contains(id);
            for literal in literals(&cells[position], scalar) {
                *values.entry(literal).or_default() += usize::from(seen);
            }
        }
        let replaced = |literal: &str| self.hall.replaced.contains(literal.trim_matches('"'));
        let (shown, hidden): (Vec<_>, Vec<_>) =
            values.into_iter().filter(|(literal, _)| !replaced(literal)).partition(|(_, count)| *count > 0);
        let total = self.sees[&whole].len();
        let comparator: BTreeSet<&str> = self.hall.shape.fields(&field.ty.name).iter().map(|field| field.name.as_str()).collect();
        for (literal, count) in self.some(&shown).into_iter().chain(self.some(&hidden)) {
            let mut test = |test: String, count: usize| probes.push((wrap(&format!("{{ {}: {test} }}", field.name)), count));
            if comparator.contains("eq") {
                test(format!("{{ eq: {literal} }}"), count);
                test(format!("{{ in: [{literal}] }}"), count);
                if kind == whole {
                    test(format!("{{ not: [{literal}] }}"), total - count);
                }
            }
            if comparator.contains("gte") {
                test(format!("{{ gte: {literal}, lte: {literal} }}"), count);
            }
            if comparator.contains("contains") {
                test(format!("{{ contains: {literal} }}"), count);
            }
            let plain = wrap(&format!("{{ {}: {{ {}: {literal} }} }}", field.name, if comparator.contains("has") { "has" } else { "eq" }));
            probes.push((format!("{{ not: {plain} }}"), total - count));
            probes.push((format!("{{ or: [{{ and: [{plain}, {{ not: {plain} }}] }}, {plain}] }}"), count));
        }
    }

    /// One of these, another for each looker.
    fn some(&self, values: &[(String, usize)]) -> Vec<(String, usize)> {
        values.get(self.place * 7 % values.len().max(1)).cloned().into_iter().collect()
    }
}
