//! How the databases find what people ask for, in a world that is big enough to matter: by an index, never by reading a large table
//! from one end to the other. Each question names the index that is there for it.

use serde_json::json;
use tandem_gateway::bulk::{self, Plan};
use tandem_graphql::limits::Limits;
use tandem_graphql::{Asked, Graph, GraphOptions};
use tandem_tests::house::{BOTH, Backend, Ground, viewer};

/// Tables that grow with the business; those of organisations, people and what is granted to them stay small beside.
const LARGE: &[&str] = &[
    "study",
    "study_country",
    "site",
    "study_site",
    "engagement",
    "service_scope",
    "journal",
    "visible_study",
    "visible_study_country",
    "visible_study_site",
    "visible_site",
];

const MANAGER: &str = bulk::STUDY_MANAGER;
const VENDOR: &str = bulk::PROJECT_MANAGER;

/// A question, who asks, and the index of PostgreSQL that is there for it.
const QUESTIONS: &[(&str, &str, &str)] = &[
    ("{ studies(first: 20) { nodes { id } } }", MANAGER, "study_sponsor"),
    ("{ studies(first: 20, orderBy: [{ field: PROTOCOL_NUMBER }]) { nodes { id } } }", MANAGER, "study_protocol_number"),
    ("{ studies(first: 20) { nodes { id } } }", VENDOR, "visible_study_organization"),
    ("{ studies(first: 20) { nodes { sites(first: 10) { nodes { number } } } } }", MANAGER, "study_site_study"),
    ("{ studies(first: 20) { nodes { sites(first: 10) { nodes { number } } } } }", VENDOR, "study_site_study"),
    ("{ studies(first: 20) { nodes { countries { nodes { countryCode } } } } }", MANAGER, "study_country"),
    ("{ studies(first: 20) { nodes { engagements(first: 5) { nodes { state vendor { name } } } } } }", MANAGER, "engagement_study"),
    ("{ studies(first: 20) { nodes { engagements(first: 5) { nodes { state vendor { name } } } } } }", VENDOR, "engagement_study"),
    ("{ engagements(first: 20) { nodes { scopes { nodes { serviceCategory } } } } }", VENDOR, "service_scope_engagement"),
    (
        "{ studySites(first: 50, filter: { state: { eq: ACTIVE }, selectedOn: { gte: \"2025-01-01\" } }, orderBy: [{ field: SELECTED_ON }]) \
         { nodes { number study { protocolNumber } studyCountry { countryCode } } } }",
        MANAGER,
        "study_site_sponsor",
    ),
    (
        "{ studySites(first: 50, filter: { state: { eq: ACTIVE } }, orderBy: [{ field: SELECTED_ON }]) { totalCount nodes { number } } }",
        VENDOR,
        "visible_study_site_organization",
    ),
    ("{ sites(first: 20) { nodes { name studySites(first: 5) { nodes { number } } } } }", MANAGER, "study_site_site"),
];

/// The large tables that a plan reads from one end to the other.
fn read_whole(backend: Backend, plan: &str) -> Vec<&str> {
    let table = |line: &str| match backend {
        Backend::Postgres => line.split("Seq Scan on ").nth(1).map(|rest| rest.split(' ').next().unwrap_or_default().to_owned()),
        // SQLite shows an alias and hides the table: the house's aliases of large tables are these.
        // A page that was cut out before others are joined to it has an alias too, and is small.
        Backend::Sqlite if plan.contains("CO-ROUTINE a") || plan.contains("MATERIALIZE a") => None,
        Backend::Sqlite => line.strip_prefix("SCAN ").filter(|rest| !rest.contains("INDEX")).map(|rest| match rest.split(' ').next() {
            Some("a" | "b") => "study_site".to_owned(),
            Some("v") => "visible_study_site".to_owned(),
            other => other.unwrap_or_default().to_owned(),
        }),
    };
    plan.lines()
        .filter(|line| table(line.trim_start_matches([' ', '-', '>'])).is_some_and(|table| LARGE.contains(&table.as_str())))
        .collect()
}

#[tokio::test]
async fn lists_are_found_by_their_indexes() {
    let plan = Plan { blocks: 1, sponsors: 16, vendors: 16, people: 2, studies: 50, portfolio: 1 };
    for backend in BOTH {
        let ground = Ground::new(backend).await;
        bulk::seed(&ground.connect, &plan, |_| ()).await.unwrap();
        let vault = ground.vault().await;
        let graph = Graph::new(vault.clone(), GraphOptions::default()).await.unwrap();
        let mut faults = Vec::new();
        for (question, who, index) in QUESTIONS {
            let asked = Asked::of(question, json!({}), &Limits::default()).unwrap();
            let plans = graph.explain(viewer(&vault, who).await, asked).await.unwrap_or_else(|| panic!("no plan: {question}"));
            let text = plans.join("\n\n");
            let whole = read_whole(backend, &text);
            let missed = backend == Backend::Postgres && !text.contains(index);
            if !whole.is_empty() || missed {
                faults.push(format!("{backend:?}, {who}: {question}\nreads whole: {whole:?}; {index} is used: {}\n{text}", !missed));
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n\n"));
        vault.close().await;
    }
}
