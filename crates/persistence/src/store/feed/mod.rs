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
    /// What changed, in the journal's order; each record once, at its last change.
    Changes {
        /// The changes.
        changes: Vec<FeedChange>,
        /// Up to where the journal was followed.
        position: i64,
        /// Whether it goes on from there.
        more: bool,
    },
    /// The journal cannot be followed from there: one entry changed the sight of more records than a page holds, or the database was
    /// brought back to an earlier moment. All is to be read anew.
    Anew,
}

/// How many positions one request looks through at most: what others wrote is passed over by the database, but not for nothing.
const WINDOW: i64 = 200_000;

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

/// The records that entries touched, as many as a page holds.
#[derive(Default)]
struct Gathered {
    records: BTreeMap<(Kind, Uuid), Touched>,
    /// The position of the last entry that is in it.
    reached: Option<i64>,
    /// Whether all entries are in it.
    whole: bool,
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

    /// What changed of these kinds after a position, `limit` records at most. `day` is the day on which the viewer asked before: what a
    /// link showed him then, he may hold.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn feed(&self, kinds: &[Kind], after: i64, day: NaiveDate, limit: usize) -> Result<FeedPage, StoreError> {
        let last = self.feed_end().await?;
        if last < after {
            // The database was brought back to an earlier moment.
            return Ok(FeedPage::Anew);
        }
        let end = last.min(after.saturating_add(WINDOW));
        let mut entries = self.feed_entries(kinds, after, end, limit).await?;
        let moved = self.feed_links(kinds, &entries, limit).await?;
        let mut cut = entries.len() > limit;
        entries.truncate(limit);
        if let (Some(broken), true) = (moved.last(), moved.len() > limit) {
            // There is more of this entry, and of those after it, than was read.
            entries.retain(|entry| entry.position < broken.position);
            cut = true;
        }
        let gathered = gather(entries, &moved, limit);
        let position = match gathered.reached {
            _ if gathered.whole && !cut => end,
            Some(reached) => reached,
            None => return Ok(FeedPage::Anew),
        };
        let changes = self.feed_changes(gathered.records, after, day).await?;
        Ok(FeedPage::Changes { changes, position, more: position < last })
    }

    async fn feed_changes(
        &self,
        records: BTreeMap<(Kind, Uuid), Touched>,
        after: i64,
        day: NaiveDate,
    ) -> Result<Vec<FeedChange>, StoreError> {
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
        Ok(changes.into_iter().map(|(_, change)| change).collect())
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

/// Sorts what entries touched by record, in their order, until a page is full.
fn gather(entries: Vec<Entry>, moved: &[Moved], limit: usize) -> Gathered {
    let mut gathered = Gathered { whole: true, ..Gathered::default() };
    for entry in entries {
        let links = moved.iter().filter(|moved| moved.position == entry.position);
        let own = entry.facts.iter().map(|facts| (facts.kind.whole(), facts.id));
        let keys: HashSet<(Kind, Uuid)> = links.map(|moved| moved.record).chain(own).collect();
        let new = keys.iter().filter(|key| !gathered.records.contains_key(key)).count();
        if gathered.records.len() + new > limit {
            gathered.whole = false;
            break;
        }
        for key in keys {
            let record = gathered.records.entry(key).or_default();
            record.position = entry.position;
            record.itself |= moved.iter().any(|moved| moved.position == entry.position && moved.record == key);
        }
        for facts in entry.facts {
            let whole = facts.kind.whole();
            let record = gathered.records.entry((whole, facts.id)).or_default();
            if facts.kind == whole {
                record.itself = true;
                record.facts.push(facts);
            } else {
                record.parts.insert(facts.kind);
            }
        }
        gathered.reached = Some(entry.position);
    }
    gathered
}
