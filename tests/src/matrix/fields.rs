//! The field groups of the matrix, by hand: which policy of domain.md C.2 each field of the graph stands under, kind by kind.
//! A field that stands in no group, or a type that is neither a record nor named here, fails `tests/it/field_groups.rs`.

use tandem_domain::access::Role;
use tandem_domain::access::Role::{SDataLead, SExecutive, SFinance, SQa, SRegulatory, SSafety, SStudyManager, SVendorManager};
use tandem_domain::record::Kind;

/// The policy of a group of fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Whoever reads the row.
    Row,
    /// C.2 `sponsorInternal`: sponsor roles with the study, not finance.
    SponsorInternal,
    /// C.2 `sponsorFinance`: finance and vendor managers; executives see aggregates only.
    SponsorFinance,
    /// C.2 `contact`: members; no machine.
    Contact,
    /// The sponsor's own, of which a vendor must not learn that it is being prepared.
    Prepared,
}

impl Policy {
    /// Whether a role may ever read a field under this policy; which rows is for the matrix to say.
    #[must_use]
    pub fn serves(self, role: Role) -> bool {
        match self {
            Self::Row => true,
            Self::SponsorInternal => [SStudyManager, SVendorManager, SQa, SRegulatory, SSafety, SDataLead, SExecutive].contains(&role),
            Self::SponsorFinance => [SFinance, SVendorManager].contains(&role),
            Self::Contact => role != Role::PClient,
            Self::Prepared => [SStudyManager, SVendorManager, SQa, SFinance, SRegulatory, SSafety, SDataLead, SExecutive].contains(&role),
        }
    }
}

/// What every record has, whoever reads it; only records with a lifecycle have `allowedTransitions`, and no part has an id.
pub const COMMON: &[&str] = &["id", "version", "createdAt", "updatedAt", "createdBy", "allowedTransitions", "externalRefs", "history"];

/// The fields of each kind's own, with their policy. Edges and lists of other records are narrowed by what those are; `lastUsedAt` of a
/// membership or a machine client comes of the access log, and is nothing for who does not read that.
pub const GROUPS: &[(Kind, Policy, &str)] = &[
    (Kind::Organization, Policy::Row, "name organizationType class countryCode isTenant"),
    (Kind::Person, Policy::Row, "displayName jobTitle active organization contact memberships"),
    (Kind::PersonContact, Policy::Contact, "email"),
    (
        Kind::Membership,
        Policy::Row,
        "role scope countryCode validFrom validTo reason person organization study engagement studySite grantedBy lastUsedAt",
    ),
    (Kind::ApiClient, Policy::Row, "name issuer clientId scopes expiresAt endedAt organization engagements lastUsedAt"),
    (Kind::AccessEvent, Policy::Row, "event code attempt occurrences firstAt lastAt organization person apiClient"),
    (Kind::AccessReview, Policy::Row, "periodFrom periodTo reviewed confirmed revoked completedAt organization reviewer items"),
    (
        Kind::AccessReviewItem,
        Policy::Row,
        "role scope inForceSince lastUsedAt outcome decidedAt organization accessReview membership person grantedBy decidedBy",
    ),
    (
        Kind::Study,
        Policy::Row,
        "protocolNumber nctId euCtNumber eudraCtNumber indNumber acronym briefTitle officialTitle studyType subtype phases \
         therapeuticArea conditions productType masking hasDmc plannedEnrollment actualEnrollment lifecycleState whyStopped startDate \
         primaryCompletionDate completionDate vendorRosterShared sponsor program internal benchmark confirmation registry protocolVersions amendments \
         countries sites engagements milestones enrollmentSnapshots documents deliverables findings issues",
    ),
    (Kind::StudyInternal, Policy::SponsorInternal, "riskScore strategicPriority"),
    (Kind::StudyBenchmark, Policy::SponsorFinance, "budget"),
    (Kind::StudyConfirmation, Policy::Prepared, "action confirmedVersion confirmedBy"),
    (
        Kind::StudyRegistry,
        Policy::Row,
        "nctId status whyStopped briefTitle officialTitle phases enrollment enrollmentKind startDate primaryCompletionDate \
         completionDate leadSponsor lastUpdatePosted",
    ),
    (Kind::StudyCountry, Policy::Row, "countryCode state plannedSites ethicsModel study leadEngagement sites"),
    (Kind::Site, Policy::Row, "name city stateRegion postalCode countryCode studySites"),
    (
        Kind::StudySite,
        Policy::Row,
        "number state countryCode selectedOn initiatedOn activatedOn closedOn targetEnrollment screened enrolled discontinued \
         completed study site studyCountry responsibleEngagement internal contact registry enrollmentSnapshots",
    ),
    (Kind::StudySiteInternal, Policy::SponsorInternal, "riskScore"),
    (Kind::StudySiteContact, Policy::Contact, "principalInvestigatorName"),
    (Kind::StudySiteRegistry, Policy::Row, "status vanishedOn"),
    (
        Kind::Engagement,
        Policy::Row,
        "model state startDate endDate blindedTeam vendorVisibleStatus study sponsor vendor leadSponsor leadVendor subcontractOf \
         internal confirmation scopes subcontracts milestones documents deliverables findings capas issues",
    ),
    (Kind::EngagementInternal, Policy::SponsorInternal, "riskTier healthScore"),
    (Kind::EngagementConfirmation, Policy::Prepared, "action confirmedVersion confirmedBy"),
    (
        Kind::ServiceScope,
        Policy::Row,
        "serviceCategory countries validFrom validTo inScope exclusionsNote engagement study vendor studySites",
    ),
    (Kind::Program, Policy::Row, "name productCode productType therapeuticArea indication sponsor internal studies"),
    (Kind::ProgramInternal, Policy::SponsorInternal, "developmentStrategySummary"),
    (Kind::ProtocolVersion, Policy::Row, "versionLabel status approvedOn study amendment"),
    (
        Kind::Amendment,
        Policy::Row,
        "number class state primaryReason secondaryReasons impacts summary scope regionCodes countryCodes plannedEffectiveDate study \
         protocolVersions",
    ),
    (
        Kind::Milestone,
        Policy::Row,
        "level milestoneType countryCode baselineDate plannedDate actualDate systemPopulated paymentTrigger expectedDocuments \
         varianceDays study studyCountry studySite engagement vendor owner predecessors comments",
    ),
    (
        Kind::EnrollmentSnapshot,
        Policy::Row,
        "asOf screened screenFailures randomised treated discontinued completed source countryCode study studyCountry studySite engagement vendor",
    ),
    (
        Kind::Document,
        Policy::Row,
        "tmfArtifact title versionLabel state ownerSide blinding sha256 size mediaType contentAt language countryCode retentionUntil \
         legalHold study engagement studySite supersedes",
    ),
    (
        Kind::Deliverable,
        Policy::Row,
        "deliverableType title owedBy state ballInCourt dueDate blinding countryCode reviewSlaDays requiredSignatures \
         missingSignatures acceptanceCriteria qcEvidenceRequired tmfArtifact cycleCount submittedAt reviewStartedAt acceptedAt \
         settledAt daysLate reviewDaysLate engagement study vendor studyCountry studySite supersedes currentSubmission acceptedBy \
         submissions reviews comments",
    ),
    (
        Kind::DeliverableSubmission,
        Policy::Row,
        "number submittedBySide submittedAt documentHash note countryCode deliverable engagement study submittedBy document \
         qcEvidence reviews",
    ),
    (
        Kind::DeliverableReview,
        Policy::Row,
        "verdict reviewedAt unmetCriteria comment signatureMeaning countryCode deliverable submission engagement study reviewer",
    ),
    (
        Kind::Finding,
        Policy::Row,
        "reference title description source category severity nativeGrade requirementRefs state ballInCourt systemic authorSide \
         answeredBy issuedAt responseDueAt respondedAt disputed capaRequired capaWaiverRationale hasApprovedCapa closedAt \
         closureRationale reopened reopenedAt countryCode ageDays daysLate study engagement vendor studyCountry studySite author owner \
         closedBy recurrenceOf promotedFrom internal responses capas recurrences comments",
    ),
    (Kind::FindingInternal, Policy::SponsorInternal, "internalAssessment proposedSeverity proposedBy"),
    (
        Kind::FindingResponse,
        Policy::Row,
        "number submittedBySide submittedAt rootCauseMethod rootCauseCategory rootCause correction proposedCapa disputed verdict \
         verdictAt verdictComment countryCode finding engagement study submittedBy verdictBy",
    ),
    (
        Kind::Capa,
        Policy::Row,
        "capaKind state ownerSide ballInCourt plan dueDate approvedAt implementedAt inconclusiveChecks settledAt countryCode \
         daysLate finding engagement study owner approvedBy implementedBy successorOf actions extensions effectivenessChecks \
         successors comments",
    ),
    (
        Kind::CapaAction,
        Policy::Row,
        "text ownerSide dueDate originalDueDate completedAt countryCode daysLate capa engagement study owner completedBy evidence \
         extensions",
    ),
    (
        Kind::DueDateExtension,
        Policy::Row,
        "state requestedAt rationale fromDate toDate decidedAt countryCode capa capaAction engagement study requestedBy decidedBy",
    ),
    (
        Kind::EffectivenessCheck,
        Policy::Row,
        "method criteria plannedOn performedAt outcome note countryCode capa engagement study performedBy evidence",
    ),
    (
        Kind::Issue,
        Policy::Row,
        "title description issueKind severity state raisedBySide ownerSide ballInCourt escalationLevel dueDate resolution \
         settledAt countryCode daysLate engagement study vendor studySite raisedBy owner findings comments",
    ),
    (
        Kind::Comment,
        Policy::Row,
        "visibility authorSide body editedAt countryCode study engagement deliverable finding capa issue milestone author \
         mentions",
    ),
];

/// Object types that are no record: what they tell comes of records that the reader sees, of himself, or of the request.
pub const OTHERS: &[&str] = &[
    "AccessExplanation",
    "AccessReason",
    "AllowedTransition",
    "Blocker",
    "ChangeEvent",
    "ChangeFeed",
    "CountryEnrollment",
    "EnrollmentCounts",
    "EnrollmentTotals",
    "ExportManifestEntry",
    "ExternalRef",
    "ExternalRefMatch",
    "FieldChange",
    "HistoryEntry",
    "IngestRejection",
    "Money",
    "Mutation",
    "PageInfo",
    "PartialDate",
    "PermissionChange",
    "Query",
    "RequestLimits",
    "RoleGain",
    "SignatureManifest",
    "UserError",
    "Viewer",
    "ViewerGrant",
    "VisibilityGain",
    "VisibilityImpact",
    "WorkItem",
    "WorkQueue",
];

/// The same, by how their names end: pages of records, and what mutations answer.
pub const OTHER_ENDINGS: &[&str] = &["Connection", "Edge", "Payload"];
