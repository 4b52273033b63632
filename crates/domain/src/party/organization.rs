//! Organisations: sponsors, CROs, vendors, sites' hosts and authorities.
//! An organisation that uses Tandem is a tenant; others are only named.

use crate::access::{Readers, Side};
use crate::id::OrganizationId;
use crate::value::CountryCode;
use crate::{record, vocabulary};

vocabulary! {
    /// What an organisation is (after CDISC C188724).
    pub enum OrganizationType {
        /// Sponsors studies.
        Sponsor = "SPONSOR",
        /// Sponsors studies together with another.
        CoSponsor = "CO_SPONSOR",
        /// A contract research organisation.
        Cro = "CRO",
        /// A vendor of one special service.
        SpecialistVendor = "SPECIALIST_VENDOR",
        /// A central laboratory.
        CentralLab = "CENTRAL_LAB",
        /// An imaging core laboratory.
        ImagingCoreLab = "IMAGING_CORE_LAB",
        /// A vendor of electronic clinical systems.
        EclinicalTechnology = "ECLINICAL_TECHNOLOGY",
        /// A contract development and manufacturing organisation.
        Cdmo = "CDMO",
        /// A staffing agency.
        StaffingAgency = "STAFFING_AGENCY",
        /// A consultancy.
        Consultancy = "CONSULTANCY",
        /// Hosts study sites.
        Site = "SITE",
        /// A regulatory authority.
        RegulatoryAuthority = "REGULATORY_AUTHORITY",
        /// An ethics committee or institutional review board.
        EthicsCommittee = "ETHICS_COMMITTEE",
        /// A university or the like.
        Academic = "ACADEMIC",
        /// A study registry.
        Registry = "REGISTRY",
        /// Anything else.
        Other = "OTHER",
    }

    /// The class that ClinicalTrials.gov gives an organisation.
    pub enum OrganizationClass {
        /// Industry.
        Industry = "INDUSTRY",
        /// The US National Institutes of Health.
        Nih = "NIH",
        /// Another US federal agency.
        Fed = "FED",
        /// Another government.
        OtherGov = "OTHER_GOV",
        /// An individual.
        Indiv = "INDIV",
        /// A network.
        Network = "NETWORK",
        /// Anything else.
        Other = "OTHER",
        /// Not known.
        Unknown = "UNKNOWN",
        /// Not clear.
        Ambig = "AMBIG",
    }
}

record! {
    /// An organisation: a sponsor, a CRO or another vendor, or one that is only named.
    pub struct Organization: Organization {
        /// The organisation's id.
        id: OrganizationId,
        /// The name it is known by.
        name: String,
        /// What it is.
        organization_type: OrganizationType,
        /// The class that the registry gives it.
        class: Option<OrganizationClass>,
        /// The country it is established in.
        country_code: Option<CountryCode>,
        /// Whether it uses Tandem itself.
        is_tenant: bool,
    }
}

impl Organization {
    pub(crate) fn audience(&self) -> Readers {
        // Vendors that use Tandem stand in the directory; sponsors never do.
        if self.is_tenant && side_of(self.organization_type) == Side::Vendor {
            Readers::MEMBERS.and(Readers::DIRECTORY)
        } else {
            Readers::MEMBERS
        }
    }
}

/// The side of outsourcing on which an organisation of this type stands.
#[must_use]
pub fn side_of(organization_type: OrganizationType) -> Side {
    match organization_type {
        OrganizationType::Sponsor | OrganizationType::CoSponsor | OrganizationType::Academic => Side::Sponsor,
        OrganizationType::Cro
        | OrganizationType::SpecialistVendor
        | OrganizationType::CentralLab
        | OrganizationType::ImagingCoreLab
        | OrganizationType::EclinicalTechnology
        | OrganizationType::Cdmo
        | OrganizationType::StaffingAgency
        | OrganizationType::Consultancy => Side::Vendor,
        OrganizationType::Site
        | OrganizationType::RegulatoryAuthority
        | OrganizationType::EthicsCommittee
        | OrganizationType::Registry
        | OrganizationType::Other => Side::Neither,
    }
}
