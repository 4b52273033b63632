//! Whose a row is, where it lies and for whom it is meant, read off each record field by field from the words of domain.md.
//! No table of columns has a say in it, and no function of the records themselves.

use tandem_domain::id::{OrganizationId, StudyId, StudySiteId, TypedId};
use tandem_domain::party::{Organization, OrganizationType};
use tandem_domain::record::{Entity, Kind};
use tandem_domain::value::CountryCode;
use uuid::Uuid;

use super::work::{in_the_making, kept_in_house};

mod work;

/// A party that a row is meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// The sponsor that governs it.
    Sponsor,
    /// The vendor that it belongs to or that works there.
    Vendor,
    /// The vendor above a subcontract.
    Prime,
    /// Machine clients.
    Machines,
    /// The members of the organisation that it belongs to.
    Members,
    /// Whoever reads the directory.
    Directory,
    /// The vendor's people at sites.
    Cras,
    /// The vendor's data managers and statisticians.
    DataPeople,
    /// The vendor's regulatory and safety functions.
    Functions,
    /// Finance of either side.
    Finance,
    /// Who prepares findings for the sponsor.
    SponsorsAuthors,
    /// Who prepares findings for the vendor.
    VendorsAuthors,
}

/// Whose a row is, and where it lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned {
    /// The row.
    pub row: (Kind, Uuid),
    /// For whom it is meant.
    pub meant_for: Vec<For>,
    /// The sponsor that governs it.
    pub sponsor: Option<Uuid>,
    /// Its study.
    pub study: Option<Uuid>,
    /// The vendor whose it is.
    pub vendor: Option<Uuid>,
    /// Its engagement.
    pub engagement: Option<Uuid>,
    /// The vendor above that engagement.
    pub prime_vendor: Option<Uuid>,
    /// The engagement above it.
    pub prime_engagement: Option<Uuid>,
    /// Its country.
    pub country: Option<String>,
    /// Its study site.
    pub study_site: Option<Uuid>,
    /// The organisation whose it is, where that is neither as sponsor nor as vendor.
    pub organization: Option<Uuid>,
    /// Whom it is about.
    pub person: Option<Uuid>,
}

const SPONSOR: &[For] = &[For::Sponsor];
const BOTH_SIDES: &[For] = &[For::Sponsor, For::Vendor, For::Machines];
const BOTH_SIDES_AND_PRIME: &[For] = &[For::Sponsor, For::Vendor, For::Prime, For::Machines];
const MEMBERS: &[For] = &[For::Members];

fn id<T: TypedId>(id: T) -> Option<Uuid> {
    Some(id.uuid())
}

fn maybe<T: TypedId>(id: Option<T>) -> Option<Uuid> {
    id.map(TypedId::uuid)
}

/// "Tenant organisations that are not sponsors form a directory": those that a sponsor can engage.
fn meant_for(one: &Organization) -> &'static [For] {
    use OrganizationType::{Cdmo, CentralLab, Consultancy, Cro, EclinicalTechnology, ImagingCoreLab, SpecialistVendor, StaffingAgency};
    let engaged = [Cro, SpecialistVendor, CentralLab, ImagingCoreLab, EclinicalTechnology, Cdmo, StaffingAgency, Consultancy];
    if one.is_tenant && engaged.contains(&one.organization_type) { &[For::Members, For::Directory] } else { MEMBERS }
}

impl Owned {
    fn plain(record: &Entity, meant_for: &[For]) -> Self {
        Self {
            row: (record.kind(), record.uuid()),
            meant_for: meant_for.to_vec(),
            sponsor: None,
            study: None,
            vendor: None,
            engagement: None,
            prime_vendor: None,
            prime_engagement: None,
            country: None,
            study_site: None,
            organization: None,
            person: None,
        }
    }

    fn of_study(record: &Entity, meant_for: &[For], sponsor: OrganizationId, study: StudyId) -> Self {
        Self { sponsor: id(sponsor), study: id(study), ..Self::plain(record, meant_for) }
    }

    fn at_site(
        record: &Entity,
        meant_for: &[For],
        (sponsor, study): (OrganizationId, StudyId),
        code: CountryCode,
        site: StudySiteId,
    ) -> Self {
        Self { country: Some(code.to_string()), study_site: id(site), ..Self::of_study(record, meant_for, sponsor, study) }
    }

    fn of_party(record: &Entity, meant_for: &[For], organization: OrganizationId) -> Self {
        Self { organization: id(organization), ..Self::plain(record, meant_for) }
    }

    /// Reads it off a record. A comment is meant for those whom the record is meant for that it is `on`.
    #[must_use]
    pub fn of(record: &Entity, on: Option<&Entity>) -> Self {
        match record {
            Entity::Organization(one) => Self::of_party(record, meant_for(one), one.id),
            Entity::Person(one) => Self { person: id(one.id), ..Self::of_party(record, MEMBERS, one.organization_id) },
            Entity::PersonContact(one) => Self { person: id(one.id), ..Self::of_party(record, MEMBERS, one.organization_id) },
            Entity::ApiClient(one) => Self { person: id(one.id), ..Self::of_party(record, MEMBERS, one.organization_id) },
            Entity::AccessEvent(one) => Self::of_party(record, MEMBERS, one.organization_id),
            Entity::AccessReview(one) => Self::of_party(record, MEMBERS, one.organization_id),
            Entity::ExternalReference(one) => Self::of_party(record, MEMBERS, one.organization_id),
            Entity::AccessReviewItem(one) => Self::of_party(record, MEMBERS, one.organization_id),
            Entity::Membership(one) => Self {
                person: id(one.person_id),
                sponsor: maybe(one.sponsor_id),
                study: maybe(one.study_id),
                engagement: maybe(one.engagement_id),
                country: one.country_code.map(|code| code.to_string()),
                study_site: maybe(one.study_site_id),
                ..Self::of_party(record, &[For::Members, For::Sponsor], one.organization_id)
            },
            Entity::Study(one) => Self::of_study(record, BOTH_SIDES, one.sponsor_id, one.id),
            Entity::StudyRegistry(one) => Self::of_study(record, BOTH_SIDES, one.sponsor_id, one.id),
            Entity::StudyInternal(one) => Self::of_study(record, SPONSOR, one.sponsor_id, one.id),
            Entity::StudyBenchmark(one) => Self::of_study(record, SPONSOR, one.sponsor_id, one.id),
            Entity::StudyConfirmation(one) => Self::of_study(record, SPONSOR, one.sponsor_id, one.id),
            Entity::StudyCountry(one) => Self {
                country: Some(one.country_code.to_string()),
                engagement: maybe(one.lead_engagement_id),
                vendor: maybe(one.vendor_id),
                ..Self::of_study(record, BOTH_SIDES, one.sponsor_id, one.study_id)
            },
            Entity::Site(one) => {
                Self { sponsor: id(one.sponsor_id), country: Some(one.country_code.to_string()), ..Self::plain(record, BOTH_SIDES) }
            }
            Entity::StudySite(one) => Self {
                engagement: maybe(one.responsible_engagement_id),
                vendor: maybe(one.vendor_id),
                ..Self::at_site(record, BOTH_SIDES, (one.sponsor_id, one.study_id), one.country_code, one.id)
            },
            Entity::StudySiteInternal(one) => Self::at_site(record, SPONSOR, (one.sponsor_id, one.study_id), one.country_code, one.id),
            // People at sites are told to people only.
            Entity::StudySiteContact(one) => {
                Self::at_site(record, &[For::Sponsor, For::Vendor], (one.sponsor_id, one.study_id), one.country_code, one.id)
            }
            Entity::StudySiteRegistry(one) => Self::at_site(record, BOTH_SIDES, (one.sponsor_id, one.study_id), one.country_code, one.id),
            Entity::Engagement(one) => Self {
                vendor: id(one.vendor_id),
                engagement: id(one.id),
                prime_vendor: maybe(one.prime_vendor_id),
                prime_engagement: maybe(one.subcontract_of_id),
                ..Self::of_study(record, BOTH_SIDES_AND_PRIME, one.sponsor_id, one.study_id)
            },
            Entity::EngagementInternal(one) => {
                Self { engagement: id(one.id), ..Self::of_study(record, SPONSOR, one.sponsor_id, one.study_id) }
            }
            Entity::EngagementConfirmation(one) => {
                Self { engagement: id(one.id), ..Self::of_study(record, SPONSOR, one.sponsor_id, one.study_id) }
            }
            Entity::ServiceScope(one) => Self {
                vendor: id(one.vendor_id),
                engagement: id(one.engagement_id),
                prime_vendor: maybe(one.prime_vendor_id),
                prime_engagement: maybe(one.prime_engagement_id),
                ..Self::of_study(record, BOTH_SIDES_AND_PRIME, one.sponsor_id, one.study_id)
            },
            Entity::Program(one) => Self { sponsor: id(one.sponsor_id), ..Self::plain(record, BOTH_SIDES) },
            Entity::ProgramInternal(one) => Self { sponsor: id(one.sponsor_id), ..Self::plain(record, SPONSOR) },
            Entity::ProtocolVersion(one) => {
                Self::of_study(record, if in_the_making(one) { SPONSOR } else { BOTH_SIDES }, one.sponsor_id, one.study_id)
            }
            Entity::Amendment(one) => {
                Self::of_study(record, if kept_in_house(one) { SPONSOR } else { BOTH_SIDES }, one.sponsor_id, one.study_id)
            }
            Entity::Milestone(one) => Self::of_milestone(record, one),
            Entity::EnrollmentSnapshot(one) => Self::of_enrollment(record, one),
            Entity::Document(one) => Self::of_document(record, one),
            Entity::Deliverable(one) => Self::of_deliverable(record, one),
            Entity::DeliverableSubmission(one) => Self::of_submission(record, one),
            Entity::DeliverableReview(one) => Self::of_review(record, one),
            Entity::Finding(one) => Self::of_finding(record, one),
            Entity::FindingInternal(one) => Self::of_finding_part(record, one),
            Entity::FindingResponse(one) => Self::of_response(record, one),
            Entity::Capa(one) => work::remedy!(record, one),
            Entity::CapaAction(one) => Self { person: id(one.owner_id), ..work::remedy!(record, one) },
            Entity::DueDateExtension(one) => Self { person: id(one.requested_by_id), ..work::remedy!(record, one) },
            Entity::EffectivenessCheck(one) => work::remedy!(record, one),
            Entity::Issue(one) => Self::of_issue(record, one),
            Entity::Comment(one) => Self::of_comment(record, one, on),
        }
    }
}
