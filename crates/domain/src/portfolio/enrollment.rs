//! How far enrolment at a study site had come on a day: counted where the participants are, and only added up from there, so that the
//! totals of a country or a study are the sums of their sites by construction (I-15).

use chrono::NaiveDate;

use super::study_site::StudySite;
use crate::access::{Action, Readers, Side};
use crate::command::{Change, Code, Deciding, Op, Refusal, UserError};
use crate::engagement::Engagement;
use crate::id::{EngagementId, EnrollmentSnapshotId, OrganizationId, StudyCountryId, StudyId, StudySiteId, TypedId};
use crate::record::{Patch, Record, Term};
use crate::value::CountryCode;
use crate::{input, record, vocabulary};

vocabulary! {
    /// Where the numbers of a snapshot come from.
    pub enum EnrollmentSource {
        /// Electronic data capture.
        Edc = "EDC",
        /// Interactive response technology, which randomises and dispenses.
        Irt = "IRT",
        /// A clinical trial management system.
        Ctms = "CTMS",
        /// The site's own screening and enrolment log.
        SiteLog = "SITE_LOG",
        /// Another source.
        Other = "OTHER",
    }
}

record! {
    /// How many participants of a study site had come how far by the end of a day, since the site began. One for each day and
    /// whoever was responsible for the site then.
    pub struct EnrollmentSnapshot: EnrollmentSnapshot {
        /// Its id.
        id: EnrollmentSnapshotId,
        /// The sponsor.
        sponsor_id: OrganizationId,
        /// The study.
        study_id: StudyId,
        /// The vendor that was responsible for the site when it was reported.
        vendor_id: Option<OrganizationId>,
        /// The engagement that was.
        engagement_id: Option<EngagementId>,
        /// The vendor of the engagement that the engagement is subcontracted from.
        prime_vendor_id: Option<OrganizationId>,
        /// That engagement.
        prime_engagement_id: Option<EngagementId>,
        /// The country of the study.
        study_country_id: StudyCountryId,
        /// The country, ISO 3166-1 alpha-2.
        country_code: CountryCode,
        /// The study site.
        study_site_id: StudySiteId,
        /// By the end of which day.
        as_of: NaiveDate,
        /// How many were screened.
        screened: i64,
        /// How many of them failed screening.
        screen_failures: i64,
        /// How many were randomised or, where nobody is randomised, enrolled.
        randomised: i64,
        /// How many of these were treated.
        treated: i64,
        /// How many of these left before the end.
        discontinued: i64,
        /// How many of these came to the end.
        completed: i64,
        /// Where the numbers come from.
        source: EnrollmentSource,
    }
}

impl EnrollmentSnapshot {
    pub(crate) fn audience(&self) -> Readers {
        Readers::SPONSOR.and(Readers::VENDOR).and(Readers::PRIME).and(Readers::CLIENT).and(Readers::CRA)
    }
}

input! {
    /// Reports how far enrolment at a study site had come on a day. The numbers count from the beginning of the site.
    pub struct EnrollmentSnapshotCreate {
        /// The study site.
        study_site_id: StudySiteId,
        /// By the end of which day; today at the latest.
        as_of: NaiveDate,
        /// How many were screened.
        screened: i64,
        /// How many of them failed screening.
        screen_failures: i64,
        /// How many were randomised or, where nobody is randomised, enrolled.
        randomised: i64,
        /// How many of these were treated.
        treated: i64,
        /// How many of these left before the end.
        discontinued: i64,
        /// How many of these came to the end.
        completed: i64,
        /// Where the numbers come from.
        source: Term<EnrollmentSource>,
    }

    /// Corrects the numbers of a day; needs a reason. What is left out stays, and what was said before stays in the history.
    pub struct EnrollmentSnapshotUpdate {
        /// The snapshot.
        id: EnrollmentSnapshotId,
        /// How many were screened.
        screened: Patch<i64>,
        /// How many of them failed screening.
        screen_failures: Patch<i64>,
        /// How many were randomised or, where nobody is randomised, enrolled.
        randomised: Patch<i64>,
        /// How many of these were treated.
        treated: Patch<i64>,
        /// How many of these left before the end.
        discontinued: Patch<i64>,
        /// How many of these came to the end.
        completed: Patch<i64>,
        /// Where the numbers come from.
        source: Patch<Term<EnrollmentSource>>,
    }
}

/// What a new snapshot stands in.
#[derive(Clone, Debug, PartialEq)]
pub struct EnrollmentPlace {
    /// The study site, as the viewer sees it.
    pub site: StudySite,
    /// The engagement that is responsible for it.
    pub engagement: Option<Engagement>,
    /// Whether there is one of that day and engagement already.
    pub reported: bool,
}

/// Decides a new snapshot.
///
/// # Errors
/// FORBIDDEN for who may not; GUARD_FAILED while the vendor that asks is not at work; CONFLICT where the day is reported already;
/// BAD_USER_INPUT for a day to come and for numbers that cannot be (I-15).
pub fn enrollment_snapshot_create(
    deciding: &Deciding<'_>,
    place: EnrollmentPlace,
    input: EnrollmentSnapshotCreate,
) -> Result<Change, Refusal> {
    let EnrollmentPlace { site, engagement, reported } = place;
    let snapshot = EnrollmentSnapshot {
        id: EnrollmentSnapshotId::from_uuid(deciding.ids.next()),
        sponsor_id: site.sponsor_id,
        study_id: site.study_id,
        vendor_id: engagement.as_ref().map(|engagement| engagement.vendor_id),
        engagement_id: engagement.as_ref().map(|engagement| engagement.id),
        prime_vendor_id: engagement.as_ref().and_then(|engagement| engagement.prime_vendor_id),
        prime_engagement_id: engagement.as_ref().and_then(|engagement| engagement.subcontract_of_id),
        study_country_id: site.study_country_id,
        country_code: site.country_code,
        study_site_id: site.id,
        as_of: input.as_of,
        screened: input.screened,
        screen_failures: input.screen_failures,
        randomised: input.randomised,
        treated: input.treated,
        discontinued: input.discontinued,
        completed: input.completed,
        source: input.source.0,
    };
    deciding.permit_new(&snapshot.clone().into_entity())?;
    at_work(deciding, engagement.as_ref())?;
    if reported {
        let words = "This day is reported already. Correct that snapshot, if it is wrong.";
        return Err(UserError::at(Code::Conflict, "asOf", words).into());
    }
    if snapshot.as_of > deciding.now.date_naive() {
        return Err(UserError::at(Code::BadUserInput, "asOf", "What has come so far is counted up to today at the latest.").into());
    }
    check(&snapshot)?;
    Ok(Change::one(Op::Created, snapshot.into_entity()))
}

/// Decides a correction of a snapshot.
///
/// # Errors
/// FORBIDDEN for who may not; REASON_REQUIRED without one; GUARD_FAILED while the vendor that asks is not at work; BAD_USER_INPUT for
/// numbers that cannot be (I-15).
pub fn enrollment_snapshot_update(
    deciding: &Deciding<'_>,
    mut snapshot: EnrollmentSnapshot,
    engagement: Option<&Engagement>,
    input: EnrollmentSnapshotUpdate,
) -> Result<Change, Refusal> {
    deciding.permit(Action::Update, &snapshot.clone().into_entity())?;
    at_work(deciding, engagement)?;
    deciding.reason()?;
    input.screened.apply(&mut snapshot.screened);
    input.screen_failures.apply(&mut snapshot.screen_failures);
    input.randomised.apply(&mut snapshot.randomised);
    input.treated.apply(&mut snapshot.treated);
    input.discontinued.apply(&mut snapshot.discontinued);
    input.completed.apply(&mut snapshot.completed);
    if let Patch::Set(source) = input.source {
        snapshot.source = source.0;
    }
    check(&snapshot)?;
    Ok(Change::one(Op::Updated, snapshot.into_entity()))
}

fn at_work(deciding: &Deciding<'_>, engagement: Option<&Engagement>) -> Result<(), Refusal> {
    if deciding.viewer.side == Side::Vendor && !engagement.is_some_and(Engagement::at_work) {
        return Err(UserError::new(Code::GuardFailed, "The engagement is not at work.").into());
    }
    Ok(())
}

/// The greatest number of participants that one site can report: far beyond any, and small enough that sums stay what the graph can show.
const MOST_PARTICIPANTS: i64 = 100_000;

/// The error for a number of participants of one site that cannot be (I-15).
fn participants(field: &str, count: i64) -> Option<UserError> {
    let words = format!("A number of participants at a site is from 0 to {MOST_PARTICIPANTS}.");
    (!(0..=MOST_PARTICIPANTS).contains(&count)).then(|| UserError::at(Code::BadUserInput, field, words))
}

/// Nobody comes further than those before him (I-15).
fn check(of: &EnrollmentSnapshot) -> Result<(), Refusal> {
    let counts = [
        ("screened", of.screened),
        ("screenFailures", of.screen_failures),
        ("randomised", of.randomised),
        ("treated", of.treated),
        ("discontinued", of.discontinued),
        ("completed", of.completed),
    ];
    let fault = |field: &str, words: &str| UserError::at(Code::BadUserInput, field, words);
    let mut errors: Vec<UserError> = counts.iter().filter_map(|(field, count)| participants(field, *count)).collect();
    let more = |first: i64, second: i64, than: i64| first.checked_add(second).is_none_or(|sum| sum > than);
    if more(of.screen_failures, of.randomised, of.screened) {
        errors.push(fault("randomised", "No more can be randomised or fail screening than were screened."));
    }
    if of.treated > of.randomised {
        errors.push(fault("treated", "No more can be treated than were randomised."));
    }
    if more(of.discontinued, of.completed, of.randomised) {
        errors.push(fault("completed", "No more can come to an end, or leave before, than were randomised."));
    }
    if errors.is_empty() { Ok(()) } else { Err(Refusal(errors)) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn snapshot(counts: [i64; 6]) -> EnrollmentSnapshot {
        let [screened, screen_failures, randomised, treated, discontinued, completed] = counts;
        EnrollmentSnapshot {
            id: TypedId::from_uuid(uuid::Uuid::from_u128(1)),
            sponsor_id: TypedId::from_uuid(uuid::Uuid::from_u128(2)),
            study_id: TypedId::from_uuid(uuid::Uuid::from_u128(3)),
            vendor_id: None,
            engagement_id: None,
            prime_vendor_id: None,
            prime_engagement_id: None,
            study_country_id: TypedId::from_uuid(uuid::Uuid::from_u128(4)),
            country_code: "SE".parse().unwrap(),
            study_site_id: TypedId::from_uuid(uuid::Uuid::from_u128(5)),
            as_of: NaiveDate::from_ymd_opt(2026, 3, 1).unwrap(),
            screened,
            screen_failures,
            randomised,
            treated,
            discontinued,
            completed,
            source: EnrollmentSource::Edc,
        }
    }

    fn faults(counts: [i64; 6]) -> Vec<String> {
        let errors = check(&snapshot(counts)).err().map(|refusal| refusal.0).unwrap_or_default();
        errors.into_iter().filter_map(|mut error| error.field.pop()).collect()
    }

    #[test]
    fn nobody_comes_further_than_those_before_him() {
        assert!(faults([0; 6]).is_empty() && faults([10, 2, 8, 8, 3, 5]).is_empty());
        assert_eq!(faults([10, 3, 8, 8, 3, 5]), ["randomised"]);
        assert_eq!(faults([10, 2, 8, 9, 3, 5]), ["treated"]);
        assert_eq!(faults([10, 2, 8, 8, 4, 5]), ["completed"]);
        assert_eq!(faults([-1, 0, 0, 0, 0, 0]), ["screened", "randomised"]);
        assert!(faults([MOST_PARTICIPANTS, 0, 0, 0, 0, 0]).is_empty());
        assert_eq!(faults([MOST_PARTICIPANTS + 1, 0, 0, 0, 0, 0]), ["screened"]);
        assert_eq!(faults([i64::MAX, i64::MAX, i64::MAX, 0, 0, 0]), ["screened", "screenFailures", "randomised", "randomised"]);
    }

    /// Numbers that a site may report.
    fn possible() -> impl Strategy<Value = [i64; 6]> {
        let few = || 0..50_i64;
        (few(), few(), few(), few(), few(), few()).prop_map(|(waiting, failures, going_on, untreated, discontinued, completed)| {
            let randomised = going_on + discontinued + completed;
            let treated = (randomised - untreated).max(0);
            [waiting + failures + randomised, failures, randomised, treated, discontinued, completed]
        })
    }

    proptest! {
        /// What each of two sites may report, both together may.
        #[test]
        fn sums_of_what_can_be_can_be(one in possible(), other in possible()) {
            prop_assert!(faults(one).is_empty() && faults(other).is_empty());
            prop_assert!(faults(std::array::from_fn(|at| one[at] + other[at])).is_empty());
        }
    }
}
