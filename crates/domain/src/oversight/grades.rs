//! How findings are graded and sorted: severity, source, category, root cause. The words of EMA, MHRA and ICH practice.

use crate::vocabulary;

vocabulary! {
    /// How grave a finding is (EMA's grades, and a recommendation).
    pub enum FindingSeverity {
        /// Harms the rights, safety or well-being of participants, or the quality of data.
        Critical = "CRITICAL",
        /// May harm them.
        Major = "MAJOR",
        /// Would not be expected to harm them.
        Minor = "MINOR",
        /// An advice.
        Recommendation = "RECOMMENDATION",
    }

    /// Where a finding comes from.
    pub enum FindingSource {
        /// An audit by the sponsor.
        SponsorAudit = "SPONSOR_AUDIT",
        /// An audit of the vendor by itself.
        VendorInternalAudit = "VENDOR_INTERNAL_AUDIT",
        /// An inspection by an authority.
        RegulatoryInspection = "REGULATORY_INSPECTION",
        /// A review of the vendor's work by the sponsor.
        OversightReview = "OVERSIGHT_REVIEW",
        /// A monitoring visit that the sponsor took part in.
        CoMonitoringVisit = "CO_MONITORING_VISIT",
        /// Quality control of the trial master file.
        TmfQc = "TMF_QC",
        /// A review of data.
        DataReview = "DATA_REVIEW",
        /// A trend of deviations.
        DeviationTrend = "DEVIATION_TREND",
        /// A metric beyond its limit.
        MetricBreach = "METRIC_BREACH",
        /// Reported by the vendor itself.
        SelfReported = "SELF_REPORTED",
        /// A complaint.
        Complaint = "COMPLAINT",
    }

    /// What a finding is about.
    pub enum FindingCategory {
        /// Contracts and delegation.
        ContractsAndDelegation = "CONTRACTS_AND_DELEGATION",
        /// Qualification of vendors.
        VendorQualification = "VENDOR_QUALIFICATION",
        /// Oversight by the sponsor.
        SponsorOversight = "SPONSOR_OVERSIGHT",
        /// The trial master file.
        Tmf = "TMF",
        /// Protection of participants, informed consent.
        SubjectProtectionIcf = "SUBJECT_PROTECTION_ICF",
        /// Compliance with the protocol.
        ProtocolCompliance = "PROTOCOL_COMPLIANCE",
        /// Reporting of safety.
        SafetyReporting = "SAFETY_REPORTING",
        /// Integrity of data.
        DataIntegrity = "DATA_INTEGRITY",
        /// Computerised systems.
        ComputerisedSystems = "COMPUTERISED_SYSTEMS",
        /// Training.
        Training = "TRAINING",
        /// Monitoring.
        Monitoring = "MONITORING",
        /// Management of investigational product.
        IpManagement = "IP_MANAGEMENT",
        /// Statistics.
        Statistics = "STATISTICS",
        /// Blinding.
        Blinding = "BLINDING",
        /// Submissions to authorities.
        RegulatorySubmissions = "REGULATORY_SUBMISSIONS",
        /// Quality management, CAPA.
        QmsCapa = "QMS_CAPA",
        /// Privacy.
        Privacy = "PRIVACY",
        /// Anything else.
        Other = "OTHER",
    }

    /// How a root cause was sought.
    pub enum RootCauseMethod {
        /// Five whys.
        FiveWhys = "FIVE_WHYS",
        /// A cause-and-effect diagram.
        Fishbone = "FISHBONE",
        /// Failure mode and effects analysis.
        Fmea = "FMEA",
        /// Another way.
        Other = "OTHER",
    }

    /// What kind of cause it is.
    pub enum RootCauseCategory {
        /// People.
        People = "PEOPLE",
        /// A process.
        Process = "PROCESS",
        /// A system.
        System = "SYSTEM",
        /// Training.
        Training = "TRAINING",
        /// A contract.
        Contract = "CONTRACT",
        /// Resources.
        Resource = "RESOURCE",
        /// Documentation.
        Documentation = "DOCUMENTATION",
        /// Something outside.
        External = "EXTERNAL",
    }
}

impl FindingSeverity {
    /// Whether it is CRITICAL or MAJOR: then root cause, CAPA and separation of persons are asked for.
    #[must_use]
    pub fn is_grave(self) -> bool {
        match self {
            Self::Critical | Self::Major => true,
            Self::Minor | Self::Recommendation => false,
        }
    }
}

impl FindingCategory {
    /// Whether it is about data, and so what a data manager or a statistician has (domain rules, C.3: "category data").
    #[must_use]
    pub fn is_about_data(self) -> bool {
        match self {
            Self::DataIntegrity | Self::Statistics => true,
            Self::ContractsAndDelegation
            | Self::VendorQualification
            | Self::SponsorOversight
            | Self::Tmf
            | Self::SubjectProtectionIcf
            | Self::ProtocolCompliance
            | Self::SafetyReporting
            | Self::ComputerisedSystems
            | Self::Training
            | Self::Monitoring
            | Self::IpManagement
            | Self::Blinding
            | Self::RegulatorySubmissions
            | Self::QmsCapa
            | Self::Privacy
            | Self::Other => false,
        }
    }
}
