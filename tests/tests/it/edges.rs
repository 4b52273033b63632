//! Every declared edge is scoped: it shows what the same persona sees by id, no more and no less.
//! Personas are each other's measure: what an edge leads to is what any of them was shown there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};
use tandem_tests::house::{Backend, Ground};
use tandem_tests::sweep::asker::{Asker, settings};
use tandem_tests::sweep::records::world;
use tandem_tests::sweep::shape::{Field, INTROSPECTION, Shape};
use tandem_tests::sweep::sight::PERSONAS;
use tandem_tests::sweep::world::Planted;

/// An edge: the field, and where it stands on a part, the part before it.
#[derive(Clone, Debug)]
struct Edge<'a> {
    ty: &'a str,
    part: Option<&'a str>,
    field: &'a Field,
}

impl Edge<'_> {
    fn name(&self) -> String {
        self.part.map_or_else(|| format!("{}.{}", self.ty, self.field.name), |part| format!("{}.{part}.{}", self.ty, self.field.name))
    }

    fn paged(&self) -> bool {
        self.field.ty.name.ends_with("Connection")
    }

    fn selection(&self, alias: &str) -> String {
        let field = if self.paged() {
            format!("{alias}: {}(first: 100) {{ totalCount nodes {{ id }} edges {{ node {{ id }} }} }}", self.field.name)
        } else {
            format!("{alias}: {} {{ id }}", self.field.name)
        };
        self.part.map_or_else(|| field.clone(), |part| format!("{part} {{ {field} }}"))
    }
}

/// Every edge of a type that has an id.
fn edges<'a>(shape: &'a Shape, ty: &'a str) -> Vec<Edge<'a>> {
    let leads = |field: &Field| {
        let below = shape.fields(&field.ty.name);
        field.ty.name.ends_with("Connection") && field.name != "history" || below.iter().any(|below| below.name == "id")
    };
    let mut edges = Vec::new();
    for field in shape.fields(ty) {
        if leads(field) {
            edges.push(Edge { ty, part: None, field });
        } else if shape.is_composite(&field.ty.name) && !field.ty.list {
            let below = shape.fields(&field.ty.name).iter().filter(|below| leads(below));
            edges.extend(below.map(|below| Edge { ty, part: Some(&field.name), field: below }));
        }
    }
    edges
}

fn ids(value: &Json) -> BTreeSet<String> {
    match value {
        Json::Array(items) => items.iter().flat_map(ids).collect(),
        Json::Object(_) => value["id"].as_str().map(str::to_owned).into_iter().collect(),
        _ => BTreeSet::new(),
    }
}

/// What one persona was shown: by edge and parent, the targets; nothing where a part was withheld.
#[derive(Default)]
struct Shown {
    visible: BTreeSet<String>,
    targets: BTreeMap<(String, String), BTreeSet<String>>,
}

async fn look(asker: &Asker, shape: &Shape, all: &[String], findings: &mut Vec<String>) -> Shown {
    let mut shown = Shown::default();
    for some in all.chunks(100) {
        let body = asker.ask("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": some })).await.json();
        assert!(body["errors"].is_null(), "{body}");
        shown.visible.extend(ids(&body["data"]["nodes"]));
    }
    for ty in &shape.types["Node"].possible {
        let edges = edges(shape, ty);
        let selections: Vec<String> = edges.iter().enumerate().map(|(at, edge)| edge.selection(&format!("e{at}"))).collect();
        let document = format!("query($ids: [ID!]!) {{ nodes(ids: $ids) {{ id ... on {ty} {{ __typename {} }} }} }}", selections.join(" "));
        for some in shown.visible.iter().cloned().collect::<Vec<_>>().chunks(40) {
            let body = asker.ask(&document, json!({ "ids": some })).await.json();
            assert!(body["errors"].is_null(), "{document}: {body}");
            for node in body["data"]["nodes"].as_array().unwrap().iter().filter(|node| !node["__typename"].is_null()) {
                for (at, edge) in edges.iter().enumerate() {
                    let within = edge.part.map_or(node, |part| &node[part]);
                    if within.is_null() {
                        continue;
                    }
                    let value = &within[format!("e{at}")];
                    let targets = if edge.paged() { ids(&value["nodes"]) } else { ids(value) };
                    if edge.paged() {
                        let edged = value["edges"].as_array().unwrap().iter().map(|edge| edge["node"]["id"].as_str().unwrap().to_owned());
                        if edged.collect::<BTreeSet<_>>() != targets || value["totalCount"] != json!(targets.len()) {
                            findings.push(format!("{} of {} counts otherwise: {value}", edge.name(), node["id"]));
                        }
                    }
                    shown.targets.insert((edge.name(), node["id"].as_str().unwrap().to_owned()), targets);
                }
            }
        }
    }
    shown
}

async fn every_edge_is_scoped(backend: Backend) {
    let ground = Ground::new(backend).await;
    let planted = world();
    let vault = ground.vault().await;
    vault.seed("edges", planted.iter().map(|planted| planted.entity.clone()).collect()).await.unwrap();
    vault.close().await;
    let house = ground.serve_with(settings()).await.unwrap();
    let mut all: Vec<String> = planted.iter().filter(|one| one.entity.kind().def().part_of.is_none()).map(Planted::shown_id).collect();
    all.extend(authored(&house.address, &planted).await);
    let shape = Shape::read(&Asker::new(&house.address, &PERSONAS[0]).ask(INTROSPECTION, json!({})).await.json());
    let mut findings = Vec::new();
    let mut everybody = Vec::new();
    let mut union: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for persona in PERSONAS {
        let mut own = Vec::new();
        let shown = look(&Asker::new(&house.address, persona), &shape, &all, &mut own).await;
        findings.extend(own.into_iter().map(|finding| format!("{}: {finding}", persona.name)));
        for (place, targets) in &shown.targets {
            union.entry(place.clone()).or_default().extend(targets.iter().cloned());
        }
        everybody.push((persona.name, shown));
    }
    house.stop().await;
    let (mut declared, mut tried, mut pairs) = (BTreeSet::new(), BTreeSet::new(), 0);
    for ty in &shape.types["Node"].possible {
        declared.extend(edges(&shape, ty).iter().map(Edge::name));
    }
    for (who, shown) in &everybody {
        for (place, targets) in &shown.targets {
            let (edge, parent) = place;
            pairs += targets.len();
            for target in targets.difference(&shown.visible) {
                findings.push(format!("{who}: {edge} of {parent} shows {target}, which he does not see"));
            }
            for target in union[place].difference(targets) {
                if shown.visible.contains(target) {
                    findings.push(format!("{who}: {edge} of {parent} does not show {target}, which he sees"));
                } else {
                    tried.insert(edge.clone());
                }
            }
        }
    }
    let reached: BTreeSet<&String> = union.iter().filter(|(_, targets)| !targets.is_empty()).map(|((edge, _), _)| edge).collect();
    let never: Vec<&String> = declared.iter().filter(|edge| !reached.contains(edge)).collect();
    let always: Vec<&str> = declared.iter().filter(|edge| reached.contains(edge) && !tried.contains(*edge)).map(String::as_str).collect();
    println!(
        "edges on {backend:?}: {} declared, {} tried on something hidden, {pairs} targets shown; nobody is shown any: {never:?}; hidden from nobody: {always:?}",
        declared.len(),
        tried.len()
    );
    assert!(findings.is_empty(), "{} findings\n{}", findings.len(), findings[..findings.len().min(20)].join("\n"));
    assert_eq!(never, NOBODY.to_vec(), "edges that lead nowhere in this world");
    assert_eq!(always, ALWAYS_SEEN, "edges whose targets are seen by all who see the parent");
}

/// Edges that the world has nothing for.
const NOBODY: &[&str] = &[
    "AccessReview.createdBy",
    "AccessReviewItem.createdBy",
    "Capa.createdBy",
    "CapaAction.createdBy",
    "DeliverableReview.createdBy",
    "DeliverableSubmission.createdBy",
    "DueDateExtension.createdBy",
    "EffectivenessCheck.createdBy",
    "Engagement.confirmation.createdBy",
    "Engagement.internal.createdBy",
    "EnrollmentSnapshot.createdBy",
    "Finding.internal.createdBy",
    "FindingResponse.createdBy",
    "Organization.createdBy",
    "Program.internal.createdBy",
    "Study.benchmark.createdBy",
    "Study.confirmation.createdBy",
    "Study.internal.createdBy",
    "Study.registry.createdBy",
    "StudySite.contact.createdBy",
    "StudySite.internal.createdBy",
    "StudySite.registry.createdBy",
];

/// Edges whose target everybody sees who sees the parent.
const ALWAYS_SEEN: &[&str] = &[
    "AccessEvent.organization",
    "AccessEvent.person",
    "AccessReview.items",
    "AccessReview.organization",
    "AccessReview.reviewer",
    "AccessReviewItem.accessReview",
    "AccessReviewItem.decidedBy",
    "AccessReviewItem.grantedBy",
    "AccessReviewItem.membership",
    "AccessReviewItem.organization",
    "AccessReviewItem.person",
    "Amendment.study",
    "ApiClient.organization",
    "Capa.actions",
    "Capa.effectivenessChecks",
    "Capa.engagement",
    "Capa.extensions",
    "Capa.finding",
    "Capa.owner",
    "Capa.study",
    "CapaAction.engagement",
    "CapaAction.extensions",
    "CapaAction.study",
    "Comment.capa",
    "Comment.deliverable",
    "Comment.engagement",
    "Comment.finding",
    "Comment.issue",
    "Comment.milestone",
    "Deliverable.acceptedBy",
    "Deliverable.createdBy",
    "Deliverable.currentSubmission",
    "Deliverable.engagement",
    "Deliverable.submissions",
    "Deliverable.supersedes",
    "Deliverable.vendor",
    "DeliverableReview.deliverable",
    "DeliverableReview.engagement",
    "DeliverableReview.reviewer",
    "DeliverableReview.submission",
    "DeliverableSubmission.deliverable",
    "DeliverableSubmission.engagement",
    "DeliverableSubmission.submittedBy",
    "Document.engagement",
    "DueDateExtension.capaAction",
    "DueDateExtension.engagement",
    "DueDateExtension.study",
    "EffectivenessCheck.capa",
    "EffectivenessCheck.engagement",
    "EffectivenessCheck.study",
    "Engagement.createdBy",
    "Engagement.leadSponsor",
    "Engagement.leadVendor",
    "Engagement.sponsor",
    "Engagement.vendor",
    "EnrollmentSnapshot.engagement",
    "EnrollmentSnapshot.study",
    "EnrollmentSnapshot.vendor",
    "Finding.engagement",
    "Finding.owner",
    "Finding.responses",
    "Finding.studySite",
    "Finding.vendor",
    "FindingResponse.engagement",
    "FindingResponse.finding",
    "FindingResponse.study",
    "FindingResponse.submittedBy",
    "Issue.engagement",
    "Issue.owner",
    "Issue.vendor",
    "Membership.organization",
    "Membership.person",
    "Person.contact.createdBy",
    "Person.createdBy",
    "Person.organization",
    "Program.sponsor",
    "ProtocolVersion.study",
    "ServiceScope.createdBy",
    "ServiceScope.engagement",
    "ServiceScope.vendor",
    "Site.createdBy",
    "Site.studySites",
    "Study.program",
    "Study.sponsor",
    "StudyCountry.study",
    "StudySite.site",
    "StudySite.study",
];

/// What is made by persons here, for `createdBy`: nobody made the world itself. Persona, mutation, what it gives, input; `$kind:name` is an id.
const MADE: &[(&str, &str, &str, &str)] = &[
    ("A.admin", "personInvite", "person", r#"email: "edge@a.example.org", displayName: "Edge""#),
    ("V.admin", "personInvite", "person", r#"email: "edge@v.example.org", displayName: "Edge""#),
    ("A.admin", "membershipGrant", "membership", r#"personId: "$person:A.silent", role: S_QA, scope: STUDY, studyId: "$study:A3""#),
    (
        "V.admin",
        "apiClientCreate",
        "apiClient",
        r#"name: "Edge", issuer: "https://edge.example.org", clientId: "edge", scopes: [STUDY_READ], expiresAt: "2060-01-01T00:00:00Z""#,
    ),
    ("A.sm", "siteCreate", "site", r#"name: "Edge", countryCode: "FR""#),
    ("A.sm", "studyCreate", "study", r#"protocolNumber: "EDGE-1", briefTitle: "Edge", studyType: INTERVENTIONAL"#),
    ("A.sm", "studyCountryCreate", "studyCountry", r#"studyId: "$study:A1", countryCode: "ES", leadEngagementId: "$engagement:A1V""#),
    (
        "A.sm",
        "studySiteCreate",
        "studySite",
        r#"studyCountryId: "$study_country:A1-DE", siteId: "$site:A-idle", responsibleEngagementId: "$engagement:A1V""#,
    ),
    ("A.vm", "engagementCreate", "engagement", r#"studyId: "$study:A3", vendorId: "$organization:V", model: FULL_SERVICE"#),
    ("A.sm", "programCreate", "program", r#"name: "Edge", productType: DRUG, therapeuticArea: "ONCOLOGY""#),
    ("A.sm", "milestoneCreate", "milestone", r#"studyId: "$study:A1", engagementId: "$engagement:A1V", milestoneType: CONTRACT_EXECUTED"#),
    (
        "A.vm",
        "deliverableCreate",
        "deliverable",
        r#"engagementId: "$engagement:A1V", deliverableType: STATUS_REPORT, title: "Edge", dueDate: "2060-01-01""#,
    ),
    ("A.sm", "issueCreate", "issue", r#"engagementId: "$engagement:A1V", title: "Edge", issueKind: OPERATIONAL, severity: MINOR"#),
    ("A.qa", "commentCreate", "comment", r#"deliverableId: "$deliverable:A1V-plan", visibility: SHARED, body: "Edge""#),
    ("A.vm", "serviceScopeCreate", "serviceScope", r#"engagementId: "$engagement:A1V", serviceCategory: MEDICAL_WRITING"#),
];

async fn authored(host: &str, planted: &[Planted]) -> Vec<String> {
    let mut made = Vec::new();
    for (who, mutation, gives, input) in MADE {
        let mut input = (*input).to_owned();
        for one in planted.iter().rev() {
            input = input.replace(&format!("\"${}\"", one.key()), &format!("\"{}\"", one.shown_id()));
        }
        let asker = Asker::new(host, PERSONAS.iter().find(|persona| persona.name == *who).unwrap());
        let document = format!(
            r#"mutation {{ {mutation}(input: {{ {input}, reason: "to see who made it" }}) {{ {gives} {{ id }} userErrors {{ message }} }} }}"#
        );
        let answer = asker.ask(&document, json!({})).await;
        let id = answer.json()["data"][mutation][gives]["id"].as_str().map(str::to_owned);
        made.push(id.unwrap_or_else(|| panic!("{who} {document}: {}", answer.text)));
    }
    made
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_edge_is_scoped_on_sqlite() {
    every_edge_is_scoped(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_edge_is_scoped_on_postgres() {
    every_edge_is_scoped(Backend::Postgres).await;
}
