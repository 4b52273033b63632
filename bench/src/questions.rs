//! The questions: as a document of GraphQL with its arguments, and as one statement written by hand that builds the same answer.

use serde_json::{Value as Json, json};

use crate::chance::Chance;
use crate::roles::Role;

/// One of the measured questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Question {
    /// A study by id, ten fields.
    Q1,
    /// Twenty studies with sponsor, five engagements each, their vendors.
    Q2,
    /// Twenty studies, ten sites each with country, five engagements each with vendor and scopes.
    Q3,
    /// Fifty study sites in a state, by day, with study and country.
    Q4,
    /// A change of a study site.
    Q5,
    /// Twenty deliverables by due date, each with its engagement, its vendor, its submissions, and how late it is.
    Q6,
}

/// The states of Q4: there are more than fifty sites in each.
const STATES: [&str; 3] = ["ACTIVE", "ENROLLMENT_CLOSED", "CLOSED"];

/// The arguments of a question; each uses those that it has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arguments {
    /// Which study, counted from 1.
    pub(crate) study: u64,
    /// The least planned enrolment.
    pub(crate) planned: u64,
    /// Which state, counted from 1.
    pub(crate) state: u64,
    /// Days after the world's first.
    pub(crate) days: u64,
}

impl Question {
    pub(crate) const ALL: [Self; 6] = [Self::Q1, Self::Q2, Self::Q3, Self::Q4, Self::Q5, Self::Q6];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Q1 => "Q1",
            Self::Q2 => "Q2",
            Self::Q3 => "Q3",
            Self::Q4 => "Q4",
            Self::Q5 => "Q5",
            Self::Q6 => "Q6",
        }
    }

    /// Whether this role may ask it.
    pub(crate) fn is_for(self, role: Role) -> bool {
        self != Self::Q5 || role != Role::Client
    }

    /// How many rows the answer has at its top.
    pub(crate) fn rows(self) -> Option<usize> {
        match self {
            Self::Q1 | Self::Q5 => None,
            Self::Q2 | Self::Q3 | Self::Q6 => Some(20),
            Self::Q4 => Some(50),
        }
    }

    /// Arguments at random.
    pub(crate) fn arguments(chance: &mut Chance, studies: u64) -> Arguments {
        Arguments {
            study: chance.between(1, studies),
            planned: chance.between(40, 500),
            state: chance.between(1, STATES.len() as u64),
            days: chance.between(0, 150),
        }
    }

    /// The document, with its root field called `alias`.
    pub(crate) fn document(self, alias: &str) -> String {
        match self {
            Self::Q1 => format!(
                "query($id: ID!) {{ {alias}: study(id: $id) {{ protocolNumber nctId acronym briefTitle officialTitle studyType phases \
                 therapeuticArea plannedEnrollment lifecycleState }} }}"
            ),
            Self::Q2 => format!(
                "query($n: Int!) {{ {alias}: studies(first: 20, filter: {{ plannedEnrollment: {{ gte: $n }} }}, \
                 orderBy: [{{ field: PROTOCOL_NUMBER }}]) {{ nodes {{ protocolNumber briefTitle lifecycleState sponsor {{ name }} \
                 engagements(first: 5) {{ nodes {{ state model vendor {{ name }} }} }} }} }} }}"
            ),
            Self::Q3 => format!(
                "query($n: Int!) {{ {alias}: studies(first: 20, filter: {{ plannedEnrollment: {{ gte: $n }} }}, \
                 orderBy: [{{ field: PROTOCOL_NUMBER }}]) {{ nodes {{ protocolNumber briefTitle lifecycleState \
                 sites(first: 10) {{ nodes {{ number state enrolled studyCountry {{ countryCode state }} }} }} \
                 engagements(first: 5) {{ nodes {{ state model vendor {{ name }} \
                 scopes(first: 5) {{ nodes {{ serviceCategory validFrom validTo }} }} }} }} }} }} }}"
            ),
            Self::Q4 => format!(
                "query($state: StudySiteState!, $day: Date!) {{ {alias}: studySites(first: 50, \
                 filter: {{ state: {{ eq: $state }}, selectedOn: {{ gte: $day }} }}, orderBy: [{{ field: SELECTED_ON }}]) \
                 {{ nodes {{ number state selectedOn enrolled study {{ protocolNumber }} studyCountry {{ countryCode state }} }} }} }}"
            ),
            Self::Q6 => format!(
                "query($day: Date!) {{ {alias}: deliverables(first: 20, filter: {{ dueDate: {{ gte: $day }} }}, \
                 orderBy: [{{ field: DUE_DATE }}]) {{ nodes {{ title state owedBy ballInCourt dueDate daysLate \
                 engagement {{ state vendor {{ name }} }} submissions(first: 3) {{ nodes {{ number documentHash }} }} }} }} }}"
            ),
            Self::Q5 => format!(
                "mutation($id: ID!, $version: Int!, $target: Int!) {{ {alias}: studySiteUpdate(input: {{ id: $id, expectedVersion: $version, \
                 targetEnrollment: $target }}) {{ studySite {{ version targetEnrollment }} userErrors {{ code message field }} }} }}"
            ),
        }
    }

    /// The variables of a reading question; `ids` are the ids of the role's studies in order.
    pub(crate) fn variables(self, arguments: Arguments, ids: &[String]) -> Json {
        let place = |number: u64| usize::try_from(number).unwrap_or(1) - 1;
        match self {
            Self::Q1 => json!({ "id": ids[place(arguments.study)] }),
            Self::Q2 | Self::Q3 => json!({ "n": arguments.planned }),
            Self::Q4 => json!({ "state": STATES[place(arguments.state)], "day": day(arguments.days) }),
            Self::Q6 => json!({ "day": day(arguments.days) }),
            Self::Q5 => Json::Null,
        }
    }

    /// The statement written by hand; `:study`, `:planned`, `:state` and `:days` are its arguments.
    pub(crate) fn statement(self, role: Role, org: &str) -> Option<String> {
        let study = role.place("study", "a", org);
        let engagement = role.engagement("e", org);
        let named = role.named("o", org);
        let vendor = format!("(SELECT json_build_object('name', o.name) FROM organization o WHERE o.id = e.vendor_id AND {named})");
        let studies = format!(
            "(SELECT * FROM study a WHERE {study} AND a.planned_enrollment >= :planned ORDER BY a.protocol_number, a.id LIMIT 20) a"
        );
        let country = format!(
            "(SELECT json_build_object('countryCode', c.country_code, 'state', c.state) FROM study_country c \
             WHERE c.id = s.study_country_id AND {})",
            role.place("study_country", "c", org)
        );
        let site = role.place("study_site", "s", org);
        match self {
            Self::Q1 => Some(format!(
                "SELECT json_build_object('study', json_build_object('protocolNumber', a.protocol_number, 'nctId', a.nct_id, 'acronym', a.acronym, \
                 'briefTitle', a.brief_title, 'officialTitle', a.official_title, 'studyType', a.study_type, 'phases', a.phases, \
                 'therapeuticArea', a.therapeutic_area, 'plannedEnrollment', a.planned_enrollment, 'lifecycleState', a.lifecycle_state)) \
                 FROM study a WHERE a.id = (SELECT id FROM bench.study WHERE role = '{}' AND n = :study) AND {study};",
                role.name()
            )),
            Self::Q2 => Some(format!(
                "SELECT json_build_object('studies', json_build_object('nodes', json_agg(json_build_object('protocolNumber', a.protocol_number, \
                 'briefTitle', a.brief_title, 'lifecycleState', a.lifecycle_state, \
                 'sponsor', (SELECT json_build_object('name', o.name) FROM organization o WHERE o.id = a.sponsor_id AND {named}), \
                 'engagements', json_build_object('nodes', e.j)) ORDER BY a.protocol_number, a.id))) FROM {studies} CROSS JOIN LATERAL \
                 (SELECT coalesce(json_agg(json_build_object('state', e.state, 'model', e.model, 'vendor', {vendor}) ORDER BY e.id), '[]') AS j \
                 FROM (SELECT * FROM engagement e WHERE e.study_id = a.id AND {engagement} ORDER BY e.id LIMIT 5) e) e;"
            )),
            Self::Q3 => Some(format!(
                "SELECT json_build_object('studies', json_build_object('nodes', json_agg(json_build_object('protocolNumber', a.protocol_number, \
                 'briefTitle', a.brief_title, 'lifecycleState', a.lifecycle_state, 'sites', json_build_object('nodes', s.j), \
                 'engagements', json_build_object('nodes', e.j)) ORDER BY a.protocol_number, a.id))) FROM {studies} CROSS JOIN LATERAL \
                 (SELECT coalesce(json_agg(json_build_object('number', s.number, 'state', s.state, 'enrolled', s.enrolled, \
                 'studyCountry', {country}) ORDER BY s.id), '[]') AS j \
                 FROM (SELECT * FROM study_site s WHERE s.study_id = a.id AND {site} ORDER BY s.id LIMIT 10) s) s CROSS JOIN LATERAL \
                 (SELECT coalesce(json_agg(json_build_object('state', e.state, 'model', e.model, 'vendor', {vendor}, \
                 'scopes', json_build_object('nodes', p.j)) ORDER BY e.id), '[]') AS j \
                 FROM (SELECT * FROM engagement e WHERE e.study_id = a.id AND {engagement} ORDER BY e.id LIMIT 5) e CROSS JOIN LATERAL \
                 (SELECT coalesce(json_agg(json_build_object('serviceCategory', p.service_category, 'validFrom', p.valid_from, \
                 'validTo', p.valid_to) ORDER BY p.id), '[]') AS j \
                 FROM (SELECT * FROM service_scope p WHERE p.engagement_id = e.id AND {} ORDER BY p.id LIMIT 5) p) p) e;",
                role.engagement("p", org)
            )),
            Self::Q4 => Some(format!(
                "SELECT json_build_object('studySites', json_build_object('nodes', json_agg(json_build_object('number', s.number, 'state', s.state, \
                 'selectedOn', s.selected_on, 'enrolled', s.enrolled, \
                 'study', (SELECT json_build_object('protocolNumber', a.protocol_number) FROM study a WHERE a.id = s.study_id AND {study}), \
                 'studyCountry', {country}) ORDER BY s.selected_on, s.id))) FROM \
                 (SELECT * FROM study_site s WHERE {site} AND s.state = (ARRAY['ACTIVE', 'ENROLLMENT_CLOSED', 'CLOSED'])[CAST(:state AS int)] \
                 AND s.selected_on >= DATE '2022-04-12' + CAST(:days AS int) ORDER BY s.selected_on, s.id LIMIT 50) s;"
            )),
            Self::Q6 => Some(format!(
                "SELECT json_build_object('deliverables', json_build_object('nodes', json_agg(json_build_object('title', d.title, \
                 'state', d.state, 'owedBy', d.owed_by, 'ballInCourt', d.ball_in_court, 'dueDate', d.due_date, 'daysLate', \
                 GREATEST(COALESCE((d.settled_at AT TIME ZONE 'UTC')::date, CURRENT_DATE) - d.due_date, 0), \
                 'engagement', (SELECT json_build_object('state', e.state, 'vendor', {vendor}) FROM engagement e \
                 WHERE e.id = d.engagement_id AND {engagement}), 'submissions', json_build_object('nodes', s.j)) \
                 ORDER BY d.due_date, d.id))) FROM (SELECT * FROM deliverable d WHERE {} \
                 AND d.due_date >= DATE '2022-04-12' + CAST(:days AS int) ORDER BY d.due_date, d.id LIMIT 20) d CROSS JOIN LATERAL \
                 (SELECT coalesce(json_agg(json_build_object('number', s.number, 'documentHash', s.document_hash) ORDER BY s.id), '[]') AS j \
                 FROM (SELECT * FROM deliverable_submission s WHERE s.deliverable_id = d.id AND {} ORDER BY s.id LIMIT 3) s) s;",
                role.engagement("d", org),
                role.engagement("s", org)
            )),
            Self::Q5 => None,
        }
    }

    /// The statement as a script of pgbench, with arguments at random.
    pub(crate) fn script(self, role: Role, org: &str, studies: u64) -> Option<String> {
        let sets = format!(
            "\\set study random(1, {studies})\n\\set planned random(40, 500)\n\\set state random(1, 3)\n\\set days random(0, 150)\n"
        );
        Some(format!("{sets}{}\n", self.statement(role, org)?))
    }
}

/// The day so many days after 12 April 2022, the world's first.
fn day(days: u64) -> String {
    let months = [(4, 30), (5, 31), (6, 30), (7, 31), (8, 31), (9, 30), (10, 31), (11, 30), (12, 31)];
    let mut left = days + 12;
    for (month, length) in months {
        if left <= length {
            return format!("2022-{month:02}-{left:02}");
        }
        left -= length;
    }
    "2022-12-31".to_owned()
}
