//! The oracle against the policy and the store, on random worlds, on both databases: one question, three answers, all the same. How
//! many worlds say `TANDEM_ORACLE_WORLDS` and `_SEED`; a failure prints the smallest one found in `TANDEM_ORACLE_SHRINK` tries.

#[cfg(feature = "vault")]
mod audiences;
#[cfg(feature = "vault")]
mod database;
#[cfg(feature = "vault")]
mod databases;
mod explained;
mod facts;
#[cfg(feature = "vault")]
mod stored;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::Instant;

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use tandem_domain::access::{self, Action, Decision, Grant, PrincipalKind, Readers, Role, Scope, Viewer, decide};
use tandem_domain::id::TypedId;
use tandem_domain::party::{scope_of, side_of};
use tandem_domain::record::Kind;
use tandem_tests::oracle::{Asker, Principal, World};
use tandem_tests::records::now;
use tandem_tests::workspace::{SourceFile, files};
use tandem_tests::worlds::{Built, Plan, SignsIn, build, plans};
use uuid::Uuid;

use facts::Facts;

/// How much was compared.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    worlds: usize,
    viewers: usize,
    records: usize,
    seen: usize,
    comparisons: usize,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.worlds += other.worlds;
        self.viewers += other.viewers;
        self.records += other.records;
        self.seen += other.seen;
        self.comparisons += other.comparisons;
    }
}

fn number_from(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{variable} is no number: {text}")))
}

/// How many worlds a database has to answer for.
fn worlds() -> u64 {
    number_from("TANDEM_ORACLE_WORLDS", 200)
}

/// Draws worlds and checks each; the smallest that fails is printed. The draw is the same each time unless a seed says otherwise.
fn on_worlds(what: &str, worlds: u64, check: impl Fn(&Built) -> Result<Tally, String>) -> Tally {
    let mut seed = [0_u8; 32];
    seed[..8].copy_from_slice(&number_from("TANDEM_ORACLE_SEED", 1).to_le_bytes());
    // A failure is made smaller for as long as somebody at a terminal waits, not longer.
    let (cases, max_shrink_time) = (u32::try_from(worlds).unwrap(), 30_000);
    let max_shrink_iters = u32::try_from(number_from("TANDEM_ORACLE_SHRINK", 300)).unwrap();
    let config = Config { cases, failure_persistence: None, max_shrink_iters, max_shrink_time, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    let (begun, total) = (Instant::now(), RefCell::new(Tally::default()));
    let outcome = runner.run(&plans(), |plan: Plan| {
        let tally = check(&build(&plan)).map_err(TestCaseError::fail)?;
        total.borrow_mut().add(tally);
        Ok(())
    });
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(why, plan)) => panic!("{what}: {why}\nin the world {plan:?}"),
        Err(TestError::Abort(why)) => panic!("{what}: {why}"),
    }
    let total = total.into_inner();
    println!("{what}: {total:?} in {:.1} s", begun.elapsed().as_secs_f64());
    total
}

/// The viewer of somebody who signs in, made from the records alone; what the vault makes of the same person is compared with it.
fn viewer_of(world: &World, who: &SignsIn) -> Viewer {
    let organization = world.organizations.iter().find(|one| one.id == who.organization).unwrap();
    let mut viewer = Viewer {
        kind: PrincipalKind::Person,
        principal: who.id(),
        organization: who.organization,
        side: side_of(organization.organization_type),
        now: now(),
        grants: Vec::new(),
        client_scopes: Vec::new(),
        access_version: 0,
        valid_until: None,
        auth_time: None,
    };
    match &who.principal {
        Principal::Person(person) => {
            let mine = world.memberships.iter().filter(|one| one.person_id == *person && one.organization_id == who.organization);
            let active = world.people.iter().any(|one| one.id == *person && one.active);
            let counting = mine.filter(|one| active && one.in_force(now()));
            viewer.grants = counting.filter_map(|one| Some(Grant { role: one.role, scope: scope_of(one)? })).collect();
        }
        Principal::Client(client, token) => {
            viewer.kind = PrincipalKind::Client;
            for entry in world.clients.iter().filter(|one| one.id == *client && one.in_force(now())) {
                let scoped = entry.engagement_ids.iter().filter_map(|id| world.engagement(*id));
                let scopes = scoped.map(|one| Scope::Listed { engagement: one.id, study: one.study_id });
                viewer.grants.extend(scopes.map(|scope| Grant { role: Role::PClient, scope }));
                if entry.engagement_ids.is_empty() {
                    viewer.grants.push(Grant { role: Role::PClient, scope: Scope::Organization });
                }
                viewer.client_scopes = entry.scopes.iter().copied().filter(|scope| token.contains(scope)).collect();
            }
        }
    }
    viewer
}

/// The ids of the records of a kind that the policy lets the viewer read, decided one by one.
fn decided(viewer: &Viewer, facts: &Facts, kind: Kind) -> BTreeSet<Uuid> {
    let readable = facts.of_kind(kind).filter(|facts| decide(viewer, Action::Read, facts) == Decision::Allow);
    readable.map(|facts| facts.id).collect()
}

/// Says which ids one answer has and the other does not, with the records.
fn differ(built: &Built, what: &str, viewer: &Viewer, kind: Kind, expected: &BTreeSet<Uuid>, found: &BTreeSet<Uuid>) -> Result<(), String> {
    if expected == found {
        return Ok(());
    }
    let record = |id: &Uuid| built.records.iter().find(|record| record.kind() == kind && record.uuid() == *id);
    let leaked: Vec<_> = found.difference(expected).map(record).collect();
    let missing: Vec<_> = expected.difference(found).map(record).collect();
    Err(format!("{what} differs for {viewer:?}\nof {kind:?} it should not show {leaked:?}\nand should show {missing:?}"))
}

fn check_policy(built: &Built) -> Result<Tally, String> {
    facts::differing(&built.world)?;
    let facts = Facts::of_world(&built.world);
    let mut tally = Tally { worlds: 1, records: built.records.len(), ..Tally::default() };
    let viewers: Vec<Viewer> = built.sign_ins.iter().map(|who| viewer_of(&built.world, who)).collect();
    for (who, viewer) in built.sign_ins.iter().zip(&viewers) {
        let asker = Asker::new(&built.world, who.principal.clone(), who.organization, now());
        tally.viewers += 1;
        for kind in Kind::ALL {
            let expected = asker.sees(*kind);
            differ(built, "the policy", viewer, *kind, &expected, &decided(viewer, &facts, *kind))?;
            tally.seen += expected.len();
            tally.comparisons += facts.of_kind(*kind).count();
        }
        tally.comparisons += check_grants(&facts, viewer, &viewers)?;
    }
    Ok(tally)
}

/// The same viewer with other grants.
fn with(viewer: &Viewer, grants: &[Grant]) -> Viewer {
    Viewer { grants: grants.to_vec(), ..viewer.clone() }
}

/// The same grants, each over something that is of no world: what they show still, anybody of this role is shown.
fn elsewhere(viewer: &Viewer) -> Viewer {
    use tandem_tests::records::{country, id};
    let study = id(999_001);
    let scope = |place: usize| match place % 4 {
        0 => Scope::Study(study),
        1 => Scope::Engagement { engagement: id(999_002), study },
        2 => Scope::Country { study, country: country("DE") },
        _ => Scope::StudySite { study_site: id(999_003), study },
    };
    let grants: Vec<Grant> =
        viewer.grants.iter().enumerate().map(|(place, grant)| Grant { role: grant.role, scope: scope(place) }).collect();
    with(viewer, &grants)
}

/// What the matrix gives to anybody of a role, whatever his scope: himself, his organisation, the directory.
fn is_anybodys(viewer: &Viewer, facts: &access::Facts) -> bool {
    facts.person == Some(viewer.principal) || facts.id == viewer.organization.uuid() || facts.readers.meets(Readers::DIRECTORY)
}

/// The grants without one of them, for each; and with another's, for each other viewer of the same side. Which sees more of the two.
fn fewer_and_more(viewer: &Viewer, others: &[Viewer]) -> Vec<(Viewer, Viewer)> {
    let without = |place: usize| {
        let kept = viewer.grants.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, grant)| grant.clone());
        with(viewer, &kept.collect::<Vec<_>>())
    };
    let mut pairs: Vec<_> = (0..viewer.grants.len()).map(|place| (without(place), viewer.clone())).collect();
    let alike = others.iter().filter(|other| other.side == viewer.side && other.kind == viewer.kind);
    pairs.extend(alike.map(|other| (viewer.clone(), with(viewer, &[viewer.grants.as_slice(), &other.grants].concat()))));
    pairs
}

/// Default deny and monotone: no grant shows nothing, one over something else only what is anybody's, a grant more takes nothing away,
/// and a grant less adds nothing. Answers how many decisions were made.
fn check_grants(facts: &Facts, viewer: &Viewer, others: &[Viewer]) -> Result<usize, String> {
    let mut decisions = 0;
    for kind in Kind::ALL {
        let nothing = decided(&with(viewer, &[]), facts, *kind);
        if !nothing.is_empty() {
            return Err(format!("without a grant {viewer:?} sees {nothing:?} of {kind:?}"));
        }
        let elsewhere = elsewhere(viewer);
        let there = decided(&elsewhere, facts, *kind);
        if let Some(shown) = facts.of_kind(*kind).find(|facts| there.contains(&facts.id) && !is_anybodys(viewer, facts)) {
            return Err(format!("with scopes of no world {elsewhere:?} sees {shown:?}"));
        }
        for (fewer, more) in fewer_and_more(viewer, others) {
            let (less, all) = (decided(&fewer, facts, *kind), decided(&more, facts, *kind));
            if !less.is_subset(&all) {
                return Err(format!("of {kind:?} {:?} is seen with fewer grants: {fewer:?} against {more:?}", less.difference(&all)));
            }
            decisions += 2 * facts.of_kind(*kind).count();
        }
    }
    Ok(decisions)
}

#[test]
fn the_policy_decides_as_the_oracle_does() {
    let tally = on_worlds("policy", worlds() * 4, check_policy);
    assert!(tally.viewers > tally.worlds * 4 && tally.seen > tally.viewers * 5, "the worlds are too poor: {tally:?}");
}

/// Every kind, every role and every scope of a client is seen with by somebody, or the worlds prove nothing about it.
#[test]
fn the_worlds_show_something_of_everything() {
    let seen = RefCell::new(BTreeSet::new());
    on_worlds("variety", 200, |built| {
        for who in &built.sign_ins {
            let asker = Asker::new(&built.world, who.principal.clone(), who.organization, now());
            let viewer = viewer_of(&built.world, who);
            for kind in Kind::ALL.iter().filter(|kind| !asker.sees(**kind).is_empty()) {
                seen.borrow_mut().extend(viewer.grants.iter().map(|grant| (*kind, grant.role)));
            }
        }
        Ok(Tally::default())
    });
    let seen = seen.into_inner();
    let all = Kind::ALL.iter().flat_map(|kind| Role::ALL.iter().map(move |role| (*kind, *role)));
    let readable = all.filter(|(kind, role)| {
        tandem_tests::matrix::cell(*kind, *role).unwrap().iter().any(|word| tandem_tests::matrix::READS.contains(word))
    });
    let unseen: Vec<_> = readable.filter(|one| !seen.contains(one)).collect();
    assert!(unseen.is_empty(), "no world has such a role who sees such a kind: {unseen:?}");
}

/// What the oracle must not lean on: the policy, what the policy is made of, and whatever keeps or serves records.
const FORBIDDEN: &[&str] = &[
    "persistence",
    "policy",
    "ways(",
    "Way",
    "decide",
    "links",
    "Link",
    "Facts",
    "Readers",
    "readers",
    "audience",
    "covers_",
    "Viewer",
    "Grant",
    "may_ever",
    "gives_sight",
    "names_country",
    "names_site",
    "in_force",
    "scope_of",
    "side_of",
    "vendor_roster_shared()",
];

fn leaning(files: &[SourceFile]) -> Vec<String> {
    let oracle = files.iter().filter(|file| file.path.starts_with("tests/src/oracle/"));
    let code = oracle.flat_map(|file| file.text.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| (&file.path, line)));
    let named =
        code.flat_map(|(path, line)| FORBIDDEN.iter().filter(|word| line.contains(**word)).map(move |word| format!("{path} names {word}")));
    named.collect()
}

#[test]
fn the_oracle_shares_no_code_with_what_it_judges() {
    let files = files().unwrap();
    assert!(files.iter().filter(|file| file.path.starts_with("tests/src/oracle/")).count() >= 5, "the oracle has moved");
    assert_eq!(leaning(&files), Vec::<String>::new());
}

#[test]
fn an_oracle_that_leans_on_the_policy_is_found() {
    let found = |text: &str| leaning(&[SourceFile::new("tests/src/oracle/cheat.rs", text)]).len();
    assert_eq!(found("use tandem_domain::access::decide;\n"), 1);
    assert_eq!(found("use tandem_persistence::Store;\n"), 1);
    assert_eq!(found("if engagement.gives_sight() {\n"), 1);
    assert_eq!(found("// decides as the policy does\nuse tandem_domain::access::Role;\n"), 0);
}
