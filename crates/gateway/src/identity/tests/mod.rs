//! Identity, rule by rule, against a provider of the tests' own.

mod forge;
mod mint;
mod provider;
mod remote;
mod rules;
mod world;
