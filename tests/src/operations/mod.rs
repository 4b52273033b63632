//! Random operations over the whole schema: what one way of answering is held against another way with.
//! They are drawn from introspection and from a world's own ids and values; the same seed draws the same.

pub mod breaks;
pub mod compare;
pub mod coverage;
pub mod draw;
pub mod print;
pub mod rng;
pub mod shrink;
pub mod stock;
pub mod tree;
pub mod values;
