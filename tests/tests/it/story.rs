//! The story of the work between sponsor and CRO, told over HTTP by the personas of the demo, on both databases: a report handed in,
//! returned, handed in again, accepted; a finding drafted, issued, answered, its CAPA without effect, the next one with. Who else works
//! on the same study learns of none of it.

use serde_json::{Value as Json, json};
use tandem_tests::fingerprint::{fingerprint, journal_length};
use tandem_tests::house::{Answer, BOTH, Ground, House, person};
use tandem_tests::tokens::{Asker, everybody, forged, now};

use crate::commands::{call, codes};

mod outsider;

use outsider::Outsider;

/// The house in which the story is told, and the ids of what it made.
struct Story {
    ground: Ground,
    house: House,
    outsiders: Vec<Outsider>,
    made: Vec<String>,
    /// How many of these the outsiders were asked about already.
    told: usize,
    actors: Vec<String>,
}

impl Story {
    async fn begin(ground: Ground, outsiders: &[&str]) -> Self {
        let house = ground.serve().await;
        let mut actors = Vec::new();
        for who in ["ravi@veltrona", "petra@quillfen"] {
            let me = house.ask(&person(who), "{ viewer { person { id } } }").await;
            actors.push(me.at("/data/viewer/person/id").as_str().unwrap().to_owned());
        }
        let mut watching = Vec::new();
        for who in everybody().into_iter().filter(|asker| outsiders.iter().any(|name| asker.name.starts_with(name))) {
            watching.push(Outsider::new(&house, who).await);
        }
        assert_eq!(watching.len(), outsiders.len());
        Self { ground, house, outsiders: watching, made: Vec::new(), told: 0, actors }
    }

    /// Nobody outside learned of what this chapter made, and sees what he saw before the story.
    async fn stays_between_them(&mut self, chapter: &str) {
        for outsider in &self.outsiders {
            outsider.knows_nothing(&self.house, chapter, &self.made[self.told..], &self.actors).await;
        }
        self.told = self.made.len();
    }

    async fn read(&self, who: &str, query: &str, variables: Json) -> Answer {
        let answer = self.house.ask_with(&person(who), query, variables, &[]).await;
        assert!(answer.at("/errors").is_null() || answer.at("/data").is_object(), "{who}: {query}: {}", answer.text);
        answer
    }

    /// A record by its finder's name, as somebody sees it.
    async fn one(&self, who: &str, kind: &str, id: &Json, fields: &str) -> Json {
        let query = format!("query($id: ID!) {{ {kind}(id: $id) {{ {fields} }} }}");
        let answer = self.read(who, &query, json!({ "id": id })).await;
        assert!(answer.at("/errors").is_null(), "{who}: {query}: {}", answer.text);
        answer.at(&format!("/data/{kind}")).clone()
    }

    /// Calls a mutation on a record of which the caller knows the present version, or none that makes a new one.
    async fn call(&self, who: &str, mutation: &str, payload: &str, mut input: Json) -> Answer {
        let kind = payload.split_whitespace().next().unwrap();
        if let Some(id) = input.get("id").cloned() {
            let known = self.one(who, kind, &id, "version").await;
            input["expectedVersion"] = known["version"].as_i64().unwrap_or(1).into();
        }
        call(&self.house, &person(who), mutation, payload, input).await
    }

    /// A mutation that has to go through; the record.
    async fn done(&self, who: &str, mutation: &str, payload: &str, input: Json) -> Json {
        let answer = self.call(who, mutation, payload, input).await;
        assert_eq!(codes(&answer, mutation), [""; 0], "{who}: {mutation}: {}", answer.text);
        answer.at(&format!("/data/{mutation}/{}", payload.split_whitespace().next().unwrap())).clone()
    }

    /// A mutation that has to be refused with this code, and changes nothing.
    async fn refused(&self, who: &str, mutation: &str, payload: &str, input: Json, code: &str) {
        let before = (fingerprint(&self.ground).await, journal_length(&self.ground).await);
        let answer = self.call(who, mutation, payload, input).await;
        assert_eq!(codes(&answer, mutation), [code], "{who}: {mutation}: {}", answer.text);
        let after = (fingerprint(&self.ground).await, journal_length(&self.ground).await);
        assert_eq!(after, before, "{who}: {mutation} was refused and changed something");
    }

    fn keep(&mut self, id: &Json) -> Json {
        self.made.push(id.as_str().unwrap_or_else(|| panic!("no id: {id}")).to_owned());
        id.clone()
    }

    /// The ids of everything in a list, as somebody sees it.
    async fn keep_all(&mut self, who: &str, list: &str) -> Vec<Json> {
        let answer = self.read(who, &format!("{{ {list} {{ nodes {{ id }} }} }}"), json!({})).await;
        let name = list.split('(').next().unwrap();
        let found = answer.at(&format!("/data/{name}/nodes")).as_array().unwrap_or_else(|| panic!("{}", answer.text)).clone();
        found.iter().map(|node| self.keep(&node["id"])).collect()
    }
}

fn signed(mut input: Json) -> Json {
    input["signature"] = json!({ "meaning": "APPROVAL" });
    input
}

const HANDED: &str = "deliverable { id state ballInCourt cycleCount }";

#[tokio::test]
async fn the_story_is_told_to_both_sides_and_to_nobody_else() {
    for backend in BOTH {
        let outsiders = ["henrik@osprelle", "zofia@tarnwick", "lucia@corvendale", "dagny@osprelle for Osprelle"];
        let mut story = Story::begin(Ground::with_demo(backend).await, &outsiders).await;
        let report = story.a_report_is_returned_and_accepted().await;
        let finding = story.a_finding_is_drafted_and_issued().await;
        story.it_is_answered(&finding).await;
        story.the_first_capa_does_not_help_and_the_second_does(&finding, &report).await;
        story.it_is_closed(&finding).await;
        story.house.stop().await;
    }
}

impl Story {
    /// CRO A hands a report in, the sponsor returns it; it is handed in again and accepted. Its id.
    async fn a_report_is_returned_and_accepted(&mut self) -> Json {
        const MINE: &str = "deliverables(filter: { title: { contains: \"third quarter\" } })";
        let report = self.keep_all("ravi@veltrona", MINE).await.pop().unwrap();
        let drafts = self.keep_all("ravi@veltrona", "documents(filter: { title: { contains: \"third quarter\" } })").await;
        let [first, second] = drafts.as_slice() else { panic!("{drafts:?}") };
        let queue =
            self.read("ravi@veltrona", "{ viewer { workQueue(side: MINE, first: 100) { items { node { id } } } } }", json!({})).await;
        assert!(queue.text.contains(report.as_str().unwrap()), "his side owes it: {}", queue.text);
        assert_eq!(self.one("marisol@quillfen", "document", first, "id").await, Json::Null, "a draft is its own side's");

        let hand_in = |document: &Json| json!({ "id": report, "documentId": document });
        self.refused("marisol@quillfen", "deliverableSubmit", HANDED, hand_in(first), "FORBIDDEN").await;
        let handed = self.done("ravi@veltrona", "deliverableSubmit", HANDED, hand_in(first)).await;
        assert_eq!(handed, json!({ "id": report, "state": "SUBMITTED", "ballInCourt": "SPONSOR", "cycleCount": 1 }));
        assert_eq!(self.one("marisol@quillfen", "document", first, "state").await, json!({ "state": "IN_REVIEW" }));
        self.done("marisol@quillfen", "deliverableBeginReview", HANDED, json!({ "id": report })).await;
        let verdict = json!({ "id": report, "unmetCriteria": ["Open actions with their owners"], "comment": "No owners." });
        self.refused("marisol@quillfen", "deliverableReturn", HANDED, verdict.clone(), "REASON_REQUIRED").await;
        self.refused("ravi@veltrona", "deliverableReturn", HANDED, with_reason(&verdict), "FORBIDDEN").await;
        let returned = self.done("marisol@quillfen", "deliverableReturn", HANDED, with_reason(&verdict)).await;
        assert_eq!(returned, json!({ "id": report, "state": "RETURNED", "ballInCourt": "VENDOR", "cycleCount": 1 }));

        self.done("ravi@veltrona", "deliverableSubmit", HANDED, hand_in(second)).await;
        self.done("marisol@quillfen", "deliverableBeginReview", HANDED, json!({ "id": report })).await;
        let accept = json!({ "id": report });
        self.refused("marisol@quillfen", "deliverableAccept", HANDED, accept.clone(), "SIGNATURE_REQUIRED").await;
        self.refused("ravi@veltrona", "deliverableAccept", HANDED, signed(accept.clone()), "FORBIDDEN").await;
        self.refused("petra@quillfen", "deliverableAccept", HANDED, signed(accept.clone()), "FORBIDDEN").await;
        self.a_stale_sign_in_does_not_sign(&report).await;
        let accepted = self.done("marisol@quillfen", "deliverableAccept", HANDED, signed(accept.clone())).await;
        assert_eq!(accepted, json!({ "id": report, "state": "ACCEPTED", "ballInCourt": null, "cycleCount": 2 }));
        self.refused("marisol@quillfen", "deliverableAccept", HANDED, signed(accept), "INVALID_TRANSITION").await;

        let said = "state cycleCount submissions { nodes { number documentHash document { versionLabel state } } } reviews { nodes { verdict \
                    unmetCriteria signatureMeaning } } history { totalCount }";
        let (ours, theirs) = (
            self.one("marisol@quillfen", "deliverable", &report, said).await,
            self.one("ravi@veltrona", "deliverable", &report, said).await,
        );
        assert_eq!(ours, theirs, "both sides have the same account of it");
        assert_eq!(ours["submissions"]["nodes"].as_array().unwrap().iter().map(|one| one["number"].clone()).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(ours["reviews"]["nodes"][0]["unmetCriteria"], json!(["Open actions with their owners"]));
        assert_eq!(ours["reviews"]["nodes"][1]["signatureMeaning"], "APPROVAL");
        for list in ["deliverableSubmissions", "deliverableReviews"] {
            let list = format!("{list}(filter: {{ deliverableId: {{ eq: {report} }} }})");
            assert_eq!(self.keep_all("marisol@quillfen", &list).await.len(), 2);
        }
        self.stays_between_them("the report").await;
        report
    }

    /// What is signed is signed by somebody who has signed in within five minutes.
    async fn a_stale_sign_in_does_not_sign(&self, report: &Json) {
        let stale = forged("marisol@quillfen", &json!({ "auth_time": now() - 400 }));
        let version = self.one("marisol@quillfen", "deliverable", report, "version").await["version"].clone();
        let before = journal_length(&self.ground).await;
        let answer =
            call(&self.house, &stale, "deliverableAccept", HANDED, signed(json!({ "id": report, "expectedVersion": version }))).await;
        assert_eq!(codes(&answer, "deliverableAccept"), ["REAUTHENTICATION_REQUIRED"], "{}", answer.text);
        assert_eq!(journal_length(&self.ground).await, before);
    }

    /// QA drafts a CRITICAL finding, invisible to the CRO; a second person issues it. Its id.
    async fn a_finding_is_drafted_and_issued(&mut self) -> Json {
        let vendors: Vec<Asker> = everybody()
            .into_iter()
            .filter(|asker| ["ravi@", "odile@", "saoirse@"].iter().any(|name| asker.name.starts_with(name)))
            .collect();
        let mut other_side = Vec::new();
        for vendor in vendors {
            other_side.push(Outsider::new(&self.house, vendor).await);
        }
        let found = self
            .read(
                "petra@quillfen",
                "{ study(protocolNumber: \"QF-101\") { id engagements(first: 20) { nodes { id vendor { name } } } } }",
                json!({}),
            )
            .await;
        let engagements = found.at("/data/study/engagements/nodes").as_array().unwrap().clone();
        let engagement =
            engagements.iter().find(|one| one["vendor"]["name"].as_str().unwrap().starts_with("Veltrona")).unwrap()["id"].clone();
        let draft = json!({ "studyId": found.at("/data/study/id"), "engagementId": engagement, "source": "SPONSOR_AUDIT", "severity": "CRITICAL",
            "title": "Story: unblinded listings on a shared drive", "description": "Two listings.", "category": "BLINDING",
            "requirementRefs": ["ICH E6(R3) 4.1.4"] });
        let made = self.done("petra@quillfen", "findingCreate", "finding { id state reference }", draft.clone()).await;
        assert_eq!((&made["state"], &made["reference"]), (&json!("DRAFT"), &Json::Null));
        self.refused("ravi@veltrona", "findingCreate", "finding { id }", draft, "FORBIDDEN").await;
        let finding = self.keep(&made["id"]);
        let step = || json!({ "id": finding });
        let said = json!({ "findingId": finding, "visibility": "SPONSOR_INTERNAL", "body": "Story: who had the drive?" });
        let comment = self.done("petra@quillfen", "commentCreate", "comment { id }", said).await;
        let own = self.keep(&comment["id"]);
        let shared = json!({ "findingId": finding, "visibility": "SHARED", "body": "Story: too early" });
        self.refused("petra@quillfen", "commentCreate", "comment { id }", shared, "GUARD_FAILED").await;
        self.done("petra@quillfen", "findingSubmitForReview", "finding { id }", step()).await;
        self.refused("petra@quillfen", "findingIssue", "finding { id }", signed(step()), "GUARD_FAILED").await;
        for vendor in &other_side {
            vendor
                .knows_nothing(&self.house, "the draft", &[finding.as_str().unwrap().to_owned(), own.as_str().unwrap().to_owned()], &[])
                .await;
        }
        self.stays_between_them("the draft").await;
        let impact = "query($id: ID!) { visibilityImpact(node: $id, action: \"ISSUE\") { to principals { principal { ... on Person { displayName } } } roles { role } } }";
        let impact = self.read("oskar@quillfen", impact, json!({ "id": finding })).await;
        assert!(impact.text.contains("V_PROJECT_MANAGER") && !impact.text.contains("Henrik"), "{}", impact.text);

        self.refused("oskar@quillfen", "findingIssue", "finding { id }", step(), "SIGNATURE_REQUIRED").await;
        let issued = self.done("oskar@quillfen", "findingIssue", "finding { state reference ballInCourt }", signed(step())).await;
        assert_eq!(issued, json!({ "state": "ISSUED", "reference": "F-006", "ballInCourt": "VENDOR" }));
        let seen = "title state author { displayName } internal { internalAssessment } comments { totalCount } history(first: 20) { nodes { command \
                    version } }";
        let theirs = self.one("ravi@veltrona", "finding", &finding, seen).await;
        assert_eq!((&theirs["state"], &theirs["comments"]["totalCount"]), (&json!("ISSUED"), &json!(0)), "{theirs}");
        let commands: Vec<&Json> = theirs["history"]["nodes"].as_array().unwrap().iter().map(|entry| &entry["command"]).collect();
        assert_eq!(commands, ["findingIssue"], "nothing from before");
        let ours = self.one("petra@quillfen", "finding", &finding, seen).await;
        assert_eq!(ours["history"]["nodes"].as_array().unwrap().len(), 3, "{ours}");
        self.stays_between_them("the issue").await;
        finding
    }

    /// The CRO takes note of it, and answers with root cause and CAPA.
    async fn it_is_answered(&mut self, finding: &Json) {
        let step = || json!({ "id": finding });
        self.done("ravi@veltrona", "findingAcknowledge", "finding { id }", step()).await;
        let mut answer = json!({ "id": finding, "correction": "The drive is empty.", "capaPlan": "Story: unblinded output on a drive of its own.",
            "capaActions": ["Set the drive up."], "capaDueDate": day(30) });
        self.refused("ravi@veltrona", "findingRespond", "finding { id }", answer.clone(), "GUARD_FAILED").await;
        answer["rootCauseMethod"] = "FIVE_WHYS".into();
        answer["rootCauseCategory"] = "PROCESS".into();
        answer["rootCause"] = "Story: one drive for all output.".into();
        let answered = self.done("ravi@veltrona", "findingRespond", "finding { state ballInCourt }", answer).await;
        assert_eq!(answered, json!({ "state": "RESPONSE_SUBMITTED", "ballInCourt": "SPONSOR" }));
        for (visibility, body) in [("SHARED", "Story: done since Monday."), ("VENDOR_INTERNAL", "Story: nobody says more than this.")] {
            let said = json!({ "findingId": finding, "visibility": visibility, "body": body });
            let comment = self.done("ravi@veltrona", "commentCreate", "comment { id }", said).await;
            self.keep(&comment["id"]);
        }
        for (who, heard) in [("marisol@quillfen", 2), ("odile@veltrona", 2)] {
            let told = self.one(who, "finding", finding, "comments { totalCount nodes { visibility } }").await;
            assert_eq!(told["comments"]["totalCount"], heard, "{who}: {told}");
        }
        let responses = format!("findingResponses(filter: {{ findingId: {{ eq: {finding} }} }})");
        assert_eq!(self.keep_all("marisol@quillfen", &responses).await.len(), 1);
        self.done("petra@quillfen", "findingAcceptResponse", "finding { state }", step()).await;
        self.stays_between_them("the answer").await;
    }

    /// A check finds the first CAPA without effect, which gives it a successor; the second one helps.
    async fn the_first_capa_does_not_help_and_the_second_does(&mut self, finding: &Json, report: &Json) {
        let capas = format!("capas(filter: {{ findingId: {{ eq: {finding} }} }})");
        let first = self.keep_all("ravi@veltrona", &capas).await.pop().unwrap();
        self.carried_out(&first, report).await;
        assert_eq!(self.one("petra@quillfen", "finding", finding, "state").await, json!({ "state": "PENDING_VERIFICATION" }));
        let close = || signed(json!({ "id": finding, "closureRationale": "It helped." }));
        self.refused("oskar@quillfen", "findingClose", "finding { id }", close(), "GUARD_FAILED").await;
        let ineffective = signed(json!({ "id": first, "note": "Listings on the old drive again.", "reason": "Seen on two days." }));
        self.refused("ravi@veltrona", "capaMarkIneffective", "capa { id }", ineffective.clone(), "FORBIDDEN").await;
        let marked = self
            .done("petra@quillfen", "capaMarkIneffective", "capa { state ballInCourt successors { nodes { id state } } }", ineffective)
            .await;
        assert_eq!((&marked["state"], &marked["successors"]["nodes"][0]["state"]), (&json!("INEFFECTIVE"), &json!("DRAFT")), "{marked}");
        let state = "state hasApprovedCapa ballInCourt";
        let waits = json!({ "state": "PENDING_VERIFICATION", "hasApprovedCapa": false, "ballInCourt": "SPONSOR" });
        assert_eq!(self.one("ravi@veltrona", "finding", finding, state).await, waits, "the finding stays open");
        self.refused("oskar@quillfen", "findingClose", "finding { id }", close(), "GUARD_FAILED").await;

        let second = self.keep(&marked["successors"]["nodes"][0]["id"]);
        let action = json!({ "capaId": second, "text": "Story: take the rights to the old drive away.", "dueDate": day(10) });
        self.done("ravi@veltrona", "capaActionCreate", "capaAction { id }", action).await;
        self.carried_out(&second, report).await;
        let helped = signed(json!({ "id": second, "note": "No listing for a week." }));
        assert_eq!(
            self.done("petra@quillfen", "capaCloseEffective", "capa { state }", helped).await,
            json!({ "state": "CLOSED_EFFECTIVE" })
        );
        self.stays_between_them("the CAPAs").await;
    }

    /// A CAPA is handed in, approved, carried out with evidence, and begins to be checked.
    async fn carried_out(&mut self, capa: &Json, report: &Json) {
        let step = || json!({ "id": capa });
        self.refused("oskar@quillfen", "capaApprove", "capa { id }", signed(step()), "INVALID_TRANSITION").await;
        self.done("ravi@veltrona", "capaSubmit", "capa { state }", step()).await;
        self.refused("ravi@veltrona", "capaApprove", "capa { id }", signed(step()), "FORBIDDEN").await;
        let approved = self.done("oskar@quillfen", "capaApprove", "capa { state approvedBy { displayName } }", signed(step())).await;
        assert_eq!(approved, json!({ "state": "IMPLEMENTING", "approvedBy": { "displayName": "Oskar Wrenfield" } }));
        self.refused("ravi@veltrona", "capaComplete", "capa { id }", step(), "GUARD_FAILED").await;
        let evidence = self.one("ravi@veltrona", "deliverable", report, "currentSubmission { document { id } }").await;
        for action in self.keep_all("ravi@veltrona", &format!("capaActions(filter: {{ capaId: {{ eq: {capa} }} }})")).await {
            let done = json!({ "id": action, "evidenceId": evidence["currentSubmission"]["document"]["id"] });
            self.done("ravi@veltrona", "capaActionComplete", "capaAction { completedAt }", done).await;
        }
        assert_eq!(self.done("ravi@veltrona", "capaComplete", "capa { state }", step()).await, json!({ "state": "IMPLEMENTED" }));
        self.refused("petra@quillfen", "capaBeginCheck", "capa { id }", step(), "GUARD_FAILED").await;
        let plan = json!({ "capaId": capa, "method": "Look at the drive.", "criteria": "No listing.", "plannedOn": day(0) });
        self.refused("ravi@veltrona", "effectivenessCheckPlan", "effectivenessCheck { id }", plan.clone(), "FORBIDDEN").await;
        let check = self.done("petra@quillfen", "effectivenessCheckPlan", "effectivenessCheck { id }", plan).await;
        self.keep(&check["id"]);
        let checked = self.done("petra@quillfen", "capaBeginCheck", "capa { state ballInCourt }", step()).await;
        assert_eq!(checked, json!({ "state": "EFFECTIVENESS_CHECK", "ballInCourt": "SPONSOR" }));
    }

    /// Who wrote it does not close it; the second person does.
    async fn it_is_closed(&mut self, finding: &Json) {
        let close = || signed(json!({ "id": finding, "closureRationale": "The second CAPA helped." }));
        self.refused("petra@quillfen", "findingClose", "finding { id }", close(), "GUARD_FAILED").await;
        self.refused("ravi@veltrona", "findingClose", "finding { id }", close(), "FORBIDDEN").await;
        let closed = self.done("oskar@quillfen", "findingClose", "finding { state ballInCourt closedBy { displayName } }", close()).await;
        assert_eq!(closed, json!({ "state": "CLOSED", "ballInCourt": null, "closedBy": { "displayName": "Oskar Wrenfield" } }));
        let theirs = self.one("odile@veltrona", "finding", finding, "state closureRationale capas { nodes { state } }").await;
        assert_eq!(theirs["closureRationale"], "The second CAPA helped.", "{theirs}");
        self.told = 0;
        self.stays_between_them("the close").await;
    }
}

fn with_reason(input: &Json) -> Json {
    let mut input = input.clone();
    input["reason"] = "Not complete.".into();
    input
}

/// The day so many days from now.
fn day(days: i64) -> String {
    chrono::DateTime::from_timestamp(now() + days * 86_400, 0).unwrap().date_naive().to_string()
}

/// The id of an organisation as its own people see it, by one of them.
async fn organization_of(house: &House, who: &str) -> String {
    let me = house.ask(&person(who), "{ viewer { organization { id } } }").await;
    me.at("/data/viewer/organization/id").as_str().unwrap_or_else(|| panic!("{}", me.text)).to_owned()
}

/// Calls a mutation for one of several organisations that somebody belongs to.
async fn call_for(house: &House, (who, organization): (&str, &str), mutation: &str, payload: &str, input: Json) -> Answer {
    let name = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    let query = format!("mutation($input: {name}!) {{ {mutation}(input: $input) {{ {payload} userErrors {{ code message field }} }} }}");
    house.ask_with(&person(who), &query, json!({ "input": input }), &[("Tandem-Organization", organization)]).await
}

#[tokio::test]
async fn nobody_of_both_sides_decides_on_what_his_other_side_handed_in() {
    for backend in BOTH {
        let ground = Ground::with_demo(backend).await;
        let house = ground.serve().await;
        let (quillfen, veltrona) = (organization_of(&house, "marisol@quillfen").await, organization_of(&house, "ravi@veltrona").await);
        // Bastian, of the CRO, handed a visit report in. The sponsor makes him a study manager besides.
        let noor = person("noor@quillfen");
        let email = json!({ "email": "bastian@veltrona.example.org", "displayName": "Bastian Overleigh" });
        let invited = call(&house, &noor, "personInvite", "person { id }", email).await;
        let grant = json!({ "personId": invited.at("/data/personInvite/person/id"), "role": "S_STUDY_MANAGER", "scope": "ALL_ORG",
            "reason": "lent for three months" });
        let granted = call(&house, &noor, "membershipGrant", "membership { id }", grant).await;
        assert_eq!(codes(&granted, "membershipGrant"), [""; 0], "{}", granted.text);

        let found = "{ deliverables(filter: { title: { contains: \"Lyon, visit 3\" } }) { nodes { id version } } }";
        // He works for the CRO still: it is known that he is the one who handed in.
        for organization in [&veltrona, &quillfen] {
            house.ask_with(&person("bastian@veltrona"), "{ viewer { side } }", json!({}), &[("Tandem-Organization", organization)]).await;
        }
        let found = house.ask_with(&person("bastian@veltrona"), found, json!({}), &[("Tandem-Organization", &quillfen)]).await;
        let report = found.at("/data/deliverables/nodes/0/id").clone();
        let both = ("bastian@veltrona", quillfen.as_str());
        let begin = json!({ "id": report, "expectedVersion": 1 });
        let begun = call_for(&house, both, "deliverableBeginReview", "deliverable { version }", begin).await;
        assert_eq!(begun.at("/data/deliverableBeginReview/deliverable/version"), 2, "{}", begun.text);
        let before = (fingerprint(&ground).await, journal_length(&ground).await);
        let verdict = json!({ "id": report, "expectedVersion": 2, "reason": "why", "comment": "Said." });
        for (mutation, input) in [
            ("deliverableAccept", signed(json!({ "id": report, "expectedVersion": 2 }))),
            ("deliverableAcceptWithComments", signed(json!({ "id": report, "expectedVersion": 2, "comment": "Said." }))),
            ("deliverableReturn", verdict),
        ] {
            let refused = call_for(&house, both, mutation, "deliverable { version }", input).await;
            assert_eq!(codes(&refused, mutation), ["GUARD_FAILED"], "{mutation}: {}", refused.text);
        }
        assert_eq!((fingerprint(&ground).await, journal_length(&ground).await), before, "a refusal changes nothing");
        let accept = signed(json!({ "id": report, "expectedVersion": 2 }));
        let accepted = call(&house, &person("marisol@quillfen"), "deliverableAccept", "deliverable { state }", accept).await;
        assert_eq!(accepted.at("/data/deliverableAccept/deliverable/state"), "ACCEPTED", "it was he, not the report: {}", accepted.text);
        house.stop().await;
    }
}

#[tokio::test]
async fn who_answered_for_the_vendor_approves_nothing_for_the_sponsor() {
    for backend in BOTH {
        let ground = Ground::with_demo(backend).await;
        let house = ground.serve().await;
        // Dagny is QA of a CRO, where she owns a CAPA, and of the sponsor that has to approve it.
        let brackenmoor = organization_of(&house, "leopold@brackenmoor").await;
        let both = ("dagny@osprelle", brackenmoor.as_str());
        let found =
            "{ capas(filter: { plan: { contains: \"refuses a close\" } }) { nodes { id version allowedTransitions { action enabled } } } }";
        let found = house.ask_with(&person(both.0), found, json!({}), &[("Tandem-Organization", &brackenmoor)]).await;
        let capa = found.at("/data/capas/nodes/0/id").clone();
        let offered = found.at("/data/capas/nodes/0/allowedTransitions").as_array().unwrap_or_else(|| panic!("{}", found.text)).clone();
        let approve = offered.iter().find(|step| step["action"] == "APPROVE").unwrap();
        assert_eq!(approve["enabled"], false, "what is promised is what happens");
        let before = (fingerprint(&ground).await, journal_length(&ground).await);
        let input = json!({ "id": capa, "expectedVersion": 1 });
        // Both hinder: that it is hers, and that she belongs to the vendor that owes it.
        let refused = call_for(&house, both, "capaApprove", "capa { state }", signed(input.clone())).await;
        assert_eq!(codes(&refused, "capaApprove"), ["GUARD_FAILED", "GUARD_FAILED"], "{}", refused.text);
        let found = "{ findings(filter: { title: { contains: \"closed by those\" } }) { nodes { id state } } }";
        let found = house.ask_with(&person(both.0), found, json!({}), &[("Tandem-Organization", &brackenmoor)]).await;
        assert_eq!(found.at("/data/findings/nodes/0/state"), "RESPONSE_SUBMITTED", "{}", found.text);
        let answered = json!({ "id": found.at("/data/findings/nodes/0/id"), "expectedVersion": 1 });
        let refused = call_for(&house, both, "findingAcceptResponse", "finding { state }", answered).await;
        assert_eq!(codes(&refused, "findingAcceptResponse"), ["GUARD_FAILED"], "she gave the answer herself: {}", refused.text);
        assert_eq!((fingerprint(&ground).await, journal_length(&ground).await), before, "a refusal changes nothing");
        let approved = call(&house, &person("ulla@brackenmoor"), "capaApprove", "capa { state }", signed(input)).await;
        assert_eq!(approved.at("/data/capaApprove/capa/state"), "IMPLEMENTING", "{}", approved.text);
        house.stop().await;
    }
}
