//! A change: the records as they are to be after a command. The store writes and journals exactly this.

use crate::record::Entity;

/// What happened to a record, as the journal names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op {
    /// It came to be.
    Created,
    /// Its values changed.
    Updated,
    /// It took a step of its lifecycle.
    Transitioned(&'static str),
    /// A second person confirmed a step.
    Confirmed(String),
    /// It was ended.
    Ended,
}

impl Op {
    /// The operation as the journal keeps it.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Created => "CREATED".to_owned(),
            Self::Updated => "UPDATED".to_owned(),
            Self::Transitioned(action) => (*action).to_owned(),
            Self::Confirmed(action) => format!("CONFIRMED_{action}"),
            Self::Ended => "ENDED".to_owned(),
        }
    }
}

/// One record as it is to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Write {
    /// What happens to it.
    pub op: Op,
    /// The record afterwards.
    pub record: Entity,
}

/// What a command changes: the subject first, then whatever changes with it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Change {
    /// The records as they are to be.
    pub writes: Vec<Write>,
}

impl Change {
    /// A change of one record.
    #[must_use]
    pub fn one(op: Op, record: Entity) -> Self {
        Self { writes: vec![Write { op, record }] }
    }

    /// The same with another record.
    #[must_use]
    pub fn with(mut self, op: Op, record: Entity) -> Self {
        self.writes.push(Write { op, record });
        self
    }
}
