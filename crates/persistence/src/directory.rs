//! The directory: who a token's subject is, and what was granted to it. The system's own reads, made before there is a viewer.
//! Nothing here comes from a token's or a request's claims about roles.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, QueryResult};
use tandem_domain::access::{Actor, ClientScope, Grant, PrincipalKind, Role, Scope, Viewer};
use tandem_domain::id::{OrganizationId, TypedId};
use tandem_domain::party::{ApiClient, Membership, Organization, Person, scope_of, side_of};
use tandem_domain::record::{Kind, Record};
use tandem_domain::vocabulary::Vocabulary;
use uuid::Uuid;

use crate::error::StoreError;
use crate::row;
use crate::sql::Sql;
use crate::vault::Vault;

/// What a verified token says of its bearer, as far as the directory needs it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignIn {
    /// The token's issuer.
    pub issuer: String,
    /// The token's subject; for a machine client, its client id.
    pub subject: String,
    /// Whether the token is a machine client's.
    pub client: bool,
    /// The scopes that the token names; nothing where it has no such claim.
    pub scopes: Option<Vec<String>>,
    /// The e-mail address, if the provider has verified it.
    pub verified_email: Option<String>,
    /// When the bearer last proved who he is.
    pub auth_time: Option<DateTime<Utc>>,
}

/// Whether a token's bearer may act, and as whom.
#[derive(Debug, Clone, PartialEq)]
pub enum Admission {
    /// As this viewer.
    Admitted(Viewer),
    /// The directory does not know him, or nothing is granted to him any more.
    Unknown,
    /// He belongs to several organisations and has to pick one.
    OrganizationRequired,
    /// He does not belong to the organisation that he picked.
    NotAMember,
}

struct Principal {
    id: Uuid,
    access_version: i64,
}

impl Vault {
    /// Admits the bearer of a token, to act for one organisation: the one he picks among his own, or his only one.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn admit(&self, sign_in: &SignIn, organization: Option<OrganizationId>) -> Result<Admission, StoreError> {
        let now = self.clock.now();
        let admission = self.admit_known(sign_in, organization, now).await?;
        if matches!(admission, Admission::Admitted(_) | Admission::OrganizationRequired) {
            return Ok(admission);
        }
        // Perhaps an invitation waits for this address; it is bound once, by the first verified sign-in. Another request of
        // the same person may be binding it at this moment, so the directory is asked again whoever did it.
        if let Some(email) = &sign_in.verified_email
            && !sign_in.client
        {
            self.bind_invitations(sign_in, email, now).await?;
            return self.admit_known(sign_in, organization, now).await;
        }
        Ok(admission)
    }

    /// The access version of a principal right now: one indexed read, made on every request.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn access_version(&self, principal: Uuid) -> Result<Option<i64>, StoreError> {
        let mut sql = Sql::new(self.database.dialect, "SELECT access_version FROM principal WHERE id = ");
        sql.bind_uuid(principal);
        let row = self.database.reader().query_one_raw(sql.statement()).await?;
        Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
    }

    async fn admit_known(
        &self,
        sign_in: &SignIn,
        organization: Option<OrganizationId>,
        now: DateTime<Utc>,
    ) -> Result<Admission, StoreError> {
        let principals = self.principals(sign_in).await?;
        let mut viewers: Vec<Viewer> = Vec::new();
        for principal in &principals {
            if sign_in.client {
                viewers.extend(self.client_viewer(principal, sign_in, now).await?);
            } else {
                viewers.extend(self.person_viewers(principal, sign_in, now).await?);
            }
        }
        // One human may have several records in one organisation, and picks among organisations only: his oldest record acts.
        viewers.sort_by_key(|viewer| (viewer.organization, viewer.principal));
        viewers.dedup_by_key(|viewer| viewer.organization);
        if viewers.is_empty() {
            return Ok(Admission::Unknown);
        }
        Ok(match organization {
            Some(organization) => {
                viewers.into_iter().find(|viewer| viewer.organization == organization).map_or(Admission::NotAMember, Admission::Admitted)
            }
            None if viewers.len() > 1 => Admission::OrganizationRequired,
            None => viewers.pop().map_or(Admission::Unknown, Admission::Admitted),
        })
    }

    /// The viewer again as the directory has it now, within a writing transaction that holds the principal's row.
    pub(crate) async fn viewer_again<C: ConnectionTrait>(&self, connection: &C, viewer: &Viewer) -> Result<Option<Viewer>, StoreError> {
        let mut sql = Sql::new(self.database.dialect, "SELECT access_version FROM principal WHERE id = ");
        sql.bind_uuid(viewer.principal).push(self.database.dialect.for_share());
        let Some(row) = connection.query_one_raw(sql.statement()).await? else { return Ok(None) };
        let access_version: i64 = row.try_get_by_index(0)?;
        let fresh = viewer.valid_until.is_none_or(|end| self.clock.now() < end);
        if access_version == viewer.access_version && fresh {
            return Ok(Some(viewer.clone()));
        }
        if viewer.kind != PrincipalKind::Person {
            return Ok(None);
        }
        let principal = Principal { id: viewer.principal, access_version };
        let sign_in = SignIn { auth_time: viewer.auth_time, ..SignIn::default() };
        let viewers = self.viewers_of_person(connection, &principal, &sign_in, self.clock.now()).await?;
        Ok(viewers.into_iter().find(|again| again.organization == viewer.organization))
    }

    async fn principals(&self, sign_in: &SignIn) -> Result<Vec<Principal>, StoreError> {
        let kind = if sign_in.client { PrincipalKind::Client } else { PrincipalKind::Person };
        let mut sql = Sql::new(self.database.dialect, "SELECT id, access_version FROM principal WHERE issuer = ");
        sql.bind_text(&sign_in.issuer).push(" AND subject = ").bind_text(&sign_in.subject).push(" AND kind = ").bind_text(kind.term());
        let rows = self.database.reader().query_all_raw(sql.statement()).await?;
        rows.iter().map(|row| Ok(Principal { id: row.try_get_by_index(0)?, access_version: row.try_get_by_index(1)? })).collect()
    }

    async fn person_viewers(&self, principal: &Principal, sign_in: &SignIn, now: DateTime<Utc>) -> Result<Vec<Viewer>, StoreError> {
        self.viewers_of_person(self.database.reader(), principal, sign_in, now).await
    }

    /// One viewer for each organisation in which the person has a membership in force.
    async fn viewers_of_person<C: ConnectionTrait>(
        &self,
        connection: &C,
        principal: &Principal,
        sign_in: &SignIn,
        now: DateTime<Utc>,
    ) -> Result<Vec<Viewer>, StoreError> {
        let Some(person) = self.system_read::<Person, _>(connection, "id", &[principal.id]).await?.pop() else { return Ok(Vec::new()) };
        if !person.active {
            return Ok(Vec::new());
        }
        let memberships = self.system_read::<Membership, _>(connection, "person_id", &[principal.id]).await?;
        let next_change = |organization: OrganizationId| {
            let mine = memberships.iter().filter(move |membership| membership.organization_id == organization);
            mine.flat_map(|membership| [Some(membership.valid_from), membership.valid_to]).flatten().filter(|moment| *moment > now).min()
        };
        let mut organizations: Vec<OrganizationId> =
            memberships.iter().filter(|membership| membership.in_force(now)).map(|membership| membership.organization_id).collect();
        organizations.sort_unstable();
        organizations.dedup();
        let ids: Vec<Uuid> = organizations.iter().map(|id| id.uuid()).collect();
        let mut viewers = Vec::new();
        for organization in self.system_read::<Organization, _>(connection, "id", &ids).await?.into_iter().filter(|found| found.is_tenant) {
            let in_force =
                memberships.iter().filter(|membership| membership.organization_id == organization.id && membership.in_force(now));
            let grants = in_force.filter_map(|membership| Some(Grant { role: membership.role, scope: scope_of(membership)? })).collect();
            viewers.push(Viewer {
                kind: PrincipalKind::Person,
                principal: principal.id,
                organization: organization.id,
                side: side_of(organization.organization_type),
                now,
                grants,
                client_scopes: Vec::new(),
                access_version: principal.access_version,
                valid_until: next_change(organization.id),
                auth_time: sign_in.auth_time,
            });
        }
        Ok(viewers)
    }

    async fn client_viewer(&self, principal: &Principal, sign_in: &SignIn, now: DateTime<Utc>) -> Result<Option<Viewer>, StoreError> {
        let connection = self.database.reader();
        let Some(client) = self.system_read::<ApiClient, _>(connection, "id", &[principal.id]).await?.pop() else { return Ok(None) };
        if !client.in_force(now) {
            return Ok(None);
        }
        let Some(organization) = self.system_read::<Organization, _>(connection, "id", &[client.organization_id.uuid()]).await?.pop()
        else {
            return Ok(None);
        };
        let ids: Vec<Uuid> = client.engagement_ids.iter().map(|id| id.uuid()).collect();
        let grants = if ids.is_empty() {
            vec![Grant { role: Role::PClient, scope: Scope::Organization }]
        } else {
            let engagements = self.system_read::<tandem_domain::engagement::Engagement, _>(connection, "id", &ids).await?;
            let scope =
                |engagement: tandem_domain::engagement::Engagement| Scope::Listed { engagement: engagement.id, study: engagement.study_id };
            engagements.into_iter().map(|engagement| Grant { role: Role::PClient, scope: scope(engagement) }).collect()
        };
        // What the directory gives and the token names: both, or not at all.
        let named: Vec<ClientScope> = sign_in.scopes.iter().flatten().filter_map(|scope| ClientScope::from_claim(scope)).collect();
        Ok(Some(Viewer {
            kind: PrincipalKind::Client,
            principal: principal.id,
            organization: organization.id,
            side: side_of(organization.organization_type),
            now,
            grants,
            client_scopes: client.scopes.iter().copied().filter(|scope| named.contains(scope)).collect(),
            access_version: principal.access_version,
            valid_until: Some(client.expires_at),
            auth_time: None,
        }))
    }

    /// Binds every invitation of this address that nobody has answered yet. A bound person is never bound again.
    async fn bind_invitations(&self, sign_in: &SignIn, email: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        let Some(email) = tandem_domain::party::normal_email(email) else { return Ok(()) };
        let dialect = self.database.dialect;
        let mut waiting =
            Sql::new(dialect, "SELECT p.id FROM principal p JOIN person_contact c ON c.id = p.id WHERE p.subject IS NULL AND p.kind = ");
        waiting.bind_text(PrincipalKind::Person.term()).push(" AND c.email = ").bind_text(&email);
        if self.database.reader().query_one_raw(waiting.statement()).await?.is_none() {
            return Ok(());
        }
        let transaction = self.database.begin().await?;
        let mut bind = Sql::new(dialect, "UPDATE principal SET issuer = ");
        bind.bind_text(&sign_in.issuer).push(", subject = ").bind_text(&sign_in.subject).push(", access_version = access_version + 1");
        bind.push(" WHERE subject IS NULL AND kind = ").bind_text(PrincipalKind::Person.term());
        bind.push(" AND id IN (SELECT id FROM person_contact WHERE email = ").bind_text(&email).push(") RETURNING id");
        let bound: Vec<QueryResult> = transaction.query_all_raw(bind.statement()).await?;
        for row in &bound {
            let id: Uuid = row.try_get_by_index(0)?;
            let people = self.system_rows(&transaction, Kind::Person, "id", &[id]).await?;
            for person in people {
                let record = person.entity()?;
                let entry = crate::journal::Entry {
                    id: self.ids.next(),
                    now,
                    actor: Actor { kind: PrincipalKind::Person, id },
                    organization: None,
                    command: "signIn",
                    operation: "BOUND",
                    reason: None,
                    request_id: None,
                    record: &record.record,
                    version: record.meta.version,
                    facts_before: None,
                    signature: None,
                };
                crate::journal::append(dialect, &transaction, &[entry]).await?;
            }
        }
        Ok(transaction.commit().await?)
    }

    /// Reads records for the system's own work, without a viewer. Never for an answer.
    pub(crate) async fn system_read<T: Record, C: ConnectionTrait>(
        &self,
        connection: &C,
        column: &str,
        ids: &[Uuid],
    ) -> Result<Vec<T>, StoreError> {
        let rows = self.system_rows(connection, T::KIND, column, ids).await?;
        rows.into_iter().map(|row| Ok(row.entity()?.typed::<T>()?.record)).collect()
    }

    /// The same, untyped and with what the store keeps.
    pub(crate) async fn system_rows<C: ConnectionTrait>(
        &self,
        connection: &C,
        kind: Kind,
        column: &str,
        ids: &[Uuid],
    ) -> Result<Vec<std::sync::Arc<row::Row>>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = Sql::new(self.database.dialect, "SELECT ");
        sql.push(&row::select_list(kind, "a")).push(" FROM ").push(kind.def().table).push(" a WHERE ");
        sql.any_uuid(&format!("a.{column}"), ids).push(" ORDER BY a.id");
        let rows = connection.query_all_raw(sql.statement()).await?;
        rows.iter().map(|result| row::read(self.database.dialect, kind, result, 0)).collect()
    }
}
