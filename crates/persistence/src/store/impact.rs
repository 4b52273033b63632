//! Who would come to see a record by a step that nobody has taken yet: the decision made for each principal that the asking viewer knows,
//! on the facts before and after, and for the roles of its parties as such.

use std::collections::BTreeMap;

use tandem_domain::access::{Action, Decision, Facts, Grant, PrincipalKind, Role, Scope, Side, Viewer, decide};
use tandem_domain::id::{OrganizationId, TypedId};
use tandem_domain::party::{ApiClient, Membership, scope_of};
use tandem_domain::record::{Entity, Kind};
use uuid::Uuid;

use super::Store;
use crate::error::StoreError;
use crate::row;
use crate::scope::{Source, push_scope};
use crate::sql::Sql;

/// Who would come to see a record.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Impact {
    /// The people, each with the membership that leads there.
    pub people: Vec<(Uuid, Uuid)>,
    /// The machine clients.
    pub clients: Vec<Uuid>,
    /// The roles, with the side of the party that has them, that would come to see it with scope over their whole organisation.
    pub roles: Vec<(Side, Role)>,
}

/// Memberships with what they grant, by person and organisation.
type Held = BTreeMap<(Uuid, Uuid), Vec<(Uuid, Grant)>>;

impl Store {
    /// Who would come to see the record if it were `after` instead of `before`: of the people and clients that the viewer sees.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn visibility_impact(&self, before: &Entity, after: &Entity) -> Result<Impact, StoreError> {
        let (was, is) = (Facts::of(before), Facts::of(after));
        let gains =
            |viewer: &Viewer| decide(viewer, Action::Read, &was) == Decision::Hide && decide(viewer, Action::Read, &is) == Decision::Allow;
        let parties: BTreeMap<Uuid, Side> = [(is.vendor, Side::Vendor), (is.prime_vendor, Side::Vendor), (is.sponsor, Side::Sponsor)]
            .into_iter()
            .filter_map(|(party, side)| party.map(|party| (party, side)))
            .collect();
        let mut impact = Impact::default();
        let ids: Vec<Uuid> = parties.keys().copied().collect();
        for ((person, organization), held) in self.held_by_people(&ids).await? {
            let organization = OrganizationId::from_uuid(organization);
            let holding = |grants: Vec<Grant>| self.holder(PrincipalKind::Person, person, organization, grants);
            if !gains(&holding(held.iter().map(|(_, grant)| grant.clone()).collect())) {
                continue;
            }
            let leading = held.iter().find(|(_, grant)| gains(&holding(vec![grant.clone()])));
            impact.people.extend(leading.map(|(membership, _)| (person, *membership)));
        }
        for client in self.seen::<ApiClient>(Kind::ApiClient, &ids).await? {
            if client.ended_at.is_none() && client.expires_at > self.viewer.now && gains(&self.machine(&client, &is)) {
                impact.clients.push(client.id.uuid());
            }
        }
        for (party, side) in &parties {
            for role in Role::ALL.iter().filter(|role| role.side() == Some(*side)) {
                let grants = vec![Grant { role: *role, scope: Scope::Organization }];
                // Nobody in particular: what is personal is nobody's.
                let anyone = self.holder(PrincipalKind::Person, Uuid::nil(), OrganizationId::from_uuid(*party), grants);
                if gains(&anyone) && !impact.roles.contains(&(*side, *role)) {
                    impact.roles.push((*side, *role));
                }
            }
        }
        Ok(impact)
    }

    /// What is in force of what the viewer sees of the memberships in these organisations, by person and organisation.
    async fn held_by_people(&self, organizations: &[Uuid]) -> Result<Held, StoreError> {
        let mut held = Held::new();
        for membership in self.seen::<Membership>(Kind::Membership, organizations).await? {
            if let Some(scope) = scope_of(&membership).filter(|_| membership.in_force(self.viewer.now)) {
                let of = held.entry((membership.person_id.uuid(), membership.organization_id.uuid())).or_default();
                of.push((membership.id.uuid(), Grant { role: membership.role, scope }));
            }
        }
        Ok(held)
    }

    /// The rows of these organisations that the viewer sees.
    async fn seen<T: tandem_domain::record::Record>(&self, kind: Kind, organizations: &[Uuid]) -> Result<Vec<T>, StoreError> {
        let dialect = self.database.dialect;
        let mut sql = Sql::new(dialect, "SELECT ");
        sql.push(&row::select_list(kind, "a")).push(" FROM ").push(kind.def().table).push(" a WHERE ");
        sql.any_uuid("a.organization_id", organizations).push(" AND ");
        push_scope(&mut sql, &self.viewer, kind, "a", Source::Table);
        sql.push(" ORDER BY a.id");
        let rows = self.query(sql).await?;
        rows.iter().map(|result| Ok(row::read(dialect, kind, result, 0)?.entity()?.typed::<T>()?.record)).collect()
    }

    fn holder(&self, kind: PrincipalKind, principal: Uuid, organization: OrganizationId, grants: Vec<Grant>) -> Viewer {
        Viewer {
            kind,
            principal,
            organization,
            side: Side::Neither,
            now: self.viewer.now,
            grants,
            client_scopes: Vec::new(),
            access_version: 0,
            valid_until: None,
            auth_time: None,
        }
    }

    /// A client with all the scopes of its entry; of the engagements that it lists, the one that the record is of.
    fn machine(&self, client: &ApiClient, facts: &Facts) -> Viewer {
        let study = facts.study.map(tandem_domain::id::StudyId::from_uuid);
        let listed = |engagement: &tandem_domain::id::EngagementId| {
            let (engagement, study) = (*engagement, study?);
            Some(Grant { role: Role::PClient, scope: Scope::Listed { engagement, study } })
        };
        let grants = if client.engagement_ids.is_empty() {
            vec![Grant { role: Role::PClient, scope: Scope::Organization }]
        } else {
            client.engagement_ids.iter().filter_map(listed).collect()
        };
        let viewer = self.holder(PrincipalKind::Client, client.id.uuid(), client.organization_id, grants);
        Viewer { client_scopes: client.scopes.clone(), ..viewer }
    }
}
