//! Puts the world into a vault, piece by piece, by the vault's own writing.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tandem_domain::clock::FixedClock;
use tandem_domain::record::Kind;
use tandem_persistence::{Connect, StoreError, Vault};

use super::block::world;
use super::draw::{List, sequence};
use super::plan::Plan;
use crate::demo::epoch;

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Records written.
    pub records: usize,
    /// Studies among them.
    pub studies: usize,
    /// Studies that there will be.
    pub of_studies: u64,
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// How many records of each kind.
    pub counts: BTreeMap<Kind, usize>,
    /// How long it took.
    pub took: Duration,
}

/// Why no world was made.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// There is something in the database.
    #[error(
        "the database holds {0} organisations already, and an invented world is not to be mixed with anything: \
         give an empty one, and run `tandem migrate` on it first"
    )]
    NotEmpty(i64),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Puts the world into a migrated database that holds no organisation yet. Every piece is written whole or not at all;
/// what was interrupted is to be made anew in another database.
///
/// # Errors
/// [`SeedError`] when the database is not empty, or cannot answer.
pub async fn seed(connect: &Connect, plan: &Plan, mut tell: impl FnMut(Progress)) -> Result<Summary, SeedError> {
    let begun = Instant::now();
    let vault = Vault::open(connect, Arc::new(FixedClock::at(epoch())), Arc::new(sequence(List::Journal))).await?;
    let there = vault.count_all(Kind::Organization).await?;
    if there > 0 {
        vault.close().await;
        return Err(SeedError::NotEmpty(there));
    }
    let of_studies = plan.studies * (plan.blocks * plan.sponsors + plan.portfolio - 1);
    let mut progress = Progress { records: 0, studies: 0, of_studies };
    let mut counts: BTreeMap<Kind, usize> = BTreeMap::new();
    for piece in world(plan) {
        for record in &piece {
            *counts.entry(record.kind()).or_default() += 1;
        }
        progress.records += piece.len();
        vault.seed("seed", piece).await?;
        progress.studies = counts.get(&Kind::Study).copied().unwrap_or(0);
        tell(progress);
    }
    // A server would put the journal in order bit by bit; whoever measures it is not to wait for that.
    while vault.order_journal().await? > 0 {}
    vault.analyze().await?;
    vault.close().await;
    Ok(Summary { counts, took: begun.elapsed() })
}
