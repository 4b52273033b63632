//! Holes made on purpose in the tables of reading: each way of each kind and role is left out, widened, narrowed and swapped, and each
//! that another role has is added. The matrix, transcribed by hand, has to notice every one of them: no snapshot is asked.

use std::collections::{BTreeMap, BTreeSet};

use tandem_domain::access::{Cover, Facts, Names, Owner, Readers, Role, Side, Viewer, Way, leads, ways};
use tandem_domain::record::{FactColumn, Kind};
use tandem_tests::matrix::stage::Stage;

use super::matrix::{cells, in_words, is_beneath, reached_by, read_by, trials};

const AUDIENCES: [Readers; 12] = [
    Readers::SPONSOR,
    Readers::VENDOR,
    Readers::PRIME,
    Readers::CLIENT,
    Readers::MEMBERS,
    Readers::DIRECTORY,
    Readers::CRA,
    Readers::DATA,
    Readers::FINANCE,
    Readers::FUNCTIONS,
    Readers::SPONSOR_DRAFT,
    Readers::VENDOR_DRAFT,
];
const COVERS: [Cover; 3] = [Cover::Row, Cover::Header, Cover::Whole];
const NAMES: [Names; 3] = [Names::Anything, Names::Study, Names::Engagement];
const OWNERS: [Owner; 4] = [Owner::Sponsor, Owner::Vendor, Owner::PrimeVendor, Owner::Organization];

/// One row in front of one viewer, and whether the matrix shows it to him.
struct Trial {
    viewer: Viewer,
    facts: Facts,
    shown: bool,
}

/// The audience that a row has to be meant for, to be read by this word of the matrix; nothing where one is known to oneself.
/// `beneath`: the viewer's organisation has the row only as the prime vendor.
fn audience(kind: Kind, role: Role, word: &str, beneath: bool) -> Option<Readers> {
    let party = matches!(
        kind,
        Kind::Organization
            | Kind::Person
            | Kind::PersonContact
            | Kind::Membership
            | Kind::ApiClient
            | Kind::AccessEvent
            | Kind::AccessReview
            | Kind::AccessReviewItem
            | Kind::ExternalReference
    );
    match word {
        // What stands about oneself is for its owner's members where it is not for oneself; a part about oneself is a person's.
        "self" | "mine" => None,
        "directory" => Some(Readers::DIRECTORY),
        "study" | "vendor" if kind == Kind::Membership => Some(Readers::SPONSOR),
        _ if party => Some(Readers::MEMBERS),
        _ if role == Role::PClient => Some(Readers::CLIENT),
        "R" => Some(Readers::SPONSOR),
        "own" => Some(if beneath { Readers::PRIME } else { Readers::VENDOR }),
        "drafts" => Some(Readers::SPONSOR_DRAFT),
        "own-drafts" => Some(Readers::VENDOR_DRAFT),
        "personal" => Some(if kind == Kind::Finding { Readers::SPONSOR_DRAFT } else { Readers::VENDOR }),
        "site" | "visits" => Some(Readers::CRA),
        "data" => Some(Readers::DATA),
        "functions" => Some(Readers::FUNCTIONS),
        "finance" => Some(Readers::FINANCE),
        other => panic!("nobody knows whom {other} of {kind:?} is meant for"),
    }
}

/// Every trial of the matrix, as the row is and as if it were meant for one audience alone.
fn by_cell() -> BTreeMap<(Kind, Role), Vec<Trial>> {
    let stage = Stage::set();
    let mut by_cell: BTreeMap<_, Vec<Trial>> = BTreeMap::new();
    for (viewer, role, party, letter, sample) in trials(&stage) {
        let (reached, read) = (reached_by(role, party, letter, &sample), read_by(&stage, role, party, letter, &sample));
        let kind = sample.facts.kind;
        let beneath = is_beneath(&stage, party, &sample);
        // The directory is a matter of the row, not of who looks: a row is not put there for a trial.
        let tried = |one: &Readers| *one != Readers::DIRECTORY || kind != Kind::Organization || one.meets(sample.facts.readers);
        // What is meant for nobody is tried as it is.
        let audiences = if sample.facts.readers == Readers::NONE { [].as_slice() } else { AUDIENCES.as_slice() };
        let trials = by_cell.entry((kind, role)).or_default();
        for readers in audiences.iter().copied().filter(tried) {
            let meant = |word: &&str| audience(kind, role, word, beneath).is_none_or(|audience| audience.meets(readers));
            let facts = Facts { readers, ..sample.facts.clone() };
            trials.push(Trial { viewer: viewer.clone(), facts, shown: reached.iter().any(meant) });
        }
        trials.push(Trial { viewer, facts: sample.facts, shown: !read.is_empty() });
    }
    by_cell
}

/// Whether these ways show something that the matrix hides, or hide something that it shows.
fn is_noticed(ways: &[Way], trials: &[Trial]) -> bool {
    trials.iter().any(|trial| {
        let grants = &trial.viewer.grants;
        grants.iter().any(|grant| ways.iter().any(|way| leads(&trial.viewer, grant, *way, &trial.facts))) != trial.shown
    })
}

/// The same way with one thing in it wrong.
fn wrong(way: Way) -> Vec<Way> {
    let vias = [Kind::Study, Kind::StudySite, Kind::Engagement, Kind::Membership];
    let audiences = || AUDIENCES.into_iter().chain([AUDIENCES.into_iter().fold(Readers::NONE, Readers::and), Readers::NONE]);
    let mut wrong: Vec<Way> = match way {
        Way::Owned { owner, audience, cover } => {
            let owners = OWNERS.map(|owner| Way::Owned { owner, audience, cover });
            let covers = COVERS.map(|cover| Way::Owned { owner, audience, cover });
            let audiences = audiences().map(|audience| Way::Owned { owner, audience, cover });
            let narrowed = [Way::Personal { owner, audience, cover }];
            owners.into_iter().chain(covers).chain(audiences).chain(narrowed).collect()
        }
        Way::Personal { owner, audience, cover } => {
            let owners = OWNERS.map(|owner| Way::Personal { owner, audience, cover });
            let covers = COVERS.map(|cover| Way::Personal { owner, audience, cover });
            let audiences = audiences().map(|audience| Way::Personal { owner, audience, cover });
            let widened = [Way::Owned { owner, audience, cover }];
            owners.into_iter().chain(covers).chain(audiences).chain(widened).collect()
        }
        Way::Linked { via, names, audience, cover } => {
            let vias = vias.map(|via| Way::Linked { via, names, audience, cover });
            let covers = COVERS.map(|cover| Way::Linked { via, names, audience, cover });
            let names = NAMES.map(|names| Way::Linked { via, names, audience, cover });
            let audiences = audiences().map(|audience| Way::Linked { via, names: only_names(way), audience, cover });
            vias.into_iter().chain(covers).chain(names).chain(audiences).collect()
        }
        Way::Reaching { .. } => NAMES.map(|names| Way::Reaching { names }).to_vec(),
        Way::Myself | Way::MyOrganization | Way::Directory => Vec::new(),
    };
    wrong.retain(|other| *other != way);
    wrong
}

fn only_names(way: Way) -> Names {
    match way {
        Way::Linked { names, .. } | Way::Reaching { names } => names,
        Way::Owned { .. } | Way::Personal { .. } | Way::Myself | Way::MyOrganization | Way::Directory => Names::Anything,
    }
}

/// Every hole in one cell, with what was done.
fn holes(kind: Kind, role: Role) -> Vec<(String, Vec<Way>)> {
    let right = ways(kind, role);
    let mut holes = Vec::new();
    for (place, way) in right.iter().enumerate() {
        let without: Vec<Way> = right.iter().copied().filter(|other| other != way).collect();
        holes.push((format!("without \"{}\"", in_words(way)), without));
        for wrong in wrong(*way).into_iter().filter(|wrong| !right.contains(wrong)) {
            let mut ways = right.to_vec();
            ways[place] = wrong;
            holes.push((format!("\"{}\" for \"{}\"", in_words(&wrong), in_words(way)), ways));
        }
    }
    let mut others: Vec<Way> = Role::ALL.iter().flat_map(|other| ways(kind, *other)).copied().filter(|way| !right.contains(way)).collect();
    others.sort();
    others.dedup();
    holes.extend(others.into_iter().map(|other| (format!("\"{}\" besides", in_words(&other)), [right, &[other]].concat())));
    holes
}

/// Whether rows or links of this way are ever there for a role of this side. An organisation is a sponsor or a vendor, never both, and
/// no role is given on the other side; links are made for the party that has no other way (`access::links`).
fn is_there(kind: Kind, side: Option<Side>, way: Way) -> bool {
    let only = match way {
        Way::Owned { owner: Owner::Sponsor, .. } | Way::Personal { owner: Owner::Sponsor, .. } | Way::Reaching { .. } => Side::Sponsor,
        Way::Owned { owner: Owner::Vendor | Owner::PrimeVendor, .. } | Way::Personal { owner: Owner::Vendor | Owner::PrimeVendor, .. } => {
            Side::Vendor
        }
        Way::Linked { via, .. } => match (via, kind.whole()) {
            (Kind::Engagement, Kind::Study | Kind::StudyCountry | Kind::StudySite | Kind::ProtocolVersion | Kind::Amendment)
            | (Kind::Study, Kind::Organization) => Side::Vendor,
            (Kind::Engagement, Kind::ApiClient) | (Kind::Study, Kind::Person | Kind::Program) => Side::Sponsor,
            _ => return true,
        },
        Way::Owned { owner: Owner::Organization, .. }
        | Way::Personal { owner: Owner::Organization, .. }
        | Way::Myself
        | Way::MyOrganization
        | Way::Directory => return true,
    };
    side.is_none_or(|side| side == Side::Neither || side == only)
}

/// The same way without what can make no difference: that what always names something has to name it, and how narrow scopes narrow
/// rows that lie in no study, engagement or study site.
fn plain(kind: Kind, side: Option<Side>, way: Way) -> Way {
    match way {
        Way::Owned { owner, audience, .. }
            if [FactColumn::Study, FactColumn::Engagement, FactColumn::StudySite].iter().all(|fact| kind.def().fact(*fact).is_none()) =>
        {
            Way::Owned { owner, audience, cover: Cover::Whole }
        }
        Way::Linked { via, names, audience, cover } => {
            let surely = match (via, kind.whole()) {
                (Kind::Engagement, _) | (Kind::Study, Kind::Organization) => names != Names::Anything,
                (Kind::StudySite, _) => names == Names::Study || side == Some(Side::Vendor),
                (Kind::Study, _) => names == Names::Study,
                _ => false,
            };
            // A sponsor whose engagement names a programme has it by the study too, and as the study's header.
            let by_both = kind == Kind::Program && via == Kind::Engagement && side == Some(Side::Sponsor) && cover == Cover::Row;
            let cover = if by_both { Cover::Header } else { cover };
            Way::Linked { via, names: if surely { Names::Anything } else { names }, audience, cover }
        }
        Way::Reaching { names: Names::Study } => Way::Reaching { names: Names::Anything },
        other => other,
    }
}

/// Whether all that the one way shows, the other shows too.
fn is_within(one: &Way, other: &Way) -> bool {
    let cover_within = |one: Cover, other: Cover| one == Cover::Whole || other == Cover::Header || one == other;
    let meets_within = |one: Readers, other: Readers| one.bits() & !other.bits() == 0;
    let names_within = |one: Names, other: Names| other == Names::Anything || one == other || one == Names::Engagement;
    match (*one, *other) {
        (
            Way::Owned { owner, audience, cover } | Way::Personal { owner, audience, cover },
            Way::Owned { owner: o, audience: a, cover: c },
        )
        | (Way::Personal { owner, audience, cover }, Way::Personal { owner: o, audience: a, cover: c }) => {
            owner == o && meets_within(audience, a) && cover_within(cover, c)
        }
        (Way::Linked { via, names, audience, cover }, Way::Linked { via: v, names: n, audience: a, cover: c }) => {
            via == v && names_within(names, n) && meets_within(audience, a) && cover_within(cover, c)
        }
        (Way::Reaching { names }, Way::Reaching { names: n }) => names_within(names, n),
        (one, other) => one == other,
    }
}

/// What these ways come to for this role. Where a hole comes to the same as what is right, it is none.
fn come_to(kind: Kind, role: Role, ways: &[Way]) -> BTreeSet<Way> {
    let there = ways.iter().filter(|way| is_there(kind, role.side(), **way)).map(|way| plain(kind, role.side(), *way));
    let there: BTreeSet<Way> = there.collect();
    there.iter().filter(|one| !there.iter().any(|other| other != *one && is_within(one, other))).copied().collect()
}

#[test]
fn the_matrix_notices_every_hole_in_the_ways() {
    let trials = by_cell();
    let mut unnoticed = Vec::new();
    let mut tried = 0;
    for (kind, role) in cells() {
        let (right, trials) = (ways(kind, role), &trials[&(kind, role)]);
        assert!(!is_noticed(right, trials), "{kind:?} for {role} is not as the matrix has it");
        for (what, ways) in holes(kind, role) {
            if come_to(kind, role, &ways) == come_to(kind, role, right) {
                continue;
            }
            tried += 1;
            if !is_noticed(&ways, trials) {
                unnoticed.push(format!("{kind:?} for {role}: {what}"));
            }
        }
    }
    println!("{tried} holes tried");
    assert!(unnoticed.is_empty(), "{} of {tried} holes go unnoticed:\n{}", unnoticed.len(), unnoticed.join("\n"));
}
