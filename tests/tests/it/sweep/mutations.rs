//! Every mutation, only tried, with every field that names a record naming what is hidden: refused as for what never was.
//! Of what is hidden one of each sort is named: a rival's in a study that is shared, one of a foreign study, another sponsor's.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};
use tandem_domain::lifecycle::state_of;
use tandem_domain::record::{FactColumn, Kind};
use tandem_tests::oracle::Owned;
use tandem_tests::sweep::shape::Field;
use tandem_tests::sweep::sight::{PERSONAS, Persona};
use tandem_tests::sweep::world::Planted;

use super::{Walker, Ward};
use crate::steps::stage::mutation_of;

/// How a hidden record lies to the studies that the asker sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lies {
    /// In one of them.
    Shared,
    /// In another one.
    Foreign,
    /// In none.
    Nowhere,
}

/// A field of a mutation that names a record.
pub(super) type Naming = (String, Kind);

/// Which hidden records were named where: whether in vain before they were looked up, or looked up and not found.
#[derive(Debug, Default)]
pub(super) struct Named {
    tried: BTreeSet<(Naming, Lies)>,
    looked_up: BTreeSet<Naming>,
}

impl Named {
    /// Those of all walkers together.
    pub(super) fn add(&mut self, other: &Self) {
        self.tried.extend(other.tried.iter().cloned());
        self.looked_up.extend(other.looked_up.iter().cloned());
    }

    /// What the walks did not try: a field in which nobody named anything hidden that was then looked up; one that names what lies
    /// in studies, and never named something hidden of a shared one, or of a foreign one.
    pub(super) fn missing(&self, ward: &Ward) -> Vec<String> {
        let mut missing = Vec::new();
        for (mutation, _, field, kind) in ward.namings() {
            let naming: Naming = (format!("{mutation}.{}", field.name), kind);
            if !self.looked_up.contains(&naming) {
                missing.push(format!("UNTRIED {}: nothing hidden was looked up", naming.0));
            }
            let in_studies = kind != Kind::Study && kind.def().fact(FactColumn::Study).is_some();
            for lies in [Lies::Shared, Lies::Foreign].into_iter().filter(|_| in_studies) {
                if !self.tried.contains(&(naming.clone(), lies)) {
                    missing.push(format!("UNTRIED {}: nothing hidden of a {lies:?} study was named", naming.0));
                }
            }
        }
        missing
    }
}

/// The kind that an input field of a mutation names by id; `own` is the mutation's.
pub(crate) fn named(mutation: &str, field: &Field, own: Kind) -> Kind {
    match field.name.as_str() {
        // What is made of an issue is named by the issue.
        "id" if mutation == "issuePromote" => Kind::Issue,
        "id" => own,
        "personId" | "leadSponsorId" | "leadVendorId" | "ownerId" | "mentionIds" => Kind::Person,
        "programId" => Kind::Program,
        "milestoneId" | "predecessorIds" => Kind::Milestone,
        "documentId" | "qcEvidenceId" | "evidenceId" => Kind::Document,
        "deliverableId" => Kind::Deliverable,
        "supersedesId" => own,
        "findingId" | "recurrenceOfId" => Kind::Finding,
        "capaId" => Kind::Capa,
        "capaActionId" => Kind::CapaAction,
        "issueId" => Kind::Issue,
        "vendorId" => Kind::Organization,
        "siteId" => Kind::Site,
        "studyId" => Kind::Study,
        "studyCountryId" => Kind::StudyCountry,
        "confirm" | "revoke" => Kind::AccessReviewItem,
        "studySiteId" | "studySiteIds" => Kind::StudySite,
        "engagementId" | "engagementIds" | "leadEngagementId" | "responsibleEngagementId" | "subcontractOfId" => Kind::Engagement,
        other => panic!("{other} names a record of a kind that the sweep does not know"),
    }
}

impl Ward {
    /// Every field of every mutation that names a record: the mutation, its own kind, the field, the kind that it names.
    fn namings(&self) -> Vec<(String, Kind, Field, Kind)> {
        let mut namings = Vec::new();
        // What takes rows names no record of its own: its rows are tried in `enrollment`.
        for mutation in self.shape.fields("Mutation").iter().filter(|mutation| !mutation.name.ends_with("Ingest")) {
            let payload = self.shape.fields(&mutation.ty.name);
            let given = payload.iter().find(|field| field.name != "userErrors").unwrap();
            let own = *Kind::ALL.iter().find(|kind| kind.name() == given.ty.name).unwrap();
            for field in self.shape.fields(&mutation.args[0].ty.name).iter().filter(|field| field.ty.name == "ID") {
                let kind = named(&mutation.name, field, own);
                namings.push((mutation.name.clone(), own, field.clone(), kind));
            }
        }
        namings
    }

    fn value_of(&self, field: &Field, persona: &Persona) -> Json {
        let sponsor = persona.name.starts_with(['A', 'B']);
        let one = match field.ty.name.as_str() {
            "Int" | "BigInt" => json!(1),
            "Float" => json!(1.0),
            "Boolean" => json!(true),
            "DateTime" => json!("2031-01-01T00:00:00Z"),
            "Date" => json!("2031-01-01"),
            "CountryCode" => json!("DE"),
            "PartialDateInput" => json!({ "date": "2031" }),
            "Role" => json!(if sponsor { "S_QA" } else { "V_CRA" }),
            "String" if field.name == "email" => json!("somebody@example.org"),
            "String" => json!("text"),
            other => json!(self.shape.types.get(other).and_then(|ty| ty.values.first())),
        };
        if field.ty.list { json!([one]) } else { one }
    }
}

impl Walker<'_> {
    /// Whether a persona may name this record by id without reading it: an administrator gives scopes over his own organisation's
    /// studies and engagements, a vendor manager names a colleague as lead, whoever owes something a colleague as its owner. All hold
    /// for their own organisation alone.
    fn is_named_by_id(&self, mutation: &str, field: &str, planted: &Planted) -> bool {
        let organization = self.persona.name.chars().next().unwrap_or_default();
        match (mutation, field) {
            ("membershipGrant" | "apiClientCreate" | "apiClientNarrow", "studyId" | "engagementId" | "studySiteId" | "engagementIds") => {
                let colleague = if matches!(organization, 'A' | 'B') { format!("{organization}.sm") } else { format!("{organization}.pm") };
                PERSONAS.iter().find(|one| one.name == colleague).is_some_and(|one| {
                    let sight = one.sight(&self.ward.planted);
                    sight.must.contains(&planted.key()) || sight.may.contains(&planted.key())
                })
            }
            ("engagementCreate" | "engagementUpdate", "leadSponsorId") | (_, "ownerId") => {
                planted.name.starts_with(&format!("{organization}."))
            }
            _ => false,
        }
    }

    /// The hidden records of a kind, one of each sort: whose they are (sponsor, vendor, organisation), and how they lie.
    fn hidden(&self, kind: Kind, mutation: &str, field: &str) -> Vec<(Lies, String)> {
        let (_, may) = self.expected(kind);
        let studies = self.expected(Kind::Study).1;
        let mut sorts = BTreeMap::new();
        for planted in self.ward.planted.iter().filter(|planted| planted.entity.kind() == kind) {
            let id = planted.shown_id();
            if may.contains(&id) || self.is_named_by_id(mutation, field, planted) {
                continue;
            }
            let owned = Owned::of(&planted.entity, None);
            let lies = match owned.study.map(|study| tandem_domain::id::encode(Kind::Study, study)) {
                None => Lies::Nowhere,
                Some(study) if studies.contains(&study) => Lies::Shared,
                Some(_) => Lies::Foreign,
            };
            sorts.entry((owned.sponsor, owned.vendor, owned.organization, lies)).or_insert((lies, id));
        }
        sorts.into_values().collect()
    }

    /// A record of this kind that the asker sees, or else one that never was.
    fn seen(&self, kind: Kind) -> String {
        self.expected(kind).0.pop_first().unwrap_or_else(|| self.never(kind))
    }

    /// The same, in a state from which the step of this name goes, where the asker sees such a one.
    fn seen_ready(&self, mutation: &str, kind: Kind) -> String {
        let seen = self.expected(kind).0;
        let steps = kind.def().lifecycle.map(|lifecycle| lifecycle.transitions).unwrap_or_default();
        let ready = self.ward.planted.iter().find(|planted| {
            let state = state_of(&planted.entity).unwrap_or_default();
            let steps = steps.iter().filter(|step| mutation_of(kind, step.action) == mutation);
            planted.entity.kind() == kind
                && seen.contains(&planted.shown_id())
                && steps.flat_map(|step| step.from).any(|from| *from == state)
        });
        ready.map_or_else(|| self.seen(kind), Planted::shown_id)
    }

    pub(super) async fn walk_mutations(&mut self) {
        let ward = self.ward;
        for (mutation, own, field, kind) in ward.namings() {
            let declared = ward.shape.fields("Mutation").iter().find(|declared| declared.name == mutation).unwrap();
            let input = ward.shape.fields(&declared.args[0].ty.name);
            let given = ward.shape.fields(&declared.ty.name).iter().find(|field| field.name != "userErrors").unwrap();
            let document = format!(
                "mutation($input: {}!) {{ {mutation}(input: $input) {{ {} {{ {} }} userErrors {{ code message field }} }} }}",
                declared.args[0].ty.name,
                given.name,
                ward.shape.flat(&given.ty.name)
            );
            let mut object = serde_json::Map::new();
            for other in input.iter().filter(|other| other.ty.required && other.name != field.name) {
                let value = if other.ty.name == "ID" {
                    let kind = named(&mutation, other, own);
                    let id = if other.name == "id" { self.seen_ready(&mutation, kind) } else { self.seen(kind) };
                    if other.ty.list { json!([id]) } else { json!(id) }
                } else {
                    ward.value_of(other, self.persona)
                };
                object.insert(other.name.clone(), value);
            }
            // Signed, where it is to be: else what it names besides is never looked up.
            if input.iter().any(|field| field.name == "signature") {
                object.insert("signature".to_owned(), json!({ "meaning": "APPROVAL" }));
            }
            // With the version that stands: else what else is named would never be looked up.
            if let (Some(id), true) = (object.get("id").cloned(), object.contains_key("expectedVersion")) {
                let finder = ward.roots(false)[own.name()].clone();
                let body = self.ask(&format!("query($id: ID!) {{ {finder}(id: $id) {{ version }} }}"), json!({ "id": id })).await.json();
                if let Some(version) = body["data"][&finder]["version"].as_i64() {
                    object.insert("expectedVersion".to_owned(), json!(version));
                }
            }
            let scope = match field.name.as_str() {
                "studyId" => "STUDY",
                "engagementId" => "ENGAGEMENT",
                "studySiteId" => "SITE",
                _ => "ALL_ORG",
            };
            if object.contains_key("scope") {
                object.insert("scope".to_owned(), json!(scope));
            }
            // A comment is on something: else who is mentioned is not looked up.
            if (mutation.as_str(), field.name.as_str()) == ("commentCreate", "mentionIds") {
                object.insert("deliverableId".to_owned(), json!(self.seen(Kind::Deliverable)));
            }
            object.insert("dryRun".to_owned(), json!(true));
            object.insert("reason".to_owned(), json!("because"));
            let naming: Naming = (format!("{mutation}.{}", field.name), kind);
            let never = self.never(kind);
            let blank = self.try_naming(&document, &mut object, &field, &never).await;
            for (lies, id) in self.hidden(kind, &mutation, &field.name) {
                let answer = self.try_naming(&document, &mut object, &field, &id).await;
                if answer != blank {
                    self.find(format!("TELLS {} {} {id}", self.persona.name, naming.0), &format!("{answer}\n{blank}"));
                }
                self.named.tried.insert((naming.clone(), lies));
                if answer.contains("\"NOT_FOUND\"") && answer.contains(&format!("\"{}\"]", field.name)) {
                    self.named.looked_up.insert(naming.clone());
                }
            }
            if let Some(id) = self.expected(kind).1.pop_first() {
                self.try_naming(&document, &mut object, &field, &id).await;
            }
        }
    }

    /// Asks with this field naming this record; answers everything, with the id taken out.
    async fn try_naming(&mut self, document: &str, object: &mut serde_json::Map<String, Json>, field: &Field, id: &str) -> String {
        object.insert(field.name.clone(), if field.ty.list { json!([id]) } else { json!(id) });
        self.ask(document, json!({ "input": object })).await.everything().replace(id, "ID")
    }
}
