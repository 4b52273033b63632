//! The policy in plain sentences: who reads a kind, through what, how scopes narrow, who does what. Made from the same tables
//! that decide; the schema's descriptions, the page for people and `explainAccess` say nothing else.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::access::way::{comes_with_study, covers_row, covers_write};
use crate::access::{Action, Cover, Facts, Link, Names, Owner, Readers, Role, Scope, Side, Way, client_scope, may_ever, ways};
use crate::id::{EngagementId, StudyId, StudySiteId, TypedId};
use crate::record::{FactColumn, Kind};
use crate::value::CountryCode;

/// What is said wherever a part is shown.
pub const WITHHELD: &str = "Withheld from your role it is null, and `extensions.redactions` names its path.";

/// Words as a list in a sentence: `a, b and c`.
#[must_use]
pub fn listed<T: AsRef<str>>(words: &[T]) -> String {
    match words {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            format!("{} and {}", first.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", "), last.as_ref())
        }
    }
}

/// Roles of people in as few words as say it: `every sponsor role but S_ADMIN`.
#[must_use]
pub fn roles_in_words(roles: &[Role]) -> String {
    let of = |side: Side| Role::ALL.iter().copied().filter(move |role| role.side() == Some(side));
    let split = |side: Side| -> (Vec<Role>, Vec<Role>) { of(side).partition(|role| roles.contains(role)) };
    let ((sponsor, no_sponsor), (vendor, no_vendor)) = (split(Side::Sponsor), split(Side::Vendor));
    let absent = [no_sponsor.clone(), no_vendor.clone()].concat();
    if !sponsor.is_empty() && !vendor.is_empty() && absent.len() <= FEW {
        return all_but("every role", &absent);
    }
    let side = |all: &str, here: &[Role], absent: &[Role]| -> Vec<String> {
        if absent.len() <= FEW && here.len() > FEW { vec![all_but(all, absent)] } else { here.iter().map(ToString::to_string).collect() }
    };
    let (sponsor, vendor) = (side("every sponsor role", &sponsor, &no_sponsor), side("every vendor role", &vendor, &no_vendor));
    match (sponsor.as_slice(), vendor.as_slice()) {
        ([sponsors], [vendors]) if sponsors.contains(' ') && vendors.contains(' ') => format!("{sponsors}, and {vendors}"),
        _ => listed(&[sponsor, vendor].concat()),
    }
}

/// So many roles are named as those left out.
const FEW: usize = 3;

fn all_but(all: &str, absent: &[Role]) -> String {
    let absent: Vec<String> = absent.iter().map(ToString::to_string).collect();
    if absent.is_empty() { all.to_owned() } else { format!("{all} but {}", listed(&absent)) }
}

/// What leads one way to rows of a kind, in few words.
#[must_use]
pub fn way_in_words(kind: Kind, way: Way) -> String {
    let words = match way {
        Way::Owned { owner, .. } => match owner {
            Owner::Sponsor => "in the sponsor's organisation".to_owned(),
            Owner::Vendor => "in the engaged vendor".to_owned(),
            Owner::PrimeVendor => "in the vendor that subcontracts".to_owned(),
            Owner::Organization => "in the organisation that it belongs to".to_owned(),
        },
        Way::Personal { owner: Owner::Sponsor, .. } => "written by oneself, in the sponsor's organisation".to_owned(),
        Way::Personal { .. } => "one's own, in the engaged vendor".to_owned(),
        Way::Linked { via, names, .. } => linked_in_words(kind, via, names),
        Way::Myself => match kind.whole() {
            Kind::Person => "oneself".to_owned(),
            Kind::ApiClient => "itself".to_owned(),
            _ => "one's own".to_owned(),
        },
        Way::MyOrganization => "one's own".to_owned(),
        Way::Directory => "from the directory of those that use Tandem".to_owned(),
        Way::Reaching { names } => format!("one that reaches into their {}", named_in_words(names)),
    };
    let words = narrowed_by_audience(kind, way).map_or_else(|| words.clone(), |what| format!("{words}, {what}"));
    if only_whole(way) { format!("{words}, with scope ALL_ORG") } else { words }
}

/// What of a kind an audience comes to, where it is less than all that the side has.
fn narrowed_by_audience(kind: Kind, way: Way) -> Option<&'static str> {
    if matches!(kind, Kind::ProtocolVersion | Kind::Amendment) {
        return (!matches!(way, Way::Owned { audience: Readers::SPONSOR, .. })).then_some("once approved");
    }
    let (Way::Owned { audience, .. } | Way::Personal { audience, .. }) = way else { return None };
    let begins_hidden = matches!(kind, Kind::Finding | Kind::Document);
    let meets = |other: Readers| audience.meets(other);
    match kind {
        Kind::Comment if audience != Readers::CLIENT => Some("for their side, on what they read"),
        Kind::Comment => Some("on deliverables, for both sides"),
        Kind::Deliverable | Kind::DeliverableSubmission | Kind::DeliverableReview if audience == Readers::CRA => {
            Some("of reports of monitoring visits")
        }
        _ if audience == Readers::CRA => Some("of sites"),
        _ if audience == Readers::DATA => Some("about data"),
        Kind::Finding | Kind::FindingInternal if meets(Readers::SPONSOR_DRAFT) && meets(Readers::SPONSOR) => {
            Some("their side's drafts too")
        }
        Kind::Finding if meets(Readers::VENDOR_DRAFT) => Some("their side's drafts too"),
        Kind::Finding if audience == Readers::SPONSOR_DRAFT => None,
        _ if begins_hidden && kind == Kind::Finding => Some("once issued"),
        _ if begins_hidden => Some("once out of the other side's draft"),
        _ => None,
    }
}

fn named_in_words(names: Names) -> &'static str {
    match names {
        Names::Anything | Names::Study => "studies",
        Names::Engagement => "engagements",
    }
}

fn linked_in_words(kind: Kind, via: Kind, names: Names) -> String {
    match (kind.whole(), via) {
        (Kind::Organization, Kind::Study) => "a fellow vendor, where the sponsor shares the list".to_owned(),
        (Kind::Organization | Kind::Person, Kind::Engagement) => "named by an engagement that they have".to_owned(),
        (Kind::ApiClient, Kind::Engagement) => "reaching an engagement that they have".to_owned(),
        (Kind::Person, Kind::Membership) => match names {
            Names::Anything => "named by a membership of their organisation".to_owned(),
            Names::Study => "named by a membership of their organisation in a study".to_owned(),
            Names::Engagement => "named by a membership of their organisation in an engagement".to_owned(),
        },
        (Kind::Person, Kind::Study) => format!("named by a membership that reaches into their {}", named_in_words(names)),
        (_, Kind::Engagement) => "through their vendor's engagements".to_owned(),
        (_, via) => format!("through a {} that they have", via.words()),
    }
}

/// The same in still fewer words, where a description has to be short: ways that differ little are one.
fn gist(kind: Kind, way: Way) -> String {
    match (kind.whole(), way) {
        (Kind::Person, Way::Linked { via: Kind::Membership | Kind::Study, .. }) => "named by a membership that they know of".to_owned(),
        (Kind::Organization, Way::Linked { via: Kind::Engagement, .. }) => "named by an engagement that they have".to_owned(),
        (Kind::Membership, Way::Reaching { .. }) => "reaching into their studies or engagements".to_owned(),
        _ => way_in_words(kind, way),
    }
}

fn only_whole(way: Way) -> bool {
    matches!(
        way,
        Way::Owned { cover: Cover::Whole, .. } | Way::Personal { cover: Cover::Whole, .. } | Way::Linked { cover: Cover::Whole, .. }
    )
}

/// Who reads a kind, one clause for each way: the people's roles, and what leads them there.
#[must_use]
pub fn readers_by_way(kind: Kind) -> Vec<(String, String)> {
    by_words(kind, way_in_words)
}

fn by_words(kind: Kind, words: fn(Kind, Way) -> String) -> Vec<(String, String)> {
    let mut found: Vec<(String, Vec<Role>)> = Vec::new();
    for role in Role::ALL.iter().filter(|role| role.side().is_some()) {
        for way in ways(kind, *role) {
            let words = words(kind, *way);
            match found.iter_mut().find(|(known, _)| *known == words) {
                Some((_, roles)) if roles.contains(role) => {}
                Some((_, roles)) => roles.push(*role),
                None => found.push((words, vec![*role])),
            }
        }
    }
    found.into_iter().map(|(words, roles)| (roles_in_words(&roles), words)).collect()
}

/// Who reads a kind, how scopes narrow, and what a machine client needs: a few short sentences.
#[must_use]
pub fn read_by(kind: Kind) -> String {
    let people: Vec<String> = by_words(kind, gist).into_iter().map(|(roles, words)| format!("{roles} ({words})")).collect();
    let read = if people.is_empty() { "Read by nobody.".to_owned() } else { format!("Read by {}.", people.join("; ")) };
    [Some(read), narrowing(kind), Some(client_sentence(kind))].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// What a machine client needs to read a kind.
#[must_use]
pub fn client_sentence(kind: Kind) -> String {
    let leading = ways(kind, Role::PClient);
    match client_scope(kind) {
        _ if leading.is_empty() => "No machine client reads it.".to_owned(),
        Some(scope) => format!("A machine client needs the scope {}.", scope.claim()),
        None => {
            let words: Vec<String> = leading.iter().map(|way| gist(kind, *way)).collect();
            format!("A machine client: {}.", words.join("; "))
        }
    }
}

/// The scopes that are narrower than the organisation, by their terms.
pub const NARROWER: [&str; 4] = ["STUDY", "ENGAGEMENT", "COUNTRY", "SITE"];

/// Which of the narrower scopes can have rows of a kind, where the row's own facts say whose it is; nothing where links alone do.
#[must_use]
pub fn narrower_readers(kind: Kind) -> Option<(Cover, Vec<&'static str>)> {
    let cover = Role::ALL.iter().flat_map(|role| ways(kind, *role)).find_map(|way| match way {
        Way::Owned { cover: cover @ (Cover::Row | Cover::Header), .. }
        | Way::Personal { cover: cover @ (Cover::Row | Cover::Header), .. } => Some(*cover),
        Way::Reaching { .. } => Some(Cover::Row),
        _ => None,
    })?;
    let (facts, scopes) = example(kind);
    let covers = |scope: &Scope| covers_row(scope, cover, &facts, NaiveDate::MIN);
    Some((cover, scopes.iter().filter(|(_, scope)| covers(scope)).map(|(term, _)| *term).collect()))
}

/// How a scope narrower than the organisation narrows the reading of a kind.
#[must_use]
pub fn narrowing(kind: Kind) -> Option<String> {
    match narrower_readers(kind) {
        Some((Cover::Header, _)) if kind.whole() == Kind::Study => Some("A narrower scope has its own study.".to_owned()),
        Some((Cover::Header, _)) if comes_with_study(kind) => Some("A narrower scope has those of its own study.".to_owned()),
        Some((Cover::Header, _)) => {
            Some("A narrower scope has those of its study; scope ENGAGEMENT has its own with what is subcontracted.".to_owned())
        }
        Some((_, having)) if having.len() == NARROWER.len() => Some("A narrower scope has what lies in it.".to_owned()),
        Some((_, having)) if having.is_empty() => Some("Only scope ALL_ORG has it.".to_owned()),
        Some((_, having)) => {
            let verb = if having.len() == 1 { "has what lies in it" } else { "have what lies in them" };
            Some(format!("Of narrower scopes {} {verb}, others nothing.", listed(&having)))
        }
        None => None,
    }
}

/// The roles that may ever do this to rows of a kind.
#[must_use]
pub fn doers(kind: Kind, action: Action) -> Vec<Role> {
    Role::ALL.iter().copied().filter(|role| may_ever(kind, action, *role)).collect()
}

/// Who may do this to rows of a kind; nothing where nobody may.
#[must_use]
pub fn done_by(kind: Kind, action: Action) -> Option<String> {
    let roles = doers(kind, action);
    if roles.is_empty() {
        return None;
    }
    let scope = match roles.as_slice() {
        _ if kind == Kind::ExternalReference => "each of what it reads",
        _ if narrower_writers(kind, action).is_empty() => "with scope ALL_ORG",
        [_] => "within its scope",
        _ => "each within its scope",
    };
    let mut words = format!("May be done by {}, {scope}.", roles_in_words(&roles));
    if roles.iter().any(|role| role.side() == Some(Side::Vendor)) && crate::access::lies_where_engagements_work(kind) {
        words.push_str(" A vendor's role only while its engagement is at work there.");
    }
    Some(words)
}

/// Which of the narrower scopes can do this to rows of a kind. What is only to be has an id that no scope names yet.
#[must_use]
pub fn narrower_writers(kind: Kind, action: Action) -> Vec<&'static str> {
    let (mut facts, scopes) = example(kind);
    if action == Action::Create {
        let own = |fact| kind.def().part_of.is_none() && kind.def().fact(fact) == Some("id");
        facts.study = facts.study.filter(|_| !own(FactColumn::Study));
        facts.engagement = facts.engagement.filter(|_| !own(FactColumn::Engagement));
        facts.study_site = facts.study_site.filter(|_| !own(FactColumn::StudySite));
        facts.links.clear();
    }
    scopes.iter().filter(|(_, scope)| covers_write(scope, &facts, NaiveDate::MIN)).map(|(term, _)| *term).collect()
}

/// A row of a kind, all of whose facts are set as far as the kind has them, and a scope of each narrower sort in which such a row would lie.
fn example(kind: Kind) -> (Facts, Vec<(&'static str, Scope)>) {
    let id = Uuid::from_u128;
    let has = |fact| kind.def().fact(fact).is_some();
    let (study, engagement, study_site) = (id(1), id(2), id(3));
    let country: Option<CountryCode> = "DE".parse().ok();
    let link = Link {
        organization: id(4),
        via: Kind::Engagement,
        via_id: engagement,
        study: Some(study),
        engagement: Some(engagement),
        prime_engagement: None,
        country: None,
        study_site: None,
        valid_from: None,
        valid_to: None,
        at_work: true,
    };
    let facts = Facts {
        kind,
        id: id(5),
        readers: Readers::NONE,
        sponsor: None,
        study: has(FactColumn::Study).then_some(study),
        vendor: None,
        engagement: has(FactColumn::Engagement).then_some(engagement),
        prime_vendor: None,
        prime_engagement: None,
        country: country.filter(|_| has(FactColumn::Country)).map(|country| country.to_string()),
        study_site: has(FactColumn::StudySite).then_some(study_site),
        organization: None,
        person: None,
        links: vec![link],
    };
    let (study, engagement) = (StudyId::from_uuid(study), EngagementId::from_uuid(engagement));
    let mut scopes = vec![("STUDY", Scope::Study(study)), ("ENGAGEMENT", Scope::Engagement { engagement, study })];
    scopes.extend(country.map(|country| ("COUNTRY", Scope::Country { study, country })));
    scopes.push(("SITE", Scope::StudySite { study_site: StudySiteId::from_uuid(study_site), study }));
    (facts, scopes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_named_by_the_shorter_list() {
        let people: Vec<Role> = Role::ALL.iter().copied().filter(|role| role.side().is_some()).collect();
        let but = |absent: &[Role]| people.iter().copied().filter(|role| !absent.contains(role)).collect::<Vec<_>>();
        assert_eq!(roles_in_words(&people), "every role");
        assert_eq!(roles_in_words(&but(&[Role::SAdmin, Role::VAdmin])), "every role but S_ADMIN and V_ADMIN");
        assert_eq!(roles_in_words(&[Role::VCra, Role::SQa]), "S_QA and V_CRA");
        assert_eq!(roles_in_words(&[Role::SAdmin]), "S_ADMIN");
        let sponsors: Vec<Role> = people.iter().copied().filter(|role| role.side() == Some(Side::Sponsor)).collect();
        assert_eq!(roles_in_words(&sponsors), "every sponsor role");
        assert_eq!(roles_in_words(&[sponsors, vec![Role::VQa]].concat()), "every sponsor role and V_QA");
    }

    #[test]
    fn sentences_say_what_the_policy_does() {
        assert_eq!(
            read_by(Kind::Study),
            "Read by every sponsor role but S_ADMIN (in the sponsor's organisation); every vendor role but V_ADMIN (through their \
             vendor's engagements). A narrower scope has its own study. A machine client needs the scope study:read."
        );
        assert_eq!(
            read_by(Kind::StudyBenchmark),
            "Read by S_VENDOR_MANAGER and S_FINANCE (in the sponsor's organisation). Of narrower scopes STUDY has what lies in it, \
             others nothing. No machine client reads it."
        );
        assert_eq!(
            read_by(Kind::StudyCountry),
            "Read by every sponsor role but S_EXECUTIVE and S_ADMIN (in the sponsor's organisation); every vendor role but V_FINANCE \
             and V_ADMIN (through their vendor's engagements). Of narrower scopes STUDY, ENGAGEMENT and COUNTRY have what lies in \
             them, others nothing. A machine client needs the scope site:read."
        );
        assert_eq!(done_by(Kind::Study, Action::Create).unwrap(), "May be done by S_STUDY_MANAGER, with scope ALL_ORG.");
        assert_eq!(
            done_by(Kind::StudySite, Action::Update).unwrap(),
            "May be done by S_STUDY_MANAGER, S_REGULATORY, V_PROJECT_MANAGER and V_CRA, each within its scope. A vendor's role only \
             while its engagement is at work there."
        );
        assert_eq!(done_by(Kind::Organization, Action::Create), None);
    }

    #[test]
    fn every_kind_has_short_sentences_that_name_each_role_that_reads_it() {
        for kind in Kind::ALL {
            let words = read_by(*kind);
            let most = match kind {
                // What they come to differs by role more than elsewhere.
                Kind::Finding | Kind::Comment => 650,
                _ => 420,
            };
            assert!(words.len() <= most, "{kind:?}: {} in {words}", words.len());
            for role in Role::ALL.iter().filter(|role| role.side().is_some()) {
                let reads = !ways(*kind, *role).is_empty();
                let side = if role.side() == Some(Side::Sponsor) { "every sponsor role" } else { "every vendor role" };
                let named = words.contains(&role.to_string());
                let told = named || words.contains(side) || words.contains("every role");
                assert!(!reads || told, "{kind:?} is read by {role}: {words}");
                assert!(reads || named || !told, "{kind:?} is not read by {role}: {words}");
            }
        }
    }
}
