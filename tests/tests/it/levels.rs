//! The level path by example: what it serves, byte for byte as resolvers answer, and what it leaves to them.
//! Random operations do the same at large; these are the ones that a person would look at first.

use std::sync::Arc;

use serde_json::json;
use tandem_domain::access::Viewer;
use tandem_gateway::config::{ReadPath, Settings};
use tandem_graphql::limits::Limits;
use tandem_graphql::{Answered, Asked, Circumstance, Graph, GraphOptions, Reason};
use tandem_tests::house::{BOTH, Ground, House, person, viewer};

/// Questions that have a plan.
const PLANNED: &[&str] = &[
    "{ studies { nodes { id protocolNumber version createdAt updatedAt phases conditions startDate { date precision kind } hasDmc } } }",
    "{ studies(first: 3, orderBy: [{ field: PROTOCOL_NUMBER, direction: DESC }]) { totalCount nodes { id } edges { cursor node { acronym } } pageInfo { \
     hasNextPage hasPreviousPage startCursor endCursor } } }",
    "{ studies(last: 2) { nodes { id sponsor { name countryCode } } pageInfo { hasNextPage hasPreviousPage } __typename } __typename }",
    "{ studies { nodes { protocolNumber internal { riskScore version } benchmark { budget { minorUnits currency __typename } } registry { status } confirmation \
     { action } } } }",
    "{ studies(first: 8) { nodes { countries(first: 3, orderBy: [{ field: COUNTRY_CODE }]) { totalCount nodes { countryCode sites(last: 2) { nodes { number \
     site { name city } contact { principalInvestigatorName } internal { riskScore } } pageInfo { startCursor } } } } engagements(first: 3) { nodes { state vendor { \
     name } leadVendor { displayName contact { email } } scopes(first: 2) { nodes { serviceCategory studySites { number } } } } } } } }",
    "{ engagements { nodes { createdBy { __typename id ... on Person { displayName } ... on ApiClient { name } } subcontractOf { state vendor { name } } \
     subcontracts { totalCount nodes { id } } study { acronym sponsor { name } } } } }",
    "{ people { nodes { displayName memberships { nodes { role scope reason grantedBy { displayName } } } organization { name } } } }",
    "{ apiClients { nodes { name scopes engagements { state study { protocolNumber } } } } }",
    "{ deliverables(first: 20) { nodes { title state dueDate daysLate reviewDaysLate submissions(first: 3) { totalCount nodes { number document { title } } } \
     comments(first: 2) { nodes { visibility body mentions { displayName } } } } } milestones { nodes { milestoneType varianceDays predecessors { \
     milestoneType varianceDays } } } }",
    "{ findings(first: 20) { nodes { reference state ageDays daysLate internal { internalAssessment } responses { nodes { number } } capas { nodes { state \
     daysLate actions { nodes { text daysLate } } } } } } issues { nodes { title daysLate } } programs { nodes { name internal { \
     developmentStrategySummary } studies { totalCount } } } }",
    "query($skip: Boolean!, $n: Int) { studies(first: $n) @skip(if: $skip) { nodes { id } } organizations @include(if: $skip) { nodes { name } } }",
    "{ a: studies(first: 1) { nodes { ...S ... on Study { briefTitle } } } b: studies(first: 2) { nodes { ...S } } } fragment S on Study { id ... on Node { \
     id again: id } sponsor { name } sponsor { countryCode } }",
];

/// Questions that have none.
const COMPUTED: &[&str] = &[
    "{ viewer { side } }",
    "{ studies { nodes { allowedTransitions { action } } } }",
    "{ studies { nodes { history { totalCount } } } }",
    "{ __schema { queryType { name } } }",
];

async fn houses(ground: &Ground) -> (House, House) {
    let resolvers = Settings { read_path: ReadPath::Resolvers, rate_limit: 0, ..ground.settings() };
    let auto = Settings { rate_limit: 0, ..ground.settings() };
    (ground.serve_with(resolvers).await.unwrap(), ground.serve_with(auto).await.unwrap())
}

#[tokio::test]
async fn both_paths_give_the_same_bytes() {
    let variables = json!({ "skip": false, "n": 2 });
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let (resolvers, auto) = houses(&ground).await;
        for token in ["marisol@quillfen", "ravi@veltrona", "kofi@veltrona"].map(person) {
            for query in PLANNED {
                let expected = resolvers.ask_with(&token, query, variables.clone(), &[]).await;
                assert_eq!(expected.body.get("errors"), None, "{}", expected.text);
                let first = auto.ask_with(&token, query, variables.clone(), &[]).await;
                assert_eq!(first.text, expected.text, "{kind:?}: {query}");
                let second = auto.ask_with(&token, query, variables.clone(), &[]).await;
                assert_eq!(second.text, expected.text, "{kind:?}: {query}");
            }
        }
        resolvers.stop().await;
        auto.stop().await;
    }
}

/// Asks the same document twice; answers how the second time went.
async fn twice(graph: &Graph, viewer: &Arc<Viewer>, query: &str) -> Answered {
    let asked = Asked::of(query, json!({ "skip": false, "n": 2 }), &Limits::default()).unwrap();
    let first = graph.answer(Arc::clone(viewer), asked.clone(), Circumstance::default()).await;
    assert!(first.fell.is_some(), "{query}");
    graph.answer(Arc::clone(viewer), asked, Circumstance::default()).await
}

#[tokio::test]
async fn what_tables_declare_is_served_by_levels_and_what_is_computed_is_not() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let vault = ground.vault().await;
        let graph = Graph::new(vault.clone(), GraphOptions::default()).await.unwrap();
        let viewer = viewer(&vault, "marisol@quillfen.example.org").await;
        for query in PLANNED {
            assert_eq!(twice(&graph, &viewer, query).await.fell, None, "{query}");
        }
        for query in COMPUTED {
            assert_eq!(twice(&graph, &viewer, query).await.fell, Some(Reason::Computed), "{query}");
        }
        vault.close().await;
    }
}

/// A question, and how many statements its levels are: one for each list, one for each count, none for what is joined.
const STATEMENTS: &[(&str, usize)] = &[
    ("{ studies { nodes { id } } }", 1),
    ("{ studies { totalCount } }", 1),
    ("{ studies { totalCount nodes { sponsor { name } internal { riskScore } registry { status } } } }", 2),
    ("{ studies { nodes { countries { nodes { sites { nodes { site { city } contact { principalInvestigatorName } } } } } } } }", 3),
    ("{ studies { nodes { engagements { nodes { vendor { name } leadSponsor { displayName } scopes { nodes { id } } } } } } }", 3),
    ("{ studySites { nodes { study { sponsor { name } } studyCountry { leadEngagement { vendor { name } } } } } }", 1),
];

#[tokio::test]
async fn a_level_is_one_statement() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let vault = ground.vault().await;
        let graph = Graph::new(vault.clone(), GraphOptions::default()).await.unwrap();
        let viewer = viewer(&vault, "marisol@quillfen.example.org").await;
        for (query, statements) in STATEMENTS {
            let answered = twice(&graph, &viewer, query).await;
            assert_eq!((answered.fell, answered.statements), (None, *statements), "{kind:?}: {query}");
        }
        vault.close().await;
    }
}
