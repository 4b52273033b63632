//! The journal: append-only on PostgreSQL, and an order that loses nothing on either database.

use std::sync::Arc;

use tandem_domain::party::OrganizationType;
use tandem_persistence::{NewOrganization, Vault};
use tandem_tests::fingerprint::journal_length;
use tandem_tests::house::{Answer, BOTH, Backend, Ground, House, person};
use tandem_tests::postgres::postgres;

async fn organization(vault: &Vault, name: &str) {
    let new = NewOrganization { name: name.to_owned(), organization_type: OrganizationType::Cro, country_code: None };
    vault.admin_organization(new).await.unwrap();
}

/// Orders until so many entries have a position. On PostgreSQL a transaction of another test, anywhere in the server,
/// may hold the horizon back for a moment: entries then wait, which is what they are to do.
async fn order_until(vault: &Vault, expected: usize) {
    for _ in 0..200 {
        vault.order_journal().await.unwrap();
        let ordered = vault.ordered_after(0, 1_000).await.unwrap().len();
        assert!(ordered <= expected, "{ordered} entries are ordered where {expected} were written");
        if ordered == expected {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{expected} entries were never ordered");
}

#[tokio::test]
async fn positions_have_no_holes_and_never_change() {
    for kind in BOTH {
        let ground = Ground::new(kind).await;
        let vault = ground.vault().await;
        organization(&vault, "First").await;
        order_until(&vault, 1).await;
        let first = vault.ordered_after(0, 10).await.unwrap();
        organization(&vault, "Second").await;
        organization(&vault, "Third").await;
        order_until(&vault, 3).await;
        let all = vault.ordered_after(0, 10).await.unwrap();
        assert_eq!(all[0], first[0]);
        assert_eq!(all.iter().map(|entry| entry.position).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(vault.order_journal().await.unwrap(), 0);
        vault.close().await;
    }
}

/// A transaction that began earlier commits later, while a reader follows: what it wrote is not passed over.
#[tokio::test]
async fn two_transactions_that_commit_in_reverse_order_lose_nothing() {
    let ground = Ground::new(Backend::Postgres).await;
    let database = ground.connect.url.rsplit('/').next().unwrap().to_owned();
    let vault = ground.vault().await;
    // The early transaction takes its number, writes, and stays open for a while.
    let early = tokio::task::spawn_blocking({
        let database = database.clone();
        move || {
            let sql = "BEGIN; INSERT INTO journal (id, transaction_number, recorded_at, effective_at, actor_kind, actor_id, command, operation, \
                       kind, entity_id, version, readers, state) SELECT '00000000-0000-7000-8000-000000000001', \
                       pg_current_xact_id()::text::bigint, now(), now(), 'SYSTEM', '00000000-0000-0000-0000-000000000000', 'test', 'CREATED', \
                       'organization', '00000000-0000-7000-8000-000000000002', 1, 0, '{}'; SELECT pg_sleep(1.5); COMMIT;";
            postgres().psql(&database, sql).unwrap();
        }
    });
    let asleep = format!("SELECT count(*) FROM pg_stat_activity WHERE datname = '{database}' AND wait_event = 'PgSleep'");
    while !postgres().psql(&database, &asleep).unwrap().contains('1') {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    organization(&vault, "Late but first").await;
    let mut seen = Vec::new();
    let mut cursor = 0;
    let mut polls_before_commit = 0;
    for _ in 0..40 {
        vault.order_journal().await.unwrap();
        for entry in vault.ordered_after(cursor, 100).await.unwrap() {
            cursor = entry.position;
            seen.push(entry.entry);
        }
        if !early.is_finished() {
            polls_before_commit += 1;
            assert!(seen.is_empty(), "nothing may be ordered while an older transaction can still commit");
        }
        if seen.len() == 2 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    early.await.unwrap();
    assert!(polls_before_commit > 2, "the reader did poll while the early transaction was open");
    assert_eq!(seen.len(), 2, "both entries reached the reader");
    assert_eq!(seen[0].to_string(), "00000000-0000-7000-8000-000000000001", "in the order of the transactions");
    vault.close().await;
}

#[tokio::test]
async fn many_writers_and_two_sequencers_give_one_order() {
    for kind in BOTH {
        let ground = Ground::new(kind).await;
        let vaults = [ground.vault().await, ground.vault().await];
        let writers: Vec<_> = (0..8)
            .map(|writer| {
                let vault = vaults[writer % 2].clone();
                tokio::spawn(async move {
                    for number in 0..5 {
                        organization(&vault, &format!("Organisation {writer} {number}")).await;
                        vault.order_journal().await.unwrap();
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
        order_until(&vaults[0], 40).await;
        let all = vaults[1].ordered_after(0, 1_000).await.unwrap();
        assert_eq!(all.iter().map(|entry| entry.position).collect::<Vec<_>>(), (1..=40).collect::<Vec<i64>>(), "{kind:?}");
        let mut entries: Vec<_> = all.iter().map(|entry| entry.entry).collect();
        entries.sort();
        entries.dedup();
        assert_eq!(entries.len(), 40, "{kind:?}");
        for vault in vaults {
            vault.close().await;
        }
    }
}

/// The same on SQLite stands in `tandem-persistence`, which alone may open a connection of its own there.
#[tokio::test]
async fn the_journal_cannot_be_changed_on_postgres() {
    let ground = Ground::new(Backend::Postgres).await;
    let database = ground.connect.url.rsplit('/').next().unwrap().to_owned();
    let vault = ground.vault().await;
    organization(&vault, "Kept").await;
    order_until(&vault, 1).await;
    for table in ["journal", "journal_order"] {
        let column = if table == "journal" { "command = 'x'" } else { "position = 7" };
        for sql in [format!("UPDATE {table} SET {column}"), format!("DELETE FROM {table}"), format!("TRUNCATE {table}")] {
            let error = postgres().psql(&database, &sql).unwrap_err();
            assert!(error.contains("append-only"), "{sql}: {error}");
        }
        let kept = postgres().psql(&database, &format!("SELECT count(*) FROM {table} WHERE NOT ({column})")).unwrap();
        assert!(kept.contains('1'), "{table}: {kept}");
    }
    vault.close().await;
}

/// Sends the same request under the same key a hundred times at once, and gives the one answer that all of them get.
async fn all_at_once(house: &Arc<House>, token: &str, query: &str, key: &'static str) -> Answer {
    let asks: Vec<_> = (0..100)
        .map(|_| {
            let (house, token, query) = (Arc::clone(house), token.to_owned(), query.to_owned());
            tokio::spawn(async move { house.ask_with(&token, &query, serde_json::json!({}), &[("Idempotency-Key", key)]).await })
        })
        .collect();
    let mut answers = Vec::new();
    for ask in asks {
        answers.push(ask.await.unwrap());
    }
    let first = answers[0].clone();
    assert_eq!(first.status, 200, "{}", first.text);
    assert!(answers.iter().all(|answer| (answer.status, &answer.text) == (200, &first.text)), "{answers:?}");
    first
}

/// One effect under one key, however often and at once it is asked for, and one answer.
#[tokio::test]
async fn concurrent_repeats_of_one_request_have_one_effect() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = Arc::new(ground.serve().await);
        let token = person("marisol@quillfen");
        let query = r#"mutation { studyCreate(input: { protocolNumber: "ONE-1", briefTitle: "Once", studyType: INTERVENTIONAL }) { study { id version } userErrors { code } } }"#;
        // His first sign-in stands in the journal too.
        house.ask(&token, "{ viewer { side } }").await;
        let before = journal_length(&ground).await;
        let made = all_at_once(&house, &token, query, "key-1").await;
        let id = made.at("/data/studyCreate/study/id").as_str().unwrap_or_else(|| panic!("{}", made.text));
        assert_eq!(made.at("/data/studyCreate/study/version"), 1);
        assert_eq!(journal_length(&ground).await, before + 1, "{kind:?}");
        let edit = format!(
            r#"mutation {{ studyUpdate(input: {{ id: "{id}", expectedVersion: 1, acronym: "ONE" }}) {{ study {{ version acronym }} userErrors {{ code }} }} }}"#
        );
        let edited = all_at_once(&house, &token, &edit, "key-2").await;
        assert_eq!(edited.at("/data/studyUpdate/study"), &serde_json::json!({ "version": 2, "acronym": "ONE" }), "{}", edited.text);
        assert_eq!(journal_length(&ground).await, before + 2, "{kind:?}");
        let other = query.replace("Once", "Twice");
        let answer = house.ask_with(&token, &other, serde_json::json!({}), &[("Idempotency-Key", "key-1")]).await;
        assert_eq!(answer.at("/errors/0/extensions/code"), "IDEMPOTENCY_MISMATCH", "{}", answer.text);
        let found = house
            .ask(
                &token,
                r#"{ studies(filter: { protocolNumber: { eq: "ONE-1" } }) { totalCount nodes { briefTitle history { totalCount } } } }"#,
            )
            .await;
        assert_eq!(found.at("/data/studies/totalCount"), 1, "{}", found.text);
        assert_eq!(found.at("/data/studies/nodes/0/history/totalCount"), 2, "{}", found.text);
        Arc::into_inner(house).unwrap().stop().await;
    }
}
