//! Whose a row of the work between the sides is, and for whom it is meant: by its engagement, its state, what it is about and who wrote it.
//! A row that hangs on another keeps what it is about itself, so that each is read by itself.

use tandem_domain::access::Side;
use tandem_domain::conversation::{Comment, CommentVisibility};
use tandem_domain::delivery::{Blinding, Deliverable, DeliverableReview, DeliverableSubmission, Document, DocumentState};
use tandem_domain::id::{EngagementId, OrganizationId, StudyId, StudySiteId, TypedId};
use tandem_domain::oversight::{Finding, FindingCategory, FindingInternal, FindingResponse, Issue};
use tandem_domain::portfolio::{EnrollmentSnapshot, Milestone, MilestoneLevel};
use tandem_domain::record::Entity;
use tandem_domain::value::CountryCode;

use super::{BOTH_SIDES, BOTH_SIDES_AND_PRIME, For, Owned, SPONSOR, id, maybe};
use crate::oracle::work::{is_about_data, is_draft, is_visit};

/// Sponsor and study, vendor and engagement, country and site.
type Lies = ((OrganizationId, StudyId), (Option<OrganizationId>, Option<EngagementId>), (Option<CountryCode>, Option<StudySiteId>));

macro_rules! lies {
    ($one:expr) => {
        (
            ($one.sponsor_id, $one.study_id),
            ($one.vendor_id.into(), $one.engagement_id.into()),
            ($one.country_code.into(), $one.study_site_id.into()),
        )
    };
}

/// A CAPA and its parts: both sides' where it is of an engagement, else the sponsor's. No machine reads them.
macro_rules! remedy {
    ($record:expr, $one:expr) => {
        Owned::of_remedy(
            $record,
            (($one.sponsor_id, $one.study_id), ($one.vendor_id, $one.engagement_id), ($one.country_code, $one.study_site_id)),
        )
    };
}
pub(super) use remedy;

fn and_where(meant_for: &[For], so: bool, also: For) -> Vec<For> {
    meant_for.iter().copied().chain(so.then_some(also)).collect()
}

/// An issued finding and its answers.
fn issued(engagement: Option<EngagementId>, site: Option<StudySiteId>, category: FindingCategory) -> Vec<For> {
    if engagement.is_none() {
        return SPONSOR.to_vec();
    }
    and_where(&and_where(BOTH_SIDES, site.is_some(), For::Cras), is_about_data(category), For::DataPeople)
}

impl Owned {
    fn at_work(record: &Entity, meant_for: &[For], ((sponsor, study), (vendor, engagement), (country, site)): Lies) -> Self {
        Self {
            vendor: maybe(vendor),
            engagement: maybe(engagement),
            country: country.map(|code| code.to_string()),
            study_site: maybe(site),
            ..Self::of_study(record, meant_for, sponsor, study)
        }
    }

    pub(super) fn of_remedy(record: &Entity, lies: Lies) -> Self {
        let of_engagement = lies.1.1.is_some();
        Self::at_work(record, &and_where(SPONSOR, of_engagement, For::Vendor), lies)
    }

    pub(super) fn of_milestone(record: &Entity, one: &Milestone) -> Self {
        let meant_for = and_where(BOTH_SIDES_AND_PRIME, one.level == MilestoneLevel::Site, For::Cras);
        Self {
            prime_vendor: maybe(one.prime_vendor_id),
            prime_engagement: maybe(one.prime_engagement_id),
            ..Self::at_work(record, &meant_for, lies!(one))
        }
    }

    pub(super) fn of_enrollment(record: &Entity, one: &EnrollmentSnapshot) -> Self {
        Self {
            prime_vendor: maybe(one.prime_vendor_id),
            prime_engagement: maybe(one.prime_engagement_id),
            ..Self::at_work(record, &and_where(BOTH_SIDES_AND_PRIME, true, For::Cras), lies!(one))
        }
    }

    pub(super) fn of_document(record: &Entity, one: &Document) -> Self {
        let draft_of = |side| one.state == DocumentState::Draft && one.owner_side == side;
        let mut meant_for = Vec::new();
        if one.blinding == Blinding::Open && !draft_of(Side::Vendor) {
            meant_for.push(For::Sponsor);
        }
        if one.vendor_id.is_some() && one.blinding != Blinding::UnblindedRestricted && !draft_of(Side::Sponsor) {
            meant_for.push(For::Vendor);
            meant_for.extend(one.study_site_id.map(|_| For::Cras));
        }
        Self::at_work(record, &meant_for, lies!(one))
    }

    pub(super) fn of_deliverable(record: &Entity, one: &Deliverable) -> Self {
        Self {
            prime_vendor: maybe(one.prime_vendor_id),
            prime_engagement: maybe(one.prime_engagement_id),
            ..Self::at_work(record, &and_where(BOTH_SIDES_AND_PRIME, is_visit(one), For::Cras), lies!(one))
        }
    }

    pub(super) fn of_submission(record: &Entity, one: &DeliverableSubmission) -> Self {
        Self {
            prime_vendor: maybe(one.prime_vendor_id),
            prime_engagement: maybe(one.prime_engagement_id),
            ..Self::at_work(record, &and_where(BOTH_SIDES_AND_PRIME, one.of_visit, For::Cras), lies!(one))
        }
    }

    pub(super) fn of_review(record: &Entity, one: &DeliverableReview) -> Self {
        Self::at_work(record, &and_where(BOTH_SIDES, one.of_visit, For::Cras), lies!(one))
    }

    pub(super) fn of_finding(record: &Entity, one: &Finding) -> Self {
        let meant_for = match (is_draft(one), one.author_side) {
            (true, Side::Vendor) => vec![For::VendorsAuthors],
            (true, _) => vec![For::SponsorsAuthors],
            (false, _) => issued(one.engagement_id, one.study_site_id, one.category),
        };
        Self { person: id(one.author_id), ..Self::at_work(record, &meant_for, lies!(one)) }
    }

    pub(super) fn of_finding_part(record: &Entity, one: &FindingInternal) -> Self {
        let meant_for = if one.draft { For::SponsorsAuthors } else { For::Sponsor };
        let place = (one.country_code, one.study_site_id);
        Self::at_work(record, &[meant_for], ((one.sponsor_id, one.study_id), (None, None), place))
    }

    pub(super) fn of_response(record: &Entity, one: &FindingResponse) -> Self {
        Self::at_work(record, &issued(one.engagement_id, one.study_site_id, one.finding_category), lies!(one))
    }

    pub(super) fn of_issue(record: &Entity, one: &Issue) -> Self {
        Self::at_work(record, &[For::Sponsor, For::Vendor], lies!(one))
    }

    /// Whoever it is for of those whom that is meant for which it is on; of one side's own the other side has no part.
    pub(super) fn of_comment(record: &Entity, one: &Comment, on: Option<&Entity>) -> Self {
        let everybody = [For::Sponsor, For::Vendor, For::DataPeople, For::Functions, For::Finance];
        let meant_for = match on {
            Some(Entity::Deliverable(on)) => {
                let shared = one.visibility == CommentVisibility::Shared;
                and_where(&and_where(&everybody, is_visit(on), For::Cras), shared, For::Machines)
            }
            Some(Entity::Milestone(on)) => and_where(&everybody, on.level == MilestoneLevel::Site, For::Cras),
            Some(Entity::Issue(_)) => and_where(&everybody, true, For::Cras),
            Some(Entity::Capa(on)) => and_where(SPONSOR, on.engagement_id.is_some(), For::Vendor),
            Some(Entity::Finding(on)) if is_draft(on) => Self::of_finding(&Entity::Finding(on.clone()), on).meant_for,
            Some(Entity::Finding(on)) => {
                let mut people = issued(on.engagement_id, on.study_site_id, on.category);
                people.retain(|party| *party != For::Machines);
                and_where(&people, true, For::Functions)
            }
            _ => Vec::new(),
        };
        let owned = Self::at_work(
            record,
            &meant_for,
            (
                (OrganizationId::from_uuid(uuid::Uuid::nil()), one.study_id),
                (one.vendor_id, one.engagement_id),
                (one.country_code, one.study_site_id),
            ),
        );
        Self { sponsor: maybe(one.sponsor_id), ..owned }
    }
}
