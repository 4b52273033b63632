//! What the people of a block may do: everybody something, some everything, most a few studies, countries, sites or engagements.

use std::collections::HashMap;

use tandem_domain::access::Role;
use tandem_domain::id::MembershipId;
use tandem_domain::party::{Membership, MembershipScope};
use tandem_domain::record::{Entity, Record};

use super::draw::{List, id, moment};
use super::engagements::engagement_id;
use super::parties::Party;
use super::places;
use super::plan::Plan;
use super::studies::Made;

/// The most memberships of one person.
const MOST: u64 = 5;

/// The roles that the first people of a sponsor have over the whole organisation; then those that the others have in turn.
const SPONSOR: ([Role; 6], [Role; 4]) = (
    [Role::SStudyManager, Role::SAdmin, Role::SQa, Role::SVendorManager, Role::SFinance, Role::SExecutive],
    [Role::SStudyManager, Role::SDataLead, Role::SSafety, Role::SRegulatory],
);

/// The same of a vendor.
const VENDOR: ([Role; 6], [Role; 4]) = (
    [Role::VProjectManager, Role::VAdmin, Role::VQa, Role::VDataManager, Role::VFinance, Role::VRegulatory],
    [Role::VCra, Role::VBiostatistician, Role::VSafety, Role::VProjectManager],
);

/// The studies of a party: sponsor, place among the sponsor's, and the party's seat there.
type Concerned = HashMap<u64, Vec<(u64, u64, u64)>>;

/// The memberships of a block, and the machine clients of its vendors.
pub(super) fn make(plan: &Plan, block: u64) -> Vec<Entity> {
    let concerned = concerned(plan);
    let mut records = Vec::new();
    for party in Party::all(plan, block) {
        let studies = concerned.get(&party.place).map(Vec::as_slice).unwrap_or_default();
        for nth in 0..plan.people {
            records.extend(of_person(&party, nth, studies).into_iter().map(Record::into_entity));
        }
        if !party.is_sponsor() {
            records.push(party.client().into_entity());
        }
    }
    records
}

fn concerned(plan: &Plan) -> Concerned {
    let mut concerned = Concerned::new();
    for (sponsor, nth) in (0..plan.sponsors).flat_map(|sponsor| (0..plan.studies).map(move |nth| (sponsor, nth))) {
        concerned.entry(sponsor).or_default().push((sponsor, nth, 0));
        for (seat, vendor) in (0..).zip(plan.vendors_of(sponsor, nth)) {
            concerned.entry(plan.sponsors + vendor).or_default().push((sponsor, nth, seat));
        }
    }
    concerned
}

fn of_person(party: &Party<'_>, nth: u64, studies: &[(u64, u64, u64)]) -> Vec<Membership> {
    let (whole, others) = if party.is_sponsor() { SPONSOR } else { VENDOR };
    let index = usize::try_from(nth).unwrap_or(usize::MAX);
    let person = party.person_number(nth);
    let blank = |place: u64, role: Role, scope: MembershipScope| Membership {
        id: id::<MembershipId>(List::Memberships, person * MOST + place),
        person_id: party.person(nth),
        organization_id: party.id(),
        role,
        scope,
        study_id: None,
        engagement_id: None,
        country_code: None,
        study_site_id: None,
        sponsor_id: None,
        valid_from: moment(-900),
        // One person in forty has left.
        valid_to: (person % 40 == 39).then(|| moment(0)),
        granted_by_id: None,
        reason: "part of the invented world".to_owned(),
    };
    if let Some(role) = whole.get(index) {
        return vec![blank(0, *role, MembershipScope::AllOrg)];
    }
    let role = others[index % others.len()];
    let (scope, several) = match nth % 4 {
        0 => (MembershipScope::Study, 3),
        1 => (MembershipScope::Country, 2),
        2 => (MembershipScope::Site, MOST),
        _ => (MembershipScope::Engagement, 3),
    };
    let of_place = |place: u64| {
        let chosen = (nth * MOST + place) % (studies.len() as u64).max(1);
        let (sponsor, study, seat) = *studies.get(usize::try_from(chosen).ok()?)?;
        let study = Made::new(party.plan, party.block, sponsor, study);
        Some(Membership {
            study_id: Some(study.id()),
            sponsor_id: Some(study.sponsor_id()),
            engagement_id: (scope == MembershipScope::Engagement).then(|| engagement_id(&study, seat)),
            country_code: if scope == MembershipScope::Country { places::country(&study, place) } else { None },
            study_site_id: (scope == MembershipScope::Site).then(|| places::study_site_id(&study, place * 2)),
            ..blank(place, role, scope)
        })
    };
    (0..several).filter_map(of_place).collect()
}
