//! The same question of the same world by different people: each gets a graph of his own.
//! Nobody's answer holds another's engagement, vendor, sites or internal parts, not even as a word.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use tandem_tests::house::{Answer, BOTH, Ground, House, client, person};

/// What everyone asks.
const QUESTION: &str = "{ studies(first: 20) { totalCount nodes { protocolNumber internal { riskScore strategicPriority } benchmark { budget \
    { minorUnits currency } } registry { status } countries(first: 10) { nodes { countryCode state } } sites(first: 20) { totalCount nodes \
    { number state site { name city } internal { riskScore } contact { principalInvestigatorName } } } engagements(first: 10) { totalCount \
    nodes { id state vendor { name } leadVendor { displayName } internal { riskTier healthScore } scopes(first: 10) { nodes { \
    serviceCategory } } } } } } }";

/// Every name by which a vendor of the demo could show through.
const VENDORS: [&str; 5] = ["Veltrona", "Osprelle", "Tarnwick", "Pelluvia", "Corvendale"];

fn protocols(answer: &Answer) -> BTreeSet<String> {
    let nodes = answer.at("/data/studies/nodes").as_array().unwrap_or_else(|| panic!("{}", answer.text));
    nodes.iter().filter_map(|node| node["protocolNumber"].as_str()).map(str::to_owned).collect()
}

fn study<'a>(answer: &'a Answer, protocol: &str) -> &'a Json {
    let nodes = answer.at("/data/studies/nodes").as_array().unwrap_or_else(|| panic!("{}", answer.text));
    nodes.iter().find(|node| node["protocolNumber"] == protocol).unwrap_or_else(|| panic!("no {protocol}: {}", answer.text))
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Vendors that stand anywhere in the answer's text.
fn vendors(answer: &Answer) -> Vec<&'static str> {
    VENDORS.into_iter().filter(|name| answer.text.contains(name)).collect()
}

fn redacted(answer: &Answer, path: Json) -> bool {
    answer.at("/extensions/redactions").as_array().is_some_and(|paths| paths.contains(&path))
}

async fn total(house: &House, token: &str, list: &str) -> Json {
    let answer = house.ask(token, &format!("{{ {list} {{ totalCount }} }}")).await;
    answer.at(&format!("/data/{list}/totalCount")).clone()
}

#[tokio::test]
async fn four_people_see_four_graphs() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let sponsor = house.ask(&person("marisol@quillfen"), QUESTION).await;
        let cro = house.ask(&person("ravi@veltrona"), QUESTION).await;
        let rival = house.ask(&person("henrik@osprelle"), QUESTION).await;
        let machine = house.ask(&client("veltrona-ctms", &["study:read", "site:read", "engagement:read"]), QUESTION).await;

        // The sponsor sees all of its own and nothing of the other sponsor's.
        let own = ["QF-101", "QF-110", "QF-204", "QF-205", "QF-302", "QF-303", "QF-401", "QF-402"];
        assert_eq!(protocols(&sponsor), set(&own));
        assert_eq!(vendors(&sponsor), VENDORS);
        assert!(sponsor.text.contains("FLAGSHIP") && sponsor.text.contains("TIER_"), "{}", sponsor.text);
        assert!(!sponsor.text.contains("BM-1") && !sponsor.text.contains("Brackenmoor"), "{}", sponsor.text);
        assert!(!sponsor.text.contains("Daegu"), "a site of the other sponsor");
        assert_eq!(study(&sponsor, "QF-101")["engagements"]["totalCount"], 5);

        // The CRO sees the studies that it is engaged on, its own engagements and its subcontractor.
        assert_eq!(protocols(&cro), set(&["BM-11", "QF-101", "QF-110", "QF-204", "QF-205"]), "{}", cro.text);
        let its = study(&cro, "QF-101");
        assert_eq!(its["engagements"]["totalCount"], 2, "its own and the subcontract: {its}");
        assert!(!cro.text.contains("Osprelle") && !cro.text.contains("Dalewick") && !cro.text.contains("Pelluvia"), "{}", cro.text);
        for hidden in ["FLAGSHIP", "TIER_", "8400000000", "EUR"] {
            assert!(!cro.text.contains(hidden), "{hidden}: {}", cro.text);
        }
        // Sites of the rival's countries, in the same study.
        let cities: Vec<&str> = its["sites"]["nodes"].as_array().unwrap().iter().filter_map(|site| site["site"]["city"].as_str()).collect();
        assert!(cities.contains(&"Leipzig") && !cities.contains(&"Cleveland") && !cities.contains(&"Kobe"), "{cities:?}");

        // The rival sees the mirror of it.
        assert!(protocols(&rival).contains("QF-101"), "{}", rival.text);
        let theirs = study(&rival, "QF-101");
        assert_eq!(theirs["engagements"]["totalCount"], 1, "{theirs}");
        for hidden in ["Veltrona", "Thornquill", "Corvendale", "Tarnwick", "Pelluvia", "FLAGSHIP", "TIER_"] {
            assert!(!rival.text.contains(hidden), "{hidden}: {}", rival.text);
        }
        let cities: Vec<&str> =
            theirs["sites"]["nodes"].as_array().unwrap().iter().filter_map(|site| site["site"]["city"].as_str()).collect();
        assert!(cities.contains(&"Cleveland") && cities.contains(&"Kobe") && !cities.contains(&"Leipzig"), "{cities:?}");

        // The machine reaches the one engagement that it lists, nothing that is subcontracted from it, and no people.
        assert_eq!(protocols(&machine), set(&["QF-101"]), "{}", machine.text);
        assert_eq!(study(&machine, "QF-101")["engagements"]["totalCount"], 1);
        assert_eq!(vendors(&machine), ["Veltrona"], "{}", machine.text);
        assert!(!machine.text.contains("Dr "), "a machine knows no investigator: {}", machine.text);
        assert!(!machine.text.contains("FLAGSHIP") && !machine.text.contains("TIER_"), "{}", machine.text);

        let texts: BTreeSet<&str> = [&sponsor, &cro, &rival, &machine].iter().map(|answer| answer.text.as_str()).collect();
        assert_eq!(texts.len(), 4);

        // An id that another may see gives nothing, as one that was never issued.
        let foreign = theirs["engagements"]["nodes"][0]["id"].as_str().unwrap();
        let answer =
            house.ask_with(&person("ravi@veltrona"), "query($id: ID!) { node(id: $id) { id } }", json!({ "id": foreign }), &[]).await;
        assert_eq!((answer.at("/data"), answer.at("/errors")), (&json!({ "node": null }), &Json::Null), "{}", answer.text);
        house.stop().await;
    }
}

#[tokio::test]
async fn what_is_withheld_is_said_by_path() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let query = "{ studies(first: 2, orderBy: [{ field: PROTOCOL_NUMBER }]) { nodes { protocolNumber internal { riskScore } registry { \
                     status } benchmark { budget { currency } } } } }";
        let cro = house.ask(&person("ravi@veltrona"), query).await;
        for index in 0..2 {
            for part in ["internal", "benchmark"] {
                assert!(redacted(&cro, json!(["studies", "nodes", index, part])), "{part}: {}", cro.text);
                assert_eq!(cro.at(&format!("/data/studies/nodes/{index}/{part}")), &Json::Null);
            }
            assert!(!redacted(&cro, json!(["studies", "nodes", index, "registry"])), "{}", cro.text);
        }
        // The budget is for those who deal with money: a study manager is told that there is a part that he does not see.
        let sponsor = house.ask(&person("marisol@quillfen"), query).await;
        let withheld = json!([["studies", "nodes", 0, "benchmark"], ["studies", "nodes", 1, "benchmark"]]);
        assert_eq!(sponsor.at("/extensions/redactions"), &withheld, "{}", sponsor.text);
        let finance = house.ask(&person("tomas@quillfen"), query).await;
        assert_eq!(finance.at("/data/studies/nodes/0/benchmark/budget/currency"), "EUR", "{}", finance.text);
        assert!(!redacted(&finance, json!(["studies", "nodes", 0, "benchmark"])), "{}", finance.text);
        house.stop().await;
    }
}

#[tokio::test]
async fn roles_with_little_sight_see_little() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        // Finance and executives: studies, and no place of them.
        for (name, seen) in [("tomas@quillfen", 8), ("greta@quillfen", 8), ("noor@quillfen", 0), ("kofi@veltrona", 0)] {
            assert_eq!(total(&house, &person(name), "studies").await, json!(seen), "{name}");
        }
        assert_eq!(total(&house, &person("greta@quillfen"), "studySites").await, json!(0));
        for name in ["noor@quillfen", "kofi@veltrona"] {
            for list in ["studySites", "sites", "studyCountries", "engagements", "serviceScopes"] {
                assert_eq!(total(&house, &person(name), list).await, json!(0), "{name} {list}");
            }
            assert_ne!(total(&house, &person(name), "people").await, json!(0), "{name}");
        }
        // A research associate of one country, and one of one site.
        let sites = "{ studies { nodes { protocolNumber } } studyCountries { nodes { countryCode } } studySites(first: 100) { nodes { \
                     countryCode study { protocolNumber } site { city } } } engagements { totalCount } }";
        let country = house.ask(&person("saoirse@veltrona"), sites).await;
        let places = country.at("/data/studySites/nodes").as_array().unwrap();
        assert!(places.len() > 1, "{}", country.text);
        for place in places {
            assert_eq!((&place["countryCode"], &place["study"]["protocolNumber"]), (&json!("DE"), &json!("QF-101")), "{}", country.text);
        }
        assert_eq!(country.at("/data/studyCountries/nodes"), &json!([{ "countryCode": "DE" }]));
        let site = house.ask(&person("bastian@veltrona"), sites).await;
        assert_eq!(site.at("/data/studySites/nodes").as_array().unwrap().len(), 1, "{}", site.text);
        assert_eq!(site.at("/data/studySites/nodes/0/site/city"), "Lyon");
        assert_eq!(site.at("/data/studies/nodes"), &json!([{ "protocolNumber": "QF-101" }]));
        for hidden in ["Leipzig", "Nantes", "Sevilla", "Cleveland"] {
            assert!(!site.text.contains(hidden), "{hidden}: {}", site.text);
        }
        // A machine client has the scopes that both the directory and its token name.
        assert_eq!(total(&house, &client("quillfen-portal", &["study:read", "site:read"]), "studySites").await, json!(0));
        assert_eq!(total(&house, &client("quillfen-portal", &["study:read"]), "studies").await, json!(8));
        assert_eq!(total(&house, &client("quillfen-portal", &[]), "studies").await, json!(0));
        assert_eq!(total(&house, &client("veltrona-ctms", &["study:read"]), "engagements").await, json!(0));
        house.stop().await;
    }
}

#[tokio::test]
async fn finance_sees_a_vendors_money_and_no_site() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let admin = person("kofi@veltrona");
        let people = house.ask(&admin, "{ people(filter: { displayName: { contains: \"Wanda\" } }) { nodes { id } } }").await;
        let wanda = people.at("/data/people/nodes/0/id").as_str().unwrap_or_else(|| panic!("{}", people.text)).to_owned();
        let grant = "mutation($id: ID!) { membershipGrant(input: { personId: $id, role: V_FINANCE, scope: ALL_ORG, reason: \"back\" }) { \
                     membership { id } userErrors { code message } } }";
        let granted = house.ask_with(&admin, grant, json!({ "id": wanda }), &[]).await;
        assert_eq!(granted.at("/data/membershipGrant/userErrors"), &json!([]), "{}", granted.text);
        let finance = person("wanda@veltrona");
        for list in ["studySites", "sites", "studyCountries"] {
            assert_eq!(total(&house, &finance, list).await, json!(0), "{list}");
        }
        assert_ne!(total(&house, &finance, "engagements").await, json!(0));
        house.stop().await;
    }
}

#[tokio::test]
async fn who_has_two_organisations_picks_one() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let query = "{ viewer { organization { id name } } studies { totalCount nodes { protocolNumber } } }";
        let dagny = person("dagny@osprelle");
        let bare = house.ask(&dagny, query).await;
        assert_eq!((bare.status, bare.at("/errors/0/extensions/code")), (403, &json!("ORGANIZATION_REQUIRED")), "{}", bare.text);
        let id =
            |answer: &Answer| answer.at("/data/viewer/organization/id").as_str().unwrap_or_else(|| panic!("{}", answer.text)).to_owned();
        let cro = id(&house.ask(&person("henrik@osprelle"), query).await);
        let sponsor = id(&house.ask(&person("leopold@brackenmoor"), query).await);
        let foreign = id(&house.ask(&person("marisol@quillfen"), query).await);
        let as_cro = house.ask_with(&dagny, query, json!({}), &[("Tandem-Organization", &cro)]).await;
        let as_sponsor = house.ask_with(&dagny, query, json!({}), &[("Tandem-Organization", &sponsor)]).await;
        assert!(as_cro.text.contains("QF-101") && as_cro.at("/data/viewer/organization/id") == &json!(cro), "{}", as_cro.text);
        assert_eq!(protocols(&as_sponsor), set(&["BM-11", "BM-12", "BM-13", "BM-14"]));
        // A foreign organisation, one that was never issued and what is no id: the same answer, byte for byte.
        let never = "org_01h455vb4pex5vsknk084sn02q";
        let never = format!("{}_{}", foreign.split('_').next().unwrap(), never.split('_').next_back().unwrap());
        let mut bodies = BTreeSet::new();
        for organization in [foreign.as_str(), &never, "nonsense"] {
            let refused = house.ask_with(&dagny, query, json!({}), &[("Tandem-Organization", organization)]).await;
            assert_eq!(refused.status, 403, "{}", refused.text);
            bodies.insert(refused.text);
        }
        assert_eq!(bodies.len(), 1, "{bodies:?}");
        house.stop().await;
    }
}

#[tokio::test]
async fn an_ended_membership_and_a_stranger_are_refused() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        for name in ["wanda@veltrona", "nobody@nowhere"] {
            let refused = house.ask(&person(name), "{ viewer { side } }").await;
            assert_eq!((refused.status, refused.at("/errors/0/extensions/code")), (403, &json!("FORBIDDEN")), "{}", refused.text);
            assert_eq!(refused.at("/data"), &Json::Null);
        }
        house.stop().await;
    }
}
