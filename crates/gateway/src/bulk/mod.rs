//! A big world, invented and the same each time, to measure and to try growth with: as many blocks as are asked for.
//! A block has organisations of its own only, so that more blocks leave what anybody of the first one sees as it was.

mod block;
mod draw;
mod engagements;
mod memberships;
mod names;
mod oversight;
mod parties;
mod places;
mod plan;
mod protocols;
mod seed;
mod studies;
mod work;

pub use block::world;
pub use parties::{PROJECT_MANAGER, STUDY_MANAGER, client_id};
pub use plan::Plan;
pub use seed::{Progress, SeedError, Summary, seed};
