//! The canary sweep: a world whose every text, number and id can be told apart, and what each persona may see of it.
//! What is expected is written by hand from the domain's rules; neither the policy nor the store is asked.

pub mod asker;
pub mod canary;
pub mod dressed;
pub mod expected;
pub mod generated;
pub mod people;
pub mod records;
pub mod shape;
pub mod sight;
mod sight_work;
mod work;
pub mod world;
