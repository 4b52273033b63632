//! Questions that people really ask of the work between the sides (domain rules, E): each is one request, in the role that asks it.

use chrono::{Days, Utc};
use serde_json::{Value as Json, json};
use tandem_tests::house::{Answer, BOTH, Ground, House, person};

/// The day so many days from today.
#[expect(clippy::disallowed_methods, reason = "the service lives in the machine's own time")]
fn day(from_now: i64) -> String {
    let today = Utc::now().date_naive();
    let days = Days::new(from_now.unsigned_abs());
    let day = if from_now < 0 { today.checked_sub_days(days) } else { today.checked_add_days(days) };
    day.unwrap().to_string()
}

/// A house with the ids that questions start from: the study QF-101, and the CRO's engagement on it.
struct Asked {
    house: House,
    study: String,
    engagement: String,
    _ground: Ground,
}

impl Asked {
    async fn on(backend: tandem_tests::house::Backend) -> Self {
        let ground = Ground::with_demo(backend).await;
        let house = ground.serve().await;
        let query = "{ study(protocolNumber: \"QF-101\") { id engagements(first: 50, filter: { state: { eq: ACTIVE } }) { nodes { id vendor { name } } } } }";
        let found = house.ask(&person("idris@quillfen"), query).await;
        let engagements = found.at("/data/study/engagements/nodes").as_array().unwrap().clone();
        let own = engagements.iter().find(|one| one["vendor"]["name"].as_str().unwrap().starts_with("Veltrona")).unwrap();
        let (study, engagement) = (found.at("/data/study/id").as_str().unwrap().to_owned(), own["id"].as_str().unwrap().to_owned());
        Self { house, study, engagement, _ground: ground }
    }

    /// A mutation that has to go through; its payload.
    async fn done(&self, who: &str, mutation: &str, input: Json) -> Json {
        let answer = self.asked(who, mutation, input).await;
        let payload = answer.at("/data").as_object().and_then(|data| data.values().next()).cloned().unwrap_or_default();
        assert_eq!(payload["userErrors"], json!([]), "{}", answer.text);
        payload
    }

    async fn asked(&self, who: &str, mutation: &str, input: Json) -> Answer {
        let (name, fields) = mutation.split_once(' ').unwrap();
        let ty = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
        let document = format!("mutation($input: {ty}!) {{ {name}(input: $input) {{ {fields} userErrors {{ code message field }} }} }}");
        self.house.ask_with(&person(who), &document, json!({ "input": input }), &[]).await
    }

    /// A deliverable that is owed by a side by a day.
    async fn deliverable(&self, title: &str, owed_by: &str, due: &str) -> (String, i64) {
        let input = json!({ "engagementId": self.engagement, "deliverableType": "MONITORING_PLAN", "title": title, "owedBy": owed_by,
                            "dueDate": due, "acceptanceCriteria": ["Names the visits", "Names who reads them"] });
        let made = self.done("idris@quillfen", "deliverableCreate deliverable { id version }", input).await;
        one(&made["deliverable"])
    }

    async fn document(&self, who: &str, title: &str) -> String {
        let input = json!({ "studyId": self.study, "engagementId": self.engagement, "tmfArtifact": "01.02.02", "title": title,
                            "versionLabel": "1.0", "sha256": "ab".repeat(32), "size": 4096, "mediaType": "application/pdf" });
        self.done(who, "documentCreate document { id }", input).await["document"]["id"].as_str().unwrap().to_owned()
    }

    /// Prepared, handed in and under review.
    async fn under_review(&self, title: &str) -> (String, i64) {
        let (id, version) = self.deliverable(title, "VENDOR", &day(-3)).await;
        let (_, version) = self.step("ravi@veltrona", "deliverablePrepare", &id, version).await;
        let document = self.document("ravi@veltrona", title).await;
        let input = json!({ "id": id, "expectedVersion": version, "documentId": document });
        let handed_in = self.done("ravi@veltrona", "deliverableSubmit deliverable { id version }", input).await;
        self.step("marisol@quillfen", "deliverableBeginReview", &id, one(&handed_in["deliverable"]).1).await
    }

    async fn step(&self, who: &str, name: &str, id: &str, version: i64) -> (String, i64) {
        let kind = ["deliverable", "finding", "capa"].into_iter().find(|kind| name.starts_with(kind)).unwrap();
        let mutation = format!("{name} {kind} {{ id version }}");
        one(&self.done(who, &mutation, json!({ "id": id, "expectedVersion": version })).await[kind])
    }

    /// A finding written by the study manager and under internal review.
    async fn reviewed_finding(&self, title: &str, severity: &str) -> (String, i64) {
        let input = json!({ "studyId": self.study, "engagementId": self.engagement, "source": "OVERSIGHT_REVIEW", "title": title,
                            "description": "Visit reports came late three months in a row.", "category": "MONITORING", "severity": severity,
                            "requirementRefs": ["ICH E6(R3) 3.11.4"] });
        let made = self.done("marisol@quillfen", "findingCreate finding { id version }", input).await;
        let (id, version) = one(&made["finding"]);
        self.step("marisol@quillfen", "findingSubmitForReview", &id, version).await
    }

    async fn issued(&self, title: &str, severity: &str) -> (String, i64) {
        let (id, version) = self.reviewed_finding(title, severity).await;
        let input = json!({ "id": id, "expectedVersion": version, "signature": { "meaning": "APPROVAL" } });
        one(&self.done("petra@quillfen", "findingIssue finding { id version }", input).await["finding"])
    }
}

fn one(record: &Json) -> (String, i64) {
    (record["id"].as_str().unwrap().to_owned(), record["version"].as_i64().unwrap())
}

fn nodes<'a>(answer: &'a Answer, list: &str) -> &'a Vec<Json> {
    answer.at(&format!("/data/{list}/nodes")).as_array().unwrap_or_else(|| panic!("{}", answer.text))
}

#[tokio::test]
async fn question_3_what_is_late_and_whose_fault_is_it() {
    for backend in BOTH {
        let asked = Asked::on(backend).await;
        asked.deliverable("The vendor is late", "VENDOR", &day(-10)).await;
        asked.deliverable("The sponsor is late", "SPONSOR", &day(-4)).await;
        asked.deliverable("Nobody is late", "VENDOR", &day(4)).await;
        let query = "query($study: ID!, $today: Date!) { deliverables(first: 50, filter: { studyId: { eq: $study }, dueDate: { lte: $today }, \
                     title: { contains: \" late\" }, \
                     state: { in: [PLANNED, IN_PREPARATION, SUBMITTED, IN_REVIEW, RETURNED] } }, orderBy: [{ field: DUE_DATE }]) { nodes { \
                     title owedBy ballInCourt daysLate reviewStartedAt reviewSlaDays reviewDaysLate } } }";
        let answer = asked.house.ask_with(&person("idris@quillfen"), query, json!({ "study": asked.study, "today": day(0) }), &[]).await;
        let late = |title: &str, side: &str, days: i64| {
            json!({ "title": title, "owedBy": side, "ballInCourt": side, "daysLate": days, "reviewStartedAt": null, "reviewSlaDays": 5,
                    "reviewDaysLate": null })
        };
        let expected = [late("The vendor is late", "VENDOR", 10), late("The sponsor is late", "SPONSOR", 4)];
        assert_eq!(nodes(&answer, "deliverables").as_slice(), expected, "{}", answer.text);
        // The competing CRO on the same study learns of none of it.
        let rival = asked.house.ask_with(&person("henrik@osprelle"), query, json!({ "study": asked.study, "today": day(0) }), &[]).await;
        assert!(nodes(&rival, "deliverables").is_empty(), "{}", rival.text);
    }
}

#[tokio::test]
async fn question_4_return_a_monitoring_plan_saying_what_is_not_met() {
    for backend in BOTH {
        let asked = Asked::on(backend).await;
        let (id, version) = asked.under_review("Monitoring plan").await;
        let mutation = "deliverableReturn deliverable { state ballInCourt cycleCount reviews(first: 5) { nodes { verdict unmetCriteria \
                        comment reviewer { displayName } submission { number } } } }";
        let input = json!({ "id": id, "expectedVersion": version, "reason": "One criterion is not met",
                            "unmetCriteria": ["Names who reads them"], "comment": "Nobody is named." });
        let answer = asked.done("marisol@quillfen", mutation, input).await;
        let review = &answer["deliverable"]["reviews"]["nodes"][0];
        assert_eq!(answer["deliverable"]["state"], "RETURNED");
        assert_eq!(answer["deliverable"]["ballInCourt"], "VENDOR");
        assert_eq!((&review["verdict"], &review["submission"]["number"]), (&json!("RETURN"), &json!(1)));
        assert_eq!(review["unmetCriteria"], json!(["Names who reads them"]));
    }
}

#[tokio::test]
async fn question_11_what_do_i_owe_and_what_does_the_sponsor_hold_up() {
    for backend in BOTH {
        let asked = Asked::on(backend).await;
        let (owed, _) = asked.deliverable("Owed by the vendor", "VENDOR", &day(-4000)).await;
        let (held_up, _) = asked.deliverable("Owed by the sponsor", "SPONSOR", &day(-3999)).await;
        let query = "{ viewer { mine: workQueue(side: MINE, first: 100) { totalCount items { node { __typename id } reason dueDate \
                     daysLate ballInCourt } } theirs: workQueue(side: THEIRS, first: 100) { totalCount items { node { id } reason \
                     ballInCourt } } } }";
        let answer = asked.house.ask(&person("ravi@veltrona"), query).await;
        let items = |whose: &str| answer.at(&format!("/data/viewer/{whose}/items")).as_array().unwrap().clone();
        let (mine, theirs) = (items("mine"), items("theirs"));
        let soonest = json!({ "node": { "__typename": "Deliverable", "id": owed }, "reason": "To be prepared.", "dueDate": day(-4000),
                              "daysLate": 4000, "ballInCourt": "VENDOR" });
        assert_eq!(mine[0], soonest, "{}", answer.text);
        assert_eq!(theirs[0]["node"]["id"], json!(held_up), "{}", answer.text);
        assert!(mine.iter().all(|item| item["ballInCourt"] == "VENDOR") && theirs.iter().all(|item| item["ballInCourt"] == "SPONSOR"));
        // The sponsor's own queue is the same, seen from the other side.
        let other = asked.house.ask(&person("idris@quillfen"), query).await;
        let waits_for = |items: &Json| items.as_array().unwrap().iter().any(|item| item["node"]["id"] == json!(owed));
        assert!(waits_for(other.at("/data/viewer/theirs/items")) && !waits_for(other.at("/data/viewer/mine/items")), "{}", other.text);
        let rival = asked.house.ask(&person("henrik@osprelle"), query).await;
        assert!(!rival.text.contains(&owed) && !rival.text.contains(&held_up), "{}", rival.text);
        let beyond = asked.house.ask(&person("ravi@veltrona"), "{ viewer { workQueue(side: MINE, first: 101) { totalCount } } }").await;
        assert_eq!(beyond.at("/errors/0/extensions/code"), "BAD_USER_INPUT", "{}", beyond.text);
    }
}

#[tokio::test]
async fn question_12_hand_a_deliverable_in() {
    for backend in BOTH {
        let asked = Asked::on(backend).await;
        let (id, version) = asked.deliverable("Handed in", "VENDOR", &day(7)).await;
        let (_, version) = asked.step("ravi@veltrona", "deliverablePrepare", &id, version).await;
        let document = asked.document("ravi@veltrona", "Handed in").await;
        let mutation = "deliverableSubmit deliverable { state currentSubmission { number documentHash document { state } note } }";
        let input = json!({ "id": id, "expectedVersion": version, "documentId": document, "note": "As agreed." });
        let answer = asked.done("ravi@veltrona", mutation, input).await;
        let submission =
            json!({ "number": 1, "documentHash": "ab".repeat(32), "document": { "state": "IN_REVIEW" }, "note": "As agreed." });
        assert_eq!(answer["deliverable"], json!({ "state": "SUBMITTED", "currentSubmission": submission }));
    }
}

#[tokio::test]
async fn question_15_answer_a_finding_with_root_cause_and_capa() {
    for backend in BOTH {
        let asked = Asked::on(backend).await;
        let (id, version) = asked.issued("Late visit reports", "CRITICAL").await;
        let (_, version) = asked.step("odile@veltrona", "findingAcknowledge", &id, version).await;
        let mutation = "findingRespond finding { state responses(first: 5) { nodes { number rootCauseCategory } } \
                        capas(first: 5) { nodes { state plan actions(first: 5) { nodes { text dueDate } } } } }";
        let without = json!({ "id": id, "expectedVersion": version, "correction": "Sent at once." });
        let refused = asked.asked("odile@veltrona", mutation, without).await;
        assert_eq!(refused.at("/data/findingRespond/userErrors/0/code"), "GUARD_FAILED", "{}", refused.text);
        let input = json!({ "id": id, "expectedVersion": version, "rootCauseMethod": "FIVE_WHYS", "rootCauseCategory": "RESOURCE",
                            "rootCause": "Two monitors left.", "correction": "Sent at once.", "capaPlan": "Hire, and watch the backlog.",
                            "capaActions": ["Hire two monitors", "Watch the backlog weekly"], "capaDueDate": day(30) });
        let answer = asked.done("odile@veltrona", mutation, input).await;
        let finding = &answer["finding"];
        assert_eq!(finding["state"], "RESPONSE_SUBMITTED");
        assert_eq!(finding["responses"]["nodes"], json!([{ "number": 1, "rootCauseCategory": "RESOURCE" }]));
        let actions: Vec<&Json> = finding["capas"]["nodes"][0]["actions"]["nodes"].as_array().unwrap().iter().collect();
        assert_eq!((finding["capas"]["nodes"][0]["state"].as_str(), actions.len()), (Some("DRAFT"), 2));
    }
}

#[tokio::test]
async fn question_16_why_can_i_not_accept_this() {
    for backend in BOTH {
        let asked = Asked::on(backend).await;
        let (id, _) = asked.under_review("Not mine to accept").await;
        let query = "query($id: ID!) { deliverable(id: $id) { allowedTransitions { action to enabled blockers { code message } } } }";
        let steps = |answer: &Answer| answer.at("/data/deliverable/allowedTransitions").as_array().unwrap().clone();
        let step = |steps: &[Json], action: &str| steps.iter().find(|step| step["action"] == action).unwrap().clone();
        let vendor = asked.house.ask_with(&person("ravi@veltrona"), query, json!({ "id": id }), &[]).await;
        let accept = step(&steps(&vendor), "ACCEPT");
        assert_eq!((&accept["to"], &accept["enabled"]), (&json!("ACCEPTED"), &json!(false)), "{}", vendor.text);
        assert_eq!(accept["blockers"][0]["code"], "FORBIDDEN");
        assert_eq!(step(&steps(&vendor), "WITHDRAW")["enabled"], true);
        let sponsor = asked.house.ask_with(&person("marisol@quillfen"), query, json!({ "id": id }), &[]).await;
        assert_eq!(step(&steps(&sponsor), "ACCEPT")["enabled"], true, "{}", sponsor.text);
    }
}

#[tokio::test]
async fn question_20_open_grave_findings_without_an_approved_capa_by_age() {
    for backend in BOTH {
        let asked = Asked::on(backend).await;
        let (critical, _) = asked.issued("Grave", "CRITICAL").await;
        let (draft, _) = asked.reviewed_finding("Not issued yet", "CRITICAL").await;
        let query = "query($engagement: ID!) { findings(first: 100, filter: { severity: { in: [CRITICAL, MAJOR] }, \
                     state: { not: [CLOSED, WITHDRAWN] }, hasApprovedCapa: { eq: false }, engagementId: { eq: $engagement } }, \
                     orderBy: [{ field: ISSUED_AT }]) { totalCount nodes { id reference severity engagement { vendor { name } } ageDays \
                     responseDueAt } } }";
        let ask = async |who: &str| asked.house.ask_with(&person(who), query, json!({ "engagement": asked.engagement }), &[]).await;
        let answer = ask("petra@quillfen").await;
        let found = nodes(&answer, "findings");
        let own = found.iter().find(|finding| finding["id"] == json!(critical)).unwrap();
        assert!(own["reference"].as_str().unwrap().starts_with("F-") && own["ageDays"] == 0 && !own["responseDueAt"].is_null(), "{own}");
        assert!(found.iter().any(|finding| finding["id"] == json!(draft) && finding["reference"].is_null()), "{}", answer.text);
        assert_eq!(answer.at("/data/findings/totalCount").as_u64(), Some(found.len() as u64));
        let vendor = ask("odile@veltrona").await;
        assert!(vendor.text.contains(&critical) && !vendor.text.contains(&draft), "{}", vendor.text);
        assert!(nodes(&ask("henrik@osprelle").await, "findings").is_empty());
    }
}

#[tokio::test]
async fn question_22_issue_a_finding_and_who_would_see_it_then() {
    for backend in BOTH {
        let asked = Asked::on(backend).await;
        let (id, version) = asked.reviewed_finding("To be issued", "CRITICAL").await;
        let impact = "query($id: ID!) { visibilityImpact(node: $id, action: \"ISSUE\") { to principals { kind principal { __typename } \
                      membership { role } } roles { side role } } }";
        let before = asked.house.ask_with(&person("petra@quillfen"), impact, json!({ "id": id }), &[]).await;
        assert_eq!(before.at("/data/visibilityImpact/to"), "ISSUED", "{}", before.text);
        let roles = before.at("/data/visibilityImpact/roles").as_array().unwrap();
        for role in ["V_PROJECT_MANAGER", "V_QA", "V_REGULATORY", "V_SAFETY"] {
            assert!(roles.contains(&json!({ "side": "VENDOR", "role": role })), "{role}: {}", before.text);
        }
        assert!(!roles.iter().any(|role| role["role"] == "V_FINANCE" || role["role"] == "S_QA"), "{}", before.text);
        // Who does not see the draft is told nothing, as of an id that was never issued.
        for outsider in ["odile@veltrona", "henrik@osprelle", "greta@quillfen"] {
            let told = asked.house.ask_with(&person(outsider), impact, json!({ "id": id }), &[]).await;
            assert_eq!(told.body["data"], json!({ "visibilityImpact": null }), "{outsider}: {}", told.text);
        }
        let unsigned =
            asked.asked("petra@quillfen", "findingIssue finding { state }", json!({ "id": id, "expectedVersion": version })).await;
        assert_eq!(unsigned.at("/data/findingIssue/userErrors/0/code"), "SIGNATURE_REQUIRED", "{}", unsigned.text);
        let input = json!({ "id": id, "expectedVersion": version, "signature": { "meaning": "APPROVAL" } });
        let mutation = "findingIssue finding { state issuedAt reference history(first: 10) { nodes { operation signature { meaning } } } }";
        let issued = asked.done("petra@quillfen", mutation, input).await;
        assert_eq!(issued["finding"]["state"], "ISSUED");
        assert!(!issued["finding"]["issuedAt"].is_null() && !issued["finding"]["reference"].is_null());
        let query = "query($id: ID!) { finding(id: $id) { state } }";
        let after = asked.house.ask_with(&person("odile@veltrona"), query, json!({ "id": id }), &[]).await;
        assert_eq!(after.at("/data/finding/state"), "ISSUED", "{}", after.text);
    }
}
