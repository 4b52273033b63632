//! Parties: organisations, people, memberships and machine clients. They are seen because something that is seen names them.

use tandem_domain::access::Role;
use tandem_domain::id::{OrganizationId, PersonId, TypedId};
use tandem_domain::party::{ApiClient, Membership, Organization, OrganizationType};

use super::hat::{Hat, Reach};
use super::{Asker, Principal};
use tandem_domain::access::ClientScope;
use tandem_domain::engagement::Engagement;

/// "Tenant organisations that are not sponsors form a directory": those that a sponsor can engage.
fn is_vendor(organization: &Organization) -> bool {
    use OrganizationType::{Cdmo, CentralLab, Consultancy, Cro, EclinicalTechnology, ImagingCoreLab, SpecialistVendor, StaffingAgency};
    [Cro, SpecialistVendor, CentralLab, ImagingCoreLab, EclinicalTechnology, Cdmo, StaffingAgency, Consultancy]
        .contains(&organization.organization_type)
}

impl Asker<'_> {
    /// The engagements that this hat reads; a machine has to be allowed to read engagements.
    fn read_engagements<'a>(&'a self, hat: &'a Hat) -> impl Iterator<Item = &'a Engagement> {
        let may = !hat.machine() || self.may(ClientScope::Engagements);
        self.world.engagements.iter().filter(move |one| may && self.engagement(hat, one))
    }

    /// The engagements that the viewer's organisation has anything to do with, whatever the role.
    fn dealings(&self) -> impl Iterator<Item = &Engagement> {
        let above = |one: &Engagement| one.subcontract_of_id.and_then(|above| self.world.engagement(above)).map(|above| above.vendor_id);
        self.world
            .engagements
            .iter()
            .filter(move |one| [Some(one.sponsor_id), Some(one.vendor_id), above(one)].contains(&Some(self.organization)))
    }

    /// One's own; those that a readable engagement names as its sponsor or vendor; for administrators those that theirs deals
    /// with; for some sponsor roles the directory; for vendors a shared roster. A subcontract does not name the vendor above it.
    pub(super) fn organization(&self, hat: &Hat, organization: &Organization) -> bool {
        let id = organization.id;
        let names = |one: &Engagement| one.sponsor_id == id || one.vendor_id == id;
        let directory = [Role::SStudyManager, Role::SVendorManager, Role::SQa].contains(&hat.role);
        id == self.organization
            || self.read_engagements(hat).any(names)
            || (hat.administers() && hat.whole() && self.dealings().any(names))
            || (directory && organization.is_tenant && is_vendor(organization))
            || self.on_shared_roster(hat, id)
    }

    /// Oneself; who leads a readable engagement; whom a readable membership names; an administrator's own people.
    pub(super) fn person(&self, hat: &Hat, id: PersonId) -> bool {
        let leads = |one: &Engagement| one.lead_sponsor_id == Some(id) || one.lead_vendor_id == Some(id);
        let own = || self.world.people.iter().any(|one| one.id == id && one.organization_id == self.organization);
        self.who == Principal::Person(id)
            || self.read_engagements(hat).any(leads)
            || self.world.memberships.iter().any(|one| one.person_id == id && self.membership(hat, one))
            || (hat.administers() && hat.whole() && own())
    }

    /// C.2 contact: whoever sees the person, but no machine.
    pub(super) fn contact(&self, hat: &Hat, id: PersonId) -> bool {
        !hat.machine() && self.person(hat, id)
    }

    /// C.3 Membership: "R study" for study managers, "R vendor" for vendor managers, "R all" for QA, the own organisation's for
    /// project managers, a vendor's QA and administrators, one's own for everybody.
    pub(super) fn membership(&self, hat: &Hat, membership: &Membership) -> bool {
        let of_organization = hat.whole() && membership.organization_id == self.organization;
        let into_study = self.reaches_into(hat, membership);
        let by_role = match hat.role {
            Role::SStudyManager => into_study,
            Role::SVendorManager => into_study && membership.engagement_id.is_some(),
            Role::SQa => into_study || of_organization,
            Role::SAdmin | Role::VAdmin | Role::VProjectManager | Role::VQa => of_organization,
            _ => false,
        };
        by_role || self.who == Principal::Person(membership.person_id)
    }

    /// Whether a membership, anybody's, reaches into a study of the viewer's organisation, within the hat's own reach.
    fn reaches_into(&self, hat: &Hat, membership: &Membership) -> bool {
        let Some(study) = membership.study_id else { return false };
        let sponsor: Option<OrganizationId> = self.world.sponsor_of(study);
        let within = match &hat.reach {
            Reach::Everything => true,
            Reach::Study(own) => study == *own,
            Reach::Engagement(own) | Reach::Listed(own) => membership.engagement_id == Some(*own),
            Reach::Country(own, code) => study == *own && membership.country_code == Some(*code),
            Reach::Site(own) => membership.study_site_id == Some(*own),
        };
        sponsor == Some(self.organization) && within
    }

    /// The access log and reviews of access: administrators and QA, of their own organisation as a whole.
    pub(super) fn oversees_access(&self, hat: &Hat, organization: OrganizationId) -> bool {
        let role = [Role::SAdmin, Role::SQa, Role::VAdmin, Role::VQa].contains(&hat.role);
        role && hat.whole() && organization == self.organization
    }

    /// "Its organisation's admin and the vendor manager of an engagement it reaches": one that it lists or, where it lists none, any of
    /// its vendor's; and itself.
    pub(super) fn client(&self, hat: &Hat, client: &ApiClient) -> bool {
        let whole = |one: &Engagement| client.engagement_ids.is_empty() && one.vendor_id == client.organization_id;
        let reaches = |one: &Engagement| one.sponsor_id == self.organization && (client.engagement_ids.contains(&one.id) || whole(one));
        (hat.machine() && client.id.uuid() == self.id())
            || (hat.administers() && hat.whole() && client.organization_id == self.organization)
            || (hat.role == Role::SVendorManager && self.read_engagements(hat).any(reaches))
    }
}
