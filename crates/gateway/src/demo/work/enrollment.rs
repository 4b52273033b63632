//! How far enrolment had come in the demo: for each site where anybody was screened, a series of days up to what the site itself says.

use tandem_domain::engagement::Engagement;
use tandem_domain::id::TypedId;
use tandem_domain::portfolio::{EnrollmentSnapshot, EnrollmentSource, StudySite};
use tandem_domain::record::{Entity, Record};

use super::Stage;
use crate::demo::calendar::day;
use crate::demo::ids::{Ids, List};

/// The days that are reported, and how much of the last of them had come by each, in parts of four.
const DAYS: [(u64, i64); 3] = [(200, 2), (230, 3), (260, 4)];

pub(super) fn make(stage: &Stage<'_>) -> Vec<Entity> {
    let ids = Ids::of(List::EnrollmentSnapshots);
    let begun = stage.places.study_sites.iter().filter(|site| site.screened > 0);
    begun.flat_map(|site| DAYS.map(|when| snapshot(stage, site, when, &ids).into_entity())).collect()
}

fn snapshot(stage: &Stage<'_>, site: &StudySite, (on, part): (u64, i64), ids: &Ids) -> EnrollmentSnapshot {
    let responsible = stage.engagements.iter().find(|made| Some(made.engagement.id) == site.responsible_engagement_id);
    let engagement: Option<&Engagement> = responsible.map(|made| &made.engagement);
    let of = |all: i64| all * part / 4;
    let (screened, randomised) = (of(site.screened), of(site.enrolled));
    EnrollmentSnapshot {
        id: ids.next(),
        sponsor_id: site.sponsor_id,
        study_id: site.study_id,
        vendor_id: engagement.map(|engagement| engagement.vendor_id),
        engagement_id: engagement.map(|engagement| engagement.id),
        prime_vendor_id: engagement.and_then(|engagement| engagement.prime_vendor_id),
        prime_engagement_id: engagement.and_then(|engagement| engagement.subcontract_of_id),
        study_country_id: site.study_country_id,
        country_code: site.country_code,
        study_site_id: site.id,
        as_of: day(on),
        screened,
        screen_failures: (screened - randomised) / 2,
        randomised,
        treated: randomised,
        discontinued: of(site.discontinued),
        completed: of(site.completed),
        source: if site.id.uuid().as_u128().is_multiple_of(2) { EnrollmentSource::Edc } else { EnrollmentSource::Irt },
    }
}
