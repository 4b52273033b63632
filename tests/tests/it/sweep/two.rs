//! One person, two organisations: acting for one he sees just that one, and the other's ids are ids that were never issued.
//! Nor does an input, a header or a cursor lead from one into the other.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use tandem_domain::clock::{IdSource, SystemIds};
use tandem_domain::id::{decode, encode};
use tandem_tests::house::{BOTH, Ground, House, person};
use tandem_tests::tokens::{Asker, everybody};

const LISTS: &[&str] = &[
    "studies",
    "engagements",
    "serviceScopes",
    "studyCountries",
    "studySites",
    "sites",
    "people",
    "memberships",
    "programs",
    "milestones",
    "documents",
    "deliverables",
    "deliverableSubmissions",
    "deliverableReviews",
    "findings",
    "findingResponses",
    "capas",
    "capaActions",
    "issues",
    "comments",
];

/// Ids of everything that he sees, list by list, and a cursor of each list.
async fn seen(house: &House, asker: &Asker) -> (BTreeSet<String>, Vec<(String, String)>) {
    let (mut ids, mut cursors) = (BTreeSet::new(), Vec::new());
    for list in LISTS {
        let answer =
            asker.ask(house, &format!("{{ {list}(first: 100) {{ nodes {{ id }} pageInfo {{ startCursor }} }} }}"), json!({})).await;
        let page = answer.at(&format!("/data/{list}")).clone();
        ids.extend(
            page["nodes"]
                .as_array()
                .unwrap_or_else(|| panic!("{}", answer.text))
                .iter()
                .map(|node| node["id"].as_str().unwrap().to_owned()),
        );
        cursors.extend(page["pageInfo"]["startCursor"].as_str().map(|cursor| ((*list).to_owned(), cursor.to_owned())));
    }
    (ids, cursors)
}

fn both() -> (Asker, Asker) {
    let mut two = everybody().into_iter().filter(|asker| asker.name.starts_with("dagny"));
    (two.next().unwrap(), two.next().unwrap())
}

#[tokio::test]
async fn the_others_ids_were_never_issued() {
    for backend in BOTH {
        let ground = Ground::with_demo(backend).await;
        let house = ground.serve_with(tandem_gateway::config::Settings { rate_limit: 0, ..ground.settings() }).await.unwrap();
        let (vendor, sponsor) = both();
        assert_ne!(vendor.organization, sponsor.organization);
        for (one, other) in [(&vendor, &sponsor), (&sponsor, &vendor)] {
            let ((own, _), (theirs, cursors)) = (seen(&house, one).await, seen(&house, other).await);
            let foreign: Vec<&String> = theirs.difference(&own).collect();
            assert!(foreign.len() > 5, "the two see different things: {foreign:?}");
            for id in foreign {
                let (kind, _) = decode(id).unwrap();
                let never = encode(kind, SystemIds.next());
                let same = async |query: &str, variables: &dyn Fn(&str) -> Json| {
                    let first = one.ask(&house, query, variables(id)).await;
                    let second = one.ask(&house, query, variables(&never)).await;
                    assert_eq!(
                        (first.status, first.text.replace(id, "ID")),
                        (second.status, second.text.replace(&never, "ID")),
                        "{} {query}",
                        one.name
                    );
                };
                let finder = kind.name()[..1].to_lowercase() + &kind.name()[1..];
                let by_id = |id: &str| json!({ "id": id });
                same(
                    &format!(
                        "query($id: ID!) {{ node(id: $id) {{ __typename id }} nodes(ids: [$id]) {{ id }} it: {finder}(id: $id) {{ id }} }}"
                    ),
                    &by_id,
                )
                .await;
                same(
                    "query($id: ID!) { engagements(filter: { or: [{ studyId: { eq: $id } }, { vendorId: { eq: $id } }] }) { totalCount } }",
                    &by_id,
                )
                .await;
                same(
                    "query($id: ID!) { studies(filter: { or: [{ id: { in: [$id] } }, { sponsorId: { eq: $id } }] }) { totalCount } }",
                    &by_id,
                )
                .await;
                if let Some(mutation) = [
                    "studyUpdate",
                    "engagementUpdate",
                    "serviceScopeUpdate",
                    "studySiteUpdate",
                    "siteUpdate",
                    "studyCountryUpdate",
                    "membershipEnd",
                    "programUpdate",
                    "milestoneUpdate",
                    "documentUpdate",
                    "deliverableUpdate",
                    "findingUpdate",
                    "capaUpdate",
                    "issueUpdate",
                    "commentUpdate",
                ]
                .iter()
                .find(|mutation| mutation.starts_with(&finder))
                {
                    let name = mutation[..1].to_uppercase() + &mutation[1..];
                    let query =
                        format!("mutation($input: {name}Input!) {{ {mutation}(input: $input) {{ userErrors {{ code message field }} }} }}");
                    same(&query, &|id: &str| json!({ "input": { "id": id, "expectedVersion": 1, "reason": "tried" } })).await;
                }
            }
            // A cursor of the other's list marks a place in the order, or none; rows come from his own sight alone.
            for (list, cursor) in cursors {
                let answer =
                    one.ask(&house, &format!("{{ {list}(first: 100, after: \"{cursor}\") {{ nodes {{ id }} }} }}"), json!({})).await;
                let shown: BTreeSet<String> = answer
                    .at(&format!("/data/{list}/nodes"))
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(|node| node["id"].as_str().unwrap().to_owned())
                    .collect();
                assert!(shown.is_subset(&own), "{}: {}", one.name, answer.text);
            }
        }
        house.stop().await;
    }
}

#[tokio::test]
async fn an_organisation_that_is_not_his_is_one_that_is_not() {
    for backend in BOTH {
        let ground = Ground::with_demo(backend).await;
        let house = ground.serve().await;
        let (vendor, _) = both();
        let query = "{ viewer { side organization { id name } } studies { totalCount } }";
        let organizations = house.ask(&person("marisol@quillfen"), "{ organizations(first: 50) { nodes { id name } } }").await;
        let quillfen = organizations
            .at("/data/organizations/nodes")
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["name"].as_str().unwrap().starts_with("Quillfen"));
        let quillfen = quillfen.unwrap()["id"].as_str().unwrap().to_owned();
        let never = encode(tandem_domain::record::Kind::Organization, SystemIds.next());
        let mut answers = BTreeSet::new();
        for organization in [quillfen, never] {
            let answer = house.ask_with(&vendor.token, query, json!({}), &[("Tandem-Organization", organization.as_str())]).await;
            assert_eq!(answer.status, 403, "{}", answer.text);
            answers.insert(answer.text.replace(&organization, "ID"));
        }
        assert_eq!(answers.len(), 1, "{answers:?}");
        // Without a word of it he is asked to choose, and told nothing.
        let answer = house.ask_with(&vendor.token, query, json!({}), &[]).await;
        assert!(answer.status >= 400 && answer.at("/data").is_null(), "{}", answer.text);
        assert!(!answer.text.contains("Osprelle") && !answer.text.contains("Brackenmoor"), "{}", answer.text);
        house.stop().await;
    }
}

/// The same key and input of the same person, for the other organisation, is another request.
#[tokio::test]
async fn a_key_for_one_organisation_means_nothing_in_the_other() {
    for backend in BOTH {
        let ground = Ground::with_demo(backend).await;
        let house = ground.serve().await;
        let key = ("Idempotency-Key", "one-key");
        // Two administrators of two organisations send the very same request.
        let invite = "mutation { personInvite(input: { email: \"same@new.example.org\", displayName: \"Same\" }) { person { id } userErrors { code } } }";
        let mut made = BTreeSet::new();
        for who in ["kofi@veltrona", "aiko@osprelle", "noor@quillfen"] {
            for _ in 0..2 {
                let answer = house.ask_with(&person(who), invite, json!({}), &[key]).await;
                assert_eq!(answer.at("/data/personInvite/userErrors"), &json!([]), "{who}: {}", answer.text);
                made.insert(answer.at("/data/personInvite/person/id").to_string());
            }
        }
        assert_eq!(made.len(), 3, "each has made one person of his own, and got it twice");
        house.stop().await;
    }
}
