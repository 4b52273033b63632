//! I-07: a CRITICAL finding is not closed without a CAPA that helped, a MAJOR one neither unless QA waives it; who wrote, owns or carried
//! out does not decide.

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tandem_domain::access::Side;
use tandem_domain::lifecycle::Guard;
use tandem_domain::oversight::{Capa, CapaState, Finding, FindingSeverity};
use tandem_domain::record::{Entity, Kind, Record};
use tandem_tests::house::BOTH;
use tandem_tests::lifecycles::Of;
use tandem_tests::records;

use super::{done, on, refused, signed};
use crate::steps::plays::Props;
use crate::steps::stage::{Stage, id_of, player, set, shown};

const CRITICAL: Of = Of::Finding(Side::Sponsor, Side::Vendor, FindingSeverity::Critical);
const MAJOR: Of = Of::Finding(Side::Sponsor, Side::Vendor, FindingSeverity::Major);

fn close(finding: &Entity) -> Json {
    on(finding, signed(json!({ "closureRationale": "It helped." })))
}

/// A finding that waits to be closed, with CAPAs in just these states; the second of a pair is the first one's successor.
fn with_capas(props: &mut Props, of: Of, capas: &[(CapaState, Option<CapaState>)]) -> Entity {
    // One without a CAPA of its own is made; what it then has is said here.
    let made = props.finding(of, "DISPUTED", |_| {});
    let Some(Entity::Finding(finding)) = props.records.pop() else { panic!("{made:?}") };
    let finding = Finding { state: tandem_domain::oversight::FindingState::PendingVerification, ..finding };
    props.keep(&finding);
    for (state, successor) in capas {
        let capa = Capa { state: *state, ..records::capa(props.number(), &finding, id_of("author@birchway")) };
        props.keep(&capa);
        if let Some(state) = successor {
            let next =
                Capa { state: *state, successor_of_id: Some(capa.id), ..records::capa(props.number(), &finding, id_of("author@birchway")) };
            props.keep(&next);
        }
    }
    finding.into_entity()
}

/// The same with one CAPA that helped, settled this many hours after the finding was opened again; before it where they are less than none.
fn opened_again(props: &mut Props, of: Of, hours: i64) -> Entity {
    let reopened = records::now();
    let finding = with_capas(props, of, &[(CapaState::ClosedEffective, None)]);
    for record in &mut props.records {
        match record {
            Entity::Finding(known) if shown(&finding) == known.id.to_string() => known.reopened_at = Some(reopened),
            Entity::Capa(capa) if shown(&finding) == capa.finding_id.to_string() => {
                capa.settled_at = Some(reopened + TimeDelta::hours(hours));
            }
            _ => {}
        }
    }
    finding
}

#[tokio::test]
async fn i_07_a_grave_finding_is_not_closed_without_a_capa_that_helped() {
    use CapaState::{Cancelled, ClosedEffective, Draft, EffectivenessCheck, Implemented, Ineffective};
    for backend in BOTH {
        let mut props = Props::new(set());
        let open: Vec<Entity> = [CRITICAL, MAJOR]
            .into_iter()
            .flat_map(|of| {
                [
                    with_capas(&mut props, of, &[]),
                    with_capas(&mut props, of, &[(Implemented, None)]),
                    with_capas(&mut props, of, &[(EffectivenessCheck, None)]),
                    with_capas(&mut props, of, &[(Cancelled, None)]),
                    with_capas(&mut props, of, &[(Ineffective, Some(Draft))]),
                    with_capas(&mut props, of, &[(ClosedEffective, None), (Draft, None)]),
                    // What did not help, and whose successor was given up, stays open whatever else helped.
                    with_capas(&mut props, of, &[(ClosedEffective, None), (Ineffective, Some(Cancelled))]),
                    with_capas(&mut props, of, &[(ClosedEffective, None), (Ineffective, None)]),
                    // What was settled before it was opened again did not help for good.
                    opened_again(&mut props, of, -1),
                ]
            })
            .collect();
        let settled: Vec<Entity> = [CRITICAL, MAJOR]
            .into_iter()
            .flat_map(|of| {
                [
                    with_capas(&mut props, of, &[(ClosedEffective, None)]),
                    with_capas(&mut props, of, &[(ClosedEffective, None), (Cancelled, None)]),
                    with_capas(&mut props, of, &[(Ineffective, Some(ClosedEffective))]),
                    opened_again(&mut props, of, 1),
                ]
            })
            .collect();
        let stage = Stage::with(backend, props.records).await;
        let sqa = player("sqa@alder");
        let mut tries: Vec<_> = open
            .iter()
            .map(|finding| (sqa.clone(), "findingClose".to_owned(), close(finding), "GUARD_FAILED", Guard::CapaEffective.words()))
            .collect();
        // Who wrote it does not close it, though everything else is as it should be.
        tries.extend(settled.iter().map(|finding| {
            (player("author@alder"), "findingClose".to_owned(), close(finding), "GUARD_FAILED", Guard::GraveNotByAuthor.words())
        }));
        refused(&stage, &tries).await;
        for finding in &settled {
            let closed = done(&stage, &sqa, "findingClose", "finding { state }", close(finding)).await;
            assert_eq!(closed["finding"]["state"], "CLOSED");
        }
        stage.house.stop().await;
    }
}

#[tokio::test]
async fn i_07_a_major_finding_does_without_where_another_of_qa_waives() {
    for backend in BOTH {
        let mut props = Props::new(set());
        let major = props.finding(MAJOR, "RESPONSE_ACCEPTED", |_| {});
        let critical = props.finding(CRITICAL, "RESPONSE_ACCEPTED", |_| {});
        let planned = props.finding(MAJOR, "RESPONSE_ACCEPTED", |_| {});
        let Some(Entity::Finding(of_planned)) = props.records.iter().rev().find(|record| shown(record) == shown(&planned)).cloned() else {
            panic!("it was kept")
        };
        let capa = records::capa(props.number(), &of_planned, id_of("author@birchway"));
        props.keep(&capa);
        let stage = Stage::with(backend, props.records).await;
        let waive = |finding: &Entity| on(finding, signed(json!({ "rationale": "It cannot happen again." })));
        let (sqa, author) = (player("sqa@alder"), player("author@alder"));
        let name = || "findingWaiveCapa".to_owned();
        refused(
            &stage,
            &[
                (author.clone(), name(), waive(&major), "GUARD_FAILED", Guard::NotAuthor.words()),
                (sqa.clone(), name(), waive(&critical), "FORBIDDEN", ""),
                (sqa.clone(), name(), waive(&planned), "GUARD_FAILED", Guard::NoOpenCapa.words()),
                (player("vm@alder"), name(), waive(&major), "FORBIDDEN", ""),
                (player("vqa@birchway"), name(), waive(&major), "FORBIDDEN", ""),
            ],
        )
        .await;
        let waived = done(&stage, &sqa, "findingWaiveCapa", "finding { state capaWaiverRationale }", waive(&major)).await;
        assert_eq!(waived["finding"], json!({ "state": "PENDING_VERIFICATION", "capaWaiverRationale": "It cannot happen again." }));
        let mut close = close(&major);
        close["expectedVersion"] = json!(2);
        refused(&stage, &[(author, "findingClose".to_owned(), close.clone(), "GUARD_FAILED", Guard::GraveNotByAuthor.words())]).await;
        done(&stage, &sqa, "findingClose", "", close).await;
        stage.house.stop().await;
    }
}

#[tokio::test]
async fn i_07_what_is_opened_again_is_answered_and_waived_anew() {
    for backend in BOTH {
        let mut props = Props::new(set());
        let closed = props.finding(MAJOR, "CLOSED", |finding| {
            finding.capa_waiver_rationale = Some("It cannot happen again.".to_owned());
            finding.closed_at = Some(records::now());
            finding.has_approved_capa = true;
        });
        let stage = Stage::with(backend, props.records).await;
        let fields = "finding { state reopened reopenedAt capaWaiverRationale hasApprovedCapa respondedAt closedAt responseDueAt }";
        let input = on(&closed, signed(json!({ "reason": "It happened again." })));
        let seen = done(&stage, &player("sqa@alder"), "findingReopen", fields, input).await["finding"].clone();
        let told = json!({ "state": seen["state"], "reopened": seen["reopened"], "hasApprovedCapa": seen["hasApprovedCapa"] });
        assert_eq!(told, json!({ "state": "ISSUED", "reopened": 1, "hasApprovedCapa": false }), "{seen}");
        for gone in ["capaWaiverRationale", "respondedAt", "closedAt"] {
            assert!(seen[gone].is_null(), "{gone}: {seen}");
        }
        let time = |name: &str| chrono::DateTime::parse_from_rfc3339(seen[name].as_str().unwrap()).unwrap();
        assert!(time("reopenedAt") < time("responseDueAt"), "{seen}");
        stage.house.stop().await;
    }
}

/// What did not help gets a successor; the finding stays open until that one did.
#[tokio::test]
async fn i_07_what_did_not_help_is_followed_until_something_does() {
    for backend in BOTH {
        let mut props = Props::new(set());
        let finding = with_capas(&mut props, CRITICAL, &[(CapaState::EffectivenessCheck, None)]);
        let Some(Entity::Capa(capa)) = props.records.last().cloned() else { panic!("a CAPA was kept") };
        let check = records::effectiveness_check(props.number(), &capa);
        props.keep(&check);
        let evidence = props.handed_over(Side::Vendor);
        let stage = Stage::with(backend, props.records).await;
        let (sqa, pm) = (player("sqa@alder"), player("pm@birchway"));
        let (finding_id, capa) = (shown(&finding), capa.into_entity());
        let now = async |id: &str, kind: Kind| {
            let query = format!("query($id: ID!) {{ node(id: $id) {{ ... on {} {{ version state }} }} }}", kind.name());
            stage.ask(&sqa, &query, json!({ "id": id })).await.at("/data/node").clone()
        };
        let at = async |id: &str, kind: Kind, besides: Json| {
            let mut input = besides;
            input["id"] = json!(id);
            input["expectedVersion"] = now(id, kind).await["version"].clone();
            input["reason"] = json!("for a test");
            input
        };
        let failed = on(&capa, signed(json!({ "note": "Two of ten were late again." })));
        done(&stage, &sqa, "capaMarkIneffective", "", failed).await;
        let query = "query($id: ID!) { capa(id: $id) { state settledAt effectivenessChecks { nodes { outcome } } successors { nodes { id state owner \
                     { id } } } finding { state } } }";
        let seen = stage.ask(&sqa, query, json!({ "id": shown(&capa) })).await;
        assert_eq!(seen.at("/data/capa/effectivenessChecks/nodes"), &json!([{ "outcome": "INEFFECTIVE" }]), "{}", seen.text);
        let successor = seen.at("/data/capa/successors/nodes/0/id").as_str().unwrap_or_else(|| panic!("{}", seen.text)).to_owned();
        assert_eq!(seen.at("/data/capa/successors/nodes/0/state"), "DRAFT");
        assert_eq!(seen.at("/data/capa/finding/state"), "PENDING_VERIFICATION");
        let close = at(&finding_id, Kind::Finding, signed(json!({ "closureRationale": "It helped." }))).await;
        refused(&stage, &[(sqa.clone(), "findingClose".to_owned(), close, "GUARD_FAILED", Guard::CapaEffective.words())]).await;

        // The successor goes the whole way.
        let action = json!({ "capaId": successor, "text": "Measure it each week.", "dueDate": "2099-01-01" });
        let action =
            done(&stage, &pm, "capaActionCreate", "capaAction { id }", action).await["capaAction"]["id"].as_str().unwrap().to_owned();
        done(&stage, &pm, "capaSubmit", "", at(&successor, Kind::Capa, json!({})).await).await;
        let early = json!({ "id": action, "expectedVersion": 1, "evidenceId": evidence });
        refused(&stage, &[(pm.clone(), "capaActionComplete".to_owned(), early.clone(), "GUARD_FAILED", "approved first")]).await;
        done(&stage, &sqa, "capaApprove", "", at(&successor, Kind::Capa, signed(json!({}))).await).await;
        let incomplete = at(&successor, Kind::Capa, json!({})).await;
        refused(&stage, &[(pm.clone(), "capaComplete".to_owned(), incomplete, "GUARD_FAILED", Guard::ActionsComplete.words())]).await;
        done(&stage, &pm, "capaActionComplete", "", early).await;
        done(&stage, &pm, "capaComplete", "", at(&successor, Kind::Capa, json!({})).await).await;
        let unplanned = at(&successor, Kind::Capa, json!({})).await;
        refused(&stage, &[(sqa.clone(), "capaBeginCheck".to_owned(), unplanned, "GUARD_FAILED", Guard::CheckDue.words())]).await;
        let plan =
            json!({ "capaId": successor, "method": "Look at ten reports.", "criteria": "None is late.", "plannedOn": super::today() });
        done(&stage, &sqa, "effectivenessCheckPlan", "", plan).await;
        done(&stage, &sqa, "capaBeginCheck", "", at(&successor, Kind::Capa, json!({})).await).await;
        done(&stage, &sqa, "capaCloseEffective", "", at(&successor, Kind::Capa, signed(json!({}))).await).await;
        let close = at(&finding_id, Kind::Finding, signed(json!({ "closureRationale": "It helped." }))).await;
        let closed = done(&stage, &sqa, "findingClose", "finding { state }", close).await;
        assert_eq!(closed["finding"]["state"], "CLOSED");
        stage.house.stop().await;
    }
}

/// Owner, who carried it out, and who wrote the finding do not decide, even where their role could.
#[tokio::test]
async fn i_07_author_owner_and_verifier_are_three() {
    for backend in BOTH {
        let mut props = Props::new(set());
        let own = Of::Capa(Side::Sponsor);
        let (author, sqa) = (player("author@alder"), player("sqa@alder"));
        let submitted = props.capa(own, "SUBMITTED", |_| {});
        let owned = props.capa(own, "EFFECTIVENESS_CHECK", |_| {});
        let carried_out = props.capa(own, "EFFECTIVENESS_CHECK", |capa| {
            capa.owner_id = id_of("sm@alder");
            capa.implemented_by_id = Some(id_of("author@alder"));
        });
        let done_by_himself = props.capa(own, "EFFECTIVENESS_CHECK", |capa| capa.owner_id = id_of("sm@alder"));
        for record in &mut props.records {
            if let Entity::CapaAction(action) = record
                && action.capa_id.to_string() == shown(&done_by_himself)
            {
                action.completed_by_id = Some(id_of("author@alder"));
            }
        }
        let written = props.finding(Of::Finding(Side::Sponsor, Side::Sponsor, FindingSeverity::Critical), "UNDER_INTERNAL_REVIEW", |_| {});
        let owner_closes = props.finding(MAJOR, "PENDING_VERIFICATION", |finding| {
            finding.owner_id = Some(id_of("author@alder"));
            finding.author_id = id_of("sm@alder");
        });
        let steps = [
            ("capaApprove", on(&submitted, signed(json!({}))), Guard::NotOwner),
            ("capaReject", on(&submitted, json!({})), Guard::NotOwner),
            ("capaCloseEffective", on(&owned, signed(json!({}))), Guard::VerifierIndependent),
            ("capaMarkIneffective", on(&owned, signed(json!({}))), Guard::VerifierIndependent),
            ("capaDeferCheck", on(&owned, json!({ "nextCheckOn": "2099-01-01" })), Guard::VerifierIndependent),
            ("capaCloseEffective", on(&carried_out, signed(json!({}))), Guard::VerifierIndependent),
            ("capaCloseEffective", on(&done_by_himself, signed(json!({}))), Guard::VerifierIndependent),
            ("findingIssue", on(&written, signed(json!({}))), Guard::CriticalNotByAuthor),
            ("findingClose", close(&owner_closes), Guard::CloserIndependent),
        ];
        let stage = Stage::with(backend, props.records).await;
        let tries: Vec<_> = steps
            .iter()
            .map(|(mutation, input, guard)| (author.clone(), (*mutation).to_owned(), input.clone(), "GUARD_FAILED", guard.words()))
            .collect();
        refused(&stage, &tries).await;
        for (mutation, mut input, _) in steps {
            input["dryRun"] = json!(true);
            done(&stage, &sqa, mutation, "", input).await;
        }
        stage.house.stop().await;
    }
}
