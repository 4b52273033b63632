//! Findings: writing, issuing, answering, grading, closing.

use serde_json::{Value as Json, json};
use tandem_domain::access::{Role, Side};
use tandem_domain::command::{Change, Code, Command, Op, Refusal};
use tandem_domain::engagement::{Engagement, EngagementState};
use tandem_domain::id::PersonId;
use tandem_domain::oversight::{
    Capa, CapaAction, Finding, FindingInternal, FindingPlace, FindingResponse, FindingSeverity, FindingState, ResponseVerdict,
    finding_close, finding_create, finding_dispute, finding_internal_update, finding_issue, finding_respond, finding_severity_change,
    finding_update, finding_verdict, finding_waive_capa,
};
use tandem_domain::record::Record;
use tandem_tests::matrix::stage::{Stage, viewer_id};
use tandem_tests::records::{self, day, now};

use super::{at, by, input, no, only, ops, shown, silently};

fn oneself() -> PersonId {
    tandem_domain::id::TypedId::from_uuid(viewer_id())
}

fn draft(stage: &Stage, severity: FindingSeverity) -> Finding {
    Finding { severity, ..records::finding(1, &stage.study, Some(&stage.engagement), records::id(79)) }
}

fn answered(stage: &Stage, severity: FindingSeverity, state: FindingState) -> Finding {
    Finding { state, ..records::issued(draft(stage, severity)) }
}

fn create(role: Role, stage: &Stage, engagement: Option<Engagement>, besides: Json) -> Result<Change, Refusal> {
    let mut json = json!({ "studyId": shown(&stage.study.clone().into_entity()), "source": "OVERSIGHT_REVIEW", "title": "Late", "description": "Reports are late.", "category": "MONITORING", "severity": "MINOR" });
    json.as_object_mut().unwrap().extend(besides.as_object().unwrap().clone());
    let input = input("findingCreate", json, |command| match command {
        Command::FindingCreate(input) => Some(input),
        _ => None,
    });
    let place =
        FindingPlace { study: stage.study.clone(), engagement, country: None, site: None, recurrence_of: None, promoted_from: None };
    by(role, |deciding| finding_create(deciding, place, input))
}

#[test]
fn a_finding_begins_as_a_draft_of_its_author() {
    let stage = Stage::set();
    let ours = || Some(stage.engagement.clone());
    let made: Finding = only(create(Role::SQa, &stage, ours(), json!({})), &Op::Created);
    assert_eq!((made.state, made.author_id, made.author_side), (FindingState::Draft, oneself(), Side::Sponsor));
    assert_eq!((made.answered_by, made.ball_in_court, &made.reference), (Side::Vendor, Some(Side::Sponsor), &None));
    let own: Finding = only(create(Role::SQa, &stage, None, json!({})), &Op::Created);
    assert_eq!((own.answered_by, own.vendor_id), (Side::Sponsor, None));
    let reported: Finding = only(create(Role::VQa, &stage, ours(), json!({ "source": "SELF_REPORTED" })), &Op::Created);
    assert_eq!((reported.author_side, reported.answered_by), (Side::Vendor, Side::Vendor));
    // Grave ones need a CAPA where nothing else is said; a CRITICAL one in any case.
    for (severity, required) in [("CRITICAL", true), ("MAJOR", true), ("MINOR", false), ("RECOMMENDATION", false)] {
        let made: Finding = only(create(Role::SQa, &stage, ours(), json!({ "severity": severity })), &Op::Created);
        assert_eq!(made.capa_required, required, "{severity}");
    }
    no(create(Role::SQa, &stage, ours(), json!({ "severity": "CRITICAL", "capaRequired": false })), Code::BadUserInput, "capaRequired");
    no(create(Role::SQa, &stage, ours(), json!({ "source": "SELF_REPORTED" })), Code::BadUserInput, "source");
    no(create(Role::VQa, &stage, ours(), json!({})), Code::BadUserInput, "source");
    no(create(Role::SQa, &stage, Some(stage.engagement_b.clone()), json!({})), Code::NotFound, "engagementId");
    let ended = Engagement { state: EngagementState::Closed, ..stage.engagement.clone() };
    no(create(Role::SQa, &stage, Some(ended), json!({})), Code::GuardFailed, "engagementId");
    // A vendor names its own engagement, or nothing comes of it.
    no(create(Role::VQa, &stage, None, json!({ "source": "SELF_REPORTED" })), Code::Forbidden, "");
    no(create(Role::VQa, &stage, Some(stage.competitor.clone()), json!({ "source": "SELF_REPORTED" })), Code::Forbidden, "");
}

#[test]
fn only_a_draft_is_edited() {
    let stage = Stage::set();
    let update = |finding: Finding, besides: Json| {
        let mut json = json!({ "id": shown(&finding.clone().into_entity()) });
        json.as_object_mut().unwrap().extend(besides.as_object().unwrap().clone());
        let input = input("findingUpdate", json, |command| match command {
            Command::FindingUpdate(input) => Some(input),
            _ => None,
        });
        by(Role::SQa, |deciding| finding_update(deciding, finding, input))
    };
    let minor = draft(&stage, FindingSeverity::Minor);
    let changed: Finding = only(update(minor.clone(), json!({ "severity": "MAJOR", "title": "Other" })), &Op::Updated);
    assert_eq!((changed.severity, changed.title.as_str()), (FindingSeverity::Major, "Other"));
    no(update(minor.clone(), json!({ "severity": "CRITICAL" })), Code::BadUserInput, "capaRequired");
    for state in [FindingState::UnderInternalReview, FindingState::Issued, FindingState::Closed] {
        no(update(Finding { state, ..minor.clone() }, json!({ "title": "Other" })), Code::GuardFailed, "");
    }
}

#[test]
fn issuing_gives_a_number_and_a_day_and_opens_the_assessment_to_the_sponsor() {
    let stage = Stage::set();
    let issue = |severity, due: Option<String>, part| {
        let finding = Finding { state: FindingState::Issued, ..draft(&stage, severity) };
        let mut json = json!({ "id": shown(&finding.clone().into_entity()) });
        if let Some(due) = due {
            json["responseDueDate"] = json!(due);
        }
        let input = input("findingIssue", json, |command| match command {
            Command::FindingIssue(input) => Some(input),
            _ => None,
        });
        by(Role::SQa, |deciding| finding_issue(deciding, finding, part, 7, &input))
    };
    // 2026-01-08 is a Thursday: five business days later is the next Thursday, fifteen the third one.
    for (severity, due) in [
        (FindingSeverity::Critical, "2026-01-15"),
        (FindingSeverity::Major, "2026-01-29"),
        (FindingSeverity::Minor, "2026-02-07"),
        (FindingSeverity::Recommendation, "2026-02-07"),
    ] {
        let issued: Finding = at(&issue(severity, None, None).unwrap(), 0);
        assert_eq!(issued.reference.as_deref(), Some("F-007"));
        assert_eq!(issued.response_due_at.unwrap().date_naive().to_string(), due, "{severity}");
    }
    let asked: Finding = at(&issue(FindingSeverity::Major, Some(day(3).to_string()), None).unwrap(), 0);
    assert_eq!(asked.response_due_at.unwrap().date_naive(), day(3));
    no(issue(FindingSeverity::Major, Some(day(-1).to_string()), None), Code::BadUserInput, "responseDueDate");
    let part = records::finding_internal(&draft(&stage, FindingSeverity::Major));
    let change = issue(FindingSeverity::Major, None, Some(part)).unwrap();
    assert_eq!(ops(&change), [("ISSUE".to_owned(), "Finding"), ("UPDATED".to_owned(), "FindingInternal")]);
    assert!(!at::<FindingInternal>(&change, 1).draft);
}

fn respond(finding: Finding, besides: Json) -> Result<Change, Refusal> {
    let mut json = json!({ "id": shown(&finding.clone().into_entity()), "correction": "It was corrected." });
    json.as_object_mut().unwrap().extend(besides.as_object().unwrap().clone());
    let input = input("findingRespond", json, |command| match command {
        Command::FindingRespond(input) => Some(input),
        _ => None,
    });
    by(Role::VQa, |deciding| finding_respond(deciding, finding, 2, input))
}

#[test]
fn a_grave_finding_is_answered_with_its_root_cause_and_may_bring_a_capa() {
    let stage = Stage::set();
    let of = |severity| answered(&stage, severity, FindingState::ResponseSubmitted);
    let cause = json!({ "rootCause": "Nobody looked.", "rootCauseMethod": "FIVE_WHYS", "rootCauseCategory": "PROCESS" });
    for severity in [FindingSeverity::Critical, FindingSeverity::Major] {
        no(respond(of(severity), json!({})), Code::GuardFailed, "rootCause");
        for lacking in ["rootCause", "rootCauseMethod", "rootCauseCategory"] {
            let mut some = cause.clone();
            some.as_object_mut().unwrap().remove(lacking);
            no(respond(of(severity), some), Code::GuardFailed, "rootCause");
        }
        let change = respond(of(severity), cause.clone()).unwrap();
        let answer: FindingResponse = at(&change, 1);
        assert_eq!((answer.number, answer.disputed, answer.submitted_by_side, answer.verdict), (2, false, Side::Vendor, None));
    }
    assert!(respond(of(FindingSeverity::Minor), json!({})).is_ok());
    let plan = json!({ "capaPlan": "Train everybody.", "capaActions": ["Hold it", "Test them"], "capaDueDate": day(30).to_string() });
    let change = respond(of(FindingSeverity::Minor), plan).unwrap();
    let created = |kind| ("CREATED".to_owned(), kind);
    assert_eq!(ops(&change)[1..], [created("FindingResponse"), created("Capa"), created("CapaAction"), created("CapaAction")]);
    let (capa, action): (Capa, CapaAction) = (at(&change, 2), at(&change, 3));
    assert_eq!((capa.owner_side, capa.owner_id, capa.due_date, action.capa_id), (Side::Vendor, oneself(), day(30), capa.id));
    no(respond(of(FindingSeverity::Minor), json!({ "capaPlan": "Train." })), Code::BadUserInput, "capaDueDate");
    no(respond(of(FindingSeverity::Minor), json!({ "capaActions": ["Hold it"] })), Code::BadUserInput, "capaActions");
    no(respond(of(FindingSeverity::Minor), json!({ "capaDueDate": day(1).to_string() })), Code::BadUserInput, "capaDueDate");
    let past = json!({ "capaPlan": "Train.", "capaDueDate": day(-1).to_string() });
    no(respond(of(FindingSeverity::Minor), past), Code::BadUserInput, "capaDueDate");
}

#[test]
fn a_dispute_is_an_answer_with_the_reason_and_a_verdict_is_kept_with_its_answer() {
    let stage = Stage::set();
    let disputed = answered(&stage, FindingSeverity::Minor, FindingState::Disputed);
    let change = by(Role::VQa, |deciding| finding_dispute(deciding, disputed.clone(), 1)).unwrap();
    let answer: FindingResponse = at(&change, 1);
    assert!(answer.disputed && answer.correction == "For a test.");
    no(silently(Role::VQa, |deciding| finding_dispute(deciding, disputed.clone(), 1)), Code::ReasonRequired, "reason");

    let answer = records::finding_response(3, &disputed, records::id(4));
    let comment = Some("Say more.".to_owned());
    let change = by(Role::SQa, |deciding| {
        finding_verdict(deciding, "RETURN_RESPONSE", disputed.clone(), Some(answer), ResponseVerdict::Returned, comment.clone())
    });
    let said: FindingResponse = at(&change, 1);
    assert_eq!(
        (said.verdict, said.verdict_by_id, said.verdict_at, said.verdict_comment),
        (Some(ResponseVerdict::Returned), Some(oneself()), Some(now()), comment)
    );
    assert_eq!(ops(&change), [("RETURN_RESPONSE".to_owned(), "Finding"), ("UPDATED".to_owned(), "FindingResponse")]);
}

fn grade(finding: Finding, part: Option<FindingInternal>, second: bool, severity: &str) -> Result<Change, Refusal> {
    let json = json!({ "id": shown(&finding.clone().into_entity()), "severity": severity });
    let input = input("findingSeverityChange", json, |command| match command {
        Command::FindingSeverityChange(input) => Some(input),
        _ => None,
    });
    by(Role::SQa, |deciding| finding_severity_change(deciding, finding, part, second, &input))
}

#[test]
fn a_critical_finding_becomes_less_by_two_of_qa() {
    let stage = Stage::set();
    let of = |severity| answered(&stage, severity, FindingState::Acknowledged);
    let graver: Finding = only(grade(of(FindingSeverity::Minor), None, false, "CRITICAL"), &Op::Updated);
    assert_eq!(graver.severity, FindingSeverity::Critical);
    let lighter: Finding = only(grade(of(FindingSeverity::Major), None, false, "MINOR"), &Op::Updated);
    assert_eq!(lighter.severity, FindingSeverity::Minor);
    // The first only proposes: the finding itself does not change.
    let proposed: FindingInternal = only(grade(of(FindingSeverity::Critical), None, false, "MAJOR"), &Op::Created);
    assert_eq!((proposed.proposed_severity, proposed.proposed_by_id), (Some(FindingSeverity::Major), Some(oneself())));
    // The same person again, or a second one with another severity, proposes anew.
    for (second, severity) in [(false, "MAJOR"), (true, "MINOR")] {
        let change = grade(of(FindingSeverity::Critical), Some(proposed.clone()), second, severity).unwrap();
        assert_eq!(ops(&change), [("UPDATED".to_owned(), "FindingInternal")], "{second} {severity}");
    }
    let change = grade(of(FindingSeverity::Critical), Some(proposed), true, "MAJOR").unwrap();
    assert_eq!(at::<Finding>(&change, 0).severity, FindingSeverity::Major);
    let part: FindingInternal = at(&change, 1);
    assert_eq!((part.proposed_severity, part.proposed_by_id), (None, None));

    no(grade(of(FindingSeverity::Major), None, false, "MAJOR"), Code::BadUserInput, "severity");
    for state in [FindingState::Draft, FindingState::UnderInternalReview, FindingState::Closed, FindingState::Withdrawn] {
        no(grade(Finding { state, ..of(FindingSeverity::Major) }, None, false, "MINOR"), Code::GuardFailed, "");
    }
    let json = json!({ "id": shown(&of(FindingSeverity::Major).into_entity()), "severity": "MINOR" });
    let asked = input("findingSeverityChange", json, |command| match command {
        Command::FindingSeverityChange(input) => Some(input),
        _ => None,
    });
    let silent = silently(Role::SQa, |deciding| finding_severity_change(deciding, of(FindingSeverity::Major), None, false, &asked));
    no(silent, Code::ReasonRequired, "reason");
}

#[test]
fn what_is_said_on_waiving_and_closing_is_kept() {
    let stage = Stage::set();
    let finding = answered(&stage, FindingSeverity::Major, FindingState::PendingVerification);
    let id = shown(&finding.clone().into_entity());
    let waive = input("findingWaiveCapa", json!({ "id": id, "rationale": "It cannot happen again." }), |command| match command {
        Command::FindingWaiveCapa(input) => Some(input),
        _ => None,
    });
    let waived: Finding = at(&finding_waive_capa(finding.clone(), waive), 0);
    assert_eq!(waived.capa_waiver_rationale.as_deref(), Some("It cannot happen again."));
    let close = input("findingClose", json!({ "id": id, "closureRationale": "It helped." }), |command| match command {
        Command::FindingClose(input) => Some(input),
        _ => None,
    });
    let closed: Finding = at(&finding_close(finding.clone(), close), 0);
    assert_eq!(closed.closure_rationale.as_deref(), Some("It helped."));

    let assess = input("findingInternalUpdate", json!({ "id": id, "internalAssessment": "Worse." }), |command| match command {
        Command::FindingInternalUpdate(input) => Some(input),
        _ => None,
    });
    let part: FindingInternal =
        only(by(Role::SQa, |deciding| finding_internal_update(deciding, &finding, None, assess.clone())), &Op::Created);
    assert_eq!((part.internal_assessment.as_deref(), part.draft), (Some("Worse."), false));
    assert!(by(Role::SQa, |deciding| finding_internal_update(deciding, &finding, Some(part), assess.clone())).is_ok());
    no(by(Role::VQa, |deciding| finding_internal_update(deciding, &finding, None, assess)), Code::Forbidden, "");
}
