//! A service scope: which service an engagement covers, where and when.
//! Only live, in-scope scopes let a vendor see countries and sites.

use chrono::NaiveDate;

use crate::access::{Action, Readers};
use crate::command::{Change, Code, Deciding, Op, Refusal, UserError};
use crate::engagement::Engagement;
use crate::id::{EngagementId, OrganizationId, ServiceScopeId, StudyId, StudySiteId, TypedId};
use crate::record::{Patch, Record, Term};
use crate::value::CountryCode;
use crate::{input, record, vocabulary};

vocabulary! {
    /// A service that is outsourced.
    pub enum ServiceCategory {
        /// Drug discovery.
        DrugDiscovery = "DRUG_DISCOVERY",
        /// Preclinical and translational research.
        PreclinicalTranslational = "PRECLINICAL_TRANSLATIONAL",
        /// Strategy of clinical development.
        ClinicalDevelopmentStrategy = "CLINICAL_DEVELOPMENT_STRATEGY",
        /// Feasibility.
        Feasibility = "FEASIBILITY",
        /// Protocol development.
        ProtocolDevelopment = "PROTOCOL_DEVELOPMENT",
        /// Medical writing.
        MedicalWriting = "MEDICAL_WRITING",
        /// Regulatory strategy.
        RegulatoryStrategy = "REGULATORY_STRATEGY",
        /// Regulatory affairs.
        RegulatoryAffairs = "REGULATORY_AFFAIRS",
        /// Submissions to ethics committees.
        EthicsSubmission = "ETHICS_SUBMISSION",
        /// Clinical operations.
        ClinicalOperations = "CLINICAL_OPERATIONS",
        /// Project management.
        ProjectManagement = "PROJECT_MANAGEMENT",
        /// Site management.
        SiteManagement = "SITE_MANAGEMENT",
        /// Patient recruitment.
        PatientRecruitment = "PATIENT_RECRUITMENT",
        /// Clinical monitoring.
        ClinicalMonitoring = "CLINICAL_MONITORING",
        /// Centralised monitoring.
        CentralisedMonitoring = "CENTRALISED_MONITORING",
        /// Medical monitoring.
        MedicalMonitoring = "MEDICAL_MONITORING",
        /// Pharmacovigilance.
        Pharmacovigilance = "PHARMACOVIGILANCE",
        /// Data management.
        DataManagement = "DATA_MANAGEMENT",
        /// Biostatistics.
        Biostatistics = "BIOSTATISTICS",
        /// Data science and analytics.
        DataScienceAnalytics = "DATA_SCIENCE_ANALYTICS",
        /// Real-world evidence.
        RealWorldEvidence = "REAL_WORLD_EVIDENCE",
        /// Biomarkers.
        Biomarker = "BIOMARKER",
        /// Central laboratory.
        CentralLaboratory = "CENTRAL_LABORATORY",
        /// Imaging.
        Imaging = "IMAGING",
        /// Supply and logistics of investigational product.
        IpSupplyLogistics = "IP_SUPPLY_LOGISTICS",
        /// Technology.
        Technology = "TECHNOLOGY",
        /// Management of the trial master file.
        TmfManagement = "TMF_MANAGEMENT",
        /// Quality assurance.
        QualityAssurance = "QUALITY_ASSURANCE",
        /// Training.
        Training = "TRAINING",
        /// Inspection readiness.
        InspectionReadiness = "INSPECTION_READINESS",
        /// Close-out.
        CloseOut = "CLOSE_OUT",
        /// Advice.
        Advisory = "ADVISORY",
        /// After marketing authorisation.
        PostMarketing = "POST_MARKETING",
        /// Commercialisation.
        Commercialisation = "COMMERCIALISATION",
        /// Staffing.
        Staffing = "STAFFING",
        /// Translation.
        Translation = "TRANSLATION",
        /// Anything else.
        Other = "OTHER",
    }
}

record! {
    /// A service that an engagement covers, where and when.
    pub struct ServiceScope: ServiceScope {
        /// Its id.
        id: ServiceScopeId,
        /// The sponsor.
        sponsor_id: OrganizationId,
        /// The study.
        study_id: StudyId,
        /// The vendor.
        vendor_id: OrganizationId,
        /// The engagement.
        engagement_id: EngagementId,
        /// The vendor of the engagement that the engagement is subcontracted from.
        prime_vendor_id: Option<OrganizationId>,
        /// That engagement.
        prime_engagement_id: Option<EngagementId>,
        /// The service.
        service_category: ServiceCategory,
        /// The countries it covers; nothing: all of the study.
        countries: Option<Vec<CountryCode>>,
        /// The study sites it covers; nothing: all of the countries.
        study_site_ids: Option<Vec<StudySiteId>>,
        /// The first day it counts.
        valid_from: NaiveDate,
        /// The last day it counts; nothing: until it is ended.
        valid_to: Option<NaiveDate>,
        /// Whether the service is in scope; a row that is not says so expressly.
        in_scope: bool,
        /// What is left out.
        exclusions_note: Option<String>,
    }
}

impl ServiceScope {
    pub(crate) fn audience(&self) -> Readers {
        Readers::SPONSOR.and(Readers::VENDOR).and(Readers::PRIME).and(Readers::CLIENT)
    }

    /// Whether the scope names this country, on whatever day.
    #[must_use]
    pub fn names_country(&self, country: CountryCode) -> bool {
        self.countries.as_ref().is_none_or(|countries| countries.contains(&country))
    }

    /// Whether the scope names this site in this country, on whatever day.
    #[must_use]
    pub fn names_site(&self, site: StudySiteId, country: CountryCode) -> bool {
        self.names_country(country) && self.study_site_ids.as_ref().is_none_or(|sites| sites.contains(&site))
    }
}

input! {
    /// Adds a service to an engagement.
    pub struct ServiceScopeCreate {
        /// The engagement.
        engagement_id: EngagementId,
        /// The service.
        service_category: Term<ServiceCategory>,
        /// The countries it covers; left out: all of the study.
        countries: Option<Vec<CountryCode>>,
        /// The study sites it covers; left out: all of the countries.
        study_site_ids: Option<Vec<StudySiteId>>,
        /// The first day it counts; left out: today.
        valid_from: Option<NaiveDate>,
        /// The last day it counts.
        valid_to: Option<NaiveDate>,
        /// Whether the service is in scope; left out: yes.
        in_scope: Option<bool>,
        /// What is left out.
        exclusions_note: Option<String>,
    }

    /// Changes a service scope. What is left out stays.
    pub struct ServiceScopeUpdate {
        /// The service scope.
        id: ServiceScopeId,
        /// The countries it covers; null: all of the study.
        countries: Patch<Option<Vec<CountryCode>>>,
        /// The study sites it covers; null: all of the countries.
        study_site_ids: Patch<Option<Vec<StudySiteId>>>,
        /// Whether the service is in scope.
        in_scope: Patch<bool>,
        /// What is left out.
        exclusions_note: Patch<Option<String>>,
    }

    /// Ends a service scope; today is its last day. One that has not begun never begins.
    pub struct ServiceScopeEnd {
        /// The service scope.
        id: ServiceScopeId,
    }
}

/// Decides a new service scope. The study sites that it names have been looked up.
///
/// # Errors
/// FORBIDDEN for who may not; GUARD_FAILED where the engagement has ended; BAD_USER_INPUT for days that cannot be.
pub fn service_scope_create(deciding: &Deciding<'_>, engagement: &Engagement, input: ServiceScopeCreate) -> Result<Change, Refusal> {
    let scope = ServiceScope {
        id: ServiceScopeId::from_uuid(deciding.ids.next()),
        sponsor_id: engagement.sponsor_id,
        study_id: engagement.study_id,
        vendor_id: engagement.vendor_id,
        engagement_id: engagement.id,
        prime_vendor_id: engagement.prime_vendor_id,
        prime_engagement_id: engagement.subcontract_of_id,
        service_category: input.service_category.0,
        countries: input.countries,
        study_site_ids: input.study_site_ids,
        valid_from: input.valid_from.unwrap_or_else(|| deciding.now.date_naive()),
        valid_to: input.valid_to,
        in_scope: input.in_scope.unwrap_or(true),
        exclusions_note: input.exclusions_note,
    };
    deciding.permit(Action::Create, &scope.clone().into_entity())?;
    still_open(engagement)?;
    if scope.valid_to.is_some_and(|end| end < scope.valid_from) {
        return Err(UserError::at(Code::BadUserInput, "validTo", "The last day cannot lie before the first.").into());
    }
    Ok(Change::one(Op::Created, scope.into_entity()))
}

/// Decides a change of a service scope.
///
/// # Errors
/// FORBIDDEN for who may not; GUARD_FAILED where the engagement has ended.
pub fn service_scope_update(
    deciding: &Deciding<'_>,
    engagement: &Engagement,
    mut scope: ServiceScope,
    input: ServiceScopeUpdate,
) -> Result<Change, Refusal> {
    deciding.permit(Action::Update, &scope.clone().into_entity())?;
    still_open(engagement)?;
    input.countries.apply(&mut scope.countries);
    input.study_site_ids.apply(&mut scope.study_site_ids);
    input.in_scope.apply(&mut scope.in_scope);
    input.exclusions_note.apply(&mut scope.exclusions_note);
    Ok(Change::one(Op::Updated, scope.into_entity()))
}

/// Decides the end of a service scope: the vendor stops to see through it tomorrow. Through one that was to begin later it never sees:
/// its last day then lies before its first, and so no day is its own.
///
/// # Errors
/// FORBIDDEN for who may not; GUARD_FAILED where it, or the engagement, has ended already.
pub fn service_scope_end(deciding: &Deciding<'_>, engagement: &Engagement, mut scope: ServiceScope) -> Result<Change, Refusal> {
    deciding.permit(Action::Update, &scope.clone().into_entity())?;
    still_open(engagement)?;
    let today = deciding.now.date_naive();
    if scope.valid_to.is_some_and(|end| end <= today) {
        return Err(UserError::new(Code::GuardFailed, "The scope has ended already.").into());
    }
    scope.valid_to = Some(today);
    Ok(Change::one(Op::Ended, scope.into_entity()))
}

fn still_open(engagement: &Engagement) -> Result<(), Refusal> {
    if engagement.gives_sight() {
        Ok(())
    } else {
        Err(UserError::new(Code::GuardFailed, "The engagement has ended; it stays as it stood then.").into())
    }
}
