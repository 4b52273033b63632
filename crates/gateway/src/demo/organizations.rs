//! The demo's organisations: two sponsors, and vendors that compete for their work.

use tandem_domain::id::OrganizationId;
use tandem_domain::party::{Organization, OrganizationClass, OrganizationType};

use super::geography::country;
use super::ids::{Ids, List};

/// An organisation, by the short name that the other lists use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Org {
    /// The larger sponsor.
    Quillfen,
    /// The smaller sponsor.
    Brackenmoor,
    /// A full-service CRO.
    Veltrona,
    /// Its competitor, on the same studies.
    Osprelle,
    /// A central laboratory.
    Tarnwick,
    /// A vendor of electronic clinical systems.
    Pelluvia,
    /// A monitoring boutique that works as a subcontractor.
    Corvendale,
}

/// Short name, name, type, country.
const ORGANIZATIONS: &[(Org, &str, OrganizationType, &str)] = &[
    (Org::Quillfen, "Quillfen Therapeutics (invented)", OrganizationType::Sponsor, "CH"),
    (Org::Brackenmoor, "Brackenmoor Biologics (invented)", OrganizationType::Sponsor, "US"),
    (Org::Veltrona, "Veltrona Clinical Research (invented)", OrganizationType::Cro, "DE"),
    (Org::Osprelle, "Osprelle Research Partners (invented)", OrganizationType::Cro, "US"),
    (Org::Tarnwick, "Tarnwick Central Laboratories (invented)", OrganizationType::CentralLab, "GB"),
    (Org::Pelluvia, "Pelluvia eClinical (invented)", OrganizationType::EclinicalTechnology, "NL"),
    (Org::Corvendale, "Corvendale Site Monitoring (invented)", OrganizationType::SpecialistVendor, "FR"),
];

/// All of them with their ids.
pub(super) struct Organizations(pub(super) Vec<Organization>);

impl Organizations {
    pub(super) fn make() -> Self {
        let ids = Ids::of(List::Organizations);
        let made = ORGANIZATIONS.iter().map(|(_, name, organization_type, code)| Organization {
            id: ids.next(),
            name: (*name).to_owned(),
            organization_type: *organization_type,
            class: Some(OrganizationClass::Industry),
            country_code: country(code),
            is_tenant: true,
        });
        Self(made.collect())
    }

    pub(super) fn id(&self, org: Org) -> OrganizationId {
        self.0[org as usize].id
    }

    pub(super) fn name(&self, org: Org) -> &str {
        &self.0[org as usize].name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_stand_in_the_order_of_the_list() {
        for (index, (org, ..)) in ORGANIZATIONS.iter().enumerate() {
            assert_eq!(*org as usize, index);
        }
    }
}
