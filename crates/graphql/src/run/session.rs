//! What one request works with: the viewer's store, the loaders over it, and what is to be said beside the answer.

use std::sync::{Arc, Mutex, RwLock};

use async_graphql::{Context, PathSegment, QueryPathSegment};
use tandem_domain::access::{Viewer, ways};
use tandem_domain::command::{Code, Refusal};
use tandem_domain::record::Kind;
use tandem_persistence::{Store, Vault};

use super::cursor::Cursors;
use super::loaders::Loaders;
use crate::graph::Circumstance;
use crate::limits::Limits;

/// One request of one viewer.
pub(crate) struct Session {
    pub(crate) vault: Vault,
    pub(crate) viewer: Arc<Viewer>,
    pub(crate) circumstance: Circumstance,
    pub(crate) cursors: Arc<Cursors>,
    pub(crate) limits: Arc<Limits>,
    store: Arc<Store>,
    loaders: RwLock<Arc<Loaders>>,
    redactions: Mutex<Vec<Vec<PathSegment>>>,
    refused: Mutex<Vec<Code>>,
}

impl Session {
    pub(crate) fn new(vault: Vault, viewer: Arc<Viewer>, circumstance: Circumstance, cursors: Arc<Cursors>, limits: Arc<Limits>) -> Self {
        let store = vault.store(Arc::clone(&viewer));
        Self::over(vault, viewer, circumstance, cursors, limits, store)
    }

    /// A session that keeps the database's plans of its statements.
    pub(crate) fn explaining(vault: Vault, viewer: Arc<Viewer>, cursors: Arc<Cursors>, limits: Arc<Limits>) -> Self {
        let store = vault.store(Arc::clone(&viewer)).explaining();
        Self::over(vault, viewer, Circumstance::default(), cursors, limits, store)
    }

    fn over(
        vault: Vault,
        viewer: Arc<Viewer>,
        circumstance: Circumstance,
        cursors: Arc<Cursors>,
        limits: Arc<Limits>,
        store: Store,
    ) -> Self {
        let store = Arc::new(store);
        let loaders = RwLock::new(Arc::new(Loaders::over(Arc::clone(&store))));
        Self { vault, viewer, circumstance, cursors, limits, store, loaders, redactions: Mutex::default(), refused: Mutex::default() }
    }

    /// The session of the request that a field belongs to.
    pub(crate) fn of<'a>(ctx: &Context<'a>) -> Result<&'a Self, super::error::Failure> {
        ctx.data_opt::<Arc<Self>>().map(AsRef::as_ref).ok_or_else(super::error::Failure::internal)
    }

    pub(crate) fn store(&self) -> &Arc<Store> {
        &self.store
    }

    pub(crate) fn loaders(&self) -> Arc<Loaders> {
        Arc::clone(&self.loaders.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// After a write: the present is read anew, and nothing that was read before is remembered.
    pub(crate) async fn refresh(&self) {
        self.store.refresh().await;
        let fresh = Arc::new(Loaders::over(Arc::clone(&self.store)));
        *self.loaders.write().unwrap_or_else(std::sync::PoisonError::into_inner) = fresh;
    }

    /// Notes a part that the viewer's role withholds, whether or not there is anything.
    pub(crate) fn redact(&self, ctx: &Context<'_>, part: Kind) {
        if self.viewer.grants.iter().any(|grant| !ways(part, grant.role).is_empty()) {
            return;
        }
        let mut path = Vec::new();
        let mut node = ctx.path_node.as_ref();
        while let Some(current) = node {
            path.push(match current.segment {
                QueryPathSegment::Name(name) => PathSegment::Field(name.to_owned()),
                QueryPathSegment::Index(index) => PathSegment::Index(index),
            });
            node = current.parent;
        }
        path.reverse();
        self.redactions.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(path);
    }

    /// Notes that a command was refused, for those who count.
    pub(crate) fn refuse(&self, refusal: &Refusal) {
        let codes = refusal.0.iter().map(|error| error.code);
        self.refused.lock().unwrap_or_else(std::sync::PoisonError::into_inner).extend(codes);
    }

    /// The codes of commands that were refused.
    pub(crate) fn refused(&self) -> Vec<Code> {
        std::mem::take(&mut *self.refused.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Notes paths of what was withheld.
    pub(crate) fn redacted(&self, paths: Vec<Vec<PathSegment>>) {
        self.redactions.lock().unwrap_or_else(std::sync::PoisonError::into_inner).extend(paths);
    }

    /// The paths of what was withheld, each once, in a fixed order.
    pub(crate) fn redactions(&self) -> Vec<Vec<PathSegment>> {
        let mut paths = std::mem::take(&mut *self.redactions.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        paths.sort_by_cached_key(|path| format!("{path:?}"));
        paths.dedup();
        paths
    }
}
