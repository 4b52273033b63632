//! Ids, texts and numbers of the sweep's world, and the records by name: `study:A1`, `engagement_internal:A1V`.
//! A name stands for one record only, so that an expectation can be written as a list of names.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use tandem_domain::clock::{IdSource, SeededIds};
use tandem_domain::id::{TypedId, encode};
use tandem_domain::record::{Entity, Kind};
use tandem_gateway::demo::epoch;
use uuid::Uuid;

/// A record of the world under its name.
#[derive(Clone, Debug)]
pub struct Planted {
    /// The name within its kind.
    pub name: String,
    /// The record.
    pub entity: Entity,
}

impl Planted {
    /// Kind and name: `study:A1`.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}:{}", self.entity.kind().prefix(), self.name)
    }

    /// The id as the graph shows it; a part has the id of the whole.
    #[must_use]
    pub fn shown_id(&self) -> String {
        encode(self.entity.kind().whole(), self.entity.uuid())
    }
}

/// The world while it is being made.
pub struct Builder {
    ids: SeededIds,
    known: RefCell<BTreeMap<(Kind, String), Uuid>>,
    numbers: Cell<i32>,
    /// What there is so far, parents first.
    pub planted: Vec<Planted>,
}

impl Default for Builder {
    fn default() -> Self {
        Self { ids: SeededIds::new(4_711 << 20, epoch()), known: RefCell::default(), numbers: Cell::new(0), planted: Vec::new() }
    }
}

impl Builder {
    /// The id of the record of this name; the same one each time.
    pub fn id<T: TypedId>(&self, name: &str) -> T {
        let mut known = self.known.borrow_mut();
        T::from_uuid(*known.entry((T::KIND, name.to_owned())).or_insert_with(|| self.ids.next()))
    }

    /// Keeps a record.
    pub fn plant(&mut self, name: &str, entity: Entity) {
        self.planted.push(Planted { name: name.to_owned(), entity });
    }

    fn next(&self) -> i32 {
        self.numbers.set(self.numbers.get() + 1);
        self.numbers.get()
    }

    /// A whole number that stands nowhere else, and still fits 32 bits.
    pub fn int(&self) -> i64 {
        i64::from(1_600_000_000 + 13 * self.next())
    }

    /// An amount that stands nowhere else.
    pub fn amount(&self) -> i64 {
        7_100_000_000_003 + 17 * i64::from(self.next())
    }

    /// A score that stands nowhere else.
    pub fn score(&self) -> f64 {
        f64::from(5_000_000 + self.next()) + 0.25
    }
}

/// A text that stands in this column of this record and nowhere else.
#[must_use]
pub fn text(kind: &str, name: &str, column: &str) -> String {
    format!("CANARY-{kind}-{name}-{column}")
}
