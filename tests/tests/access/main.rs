//! The proofs of access, in a binary of their own: it builds without graph and door, and without the vault where only the law is judged.
//! `cargo test -p tandem-tests --no-default-features --test access`, with `--features vault` for the databases.

#[cfg(test)]
mod decisions;
#[cfg(test)]
mod holes;
#[cfg(test)]
mod lifecycles;
#[cfg(test)]
mod made;
#[cfg(test)]
mod matrix;
#[cfg(test)]
mod oracle;
