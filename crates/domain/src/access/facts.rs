//! The access facts of a row: all that decides who may see it.
//! They are read off the row's own columns, and links where more than one party may see it.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::access::{Lack, Readers};
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
        self.off_on(day).is_none()
    }

    /// Why the link does not count on this day; nothing where it does.
    #[must_use]
    pub fn off_on(&self, day: NaiveDate) -> Option<Lack> {
        let begins = self.valid_from.filter(|first| day < *first).map(Lack::NotYet);
        begins.or_else(|| self.valid_to.filter(|last| *last < day).map(Lack::Over))
    }

    /// The row that names a row of `target` by this link, as people know it.
    #[must_use]
    pub fn named_by(&self, target: Kind) -> Option<(Kind, Uuid)> {
        let by = |kind, id: Option<Uuid>| id.map(|id| (kind, id));
        match (target.whole(), self.via) {
            (Kind::Person, Kind::Membership | Kind::Study) => by(Kind::Membership, Some(self.via_id)),
            (_, Kind::StudySite) => by(Kind::StudySite, self.study_site),
            (_, Kind::Study) => by(Kind::Study, self.study),
            (_, Kind::Engagement) => by(Kind::Engagement, self.engagement),
            (_, via) => by(via, Some(self.via_id)),
        }
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
    /// The facts that a part of this row has, or would have if there were one: whether there is one makes no difference to who may
    /// read it.
    #[must_use]
    pub fn of_part(&self, part: Kind) -> Self {
        let has = |fact| part.def().fact(fact).is_some();
        let vendors = Readers::SPONSOR.and(Readers::VENDOR);
        Self {
            kind: part,
            readers: match part {
                Kind::PersonContact => Readers::MEMBERS,
                Kind::StudySiteContact => vendors,
                Kind::StudyRegistry | Kind::StudySiteRegistry => vendors.and(Readers::CLIENT),
                Kind::StudyInternal
                | Kind::StudyBenchmark
                | Kind::StudyConfirmation
                | Kind::StudySiteInternal
                | Kind::EngagementInternal
                | Kind::EngagementConfirmation
                | Kind::ProgramInternal => Readers::SPONSOR,
                Kind::FindingInternal if self.readers.meets(Readers::SPONSOR) => Readers::SPONSOR,
                Kind::FindingInternal => Readers::SPONSOR_DRAFT,
                // No part: as the row itself.
                Kind::Organization
                | Kind::Person
                | Kind::Membership
                | Kind::ApiClient
                | Kind::AccessEvent
                | Kind::AccessReview
                | Kind::AccessReviewItem
                | Kind::ExternalReference
                | Kind::Study
                | Kind::StudyCountry
                | Kind::Site
                | Kind::StudySite
                | Kind::Engagement
                | Kind::ServiceScope
                | Kind::Program
                | Kind::ProtocolVersion
                | Kind::Amendment
                | Kind::Milestone
                | Kind::EnrollmentSnapshot
                | Kind::Document
                | Kind::Deliverable
                | Kind::DeliverableSubmission
                | Kind::DeliverableReview
                | Kind::Finding
                | Kind::FindingResponse
                | Kind::Capa
                | Kind::CapaAction
                | Kind::DueDateExtension
                | Kind::EffectivenessCheck
                | Kind::Issue
                | Kind::Comment => self.readers,
            },
            sponsor: self.sponsor.filter(|_| has(FactColumn::Sponsor)),
            study: self.study.filter(|_| has(FactColumn::Study)),
            vendor: self.vendor.filter(|_| has(FactColumn::Vendor)),
            engagement: self.engagement.filter(|_| has(FactColumn::Engagement)),
            prime_vendor: self.prime_vendor.filter(|_| has(FactColumn::PrimeVendor)),
            prime_engagement: self.prime_engagement.filter(|_| has(FactColumn::PrimeEngagement)),
            country: self.country.clone().filter(|_| has(FactColumn::Country)),
            study_site: self.study_site.filter(|_| has(FactColumn::StudySite)),
            organization: self.organization.filter(|_| has(FactColumn::Organization)),
            person: self.person.filter(|_| has(FactColumn::Person)),
            ..self.clone()
        }
    }

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
