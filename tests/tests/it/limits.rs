//! Limits that the graph itself keeps, over the database: filters, ids, and what a viewer is told of them.

use std::time::Duration;

use serde_json::{Value as Json, json};
use tandem_gateway::config::Settings;
use tandem_tests::house::{BOTH, Ground, House, person};

const LIST: &str = "query($f: StudySiteFilter) { studySites(first: 1, filter: $f) { totalCount } }";

async fn filtered(house: &House, filter: Json) -> (Json, String) {
    let answer = house.ask_with(&person("marisol@quillfen"), LIST, json!({ "f": filter }), &[]).await;
    let code = answer.at("/errors/0/extensions/code").as_str().unwrap_or("none").to_owned();
    (answer.at("/data/studySites/totalCount").clone(), code)
}

/// A filter of so many comparisons of an edge or a part, each of which looks into another table.
fn wide(one: &Json, count: usize) -> Json {
    json!({ "or": vec![one.clone(); count] })
}

#[tokio::test]
async fn a_filter_makes_so_many_comparisons_and_no_more() {
    for backend in BOTH {
        let ground = Ground::with_demo(backend).await;
        let house = ground.serve().await;
        let edge = json!({ "studyId": { "eq": "study_01000000000000000000000000" } });
        let part = json!({ "contact": {} });
        let plain = json!({ "number": { "eq": "1", "contains": "1" } });
        for (one, most) in [(&edge, 50), (&plain, 25), (&json!({}), 50), (&part, 25)] {
            let (count, code) = filtered(&house, wide(one, most)).await;
            assert!(count.is_number() && code == "none", "{backend:?} {one} {code}");
            let (count, code) = filtered(&house, wide(one, most + 1)).await;
            assert!(count.is_null() && code == "BAD_USER_INPUT", "{backend:?} {one} {code}");
        }
        // Spread over branches it is the same filter.
        let branches = json!({ "and": [wide(&edge, 30), { "not": wide(&edge, 21) }] });
        assert_eq!(filtered(&house, branches).await.1, "BAD_USER_INPUT");
        house.stop().await;
    }
}

#[tokio::test]
async fn a_filter_is_so_deep_and_no_deeper() {
    for backend in BOTH {
        let ground = Ground::with_demo(backend).await;
        let house = ground.serve().await;
        let deep = |levels: usize| (1..levels).fold(json!({ "number": { "contains": "1" } }), |inner, _| json!({ "not": inner }));
        assert_eq!(filtered(&house, deep(10)).await.1, "none", "{backend:?}");
        assert_eq!(filtered(&house, deep(11)).await.1, "BAD_USER_INPUT", "{backend:?}");
        house.stop().await;
    }
}

#[tokio::test]
async fn the_length_of_a_list_in_a_filter_is_the_setting() {
    let ground = Ground::with_demo(BOTH[0]).await;
    let house = ground.serve_with(Settings { max_input_items: 400, ..ground.settings() }).await.unwrap();
    assert_eq!(filtered(&house, json!({ "number": { "in": vec!["1"; 400] } })).await.1, "none");
    assert_eq!(filtered(&house, json!({ "number": { "in": vec!["1"; 401] } })).await.1, "BAD_USER_INPUT");
    house.stop().await;
}

#[tokio::test]
async fn nodes_keep_their_places_whatever_is_sent_as_an_id() {
    for backend in BOTH {
        let ground = Ground::with_demo(backend).await;
        let house = ground.serve().await;
        let marisol = person("marisol@quillfen");
        let study = house.ask(&marisol, "{ study(protocolNumber: \"QF-101\") { id } }").await;
        let id = study.at("/data/study/id").clone();
        let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
        let ask = async |ids: Json| {
            let answer = house.ask_with(&marisol, query, json!({ "ids": ids }), &[]).await;
            assert!(answer.at("/errors").is_null(), "{}", answer.text);
            answer.at("/data/nodes").clone()
        };
        let found = json!({ "id": id });
        assert_eq!(ask(json!([7, id, "nothing", id])).await, json!([null, found, null, found]), "{backend:?}");
        assert_eq!(ask(json!(id)).await, json!([found]));
        assert_eq!(ask(json!(7)).await, json!([null]));
        house.stop().await;
    }
}

#[tokio::test]
async fn a_viewer_is_told_every_limit() {
    let ground = Ground::with_demo(BOTH[0]).await;
    let settings =
        Settings { max_body_bytes: 9_999, request_timeout: Duration::from_millis(7_500), max_introspection_depth: 13, ..ground.settings() };
    let house = ground.serve_with(settings).await.unwrap();
    let query = "{ viewer { limits { bodyBytes requestMilliseconds introspectionDepth introspectionWeight nodes selections \
                 filterComparisons filterDepth } } }";
    let answer = house.ask(&person("marisol@quillfen"), query).await;
    assert_eq!(
        *answer.at("/data/viewer/limits"),
        json!({ "bodyBytes": 9_999, "requestMilliseconds": 7_500, "introspectionDepth": 13, "introspectionWeight": 2_500_000,
                "nodes": 500_000, "selections": 10_000, "filterComparisons": 50, "filterDepth": 10 }),
        "{}",
        answer.text
    );
    house.stop().await;
}

#[tokio::test]
async fn a_mistake_below_the_viewer_is_told_as_one() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let token = person("marisol@quillfen");
        for query in [
            "{ viewer { organization { history(after: \"x\") { totalCount } } } }",
            "{ viewer { person { memberships(first: 101) { totalCount } } } }",
            "{ viewer { person { memberships(first: 1, last: 1) { totalCount } } } }",
        ] {
            let answer = house.ask(&token, query).await;
            assert_eq!(answer.at("/errors/0/extensions/code"), "BAD_USER_INPUT", "{}", answer.text);
        }
        house.stop().await;
    }
}
