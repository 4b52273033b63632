//! The roles that memberships give, and the scopes that machine clients hold.
//! A new role does not compile until the policy has decided it everywhere.

use crate::vocabulary;

vocabulary! {
    /// What a membership lets a person do, within the membership's scope.
    pub enum Role {
        /// Sponsor: leads studies; creates and moves them, their countries and sites.
        SStudyManager = "S_STUDY_MANAGER",
        /// Sponsor: manages vendors; creates and moves engagements and their scopes.
        SVendorManager = "S_VENDOR_MANAGER",
        /// Sponsor: quality assurance; confirms terminations, reads memberships, reviews who has access.
        SQa = "S_QA",
        /// Sponsor: finance; reads benchmarks, no internal assessments.
        SFinance = "S_FINANCE",
        /// Sponsor: regulatory affairs; moves countries of a study.
        SRegulatory = "S_REGULATORY",
        /// Sponsor: safety.
        SSafety = "S_SAFETY",
        /// Sponsor: leads data management.
        SDataLead = "S_DATA_LEAD",
        /// Sponsor: executive; reads at study level only, never changes anything.
        SExecutive = "S_EXECUTIVE",
        /// Sponsor: administers people, memberships and clients; sees no study content.
        SAdmin = "S_ADMIN",
        /// Vendor: manages the vendor's projects.
        VProjectManager = "V_PROJECT_MANAGER",
        /// Vendor: clinical research associate; works with sites.
        VCra = "V_CRA",
        /// Vendor: manages data.
        VDataManager = "V_DATA_MANAGER",
        /// Vendor: statistics.
        VBiostatistician = "V_BIOSTATISTICIAN",
        /// Vendor: quality assurance; reads memberships, the access log and reviews of access.
        VQa = "V_QA",
        /// Vendor: regulatory affairs.
        VRegulatory = "V_REGULATORY",
        /// Vendor: safety.
        VSafety = "V_SAFETY",
        /// Vendor: finance; reads studies and engagements, no countries or sites.
        VFinance = "V_FINANCE",
        /// Vendor: administers people, memberships and clients of the vendor; sees no study content.
        VAdmin = "V_ADMIN",
        /// A machine client. Never granted to a person.
        PClient = "P_CLIENT",
    }

    /// What a machine client may do. It may do only what its directory entry and its token both name.
    pub enum ClientScope {
        /// Read studies.
        Studies = "STUDY_READ",
        /// Read countries, sites and study sites.
        Sites = "SITE_READ",
        /// Read engagements and their service scopes.
        Engagements = "ENGAGEMENT_READ",
        /// Read deliverables, their submissions and reviews, and what is said of them to both sides.
        Deliverables = "DELIVERABLE_READ",
        /// Read findings that were issued, and the responses to them.
        Findings = "FINDING_READ",
        /// Plan milestones (a sponsor's client), and say when they are planned and were reached.
        MilestonesWrite = "MILESTONE_WRITE",
        /// Report how far enrolment has come, and correct it.
        EnrollmentWrite = "ENROLLMENT_WRITE",
        /// Add sites to studies (a sponsor's client), and change them.
        SitesWrite = "SITE_WRITE",
        /// Say what a system of the organisation calls what the client sees.
        ReferencesWrite = "REFERENCE_WRITE",
    }

    /// Which side of the outsourcing an organisation stands on.
    pub enum Side {
        /// It sponsors studies.
        Sponsor = "SPONSOR",
        /// It is engaged by sponsors.
        Vendor = "VENDOR",
        /// Neither: it is known, but nobody acts for it here.
        Neither = "NEITHER",
    }
}

impl ClientScope {
    /// The scope as a token's `scope` claim names it: `study:read`.
    #[must_use]
    pub fn claim(self) -> &'static str {
        match self {
            Self::Studies => "study:read",
            Self::Sites => "site:read",
            Self::Engagements => "engagement:read",
            Self::Deliverables => "deliverable:read",
            Self::Findings => "finding:read",
            Self::MilestonesWrite => "milestone:write",
            Self::EnrollmentWrite => "enrollment:write",
            Self::SitesWrite => "site:write",
            Self::ReferencesWrite => "reference:write",
        }
    }

    /// Reads a scope of a token; `None` for one that means nothing here.
    #[must_use]
    pub fn from_claim(claim: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|scope| scope.claim() == claim)
    }
}

impl Role {
    /// The side whose organisations can give this role to a person; `None` for a machine client's.
    #[must_use]
    pub fn side(self) -> Option<Side> {
        match self {
            Self::SStudyManager
            | Self::SVendorManager
            | Self::SQa
            | Self::SFinance
            | Self::SRegulatory
            | Self::SSafety
            | Self::SDataLead
            | Self::SExecutive
            | Self::SAdmin => Some(Side::Sponsor),
            Self::VProjectManager
            | Self::VCra
            | Self::VDataManager
            | Self::VBiostatistician
            | Self::VQa
            | Self::VRegulatory
            | Self::VSafety
            | Self::VFinance
            | Self::VAdmin => Some(Side::Vendor),
            Self::PClient => None,
        }
    }
}
