//! What a record was to a viewer at every moment of a span of the journal: its facts and links are combined as they were in force
//! together, and an entry tells him of the record only where he saw it just before or just after.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{NaiveDate, NaiveTime};
use tandem_domain::access::{Action, Decision, Facts, Link, Viewer, decide};
use tandem_domain::record::Kind;

/// A record through a span.
pub(super) struct Timeline {
    /// Its facts when the span begins; nothing where there was no such record.
    pub(super) facts: Option<Facts>,
    /// The links to it when the span begins.
    pub(super) links: HashSet<Link>,
    /// The first day on which the viewer may have seen it so.
    pub(super) since: NaiveDate,
    /// What happened to it, by transaction.
    pub(super) steps: BTreeMap<i64, Step>,
}

/// What one transaction did to a record.
pub(super) struct Step {
    /// The position of the transaction's first entry that did something to it.
    pub(super) position: i64,
    pub(super) day: NaiveDate,
    /// What its facts are since, where it was written itself.
    pub(super) facts: Option<Facts>,
    /// The parts of it that were written.
    pub(super) parts: BTreeSet<Kind>,
    pub(super) gained: Vec<Link>,
    pub(super) lost: Vec<Link>,
}

impl Step {
    pub(super) fn of(position: i64, day: NaiveDate) -> Self {
        Self { position, day, facts: None, parts: BTreeSet::new(), gained: Vec::new(), lost: Vec::new() }
    }
}

/// The kinds that are seen of a record: itself and parts of it.
type Seen = BTreeSet<Kind>;

impl Timeline {
    /// The position of the first step that tells the viewer of the record: it, or a part of it that he sees, was written, or came into
    /// his sight or went out of it. Nothing where no step does: then the span tells him nothing of it.
    pub(super) fn first_telling(mut self, viewer: &Viewer) -> Option<i64> {
        let today = viewer.now.date_naive();
        let mut steps: Vec<Step> = self.steps.into_values().collect();
        steps.sort_by_key(|step| step.position);
        let ends: Vec<NaiveDate> = steps.iter().skip(1).map(|step| step.day).chain([today]).collect();
        let first = steps.first().map_or(today, |step| step.day);
        let mut before = self.facts.as_ref().map(|facts| seen(viewer, facts, &self.links, self.since, first)).unwrap_or_default();
        for (step, end) in steps.into_iter().zip(ends) {
            let written = step.facts.as_ref().map(|facts| facts.kind).into_iter().chain(step.parts.iter().copied());
            let written: Vec<Kind> = written.collect();
            self.facts = step.facts.or(self.facts);
            for link in &step.lost {
                self.links.remove(link);
            }
            self.links.extend(step.gained);
            let after = self.facts.as_ref().map(|facts| seen(viewer, facts, &self.links, step.day, end)).unwrap_or_default();
            if before != after || written.iter().any(|kind| after.contains(kind)) {
                return Some(step.position);
            }
            before = after;
        }
        None
    }
}

/// What the viewer sees of a record with these facts and links on any of these days: on the first, and where a link begins.
pub(super) fn seen(viewer: &Viewer, facts: &Facts, links: &HashSet<Link>, from: NaiveDate, to: NaiveDate) -> Seen {
    let begun = links.iter().filter_map(|link| link.valid_from).filter(|day| from < *day && *day <= to);
    let days: BTreeSet<NaiveDate> = begun.chain([from]).collect();
    let facts = Facts { links: links.iter().cloned().collect(), ..facts.clone() };
    days.into_iter().flat_map(|day| seen_on(&on(viewer, day), &facts)).collect()
}

fn on(viewer: &Viewer, day: NaiveDate) -> Viewer {
    Viewer { now: day.and_time(NaiveTime::MIN).and_utc(), ..viewer.clone() }
}

fn seen_on(viewer: &Viewer, facts: &Facts) -> Vec<Kind> {
    let reads = |facts: &Facts| decide(viewer, Action::Read, facts) == Decision::Allow;
    if !reads(facts) {
        return Vec::new();
    }
    let parts = Kind::ALL.iter().copied().filter(|part| *part != facts.kind && part.whole() == facts.kind);
    parts.filter(|part| reads(&facts.of_part(*part))).chain([facts.kind]).collect()
}

#[cfg(test)]
mod tests {
    use tandem_domain::access::{Grant, PrincipalKind, Readers, Role, Scope, Side};
    use tandem_domain::id::{EngagementId, OrganizationId, TypedId};
    use uuid::Uuid;

    use super::*;

    const SPONSOR: Uuid = Uuid::from_u128(1);
    const VENDOR: Uuid = Uuid::from_u128(2);
    const STUDY: Uuid = Uuid::from_u128(3);

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, day).unwrap()
    }

    fn manager(scope: Scope) -> Viewer {
        Viewer {
            kind: PrincipalKind::Person,
            principal: Uuid::from_u128(9),
            organization: OrganizationId::from_uuid(VENDOR),
            side: Side::Vendor,
            now: day(20).and_time(NaiveTime::MIN).and_utc(),
            grants: vec![Grant { role: Role::VProjectManager, scope }],
            client_scopes: Vec::new(),
            access_version: 1,
            valid_until: None,
            auth_time: None,
        }
    }

    /// A protocol version, approved or not.
    fn version(approved: bool) -> Facts {
        Facts {
            kind: Kind::ProtocolVersion,
            id: Uuid::from_u128(4),
            readers: if approved { Readers::SPONSOR.and(Readers::VENDOR) } else { Readers::SPONSOR },
            sponsor: Some(SPONSOR),
            study: Some(STUDY),
            vendor: None,
            engagement: None,
            prime_vendor: None,
            prime_engagement: None,
            country: None,
            study_site: None,
            organization: None,
            person: None,
            links: Vec::new(),
        }
    }

    fn engaged(engagement: u128) -> Link {
        let id = Uuid::from_u128(engagement);
        Link {
            organization: VENDOR,
            via: Kind::Engagement,
            via_id: id,
            study: Some(STUDY),
            engagement: Some(id),
            prime_engagement: None,
            country: None,
            study_site: None,
            valid_from: None,
            valid_to: None,
            at_work: false,
        }
    }

    fn written(facts: Facts) -> impl FnOnce(&mut Step) {
        move |step| step.facts = Some(facts)
    }

    fn lost(link: Link) -> impl FnOnce(&mut Step) {
        move |step| step.lost.push(link)
    }

    fn gained(link: Link) -> impl FnOnce(&mut Step) {
        move |step| step.gained.push(link)
    }

    /// A record that had these facts and links since the first of the month; what happens to it is on the days after.
    fn known(facts: Facts, links: impl IntoIterator<Item = Link>) -> Timeline {
        Timeline { facts: Some(facts), links: links.into_iter().collect(), since: day(1), steps: BTreeMap::new() }
    }

    impl Timeline {
        fn then(mut self, position: u32, happens: impl FnOnce(&mut Step)) -> Self {
            let mut step = Step::of(i64::from(position), day(position));
            happens(&mut step);
            self.steps.insert(i64::from(position), step);
            self
        }

        fn tells(self) -> Option<i64> {
            self.first_telling(&manager(Scope::Organization))
        }
    }

    #[test]
    fn facts_and_links_count_together_as_they_were_in_force() {
        // Put back to draft, then the engagement ended: he held it.
        assert_eq!(known(version(true), [engaged(5)]).then(2, written(version(false))).then(3, lost(engaged(5))).tells(), Some(2));
        // The engagement ended, then it was approved: never his.
        assert_eq!(known(version(false), [engaged(5)]).then(2, lost(engaged(5))).then(3, written(version(true))).tells(), None);
        // Approved, put back, and only then engaged: never his either.
        let never = known(version(false), []).then(2, written(version(true))).then(3, written(version(false))).then(4, gained(engaged(5)));
        assert_eq!(never.tells(), None);
        // Engaged while it was a draft, then approved: his from then on.
        assert_eq!(known(version(false), []).then(2, gained(engaged(5))).then(3, written(version(true))).tells(), Some(3));
    }

    #[test]
    fn a_second_way_to_what_is_seen_anyway_tells_nothing() {
        assert_eq!(known(version(true), [engaged(5)]).then(2, gained(engaged(6))).tells(), None);
        assert_eq!(known(version(true), [engaged(5), engaged(6)]).then(2, lost(engaged(6))).tells(), None);
        assert_eq!(known(version(true), [engaged(5)]).then(2, gained(engaged(6))).then(3, written(version(true))).tells(), Some(3));
        // Nor does one that is not for his membership.
        let narrow =
            manager(Scope::Engagement { engagement: EngagementId::from_uuid(Uuid::from_u128(5)), study: TypedId::from_uuid(STUDY) });
        assert_eq!(known(version(true), []).then(2, gained(engaged(6))).first_telling(&narrow), None);
        assert_eq!(known(version(true), []).then(2, gained(engaged(5))).first_telling(&narrow), Some(2));
    }

    #[test]
    fn a_link_counts_on_its_days() {
        let on_days = |from, to| Link { valid_from: Some(day(from)), valid_to: Some(day(to)), ..engaged(5) };
        // It had ended before it was taken away, but he was told everything before that on the first.
        assert_eq!(known(version(true), [on_days(1, 2)]).then(9, lost(on_days(1, 2))).tells(), Some(9));
        // It was taken away before it began.
        assert_eq!(known(version(true), [on_days(12, 14)]).then(9, lost(on_days(12, 14))).tells(), None);
        // It began in between.
        assert_eq!(known(version(true), [on_days(5, 14)]).then(9, lost(on_days(5, 14))).tells(), Some(9));
        // It is for a day to come.
        assert_eq!(known(version(true), []).then(9, gained(on_days(25, 28))).tells(), None);
    }

    #[test]
    fn what_is_written_out_of_sight_tells_nothing() {
        assert_eq!(known(version(true), []).then(2, written(version(true))).tells(), None);
        let part = |step: &mut Step| step.parts.extend([Kind::StudyInternal]);
        let study = Facts { kind: Kind::Study, id: STUDY, ..version(true) };
        assert_eq!(known(study.clone(), [engaged(5)]).then(2, part).tells(), None);
        assert_eq!(known(study.clone(), [engaged(5)]).then(2, part).then(3, written(study)).tells(), Some(3));
    }
}
