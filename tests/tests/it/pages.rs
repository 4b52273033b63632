//! Pages: every row exactly once, forward and backward, whatever the order and the filter; cursors that fit one list only.
//! And what both databases have to agree on: bytes, case, fractions of a second, rows that hold nothing.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use tandem_tests::house::{Answer, BOTH, Ground, House, person};

/// A walk through a list: its name, the arguments beside the page's, and what is read of each row.
struct Walk<'a> {
    /// What stands before and after the list, for a list under a parent; `@` is the list.
    frame: &'a str,
    /// Where the list is in the answer.
    pointer: &'a str,
    list: &'a str,
    arguments: &'a str,
}

impl Walk<'_> {
    async fn page(&self, house: &House, token: &str, page: &str) -> Answer {
        let list = format!(
            "{}({page} {}) {{ totalCount edges {{ cursor node {{ id }} }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }}",
            self.list, self.arguments
        );
        let answer = house.ask(token, &self.frame.replace('@', &list)).await;
        assert!(answer.at("/errors").is_null(), "{page} {}: {}", self.arguments, answer.text);
        answer
    }

    /// The ids of all rows, page by page, and the total that every page told.
    async fn all(&self, house: &House, token: &str, size: usize, backward: bool) -> (Vec<String>, usize) {
        let (mut ids, mut cursor, mut total) = (Vec::new(), String::new(), None);
        for _ in 0..500 {
            let page = if backward { format!("last: {size} {cursor}") } else { format!("first: {size} {cursor}") };
            let answer = self.page(house, token, &page).await;
            let list = answer.at(self.pointer);
            let mut rows: Vec<String> =
                list["edges"].as_array().unwrap().iter().map(|edge| edge["node"]["id"].as_str().unwrap().to_owned()).collect();
            let now = list["totalCount"].as_u64().unwrap();
            assert_eq!(*total.get_or_insert(now), now);
            assert!(rows.len() <= size);
            let more = if backward { &list["pageInfo"]["hasPreviousPage"] } else { &list["pageInfo"]["hasNextPage"] } == &json!(true);
            let (argument, edge) = if backward { ("before", "startCursor") } else { ("after", "endCursor") };
            let next = list["pageInfo"][edge].as_str().map(|edge| format!("{argument}: \"{edge}\"")).unwrap_or_default();
            if backward {
                rows.append(&mut ids);
                ids = rows;
            } else {
                ids.append(&mut rows);
            }
            if !more {
                return (ids, usize::try_from(total.unwrap()).unwrap());
            }
            assert!(!next.is_empty() && next != cursor, "a page that has more moves on");
            cursor = next;
        }
        panic!("a walk that never ends: {}", self.arguments);
    }

    async fn check(&self, house: &House, token: &str) -> Vec<String> {
        let (whole, total) = self.all(house, token, 100, false).await;
        assert_eq!(whole.len(), total, "{} {}", self.list, self.arguments);
        assert_eq!(whole.iter().collect::<BTreeSet<_>>().len(), total, "{} {}", self.list, self.arguments);
        for size in [1, 3, 7] {
            if size == 1 && total > 30 {
                continue;
            }
            for backward in [false, true] {
                let (rows, count) = self.all(house, token, size, backward).await;
                assert_eq!((&rows, count), (&whole, total), "{} {} by {size}, backward: {backward}", self.list, self.arguments);
            }
        }
        whole
    }
}

fn root<'a>(list: &'a str, pointer: &'a str, arguments: &'a str) -> Walk<'a> {
    Walk { frame: "{ @ }", pointer, list, arguments }
}

#[tokio::test]
async fn every_row_comes_exactly_once() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let settings = tandem_gateway::config::Settings { rate_limit: 0, ..ground.settings() };
        let house = ground.serve_with(settings).await.unwrap();
        let marisol = person("marisol@quillfen");
        for arguments in [
            "",
            "orderBy: [{ field: ID, direction: DESC }]",
            // Every study has the same moment and several the same state; some hold nothing.
            "orderBy: [{ field: CREATED_AT }]",
            "orderBy: [{ field: LIFECYCLE_STATE, direction: DESC }, { field: THERAPEUTIC_AREA }]",
            "orderBy: [{ field: ACTUAL_ENROLLMENT }]",
            "orderBy: [{ field: ACTUAL_ENROLLMENT, direction: DESC }]",
            "orderBy: [{ field: WHY_STOPPED, direction: DESC }, { field: HAS_DMC, direction: DESC }, { field: START_DATE }]",
            "orderBy: [{ field: ACRONYM }]",
            "filter: { lifecycleState: { in: [ENROLLING, PLANNING, ON_HOLD] } } orderBy: [{ field: BRIEF_TITLE }]",
        ] {
            root("studies", "/data/studies", arguments).check(&house, &marisol).await;
        }
        for arguments in [
            "orderBy: [{ field: CLOSED_ON }, { field: SELECTED_ON, direction: DESC }]",
            "orderBy: [{ field: ENROLLED, direction: DESC }] filter: { enrolled: { gte: 6, lte: 20 } }",
            "orderBy: [{ field: COUNTRY_CODE }, { field: STATE }, { field: NUMBER }]",
        ] {
            let rows = root("studySites", "/data/studySites", arguments).check(&house, &marisol).await;
            assert!(rows.len() > 10, "{arguments}");
        }
        let nested = Walk {
            frame: "{ study(protocolNumber: \"QF-101\") { @ } }",
            pointer: "/data/study/sites",
            list: "sites",
            arguments: "orderBy: [{ field: ACTIVATED_ON, direction: DESC }]",
        };
        assert!(nested.check(&house, &marisol).await.len() > 5);
        let filtered = Walk { arguments: "filter: { countryCode: { not: [\"US\"] } }", ..nested };
        filtered.check(&house, &marisol).await;
        house.stop().await;
    }
}

#[tokio::test]
async fn rows_that_hold_nothing_come_last_either_way() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        for direction in ["ASC", "DESC"] {
            let query = format!(
                "{{ studies(orderBy: [{{ field: ACTUAL_ENROLLMENT, direction: {direction} }}]) {{ nodes {{ actualEnrollment }} }} }}"
            );
            let answer = house.ask(&person("leopold@brackenmoor"), &query).await;
            let values: Vec<bool> =
                answer.at("/data/studies/nodes").as_array().unwrap().iter().map(|node| node["actualEnrollment"].is_null()).collect();
            assert_eq!(values, [false, true, true, true], "{direction}: {}", answer.text);
        }
        house.stop().await;
    }
}

async fn refused(house: &House, token: &str, query: &str) {
    let answer = house.ask(token, query).await;
    assert_eq!(answer.at("/errors/0/extensions/code"), "BAD_USER_INPUT", "{query}: {}", answer.text);
}

#[tokio::test]
async fn a_cursor_fits_one_list_one_order_one_filter_one_reader() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let marisol = person("marisol@quillfen");
        let page = house.ask(&marisol, "{ studies(first: 2, orderBy: [{ field: BRIEF_TITLE }]) { pageInfo { endCursor } } }").await;
        let cursor = page.at("/data/studies/pageInfo/endCursor").as_str().unwrap().to_owned();
        let good = format!("{{ studies(first: 2, after: \"{cursor}\", orderBy: [{{ field: BRIEF_TITLE }}]) {{ nodes {{ id }} }} }}");
        assert_eq!(house.ask(&marisol, &good).await.at("/data/studies/nodes").as_array().unwrap().len(), 2);
        // The same page size need not be kept.
        assert!(house.ask(&marisol, &good.replace("first: 2", "first: 3")).await.at("/errors").is_null());
        for wrong in [
            good.replace("BRIEF_TITLE", "OFFICIAL_TITLE"),
            good.replace("BRIEF_TITLE }", "BRIEF_TITLE, direction: DESC }"),
            good.replace("orderBy:", "filter: { hasDmc: { eq: true } }, orderBy:"),
            good.replace(&cursor, "nonsense"),
            good.replace(&cursor, ""),
            good.replace(&cursor, &cursor[1..]),
            format!("{{ studySites(first: 2, after: \"{cursor}\") {{ nodes {{ id }} }} }}"),
            format!("{{ study(protocolNumber: \"QF-101\") {{ sites(first: 2, after: \"{cursor}\") {{ nodes {{ id }} }} }} }}"),
        ] {
            refused(&house, &marisol, &wrong).await;
        }
        for other in ["idris@quillfen", "ravi@veltrona", "leopold@brackenmoor"] {
            refused(&house, &person(other), &good).await;
        }
        // Another instance of the same database takes it.
        let second = ground.serve().await;
        assert!(second.ask(&marisol, &good).await.at("/errors").is_null());
        second.stop().await;
        house.stop().await;
    }
}

#[tokio::test]
async fn a_page_has_from_one_to_a_hundred_rows() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let marisol = person("marisol@quillfen");
        for size in ["first: 0", "first: -1", "first: 101", "last: 0", "last: 101", "first: 2, last: 2", "first: 1000000000"] {
            let answer = house.ask(&marisol, &format!("{{ studies({size}) {{ nodes {{ id }} }} }}")).await;
            let code = answer.at("/errors/0/extensions/code");
            assert!(code == "BAD_USER_INPUT" || code == "COST_LIMIT_EXCEEDED", "{size}: {}", answer.text);
        }
        for size in ["first: 1", "first: 100", "last: 1", "last: 100"] {
            assert!(house.ask(&marisol, &format!("{{ studies({size}) {{ nodes {{ id }} }} }}")).await.at("/errors").is_null(), "{size}");
        }
        let whole = house.ask(&marisol, "{ studySites { nodes { id } } }").await;
        assert_eq!(whole.at("/data/studySites/nodes").as_array().unwrap().len(), 20, "twenty where nothing is said");
        house.stop().await;
    }
}

async fn protocols(house: &House, token: &str, filter: &str) -> Vec<String> {
    let query = format!(
        "{{ studies(first: 100, filter: {{ {filter} }}, orderBy: [{{ field: PROTOCOL_NUMBER }}]) {{ totalCount nodes {{ protocolNumber }} }} }}"
    );
    let answer = house.ask(token, &query).await;
    let nodes = answer.at("/data/studies/nodes").as_array().unwrap_or_else(|| panic!("{filter}: {}", answer.text));
    assert_eq!(answer.at("/data/studies/totalCount"), nodes.len(), "{filter}");
    nodes.iter().map(|node| node["protocolNumber"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn filters_mean_what_they_say() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let marisol = person("marisol@quillfen");
        let all = protocols(&house, &marisol, "").await;
        assert_eq!(all.len(), 8);
        let cases: [(&str, &[&str]); 20] = [
            ("protocolNumber: { eq: \"QF-101\" }", &["QF-101"]),
            ("protocolNumber: { eq: \"qf-101\" }", &[]),
            ("protocolNumber: { in: [\"QF-101\", \"QF-302\", \"BM-11\"] }", &["QF-101", "QF-302"]),
            ("protocolNumber: { in: [] }", &[]),
            ("protocolNumber: { gte: \"QF-303\", lte: \"QF-401\" }", &["QF-303", "QF-401"]),
            ("protocolNumber: { contains: \"f-30\" }", &["QF-302", "QF-303"]),
            ("protocolNumber: { contains: \"%\" }", &[]),
            ("protocolNumber: { contains: \"QF_\" }", &[]),
            ("actualEnrollment: { eq: 403 }", &["QF-302"]),
            ("plannedEnrollment: { gte: 410 }", &["QF-101", "QF-302", "QF-402"]),
            ("phases: { has: PHASE2 }, hasDmc: { eq: false }", &["QF-204", "QF-205", "QF-401"]),
            ("conditions: { has: \"Migraine\" }", &["QF-401", "QF-402"]),
            ("conditions: { has: \"migraine\" }", &[]),
            ("lifecycleState: { in: [ON_HOLD, PLANNING] }", &["QF-205", "QF-303"]),
            ("or: [{ protocolNumber: { eq: \"QF-101\" } }, { lifecycleState: { eq: ON_HOLD } }]", &["QF-101", "QF-205"]),
            ("or: []", &[]),
            ("and: [{ plannedEnrollment: { gte: 400 } }, { not: { hasDmc: { eq: true } } }]", &["QF-402"]),
            ("internal: { riskScore: { gte: 8.5 } }", &["QF-205", "QF-401"]),
            ("registry: { status: { eq: RECRUITING } }", &["QF-101", "QF-402"]),
            ("sponsorId: { eq: \"org_nonsense\" }", &[]),
        ];
        for (filter, expected) in cases {
            assert_eq!(protocols(&house, &marisol, filter).await, expected, "{kind:?}: {filter}");
        }
        // What holds nothing is not equal to anything: `not` keeps it, and the opposite of a filter is its complement.
        assert_eq!(protocols(&house, &marisol, "actualEnrollment: { not: [403] }").await.len(), 7);
        assert_eq!(protocols(&house, &marisol, "actualEnrollment: { eq: null }").await.len(), 7);
        for filter in [
            "actualEnrollment: { eq: 403 }",
            "actualEnrollment: { gte: 0 }",
            "whyStopped: { contains: \"futility\" }",
            "conditions: { has: \"Asthma\" }",
            "internal: { riskScore: { lte: 4.0 } }",
        ] {
            let (some, others) =
                (protocols(&house, &marisol, filter).await, protocols(&house, &marisol, &format!("not: {{ {filter} }}")).await);
            assert!(!some.is_empty(), "{filter}");
            let mut together = [some, others].concat();
            together.sort();
            assert_eq!(together, all, "{kind:?}: {filter}");
        }
        house.stop().await;
    }
}

/// Who does not see a part learns nothing of it by asking for rows by it, or by its opposite.
#[tokio::test]
async fn a_filter_on_a_part_out_of_sight_finds_nothing() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        for name in ["ravi@veltrona", "henrik@osprelle"] {
            let token = person(name);
            let all = protocols(&house, &token, "").await;
            assert!(all.len() > 2);
            for filter in [
                "internal: { riskScore: { gte: 0 } }",
                "internal: { riskScore: { lte: 10 } }",
                "internal: { strategicPriority: { eq: \"FLAGSHIP\" } }",
            ] {
                assert_eq!(protocols(&house, &token, filter).await, [""; 0], "{name}: {filter}");
                assert_eq!(protocols(&house, &token, &format!("not: {{ {filter} }}")).await, all, "{name}: not {filter}");
                assert_eq!(protocols(&house, &token, &format!("not: {{ not: {{ {filter} }} }}")).await, [""; 0], "{name}: {filter}");
            }
        }
        house.stop().await;
    }
}

/// Names that two databases like to sort and fold differently.
const NAMES: [&str; 14] =
    ["Zebra", "apple", "Apple", "Äpfel", "äpfel", "ÉCOLE", "école", "straße", "STRASSE", "100%", "100_", "back\\slash", "日本", "😀 smile"];

#[tokio::test]
async fn both_databases_order_and_fold_alike() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let marisol = person("marisol@quillfen");
        for name in NAMES {
            let create = "mutation($name: String!) { siteCreate(input: { name: $name, countryCode: \"CA\", city: \"Trap\" }) { site { name } userErrors { code message } } }";
            let made = house.ask_with(&marisol, create, json!({ "name": name }), &[]).await;
            assert_eq!(made.at("/data/siteCreate/site/name"), name, "{}", made.text);
        }
        let names = async |filter: Json, direction: &str| {
            let query = format!(
                "query($f: SiteFilter) {{ sites(first: 100, filter: $f, orderBy: [{{ field: NAME, direction: {direction} }}]) {{ nodes {{ name }} }} }}"
            );
            let filter = json!({ "and": [{ "city": { "eq": "Trap" } }, filter] });
            let answer = house.ask_with(&marisol, &query, json!({ "f": filter }), &[]).await;
            let nodes = answer.at("/data/sites/nodes").as_array().unwrap_or_else(|| panic!("{}", answer.text)).clone();
            nodes.iter().map(|node| node["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let mut sorted = NAMES.map(str::to_owned).to_vec();
        sorted.sort();
        assert_eq!(names(json!({}), "ASC").await, sorted, "{kind:?}: the order of bytes");
        sorted.reverse();
        assert_eq!(names(json!({}), "DESC").await, sorted);
        for (text, expected) in [
            ("APPLE", vec!["Apple", "apple"]),
            ("äpfel", vec!["äpfel"]),
            ("É", vec!["ÉCOLE"]),
            ("cole", vec!["ÉCOLE", "école"]),
            ("ss", vec!["STRASSE"]),
            ("0%", vec!["100%"]),
            ("0_", vec!["100_"]),
            ("\\", vec!["back\\slash"]),
            ("本", vec!["日本"]),
            ("😀", vec!["😀 smile"]),
        ] {
            assert_eq!(names(json!({ "name": { "contains": text } }), "ASC").await, expected, "{kind:?}: {text}");
        }
        assert_eq!(names(json!({ "name": { "gte": "a", "lte": "z" } }), "ASC").await, ["apple", "back\\slash", "straße"]);
        // A NUL is refused wherever a text goes in.
        let nul = "query($f: SiteFilter) { sites(filter: $f) { nodes { id } } }";
        for comparator in ["eq", "contains", "gte"] {
            let answer = house.ask_with(&marisol, nul, json!({ "f": { "name": { comparator: "a\u{0}b" } } }), &[]).await;
            assert_eq!(answer.at("/errors/0/extensions/code"), "BAD_USER_INPUT", "{}", answer.text);
        }
        let create =
            "mutation($name: String!) { siteCreate(input: { name: $name, countryCode: \"CA\" }) { site { name } userErrors { code } } }";
        let made = house.ask_with(&marisol, create, json!({ "name": "a\u{0}b" }), &[]).await;
        assert_eq!(made.at("/data/siteCreate/userErrors/0/code"), "BAD_USER_INPUT", "{}", made.text);
        let found =
            house.ask_with(&marisol, "query($p: String) { study(protocolNumber: $p) { id } }", json!({ "p": "a\u{0}b" }), &[]).await;
        assert_eq!(found.at("/data/study"), &Json::Null, "{}", found.text);
        house.stop().await;
    }
}

#[tokio::test]
async fn moments_are_kept_to_the_microsecond() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let admin = person("kofi@veltrona");
        let people = house.ask(&admin, "{ people(filter: { displayName: { contains: \"Wanda\" } }) { nodes { id } } }").await;
        let id = people.at("/data/people/nodes/0/id").clone();
        let moments = ["2031-05-05T05:05:05.000001Z", "2031-05-05T05:05:05.000002Z", "2031-05-05T05:05:05.5Z", "2031-05-05T05:05:05Z"];
        for moment in moments {
            let grant = "mutation($id: ID!, $to: DateTime!) { membershipGrant(input: { personId: $id, role: V_QA, scope: ALL_ORG, validTo: $to, \
                         reason: \"again\" }) { membership { id validTo } userErrors { code message } } }";
            let granted = house.ask_with(&admin, grant, json!({ "id": id, "to": moment }), &[]).await;
            assert_eq!(granted.at("/data/membershipGrant/userErrors"), &json!([]), "{}", granted.text);
        }
        let query = "query($from: DateTime!, $to: DateTime!) { memberships(first: 100, filter: { validTo: { gte: $from, lte: $to } }, orderBy: [{ \
                     field: VALID_TO }]) { nodes { validTo } } }";
        let found = async |from: &str, to: &str| {
            let answer = house.ask_with(&admin, query, json!({ "from": from, "to": to }), &[]).await;
            let nodes = answer.at("/data/memberships/nodes").as_array().unwrap_or_else(|| panic!("{}", answer.text)).clone();
            nodes
                .iter()
                .map(|node| chrono::DateTime::parse_from_rfc3339(node["validTo"].as_str().unwrap()).unwrap().timestamp_subsec_micros())
                .collect::<Vec<_>>()
        };
        let (from, to) = ("2031-05-05T05:05:05Z", "2031-05-05T05:05:06Z");
        assert_eq!(found(from, to).await, [0, 1, 2, 500_000], "{kind:?}");
        assert_eq!(found("2031-05-05T05:05:05.000002Z", to).await, [2, 500_000], "{kind:?}");
        assert_eq!(found(from, "2031-05-05T07:05:05.000001+02:00").await, [0, 1], "another offset is the same moment");
        house.stop().await;
    }
}
