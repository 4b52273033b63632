//! Whose turn it is, who would come to see a step, and the feed: nothing is in a queue that its looker does not see, nor twice, of what is
//! hidden a step has no impact, as for what never was, and who follows is given what is his.

use std::collections::BTreeSet;
use tandem_tests::matrix::is_read;

use serde_json::json;
use tandem_domain::id::encode;
use tandem_domain::record::Kind;

use super::walk::Walk;

impl Walk<'_> {
    pub(super) async fn walk_turns(&mut self) {
        let hall = self.hall;
        let queue = hall.shape.flat("WorkItem");
        for side in ["MINE", "THEIRS"] {
            let document = format!("{{ viewer {{ workQueue(side: {side}, first: 100) {{ items {{ {queue} }} totalCount }} }} }}");
            let body = self.ask_well(&document, json!({})).await;
            let found = &body["data"]["viewer"]["workQueue"];
            let items = found["items"].as_array().cloned().unwrap_or_default();
            let shown: BTreeSet<&str> = items.iter().filter_map(|item| item["node"]["id"].as_str()).collect();
            let sees = Kind::ALL.iter().flat_map(|kind| self.ids(*kind)).collect::<BTreeSet<_>>();
            // More than a page may be owed in a big world.
            let counted = found["totalCount"].as_u64().and_then(|count| usize::try_from(count).ok()).unwrap_or_default();
            if shown.len() != items.len() || counted < items.len() || shown.iter().any(|id| !sees.contains(*id)) {
                self.find(&format!("QUEUE {side}"), &body.to_string());
            }
        }
        self.tried.extend(["side", "first"].map(|argument| format!("Viewer.workQueue({argument})")));
        let impact = hall.shape.flat("VisibilityImpact");
        let document = format!("query($node: ID!) {{ visibilityImpact(node: $node, action: \"ISSUE\") {{ {impact} }} }}");
        for kind in Kind::ALL.iter().copied().filter(|kind| kind.def().lifecycle.is_some()) {
            let never = self.never(kind);
            let blank = self.ask(&document, json!({ "node": never })).await.everything().replace(&never, "ID");
            for owned in self.hidden(kind) {
                let id = encode(kind, owned.row.1);
                let answer = self.ask(&document, json!({ "node": id })).await.everything().replace(&id, "ID");
                if answer != blank {
                    self.find(&format!("TELLS impact on {id}"), &format!("{answer}\n{blank}"));
                }
            }
            let seen: Vec<String> = self.ids(kind).into_iter().collect();
            if let Some(id) = seen.get(self.place % seen.len().max(1)) {
                self.ask(&document, json!({ "node": id })).await;
            }
        }
        self.tried.extend(["node", "action"].map(|argument| format!("Query.visibilityImpact({argument})")));
    }

    /// Follows the feed from its beginning to its end: he is given what is his, all of it and each record once, and nothing is told to
    /// be lost that he never had.
    pub(super) async fn walk_feed(&mut self) {
        let event = self.hall.shape.flat("ChangeEvent");
        let document = format!("query($since: String) {{ changes(since: $since, first: 300) {{ cursor hasMore events {{ {event} }} }} }}");
        let (mut since, mut given) = (json!(null), Vec::new());
        for page in 0.. {
            let body = self.ask_well(&document, json!({ "since": since })).await;
            let found = &body["data"]["changes"];
            for event in found["events"].as_array().cloned().unwrap_or_default() {
                match event["operation"].as_str() {
                    Some("UPSERT") if event["node"]["id"] == event["id"] => given.push(event["id"].as_str().unwrap_or_default().to_owned()),
                    Some("RESYNC") if page == 0 && given.is_empty() => {}
                    _ => self.find("FEED event", &event.to_string()),
                }
            }
            since = found["cursor"].clone();
            if found["hasMore"] != true || page > 1_000 {
                break;
            }
        }
        let once: BTreeSet<String> = given.iter().cloned().collect();
        let followed = Kind::ALL.iter().filter(|kind| kind.def().part_of.is_none() && is_read(**kind) && **kind != Kind::AccessEvent);
        let sees: BTreeSet<String> = followed.flat_map(|kind| self.ids(*kind)).collect();
        if once.len() != given.len() || once != sees {
            let first = |one: &BTreeSet<String>, other: &BTreeSet<String>| one.difference(other).take(3).cloned().collect::<Vec<_>>();
            self.find("FEED", &format!("{} given, {:?} too many, {:?} lacking", given.len(), first(&once, &sees), first(&sees, &once)));
        }
        self.tried.extend(["since", "kinds", "first"].map(|argument| format!("Query.changes({argument})")));
        self.walk_manifest(sees.len()).await;
    }

    /// What an export would have is what he sees; of a study that is hidden it tells what it tells of one that never was.
    async fn walk_manifest(&mut self, sees: usize) {
        let document =
            "query($kinds: [RecordKind!], $study: ID) { exportManifest(kinds: $kinds, studyId: $study) { kind recordCount sha256 } }";
        let body = self.ask_well(document, json!({})).await;
        let entries = body["data"]["exportManifest"].as_array().cloned().unwrap_or_default();
        let counted: u64 = entries.iter().filter_map(|entry| entry["recordCount"].as_u64()).sum();
        if usize::try_from(counted).ok() != Some(sees) {
            self.find("MANIFEST", &format!("{counted} where {sees} are his: {body}"));
        }
        let blank = self.ask(document, json!({ "kinds": ["DELIVERABLE"], "study": self.never(Kind::Study) })).await.everything();
        for owned in self.hidden(Kind::Study) {
            let id = encode(Kind::Study, owned.row.1);
            let answer = self.ask(document, json!({ "kinds": ["DELIVERABLE"], "study": id })).await.everything();
            if answer != blank {
                self.find(&format!("TELLS manifest of {id}"), &format!("{answer}\n{blank}"));
            }
        }
        self.tried.extend(["kinds", "studyId"].map(|argument| format!("Query.exportManifest({argument})")));
        self.walk_enrollment().await;
        self.walk_references().await;
    }

    /// Totals are the sums of what he sees; of a study that is hidden they tell what they tell of one that never was.
    async fn walk_enrollment(&mut self) {
        let document = "query($study: ID!, $day: Date) { enrollmentTotals(studyId: $study, asOf: $day) { all { sites screened } byCountry { \
                        counts { sites screened } } } }";
        let at = |study: &str| json!({ "study": study, "day": "2099-01-01" });
        let blank = self.ask(document, at(&self.never(Kind::Study))).await.everything();
        for owned in self.hidden(Kind::Study) {
            let answer = self.ask(document, at(&encode(Kind::Study, owned.row.1))).await.everything();
            if answer != blank {
                self.find(&format!("TELLS enrolment of {:?}", owned.row), &format!("{answer}\n{blank}"));
            }
        }
        for study in self.sees[&Kind::Study].clone() {
            let his = self
                .hall
                .owned(Kind::EnrollmentSnapshot)
                .iter()
                .filter(|owned| self.sees[&Kind::EnrollmentSnapshot].contains(&owned.row.1));
            let sites: BTreeSet<_> = his.filter(|owned| owned.study == Some(study)).map(|owned| owned.study_site).collect();
            let body = self.ask_well(document, at(&encode(Kind::Study, study))).await;
            let totals = &body["data"]["enrollmentTotals"];
            let by_country: u64 =
                totals["byCountry"].as_array().into_iter().flatten().filter_map(|one| one["counts"]["screened"].as_u64()).sum();
            if totals["all"]["sites"] != sites.len() || totals["all"]["screened"] != by_country {
                self.find("ENROLMENT", &format!("{} sites are his: {body}", sites.len()));
            }
        }
        self.tried.extend(["studyId", "asOf"].map(|argument| format!("Query.enrollmentTotals({argument})")));
    }

    /// No system calls anything by an id, or by what is hidden. What they do call is asked for as everybody in `references`.
    async fn walk_references(&mut self) {
        let document = "query($ids: [String!]!) { byExternalRef(system: \"CTMS\", ids: $ids) { externalId node { id } } }";
        let ids: Vec<String> = self.hidden(Kind::Study).into_iter().map(|owned| encode(Kind::Study, owned.row.1)).take(100).collect();
        let body = self.ask_well(document, json!({ "ids": ids })).await;
        if body["data"]["byExternalRef"] != json!([]) {
            self.find("NAMES", &body.to_string());
        }
        self.tried.extend(["system", "ids"].map(|argument| format!("Query.byExternalRef({argument})")));
    }
}
