//! Reads from the journal what records were through a span: their facts from the entries about them, their links from those that there
//! are now and from what they have gained and lost since.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::QueryResult;
use tandem_domain::access::{Facts, Link, Readers};
use tandem_domain::record::{CellError, FactColumn, Kind};
use uuid::Uuid;

use super::Span;
use super::timeline::{Step, Timeline};
use crate::error::StoreError;
use crate::scope::journal_column;
use crate::sql::Sql;
use crate::store::Store;
use crate::work::links;

/// The facts of an entry, in the order in which they are read.
const FACTS: [FactColumn; 10] = [
    FactColumn::Sponsor,
    FactColumn::Study,
    FactColumn::Vendor,
    FactColumn::Engagement,
    FactColumn::PrimeVendor,
    FactColumn::PrimeEngagement,
    FactColumn::Country,
    FactColumn::StudySite,
    FactColumn::Organization,
    FactColumn::Person,
];

/// An entry about a record or a part of it.
struct Written {
    position: i64,
    transaction: i64,
    at: DateTime<Utc>,
    facts: Facts,
}

/// A link that came or went.
struct Turn {
    /// Where in the order; nothing where that is not settled yet.
    position: Option<i64>,
    transaction: i64,
    at: DateTime<Utc>,
    record: Uuid,
    link: Link,
    gained: bool,
}

impl Store {
    /// What these records were through a span, for the viewer, who may have seen them since a day.
    pub(super) async fn feed_past(
        &self,
        kind: Kind,
        ids: &[Uuid],
        span: Span,
        day: NaiveDate,
    ) -> Result<BTreeMap<Uuid, Timeline>, StoreError> {
        let mut timelines: BTreeMap<Uuid, Timeline> = BTreeMap::new();
        for id in ids {
            timelines.insert(*id, Timeline { facts: None, links: HashSet::new(), since: day, steps: BTreeMap::new() });
        }
        let written = self.feed_written(kind, ids, span).await?;
        let (links, turns) = if kind.def().linked {
            (self.feed_links(kind, ids).await?, self.feed_turns(kind, ids, span.after).await?)
        } else {
            (HashMap::new(), Vec::new())
        };
        for (id, links) in links {
            if let Some(timeline) = timelines.get_mut(&id) {
                timeline.links = links;
            }
        }
        for turn in &turns {
            if let Some(timeline) = timelines.get_mut(&turn.record) {
                // A link comes and goes by turns: each one undone leads back to what there was.
                if !timeline.links.remove(&turn.link) {
                    timeline.links.insert(turn.link.clone());
                }
            }
        }
        for entry in written {
            let Some(timeline) = timelines.get_mut(&entry.facts.id) else { continue };
            if entry.position <= span.after {
                timeline.since = day.max(entry.at.date_naive());
                timeline.facts = Some(entry.facts);
                continue;
            }
            let step = timeline.step(entry.position, entry.transaction, entry.at);
            if entry.facts.kind == kind {
                step.facts = Some(entry.facts);
            } else {
                step.parts.insert(entry.facts.kind);
            }
        }
        for turn in turns {
            let Some(position) = turn.position.filter(|position| *position <= span.end) else { continue };
            let Some(timeline) = timelines.get_mut(&turn.record) else { continue };
            let step = timeline.step(position, turn.transaction, turn.at);
            if turn.gained { step.gained.push(turn.link) } else { step.lost.push(turn.link) }
        }
        Ok(timelines)
    }

    /// The entries about these records and their parts in a span, and of each record the last before it; in order.
    async fn feed_written(&self, kind: Kind, ids: &[Uuid], span: Span) -> Result<Vec<Written>, StoreError> {
        let kinds: Vec<String> = Kind::ALL.iter().filter(|part| part.whole() == kind).map(|part| part.prefix().to_owned()).collect();
        let mut sql = Sql::new(self.database.dialect, "SELECT o.position, a.transaction_number, a.recorded_at");
        push_facts(&mut sql);
        sql.push(" FROM journal a JOIN journal_order o ON o.entry_id = a.id WHERE ").any_uuid("a.entity_id", ids).push(" AND ");
        // A first sign-in makes no version of the person.
        sql.any_text("a.kind", &kinds)
            .push(" AND a.operation <> 'BOUND' AND o.position <= ")
            .bind_int(span.end)
            .push(" AND (o.position > ")
            .bind_int(span.after);
        sql.push(" OR (a.kind = ").bind_text(kind.prefix()).push(" AND a.version = (SELECT MAX(p.version) FROM journal p ");
        sql.push("JOIN journal_order q ON q.entry_id = p.id WHERE p.entity_id = a.entity_id AND p.kind = a.kind AND q.position <= ");
        sql.bind_int(span.after).push("))) ORDER BY o.position");
        let dialect = self.database.dialect;
        let read = |row: &QueryResult| {
            Ok(Written {
                position: row.try_get_by_index(0)?,
                transaction: row.try_get_by_index(1)?,
                at: dialect.read_time(row, 2)?.ok_or(CellError)?,
                facts: facts(row, 3)?,
            })
        };
        self.query(sql).await?.iter().map(read).collect()
    }

    /// The links that there are to these records, of those that may be the viewer's.
    pub(super) async fn feed_links(&self, kind: Kind, ids: &[Uuid]) -> Result<HashMap<Uuid, HashSet<Link>>, StoreError> {
        let mut sql = links::select(self.database.dialect, kind, ids);
        sql.push(" AND ");
        self.push_mine(&mut sql, "v");
        let mut by_row: HashMap<Uuid, HashSet<Link>> = HashMap::new();
        for row in self.query(sql).await? {
            let (id, link) = links::read(&row)?;
            by_row.entry(id).or_default().insert(sight(link));
        }
        Ok(by_row)
    }

    /// What the links to these records, of those that may be the viewer's, have gained and lost after a position.
    async fn feed_turns(&self, kind: Kind, ids: &[Uuid], after: i64) -> Result<Vec<Turn>, StoreError> {
        let dialect = self.database.dialect;
        let mut sql = Sql::new(dialect, "SELECT ");
        sql.push(links::CHANGED).push(", c.gained, o.position, a.transaction_number, a.recorded_at FROM link_change c ");
        sql.push("JOIN journal a ON a.id = c.entry_id LEFT JOIN journal_order o ON o.entry_id = c.entry_id WHERE ");
        sql.any_uuid("c.target_id", ids).push(" AND c.kind = ").bind_text(kind.prefix()).push(" AND (o.position IS NULL OR o.position > ");
        sql.bind_int(after).push(") AND ");
        self.push_mine(&mut sql, "c");
        let read = |row: &QueryResult| {
            let (record, link) = links::read(row)?;
            Ok(Turn {
                position: row.try_get_by_index(13)?,
                transaction: row.try_get_by_index(14)?,
                at: dialect.read_time(row, 15)?.ok_or(CellError)?,
                record,
                link: sight(link),
                gained: row.try_get_by_index(12)?,
            })
        };
        self.query(sql).await?.iter().map(read).collect()
    }

    /// The facts of these records as the journal's last entry about each has them.
    pub(super) async fn last_facts(&self, kind: Kind, ids: &[Uuid]) -> Result<Vec<Facts>, StoreError> {
        let mut sql = Sql::new(self.database.dialect, "SELECT 0");
        push_facts(&mut sql);
        sql.push(" FROM journal a WHERE a.kind = ").bind_text(kind.prefix()).push(" AND ").any_uuid("a.entity_id", ids);
        sql.push(" AND a.version = (SELECT MAX(p.version) FROM journal p WHERE p.kind = a.kind AND p.entity_id = a.entity_id)");
        self.query(sql).await?.iter().map(|row| facts(row, 1)).collect()
    }
}

impl Timeline {
    /// The step of a transaction, which has its place where it first did something to the record.
    fn step(&mut self, position: i64, transaction: i64, at: DateTime<Utc>) -> &mut Step {
        let step = self.steps.entry(transaction).or_insert_with(|| Step::of(position, at.date_naive()));
        step.position = step.position.min(position);
        step
    }
}

/// Whether a vendor is at work bears on what it may write, not on what it sees.
fn sight(link: Link) -> Link {
    Link { at_work: false, ..link }
}

fn push_facts(sql: &mut Sql) {
    sql.push(", a.kind, a.entity_id, a.readers");
    for fact in FACTS {
        sql.push(", a.").push(journal_column(fact));
    }
}

/// Reads facts from where they begin in a row.
fn facts(row: &QueryResult, at: usize) -> Result<Facts, StoreError> {
    let column = |offset: usize| at.saturating_add(offset);
    let kind: String = row.try_get_by_index(at)?;
    Ok(Facts {
        kind: Kind::from_prefix(&kind).ok_or(CellError)?,
        id: row.try_get_by_index(column(1))?,
        readers: Readers::from_bits(row.try_get_by_index(column(2))?),
        sponsor: row.try_get_by_index(column(3))?,
        study: row.try_get_by_index(column(4))?,
        vendor: row.try_get_by_index(column(5))?,
        engagement: row.try_get_by_index(column(6))?,
        prime_vendor: row.try_get_by_index(column(7))?,
        prime_engagement: row.try_get_by_index(column(8))?,
        country: row.try_get_by_index(column(9))?,
        study_site: row.try_get_by_index(column(10))?,
        organization: row.try_get_by_index(column(11))?,
        person: row.try_get_by_index(column(12))?,
        links: Vec::new(),
    })
}
