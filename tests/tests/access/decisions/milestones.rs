//! Milestones and programmes: where one lies, what its dates hold to (I-14), what a vendor may set.

use serde_json::{Value as Json, json};
use tandem_domain::access::Role;
use tandem_domain::command::{Change, Code, Command, Op, Refusal};
use tandem_domain::engagement::{Engagement, EngagementState};
use tandem_domain::portfolio::{
    Milestone, MilestoneLevel, MilestonePlace, MilestoneType, Program, milestone_create, milestone_update, program_create, program_update,
};
use tandem_domain::record::Record;
use tandem_tests::matrix::stage::Stage;
use tandem_tests::records::{self, day};

use super::{by, decided, input, no, only, shown};

fn place(stage: &Stage) -> MilestonePlace {
    MilestonePlace { study: stage.study.clone(), country: None, site: None, engagement: None }
}

fn create(place: MilestonePlace, besides: Json) -> Result<Change, Refusal> {
    let mut json = json!({ "studyId": shown(&place.study.clone().into_entity()), "milestoneType": "EDC_LIVE" });
    json.as_object_mut().unwrap().extend(besides.as_object().unwrap().clone());
    let input = input("milestoneCreate", json, |command| match command {
        Command::MilestoneCreate(input) => Some(input),
        _ => None,
    });
    by(Role::SStudyManager, |deciding| milestone_create(deciding, place, input))
}

#[test]
fn a_milestone_lies_where_it_is_put() {
    let stage = Stage::set();
    let level = |place, besides| only::<Milestone>(create(place, besides), &Op::Created).level;
    let (country, site) = (Some(stage.germany.clone()), Some(stage.site.clone()));
    let engagement = Some(stage.engagement.clone());
    assert_eq!(level(place(&stage), json!({})), MilestoneLevel::Study);
    assert_eq!(level(MilestonePlace { country: country.clone(), ..place(&stage) }, json!({})), MilestoneLevel::Country);
    assert_eq!(
        level(MilestonePlace { site: site.clone(), engagement: engagement.clone(), ..place(&stage) }, json!({})),
        MilestoneLevel::Site
    );
    assert_eq!(level(MilestonePlace { engagement: engagement.clone(), ..place(&stage) }, json!({})), MilestoneLevel::Study);
    let of = json!({ "ofEngagement": true });
    assert_eq!(level(MilestonePlace { engagement: engagement.clone(), ..place(&stage) }, of.clone()), MilestoneLevel::Engagement);
    no(create(place(&stage), of.clone()), Code::BadUserInput, "ofEngagement");
    no(create(MilestonePlace { engagement, country: country.clone(), ..place(&stage) }, of), Code::BadUserInput, "ofEngagement");
    no(create(MilestonePlace { country, site, ..place(&stage) }, json!({})), Code::BadUserInput, "studyCountryId");
    no(create(MilestonePlace { country: Some(stage.germany_b.clone()), ..place(&stage) }, json!({})), Code::NotFound, "studyCountryId");
    no(create(MilestonePlace { site: Some(stage.site_b.clone()), ..place(&stage) }, json!({})), Code::NotFound, "studySiteId");
    no(create(MilestonePlace { engagement: Some(stage.engagement_b.clone()), ..place(&stage) }, json!({})), Code::NotFound, "engagementId");
    let ended = Engagement { state: EngagementState::Closed, ..stage.engagement.clone() };
    no(create(MilestonePlace { engagement: Some(ended), ..place(&stage) }, json!({})), Code::GuardFailed, "engagementId");
    let planned: Milestone = only(create(place(&stage), json!({ "baselineDate": "2026-05-01" })), &Op::Created);
    assert_eq!(planned.planned_date, planned.baseline_date);
}

struct Asked {
    role: Role,
    of: Milestone,
    others: Vec<Milestone>,
    at_work: bool,
    reason: Option<&'static str>,
}

fn update(asked: Asked, besides: Json) -> Result<Change, Refusal> {
    let mut json = json!({ "id": shown(&asked.of.clone().into_entity()) });
    json.as_object_mut().unwrap().extend(besides.as_object().unwrap().clone());
    let input = input("milestoneUpdate", json, |command| match command {
        Command::MilestoneUpdate(input) => Some(input),
        _ => None,
    });
    let manner = tandem_domain::command::Manner { reason: asked.reason.map(str::to_owned), ..Default::default() };
    decided(asked.role, &manner, |deciding| milestone_update(deciding, asked.of, &asked.others, asked.at_work, input))
}

fn milestone(number: u128, stage: &Stage, milestone_type: MilestoneType, reached: Option<i64>) -> Milestone {
    Milestone { milestone_type, actual_date: reached.map(day), ..records::milestone(number, &stage.study, Some(&stage.engagement)) }
}

fn asked(of: Milestone, others: &[&Milestone]) -> Asked {
    Asked { role: Role::SStudyManager, of, others: others.iter().map(|other| (*other).clone()).collect(), at_work: true, reason: None }
}

fn reached(days: i64) -> Json {
    json!({ "actualDate": day(days).to_string() })
}

#[test]
fn dates_hold_to_today_and_to_their_order() {
    use MilestoneType::{DatabaseLock, EdcLive, LastSubjectIn, LastSubjectOut};
    let stage = Stage::set();
    let live = milestone(1, &stage, EdcLive, None);
    assert!(update(asked(live.clone(), &[]), reached(0)).is_ok());
    no(update(asked(live.clone(), &[]), reached(1)), Code::BadUserInput, "actualDate");

    let before = milestone(2, &stage, EdcLive, None);
    let waits = Milestone { predecessor_ids: vec![before.id], ..milestone(3, &stage, EdcLive, None) };
    no(update(asked(waits.clone(), &[&before]), reached(-1)), Code::GuardFailed, "actualDate");
    let before_reached = Milestone { actual_date: Some(day(-9)), ..before.clone() };
    assert!(update(asked(waits.clone(), &[&before_reached]), reached(-1)).is_ok());
    let waits_reached = Milestone { actual_date: Some(day(-1)), ..waits };
    no(update(asked(before_reached, &[&waits_reached]), json!({ "actualDate": null })), Code::GuardFailed, "actualDate");
    // What is reached is not made to wait for what is not.
    let lone = milestone(4, &stage, EdcLive, Some(-1));
    let wait = json!({ "predecessorIds": [shown(&before.clone().into_entity())] });
    no(update(asked(lone, &[&before]), wait), Code::GuardFailed, "actualDate");

    let (first, out, lock) = (
        milestone(5, &stage, LastSubjectIn, Some(-10)),
        milestone(6, &stage, LastSubjectOut, None),
        milestone(7, &stage, DatabaseLock, None),
    );
    no(update(asked(out.clone(), &[&first, &lock]), reached(-11)), Code::GuardFailed, "actualDate");
    assert!(update(asked(out.clone(), &[&first, &lock]), reached(-10)).is_ok(), "on the same day is not before");
    no(update(asked(lock.clone(), &[&first, &out]), reached(0)), Code::GuardFailed, "actualDate");
    let is_out = Milestone { actual_date: Some(day(-5)), ..out };
    assert!(update(asked(lock.clone(), &[&first, &is_out]), reached(-5)).is_ok());
    no(update(asked(lock.clone(), &[&first, &is_out]), reached(-6)), Code::GuardFailed, "actualDate");
    no(update(asked(first.clone(), &[&is_out, &lock]), reached(-4)), Code::GuardFailed, "actualDate");
    let locked = Milestone { actual_date: Some(day(-1)), ..lock };
    no(update(asked(is_out.clone(), &[&first, &locked]), json!({ "actualDate": null })), Code::GuardFailed, "actualDate");
    // What another engagement does is no matter.
    let elsewhere = Milestone { engagement_id: Some(stage.competitor.id), ..locked };
    assert!(update(asked(is_out, &[&first, &elsewhere]), json!({ "actualDate": null })).is_ok());
}

#[test]
fn the_first_plan_is_set_once_and_a_vendor_sets_two_dates() {
    let stage = Stage::set();
    let planned = milestone(1, &stage, MilestoneType::EdcLive, None);
    let other = || json!({ "baselineDate": day(90).to_string() });
    no(update(asked(planned.clone(), &[]), other()), Code::ReasonRequired, "reason");
    no(update(asked(planned.clone(), &[]), json!({ "baselineDate": null })), Code::ReasonRequired, "reason");
    assert!(update(Asked { reason: Some("The protocol changed."), ..asked(planned.clone(), &[]) }, other()).is_ok());
    let unplanned = Milestone { baseline_date: None, ..planned.clone() };
    assert!(update(asked(unplanned.clone(), &[]), other()).is_ok());

    let vendor = |of: &Milestone| Asked { role: Role::VProjectManager, ..asked(of.clone(), &[]) };
    assert!(update(vendor(&planned), json!({ "plannedDate": day(40).to_string(), "actualDate": day(0).to_string() })).is_ok());
    no(update(vendor(&unplanned), other()), Code::Forbidden, "");
    no(update(vendor(&planned), json!({ "paymentTrigger": true })), Code::Forbidden, "");
    no(update(vendor(&planned), json!({ "expectedDocuments": ["Plan"] })), Code::Forbidden, "");
    no(update(Asked { at_work: false, ..vendor(&planned) }, reached(0)), Code::GuardFailed, "");
    no(update(vendor(&milestone_of_none(&stage)), reached(0)), Code::Forbidden, "");
}

fn milestone_of_none(stage: &Stage) -> Milestone {
    records::milestone(9, &stage.study, None)
}

#[test]
fn a_programme_is_its_sponsors() {
    let stage = Stage::set();
    let create = |role, name: &str| {
        let json = json!({ "name": name, "productType": "DRUG", "therapeuticArea": "ONCOLOGY" });
        let input = input("programCreate", json, |command| match command {
            Command::ProgramCreate(input) => Some(input),
            _ => None,
        });
        by(role, |deciding| program_create(deciding, input))
    };
    let made: Program = only(create(Role::SStudyManager, "Oncology"), &Op::Created);
    assert_eq!(made.sponsor_id, stage.sponsor.id);
    no(create(Role::SQa, "Oncology"), Code::Forbidden, "");
    no(create(Role::SStudyManager, &"n".repeat(256)), Code::BadUserInput, "name");
    let json = json!({ "id": shown(&made.clone().into_entity()), "indication": "Melanoma" });
    let input = input("programUpdate", json, |command| match command {
        Command::ProgramUpdate(input) => Some(input),
        _ => None,
    });
    let changed: Program = only(by(Role::SStudyManager, |deciding| program_update(deciding, made, input)), &Op::Updated);
    assert_eq!(changed.indication.as_deref(), Some("Melanoma"));
}
