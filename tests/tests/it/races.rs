//! Races for what both sides work on: two who accept, many who hand in, many who issue, all at the same moment.
//! One wins, the others are told that they were late; numbers that people read have no gap and no double.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use tandem_domain::access::Side;
use tandem_domain::delivery::DeliverableType;
use tandem_domain::oversight::{Finding, FindingSeverity, FindingState};
use tandem_domain::record::{Entity, Record};
use tandem_tests::house::Backend;
use tandem_tests::lifecycles::Of;
use tandem_tests::records;

use crate::steps::plays::Props;
use crate::steps::stage::{Player, Stage, id_of, player, set, shown};

const TLF: Of = Of::Deliverable(Side::Vendor, DeliverableType::Tlf);

/// The codes of what came of a mutation.
async fn codes(stage: &Stage, player: &Player, mutation: &str, input: Json) -> Vec<String> {
    let (_, errors) = stage.try_one(player, mutation, "", input).await;
    errors.into_iter().map(|(code, _)| code).collect()
}

fn input(record: &Entity, version: i64, besides: Json) -> Json {
    let mut input = json!({ "id": shown(record), "expectedVersion": version, "reason": "a race" });
    input.as_object_mut().unwrap().extend(besides.as_object().unwrap().clone());
    input
}

/// Asks all at once.
async fn at_once(stage: &Arc<Stage>, asked: Vec<(Player, &'static str, Json)>) -> Vec<Vec<String>> {
    let all: Vec<_> = asked
        .into_iter()
        .map(|(player, mutation, input)| {
            let stage = Arc::clone(stage);
            tokio::spawn(async move { codes(&stage, &player, mutation, input).await })
        })
        .collect();
    let mut came = Vec::new();
    for one in all {
        came.push(one.await.unwrap());
    }
    came
}

/// That one of them won and all others were late.
#[track_caller]
fn one_wins(came: &[Vec<String>]) {
    let won = came.iter().filter(|codes| codes.is_empty()).count();
    let late = came.iter().filter(|codes| *codes == &["CONFLICT"]).count();
    assert_eq!((won, late), (1, came.len() - 1), "{came:?}");
}

async fn races(backend: Backend) {
    let mut props = Props::new(set());
    let reviewed: Vec<Entity> = (0..8).map(|_| props.deliverable(TLF, "IN_REVIEW", |_| {})).collect();
    let owed: Vec<Entity> = (0..3).map(|_| props.deliverable(TLF, "IN_PREPARATION", |_| {})).collect();
    let cycled = props.deliverable(TLF, "IN_PREPARATION", |_| {});
    let document = props.handed_over(Side::Vendor);
    let (mut own, mut others) = (Vec::new(), Vec::new());
    for at in 0..24 {
        let engagement = if at % 3 == 0 { props.set.competitors.clone() } else { props.set.active.clone() };
        let draft = Finding {
            state: FindingState::UnderInternalReview,
            severity: FindingSeverity::Minor,
            ..records::finding(props.number(), &props.set.study, Some(&engagement), id_of("author@alder"))
        };
        props.keep(&draft);
        if at % 3 == 0 { &mut others } else { &mut own }.push(draft.into_entity());
    }
    let stage = Arc::new(Stage::with(backend, props.records).await);

    two_accept(&stage, &reviewed).await;
    twenty_hand_in(&stage, &owed, &document).await;
    numbers_have_no_gap(&stage, &cycled, &document).await;
    references_have_no_gap(&stage, &own, &others).await;
    Arc::into_inner(stage).unwrap().house.stop().await;
}

async fn two_accept(stage: &Arc<Stage>, reviewed: &[Entity]) {
    for (at, deliverable) in reviewed.iter().enumerate() {
        let signed = json!({ "signature": { "meaning": "APPROVAL" } });
        let second = if at % 2 == 0 { "deliverableAccept" } else { "deliverableReturn" };
        let comment = json!({ "comment": "Table 3 is missing." });
        let other = if at % 2 == 0 { signed.clone() } else { comment };
        let asked = vec![
            (player("sm@alder"), "deliverableAccept", input(deliverable, 1, signed)),
            (player("sdl@alder"), second, input(deliverable, 1, other)),
        ];
        one_wins(&at_once(stage, asked).await);
        let query = "query($id: ID!) { deliverable(id: $id) { version state reviews { totalCount } history { totalCount } } }";
        let seen = stage.ask(&player("pm@birchway"), query, json!({ "id": shown(deliverable) })).await;
        let seen = seen.at("/data/deliverable");
        assert_eq!((&seen["version"], &seen["reviews"]["totalCount"], &seen["history"]["totalCount"]), (&json!(2), &json!(1), &json!(2)));
    }
}

async fn twenty_hand_in(stage: &Arc<Stage>, owed: &[Entity], document: &str) {
    let hands = ["pm@birchway", "pm2@birchway", "vdm@birchway", "vst@birchway"];
    for deliverable in owed {
        let submit = |at: usize| {
            let input = input(deliverable, 1, json!({ "documentId": document }));
            (player(hands[at % hands.len()]), "deliverableSubmit", input)
        };
        one_wins(&at_once(stage, (0..20).map(submit).collect()).await);
        let query = "query($id: ID!) { deliverable(id: $id) { version cycleCount submissions { nodes { number } } } }";
        let seen = stage.ask(&player("sm@alder"), query, json!({ "id": shown(deliverable) })).await;
        let expected = json!({ "version": 2, "cycleCount": 1, "submissions": { "nodes": [{ "number": 1 }] } });
        assert_eq!(seen.at("/data/deliverable"), &expected, "{}", seen.text);
    }
}

/// Several on each side hand in, review and return one deliverable as fast as they can, each by what he last saw.
async fn numbers_have_no_gap(stage: &Arc<Stage>, cycled: &Entity, document: &str) {
    const CYCLES: i64 = 12;
    let names = ["pm@birchway", "vdm@birchway", "vst@birchway", "sm@alder", "sdl@alder", "sm2@alder"];
    let all: Vec<_> = names
        .iter()
        .map(|name| {
            let (stage, player, record, document) = (Arc::clone(stage), player(name), cycled.clone(), document.to_owned());
            tokio::spawn(async move {
                let mut late = 0;
                loop {
                    let query = "query($id: ID!) { deliverable(id: $id) { version state cycleCount } }";
                    let seen = stage.ask(&player, query, json!({ "id": shown(&record) })).await;
                    let seen = seen.at("/data/deliverable").clone();
                    if seen["cycleCount"].as_i64() >= Some(CYCLES) {
                        return late;
                    }
                    let (mutation, besides) = match (seen["state"].as_str().unwrap(), player.side()) {
                        ("IN_PREPARATION" | "RETURNED", Side::Vendor) => ("deliverableSubmit", json!({ "documentId": document })),
                        ("SUBMITTED", Side::Sponsor) => ("deliverableBeginReview", json!({})),
                        ("IN_REVIEW", Side::Sponsor) => ("deliverableReturn", json!({ "comment": "Again." })),
                        _ => {
                            tokio::task::yield_now().await;
                            continue;
                        }
                    };
                    let codes = codes(&stage, &player, mutation, input(&record, seen["version"].as_i64().unwrap(), besides)).await;
                    assert!(codes.is_empty() || codes == ["CONFLICT"], "{mutation}: {codes:?}");
                    late += usize::from(!codes.is_empty());
                }
            })
        })
        .collect();
    let mut late = 0;
    for one in all {
        late += one.await.unwrap();
    }
    let query = "query($id: ID!) { deliverable(id: $id) { cycleCount submissions(first: 50, orderBy: [{ field: NUMBER }]) { nodes { number } } \
                 reviews { totalCount } } }";
    let seen = stage.ask(&player("sm@alder"), query, json!({ "id": shown(cycled) })).await;
    let numbers: Vec<i64> = seen
        .at("/data/deliverable/submissions/nodes")
        .as_array()
        .unwrap_or_else(|| panic!("{}", seen.text))
        .iter()
        .filter_map(|one| one["number"].as_i64())
        .collect();
    assert_eq!(numbers, (1..=CYCLES).collect::<Vec<_>>(), "{}", seen.text);
    assert_eq!(
        (seen.at("/data/deliverable/cycleCount"), seen.at("/data/deliverable/reviews/totalCount")),
        (&json!(CYCLES), &json!(CYCLES - 1))
    );
    println!("{CYCLES} cycles by {} at once, {late} of them late", names.len());
}

/// Findings of two engagements are issued at once: in each they count from one on.
async fn references_have_no_gap(stage: &Arc<Stage>, own: &[Entity], others: &[Entity]) {
    let issue = |draft: &Entity| (player("vm@alder"), "findingIssue", input(draft, 1, json!({ "signature": { "meaning": "APPROVAL" } })));
    // One of each stays a draft, and leaves no gap.
    let all: Vec<_> = own.iter().skip(1).chain(others.iter().skip(1)).map(issue).collect();
    let came = at_once(stage, all).await;
    assert!(came.iter().all(Vec::is_empty), "{came:?}");
    for (reader, count) in [("vqa@birchway", own.len() - 1), ("vqa@cedarline", others.len() - 1)] {
        let query = "{ findings(first: 100, orderBy: [{ field: REFERENCE }]) { totalCount nodes { reference } } }";
        let seen = stage.ask(&player(reader), query, json!({})).await;
        let found: Vec<&str> = seen
            .at("/data/findings/nodes")
            .as_array()
            .unwrap_or_else(|| panic!("{}", seen.text))
            .iter()
            .filter_map(|one| one["reference"].as_str())
            .collect();
        let expected: Vec<String> = (1..=count).map(|number| format!("F-{number:03}")).collect();
        assert_eq!(found, expected, "{reader}: {}", seen.text);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_wins_and_numbers_have_no_gap_on_sqlite() {
    races(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_wins_and_numbers_have_no_gap_on_postgres() {
    races(Backend::Postgres).await;
}
