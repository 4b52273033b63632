//! Administration at the command line: for whoever has the database, journalled as the system's own work.

use sea_orm::ConnectionTrait;
use tandem_domain::access::{Actor, Link, Readers, Role};
use tandem_domain::command::{Op, Write};
use tandem_domain::id::{MembershipId, OrganizationId, PersonId, TypedId};
use tandem_domain::party::{Membership, MembershipScope, Organization, OrganizationType, Person, PersonContact, normal_email, side_of};
use tandem_domain::record::{Entity, Kind, Record};
use tandem_domain::value::CountryCode;
use uuid::Uuid;

use super::apply::Author;
use crate::error::StoreError;
use crate::sql::Sql;
use crate::vault::Vault;

/// An organisation that is to use Tandem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrganization {
    /// Its name.
    pub name: String,
    /// What it is.
    pub organization_type: OrganizationType,
    /// The country it is established in.
    pub country_code: Option<CountryCode>,
}

fn author<'a>(command: &'a str, reason: Option<&'a str>) -> Author<'a> {
    Author { actor: Actor::SYSTEM, organization: None, command, reason, request_id: None, signature: None, beside: None }
}

impl Vault {
    /// Makes an organisation that uses Tandem; one that is known by this name already becomes a tenant.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn admin_organization(&self, new: NewOrganization) -> Result<OrganizationId, StoreError> {
        let transaction = self.database.begin().await?;
        let key = tandem_domain::registry::organization_key(&new.name);
        let known = self.organization_by_key(&transaction, &key).await?;
        let (op, organization) = match known {
            Some(mut known) => {
                known.is_tenant = true;
                known.organization_type = new.organization_type;
                known.country_code = new.country_code.or(known.country_code);
                (Op::Updated, known)
            }
            None => {
                let id = OrganizationId::from_uuid(self.ids.next());
                let organization = Organization {
                    id,
                    name: new.name,
                    organization_type: new.organization_type,
                    class: None,
                    country_code: new.country_code,
                    is_tenant: true,
                };
                (Op::Created, organization)
            }
        };
        let id = organization.id;
        let created = op == Op::Created;
        self.write(&transaction, &author("adminOrganization", None), &Write { op, record: organization.into_entity() }).await?;
        if created {
            self.keep_organization_key(&transaction, &key, id.uuid()).await?;
        }
        transaction.commit().await?;
        Ok(id)
    }

    /// Gives a person, invited here if he is not known in the organisation, a role over the whole organisation.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] where address, organisation or role do not fit together.
    pub async fn admin_grant(&self, email: &str, organization: OrganizationId, role: Role) -> Result<(PersonId, MembershipId), StoreError> {
        let email = normal_email(email).ok_or_else(|| StoreError::Unusable(format!("{email} is no e-mail address")))?;
        let transaction = self.database.begin().await?;
        let found: Vec<Organization> = self.system_read(&transaction, "id", &[organization.uuid()]).await?;
        let organization = found.into_iter().next().ok_or_else(|| StoreError::Unusable("there is no such organisation".to_owned()))?;
        if !organization.is_tenant {
            let words = format!("{} does not use Tandem yet: make it with `tandem admin organization`", organization.name);
            return Err(StoreError::Unusable(words));
        }
        if role.side() != Some(side_of(organization.organization_type)) {
            return Err(StoreError::Unusable(format!(
                "{} is a {}: it cannot give the role {role}",
                organization.name, organization.organization_type
            )));
        }
        let person = match self.person_by_email(&transaction, &email, organization.id).await? {
            Some(person) => person,
            None => self.admin_person(&transaction, &email, organization.id).await?,
        };
        let membership = Membership {
            id: MembershipId::from_uuid(self.ids.next()),
            person_id: person,
            organization_id: organization.id,
            role,
            scope: MembershipScope::AllOrg,
            study_id: None,
            engagement_id: None,
            country_code: None,
            study_site_id: None,
            sponsor_id: None,
            valid_from: self.clock.now(),
            valid_to: None,
            granted_by_id: None,
            reason: "granted at the command line".to_owned(),
        };
        let id = membership.id;
        let reason = Some("granted at the command line");
        self.write(&transaction, &author("adminGrant", reason), &Write { op: Op::Created, record: membership.into_entity() }).await?;
        transaction.commit().await?;
        Ok((person, id))
    }

    async fn admin_person(
        &self,
        transaction: &sea_orm::DatabaseTransaction,
        email: &str,
        organization_id: OrganizationId,
    ) -> Result<PersonId, StoreError> {
        let id = PersonId::from_uuid(self.ids.next());
        let display_name = email.split('@').next().unwrap_or(email).to_owned();
        let person = Person { id, organization_id, display_name, job_title: None, active: true };
        let contact = PersonContact { id, organization_id, email: email.to_owned() };
        for record in [person.into_entity(), contact.into_entity()] {
            self.write(transaction, &author("adminGrant", None), &Write { op: Op::Created, record }).await?;
        }
        Ok(id)
    }

    /// The person of this address: the organisation's own, or else the only one who is known by it anywhere.
    async fn person_by_email(
        &self,
        transaction: &sea_orm::DatabaseTransaction,
        email: &str,
        organization: OrganizationId,
    ) -> Result<Option<PersonId>, StoreError> {
        let mut sql = Sql::new(self.database.dialect, "SELECT id, organization_id FROM person_contact WHERE email = ");
        sql.bind_text(email).push(" ORDER BY id");
        let mut people: Vec<(Uuid, Uuid)> = Vec::new();
        for row in transaction.query_all_raw(sql.statement()).await? {
            people.push((row.try_get_by_index(0)?, row.try_get_by_index(1)?));
        }
        let own = people.iter().find(|(_, employer)| *employer == organization.uuid());
        match (own, people.as_slice()) {
            (Some((id, _)), _) | (None, [(id, _)]) => Ok(Some(PersonId::from_uuid(*id))),
            (None, []) => Ok(None),
            (None, _) => {
                let words = format!("several organisations know a person by {email}: invite the person in this one first");
                Err(StoreError::Unusable(words))
            }
        }
    }

    /// The organisation that is known by this key.
    pub(crate) async fn organization_by_key(
        &self,
        transaction: &sea_orm::DatabaseTransaction,
        key: &str,
    ) -> Result<Option<Organization>, StoreError> {
        let mut sql = Sql::new(self.database.dialect, "SELECT organization_id FROM organization_key WHERE organization_key = ");
        sql.bind_text(key);
        let Some(row) = transaction.query_one_raw(sql.statement()).await? else { return Ok(None) };
        let id: Uuid = row.try_get_by_index(0)?;
        Ok(self.system_read(transaction, "id", &[id]).await?.into_iter().next())
    }

    pub(crate) async fn keep_organization_key(
        &self,
        transaction: &sea_orm::DatabaseTransaction,
        key: &str,
        id: Uuid,
    ) -> Result<(), StoreError> {
        let mut sql = Sql::new(self.database.dialect, "INSERT INTO organization_key (organization_key, organization_id) VALUES (");
        sql.bind_text(key).push(", ").bind_uuid(id).push(")");
        transaction.execute_raw(sql.statement()).await?;
        Ok(())
    }

    /// Writes new records as they are, in one transaction, journalled as the system's own work under the name `command`.
    /// For worlds that are made whole: a demo, a benchmark, a test. Parents come before what names them, or with it.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses one; then none is kept.
    pub async fn seed(&self, command: &str, records: Vec<Entity>) -> Result<(), StoreError> {
        let transaction = self.database.begin().await?;
        self.create(&transaction, &author(command, None), &Op::Created, &records).await?;
        for record in &records {
            if let Entity::Organization(organization) = record {
                let key = tandem_domain::registry::organization_key(&organization.name);
                self.keep_organization_key(&transaction, &key, organization.id.uuid()).await?;
            }
        }
        Ok(transaction.commit().await?)
    }

    /// How many records of a kind there are, whoever may see them.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn count_all(&self, kind: Kind) -> Result<i64, StoreError> {
        let mut sql = Sql::new(self.database.dialect, "SELECT COUNT(*) FROM ");
        sql.push(kind.def().table);
        match self.database.reader().query_one_raw(sql.statement()).await? {
            None => Ok(0),
            Some(row) => Ok(row.try_get_by_index(0)?),
        }
    }

    /// How many records of a kind have no entry of their creation in the journal. For checks.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn check_journal(&self, kind: Kind) -> Result<i64, StoreError> {
        let mut sql = Sql::new(self.database.dialect, "SELECT COUNT(*) FROM ");
        sql.push(kind.def().table).push(" a WHERE NOT EXISTS (SELECT 1 FROM journal j WHERE j.entity_id = a.id AND j.version = 1");
        sql.push(" AND j.kind = ").bind_text(kind.prefix()).push(" AND j.operation = ").bind_text(&Op::Created.name()).push(")");
        match self.database.reader().query_one_raw(sql.statement()).await? {
            None => Ok(0),
            Some(row) => Ok(row.try_get_by_index(0)?),
        }
    }

    /// All links to records of a kind, in no order. For checks: nobody is shown them.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn all_links(&self, kind: Kind) -> Result<Vec<(Uuid, Link)>, StoreError> {
        let rows = self.database.reader().query_all_raw(super::links::select_all(self.database.dialect, kind).statement()).await?;
        rows.iter().map(super::links::read).collect()
    }

    /// Has the database count what it holds, so that it plans for that. After much was written at once.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot do it.
    pub async fn analyze(&self) -> Result<(), StoreError> {
        let transaction = self.database.begin().await?;
        transaction.execute_raw(Sql::new(self.database.dialect, "ANALYZE").statement()).await?;
        Ok(transaction.commit().await?)
    }

    /// Recomputes the audiences stored on every record of a kind and compares; answers how many differ. For checks.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn check_facts(&self, kind: Kind) -> Result<usize, StoreError> {
        let mut sql = Sql::new(self.database.dialect, "SELECT ");
        sql.push(&crate::row::select_list(kind, "a")).push(", a.readers FROM ").push(kind.def().table).push(" a");
        let offset = kind.def().columns.len() + crate::row::META.len();
        let mut differing = 0;
        for result in self.database.reader().query_all_raw(sql.statement()).await? {
            let row = crate::row::read(self.database.dialect, kind, &result, 0)?;
            let stored: i32 = result.try_get_by_index(offset)?;
            if row.entity()?.record.readers() != Readers::from_bits(stored) {
                differing += 1;
            }
        }
        Ok(differing)
    }

    /// Takes audiences away from what is stored on every record of a kind; it never gives one. For checks: a row from which an
    /// audience was taken is not there for it any more.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses.
    pub async fn narrow_audiences(&self, kind: tandem_domain::record::Kind, away: Readers) -> Result<(), StoreError> {
        let mut sql = Sql::new(self.database.dialect, "UPDATE ");
        sql.push(kind.def().table).push(&format!(" SET readers = readers & {}", !away.bits()));
        let transaction = self.database.begin().await?;
        transaction.execute_raw(sql.statement()).await?;
        Ok(transaction.commit().await?)
    }
}
