//! Callers who leave at any moment: whatever they leave half done, the next one reads the present on every connection.

use std::sync::Arc;

use tandem_domain::access::Role;
use tandem_domain::party::OrganizationType;
use tandem_domain::record::Kind;
use tandem_persistence::{Connect, Filter, NewOrganization, PageRequest, Vault};
use tandem_tests::house::{BOTH, Ground, viewer};

fn studies() -> PageRequest {
    PageRequest {
        kind: Kind::Study,
        parent: None,
        filter: Filter::everything(),
        order: Vec::new(),
        limit: 1,
        after: None,
        before: None,
        backward: false,
    }
}

/// Time in the runtime's own turns: clocks are too coarse for moments between two messages.
async fn turns_pass(turns: usize) {
    for _ in 0..turns {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaves_half_way_leaves_no_open_transaction() {
    const EMAIL: &str = "leaver@leavewood.example.org";
    for kind in BOTH {
        let ground = Ground::new(kind).await;
        let one = Connect { connections: 1, ..ground.connect.clone() };
        let vault =
            Vault::open(&one, Arc::new(tandem_domain::clock::SystemClock), Arc::new(tandem_domain::clock::SystemIds)).await.unwrap();
        let new = NewOrganization { name: "Leavewood".to_owned(), organization_type: OrganizationType::Sponsor, country_code: None };
        let organization = vault.admin_organization(new).await.unwrap();
        let roles = [Role::SStudyManager, Role::SQa, Role::SFinance, Role::SAdmin];
        vault.admin_grant(EMAIL, organization, Role::SRegulatory).await.unwrap();
        let viewer = viewer(&vault, EMAIL).await;
        let other = ground.vault().await;
        // Leaves at every moment between the first poll and a finished read.
        for turns in 0..150 {
            let store = vault.store(Arc::clone(&viewer));
            let read = async {
                let _ = store.page(&studies()).await;
                store.refresh().await;
            };
            tokio::select! {
                biased;
                () = read => {}
                () = turns_pass(turns) => {}
            }
            drop(store);
            let before = vault.access_version(viewer.principal).await.unwrap();
            other.admin_grant(EMAIL, organization, roles[turns % roles.len()]).await.unwrap();
            let after = vault.access_version(viewer.principal).await.unwrap();
            assert!(after > before, "{kind:?}, {turns} turns: the connection still reads what was before ({before:?}, {after:?})");
        }
        other.close().await;
        vault.close().await;
    }
}
