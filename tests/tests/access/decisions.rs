//! The decisions about the work between the sides, one by one: what each makes, and for what it refuses, pure and without a database.
//! Who may is the matrix's to say, and is tried there and over the graph; here whoever decides may.

use tandem_domain::access::{Role, Scope, Side};
use tandem_domain::clock::SeededIds;
use tandem_domain::command::{Change, Code, Deciding, Manner, Op, Refusal, Signature, SignatureMeaning};
use tandem_domain::record::{Entity, Record};
use tandem_tests::matrix::stage::{Party, Stage};
use tandem_tests::records::now;

use super::matrix::viewer;

mod capas;
mod conversation;
mod delivery;
mod findings;
mod milestones;

/// Lets somebody who has the whole organisation decide, in this manner.
pub(crate) fn decided<T>(role: Role, manner: &Manner, decide: impl FnOnce(&Deciding<'_>) -> T) -> T {
    let stage = Stage::set();
    let party = if role.side() == Some(Side::Vendor) { Party::Vendor } else { Party::Sponsor };
    let viewer = viewer(&stage, party, role, Scope::Organization);
    let ids = SeededIds::new(1, now());
    decide(&Deciding { viewer: &viewer, now: now(), manner, ids: &ids, facts: None })
}

/// With a reason.
pub(crate) fn by<T>(role: Role, decide: impl FnOnce(&Deciding<'_>) -> T) -> T {
    decided(role, &Manner { reason: Some("For a test.".to_owned()), ..Manner::default() }, decide)
}

/// Without one.
pub(crate) fn silently<T>(role: Role, decide: impl FnOnce(&Deciding<'_>) -> T) -> T {
    decided(role, &Manner::default(), decide)
}

/// Signed, with this meaning.
pub(crate) fn signing<T>(role: Role, meaning: SignatureMeaning, decide: impl FnOnce(&Deciding<'_>) -> T) -> T {
    let signature = Some(Signature { meaning });
    decided(role, &Manner { reason: Some("For a test.".to_owned()), signature, ..Manner::default() }, decide)
}

/// That it is refused for just this, at this field.
#[track_caller]
pub(crate) fn no(decided: Result<Change, Refusal>, code: Code, field: &str) {
    let refusal = decided.expect_err("a refusal");
    let found: Vec<_> = refusal.0.iter().map(|error| (error.code, error.field.last().map_or("", String::as_str))).collect();
    assert_eq!(found, [(code, field)], "{refusal:?}");
}

/// The operations of a change, in order.
pub(crate) fn ops(change: &Change) -> Vec<(String, &'static str)> {
    change.writes.iter().map(|write| (write.op.name(), write.record.kind().name())).collect()
}

/// The record that a change writes at this place.
#[track_caller]
pub(crate) fn at<T: Record>(change: &Change, place: usize) -> T {
    T::from_entity(change.writes[place].record.clone()).expect("a record of this kind")
}

/// The only record of a change.
#[track_caller]
pub(crate) fn only<T: Record>(change: Result<Change, Refusal>, op: &Op) -> T {
    let change = change.expect("a change");
    assert_eq!(change.writes.len(), 1, "{change:?}");
    assert_eq!(&change.writes[0].op, op);
    at(&change, 0)
}

/// The input of a command, read as the graph reads it.
#[track_caller]
pub(crate) fn input<T>(name: &str, json: serde_json::Value, pick: impl FnOnce(tandem_domain::command::Command) -> Option<T>) -> T {
    let command = tandem_domain::command::find(name).expect("a command").read(json.as_object().expect("an object"));
    pick(command.expect("an input that would do")).expect("this command")
}

/// The id as the graph takes it.
pub(crate) fn shown(record: &Entity) -> String {
    tandem_domain::id::encode(record.kind(), record.uuid())
}
