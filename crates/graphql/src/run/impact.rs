//! `visibilityImpact`: who would come to see something by a step that nobody has taken yet. It names only whom the asking viewer may see;
//! of the others it tells the roles, which the policy tells anybody.

use async_graphql::registry::{MetaField, MetaInputValue};
use async_graphql::{ComplexObject, Context, ServerResult, SimpleObject, Value};
use serde_json::{Map, Value as Json};
use tandem_domain::access::PrincipalKind;
use tandem_domain::id::{PersonId, TypedId, decode};
use tandem_domain::lifecycle::{Moment, advance};
use tandem_domain::record::Kind;
use tandem_domain::vocabulary::Vocabulary as _;
use uuid::Uuid;

use super::error::Failure;
use super::record::{fail, object, one, settled};
use super::session::Session;
use super::viewer::{ACTOR, MEMBERSHIP, Seen};
use crate::declare::table;

/// The root field's name.
pub(super) const NAME: &str = "visibilityImpact";

/// Who would come to see something if a step were taken.
#[derive(SimpleObject)]
pub(crate) struct VisibilityImpact {
    /// The step.
    action: &'static str,
    /// The state that it leads to.
    to: &'static str,
    /// The people and machine clients that would come to see it, of those whom you may see.
    principals: Vec<VisibilityGain>,
    /// The roles that would come to see it with scope ALL_ORG, whether or not anybody has them. Whom you may not see is not told.
    roles: Vec<RoleGain>,
}

/// Somebody who would come to see it.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct VisibilityGain {
    /// What kind of principal it is: PERSON or CLIENT.
    kind: &'static str,
    #[graphql(skip)]
    principal: (Kind, Uuid),
    #[graphql(skip)]
    granted: Option<Uuid>,
}

/// A role that would come to see it.
#[derive(SimpleObject)]
pub(crate) struct RoleGain {
    /// The side of the party: SPONSOR or VENDOR.
    side: &'static str,
    /// The role.
    role: &'static str,
}

#[ComplexObject]
impl VisibilityGain {
    /// The person or machine client; nothing where you see the membership and not who holds it.
    async fn principal(&self, ctx: &Context<'_>) -> ServerResult<Seen<ACTOR>> {
        Ok(Seen(shown(ctx, Some(self.principal)).await))
    }

    /// The membership that would lead there; nothing for a machine client.
    async fn membership(&self, ctx: &Context<'_>) -> ServerResult<Seen<MEMBERSHIP>> {
        Ok(Seen(shown(ctx, self.granted.map(|id| (Kind::Membership, id))).await))
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
    let doc = "Who would come to see something if a step were taken now, such as ISSUE of a finding. Null unless you see it. It does not \
               say whether you may take the step: see allowedTransitions.";
    let mut field = MetaField { description: Some(doc.to_owned()), ..MetaField::new(NAME, "VisibilityImpact") };
    let arguments = [
        argument("node", "ID!", "What it is about."),
        argument("action", "String!", "The step out of its present state, as `allowedTransitions` names it."),
    ];
    field.args = arguments.into_iter().collect();
    field
}

pub(super) async fn answer(ctx: &Context<'_>, session: &Session, given: &Map<String, Json>) -> ServerResult<Value> {
    match impact(session, given).await.map_err(|failure| fail(ctx, &failure))? {
        None => Ok(Value::Null),
        Some(impact) => object(ctx, impact).await,
    }
}

async fn impact(session: &Session, given: &Map<String, Json>) -> Result<Option<VisibilityImpact>, Failure> {
    let id = given.get("node").and_then(Json::as_str).and_then(decode);
    let known = id.filter(|(kind, _)| table(*kind).is_some_and(|table| table.root.is_some()));
    let Some((kind, id)) = known else { return Ok(None) };
    let Some(row) = session.loaders().row(kind, id).await? else { return Ok(None) };
    let before = row.entity().map_err(tandem_persistence::StoreError::from)?.record;
    let action = given.get("action").and_then(Json::as_str).unwrap_or_default();
    let lifecycle = kind.def().lifecycle;
    let Some((lifecycle, step)) = lifecycle.and_then(|lifecycle| Some((lifecycle, lifecycle.step_of(&before, action)?))) else {
        return Err(Failure::bad_input("`action` is no step out of its present state. See `allowedTransitions`."));
    };
    let moment = Moment { now: session.viewer.now, by: PersonId::from_uuid(session.viewer.principal) };
    let after = advance(&before, lifecycle, step, &moment).map_err(tandem_persistence::StoreError::from)?;
    let impact = session.store().visibility_impact(&before, &after).await?;
    let people = impact.people.into_iter().map(|(person, membership)| VisibilityGain {
        kind: PrincipalKind::Person.term(),
        principal: (Kind::Person, person),
        granted: Some(membership),
    });
    let clients = impact.clients.into_iter().map(|client| VisibilityGain {
        kind: PrincipalKind::Client.term(),
        principal: (Kind::ApiClient, client),
        granted: None,
    });
    Ok(Some(VisibilityImpact {
        action: step.action,
        to: step.to,
        principals: people.chain(clients).collect(),
        roles: impact.roles.into_iter().map(|(side, role)| RoleGain { side: side.term(), role: role.term() }).collect(),
    }))
}
