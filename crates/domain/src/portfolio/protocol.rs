//! A study's protocol: its versions, and the amendments that led from one to the next. Both are taken in from elsewhere and only read
//! here so far: there is no command on them, and their status and state are what their source said.

use chrono::NaiveDate;

use crate::access::Readers;
use crate::id::{AmendmentId, OrganizationId, ProtocolVersionId, StudyId};
use crate::value::CountryCode;
use crate::{record, vocabulary};

vocabulary! {
    /// How far a version of a protocol has come (USDM, C188723).
    pub enum ProtocolStatus {
        /// Being written.
        Draft = "DRAFT",
        /// Written, and waiting for review.
        PendingReview = "PENDING_REVIEW",
        /// Approved.
        Approved = "APPROVED",
        /// Final.
        Final = "FINAL",
        /// No longer in use.
        Obsolete = "OBSOLETE",
    }

    /// Where an amendment stands.
    pub enum AmendmentState {
        /// Being written.
        Draft = "DRAFT",
        /// Reviewed by the sponsor itself.
        InternalReview = "INTERNAL_REVIEW",
        /// Approved by the sponsor.
        Approved = "APPROVED",
        /// Submitted to authorities and ethics committees.
        Submitted = "SUBMITTED",
        /// Approved in some of its countries.
        PartiallyApproved = "PARTIALLY_APPROVED",
        /// Approved in all of them.
        ApprovedAll = "APPROVED_ALL",
        /// Being put into practice.
        Implementing = "IMPLEMENTING",
        /// Put into practice everywhere.
        Implemented = "IMPLEMENTED",
        /// Rejected.
        Rejected = "REJECTED",
        /// Withdrawn by the sponsor.
        Withdrawn = "WITHDRAWN",
    }

    /// How grave an amendment is.
    pub enum AmendmentClass {
        /// It bears on safety, rights or the reliability of data, and has to be approved first.
        Substantial = "SUBSTANTIAL",
        /// It does not.
        NonSubstantial = "NON_SUBSTANTIAL",
        /// Taken at once against an immediate hazard, and told of afterwards.
        UrgentSafetyMeasure = "URGENT_SAFETY_MEASURE",
    }

    /// Why a protocol is amended (USDM, C207415).
    pub enum AmendmentReason {
        /// The standard of care has changed.
        ChangeInStandardOfCare = "CHANGE_IN_STANDARD_OF_CARE",
        /// The purpose or the plan of the study has changed.
        ChangeInStrategy = "CHANGE_IN_STRATEGY",
        /// An investigational product is added.
        ImpAddition = "IMP_ADDITION",
        /// The protocol contradicts itself or is wrong.
        InconsistencyOrErrorInProtocol = "INCONSISTENCY_OR_ERROR_IN_PROTOCOL",
        /// An investigator or a site asked for it.
        InvestigatorSiteFeedback = "INVESTIGATOR_SITE_FEEDBACK",
        /// An ethics committee asked for it.
        IrbIecFeedback = "IRB_IEC_FEEDBACK",
        /// The product is made in another way.
        ManufacturingChange = "MANUFACTURING_CHANGE",
        /// New data, other than on safety.
        NewDataOtherThanSafety = "NEW_DATA_OTHER_THAN_SAFETY",
        /// An authority has published guidance.
        NewRegulatoryGuidance = "NEW_REGULATORY_GUIDANCE",
        /// New information on safety.
        NewSafetyInformation = "NEW_SAFETY_INFORMATION",
        /// The design has a fault.
        ProtocolDesignError = "PROTOCOL_DESIGN_ERROR",
        /// Participants are hard to find.
        RecruitmentDifficulty = "RECRUITMENT_DIFFICULTY",
        /// An authority asked for it.
        RegulatoryAgencyRequest = "REGULATORY_AGENCY_REQUEST",
        /// Another reason.
        Other = "OTHER",
        /// No reason applies.
        NotApplicable = "NOT_APPLICABLE",
    }

    /// On what an amendment bears (USDM, C215481).
    pub enum AmendmentImpact {
        /// The safety of participants.
        SubjectSafety = "SUBJECT_SAFETY",
        /// The rights of participants.
        SubjectRights = "SUBJECT_RIGHTS",
        /// Whether data are complete and accurate.
        DataReliability = "DATA_RELIABILITY",
        /// Whether data hold though circumstances change.
        DataRobustness = "DATA_ROBUSTNESS",
        /// None of these.
        None = "NONE",
    }

    /// Where an amendment counts (USDM, C207412).
    pub enum AmendmentScope {
        /// Everywhere.
        Global = "GLOBAL",
        /// In regions.
        Region = "REGION",
        /// In countries.
        Country = "COUNTRY",
    }
}

record! {
    /// A version of a study's protocol. Vendors of the study read it once it is approved.
    pub struct ProtocolVersion: ProtocolVersion {
        /// Its id.
        id: ProtocolVersionId,
        /// The sponsor.
        sponsor_id: OrganizationId,
        /// The study.
        study_id: StudyId,
        /// The amendment that led to it; nothing for an original protocol.
        amendment_id: Option<AmendmentId>,
        /// What the sponsor calls it, such as `3.1`; unique within the study.
        version_label: String,
        /// How far it has come.
        status: ProtocolStatus,
        /// The day on which it was approved.
        approved_on: Option<NaiveDate>,
    }
}

record! {
    /// An amendment of a study's protocol. Vendors of the study read it once the sponsor has approved it.
    pub struct Amendment: Amendment {
        /// Its id.
        id: AmendmentId,
        /// The sponsor.
        sponsor_id: OrganizationId,
        /// The study.
        study_id: StudyId,
        /// Its number, such as `2` or `A`; unique within the study.
        number: String,
        /// How grave it is; nothing where that was not said.
        class: Option<AmendmentClass>,
        /// Where it stands.
        state: AmendmentState,
        /// The main reason for it.
        primary_reason: AmendmentReason,
        /// Other reasons for it.
        secondary_reasons: Vec<AmendmentReason>,
        /// On what it bears.
        impacts: Vec<AmendmentImpact>,
        /// What it changes, and why, in short. It is as its source has it, and may hold markup.
        summary: String,
        /// Where it counts: the widest of what is named.
        scope: AmendmentScope,
        /// The regions that are named, by their codes, such as `150` for Europe (UN M49).
        region_codes: Vec<String>,
        /// The countries that are named.
        country_codes: Vec<CountryCode>,
        /// From which day on it was to count.
        planned_effective_date: Option<NaiveDate>,
    }
}

const EVERYBODY: Readers = Readers::SPONSOR.and(Readers::VENDOR).and(Readers::CLIENT);

impl ProtocolVersion {
    /// What is being prepared is the sponsor's alone.
    pub(crate) fn audience(&self) -> Readers {
        match self.status {
            ProtocolStatus::Draft | ProtocolStatus::PendingReview => Readers::SPONSOR,
            ProtocolStatus::Approved | ProtocolStatus::Final | ProtocolStatus::Obsolete => EVERYBODY,
        }
    }
}

impl Amendment {
    /// What is being prepared is the sponsor's alone; so is what was withdrawn, which may never have left the sponsor's house.
    pub(crate) fn audience(&self) -> Readers {
        match self.state {
            AmendmentState::Draft | AmendmentState::InternalReview | AmendmentState::Withdrawn => Readers::SPONSOR,
            AmendmentState::Approved
            | AmendmentState::Submitted
            | AmendmentState::PartiallyApproved
            | AmendmentState::ApprovedAll
            | AmendmentState::Implementing
            | AmendmentState::Implemented
            | AmendmentState::Rejected => EVERYBODY,
        }
    }
}
