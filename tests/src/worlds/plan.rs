//! The plan of a world: what there is, in numbers. A number that picks something picks among what there is when the world is built,
//! so that every plan is a world, and a smaller plan a smaller world.

use proptest::option;
use proptest::prelude::*;

/// A site of a study: where, and who is responsible.
#[derive(Clone, Debug)]
pub(super) struct SitePlan {
    pub(super) facility: u8,
    pub(super) responsible: Option<u8>,
    pub(super) parts: u8,
}

/// A country of a study: who leads it, and the sites there.
#[derive(Clone, Debug)]
pub(super) struct CountryPlan {
    pub(super) lead: Option<u8>,
    pub(super) sites: Vec<SitePlan>,
}

/// A study.
#[derive(Clone, Debug)]
pub(super) struct StudyPlan {
    pub(super) sponsor: u8,
    pub(super) shared: bool,
    pub(super) parts: u8,
    /// Versions of its protocol and amendments, as bits.
    pub(super) protocol: u8,
    pub(super) countries: Vec<CountryPlan>,
}

/// A scope of an engagement: countries and sites as bits, days counted from today.
#[derive(Clone, Debug)]
pub(super) struct ScopePlan {
    pub(super) countries: Option<u8>,
    pub(super) sites: Option<u8>,
    pub(super) from: i64,
    pub(super) lasts: Option<i64>,
    pub(super) in_scope: bool,
}

/// An engagement; under another where it can be.
#[derive(Clone, Debug)]
pub(super) struct EngagementPlan {
    pub(super) study: u8,
    pub(super) vendor: u8,
    pub(super) state: u8,
    pub(super) under: Option<u8>,
    pub(super) leads: (Option<u8>, Option<u8>),
    pub(super) parts: u8,
    pub(super) scopes: Vec<ScopePlan>,
}

/// A membership: in the own organisation or another, with which role, how far, when.
#[derive(Clone, Debug)]
pub(super) struct MembershipPlan {
    pub(super) elsewhere: Option<u8>,
    pub(super) role: u8,
    pub(super) scope: u8,
    pub(super) pick: u8,
    pub(super) time: u8,
}

/// A person.
#[derive(Clone, Debug)]
pub(super) struct PersonPlan {
    pub(super) organization: u8,
    pub(super) inactive: bool,
    pub(super) memberships: Vec<MembershipPlan>,
}

/// A machine client, and what its token names.
#[derive(Clone, Debug)]
pub(super) struct ClientPlan {
    pub(super) organization: u8,
    pub(super) scopes: u8,
    pub(super) token: u8,
    pub(super) engagements: Option<u8>,
    pub(super) time: u8,
}

/// A piece of work: on an engagement or on a study alone, of which side, in which state, where, whose; what hangs on it, and what is
/// said of it, as bits.
#[derive(Clone, Debug)]
pub(super) struct WorkPlan {
    pub(super) kind: u8,
    pub(super) on: u8,
    pub(super) alone: bool,
    pub(super) vendors: bool,
    pub(super) state: u8,
    pub(super) place: u8,
    pub(super) people: u8,
    pub(super) more: u8,
    pub(super) hangs: u8,
    pub(super) comments: u8,
}

/// A world in numbers.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(super) sponsors: u8,
    pub(super) vendors: u8,
    pub(super) studies: Vec<StudyPlan>,
    pub(super) engagements: Vec<EngagementPlan>,
    pub(super) people: Vec<PersonPlan>,
    pub(super) clients: Vec<ClientPlan>,
    pub(super) work: Vec<WorkPlan>,
    pub(super) scopes_first: bool,
}

fn site() -> impl Strategy<Value = SitePlan> {
    (any::<u8>(), option::weighted(0.6, any::<u8>()), any::<u8>()).prop_map(|(facility, responsible, parts)| SitePlan {
        facility,
        responsible,
        parts,
    })
}

fn country() -> impl Strategy<Value = CountryPlan> {
    (option::weighted(0.6, any::<u8>()), prop::collection::vec(site(), 0..3)).prop_map(|(lead, sites)| CountryPlan { lead, sites })
}

fn study() -> impl Strategy<Value = StudyPlan> {
    (any::<u8>(), any::<bool>(), any::<u8>(), prop::collection::vec(country(), 0..=3)).prop_map(|(sponsor, shared, parts, countries)| {
        // Sponsors are few: most of that number is free to say something else.
        StudyPlan { sponsor, shared, parts, protocol: sponsor / 3, countries }
    })
}

fn scope() -> impl Strategy<Value = ScopePlan> {
    let days = (-2..=2_i64, option::of(0..=3_i64));
    (option::of(any::<u8>()), option::weighted(0.4, any::<u8>()), days, prop::bool::weighted(0.8))
        .prop_map(|(countries, sites, (from, lasts), in_scope)| ScopePlan { countries, sites, from, lasts, in_scope })
}

fn engagement() -> impl Strategy<Value = EngagementPlan> {
    let leads = (option::of(any::<u8>()), option::of(any::<u8>()));
    let which = (any::<u8>(), any::<u8>(), any::<u8>(), option::of(any::<u8>()));
    (which, leads, any::<u8>(), prop::collection::vec(scope(), 0..=2)).prop_map(|((study, vendor, state, under), leads, parts, scopes)| {
        EngagementPlan { study, vendor, state, under, leads, parts, scopes }
    })
}

fn membership() -> impl Strategy<Value = MembershipPlan> {
    (option::weighted(0.2, any::<u8>()), any::<u8>(), any::<u8>(), any::<u8>(), any::<u8>())
        .prop_map(|(elsewhere, role, scope, pick, time)| MembershipPlan { elsewhere, role, scope, pick, time })
}

fn person() -> impl Strategy<Value = PersonPlan> {
    (any::<u8>(), prop::bool::weighted(0.05), prop::collection::vec(membership(), 0..=3))
        .prop_map(|(organization, inactive, memberships)| PersonPlan { organization, inactive, memberships })
}

fn client() -> impl Strategy<Value = ClientPlan> {
    (any::<u8>(), any::<u8>(), any::<u8>(), option::of(any::<u8>()), any::<u8>())
        .prop_map(|(organization, scopes, token, engagements, time)| ClientPlan { organization, scopes, token, engagements, time })
}

fn work() -> impl Strategy<Value = WorkPlan> {
    let which = (any::<u8>(), any::<u8>(), prop::bool::weighted(0.15), any::<bool>());
    let what = (any::<u8>(), any::<u8>(), any::<u8>(), any::<u8>());
    // Mostly something hangs on it: else there would be too little of what hangs on that.
    let hangs = (any::<u8>(), any::<u8>()).prop_map(|(some, others)| some | others);
    (which, what, hangs, 0..8_u8).prop_map(|((kind, on, alone, vendors), (state, place, people, more), hangs, comments)| WorkPlan {
        kind,
        on,
        alone,
        vendors,
        state,
        place,
        people,
        more,
        hangs,
        comments,
    })
}

/// Plans of worlds.
pub fn plans() -> impl Strategy<Value = Plan> {
    let content = (prop::collection::vec(study(), 2..=4), prop::collection::vec(engagement(), 2..=8));
    let parties = (prop::collection::vec(person(), 3..=9), prop::collection::vec(client(), 0..=3));
    let work = prop::collection::vec(work(), 3..=12);
    (2..=3_u8, 3..=4_u8, content, parties, work, any::<bool>()).prop_map(
        |(sponsors, vendors, (studies, engagements), (people, clients), work, scopes_first)| Plan {
            sponsors,
            vendors,
            studies,
            engagements,
            people,
            clients,
            work,
            scopes_first,
        },
    )
}
