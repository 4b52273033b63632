//! Guards: what has to hold before a step, named once. The store answers each with a yes or a no and nothing else.
//! A guard on a part that is not built yet counts as satisfied, is reported as deferred, and stands in one list.

/// What has to hold before a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Guard {
    /// At least one country of the study is approved or further.
    StudyHasApprovedCountry,
    /// At least one site of the study is active.
    StudyHasActiveSite,
    /// No duty of the study is unassigned without a waiver.
    ObligationsCovered,
    /// Monitoring plan and safety plan are accepted.
    PlansAccepted,
    /// The site's country is approved or further.
    CountryApproved,
    /// Ethics approval, clinical trial agreement, initiation visit and training are there.
    SiteReady,
    /// The engagement has at least one service scope in force.
    EngagementHasScope,
    /// Each scope has a current qualification and an executed agreement, and the oversight plan is approved.
    EngagementCovered,
    /// Nothing of the engagement is open: deliverables, findings, CAPAs, invoices, TMF transfer.
    EngagementSettled,
    /// Obligations of the engagement are reassigned.
    ObligationsReassigned,
}

/// The guards that wait for a part that is not built yet. They count as satisfied, and a step that has one says so.
pub const DEFERRED: &[Guard] = &[
    Guard::ObligationsCovered,
    Guard::PlansAccepted,
    Guard::SiteReady,
    Guard::EngagementCovered,
    Guard::EngagementSettled,
    Guard::ObligationsReassigned,
];

impl Guard {
    /// Whether the guard waits for a part that is not built yet.
    #[must_use]
    pub fn is_deferred(self) -> bool {
        DEFERRED.contains(&self)
    }

    /// The guard's stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::StudyHasApprovedCountry => "STUDY_HAS_APPROVED_COUNTRY",
            Self::StudyHasActiveSite => "STUDY_HAS_ACTIVE_SITE",
            Self::ObligationsCovered => "OBLIGATIONS_COVERED",
            Self::PlansAccepted => "PLANS_ACCEPTED",
            Self::CountryApproved => "COUNTRY_APPROVED",
            Self::SiteReady => "SITE_READY",
            Self::EngagementHasScope => "ENGAGEMENT_HAS_SCOPE",
            Self::EngagementCovered => "ENGAGEMENT_COVERED",
            Self::EngagementSettled => "ENGAGEMENT_SETTLED",
            Self::ObligationsReassigned => "OBLIGATIONS_REASSIGNED",
        }
    }

    /// What is missing where the guard does not hold, and what to do, without naming a row.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::StudyHasApprovedCountry => "No country of the study is approved yet. Get at least one approved first.",
            Self::StudyHasActiveSite => "No site of the study is active yet. Activate at least one first.",
            Self::CountryApproved => "The site's country is not approved yet. Get it approved first.",
            Self::EngagementHasScope => "The engagement has no service scope in force. Add one first.",
            Self::ObligationsCovered
            | Self::PlansAccepted
            | Self::SiteReady
            | Self::EngagementCovered
            | Self::EngagementSettled
            | Self::ObligationsReassigned => "A condition that this version does not check yet is not met.",
        }
    }
}
