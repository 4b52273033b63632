//! Machine clients: partner systems, named by issuer and client id. Tandem holds no secret of theirs.
//! Their reach is the engagements listed, or the whole organisation for an organisation's own client.

use chrono::{DateTime, Utc};

use crate::access::{Action, ClientScope, Readers};
use crate::command::{Change, Code, Deciding, Op, Refusal, UserError, too_long};
use crate::id::{ApiClientId, EngagementId, OrganizationId, TypedId};
use crate::record::{Record, Term, terms};
use crate::{input, record};

record! {
    /// A machine client of an organisation.
    pub struct ApiClient: ApiClient {
        /// The client's id.
        id: ApiClientId,
        /// The organisation it acts for.
        organization_id: OrganizationId,
        /// What it is called.
        name: String,
        /// The issuer of its tokens.
        issuer: String,
        /// Its client id at that issuer.
        client_id: String,
        /// What it may do; its token has to name the scope too.
        scopes: Vec<ClientScope>,
        /// The engagements it reaches; none: the whole organisation.
        engagement_ids: Vec<EngagementId>,
        /// When it stops working.
        expires_at: DateTime<Utc>,
        /// When it was ended.
        ended_at: Option<DateTime<Utc>>,
    }
}

impl ApiClient {
    pub(crate) fn audience(&self) -> Readers {
        Readers::MEMBERS
    }

    /// Whether the client counts at this moment.
    #[must_use]
    pub fn in_force(&self, now: DateTime<Utc>) -> bool {
        self.ended_at.is_none() && now < self.expires_at
    }
}

input! {
    /// Enters a machine client of your organisation in the directory.
    pub struct ApiClientCreate {
        /// What it is called.
        name: String,
        /// The issuer of its tokens, exactly as in their `iss` claim.
        issuer: String,
        /// Its client id at that issuer.
        client_id: String,
        /// What it may do.
        scopes: Vec<Term<ClientScope>>,
        /// The engagements it reaches, at least one; left out: the whole organisation.
        engagement_ids: Option<Vec<EngagementId>>,
        /// When it stops working.
        expires_at: DateTime<Utc>,
    }

    /// Ends a machine client. Its next request is refused, on every instance.
    pub struct ApiClientEnd {
        /// The client.
        id: ApiClientId,
    }
}

/// Decides a new client. The store has looked the engagements up for the organisation.
///
/// # Errors
/// FORBIDDEN for who is no administrator; BAD_USER_INPUT for an expiry in the past, no scope, or a list of no engagement: nothing is
/// never read as everything.
pub fn api_client_create(deciding: &Deciding<'_>, input: ApiClientCreate) -> Result<Change, Refusal> {
    let client = ApiClient {
        id: ApiClientId::from_uuid(deciding.ids.next()),
        organization_id: deciding.viewer.organization,
        name: input.name,
        issuer: input.issuer,
        client_id: input.client_id,
        scopes: terms(input.scopes),
        engagement_ids: each_once(input.engagement_ids.as_deref().unwrap_or_default()),
        expires_at: input.expires_at,
        ended_at: None,
    };
    deciding.permit(Action::Create, &client.clone().into_entity())?;
    if client.expires_at <= deciding.now {
        return Err(UserError::at(Code::BadUserInput, "expiresAt", "The expiry has to lie in the future.").into());
    }
    if input.engagement_ids.as_ref().is_some_and(Vec::is_empty) {
        let words = "Give at least one engagement, or leave the field out for a client of the whole organisation.";
        return Err(UserError::at(Code::BadUserInput, "engagementIds", words).into());
    }
    let texts = [("issuer", &client.issuer), ("clientId", &client.client_id)];
    let errors: Vec<UserError> = texts.into_iter().filter_map(|(field, text)| too_long(field, text)).collect();
    if !errors.is_empty() {
        return Err(Refusal(errors));
    }
    if client.scopes.is_empty() {
        return Err(UserError::at(Code::BadUserInput, "scopes", "Give at least one scope.").into());
    }
    Ok(Change::one(Op::Created, client.into_entity()))
}

/// The ids as they were given, each once.
#[must_use]
pub fn each_once(ids: &[EngagementId]) -> Vec<EngagementId> {
    let mut once = Vec::new();
    for id in ids {
        if !once.contains(id) {
            once.push(*id);
        }
    }
    once
}

/// Decides the end of a client.
///
/// # Errors
/// FORBIDDEN for who may not; GUARD_FAILED where it has ended already.
pub fn api_client_end(deciding: &Deciding<'_>, mut client: ApiClient) -> Result<Change, Refusal> {
    deciding.permit(Action::End, &client.clone().into_entity())?;
    if client.ended_at.is_some() {
        return Err(UserError::new(Code::GuardFailed, "The client has ended already.").into());
    }
    client.ended_at = Some(deciding.now);
    Ok(Change::one(Op::Ended, client.into_entity()))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn an_engagement_is_listed_once() {
        let id = |number| EngagementId::from_uuid(Uuid::from_u128(number));
        assert_eq!(each_once(&[id(2), id(1), id(2)]), [id(2), id(1)]);
    }
}
