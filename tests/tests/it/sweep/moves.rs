//! One hidden edit between two reads of those who do not see it: nothing that they can ask moves, not a version, time, count, step or byte.
//! For every part that a command writes, and for what rivals do on the same study.

use serde_json::{Value as Json, json};
use tandem_domain::record::Kind;
use tandem_tests::house::{BOTH, Backend, Ground};
use tandem_tests::sweep::sight::PERSONAS;

use super::Ward;

/// Who edits, the mutation, of what, the rest of the input; and who must not notice.
type Move = (&'static str, &'static str, &'static str, &'static str, &'static [&'static str]);

const MOVES: &[Move] = &[
    (
        "A.sm",
        "studyInternalUpdate",
        "study:A2",
        "riskScore: 0.5, expectedVersion: 1",
        &["A.fin", "W.pm", "S.pm", "W.cra", "A-whole", "A-study"],
    ),
    (
        "A.fin",
        "studyBenchmarkUpdate",
        "study:A2",
        r#"budgetMinorUnits: 5, budgetCurrency: "EUR", expectedVersion: 1"#,
        &["A.sm", "A.qa", "W.pm", "S.pm", "A-whole"],
    ),
    ("A.qa", "studyConfirm", "study:A2", r#"action: "TERMINATE", expectedVersion: 1"#, &["W.pm", "S.pm", "W.cra", "A-whole", "A-study"]),
    (
        "A.vm",
        "engagementInternalUpdate",
        "engagement:A1W",
        "healthScore: 0.5, expectedVersion: 1",
        &["A.fin", "W.pm", "W.cra", "V.pm", "A-whole", "W-eng"],
    ),
    (
        "A.qa",
        "engagementConfirm",
        "engagement:A1W",
        r#"action: "TERMINATE", expectedVersion: 1"#,
        &["W.pm", "W.cra", "V.pm", "A-whole", "W-eng"],
    ),
    (
        "A.sm",
        "studySiteInternalUpdate",
        "study_site:A1-de1",
        "riskScore: 0.5, expectedVersion: 1",
        &["A.fin", "V.cra", "V.pm", "S.pm", "V.cra-country", "W.pm", "V-whole", "A-whole"],
    ),
    (
        "A.sm",
        "studySiteContactUpdate",
        "study_site:A1-de1",
        r#"principalInvestigatorName: "Another", expectedVersion: 1"#,
        &["V-whole", "V-eng", "A-whole", "W.pm"],
    ),
    // Not a part: a rival's engagement, site, country and scope of the same study, its people, another sponsor's study.
    (
        "A.vm",
        "engagementUpdate",
        "engagement:A1W",
        "blindedTeam: false, expectedVersion: 1",
        &["V.pm", "V.cra", "S.pm", "V-whole", "V.admin"],
    ),
    ("A.vm", "serviceScopeUpdate", "service_scope:A1W-x", r#"exclusionsNote: "none", expectedVersion: 1"#, &["V.pm", "S.pm", "V-whole"]),
    (
        "A.sm",
        "studySiteUpdate",
        "study_site:A1-us1",
        "screened: 2000000000, expectedVersion: 1",
        &["V.pm", "S.pm", "V-whole", "A.qa-country"],
    ),
    (
        "A.sm",
        "studyCountryUpdate",
        "study_country:A1-US",
        "plannedSites: 7, expectedVersion: 1",
        &["V.pm", "S.pm", "V-whole", "A.qa-country"],
    ),
    ("A.sm", "siteUpdate", "site:A-idle", r#"city: "Moved", expectedVersion: 1"#, &["V.pm", "W.pm", "S.pm", "B.sm", "V-whole"]),
    // Drafts, words among one's own, blinded documents, what is thought of a finding and a programme, a rival's work.
    ("A.vm", "findingUpdate", "finding:A1W-fdraft", r#"title: "Another", expectedVersion: 1"#, &["W.pm", "A.data", "W-eng"]),
    ("A.vm", "findingInternalUpdate", "finding:A1W-f", r#"internalAssessment: "Worse", expectedVersion: 1"#, &["W.pm", "A.fin", "W-eng"]),
    ("V.qa", "findingUpdate", "finding:A1V-vdraft", r#"title: "Another", expectedVersion: 1"#, &["A.qa", "V.pm", "V-whole"]),
    ("A.vm", "commentUpdate", "comment:A1V-f-sponsor", r#"body: "Another", expectedVersion: 1"#, &["V.qa", "A.fin", "V-whole"]),
    ("W.pm", "commentUpdate", "comment:A1W-f-vendor", r#"body: "Another", expectedVersion: 1"#, &["A.vm", "W.cra", "W-eng"]),
    ("V.pm", "documentUpdate", "document:A1V-vdraft", r#"title: "Another", expectedVersion: 1"#, &["A.vm", "W.pm"]),
    ("A.sm", "documentUpdate", "document:A1V-sdraft", r#"title: "Another", expectedVersion: 1"#, &["V.qa", "A.fin"]),
    ("A.vm", "deliverableUpdate", "deliverable:A1W-plan", r#"title: "Another", expectedVersion: 1"#, &["V.pm", "S.pm", "V-whole"]),
    (
        "A.sm",
        "programInternalUpdate",
        "program:AP1",
        r#"developmentStrategySummary: "Another", expectedVersion: 1"#,
        &["A.fin", "A.sm-study", "W.pm"],
    ),
    (
        "B.sm",
        "studyUpdate",
        "study:B1",
        r#"acronym: "Moved", nctId: null, expectedVersion: 1"#,
        &["A.sm", "A.admin", "W.pm", "S.pm", "A-whole"],
    ),
];

/// Every part is edited by some move, or no command writes it.
#[test]
fn every_part_is_edited() {
    let unwritten = [Kind::PersonContact, Kind::StudyRegistry, Kind::StudySiteRegistry];
    for part in Kind::ALL.iter().filter(|part| part.def().part_of.is_some() && !unwritten.contains(part)) {
        let word = part.name().trim_start_matches(part.whole().name()).trim_end_matches("ation");
        let edited = MOVES.iter().any(|(_, mutation, target, ..)| mutation.contains(word) && target.starts_with(part.whole().prefix()));
        assert!(edited, "no move edits a {part:?}");
    }
}

impl Ward {
    /// Everything that somebody can read, once: every list with every field, in the order of change, every history.
    async fn all_of(&self, who: &str) -> Vec<String> {
        let asker = self.asker(who);
        let mut all = Vec::new();
        for (ty, list) in self.roots(true) {
            let history = if self.shape.fields(&ty).iter().any(|field| field.name == "history") {
                format!("whole: history(first: 50) {{ totalCount nodes {{ {} }} edges {{ cursor }} }}", self.shape.flat("HistoryEntry"))
            } else {
                String::new()
            };
            // Events of a log do not change: they have no such order.
            let order = if ty == "AccessEvent" { "LAST_AT" } else { "UPDATED_AT" };
            let document = format!(
                "{{ {list}(first: 60, orderBy: [{{ field: {order}, direction: DESC }}]) {{ totalCount nodes {{ {} {history} }} pageInfo {{ endCursor }} }} }}",
                self.shape.flat(&ty)
            );
            let answer = asker.ask(&document, json!({})).await;
            assert!(answer.json()["errors"].is_null(), "{who} {document}: {}", answer.text);
            all.push(answer.everything());
        }
        all
    }
}

async fn a_hidden_edit_moves_nothing(backend: Backend) {
    let ground = Ground::new(backend).await;
    let (ward, house) = Ward::on(&ground).await;
    // A first sign-in stands in one's history: everybody has signed in before anybody watches.
    for persona in PERSONAS {
        ward.asker(persona.name).ask("{ viewer { side } }", json!({})).await;
    }
    for (who, mutation, target, values, watchers) in MOVES {
        let mut before = Vec::new();
        for watcher in *watchers {
            before.push(ward.all_of(watcher).await);
        }
        let document = format!(
            r#"mutation {{ {mutation}(input: {{ id: "{}", {values}, reason: "a reason of their own" }}) {{ userErrors {{ code message field }} }} }}"#,
            ward.id(target)
        );
        let own = ward.all_of(who).await;
        let answer = ward.asker(who).ask(&document, json!({})).await;
        assert_eq!(answer.json()["data"][mutation]["userErrors"], json!([]), "{who} {document}: {}", answer.text);
        assert_ne!(ward.all_of(who).await, own, "{who} sees what he has done by {mutation}: the watch is awake");
        for (watcher, before) in watchers.iter().zip(before) {
            for (then, now) in before.iter().zip(ward.all_of(watcher).await) {
                let at = then.bytes().zip(now.bytes()).position(|(a, b)| a != b).unwrap_or_else(|| then.len().min(now.len()));
                let around = |text: &str| text.get(at.saturating_sub(300)..(at + 120).min(text.len())).unwrap_or_default().to_owned();
                assert!(*then == now, "{backend:?}: {watcher} notices {mutation} of {target}\n{}\n{}", around(then), around(&now));
            }
        }
    }
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hidden_edit_moves_nothing_on_sqlite() {
    a_hidden_edit_moves_nothing(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hidden_edit_moves_nothing_on_postgres() {
    a_hidden_edit_moves_nothing(Backend::Postgres).await;
}

/// What a vendor may write goes on being written with the version that it read, whatever the sponsor did out of its sight.
#[tokio::test]
async fn a_hidden_edit_makes_no_conflict() {
    for backend in BOTH {
        let ground = Ground::new(backend).await;
        let (ward, house) = Ward::on(&ground).await;
        let id = ward.id("study_site:A1-de1");
        let version = ward.asker("V.cra").ask(&format!("{{ studySite(id: \"{id}\") {{ version }} }}"), json!({})).await;
        let version = version.json()["data"]["studySite"]["version"].clone();
        let hidden = format!(
            "mutation {{ studySiteInternalUpdate(input: {{ id: \"{id}\", riskScore: 0.25, expectedVersion: 1, reason: \"judged\" }}) {{ userErrors {{ code }} }} }}"
        );
        let answer = ward.asker("A.sm").ask(&hidden, json!({})).await;
        assert_eq!(answer.json()["data"]["studySiteInternalUpdate"]["userErrors"], json!([]), "{}", answer.text);
        let own = format!(
            "mutation {{ studySiteUpdate(input: {{ id: \"{id}\", screened: 1700000000, expectedVersion: {version}, reason: \"counted\" }}) {{ studySite {{ version }} userErrors {{ code message }} }} }}"
        );
        let answer = ward.asker("V.cra").ask(&own, json!({})).await;
        let (payload, next) = (&answer.json()["data"]["studySiteUpdate"], version.as_i64().unwrap() + 1);
        assert_eq!(payload["userErrors"], json!([]), "{}", answer.text);
        assert_eq!(payload["studySite"]["version"], Json::from(next), "one version more, for the one edit that he sees");
        house.stop().await;
    }
}
