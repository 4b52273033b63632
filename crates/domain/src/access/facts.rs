//! The access facts of a row: all that decides who may see it.
//! They are read off the row's own columns, and links where more than one party may see it.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::access::Readers;
use crate::record::{Cell, Entity, FactColumn, Kind};

/// One reason why an organisation may see a row that has no single owner: another row that names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Link {
    /// The organisation that sees through this link.
    pub organization: Uuid,
    /// The kind of row that names it.
    pub via: Kind,
    /// The row through which it is maintained: a change of that row rewrites the link.
    pub via_id: Uuid,
    /// The naming row's study.
    pub study: Option<Uuid>,
    /// The naming row's engagement.
    pub engagement: Option<Uuid>,
    /// The naming row's engagement's prime engagement.
    pub prime_engagement: Option<Uuid>,
    /// The naming row's country.
    pub country: Option<String>,
    /// The naming row's study site.
    pub study_site: Option<Uuid>,
    /// The first day it counts.
    pub valid_from: Option<NaiveDate>,
    /// The last day it counts.
    pub valid_to: Option<NaiveDate>,
    /// Whether the naming engagement is at work: before and while it is held, it shows what it will, and lets nobody write.
    pub at_work: bool,
}

impl Link {
    /// Whether the link counts on this day.
    #[must_use]
    pub fn counts_on(&self, day: NaiveDate) -> bool {
        self.valid_from.is_none_or(|first| first <= day) && self.valid_to.is_none_or(|last| day <= last)
    }
}

/// The access facts of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The kind of row.
    pub kind: Kind,
    /// Its id.
    pub id: Uuid,
    /// The audiences it is meant for.
    pub readers: Readers,
    /// The sponsor that governs it.
    pub sponsor: Option<Uuid>,
    /// Its study.
    pub study: Option<Uuid>,
    /// The vendor whose row it is.
    pub vendor: Option<Uuid>,
    /// Its engagement.
    pub engagement: Option<Uuid>,
    /// The prime vendor of its engagement.
    pub prime_vendor: Option<Uuid>,
    /// The engagement that its engagement is subcontracted from.
    pub prime_engagement: Option<Uuid>,
    /// Its country.
    pub country: Option<String>,
    /// Its study site.
    pub study_site: Option<Uuid>,
    /// The organisation that owns it.
    pub organization: Option<Uuid>,
    /// The person or client it is about.
    pub person: Option<Uuid>,
    /// The links through which parties see it.
    pub links: Vec<Link>,
}

impl Facts {
    /// The facts of a record; links are the store's to add.
    #[must_use]
    pub fn of(entity: &Entity) -> Self {
        let kind = entity.kind();
        let def = kind.def();
        let cells = entity.cells();
        let cell = |fact| def.fact(fact).and_then(|column| def.position(column)).and_then(|position| cells.get(position));
        let uuid = |fact| match cell(fact) {
            Some(Cell::Uuid(id)) => Some(*id),
            _ => None,
        };
        let country = match cell(FactColumn::Country) {
            Some(Cell::Text(code)) => Some(code.clone()),
            _ => None,
        };
        Self {
            kind,
            id: entity.uuid(),
            readers: entity.readers(),
            sponsor: uuid(FactColumn::Sponsor),
            study: uuid(FactColumn::Study),
            vendor: uuid(FactColumn::Vendor),
            engagement: uuid(FactColumn::Engagement),
            prime_vendor: uuid(FactColumn::PrimeVendor),
            prime_engagement: uuid(FactColumn::PrimeEngagement),
            country,
            study_site: uuid(FactColumn::StudySite),
            organization: uuid(FactColumn::Organization),
            person: uuid(FactColumn::Person),
            links: Vec::new(),
        }
    }
}
