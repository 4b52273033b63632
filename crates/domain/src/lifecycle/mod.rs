//! Lifecycles as data: states, transitions, who may, what has to hold. Behaviour hangs on these tables, never on scattered conditions.
//! The graph serves the same tables as `allowedTransitions`, so that what is promised is what happens.

use crate::access::{Action, Facts, Role, Viewer, writes};
use crate::command::{Code, UserError};
use crate::id::PersonId;
use crate::portfolio::Study;
use crate::record::{Cell, CellError, Entity, Kind};
use crate::vocabulary::Vocabulary;

mod case;
mod guard;
mod turn;

pub use case::{Case, Takers};
pub use guard::{DEFERRED, Guard};
pub use turn::{Turn, turn};

/// One step that a record can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The states it starts from.
    pub from: &'static [&'static str],
    /// The step's name, such as `ENROLL`; the mutation is the kind's name and this.
    pub action: &'static str,
    /// The state it leads to.
    pub to: &'static str,
    /// For which records the step is there: all of these are so.
    pub when: &'static [Case],
    /// The roles that may take it. Nobody's is one that Tandem takes itself, when something else makes it so.
    pub who: &'static [Role],
    /// Which of them may, for one record.
    pub takers: Takers,
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
pub const STEP: Transition = Transition {
    from: &[],
    action: "",
    to: "",
    when: &[],
    who: &[],
    takers: Takers::All,
    confirmed_by: &[],
    guards: &[],
    reason: false,
    signature: false,
    doc: "",
};

impl Transition {
    /// Whether Tandem takes the step itself, when something else makes it so; nobody is offered it.
    #[must_use]
    pub fn is_systems(&self) -> bool {
        self.who.is_empty()
    }

    /// Whether the step is there for this record, whatever its state.
    #[must_use]
    pub fn is_for(&self, record: &Entity) -> bool {
        self.when.iter().all(|case| case.holds(record))
    }

    /// The roles that may take it for this record.
    #[must_use]
    pub fn who_of(&self, record: &Entity) -> &'static [Role] {
        self.takers.of(self.who, record)
    }
}

impl Lifecycle {
    /// The steps that somebody can make a record take now, in the order of the table: those out of its state that are there for it, and
    /// of those back out of a hold only the one to where it was held.
    #[must_use]
    pub fn steps_of(&self, record: &Entity) -> Vec<&'static Transition> {
        let state = state_of(record).unwrap_or_default();
        let out = self.transitions.iter().filter(|step| step.from.contains(&state.as_str()) && !step.is_systems() && step.is_for(record));
        let Entity::Study(Study { held_from: Some(held_from), .. }) = record else { return out.collect() };
        let resumes = |step: &Transition| self.transitions.iter().any(|hold| hold.to == state && hold.from.contains(&step.to));
        out.filter(|step| !resumes(step) || step.to == held_from.term()).collect()
    }

    /// The step called `action` that a record can take now.
    #[must_use]
    pub fn step_of(&self, record: &Entity, action: &str) -> Option<&'static Transition> {
        self.steps_of(record).into_iter().find(|step| step.action == action)
    }

    /// The step called `action` that Tandem itself takes out of the record's state.
    #[must_use]
    pub fn systems_step(&self, record: &Entity, action: &str) -> Option<&'static Transition> {
        let state = state_of(record).unwrap_or_default();
        let is = |step: &&Transition| step.is_systems() && step.action == action && step.from.contains(&state.as_str());
        self.transitions.iter().filter(is).find(|step| step.is_for(record))
    }

    /// The names of all steps that somebody can take, each once, in the order of the table.
    #[must_use]
    pub fn actions(&self) -> Vec<&'static str> {
        let mut actions: Vec<&'static str> = Vec::new();
        for step in self.transitions.iter().filter(|step| !step.is_systems()) {
            if !actions.contains(&step.action) {
                actions.push(step.action);
            }
        }
        actions
    }
}

/// When a step is taken, and by whom; Tandem's own steps follow from somebody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub now: chrono::DateTime<chrono::Utc>,
    /// By whom.
    pub by: PersonId,
}

impl Moment {
    /// The day, UTC.
    #[must_use]
    pub fn day(&self) -> chrono::NaiveDate {
        self.now.date_naive()
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
/// Reason and signature are asked for in the act, and so are not hindrances. `who` are the roles that may take it for this record.
#[must_use]
pub fn blockers(
    viewer: &Viewer,
    step: &Transition,
    who: &'static [Role],
    facts: &Facts,
    confirmation: Option<&Confirmation>,
    answers: &[GuardAnswer],
) -> Vec<UserError> {
    if !writes(viewer, Action::Transition(who), facts) {
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

/// The record after a step: its state, and what the record notes of it.
///
/// # Errors
/// [`CellError`] when the record has no such lifecycle; the caller mixed kinds up.
pub fn advance(record: &Entity, lifecycle: &Lifecycle, step: &Transition, moment: &Moment) -> Result<Entity, CellError> {
    let kind = record.kind();
    let position = kind.def().position(lifecycle.column).ok_or(CellError)?;
    let mut cells = record.cells();
    *cells.get_mut(position).ok_or(CellError)? = Cell::Text(step.to.to_owned());
    Ok(noted(record, kind.decode(cells)?, moment))
}

/// What records note of their steps: days, people, whose turn it is.
fn noted(before: &Entity, after: Entity, moment: &Moment) -> Entity {
    match (before, after) {
        (_, Entity::StudySite(mut site)) => {
            site.note_step(site.state, moment.day());
            Entity::StudySite(site)
        }
        (Entity::Study(before), Entity::Study(mut study)) => {
            study.note_step(before.lifecycle_state);
            Entity::Study(study)
        }
        (_, Entity::Deliverable(mut deliverable)) => {
            deliverable.note_step(moment);
            Entity::Deliverable(deliverable)
        }
        (_, Entity::Finding(mut finding)) => {
            finding.note_step(moment);
            Entity::Finding(finding)
        }
        (_, Entity::Capa(mut capa)) => {
            capa.note_step(moment);
            Entity::Capa(capa)
        }
        (_, Entity::DueDateExtension(mut extension)) => {
            extension.note_step(moment);
            Entity::DueDateExtension(extension)
        }
        (_, Entity::Issue(mut issue)) => {
            issue.note_step(moment);
            Entity::Issue(issue)
        }
        (_, other) => other,
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
                assert!(!step.doc.is_empty() && !step.from.is_empty(), "{kind:?} {}", step.action);
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
                    let apart = step.when.iter().any(|one| other.when.iter().any(|another| one.excludes(*another)));
                    assert!(apart || step.from.iter().all(|state| !other.from.contains(state)), "{} is ambiguous", step.action);
                }
            }
        }
    }
}
