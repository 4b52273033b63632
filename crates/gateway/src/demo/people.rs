//! The demo's people: at least one for each role that looks at the world in a way of its own.
//! Their addresses lie under example.org, which belongs to nobody.

use tandem_domain::id::PersonId;
use tandem_domain::party::{Person, PersonContact};

use super::ids::{Ids, List};
use super::organizations::{Org, Organizations};

/// Address before the @, organisation, printed name, job title. The host is the organisation's.
pub(super) const PEOPLE: &[(&str, Org, &str, &str)] = &[
    ("marisol", Org::Quillfen, "Marisol Tenbrake", "Head of Study Management"),
    ("idris", Org::Quillfen, "Idris Okonvale", "Vendor Manager"),
    ("petra", Org::Quillfen, "Petra Lindwhistle", "Quality Assurance Lead"),
    ("tomas", Org::Quillfen, "Tomas Ferrowe", "Finance Partner"),
    ("greta", Org::Quillfen, "Greta Vanstorm", "Chief Development Officer"),
    ("noor", Org::Quillfen, "Noor Ashgrail", "Administrator"),
    ("yuna", Org::Quillfen, "Yuna Harrowfen", "Study Manager, two studies"),
    ("leopold", Org::Brackenmoor, "Leopold Swanscar", "Study Manager"),
    ("ines", Org::Brackenmoor, "Ines Copperlane", "Administrator"),
    ("ravi", Org::Veltrona, "Ravi Thornquill", "Project Director"),
    ("saoirse", Org::Veltrona, "Saoirse Millbrand", "Clinical Research Associate, Germany"),
    ("bastian", Org::Veltrona, "Bastian Overleigh", "Clinical Research Associate, one site"),
    ("odile", Org::Veltrona, "Odile Marchwind", "Quality Assurance"),
    ("kofi", Org::Veltrona, "Kofi Brightmere", "Administrator"),
    ("wanda", Org::Veltrona, "Wanda Fellgate", "Data Manager, left"),
    ("henrik", Org::Osprelle, "Henrik Dalewick", "Project Director"),
    ("aiko", Org::Osprelle, "Aiko Stormhallow", "Administrator"),
    ("zofia", Org::Tarnwick, "Zofia Kestrelby", "Laboratory Data Manager"),
    ("emre", Org::Pelluvia, "Emre Quaymoor", "Delivery Manager"),
    ("lucia", Org::Corvendale, "Lucia Fernhollow", "Project Manager"),
    ("dagny", Org::Osprelle, "Dagny Rookmere", "Independent Auditor"),
    ("oskar", Org::Quillfen, "Oskar Wrenfield", "Quality Assurance Auditor"),
    ("darya", Org::Quillfen, "Darya Mellowick", "Data Management Lead"),
    ("ulla", Org::Brackenmoor, "Ulla Thistlecroft", "Quality Assurance"),
];

/// All of them with their ids.
pub(super) struct People(Vec<(Person, PersonContact)>);

impl People {
    pub(super) fn make(organizations: &Organizations) -> Self {
        let ids = Ids::of(List::People);
        let made = PEOPLE.iter().map(|(local, org, name, title)| {
            let (id, organization_id) = (ids.next::<PersonId>(), organizations.id(*org));
            let person =
                Person { id, organization_id, display_name: (*name).to_owned(), job_title: Some((*title).to_owned()), active: true };
            (person, PersonContact { id, organization_id, email: address(local, *org) })
        });
        Self(made.collect())
    }

    /// The person of this local part.
    pub(super) fn id(&self, local: &str) -> Option<PersonId> {
        self.named(local).map(|(person, _)| person.id)
    }

    pub(super) fn named(&self, local: &str) -> Option<&(Person, PersonContact)> {
        PEOPLE.iter().position(|(candidate, ..)| *candidate == local).and_then(|index| self.0.get(index))
    }

    pub(super) fn into_inner(self) -> Vec<(Person, PersonContact)> {
        self.0
    }
}

fn address(local: &str, org: Org) -> String {
    let host = match org {
        Org::Quillfen => "quillfen",
        Org::Brackenmoor => "brackenmoor",
        Org::Veltrona => "veltrona",
        Org::Osprelle => "osprelle",
        Org::Tarnwick => "tarnwick",
        Org::Pelluvia => "pelluvia",
        Org::Corvendale => "corvendale",
    };
    format!("{local}@{host}.example.org")
}
