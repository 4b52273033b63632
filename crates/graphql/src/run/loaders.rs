//! Request-scoped loaders: whatever many fields of one level ask for becomes one statement. They hold the viewer's store.

use std::collections::{HashMap, HashSet};
use std::fmt::Debug;
use std::hash::{Hash, Hasher};
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use dataloader::BatchFn;
use dataloader::cached::Loader;
use tandem_domain::access::Facts;
use tandem_domain::lifecycle::Confirmation;
use tandem_domain::record::Kind;
use tandem_persistence::{GuardKey, HistoryPage, PageRequest, PageSlice, Reference, Row, Store, StoreError};
use uuid::Uuid;

/// What a loader gives for a key.
type Loaded<T> = Result<T, StoreError>;

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

    /// When people and machine clients last acted for the viewer's organisation.
    LastUses((Kind, Uuid) => Option<DateTime<Utc>>) |store, keys| {
        let mut found = HashMap::new();
        for (kind, ids) in by_kind(keys.iter().copied()) {
            found.extend(store.last_uses(kind, &ids).await?.into_iter().map(|(id, last)| ((kind, id), Some(last))));
        }
        Ok(found)
    }

    /// What systems call records.
    References(Uuid => Vec<Reference>) |store, keys| { store.references(keys).await }

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

/// What all loaders of a request see of one another: how often any of them was asked or has answered.
#[derive(Default)]
struct Bustle(AtomicU64);

impl Bustle {
    fn stir(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// Waits until no loader has been asked or has answered for some turns, as long as there is something to wait for. The executor
    /// resumes a wide level in portions: after a fixed number of turns a level of 500 rows was gathered in two halves. Every portion
    /// stirs, so a level is gathered whole.
    async fn settle(&self, waiting: impl Fn() -> bool) {
        const TURNS: usize = 3;
        let (mut seen, mut quiet) = (None, 0);
        while quiet < TURNS && waiting() {
            tokio::task::yield_now().await;
            let now = Some(self.0.load(Ordering::Relaxed));
            quiet = if now == seen { quiet + 1 } else { 0 };
            seen = now;
        }
    }
}

/// A loader that asks the database only when the level that it is asked by has been gathered whole.
pub(crate) struct Gathered<K: Eq + Hash + Clone, V: Clone, F: BatchFn<K, Loaded<V>>> {
    loader: Loader<K, Loaded<V>, F>,
    asked: Mutex<HashSet<K>>,
    turn: tokio::sync::Mutex<()>,
    bustle: Arc<Bustle>,
}

impl<K: Eq + Hash + Clone + Debug, V: Clone, F: BatchFn<K, Loaded<V>>> Gathered<K, V, F> {
    fn new(load: F, bustle: &Arc<Bustle>) -> Self {
        // The loader itself need not wait: what it is asked for has been gathered before.
        let loader = Loader::new(load).with_yield_count(0).with_max_batch_size(BATCH);
        Self { loader, asked: Mutex::default(), turn: tokio::sync::Mutex::default(), bustle: Arc::clone(bustle) }
    }

    /// What there is for this key.
    ///
    /// # Errors
    /// Where the batch gave nothing for the key, which no batch here does.
    pub(crate) async fn try_load(&self, key: K) -> Result<Loaded<V>, io::Error> {
        self.bustle.stir();
        self.asked().insert(key.clone());
        self.bustle.settle(|| self.asked().contains(&key)).await;
        {
            // Whoever comes first loads for all; the others wait here and find what they asked for. They take nothing more:
            // what is asked by then is the beginning of the next level.
            let _turn = self.turn.lock().await;
            let keys = self.take(&key);
            if !keys.is_empty() {
                self.loader.try_load_many(keys).await?;
            }
        }
        let loaded = self.loader.try_load(key).await;
        self.bustle.stir();
        loaded
    }

    /// All that is asked, where this key is still among it.
    fn take(&self, key: &K) -> Vec<K> {
        let mut asked = self.asked();
        if asked.contains(key) { asked.drain().collect() } else { Vec::new() }
    }

    fn asked(&self) -> std::sync::MutexGuard<'_, HashSet<K>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The loaders of one request. Never shared between requests: they hold the viewer's store.
pub(crate) struct Loaders {
    pub(crate) rows: Gathered<(Kind, Uuid), Option<Arc<Row>>, Rows>,
    pub(crate) pages: Gathered<PageKey, PageSlice, Pages>,
    pub(crate) counts: Gathered<PageKey, i64, Counts>,
    pub(crate) guards: Gathered<GuardKey, bool, Guards>,
    pub(crate) confirmations: Gathered<(Kind, Uuid), Option<(i64, Confirmation)>, Confirmations>,
    pub(crate) facts: Gathered<(Kind, Uuid), Option<Facts>, FactsOf>,
    pub(crate) histories: Gathered<HistoryKey, HistoryPage, Histories>,
    pub(crate) history_counts: Gathered<(Kind, Uuid), i64, HistoryCounts>,
    pub(crate) references: Gathered<Uuid, Vec<Reference>, References>,
    pub(crate) last_uses: Gathered<(Kind, Uuid), Option<DateTime<Utc>>, LastUses>,
}

impl Loaders {
    pub(crate) fn over(store: Arc<Store>) -> Self {
        let bustle = Arc::new(Bustle::default());
        Self {
            rows: Gathered::new(Rows(Arc::clone(&store)), &bustle),
            pages: Gathered::new(Pages(Arc::clone(&store)), &bustle),
            counts: Gathered::new(Counts(Arc::clone(&store)), &bustle),
            guards: Gathered::new(Guards(Arc::clone(&store)), &bustle),
            confirmations: Gathered::new(Confirmations(Arc::clone(&store)), &bustle),
            facts: Gathered::new(FactsOf(Arc::clone(&store)), &bustle),
            histories: Gathered::new(Histories(Arc::clone(&store)), &bustle),
            history_counts: Gathered::new(HistoryCounts(Arc::clone(&store)), &bustle),
            references: Gathered::new(References(Arc::clone(&store)), &bustle),
            last_uses: Gathered::new(LastUses(store), &bustle),
        }
    }

    /// One record that the viewer sees.
    pub(crate) async fn row(&self, kind: Kind, id: Uuid) -> Loaded<Option<Arc<Row>>> {
        self.rows.try_load((kind, id)).await.unwrap_or(Ok(None))
    }
}
