//! What a trial registry or a protocol file says about a study, in Tandem's own vocabulary, and the rules by which its spellings are compared.
//! Pure values and functions: reading a registry's files is the exchange crate's work, storing is persistence's.

mod country_alias;
mod fold;
mod nct_id;
mod organization_alias;
mod organization_key;
mod protocol;
mod record;
mod site_key;

pub use crate::party::OrganizationClass;
pub use crate::portfolio::{Masking, Phase, RegistryStatus, StudyType};
pub use crate::vocabulary::UnknownTerm;
pub use country_alias::{CountryNameError, country_code};
pub use fold::fold;
pub use nct_id::{NctId, NctIdError};
pub use organization_key::organization_key;
pub use protocol::{AmendmentRecord, ProtocolRecord, ProtocolStudy, ProtocolVersionRecord};
pub use record::{Enrollment, GeoPoint, RegistryLocation, RegistryOrganization, RegistryRecord};
pub use site_key::{DistinctSites, SiteKey, distinct_sites};
