//! The invariants of the requirements (domain rules, B.12) that speak of the work between the sides, each a test under its name.
//! Each refusal also proves that nothing was written. What is not here is held where the mechanism is tested.

use serde_json::{Value as Json, json};
use tandem_domain::access::{Role, Side};
use tandem_domain::delivery::DeliverableType;
use tandem_domain::id::PersonId;
use tandem_domain::lifecycle::Guard;
use tandem_domain::record::{Entity, Kind, Record};
use tandem_tests::fingerprint::{fingerprint, journal_length};
use tandem_tests::house::{BOTH, Backend};
use tandem_tests::lifecycles::Of;
use tandem_tests::postgres::postgres;
use tandem_tests::records;

use crate::steps::plays::Props;
use crate::steps::stage::{Player, Stage, TWO, dual, id_of, mutation_of, player, set, shown};

mod capas;
mod dates;
mod hidden;
mod parted;
mod told;

/// Today, as an input takes it.
pub(crate) fn today() -> String {
    chrono::DateTime::from_timestamp(tandem_tests::tokens::now(), 0).unwrap().date_naive().to_string()
}

/// The human of two organisations, for one of them.
pub(crate) fn two(side: Side) -> Player {
    if side == Side::Sponsor { dual(TWO, 1, Role::SQa) } else { dual(TWO, 2, Role::VQa) }
}

/// An input for a record at its first version, with a reason and what it takes besides.
pub(crate) fn on(record: &Entity, besides: Json) -> Json {
    let mut input = json!({ "id": shown(record), "expectedVersion": 1, "reason": "for a test" });
    input.as_object_mut().unwrap().extend(besides.as_object().unwrap().clone());
    input
}

pub(crate) fn signed(besides: Json) -> Json {
    let mut input = besides;
    input.as_object_mut().unwrap().insert("signature".to_owned(), json!({ "meaning": "APPROVAL" }));
    input
}

/// That these are refused, each with this code and these words, and that nothing came of any.
pub(crate) async fn refused(stage: &Stage, tries: &[(Player, String, Json, &str, &str)]) {
    let (before, length) = (fingerprint(&stage.ground).await, journal_length(&stage.ground).await);
    for (player, mutation, input, code, words) in tries {
        let (payload, errors) = stage.try_one(player, mutation, "", input.clone()).await;
        let codes: Vec<&str> = errors.iter().map(|error| error.0.as_str()).collect();
        assert_eq!(codes, [*code], "{} {mutation}: {payload}", player.name);
        assert!(errors[0].1.contains(words), "{} {mutation}: {errors:?}", player.name);
    }
    assert_eq!(journal_length(&stage.ground).await, length);
    assert_eq!(fingerprint(&stage.ground).await, before, "what was refused wrote something");
}

/// That this is done; the payload.
pub(crate) async fn done(stage: &Stage, player: &Player, mutation: &str, payload: &str, input: Json) -> Json {
    let (payload, errors) = stage.try_one(player, mutation, payload, input).await;
    assert!(errors.is_empty(), "{} {mutation}: {errors:?}", player.name);
    payload
}

/// A deliverable under review that this person handed in.
fn handed_in(props: &mut Props, of: Of, by: PersonId) -> Entity {
    let made = props.deliverable(of, "IN_REVIEW", |_| {});
    for record in &mut props.records {
        if let Entity::DeliverableSubmission(submission) = record
            && submission.deliverable_id.to_string() == shown(&made)
        {
            submission.submitted_by_id = by;
        }
    }
    made
}

#[tokio::test]
async fn i_06_nobody_accepts_what_he_or_an_organisation_of_his_handed_in() {
    for backend in BOTH {
        let set = set();
        let (as_sponsor, as_vendor) = (set.two.0.id, set.two.1.id);
        let mut props = Props::new(set);
        let vendors = Of::Deliverable(Side::Vendor, DeliverableType::ProjectPlan);
        let sponsors = Of::Deliverable(Side::Sponsor, DeliverableType::Protocol);
        // Of each side: what a colleague handed in, and what the human of both sides did.
        let all = [
            (Side::Vendor, handed_in(&mut props, vendors, id_of("pm2@birchway"))),
            (Side::Vendor, handed_in(&mut props, vendors, as_vendor)),
            (Side::Sponsor, handed_in(&mut props, sponsors, id_of("sm2@alder"))),
            (Side::Sponsor, handed_in(&mut props, sponsors, as_sponsor)),
        ];
        let stage = Stage::with(backend, props.records).await;
        let mut tries = Vec::new();
        for (owed_by, deliverable) in &all {
            let colleague = player(if *owed_by == Side::Vendor { "pm@birchway" } else { "sm@alder" });
            let deciding = two(if *owed_by == Side::Vendor { Side::Sponsor } else { Side::Vendor });
            for (mutation, besides) in [
                ("deliverableAccept", signed(json!({}))),
                ("deliverableAcceptWithComments", signed(json!({ "comment": "Fine." }))),
                ("deliverableReturn", json!({ "comment": "Not fine." })),
            ] {
                // His own side has no verdict at all; and who is of both has none either, whoever handed it in.
                tries.push((colleague.clone(), mutation.to_owned(), on(deliverable, besides.clone()), "FORBIDDEN", ""));
                tries.push((
                    deciding.clone(),
                    mutation.to_owned(),
                    on(deliverable, besides),
                    "GUARD_FAILED",
                    Guard::OtherThanSubmitter.words(),
                ));
            }
            let sign = on(deliverable, json!({ "signature": { "meaning": "REVIEW" } }));
            tries.push((deciding, "deliverableSign".to_owned(), sign, "GUARD_FAILED", Guard::OtherThanSubmitter.words()));
        }
        refused(&stage, &tries).await;
        for (owed_by, deliverable) in &all {
            let other = player(if *owed_by == Side::Vendor { "sm@alder" } else { "vra@birchway" });
            let accepted = done(&stage, &other, "deliverableAccept", "deliverable { state }", on(deliverable, signed(json!({})))).await;
            assert_eq!(accepted["deliverable"]["state"], "ACCEPTED");
        }
        stage.house.stop().await;
    }
}

#[tokio::test]
async fn i_06_who_belongs_to_the_vendor_decides_nothing_of_its_for_the_sponsor() {
    use tandem_domain::oversight::FindingSeverity::Major;
    for backend in BOTH {
        let mut props = Props::new(set());
        let finding = Of::Finding(Side::Sponsor, Side::Vendor, Major);
        let mut tries = Vec::new();
        let mut then = Vec::new();
        for (of, state, action, besides) in [
            (finding, "DISPUTED", "UPHOLD", json!({})),
            (finding, "DISPUTED", "WITHDRAW", signed(json!({}))),
            (finding, "RESPONSE_SUBMITTED", "ACCEPT_RESPONSE", json!({})),
            (finding, "RESPONSE_SUBMITTED", "RETURN_RESPONSE", json!({})),
            (finding, "RESPONSE_ACCEPTED", "WAIVE_CAPA", signed(json!({ "rationale": "It cannot happen again." }))),
            (Of::Capa(Side::Vendor), "SUBMITTED", "APPROVE", signed(json!({}))),
            (Of::Capa(Side::Vendor), "SUBMITTED", "REJECT", json!({})),
            (Of::Capa(Side::Vendor), "SUBMITTED", "CANCEL", json!({})),
            (Of::Capa(Side::Vendor), "EFFECTIVENESS_CHECK", "CLOSE_EFFECTIVE", signed(json!({}))),
            (Of::Capa(Side::Vendor), "EFFECTIVENESS_CHECK", "MARK_INEFFECTIVE", signed(json!({}))),
            (Of::Capa(Side::Vendor), "EFFECTIVENESS_CHECK", "DEFER_CHECK", json!({ "nextCheckOn": "2099-01-01" })),
            (Of::Extension(Side::Vendor), "REQUESTED", "APPROVE", json!({})),
            (Of::Extension(Side::Vendor), "REQUESTED", "REFUSE", json!({})),
            (Of::Capa(Side::Vendor), "IMPLEMENTED", "BEGIN_CHECK", json!({})),
            (finding, "CLOSED", "REOPEN", signed(json!({}))),
            (finding, "UNDER_INTERNAL_REVIEW", "RETURN_TO_DRAFT", json!({})),
            (Of::Issue(Side::Sponsor), "RESOLVED", "CLOSE", json!({})),
        ] {
            let record = props.play(of, state);
            let (mutation, input) = (mutation_of(of.kind(), action), on(&record, besides));
            tries.push((two(Side::Sponsor), mutation.clone(), input.clone(), "GUARD_FAILED", Guard::OtherThanOwing.words()));
            then.push((mutation, input));
        }
        let closing = props.play(finding, "PENDING_VERIFICATION");
        let close = on(&closing, signed(json!({ "closureRationale": "It helped." })));
        tries.push((two(Side::Sponsor), "findingClose".to_owned(), close.clone(), "GUARD_FAILED", Guard::CloserIndependent.words()));
        then.push(("findingClose".to_owned(), close));
        let graded = props.play(finding, "ACKNOWLEDGED");
        let grade = on(&graded, signed(json!({ "severity": "MINOR" })));
        tries.push((two(Side::Sponsor), "findingSeverityChange".to_owned(), grade.clone(), "GUARD_FAILED", Guard::OtherThanOwing.words()));
        then.push(("findingSeverityChange".to_owned(), grade));
        // Nor does he ease what the vendor is measured by.
        let owed = Of::Deliverable(Side::Vendor, DeliverableType::ProjectPlan);
        let draft = props.play(finding, "DRAFT");
        let planned = props.play(Of::Capa(Side::Vendor), "DRAFT");
        props.records.retain(|record| !matches!(record, Entity::EffectivenessCheck(check) if check.capa_id.to_string() == shown(&planned)));
        let plan = json!({ "capaId": shown(&planned), "method": "Look.", "criteria": "Anything.", "plannedOn": today() });
        let later = json!({ "dueDate": "2099-01-01" });
        let mut issue = props.play(Of::Issue(Side::Sponsor), "OPEN");
        if let (Entity::Issue(issue), Some(Entity::Issue(kept))) = (&mut issue, props.records.last_mut()) {
            (issue.owner_side, kept.owner_side) = (Side::Vendor, Side::Vendor);
        }
        let milestone = records::milestone(props.number(), &props.set.study, Some(&props.set.active));
        props.keep(&milestone);
        let milestone = milestone.into_entity();
        let replaced = props.play(owed, "PLANNED");
        let replacing = json!({ "engagementId": shown(&props.set.active.clone().into_entity()), "deliverableType": "PROJECT_PLAN",
                                "title": "Another", "dueDate": "2099-01-01", "supersedesId": shown(&replaced) });
        // An issue that his vendor has handed over for a moment.
        let handed = props.play(Of::Issue(Side::Sponsor), "OPEN");
        let eased = [
            ("deliverableCreate".to_owned(), replacing, "sm@alder"),
            ("issueUpdate".to_owned(), on(&handed, later.clone()), "sqa@alder"),
            ("deliverableUpdate".to_owned(), on(&props.play(owed, "PLANNED"), later.clone()), "sm@alder"),
            ("deliverableCancel".to_owned(), on(&props.play(owed, "PLANNED"), json!({})), "sm@alder"),
            ("findingUpdate".to_owned(), on(&draft, json!({ "title": "Weaker" })), "sqa@alder"),
            ("effectivenessCheckPlan".to_owned(), plan, "sqa@alder"),
            ("issueUpdate".to_owned(), on(&issue, later), "sqa@alder"),
            ("milestoneUpdate".to_owned(), on(&milestone, json!({ "plannedDate": "2099-01-01" })), "sm@alder"),
        ];
        for (mutation, input, _) in &eased {
            tries.push((two(Side::Sponsor), mutation.clone(), input.clone(), "GUARD_FAILED", Guard::OtherThanOwing.words()));
        }
        let stage = Stage::with(backend, props.records).await;
        refused(&stage, &tries).await;
        for (mutation, input) in then {
            done(&stage, &player("sqa@alder"), &mutation, "", input).await;
        }
        for (mutation, input, who) in eased {
            done(&stage, &player(who), &mutation, "", input).await;
        }
        stage.house.stop().await;
    }
}

#[tokio::test]
async fn i_11_what_was_written_down_stays_as_it_was() {
    for backend in BOTH {
        let mut props = Props::new(set());
        let deliverable = props.deliverable(Of::Deliverable(Side::Vendor, DeliverableType::ProjectPlan), "IN_REVIEW", |_| {});
        let comment = records::comment(
            props.number(),
            &deliverable,
            tandem_domain::conversation::CommentVisibility::Shared,
            (id_of("sm@alder"), Side::Sponsor),
        );
        props.keep(&comment);
        let document = props.handed_over(Side::Vendor);
        let comment = comment.into_entity();
        let stage = Stage::with(backend, props.records).await;
        let history = async |record: &Entity| {
            let name = record.kind().name();
            let query = format!(
                "query($id: ID!) {{ node(id: $id) {{ ... on {name} {{ history(first: 50) {{ nodes {{ version recordedAt operation command actorId reason \
                 changes {{ field old new }} }} }} }} }} }}"
            );
            let seen = stage.ask(&player("sqa@alder"), &query, json!({ "id": shown(record) })).await;
            seen.at("/data/node/history/nodes").as_array().unwrap_or_else(|| panic!("{}", seen.text)).clone()
        };
        let (pm, sm) = (player("pm@birchway"), player("sm@alder"));
        let mut before = (history(&deliverable).await, history(&comment).await);
        let later = |version: i64, besides: Json| {
            let mut input = on(&deliverable, besides);
            input["expectedVersion"] = json!(version);
            input
        };
        for (at, (player, mutation, input)) in [
            (&sm, "deliverableReturn", later(1, json!({ "comment": "Again." }))),
            (&pm, "deliverableSubmit", later(2, json!({ "documentId": document }))),
            (&sm, "deliverableUpdate", later(3, json!({ "title": "Another title", "dueDate": "2027-01-01" }))),
            (&sm, "commentUpdate", on(&comment, json!({ "body": "Said otherwise." }))),
        ]
        .into_iter()
        .enumerate()
        {
            done(&stage, player, mutation, "", input).await;
            let after = (history(&deliverable).await, history(&comment).await);
            assert_eq!(after.0[..before.0.len()], before.0[..], "{mutation} rewrote what was written");
            assert_eq!(after.1[..before.1.len()], before.1[..], "{mutation} rewrote what was written");
            let more = (after.0.len() - before.0.len(), after.1.len() - before.1.len());
            assert_eq!(more, if at < 3 { (1, 0) } else { (0, 1) }, "{mutation}");
            before = after;
        }
        assert!(before.1[1].to_string().contains("What was said."), "an edited comment's first words stay: {:?}", before.1);
        // What was handed in, reviewed, answered: no command changes it; and the database itself refuses to rewrite the journal.
        for kind in [Kind::DeliverableSubmission, Kind::DeliverableReview, Kind::FindingResponse] {
            assert!(tandem_domain::command::catalogue().iter().all(|command| command.kind != kind), "{kind:?}");
        }
        if backend == Backend::Postgres {
            let database = stage.ground.connect.url.rsplit('/').next().unwrap_or_default();
            let length = journal_length(&stage.ground).await;
            for statement in ["UPDATE journal SET command = 'x'", "DELETE FROM journal", "TRUNCATE journal CASCADE"] {
                assert!(postgres().psql(database, statement).is_err(), "{statement}");
            }
            assert_eq!(journal_length(&stage.ground).await, length);
        }
        stage.house.stop().await;
    }
}

#[tokio::test]
async fn i_22_a_stale_version_is_a_conflict_that_tells_nothing() {
    use tandem_domain::oversight::FindingSeverity::Major;
    for backend in BOTH {
        let mut props = Props::new(set());
        let cases: Vec<(Entity, &str, Json, &str, &str)> = vec![
            (
                props.play(Of::Deliverable(Side::Vendor, DeliverableType::Tlf), "IN_REVIEW"),
                "deliverableAccept",
                signed(json!({})),
                "sm@alder",
                "pm@birchway",
            ),
            (
                props.play(Of::Finding(Side::Sponsor, Side::Vendor, Major), "ISSUED"),
                "findingAcknowledge",
                json!({}),
                "pm@birchway",
                "sm@alder",
            ),
            (props.play(Of::Capa(Side::Vendor), "SUBMITTED"), "capaApprove", signed(json!({})), "sqa@alder", "pm@birchway"),
            (props.play(Of::Extension(Side::Vendor), "REQUESTED"), "dueDateExtensionApprove", json!({}), "sqa@alder", "pm@birchway"),
            (props.play(Of::Issue(Side::Vendor), "OPEN"), "issueStart", json!({}), "pm@birchway", "fin@alder"),
            (props.play(Of::Document(Side::Vendor), "IN_REVIEW"), "documentApprove", signed(json!({})), "pm@birchway", "sm@alder"),
        ];
        let stage = Stage::with(backend, props.records).await;
        let words = "The record was changed since you read it. Read it again and repeat the change.";
        let mut tries = Vec::new();
        for (record, mutation, besides, may, may_not) in &cases {
            for version in [0, 2, 99, -1] {
                let mut input = on(record, besides.clone());
                input["expectedVersion"] = json!(version);
                tries.push((player(may), (*mutation).to_owned(), input.clone(), "CONFLICT", words));
                // Who may not learns nothing of versions, and who does not see it nothing at all.
                tries.push((player(may_not), (*mutation).to_owned(), input.clone(), "FORBIDDEN", ""));
                tries.push((player("pm@cedarline"), (*mutation).to_owned(), input, "NOT_FOUND", ""));
            }
            let right = on(record, besides.clone());
            tries.push((player(may_not), (*mutation).to_owned(), right.clone(), "FORBIDDEN", ""));
            tries.push((player("pm@cedarline"), (*mutation).to_owned(), right, "NOT_FOUND", ""));
        }
        refused(&stage, &tries).await;
        // An edit of what is hidden moves nothing that the other side sees: its version still stands.
        let (finding, ..) = &cases[1];
        let hidden = json!({ "id": shown(finding), "expectedVersion": 0, "internalAssessment": "Worse than it looks." });
        done(&stage, &player("sqa@alder"), "findingInternalUpdate", "", hidden).await;
        for (record, mutation, besides, may, _) in &cases {
            done(&stage, &player(may), mutation, "", on(record, besides.clone())).await;
        }
        stage.house.stop().await;
    }
}
