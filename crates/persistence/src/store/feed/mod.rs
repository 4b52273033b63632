//! The feed of changes, in the viewer's sight at the moment of asking: what he sees now of what was written since a position, and what he
//! saw and sees no longer. What was never his to see leaves no trace in it.

mod candidates;

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;
use tandem_domain::access::{Action, Decision, Facts, Link, Viewer, decide};
use tandem_domain::record::Kind;
use uuid::Uuid;

use self::candidates::{Entry, Moved};
use super::Store;
use crate::error::StoreError;
use crate::sql::Sql;
use crate::work::links;

/// What became of a record, for one viewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedChange {
    /// He sees it, and it changed, or came into his sight.
    Seen(Kind, Uuid),
    /// He saw it, and sees it no longer.
    Lost(Kind, Uuid),
}

/// A page of the feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FeedPage {
    /// What changed, in the journal's order, a record at its last change.
    Changes {
        /// The changes.
        changes: Vec<FeedChange>,
        /// Up to where the journal was followed.
        position: i64,
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

/// What is known of a record that was touched.
#[derive(Default)]
struct Touched {
    position: i64,
    /// The facts that it had.
    facts: Vec<Facts>,
    /// Whether it was touched itself, or by its links; otherwise only a part of it was.
    itself: bool,
    /// The kinds of parts that were touched.
    parts: HashSet<Kind>,
}

impl Store {
    /// The last position of the journal's order.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn feed_end(&self) -> Result<i64, StoreError> {
        let rows = self.query(Sql::new(self.database.dialect, "SELECT COALESCE(MAX(position), 0) FROM journal_order")).await?;
        Ok(rows.first().map_or(Ok(0), |row| row.try_get_by_index(0))?)
    }

    /// Whether a link to one of these kinds that the viewer may see by began or ended to count between that day and today. No entry
    /// tells of it: it is the calendar's doing.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn days_turned(&self, kinds: &[Kind], since: NaiveDate) -> Result<bool, StoreError> {
        let today = self.viewer.now.date_naive();
        let linked: Vec<Kind> = kinds.iter().copied().filter(|kind| kind.def().linked).collect();
        if today <= since || linked.is_empty() {
            return Ok(today < since);
        }
        let mut sql = Sql::new(self.database.dialect, "SELECT 1 WHERE ");
        for (index, kind) in linked.iter().enumerate() {
            sql.push(if index == 0 { "" } else { " OR " });
            sql.push("EXISTS (SELECT 1 FROM ").push(&kind.link_table()).push(" v WHERE ");
            self.push_mine(&mut sql, "v");
            sql.push(" AND ((v.valid_from > ").bind_date(since).push(" AND v.valid_from <= ").bind_date(today);
            sql.push(") OR (v.valid_to >= ").bind_date(since).push(" AND v.valid_to < ").bind_date(today).push(")))");
        }
        Ok(!self.query(sql).await?.is_empty())
    }

    /// What changed of these kinds after a position, as many records as there is `room` for. `day` is the day on which the viewer asked
    /// before: what a link showed him then, he may hold. Whether there is more is said of what he is told alone: entries about what is
    /// hidden are passed over within the same request.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn feed(&self, kinds: &[Kind], after: i64, day: NaiveDate, room: usize) -> Result<FeedPage, StoreError> {
        let last = self.feed_end().await?;
        if last < after {
            // The database was brought back to an earlier moment.
            return Ok(FeedPage::Anew);
        }
        let (mut changes, mut position) = (Vec::new(), after);
        for _ in 0..BATCHES {
            let Some((mut told, end)) = self.feed_batch(kinds, position, last, day).await? else { return Ok(FeedPage::Anew) };
            let left = room.saturating_sub(changes.len());
            if told.len() > left {
                told.truncate(whole_entries(&told, left));
                match told.last() {
                    Some((reached, _)) => position = *reached,
                    None if changes.is_empty() && left > 0 => return Ok(FeedPage::Anew),
                    None => {}
                }
                changes.extend(told.into_iter().map(|(_, change)| change));
                return Ok(FeedPage::Changes { changes, position, more: true });
            }
            changes.extend(told.into_iter().map(|(_, change)| change));
            position = end;
            if end >= last {
                return Ok(FeedPage::Changes { changes, position, more: false });
            }
        }
        Ok(FeedPage::Changes { changes, position, more: true })
    }

    /// What some entries after a position tell this viewer, each with the position of the last entry about it, in order; and up to where
    /// they were looked through. Nothing where one entry moved the sight of more records than are looked at together.
    async fn feed_batch(
        &self,
        kinds: &[Kind],
        after: i64,
        last: i64,
        day: NaiveDate,
    ) -> Result<Option<(Vec<(i64, FeedChange)>, i64)>, StoreError> {
        let end = last.min(after.saturating_add(WINDOW));
        let mut entries = self.feed_entries(kinds, after, end, BATCH).await?;
        let moved = self.feed_links(kinds, &entries, BATCH).await?;
        let mut cut = entries.len() > BATCH;
        entries.truncate(BATCH);
        if let (Some(broken), true) = (moved.last(), moved.len() > BATCH) {
            // There is more of this entry, and of those after it, than was read.
            entries.retain(|entry| entry.position < broken.position);
            cut = true;
        }
        let reached = match entries.last() {
            _ if !cut => end,
            Some(entry) => entry.position,
            None => return Ok(None),
        };
        Ok(Some((self.feed_changes(gather(entries, &moved), after, day).await?, reached)))
    }

    async fn feed_changes(
        &self,
        records: BTreeMap<(Kind, Uuid), Touched>,
        after: i64,
        day: NaiveDate,
    ) -> Result<Vec<(i64, FeedChange)>, StoreError> {
        let mut changes: Vec<(i64, FeedChange)> = Vec::new();
        let mut by_kind: BTreeMap<Kind, HashMap<Uuid, Touched>> = BTreeMap::new();
        for ((kind, id), record) in records {
            by_kind.entry(kind).or_default().insert(id, record);
        }
        for (kind, records) in by_kind {
            let ids: Vec<Uuid> = records.keys().copied().collect();
            let seen: HashSet<Uuid> = self.by_ids(kind, &ids).await?.into_keys().collect();
            let mut parts: HashMap<Kind, HashSet<Uuid>> = HashMap::new();
            let touched_parts: HashSet<Kind> = records.values().flat_map(|record| &record.parts).copied().collect();
            for part in touched_parts {
                parts.insert(part, self.by_ids(part, &ids).await?.into_keys().collect());
            }
            let sees = |part: &Kind, id: &Uuid| parts.get(part).is_some_and(|of_part| of_part.contains(id));
            let mut gone: HashMap<Uuid, Touched> = HashMap::new();
            for (id, record) in records {
                if !seen.contains(&id) {
                    gone.insert(id, record);
                } else if record.itself || record.parts.iter().any(|part| sees(part, &id)) {
                    changes.push((record.position, FeedChange::Seen(kind, id)));
                }
            }
            gone.retain(|_, record| record.itself);
            for (id, position) in self.feed_lost(kind, gone, after, day).await? {
                changes.push((position, FeedChange::Lost(kind, id)));
            }
        }
        changes.sort_by_key(|(position, change)| {
            let (FeedChange::Seen(kind, id) | FeedChange::Lost(kind, id)) = change;
            (*position, *kind, *id)
        });
        Ok(changes)
    }

    /// Of records that the viewer does not see now, those that he may have seen since: by the facts that they had, with the links that
    /// there are and that were lost.
    async fn feed_lost(
        &self,
        kind: Kind,
        mut gone: HashMap<Uuid, Touched>,
        after: i64,
        day: NaiveDate,
    ) -> Result<Vec<(Uuid, i64)>, StoreError> {
        if gone.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<Uuid> = gone.keys().copied().collect();
        let mut by_row: HashMap<Uuid, Vec<Link>> = HashMap::new();
        if kind.def().linked {
            let mut lost = Sql::new(self.database.dialect, "SELECT ");
            lost.push(links::CHANGED).push(" FROM link_change c LEFT JOIN journal_order o ON o.entry_id = c.entry_id WHERE ");
            lost.any_uuid("c.target_id", &ids).push(" AND c.kind = ").bind_text(kind.prefix());
            lost.push(" AND NOT c.gained AND (o.position IS NULL OR o.position > ").bind_int(after).push(")");
            for sql in [links::select(self.database.dialect, kind, &ids), lost] {
                for row in self.query(sql).await? {
                    let (id, link) = links::read(&row)?;
                    by_row.entry(id).or_default().push(link);
                }
            }
            let bare: Vec<Uuid> = gone.iter().filter(|(_, record)| record.facts.is_empty()).map(|(id, _)| *id).collect();
            for facts in self.last_facts(kind, &bare).await? {
                if let Some(record) = gone.get_mut(&facts.id) {
                    record.facts.push(facts);
                }
            }
        }
        let now = &self.viewer;
        let then = Viewer { now: day.and_time(chrono::NaiveTime::MIN).and_utc(), ..Viewer::clone(now) };
        let saw = |facts: &Facts| [now, &then].iter().any(|viewer| decide(viewer, Action::Read, facts) == Decision::Allow);
        let mut lost = Vec::new();
        for (id, record) in gone {
            let links = by_row.remove(&id).unwrap_or_default();
            if record.facts.into_iter().any(|facts| saw(&Facts { links: links.clone(), ..facts })) {
                lost.push((id, record.position));
            }
        }
        Ok(lost)
    }
}

/// How many of these changes, at most `room`, are all that their entries told.
fn whole_entries(told: &[(i64, FeedChange)], room: usize) -> usize {
    let Some((beyond, _)) = told.get(room) else { return told.len() };
    told.iter().take(room).rposition(|(position, _)| position < beyond).map_or(0, |last| last + 1)
}

/// Sorts what entries touched by record.
fn gather(entries: Vec<Entry>, moved: &[Moved]) -> BTreeMap<(Kind, Uuid), Touched> {
    let mut records: BTreeMap<(Kind, Uuid), Touched> = BTreeMap::new();
    let mut by_position: HashMap<i64, Vec<(Kind, Uuid)>> = HashMap::new();
    for one in moved {
        by_position.entry(one.position).or_default().push(one.record);
    }
    for entry in entries {
        for key in by_position.remove(&entry.position).unwrap_or_default() {
            let record = records.entry(key).or_default();
            record.position = entry.position;
            record.itself = true;
        }
        for facts in entry.facts {
            let whole = facts.kind.whole();
            let record = records.entry((whole, facts.id)).or_default();
            record.position = entry.position;
            if facts.kind == whole {
                record.itself = true;
                record.facts.push(facts);
            } else {
                record.parts.insert(facts.kind);
            }
        }
    }
    records
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
