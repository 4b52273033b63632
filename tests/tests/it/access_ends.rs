//! Access that ends, ends at once: on every instance, for people and for machine clients.
//! And an invitation is answered once, by the first verified sign-in.

use std::time::Duration;

use serde_json::{Value as Json, json};
use tandem_tests::house::{BOTH, Ground, House, client, person};
use tandem_tests::tokens::forged;

const WHO: &str = "{ viewer { person { id displayName } organization { name } } }";

async fn one(house: &House, token: &str, query: &str, pointer: &str) -> Json {
    let answer = house.ask(token, query).await;
    let found = answer.at(pointer).clone();
    assert!(!found.is_null(), "{}", answer.text);
    found
}

/// The id and version of a person's only membership, as an administrator sees it.
async fn membership(house: &House, admin: &str, name: &str) -> Json {
    let query = format!(
        "{{ people(filter: {{ displayName: {{ contains: \"{name}\" }} }}) {{ nodes {{ memberships {{ nodes {{ id version }} }} }} }} }}"
    );
    one(house, admin, &query, "/data/people/nodes/0/memberships/nodes/0").await
}

async fn status(house: &House, token: &str) -> u16 {
    house.ask(token, WHO).await.status
}

#[tokio::test]
async fn an_ended_membership_ends_on_the_other_instance_with_the_next_request() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let (here, there) = (ground.serve().await, ground.serve().await);
        let (admin, ravi) = (person("kofi@veltrona"), person("ravi@veltrona"));
        // Both instances have let him in and remember him.
        for _ in 0..3 {
            assert_eq!((status(&here, &ravi).await, status(&there, &ravi).await), (200, 200));
        }
        let found = membership(&here, &admin, "Ravi").await;
        let end = "mutation($id: ID!, $version: Int!) { membershipEnd(input: { id: $id, expectedVersion: $version, reason: \"left\" }) { \
                   membership { validTo } userErrors { code message } } }";
        let ended = here.ask_with(&admin, end, json!({ "id": found["id"], "version": found["version"] }), &[]).await;
        assert_eq!(ended.at("/data/membershipEnd/userErrors"), &json!([]), "{}", ended.text);
        let refused = there.ask(&ravi, WHO).await;
        assert_eq!((refused.status, refused.at("/errors/0/extensions/code")), (403, &json!("FORBIDDEN")), "{}", refused.text);
        assert_eq!(status(&here, &ravi).await, 403);
        assert_eq!(status(&there, &person("odile@veltrona")).await, 200, "nobody else is touched");
        here.stop().await;
        there.stop().await;
    }
}

#[tokio::test]
async fn an_ended_client_ends_on_the_other_instance_with_the_next_request() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let (here, there) = (ground.serve().await, ground.serve().await);
        let admin = person("kofi@veltrona");
        let machine = client("veltrona-ctms", &["study:read", "engagement:read"]);
        let query = "{ studies { totalCount } }";
        for house in [&here, &there] {
            assert_eq!(house.ask(&machine, query).await.at("/data/studies/totalCount"), 1);
        }
        let found = one(&here, &admin, "{ apiClients { nodes { id version } } }", "/data/apiClients/nodes/0").await;
        let end = "mutation($id: ID!, $version: Int!) { apiClientEnd(input: { id: $id, expectedVersion: $version, reason: \"retired\" }) { \
                   apiClient { endedAt } userErrors { code message } } }";
        let ended = here.ask_with(&admin, end, json!({ "id": found["id"], "version": found["version"] }), &[]).await;
        assert_eq!(ended.at("/data/apiClientEnd/userErrors"), &json!([]), "{}", ended.text);
        assert_eq!(there.ask(&machine, query).await.status, 403);
        assert_eq!(here.ask(&machine, query).await.status, 403);
        here.stop().await;
        there.stop().await;
    }
}

#[tokio::test]
async fn a_membership_ends_at_its_hour_without_anybody_writing() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let (admin, odile) = (person("kofi@veltrona"), person("odile@veltrona"));
        assert_eq!(status(&house, &odile).await, 200);
        let found = membership(&house, &admin, "Odile").await;
        let end = "mutation($id: ID!, $version: Int!, $to: DateTime!) { membershipEnd(input: { id: $id, expectedVersion: $version, validTo: \
                   $to, reason: \"leaves soon\" }) { membership { validTo } userErrors { code message } } }";
        let soon = chrono::DateTime::from_timestamp(tandem_tests::tokens::now() + 3, 0).unwrap().to_rfc3339();
        let ended = house.ask_with(&admin, end, json!({ "id": found["id"], "version": found["version"], "to": soon }), &[]).await;
        assert_eq!(ended.at("/data/membershipEnd/userErrors"), &json!([]), "{}", ended.text);
        assert_eq!(status(&house, &odile).await, 200, "it has not passed yet");
        tokio::time::sleep(Duration::from_millis(4_200)).await;
        assert_eq!(status(&house, &odile).await, 403);
        house.stop().await;
    }
}

#[tokio::test]
async fn a_membership_begins_at_its_hour_too() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let (admin, wanda) = (person("kofi@veltrona"), person("wanda@veltrona"));
        let id =
            one(&house, &admin, "{ people(filter: { displayName: { contains: \"Wanda\" } }) { nodes { id } } }", "/data/people/nodes/0/id")
                .await;
        let grant = "mutation($id: ID!, $from: DateTime!) { membershipGrant(input: { personId: $id, role: V_QA, scope: ALL_ORG, validFrom: \
                     $from, reason: \"comes back\" }) { membership { id } userErrors { code message } } }";
        let soon = chrono::DateTime::from_timestamp(tandem_tests::tokens::now() + 3, 0).unwrap().to_rfc3339();
        let granted = house.ask_with(&admin, grant, json!({ "id": id, "from": soon }), &[]).await;
        assert_eq!(granted.at("/data/membershipGrant/userErrors"), &json!([]), "{}", granted.text);
        assert_eq!(status(&house, &wanda).await, 403, "it has not begun yet");
        tokio::time::sleep(Duration::from_millis(4_200)).await;
        assert_eq!(status(&house, &wanda).await, 200);
        house.stop().await;
    }
}

#[tokio::test]
async fn an_invitation_is_answered_once_by_the_first_verified_sign_in() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let admin = person("kofi@veltrona");
        let invite = "mutation { personInvite(input: { email: \"Newcomer@veltrona.example.org\", displayName: \"New Comer\", reason: \
                      \"hired\" }) { person { id } userErrors { code message } } }";
        let invited = house.ask(&admin, invite).await;
        assert_eq!(invited.at("/data/personInvite/userErrors"), &json!([]), "{}", invited.text);
        let id = invited.at("/data/personInvite/person/id").clone();
        let grant = "mutation($id: ID!) { membershipGrant(input: { personId: $id, role: V_QA, scope: ALL_ORG, reason: \"hired\" }) { \
                     membership { id } userErrors { code message } } }";
        let granted = house.ask_with(&admin, grant, json!({ "id": id }), &[]).await;
        assert_eq!(granted.at("/data/membershipGrant/userErrors"), &json!([]), "{}", granted.text);

        // An address that the provider has not verified binds nobody, nor does a token without one, nor a machine's.
        for changes in [
            json!({ "sub": "first", "email_verified": false }),
            json!({ "sub": "first", "email_verified": null }),
            json!({ "sub": "first", "email": null }),
            json!({ "sub": "first", "client_id": "first" }),
        ] {
            assert_eq!(status(&house, &forged("newcomer@veltrona", &changes)).await, 403, "{changes}");
        }
        let first = forged("newcomer@veltrona", &json!({ "sub": "first", "email": "NEWCOMER@Veltrona.example.org" }));
        let entered = house.ask(&first, WHO).await;
        assert_eq!(entered.at("/data/viewer/person/id"), &id, "{}", entered.text);
        // Another subject with the same verified address comes too late.
        assert_eq!(status(&house, &forged("newcomer@veltrona", &json!({ "sub": "second" }))).await, 403);
        // The bound one needs no address any more.
        assert_eq!(status(&house, &forged("newcomer@veltrona", &json!({ "sub": "first", "email": null }))).await, 200);
        // Being bound stands in the person's history.
        let history = house
            .ask_with(&admin, "query($id: ID!) { person(id: $id) { history { nodes { operation command } } } }", json!({ "id": id }), &[])
            .await;
        let bound: Vec<_> = history
            .at("/data/person/history/nodes")
            .as_array()
            .unwrap_or_else(|| panic!("{}", history.text))
            .iter()
            .filter(|entry| entry["operation"] == "BOUND")
            .collect();
        assert_eq!(bound.len(), 1, "{}", history.text);
        house.stop().await;
    }
}

#[tokio::test]
async fn many_first_sign_ins_at_once_bind_one_subject() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = std::sync::Arc::new(ground.serve().await);
        let asks: Vec<_> = (0..12)
            .map(|number| {
                let house = std::sync::Arc::clone(&house);
                let token = forged("emre@pelluvia", &json!({ "sub": format!("subject-{number}") }));
                tokio::spawn(async move { house.ask(&token, WHO).await.status })
            })
            .collect();
        let mut admitted = 0;
        for ask in asks {
            match ask.await.unwrap() {
                200 => admitted += 1,
                403 => {}
                other => panic!("{other}"),
            }
        }
        assert_eq!(admitted, 1, "{kind:?}");
        std::sync::Arc::into_inner(house).unwrap().stop().await;
    }
}
