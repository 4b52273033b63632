//! What the demo's deliverables have by their type: their place in the trial master file, and what each is measured by.

use tandem_domain::delivery::DeliverableType as T;

/// The place in the trial master file (reference model 3), where it has one.
pub(super) fn artifact(of: T) -> &'static str {
    match of {
        T::MonitoringPlan => "01.01.08",
        T::CommunicationPlan => "01.01.07",
        T::RiskPlan => "01.01.16",
        T::StatusReport => "01.01.12",
        T::VendorOversightReport => "01.01.20",
        T::TrainingMaterial => "01.04.02",
        T::InvestigatorBrochure => "02.01.01",
        T::Protocol => "02.01.04",
        T::IcfTemplate => "02.02.03",
        T::FeasibilityReport => "05.01.03",
        T::MonitoringVisitReport => "05.04.03",
        T::SafetyManagementPlan => "07.01.01",
        T::DataManagementPlan => "10.01.01",
        T::DataTransfer => "10.03.06",
        T::StatisticalAnalysisPlan => "11.01.01",
        _ => "01.01.02",
    }
}

/// What a submission is measured by.
pub(super) fn criteria(of: T) -> &'static [&'static str] {
    match of {
        T::StatusReport => &["Enrolment of every country", "Open actions with their owners"],
        T::MonitoringPlan => &["Visits by risk of the site", "Escalation of deviations"],
        T::SafetyManagementPlan => &["Clocks of serious adverse events", "Reconciliation with the database"],
        T::DataManagementPlan => &["Data flow", "Query clocks", "Reconciliation with the laboratory"],
        T::MonitoringVisitReport => &["Signed within ten days"],
        T::Protocol | T::InvestigatorBrochure => &["Final and signed", "Changes marked"],
        _ => &["Complete", "In the agreed form"],
    }
}
