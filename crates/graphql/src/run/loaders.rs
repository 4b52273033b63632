//! Request-scoped loaders: whatever many fields of one level ask for becomes one statement. They hold the viewer's store.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use dataloader::BatchFn;
use dataloader::cached::Loader;
use tandem_domain::access::Facts;
use tandem_domain::lifecycle::Confirmation;
use tandem_domain::record::Kind;
use tandem_persistence::{Filter, GuardKey, HistoryPage, PageRequest, PageSlice, Row, Store, StoreError};
use uuid::Uuid;

/// What a loader gives for a key.
type Loaded<T> = Result<T, StoreError>;

/// How many times a loader lets other fields go first before it asks the database. The executor polls a wide level in portions:
/// with two, a level of 500 rows was asked for in two statements.
const YIELDS: usize = 20;

/// The most keys that one statement takes; more than the largest level of an answer.
const BATCH: usize = 20_000;

/// A page under one parent; pages that are asked for alike are loaded together.
#[derive(Clone, Debug)]
pub(crate) struct PageKey {
    pub(crate) request: Arc<PageRequest>,
    /// What the request says, as text: equal requests have equal texts.
    pub(crate) digest: Arc<str>,
    pub(crate) parent: Uuid,
}

impl PageKey {
    pub(crate) fn new(request: PageRequest, parent: Uuid) -> Self {
        let digest = format!("{request:?}").into();
        Self { request: Arc::new(request), digest, parent }
    }
}

impl PartialEq for PageKey {
    fn eq(&self, other: &Self) -> bool {
        self.parent == other.parent && self.digest == other.digest
    }
}

impl Eq for PageKey {}

impl Hash for PageKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parent.hash(state);
        self.digest.hash(state);
    }
}

/// Which page of a history: of which kind, after which entry, how long.
type HistoryPlace = (Kind, Option<(i64, Uuid)>, usize);

/// A page of a record's history.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct HistoryKey {
    pub(crate) kind: Kind,
    pub(crate) id: Uuid,
    pub(crate) after: Option<(i64, Uuid)>,
    pub(crate) limit: usize,
}

macro_rules! batches {
    ($($(#[$doc:meta])* $name:ident($key:ty => $value:ty) |$store:ident, $keys:ident| $load:block)*) => {$(
        $(#[$doc])*
        pub(crate) struct $name(Arc<Store>);

        impl BatchFn<$key, Loaded<$value>> for $name {
            async fn load(&mut self, keys: &[$key]) -> HashMap<$key, Loaded<$value>> {
                let ($store, $keys) = (&self.0, keys);
                let loaded: Loaded<HashMap<$key, $value>> = async move { $load }.await;
                match loaded {
                    Ok(mut found) => keys.iter().map(|key| (key.clone(), Ok(found.remove(key).unwrap_or_default()))).collect(),
                    Err(error) => keys.iter().map(|key| (key.clone(), Err(error.clone()))).collect(),
                }
            }
        }
    )*};
}

batches! {
    /// Records by id.
    Rows((Kind, Uuid) => Option<Arc<Row>>) |store, keys| {
        let mut found = HashMap::new();
        for (kind, ids) in by_kind(keys.iter().copied()) {
            found.extend(store.by_ids(kind, &ids).await?.into_iter().map(|(id, row)| ((kind, id), Some(row))));
        }
        Ok(found)
    }

    /// Pages under parents.
    Pages(PageKey => PageSlice) |store, keys| {
        let mut found = HashMap::new();
        for group in alike(keys) {
            let parents: Vec<Uuid> = group.iter().map(|key| key.parent).collect();
            if let Some(first) = group.first() {
                let slices = store.pages(&first.request, &parents).await?;
                found.extend(group.into_iter().cloned().zip(slices));
            }
        }
        Ok(found)
    }

    /// How many there are under parents.
    Counts(PageKey => i64) |store, keys| {
        let mut found = HashMap::new();
        for group in alike(keys) {
            let parents: Vec<Uuid> = group.iter().map(|key| key.parent).collect();
            if let Some(first) = group.first() {
                let counts = store.counts(&first.request, &parents).await?;
                found.extend(group.into_iter().cloned().zip(counts));
            }
        }
        Ok(found)
    }

    /// Answers of guards.
    Guards(GuardKey => bool) |store, keys| { store.guards(keys).await }

    /// Confirmations that stand, with their version.
    Confirmations((Kind, Uuid) => Option<(i64, Confirmation)>) |store, keys| {
        let mut found = HashMap::new();
        for (kind, ids) in by_kind(keys.iter().copied()) {
            found.extend(store.confirmations(kind, &ids).await?.into_iter().map(|(id, standing)| ((kind, id), Some(standing))));
        }
        Ok(found)
    }

    /// Facts with links, of records that the viewer sees.
    FactsOf((Kind, Uuid) => Option<Facts>) |store, keys| {
        let mut rows: Vec<Arc<Row>> = Vec::new();
        for (kind, ids) in by_kind(keys.iter().copied()) {
            rows.extend(store.by_ids(kind, &ids).await?.into_values());
        }
        let facts = store.facts(&rows).await?;
        Ok(facts.into_iter().map(|(id, facts)| ((facts.kind, id), Some(facts))).collect())
    }

    /// Pages of histories.
    Histories(HistoryKey => HistoryPage) |store, keys| {
        let mut found = HashMap::new();
        let mut groups: HashMap<HistoryPlace, Vec<Uuid>> = HashMap::new();
        for key in keys {
            groups.entry((key.kind, key.after, key.limit)).or_default().push(key.id);
        }
        for ((kind, after, limit), ids) in groups {
            let pages = store.history(kind, &ids, after, limit).await?;
            found.extend(pages.into_iter().map(|(id, page)| (HistoryKey { kind, id, after, limit }, page)));
        }
        Ok(found)
    }

    /// Lengths of histories.
    HistoryCounts((Kind, Uuid) => i64) |store, keys| {
        let mut found = HashMap::new();
        for (kind, ids) in by_kind(keys.iter().copied()) {
            found.extend(store.history_counts(kind, &ids).await?.into_iter().map(|(id, count)| ((kind, id), count)));
        }
        Ok(found)
    }
}

fn by_kind(keys: impl Iterator<Item = (Kind, Uuid)>) -> HashMap<Kind, Vec<Uuid>> {
    let mut groups: HashMap<Kind, Vec<Uuid>> = HashMap::new();
    for (kind, id) in keys {
        groups.entry(kind).or_default().push(id);
    }
    groups
}

fn alike(keys: &[PageKey]) -> Vec<Vec<&PageKey>> {
    let mut groups: HashMap<&str, Vec<&PageKey>> = HashMap::new();
    for key in keys {
        groups.entry(&key.digest).or_default().push(key);
    }
    groups.into_values().collect()
}

type Cached<K, V, F> = Loader<K, Loaded<V>, F>;

/// The loaders of one request. Never shared between requests: they hold the viewer's store.
pub(crate) struct Loaders {
    pub(crate) rows: Cached<(Kind, Uuid), Option<Arc<Row>>, Rows>,
    pub(crate) pages: Cached<PageKey, PageSlice, Pages>,
    pub(crate) counts: Cached<PageKey, i64, Counts>,
    pub(crate) guards: Cached<GuardKey, bool, Guards>,
    pub(crate) confirmations: Cached<(Kind, Uuid), Option<(i64, Confirmation)>, Confirmations>,
    pub(crate) facts: Cached<(Kind, Uuid), Option<Facts>, FactsOf>,
    pub(crate) histories: Cached<HistoryKey, HistoryPage, Histories>,
    pub(crate) history_counts: Cached<(Kind, Uuid), i64, HistoryCounts>,
}

impl Loaders {
    pub(crate) fn over(store: Arc<Store>) -> Self {
        Self {
            rows: Loader::new(Rows(Arc::clone(&store))).with_yield_count(YIELDS).with_max_batch_size(BATCH),
            pages: Loader::new(Pages(Arc::clone(&store))).with_yield_count(YIELDS).with_max_batch_size(BATCH),
            counts: Loader::new(Counts(Arc::clone(&store))).with_yield_count(YIELDS).with_max_batch_size(BATCH),
            guards: Loader::new(Guards(Arc::clone(&store))).with_yield_count(YIELDS).with_max_batch_size(BATCH),
            confirmations: Loader::new(Confirmations(Arc::clone(&store))).with_yield_count(YIELDS).with_max_batch_size(BATCH),
            facts: Loader::new(FactsOf(Arc::clone(&store))).with_yield_count(YIELDS).with_max_batch_size(BATCH),
            histories: Loader::new(Histories(Arc::clone(&store))).with_yield_count(YIELDS).with_max_batch_size(BATCH),
            history_counts: Loader::new(HistoryCounts(store)).with_yield_count(YIELDS).with_max_batch_size(BATCH),
        }
    }

    /// One record that the viewer sees.
    pub(crate) async fn row(&self, kind: Kind, id: Uuid) -> Loaded<Option<Arc<Row>>> {
        self.rows.try_load((kind, id)).await.unwrap_or(Ok(None))
    }
}

/// A list of nothing in particular; for requests that name their rows otherwise.
pub(crate) fn plain(kind: Kind) -> PageRequest {
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
