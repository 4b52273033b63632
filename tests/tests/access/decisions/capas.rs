//! CAPAs: what each side may plan, what completes them, what follows from their checks and for their finding.

use serde_json::{Value as Json, json};
use tandem_domain::access::{Role, Side};
use tandem_domain::command::{Change, Code, Command, Op, Refusal};
use tandem_domain::delivery::{Blinding, Document, DocumentState};
use tandem_domain::id::{PersonId, TypedId, encode};
use tandem_domain::oversight::{
    Capa, CapaAction, CapaPlace, CapaState, Checked, DueDateExtension, EffectivenessCheck, EffectivenessOutcome, ExtensionState, Finding,
    FindingState, capa_action_complete, capa_action_create, capa_action_update, capa_checked, capa_create, capa_moved, capa_update,
    due_date_extension_request, effectiveness_check_plan, extension_decided,
};
use tandem_domain::record::{Kind, Record};
use tandem_tests::matrix::stage::Stage;
use tandem_tests::records::{self, day, now};

use super::{at, by, input, no, only, ops, shown};

fn finding(stage: &Stage, state: FindingState) -> Finding {
    Finding { state, ..records::issued(records::finding(1, &stage.study, Some(&stage.engagement), records::id(79))) }
}

fn capa(stage: &Stage, state: CapaState) -> Capa {
    Capa { state, ..records::capa(2, &finding(stage, FindingState::CapaInProgress), records::id(5)) }
}

fn place(stage: &Stage, state: CapaState) -> CapaPlace {
    CapaPlace { capa: capa(stage, state), open: true }
}

#[test]
fn a_capa_is_planned_by_the_side_that_answers_for_an_open_finding() {
    let stage = Stage::set();
    let create = |role, finding: Finding, open, due: String| {
        let json =
            json!({ "findingId": shown(&finding.clone().into_entity()), "capaKind": "PREVENTIVE", "plan": "Train.", "dueDate": due });
        let input = input("capaCreate", json, |command| match command {
            Command::CapaCreate(input) => Some(input),
            _ => None,
        });
        by(role, |deciding| capa_create(deciding, &finding, open, input))
    };
    let soon = || day(9).to_string();
    let issued = || finding(&stage, FindingState::Acknowledged);
    let made: Capa = only(create(Role::VQa, issued(), true, soon()), &Op::Created);
    assert_eq!((made.state, made.owner_side, made.ball_in_court), (CapaState::Draft, Side::Vendor, Some(Side::Vendor)));
    // Nobody of the sponsor plans what the vendor owes.
    no(create(Role::SStudyManager, issued(), true, soon()), Code::Forbidden, "");
    let own = Finding { vendor_id: None, engagement_id: None, answered_by: Side::Sponsor, ..issued() };
    assert!(create(Role::SStudyManager, own, true, soon()).is_ok());
    for state in [FindingState::Closed, FindingState::Withdrawn] {
        no(create(Role::VQa, finding(&stage, state), true, soon()), Code::GuardFailed, "findingId");
    }
    no(create(Role::VQa, issued(), false, soon()), Code::GuardFailed, "findingId");
    no(create(Role::VQa, issued(), true, day(-1).to_string()), Code::BadUserInput, "dueDate");

    let update = |role, state, open| {
        let json = json!({ "id": shown(&capa(&stage, state).into_entity()), "plan": "Train more." });
        let input = input("capaUpdate", json, |command| match command {
            Command::CapaUpdate(input) => Some(input),
            _ => None,
        });
        by(role, |deciding| capa_update(deciding, capa(&stage, state), open, input))
    };
    assert!(update(Role::VQa, CapaState::Draft, true).is_ok() && update(Role::VQa, CapaState::Rejected, true).is_ok());
    no(update(Role::VQa, CapaState::Draft, false), Code::GuardFailed, "");
    no(update(Role::SStudyManager, CapaState::Draft, true), Code::Forbidden, "");
    for state in [CapaState::Submitted, CapaState::Implementing, CapaState::Implemented, CapaState::ClosedEffective] {
        no(update(Role::VQa, state, true), Code::GuardFailed, "");
    }
}

#[test]
fn actions_are_added_until_it_is_carried_out_and_done_with_evidence() {
    let stage = Stage::set();
    let create = |role, place: CapaPlace| {
        let json = json!({ "capaId": shown(&place.capa.clone().into_entity()), "text": "Hold it.", "dueDate": day(9).to_string() });
        let input = input("capaActionCreate", json, |command| match command {
            Command::CapaActionCreate(input) => Some(input),
            _ => None,
        });
        by(role, |deciding| capa_action_create(deciding, &place, input))
    };
    let made: CapaAction = only(create(Role::VQa, place(&stage, CapaState::Draft)), &Op::Created);
    assert_eq!((made.due_date, made.original_due_date, made.completed_at), (day(9), day(9), None));
    no(create(Role::SStudyManager, place(&stage, CapaState::Draft)), Code::Forbidden, "");
    for state in [CapaState::Implemented, CapaState::EffectivenessCheck] {
        no(create(Role::VQa, place(&stage, state)), Code::GuardFailed, "capaId");
    }
    for state in [CapaState::ClosedEffective, CapaState::Ineffective, CapaState::Cancelled] {
        no(create(Role::VQa, place(&stage, state)), Code::GuardFailed, "");
    }
    no(create(Role::VQa, CapaPlace { open: false, ..place(&stage, CapaState::Draft) }), Code::GuardFailed, "");

    let update = |state, action: CapaAction, besides: Json| {
        let mut json = json!({ "id": shown(&action.clone().into_entity()) });
        json.as_object_mut().unwrap().extend(besides.as_object().unwrap().clone());
        let input = input("capaActionUpdate", json, |command| match command {
            Command::CapaActionUpdate(input) => Some(input),
            _ => None,
        });
        by(Role::VQa, |deciding| capa_action_update(deciding, &place(&stage, state), action, input))
    };
    let later = || json!({ "dueDate": day(40).to_string() });
    let moved: CapaAction = only(update(CapaState::Draft, made.clone(), later()), &Op::Updated);
    assert_eq!((moved.due_date, moved.original_due_date), (day(40), day(40)));
    // Once it is handed in, a day moves by an extension only.
    no(update(CapaState::Submitted, made.clone(), later()), Code::GuardFailed, "dueDate");
    assert!(update(CapaState::Rejected, made.clone(), json!({ "text": "Hold it twice." })).is_ok());
    for state in [CapaState::Submitted, CapaState::Implementing] {
        no(update(state, made.clone(), json!({ "text": "Hold it never." })), Code::GuardFailed, "text");
        assert!(update(state, made.clone(), json!({ "ownerId": encode(Kind::Person, records::id::<PersonId>(6).uuid()) })).is_ok());
    }

    let open = records::document(7, &stage.study, Some(&stage.engagement));
    let complete = |state, action: CapaAction, evidence: &Document| {
        let json = json!({ "id": shown(&action.clone().into_entity()), "evidenceId": shown(&evidence.clone().into_entity()) });
        let input = input("capaActionComplete", json, |command| match command {
            Command::CapaActionComplete(input) => Some(input),
            _ => None,
        });
        by(Role::VQa, |deciding| capa_action_complete(deciding, &place(&stage, state), action, evidence, &input))
    };
    let done: CapaAction = only(complete(CapaState::Implementing, made.clone(), &open), &Op::Updated);
    assert_eq!((done.completed_at, done.evidence_id), (Some(now()), Some(records::id(7))));
    let closed_to_one_side = [
        Document { state: DocumentState::Draft, ..open.clone() },
        Document { blinding: Blinding::SponsorBlinded, ..open.clone() },
        Document { blinding: Blinding::UnblindedRestricted, ..open.clone() },
        Document { engagement_id: None, ..open.clone() },
        Document { study_id: records::id(8), ..open.clone() },
    ];
    for evidence in &closed_to_one_side {
        no(complete(CapaState::Implementing, made.clone(), evidence), Code::GuardFailed, "evidenceId");
    }
    no(complete(CapaState::Submitted, made, &open), Code::GuardFailed, "");
    no(complete(CapaState::Implementing, done.clone(), &open), Code::GuardFailed, "");
    no(update(CapaState::Implementing, done, json!({ "text": "Hold it not." })), Code::GuardFailed, "");
}

#[test]
fn a_later_day_is_asked_for_once_and_the_first_one_stays_known() {
    let stage = Stage::set();
    let action = records::capa_action(3, &capa(&stage, CapaState::Implementing), records::id(5));
    let request = |role, action: CapaAction, waiting, days| {
        let json =
            json!({ "capaActionId": shown(&action.clone().into_entity()), "toDate": day(days).to_string(), "rationale": "He is ill." });
        let input = input("dueDateExtensionRequest", json, |command| match command {
            Command::DueDateExtensionRequest(input) => Some(input),
            _ => None,
        });
        by(role, |deciding| due_date_extension_request(deciding, &place(&stage, CapaState::Implementing), &action, waiting, input))
    };
    let asked: DueDateExtension = only(request(Role::VQa, action.clone(), false, 60), &Op::Created);
    assert_eq!((asked.state, asked.from_date, asked.to_date), (ExtensionState::Requested, day(30), day(60)));
    no(request(Role::VQa, action.clone(), true, 60), Code::GuardFailed, "capaActionId");
    no(request(Role::VQa, action.clone(), false, 30), Code::BadUserInput, "toDate");
    no(request(Role::SStudyManager, action.clone(), false, 60), Code::Forbidden, "");
    no(request(Role::VQa, CapaAction { completed_at: Some(now()), ..action.clone() }, false, 60), Code::GuardFailed, "capaActionId");

    let granted = extension_decided("APPROVE", DueDateExtension { state: ExtensionState::Approved, ..asked.clone() }, action.clone());
    let moved: CapaAction = at(&granted, 1);
    assert_eq!((moved.due_date, moved.original_due_date), (day(60), day(30)));
    let refused = extension_decided("REFUSE", DueDateExtension { state: ExtensionState::Refused, ..asked }, action);
    assert_eq!(ops(&refused), [("REFUSE".to_owned(), "DueDateExtension")]);
}

#[test]
fn one_check_is_planned_at_a_time_and_not_for_the_past() {
    let stage = Stage::set();
    let plan = |role, state, planned, days| {
        let json = json!({ "capaId": shown(&capa(&stage, state).into_entity()), "method": "Look.", "criteria": "None late.", "plannedOn": day(days).to_string() });
        let input = input("effectivenessCheckPlan", json, |command| match command {
            Command::EffectivenessCheckPlan(input) => Some(input),
            _ => None,
        });
        by(role, |deciding| effectiveness_check_plan(deciding, &place(&stage, state), planned, input))
    };
    assert!(plan(Role::SQa, CapaState::Implementing, false, 0).is_ok());
    no(plan(Role::SQa, CapaState::Implementing, true, 0), Code::GuardFailed, "capaId");
    no(plan(Role::SQa, CapaState::Implementing, false, -1), Code::BadUserInput, "plannedOn");
    no(plan(Role::SQa, CapaState::Cancelled, false, 0), Code::GuardFailed, "");
    no(plan(Role::VQa, CapaState::Implementing, false, 0), Code::Forbidden, "");
}

fn checked(stage: &Stage, outcome: EffectivenessOutcome, next: Option<i64>) -> Result<Change, Refusal> {
    let state = match outcome {
        EffectivenessOutcome::Effective => CapaState::ClosedEffective,
        EffectivenessOutcome::Ineffective => CapaState::Ineffective,
        EffectivenessOutcome::Inconclusive => CapaState::EffectivenessCheck,
    };
    let capa = capa(stage, state);
    let check = records::effectiveness_check(4, &capa);
    let said = Checked { outcome, note: Some("Ten of ten.".to_owned()), evidence_id: None, next: next.map(day) };
    by(Role::SQa, |deciding| capa_checked(deciding, "STEP", capa, Some(check), said))
}

#[test]
fn a_check_closes_the_capa_begins_its_successor_or_is_repeated() {
    let stage = Stage::set();
    let change = checked(&stage, EffectivenessOutcome::Effective, None).unwrap();
    assert_eq!(ops(&change), [("STEP".to_owned(), "Capa"), ("UPDATED".to_owned(), "EffectivenessCheck")]);
    let done: EffectivenessCheck = at(&change, 1);
    assert_eq!((done.outcome, done.performed_at), (Some(EffectivenessOutcome::Effective), Some(now())));

    let change = checked(&stage, EffectivenessOutcome::Ineffective, None).unwrap();
    let (failed, next): (Capa, Capa) = (at(&change, 0), at(&change, 2));
    assert_eq!((next.successor_of_id, next.state, next.due_date), (Some(failed.id), CapaState::Draft, day(30)));
    assert_eq!(
        (next.approved_at, next.implemented_by_id, next.owner_id, next.ball_in_court),
        (None, None, failed.owner_id, Some(Side::Vendor))
    );
    let named = checked(&stage, EffectivenessOutcome::Ineffective, Some(12)).unwrap();
    assert_eq!(at::<Capa>(&named, 2).due_date, day(12));
    no(checked(&stage, EffectivenessOutcome::Ineffective, Some(-1)), Code::BadUserInput, "successorDueDate");

    let change = checked(&stage, EffectivenessOutcome::Inconclusive, Some(20)).unwrap();
    let (again, planned): (Capa, EffectivenessCheck) = (at(&change, 0), at(&change, 2));
    assert_eq!((again.inconclusive_checks, planned.planned_on, planned.outcome, planned.performed_at), (1, day(20), None, None));
    no(checked(&stage, EffectivenessOutcome::Inconclusive, Some(-1)), Code::BadUserInput, "nextCheckOn");
    let said = Checked { outcome: EffectivenessOutcome::Effective, note: None, evidence_id: None, next: None };
    no(
        by(Role::SQa, |deciding| capa_checked(deciding, "STEP", capa(&stage, CapaState::ClosedEffective), None, said)),
        Code::GuardFailed,
        "",
    );
}

/// What its CAPAs' steps come to for a finding.
#[test]
fn a_finding_follows_its_capas() {
    let stage = Stage::set();
    let follows = |state, capas: &[(CapaState, bool)]| {
        let capas: Vec<Capa> = (10..)
            .zip(capas)
            .map(|(number, (state, approved))| Capa {
                id: TypedId::from_uuid(uuid::Uuid::from_u128(number)),
                approved_at: approved.then(now),
                ..capa(&stage, *state)
            })
            .collect();
        let change = by(Role::SQa, |deciding| capa_moved(deciding, Change::default(), finding(&stage, state), &capas));
        change.writes.first().map(|_| at::<Finding>(&change, 0)).map(|finding| (finding.state, finding.has_approved_capa))
    };
    use CapaState::{Cancelled, ClosedEffective, Draft, EffectivenessCheck, Implemented, Implementing, Ineffective, Submitted};
    use FindingState::{CapaInProgress, PendingVerification, ResponseAccepted, ResponseSubmitted};
    assert_eq!(follows(ResponseAccepted, &[(Submitted, false)]), None);
    assert_eq!(follows(ResponseAccepted, &[(Implementing, true)]), Some((CapaInProgress, true)));
    assert_eq!(follows(ResponseAccepted, &[(Implemented, true)]), Some((PendingVerification, true)), "both steps at once");
    // Before the answer is accepted, that it has an approved CAPA is noted, and nothing moves.
    assert_eq!(follows(ResponseSubmitted, &[(Implementing, true)]), Some((ResponseSubmitted, true)));
    assert_eq!(follows(CapaInProgress, &[(Implemented, true), (Implementing, true)]), Some((CapaInProgress, true)));
    assert_eq!(follows(CapaInProgress, &[(Implemented, true), (Draft, false)]), Some((CapaInProgress, true)));
    for done in [Implemented, EffectivenessCheck, ClosedEffective] {
        assert_eq!(follows(CapaInProgress, &[(done, true)]), Some((PendingVerification, true)), "{done}");
    }
    // What was given up, or did not help, holds nothing up; alone it is nothing to verify.
    assert_eq!(follows(CapaInProgress, &[(Implemented, true), (Cancelled, false), (Ineffective, true)]), Some((PendingVerification, true)));
    assert_eq!(follows(CapaInProgress, &[(Ineffective, true)]), None);
}
