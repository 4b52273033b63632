//! The demo world: an invented portfolio with rival vendors, the same on every machine, and people to look at it through.
//! Everything in it is made up and says so. Each list grows at its end, so that ids stay what they were.

mod calendar;
mod engagements;
mod geography;
mod ids;
mod key;
mod memberships;
mod organizations;
mod people;
mod personas;
mod places;
mod review;
mod studies;
mod work;
mod world;

pub use key::{AUDIENCE, DemoKeyError, ISSUER, development_key};
pub use personas::{Persona, PersonaBearer, personas};
pub use world::{World, epoch, is_seeded, refuse_strangers, seed, world};
