//! Every mutation by every role that the hand-written matrix gives no verb for it: refused, tried or meant, whatever version is guessed.
//! Nothing is written: no row, no journal entry.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use tandem_domain::access::Role;
use tandem_domain::command::{CommandDef, Flavour, catalogue};
use tandem_domain::record::{Kind, Scalar};
use tandem_tests::fingerprint::{fingerprint, journal_length};
use tandem_tests::house::{Backend, Ground};
use tandem_tests::matrix::cell;
use tandem_tests::sweep::people::PEOPLE;
use tandem_tests::sweep::sight::{PERSONAS, Persona};

use super::Ward;
use crate::refusals::{Targets, input, pascal};

/// What the matrix calls what a mutation does, and of which kind of record.
fn verb(command: &CommandDef) -> (Kind, &'static str) {
    let name = command.name.as_str();
    let part = Kind::ALL.iter().copied().find(|kind| {
        let word = kind.name().trim_start_matches(kind.whole().name());
        kind.def().part_of == Some(command.kind) && name.ends_with(&format!("{word}Update"))
    });
    let word = match name {
        "personInvite" | "membershipGrant" => "C",
        _ if command.flavour == Flavour::Create => "C",
        // A scope is ended by setting its last day.
        "serviceScopeEnd" | "apiClientNarrow" | "accessReviewDecide" | "accessReviewComplete" => "U",
        // An action has no lifecycle: that it is done is written on it.
        "capaActionComplete" => "U",
        _ if name.ends_with("Update") => "U",
        "membershipEnd" | "apiClientEnd" => "E",
        _ if name.ends_with("Confirm") => "confirm",
        _ => "T",
    };
    (part.unwrap_or(command.kind), word)
}

/// One persona for each role, with the whole organisation.
fn who() -> Vec<(&'static Persona, Role)> {
    let mut found = Vec::new();
    for persona in PERSONAS {
        let role = match persona.scopes {
            Some(_) => Some(Role::PClient),
            None => PEOPLE.iter().find(|(name, ..)| *name == persona.name).and_then(|(_, role, _)| *role),
        };
        if let Some(role) = role
            && found.iter().all(|(_, other)| *other != role)
        {
            found.push((persona, role));
        }
    }
    found
}

async fn every_mutation_is_refused(backend: Backend) {
    let ground = Ground::new(backend).await;
    let (ward, house) = Ward::on(&ground).await;
    let people = who();
    assert_eq!(people.iter().map(|(_, role)| *role).collect::<BTreeSet<_>>().len(), Role::ALL.len(), "every role is there");
    for (persona, _) in &people {
        ward.asker(persona.name).ask("{ viewer { side } }", json!({})).await;
    }
    let (before, length) = (fingerprint(&ground).await, journal_length(&ground).await);
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    let mut tried: BTreeSet<&str> = BTreeSet::new();
    for (persona, role) in &people {
        let (sight, asker) = (persona.sight(&ward.planted), ward.asker(persona.name));
        let shown: BTreeSet<String> = ward.planted.iter().filter(|one| sight.may.contains(&one.key())).map(|one| one.shown_id()).collect();
        let of = |kind: Kind, seen: bool| {
            let mut there = ward.planted.iter().filter(|one| one.entity.kind() == kind);
            let found = there.clone().find(|one| sight.must.contains(&one.key()) == seen);
            found.or_else(|| there.next()).map(|one| (kind, one.shown_id()))
        };
        for command in catalogue() {
            let (kind, word) = verb(command);
            if cell(kind, *role).unwrap().contains(&word) {
                continue;
            }
            tried.insert(&command.name);
            let document = format!(
                "mutation($input: {}Input!) {{ answer: {}(input: $input) {{ userErrors {{ code message field }} }} }}",
                pascal(&command.name),
                command.name
            );
            for seen in [true, false] {
                let targets = Targets(Kind::ALL.iter().filter_map(|kind| of(*kind, seen)).collect());
                let object = input(command, &targets);
                // Of a change the record itself counts: who may not is told so before what else is named is looked up.
                let counts = |name: &str| command.flavour == Flavour::Create || name == "id";
                let required = command.fields.iter().filter(|field| field.shape.required && counts(field.name));
                let named = required.filter_map(|field| match field.shape.scalar {
                    Scalar::Id(kind) => Some(targets.0[&kind].clone()),
                    _ => None,
                });
                let visible = named.clone().all(|id| shown.contains(&id));
                let expected = if command.flavour == Flavour::Create || visible { "FORBIDDEN" } else { "NOT_FOUND" };
                let mut answers = BTreeSet::new();
                // What is hidden is tried once: guessed versions of it are `mutations`' matter.
                for (dry, version) in [(false, 1), (true, 1), (false, 7)].into_iter().take(if seen { 3 } else { 1 }) {
                    let mut object = object.clone();
                    object["dryRun"] = json!(dry);
                    if command.flavour != Flavour::Create {
                        object["expectedVersion"] = json!(version);
                    }
                    let answer = asker.ask(&document, json!({ "input": object })).await;
                    let body = answer.json();
                    let codes: Vec<&str> = body["data"]["answer"]["userErrors"]
                        .as_array()
                        .into_iter()
                        .flatten()
                        .filter_map(|error| error["code"].as_str())
                        .collect();
                    assert_eq!(codes, [expected], "{} {} (sees it: {visible}): {}", persona.name, command.name, answer.text);
                    answers.insert(answer.everything());
                }
                assert_eq!(answers.len(), 1, "{} {}: a version or a try tells something: {answers:?}", persona.name, command.name);
                *refused.entry(expected.to_owned()).or_default() += if seen { 3 } else { 1 };
            }
        }
    }
    println!("every mutation by every role that may not, on {backend:?}: {} people, {} mutations, {refused:?}", people.len(), tried.len());
    assert_eq!(tried.len(), catalogue().len(), "every mutation is forbidden to somebody");
    assert_eq!(journal_length(&ground).await, length);
    assert_eq!(fingerprint(&ground).await, before, "a refused command wrote something");
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_mutation_is_refused_to_every_role_without_it_on_sqlite() {
    every_mutation_is_refused(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_mutation_is_refused_to_every_role_without_it_on_postgres() {
    every_mutation_is_refused(Backend::Postgres).await;
}
