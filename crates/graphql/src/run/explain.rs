//! `explainAccess`: why a principal may read something or may not, for those who see both, in the sentences of the policy.
//! What the asking viewer does not see is not told here either: no membership, no record that names another, not even that there is one.

use async_graphql::futures_util::future::join;
use async_graphql::registry::{MetaField, MetaInputValue};
use async_graphql::{ComplexObject, Context, ServerResult, SimpleObject, Value};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value as Json};
use tandem_domain::id::decode;
use tandem_domain::record::Kind;
use tandem_domain::vocabulary::Vocabulary as _;
use tandem_persistence::{AccessAnswer, AccessReason as Reason};
use uuid::Uuid;

use super::error::Failure;
use super::history::Moment;
use super::record::settled;
use super::record::{fail, object, one};
use super::session::Session;
use super::viewer::{ACTOR, MEMBERSHIP, NODE, Seen};
use crate::declare::{What, table};

/// The root field's name.
pub(super) const NAME: &str = "explainAccess";

/// Whether a principal may read something, and why, as far as you may know.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct AccessExplanation {
    /// What was asked about, as a type of this schema: the node's, or that of its part.
    kind: &'static str,
    /// As of when (UTC).
    at: Moment,
    /// Whether the principal may read it, acting for the organisation of one of the memberships below. Null where that depends on what
    /// you may not see.
    readable: Option<bool>,
    /// Whether you read all that was granted to the principal in your own organisation. Where you do not, others may grant more than
    /// stands here, or nothing more: that is not told.
    complete: bool,
    /// What came of it, in a sentence.
    summary: &'static str,
    /// By which rules, and as of when.
    basis: String,
    /// What each membership that you may read comes to, those that lead there first; of a machine client, each of its reaches.
    reasons: Vec<AccessReason>,
    #[graphql(skip)]
    principal: (Kind, Uuid),
    #[graphql(skip)]
    node: (Kind, Uuid),
}

/// What one membership comes to, or one reach of a machine client.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct AccessReason {
    /// Whether it leads there.
    allows: bool,
    /// The role that it gives.
    role: String,
    /// How far it reaches: ALL_ORG, STUDY, ENGAGEMENT, COUNTRY or SITE.
    scope: &'static str,
    /// The rule that was tried, in words; of those that do not lead there, the one that comes nearest.
    rule: String,
    /// Why it leads there, or the first condition that it does not meet.
    why: String,
    #[graphql(skip)]
    granted: Option<Uuid>,
    #[graphql(skip)]
    naming: Option<(Kind, Uuid)>,
}

#[ComplexObject]
impl AccessExplanation {
    /// The person or machine client.
    async fn principal(&self, ctx: &Context<'_>) -> ServerResult<Seen<ACTOR>> {
        Ok(Seen(shown(ctx, Some(self.principal)).await))
    }

    /// The node that was asked about.
    async fn node(&self, ctx: &Context<'_>) -> ServerResult<Seen<NODE>> {
        Ok(Seen(shown(ctx, Some(self.node)).await))
    }
}

#[ComplexObject]
impl AccessReason {
    /// The membership; nothing for a machine client.
    async fn membership(&self, ctx: &Context<'_>) -> ServerResult<Seen<MEMBERSHIP>> {
        Ok(Seen(shown(ctx, self.granted.map(|id| (Kind::Membership, id))).await))
    }

    /// What names the node and so leads there, such as an engagement; nothing where nothing needs to, or you do not see it.
    async fn through(&self, ctx: &Context<'_>) -> ServerResult<Seen<NODE>> {
        Ok(Seen(shown(ctx, self.naming).await))
    }
}

async fn shown(ctx: &Context<'_>, what: Option<(Kind, Uuid)>) -> Value {
    let found = match (Session::of(ctx), what) {
        (_, None) => Ok(Value::Null),
        (Ok(session), Some((kind, id))) => one(ctx, session, kind, id).await,
        (Err(failure), Some(_)) => Err(fail(ctx, &failure)),
    };
    settled(ctx, found)
}

/// The root field.
pub(super) fn field() -> MetaField {
    let argument = |name: &str, ty: &str, doc: &str| {
        (name.to_owned(), MetaInputValue { description: Some(doc.to_owned()), ..MetaInputValue::new(name, ty) })
    };
    let doc = "Why a person or machine client may read something or may not: today's policy on memberships and facts as of a moment. Null \
               unless you see both, as for ids that were never issued. You get reasons from the memberships that you may read.";
    let mut field = MetaField { description: Some(doc.to_owned()), ..MetaField::new(NAME, "AccessExplanation") };
    field.args = [
        argument("principal", "ID!", "The person or machine client."),
        argument("node", "ID!", "What it is about."),
        argument("field", "String", "A field of the node: for a restricted part, that part is explained; others are shown with the node."),
        argument("at", "DateTime", "As of when; now where it is left out. Not in the future."),
    ]
    .into_iter()
    .collect();
    field
}

pub(super) async fn answer(ctx: &Context<'_>, session: &Session, given: &Map<String, Json>) -> ServerResult<Value> {
    match explain(session, given).await.map_err(|failure| fail(ctx, &failure))? {
        None => Ok(Value::Null),
        Some(explanation) => object(ctx, explanation).await,
    }
}

async fn explain(session: &Session, given: &Map<String, Json>) -> Result<Option<AccessExplanation>, Failure> {
    let at = moment(session, given.get("at"))?;
    let id = |name: &str| given.get(name).and_then(Json::as_str).and_then(decode);
    let principal = id("principal").filter(|(kind, _)| matches!(kind, Kind::Person | Kind::ApiClient));
    let node = id("node").filter(|(kind, _)| table(*kind).is_some_and(|table| table.root.is_some()));
    let (Some(principal), Some(node)) = (principal, node) else { return Ok(None) };
    let loaders = session.loaders();
    let (who, what) = join(loaders.row(principal.0, principal.1), loaders.row(node.0, node.1)).await;
    let (Some(who), Some(what)) = (who?, what?) else { return Ok(None) };
    let subject = subject(node.0, given.get("field"))?;
    let answer = session.store().explain_access(&who, &what, subject, at).await?;
    let words = at.map_or_else(|| "they are now".to_owned(), |at| format!("of {}", super::scalar::moment(at)));
    Ok(Some(AccessExplanation {
        kind: subject.name(),
        at: Moment::of(at.unwrap_or(session.viewer.now)),
        readable: answer.readable,
        complete: answer.complete,
        summary: summary(&answer),
        basis: format!(
            "Today's policy, on memberships, machine clients, records and what links them as {words}. A membership counts acting for its \
             organisation; a machine client's token is taken to name all scopes that it has."
        ),
        reasons: answer.reasons.into_iter().map(AccessReason::of).collect(),
        principal,
        node,
    }))
}

impl AccessReason {
    fn of(reason: Reason) -> Self {
        Self {
            allows: reason.allows,
            role: reason.role.to_string(),
            scope: reason.scope.term(),
            rule: reason.rule,
            why: reason.why,
            granted: reason.membership,
            naming: reason.through,
        }
    }
}

fn summary(answer: &AccessAnswer) -> &'static str {
    match answer.readable {
        _ if !answer.existed => "Principal and record were not both there then.",
        Some(true) => "It may be read.",
        Some(false) => "It may not be read: nothing that was granted leads there.",
        None => "Nothing that you may read of what was granted leads there. What you may not read is not told.",
    }
}

fn moment(session: &Session, at: Option<&Json>) -> Result<Option<DateTime<Utc>>, Failure> {
    let text = match at {
        None | Some(Json::Null) => return Ok(None),
        Some(at) => at.as_str().unwrap_or_default(),
    };
    let moment = DateTime::parse_from_rfc3339(text).map_err(|_| Failure::bad_input("`at` is a moment such as 2026-03-01T12:00:00Z."))?;
    let moment = moment.to_utc();
    if moment > session.viewer.now {
        return Err(Failure::bad_input("`at` lies in the future: what will be granted by then is not known. Leave it out for now."));
    }
    Ok(Some(moment))
}

/// What a field of a kind is explained as: a part as itself, anything else as the node that it is shown with.
fn subject(kind: Kind, field: Option<&Json>) -> Result<Kind, Failure> {
    let Some(name) = field.filter(|field| !field.is_null()) else { return Ok(kind) };
    let found = table(kind).and_then(|table| table.field(name.as_str().unwrap_or_default()));
    match found.map(|field| field.what) {
        Some(What::Part { kind }) => Ok(kind),
        Some(_) => Ok(kind),
        None => Err(Failure::bad_input(format!("`field` names no field of {}.", kind.name()))),
    }
}
