//! I-14: what was reached was reached by today, after what has to be reached before; the first plan of a milestone is set once, and
//! changed with a reason. The dates that a vendor is measured by are not its own to move.

use serde_json::{Value as Json, json};
use tandem_domain::portfolio::{Milestone, MilestoneType};
use tandem_domain::record::{Entity, Record};
use tandem_tests::house::BOTH;
use tandem_tests::records;
use tandem_tests::tokens::now;

use super::{done, on, refused};
use crate::steps::plays::Props;
use crate::steps::stage::{Player, Stage, player, set};

fn day(days: i64) -> String {
    chrono::DateTime::from_timestamp(now() + days * 86_400, 0).unwrap().date_naive().to_string()
}

fn date(days: i64) -> Option<chrono::NaiveDate> {
    day(days).parse().ok()
}

/// A milestone of the engagement, reached so many days from now or not yet.
fn milestone(props: &mut Props, milestone_type: MilestoneType, reached: Option<i64>, after: &[&Milestone]) -> Milestone {
    let number = props.number();
    let made = records::milestone(number, &props.set.study, Some(&props.set.active));
    let made = Milestone {
        milestone_type,
        actual_date: reached.and_then(date),
        predecessor_ids: after.iter().map(|before| before.id).collect(),
        ..made
    };
    props.keep(&made);
    made
}

type Try = (Player, String, Json, &'static str, &'static str);

fn no(who: &str, of: &Milestone, besides: Json, code: &'static str) -> Try {
    (player(who), "milestoneUpdate".to_owned(), on(&of.clone().into_entity(), besides), code, "")
}

#[tokio::test]
async fn i_14_what_was_reached_was_reached_in_its_order_and_by_today() {
    use MilestoneType::{CtaApproved, CtaSubmitted, DatabaseLock, EdcLive, LastSubjectIn, LastSubjectOut, SiteSelected, ToplineResults};
    for backend in BOTH {
        let mut props = Props::new(set());
        let submitted = milestone(&mut props, CtaSubmitted, None, &[]);
        let approved = milestone(&mut props, CtaApproved, None, &[&submitted]);
        let reached = milestone(&mut props, EdcLive, Some(-30), &[]);
        let follows = milestone(&mut props, ToplineResults, Some(-20), &[&reached]);
        let lone = milestone(&mut props, SiteSelected, Some(-5), &[]);
        let last_in = milestone(&mut props, LastSubjectIn, Some(-10), &[]);
        let last_out = milestone(&mut props, LastSubjectOut, None, &[]);
        let locked = milestone(&mut props, DatabaseLock, None, &[]);
        let stage = Stage::with(backend, props.records).await;
        let actual = |days: i64| json!({ "actualDate": day(days) });
        refused(
            &stage,
            &[
                no("pm@birchway", &submitted, actual(1), "BAD_USER_INPUT"),
                no("sm@alder", &submitted, actual(400), "BAD_USER_INPUT"),
                // Its predecessor is not reached.
                no("pm@birchway", &approved, actual(-1), "GUARD_FAILED"),
                // Something that follows is reached.
                no("sm@alder", &reached, json!({ "actualDate": null }), "GUARD_FAILED"),
                // The last participant goes out after he came in, and the database is locked after he went out.
                no("pm@birchway", &last_out, actual(-11), "GUARD_FAILED"),
                no("pm@birchway", &locked, actual(0), "GUARD_FAILED"),
                // What is reached cannot be made to wait for what is not.
                no("sm@alder", &lone, json!({ "predecessorIds": [super::shown(&submitted.clone().into_entity())] }), "GUARD_FAILED"),
            ],
        )
        .await;
        let pm = player("pm@birchway");
        let update =
            async |of: &Milestone, besides: Json| done(&stage, &pm, "milestoneUpdate", "", on(&of.clone().into_entity(), besides)).await;
        update(&submitted, actual(-2)).await;
        update(&approved, actual(-1)).await;
        update(&last_out, actual(-10)).await;
        update(&locked, actual(0)).await;
        let later = |of: &Milestone, besides: Json| {
            let mut one = no("sm@alder", of, besides, "GUARD_FAILED");
            one.2["expectedVersion"] = json!(2);
            one
        };
        let mut in_later = no("sm@alder", &last_in, actual(-9), "GUARD_FAILED");
        in_later.2["expectedVersion"] = json!(1);
        // Once the database is locked, that the last participant is out can't be taken back.
        refused(&stage, &[in_later, later(&last_out, json!({ "actualDate": null })), later(&submitted, json!({ "actualDate": null }))])
            .await;
        done(&stage, &player("sm@alder"), "milestoneUpdate", "", on(&follows.into_entity(), json!({ "actualDate": null }))).await;
        done(&stage, &player("sm@alder"), "milestoneUpdate", "", on(&reached.into_entity(), json!({ "actualDate": null }))).await;
        stage.house.stop().await;
    }
}

#[tokio::test]
async fn i_14_the_first_plan_is_set_once() {
    for backend in BOTH {
        let mut props = Props::new(set());
        let planned = milestone(&mut props, MilestoneType::EdcLive, None, &[]);
        let unplanned = Milestone { baseline_date: None, ..milestone(&mut props, MilestoneType::SiteSelected, None, &[]) };
        props.records.pop();
        props.keep(&unplanned);
        let stage = Stage::with(backend, props.records).await;
        let bare = |of: &Milestone, besides: Json| {
            let mut input = on(&Entity::Milestone(of.clone()), besides);
            input.as_object_mut().unwrap().remove("reason");
            input
        };
        let sm = player("sm@alder");
        let name = || "milestoneUpdate".to_owned();
        refused(
            &stage,
            &[
                (sm.clone(), name(), bare(&planned, json!({ "baselineDate": day(90) })), "REASON_REQUIRED", ""),
                (sm.clone(), name(), bare(&planned, json!({ "baselineDate": null })), "REASON_REQUIRED", ""),
                no("pm@birchway", &planned, json!({ "baselineDate": day(90) }), "FORBIDDEN"),
                no("pm@birchway", &unplanned, json!({ "baselineDate": day(90) }), "FORBIDDEN"),
                no("pm@birchway", &planned, json!({ "paymentTrigger": true }), "FORBIDDEN"),
                no("pm@cedarline", &planned, json!({ "actualDate": day(0) }), "NOT_FOUND"),
            ],
        )
        .await;
        done(&stage, &sm, "milestoneUpdate", "", bare(&unplanned, json!({ "baselineDate": day(90) }))).await;
        done(&stage, &sm, "milestoneUpdate", "", on(&planned.into_entity(), json!({ "baselineDate": day(90) }))).await;
        stage.house.stop().await;
    }
}
