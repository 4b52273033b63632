//! Every mutation, only tried, with each field that names a record naming one of each sort of hidden ones: as for what never was.
//! In the demo each looker tries a share of them; all together try all.

use serde_json::{Map, Value as Json, json};
use tandem_domain::id::{TypedId, encode};
use tandem_domain::record::Kind;
use tandem_tests::oracle::Owned;
use tandem_tests::sweep::shape::Field;

use super::walk::Walk;
use crate::sweep::mutations::named;

impl Walk<'_> {
    pub(super) async fn walk_mutations(&mut self) {
        let hall = self.hall;
        let mut number = 0;
        // What takes rows names no record of its own: its rows are tried in `enrollment`.
        for mutation in hall.shape.fields("Mutation").iter().filter(|mutation| !mutation.name.ends_with("Ingest")) {
            let given = hall.shape.fields(&mutation.ty.name).iter().find(|field| field.name != "userErrors").unwrap();
            let own = *Kind::ALL.iter().find(|kind| kind.name() == given.ty.name).unwrap();
            let (input, inputs) = (&mutation.args[0].ty.name, hall.shape.fields(&mutation.args[0].ty.name));
            let document = format!(
                "mutation($input: {input}!) {{ {}(input: $input) {{ {} {{ __typename id }} userErrors {{ code message field }} }} }}",
                mutation.name, given.name
            );
            for field in inputs.iter().filter(|field| field.ty.name == "ID") {
                number += 1;
                if !(number + self.place).is_multiple_of(hall.thrift) {
                    continue;
                }
                let mut object = Map::new();
                for other in inputs.iter().filter(|other| other.ty.required && other.name != field.name) {
                    object.insert(other.name.clone(), self.value_of(&mutation.name, other, own));
                }
                object.insert("dryRun".to_owned(), json!(true));
                object.insert("reason".to_owned(), json!("because"));
                let kind = named(&mutation.name, field, own);
                if object.contains_key("scope") {
                    let scope = [("studyId", "STUDY"), ("engagementId", "ENGAGEMENT"), ("studySiteId", "SITE")];
                    let scope = scope.iter().find(|(name, _)| *name == field.name).map_or("ALL_ORG", |(_, scope)| scope);
                    object.insert("scope".to_owned(), json!(scope));
                }
                let never = self.never(kind);
                let blank = self.try_naming(&document, &mut object, field, &never).await;
                for owned in self.hidden(kind) {
                    if self.is_named_by_id(&mutation.name, &field.name, owned) {
                        continue;
                    }
                    let id = encode(kind, owned.row.1);
                    let answer = self.try_naming(&document, &mut object, field, &id).await;
                    if answer != blank {
                        self.find(&format!("TELLS {}.{} {id}", mutation.name, field.name), &format!("{answer}\n{blank}"));
                    }
                }
            }
        }
    }

    /// An administrator gives scopes over what his own organisation has, a vendor manager names a colleague as lead, whoever owes
    /// something a colleague as its owner, by id alone.
    fn is_named_by_id(&self, mutation: &str, field: &str, owned: &Owned) -> bool {
        let own = Some(self.looker.organization.uuid());
        match (mutation, field) {
            ("membershipGrant" | "apiClientCreate" | "apiClientNarrow", "studyId" | "engagementId" | "studySiteId" | "engagementIds") => {
                self.deals_with(owned)
            }
            ("engagementCreate" | "engagementUpdate", "leadSponsorId") | (_, "ownerId") => owned.organization == own,
            _ => false,
        }
    }

    /// Whether a record is the organisation's own, or of a study on which it is engaged.
    fn deals_with(&self, owned: &Owned) -> bool {
        let own = self.looker.organization;
        [owned.sponsor, owned.vendor, owned.prime_vendor].contains(&Some(own.uuid()))
            || self.hall.dressed.world.engagements.iter().any(|one| {
                let party = [Some(one.sponsor_id), Some(one.vendor_id), one.prime_vendor_id].contains(&Some(own));
                party && owned.study == Some(one.study_id.uuid())
            })
    }

    fn value_of(&self, mutation: &str, field: &Field, own: Kind) -> Json {
        let one = match field.ty.name.as_str() {
            "ID" => {
                let kind = named(mutation, field, own);
                json!(self.ids(kind).pop_first().unwrap_or_else(|| self.never(kind)))
            }
            "Int" | "BigInt" => json!(1),
            "Float" => json!(1.0),
            "Boolean" => json!(true),
            "DateTime" => json!("2060-01-01T00:00:00Z"),
            "Date" => json!("2031-01-01"),
            "CountryCode" => json!("DE"),
            "PartialDateInput" => json!({ "date": "2031" }),
            "String" if field.name == "email" => json!("somebody@example.org"),
            "String" => json!("text"),
            other => json!(self.hall.shape.types.get(other).and_then(|ty| ty.values.first())),
        };
        if field.ty.list { json!([one]) } else { one }
    }

    async fn try_naming(&mut self, document: &str, object: &mut Map<String, Json>, field: &Field, id: &str) -> String {
        object.insert(field.name.clone(), if field.ty.list { json!([id]) } else { json!(id) });
        self.ask(document, json!({ "input": object })).await.everything().replace(id, "ID")
    }
}
