//! One statement for each level of a question, however many parents the level has: counted, not believed.
//! Asked in the process, because the count is nobody's business outside it.

use std::sync::Arc;

use serde_json::Value as Json;
use tandem_domain::access::Viewer;
use tandem_graphql::{Circumstance, Graph, GraphOptions};
use tandem_tests::house::{BOTH, Ground, viewer};

/// The answer, and how many statements reading it took.
async fn counted(graph: &Graph, viewer: &Arc<Viewer>, query: &str) -> (Json, usize) {
    let (response, statements) = graph.execute_counted(Arc::clone(viewer), query.into(), Circumstance::default()).await;
    let answer = serde_json::to_value(&response).unwrap();
    assert!(answer.get("errors").is_none_or(|errors| errors.as_array().is_none_or(Vec::is_empty)), "{query}: {answer}");
    (answer, statements)
}

/// A question under studies, as often as the study has parents to ask under.
fn under(first: usize, fields: &str) -> String {
    format!("{{ studies(first: {first}, orderBy: [{{ field: PROTOCOL_NUMBER }}]) {{ nodes {{ {fields} }} }} }}")
}

/// A question and the levels that it has below the list of studies.
const LEVELS: &[(&str, usize)] = &[
    ("protocolNumber", 0),
    ("sponsor { name }", 1),
    ("internal { riskScore }", 1),
    ("internal { riskScore } benchmark { budget { minorUnits } } registry { status }", 3),
    ("countries { nodes { countryCode } }", 1),
    ("countries { totalCount nodes { countryCode } }", 2),
    ("countries { totalCount }", 1),
    ("countries { nodes { countryCode sites { nodes { number } } } }", 2),
    ("countries { nodes { sites { nodes { number site { city } contact { principalInvestigatorName } } } } }", 4),
    ("countries { nodes { leadEngagement { state vendor { name } } } }", 3),
    ("engagements { nodes { state vendor { name } leadSponsor { displayName } } }", 3),
    ("engagements { nodes { scopes { nodes { serviceCategory } } subcontracts { nodes { state } } } }", 3),
    ("a: sites(first: 2) { nodes { number } } b: sites(first: 3) { nodes { number } }", 2),
    // The entries, and those whom their changes name: organisations, and programmes.
    ("history { nodes { version operation } }", 3),
];

#[tokio::test]
async fn a_level_is_one_statement_whatever_the_number_of_parents() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let vault = ground.vault().await;
        let graph = Graph::new(vault.clone(), GraphOptions::default()).await.unwrap();
        let viewer = viewer(&vault, "marisol@quillfen.example.org").await;
        let (_, floor) = counted(&graph, &viewer, &under(8, "protocolNumber")).await;
        for (fields, levels) in LEVELS {
            let (one, with_one) = counted(&graph, &viewer, &under(1, fields)).await;
            let (many, with_many) = counted(&graph, &viewer, &under(8, fields)).await;
            assert_eq!(one["data"]["studies"]["nodes"].as_array().unwrap().len(), 1);
            assert_eq!(many["data"]["studies"]["nodes"].as_array().unwrap().len(), 8);
            assert_eq!((with_one, with_many), (floor + levels, floor + levels), "{kind:?}: {fields}");
        }
        vault.close().await;
    }
}

#[tokio::test]
async fn steps_and_their_guards_are_few_statements_whatever_the_number_of_records() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let vault = ground.vault().await;
        let graph = Graph::new(vault.clone(), GraphOptions::default()).await.unwrap();
        let viewer = viewer(&vault, "marisol@quillfen.example.org").await;
        let query = |first: usize| {
            format!(
                "{{ studySites(first: {first}, filter: {{ state: {{ in: [INITIATED, SELECTED] }} }}) {{ nodes {{ allowedTransitions {{ action \
                 enabled }} }} }} }}"
            )
        };
        let (_, few) = counted(&graph, &viewer, &query(2)).await;
        let (_, many) = counted(&graph, &viewer, &query(12)).await;
        assert!(many <= few + 1, "{kind:?}: {few} statements for 2 records, {many} for 12");
        vault.close().await;
    }
}

/// Twenty studies, their countries and the sites in them, and who is engaged: five levels.
#[tokio::test]
async fn the_deep_question_is_five_statements() {
    const DEEP: &str = "{ studies(first: 20) { nodes { protocolNumber countries(first: 10) { nodes { countryCode sites(first: 10) { nodes { \
        number state } } } } engagements(first: 10) { nodes { state vendor { name } } } } } }";
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let vault = ground.vault().await;
        let graph = Graph::new(vault.clone(), GraphOptions::default()).await.unwrap();
        for name in ["marisol@quillfen.example.org", "ravi@veltrona.example.org"] {
            let viewer = viewer(&vault, name).await;
            let (answer, statements) = counted(&graph, &viewer, DEEP).await;
            assert_eq!(statements, 5, "{kind:?} {name}: {answer}");
        }
        vault.close().await;
    }
}

#[tokio::test]
async fn a_count_is_made_only_where_it_is_asked_for() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let vault = ground.vault().await;
        let graph = Graph::new(vault.clone(), GraphOptions::default()).await.unwrap();
        let viewer = viewer(&vault, "marisol@quillfen.example.org").await;
        let statements = async |query: &str| counted(&graph, &viewer, query).await.1;
        assert_eq!(statements("{ studies { nodes { id } } }").await, 1);
        assert_eq!(statements("{ studies { nodes { id } pageInfo { hasNextPage endCursor } edges { cursor } } }").await, 1);
        assert_eq!(statements("{ studies { totalCount } }").await, 1, "a count needs no rows");
        assert_eq!(statements("{ studies { totalCount nodes { id } } }").await, 2);
        assert_eq!(statements("{ __typename viewer { side } }").await, 0);
        vault.close().await;
    }
}

#[tokio::test]
async fn the_same_record_many_times_is_read_once() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let vault = ground.vault().await;
        let graph = Graph::new(vault.clone(), GraphOptions::default()).await.unwrap();
        let viewer = viewer(&vault, "marisol@quillfen.example.org").await;
        let (answer, _) = counted(&graph, &viewer, "{ studies { nodes { id } } }").await;
        let ids: Vec<&str> =
            answer["data"]["studies"]["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap()).collect();
        let list: Vec<String> = ids.iter().chain(&ids).map(|id| format!("\"{id}\"")).collect();
        let (many, statements) = counted(&graph, &viewer, &format!("{{ nodes(ids: [{}]) {{ id }} }}", list.join(","))).await;
        assert_eq!(many["data"]["nodes"].as_array().unwrap().len(), 16);
        assert_eq!(statements, 1, "{kind:?}");
        vault.close().await;
    }
}

#[tokio::test]
async fn an_explanation_is_a_bounded_number_of_statements() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let vault = ground.vault().await;
        // On PostgreSQL another test's transaction may hold the last entries back for a moment: what is not in order did not exist yet.
        let (written, mut ordered) = (tandem_gateway::demo::world().records.len(), 0);
        for _ in 0..200 {
            vault.order_journal().await.unwrap();
            ordered = vault.ordered_after(0, 1_000_000).await.unwrap().len();
            if ordered >= written {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        assert!(ordered >= written, "{ordered} of {written} are in order");
        let graph = Graph::new(vault.clone(), GraphOptions::default()).await.unwrap();
        let viewer = viewer(&vault, "marisol@quillfen.example.org").await;
        let (people, _) = counted(&graph, &viewer, "{ people(first: 50) { nodes { id displayName } } }").await;
        let people = people["data"]["people"]["nodes"].as_array().unwrap().clone();
        let at = viewer.now.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
        let mut most = (0, 0);
        for list in ["organizations", "people", "studies", "studyCountries", "sites", "studySites", "engagements", "memberships"] {
            let (nodes, _) = counted(&graph, &viewer, &format!("{{ {list}(first: 2) {{ nodes {{ id }} }} }}")).await;
            for node in nodes["data"][list]["nodes"].as_array().unwrap() {
                for person in
                    people.iter().filter(|one| ["Yuna", "Saoirse"].iter().any(|name| one["displayName"].as_str().unwrap().contains(name)))
                {
                    let query = |at: &str| {
                        format!(
                            "{{ explainAccess(principal: {}, node: {}{at}) {{ reasons {{ allows membership {{ id }} }} }} }}",
                            person["id"], node["id"]
                        )
                    };
                    let (_, now) = counted(&graph, &viewer, &query("")).await;
                    let (_, then) = counted(&graph, &viewer, &query(&format!(", at: \"{at}\""))).await;
                    most = (most.0.max(now), most.1.max(then));
                }
            }
        }
        println!("{kind:?}: at most {most:?} statements");
        assert!((4..=9).contains(&most.0) && (7..=16).contains(&most.1), "{kind:?}: {most:?}");
        vault.close().await;
    }
}
