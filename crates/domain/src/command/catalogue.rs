//! The catalogue of commands: every mutation there is, as plain data. Steps of lifecycles come from their tables.
//! What is not in the catalogue cannot be asked for.

use std::sync::OnceLock;

use serde_json::{Map, Value as Json};

use crate::access::{Action, Role, sentences};
use crate::command::Command;
use crate::conversation::*;
use crate::delivery::*;
use crate::engagement::*;
use crate::id::decode;
use crate::lifecycle::Transition;
use crate::oversight::*;
use crate::party::*;
use crate::portfolio::*;
use crate::record::{FieldError, Input, InputField, InputShape, Kind, Scalar, description};

/// What a mutation takes beside its own input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    /// It makes something new: `reason`, `dryRun`.
    Create,
    /// It changes something that is there: `expectedVersion`, `reason`, `dryRun`.
    Change,
    /// It is a step that is signed: the same and `signature`.
    Signed,
}

/// One mutation, as data.
#[derive(Debug)]
pub struct CommandDef {
    /// Its name on the graph, such as `studyUpdate`.
    pub name: String,
    /// What it does, for people.
    pub doc: String,
    /// The kind of record that its payload gives back.
    pub kind: Kind,
    /// What it takes beside its own fields.
    pub flavour: Flavour,
    /// Its own fields.
    pub fields: Vec<InputField>,
    /// What has to be allowed for it: what is done, to a record or part of which kind. Nothing for steps and confirmations, whose words
    /// say it for each state.
    pub decided: Option<(Kind, Action)>,
    reader: Reader,
}

/// Reads a command out of an input object, or names every field at fault.
type ReadInput = fn(&Map<String, Json>) -> Result<Command, Vec<FieldError>>;

#[derive(Debug)]
enum Reader {
    Input(ReadInput),
    Step { kind: Kind, action: &'static str },
    Confirm { kind: Kind },
}

impl CommandDef {
    /// What it does, and who may: the words of its description.
    #[must_use]
    pub fn description(&self) -> String {
        let who = self.decided.and_then(|(kind, action)| sentences::done_by(kind, action));
        who.map_or_else(|| self.doc.clone(), |who| format!("{} {who}", self.doc))
    }

    /// Reads the command out of the mutation's input object.
    ///
    /// # Errors
    /// Every field at fault.
    pub fn read(&self, object: &Map<String, Json>) -> Result<Command, Vec<FieldError>> {
        match &self.reader {
            Reader::Input(read) => read(object),
            Reader::Step { kind, action } => Ok(Command::Transition { kind: *kind, id: read_id(object, *kind)?, action }),
            Reader::Confirm { kind } => {
                let action = object.get("action").and_then(Json::as_str).unwrap_or_default().to_owned();
                Ok(Command::Confirm { kind: *kind, id: read_id(object, *kind)?, action })
            }
        }
    }
}

fn read_id(object: &Map<String, Json>, kind: Kind) -> Result<uuid::Uuid, Vec<FieldError>> {
    match object.get("id").and_then(Json::as_str).and_then(decode) {
        Some((found, uuid)) if found == kind => Ok(uuid),
        _ => Err(vec![FieldError {
            path: vec!["input".to_owned(), "id".to_owned()],
            message: format!("Give the id of a {}; it begins with {}_.", kind.words(), kind.prefix()),
        }]),
    }
}

macro_rules! commands {
    (@decided $kind:ident Create) => { Some((Kind::$kind, Action::Create)) };
    (@decided $kind:ident Change) => { Some((Kind::$kind, Action::Update)) };
    (@decided $kind:ident Signed) => { Some((Kind::$kind, Action::Update)) };
    (@decided $kind:ident $flavour:ident by $who:expr) => { Some((Kind::$kind, Action::Transition($who))) };
    (@decided $kind:ident $flavour:ident $action:ident) => { Some((Kind::$kind, Action::$action)) };
    (@decided $kind:ident $flavour:ident $action:ident $part:ident) => { Some((Kind::$part, Action::$action)) };
    ($($name:literal $kind:ident $flavour:ident $input:ident $(as $action:ident $(of $part:ident)?)? $(by $who:ident)?;)*) => {
        vec![$(CommandDef {
            name: $name.to_owned(),
            doc: description(<$input as Input>::DOC),
            kind: Kind::$kind,
            flavour: Flavour::$flavour,
            fields: <$input as Input>::FIELDS.to_vec(),
            decided: commands!(@decided $kind $flavour $($action $($part)?)? $(by $who)?),
            reader: Reader::Input(|object| <$input as Input>::read(object).map(Command::$input)),
        }),*]
    };
}

fn written() -> Vec<CommandDef> {
    commands! {
        "personInvite" Person Create PersonInvite;
        "membershipGrant" Membership Create MembershipGrant;
        "membershipEnd" Membership Change MembershipEnd as End;
        "apiClientCreate" ApiClient Create ApiClientCreate;
        "apiClientNarrow" ApiClient Change ApiClientNarrow;
        "apiClientEnd" ApiClient Change ApiClientEnd as End;
        "accessReviewOpen" AccessReview Create AccessReviewOpen;
        "accessReviewDecide" AccessReview Change AccessReviewDecide;
        "accessReviewComplete" AccessReview Change AccessReviewComplete;
        "studyCreate" Study Create StudyCreate;
        "studyUpdate" Study Change StudyUpdate;
        "studyInternalUpdate" Study Change StudyInternalUpdate as Update of StudyInternal;
        "studyBenchmarkUpdate" Study Change StudyBenchmarkUpdate as Update of StudyBenchmark;
        "studyCountryCreate" StudyCountry Create StudyCountryCreate;
        "studyCountryUpdate" StudyCountry Change StudyCountryUpdate;
        "siteCreate" Site Create SiteCreate;
        "siteUpdate" Site Change SiteUpdate;
        "studySiteCreate" StudySite Create StudySiteCreate;
        "studySiteUpdate" StudySite Change StudySiteUpdate;
        "studySiteInternalUpdate" StudySite Change StudySiteInternalUpdate as Update of StudySiteInternal;
        "studySiteContactUpdate" StudySite Change StudySiteContactUpdate as Update of StudySiteContact;
        "engagementCreate" Engagement Create EngagementCreate;
        "engagementUpdate" Engagement Change EngagementUpdate;
        "engagementInternalUpdate" Engagement Change EngagementInternalUpdate as Update of EngagementInternal;
        "serviceScopeCreate" ServiceScope Create ServiceScopeCreate;
        "serviceScopeUpdate" ServiceScope Change ServiceScopeUpdate;
        "serviceScopeEnd" ServiceScope Change ServiceScopeEnd;
        "programCreate" Program Create ProgramCreate;
        "programUpdate" Program Change ProgramUpdate;
        "programInternalUpdate" Program Change ProgramInternalUpdate as Update of ProgramInternal;
        "milestoneCreate" Milestone Create MilestoneCreate;
        "milestoneUpdate" Milestone Change MilestoneUpdate;
        "enrollmentSnapshotCreate" EnrollmentSnapshot Create EnrollmentSnapshotCreate;
        "enrollmentSnapshotUpdate" EnrollmentSnapshot Change EnrollmentSnapshotUpdate;
        "documentCreate" Document Create DocumentCreate;
        "documentUpdate" Document Change DocumentUpdate;
        "deliverableCreate" Deliverable Create DeliverableCreate;
        "deliverableUpdate" Deliverable Change DeliverableUpdate;
        "deliverableSubmit" Deliverable Change DeliverableSubmit;
        "deliverableAccept" Deliverable Signed DeliverableAccept;
        "deliverableAcceptWithComments" Deliverable Signed DeliverableAcceptWithComments;
        "deliverableReturn" Deliverable Change DeliverableReturn;
        "deliverableSign" Deliverable Signed DeliverableSign by DELIVERABLE_SIGNERS;
        "findingCreate" Finding Create FindingCreate;
        "findingUpdate" Finding Change FindingUpdate;
        "findingInternalUpdate" Finding Change FindingInternalUpdate as Update of FindingInternal;
        "findingSeverityChange" Finding Signed FindingSeverityChange by FINDING_GRADERS;
        "findingIssue" Finding Signed FindingIssue;
        "findingDispute" Finding Change FindingDispute;
        "findingRespond" Finding Change FindingRespond;
        "findingAcceptResponse" Finding Change FindingAcceptResponse;
        "findingReturnResponse" Finding Change FindingReturnResponse;
        "findingWaiveCapa" Finding Signed FindingWaiveCapa;
        "findingClose" Finding Signed FindingClose;
        "capaCreate" Capa Create CapaCreate;
        "capaUpdate" Capa Change CapaUpdate;
        "capaCloseEffective" Capa Signed CapaCloseEffective;
        "capaMarkIneffective" Capa Signed CapaMarkIneffective;
        "capaDeferCheck" Capa Change CapaDeferCheck;
        "capaActionCreate" CapaAction Create CapaActionCreate;
        "capaActionUpdate" CapaAction Change CapaActionUpdate;
        "capaActionComplete" CapaAction Change CapaActionComplete;
        "dueDateExtensionRequest" DueDateExtension Create DueDateExtensionRequest;
        "effectivenessCheckPlan" EffectivenessCheck Create EffectivenessCheckPlan;
        "issueCreate" Issue Create IssueCreate;
        "issueUpdate" Issue Change IssueUpdate;
        "issueResolve" Issue Change IssueResolve;
        "issuePromote" Finding Create IssuePromote;
        "commentCreate" Comment Create CommentCreate;
        "commentUpdate" Comment Change CommentUpdate;
    }
}

/// Every mutation there is, in the order of their names.
pub fn catalogue() -> &'static [CommandDef] {
    static CATALOGUE: OnceLock<Vec<CommandDef>> = OnceLock::new();
    CATALOGUE.get_or_init(|| {
        let mut commands = written();
        for kind in Kind::ALL {
            if let Some(lifecycle) = kind.def().lifecycle {
                for action in lifecycle.actions() {
                    add_step(&mut commands, step(*kind, action, lifecycle.transitions));
                }
                if lifecycle.transitions.iter().any(|step| !step.confirmed_by.is_empty()) {
                    commands.push(confirm(*kind));
                }
            }
        }
        commands.sort_by(|a, b| a.name.cmp(&b.name));
        commands
    })
}

/// Adds the mutation of a step. One that takes something besides is written already, and gets who may and what it means from the table.
fn add_step(commands: &mut Vec<CommandDef>, step: CommandDef) {
    match commands.iter_mut().find(|command| command.name == step.name) {
        None => commands.push(step),
        Some(written) => {
            written.doc = step.doc;
            written.decided = None;
            written.flavour = step.flavour;
        }
    }
}

/// The mutation of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static CommandDef> {
    let catalogue = catalogue();
    catalogue.binary_search_by(|command| command.name.as_str().cmp(name)).ok().and_then(|index| catalogue.get(index))
}

/// `studyStartUp` for the step `START_UP` of a study.
fn step_name(kind: Kind, action: &str) -> String {
    let mut name = lower_first(kind.name());
    for word in action.split('_') {
        let mut letters = word.chars();
        name.extend(letters.next());
        name.push_str(&letters.as_str().to_lowercase());
    }
    name
}

fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

const ID_DOC: &[&str] = &["The record."];

fn id_field(kind: Kind) -> InputField {
    InputField { name: "id", doc: ID_DOC, shape: InputShape { scalar: Scalar::Id(kind), required: true } }
}

fn step(kind: Kind, action: &'static str, transitions: &'static [Transition]) -> CommandDef {
    let steps: Vec<_> = transitions.iter().filter(|step| step.action == action && !step.is_systems()).collect();
    let mut doc = Vec::new();
    for step in &steps {
        let when: Vec<&str> = step.when.iter().map(|case| case.words()).collect();
        let when = if when.is_empty() { String::new() } else { format!(", where {}", when.join(" and ")) };
        doc.push(format!("{} From {} to {}{when}.", step.doc, step.from.join(", "), step.to));
        doc.extend(sentences::done_by(kind, Action::Transition(step.who)));
        if !step.confirmed_by.is_empty() {
            doc.push(format!("Another person has to confirm it first: {}.", sentences::roles_in_words(step.confirmed_by)));
        }
        if step.reason {
            doc.push("Needs a reason.".to_owned());
        }
        if step.signature {
            doc.push("Needs a signature.".to_owned());
        }
    }
    let signed = steps.iter().any(|step| step.signature);
    CommandDef {
        name: step_name(kind, action),
        doc: doc.join(" "),
        kind,
        flavour: if signed { Flavour::Signed } else { Flavour::Change },
        fields: vec![id_field(kind)],
        decided: None,
        reader: Reader::Step { kind, action },
    }
}

/// The mutation that records a confirmation: whoever any of the steps names for it may.
fn confirm(kind: Kind) -> CommandDef {
    let steps = kind.def().lifecycle.map(|lifecycle| lifecycle.transitions).unwrap_or_default();
    let who: Vec<Role> = steps.iter().flat_map(|step| step.confirmed_by).copied().collect();
    let action = InputField {
        name: "action",
        doc: &["The step to confirm, as `allowedTransitions` names it."],
        shape: InputShape { scalar: Scalar::String, required: true },
    };
    CommandDef {
        name: step_name(kind, "CONFIRM"),
        doc: format!(
            "Confirms a step of a {} that needs a second person. Any edit voids the confirmation. May be done by {}, as the step says.",
            kind.words(),
            sentences::roles_in_words(&who)
        ),
        kind,
        flavour: Flavour::Change,
        fields: vec![id_field(kind), action],
        decided: None,
        reader: Reader::Confirm { kind },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found() {
        let names: Vec<_> = catalogue().iter().map(|command| command.name.clone()).collect();
        let mut unique = names.clone();
        unique.dedup();
        assert_eq!(names, unique);
        for name in ["studyStartUp", "studyCountryCloseEnrollment", "engagementConfirm", "studyCreate"] {
            assert_eq!(find(name).map(|command| command.name.as_str()), Some(name));
        }
        assert!(find("studyExplode").is_none());
    }

    #[test]
    fn every_command_says_who_may() {
        for command in catalogue() {
            let words = command.description();
            assert!(words.contains("May be done by "), "{}: {words}", command.name);
        }
        let words = find("studyBenchmarkUpdate").map(CommandDef::description).unwrap_or_default();
        assert!(words.ends_with("May be done by S_FINANCE, within its scope."), "{words}");
    }

    #[test]
    fn an_input_names_every_fault() {
        let object = serde_json::json!({ "briefTitle": " ", "phases": ["PHASE9"] });
        let faults = find("studyCreate").unwrap().read(object.as_object().unwrap()).unwrap_err();
        let paths: Vec<_> = faults.iter().map(|fault| fault.path.join(".")).collect();
        assert_eq!(paths, ["input.protocolNumber", "input.briefTitle", "input.studyType", "input.phases"]);
    }
}
