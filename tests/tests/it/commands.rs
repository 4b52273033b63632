//! Commands: versions, trying out, reasons, unique keys, history; steps that are promised are steps that happen.
//! Two persons where the rule says two, and signatures that a machine never gives.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use tandem_domain::lifecycle::Lifecycle;
use tandem_domain::record::Kind;
use tandem_tests::fingerprint::{fingerprint, journal_length};
use tandem_tests::house::{Answer, BOTH, Ground, House, person};
use tandem_tests::tokens::{Asker, everybody, forged, now};

pub(crate) fn codes(answer: &Answer, mutation: &str) -> Vec<String> {
    let errors = answer.at(&format!("/data/{mutation}/userErrors")).as_array().unwrap_or_else(|| panic!("{}", answer.text));
    errors.iter().map(|error| error["code"].as_str().unwrap_or_default().to_owned()).collect()
}

/// Calls a mutation with this input, as JSON.
pub(crate) async fn call(house: &House, token: &str, mutation: &str, payload: &str, input: Json) -> Answer {
    let mut letters = mutation.chars();
    let name: String = letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default();
    let query =
        format!("mutation($input: {name}Input!) {{ {mutation}(input: $input) {{ {payload} userErrors {{ code message field }} }} }}");
    house.ask_with(token, &query, json!({ "input": input }), &[]).await
}

async fn study(house: &House, token: &str, protocol: &str) -> Json {
    let query = "query($p: String!) { study(protocolNumber: $p) { id version lifecycleState briefTitle acronym history { totalCount } } }";
    let answer = house.ask_with(token, query, json!({ "p": protocol }), &[]).await;
    answer.at("/data/study").clone()
}

#[tokio::test]
async fn a_study_is_made_and_edited_by_its_version() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let marisol = person("marisol@quillfen");
        let input =
            json!({ "protocolNumber": "NEW-1", "briefTitle": "New", "studyType": "INTERVENTIONAL", "phases": ["PHASE1", "PHASE2"] });
        let made = call(&house, &marisol, "studyCreate", "study { id version lifecycleState phases }", input).await;
        assert_eq!(codes(&made, "studyCreate"), [""; 0], "{}", made.text);
        let id = made.at("/data/studyCreate/study/id").clone();
        assert_eq!(made.at("/data/studyCreate/study/version"), 1);
        assert_eq!(made.at("/data/studyCreate/study/lifecycleState"), "PLANNING");

        let edit = |version: i64, title: &str| json!({ "id": id, "expectedVersion": version, "briefTitle": title, "acronym": "ACR" });
        let edited = call(&house, &marisol, "studyUpdate", "study { version briefTitle }", edit(1, "Newer")).await;
        assert_eq!(edited.at("/data/studyUpdate/study"), &json!({ "version": 2, "briefTitle": "Newer" }), "{}", edited.text);
        let before = fingerprint(&ground).await;
        for version in [1, 3, 0, -1] {
            let stale = call(&house, &marisol, "studyUpdate", "study { version }", edit(version, "Stale")).await;
            assert_eq!(codes(&stale, "studyUpdate"), ["CONFLICT"], "{version}: {}", stale.text);
            assert_eq!(stale.at("/data/studyUpdate/userErrors/0/field"), &json!(["input", "expectedVersion"]));
            assert_eq!(stale.at("/data/studyUpdate/study"), &Json::Null);
        }
        let without = call(&house, &marisol, "studyUpdate", "study { version }", json!({ "id": id, "briefTitle": "None" })).await;
        assert!(without.status == 400 || !without.at("/errors").is_null(), "the schema asks for a version: {}", without.text);
        assert_eq!(fingerprint(&ground).await, before);

        let query = "query($id: ID!) { me: viewer { person { id } } study(id: $id) { history { totalCount nodes { version operation command \
                     actorId reason changes { field old new } } } } }";
        let read = house.ask_with(&marisol, query, json!({ "id": id }), &[]).await;
        assert_eq!(read.at("/data/study/history/totalCount"), 2, "{}", read.text);
        let entry = read.at("/data/study/history/nodes/1");
        assert_eq!((&entry["version"], &entry["operation"], &entry["command"]), (&json!(2), &json!("UPDATED"), &json!("studyUpdate")));
        assert_eq!(&entry["actorId"], read.at("/data/me/person/id"));
        let mut changes = entry["changes"].as_array().unwrap().clone();
        changes.sort_by_key(|change| change["field"].to_string());
        let expected = json!([{ "field": "acronym", "old": null, "new": "ACR" }, { "field": "briefTitle", "old": "New", "new": "Newer" }]);
        assert_eq!(Json::from(changes), expected, "exactly what changed");
        house.stop().await;
    }
}

#[tokio::test]
async fn trying_out_changes_nothing() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let marisol = person("marisol@quillfen");
        let before_study = study(&house, &marisol, "QF-101").await;
        let (before, length) = (fingerprint(&ground).await, journal_length(&ground).await);
        let create = json!({ "protocolNumber": "DRY-1", "briefTitle": "Dry", "studyType": "OBSERVATIONAL", "dryRun": true });
        let made = call(&house, &marisol, "studyCreate", "study { id protocolNumber version }", create).await;
        assert_eq!(codes(&made, "studyCreate"), [""; 0], "{}", made.text);
        assert_eq!(made.at("/data/studyCreate/study/protocolNumber"), "DRY-1", "it says what would be: {}", made.text);
        let edit = json!({ "id": before_study["id"], "expectedVersion": before_study["version"], "briefTitle": "Dry", "dryRun": true });
        let edited = call(&house, &marisol, "studyUpdate", "study { briefTitle }", edit).await;
        assert_eq!(edited.at("/data/studyUpdate/study/briefTitle"), "Dry", "{}", edited.text);
        let hold = json!({ "id": before_study["id"], "expectedVersion": before_study["version"], "reason": "dry", "dryRun": true });
        let held = call(&house, &marisol, "studyHold", "study { lifecycleState }", hold).await;
        assert_eq!(held.at("/data/studyHold/study/lifecycleState"), "ON_HOLD", "{}", held.text);
        assert_eq!(study(&house, &marisol, "DRY-1").await, Json::Null);
        assert_eq!(study(&house, &marisol, "QF-101").await, before_study);
        assert_eq!((fingerprint(&ground).await, journal_length(&ground).await), (before, length), "{kind:?}");
        house.stop().await;
    }
}

#[tokio::test]
async fn reasons_are_asked_for_and_keys_are_unique() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let marisol = person("marisol@quillfen");
        let found = study(&house, &marisol, "QF-101").await;
        for reason in [Json::Null, json!(""), json!("   ")] {
            let hold = json!({ "id": found["id"], "expectedVersion": found["version"], "reason": reason });
            let held = call(&house, &marisol, "studyHold", "study { id }", hold).await;
            assert_eq!(codes(&held, "studyHold"), ["REASON_REQUIRED"], "{}", held.text);
            assert_eq!(held.at("/data/studyHold/userErrors/0/field"), &json!(["input", "reason"]));
        }
        // The sponsor's own protocol number is taken; in the other sponsor it is free, and says nothing of this one.
        let create = json!({ "protocolNumber": "QF-101", "briefTitle": "Twice", "studyType": "INTERVENTIONAL" });
        let twice = call(&house, &marisol, "studyCreate", "study { id }", create.clone()).await;
        assert_eq!(codes(&twice, "studyCreate"), ["CONFLICT"], "{}", twice.text);
        let other = call(&house, &person("leopold@brackenmoor"), "studyCreate", "study { id }", create).await;
        assert_eq!(codes(&other, "studyCreate"), [""; 0], "{}", other.text);
        let second = study(&house, &marisol, "QF-204").await;
        let rename = json!({ "id": second["id"], "expectedVersion": second["version"], "protocolNumber": "QF-101" });
        let renamed = call(&house, &marisol, "studyUpdate", "study { id }", rename).await;
        assert_eq!(codes(&renamed, "studyUpdate"), ["CONFLICT"], "{}", renamed.text);
        let twice = json!({ "studyId": found["id"], "countryCode": "DE" });
        let country = call(&house, &marisol, "studyCountryCreate", "studyCountry { id }", twice).await;
        assert_eq!(codes(&country, "studyCountryCreate"), ["CONFLICT"], "{}", country.text);
        house.stop().await;
    }
}

const STATEFUL: [(Kind, &str, &str); 4] = [
    (Kind::Study, "studies", "study"),
    (Kind::StudyCountry, "studyCountries", "studyCountry"),
    (Kind::StudySite, "studySites", "studySite"),
    (Kind::Engagement, "engagements", "engagement"),
];

fn mutation(payload: &str, action: &str) -> String {
    let words = action.split('_').map(|word| format!("{}{}", &word[..1], word[1..].to_lowercase()));
    format!("{payload}{}", words.collect::<String>())
}

fn signed(lifecycle: &Lifecycle, action: &str) -> bool {
    lifecycle.transitions.iter().any(|step| step.action == action && step.signature)
}

/// Every step of every record that an asker sees is tried; what was promised has to come true, in both directions.
async fn promises_are_kept(house: &House, asker: &Asker) -> usize {
    let mut tried = 0;
    for (kind, list, payload) in STATEFUL {
        let query =
            format!("{{ {list}(first: 100) {{ nodes {{ id version allowedTransitions {{ action enabled blockers {{ code }} }} }} }} }}");
        let seen = asker.ask(house, &query, json!({})).await;
        let Some(nodes) = seen.at(&format!("/data/{list}/nodes")).as_array() else { panic!("{}: {}", asker.name, seen.text) };
        let lifecycle = kind.def().lifecycle.unwrap();
        let mut same = BTreeSet::new();
        for node in nodes {
            // Records that promise alike need not all be tried at full length: three of a sort are enough.
            let sort = node["allowedTransitions"].to_string();
            if (0..3).all(|number| !same.insert((sort.clone(), number))) {
                continue;
            }
            let promised = node["allowedTransitions"].as_array().unwrap();
            // All steps of one record in one document, by aliases.
            let mut document = String::new();
            let actions = lifecycle.actions();
            for action in &actions {
                let name = mutation(payload, action);
                let signature = if signed(lifecycle, action) { ", signature: { meaning: APPROVAL }" } else { "" };
                document.push_str(&format!(
                    "{name}(input: {{ id: {}, expectedVersion: {}, reason: \"because\", dryRun: true{signature} }}) {{ userErrors {{ code }} }} ",
                    node["id"], node["version"]
                ));
            }
            let answer = asker.ask(house, &format!("mutation {{ {document} }}"), json!({})).await;
            for action in actions {
                let got = codes(&answer, &mutation(payload, action));
                let words = format!("{} {kind:?} {action} {node}: {got:?}", asker.name);
                match promised.iter().find(|step| step["action"] == action) {
                    Some(step) if step["enabled"] == true => assert!(got.is_empty(), "{words}"),
                    Some(step) => {
                        let blockers: Vec<_> =
                            step["blockers"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
                        assert!(!got.is_empty(), "{words}");
                        assert_eq!(got, blockers, "{words}");
                    }
                    None => assert!(got == ["INVALID_TRANSITION"] || got == ["FORBIDDEN"], "{words}"),
                }
                tried += 1;
            }
        }
    }
    tried
}

#[tokio::test]
async fn promised_steps_are_steps_that_happen() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let settings = tandem_gateway::config::Settings { rate_limit: 0, ..ground.settings() };
        let house = ground.serve_with(settings).await.unwrap();
        let askers = everybody();
        for asker in &askers {
            let _ = asker.ask(&house, "{ viewer { side } }", json!({})).await;
        }
        let before = fingerprint(&ground).await;
        let mut tried = 0;
        for asker in &askers {
            tried += promises_are_kept(&house, asker).await;
        }
        assert!(tried > 500, "{tried}");
        assert_eq!(fingerprint(&ground).await, before, "trying wrote something");
        house.stop().await;
    }
}

#[tokio::test]
async fn two_persons_where_the_rule_says_two() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let (manager, quality) = (person("marisol@quillfen"), person("petra@quillfen"));
        let found = study(&house, &manager, "QF-402").await;
        let id = found["id"].clone();
        let terminate =
            |version: &Json| json!({ "id": id, "expectedVersion": version, "reason": "futile", "signature": { "meaning": "APPROVAL" } });
        let confirm = |version: &Json| json!({ "id": id, "action": "TERMINATE", "expectedVersion": version });
        let version = async || study(&house, &manager, "QF-402").await["version"].clone();

        let alone = call(&house, &manager, "studyTerminate", "study { id }", terminate(&found["version"])).await;
        assert_eq!(codes(&alone, "studyTerminate"), ["GUARD_FAILED"], "{}", alone.text);
        // Who carries it out may not confirm it, and who confirms may not carry it out.
        let own = call(&house, &manager, "studyConfirm", "study { id }", confirm(&found["version"])).await;
        assert_eq!(codes(&own, "studyConfirm"), ["FORBIDDEN"], "{}", own.text);
        let confirmed =
            call(&house, &quality, "studyConfirm", "study { version confirmation { action } }", confirm(&version().await)).await;
        assert_eq!(codes(&confirmed, "studyConfirm"), [""; 0], "{}", confirmed.text);
        assert_eq!(confirmed.at("/data/studyConfirm/study/confirmation/action"), "TERMINATE", "{}", confirmed.text);
        let other = call(&house, &quality, "studyTerminate", "study { id }", terminate(&version().await)).await;
        assert_eq!(codes(&other, "studyTerminate"), ["FORBIDDEN"], "{}", other.text);
        // An edit voids the confirmation.
        let edit = json!({ "id": id, "expectedVersion": version().await, "acronym": "EDITED" });
        assert_eq!(codes(&call(&house, &manager, "studyUpdate", "study { id }", edit).await, "studyUpdate"), [""; 0]);
        let voided = call(&house, &manager, "studyTerminate", "study { id }", terminate(&version().await)).await;
        assert_eq!(codes(&voided, "studyTerminate"), ["GUARD_FAILED"], "{}", voided.text);
        // Confirmed again, the step is taken, and its signature is in the history.
        let again = call(&house, &quality, "studyConfirm", "study { id }", confirm(&version().await)).await;
        assert_eq!(codes(&again, "studyConfirm"), [""; 0], "{}", again.text);
        let done = call(
            &house,
            &manager,
            "studyTerminate",
            "study { lifecycleState history(first: 50) { nodes { operation reason signature { printedName meaning contentHash } } } }",
            terminate(&version().await),
        )
        .await;
        assert_eq!(done.at("/data/studyTerminate/study/lifecycleState"), "TERMINATED", "{}", done.text);
        let last = done.at("/data/studyTerminate/study/history/nodes").as_array().unwrap().last().unwrap().clone();
        assert_eq!((&last["operation"], &last["reason"]), (&json!("TERMINATE"), &json!("futile")), "{}", done.text);
        assert_eq!(last["signature"]["printedName"], "Marisol Tenbrake");
        assert_eq!(last["signature"]["contentHash"].as_str().unwrap().len(), 64);
        house.stop().await;
    }
}

#[tokio::test]
async fn the_same_human_cannot_be_the_second_person() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let (manager, admin) = (person("marisol@quillfen"), person("noor@quillfen"));
        let me = house.ask(&manager, "{ viewer { person { id } } }").await.at("/data/viewer/person/id").clone();
        let grant = json!({ "personId": me, "role": "S_QA", "scope": "ALL_ORG", "reason": "stands in" });
        let granted = call(&house, &admin, "membershipGrant", "membership { id }", grant).await;
        assert_eq!(codes(&granted, "membershipGrant"), [""; 0], "{}", granted.text);
        let found = study(&house, &manager, "QF-402").await;
        let confirm = json!({ "id": found["id"], "action": "TERMINATE", "expectedVersion": found["version"] });
        let own = call(&house, &manager, "studyConfirm", "study { version confirmation { action confirmedBy { id } } }", confirm).await;
        // His second role lets him confirm, but his own confirmation helps him nothing.
        assert_eq!(codes(&own, "studyConfirm"), [""; 0], "{}", own.text);
        assert_eq!(own.at("/data/studyConfirm/study/confirmation"), &json!({ "action": "TERMINATE", "confirmedBy": { "id": me } }));
        let version = own.at("/data/studyConfirm/study/version").clone();
        let signature = json!({ "meaning": "APPROVAL" });
        let terminate = json!({ "id": found["id"], "expectedVersion": version, "reason": "alone", "signature": signature });
        let alone = call(&house, &manager, "studyTerminate", "study { id }", terminate.clone()).await;
        assert_eq!(codes(&alone, "studyTerminate"), ["GUARD_FAILED"], "{}", alone.text);
        // Somebody else's confirmation of the very same version does help him: it is the human that was wrong, and nothing else.
        let confirm = json!({ "id": found["id"], "action": "TERMINATE", "expectedVersion": version });
        let others = call(&house, &person("petra@quillfen"), "studyConfirm", "study { version }", confirm).await;
        assert_eq!(others.at("/data/studyConfirm/study/version"), &version, "{}", others.text);
        let done = call(&house, &manager, "studyTerminate", "study { lifecycleState }", terminate).await;
        assert_eq!(done.at("/data/studyTerminate/study/lifecycleState"), "TERMINATED", "{}", done.text);
        house.stop().await;
    }
}

#[tokio::test]
async fn signing_needs_a_signature_and_a_fresh_proof() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let idris = person("idris@quillfen");
        let query = "{ engagements(filter: { state: { eq: CLOSING } }) { nodes { id version } } }";
        let found = house.ask(&idris, query).await.at("/data/engagements/nodes/0").clone();
        assert!(found.is_object(), "a closing engagement");
        let close = |signature: Json| json!({ "id": found["id"], "expectedVersion": found["version"], "signature": signature });
        let unsigned = call(&house, &idris, "engagementClose", "engagement { id }", close(Json::Null)).await;
        assert_eq!(codes(&unsigned, "engagementClose"), ["SIGNATURE_REQUIRED"], "{}", unsigned.text);
        let meaning = json!({ "meaning": "RESPONSIBILITY" });
        for auth_time in [json!(now() - 301), json!(now() - 86_400), Json::Null] {
            let token = forged("idris@quillfen", &json!({ "auth_time": auth_time }));
            let stale = call(&house, &token, "engagementClose", "engagement { id }", close(meaning.clone())).await;
            assert_eq!(codes(&stale, "engagementClose"), ["REAUTHENTICATION_REQUIRED"], "{auth_time}: {}", stale.text);
        }
        let fresh = forged("idris@quillfen", &json!({ "auth_time": now() - 200 }));
        let done = call(&house, &fresh, "engagementClose", "engagement { state }", close(meaning)).await;
        assert_eq!(done.at("/data/engagementClose/engagement/state"), "CLOSED", "{}", done.text);
        house.stop().await;
    }
}

/// How old a proof may be is a setting of the house.
#[tokio::test]
async fn how_fresh_a_proof_has_to_be_is_a_setting() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let settings = tandem_gateway::config::Settings { signing_max_age: std::time::Duration::from_secs(60), ..ground.settings() };
        let house = ground.serve_with(settings).await.unwrap();
        let old = forged("idris@quillfen", &json!({ "auth_time": now() - 100 }));
        let query = "{ engagements(filter: { state: { eq: CLOSING } }) { nodes { id version } } }";
        let found = house.ask(&old, query).await.at("/data/engagements/nodes/0").clone();
        let close = json!({ "id": found["id"], "expectedVersion": found["version"], "signature": { "meaning": "REVIEW" }, "dryRun": true });
        let stale = call(&house, &old, "engagementClose", "engagement { id }", close).await;
        assert_eq!(codes(&stale, "engagementClose"), ["REAUTHENTICATION_REQUIRED"], "{}", stale.text);
        house.stop().await;
    }
}
