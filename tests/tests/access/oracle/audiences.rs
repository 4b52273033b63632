//! The second lock: a row is there only for the audiences stored on it, whatever way leads to it.
//! No role has a way to what is not meant for it, so an ordinary world does not try this lock. Here audiences are taken away
//! from what is stored, one after the other, and the store has to answer as the policy decides.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tandem_domain::access::Readers;
use tandem_domain::record::Kind;
use tandem_persistence::{Filter, PageRequest};
use tandem_tests::worlds::Built;
use uuid::Uuid;

use super::database::{Engine, Fresh};
use super::facts::Facts;
use super::{Tally, decided, differ, viewer_of};

/// Every audience there is.
pub(super) const ALL: [(&str, Readers); 12] = [
    ("sponsor", Readers::SPONSOR),
    ("vendor", Readers::VENDOR),
    ("prime", Readers::PRIME),
    ("client", Readers::CLIENT),
    ("members", Readers::MEMBERS),
    ("directory", Readers::DIRECTORY),
    ("CRAs", Readers::CRA),
    ("data", Readers::DATA),
    ("finance", Readers::FINANCE),
    ("functions", Readers::FUNCTIONS),
    ("sponsor's drafts", Readers::SPONSOR_DRAFT),
    ("vendor's drafts", Readers::VENDOR_DRAFT),
];

/// What vanished when an audience was taken away, over all worlds.
pub(super) type Vanished = BTreeMap<&'static str, usize>;

/// Writes the world, takes one audience after the other away, and lets everybody ask for everything each time.
pub(super) async fn check(engine: &Engine, built: &Built, vanished: &mut Vanished) -> Result<Tally, String> {
    let Fresh { vault, .. } = &engine.fresh().await;
    vault.seed("oracle", built.records.clone()).await.map_err(|error| format!("the world cannot be written: {error}"))?;
    let mut facts = Facts::of_world(&built.world);
    let mut tally = Tally { worlds: 1, records: built.records.len(), ..Tally::default() };
    let mut before = 0;
    for (name, audience) in [("nobody", Readers::NONE)].into_iter().chain(ALL) {
        facts.take_away(audience);
        for kind in kept() {
            vault.narrow_audiences(kind, audience).await.map_err(|error| error.to_string())?;
        }
        let mut seen = 0;
        for who in &built.sign_ins {
            let viewer = viewer_of(&built.world, who);
            let store = vault.store(Arc::new(viewer.clone()));
            tally.viewers += 1;
            for kind in kept() {
                let what = format!("by_ids without the audience {name}");
                let expected = decided(&viewer, &facts, kind);
                let all: Vec<Uuid> = facts.of_kind(kind).map(|facts| facts.id).collect();
                let found = store.by_ids(kind, &all).await.map_err(|error| error.to_string())?;
                differ(built, &what, &viewer, kind, &expected, &found.keys().copied().collect::<BTreeSet<_>>())?;
                let count = store.count(&everything(kind)).await.map_err(|error| error.to_string())?;
                if usize::try_from(count).ok() != Some(expected.len()) {
                    return Err(format!("{count} of {kind:?} are counted without the audience {name} for {viewer:?}"));
                }
                seen += expected.len();
                tally.comparisons += all.len() + 1;
            }
            store.refresh().await;
        }
        *vanished.entry(name).or_default() += usize::saturating_sub(before, seen);
        before = seen;
        tally.seen += seen;
    }
    vault.clone().close().await;
    Ok(tally)
}

/// The kinds whose rows can be changed at all: of the access log the database changes nothing, whoever asks.
fn kept() -> impl Iterator<Item = Kind> {
    Kind::ALL.iter().copied().filter(|kind| *kind != Kind::AccessEvent)
}

fn everything(kind: Kind) -> PageRequest {
    PageRequest {
        kind,
        parent: None,
        filter: Filter::everything(),
        order: Vec::new(),
        limit: 1,
        after: None,
        before: None,
        backward: false,
    }
}
