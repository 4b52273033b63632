//! Every argument of every field at least once, below parents that the looker sees: nested lists, histories, filters on hidden rows.
//! What a nested list shows is what its filter by parent would show, and never more than the oracle's set.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use tandem_domain::id::encode;
use tandem_domain::record::Kind;
use tandem_tests::matrix::is_read;
use tandem_tests::sweep::shape::Shape;

use super::Hall;
use super::walk::Walk;

pub(super) fn ids_of(page: &Json) -> Vec<String> {
    let nodes = page["nodes"].as_array().into_iter().flatten();
    nodes.filter_map(|node| node["id"].as_str().map(str::to_owned)).collect()
}

/// Every argument of every field of the schema, but for mutations: `Study.countries(filter)`.
pub(super) fn arguments(shape: &Shape) -> BTreeSet<String> {
    let types = shape.types.iter().filter(|(name, ty)| ty.kind == "OBJECT" && *name != "Mutation");
    types
        .flat_map(|(name, ty)| {
            ty.fields
                .iter()
                .flat_map(move |field| field.args.iter().map(move |argument| format!("{name}.{}({})", field.name, argument.name)))
        })
        .collect()
}

impl Hall {
    /// The finder of a kind: `study`.
    pub(super) fn finder(&self, kind: Kind) -> String {
        let fields = self.shape.fields("Query").iter();
        let found = fields.filter(|field| field.ty.name == kind.name() && field.args.iter().any(|argument| argument.name == "id"));
        found.map(|field| field.name.clone()).next().unwrap_or_else(|| panic!("{kind:?} has no finder"))
    }

    /// The lists of the root that give records: kind and field.
    pub(super) fn lists(&self) -> Vec<(Kind, String)> {
        let fields = self.shape.fields("Query").iter().filter_map(|field| {
            let kind = Kind::ALL.iter().find(|kind| field.ty.name == format!("{}Connection", kind.name()))?;
            Some((*kind, field.name.clone()))
        });
        fields.collect()
    }
}

impl Walk<'_> {
    /// The history of each part that he sees, page by page.
    async fn walk_parts(&mut self) {
        let hall = self.hall;
        for part in Kind::ALL.iter().copied() {
            let Some(whole) = part.def().part_of else { continue };
            let both: Vec<String> = self.sees[&part].intersection(&self.sees[&whole]).map(|id| encode(whole, *id)).collect();
            let Some(id) = both.get(self.place % both.len().max(1)) else { continue };
            let field = hall.shape.fields(whole.name()).iter().find(|field| field.ty.name == part.name()).unwrap();
            let document = format!(
                "query($id: ID!, $at: String) {{ node(id: $id) {{ ... on {} {{ {} {{ history(first: 1, after: $at) {{ totalCount nodes {{ operation reason \
                 changes {{ field old new }} }} pageInfo {{ endCursor }} }} }} }} }} }}",
                whole.name(),
                field.name
            );
            let mut at = Json::Null;
            for _ in 0..2 {
                let body = self.ask_well(&document, json!({ "id": id, "at": at })).await;
                at = body["data"]["node"][&field.name]["history"]["pageInfo"]["endCursor"].clone();
            }
            self.tried.extend(["first", "after"].map(|argument| format!("{}.history({argument})", part.name())));
        }
    }

    pub(super) async fn walk_arguments(&mut self) {
        self.walk_parts().await;
        let hall = self.hall;
        for parent in Kind::ALL.iter().copied().filter(|kind| kind.def().part_of.is_none() && is_read(*kind)) {
            // Another one for each looker, so that together they see many.
            let seen: Vec<String> = self.ids(parent).into_iter().collect();
            let Some(id) = seen.get(self.place % seen.len().max(1)).cloned() else { continue };
            for field in hall.shape.fields(parent.name()).iter().filter(|field| !field.args.is_empty()) {
                let coordinate = format!("{}.{}", parent.name(), field.name);
                let nested = |arguments: &str| {
                    let below = if field.name == "history" { "operation recordedAt reason" } else { "id" };
                    format!(
                        "query($id: ID!{}) {{ node(id: $id) {{ ... on {} {{ it: {}({arguments}) {{ totalCount edges {{ cursor }} \
                         nodes {{ {below} }} pageInfo {{ endCursor startCursor }} }} }} }} }}",
                        if arguments.contains("$at") { ", $at: String" } else { "" },
                        parent.name(),
                        field.name
                    )
                };
                let has = |name: &str| field.args.iter().any(|argument| argument.name == name);
                let first = self.ask_well(&nested("first: 100, after: $at"), json!({ "id": id, "at": null })).await;
                let all = first["data"]["node"]["it"].clone();
                let end = all["edges"][0]["cursor"].clone();
                let rest = self.ask_well(&nested("first: 100, after: $at"), json!({ "id": id, "at": end })).await;
                self.tried.extend([format!("{coordinate}(first)"), format!("{coordinate}(after)")]);
                if !end.is_null()
                    && rest["data"]["node"]["it"]["nodes"].as_array().map_or(0, Vec::len) + 1 != all["nodes"].as_array().map_or(0, Vec::len)
                    && all["totalCount"].as_u64().is_some_and(|count| count <= 100)
                {
                    self.find(&format!("NESTED {coordinate} of {id} after its first"), &format!("{all}\n{rest}"));
                }
                if !has("filter") {
                    continue;
                }
                let kind = Kind::ALL.iter().copied().find(|kind| field.ty.name == format!("{}Connection", kind.name())).unwrap();
                let (shown, ids) = (ids_of(&all), self.ids(kind));
                if let Some(hidden) = shown.iter().find(|id| !ids.contains(*id)) {
                    self.find(&format!("ROW {coordinate} shows {hidden}"), &id);
                }
                let back = self.ask_well(&nested("last: 100, before: $at"), json!({ "id": id, "at": null })).await;
                if ids_of(&back["data"]["node"]["it"]) != shown && all["totalCount"].as_u64().is_some_and(|count| count <= 100) {
                    self.find(&format!("NESTED {coordinate} of {id} backwards"), &back.to_string());
                }
                // What is hidden neither adds to a filtered list nor takes away from one.
                let Some(hidden) = self.hidden(kind).first().map(|owned| encode(kind, owned.row.1)) else { continue };
                let orders = hall.shape.types.get(&format!("{}OrderField", kind.name())).map(|ty| ty.values.clone()).unwrap_or_default();
                let order = orders
                    .get(self.place % orders.len().max(1))
                    .map_or(String::new(), |order| format!(", orderBy: [{{ field: {order}, direction: DESC }}]"));
                let with = self
                    .ask_well(&nested(&format!("first: 100, filter: {{ id: {{ eq: \"{hidden}\" }} }}{order}")), json!({ "id": id }))
                    .await;
                let without = self
                    .ask_well(&nested(&format!("first: 100, filter: {{ id: {{ not: [\"{hidden}\"] }} }}{order}")), json!({ "id": id }))
                    .await;
                let (with, without) = (&with["data"]["node"]["it"], &without["data"]["node"]["it"]);
                if with["totalCount"] != json!(0) || without["totalCount"] != all["totalCount"] {
                    self.find(&format!("NESTED {coordinate} of {id} filtered"), &format!("{with}\n{without}\n{all}"));
                }
                self.tried.extend(["last", "before", "filter", "orderBy"].map(|argument| format!("{coordinate}({argument})")));
            }
        }
    }
}
