//! What kinds of deliverables there are, what each is about, and so who of each side is responsible for it.

use crate::access::{Role, Side};
use crate::vocabulary;

vocabulary! {
    /// What kind of deliverable it is.
    pub enum DeliverableType {
        /// The project plan.
        ProjectPlan = "PROJECT_PLAN",
        /// The communication plan.
        CommunicationPlan = "COMMUNICATION_PLAN",
        /// The monitoring plan.
        MonitoringPlan = "MONITORING_PLAN",
        /// The safety management plan.
        SafetyManagementPlan = "SAFETY_MANAGEMENT_PLAN",
        /// The data management plan.
        DataManagementPlan = "DATA_MANAGEMENT_PLAN",
        /// The statistical analysis plan.
        StatisticalAnalysisPlan = "STATISTICAL_ANALYSIS_PLAN",
        /// The risk plan.
        RiskPlan = "RISK_PLAN",
        /// A report on the oversight of vendors.
        VendorOversightReport = "VENDOR_OVERSIGHT_REPORT",
        /// A status report.
        StatusReport = "STATUS_REPORT",
        /// A feasibility report.
        FeasibilityReport = "FEASIBILITY_REPORT",
        /// The protocol.
        Protocol = "PROTOCOL",
        /// The investigator's brochure.
        InvestigatorBrochure = "INVESTIGATOR_BROCHURE",
        /// The template of the informed consent form.
        IcfTemplate = "ICF_TEMPLATE",
        /// A package for an authority or an ethics committee.
        SubmissionPackage = "SUBMISSION_PACKAGE",
        /// What a site needs before it is activated.
        SiteActivationPackage = "SITE_ACTIVATION_PACKAGE",
        /// The report of a monitoring visit.
        MonitoringVisitReport = "MONITORING_VISIT_REPORT",
        /// The specification of the case report forms.
        CrfSpec = "CRF_SPEC",
        /// The electronic data capture system as built.
        EdcBuild = "EDC_BUILD",
        /// The specification of edit checks.
        EditCheckSpec = "EDIT_CHECK_SPEC",
        /// A transfer of data.
        DataTransfer = "DATA_TRANSFER",
        /// What is needed before a database is locked.
        DatabaseLockPackage = "DATABASE_LOCK_PACKAGE",
        /// Datasets by the Study Data Tabulation Model.
        SdtmDatasets = "SDTM_DATASETS",
        /// Datasets by the Analysis Data Model.
        AdamDatasets = "ADAM_DATASETS",
        /// Tables, listings, figures.
        Tlf = "TLF",
        /// An interim analysis.
        InterimAnalysis = "INTERIM_ANALYSIS",
        /// A safety narrative.
        SafetyNarrative = "SAFETY_NARRATIVE",
        /// A development safety update report.
        Dsur = "DSUR",
        /// The clinical study report.
        Csr = "CSR",
        /// The transfer of the trial master file.
        TmfTransfer = "TMF_TRANSFER",
        /// Training material.
        TrainingMaterial = "TRAINING_MATERIAL",
        /// The validation of a computerised system.
        ValidationPackage = "VALIDATION_PACKAGE",
        /// A plan of corrective and preventive action.
        CapaPlan = "CAPA_PLAN",
        /// What an invoice is based on.
        InvoiceBackup = "INVOICE_BACKUP",
        /// Anything else.
        Other = "OTHER",
    }
}

/// What a deliverable is about: which function of each side answers for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// The study as a whole.
    Study,
    /// Sites and their monitoring.
    Monitoring,
    /// Data and statistics.
    Data,
    /// Authorities and ethics committees.
    Regulatory,
    /// Safety.
    Safety,
}

/// What a type of deliverable is about.
#[must_use]
pub fn area(of: DeliverableType) -> Area {
    match of {
        DeliverableType::DataManagementPlan
        | DeliverableType::StatisticalAnalysisPlan
        | DeliverableType::CrfSpec
        | DeliverableType::EdcBuild
        | DeliverableType::EditCheckSpec
        | DeliverableType::DataTransfer
        | DeliverableType::DatabaseLockPackage
        | DeliverableType::SdtmDatasets
        | DeliverableType::AdamDatasets
        | DeliverableType::Tlf
        | DeliverableType::InterimAnalysis
        | DeliverableType::ValidationPackage => Area::Data,
        DeliverableType::Protocol
        | DeliverableType::InvestigatorBrochure
        | DeliverableType::IcfTemplate
        | DeliverableType::SubmissionPackage
        | DeliverableType::Csr => Area::Regulatory,
        DeliverableType::SafetyManagementPlan | DeliverableType::SafetyNarrative | DeliverableType::Dsur => Area::Safety,
        DeliverableType::MonitoringVisitReport => Area::Monitoring,
        DeliverableType::ProjectPlan
        | DeliverableType::CommunicationPlan
        | DeliverableType::MonitoringPlan
        | DeliverableType::RiskPlan
        | DeliverableType::VendorOversightReport
        | DeliverableType::StatusReport
        | DeliverableType::FeasibilityReport
        | DeliverableType::SiteActivationPackage
        | DeliverableType::TmfTransfer
        | DeliverableType::TrainingMaterial
        | DeliverableType::CapaPlan
        | DeliverableType::InvoiceBackup
        | DeliverableType::Other => Area::Study,
    }
}

/// Who on a side answers for a type: who leads the study or the project there, and the lead of the function that it is about
/// (domain rules, B.11: "by type").
#[must_use]
pub fn functional_roles(of: DeliverableType, side: Side) -> &'static [Role] {
    match (side, area(of)) {
        (Side::Sponsor, Area::Study | Area::Monitoring) => &[Role::SStudyManager],
        (Side::Sponsor, Area::Data) => &[Role::SStudyManager, Role::SDataLead],
        (Side::Sponsor, Area::Regulatory) => &[Role::SStudyManager, Role::SRegulatory],
        (Side::Sponsor, Area::Safety) => &[Role::SStudyManager, Role::SSafety],
        (Side::Vendor, Area::Study) => &[Role::VProjectManager],
        (Side::Vendor, Area::Monitoring) => &[Role::VProjectManager, Role::VCra],
        (Side::Vendor, Area::Data) => &[Role::VProjectManager, Role::VDataManager, Role::VBiostatistician],
        (Side::Vendor, Area::Regulatory) => &[Role::VProjectManager, Role::VRegulatory],
        (Side::Vendor, Area::Safety) => &[Role::VProjectManager, Role::VSafety],
        (Side::Neither, _) => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_has_somebody_on_both_sides_and_nobody_on_neither() {
        for of in DeliverableType::ALL {
            for side in [Side::Sponsor, Side::Vendor] {
                let roles = functional_roles(*of, side);
                assert!(!roles.is_empty() && roles.iter().all(|role| role.side() == Some(side)), "{of} {side}");
            }
            assert!(functional_roles(*of, Side::Neither).is_empty());
        }
    }
}
