//! The directory: who a token's subject is, and what was granted to it. The system's own reads, made before there is a viewer.
//! Nothing here comes from a token's or a request's claims about roles.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
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
    /// The directory does not know him, or nothing is granted to him any more. Who he is, where it knows that much.
    Unknown(Option<Uuid>),
    /// He belongs to several organisations, or other ones have invited him, and has to pick one.
    OrganizationRequired(Option<Uuid>),
    /// He does not belong to the organisation that he picked.
    NotAMember(Option<Uuid>),
}

struct Principal {
    id: Uuid,
    access_version: i64,
}

impl Vault {
    /// Admits the bearer of a token, to act for one organisation: the one he picks among his own, or his only one.
    ///
    /// An invitation is accepted by acting for the organisation that it is of, and by nothing else: whoever invites an address
    /// must not be able to change what its owner's requests mean that do not name an organisation.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn admit(&self, sign_in: &SignIn, organization: Option<OrganizationId>) -> Result<Admission, StoreError> {
        let now = self.clock.now();
        let known = self.principals(sign_in).await?;
        let admission = self.admit_known(&known, sign_in, organization, now).await?;
        if matches!(admission, Admission::Admitted(_) | Admission::OrganizationRequired(_)) || sign_in.client {
            return Ok(admission);
        }
        let Some(email) = sign_in.verified_email.as_deref().and_then(tandem_domain::party::plain_email) else { return Ok(admission) };
        let offers = self.offers(&email, sign_in, now).await?;
        let several = offers.iter().any(|offer| offers.first().is_some_and(|first| first.organization != offer.organization));
        let chosen = match organization {
            Some(organization) => offers.into_iter().find(|offer| offer.organization == organization),
            // Who is bound already accepts another's invitation by its name only.
            None if several || (!known.is_empty() && !offers.is_empty()) => {
                return Ok(Admission::OrganizationRequired(known.first().map(|principal| principal.id)));
            }
            None => offers.into_iter().next(),
        };
        if let Some(chosen) = chosen {
            self.bind(&chosen, sign_in, now).await?;
        }
        // Another request of the same person may have been accepting at this moment: the directory is asked again whoever did it.
        self.admit_known(&self.principals(sign_in).await?, sign_in, organization, now).await
    }

    /// The viewers that a person with this address is, one for each organisation in which something is granted to him. For work at the
    /// command line, which is done by whoever has the database: nothing is bound, and no sign-in is noted.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn viewers_named(&self, email: &str) -> Result<Vec<Viewer>, StoreError> {
        let mut sql = Sql::new(
            self.database.dialect,
            "SELECT p.id, p.access_version FROM principal p JOIN person_contact c ON c.id = p.id WHERE c.email = ",
        );
        sql.bind_text(&tandem_domain::party::plain_email(email).unwrap_or_default()).push(" ORDER BY p.id");
        let mut viewers = Vec::new();
        for principal in self.read_principals(sql).await? {
            viewers.extend(self.person_viewers(&principal, &SignIn::default(), self.clock.now()).await?);
        }
        Ok(viewers)
    }

    /// The viewers that machine clients of this client id are, with these scopes, or all that the directory gives them. For the same work.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn viewers_of_client(&self, client_id: &str, scopes: Option<&[String]>) -> Result<Vec<Viewer>, StoreError> {
        let mut sql = Sql::new(self.database.dialect, "SELECT p.id, p.access_version FROM principal p WHERE p.subject = ");
        sql.bind_text(client_id).push(" AND p.kind = ").bind_text(PrincipalKind::Client.term()).push(" ORDER BY p.id");
        let all = || ClientScope::ALL.iter().map(|scope| scope.claim().to_owned()).collect();
        let sign_in = SignIn { client: true, scopes: Some(scopes.map_or_else(all, <[String]>::to_vec)), ..SignIn::default() };
        let mut viewers = Vec::new();
        for principal in self.read_principals(sql).await? {
            viewers.extend(self.client_viewer(&principal, &sign_in, self.clock.now()).await?);
        }
        Ok(viewers)
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
        principals: &[Principal],
        sign_in: &SignIn,
        organization: Option<OrganizationId>,
        now: DateTime<Utc>,
    ) -> Result<Admission, StoreError> {
        let who = principals.first().map(|principal| principal.id);
        let mut viewers: Vec<Viewer> = Vec::new();
        for principal in principals {
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
            return Ok(Admission::Unknown(who));
        }
        Ok(match organization {
            Some(organization) => {
                let found = viewers.into_iter().find(|viewer| viewer.organization == organization);
                found.map_or(Admission::NotAMember(who), Admission::Admitted)
            }
            None if viewers.len() > 1 => Admission::OrganizationRequired(who),
            None => viewers.pop().map_or(Admission::Unknown(who), Admission::Admitted),
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
        sql.bind_text(&sign_in.issuer)
            .push(" AND subject = ")
            .bind_text(&sign_in.subject)
            .push(" AND kind = ")
            .bind_text(kind.term())
            .push(" ORDER BY id");
        self.read_principals(sql).await
    }

    async fn read_principals(&self, sql: Sql) -> Result<Vec<Principal>, StoreError> {
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

    /// What waits for this address: as whom its owner would act, for each organisation that has invited him and lets him do
    /// something now. A person who is switched off, or to whom nothing is granted (any more, or yet), is nothing to accept.
    /// A person's own organisation goes before others that he is granted something in.
    async fn offers(&self, email: &str, sign_in: &SignIn, now: DateTime<Utc>) -> Result<Vec<Viewer>, StoreError> {
        let dialect = self.database.dialect;
        let mut waiting = Sql::new(
            dialect,
            "SELECT p.id, p.access_version FROM principal p JOIN person_contact c ON c.id = p.id WHERE p.subject IS NULL AND p.kind = ",
        );
        waiting.bind_text(PrincipalKind::Person.term()).push(" AND c.email = ").bind_text(email).push(" ORDER BY p.id");
        let mut offers = Vec::new();
        for principal in self.read_principals(waiting).await? {
            let home = self.system_read::<Person, _>(self.database.reader(), "id", &[principal.id]).await?.pop();
            for viewer in self.person_viewers(&principal, sign_in, now).await? {
                let elsewhere = home.as_ref().is_none_or(|home| home.organization_id != viewer.organization);
                offers.push((elsewhere, viewer));
            }
        }
        offers.sort_by_key(|(elsewhere, viewer)| (*elsewhere, viewer.principal));
        Ok(offers.into_iter().map(|(_, viewer)| viewer).collect())
    }

    /// Binds one invited person to a token's subject, if nobody has been quicker. A bound person is never bound again.
    async fn bind(&self, offer: &Viewer, sign_in: &SignIn, now: DateTime<Utc>) -> Result<(), StoreError> {
        let dialect = self.database.dialect;
        let transaction = self.database.begin().await?;
        let mut bind = Sql::new(dialect, "UPDATE principal SET issuer = ");
        bind.bind_text(&sign_in.issuer).push(", subject = ").bind_text(&sign_in.subject);
        bind.push(" WHERE subject IS NULL AND kind = ").bind_text(PrincipalKind::Person.term());
        bind.push(" AND id = ").bind_uuid(offer.principal).push(" RETURNING id, access_version");
        let Some(row) = transaction.query_one_raw(bind.statement()).await? else { return Ok(transaction.rollback().await?) };
        // The row is held now: what was offered cannot be taken away any more, and may have been a moment ago.
        let held = Principal { id: row.try_get_by_index(0)?, access_version: row.try_get_by_index(1)? };
        let stands = self.viewers_of_person(&transaction, &held, sign_in, now).await?;
        if !stands.iter().any(|viewer| viewer.organization == offer.organization) {
            return Ok(transaction.rollback().await?);
        }
        // Whoever had one organisation may have two now: instances that remember him as he was have to ask again.
        let mut raise = Sql::new(dialect, "UPDATE principal SET access_version = access_version + 1 WHERE issuer = ");
        raise.bind_text(&sign_in.issuer).push(" AND subject = ").bind_text(&sign_in.subject);
        raise.push(" AND kind = ").bind_text(PrincipalKind::Person.term());
        transaction.execute_raw(raise.statement()).await?;
        for person in self.system_rows(&transaction, Kind::Person, "id", &[held.id]).await? {
            let record = person.entity()?;
            let entry = crate::journal::Entry {
                id: self.ids.next(),
                now,
                actor: Actor { kind: PrincipalKind::Person, id: held.id },
                organization: None,
                command: "signIn",
                operation: "BOUND",
                reason: None,
                request_id: None,
                record: &record.record,
                version: record.meta.version,
                facts_before: None,
                signature: None,
                beside: None,
            };
            crate::journal::append(dialect, &transaction, &[entry]).await?;
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
