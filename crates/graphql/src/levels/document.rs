//! A document that is kept: parsed once, with the plans that its operations earned. Bounded, because anybody can send documents.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition};
use async_graphql::{Name, Variables};

use super::compile::compile;
use super::plan::Plan;
use super::reason::Reason;
use super::values::decide;
use crate::limits::conditions;

/// The most forms (operation and conditions) of one document that are remembered.
const FORMS: usize = 32;

/// A parsed document and its plans.
#[derive(Debug)]
pub struct Document {
    text: String,
    parsed: ExecutableDocument,
    /// The variables that the conditions of each operation hang on.
    conditional: Vec<(Option<Name>, Vec<Name>)>,
    forms: Mutex<Vec<(Form, Slot)>>,
}

/// What of a request besides the text decides a plan: never an id, never who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Form {
    operation: Option<String>,
    conditions: Vec<bool>,
}

/// What is known of a form.
#[derive(Debug, Clone)]
pub(crate) enum Slot {
    Planned(Arc<Plan>),
    Unplannable(Reason),
}

impl Document {
    /// Keeps a parsed document.
    #[must_use]
    pub fn new(text: String, parsed: ExecutableDocument) -> Self {
        let names = |operation: &OperationDefinition| {
            let mut names: Vec<Name> = conditions(&parsed, operation).into_iter().map(|(_, name)| name).collect();
            names.sort();
            names.dedup();
            names
        };
        let operations = parsed.operations.iter();
        let conditional = operations.map(|(name, operation)| (name.cloned(), names(&operation.node))).collect();
        Self { text, parsed, conditional, forms: Mutex::default() }
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its parsed form.
    #[must_use]
    pub fn parsed(&self) -> &ExecutableDocument {
        &self.parsed
    }

    /// The operation of this name; without a name, the only one.
    pub(crate) fn operation(&self, name: Option<&str>) -> Option<&OperationDefinition> {
        match (&self.parsed.operations, name) {
            (DocumentOperations::Single(only), _) => Some(&only.node),
            (DocumentOperations::Multiple(many), Some(name)) => many.get(name).map(|operation| &operation.node),
            (DocumentOperations::Multiple(many), None) => match many.len() {
                1 => many.values().next().map(|operation| &operation.node),
                _ => None,
            },
        }
    }

    /// The form of a request for this operation.
    pub(crate) fn form(&self, operation: Option<&str>, variables: &Variables) -> Result<Form, Reason> {
        let names = self.conditional(operation);
        let decided = decide(names, variables)?;
        let conditions = names.iter().map(|name| decided.get(name).copied().unwrap_or_default()).collect();
        Ok(Form { operation: operation.map(str::to_owned), conditions })
    }

    fn conditional(&self, operation: Option<&str>) -> &[Name] {
        let found = self.conditional.iter().find(|(name, _)| operation.is_none() || name.as_deref() == operation);
        found.map(|(_, names)| names.as_slice()).unwrap_or_default()
    }

    /// What is known of a form.
    pub(crate) fn known(&self, form: &Form) -> Option<Slot> {
        let forms = self.forms.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, slot)) = forms.iter().find(|(known, _)| known == form) {
            return Some(slot.clone());
        }
        (forms.len() >= FORMS).then_some(Slot::Unplannable(Reason::Full))
    }

    /// Compiles the plan of an operation anew, whether or not it is known, and keeps nothing. For those who measure it.
    ///
    /// # Errors
    /// [`Reason`] where it has none.
    pub fn plan(&self, operation: Option<&str>, variables: &Variables) -> Result<(), Reason> {
        self.compiled(operation, variables).map(drop)
    }

    fn compiled(&self, name: Option<&str>, variables: &Variables) -> Result<Plan, Reason> {
        let operation = self.operation(name).ok_or(Reason::NotAQuery)?;
        compile(&self.parsed, operation, &decide(self.conditional(name), variables)?)
    }

    /// Plans a form that has just been answered without errors.
    pub(crate) fn prove(&self, form: Form, variables: &Variables) {
        let slot = match self.compiled(form.operation.as_deref(), variables) {
            Ok(plan) => Slot::Planned(Arc::new(plan)),
            Err(reason) => {
                tracing::debug!(reason = reason.label(), "a document has no plan");
                Slot::Unplannable(reason)
            }
        };
        let mut forms = self.forms.lock().unwrap_or_else(PoisonError::into_inner);
        if forms.len() < FORMS && !forms.iter().any(|(known, _)| *known == form) {
            forms.push((form, slot));
        }
    }
}
