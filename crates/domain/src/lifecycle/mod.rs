//! Lifecycles as data: states, transitions, who may, what has to hold. Behaviour hangs on these tables, never on scattered conditions.
//! The graph serves the same tables as `allowedTransitions`, so that what is promised is what happens.

use crate::access::{Action, Facts, Role, Viewer, writes};
use crate::command::{Code, UserError};
use crate::portfolio::Study;
use crate::record::{Cell, CellError, Entity, Kind};
use crate::vocabulary::Vocabulary;

mod guard;

pub use guard::{DEFERRED, Guard};

/// One step that a record can take.
#[derive(Debug, PartialEq, Eq)]
pub struct Transition {
    /// The states it starts from.
    pub from: &'static [&'static str],
    /// The step's name, such as `ENROLL`; the mutation is the kind's name and this.
    pub action: &'static str,
    /// The state it leads to.
    pub to: &'static str,
    /// The roles that may take it.
    pub who: &'static [Role],
    /// The roles of which another person has to confirm first. Empty: nobody has to.
    pub confirmed_by: &'static [Role],
    /// What has to hold.
    pub guards: &'static [Guard],
    /// Whether a reason has to be given.
    pub reason: bool,
    /// Whether it is signed (21 CFR 11.50).
    pub signature: bool,
    /// What the step means, for people.
    pub doc: &'static str,
}

/// The lifecycle of one kind.
#[derive(Debug, PartialEq, Eq)]
pub struct Lifecycle {
    /// The kind that has it.
    pub kind: Kind,
    /// The column that keeps the state.
    pub column: &'static str,
    /// The state in which a record is created.
    pub initial: &'static str,
    /// Every step there is.
    pub transitions: &'static [Transition],
}

/// A step as data with nothing special about it; lifecycles are written as changes to this.
pub const STEP: Transition =
    Transition { from: &[], action: "", to: "", who: &[], confirmed_by: &[], guards: &[], reason: false, signature: false, doc: "" };

impl Lifecycle {
    /// The steps that a record can take now, in the order of the table: those out of its state, and of those back out of a hold only
    /// the one to where it was held.
    #[must_use]
    pub fn steps_of(&self, record: &Entity) -> Vec<&'static Transition> {
        let state = state_of(record).unwrap_or_default();
        let out = self.transitions.iter().filter(|step| step.from.contains(&state.as_str()));
        let Entity::Study(Study { held_from: Some(held_from), .. }) = record else { return out.collect() };
        let resumes = |step: &Transition| self.transitions.iter().any(|hold| hold.to == state && hold.from.contains(&step.to));
        out.filter(|step| !resumes(step) || step.to == held_from.term()).collect()
    }

    /// The step called `action` that a record can take now.
    #[must_use]
    pub fn step_of(&self, record: &Entity, action: &str) -> Option<&'static Transition> {
        self.steps_of(record).into_iter().find(|step| step.action == action)
    }

    /// The names of all steps, each once, in the order of the table.
    #[must_use]
    pub fn actions(&self) -> Vec<&'static str> {
        let mut actions: Vec<&'static str> = Vec::new();
        for step in self.transitions {
            if !actions.contains(&step.action) {
                actions.push(step.action);
            }
        }
        actions
    }
}

/// What a guard answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardAnswer {
    /// The guard.
    pub guard: Guard,
    /// Whether it holds.
    pub met: bool,
}

/// A confirmation that stands: by whom, and for which step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// The step that was confirmed.
    pub action: String,
    /// The person who confirmed it.
    pub by: uuid::Uuid,
}

/// All that hinders a step, besides the state itself. Empty: it may be taken.
/// Reason and signature are asked for in the act, and so are not hindrances.
#[must_use]
pub fn blockers(
    viewer: &Viewer,
    step: &Transition,
    facts: &Facts,
    confirmation: Option<&Confirmation>,
    answers: &[GuardAnswer],
) -> Vec<UserError> {
    if !writes(viewer, Action::Transition(step.who), facts) {
        return vec![UserError::new(Code::Forbidden, "Your role may not do this here. Ask someone whose role may.")];
    }
    let mut blockers = Vec::new();
    if !step.confirmed_by.is_empty() {
        let standing = confirmation.filter(|confirmation| confirmation.action == step.action);
        if standing.is_none_or(|confirmation| confirmation.by == viewer.principal) {
            let roles: Vec<_> = step.confirmed_by.iter().map(ToString::to_string).collect();
            blockers.push(UserError::new(
                Code::GuardFailed,
                format!(
                    "Another person with the role {} has to confirm {} first; an edit voids a confirmation.",
                    roles.join(" or "),
                    step.action
                ),
            ));
        }
    }
    for answer in answers.iter().filter(|answer| !answer.met) {
        blockers.push(UserError::new(Code::GuardFailed, answer.guard.words()));
    }
    blockers
}

/// The record after a step: its state, and the day where the record notes one.
///
/// # Errors
/// [`CellError`] when the record has no such lifecycle; the caller mixed kinds up.
pub fn advance(record: &Entity, lifecycle: &Lifecycle, step: &Transition, today: chrono::NaiveDate) -> Result<Entity, CellError> {
    let kind = record.kind();
    let position = kind.def().position(lifecycle.column).ok_or(CellError)?;
    let mut cells = record.cells();
    *cells.get_mut(position).ok_or(CellError)? = Cell::Text(step.to.to_owned());
    match kind.decode(cells)? {
        Entity::StudySite(mut site) => {
            site.note_step(site.state, today);
            Ok(Entity::StudySite(site))
        }
        Entity::Study(mut study) => {
            if let Entity::Study(before) = record {
                study.note_step(before.lifecycle_state);
            }
            Ok(Entity::Study(study))
        }
        other => Ok(other),
    }
}

/// The state that a record is in. `None` for a kind without a lifecycle.
#[must_use]
pub fn state_of(record: &Entity) -> Option<String> {
    let def = record.kind().def();
    let position = def.position(def.lifecycle?.column)?;
    match record.cells().into_iter().nth(position) {
        Some(Cell::Text(state)) => Some(state),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::Terms;

    fn states(kind: Kind) -> &'static Terms {
        let lifecycle = kind.def().lifecycle.unwrap();
        let column = kind.def().columns.iter().find(|column| column.name == lifecycle.column).unwrap();
        match column.scalar {
            crate::record::Scalar::Enum(terms) => terms,
            other => panic!("{kind:?} keeps its state as {other:?}"),
        }
    }

    #[test]
    fn lifecycles_speak_only_of_states_that_exist_and_reach_them_all() {
        for kind in Kind::ALL.iter().filter(|kind| kind.def().lifecycle.is_some()) {
            let lifecycle = kind.def().lifecycle.unwrap();
            assert_eq!(lifecycle.kind, *kind);
            let terms: Vec<&str> = states(*kind).terms.iter().map(|(term, _)| *term).collect();
            let mut reached = vec![lifecycle.initial];
            for step in lifecycle.transitions {
                assert!(terms.contains(&step.to), "{kind:?} {}", step.action);
                assert!(!step.who.is_empty() && !step.doc.is_empty() && !step.from.is_empty(), "{kind:?} {}", step.action);
                assert!(step.from.iter().all(|state| terms.contains(state)), "{kind:?} {}", step.action);
                reached.push(step.to);
            }
            for term in &terms {
                assert!(reached.contains(term), "{kind:?} never becomes {term}");
            }
        }
    }

    #[test]
    fn a_step_has_one_outcome() {
        for lifecycle in Kind::ALL.iter().filter_map(|kind| kind.def().lifecycle) {
            for (index, step) in lifecycle.transitions.iter().enumerate() {
                for other in lifecycle.transitions.iter().skip(index + 1).filter(|other| other.action == step.action) {
                    assert!(step.from.iter().all(|state| !other.from.contains(state)), "{} is ambiguous", step.action);
                }
            }
        }
    }
}
