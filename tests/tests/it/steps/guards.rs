//! Each guard by itself: a step for which everything else holds, whoever may take it, is hindered by just this guard, is promised so, and
//! changes nothing; where the guard holds too, it is done.

use serde_json::{Value as Json, json};
use tandem_domain::access::Side;
use tandem_domain::delivery::DeliverableType;
use tandem_domain::lifecycle::Guard;
use tandem_domain::oversight::{Capa, CapaState, FindingSeverity};
use tandem_domain::record::{Entity, Kind};
use tandem_tests::fingerprint::{fingerprint, journal_length};
use tandem_tests::house::BOTH;
use tandem_tests::lifecycles::{Of, in_state};
use tandem_tests::records;

use super::plays::Props;
use super::stage::{Stage, besides, mutation_of, player, set, shown};

/// A record for which one guard does not hold, the step, and who takes it.
struct Variant {
    record: Entity,
    action: &'static str,
    player: &'static str,
    guard: Guard,
}

const TLF: Of = Of::Deliverable(Side::Vendor, DeliverableType::Tlf);
const CRITICAL: Of = Of::Finding(Side::Sponsor, Side::Vendor, FindingSeverity::Critical);
const MAJOR: Of = Of::Finding(Side::Sponsor, Side::Vendor, FindingSeverity::Major);
const MINOR: Of = Of::Finding(Side::Sponsor, Side::Vendor, FindingSeverity::Minor);

/// The record that was just kept, under another engagement of the same vendor.
fn moved(props: &mut Props, record: &Entity, to: tandem_domain::id::EngagementId) -> Entity {
    let position = props.records.iter().position(|known| shown(known) == shown(record)).unwrap();
    let there = match props.records[position].clone() {
        Entity::Deliverable(mut one) => {
            one.engagement_id = to;
            Entity::Deliverable(one)
        }
        Entity::Finding(mut one) => {
            one.engagement_id = Some(to);
            Entity::Finding(one)
        }
        Entity::Capa(mut one) => {
            one.engagement_id = Some(to);
            Entity::Capa(one)
        }
        Entity::DueDateExtension(mut one) => {
            one.engagement_id = Some(to);
            Entity::DueDateExtension(one)
        }
        Entity::Issue(mut one) => {
            one.engagement_id = to;
            Entity::Issue(one)
        }
        Entity::Document(mut one) => {
            one.engagement_id = Some(to);
            Entity::Document(one)
        }
        other => panic!("{other:?}"),
    };
    props.records[position] = there.clone();
    there
}

/// Everything that is of an ended engagement stays as it stood; nothing is prepared or handed in under one that is held.
fn of_engagements(props: &mut Props) -> Vec<Variant> {
    let (held, closed) = (props.set.held.id, props.set.closed.id);
    let vendors_issue = Of::Issue(Side::Vendor);
    let steps: &[(Of, &'static str, &'static str, &'static str)] = &[
        (TLF, "SUBMITTED", "BEGIN_REVIEW", "sm@alder"),
        (TLF, "IN_REVIEW", "RETURN", "sm@alder"),
        (TLF, "IN_REVIEW", "ACCEPT", "sdl@alder"),
        (TLF, "IN_REVIEW", "ACCEPT_WITH_COMMENTS", "sm@alder"),
        (TLF, "IN_REVIEW", "WITHDRAW", "pm@birchway"),
        (CRITICAL, "DRAFT", "SUBMIT_FOR_REVIEW", "author@alder"),
        (CRITICAL, "UNDER_INTERNAL_REVIEW", "RETURN_TO_DRAFT", "sqa@alder"),
        (Of::Finding(Side::Vendor, Side::Vendor, FindingSeverity::Minor), "DRAFT", "SUBMIT_FOR_REVIEW", "author@birchway"),
        (CRITICAL, "UNDER_INTERNAL_REVIEW", "ISSUE", "sqa@alder"),
        (MINOR, "ISSUED", "ACKNOWLEDGE", "pm@birchway"),
        (MINOR, "ACKNOWLEDGED", "DISPUTE", "vqa@birchway"),
        (MINOR, "ACKNOWLEDGED", "RESPOND", "pm@birchway"),
        (MINOR, "CLOSED", "REOPEN", "sqa@alder"),
        (Of::Capa(Side::Vendor), "DRAFT", "SUBMIT", "pm@birchway"),
        (Of::Capa(Side::Vendor), "IMPLEMENTING", "COMPLETE", "vqa@birchway"),
        (Of::Extension(Side::Vendor), "REQUESTED", "APPROVE", "sqa@alder"),
        (Of::Extension(Side::Vendor), "REQUESTED", "REFUSE", "sqa@alder"),
        (vendors_issue, "OPEN", "START", "pm@birchway"),
        (vendors_issue, "IN_PROGRESS", "ESCALATE", "sqa@alder"),
        (vendors_issue, "ESCALATED", "RESUME", "pm@birchway"),
        (vendors_issue, "IN_PROGRESS", "RESOLVE", "sm@alder"),
        (vendors_issue, "RESOLVED", "CLOSE", "pm@birchway"),
        (Of::Document(Side::Vendor), "DRAFT", "SUBMIT_FOR_REVIEW", "pm@birchway"),
        (Of::Document(Side::Vendor), "IN_REVIEW", "APPROVE", "pm@birchway"),
        (Of::Document(Side::Sponsor), "APPROVED", "MAKE_EFFECTIVE", "sm@alder"),
        (Of::Document(Side::Sponsor), "EFFECTIVE", "MAKE_OBSOLETE", "sm@alder"),
    ];
    let mut variants = Vec::new();
    for (of, state, action, player) in steps {
        let record = props.play(*of, state);
        variants.push(Variant { record: moved(props, &record, closed), action, player, guard: Guard::EngagementOpen });
    }
    for (state, action) in [("PLANNED", "PREPARE"), ("IN_PREPARATION", "SUBMIT")] {
        let record = props.play(TLF, state);
        variants.push(Variant { record: moved(props, &record, held), action, player: "pm@birchway", guard: Guard::EngagementAtWork });
    }
    variants
}

/// What has to be there, or must not be.
fn of_content(props: &mut Props) -> Vec<Variant> {
    use tandem_domain::command::SignatureMeaning::Review;
    let mut variants = Vec::new();
    let mut keep = |record, action, player, guard| variants.push(Variant { record, action, player, guard });
    for action in ["ACCEPT", "ACCEPT_WITH_COMMENTS"] {
        let unsigned = props.deliverable(TLF, "IN_REVIEW", |one| one.missing_signatures = vec![Review]);
        keep(unsigned, action, "sm@alder", Guard::SignaturesComplete);
    }
    for of in [CRITICAL, MAJOR] {
        let bare = props.finding(of, "UNDER_INTERNAL_REVIEW", |one| one.requirement_refs.clear());
        keep(bare, "ISSUE", "sqa@alder", Guard::RequirementsNamed);
    }
    let disputed = props.finding(MAJOR, "ACKNOWLEDGED", |one| one.disputed = true);
    keep(disputed, "DISPUTE", "pm@birchway", Guard::NotDisputedBefore);
    let required = props.finding(MINOR, "RESPONSE_SUBMITTED", |one| one.capa_required = true);
    keep(required, "ACCEPT_RESPONSE", "vm@alder", Guard::CapaThere);
    let required = props.finding(MINOR, "RESPONSE_ACCEPTED", |one| one.capa_required = true);
    keep(required, "CLOSE", "vm@alder", Guard::NoCapaRequired);
    let planned = with_capa(props, MAJOR, "RESPONSE_ACCEPTED", CapaState::Submitted);
    keep(planned, "WAIVE_CAPA", "sqa@alder", Guard::NoOpenCapa);
    let open = with_capa(props, MAJOR, "PENDING_VERIFICATION", CapaState::Implemented);
    keep(open, "CLOSE", "sqa@alder", Guard::CapaEffective);
    let undone = props.capa(Of::Capa(Side::Vendor), "IMPLEMENTING", |_| {});
    for record in &mut props.records {
        if let Entity::CapaAction(action) = record
            && action.capa_id.to_string() == shown(&undone)
        {
            (action.completed_at, action.completed_by_id, action.evidence_id) = (None, None, None);
        }
    }
    keep(undone, "COMPLETE", "pm@birchway", Guard::ActionsComplete);
    let early = props.capa(Of::Capa(Side::Vendor), "IMPLEMENTED", |_| {});
    for record in &mut props.records {
        if let Entity::EffectivenessCheck(check) = record
            && check.capa_id.to_string() == shown(&early)
        {
            check.planned_on = records::day(3_000);
        }
    }
    keep(early, "BEGIN_CHECK", "sqa@alder", Guard::CheckDue);
    let twice = props.capa(Of::Capa(Side::Vendor), "EFFECTIVENESS_CHECK", |one| one.inconclusive_checks = 2);
    keep(twice, "DEFER_CHECK", "sqa@alder", Guard::InconclusiveAtMostTwice);
    let named = props.play(Of::Issue(Side::Vendor), "IN_PROGRESS");
    let position = props.records.len() - 1;
    let Entity::Issue(mut issue) = props.records[position].clone() else { panic!("{named:?}") };
    issue.owner_id = Some(super::stage::id_of("sm2@alder"));
    props.records[position] = Entity::Issue(issue.clone());
    keep(Entity::Issue(issue), "RESOLVE", "sm@alder", Guard::AsOwner);
    variants
}

/// A finding with one more CAPA, in this state.
fn with_capa(props: &mut Props, of: Of, state: &'static str, capa: CapaState) -> Entity {
    let made = props.finding(of, state, |_| {});
    let Entity::Finding(finding) = &made else { panic!("{made:?}") };
    let more = Capa { state: capa, ..records::capa(props.number(), finding, super::stage::id_of("author@birchway")) };
    props.keep(&more);
    in_state(&made, state)
}

fn input(variant: &Variant, document: &str) -> Json {
    let mutation = mutation_of(variant.record.kind(), variant.action);
    let mut input = json!({ "id": shown(&variant.record), "expectedVersion": 1, "reason": "to try it" });
    for (field, value) in besides(&mutation, document) {
        input[field] = value;
    }
    let signed = Of::all()
        .iter()
        .any(|of| of.kind() == variant.record.kind() && of.rows().iter().any(|row| row.action == variant.action && row.signature));
    if signed {
        input["signature"] = json!({ "meaning": "APPROVAL" });
    }
    input
}

#[tokio::test]
async fn one_guard_that_does_not_hold_hinders_and_is_named() {
    for backend in BOTH {
        let mut props = Props::new(set());
        let document = props.handed_over(Side::Vendor);
        let mut variants = of_engagements(&mut props);
        variants.extend(of_content(&mut props));
        let stage = Stage::with(backend, props.records).await;
        let (before, length) = (fingerprint(&stage.ground).await, journal_length(&stage.ground).await);
        let mut wrong = Vec::new();
        for variant in &variants {
            let player = player(variant.player);
            let name = variant.record.kind().name();
            let query = format!(
                "query($id: ID!) {{ node(id: $id) {{ ... on {name} {{ allowedTransitions {{ action enabled blockers {{ message }} }} }} }} }}"
            );
            let seen = stage.ask(&player, &query, json!({ "id": shown(&variant.record) })).await;
            let promised = seen
                .at("/data/node/allowedTransitions")
                .as_array()
                .unwrap_or_else(|| panic!("{} {}: {}", variant.player, variant.action, seen.text));
            let promised = promised.iter().find(|step| step["action"] == variant.action).cloned().unwrap_or_default();
            let told = json!({ "action": variant.action, "enabled": false, "blockers": [{ "message": variant.guard.words() }] });
            let (_, errors) =
                stage.try_one(&player, &mutation_of(variant.record.kind(), variant.action), "", input(variant, &document)).await;
            if promised != told || errors != [("GUARD_FAILED".to_owned(), variant.guard.words().to_owned())] {
                wrong.push(format!("{} {name} {}: {:?}: {errors:?}, promised {promised}", variant.player, variant.action, variant.guard));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert_eq!(journal_length(&stage.ground).await, length);
        assert_eq!(fingerprint(&stage.ground).await, before, "what was hindered wrote something");
        stage.house.stop().await;
    }
}

/// No guard of these lifecycles goes untried: each is made to fail here, by a person in the table's test, or in an invariant.
#[test]
fn every_guard_is_tried() {
    let by_person =
        [Guard::AsAuthor, Guard::CriticalNotByAuthor, Guard::GraveNotByAuthor, Guard::NotAuthor, Guard::NotOwner, Guard::NotRequester];
    let by_side = [Guard::OtherThanSubmitter, Guard::OtherThanOwing, Guard::CloserIndependent, Guard::VerifierIndependent];
    let mut props = Props::new(set());
    let mut known: Vec<Guard> = by_person.into_iter().chain(by_side).collect();
    known.extend(of_engagements(&mut props).iter().chain(&of_content(&mut props)).map(|variant| variant.guard));
    for kind in [Kind::Deliverable, Kind::Finding, Kind::Capa, Kind::DueDateExtension, Kind::Issue, Kind::Document] {
        for guard in kind.def().lifecycle.unwrap().transitions.iter().flat_map(|step| step.guards) {
            assert!(guard.is_deferred() || known.contains(guard), "{kind:?} {guard:?}");
        }
    }
}
