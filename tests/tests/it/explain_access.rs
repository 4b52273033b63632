//! `explainAccess`: it says what the principal really gets, now and as of a moment, and nothing to those who do not see both.
//! Over HTTP, on the demo world and after changes of it, on both databases.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value as Json, json};
use tandem_domain::clock::{IdSource, SystemIds};
use tandem_domain::id::encode;
use tandem_domain::record::Kind;
use tandem_tests::fingerprint::fingerprint;
use tandem_tests::house::{Answer, BOTH, Ground, House, client, person};
use tandem_tests::tokens::{forged, now};

use crate::commands::{call, codes};

const ASK: &str = "query($who: ID!, $what: ID!, $field: String, $at: DateTime) { explainAccess(principal: $who, node: $what, field: $field, \
    at: $at) { kind at readable complete summary basis principal { id } node { id } reasons { allows role scope rule why membership { id } \
    through { __typename id } } } }";

async fn ask(house: &House, token: &str, who: &Json, what: &Json, more: Json) -> Answer {
    let mut variables = json!({ "who": who, "what": what });
    for (name, value) in more.as_object().unwrap() {
        variables[name] = value.clone();
    }
    house.ask_with(token, ASK, variables, &[]).await
}

async fn explained(house: &House, token: &str, who: &Json, what: &Json, more: Json) -> Json {
    let answer = ask(house, token, who, what, more).await;
    let found = answer.at("/data/explainAccess").clone();
    assert!(found.is_object() && answer.at("/errors").is_null(), "{}", answer.text);
    found
}

/// The id of a person as somebody sees him, by a part of his name.
async fn called(house: &House, token: &str, name: &str) -> Json {
    let query = "query($name: String!) { people(filter: { displayName: { contains: $name } }) { nodes { id } } }";
    let answer = house.ask_with(token, query, json!({ "name": name }), &[]).await;
    let found = answer.at("/data/people/nodes/0/id").clone();
    assert!(found.is_string(), "{name}: {}", answer.text);
    found
}

async fn study(house: &House, token: &str, protocol: &str) -> Json {
    let query = "query($p: String!) { study(protocolNumber: $p) { id } }";
    let answer = house.ask_with(token, query, json!({ "p": protocol }), &[]).await;
    let found = answer.at("/data/study/id").clone();
    assert!(found.is_string(), "{protocol}: {}", answer.text);
    found
}

fn never(kind: Kind) -> Json {
    encode(kind, SystemIds.next()).into()
}

/// Lets the journal be put in order, and a moment pass that stands in no doubt: what was done before it, was done by then.
async fn moment(ground: &Ground) -> Json {
    let vault = ground.vault().await;
    // Other runs on the same server hold the horizon back for as long as their transactions take.
    for _ in 0..20 {
        vault.order_journal().await.unwrap();
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
    vault.close().await;
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let moment = chrono::DateTime::from_timestamp(now(), 0).unwrap().to_rfc3339();
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    moment.into()
}

fn whys(explanation: &Json) -> Vec<&str> {
    explanation["reasons"].as_array().unwrap().iter().map(|reason| reason["why"].as_str().unwrap()).collect()
}

/// Everything with an id that somebody sees: a few of each kind.
async fn some_nodes(house: &House, token: &str) -> Vec<Json> {
    let mut found = Vec::new();
    for list in [
        "organizations",
        "people",
        "memberships",
        "apiClients",
        "studies",
        "studyCountries",
        "sites",
        "studySites",
        "engagements",
        "serviceScopes",
    ] {
        for order in ["first", "last"] {
            let answer = house.ask(token, &format!("{{ {list}({order}: 3) {{ nodes {{ id }} }} }}")).await;
            let nodes = answer.at(&format!("/data/{list}/nodes")).as_array().unwrap_or_else(|| panic!("{}", answer.text)).clone();
            found.extend(nodes.into_iter().map(|node| node["id"].clone()));
        }
    }
    let mut known = BTreeSet::new();
    found.retain(|id| known.insert(id.to_string()));
    found
}

/// Which of these somebody really gets; nothing where he is not let in at all.
async fn gets(house: &House, token: &str, ids: &[Json]) -> Vec<bool> {
    let answer = house.ask_with(token, "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": ids }), &[]).await;
    if answer.status == 403 {
        return vec![false; ids.len()];
    }
    answer.at("/data/nodes").as_array().unwrap_or_else(|| panic!("{}", answer.text)).iter().map(|node| !node.is_null()).collect()
}

#[tokio::test]
async fn it_says_what_the_principal_really_gets() {
    let principals = [
        ("Marisol", person("marisol@quillfen")),
        ("Idris", person("idris@quillfen")),
        ("Tomas", person("tomas@quillfen")),
        ("Noor", person("noor@quillfen")),
        ("Yuna", person("yuna@quillfen")),
        ("Ravi", person("ravi@veltrona")),
        ("Saoirse", person("saoirse@veltrona")),
        ("Bastian", person("bastian@veltrona")),
        ("Wanda", person("wanda@veltrona")),
        ("Henrik", person("henrik@osprelle")),
    ];
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let lately = moment(&ground).await;
        let (mut yes, mut no, mut open, mut pairs) = (0, 0, 0, 0);
        for asker in ["petra@quillfen", "noor@quillfen", "marisol@quillfen", "ravi@veltrona", "kofi@veltrona", "henrik@osprelle"] {
            let token = person(asker);
            let nodes = some_nodes(&house, &token).await;
            let people = house.ask(&token, "{ people(first: 100) { nodes { id displayName } } }").await;
            for seen in people.at("/data/people/nodes").as_array().unwrap() {
                let name = seen["displayName"].as_str().unwrap();
                let Some((_, principal)) = principals.iter().find(|(first, _)| name.starts_with(first)) else { continue };
                let really = gets(&house, principal, &nodes).await;
                for (some, really) in nodes.chunks(10).zip(really.chunks(10)) {
                    let asked = some.iter().enumerate().map(|(at, node)| {
                        let of = format!("principal: {}, node: {node}", seen["id"]);
                        let fields = "readable complete reasons { allows role scope rule why }";
                        format!("n{at}: explainAccess({of}) {{ {fields} }} p{at}: explainAccess({of}, at: {lately}) {{ {fields} }}")
                    });
                    let asked: Vec<String> = asked.collect();
                    let answer = house.ask(&token, &format!("{{ {} }}", asked.join(" "))).await;
                    for (at, really) in really.iter().enumerate() {
                        let one = answer.at(&format!("/data/n{at}"));
                        assert!(one.is_object(), "{asker} about {name}: {}", answer.text);
                        // Nothing has changed since: what the journal gives back is what the tables have.
                        assert_eq!(one, answer.at(&format!("/data/p{at}")), "{asker} about {name} and {}", some[at]);
                        pairs += 1;
                        match one["readable"].as_bool() {
                            Some(said) => assert_eq!(said, *really, "{asker} about {name} and {}", some[at]),
                            None => assert_eq!(one["complete"], false),
                        }
                        yes += usize::from(one["readable"] == true);
                        no += usize::from(one["readable"] == false);
                        open += usize::from(one["readable"].is_null());
                    }
                }
            }
        }
        println!("{kind:?}: {pairs} pairs, {yes} yes, {no} no, {open} open");
        assert!(yes > 100 && no > 100 && open > 100, "{pairs} pairs, {yes} yes, {no} no, {open} open");
        house.stop().await;
    }
}

#[tokio::test]
async fn roles_scopes_and_parts_are_told_apart() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let petra = person("petra@quillfen");
        let (yuna, tomas) = (called(&house, &petra, "Yuna").await, called(&house, &petra, "Tomas").await);
        let (within, beyond) = (study(&house, &petra, "QF-101").await, study(&house, &petra, "QF-110").await);
        let before = fingerprint(&ground).await;

        let own = explained(&house, &petra, &yuna, &within, json!({})).await;
        assert_eq!((&own["readable"], &own["complete"], &own["kind"]), (&json!(true), &json!(true), &json!("Study")), "{own}");
        assert_eq!((&own["principal"]["id"], &own["node"]["id"]), (&yuna, &within));
        let [first, second] = own["reasons"].as_array().unwrap().as_slice() else { panic!("two memberships: {own}") };
        assert_eq!(
            (&first["allows"], &first["role"], &first["scope"]),
            (&json!(true), &json!("S_STUDY_MANAGER"), &json!("STUDY")),
            "{own}"
        );
        assert!(
            first["membership"]["id"].is_string() && first["rule"].as_str().unwrap().contains("in the sponsor's organisation"),
            "{own}"
        );
        assert_eq!((&second["allows"], &second["why"]), (&json!(false), &json!("The scope does not reach it.")), "{own}");
        assert!(own["basis"].as_str().unwrap().starts_with("Today's policy") && own["basis"].as_str().unwrap().contains("now"), "{own}");

        let other = explained(&house, &petra, &yuna, &beyond, json!({})).await;
        assert_eq!((&other["readable"], &other["complete"]), (&json!(false), &json!(true)), "{other}");
        assert_eq!(whys(&other), ["The scope does not reach it."; 2]);

        // Finance reads the study and its benchmark, and not the sponsor's assessment of it.
        for (field, of, readable) in [
            ("internal", "StudyInternal", false),
            ("benchmark", "StudyBenchmark", true),
            ("briefTitle", "Study", true),
            ("engagements", "Study", true),
        ] {
            let part = explained(&house, &petra, &tomas, &within, json!({ "field": field })).await;
            assert_eq!((&part["readable"], &part["kind"]), (&json!(readable), &json!(of)), "{part}");
            assert_eq!(whys(&part)[0] == "The role never reads records of this kind.", !readable, "{part}");
        }
        // A part that is not there is explained like one that is.
        let bare = study(&house, &petra, "QF-402").await;
        let parts = [&within, &bare].map(|study| explained(&house, &petra, &tomas, study, json!({ "field": "internal" })));
        let [there, absent] = futures::future::join_all(parts).await.try_into().unwrap_or_else(|_| panic!());
        assert_eq!((&there["reasons"], &there["readable"]), (&absent["reasons"], &absent["readable"]));

        for (more, words) in [
            (json!({ "field": "nothing" }), "names no field"),
            (json!({ "at": "2999-01-01T00:00:00Z" }), "future"),
            (json!({ "at": "yesterday" }), ""),
        ] {
            let refused = ask(&house, &petra, &yuna, &within, more).await;
            assert!(refused.at("/data/explainAccess").is_null(), "{}", refused.text);
            let code = refused.at("/errors/0/extensions/code").as_str().unwrap_or_default();
            assert!(["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"].contains(&code) && refused.text.contains(words), "{}", refused.text);
        }
        // Before anything was there, nobody read anything.
        let early = explained(&house, &petra, &yuna, &within, json!({ "at": "2001-01-01T00:00:00Z" })).await;
        assert_eq!((&early["readable"], &early["reasons"]), (&json!(false), &json!([])), "{early}");
        assert_eq!(early["summary"], "Principal and record were not both there then.");
        assert_eq!(fingerprint(&ground).await, before, "asking changes nothing");
        house.stop().await;
    }
}

#[tokio::test]
async fn what_the_asker_does_not_see_was_never_issued() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let (marisol, ravi, henrik) = (person("marisol@quillfen"), person("ravi@veltrona"), person("henrik@osprelle"));
        let (shared, foreign) = (study(&house, &marisol, "QF-101").await, study(&house, &marisol, "QF-303").await);
        let (rival, ours) = (called(&house, &ravi, "Saoirse").await, called(&house, &henrik, "Dagny").await);
        let noor = person("noor@quillfen");
        let (nobody, nothing) = (never(Kind::Person), never(Kind::Study));
        for more in [json!({}), json!({ "field": "internal" }), json!({ "field": "nothing" }), json!({ "at": "2020-01-01T00:00:00Z" })] {
            let blank = ask(&house, &henrik, &nobody, &nothing, more.clone()).await;
            assert_eq!(
                (blank.status, &blank.body),
                (200, &json!({ "data": { "explainAccess": null }, "extensions": blank.at("/extensions") }))
            );
            // A rival's person, a study without the vendor, both, and each of them with something that was never issued.
            for (who, what) in [
                (&rival, &shared),
                (&ours, &foreign),
                (&rival, &foreign),
                (&rival, &nothing),
                (&nobody, &foreign),
                (&nobody, &shared),
                (&ours, &nothing),
            ] {
                let answer = ask(&house, &henrik, who, what, more.clone()).await;
                assert_eq!((answer.status, &answer.text), (blank.status, &blank.text), "{who} {what} {more}");
            }
            // What is neither a principal nor a node.
            let answer = ask(&house, &henrik, &shared, &ours, more.clone()).await;
            assert_eq!(answer.text, blank.text);
        }
        // A person of the sponsor whom he sees, and what both see: of the sponsor's memberships he learns nothing.
        let idris = called(&house, &henrik, "Idris").await;
        let answer = ask(&house, &henrik, &idris, &shared, json!({})).await;
        let told = answer.at("/data/explainAccess");
        assert_eq!((&told["readable"], &told["complete"], &told["reasons"]), (&Json::Null, &json!(false), &json!([])), "{}", answer.text);
        for hidden in ["Veltrona", "S_VENDOR", "ALL_ORG"] {
            assert!(!answer.text.contains(hidden), "{hidden}: {}", answer.text);
        }
        // It is the same whether or not the sponsor's person has any membership that leads there.
        let own = called(&house, &marisol, "Idris").await;
        assert_eq!(own, idris);
        let query = "query($id: ID!) { person(id: $id) { memberships { nodes { id version } } } }";
        let held = house.ask_with(&noor, query, json!({ "id": idris }), &[]).await;
        let held = held.at("/data/person/memberships/nodes/0").clone();
        let end = json!({ "id": held["id"], "expectedVersion": held["version"], "reason": "left" });
        let ended = call(&house, &noor, "membershipEnd", "membership { validTo }", end).await;
        assert_eq!(codes(&ended, "membershipEnd"), [""; 0], "{}", ended.text);
        let again = ask(&house, &henrik, &idris, &shared, json!({})).await;
        let same = |answer: &Answer| {
            let mut told = answer.at("/data/explainAccess").clone();
            told["at"] = Json::Null;
            told
        };
        assert_eq!(same(&again), same(&answer));
        house.stop().await;
    }
}

#[tokio::test]
async fn a_membership_that_ended_counts_as_of_before() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let (kofi, ravi) = (person("kofi@veltrona"), person("ravi@veltrona"));
        let odile = called(&house, &kofi, "Odile").await;
        let within = study(&house, &ravi, "QF-101").await;
        let before = moment(&ground).await;
        let query = "query($id: ID!) { person(id: $id) { memberships { nodes { id version } } } }";
        let held = house.ask_with(&kofi, query, json!({ "id": odile }), &[]).await.at("/data/person/memberships/nodes/0").clone();
        let end = json!({ "id": held["id"], "expectedVersion": held["version"], "reason": "left" });
        let ended = call(&house, &kofi, "membershipEnd", "membership { validTo }", end).await;
        assert_eq!(codes(&ended, "membershipEnd"), [""; 0], "{}", ended.text);
        // The project director administers nothing, but reads the memberships of his organisation.
        let after = explained(&house, &ravi, &odile, &within, json!({})).await;
        assert_eq!((&after["readable"], &after["complete"]), (&json!(false), &json!(true)), "{after}");
        assert!(whys(&after)[0].starts_with("The membership ended on "), "{after}");
        let then = explained(&house, &ravi, &odile, &within, json!({ "at": before })).await;
        assert_eq!((&then["readable"], &then["reasons"][0]["membership"]["id"]), (&json!(true), &held["id"]), "{then}");
        assert_eq!(then["reasons"][0]["through"]["__typename"], "Engagement", "{then}");
        assert!(then["basis"].as_str().unwrap().contains("as of 20"), "{then}");
        // A membership that is granted today gave nothing then.
        let grant = json!({ "personId": odile, "role": "V_CRA", "scope": "ALL_ORG", "reason": "back" });
        let granted = call(&house, &kofi, "membershipGrant", "membership { id }", grant).await;
        assert_eq!(codes(&granted, "membershipGrant"), [""; 0], "{}", granted.text);
        let back = explained(&house, &ravi, &odile, &within, json!({})).await;
        assert_eq!((&back["readable"], &back["reasons"][0]["role"]), (&json!(true), &json!("V_CRA")), "{back}");
        let then = explained(&house, &ravi, &odile, &within, json!({ "at": before })).await;
        assert!(whys(&then)[1].starts_with("The membership was granted later"), "{then}");
        house.stop().await;
    }
}

#[tokio::test]
async fn an_engagement_that_closed_leads_there_as_of_before() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let (marisol, kofi, ravi) = (person("marisol@quillfen"), person("kofi@veltrona"), person("ravi@veltrona"));
        let within = study(&house, &ravi, "QF-110").await;
        let bastian = called(&house, &kofi, "Bastian").await;
        let grant = json!({ "personId": bastian, "role": "V_CRA", "scope": "STUDY", "studyId": within, "reason": "helps" });
        let granted = call(&house, &kofi, "membershipGrant", "membership { id }", grant).await;
        assert_eq!(codes(&granted, "membershipGrant"), [""; 0], "{}", granted.text);
        let sites = "query($id: ID!) { study(id: $id) { countries { nodes { id } } sites { nodes { id site { id } } } engagements { nodes { \
                     id version state vendor { id name } } } } }";
        let seen = house.ask_with(&ravi, sites, json!({ "id": within }), &[]).await;
        let (country, site) = (seen.at("/data/study/countries/nodes/0/id").clone(), seen.at("/data/study/sites/nodes/0/id").clone());
        let facility = seen.at("/data/study/sites/nodes/0/site/id").clone();
        let engagement = seen.at("/data/study/engagements/nodes/0").clone();
        assert_eq!(engagement["state"], "CLOSING", "{}", seen.text);
        let all = [&within, &country, &site, &facility];
        let before = moment(&ground).await;
        for asker in [&marisol, &ravi] {
            for what in all {
                for more in [json!({}), json!({ "at": before })] {
                    let told = explained(&house, asker, &bastian, what, more).await;
                    assert_eq!((&told["readable"], &told["reasons"][0]["scope"]), (&json!(true), &json!("STUDY")), "{what}: {told}");
                }
            }
        }
        // The sponsor's study manager does not read all of the vendor's memberships.
        let told = explained(&house, &marisol, &bastian, &within, json!({})).await;
        assert_eq!((&told["complete"], &told["reasons"][0]["through"]["id"]), (&json!(false), &engagement["id"]), "{told}");
        // The same by the vendor as an organisation, which both engagement and study name.
        let vendor = &engagement["vendor"]["id"];
        let organization = explained(&house, &ravi, &bastian, vendor, json!({ "at": before })).await;
        assert_eq!(organization["readable"], true, "{organization}");
        let lead = explained(&house, &ravi, &bastian, &called(&house, &ravi, "Idris").await, json!({ "at": before })).await;
        assert_eq!((&lead["readable"], &lead["reasons"][0]["through"]["__typename"]), (&json!(true), &json!("Engagement")), "{lead}");

        let fresh = forged("idris@quillfen", &json!({ "auth_time": now() - 20 }));
        let close =
            json!({ "id": engagement["id"], "expectedVersion": engagement["version"], "signature": { "meaning": "RESPONSIBILITY" } });
        let closed = call(&house, &fresh, "engagementClose", "engagement { state }", close).await;
        assert_eq!(codes(&closed, "engagementClose"), [""; 0], "{}", closed.text);
        moment(&ground).await;
        for what in all {
            let now = explained(&house, &marisol, &bastian, what, json!({})).await;
            assert_eq!(now["readable"], Json::Null, "{what}: {now}");
            assert!(now["reasons"].as_array().unwrap().iter().all(|reason| reason["allows"] == false), "{now}");
            let then = explained(&house, &marisol, &bastian, what, json!({ "at": before })).await;
            assert_eq!((&then["readable"], &then["reasons"][0]["allows"]), (&json!(true), &json!(true)), "{what}: {then}");
        }
        // Whoever lost sight of it himself is told nothing, of no day.
        let blank = ask(&house, &ravi, &bastian, &never(Kind::Study), json!({})).await;
        for more in [json!({}), json!({ "at": before })] {
            assert_eq!(ask(&house, &ravi, &bastian, &within, more).await.text, blank.text);
        }
        house.stop().await;
    }
}

#[tokio::test]
async fn machine_clients_are_explained_by_their_scopes() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let (noor, idris) = (person("noor@quillfen"), person("idris@quillfen"));
        let clients = |token: String| {
            let house = &house;
            async move { house.ask(&token, "{ apiClients { nodes { id } } }").await.at("/data/apiClients/nodes/0/id").clone() }
        };
        let (portal, ctms) = (clients(noor.clone()).await, clients(idris.clone()).await);
        assert!(portal.is_string() && ctms.is_string() && portal != ctms);
        // The sponsor's own client reads studies, and so knows nobody whom only an engagement names.
        let lead = called(&house, &noor, "Idris").await;
        let told = explained(&house, &noor, &portal, &lead, json!({})).await;
        assert_eq!((&told["readable"], &told["complete"]), (&json!(false), &json!(true)), "{told}");
        assert_eq!(whys(&told), ["The client lacks the scope of what names it."], "{told}");
        let machine = client("quillfen-portal", &["study:read", "site:read", "engagement:read"]);
        assert_eq!(gets(&house, &machine, std::slice::from_ref(&lead)).await, [false]);
        // A vendor's client, to the vendor manager who reads the engagement that it lists.
        let (listed, other) = (study(&house, &idris, "QF-101").await, study(&house, &idris, "QF-110").await);
        let told = explained(&house, &idris, &ctms, &listed, json!({})).await;
        assert_eq!(
            (&told["readable"], &told["complete"], &told["reasons"][0]["role"]),
            (&json!(true), &json!(false), &json!("P_CLIENT")),
            "{told}"
        );
        assert!(told["reasons"][0]["membership"].is_null() && told["reasons"][0]["through"]["id"].is_string(), "{told}");
        let told = explained(&house, &idris, &ctms, &other, json!({})).await;
        assert_eq!((&told["readable"], whys(&told)[0]), (&Json::Null, "The scope does not reach it."), "{told}");
        house.stop().await;
    }
}
