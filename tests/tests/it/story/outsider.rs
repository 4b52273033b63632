//! Those on the same study who have no part in the story: what they see is told before it, and must be the same after every chapter.
//! What the story made is looked for by every path there is, beside ids that were never issued.

use serde_json::{Value as Json, json};
use tandem_domain::clock::{IdSource as _, SystemIds};
use tandem_domain::id::{decode, encode};
use tandem_domain::record::Kind;
use tandem_tests::house::House;
use tandem_tests::tokens::Asker;

use crate::commands::call;

/// The lists of the work between the sides, each with what tells its rows apart.
const LISTS: &[&str] = &[
    "documents(first: 100) { totalCount nodes { id version title versionLabel state history { totalCount } } }",
    "deliverables(first: 100) { totalCount nodes { id version title state cycleCount submissions { totalCount } reviews { totalCount } \
     comments { totalCount } history { totalCount } } }",
    "deliverableSubmissions(first: 100) { totalCount nodes { id number documentHash document { id } } }",
    "deliverableReviews(first: 100) { totalCount nodes { id verdict comment } }",
    "findings(first: 100) { totalCount nodes { id version reference title state responses { totalCount } capas { totalCount } recurrences { \
     totalCount } comments { totalCount } history { totalCount } } }",
    "findingResponses(first: 100) { totalCount nodes { id number rootCause } }",
    "capas(first: 100) { totalCount nodes { id version state plan actions { totalCount } effectivenessChecks { totalCount } } }",
    "capaActions(first: 100) { totalCount nodes { id version text } }",
    "effectivenessChecks(first: 100) { totalCount nodes { id version outcome } }",
    "issues(first: 100) { totalCount nodes { id version title findings { totalCount } } }",
    "comments(first: 100) { totalCount nodes { id version body mentions { id } } }",
    "studies(first: 100) { totalCount nodes { id version deliverables { totalCount } documents { totalCount } findings { totalCount } issues { \
     totalCount } milestones { totalCount } engagements { totalCount } history { totalCount } } }",
    "engagements(first: 100) { totalCount nodes { id version history { totalCount } } }",
    "people(first: 100) { totalCount nodes { id } }",
    "viewer { workQueue(side: MINE, first: 100) { totalCount items { node { id } } } }",
    "viewer { workQueue(side: THEIRS, first: 100) { totalCount items { node { id } } } }",
];

/// Filters by what the story made, on what may hang on it.
const FILTERS: &[(Kind, &str)] = &[
    (Kind::Document, "deliverableSubmissions(filter: { documentId: { eq: $id } })"),
    (Kind::Document, "capaActions(filter: { evidenceId: { eq: $id } })"),
    (Kind::Deliverable, "deliverables(filter: { or: [{ id: { eq: $id } }, { supersedesId: { eq: $id } }] })"),
    (Kind::Deliverable, "comments(filter: { deliverableId: { eq: $id } })"),
    (Kind::Deliverable, "deliverableReviews(filter: { deliverableId: { eq: $id } })"),
    (Kind::DeliverableSubmission, "deliverableReviews(filter: { submissionId: { eq: $id } })"),
    (Kind::Finding, "findings(filter: { or: [{ id: { eq: $id } }, { recurrenceOfId: { eq: $id } }] })"),
    (Kind::Finding, "findingResponses(filter: { findingId: { eq: $id } })"),
    (Kind::Finding, "comments(filter: { findingId: { eq: $id } })"),
    (Kind::Finding, "capas(filter: { findingId: { eq: $id } })"),
    (Kind::Capa, "capas(filter: { successorOfId: { eq: $id } })"),
    (Kind::Capa, "capaActions(filter: { capaId: { eq: $id } })"),
    (Kind::Capa, "effectivenessChecks(filter: { capaId: { eq: $id } })"),
];

/// Steps of what the story made, with what else their input needs.
const STEPS: &[(Kind, &str, &str)] = &[
    (Kind::Deliverable, "deliverableAccept", "deliverable { id }"),
    (Kind::Deliverable, "deliverableBeginReview", "deliverable { id }"),
    (Kind::Finding, "findingAcknowledge", "finding { id }"),
    (Kind::Capa, "capaSubmit", "capa { id }"),
];

/// Somebody who has no part in the story.
pub(super) struct Outsider {
    who: Asker,
    /// His own id.
    principal: String,
    before: Vec<Json>,
}

impl Outsider {
    /// Looks at everything that he sees before the story begins.
    pub(super) async fn new(house: &House, who: Asker) -> Self {
        let me = who.ask(house, "{ viewer { person { id } } }", json!({})).await;
        let principal = me.at("/data/viewer/person/id").as_str().unwrap_or_else(|| panic!("{}", me.text)).to_owned();
        let before = view(house, &who).await;
        Self { who, principal, before }
    }

    /// What he sees is what he saw, and whatever the story made is to him as what was never issued.
    pub(super) async fn knows_nothing(&self, house: &House, chapter: &str, made: &[String], actors: &[String]) {
        for ((was, is), list) in self.before.iter().zip(view(house, &self.who).await).zip(LISTS) {
            assert_eq!(was, &is, "{}, {chapter}: {list}", self.who.name);
        }
        for id in made {
            let (kind, _) = decode(id).unwrap_or_else(|| panic!("{id}"));
            self.is_nothing(house, kind, id, chapter).await;
        }
        for actor in actors {
            let explained = "query($who: ID!, $what: ID!) { explainAccess(principal: $who, node: $what) { summary } }";
            for (who, what) in [(&self.principal, actor)].into_iter().chain(made.iter().map(|id| (actor, id))) {
                let answer = self.who.ask(house, explained, json!({ "who": who, "what": what })).await;
                let null = answer.at("/data/explainAccess").is_null() || what == actor;
                assert!(null && answer.at("/errors").is_null(), "{} {chapter}: {}", self.who.name, answer.text);
            }
        }
    }

    async fn is_nothing(&self, house: &House, kind: Kind, id: &str, chapter: &str) {
        let never = encode(kind, SystemIds.next());
        let text = |text: &str, id: &str| text.replace(id, "ID");
        let paths = [
            "query($id: ID!) { node(id: $id) { __typename id } }".to_owned(),
            "query($id: ID!) { nodes(ids: [$id]) { __typename id } }".to_owned(),
            format!("query($id: ID!) {{ explainAccess(principal: \"{}\", node: $id) {{ summary }} }}", self.principal),
            "query($id: ID!) { visibilityImpact(node: $id, action: \"ISSUE\") { to } }".to_owned(),
        ];
        let filters = FILTERS.iter().filter(|(of, _)| *of == kind);
        let filters = filters.map(|(_, list)| format!("query($id: ID!) {{ {list} {{ totalCount nodes {{ id }} }} }}"));
        for query in paths.into_iter().chain(filters) {
            let hidden = self.who.ask(house, &query, json!({ "id": id })).await;
            let absent = self.who.ask(house, &query, json!({ "id": never })).await;
            assert!(hidden.status == 200 && hidden.at("/errors").is_null(), "{query}: {}", hidden.text);
            assert_eq!(text(&hidden.text, id), text(&absent.text, &never), "{}, {chapter}: {query}", self.who.name);
            assert!(!hidden.text.contains(id), "{}, {chapter}: {query}: {}", self.who.name, hidden.text);
        }
        // Who has to pick an organisation tries steps in the others' stead: `call` names none.
        if self.who.organization.is_some() {
            return;
        }
        for (_, step, payload) in STEPS.iter().filter(|(of, ..)| *of == kind) {
            let mut input = json!({ "id": id, "expectedVersion": 1 });
            if *step == "deliverableAccept" {
                input["signature"] = json!({ "meaning": "APPROVAL" });
            }
            let hidden = call(house, &self.who.token, step, payload, input.clone()).await;
            input["id"] = never.clone().into();
            let absent = call(house, &self.who.token, step, payload, input).await;
            assert_eq!(text(&hidden.text, id), text(&absent.text, &never), "{}, {chapter}: {step}", self.who.name);
            assert_eq!(hidden.at(&format!("/data/{step}/{}", payload.split(' ').next().unwrap_or_default())), &Json::Null);
        }
    }
}

async fn view(house: &House, who: &Asker) -> Vec<Json> {
    let mut seen = Vec::new();
    for list in LISTS {
        let answer = who.ask(house, &format!("{{ {list} }}"), json!({})).await;
        assert!(answer.status == 200 && answer.at("/errors").is_null(), "{}: {list}: {}", who.name, answer.text);
        seen.push(answer.at("/data").clone());
    }
    seen
}
