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

    /// Whether the client is for this engagement: it lists it or, for the whole of its vendor, lists none.
    #[must_use]
    pub fn reaches(&self, engagement: &crate::engagement::Engagement) -> bool {
        self.engagement_ids.contains(&engagement.id) || (self.engagement_ids.is_empty() && self.organization_id == engagement.vendor_id)
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

    /// Narrows a machine client: fewer scopes, fewer engagements, an earlier end. What is left out stays. To widen one, end it and enter another.
    pub struct ApiClientNarrow {
        /// The client.
        id: ApiClientId,
        /// What it may still do: some of its scopes, at least one.
        scopes: Option<Vec<Term<ClientScope>>>,
        /// The engagements that it still reaches: some of its own, at least one; for a client of the whole organisation, any of those.
        engagement_ids: Option<Vec<EngagementId>>,
        /// When it stops working: not later than now planned, and in the future.
        expires_at: Option<DateTime<Utc>>,
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

/// Decides a narrower reach of a client. The store has looked new engagements up for the organisation.
///
/// # Errors
/// FORBIDDEN for who is no administrator; GUARD_FAILED for a client that has ended; BAD_USER_INPUT for each field that would widen it, or
/// leave it nothing.
pub fn api_client_narrow(deciding: &Deciding<'_>, mut client: ApiClient, input: ApiClientNarrow) -> Result<Change, Refusal> {
    deciding.permit(Action::Update, &client.clone().into_entity())?;
    if !client.in_force(deciding.now) {
        return Err(UserError::new(Code::GuardFailed, "The client has ended already.").into());
    }
    let mut errors = Vec::new();
    let mut refuse = |field: &str, words: &str| errors.push(UserError::at(Code::BadUserInput, field, words));
    if let Some(scopes) = input.scopes.map(terms) {
        if scopes.is_empty() || scopes.iter().any(|scope| !client.scopes.contains(scope)) {
            refuse("scopes", "Give at least one scope, and only such as the client has. To widen a client, end it and enter another.");
        }
        client.scopes.retain(|scope| scopes.contains(scope));
    }
    if let Some(ids) = input.engagement_ids.map(|ids| each_once(&ids)) {
        let wider = !client.engagement_ids.is_empty() && ids.iter().any(|id| !client.engagement_ids.contains(id));
        if ids.is_empty() || wider {
            let words = "Give at least one engagement, and only such as the client reaches. To widen a client, end it and enter another.";
            refuse("engagementIds", words);
        }
        client.engagement_ids = ids;
    }
    if let Some(expires_at) = input.expires_at {
        if expires_at > client.expires_at || expires_at <= deciding.now {
            refuse("expiresAt", "The expiry can only be brought forward, and has to lie in the future.");
        }
        client.expires_at = expires_at;
    }
    if errors.is_empty() { Ok(Change::one(Op::Updated, client.into_entity())) } else { Err(Refusal(errors)) }
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
