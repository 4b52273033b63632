//! Why somebody else may read a record or may not, as far as the asking viewer may know: the decision made anew for that principal,
//! of the memberships that the viewer reads, at a moment. Rows beyond his sight are looked into only where he administers what was
//! granted, and never get out.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use tandem_domain::access::{
    Action, ClientScope, Decision, Facts, Grant, Ground, Lack, Link, PrincipalKind, Role, Scope, Side, Viewer, decide, explain,
    reads_all_of_own, rule_in_words, why_in_words,
};
use tandem_domain::engagement::Engagement;
use tandem_domain::id::{OrganizationId, TypedId};
use tandem_domain::party::{ApiClient, Membership, MembershipScope, scope_of};
use tandem_domain::record::{Entity, Kind};
use uuid::Uuid;

use super::Store;
use super::past::Moment;
use crate::error::StoreError;
use crate::row::{self, Row};
use crate::scope::{Source, push_scope};
use crate::sql::Sql;

/// Whether a principal may read something at a moment, as far as the asking viewer may know.
#[derive(Debug, Clone, PartialEq)]
pub struct AccessAnswer {
    /// Yes, no, or nothing where that depends on what the viewer does not see.
    pub readable: Option<bool>,
    /// Whether the viewer reads all that was granted to the principal in his own organisation.
    pub complete: bool,
    /// Whether principal and record were there at all.
    pub existed: bool,
    /// What each membership that the viewer reads comes to; those that lead there first.
    pub reasons: Vec<AccessReason>,
}

/// What one membership comes to, or one reach of a machine client.
#[derive(Debug, Clone, PartialEq)]
pub struct AccessReason {
    /// The membership; nothing for a machine client.
    pub membership: Option<Uuid>,
    /// The role.
    pub role: Role,
    /// How far it reaches.
    pub scope: MembershipScope,
    /// Whether it leads to the record.
    pub allows: bool,
    /// The rule, in words.
    pub rule: String,
    /// What came of it, in words.
    pub why: String,
    /// The record that names the one asked about, where the viewer sees it.
    pub through: Option<(Kind, Uuid)>,
}

/// Something granted, and why it does not count at the moment, where it does not.
struct Holding {
    membership: Option<Uuid>,
    organization: OrganizationId,
    grant: Option<Grant>,
    role: Role,
    scope: MembershipScope,
    off: Option<String>,
}

/// What is asked, and how far the one who asks may know.
struct Asking {
    subject: Kind,
    moment: DateTime<Utc>,
    complete: bool,
    principal: Uuid,
    kind: PrincipalKind,
    scopes: Vec<ClientScope>,
}

impl Store {
    /// Whether `principal` may read `node`, or its part `subject`, at a moment; now, where none is given. The viewer has to see both.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn explain_access(
        &self,
        principal: &Row,
        node: &Row,
        subject: Kind,
        at: Option<DateTime<Utc>>,
    ) -> Result<AccessAnswer, StoreError> {
        let of = if principal.kind == Kind::ApiClient { Kind::ApiClient } else { Kind::Membership };
        let own = principal.uuid("organization_id") == Some(self.viewer.organization.uuid());
        let himself = principal.id() == self.viewer.principal;
        let complete = own && (himself || reads_all_of_own(&self.viewer, of));
        let (who, what) = match at {
            None => (Some(principal.entity()?.record), Some(node.entity()?.record)),
            Some(then) => {
                (self.stood(principal.kind, &[principal.id()], then).await?.pop(), self.stood(node.kind, &[node.id()], then).await?.pop())
            }
        };
        // Of what was not his to see then, a draft above all, he is not told since when it was there.
        let what = match what {
            Some(what) if at.is_some() && !self.may_know(&what).await? => None,
            what => what,
        };
        let (Some(who), Some(what)) = (who, what) else {
            return Ok(AccessAnswer { readable: Some(false), complete, existed: false, reasons: Vec::new() });
        };
        let moment = at.unwrap_or(self.viewer.now);
        let mut asking = Asking {
            subject,
            moment,
            complete,
            principal: principal.id(),
            kind: if of == Kind::ApiClient { PrincipalKind::Client } else { PrincipalKind::Person },
            scopes: Vec::new(),
        };
        let holdings = match &who {
            Entity::ApiClient(client) => {
                asking.scopes.clone_from(&client.scopes);
                self.holdings_of_client(client, &asking).await?
            }
            Entity::Person(person) => self.holdings_of_person(principal.id(), person.active, own, moment).await?,
            _ => Vec::new(),
        };
        let moment = at.map_or(Moment::Now, Moment::Then);
        let reasons = self.reasons(&asking, &what, &holdings, moment).await?;
        let leads = reasons.iter().any(|reason| reason.allows);
        let readable = if leads || complete { Some(leads) } else { None };
        Ok(AccessAnswer { readable, complete, existed: true, reasons })
    }

    /// Whether the viewer may know of a record as it stood: by its facts of then and the links of today, as in histories.
    async fn may_know(&self, stood: &Entity) -> Result<bool, StoreError> {
        let mut facts = Facts::of(stood);
        facts.links = self.links_of(stood, &[self.viewer.organization.uuid()], Moment::Now).await?;
        Ok(decide(&self.viewer, Action::Read, &facts) == Decision::Allow)
    }

    /// The memberships of a person that the viewer reads; of his own organisation's people those in it.
    async fn holdings_of_person(&self, person: Uuid, active: bool, own: bool, moment: DateTime<Utc>) -> Result<Vec<Holding>, StoreError> {
        let (dialect, kind) = (self.database.dialect, Kind::Membership);
        let mut sql = Sql::new(dialect, "SELECT ");
        sql.push(&row::select_list(kind, "a")).push(" FROM ").push(kind.def().table).push(" a WHERE a.person_id = ").bind_uuid(person);
        sql.push(" AND ");
        push_scope(&mut sql, &self.viewer, kind, "a", Source::Table);
        sql.push(" ORDER BY a.id");
        let mut holdings = Vec::new();
        for result in self.query(sql).await? {
            let stored = row::read(dialect, kind, &result, 0)?.entity()?.typed::<Membership>()?;
            if !own || stored.record.organization_id == self.viewer.organization {
                holdings.push(holding(&stored.record, stored.meta.created_at, active, moment));
            }
        }
        Ok(holdings)
    }

    /// What a machine client reaches: its organisation, or the engagements that it lists, as far as the viewer may know them.
    async fn holdings_of_client(&self, client: &ApiClient, asking: &Asking) -> Result<Vec<Holding>, StoreError> {
        let ended = client.ended_at.filter(|end| *end <= asking.moment).unwrap_or(client.expires_at);
        let off = (ended <= asking.moment).then(|| format!("The client ended {}.", on(ended)));
        let held = |scope: MembershipScope, reach: Scope| Holding {
            membership: None,
            organization: client.organization_id,
            grant: off.is_none().then_some(Grant { role: Role::PClient, scope: reach }),
            role: Role::PClient,
            scope,
            off: off.clone(),
        };
        if client.engagement_ids.is_empty() {
            return Ok(vec![held(MembershipScope::AllOrg, Scope::Organization)]);
        }
        let ids: Vec<Uuid> = client.engagement_ids.iter().map(|id| id.uuid()).collect();
        let mut sql = Sql::new(self.database.dialect, "SELECT ");
        sql.push(&row::select_list(Kind::Engagement, "a")).push(" FROM engagement a WHERE ").any_uuid("a.id", &ids);
        if !asking.complete {
            sql.push(" AND ");
            push_scope(&mut sql, &self.viewer, Kind::Engagement, "a", Source::Table);
        }
        sql.push(" ORDER BY a.id");
        let mut holdings = Vec::new();
        for result in self.query(sql).await? {
            let engagement = row::read(self.database.dialect, Kind::Engagement, &result, 0)?.entity()?.typed::<Engagement>()?.record;
            let reach = Scope::Listed { engagement: engagement.id, study: engagement.study_id };
            holdings.push(held(MembershipScope::Engagement, reach));
        }
        Ok(holdings)
    }

    /// What each of them comes to, acting for its organisation.
    async fn reasons(&self, asking: &Asking, node: &Entity, holdings: &[Holding], moment: Moment) -> Result<Vec<AccessReason>, StoreError> {
        let organizations: BTreeSet<OrganizationId> = holdings.iter().map(|holding| holding.organization).collect();
        let ids: Vec<Uuid> = organizations.iter().map(|id| id.uuid()).collect();
        let mut facts = Facts::of(node).of_part(asking.subject);
        if !ids.is_empty() {
            facts.links = self.links_of(node, &ids, moment).await?;
        }
        let seen = self.naming(&mut facts, asking).await?;
        let mut reasons: Vec<AccessReason> = Vec::new();
        for organization in organizations {
            let held: Vec<&Holding> = holdings.iter().filter(|holding| holding.organization == organization).collect();
            let viewer = asking.viewer(organization, &held);
            let mut grounds = explain(&viewer, &facts).into_iter();
            for holding in held {
                let ground = if holding.grant.is_some() { grounds.next() } else { None };
                reasons.push(reason(asking.subject, holding, ground, &seen));
            }
        }
        reasons.sort_by_key(|reason| (!reason.allows, reason.membership));
        Ok(reasons)
    }

    /// Which of the rows that name the record the viewer sees. Links by those that he does not see are let go, unless he administers
    /// what was granted: then those of the day count, and are not named.
    async fn naming(&self, facts: &mut Facts, asking: &Asking) -> Result<BTreeSet<(Kind, Uuid)>, StoreError> {
        let mut asked: BTreeMap<Kind, BTreeSet<Uuid>> = BTreeMap::new();
        for (kind, id) in facts.links.iter().filter_map(|link| link.named_by(facts.kind)) {
            asked.entry(kind).or_default().insert(id);
        }
        // What a service scope covers is known to those who read the scopes of its engagement.
        let engagements: BTreeSet<Uuid> = facts.links.iter().filter_map(|link| link.engagement).collect();
        asked.entry(Kind::Engagement).or_default().extend(engagements);
        let (mut seen, mut scoped) = (BTreeSet::new(), BTreeSet::new());
        for (kind, ids) in asked.into_iter().filter(|(_, ids)| !ids.is_empty()) {
            let ids: Vec<Uuid> = ids.into_iter().collect();
            for (id, row) in self.by_ids(kind, &ids).await? {
                seen.insert((kind, id));
                if kind == Kind::Engagement && self.reads_scopes_of(&row)? {
                    scoped.insert(id);
                }
            }
        }
        let known = |link: &Link| {
            let named = link.named_by(facts.kind).is_some_and(|name| seen.contains(&name));
            let covered = link.valid_from.is_none() || link.engagement.is_none_or(|id| scoped.contains(&id));
            named && covered
        };
        let today = asking.moment.date_naive();
        let links = facts.links.iter().filter(|link| known(link) || (asking.complete && link.counts_on(today)));
        facts.links = links.cloned().collect();
        Ok(seen)
    }

    fn reads_scopes_of(&self, engagement: &Row) -> Result<bool, StoreError> {
        let facts = Facts { kind: Kind::ServiceScope, ..Facts::of(&engagement.entity()?.record) };
        Ok(decide(&self.viewer, Action::Read, &facts) == Decision::Allow)
    }
}

impl Asking {
    /// The principal, acting for one organisation at the moment, with what of it counts.
    fn viewer(&self, organization: OrganizationId, held: &[&Holding]) -> Viewer {
        Viewer {
            kind: self.kind,
            principal: self.principal,
            organization,
            // Reading asks for no side: the roles have theirs.
            side: Side::Neither,
            now: self.moment,
            grants: held.iter().filter_map(|holding| holding.grant.clone()).collect(),
            client_scopes: self.scopes.clone(),
            access_version: 0,
            valid_until: None,
            auth_time: None,
        }
    }
}

fn holding(membership: &Membership, granted: DateTime<Utc>, active: bool, moment: DateTime<Utc>) -> Holding {
    let off = if moment < granted {
        Some(format!("The membership was granted later, {}.", on(granted)))
    } else if moment < membership.valid_from {
        Some(format!("The membership begins {}.", on(membership.valid_from)))
    } else if let Some(end) = membership.valid_to.filter(|end| *end <= moment) {
        Some(format!("The membership ended {}.", on(end)))
    } else if !active {
        Some("The person cannot sign in.".to_owned())
    } else {
        None
    };
    let grant = scope_of(membership).map(|scope| Grant { role: membership.role, scope });
    Holding {
        membership: Some(membership.id.uuid()),
        organization: membership.organization_id,
        grant: grant.filter(|_| off.is_none()),
        role: membership.role,
        scope: membership.scope,
        off,
    }
}

/// A moment as it is said.
fn on(moment: DateTime<Utc>) -> String {
    format!("on {}", moment.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
}

fn reason(subject: Kind, holding: &Holding, ground: Option<Ground<'_>>, seen: &BTreeSet<(Kind, Uuid)>) -> AccessReason {
    let off = Ground { way: None, outcome: Err(Lack::Never) };
    let ground = ground.unwrap_or(off);
    let through = ground.outcome.ok().flatten().and_then(|link| link.named_by(subject));
    let hidden = through.is_some_and(|name| !seen.contains(&name));
    let (rule, why) = match &holding.off {
        Some(off) => {
            ("A membership counts from its beginning to its end; a machine client until it ends or expires.".to_owned(), off.clone())
        }
        None if hidden => {
            let why = format!("{} That record you cannot see.", why_in_words(&ground));
            (rule_in_words(subject, holding.role, &ground), why)
        }
        None => (rule_in_words(subject, holding.role, &ground), why_in_words(&ground)),
    };
    AccessReason {
        membership: holding.membership,
        role: holding.role,
        scope: holding.scope,
        allows: ground.outcome.is_ok(),
        rule,
        why,
        through: through.filter(|_| !hidden),
    }
}
