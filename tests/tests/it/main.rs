//! The integration tests of the project, but for the proofs of access, in one binary: it is linked once, and starts one PostgreSQL server.
//! Modules are marked as test code, so that their helpers may unwrap as the tests themselves do.

#[cfg(test)]
mod access_ends;
#[cfg(test)]
mod access_page;
#[cfg(test)]
mod borders;
#[cfg(test)]
mod bulk;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod crowd;
#[cfg(test)]
mod edges;
#[cfg(test)]
mod enrollment;
#[cfg(test)]
mod explain;
#[cfg(test)]
mod explain_access;
#[cfg(test)]
mod exports;
#[cfg(test)]
mod feed;
#[cfg(test)]
mod field_groups;
#[cfg(test)]
mod files;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod identity;
#[cfg(test)]
mod imports;
#[cfg(test)]
mod indistinguishable;
#[cfg(test)]
mod invariants;
#[cfg(test)]
mod invitations;
#[cfg(test)]
mod journal;
#[cfg(test)]
mod killed;
#[cfg(test)]
mod leavers;
#[cfg(test)]
mod levels;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod oversight;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod paths;
#[cfg(test)]
mod postgres;
#[cfg(test)]
mod protocols;
#[cfg(test)]
mod questions;
#[cfg(test)]
mod races;
#[cfg(test)]
mod readme;
#[cfg(test)]
mod references;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod snapshots;
#[cfg(test)]
mod statements;
#[cfg(test)]
mod steps;
#[cfg(test)]
mod story;
#[cfg(test)]
mod sweep;
#[cfg(test)]
mod sweep_worlds;
#[cfg(test)]
mod views;
#[cfg(test)]
mod wide;
