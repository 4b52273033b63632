//! Who may see what of the sweep's world: written by hand from the domain's rules (roles, field policies, entity matrix).
//! Each line lists records by name; `*` stands for any rest, and `~` before a line marks what the rules leave open.

/// A persona: a person by name, or a machine client with the scopes of its token.
#[derive(Clone, Copy, Debug)]
pub struct Persona {
    /// Its name in the world.
    pub name: &'static str,
    /// For a machine client: the scopes that its token names.
    pub scopes: Option<&'static [&'static str]>,
    /// What it has to see.
    pub(super) must: &'static [&'static str],
    /// What it may see, where the rules say neither yes nor no.
    pub(super) may: &'static [&'static str],
}

const ALL_SCOPES: &[&str] = &["study:read", "site:read", "engagement:read", "deliverable:read", "finding:read"];

/// Everything of sponsor A that belongs to its studies, but no restricted part.
macro_rules! sponsor_a {
    ($($more:literal),* $(,)?) => {
        &["organization:A", "organization:V", "organization:W", "organization:S",
          "person:A.vm", "person:A.sm", "person:V.pm", "person:W.pm", "person:S.pm",
          "person_contact:A.vm", "person_contact:A.sm", "person_contact:V.pm", "person_contact:W.pm", "person_contact:S.pm",
          "study:A*", "study_registry:A*", "engagement:A*", "service_scope:A*", "study_confirmation:A1", "engagement_confirmation:A1V", $($more),*]
    };
}

/// What vendor V has of its work, without countries and sites.
macro_rules! vendor_v {
    ($($more:literal),* $(,)?) => {
        &["organization:V", "organization:A", "organization:B", "organization:S",
          "person:A.vm", "person:V.pm", "person:S.pm", "person:B.sm", "person:V.qa",
          "person_contact:A.vm", "person_contact:V.pm", "person_contact:S.pm", "person_contact:B.sm", "person_contact:V.qa",
          "study:A1", "study:B1", "study_registry:A1", "study_registry:B1",
          "engagement:A1V", "engagement:A1S", "engagement:A2V", "engagement:B1V",
          "service_scope:A1V-*", "service_scope:A1S-x", "service_scope:A2V-x", "service_scope:B1V-x", $($more),*]
    };
}

/// The same with the countries and sites that V leads, is responsible for, or covers.
macro_rules! vendor_v_sites {
    ($($more:literal),* $(,)?) => {
        vendor_v!["study_country:A1-DE", "study_country:A1-FR", "study_country:B1-GB",
            "study_site:A1-de1", "study_site:A1-fr1", "study_site:B1-gb1",
            "study_site_contact:A1-de1", "study_site_contact:A1-fr1", "study_site_contact:B1-gb1",
            "study_site_registry:A1-de1", "study_site_registry:A1-fr1", "study_site_registry:B1-gb1",
            "site:A1-de1", "site:A1-fr1", "site:B1-gb1", $($more),*]
    };
}

/// What the whole-organisation client of V has: also the subcontract under its engagement, as its people do.
macro_rules! client_v_whole {
    () => {
        &[
            "organization:V",
            "organization:A",
            "organization:B",
            "person:A.vm",
            "person:V.pm",
            "person:B.sm",
            "person:V.qa",
            "study:A1",
            "study:B1",
            "study_registry:A1",
            "study_registry:B1",
            "engagement:A1V",
            "engagement:A2V",
            "engagement:B1V",
            "service_scope:A1V-*",
            "service_scope:A2V-x",
            "service_scope:B1V-x",
            "study_country:A1-DE",
            "study_country:A1-FR",
            "study_country:B1-GB",
            "study_site:A1-de1",
            "study_site:A1-fr1",
            "study_site:B1-gb1",
            "study_site_registry:A1-de1",
            "study_site_registry:A1-fr1",
            "study_site_registry:B1-gb1",
            "site:A1-de1",
            "site:A1-fr1",
            "site:B1-gb1",
            "engagement:A1S",
            "service_scope:A1S-x",
            "organization:S",
            "person:S.pm",
        ]
    };
}

/// What the client of V that lists one engagement has: that, and nothing of what is subcontracted from it.
macro_rules! client_v_engagement {
    () => {
        &[
            "organization:V",
            "organization:A",
            "person:A.vm",
            "person:V.pm",
            "study:A1",
            "study_registry:A1",
            "engagement:A1V",
            "service_scope:A1V-*",
            "study_country:A1-DE",
            "study_country:A1-FR",
            "study_site:A1-de1",
            "study_site:A1-fr1",
            "study_site_registry:A1-de1",
            "study_site_registry:A1-fr1",
            "site:A1-de1",
            "site:A1-fr1",
        ]
    };
}

/// What is V's of engagement A1V, for those who have no more than that.
macro_rules! engagement_a1v {
    ($($more:literal),* $(,)?) => {
        &["organization:V", "organization:A", "organization:S",
          "person:A.vm", "person:V.pm", "person:S.pm", "person_contact:A.vm", "person_contact:V.pm", "person_contact:S.pm",
          "study:A1", "study_registry:A1", "engagement:A1V", "engagement:A1S",
          "service_scope:A1V-*", "service_scope:A1S-x", "study_country:A1-DE", "study_country:A1-FR",
          "study_site:A1-de1", "study_site:A1-fr1", "study_site_contact:A1-de1", "study_site_contact:A1-fr1",
          "study_site_registry:A1-de1", "study_site_registry:A1-fr1", "site:A1-de1", "site:A1-fr1", $($more),*]
    };
}

const fn person(name: &'static str, must: &'static [&'static str]) -> Persona {
    Persona { name, scopes: None, must, may: &[] }
}

/// Everyone who sweeps. Each also sees himself and his own membership.
pub const PERSONAS: &[Persona] = &[
    person(
        "A.sm",
        sponsor_a![
            "organization:Z",
            "study_country:A*",
            "study_site*:A*",
            "site:A*",
            "study_internal:A*",
            "engagement_internal:A*",
            "membership:A.sm-study",
            "membership:A.vm-eng",
            "membership:A.qa-country",
            "membership:A.sm-site",
            "membership:V.pm-*",
            "membership:V.cra-*",
            "person*:A.sm-study",
            "person*:A.vm-eng",
            "person*:A.qa-country",
            "person*:A.sm-site",
            "person*:V.pm-*",
            "person*:V.cra-*"
        ],
    ),
    person(
        "A.vm",
        sponsor_a![
            "organization:Z",
            "study_country:A*",
            "study_site*:A*",
            "site:A*",
            "study_internal:A*",
            "engagement_internal:A*",
            "study_benchmark:A*",
            "client:V-eng",
            "client:V-whole",
            "client:W-eng",
            "membership:A.vm-eng",
            "membership:V.pm-eng",
            "membership:V.pm-closed",
            "person*:A.vm-eng",
            "person*:V.pm-eng",
            "person*:V.pm-closed"
        ],
    ),
    person(
        "A.qa",
        sponsor_a![
            "organization:Z",
            "study_country:A*",
            "study_site*:A*",
            "site:A*",
            "study_internal:A*",
            "engagement_internal:A*",
            "membership:A.*",
            "membership:V.pm-*",
            "membership:V.cra-*",
            "person*:V.pm-*",
            "person*:V.cra-*",
            "person*:A.sm*",
            "person*:A.vm*",
            "person*:A.qa*",
            "person*:A.fin",
            "person*:A.reg",
            "person*:A.saf",
            "person*:A.data",
            "person*:A.exec",
            "person*:A.admin",
            "access_*:A"
        ],
    ),
    person(
        "A.fin",
        sponsor_a!["study_country:A*", "site:A*", "study_site:A*", "study_site_contact:A*", "study_site_registry:A*", "study_benchmark:A*"],
    ),
    person("A.reg", sponsor_a!["study_country:A*", "study_site*:A*", "site:A*", "study_internal:A*", "engagement_internal:A*"]),
    person("A.saf", sponsor_a!["study_country:A*", "study_site*:A*", "site:A*", "study_internal:A*", "engagement_internal:A*"]),
    person("A.data", sponsor_a!["study_country:A*", "study_site*:A*", "site:A*", "study_internal:A*", "engagement_internal:A*"]),
    person("A.exec", sponsor_a!["study_internal:A*", "engagement_internal:A*"]),
    person(
        "A.admin",
        &[
            "organization:A",
            "organization:V",
            "organization:W",
            "organization:S",
            "person*:A.*",
            "membership:A.*",
            "client:A-*",
            "access_*:A",
        ],
    ),
    person(
        "A.sm-study",
        &[
            "organization:A",
            "organization:V",
            "organization:W",
            "organization:S",
            "organization:Z",
            "person*:A.vm",
            "person*:A.sm",
            "person*:V.pm",
            "person*:W.pm",
            "person*:S.pm",
            "person*:A.sm-study",
            "person*:A.vm-eng",
            "person*:A.qa-country",
            "person*:A.sm-site",
            "person*:V.cra-country",
            "person*:V.cra-site",
            "person*:V.pm-eng",
            "person*:V.pm-study",
            "membership:A.sm-study",
            "membership:A.vm-eng",
            "membership:A.qa-country",
            "membership:A.sm-site",
            "membership:V.cra-country",
            "membership:V.cra-site",
            "membership:V.pm-eng",
            "membership:V.pm-study",
            "study:A1",
            "study_internal:A1",
            "study_registry:A1",
            "study_confirmation:A1",
            "study_country:A1*",
            "study_site*:A1*",
            "site:A1*",
            "engagement:A1*",
            "engagement_internal:A1*",
            "engagement_confirmation:A1V",
            "service_scope:A1*",
        ],
    ),
    // Restricted parts are rows, not headers: an engagement's member has those of the engagement and none of the study's.
    Persona {
        may: &["engagement_internal:A1S"],
        ..person(
            "A.vm-eng",
            engagement_a1v![
                "organization:W",
                "organization:Z",
                "engagement_internal:A1V",
                "engagement_confirmation:A1V",
                "study_site_internal:A1-de1",
                "study_site_internal:A1-fr1",
                "client:V-eng",
                "client:V-whole",
                "membership:V.pm-eng",
                "person*:V.pm-eng"
            ],
        )
    },
    // And rows without a country are not a country's or a site's member's.
    person(
        "A.qa-country",
        &[
            "organization:A",
            "organization:V",
            "organization:W",
            "organization:S",
            "organization:Z",
            "person*:A.vm",
            "person*:A.sm",
            "person*:V.pm",
            "person*:W.pm",
            "person*:S.pm",
            "person*:V.cra-country",
            "membership:V.cra-country",
            "study:A1",
            "study_registry:A1",
            "engagement:A1*",
            "study_country:A1-DE",
            "study_site*:A1-de1",
            "site:A1-de1",
        ],
    ),
    person(
        "A.sm-site",
        &[
            "organization:A",
            "organization:V",
            "organization:W",
            "organization:S",
            "organization:Z",
            "person*:A.vm",
            "person*:A.sm",
            "person*:V.pm",
            "person*:W.pm",
            "person*:S.pm",
            "study:A1",
            "study_registry:A1",
            "engagement:A1*",
            "study_site*:A1-de1",
            "site:A1-de1",
        ],
    ),
    person(
        "B.sm",
        &[
            "organization:B",
            "organization:V",
            "organization:W",
            "organization:S",
            "organization:Z",
            "person*:V.qa",
            "study:B1",
            "study_internal:B1",
            "study_registry:B1",
            "study_country:B1-GB",
            "study_site*:B1-gb1",
            "site:B1-gb1",
            "engagement:B1V",
            "engagement_internal:B1V",
            "service_scope:B1V-x",
        ],
    ),
    person("B.admin", &["organization:B", "organization:V", "person*:B.*", "membership:B.*", "access_*:B"]),
    person(
        "V.pm",
        vendor_v_sites![
            "person*:V.cra*",
            "person*:V.pm*",
            "person*:V.dm",
            "person*:V.stat",
            "person*:V.qa",
            "person*:V.reg",
            "person*:V.saf",
            "person*:V.fin",
            "person*:V.admin",
            "membership:V.*"
        ],
    ),
    person("V.cra", vendor_v_sites![]),
    person("V.dm", vendor_v_sites![]),
    person("V.stat", vendor_v_sites![]),
    person(
        "V.qa",
        vendor_v_sites![
            "person*:V.cra*",
            "person*:V.pm*",
            "person*:V.dm",
            "person*:V.stat",
            "person*:V.qa",
            "person*:V.reg",
            "person*:V.saf",
            "person*:V.fin",
            "person*:V.admin",
            "membership:V.*",
            "access_*:V"
        ],
    ),
    person("V.reg", vendor_v_sites![]),
    person("V.saf", vendor_v_sites![]),
    person("V.fin", vendor_v![]),
    person(
        "V.admin",
        &[
            "organization:V",
            "organization:A",
            "organization:B",
            "organization:S",
            "person*:V.*",
            "membership:V.*",
            "client:V-*",
            "access_*:V",
        ],
    ),
    person("V.pm-study", engagement_a1v![]),
    person("V.pm-eng", engagement_a1v![]),
    person("V.pm-closed", &["organization:V", "organization:A", "engagement:A2V", "service_scope:A2V-x", "person*:A.vm", "person*:V.pm"]),
    person(
        "V.cra-country",
        &[
            "organization:V",
            "organization:A",
            "organization:S",
            "person*:A.vm",
            "person*:V.pm",
            "person*:S.pm",
            "study:A1",
            "study_registry:A1",
            "engagement:A1V",
            "engagement:A1S",
            "study_country:A1-DE",
            "study_site:A1-de1",
            "study_site_contact:A1-de1",
            "study_site_registry:A1-de1",
            "site:A1-de1",
        ],
    ),
    person(
        "V.cra-site",
        &[
            "organization:V",
            "organization:A",
            "organization:S",
            "person*:A.vm",
            "person*:V.pm",
            "person*:S.pm",
            "study:A1",
            "study_registry:A1",
            "engagement:A1V",
            "engagement:A1S",
            "study_site:A1-fr1",
            "study_site_contact:A1-fr1",
            "study_site_registry:A1-fr1",
            "site:A1-fr1",
        ],
    ),
    // The roster of A2 is shared: its vendors at work may know of one another.
    Persona {
        may: &["organization:S"],
        ..person(
            "W.pm",
            &[
                "organization:W",
                "organization:A",
                "person*:A.sm",
                "person*:A.vm",
                "person*:W.*",
                "membership:W.*",
                "study:A1",
                "study:A2",
                "study_registry:A1",
                "study_registry:A2",
                "engagement:A1W",
                "engagement:A2W",
                "service_scope:A1W-*",
                "service_scope:A2W-x",
                "study_country:A1-US",
                "study_country:A2-DE",
                "study_site:A1-us1",
                "study_site_contact:A1-us1",
                "study_site_registry:A1-us1",
                "site:A1-us1",
                "study_site:A2-de2",
                "study_site_contact:A2-de2",
                "study_site_registry:A2-de2",
                "site:A2-de2",
            ],
        )
    },
    Persona {
        may: &["organization:S"],
        ..person(
            "W.cra",
            &[
                "organization:W",
                "organization:A",
                "person*:A.sm",
                "person*:A.vm",
                "person*:W.pm",
                "study:A1",
                "study:A2",
                "study_registry:A1",
                "study_registry:A2",
                "engagement:A1W",
                "engagement:A2W",
                "service_scope:A1W-*",
                "service_scope:A2W-x",
                "study_country:A1-US",
                "study_country:A2-DE",
                "study_site:A1-us1",
                "study_site_contact:A1-us1",
                "study_site_registry:A1-us1",
                "site:A1-us1",
                "study_site:A2-de2",
                "study_site_contact:A2-de2",
                "study_site_registry:A2-de2",
                "site:A2-de2",
            ],
        )
    },
    person("W.admin", &["organization:W", "organization:A", "person*:W.*", "membership:W.*", "client:W-*", "access_*:W"]),
    // A subcontractor does not learn under whom it works: its prime's engagement is not its own.
    Persona {
        may: &["organization:W"],
        ..person(
            "S.pm",
            &[
                "organization:S",
                "organization:A",
                "person*:A.vm",
                "person*:S.*",
                "membership:S.*",
                "study:A1",
                "study:A2",
                "study_registry:A1",
                "study_registry:A2",
                "engagement:A1S",
                "engagement:A2S",
                "service_scope:A1S-x",
                "service_scope:A2S-x",
                "study_country:A1-DE",
                "study_country:A2-DE",
                "study_site:A1-de1",
                "study_site_contact:A1-de1",
                "study_site_registry:A1-de1",
                "site:A1-de1",
                "study_site:A2-de2",
                "study_site_contact:A2-de2",
                "study_site_registry:A2-de2",
                "site:A2-de2",
            ],
        )
    },
    person("S.admin", &["organization:S", "organization:A", "person*:S.*", "membership:S.*"]),
    Persona {
        name: "A-whole",
        scopes: Some(ALL_SCOPES),
        may: &[],
        must: &[
            "organization:A",
            "organization:V",
            "organization:W",
            "organization:S",
            "person:A.vm",
            "person:A.sm",
            "person:V.pm",
            "person:W.pm",
            "person:S.pm",
            "study:A*",
            "study_registry:A*",
            "engagement:A*",
            "service_scope:A*",
            "study_country:A*",
            "study_site:A*",
            "study_site_registry:A*",
            "site:A*",
        ],
    },
    Persona { name: "A-study", scopes: Some(ALL_SCOPES), may: &[], must: &["organization:A", "study:A*", "study_registry:A*"] },
    Persona { name: "A-mute", scopes: Some(&[]), may: &[], must: &["organization:A"] },
    Persona { name: "V-whole", scopes: Some(ALL_SCOPES), may: &[], must: client_v_whole![] },
    Persona { name: "V-eng", scopes: Some(ALL_SCOPES), may: &[], must: client_v_engagement![] },
    Persona {
        name: "W-eng",
        scopes: Some(ALL_SCOPES),
        may: &[],
        must: &[
            "organization:W",
            "organization:A",
            "person:A.sm",
            "person:W.pm",
            "study:A1",
            "study_registry:A1",
            "engagement:A1W",
            "service_scope:A1W-*",
            "study_country:A1-US",
            "study_site:A1-us1",
            "study_site_registry:A1-us1",
            "site:A1-us1",
        ],
    },
];
