//! A site: a facility at which studies can run, as one sponsor knows it.
//! A facility belongs to its sponsor and is never merged across sponsors.

use crate::access::{Action, Readers};
use crate::command::{Change, Deciding, Op, Refusal};
use crate::id::{OrganizationId, SiteId, TypedId};
use crate::record::{Patch, Record};
use crate::value::CountryCode;
use crate::{input, record};

record! {
    /// A facility at which studies can run, as one sponsor knows it.
    pub struct Site: Site {
        /// Its id.
        id: SiteId,
        /// The sponsor whose record it is.
        sponsor_id: OrganizationId,
        /// What it is called; a registry may not say.
        name: Option<String>,
        /// The city.
        city: Option<String>,
        /// The state or region.
        state_region: Option<String>,
        /// The postal code.
        postal_code: Option<String>,
        /// The country, ISO 3166-1 alpha-2.
        country_code: CountryCode,
    }
}

impl Site {
    pub(crate) fn audience(&self) -> Readers {
        Readers::SPONSOR.and(Readers::VENDOR).and(Readers::CLIENT)
    }
}

input! {
    /// Enters a facility in your organisation's records.
    pub struct SiteCreate {
        /// What it is called.
        name: String,
        /// The country, ISO 3166-1 alpha-2.
        country_code: CountryCode,
        /// The city.
        city: Option<String>,
        /// The state or region.
        state_region: Option<String>,
        /// The postal code.
        postal_code: Option<String>,
    }

    /// Changes a facility. What is left out stays. Its country cannot change: that would be another facility.
    pub struct SiteUpdate {
        /// The facility.
        id: SiteId,
        /// What it is called.
        name: Patch<String>,
        /// The city.
        city: Patch<Option<String>>,
        /// The state or region.
        state_region: Patch<Option<String>>,
        /// The postal code.
        postal_code: Patch<Option<String>>,
    }
}

/// Decides a new facility.
///
/// # Errors
/// FORBIDDEN for who may not.
pub fn site_create(deciding: &Deciding<'_>, input: SiteCreate) -> Result<Change, Refusal> {
    let site = Site {
        id: SiteId::from_uuid(deciding.ids.next()),
        sponsor_id: deciding.viewer.organization,
        name: Some(input.name),
        city: input.city,
        state_region: input.state_region,
        postal_code: input.postal_code,
        country_code: input.country_code,
    };
    deciding.permit(Action::Create, &site.clone().into_entity())?;
    Ok(Change::one(Op::Created, site.into_entity()))
}

/// Decides a change of a facility.
///
/// # Errors
/// FORBIDDEN for who may not.
pub fn site_update(deciding: &Deciding<'_>, mut site: Site, input: SiteUpdate) -> Result<Change, Refusal> {
    deciding.permit(Action::Update, &site.clone().into_entity())?;
    if let Patch::Set(name) = input.name {
        site.name = Some(name);
    }
    input.city.apply(&mut site.city);
    input.state_region.apply(&mut site.state_region);
    input.postal_code.apply(&mut site.postal_code);
    Ok(Change::one(Op::Updated, site.into_entity()))
}
