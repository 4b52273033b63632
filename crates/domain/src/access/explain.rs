//! Why somebody may read a row or may not: each grant followed along the same ways by the same function as the decision itself,
//! and what came of it in words.

use crate::access::policy::lead;
use crate::access::sentences::{client_sentence, narrowing, way_in_words};
use crate::access::{Facts, Lack, Link, Owner, Role, Scope, Viewer, Way, client_may_read, client_scope, ways};
use crate::record::Kind;

/// What one grant comes to for one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ground<'a> {
    /// The way that leads there, or comes nearest; nothing where the role has none.
    pub way: Option<Way>,
    /// The link that it leads by, where it does by one; or what is lacking.
    pub outcome: Result<Option<&'a Link>, Lack>,
}

/// What each of the viewer's grants comes to for the row with these facts, in their order. The viewer reads the row where one of them
/// leads there, and only then: [`crate::access::decide`] asks the same function.
#[must_use]
pub fn explain<'a>(viewer: &Viewer, facts: &'a Facts) -> Vec<Ground<'a>> {
    viewer.grants.iter().map(|grant| ground(viewer, grant, facts)).collect()
}

fn ground<'a>(viewer: &Viewer, grant: &crate::access::Grant, facts: &'a Facts) -> Ground<'a> {
    if !client_may_read(viewer, facts.kind) {
        return Ground { way: None, outcome: Err(client_scope(facts.kind).map_or(Lack::Never, Lack::ClientScope)) };
    }
    let mut nearest = Ground { way: None, outcome: Err(Lack::Never) };
    for way in ways(facts.kind, grant.role) {
        let here = Ground { way: Some(*way), outcome: lead(viewer, grant, *way, facts) };
        match (here.outcome, nearest.outcome) {
            (Ok(_), _) => return here,
            (Err(lack), Err(before)) if lack > before => nearest = here,
            (Err(_), _) => {}
        }
    }
    nearest
}

/// Whether the viewer reads every row of `kind` that belongs to his own organisation, whatever they are.
#[must_use]
pub fn reads_all_of_own(viewer: &Viewer, kind: Kind) -> bool {
    let all = |role| ways(kind, role).iter().any(|way| matches!(way, Way::Owned { owner: Owner::Organization, .. }));
    client_may_read(viewer, kind) && viewer.grants.iter().any(|grant| grant.scope == Scope::Organization && all(grant.role))
}

/// The rule that was tried, as a sentence.
#[must_use]
pub fn rule_in_words(kind: Kind, role: Role, ground: &Ground<'_>) -> String {
    let words = kind.words();
    let sentence = match (ground.way, ground.outcome) {
        (_, Err(Lack::ClientScope(_))) => return client_sentence(kind),
        (None, _) => return format!("{role} never reads a record of the kind {words}."),
        (Some(way), _) => format!("{role} reads a record of the kind {words}: {}.", way_in_words(kind, way)),
    };
    narrowing(kind).map_or_else(|| sentence.clone(), |narrowing| format!("{sentence} {narrowing}"))
}

/// What came of it, as a sentence.
#[must_use]
pub fn why_in_words(ground: &Ground<'_>) -> String {
    match (ground.outcome, ground.way) {
        (Ok(None), Some(Way::Myself)) => "It is about the principal.".to_owned(),
        (Ok(None), Some(Way::MyOrganization)) => "It is the organisation that the principal acts for.".to_owned(),
        (Ok(None), Some(Way::Directory)) => "It stands in the directory.".to_owned(),
        (Ok(None), Some(Way::Personal { .. })) => "It is the principal's own, in the organisation that he acts for.".to_owned(),
        (Ok(None), _) => "It belongs to the organisation that the principal acts for, and the scope has it.".to_owned(),
        (Ok(Some(_)), _) => "A record that the scope has names it for the organisation that the principal acts for.".to_owned(),
        (Err(lack), _) => lack_in_words(lack),
    }
}

fn lack_in_words(lack: Lack) -> String {
    match lack {
        Lack::Never => "The role never reads records of this kind.".to_owned(),
        Lack::ClientScope(scope) => format!("The client lacks the scope {}.", scope.claim()),
        Lack::NotOwn => "It belongs to another organisation, or to somebody else.".to_owned(),
        Lack::Audience => "It is not meant for that side, or not for what the role has to do with.".to_owned(),
        Lack::NotNamed => "Nothing that counts leads there for the organisation that the principal acts for.".to_owned(),
        Lack::NotYet(first) => format!("What leads there counts only from {first} on."),
        Lack::Over(last) => format!("What led there counted until {last}."),
        Lack::Follow => "The client lacks the scope of what names it.".to_owned(),
        Lack::Scope => "The scope does not reach it.".to_owned(),
    }
}
