//! What is told beside a record: reasons, explanations of the past and guards speak of nothing that their reader does not see.

use serde_json::{Value as Json, json};
use tandem_domain::access::Side;
use tandem_domain::clock::{Clock, SystemClock};
use tandem_domain::oversight::FindingSeverity;
use tandem_domain::portfolio::{Milestone, MilestoneLevel, MilestoneType};
use tandem_domain::record::Record;
use tandem_tests::fingerprint::journal_length;
use tandem_tests::house::{BOTH, Ground, House, person};
use tandem_tests::lifecycles::Of;
use tandem_tests::records;

use super::{done, on, refused};
use crate::commands::{call, codes};
use crate::steps::plays::Props;
use crate::steps::stage::{Stage, player, set, shown};

async fn made(house: &House, who: &str, mutation: &str, payload: &str, input: Json) -> Json {
    let answer = call(house, &person(who), mutation, payload, input).await;
    assert_eq!(codes(&answer, mutation), [""; 0], "{who}: {mutation}: {}", answer.text);
    answer.at(&format!("/data/{mutation}/{}", payload.split_whitespace().next().unwrap())).clone()
}

/// A step has a reason that may speak of all that it wrote: a vendor above a subcontract reads that a deliverable was returned, not the
/// review that was written with it, and so not why.
#[tokio::test]
async fn a_reason_is_told_to_who_reads_all_that_it_is_the_reason_for() {
    for backend in BOTH {
        let ground = Ground::with_demo(backend).await;
        let house = ground.serve().await;
        let list = "{ engagements(first: 5) { nodes { id subcontractOf { id } study { id } } } }";
        let seen = house.ask(&person("lucia@corvendale"), list).await;
        let nodes = seen.at("/data/engagements/nodes").as_array().unwrap_or_else(|| panic!("{}", seen.text)).clone();
        let (engagement, study) = (nodes[0]["id"].clone(), nodes[0]["study"]["id"].clone());
        let owed = json!({ "engagementId": engagement, "deliverableType": "TLF", "title": "Listings", "dueDate": "2099-01-01" });
        let id = made(&house, "lucia@corvendale", "deliverableCreate", "deliverable { id }", owed).await["id"].clone();
        let document = json!({ "studyId": study, "engagementId": engagement, "tmfArtifact": "01.01.01", "title": "Listings", "versionLabel": "1",
                               "sha256": "b".repeat(64), "size": 5, "mediaType": "application/pdf" });
        let document = made(&house, "lucia@corvendale", "documentCreate", "document { id }", document).await["id"].clone();
        let at = |version: i64| json!({ "id": id, "expectedVersion": version });
        made(&house, "lucia@corvendale", "deliverablePrepare", "deliverable { id }", at(1)).await;
        let mut handed = at(2);
        handed["documentId"] = document;
        let version = made(&house, "lucia@corvendale", "deliverableSubmit", "deliverable { version }", handed).await["version"].clone();
        let version = version.as_i64().unwrap();
        made(&house, "marisol@quillfen", "deliverableBeginReview", "deliverable { id }", at(version)).await;
        let mut returned = at(version + 1);
        returned["comment"] = json!("CANARY of the review");
        returned["reason"] = json!("CANARY of the reason");
        made(&house, "marisol@quillfen", "deliverableReturn", "deliverable { id }", returned).await;
        let query = "query($id: ID!) { deliverable(id: $id) { reviews { totalCount } history { nodes { operation reason } } } }";
        for (who, told) in [("ravi@veltrona", false), ("lucia@corvendale", true), ("marisol@quillfen", true)] {
            let seen = house.ask_with(&person(who), query, json!({ "id": id }), &[]).await;
            let entries = seen.at("/data/deliverable/history/nodes").as_array().unwrap_or_else(|| panic!("{who}: {}", seen.text)).clone();
            let entry = entries.iter().find(|entry| entry["operation"] == "RETURN").unwrap_or_else(|| panic!("{who}: {}", seen.text));
            assert_eq!(entry["reason"] == "CANARY of the reason", told, "{backend:?} {who}: {}", seen.text);
            assert_eq!(seen.text.contains("CANARY"), told, "{backend:?} {who}: {}", seen.text);
            assert_eq!(seen.at("/data/deliverable/reviews/totalCount"), &json!(i64::from(told)), "{who}");
        }
        house.stop().await;
    }
}

/// Who decided may be hidden from the other side; why is told all the same to who had asked.
#[tokio::test]
async fn a_refusal_is_told_with_its_reason_to_who_asked() {
    for backend in BOTH {
        let mut props = Props::new(set());
        let extension = props.play(Of::Extension(Side::Vendor), "REQUESTED");
        let closed = props.play(Of::Finding(Side::Sponsor, Side::Vendor, FindingSeverity::Major), "CLOSED");
        let stage = Stage::with(backend, props.records).await;
        let mut reopen = on(&closed, json!({ "signature": { "meaning": "APPROVAL" } }));
        for (mutation, input) in [("dueDateExtensionRefuse", on(&extension, json!({}))), ("findingReopen", reopen.take())] {
            done(&stage, &player("sqa@alder"), mutation, "", input).await;
        }
        for record in [&extension, &closed] {
            let query = format!(
                "query($id: ID!) {{ node(id: $id) {{ ... on {} {{ history(first: 20) {{ nodes {{ operation reason }} }} }} }} }}",
                record.kind().name()
            );
            for who in ["pm@birchway", "vqa@birchway", "sm@alder", "sqa@alder"] {
                let seen = stage.ask(&player(who), &query, json!({ "id": shown(record) })).await;
                let nodes = seen.at("/data/node/history/nodes").as_array().unwrap_or_else(|| panic!("{who}: {}", seen.text)).clone();
                assert_eq!(nodes.last().unwrap()["reason"], "for a test", "{backend:?} {who}: {}", seen.text);
            }
        }
        stage.house.stop().await;
    }
}

/// Whoever learns of a finding when it is issued does not learn since when it was written, by asking about moments.
#[tokio::test]
async fn an_explanation_of_the_past_does_not_tell_when_a_draft_began() {
    for backend in BOTH {
        let ground = Ground::with_demo(backend).await;
        let house = ground.serve().await;
        let seen =
            house.ask(&person("henrik@osprelle"), "{ viewer { person { id } } engagements(first: 1) { nodes { id study { id } } } }").await;
        let me = seen.at("/data/viewer/person/id").clone();
        let (engagement, study) = (seen.at("/data/engagements/nodes/0/id").clone(), seen.at("/data/engagements/nodes/0/study/id").clone());
        let draft = json!({ "studyId": study, "engagementId": engagement, "source": "OVERSIGHT_REVIEW", "title": "Late", "description": "Late.",
                            "category": "MONITORING", "severity": "MAJOR", "requirementRefs": ["ICH E6(R3) 3.6.4"] });
        let began = moment();
        let id = made(&house, "petra@quillfen", "findingCreate", "finding { id }", draft).await["id"].clone();
        ordered(&ground).await;
        let drafted = moment();
        tokio::time::sleep(std::time::Duration::from_millis(40)).await;
        let at = |version: i64| json!({ "id": id, "expectedVersion": version, "reason": "Seen." });
        made(&house, "petra@quillfen", "findingSubmitForReview", "finding { id }", at(1)).await;
        let mut issue = at(2);
        issue["signature"] = json!({ "meaning": "APPROVAL" });
        made(&house, "oskar@quillfen", "findingIssue", "finding { id }", issue).await;
        ordered(&ground).await;
        let issued = moment();
        let query = "query($who: ID!, $id: ID!, $at: DateTime) { explainAccess(principal: $who, node: $id, at: $at) { readable summary reasons { allows why } } }";
        let ask = async |who: &str, at: Option<&str>| {
            let seen = house.ask_with(&person(who), query, json!({ "who": me, "id": id, "at": at }), &[]).await;
            seen.at("/data/explainAccess").as_object().unwrap_or_else(|| panic!("{who} {at:?}: {}", seen.text));
            seen.at("/data/explainAccess").clone()
        };
        assert_eq!(ask("henrik@osprelle", None).await["readable"], true);
        assert_eq!(ask("henrik@osprelle", Some(&issued)).await["readable"], true);
        let (before, between) = (ask("henrik@osprelle", Some(&began)).await, ask("henrik@osprelle", Some(&drafted)).await);
        assert_eq!(before, between, "{backend:?}: he learns that it was being written");
        assert_eq!(before["readable"], false);
        house.stop().await;
    }
}

/// This moment, as an argument takes it.
fn moment() -> String {
    SystemClock.now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

/// Waits until every entry has its place in the journal's order: what is asked about a moment is answered by that.
async fn ordered(ground: &Ground) {
    let (vault, length) = (ground.vault().await, journal_length(ground).await);
    for _ in 0..200 {
        vault.order_journal().await.unwrap();
        if vault.ordered_after(0, 1_000_000).await.unwrap().len() >= length {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    vault.close().await;
    tokio::time::sleep(std::time::Duration::from_millis(40)).await;
}

/// A vendor's own dates are held against the milestones that it sees: another's are neither told by trying days nor in its way.
#[tokio::test]
async fn i_14_a_competitors_milestone_is_not_told_by_trying_days() {
    for backend in BOTH {
        let mut props = Props::new(set());
        let mut milestone = |milestone_type: MilestoneType, own: bool, actual: Option<i64>| {
            let number = props.number();
            let engagement = if own { &props.set.active } else { &props.set.competitors };
            let made = records::milestone(number, &props.set.study, Some(engagement));
            Milestone { milestone_type, level: MilestoneLevel::Study, actual_date: actual.map(records::day), ..made }
        };
        let theirs = milestone(MilestoneType::LastSubjectOut, false, Some(-5));
        let mut own = milestone(MilestoneType::DatabaseLock, true, None);
        own.predecessor_ids = vec![theirs.id];
        for one in [&theirs, &own] {
            props.keep(one);
        }
        let (theirs, own) = (theirs.into_entity(), own.into_entity());
        let stage = Stage::with(backend, props.records).await;
        let (pm, sm) = (player("pm@birchway"), player("sm@alder"));
        let hidden = stage.ask(&pm, "query($id: ID!) { node(id: $id) { id } }", json!({ "id": shown(&theirs) })).await;
        assert_eq!(hidden.at("/data/node"), &Json::Null, "{}", hidden.text);
        let on_day = |days: i64, dry: bool| on(&own, json!({ "actualDate": records::day(days).to_string(), "dryRun": dry }));
        // The sponsor sees both, and is held to their order.
        refused(&stage, &[(sm, "milestoneUpdate".to_owned(), on_day(-6, false), "GUARD_FAILED", "not reached before")]).await;
        for days in [-7, -6, -5, -4] {
            done(&stage, &pm, "milestoneUpdate", "milestone { actualDate }", on_day(days, true)).await;
        }
        stage.house.stop().await;
    }
}
