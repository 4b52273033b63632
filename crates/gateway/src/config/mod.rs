//! Settings: one table of names, filled from defaults, then a file, then the environment, then flags.
//! Whatever nobody knows is an error that names it, so that a misspelt limit is never a silently absent one.

mod args;
mod check;
mod help;
mod kind;
mod load;
mod problem;
mod settings;
#[cfg(test)]
mod tests;

pub use args::SettingsArgs;
pub use kind::{DatabaseUrl, LogFormat};
pub use load::Sources;
pub use problem::{Problem, SettingsError};
pub use settings::Settings;
pub use tandem_graphql::ReadPath;
