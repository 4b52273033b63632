//! A copy that somebody keeps by the feed, in the test's own process; and what he would find if he read everything anew.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use tandem_tests::house::{House, person};

/// What somebody holds: ids, each with the version that he has.
pub(super) type Held = BTreeMap<String, i64>;

/// Kinds of the feed, with their types and lists.
const KINDS: [(&str, &str, &str); 10] = [
    ("STUDY", "Study", "studies"),
    ("STUDY_COUNTRY", "StudyCountry", "studyCountries"),
    ("STUDY_SITE", "StudySite", "studySites"),
    ("SITE", "Site", "sites"),
    ("ENGAGEMENT", "Engagement", "engagements"),
    ("MILESTONE", "Milestone", "milestones"),
    ("DELIVERABLE", "Deliverable", "deliverables"),
    ("FINDING", "Finding", "findings"),
    ("ORGANIZATION", "Organization", "organizations"),
    ("PERSON", "Person", "people"),
];

/// All of those.
pub(super) fn all() -> Vec<&'static str> {
    KINDS.iter().map(|(kind, ..)| *kind).collect()
}

pub(super) struct Copy {
    pub(super) name: String,
    pub(super) token: String,
    pub(super) kinds: Vec<&'static str>,
    pub(super) first: usize,
    pub(super) cursor: Option<String>,
    pub(super) held: Held,
}

impl Copy {
    pub(super) fn of(name: &str, kinds: &[&'static str], first: usize) -> Self {
        Self { name: name.to_owned(), token: person(name), kinds: kinds.to_vec(), first, cursor: None, held: Held::new() }
    }

    /// One page: what was to be done, in words; and done.
    pub(super) async fn page(&mut self, house: &House) -> Vec<String> {
        self.more(house).await.0
    }

    /// Page by page until there is no more.
    pub(super) async fn follow(&mut self, house: &House) -> Vec<String> {
        let mut all = Vec::new();
        for _ in 0..1_000 {
            let (events, more) = self.more(house).await;
            all.extend(events);
            if !more {
                return all;
            }
        }
        panic!("{}: it never ends", self.name)
    }

    /// One page, and whether there is more.
    pub(super) async fn more(&mut self, house: &House) -> (Vec<String>, bool) {
        let nodes: String = KINDS.iter().map(|(_, ty, _)| format!(" ... on {ty} {{ version }}")).collect();
        let query = format!(
            "query($since: String, $kinds: [RecordKind!], $first: Int) {{ changes(since: $since, kinds: $kinds, first: $first) {{ cursor \
             hasMore events {{ operation kind id node {{ id{nodes} }} }} }} }}"
        );
        let variables = json!({ "since": self.cursor, "kinds": self.kinds, "first": self.first });
        let answer = house.ask_with(&self.token, &query, variables, &[]).await;
        let page = answer.at("/data/changes");
        assert_eq!(answer.at("/errors"), &Json::Null, "{}: {}", self.name, answer.text);
        let events = page["events"].as_array().unwrap();
        assert!(events.len() <= self.first, "{} events where {} were asked for", events.len(), self.first);
        let told = events.iter().map(|event| self.apply(event)).collect();
        self.cursor = Some(page["cursor"].as_str().unwrap().to_owned());
        (told, page["hasMore"] == true)
    }

    fn apply(&mut self, event: &Json) -> String {
        let id = event["id"].as_str();
        match (event["operation"].as_str().unwrap(), id) {
            ("RESYNC", None) => {
                assert!(event["kind"].is_null() && event["node"].is_null());
                self.held.clear();
                "RESYNC".to_owned()
            }
            ("UPSERT", Some(id)) => {
                assert_eq!(event["node"]["id"], id, "{event}");
                assert!(self.kinds.contains(&event["kind"].as_str().unwrap()), "{event}");
                self.held.insert(id.to_owned(), event["node"]["version"].as_i64().unwrap());
                format!("UPSERT {id}")
            }
            ("TOMBSTONE", Some(id)) => {
                assert!(event["node"].is_null(), "{event}");
                self.held.remove(id);
                format!("TOMBSTONE {id}")
            }
            _ => panic!("{event}"),
        }
    }
}

/// Everything of these kinds that the bearer of a token sees, by lists.
pub(super) async fn fresh(house: &House, token: &str, kinds: &[&str]) -> Held {
    let mut held = Held::new();
    for (_, _, list) in KINDS.iter().filter(|(kind, ..)| kinds.contains(kind)) {
        let mut after = Json::Null;
        loop {
            let query = format!(
                "query($after: String) {{ {list}(first: 100, after: $after) {{ nodes {{ id version }} pageInfo {{ hasNextPage endCursor }} }} }}"
            );
            let answer = house.ask_with(token, &query, json!({ "after": after }), &[]).await;
            let page = answer.at(&format!("/data/{list}"));
            let nodes = page["nodes"].as_array().unwrap_or_else(|| panic!("{}", answer.text));
            held.extend(nodes.iter().map(|node| (node["id"].as_str().unwrap().to_owned(), node["version"].as_i64().unwrap())));
            if page["pageInfo"]["hasNextPage"] != true {
                break;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
    }
    held
}
