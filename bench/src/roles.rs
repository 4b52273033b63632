//! As whom is asked, and what that comes to as SQL written by hand: the conditions of each role on each table.

/// A persona of the seeded world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The study manager of the first sponsor.
    Sponsor,
    /// The project manager of the first CRO.
    Vendor,
    /// The machine client of that CRO.
    Client,
}

impl Role {
    pub(crate) const ALL: [Self; 3] = [Self::Sponsor, Self::Vendor, Self::Client];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sponsor => "sponsor",
            Self::Vendor => "cro",
            Self::Client => "client",
        }
    }

    /// What `tandem token` takes.
    pub(crate) fn whom(self) -> Vec<&'static str> {
        match self {
            Self::Sponsor => vec!["--as", "study.manager@example.org"],
            Self::Vendor => vec!["--as", "project.manager@example.org"],
            Self::Client => {
                let scopes = ["study:read", "site:read", "engagement:read", "deliverable:read"];
                ["--client", "vendor-1-1"].into_iter().chain(scopes.into_iter().flat_map(|scope| ["--scope", scope])).collect()
            }
        }
    }

    /// The organisation, found by what names the persona.
    pub(crate) fn organization(self) -> &'static str {
        match self {
            Self::Sponsor => "SELECT organization_id FROM person_contact WHERE email = 'study.manager@example.org'",
            Self::Vendor => "SELECT organization_id FROM person_contact WHERE email = 'project.manager@example.org'",
            Self::Client => "SELECT organization_id FROM client WHERE client_id = 'vendor-1-1'",
        }
    }

    /// The audience's bit of `readers`.
    fn bit(self) -> u32 {
        match self {
            Self::Sponsor => 1,
            Self::Vendor => 4,
            Self::Client => 32,
        }
    }

    /// The bit under which the prime vendor of a subcontract reads.
    fn prime_bit(self) -> u32 {
        if self == Self::Client { 32 } else { 16 }
    }

    /// The condition on a study, a country or a study site called `alias`: one's own, or led there by a link.
    pub(crate) fn place(self, table: &str, alias: &str, org: &str) -> String {
        let bit = self.bit();
        match self {
            Self::Sponsor => format!("{alias}.sponsor_id = '{org}' AND ({alias}.readers & {bit}) <> 0"),
            Self::Vendor | Self::Client => format!(
                "{alias}.id IN (SELECT v.target_id FROM visible_{table} v WHERE v.organization_id = '{org}' AND v.via = 'engagement' \
                 AND (v.valid_from IS NULL OR v.valid_from <= CURRENT_DATE) AND (v.valid_to IS NULL OR v.valid_to >= CURRENT_DATE)) \
                 AND ({alias}.readers & {bit}) <> 0"
            ),
        }
    }

    /// The condition on an engagement or a scope.
    pub(crate) fn engagement(self, alias: &str, org: &str) -> String {
        let (bit, prime) = (self.bit(), self.prime_bit());
        match self {
            Self::Sponsor => format!("{alias}.sponsor_id = '{org}' AND ({alias}.readers & {bit}) <> 0"),
            Self::Vendor | Self::Client => format!(
                "(({alias}.vendor_id = '{org}' AND ({alias}.readers & {bit}) <> 0) \
                 OR ({alias}.prime_vendor_id = '{org}' AND ({alias}.readers & {prime}) <> 0))"
            ),
        }
    }

    /// The condition on an organisation.
    pub(crate) fn named(self, alias: &str, org: &str) -> String {
        let link = |via: &str| {
            format!(
                "EXISTS (SELECT 1 FROM visible_organization v WHERE v.organization_id = '{org}' AND v.target_id = {alias}.id AND v.via IN ({via}) \
                 AND (v.valid_from IS NULL OR v.valid_from <= CURRENT_DATE) AND (v.valid_to IS NULL OR v.valid_to >= CURRENT_DATE))"
            )
        };
        match self {
            Self::Sponsor => format!("({alias}.id = '{org}' OR ({alias}.readers & 512) <> 0 OR {})", link("'engagement'")),
            Self::Vendor => format!("({alias}.id = '{org}' OR {})", link("'engagement', 'study'")),
            Self::Client => format!("({alias}.id = '{org}' OR {})", link("'engagement'")),
        }
    }
}
