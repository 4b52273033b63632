//! The big world in small: written by thousands it is what writing one record after the other makes of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use tandem_domain::access::Role;
use tandem_domain::record::{Entity, Kind};
use tandem_gateway::bulk::{self, Plan, SeedError};
use tandem_gateway::demo;
use tandem_persistence::{Admission, SignIn, Vault};
use tandem_tests::house::{BOTH, Backend, Ground};

async fn seeded(backend: Backend, plan: &Plan) -> Ground {
    let ground = Ground::new(backend).await;
    bulk::seed(&ground.connect, plan, |_| ()).await.unwrap();
    ground
}

/// Every link to records of a kind, as sorted texts.
async fn links(vault: &Vault, kind: Kind) -> Vec<String> {
    let mut texts: Vec<String> = vault.all_links(kind).await.unwrap().iter().map(|link| format!("{link:?}")).collect();
    texts.sort();
    texts
}

fn linked() -> impl Iterator<Item = Kind> {
    Kind::ALL.iter().copied().filter(|kind| kind.def().linked)
}

#[tokio::test]
async fn all_is_there_with_its_facts_and_its_entry() {
    let plan = Plan::tiny();
    let mut expected: BTreeMap<Kind, i64> = BTreeMap::new();
    for record in bulk::world(&plan).flatten() {
        *expected.entry(record.kind()).or_default() += 1;
    }
    for backend in BOTH {
        let ground = Ground::new(backend).await;
        let mut told = 0;
        let made = bulk::seed(&ground.connect, &plan, |progress| told = progress.records).await.unwrap();
        assert_eq!(told, made.counts.values().sum::<usize>(), "{backend:?}");
        let vault = ground.vault().await;
        for kind in Kind::ALL {
            let there = vault.count_all(*kind).await.unwrap();
            assert_eq!(there, expected.get(kind).copied().unwrap_or(0), "{backend:?} {kind:?}");
            assert_eq!(vault.check_facts(*kind).await.unwrap(), 0, "{backend:?} {kind:?}");
            assert_eq!(vault.check_journal(*kind).await.unwrap(), 0, "{backend:?} {kind:?}");
        }
        // Mostly the journal is in order already; on PostgreSQL another test's transaction may hold the last of it back for a moment.
        let (mut entries, mut tries) = (0, 0);
        while i64::try_from(entries).unwrap() < expected.values().sum::<i64>() && tries < 200 {
            tokio::time::sleep(std::time::Duration::from_millis(50 * u64::from(tries > 0))).await;
            vault.order_journal().await.unwrap();
            entries = vault.ordered_after(0, 1_000_000).await.unwrap().len();
            tries += 1;
        }
        assert_eq!(i64::try_from(entries).unwrap(), expected.values().sum::<i64>(), "{backend:?}");
        vault.close().await;
    }
}

#[tokio::test]
async fn many_at_once_leave_the_links_that_one_by_one_leave() {
    let plan = Plan { blocks: 1, people: 8, ..Plan::tiny() };
    for backend in BOTH {
        let (at_once, apart) = (seeded(backend, &plan).await, Ground::new(backend).await);
        let (many, single) = (at_once.vault().await, apart.vault().await);
        for record in bulk::world(&plan).flatten() {
            single.seed("seed", vec![record]).await.unwrap();
        }
        for kind in linked() {
            let links = links(&many, kind).await;
            assert_eq!(links, self::links(&single, kind).await, "{backend:?} {kind:?}");
            assert!(
                !links.is_empty() || kind == Kind::ApiClient,
                "{backend:?}: the world has no link to a {kind:?}, so this shows nothing"
            );
        }
    }
}

#[tokio::test]
async fn the_order_of_many_does_not_matter_to_links() {
    let plan = Plan { blocks: 1, people: 8, ..Plan::tiny() };
    let is_study = |record: &Entity| record.kind() == Kind::Study;
    let (mut records, others): (Vec<Entity>, Vec<Entity>) = bulk::world(&plan).flatten().partition(is_study);
    // Scopes come before their engagements, and sites after both: what comes later says what follows.
    records.extend(others.into_iter().rev());
    for backend in BOTH {
        let (at_once, backwards) = (seeded(backend, &plan).await, Ground::new(backend).await);
        let (forwards, vault) = (at_once.vault().await, backwards.vault().await);
        for some in records.chunks(97) {
            vault.seed("seed", some.to_vec()).await.unwrap();
        }
        for kind in linked() {
            assert_eq!(links(&forwards, kind).await, links(&vault, kind).await, "{backend:?} {kind:?}");
        }
    }
}

#[tokio::test]
async fn a_database_that_is_not_empty_is_refused_and_stays_as_it_was() {
    for backend in BOTH {
        let ground = Ground::with_demo(backend).await;
        let refused = bulk::seed(&ground.connect, &Plan::tiny(), |_| ()).await;
        assert!(matches!(refused, Err(SeedError::NotEmpty(7))), "{backend:?}: {refused:?}");
        assert_eq!(ground.vault().await.count_all(Kind::Study).await.unwrap(), 12, "{backend:?}");
    }
}

#[tokio::test]
async fn the_personas_are_who_they_are_said_to_be() {
    for backend in BOTH {
        let ground = seeded(backend, &Plan::tiny()).await;
        let vault = ground.vault().await;
        let person = |email: &str| SignIn {
            issuer: demo::ISSUER.to_owned(),
            subject: email.to_owned(),
            verified_email: Some(email.to_owned()),
            ..SignIn::default()
        };
        let scopes = ["study:read", "site:read", "engagement:read"].map(str::to_owned).to_vec();
        let client = SignIn {
            issuer: demo::ISSUER.to_owned(),
            subject: bulk::client_id(0, 0),
            client: true,
            scopes: Some(scopes),
            ..SignIn::default()
        };
        let personas = [
            (person(bulk::STUDY_MANAGER), Role::SStudyManager),
            (person(bulk::PROJECT_MANAGER), Role::VProjectManager),
            (client, Role::PClient),
        ];
        for (sign_in, role) in personas {
            let Admission::Admitted(viewer) = vault.admit(&sign_in, None).await.unwrap() else { panic!("{sign_in:?} is not admitted") };
            assert_eq!(viewer.grants.iter().map(|grant| grant.role).collect::<Vec<_>>(), [role], "{backend:?}");
            let all: Vec<_> = bulk::world(&Plan::tiny()).flatten().filter(|one| one.kind() == Kind::Study).map(|one| one.uuid()).collect();
            let seen = vault.store(Arc::new(viewer)).by_ids(Kind::Study, &all).await.unwrap().len();
            assert!(seen > 1 && seen < all.len(), "{backend:?}: {role} sees {seen} of {}", all.len());
        }
    }
}
