//! The people and machines to look at the demo through, each with a question that shows his view.

use tandem_domain::id::OrganizationId;

use super::memberships::{CTMS, PORTAL};
use super::organizations::{Org, Organizations};
use super::people::People;

/// Whose token it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PersonaBearer {
    /// A person, by e-mail.
    Person(String),
    /// A machine client, by client id and scopes.
    Client(String, Vec<String>),
}

/// Somebody to look through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Persona {
    /// The printed name.
    pub name: String,
    /// What he is, in words.
    pub role: String,
    /// The organisation that he acts for.
    pub organization: String,
    /// Its id, where the header `Tandem-Organization` has to name it.
    pub pick: Option<OrganizationId>,
    /// Whose token it is.
    pub bearer: PersonaBearer,
    /// A query that shows his view.
    pub query: &'static str,
}

/// Studies in depth, for those who work with them.
const STUDIES: &str = "{ viewer { person { displayName } organization { name } } studies(first: 20) { totalCount nodes { protocolNumber \
    briefTitle lifecycleState internal { riskScore } countries(first: 10) { nodes { countryCode state } } engagements(first: 10) { nodes { \
    state vendor { name } scopes(first: 10) { nodes { serviceCategory countries } } } } } } }";

/// Sites, for those who work at them.
const SITES: &str = "{ viewer { person { displayName } organization { name } } studies(first: 20) { totalCount nodes { protocolNumber \
    countries(first: 10) { nodes { countryCode state } } sites(first: 20) { nodes { number state site { name city } } } } } }";

/// What is owed by both sides, for those who work on it.
const WORK: &str = "{ viewer { person { displayName } organization { name } } deliverables(first: 50) { totalCount nodes { title \
    deliverableType owedBy state ballInCourt dueDate daysLate reviewDaysLate cycleCount study { protocolNumber } vendor { name } } } }";

/// What oversight found and what was done about it, for quality assurance.
const OVERSIGHT: &str = "{ viewer { person { displayName } organization { name } } findings(first: 50) { totalCount nodes { reference title \
    severity state ballInCourt authorSide ageDays daysLate study { protocolNumber } vendor { name } capas(first: 5) { nodes { state dueDate \
    daysLate } } } } issues(first: 20) { totalCount } }";

/// Headers only, for those who see no more.
const HEADERS: &str = "{ viewer { person { displayName } organization { name } } studies(first: 20) { totalCount nodes { protocolNumber \
    briefTitle lifecycleState engagements(first: 10) { totalCount } } } }";

/// People and what is granted to them, for administrators.
const ADMIN: &str = "{ viewer { person { displayName } organization { name } } people(first: 50) { totalCount nodes { displayName } } \
    memberships(first: 50) { totalCount nodes { role scope } } studies(first: 20) { totalCount } }";

/// The same as [`STUDIES`] without what only a person has.
const MACHINE: &str = "{ viewer { organization { name } } studies(first: 20) { totalCount nodes { protocolNumber registry { status } \
    sites(first: 20) { nodes { number state } } engagements(first: 10) { nodes { state vendor { name } } } } } }";

/// Local part, organisation that he acts for, what he is, query.
const PEOPLE: &[(&str, Org, &str, &str)] = &[
    ("marisol", Org::Quillfen, "sponsor, study manager (S_STUDY_MANAGER)", STUDIES),
    ("idris", Org::Quillfen, "sponsor, vendor manager (S_VENDOR_MANAGER)", STUDIES),
    ("petra", Org::Quillfen, "sponsor, quality assurance (S_QA)", OVERSIGHT),
    ("oskar", Org::Quillfen, "sponsor, the second person of quality assurance: what one of them wrote, the other issues", OVERSIGHT),
    ("darya", Org::Quillfen, "sponsor, data lead (S_DATA_LEAD)", WORK),
    ("tomas", Org::Quillfen, "sponsor, finance (S_FINANCE)", HEADERS),
    ("greta", Org::Quillfen, "sponsor, executive (S_EXECUTIVE)", HEADERS),
    ("noor", Org::Quillfen, "sponsor, administrator (S_ADMIN): people, no study content", ADMIN),
    ("yuna", Org::Quillfen, "sponsor, study manager of two studies only", STUDIES),
    ("leopold", Org::Brackenmoor, "another sponsor's study manager", STUDIES),
    ("ravi", Org::Veltrona, "CRO, project manager (V_PROJECT_MANAGER)", STUDIES),
    ("henrik", Org::Osprelle, "the competing CRO's project manager, on the same studies", STUDIES),
    ("saoirse", Org::Veltrona, "CRO, research associate for one country (V_CRA)", SITES),
    ("bastian", Org::Veltrona, "CRO, research associate for one site (V_CRA)", SITES),
    ("odile", Org::Veltrona, "CRO, quality assurance (V_QA)", OVERSIGHT),
    ("kofi", Org::Veltrona, "CRO, administrator (V_ADMIN): people, no study content", ADMIN),
    ("zofia", Org::Tarnwick, "central laboratory, data manager (V_DATA_MANAGER)", SITES),
    ("lucia", Org::Corvendale, "subcontractor of the CRO, project manager", STUDIES),
    ("dagny", Org::Osprelle, "auditor in two organisations, here for the CRO (V_QA)", HEADERS),
    ("dagny", Org::Brackenmoor, "the same auditor, here for a sponsor (S_QA)", HEADERS),
    ("ulla", Org::Brackenmoor, "another sponsor's quality assurance (S_QA)", OVERSIGHT),
    ("wanda", Org::Veltrona, "left the CRO: the membership has ended, so the answer is a refusal", HEADERS),
];

/// Who is in more than one organisation and has to pick.
const PICKS: &str = "dagny";

/// Everybody to look through, in the order in which they are shown.
#[must_use]
pub fn personas() -> Vec<Persona> {
    let organizations = Organizations::make();
    let people = People::make(&organizations);
    let mut personas: Vec<Persona> = PEOPLE
        .iter()
        .filter_map(|(local, org, role, query)| {
            let (person, contact) = people.named(local)?;
            Some(Persona {
                name: person.display_name.clone(),
                role: (*role).to_owned(),
                organization: organizations.name(*org).to_owned(),
                pick: (*local == PICKS).then(|| organizations.id(*org)),
                bearer: PersonaBearer::Person(contact.email.clone()),
                query,
            })
        })
        .collect();
    let client = |name: &str, role: &str, org, id: &str, scopes: &[&str]| Persona {
        name: name.to_owned(),
        role: role.to_owned(),
        organization: organizations.name(org).to_owned(),
        pick: None,
        bearer: PersonaBearer::Client(id.to_owned(), scopes.iter().map(|scope| (*scope).to_owned()).collect()),
        query: MACHINE,
    };
    let all = ["study:read", "site:read", "engagement:read"];
    personas.push(client(CTMS, "machine client of the CRO, limited to one engagement", Org::Veltrona, CTMS, &all));
    personas.push(client(PORTAL, "machine client of the sponsor, reads studies only", Org::Quillfen, PORTAL, &all[..1]));
    personas
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_of_the_list_is_there() {
        assert_eq!(personas().len(), PEOPLE.len() + 2);
    }

    #[test]
    fn queries_can_stand_in_single_quotes_within_json() {
        for persona in personas() {
            assert!(!persona.query.contains(['\'', '"', '\\', '\n']), "{}", persona.query);
        }
    }
}
