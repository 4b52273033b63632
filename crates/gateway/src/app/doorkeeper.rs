//! Who may enter: a verified token, asked for in the directory, becomes the viewer of one request.
//! A viewer is remembered only as long as one indexed read says that nothing granted to him has changed.

use std::sync::Arc;

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use moka::future::Cache;
use tandem_domain::access::Viewer;
use tandem_domain::id::{self, OrganizationId, TypedId};
use tandem_domain::record::Kind;
use tandem_persistence::{Admission, Noted, SignIn, StoreError, Vault};
use uuid::Uuid;

use crate::http::seam::{Doorkeeper, Refusal, Refused, Session, Stage, Who};
use crate::identity::{CHALLENGE_INVALID, TokenError, TokenHash, VerifiedToken, Verifier};

/// A token and the organisation that came with it. An id that is none is the nil one: nobody is its member.
type Key = (TokenHash, Option<Uuid>);

#[derive(Clone)]
struct Remembered {
    viewer: Arc<Viewer>,
    expires_at: DateTime<Utc>,
}

/// Admits whom the directory knows.
pub struct DirectoryDoorkeeper {
    verifier: Verifier,
    vault: Vault,
    viewers: Cache<Key, Remembered>,
}

impl DirectoryDoorkeeper {
    /// A doorkeeper who remembers at most this many viewers.
    #[must_use]
    pub fn new(verifier: Verifier, vault: Vault, remembered: u64) -> Self {
        Self { verifier, vault, viewers: Cache::builder().max_capacity(remembered).build() }
    }

    async fn admitted(&self, bearer: &str, organization: Option<&str>) -> Result<Viewer, Refusal> {
        let token = self.verifier.verify(bearer).await.map_err(bad_token)?;
        let picked = organization.map(|text| read_organization(text).uuid());
        let key = (token.token_hash, picked);
        let now = self.vault.clock().now();
        let known = self.viewers.contains_key(&key);
        if let Some(viewer) = self.remembered(&key, now).await? {
            self.vault.note_use(viewer.as_ref().into());
            return Ok(Viewer { now, ..(*viewer).clone() });
        }
        match self.vault.admit(&sign_in(&token), picked.map(OrganizationId::from_uuid)).await.map_err(away)? {
            Admission::Admitted(viewer) => {
                if !known {
                    self.vault.note_sign_in((&viewer).into());
                }
                self.vault.note_use((&viewer).into());
                let entry = Remembered { viewer: Arc::new(viewer.clone()), expires_at: token.expires_at };
                self.viewers.insert(key, entry).await;
                Ok(Viewer { now, ..viewer })
            }
            Admission::Unknown(who) => Err(forbidden(
                who,
                "FORBIDDEN",
                "The directory does not know this identity, or nothing is granted to it any more. Ask an administrator of your organisation.",
            )),
            Admission::NotAMember(who) => {
                Err(forbidden(who, "FORBIDDEN", "You are no member of the organisation that the header Tandem-Organization names."))
            }
            Admission::OrganizationRequired(who) => Err(forbidden(
                who,
                "ORGANIZATION_REQUIRED",
                "You belong to several organisations, or another has invited you: name one by its id in the header Tandem-Organization.",
            )),
        }
    }

    /// The viewer as he was, if nothing has changed since: not what is granted, not the hour.
    async fn remembered(&self, key: &Key, now: DateTime<Utc>) -> Result<Option<Arc<Viewer>>, Refusal> {
        let Some(Remembered { viewer, expires_at }) = self.viewers.get(key).await else { return Ok(None) };
        let in_time = now < expires_at && viewer.valid_until.is_none_or(|end| now < end);
        let unchanged = in_time && self.vault.access_version(viewer.principal).await.map_err(away)? == Some(viewer.access_version);
        if !unchanged {
            self.viewers.invalidate(key).await;
        }
        Ok(unchanged.then_some(viewer))
    }
}

impl Doorkeeper for DirectoryDoorkeeper {
    fn admit<'a>(&'a self, bearer: &'a str, organization: Option<&'a str>) -> BoxFuture<'a, Result<Session, Refusal>> {
        Box::pin(async move {
            let viewer = self.admitted(bearer, organization).await?;
            let who = Who { principal: Some(viewer.principal), organization: Some(viewer.organization.uuid()) };
            Ok(Session { principal_key: viewer.principal.to_string(), state: Arc::new(viewer), may_introspect: true, who })
        })
    }

    /// Notes what is a matter of access or of abuse, where it is known whose. What commands refuse is noted with the command's name
    /// where they are carried out.
    fn refused(&self, refused: &Refused<'_>) {
        let attempt = match refused.stage {
            Stage::Door => "request",
            Stage::Answer => "answer",
            Stage::Command => return,
        };
        let Some(principal) = refused.who.principal.filter(|_| KEPT.contains(&refused.code)) else { return };
        let organization = refused.who.organization.map(OrganizationId::from_uuid);
        self.vault.note_refusal(Noted { principal, organization }, refused.code, attempt);
    }
}

/// The refusals that the access log keeps; others are faults of a request, not of who asked.
const KEPT: [&str; 5] = ["FORBIDDEN", "ORGANIZATION_REQUIRED", "RATE_LIMITED", "COST_LIMIT_EXCEEDED", "DOCUMENT_LIMIT_EXCEEDED"];

fn read_organization(text: &str) -> OrganizationId {
    match id::decode(text) {
        Some((Kind::Organization, uuid)) => OrganizationId::from_uuid(uuid),
        // What is no id is answered exactly as an id that was never issued.
        _ => OrganizationId::from_uuid(Uuid::nil()),
    }
}

fn sign_in(token: &VerifiedToken) -> SignIn {
    SignIn {
        issuer: token.issuer.clone(),
        subject: token.client_id.clone().unwrap_or_else(|| token.subject.clone()),
        client: token.client_id.is_some(),
        scopes: token.scopes.clone(),
        verified_email: token.email.clone().filter(|_| token.email_verified),
        auth_time: token.auth_time,
    }
}

fn bad_token(error: TokenError) -> Refusal {
    tracing::info!(reason = error.reason(), "a token was refused");
    if error == TokenError::KeysUnavailable {
        return unavailable("Tokens cannot be verified at the moment: the identity provider does not answer. Try again later.");
    }
    Refusal {
        status: StatusCode::UNAUTHORIZED,
        code: "UNAUTHENTICATED",
        message: "The bearer token is not valid here, or not any more.".to_owned(),
        www_authenticate: Some(CHALLENGE_INVALID.to_owned()),
        who: Who::default(),
    }
}

/// Whatever the database's failure, nobody can tell now who this is.
fn away(error: StoreError) -> Refusal {
    tracing::error!(error = &error as &dyn std::error::Error, "the directory could not be asked");
    unavailable("The directory does not answer at the moment. Try again later.")
}

fn unavailable(message: &str) -> Refusal {
    let (status, who) = (StatusCode::SERVICE_UNAVAILABLE, Who::default());
    Refusal { status, code: "UNAVAILABLE", message: message.to_owned(), www_authenticate: None, who }
}

fn forbidden(principal: Option<Uuid>, code: &'static str, message: &str) -> Refusal {
    let who = Who { principal, organization: None };
    Refusal { status: StatusCode::FORBIDDEN, code, message: message.to_owned(), www_authenticate: None, who }
}

#[cfg(test)]
#[path = "doorkeeper_tests.rs"]
mod tests;
