//! What the work stands in: the demo's studies, engagements, places and people, found by their short names; and how a record takes a step.

use tandem_domain::engagement::Engagement;
use tandem_domain::id::PersonId;
use tandem_domain::lifecycle::{Moment, advance};
use tandem_domain::portfolio::{Study, StudyCountry, StudySite};
use tandem_domain::record::Record;

use crate::demo::calendar::moment;
use crate::demo::organizations::Org;
use crate::demo::people::People;
use crate::demo::places::Places;
use crate::demo::{engagements, studies};

/// What is there before the work begins.
pub(in crate::demo) struct Stage<'a> {
    pub(in crate::demo) people: &'a People,
    pub(in crate::demo) studies: &'a [studies::Made],
    pub(in crate::demo) engagements: &'a [engagements::Made],
    pub(in crate::demo) places: &'a Places,
}

impl Stage<'_> {
    pub(super) fn study(&self, protocol: &str) -> Option<&Study> {
        self.studies.iter().find(|made| made.row.protocol == protocol).map(|made| &made.study)
    }

    pub(super) fn engagement(&self, protocol: &str, vendor: Org) -> Option<&Engagement> {
        let is = |made: &&engagements::Made| made.row.protocol == protocol && made.row.vendor == vendor;
        self.engagements.iter().find(is).map(|made| &made.engagement)
    }

    pub(super) fn person(&self, local: &str) -> Option<PersonId> {
        self.people.id(local)
    }

    /// The study's country of this code.
    pub(super) fn country(&self, study: &Study, code: &str) -> Option<&StudyCountry> {
        self.places.countries.iter().find(|country| country.study_id == study.id && country.country_code.to_string() == code)
    }

    /// The study's site in this city.
    pub(super) fn site(&self, study: &Study, city: &str) -> Option<&StudySite> {
        let made = self.studies.iter().find(|made| made.study.id == study.id)?;
        let id = self.places.study_site(made, city)?;
        self.places.study_sites.iter().find(|site| site.id == id)
    }
}

/// The record after the step called `action`, taken by this person so many days after the demo's first; nothing where the record's
/// lifecycle has no such step out of where it stands.
pub(super) fn step<T: Record>(record: &T, action: &str, days: i64, by: PersonId) -> Option<T> {
    let entity = record.clone().into_entity();
    let lifecycle = entity.kind().def().lifecycle?;
    let step = lifecycle.step_of(&entity, action).or_else(|| lifecycle.systems_step(&entity, action))?;
    T::from_entity(advance(&entity, lifecycle, step, &Moment { now: moment(days), by }).ok()?)
}
