//! Access overseen: the access log, reviews of access, machine clients narrowed, the history of permissions; each for the
//! organisation's administrator and QA, and for nobody else.

use std::time::Duration;

use serde_json::{Value as Json, json};
use tandem_gateway::config::Settings;
use tandem_tests::house::{Answer, BOTH, Backend, Ground, House, client, person};
use tandem_tests::postgres::postgres;

/// Asks until the answer is as it should be: the log is kept, and the journal ordered, moments after the fact.
async fn until(house: &House, token: &str, query: &str, good: impl Fn(&Answer) -> bool) -> Answer {
    for _ in 0..150 {
        let answer = house.ask(token, query).await;
        if good(&answer) {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let answer = house.ask(token, query).await;
    panic!("it was never so: {}", answer.text);
}

fn nodes<'a>(answer: &'a Answer, list: &str) -> &'a Vec<Json> {
    answer.at(&format!("/data/{list}/nodes")).as_array().unwrap_or_else(|| panic!("{}", answer.text))
}

/// A mutation that has to go through; its payload's record.
async fn done(house: &House, token: &str, mutation: &str, variables: Json) -> Json {
    let answer = house.ask_with(token, mutation, variables, &[]).await;
    let payload = answer.at("/data").as_object().and_then(|data| data.values().next()).cloned().unwrap_or_default();
    assert_eq!(payload["userErrors"], json!([]), "{}", answer.text);
    payload
}

/// A mutation that has to be refused; its first user error's code.
async fn refused(house: &House, token: &str, mutation: &str, variables: Json) -> String {
    let answer = house.ask_with(token, mutation, variables.clone(), &[]).await;
    let payload = answer.at("/data").as_object().and_then(|data| data.values().next()).cloned().unwrap_or_default();
    payload["userErrors"][0]["code"].as_str().unwrap_or_else(|| panic!("{variables} went through: {}", answer.text)).to_owned()
}

const LOG: &str = "{ accessLog(first: 100) { totalCount nodes { event code attempt occurrences firstAt lastAt organization { name } \
                   person { displayName } apiClient { name } } } }";

fn refusals<'a>(answer: &'a Answer, name: &str) -> Vec<&'a Json> {
    let of_him =
        |event: &&Json| event["event"] == "REFUSED" && event["person"]["displayName"].as_str().is_some_and(|one| one.starts_with(name));
    nodes(answer, "accessLog").iter().filter(of_him).collect()
}

fn how_often(events: &[&Json], code: &str, attempt: &str) -> i64 {
    let same = events.iter().filter(|event| event["code"] == code && event["attempt"] == attempt);
    same.map(|event| event["occurrences"].as_i64().unwrap()).sum()
}

#[tokio::test]
async fn refusals_and_sign_ins_are_told_to_those_who_oversee_access_and_to_nobody_else() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve_with(Settings { access_log_every: Duration::from_secs(1), ..ground.settings() }).await.unwrap();
        let ravi = person("ravi@veltrona");
        let invite = "mutation { personInvite(input: { email: \"x@veltrona.example.org\", displayName: \"X\" }) { userErrors { code } } }";
        for _ in 0..3 {
            assert_eq!(refused(&house, &ravi, invite, json!({})).await, "FORBIDDEN");
        }
        let elsewhere = house.ask_with(&ravi, "{ viewer { side } }", json!({}), &[("Tandem-Organization", "organization_0")]).await;
        assert_eq!(elsewhere.status, 403);
        house.ask(&client("veltrona-ctms", &["study:read"]), "{ studies { totalCount } }").await;

        let (admin, qa) = (person("kofi@veltrona"), person("odile@veltrona"));
        for overseer in [&admin, &qa] {
            let log = until(&house, overseer, LOG, |log| {
                let events = refusals(log, "Ravi");
                how_often(&events, "FORBIDDEN", "personInvite") == 3 && how_often(&events, "FORBIDDEN", "request") == 1
            })
            .await;
            let events = nodes(&log, "accessLog");
            let is = |event: &str, name: &str| {
                events
                    .iter()
                    .any(|one| one["event"] == event && one["person"]["displayName"].as_str().is_some_and(|who| who.starts_with(name)))
            };
            assert!(is("SIGNED_IN", "Ravi") && is("USED", "Ravi"), "{}", log.text);
            assert!(events.iter().all(|event| event["organization"]["name"].as_str().unwrap().starts_with("Veltrona")), "{}", log.text);
        }
        // The client's events are there; QA does not see clients, and so not which one.
        let machine = |log: &Answer| nodes(log, "accessLog").iter().any(|event| !event["apiClient"].is_null());
        until(&house, &admin, LOG, machine).await;
        assert!(!machine(&house.ask(&qa, LOG).await));

        let used = "{ people(filter: { displayName: { contains: \"Ravi\" } }) { nodes { memberships { nodes { lastUsedAt } } } } }";
        let at = "/data/people/nodes/0/memberships/nodes/0/lastUsedAt";
        assert!(house.ask(&admin, used).await.at(at).is_string());
        assert!(house.ask(&ravi, used).await.at(at).is_null(), "who does not read the log reads nothing of it");
        for outsider in ["ravi@veltrona", "saoirse@veltrona", "henrik@osprelle", "marisol@quillfen", "idris@quillfen"] {
            let log = house.ask(&person(outsider), LOG).await;
            assert_eq!(log.at("/data/accessLog/totalCount"), &json!(0), "{outsider}: {}", log.text);
        }
        for rival in ["aiko@osprelle", "noor@quillfen", "petra@quillfen"] {
            let log = until(&house, &person(rival), LOG, |log| log.at("/data/accessLog/totalCount") != &json!(0)).await;
            assert!(!log.text.contains("Veltrona") && !log.text.contains("Ravi"), "{rival}: {}", log.text);
        }
        house.stop().await;
    }
}

#[tokio::test]
async fn what_was_noted_is_kept_when_the_service_ends_and_cannot_be_changed() {
    let ground = Ground::with_demo(Backend::Postgres).await;
    let house = ground.serve().await;
    house.ask(&person("ravi@veltrona"), "{ viewer { side } }").await;
    house.stop().await;
    let database = ground.connect.url.rsplit('/').next().unwrap();
    let count = postgres().psql(database, "SELECT count(*) FROM access_event").unwrap();
    assert_eq!(count.trim(), "2", "a sign-in and a use");
    for statement in ["UPDATE access_event SET code = 'x'", "DELETE FROM access_event", "TRUNCATE access_event"] {
        let words = postgres().psql(database, statement).unwrap_err();
        assert!(words.to_string().contains("append-only"), "{words}");
    }
    assert_eq!(postgres().psql(database, "SELECT count(*) FROM access_event").unwrap(), count);
}

const REVIEW: &str = "query($id: ID!) { accessReview(id: $id) { version reviewed confirmed revoked completedAt items(first: 100) { nodes { id role \
                      scope inForceSince lastUsedAt outcome person { displayName } grantedBy { id } membership { id validTo } } } } }";
const OPEN: &str = "mutation { accessReviewOpen(input: { periodFrom: \"2026-01-01\", periodTo: \"2026-03-31\" }) { accessReview { id } userErrors { code } } }";
const DECIDE: &str = "mutation($input: AccessReviewDecideInput!) { accessReviewDecide(input: $input) { accessReview { version } userErrors { code \
                      field message } } }";
const COMPLETE: &str = "mutation($input: AccessReviewCompleteInput!) { accessReviewComplete(input: $input) { accessReview { completedAt } \
                        userErrors { code } } }";

/// The ids of a review's items whose person's name begins so.
fn items(review: &Answer, names: &[&str]) -> Vec<Json> {
    let all = review.at("/data/accessReview/items/nodes").as_array().unwrap();
    let named = |item: &&Json| names.iter().any(|name| item["person"]["displayName"].as_str().unwrap().starts_with(name));
    all.iter().filter(named).map(|item| item["id"].clone()).collect()
}

#[tokio::test]
async fn a_review_goes_through_every_membership_and_ends_those_that_are_revoked() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let (noor, petra, tomas) = (person("noor@quillfen"), person("petra@quillfen"), person("tomas@quillfen"));
        let who = "{ viewer { side } }";
        assert_eq!(house.ask(&tomas, who).await.status, 200);
        let opened = done(&house, &noor, OPEN, json!({})).await;
        let id = opened["accessReview"]["id"].clone();
        assert_eq!(refused(&house, &petra, OPEN, json!({})).await, "GUARD_FAILED", "one review at a time");
        let read = |token: String| {
            let (house, id) = (&house, id.clone());
            async move { house.ask_with(&token, REVIEW, json!({ "id": id }), &[]).await }
        };
        let review = read(noor.clone()).await;
        let all = review.at("/data/accessReview/items/nodes").as_array().unwrap().len();
        assert_eq!((all, review.at("/data/accessReview/reviewed")), (10, &json!(10)), "{}", review.text);
        let of = |token: &str, input: Json| {
            let (house, token, id) = (&house, token.to_owned(), id.clone());
            async move {
                let version = house.ask_with(&token, REVIEW, json!({ "id": id }), &[]).await.at("/data/accessReview/version").clone();
                let mut whole = json!({ "id": id, "expectedVersion": version });
                whole.as_object_mut().unwrap().extend(input.as_object().unwrap().clone());
                json!({ "input": whole })
            }
        };

        let own = items(&review, &["Noor"]);
        let others = items(&review, &["Marisol", "Idris", "Petra", "Oskar", "Darya", "Greta", "Yuna"]);
        let tomas_item = items(&review, &["Tomas"]);
        let wrong = [
            (json!({ "confirm": own }), "FORBIDDEN"),
            (json!({ "revoke": tomas_item }), "REASON_REQUIRED"),
            (json!({}), "BAD_USER_INPUT"),
            (json!({ "confirm": tomas_item, "revoke": tomas_item, "reason": "both" }), "BAD_USER_INPUT"),
            (json!({ "confirm": ["access_review_item_01h455vb4pex5vsknk084sn02q"] }), "NOT_FOUND"),
        ];
        for (input, code) in wrong {
            assert_eq!(refused(&house, &noor, DECIDE, of(&noor, input.clone()).await).await, code, "{input}");
        }
        assert_eq!(refused(&house, &noor, COMPLETE, of(&noor, json!({})).await).await, "GUARD_FAILED");
        assert_eq!(read(noor.clone()).await.text, review.text, "what was refused changed nothing");

        done(&house, &noor, DECIDE, of(&noor, json!({ "confirm": others })).await).await;
        done(&house, &noor, DECIDE, of(&noor, json!({ "revoke": tomas_item, "reason": "left finance" })).await).await;
        assert_eq!(house.ask(&tomas, who).await.status, 403, "his next request is refused");
        assert_eq!(refused(&house, &noor, DECIDE, of(&noor, json!({ "confirm": tomas_item })).await).await, "GUARD_FAILED");
        assert_eq!(refused(&house, &noor, COMPLETE, of(&noor, json!({})).await).await, "GUARD_FAILED", "her own is not decided yet");
        done(&house, &petra, DECIDE, of(&petra, json!({ "confirm": own })).await).await;
        let completed = done(&house, &petra, COMPLETE, of(&petra, json!({})).await).await;
        assert!(completed["accessReview"]["completedAt"].is_string());
        let after = read(noor.clone()).await;
        assert_eq!(
            (after.at("/data/accessReview/confirmed"), after.at("/data/accessReview/revoked")),
            (&json!(9), &json!(1)),
            "{}",
            after.text
        );
        assert_eq!(refused(&house, &noor, DECIDE, of(&noor, json!({ "confirm": others })).await).await, "GUARD_FAILED");
        done(&house, &noor, OPEN, json!({})).await;
        // Quality of one study has nothing to do with reviews, and is not told that one is open.
        let greta = house.ask(&noor, "{ people(filter: { displayName: { contains: \"Greta\" } }) { nodes { id } } }").await;
        let study = house.ask(&person("marisol@quillfen"), "{ study(protocolNumber: \"QF-101\") { id } }").await;
        let grant = "mutation($person: ID!, $study: ID!) { membershipGrant(input: { personId: $person, role: S_QA, scope: STUDY, studyId: $study, \
                     reason: \"one study\" }) { userErrors { code message } } }";
        let values = json!({ "person": greta.at("/data/people/nodes/0/id"), "study": study.at("/data/study/id") });
        done(&house, &noor, grant, values).await;
        assert_eq!(refused(&house, &person("greta@quillfen"), OPEN, json!({})).await, "FORBIDDEN");

        for outsider in ["marisol@quillfen", "kofi@veltrona", "aiko@osprelle", "leopold@brackenmoor"] {
            let token = person(outsider);
            assert!(read(token.clone()).await.at("/data/accessReview").is_null(), "{outsider}");
            assert_eq!(
                refused(&house, &token, COMPLETE, json!({ "input": { "id": id, "expectedVersion": 1 } })).await,
                "NOT_FOUND",
                "{outsider}"
            );
        }
        house.stop().await;
    }
}

#[tokio::test]
async fn a_vendors_qa_reads_reviews_and_decides_none() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let odile = person("odile@veltrona");
        let list = "{ accessReviews { nodes { id version items(filter: { outcome: { eq: PENDING } }) { nodes { id person { displayName } } } } } }";
        let reviews = house.ask(&odile, list).await;
        let review = &nodes(&reviews, "accessReviews")[0];
        let pending = review["items"]["nodes"].as_array().unwrap();
        assert!(pending.len() == 4 && pending.iter().all(|item| item["person"]["displayName"].is_string()), "{}", reviews.text);
        let input = json!({ "input": { "id": review["id"], "expectedVersion": review["version"], "confirm": [pending[0]["id"]] } });
        assert_eq!(refused(&house, &odile, DECIDE, input).await, "FORBIDDEN");
        assert_eq!(house.ask(&odile, list).await.text, reviews.text);
        house.stop().await;
    }
}

const NARROW: &str =
    "mutation($input: ApiClientNarrowInput!) { apiClientNarrow(input: $input) { apiClient { version scopes } userErrors { code field } } }";

#[tokio::test]
async fn a_client_is_narrowed_at_once_and_never_widened() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let (kofi, idris) = (person("kofi@veltrona"), person("idris@quillfen"));
        let clients = "{ apiClients { nodes { id name version scopes expiresAt engagements { id } } } }";
        let before = house.ask(&kofi, clients).await;
        let ctms = nodes(&before, "apiClients")[0].clone();
        let token = client("veltrona-ctms", &["study:read", "site:read", "engagement:read"]);
        let sites = "{ studySites { totalCount } }";
        assert_ne!(house.ask(&token, sites).await.at("/data/studySites/totalCount"), &json!(0));
        let input = |values: Json| {
            let mut input = json!({ "id": ctms["id"], "expectedVersion": ctms["version"], "reason": "less is enough" });
            input.as_object_mut().unwrap().extend(values.as_object().unwrap().clone());
            json!({ "input": input })
        };
        let others = house.ask(&person("henrik@osprelle"), "{ engagements { nodes { id } } }").await;
        let foreign = nodes(&others, "engagements")[0]["id"].clone();
        let mine = house.ask(&person("ravi@veltrona"), "{ engagements { nodes { id } } }").await;
        // An administrator sees no engagements: the client itself tells which it reaches.
        let reached = house.ask(&token, "{ engagements { nodes { id } } }").await;
        let is_listed = |id: &Json| nodes(&reached, "engagements").iter().any(|one| one["id"] == *id);
        assert!(
            nodes(&before, "apiClients")[0]["engagements"].as_array().unwrap().is_empty() && !nodes(&reached, "engagements").is_empty()
        );
        let mut all = nodes(&mine, "engagements").iter().map(|one| one["id"].clone());
        let not_listed = all.find(|id| !is_listed(id)).unwrap();
        assert!(!is_listed(&foreign), "{}", before.text);
        for wider in [
            json!({ "scopes": [] }),
            json!({ "engagementIds": [] }),
            json!({ "engagementIds": [foreign] }),
            json!({ "engagementIds": [not_listed] }),
            json!({ "expiresAt": "2999-01-01T00:00:00Z" }),
            json!({ "expiresAt": "2001-01-01T00:00:00Z" }),
        ] {
            assert_eq!(refused(&house, &kofi, NARROW, input(wider.clone())).await, "BAD_USER_INPUT", "{wider}");
        }
        assert_eq!(refused(&house, &idris, NARROW, input(json!({ "scopes": ["STUDY_READ"] }))).await, "FORBIDDEN", "he sees it, no more");
        assert_eq!(refused(&house, &person("aiko@osprelle"), NARROW, input(json!({ "scopes": ["STUDY_READ"] }))).await, "NOT_FOUND");
        assert_eq!(house.ask(&kofi, clients).await.text, before.text, "what was refused changed nothing");

        let narrowed = done(&house, &kofi, NARROW, input(json!({ "scopes": ["STUDY_READ"], "expiresAt": "2031-01-01T00:00:00Z" }))).await;
        assert_eq!(narrowed["apiClient"]["scopes"], json!(["STUDY_READ"]));
        assert_eq!(house.ask(&token, sites).await.at("/data/studySites/totalCount"), &json!(0), "the token still names the scope");
        house.stop().await;
    }
}

/// "ApiClient: its organisation's admin and the vendor manager of an engagement it reaches": also where it reaches all of them.
#[tokio::test]
async fn a_sponsor_sees_the_clients_that_reach_its_engagements_and_no_longer_when_they_do_not() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let (kofi, idris) = (person("kofi@veltrona"), person("idris@quillfen"));
        let create = "mutation { apiClientCreate(input: { name: \"Everything\", issuer: \"https://issuer.example\", clientId: \"everything\", scopes: \
                      [STUDY_READ], expiresAt: \"2031-01-01T00:00:00Z\" }) { apiClient { id version } userErrors { code } } }";
        let made = done(&house, &kofi, create, json!({})).await;
        let seen = "{ apiClients { nodes { name } } }";
        let sees = |answer: &Answer| answer.text.contains("Everything");
        assert!(sees(&house.ask(&idris, seen).await));
        assert!(!sees(&house.ask(&person("aiko@osprelle"), seen).await));
        assert!(!sees(&house.ask(&person("marisol@quillfen"), seen).await), "a study manager reads no clients");
        let theirs = house.ask(&person("ravi@veltrona"), "{ engagements(first: 50) { nodes { id sponsor { name } } } }").await;
        let elsewhere =
            nodes(&theirs, "engagements").iter().find(|one| one["sponsor"]["name"].as_str().unwrap().starts_with("Brackenmoor"));
        let elsewhere = elsewhere.unwrap_or_else(|| panic!("{}", theirs.text))["id"].clone();
        let input = json!({ "input": { "id": made["apiClient"]["id"], "expectedVersion": 1, "engagementIds": [elsewhere] } });
        done(&house, &kofi, NARROW, input).await;
        assert!(!sees(&house.ask(&idris, seen).await), "it reaches nothing of that sponsor's any more");
        house.stop().await;
    }
}

const PERMISSIONS: &str = "query($first: Int, $after: String) { permissionHistory(first: $first, after: $after) { totalCount pageInfo { hasNextPage \
                           endCursor } nodes { entry { operation command reason actorId changes { field new } } record { id __typename } } } }";

#[tokio::test]
async fn the_history_of_permissions_tells_who_was_given_what_by_whom_and_why() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let (kofi, ravi) = (person("kofi@veltrona"), person("ravi@veltrona"));
        let me = house.ask(&kofi, "{ viewer { person { id } } }").await.at("/data/viewer/person/id").clone();
        house.ask(&ravi, "{ viewer { side } }").await;
        let found = house
            .ask(&kofi, "{ people(filter: { displayName: { contains: \"Ravi\" } }) { nodes { id memberships { nodes { id version } } } } }")
            .await;
        let membership = found.at("/data/people/nodes/0/memberships/nodes/0").clone();
        let end = "mutation($id: ID!, $version: Int!) { membershipEnd(input: { id: $id, expectedVersion: $version, reason: \"moved on\", validTo: \
                   \"2031-01-01T00:00:00Z\" }) { userErrors { code message } } }";
        done(&house, &kofi, end, json!({ "id": membership["id"], "version": membership["version"] })).await;
        let newest =
            until(&house, &kofi, PERMISSIONS, |answer| answer.at("/data/permissionHistory/nodes/0/entry/command") == "membershipEnd").await;
        let change = newest.at("/data/permissionHistory/nodes/0");
        assert_eq!(
            (&change["record"]["id"], &change["entry"]["reason"], &change["entry"]["actorId"]),
            (&membership["id"], &json!("moved on"), &me)
        );
        assert_eq!(change["entry"]["changes"], json!([{ "field": "validTo", "new": "2031-01-01T00:00:00.000000Z" }]), "{}", newest.text);

        let total = newest.at("/data/permissionHistory/totalCount").as_u64().unwrap();
        let (mut seen, mut after) = (0, Json::Null);
        loop {
            let page = house.ask_with(&kofi, PERMISSIONS, json!({ "first": 3, "after": after }), &[]).await;
            seen += nodes(&page, "permissionHistory").len() as u64;
            after = page.at("/data/permissionHistory/pageInfo/endCursor").clone();
            if page.at("/data/permissionHistory/pageInfo/hasNextPage") != &json!(true) {
                break;
            }
        }
        assert_eq!(seen, total, "what is counted is what paging gives");
        // The history of each record adds up to the same.
        let own = "{ memberships(first: 50, filter: { organizationId: { eq: \"$O\" } }) { nodes { history { totalCount } } } people(first: 50, filter: \
                   { organizationId: { eq: \"$O\" } }) { nodes { history { totalCount } } } apiClients { nodes { history { totalCount } } } }";
        let organization =
            house.ask(&kofi, "{ viewer { organization { id } } }").await.at("/data/viewer/organization/id").as_str().unwrap().to_owned();
        let histories = house.ask(&kofi, &own.replace("$O", &organization)).await;
        let lengths = ["memberships", "people", "apiClients"]
            .map(|list| nodes(&histories, list).iter().map(|record| record["history"]["totalCount"].as_u64().unwrap()).sum::<u64>());
        assert_eq!(lengths.iter().sum::<u64>(), total, "{}", histories.text);

        let rival = house.ask(&person("aiko@osprelle"), PERMISSIONS).await;
        assert!(rival.at("/data/permissionHistory/totalCount").as_u64().unwrap() > 0 && !rival.text.contains("moved on"), "{}", rival.text);
        house.stop().await;
    }
}
