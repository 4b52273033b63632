//! What of the schema has been asked for, so that a run can prefer what has not, and be held to have asked for all.
//! A field is `Study.acronym`, an argument `Study.sites(first)`, a filter `StudyFilter.acronym`, an order `StudyOrderField ID`.

use std::collections::BTreeSet;

use crate::sweep::shape::Shape;

/// Fields that levels never answer and that have tests and a walk of the sweep of their own.
pub const ALONE: &[&str] = &[
    "explainAccess",
    "permissionHistory",
    "lastUsedAt",
    "visibilityImpact",
    "workQueue",
    "changes",
    "exportManifest",
    "enrollmentTotals",
    "byExternalRef",
    "externalRefs",
];

/// What there is to ask for, and what has been asked.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// All that there is.
    pub all: BTreeSet<String>,
    asked: BTreeSet<String>,
}

impl Coverage {
    /// Everything that a query can name.
    #[must_use]
    pub fn of(shape: &Shape) -> Self {
        let mut coverage = Self::default();
        let (mut reached, mut queue) = (BTreeSet::from(["Query".to_owned()]), vec!["Query".to_owned()]);
        while let Some(name) = queue.pop() {
            let Some(ty) = shape.types.get(&name) else { continue };
            if ty.kind == "ENUM" && name.ends_with("OrderField") {
                coverage.all.extend(ty.values.iter().map(|term| format!("{name} {term}")));
            }
            let mut next = ty.possible.clone();
            for field in ty.fields.iter().filter(|field| !ALONE.contains(&field.name.as_str())) {
                coverage.all.insert(format!("{name}.{}", field.name));
                coverage.all.extend(field.args.iter().map(|argument| format!("{name}.{}({})", field.name, argument.name)));
                next.push(field.ty.name.clone());
                next.extend(field.args.iter().map(|argument| argument.ty.name.clone()));
            }
            // A history's cursors belong to one record each: none is at hand.
            coverage.all.remove(&format!("{name}.history(after)"));
            // Nothing is in the access log while nothing may change beside the questions.
            coverage.all.retain(|what| what != "Query.accessLog(after)" && what != "Query.accessLog(before)");
            queue.extend(next.into_iter().filter(|name| reached.insert(name.clone())));
        }
        coverage
    }

    /// Says that something is asked.
    pub fn ask(&mut self, what: &str) {
        if !self.asked.contains(what) && self.all.contains(what) {
            self.asked.insert(what.to_owned());
        }
    }

    /// Whether something waits to be asked.
    #[must_use]
    pub fn waits(&self, what: &str) -> bool {
        self.all.contains(what) && !self.asked.contains(what)
    }

    /// How much has been asked.
    #[must_use]
    pub fn count(&self) -> usize {
        self.asked.len()
    }

    /// What has not been asked.
    #[must_use]
    pub fn missing(&self) -> BTreeSet<String> {
        self.all.difference(&self.asked).cloned().collect()
    }
}
