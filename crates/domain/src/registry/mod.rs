//! What a trial registry says about a study, in Tandem's own vocabulary, and the rules by which its spellings are compared.
//! Pure values and functions: reading a registry's files is the exchange crate's work, storing is persistence's.

pub mod country_alias;
pub mod fold;
pub mod nct_id;
pub mod organization_alias;
pub mod organization_key;
pub mod record;
pub mod site_key;
pub mod vocabulary;

pub use country_alias::{CountryNameError, country_code};
pub use fold::fold;
pub use nct_id::{NctId, NctIdError};
pub use organization_key::organization_key;
pub use record::{Enrollment, GeoPoint, RegistryLocation, RegistryOrganization, RegistryRecord};
pub use site_key::{DistinctSites, SiteKey, distinct_sites};
pub use vocabulary::{Masking, OrganizationClass, Phase, RegistryStatus, StudyType, UnknownTerm};
