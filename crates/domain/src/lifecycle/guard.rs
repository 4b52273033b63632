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
    /// Nothing of the engagement is open: deliverables, findings, CAPAs, issues.
    EngagementSettled,
    /// Obligations of the engagement are reassigned.
    ObligationsReassigned,
    /// The invoices of the engagement are paid, its trial master file is transferred.
    EngagementPaid,
    /// The engagement that it belongs to, if any, has not ended.
    EngagementOpen,
    /// The engagement that it belongs to is at work: its agreements stand, and nothing holds it.
    EngagementAtWork,
    /// Whoever hands it in is trained on the present version of the protocol.
    SubmitterTrained,
    /// What is priced in a contract is given up by a change order.
    ChangeOrderIfPriced,
    /// Whoever decides is another person than who handed it in, and of no organisation that did (I-06).
    OtherThanSubmitter,
    /// All signatures that the deliverable asks for are there.
    SignaturesComplete,
    /// Whoever does it wrote the record.
    AsAuthor,
    /// Whoever does it owns the record, or is of the side that does where nobody is named.
    AsOwner,
    /// A CRITICAL or MAJOR finding names what it is held against.
    RequirementsNamed,
    /// Whoever issues a CRITICAL finding did not write it.
    CriticalNotByAuthor,
    /// Whoever closes a CRITICAL or MAJOR finding did not write it.
    GraveNotByAuthor,
    /// Whoever does it did not write the record.
    NotAuthor,
    /// The finding was not disputed before.
    NotDisputedBefore,
    /// Where the finding needs a CAPA, there is one.
    CapaThere,
    /// The finding needs no CAPA.
    NoCapaRequired,
    /// No CAPA of the finding is open.
    NoOpenCapa,
    /// CAPAs of the finding helped, and none is open (I-07).
    CapaEffective,
    /// Whoever closes is not who has to answer, nor of the organisation that has to (I-07).
    CloserIndependent,
    /// Whoever decides is not of the vendor that has to answer the finding, or owns the CAPA (I-06, I-07).
    OtherThanOwing,
    /// Whoever decides does not own the CAPA.
    NotOwner,
    /// Whoever decides did not ask for it.
    NotRequester,
    /// Every action of the CAPA is done, with evidence.
    ActionsComplete,
    /// The day of the CAPA's check has come.
    CheckDue,
    /// Whoever verifies neither owns the CAPA nor carried it out.
    VerifierIndependent,
    /// Fewer than two checks of the CAPA were inconclusive.
    InconclusiveAtMostTwice,
}

/// The guards that wait for a part that is not built yet. They count as satisfied, and a step that has one says so.
pub const DEFERRED: &[Guard] = &[
    Guard::ObligationsCovered,
    Guard::SiteReady,
    Guard::EngagementCovered,
    Guard::EngagementPaid,
    Guard::ObligationsReassigned,
    Guard::SubmitterTrained,
    Guard::ChangeOrderIfPriced,
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
            Self::EngagementPaid => "ENGAGEMENT_PAID",
            Self::EngagementOpen => "ENGAGEMENT_OPEN",
            Self::SubmitterTrained => "SUBMITTER_TRAINED",
            Self::ChangeOrderIfPriced => "CHANGE_ORDER_IF_PRICED",
            Self::EngagementAtWork => "ENGAGEMENT_AT_WORK",
            Self::OtherThanSubmitter => "OTHER_THAN_SUBMITTER",
            Self::SignaturesComplete => "SIGNATURES_COMPLETE",
            Self::AsAuthor => "AS_AUTHOR",
            Self::AsOwner => "AS_OWNER",
            Self::RequirementsNamed => "REQUIREMENTS_NAMED",
            Self::CriticalNotByAuthor => "CRITICAL_NOT_BY_AUTHOR",
            Self::GraveNotByAuthor => "GRAVE_NOT_BY_AUTHOR",
            Self::NotAuthor => "NOT_AUTHOR",
            Self::NotDisputedBefore => "NOT_DISPUTED_BEFORE",
            Self::CapaThere => "CAPA_THERE",
            Self::NoCapaRequired => "NO_CAPA_REQUIRED",
            Self::NoOpenCapa => "NO_OPEN_CAPA",
            Self::CapaEffective => "CAPA_EFFECTIVE",
            Self::CloserIndependent => "CLOSER_INDEPENDENT",
            Self::OtherThanOwing => "OTHER_THAN_OWING",
            Self::NotOwner => "NOT_OWNER",
            Self::NotRequester => "NOT_REQUESTER",
            Self::ActionsComplete => "ACTIONS_COMPLETE",
            Self::CheckDue => "CHECK_DUE",
            Self::VerifierIndependent => "VERIFIER_INDEPENDENT",
            Self::InconclusiveAtMostTwice => "INCONCLUSIVE_AT_MOST_TWICE",
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
            Self::PlansAccepted => "The monitoring plan and the safety management plan are not both accepted yet. Get them accepted first.",
            Self::EngagementSettled => "Deliverables, findings, CAPAs or issues of the engagement are still open. Settle them first.",
            Self::EngagementOpen => "The engagement has ended; it stays as it stood then.",
            Self::EngagementAtWork => {
                "The engagement is not at work. Nothing is prepared or handed in before it is active, nor while it is held."
            }
            Self::OtherThanSubmitter => {
                "Nobody decides on what he, or an organisation that he belongs to, handed in. Ask someone of the other side alone."
            }
            Self::SignaturesComplete => "Signatures that the deliverable asks for are missing. See `missingSignatures`.",
            Self::AsAuthor => "Only its author does this. Ask him.",
            Self::AsOwner => "Only its owner does this, or the side that owns it where nobody is named. Ask there.",
            Self::RequirementsNamed => "A CRITICAL or MAJOR finding names what it is held against. Give `requirementRefs` first.",
            Self::CriticalNotByAuthor => "Who wrote a CRITICAL finding does not issue it. Ask another person of QA.",
            Self::GraveNotByAuthor => "Who wrote a CRITICAL or MAJOR finding does not close it. Ask another person of QA.",
            Self::NotAuthor => "Who wrote it does not do this. Ask another person of QA.",
            Self::NotDisputedBefore => "A finding is disputed once.",
            Self::CapaThere => "The finding needs a CAPA, and there is none yet.",
            Self::NoCapaRequired => "The finding needs a CAPA; it is closed once that has helped.",
            Self::NoOpenCapa => "A CAPA for the finding is open. Settle it first.",
            Self::CapaEffective => "No CAPA for the finding has helped yet, or one is still open.",
            Self::CloserIndependent => "Who has to answer a finding does not close it, nor anybody of that organisation. Ask someone else.",
            Self::OtherThanOwing => {
                "Who belongs to the vendor that owes this does not decide on it for the sponsor. Ask someone of the sponsor alone."
            }
            Self::NotOwner => "Who owns a CAPA does not decide on it. Ask another person of QA.",
            Self::NotRequester => "Who asked for it does not decide on it. Ask another person of QA.",
            Self::ActionsComplete => "The CAPA has no action, or one that is not done. Complete each, with its evidence.",
            Self::CheckDue => "No check is planned, or its day has not come.",
            Self::VerifierIndependent => "Who owns a CAPA or carried it out does not verify it. Ask another person of QA.",
            Self::InconclusiveAtMostTwice => "Two checks were inconclusive already. Say whether it helped.",
            Self::ObligationsCovered
            | Self::SiteReady
            | Self::EngagementCovered
            | Self::EngagementPaid
            | Self::ObligationsReassigned
            | Self::SubmitterTrained
            | Self::ChangeOrderIfPriced => "A condition that this version does not check yet is not met.",
        }
    }
}
