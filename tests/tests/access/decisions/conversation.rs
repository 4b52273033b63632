//! Issues and comments: who has to resolve, what becomes a finding, what may be said to whom.

use serde_json::{Value as Json, json};
use tandem_domain::access::{Role, Side};
use tandem_domain::command::{Change, Code, Command, Op, Refusal};
use tandem_domain::conversation::{Comment, CommentVisibility, Subject, comment_create, comment_update};
use tandem_domain::engagement::{Engagement, EngagementState};
use tandem_domain::id::TypedId;
use tandem_domain::oversight::{
    Finding, FindingState, Issue, IssuePlace, IssueState, issue_create, issue_promote, issue_resolve, issue_update,
};
use tandem_domain::record::{Entity, Record};
use tandem_tests::matrix::stage::{Stage, viewer_id};
use tandem_tests::records::{self, now};

use super::{at, by, input, no, only, shown};

#[test]
fn an_issue_is_the_other_sides_to_resolve_where_nothing_is_said() {
    let stage = Stage::set();
    let create = |role, place: IssuePlace, besides: Json| {
        let mut json = json!({ "engagementId": shown(&place.engagement.clone().into_entity()), "title": "No site contract", "issueKind": "CONTRACT", "severity": "MINOR" });
        json.as_object_mut().unwrap().extend(besides.as_object().unwrap().clone());
        let input = input("issueCreate", json, |command| match command {
            Command::IssueCreate(input) => Some(input),
            _ => None,
        });
        by(role, |deciding| issue_create(deciding, place, input))
    };
    let place = || IssuePlace { engagement: stage.engagement.clone(), site: None };
    let raised: Issue = only(create(Role::VProjectManager, place(), json!({})), &Op::Created);
    assert_eq!((raised.raised_by_side, raised.owner_side, raised.ball_in_court), (Side::Vendor, Side::Sponsor, Some(Side::Sponsor)));
    let raised: Issue = only(create(Role::SStudyManager, place(), json!({})), &Op::Created);
    assert_eq!((raised.raised_by_side, raised.owner_side), (Side::Sponsor, Side::Vendor));
    let own: Issue = only(create(Role::SStudyManager, place(), json!({ "ownerSide": "SPONSOR" })), &Op::Created);
    assert_eq!(own.owner_side, Side::Sponsor);
    no(create(Role::SStudyManager, place(), json!({ "ownerSide": "NEITHER" })), Code::BadUserInput, "ownerSide");
    no(create(Role::SStudyManager, IssuePlace { site: Some(stage.site_b.clone()), ..place() }, json!({})), Code::NotFound, "studySiteId");
    let ended = Engagement { state: EngagementState::Closed, ..stage.engagement.clone() };
    no(create(Role::VProjectManager, IssuePlace { engagement: ended, site: None }, json!({})), Code::GuardFailed, "engagementId");
    no(create(Role::SFinance, place(), json!({})), Code::Forbidden, "");

    let update = |role, issue: Issue, open, besides: Json| {
        let mut json = json!({ "id": shown(&issue.clone().into_entity()) });
        json.as_object_mut().unwrap().extend(besides.as_object().unwrap().clone());
        let input = input("issueUpdate", json, |command| match command {
            Command::IssueUpdate(input) => Some(input),
            _ => None,
        });
        by(role, |deciding| issue_update(deciding, issue, open, input))
    };
    let owned = Issue { owner_id: Some(records::id(5)), ..raised };
    let turned: Issue = only(update(Role::VProjectManager, owned.clone(), true, json!({ "ownerSide": "SPONSOR" })), &Op::Updated);
    assert_eq!((turned.owner_side, turned.owner_id, turned.ball_in_court), (Side::Sponsor, None, Some(Side::Sponsor)));
    no(update(Role::SStudyManager, owned.clone(), true, json!({ "ownerSide": "SPONSOR" })), Code::GuardFailed, "ownerSide");
    no(update(Role::VProjectManager, owned.clone(), true, json!({ "title": "Other" })), Code::GuardFailed, "");
    let kept: Issue =
        only(update(Role::SStudyManager, owned.clone(), true, json!({ "ownerSide": "VENDOR", "title": "Other" })), &Op::Updated);
    assert_eq!(kept.owner_id, owned.owner_id);
    no(update(Role::SStudyManager, owned.clone(), false, json!({ "title": "Other" })), Code::GuardFailed, "");
    no(
        update(Role::SStudyManager, Issue { state: IssueState::Closed, ..owned.clone() }, true, json!({ "title": "Other" })),
        Code::GuardFailed,
        "",
    );

    let json = json!({ "id": shown(&owned.clone().into_entity()), "resolution": "It is signed." });
    let resolve = input("issueResolve", json, |command| match command {
        Command::IssueResolve(input) => Some(input),
        _ => None,
    });
    assert_eq!(at::<Issue>(&issue_resolve(owned, resolve), 0).resolution.as_deref(), Some("It is signed."));
}

#[test]
fn an_issue_that_becomes_a_finding_stays_an_issue() {
    let stage = Stage::set();
    let issue = records::issue(1, &stage.engagement, records::id(5));
    let json =
        json!({ "id": shown(&issue.clone().into_entity()), "source": "OVERSIGHT_REVIEW", "category": "MONITORING", "severity": "MAJOR" });
    let promote = |role| {
        let input = input("issuePromote", json.clone(), |command| match command {
            Command::IssuePromote(input) => Some(input),
            _ => None,
        });
        by(role, |deciding| issue_promote(deciding, &issue, stage.study.clone(), stage.engagement.clone(), None, input))
    };
    // The only record that is written is the draft: the issue tells nobody of it.
    let made: Finding = only(promote(Role::SQa), &Op::Created);
    assert_eq!((made.promoted_from_id, made.state, made.title.as_str()), (Some(issue.id), FindingState::Draft, issue.title.as_str()));
    assert_eq!(made.engagement_id, Some(issue.engagement_id));
    no(promote(Role::VProjectManager), Code::Forbidden, "");
}

fn say(role: Role, on: &Entity, open: bool, visibility: &str, body: &str) -> Result<Change, Refusal> {
    let field = match on {
        Entity::Finding(_) => "findingId",
        Entity::Milestone(_) => "milestoneId",
        _ => "deliverableId",
    };
    let json = json!({ field: shown(on), "visibility": visibility, "body": body });
    let input = input("commentCreate", json, |command| match command {
        Command::CommentCreate(input) => Some(input),
        _ => None,
    });
    by(role, |deciding| comment_create(deciding, &Subject { record: on.clone(), open }, input))
}

#[test]
fn what_is_said_is_said_to_whom_it_says() {
    let stage = Stage::set();
    let deliverable = records::deliverable(1, &stage.engagement, tandem_domain::delivery::DeliverableType::Tlf).into_entity();
    let shared: Comment = only(say(Role::VProjectManager, &deliverable, true, "SHARED", "Hello."), &Op::Created);
    assert!(shared.sponsor_id.is_some() && shared.vendor_id.is_some());
    assert_eq!((shared.author_side, shared.visibility), (Side::Vendor, CommentVisibility::Shared));
    // An internal one has no owner on the other side at all.
    let internal: Comment = only(say(Role::VProjectManager, &deliverable, true, "VENDOR_INTERNAL", "Hush."), &Op::Created);
    assert_eq!((internal.sponsor_id, internal.vendor_id), (None, Some(stage.vendor.id)));
    let internal: Comment = only(say(Role::SQa, &deliverable, true, "SPONSOR_INTERNAL", "Hush."), &Op::Created);
    assert_eq!((internal.sponsor_id, internal.vendor_id), (Some(stage.sponsor.id), None));
    no(say(Role::SQa, &deliverable, true, "VENDOR_INTERNAL", "Hush."), Code::Forbidden, "");
    no(say(Role::VProjectManager, &deliverable, true, "SPONSOR_INTERNAL", "Hush."), Code::Forbidden, "");
    no(say(Role::SExecutive, &deliverable, true, "SHARED", "Hello."), Code::Forbidden, "");
    no(say(Role::SQa, &deliverable, false, "SHARED", "Late."), Code::GuardFailed, "");
    // Nobody speaks to both sides of what one of them does not see.
    let draft = records::finding(2, &stage.study, Some(&stage.engagement), records::id(5)).into_entity();
    no(say(Role::SQa, &draft, true, "SHARED", "Look."), Code::GuardFailed, "visibility");
    no(say(Role::SQa, &records::milestone(3, &stage.study, None).into_entity(), true, "SHARED", "Look."), Code::GuardFailed, "visibility");
}

#[test]
fn only_its_author_edits_what_he_said() {
    let stage = Stage::set();
    let deliverable = records::deliverable(1, &stage.engagement, tandem_domain::delivery::DeliverableType::Tlf).into_entity();
    let mine = records::comment(4, &deliverable, CommentVisibility::Shared, (TypedId::from_uuid(viewer_id()), Side::Sponsor));
    let edit = |role, comment: &Comment, open, body: &str| {
        let json = json!({ "id": shown(&comment.clone().into_entity()), "body": body });
        let input = input("commentUpdate", json, |command| match command {
            Command::CommentUpdate(input) => Some(input),
            _ => None,
        });
        by(role, |deciding| comment_update(deciding, comment.clone(), open, input))
    };
    let edited: Comment = only(edit(Role::SQa, &mine, true, "Otherwise."), &Op::Updated);
    assert_eq!(edited.edited_at, Some(now()));
    let same: Comment = only(edit(Role::SQa, &mine, true, &mine.body), &Op::Updated);
    assert_eq!(same.edited_at, None, "nothing was edited");
    no(edit(Role::SQa, &Comment { author_id: records::id(5), ..mine.clone() }, true, "Otherwise."), Code::Forbidden, "");
    // The same human does not edit for one side what he said for the other.
    no(edit(Role::VQa, &mine, true, "Otherwise."), Code::Forbidden, "");
    no(edit(Role::SQa, &mine, false, "Otherwise."), Code::GuardFailed, "");
}
