//! Who did something: a person, a machine client, or the system itself.
//! An actor is named by id; whether a reader may see who it is, is decided like any other sight.

use uuid::Uuid;

use crate::vocabulary;

vocabulary! {
    /// What kind of principal acts.
    pub enum PrincipalKind {
        /// A person.
        Person = "PERSON",
        /// A machine client.
        Client = "CLIENT",
        /// Tandem itself: imports, clocks, administration at the command line.
        System = "SYSTEM",
    }
}

/// Who did something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Actor {
    /// What kind of principal.
    pub kind: PrincipalKind,
    /// Its id; the nil UUID for the system.
    pub id: Uuid,
}

impl Actor {
    /// Tandem itself.
    pub const SYSTEM: Self = Self { kind: PrincipalKind::System, id: Uuid::nil() };
}
