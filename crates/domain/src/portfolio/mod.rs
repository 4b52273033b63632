//! Portfolio: studies, their protocols, their countries, the sites they run at, how far enrolment has come there.
//! What a registry says of them stands apart from what the sponsor governs.

mod enrollment;
mod milestone;
mod program;
mod protocol;
mod site;
mod study;
mod study_country;
mod study_parts;
mod study_site;
mod study_site_parts;

pub use enrollment::{
    EnrollmentPlace, EnrollmentSnapshot, EnrollmentSnapshotCreate, EnrollmentSnapshotUpdate, EnrollmentSource, enrollment_snapshot_create,
    enrollment_snapshot_update,
};
pub use milestone::{
    Bearing, Milestone, MilestoneCreate, MilestoneLevel, MilestonePlace, MilestoneType, MilestoneUpdate, milestone_create, milestone_update,
};
pub use program::{
    Program, ProgramCreate, ProgramInternal, ProgramInternalUpdate, ProgramUpdate, program_create, program_internal_update, program_update,
};
pub use protocol::{
    Amendment, AmendmentClass, AmendmentImpact, AmendmentReason, AmendmentScope, AmendmentState, ProtocolStatus, ProtocolVersion,
};
pub use site::{Site, SiteCreate, SiteUpdate, site_create, site_update};
pub use study::{
    Masking, Phase, ProductType, STUDY_LIFECYCLE, Study, StudyCreate, StudyState, StudySubtype, StudyType, StudyUpdate, study_create,
    study_update,
};
pub use study_country::{
    EthicsModel, STUDY_COUNTRY_LIFECYCLE, StudyCountry, StudyCountryCreate, StudyCountryState, StudyCountryUpdate, study_country_create,
    study_country_update,
};
pub use study_parts::{
    RegistryStatus, StudyBenchmark, StudyBenchmarkUpdate, StudyConfirmation, StudyInternal, StudyInternalUpdate, StudyRegistry,
    study_benchmark_update, study_internal_update,
};
pub use study_site::{
    STUDY_SITE_LIFECYCLE, StudySite, StudySiteCreate, StudySiteState, StudySiteUpdate, Surroundings, study_site_create, study_site_update,
};
pub use study_site_parts::{
    StudySiteContact, StudySiteContactUpdate, StudySiteInternal, StudySiteInternalUpdate, StudySiteRegistry, study_site_contact_update,
    study_site_internal_update,
};
