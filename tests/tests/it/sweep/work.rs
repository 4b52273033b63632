//! Whose turn it is, and who would come to see a step: asked of everything, by everybody, with the answers for what is hidden held
//! against those for what never was. And what a vendor is told of a draft that it comes to see.

use std::collections::BTreeSet;

use serde_json::json;
use tandem_domain::record::Kind;
use tandem_tests::house::{BOTH, Ground};
use tandem_tests::matrix::is_read;

use super::{Walker, Ward};

impl Walker<'_> {
    /// The work queues of both sides, and the impact of a step on every record with steps.
    pub(super) async fn walk_turns(&mut self) {
        let shape = &self.ward.shape;
        let queue = format!("items {{ {} }} totalCount", shape.flat("WorkItem"));
        for side in ["MINE", "THEIRS"] {
            let document = format!("{{ viewer {{ workQueue(side: {side}, first: 100) {{ {queue} }} }} }}");
            let body = self.ask_well(&document, json!({})).await;
            let found = &body["data"]["viewer"]["workQueue"];
            let items = found["items"].as_array().cloned().unwrap_or_default();
            let shown: BTreeSet<String> = items.iter().map(|item| item["node"]["id"].as_str().unwrap_or_default().to_owned()).collect();
            if found["totalCount"] != json!(items.len()) || shown.len() != items.len() || shown.contains("") {
                self.find(format!("QUEUE {} {side}", self.persona.name), &body.to_string());
            }
        }
        let document =
            format!("query($node: ID!) {{ visibilityImpact(node: $node, action: \"ISSUE\") {{ {} }} }}", shape.flat("VisibilityImpact"));
        for kind in Kind::ALL.iter().filter(|kind| kind.def().lifecycle.is_some()) {
            let never = self.never(*kind);
            let blank = self.ask(&document, json!({ "node": never })).await.everything().replace(&never, "ID");
            let (_, may) = self.expected(*kind);
            for planted in self.ward.planted.iter().filter(|planted| planted.entity.kind() == *kind) {
                let id = planted.shown_id();
                let answer = self.ask(&document, json!({ "node": id })).await;
                if !may.contains(&id) && answer.everything().replace(&id, "ID") != blank {
                    self.find(format!("TELLS {} impact on {}", self.persona.name, planted.key()), &answer.everything());
                }
            }
        }
    }
}

impl Walker<'_> {
    /// The feed from its beginning to its end, with everything that its nodes are.
    pub(super) async fn walk_feed(&mut self) {
        let event = self.ward.shape.flat("ChangeEvent");
        let document = format!("query($since: String) {{ changes(since: $since, first: 300) {{ cursor hasMore events {{ {event} }} }} }}");
        let (mut since, mut given) = (json!(null), BTreeSet::new());
        loop {
            let body = self.ask_well(&document, json!({ "since": since })).await;
            let found = &body["data"]["changes"];
            let events = found["events"].as_array().cloned().unwrap_or_default();
            given.extend(events.iter().filter_map(|event| event["node"]["id"].as_str().map(str::to_owned)));
            since = found["cursor"].clone();
            if found["hasMore"] != true {
                break;
            }
        }
        let followed = Kind::ALL.iter().filter(|kind| kind.def().part_of.is_none() && is_read(**kind) && **kind != Kind::AccessEvent);
        let (mut must, mut may) = (BTreeSet::new(), BTreeSet::new());
        for kind in followed {
            let expected = self.expected(*kind);
            must.extend(expected.0);
            may.extend(expected.1);
        }
        let some = |one: &BTreeSet<String>, other: &BTreeSet<String>| one.difference(other).take(3).cloned().collect::<Vec<_>>();
        let (beyond, lacking) = (some(&given, &may), some(&must, &given));
        if !beyond.is_empty() || !lacking.is_empty() {
            self.find(format!("FEED {}", self.persona.name), &format!("{beyond:?} too many, {lacking:?} lacking"));
        }
    }
}

/// Steps of one side count nothing that only the other side has: an engagement is closed over drafts of the vendor, and nobody learns of
/// them by what blocks the step.
#[tokio::test]
async fn what_blocks_a_step_tells_nothing_of_hidden_rows() {
    for backend in BOTH {
        let ground = Ground::new(backend).await;
        let (ward, house) = Ward::on(&ground).await;
        let steps = |name: &str, id: &str| {
            format!(
                "{{ {name}(id: \"{id}\") {{ version updatedAt allowedTransitions {{ action to enabled blockers {{ code message }} }} }} }}"
            )
        };
        // What each is told of steps, before and after the other side or a rival writes another draft, own word or document.
        let watched = [
            ("A.vm", "engagement", "engagement:A1V"),
            ("A.sm", "study", "study:A1"),
            ("A.vm", "deliverable", "deliverable:A1V-plan"),
            ("A.qa", "finding", "finding:A1V-f"),
            ("A.qa", "capa", "capa:A1V-f"),
            ("V.pm", "finding", "finding:A1V-f"),
            ("V.pm", "capa", "capa:A1V-f"),
            ("V.pm", "issue", "issue:A1V-i"),
            ("V.pm", "deliverable", "deliverable:A1V-plan"),
        ];
        let written = [
            (
                "V.qa",
                "A",
                format!(
                    "findingCreate(input: {{ studyId: \"{}\", engagementId: \"{}\", source: SELF_REPORTED, title: \"Ours\", description: \"Seen\", category: MONITORING, severity: CRITICAL }}) {{ finding {{ id }} userErrors {{ code message }} }}",
                    ward.id("study:A1"),
                    ward.id("engagement:A1V")
                ),
            ),
            (
                "V.pm",
                "A",
                format!(
                    "commentCreate(input: {{ deliverableId: \"{}\", visibility: VENDOR_INTERNAL, body: \"Ours\" }}) {{ comment {{ id }} userErrors {{ code message }} }}",
                    ward.id("deliverable:A1V-plan")
                ),
            ),
            (
                "A.qa",
                "V",
                format!(
                    "findingCreate(input: {{ studyId: \"{}\", engagementId: \"{}\", source: SPONSOR_AUDIT, title: \"Theirs\", description: \"Seen\", category: MONITORING, severity: CRITICAL, recurrenceOfId: \"{}\" }}) {{ finding {{ id }} userErrors {{ code message }} }}",
                    ward.id("study:A1"),
                    ward.id("engagement:A1V"),
                    ward.id("finding:A1V-f")
                ),
            ),
            (
                "A.qa",
                "V",
                format!(
                    "commentCreate(input: {{ findingId: \"{}\", visibility: SPONSOR_INTERNAL, body: \"Theirs\" }}) {{ comment {{ id }} userErrors {{ code message }} }}",
                    ward.id("finding:A1V-f")
                ),
            ),
            (
                "A.vm",
                "V",
                format!(
                    "issuePromote(input: {{ id: \"{}\", source: OVERSIGHT_REVIEW, category: MONITORING, severity: MINOR }}) {{ finding {{ id }} userErrors {{ code message }} }}",
                    ward.id("issue:A1V-i")
                ),
            ),
        ];
        for (who, blind, mutation) in written {
            let mut before = Vec::new();
            let watchers: Vec<_> = watched.iter().filter(|(watcher, ..)| watcher.starts_with(blind)).collect();
            for (watcher, finder, key) in &watchers {
                before.push(ward.asker(watcher).ask(&steps(finder, &ward.id(key)), json!({})).await.everything());
            }
            let answer = ward.asker(who).ask(&format!("mutation {{ {mutation} }}"), json!({})).await;
            let payload = answer.json()["data"].as_object().and_then(|data| data.values().next().cloned()).unwrap_or_default();
            assert_eq!(payload["userErrors"], json!([]), "{who} {mutation}: {}", answer.text);
            for ((watcher, finder, key), before) in watchers.iter().zip(before) {
                let after = ward.asker(watcher).ask(&steps(finder, &ward.id(key)), json!({})).await;
                assert!(after.json()["errors"].is_null(), "{}", after.text);
                assert_eq!(after.everything(), before, "{backend:?}: {watcher} notices at {key} what {who} wrote");
            }
        }
        house.stop().await;
    }
}
