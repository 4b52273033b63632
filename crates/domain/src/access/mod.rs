//! Who may see and do what: one pure decision for every row, role and action.
//! The predicates of lists are derived from the same rules; nothing else decides.

mod actor;
mod audience;
mod explain;
mod facts;
pub mod links;
mod policy;
mod reach;
mod reach_work;
mod role;
pub mod sentences;
mod trail;
mod viewer;
mod way;

pub use actor::{Actor, PrincipalKind};
pub use audience::Readers;
pub use explain::{Ground, explain, reads_all_of_own, rule_in_words, why_in_words};
pub use facts::{Facts, Link};
pub use policy::{
    Action, Decision, Lack, client_may_follow, client_may_read, client_scope, client_write_scope, covers_all, decide, leads, may_ever,
    may_refer, may_refer_to, may_somewhere, writes,
};
pub use reach::ways;
pub use role::{ClientScope, Role, Side};
pub use trail::{Trail, trail};
pub use viewer::{Grant, Scope, Viewer};
pub use way::{Cover, Names, Owner, Way, comes_with_study, covers_link, covers_row, covers_write, lies_where_engagements_work};
