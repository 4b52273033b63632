//! The feed of changes, in the viewer's sight at the moment of asking: what he sees now of what was written since a position, and what he
//! saw and sees no longer. What was never his to see leaves no trace in it.

mod calendar;
mod candidates;
mod past;
mod timeline;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::NaiveDate;
use sea_orm::QueryResult;
use tandem_domain::record::Kind;
use uuid::Uuid;

use self::candidates::{Entry, Record};
use super::Store;
use crate::error::StoreError;
use crate::sql::Sql;

/// What became of a record, for one viewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedChange {
    /// He sees it, and it changed, or came into his sight.
    Seen(Kind, Uuid),
    /// He saw it, and sees it no longer.
    Lost(Kind, Uuid),
}

/// A place in the journal's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedPlace {
    /// The position; 0 before the first entry.
    pub position: i64,
    /// The entry that stands there: another one stands there where the database was brought back to an earlier moment. Nil before the
    /// first entry.
    pub entry: Uuid,
}

impl FeedPlace {
    const BEGINNING: Self = Self { position: 0, entry: Uuid::nil() };
}

/// A page of the feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FeedPage {
    /// What changed, in the journal's order, a record at the first change that tells of it.
    Changes {
        /// The changes.
        changes: Vec<FeedChange>,
        /// Up to where the journal was followed.
        place: FeedPlace,
        /// Whether it goes on from there.
        more: bool,
    },
    /// The journal cannot be followed from there: one entry changed the sight of more records than a page has room for, or the database was
    /// brought back to an earlier moment. All is to be read anew.
    Anew,
}

/// How many positions one statement looks through at most: what others wrote is passed over by the database, but not for nothing.
const WINDOW: i64 = 200_000;

/// How many entries that may be the viewer's to be told of are looked at together.
const BATCH: usize = 500;

/// How often that is done for one page: entries about what is hidden fill no page.
const BATCHES: usize = 40;

/// Positions of the journal's order: those after one, up to another.
#[derive(Clone, Copy)]
struct Span {
    after: i64,
    end: i64,
}

/// What a span tells.
struct Batch {
    /// What is told, each with the position of the first entry that tells it, in order.
    told: Vec<(i64, FeedChange)>,
    /// Up to where it was looked through.
    end: i64,
}

impl Store {
    /// The end of the journal's order.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn feed_end(&self) -> Result<FeedPlace, StoreError> {
        self.feed_place(i64::MAX).await
    }

    /// The end of the journal's order, where a place is still what it was.
    async fn feed_end_after(&self, from: FeedPlace) -> Result<Option<FeedPlace>, StoreError> {
        let mut sql = Sql::new(self.database.dialect, "SELECT position, entry_id FROM journal_order WHERE position = ");
        sql.bind_int(from.position).push(" OR position = (SELECT MAX(position) FROM journal_order) ORDER BY position");
        let places = self.query(sql).await?.iter().map(place).collect::<Result<Vec<FeedPlace>, StoreError>>()?;
        let stands = from == FeedPlace::BEGINNING || places.contains(&from);
        Ok(places.last().copied().or(Some(FeedPlace::BEGINNING)).filter(|_| stands))
    }

    /// The last place up to a position.
    async fn feed_place(&self, position: i64) -> Result<FeedPlace, StoreError> {
        let mut sql = Sql::new(self.database.dialect, "SELECT position, entry_id FROM journal_order WHERE position <= ");
        sql.bind_int(position).push(" ORDER BY position DESC LIMIT 1");
        let rows = self.query(sql).await?;
        rows.first().map_or(Ok(FeedPlace::BEGINNING), place)
    }

    /// What changed of these kinds after a place, as many records as there is `room` for. `day` is the day on which the viewer was told
    /// everything before: what a link showed him then, he may hold. Whether there is more is said of what he is told alone: entries about
    /// what is hidden are passed over within the same request.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn feed(&self, kinds: &[Kind], from: FeedPlace, day: NaiveDate, room: usize) -> Result<FeedPage, StoreError> {
        let Some(last) = self.feed_end_after(from).await? else { return Ok(FeedPage::Anew) };
        if last == from {
            return Ok(FeedPage::Changes { changes: Vec::new(), place: from, more: false });
        }
        let (mut changes, mut position, mut more) = (Vec::new(), from.position, true);
        for _ in 0..BATCHES {
            let batch = self.feed_batch(kinds, Span { after: position, end: last.position }, day).await?;
            let mut told = batch.told;
            let left = room.saturating_sub(changes.len());
            let beyond = told.len() > left;
            if beyond {
                told.truncate(whole_entries(&told, left));
                if told.is_empty() && changes.is_empty() && left > 0 {
                    return Ok(FeedPage::Anew);
                }
            }
            position = if beyond { told.last().map_or(position, |(reached, _)| *reached) } else { batch.end };
            changes.extend(told.into_iter().map(|(_, change)| change));
            more = position < last.position;
            if beyond || !more {
                break;
            }
        }
        let place = if position == last.position { last } else { self.feed_place(position).await? };
        Ok(FeedPage::Changes { changes, place, more })
    }

    /// What the first entries of a span tell this viewer.
    async fn feed_batch(&self, kinds: &[Kind], span: Span, day: NaiveDate) -> Result<Batch, StoreError> {
        let span = Span { end: span.end.min(span.after.saturating_add(WINDOW)), ..span };
        let mut entries = self.feed_entries(kinds, span, BATCH).await?;
        let cut = entries.len() > BATCH;
        entries.truncate(BATCH);
        let end = entries.last().filter(|_| cut).map_or(span.end, |entry| entry.position);
        let records = self.feed_records(kinds, &entries).await?;
        let told = self.feed_told(records, Span { end, ..span }, day).await?;
        Ok(Batch { told, end })
    }

    /// The records that these entries may tell of, by kind.
    async fn feed_records(&self, kinds: &[Kind], entries: &[Entry]) -> Result<BTreeMap<Kind, BTreeSet<Uuid>>, StoreError> {
        let moved = self.feed_moved(kinds, entries).await?;
        let mut records: BTreeMap<Kind, BTreeSet<Uuid>> = BTreeMap::new();
        for (kind, id) in entries.iter().filter_map(|entry| entry.about).chain(moved) {
            records.entry(kind).or_default().insert(id);
        }
        Ok(records)
    }

    async fn feed_told(
        &self,
        records: BTreeMap<Kind, BTreeSet<Uuid>>,
        span: Span,
        day: NaiveDate,
    ) -> Result<Vec<(i64, FeedChange)>, StoreError> {
        let mut told: Vec<(i64, Record, FeedChange)> = Vec::new();
        for (kind, ids) in records {
            let ids: Vec<Uuid> = ids.into_iter().collect();
            // One entry may have moved the sight of many.
            for ids in ids.chunks(BATCH) {
                let telling: Vec<(Uuid, i64)> = self.feed_telling(kind, ids, span, day).await?;
                let ids: Vec<Uuid> = telling.iter().map(|(id, _)| *id).collect();
                let seen: HashSet<Uuid> =
                    if ids.is_empty() { HashSet::new() } else { self.by_ids(kind, &ids).await?.into_keys().collect() };
                told.extend(telling.into_iter().map(|(id, position)| {
                    let change = if seen.contains(&id) { FeedChange::Seen(kind, id) } else { FeedChange::Lost(kind, id) };
                    (position, (kind, id), change)
                }));
            }
        }
        told.sort_by_key(|(position, record, _)| (*position, *record));
        Ok(told.into_iter().map(|(position, _, change)| (position, change)).collect())
    }

    /// Those of these records that the span tells the viewer of, each with the position of the first entry that does.
    async fn feed_telling(&self, kind: Kind, ids: &[Uuid], span: Span, day: NaiveDate) -> Result<Vec<(Uuid, i64)>, StoreError> {
        let timelines = self.feed_past(kind, ids, span, day).await?;
        let telling = timelines.into_iter().filter_map(|(id, timeline)| Some((id, timeline.first_telling(&self.viewer)?)));
        Ok(telling.collect())
    }
}

fn place(row: &QueryResult) -> Result<FeedPlace, StoreError> {
    Ok(FeedPlace { position: row.try_get_by_index(0)?, entry: row.try_get_by_index(1)? })
}

/// How many of these changes, at most `room`, are all that their entries told.
fn whole_entries(told: &[(i64, FeedChange)], room: usize) -> usize {
    let Some((beyond, _)) = told.get(room) else { return told.len() };
    told.iter().take(room).rposition(|(position, _)| position < beyond).map_or(0, |last| last + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_ends_where_an_entry_ends() {
        let told: Vec<(i64, FeedChange)> =
            [1, 2, 2, 5].map(|position| (position, FeedChange::Seen(Kind::Study, Uuid::from_u128(7)))).to_vec();
        for (room, whole) in [(0, 0), (1, 1), (2, 1), (3, 3), (4, 4), (9, 4)] {
            assert_eq!(whole_entries(&told, room), whole, "{room}");
        }
    }
}
