//! The predicate of what a viewer may see, made from the policy's own ways and from nothing else.
//! Property tests hold it equal to the decision about single rows, on both databases.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use tandem_domain::access::{
    Cover, Names, Owner, Readers, Scope, Trail, Viewer, Way, client_may_follow, client_may_read, comes_with_study,
    lies_where_engagements_work, ways,
};
use tandem_domain::id::TypedId;
use tandem_domain::record::{FactColumn, Kind};
use uuid::Uuid;

use crate::dialect::Dialect;
use crate::sql::Sql;

/// Where the facts of rows stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// On the kind's own table, of rows that are at hand: each is tried by itself.
    Table,
    /// On the kind's own table, of rows that are sought among all: the links say which.
    List,
    /// On journal entries about records of the kind.
    Journal,
}

/// The scopes of all grants that lead one way, one list for each kind of scope.
#[derive(Default)]
struct Scopes {
    all: bool,
    studies: Vec<Uuid>,
    /// Engagements with what is subcontracted beneath them.
    engagements: Vec<(Uuid, Uuid)>,
    /// Engagements without.
    listed: Vec<(Uuid, Uuid)>,
    countries: Vec<(Uuid, String)>,
    sites: Vec<(Uuid, Uuid)>,
}

impl Scopes {
    fn add(&mut self, scope: &Scope) {
        match scope {
            Scope::Organization => self.all = true,
            Scope::Study(study) => self.studies.push(study.uuid()),
            Scope::Engagement { engagement, study } => self.engagements.push((engagement.uuid(), study.uuid())),
            Scope::Listed { engagement, study } => self.listed.push((engagement.uuid(), study.uuid())),
            Scope::Country { study, country } => self.countries.push((study.uuid(), country.to_string())),
            Scope::StudySite { study_site, study } => self.sites.push((study_site.uuid(), study.uuid())),
        }
    }

    /// The studies that a study column has to name one of.
    fn studies(&self, cover: Cover, engagement_headers: bool) -> Vec<Uuid> {
        let mut studies = self.studies.clone();
        if cover == Cover::Header {
            studies.extend(self.countries.iter().map(|(study, _)| *study));
            studies.extend(self.sites.iter().map(|(_, study)| *study));
            if engagement_headers {
                studies.extend(self.engagements.iter().chain(&self.listed).map(|(_, study)| *study));
            }
        }
        studies.sort_unstable();
        studies.dedup();
        studies
    }

    /// The engagements that an engagement column has to name one of, and those for the column of a prime engagement.
    fn engagements(&self) -> (Vec<Uuid>, Vec<Uuid>) {
        let prime = self.engagements.iter();
        (prime.clone().chain(&self.listed).map(|(engagement, _)| *engagement).collect(), prime.map(|(engagement, _)| *engagement).collect())
    }
}

/// Adds the condition under which `viewer` may see the row of `kind` called `alias`.
pub(crate) fn push_scope(sql: &mut Sql, viewer: &Viewer, kind: Kind, alias: &str, source: Source) {
    let mut by_way: BTreeMap<Way, Scopes> = BTreeMap::new();
    if client_may_read(viewer, kind) {
        for grant in &viewer.grants {
            for way in ways(kind, grant.role) {
                by_way.entry(*way).or_default().add(&grant.scope);
            }
        }
    }
    let columns = Columns { kind, alias, source };
    let mut first = true;
    sql.push("(");
    for (way, scopes) in &by_way {
        if !first {
            sql.push(" OR ");
        }
        first = false;
        sql.push("(");
        push_way(sql, viewer, &columns, *way, scopes);
        sql.push(")");
    }
    sql.push(if first { "1 = 0)" } else { ")" });
}

/// Adds the condition under which `viewer` is told of an entry `alias` about a record of `kind`: his roles see the record, and read so much
/// of histories. Part of it by itself: rows that he is not told of may still be what changed from.
pub(crate) fn push_trail(sql: &mut Sql, viewer: &Viewer, kind: Kind, alias: &str) {
    sql.push("(");
    push_scope(sql, &viewer.told(Trail::Whole), kind, alias, Source::Journal);
    sql.push(" OR (").push(alias).push(".actor_id = ").bind_uuid(viewer.principal).push(" AND ");
    push_scope(sql, &viewer.told(Trail::Own), kind, alias, Source::Journal);
    sql.push("))");
}

/// The names of the columns that carry facts.
struct Columns<'a> {
    kind: Kind,
    alias: &'a str,
    source: Source,
}

impl Columns<'_> {
    fn fact(&self, fact: FactColumn) -> Option<String> {
        let column = self.kind.def().fact(fact)?;
        let column = match self.source {
            Source::Table | Source::List => column,
            Source::Journal => journal_column(fact),
        };
        Some(format!("{}.{column}", self.alias))
    }

    fn id(&self) -> String {
        match self.source {
            Source::Table | Source::List => format!("{}.id", self.alias),
            Source::Journal => format!("{}.entity_id", self.alias),
        }
    }

    fn readers(&self) -> String {
        format!("{}.readers", self.alias)
    }
}

/// The journal's column for a fact.
pub(crate) fn journal_column(fact: FactColumn) -> &'static str {
    match fact {
        FactColumn::Sponsor => "sponsor_id",
        FactColumn::Study => "study_id",
        FactColumn::Vendor => "vendor_id",
        FactColumn::Engagement => "engagement_id",
        FactColumn::PrimeVendor => "prime_vendor_id",
        FactColumn::PrimeEngagement => "prime_engagement_id",
        FactColumn::Country => "country_code",
        FactColumn::StudySite => "study_site_id",
        FactColumn::Organization => "owner_id",
        FactColumn::Person => "person_id",
    }
}

fn push_way(sql: &mut Sql, viewer: &Viewer, columns: &Columns<'_>, way: Way, scopes: &Scopes) {
    let (organization, today) = (viewer.organization.uuid(), viewer.now.date_naive());
    match way {
        Way::Owned { owner, audience, cover } => {
            push_owner(sql, columns, owner_column(owner), organization);
            push_audience(sql, columns, audience);
            push_cover(sql, columns, scopes, cover, today);
        }
        Way::Personal { owner, audience, cover } => {
            push_owner(sql, columns, owner_column(owner), organization);
            sql.push(" AND ");
            push_owner(sql, columns, FactColumn::Person, viewer.principal);
            push_audience(sql, columns, audience);
            push_cover(sql, columns, scopes, cover, today);
        }
        Way::Linked { via, names, audience, cover } => {
            if !client_may_follow(viewer, columns.kind, via) {
                sql.push("1 = 0");
                return;
            }
            let end = begin_links(sql, columns);
            sql.push("v.organization_id = ").bind_uuid(organization).push(" AND v.via = ").bind_text(via.prefix());
            match names {
                Names::Anything => {}
                Names::Study => {
                    sql.push(" AND v.study_id IS NOT NULL");
                }
                Names::Engagement => {
                    sql.push(" AND v.engagement_id IS NOT NULL");
                }
            }
            push_days(sql, today);
            push_since(sql, columns);
            push_link_cover(sql, scopes, cover);
            sql.push(end);
            push_audience(sql, columns, audience);
        }
        Way::Myself => push_owner(sql, columns, FactColumn::Person, viewer.principal),
        Way::MyOrganization => {
            sql.push(&columns.id()).push(" = ").bind_uuid(organization);
        }
        Way::Directory => {
            sql.push("(").push(&columns.readers()).push(&format!(" & {}) <> 0", Readers::DIRECTORY.bits()));
        }
        Way::Reaching { names } => {
            push_owner(sql, columns, FactColumn::Sponsor, organization);
            push_audience(sql, columns, Readers::SPONSOR);
            let named = match names {
                Names::Anything => None,
                Names::Study => Some(FactColumn::Study),
                Names::Engagement => Some(FactColumn::Engagement),
            };
            if let Some(named) = named {
                match columns.fact(named) {
                    Some(column) => sql.push(" AND ").push(&column).push(" IS NOT NULL"),
                    None => sql.push(" AND 1 = 0"),
                };
            }
            push_cover(sql, columns, scopes, Cover::Row, today);
        }
    }
}

/// Begins the condition that a link `v` leads to the row; what is returned ends it.
///
/// Rows that are sought are found by the links, read once. On PostgreSQL as an array, which it looks up one by one whatever else stands
/// in the condition; left to itself it reads the whole table and tries each row, because it cannot know how few they are. Rows at
/// hand are tried each by one look into the links, which a limit keeps from being turned into a join with all of them.
fn begin_links(sql: &mut Sql, columns: &Columns<'_>) -> &'static str {
    let (id, links) = (columns.id(), columns.kind.link_table());
    let (before, select, end) = match (columns.source, sql.dialect) {
        (Source::List, Dialect::Postgres) => (format!("{id} = ANY(ARRAY("), "v.target_id", "))"),
        (Source::List, Dialect::Sqlite) => (format!("{id} IN ("), "v.target_id", ")"),
        (Source::Table | Source::Journal, Dialect::Postgres) => ("COALESCE((".to_owned(), "TRUE", " LIMIT 1), FALSE)"),
        (Source::Table | Source::Journal, Dialect::Sqlite) => ("EXISTS (".to_owned(), "1", ")"),
    };
    sql.push(&before).push("SELECT ").push(select).push(" FROM ").push(&links).push(" v WHERE ");
    if columns.source != Source::List {
        sql.push("v.target_id = ").push(&id).push(" AND ");
    }
    end
}

/// Adds that a link counts on this day.
fn push_days(sql: &mut Sql, today: NaiveDate) {
    sql.push(" AND (v.valid_from IS NULL OR v.valid_from <= ").bind_date(today);
    sql.push(") AND (v.valid_to IS NULL OR v.valid_to >= ").bind_date(today).push(")");
}

/// For entries of the journal: a link shows nothing that was recorded before it came to be, nor before its first day. Whoever is
/// engaged, made responsible or covered today does not read what was done, and why, before he was, whatever days he is given.
fn push_since(sql: &mut Sql, columns: &Columns<'_>) {
    if columns.source != Source::Journal {
        return;
    }
    let recorded_at = format!("{}.recorded_at", columns.alias);
    let day = sql.dialect.day_of(&recorded_at);
    sql.push(" AND v.since <= ").push(&recorded_at);
    sql.push(" AND (v.valid_from IS NULL OR v.valid_from <= ").push(&day).push(")");
}

fn owner_column(owner: Owner) -> FactColumn {
    match owner {
        Owner::Sponsor => FactColumn::Sponsor,
        Owner::Vendor => FactColumn::Vendor,
        Owner::PrimeVendor => FactColumn::PrimeVendor,
        Owner::Organization => FactColumn::Organization,
    }
}

fn push_owner(sql: &mut Sql, columns: &Columns<'_>, fact: FactColumn, id: Uuid) {
    match columns.fact(fact) {
        Some(column) => sql.push(&column).push(" = ").bind_uuid(id),
        None => sql.push("1 = 0"),
    };
}

fn push_audience(sql: &mut Sql, columns: &Columns<'_>, audience: Readers) {
    sql.push(" AND (").push(&columns.readers()).push(&format!(" & {}) <> 0", audience.bits()));
}

/// Adds ` AND (…)` for the scopes that are narrower than the organisation; nothing where one is not.
fn push_cover(sql: &mut Sql, columns: &Columns<'_>, scopes: &Scopes, cover: Cover, today: NaiveDate) {
    if scopes.all {
        return;
    }
    let mut any = Disjunction::begin(sql);
    if cover != Cover::Whole {
        let studies = scopes.studies(cover, comes_with_study(columns.kind));
        if let (Some(column), false) = (columns.fact(FactColumn::Study), studies.is_empty()) {
            any.next(sql).any_uuid(&column, &studies);
        }
        push_engagements(sql, columns, scopes, today, &mut any);
        if cover == Cover::Row {
            if let (Some(study), Some(country), false) =
                (columns.fact(FactColumn::Study), columns.fact(FactColumn::Country), scopes.countries.is_empty())
            {
                any.next(sql).any_pair(&study, &country, &scopes.countries);
            }
            if let (Some(column), false) = (columns.fact(FactColumn::StudySite), scopes.sites.is_empty()) {
                let sites: Vec<Uuid> = scopes.sites.iter().map(|(site, _)| *site).collect();
                any.next(sql).any_uuid(&column, &sites);
            }
        }
    }
    any.end(sql);
}

fn push_engagements(sql: &mut Sql, columns: &Columns<'_>, scopes: &Scopes, today: NaiveDate, any: &mut Disjunction) {
    let (engagements, primes) = scopes.engagements();
    if engagements.is_empty() {
        return;
    }
    if lies_where_engagements_work(columns.kind) {
        let end = begin_links(any.next(sql), columns);
        sql.push("(");
        push_link_engagements(sql, &engagements, &primes);
        sql.push(")");
        push_days(sql, today);
        push_since(sql, columns);
        sql.push(end);
        return;
    }
    for (fact, ids) in [(FactColumn::Engagement, &engagements), (FactColumn::PrimeEngagement, &primes)] {
        if let (Some(column), false) = (columns.fact(fact), ids.is_empty()) {
            any.next(sql).any_uuid(&column, ids);
        }
    }
}

/// Adds that a link names one of these engagements, or one subcontracted from one of those; the first are never none.
fn push_link_engagements(sql: &mut Sql, engagements: &[Uuid], primes: &[Uuid]) {
    sql.any_uuid("v.engagement_id", engagements);
    if !primes.is_empty() {
        sql.push(" OR ").any_uuid("v.prime_engagement_id", primes);
    }
}

fn push_link_cover(sql: &mut Sql, scopes: &Scopes, cover: Cover) {
    if scopes.all {
        return;
    }
    let mut any = Disjunction::begin(sql);
    if cover != Cover::Whole {
        let studies = scopes.studies(cover, false);
        if !studies.is_empty() {
            any.next(sql).any_uuid("v.study_id", &studies);
        }
        let (engagements, primes) = scopes.engagements();
        if !engagements.is_empty() {
            push_link_engagements(any.next(sql), &engagements, &primes);
        }
        if cover == Cover::Row {
            if !scopes.countries.is_empty() {
                any.next(sql).any_pair("v.study_id", "v.country_code", &scopes.countries);
            }
            if !scopes.sites.is_empty() {
                let sites: Vec<Uuid> = scopes.sites.iter().map(|(site, _)| *site).collect();
                any.next(sql).any_uuid("v.study_site_id", &sites);
            }
        }
    }
    any.end(sql);
}

/// Writes ` AND (a OR b …)`; ` AND (1 = 0)` where there is nothing to choose from.
struct Disjunction {
    empty: bool,
}

impl Disjunction {
    fn begin(sql: &mut Sql) -> Self {
        sql.push(" AND (");
        Self { empty: true }
    }

    fn next<'a>(&mut self, sql: &'a mut Sql) -> &'a mut Sql {
        if !self.empty {
            sql.push(" OR ");
        }
        self.empty = false;
        sql
    }

    fn end(self, sql: &mut Sql) {
        sql.push(if self.empty { "1 = 0)" } else { ")" });
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use tandem_domain::access::{ClientScope, Grant, PrincipalKind, Role, Side};
    use tandem_domain::id::OrganizationId;
    use tandem_domain::party::MembershipScope;

    use super::*;

    fn id<T: TypedId>(number: u128) -> T {
        T::from_uuid(Uuid::from_u128(number))
    }

    fn scope(of: MembershipScope) -> Scope {
        let study = id(21);
        match of {
            MembershipScope::AllOrg => Scope::Organization,
            MembershipScope::Study => Scope::Study(study),
            MembershipScope::Engagement => Scope::Engagement { engagement: id(31), study },
            MembershipScope::Country => Scope::Country { study, country: "DE".parse().unwrap() },
            MembershipScope::Site => Scope::StudySite { study_site: id(61), study },
        }
    }

    fn viewer(kind: PrincipalKind, side: Side, grants: &[(Role, MembershipScope)]) -> Viewer {
        Viewer {
            kind,
            principal: Uuid::from_u128(71),
            organization: id::<OrganizationId>(1),
            side,
            now: DateTime::from_timestamp(1_767_873_600, 0).unwrap(),
            grants: grants.iter().map(|(role, of)| Grant { role: *role, scope: scope(*of) }).collect(),
            client_scopes: if kind == PrincipalKind::Client { vec![ClientScope::Studies, ClientScope::Sites] } else { Vec::new() },
            access_version: 1,
            valid_until: None,
            auth_time: None,
        }
    }

    /// The predicate on lines of its own at each step, so that a change of it reads as one.
    fn predicate(dialect: Dialect, viewer: &Viewer, kind: Kind, source: Source) -> String {
        let mut sql = Sql::new(dialect, "");
        push_scope(&mut sql, viewer, kind, "a", source);
        sql.text().replace(" AND ", "\n  AND ").replace(" OR ", "\n  OR ")
    }

    /// What typical viewers' statements say, to be reviewed: nothing here may become a disjunction for each membership.
    fn typical(dialect: Dialect) -> String {
        use MembershipScope::{AllOrg, Country, Engagement, Site, Study};
        let person = |side, grants: &[(Role, MembershipScope)]| viewer(PrincipalKind::Person, side, grants);
        let narrow = [Study, Engagement, Country, Site].map(|of| (Role::SStudyManager, of));
        let manager = person(Side::Sponsor, &[(Role::SStudyManager, AllOrg)]);
        let narrow_manager = person(Side::Sponsor, &narrow);
        let quality = person(Side::Sponsor, &[(Role::SQa, Study), (Role::SFinance, AllOrg)]);
        let project_manager = person(Side::Vendor, &[(Role::VProjectManager, AllOrg)]);
        let monitor = person(Side::Vendor, &[(Role::VCra, Country), (Role::VCra, Site)]);
        let administrator = person(Side::Vendor, &[(Role::VAdmin, AllOrg)]);
        let mut machine = viewer(PrincipalKind::Client, Side::Vendor, &[(Role::PClient, AllOrg)]);
        for grant in &mut machine.grants {
            grant.scope = Scope::Listed { engagement: id(31), study: id(21) };
        }
        let nobody = person(Side::Sponsor, &[]);
        let asked: &[(&str, &Viewer, &[Kind])] = &[
            ("a study manager", &manager, &[Kind::Study, Kind::StudyBenchmark, Kind::Site, Kind::Membership]),
            (
                "a study manager with four narrow scopes",
                &narrow_manager,
                &[Kind::Study, Kind::StudyCountry, Kind::StudySiteInternal, Kind::Site],
            ),
            ("quality of one study who is finance of all", &quality, &[Kind::StudyInternal, Kind::Person, Kind::Membership]),
            (
                "a vendor's project manager",
                &project_manager,
                &[Kind::Study, Kind::StudyCountry, Kind::Engagement, Kind::Organization, Kind::Person],
            ),
            ("a vendor's monitor of a country and a site", &monitor, &[Kind::Study, Kind::StudySite, Kind::ServiceScope]),
            ("a vendor's administrator", &administrator, &[Kind::Study, Kind::Organization, Kind::ApiClient]),
            (
                "a vendor's machine that may read studies and sites, for the engagement that it lists",
                &machine,
                &[Kind::Study, Kind::StudySite, Kind::Engagement, Kind::Organization],
            ),
            ("nobody", &nobody, &[Kind::Organization]),
        ];
        let mut text = String::new();
        for (who, viewer, kinds) in asked {
            for kind in *kinds {
                text.push_str(&format!("{who}: {}\n{}\n\n", kind.words(), predicate(dialect, viewer, *kind, Source::Table)));
            }
        }
        let list = predicate(dialect, &project_manager, Kind::StudySite, Source::List);
        text.push_str(&format!("a vendor's project manager: a list of study sites\n{list}\n\n"));
        let journal = predicate(dialect, &project_manager, Kind::Engagement, Source::Journal);
        text.push_str(&format!("a vendor's project manager: the history of an engagement\n{journal}\n"));
        text
    }

    #[test]
    fn predicates_on_postgres() {
        insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => true }, {
            insta::assert_snapshot!(typical(Dialect::Postgres));
        });
    }

    #[test]
    fn predicates_on_sqlite() {
        insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => true }, {
            insta::assert_snapshot!(typical(Dialect::Sqlite));
        });
    }

    #[test]
    fn whoever_has_no_way_sees_nothing() {
        let nobody = viewer(PrincipalKind::Person, Side::Sponsor, &[]);
        let system = viewer(PrincipalKind::System, Side::Neither, &[(Role::SQa, MembershipScope::AllOrg)]);
        for kind in Kind::ALL {
            for viewer in [&nobody, &system] {
                assert_eq!(predicate(Dialect::Postgres, viewer, *kind, Source::Table), "(1 = 0)", "{kind:?}");
            }
        }
    }
}
