//! Judges what a database has kept by what the client was told. Plain data on both sides, so that the judge itself can be tried
//! on losses made up for it.

use std::collections::{BTreeMap, BTreeSet};

use super::eye::{Entry, Kept};
use super::ledger::{Fate, Sent};

/// The operation of the one entry that makes no version: a person's first sign-in, which says whose token it is from now on.
const BOUND: &str = "BOUND";

/// Everything that is wrong; nothing where each acknowledged write is there once, and nothing is there that must not be.
pub(crate) fn complaints(sent: &[Sent], kept: &Kept) -> Vec<String> {
    let mut wrong: Vec<String> = kept.unsound.iter().map(|words| format!("the database: {words}")).collect();
    writes(sent, kept, &mut wrong);
    keys(sent, kept, &mut wrong);
    histories(kept, &mut wrong);
    order(kept, &mut wrong);
    wrong
}

/// Each write against the entries that have its text.
fn writes(sent: &[Sent], kept: &Kept, wrong: &mut Vec<String>) {
    let by_marker = by_marker(kept);
    let known: BTreeSet<&str> = sent.iter().map(|one| one.marker.as_str()).collect();
    wrong.extend(by_marker.keys().filter(|marker| !known.contains(**marker)).map(|marker| format!("nobody wrote {marker}")));
    for one in sent {
        let found = by_marker.get(one.marker.as_str()).map_or(&[][..], Vec::as_slice);
        match (&one.fate, found) {
            (Fate::Acknowledged { id, version, attempt }, [entry]) => {
                wrong.extend(misfit(one, entry));
                // A repeat is answered with the record as it is by then.
                let first = one.attempt_of(&entry.request_id) == Some(*attempt);
                if entry.subject != *id || entry.version > *version || (first && entry.version != *version) {
                    wrong.push(format!("acknowledged otherwise than kept: {one:?}, {entry:?}"));
                }
            }
            (Fate::Unknown, [entry]) => wrong.extend(misfit(one, entry)),
            (Fate::Unknown | Fate::Refused(_), []) => {}
            (Fate::Acknowledged { .. }, []) => wrong.push(format!("acknowledged and lost: {one:?}")),
            (Fate::Refused(_), _) => wrong.push(format!("refused and kept: {one:?}, {found:?}")),
            (_, _) => wrong.push(format!("kept {} times: {one:?}, {found:?}", found.len())),
        }
    }
}

/// Whether an entry is not what this write makes.
fn misfit(one: &Sent, entry: &Entry) -> Option<String> {
    let operation = if one.verb.creates() { "CREATED" } else { "UPDATED" };
    let attempt = one.attempt_of(&entry.request_id).is_some_and(|attempt| (1..=one.attempts).contains(&attempt));
    let subject = one.subject.as_ref().is_none_or(|id| *id == entry.subject);
    let fits = entry.operation == operation && entry.version == one.expected + 1 && attempt && subject;
    (!fits).then(|| format!("kept otherwise than sent: {one:?}, {entry:?}"))
}

/// A key stands for a write that has happened, and for no other.
fn keys(sent: &[Sent], kept: &Kept, wrong: &mut Vec<String>) {
    let by_marker = by_marker(kept);
    for one in sent {
        let Some(key) = one.key() else { continue };
        let (there, happened) = (kept.keys.contains(&key), by_marker.contains_key(one.marker.as_str()));
        if there != happened {
            wrong.push(format!("the key is kept: {there}, what it stands for: {happened}: {one:?}"));
        }
    }
}

/// Each record against its entries: one for each version from the first to the present one, and the last as the row is.
fn histories(kept: &Kept, wrong: &mut Vec<String>) {
    let histories = kept.histories();
    let mut rows = BTreeMap::new();
    let mut markers = BTreeSet::new();
    for row in &kept.rows {
        if rows.insert(row.subject.as_str(), row).is_some() {
            wrong.push(format!("two rows of {}", row.subject));
        }
        if row.marker.as_ref().is_some_and(|marker| !markers.insert(marker)) {
            wrong.push(format!("two records are what one write made: {row:?}"));
        }
        let (bound, changes): (Vec<&Entry>, Vec<&Entry>) =
            histories.get(row.subject.as_str()).into_iter().flatten().copied().partition(|entry| entry.operation == BOUND);
        if bound.len() > 1 {
            wrong.push(format!("{} was bound {} times", row.subject, bound.len()));
        }
        let versions: Vec<i64> = changes.iter().map(|entry| entry.version).collect();
        if versions != (1..=row.version).collect::<Vec<_>>() {
            wrong.push(format!("version {} of {} has entries of {versions:?}", row.version, row.subject));
        }
    }
    for (subject, entries) in histories {
        let (row, last) = (rows.get(subject), entries.last());
        match (row, last) {
            (None, _) => wrong.push(format!("{subject} has entries and no row")),
            (Some(row), Some(last)) if row.marker != last.marker => wrong.push(format!("the row is not its last entry: {row:?}, {last:?}")),
            _ => {}
        }
    }
}

/// Positions without hole or double, over all entries, and of each record in the order of its versions.
fn order(kept: &Kept, wrong: &mut Vec<String>) {
    if !kept.order.iter().map(|(position, _)| *position).eq((1..).take(kept.order.len())) {
        wrong.push("the order has a hole or a double".to_owned());
    }
    let places: BTreeMap<&str, i64> = kept.order.iter().map(|(position, entry)| (entry.as_str(), *position)).collect();
    let entries: BTreeSet<&str> = kept.entries.iter().map(|entry| entry.id.as_str()).collect();
    if places.len() != kept.order.len() || !places.keys().copied().eq(entries) {
        wrong.push(format!("{} positions name {} entries, of {}", kept.order.len(), places.len(), kept.entries.len()));
    }
    for (subject, entries) in kept.histories() {
        if !entries.iter().map(|entry| places.get(entry.id.as_str())).is_sorted() {
            wrong.push(format!("the order turns the versions of {subject} round"));
        }
    }
}

fn by_marker(kept: &Kept) -> BTreeMap<&str, Vec<&Entry>> {
    let mut found: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for entry in &kept.entries {
        if let Some(marker) = &entry.marker {
            found.entry(marker).or_default().push(entry);
        }
    }
    found
}

/// How many writes that were repeated had happened at an earlier attempt, and got no second effect.
pub(crate) fn found_done(sent: &[Sent], kept: &Kept) -> usize {
    let by_marker = by_marker(kept);
    let earlier = |one: &&Sent| match (&one.fate, by_marker.get(one.marker.as_str()).map(Vec::as_slice)) {
        (Fate::Acknowledged { attempt, .. }, Some([entry])) => one.attempt_of(&entry.request_id).is_some_and(|made| made < *attempt),
        _ => false,
    };
    sent.iter().filter(earlier).count()
}
