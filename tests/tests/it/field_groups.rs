//! Every field of the graph stands in a field group of the matrix that was transcribed by hand, and no group shows more than its policy.
//! A new field, part or type is a failure until it has been decided where it stands.

use std::collections::{BTreeMap, BTreeSet};

use tandem_domain::access::Role;
use tandem_domain::record::Kind;
use tandem_graphql::Graph;
use tandem_tests::matrix::fields::{COMMON, GROUPS, OTHER_ENDINGS, OTHERS, Policy};
use tandem_tests::matrix::is_read;
use tandem_tests::matrix::{READS, cell};

/// The object types of a schema's text, with the names of their fields: what stands one step in, outside descriptions and arguments.
fn types(sdl: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut types: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let (mut open, mut described) = (None, false);
    for line in sdl.lines() {
        if line.trim() == "\"\"\"" {
            described = !described;
        } else if described {
            continue;
        } else if let Some(name) = line.strip_prefix("type ").and_then(|rest| rest.split_whitespace().next()) {
            types.entry(name.to_owned()).or_default();
            open = Some(name.to_owned());
        } else if line.starts_with('}') {
            open = None;
        } else if let (Some(name), Some(field)) = (&open, line.strip_prefix('\t'))
            && field.starts_with(|first: char| first.is_ascii_lowercase())
        {
            let field: String = field.chars().take_while(char::is_ascii_alphanumeric).collect();
            types.entry(name.clone()).or_default().insert(field);
        }
    }
    types
}

/// What stands in no group, and what a group names that is not there.
fn undecided(sdl: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let types = types(sdl);
    for (name, fields) in &types {
        let Some((_, _, group)) = GROUPS.iter().find(|(kind, ..)| kind.name() == name) else {
            let known = OTHERS.contains(&name.as_str()) || OTHER_ENDINGS.iter().any(|ending| name.ends_with(ending));
            if !known {
                wrong.push(format!("nobody has decided who sees {name}"));
            }
            continue;
        };
        let group: BTreeSet<&str> = group.split_whitespace().collect();
        let own: BTreeSet<&str> = fields.iter().map(String::as_str).filter(|field| !COMMON.contains(field)).collect();
        wrong.extend(own.difference(&group).map(|field| format!("nobody has decided who sees {name}.{field}")));
        wrong.extend(group.difference(&own).map(|field| format!("there is no {name}.{field}")));
    }
    wrong.extend(GROUPS.iter().filter(|(kind, ..)| !types.contains_key(kind.name())).map(|(kind, ..)| format!("there is no {kind:?}")));
    wrong
}

#[test]
fn every_field_stands_in_a_group() {
    assert_eq!(undecided(&Graph::sdl()), Vec::<String>::new());
    let read = Kind::ALL.iter().filter(|kind| is_read(**kind)).count();
    let kinds: BTreeSet<Kind> = GROUPS.iter().map(|(kind, ..)| *kind).collect();
    assert_eq!((kinds.len(), GROUPS.len()), (read, read), "each kind has one group");
}

#[test]
fn a_field_without_a_group_is_found() {
    let sdl = Graph::sdl();
    let added = sdl.replacen("\tprotocolNumber: String!", "\tsecretPlan: String!\n\tprotocolNumber: String!", 1);
    assert_eq!(undecided(&added), ["nobody has decided who sees Study.secretPlan"]);
    assert_eq!(undecided(&format!("{sdl}\ntype Bid {{\n\tamount: Int!\n}}\n")), ["nobody has decided who sees Bid"]);
}

/// A cell of the matrix gives a kind to no role that the policy of its fields does not serve.
#[test]
fn no_cell_gives_more_than_the_policy_of_its_fields() {
    for (kind, policy, _) in GROUPS {
        for role in Role::ALL {
            let read = cell(*kind, *role).unwrap().iter().any(|word| READS.contains(word));
            assert!(!read || policy.serves(*role), "{role} reads {kind:?}, whose fields are {policy:?}");
            // All whom an internal policy serves have the kind, but for study sites and findings, of which executives get aggregates.
            let all = matches!(policy, Policy::SponsorInternal | Policy::SponsorFinance | Policy::Prepared);
            let aggregates = *role == Role::SExecutive && [Kind::StudySiteInternal, Kind::FindingInternal].contains(kind);
            assert!(read || !all || !policy.serves(*role) || aggregates, "{role} does not read {kind:?}, whose fields are {policy:?}");
        }
    }
}
