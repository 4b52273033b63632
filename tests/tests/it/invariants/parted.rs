//! What parts the sides and the persons: a side takes only its own documents out of force, changes only what it raised, hands over only
//! what it owns; who wrote a finding is everybody who worked on its draft; what was handed in for approval stays as it was.

use serde_json::json;
use tandem_domain::access::Side;
use tandem_domain::delivery::{DeliverableType, Document, DocumentState};
use tandem_domain::lifecycle::Guard;
use tandem_domain::oversight::FindingSeverity;
use tandem_domain::record::{Entity, Record};
use tandem_tests::house::BOTH;
use tandem_tests::lifecycles::Of;
use tandem_tests::records;

use super::{done, on, refused, signed};
use crate::steps::plays::Props;
use crate::steps::stage::{Player, Stage, id_of, player, set, shown};

#[tokio::test]
async fn a_side_replaces_only_what_is_its_own() {
    for backend in BOTH {
        let mut props = Props::new(set());
        let mut in_force = |side: Side| {
            let number = props.number();
            let document = Document {
                owner_side: side,
                state: DocumentState::Effective,
                ..records::document(number, &props.set.study, Some(&props.set.active))
            };
            props.keep(&document);
            document.into_entity()
        };
        let (sponsors, vendors) = (in_force(Side::Sponsor), in_force(Side::Vendor));
        let owed = props.deliverable(Of::Deliverable(Side::Sponsor, DeliverableType::Protocol), "ACCEPTED", |_| {});
        let (study, engagement) = (props.set.study.clone().into_entity(), props.set.active.clone().into_entity());
        let stage = Stage::with(backend, props.records).await;
        let document = |replaced: &Entity, blinding: &str| {
            json!({ "studyId": shown(&study), "engagementId": shown(&engagement), "tmfArtifact": "01.01.01", "title": "Another", "versionLabel": "2",
                    "sha256": "a".repeat(64), "size": 5, "mediaType": "application/pdf", "blinding": blinding, "supersedesId": shown(replaced) })
        };
        let (pm, sm) = (player("pm@birchway"), player("sm@alder"));
        let deliverable = |owed_by: &str, replaced: Option<&Entity>, due: &str| {
            json!({ "engagementId": shown(&engagement), "deliverableType": "PROTOCOL", "title": "Another", "owedBy": owed_by, "dueDate": due,
                    "supersedesId": replaced.map(shown) })
        };
        refused(
            &stage,
            &[
                (pm.clone(), "documentCreate".to_owned(), document(&sponsors, "OPEN"), "GUARD_FAILED", "of your own side"),
                (pm.clone(), "documentCreate".to_owned(), document(&sponsors, "SPONSOR_BLINDED"), "GUARD_FAILED", "of your own side"),
                (pm.clone(), "documentCreate".to_owned(), document(&vendors, "SPONSOR_BLINDED"), "GUARD_FAILED", "the same people"),
                (sm.clone(), "documentCreate".to_owned(), document(&vendors, "OPEN"), "GUARD_FAILED", "of your own side"),
                (
                    sm.clone(),
                    "deliverableCreate".to_owned(),
                    deliverable("VENDOR", Some(&owed), "2099-01-01"),
                    "GUARD_FAILED",
                    "the same side",
                ),
                (
                    pm.clone(),
                    "deliverableCreate".to_owned(),
                    deliverable("SPONSOR", None, "2020-01-01"),
                    "BAD_USER_INPUT",
                    "today at the earliest",
                ),
            ],
        )
        .await;
        done(&stage, &pm, "documentCreate", "", document(&vendors, "OPEN")).await;
        done(&stage, &sm, "documentCreate", "", document(&sponsors, "OPEN")).await;
        done(&stage, &sm, "deliverableCreate", "", deliverable("SPONSOR", Some(&owed), "2020-01-01")).await;
        stage.house.stop().await;
    }
}

#[tokio::test]
async fn an_issue_is_changed_by_who_raised_it_and_handed_over_by_who_owns_it() {
    for backend in BOTH {
        let mut props = Props::new(set());
        let issue = records::issue(props.number(), &props.set.active, id_of("sm@alder"));
        let issue = tandem_domain::oversight::Issue {
            raised_by_side: Side::Sponsor,
            owner_side: Side::Vendor,
            owner_id: None,
            due_date: Some(records::day(10)),
            ..issue
        };
        props.keep(&issue);
        let issue = issue.into_entity();
        let stage = Stage::with(backend, props.records).await;
        let (pm, colleague, sm) = (player("pm@birchway"), player("pm2@birchway"), player("sm@alder"));
        let raised = "Only the side that raised it";
        let mut tries: Vec<(Player, String, _, &str, &str)> = Vec::new();
        for besides in [
            json!({ "title": "Nothing much" }),
            json!({ "description": "Nothing much" }),
            json!({ "severity": "RECOMMENDATION" }),
            json!({ "dueDate": "2099-01-01" }),
            json!({ "severity": "RECOMMENDATION", "ownerSide": "SPONSOR" }),
        ] {
            tries.push((pm.clone(), "issueUpdate".to_owned(), on(&issue, besides.clone()), "GUARD_FAILED", raised));
            tries.push((colleague.clone(), "issueUpdate".to_owned(), on(&issue, besides), "GUARD_FAILED", raised));
        }
        // The sponsor does not take it over only to say that it is resolved.
        let taken = on(&issue, json!({ "ownerSide": "SPONSOR" }));
        tries.push((sm.clone(), "issueUpdate".to_owned(), taken.clone(), "GUARD_FAILED", "Only the side that owns it"));
        for besides in [json!({ "dueDate": "2099-01-01" }), json!({ "dueDate": null })] {
            let mut silent = on(&issue, besides);
            silent["reason"] = json!(null);
            tries.push((sm.clone(), "issueUpdate".to_owned(), silent, "REASON_REQUIRED", ""));
        }
        let mut silent = taken.clone();
        silent["reason"] = json!(null);
        tries.push((pm.clone(), "issueUpdate".to_owned(), silent, "REASON_REQUIRED", ""));
        refused(&stage, &tries).await;
        let fields = "issue { severity ownerSide ballInCourt dueDate version }";
        let seen = done(&stage, &sm, "issueUpdate", fields, on(&issue, json!({ "severity": "CRITICAL", "dueDate": "2099-01-01" }))).await;
        assert_eq!(seen["issue"]["severity"], "CRITICAL");
        let mut handed = taken;
        handed["expectedVersion"] = json!(2);
        let seen = done(&stage, &pm, "issueUpdate", fields, handed).await;
        assert_eq!(seen["issue"]["ballInCourt"], "SPONSOR");
        stage.house.stop().await;
    }
}

#[tokio::test]
async fn i_07_who_worked_on_a_draft_wrote_it() {
    for backend in BOTH {
        let props = Props::new(set());
        let (study, engagement) = (props.set.study.clone().into_entity(), props.set.active.clone().into_entity());
        let stage = Stage::with(backend, props.records).await;
        let (sm, author, sqa) = (player("sm@alder"), player("author@alder"), player("sqa@alder"));
        let stub = json!({ "studyId": shown(&study), "engagementId": shown(&engagement), "source": "OVERSIGHT_REVIEW", "title": "Stub",
                           "description": "Stub", "category": "MONITORING", "severity": "CRITICAL", "requirementRefs": ["ICH E6(R3) 3.6.4"] });
        let id = done(&stage, &sm, "findingCreate", "finding { id }", stub).await["finding"]["id"].clone();
        let at = |version: i64, besides: serde_json::Value| {
            let mut input = json!({ "id": id, "expectedVersion": version, "reason": "for a test" });
            input.as_object_mut().unwrap().extend(besides.as_object().unwrap().clone());
            input
        };
        done(&stage, &author, "findingUpdate", "", at(1, json!({ "description": "What was really seen." }))).await;
        done(&stage, &sm, "findingSubmitForReview", "", at(2, json!({}))).await;
        let issue = at(3, signed(json!({})));
        refused(&stage, &[(author, "findingIssue".to_owned(), issue.clone(), "GUARD_FAILED", Guard::CriticalNotByAuthor.words())]).await;
        done(&stage, &sqa, "findingIssue", "", issue).await;
        stage.house.stop().await;
    }
}

#[tokio::test]
async fn i_07_who_wrote_a_finding_does_not_grade_it_anew_alone() {
    for backend in BOTH {
        let mut props = Props::new(set());
        let major = Of::Finding(Side::Sponsor, Side::Vendor, FindingSeverity::Major);
        let raised = props.finding(major, "ACKNOWLEDGED", |finding| finding.capa_required = false);
        let lowered = props.finding(major, "ACKNOWLEDGED", |_| {});
        let stage = Stage::with(backend, props.records).await;
        let grade = |finding: &Entity, severity: &str| on(finding, signed(json!({ "severity": severity })));
        let (author, sqa) = (player("author@alder"), player("sqa@alder"));
        refused(
            &stage,
            &[
                (author.clone(), "findingSeverityChange".to_owned(), grade(&raised, "CRITICAL"), "GUARD_FAILED", Guard::NotAuthor.words()),
                (author, "findingSeverityChange".to_owned(), grade(&lowered, "MINOR"), "GUARD_FAILED", Guard::NotAuthor.words()),
            ],
        )
        .await;
        let fields = "finding { severity capaRequired }";
        let seen = done(&stage, &sqa, "findingSeverityChange", fields, grade(&raised, "CRITICAL")).await;
        assert_eq!(seen["finding"], json!({ "severity": "CRITICAL", "capaRequired": true }), "a CRITICAL finding needs a CAPA");
        done(&stage, &sqa, "findingSeverityChange", "", grade(&lowered, "MINOR")).await;
        stage.house.stop().await;
    }
}

#[tokio::test]
async fn what_was_handed_in_for_approval_stays_as_it_was() {
    for backend in BOTH {
        let mut props = Props::new(set());
        let mut action_of = |state: &'static str| {
            let Entity::Capa(capa) = props.capa(Of::Capa(Side::Vendor), state, |_| {}) else { panic!("it is a CAPA") };
            let action = records::capa_action(props.number(), &capa, id_of("author@birchway"));
            props.keep(&action);
            action.into_entity()
        };
        let (draft, submitted, approved) = (action_of("DRAFT"), action_of("SUBMITTED"), action_of("IMPLEMENTING"));
        let stage = Stage::with(backend, props.records).await;
        let pm = player("pm@birchway");
        let change = |action: &Entity| on(action, json!({ "text": "Nothing at all." }));
        let refusal =
            |action: &Entity| (pm.clone(), "capaActionUpdate".to_owned(), change(action), "GUARD_FAILED", "The CAPA is handed in");
        refused(&stage, &[refusal(&submitted), refusal(&approved)]).await;
        done(&stage, &pm, "capaActionUpdate", "", change(&draft)).await;
        stage.house.stop().await;
    }
}
