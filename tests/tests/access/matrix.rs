//! The policy compared with the matrix that was transcribed by hand, cell by cell and row by row.
//! A kind or a role without a row, a verb that nobody wrote down, a scope that reaches too far: each is a failure.

use std::collections::BTreeSet;

use tandem_domain::access::{
    Action, ClientScope, Cover, Decision, Facts, Grant, Names, Owner, PrincipalKind, Readers, Role, Scope, Trail, Viewer, Way,
    client_scope, covers_all, decide, may_ever, trail, ways,
};
use tandem_domain::id::TypedId;
use tandem_domain::record::{FactColumn, Kind};
use tandem_tests::matrix::samples::{Sample, samples};
use tandem_tests::matrix::stage::{Party, SCOPES, Stage, viewer_id};
use tandem_tests::matrix::{MADE_BY_SPONSORS, READS, TRAIL, VERBS, cell, rows};
use tandem_tests::records::now;

pub(crate) fn cells() -> impl Iterator<Item = (Kind, Role)> {
    Kind::ALL.iter().flat_map(|kind| Role::ALL.iter().map(|role| (*kind, *role)))
}

/// What the cell says; a missing one is a failure of the test that asks.
pub(crate) fn words(kind: Kind, role: Role) -> Vec<&'static str> {
    cell(kind, role).unwrap_or_else(|why| panic!("{why}"))
}

pub(crate) fn viewer(stage: &Stage, party: Party, role: Role, scope: Scope) -> Viewer {
    let machine = role == Role::PClient;
    Viewer {
        kind: if machine { PrincipalKind::Client } else { PrincipalKind::Person },
        principal: viewer_id(),
        organization: stage.organization(party).id,
        side: tandem_domain::party::side_of(stage.organization(party).organization_type),
        now: now(),
        grants: vec![Grant { role, scope }],
        client_scopes: if machine { ClientScope::ALL.to_vec() } else { Vec::new() },
        access_version: 1,
        valid_until: None,
        auth_time: None,
    }
}

/// The parties for which this role is given.
fn parties(role: Role) -> &'static [Party] {
    match role.side() {
        Some(tandem_domain::access::Side::Sponsor) => &[Party::Sponsor],
        Some(tandem_domain::access::Side::Vendor) => &[Party::Vendor],
        _ => &[Party::Sponsor, Party::Vendor],
    }
}

/// Everything that a viewer of one role, party and scope is tried on.
pub(crate) fn trials(stage: &Stage) -> Vec<(Viewer, Role, Party, char, Sample)> {
    let mut trials = Vec::new();
    for (kind, role) in cells() {
        for party in parties(role) {
            for letter in SCOPES.chars() {
                for sample in samples(stage, kind) {
                    trials.push((viewer(stage, *party, role, stage.scope(letter)), role, *party, letter, sample));
                }
            }
        }
    }
    trials
}

/// The words of the matrix by which this role of the party would read the sample with this scope, if it were meant for them.
pub(crate) fn reached_by(role: Role, party: Party, letter: char, sample: &Sample) -> Vec<&'static str> {
    let words = words(sample.facts.kind, role);
    let serving = sample.read.iter().filter(|(word, by, scopes)| words.contains(word) && *by == party && scopes.contains(letter));
    serving.map(|(word, ..)| *word).collect()
}

/// Whether who acts for this party has the sample only as the vendor above a subcontract.
pub(crate) fn is_beneath(stage: &Stage, party: Party, sample: &Sample) -> bool {
    let own = Some(stage.organization(party).id.uuid());
    sample.facts.prime_vendor == own && sample.facts.vendor != own
}

/// The words by which he does read it: it is meant for them.
pub(crate) fn read_by(stage: &Stage, role: Role, party: Party, letter: char, sample: &Sample) -> Vec<&'static str> {
    let mut words = reached_by(role, party, letter, sample);
    words.retain(|word| sample.is_meant_for(role, word, is_beneath(stage, party, sample)));
    words
}

fn is_read(stage: &Stage, role: Role, party: Party, letter: char, sample: &Sample) -> bool {
    !read_by(stage, role, party, letter, sample).is_empty()
}

fn may(role: Role, verb: &str, facts: &Facts) -> bool {
    words(facts.kind, role).contains(&verb)
}

/// The roles of any step, or of any confirmation, of the kind's lifecycle.
fn in_lifecycle(kind: Kind, confirming: bool) -> BTreeSet<Role> {
    let steps = kind.def().lifecycle.map_or(&[][..], |lifecycle| lifecycle.transitions);
    steps.iter().flat_map(|step| if confirming { step.confirmed_by } else { step.who }).copied().collect()
}

#[test]
fn histories_are_told_to_just_whom_the_matrix_names() {
    for role in Role::ALL {
        let rows: Vec<&str> = TRAIL.iter().filter(|(roles, _)| roles.contains(role)).map(|(_, word)| *word).collect();
        let told = match trail(*role) {
            Trail::Whole => "all",
            Trail::Own => "self",
            Trail::Nothing => "",
        };
        assert_eq!(rows, [told], "{role}");
    }
}

#[test]
fn every_kind_and_role_has_exactly_one_cell() {
    for (kind, role) in cells() {
        cell(kind, role).unwrap();
    }
    assert_eq!(rows().count(), Kind::ALL.len(), "a kind stands twice");
}

#[test]
fn every_word_of_the_matrix_is_used_and_tried() {
    let stage = &Stage::set();
    let used: BTreeSet<&str> = cells().flat_map(|(kind, role)| words(kind, role)).collect();
    let known: BTreeSet<&str> = READS.iter().chain(VERBS).copied().collect();
    assert_eq!(used, known);
    for (kind, role) in cells() {
        let samples = &samples(stage, kind);
        let tried: BTreeSet<&str> = SCOPES
            .chars()
            .flat_map(|letter| parties(role).iter().map(move |party| (letter, *party)))
            .flat_map(|(letter, party)| samples.iter().flat_map(move |sample| read_by(stage, role, party, letter, sample)))
            .collect();
        for word in words(kind, role) {
            assert!(VERBS.contains(&word) || tried.contains(word), "{kind:?} for {role}: no sample is read by {word}");
        }
    }
}

#[test]
fn what_a_role_may_ever_do_is_what_the_matrix_says() {
    let mut wrong = Vec::new();
    for (kind, role) in cells() {
        let words = words(kind, role);
        let (steps, confirmations) = (in_lifecycle(kind, false), in_lifecycle(kind, true));
        let found = [
            ("read", words.iter().any(|word| READS.contains(word)), may_ever(kind, Action::Read, role)),
            ("ways", words.iter().any(|word| READS.contains(word)), !ways(kind, role).is_empty()),
            ("C", words.contains(&"C"), may_ever(kind, Action::Create, role)),
            ("U", words.contains(&"U"), may_ever(kind, Action::Update, role)),
            ("T", words.contains(&"T"), steps.contains(&role)),
            ("confirm", words.contains(&"confirm"), confirmations.contains(&role)),
            ("E", words.contains(&"E"), may_ever(kind, Action::End, role)),
        ];
        let differ = found.iter().filter(|(_, matrix, policy)| matrix != policy);
        wrong.extend(differ.map(|(verb, matrix, policy)| format!("{kind:?} {role} {verb}: matrix {matrix}, policy {policy}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn reading_reaches_just_what_the_matrix_says() {
    let stage = Stage::set();
    let mut wrong = Vec::new();
    let mut tried = 0;
    for (viewer, role, party, letter, sample) in trials(&stage) {
        let expected = if is_read(&stage, role, party, letter, &sample) { Decision::Allow } else { Decision::Hide };
        let decided = decide(&viewer, Action::Read, &sample.facts);
        tried += 1;
        if decided != expected {
            wrong.push(format!(
                "{:?} \"{}\": {role} of the {party:?} with scope {letter} should get {expected:?}, gets {decided:?}",
                sample.facts.kind, sample.name
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(tried > 20_000, "only {tried} trials");
}

#[test]
fn writing_reaches_just_what_the_matrix_says() {
    let stage = Stage::set();
    let mut wrong = Vec::new();
    for (viewer, role, party, letter, sample) in trials(&stage) {
        let kind = sample.facts.kind;
        let reads = is_read(&stage, role, party, letter, &sample);
        let reaches = sample.written.iter().any(|(by, scopes)| *by == party && scopes.contains(letter));
        let expect = |verb| match (reads, reaches && may(role, verb, &sample.facts)) {
            (false, _) => Decision::Hide,
            (true, true) => Decision::Allow,
            (true, false) => Decision::Forbid,
        };
        let mut trial = |verb: &str, action: Action, expected: Decision| {
            let decided = decide(&viewer, action, &sample.facts);
            if decided != expected {
                wrong.push(format!(
                    "{verb} {kind:?} \"{}\": {role} of the {party:?} with scope {letter} should get {expected:?}, gets {decided:?}",
                    sample.name
                ));
            }
        };
        trial("U", Action::Update, expect("U"));
        trial("E", Action::End, expect("E"));
        let steps = kind.def().lifecycle.map_or(&[][..], |lifecycle| lifecycle.transitions);
        for step in steps {
            let named = if step.who.contains(&role) { "T" } else { "not a step of this role" };
            trial(step.action, Action::Transition(step.who), expect(named));
        }
        // What is only to be is nobody's to see: creating is allowed or it is not.
        let machine_of_a_vendor = role == Role::PClient && party == Party::Vendor;
        let made = reaches && may(role, "C", &sample.facts) && !(machine_of_a_vendor && MADE_BY_SPONSORS.contains(&kind));
        trial("C", Action::Create, if made { Decision::Allow } else { Decision::Forbid });
        // A machine needs the scope to write besides those to read.
        if viewer.kind == PrincipalKind::Client {
            let mut reader = viewer.clone();
            reader.client_scopes.retain(|scope| scope.claim().ends_with(":read"));
            for action in [Action::Create, Action::Update] {
                let decided = decide(&reader, action, &sample.facts);
                assert_ne!(decided, Decision::Allow, "{action:?} {kind:?} \"{}\": a machine that only reads", sample.name);
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

/// A value that is unique in a study, or in the organisation, is set by who has all of it: by a role that has the verb, and by no
/// scope within it.
#[test]
fn all_of_a_study_is_had_by_its_own_scope_and_the_organisations() {
    let stage = Stage::set();
    for (kind, role) in cells() {
        for letter in SCOPES.chars() {
            let viewer = viewer(&stage, parties(role)[0], role, stage.scope(letter));
            for (verb, action) in [("C", Action::Create), ("U", Action::Update), ("E", Action::End)] {
                let may = words(kind, role).contains(&verb);
                let all = |study| covers_all(&viewer, action, kind, study);
                assert_eq!(all(Some(stage.study.id)), may && "OS".contains(letter), "{verb} {kind:?} in study A: {role} with {letter}");
                assert_eq!(all(Some(stage.study_b.id)), may && "Os".contains(letter), "{verb} {kind:?} in study B: {role} with {letter}");
                assert_eq!(all(None), may && letter == 'O', "{verb} {kind:?} in the organisation: {role} with {letter}");
            }
        }
    }
}

/// The audiences of a kind as the matrix makes them: each side that has a cell which reads what is its own, and no other.
/// Parties are the members' of the organisation that owns them; what reaches into a sponsor's studies is the sponsor's besides.
fn audiences(kind: Kind) -> Readers {
    let reads = |side: &[Role], word: &str| side.iter().any(|role| words(kind, *role).contains(&word));
    let of_side = |side| Role::ALL.iter().copied().filter(move |role| role.side() == side).collect::<Vec<_>>();
    let sponsors = of_side(Some(tandem_domain::access::Side::Sponsor));
    let vendors = of_side(Some(tandem_domain::access::Side::Vendor));
    match kind {
        Kind::Organization
        | Kind::Person
        | Kind::PersonContact
        | Kind::ApiClient
        | Kind::AccessEvent
        | Kind::AccessReview
        | Kind::AccessReviewItem
        | Kind::ExternalReference => Readers::MEMBERS,
        Kind::Membership => Readers::MEMBERS.and(Readers::SPONSOR),
        _ => [
            (reads(&sponsors, "R"), Readers::SPONSOR),
            (reads(&vendors, "own"), Readers::VENDOR),
            (reads(&vendors, "own") && kind.def().fact(FactColumn::PrimeVendor).is_some(), Readers::PRIME),
            (reads(&[Role::PClient], "R"), Readers::CLIENT),
        ]
        .into_iter()
        .filter(|(reads, _)| *reads)
        .fold(Readers::NONE, |all, (_, one)| all.and(one)),
    }
}

/// The audiences that words of a sample stand for.
fn audiences_of(meant: &str) -> Readers {
    let audience = |word| match word {
        "R" => Readers::SPONSOR,
        "own" => Readers::VENDOR,
        "prime" => Readers::PRIME,
        "machines" => Readers::CLIENT,
        "site" => Readers::CRA,
        "data" => Readers::DATA,
        "finance" => Readers::FINANCE,
        "functions" => Readers::FUNCTIONS,
        "drafts" => Readers::SPONSOR_DRAFT,
        "own-drafts" => Readers::VENDOR_DRAFT,
        other => panic!("nobody is meant by {other}"),
    };
    meant.split_whitespace().map(audience).fold(Readers::NONE, Readers::and)
}

/// An audience more is a lock less: what no cell reads is not meant for its side, even while no way leads there.
#[test]
fn rows_are_meant_for_just_those_whom_the_matrix_lets_read() {
    let stage = Stage::set();
    for kind in Kind::ALL {
        let mut samples = samples(&stage, *kind);
        assert_eq!(samples.pop().map(|nobodys| nobodys.facts.readers), Some(Readers::NONE));
        for Sample { name, facts, meant, .. } in samples {
            let in_directory = if *kind == Kind::Organization { facts.readers.bits() & Readers::DIRECTORY.bits() } else { 0 };
            let of_kind = || audiences(*kind).and(Readers::from_bits(in_directory));
            let expected = meant.map_or_else(of_kind, audiences_of);
            assert_eq!(facts.readers, expected, "{kind:?} \"{name}\"");
        }
    }
}

#[test]
fn a_viewer_without_a_grant_and_the_system_as_a_viewer_see_nothing() {
    let stage = Stage::set();
    for (mut viewer, .., sample) in trials(&stage) {
        viewer.kind = PrincipalKind::System;
        assert_eq!(decide(&viewer, Action::Read, &sample.facts), Decision::Hide, "{:?} {}", sample.facts.kind, sample.name);
        viewer.kind = PrincipalKind::Person;
        viewer.grants.clear();
        assert_eq!(decide(&viewer, Action::Read, &sample.facts), Decision::Hide, "{:?} {}", sample.facts.kind, sample.name);
    }
}

fn audience_in_words(audience: Readers) -> String {
    let known = [
        (Readers::SPONSOR, "sponsors"),
        (Readers::VENDOR, "vendors"),
        (Readers::PRIME, "prime vendors"),
        (Readers::CLIENT, "machines"),
        (Readers::MEMBERS, "members"),
        (Readers::DIRECTORY, "the directory"),
        (Readers::CRA, "vendors' CRAs"),
        (Readers::DATA, "vendors' data managers"),
        (Readers::FINANCE, "finance"),
        (Readers::FUNCTIONS, "vendors' regulatory and safety functions"),
        (Readers::SPONSOR_DRAFT, "who prepares findings of sponsors"),
        (Readers::VENDOR_DRAFT, "who prepares findings of vendors"),
    ];
    let named = known.iter().filter(|(one, _)| one.meets(audience));
    let all = named.clone().fold(Readers::NONE, |all, (one, _)| all.and(*one));
    assert_eq!(all, audience, "an audience without a name");
    if audience == Readers::NONE {
        return "nobody".to_owned();
    }
    named.map(|(_, words)| *words).collect::<Vec<_>>().join(" and ")
}

/// One way in words: through what, as which audience, and how narrower scopes narrow it.
pub(crate) fn in_words(way: &Way) -> String {
    let narrowed = |cover: &Cover| match cover {
        Cover::Row => "within the scope",
        Cover::Header => "as the scope's header",
        Cover::Whole => "whole organisation only",
    };
    let naming = |names: &Names| match names {
        Names::Anything => "",
        Names::Study => " that names a study",
        Names::Engagement => " that names an engagement",
    };
    let owning = |owner: &Owner| match owner {
        Owner::Sponsor => "sponsored",
        Owner::Vendor => "as the vendor",
        Owner::PrimeVendor => "as the prime vendor",
        Owner::Organization => "of the organisation",
    };
    match way {
        Way::Owned { owner, audience, cover } => {
            format!("{}, for {}, {}", owning(owner), audience_in_words(*audience), narrowed(cover))
        }
        Way::Personal { owner, audience, cover } => {
            format!("one's own, {}, for {}, {}", owning(owner), audience_in_words(*audience), narrowed(cover))
        }
        Way::Linked { via, names, audience, cover } => {
            format!("by {}{}, for {}, {}", via.words(), naming(names), audience_in_words(*audience), narrowed(cover))
        }
        Way::Myself => "oneself".to_owned(),
        Way::MyOrganization => "the own organisation".to_owned(),
        Way::Directory => "the directory".to_owned(),
        Way::Reaching { names } => format!("sponsored{}, within the scope", naming(names)),
    }
}

/// What a role may do with a kind, in words; nothing where it may nothing.
fn line(kind: Kind, role: Role) -> Option<String> {
    let reads: Vec<String> = ways(kind, role).iter().map(in_words).collect();
    let mut words = Vec::new();
    let verbs = [("create", Action::Create), ("update", Action::Update), ("end", Action::End)];
    words.extend(verbs.iter().filter(|(_, action)| may_ever(kind, *action, role)).map(|(verb, _)| (*verb).to_owned()));
    let steps = kind.def().lifecycle.map_or(&[][..], |lifecycle| lifecycle.transitions);
    words.extend(steps.iter().filter(|step| step.who.contains(&role)).map(|step| step.action.to_owned()));
    words.extend(steps.iter().filter(|step| step.confirmed_by.contains(&role)).map(|step| format!("confirm {}", step.action)));
    let verbs = if words.is_empty() { String::new() } else { format!("; {}", words.join(", ")) };
    (!reads.is_empty() || !words.is_empty()).then(|| {
        let indent = if kind.def().part_of.is_some() { "    " } else { "  " };
        format!("{indent}{}: {}{verbs}\n", kind.name(), reads.join(" | "))
    })
}

/// Who may see and do what, as the policy has it, for people to review: a change of it is a change of this file.
#[test]
fn who_may_see_and_do_what() {
    let mut text = String::new();
    for role in Role::ALL {
        text.push_str(&format!("{role}\n"));
        text.extend(Kind::ALL.iter().filter_map(|kind| line(*kind, *role)));
    }
    insta::assert_snapshot!(text);
}

/// What is seen with each kind, by which audiences at all, and which scope a machine needs: a field that is added to a kind is
/// seen by all who see the kind.
#[test]
fn what_is_seen_together() {
    let stage = Stage::set();
    let mut text = String::new();
    for kind in Kind::ALL {
        let audiences: BTreeSet<String> =
            samples(&stage, *kind).iter().rev().skip(1).map(|sample| audience_in_words(sample.facts.readers)).collect();
        let audiences = audiences.into_iter().collect::<Vec<_>>().join(", or ");
        let def = kind.def();
        let part = def.part_of.map_or(String::new(), |whole| format!(", a part of {}", whole.name()));
        let scope = client_scope(*kind).map_or(String::new(), |scope| format!(", machines by {}", scope.claim()));
        text.push_str(&format!("{}{part}{scope}, for {audiences}\n", kind.name()));
        text.extend(def.columns.iter().map(|column| format!("  {}\n", column.name)));
    }
    insta::assert_snapshot!(text);
}
