//! The steps out of a record's state: the same table, facts, guards and confirmations that trying would meet.

use async_graphql::futures_util::future::join_all;
use async_graphql::{Context, ServerResult, SimpleObject, Value};
use tandem_domain::lifecycle::{GuardAnswer, Transition, blockers};

use super::error::Failure;
use super::record::{Record, fail, list};
use super::session::Session;

/// A step that a record can take out of its present state.
#[derive(SimpleObject)]
pub(crate) struct AllowedTransition {
    /// The step's name; the mutation is the kind's name and this, such as `studyStartUp` for START_UP.
    action: &'static str,
    /// The state that it leads to.
    to: &'static str,
    /// Whether you may take it now. A reason or a signature that it needs is asked for in the act.
    enabled: bool,
    /// What hinders it; empty where it is enabled.
    blockers: Vec<Blocker>,
    /// Whether it needs a reason.
    reason_required: bool,
    /// Whether it needs an electronic signature.
    signature_required: bool,
    /// Conditions that this version does not check yet; they count as met.
    deferred: Vec<&'static str>,
}

/// Something that hinders a step.
#[derive(SimpleObject)]
pub(crate) struct Blocker {
    /// The stable code that trying would give.
    code: String,
    /// What hinders and what to do.
    message: String,
}

pub(super) async fn answer(ctx: &Context<'_>, session: &Session, record: &Record) -> ServerResult<Value> {
    let steps = steps(session, record).await.map_err(|failure| fail(ctx, &failure))?;
    list(ctx, steps).await
}

async fn steps(session: &Session, record: &Record) -> Result<Vec<AllowedTransition>, Failure> {
    let (kind, id) = (record.row.kind, record.row.id());
    let Some(lifecycle) = kind.def().lifecycle else { return Ok(Vec::new()) };
    let entity = record.row.entity().map_err(tandem_persistence::StoreError::from)?;
    let loaders = session.loaders();
    let facts = loaders.facts.try_load((kind, id)).await.map_err(|_| Failure::internal())??;
    let facts = facts.unwrap_or_else(|| tandem_domain::access::Facts::of(&entity.record));
    let steps: Vec<&'static Transition> = lifecycle.steps_of(&entity.record);
    let confirmation = if steps.iter().any(|step| !step.confirmed_by.is_empty()) {
        let standing = loaders.confirmations.try_load((kind, id)).await.map_err(|_| Failure::internal())??;
        standing.filter(|(version, _)| *version == entity.meta.version).map(|(_, confirmation)| confirmation)
    } else {
        None
    };
    let mut allowed = Vec::new();
    for step in steps {
        let answers = join_all(step.guards.iter().map(|guard| async {
            let met = loaders.guards.try_load((*guard, kind, id)).await.map_err(|_| Failure::internal())??;
            Ok::<_, Failure>(GuardAnswer { guard: *guard, met })
        }))
        .await
        .into_iter()
        .collect::<Result<Vec<_>, _>>()?;
        let hindrances = blockers(&session.viewer, step, step.who_of(&entity.record), &facts, confirmation.as_ref(), &answers);
        allowed.push(AllowedTransition {
            action: step.action,
            to: step.to,
            enabled: hindrances.is_empty(),
            blockers: hindrances.into_iter().map(|error| Blocker { code: error.code.to_string(), message: error.message }).collect(),
            reason_required: step.reason,
            signature_required: step.signature,
            deferred: step.guards.iter().filter(|guard| guard.is_deferred()).map(|guard| guard.name()).collect(),
        });
    }
    Ok(allowed)
}
