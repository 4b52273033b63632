//! The list of everything that exists. A kind that is not here does not exist on any floor;
//! a kind that is here must be decided on every floor.

use crate::lifecycle::Lifecycle;
use crate::record::{Column, Record};

/// A column that carries one of a row's access facts (architecture: who may see a row is decided on its facts).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactColumn {
    /// The sponsor that governs the row.
    Sponsor,
    /// The study that the row belongs to.
    Study,
    /// The vendor whose row it is.
    Vendor,
    /// The engagement under which the row stands.
    Engagement,
    /// The prime vendor of a subcontracted engagement.
    PrimeVendor,
    /// The engagement that the row's engagement is subcontracted from.
    PrimeEngagement,
    /// The country, ISO 3166-1 alpha-2.
    Country,
    /// The study site.
    StudySite,
    /// The organisation that owns the row, where ownership is neither a sponsor's nor a vendor's.
    Organization,
    /// The person whom the row is about.
    Person,
}

/// What the mechanisms need to know of a kind, as plain data.
#[derive(Debug)]
pub struct KindDef {
    /// The kind.
    pub kind: Kind,
    /// Its name on the graph, such as `StudyCountry`.
    pub name: &'static str,
    /// What it is, for people.
    pub doc: &'static [&'static str],
    /// Its table, which is also the prefix of its ids.
    pub table: &'static str,
    /// Its columns; the first is `id`.
    pub columns: &'static [Column],
    /// Which columns carry access facts.
    pub facts: &'static [(FactColumn, &'static str)],
    /// For a restricted or otherwise separate part: the kind it is a part of. It shares that record's id.
    pub part_of: Option<Kind>,
    /// Its lifecycle, where it has one.
    pub lifecycle: Option<&'static Lifecycle>,
    /// Whether more than one party may own or see its rows through links (`visible_<table>`).
    pub linked: bool,
}

impl KindDef {
    /// The position of a column, by name.
    #[must_use]
    pub fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|candidate| candidate.name == column)
    }

    /// The column that carries a fact.
    #[must_use]
    pub fn fact(&self, fact: FactColumn) -> Option<&'static str> {
        self.facts.iter().find(|(candidate, _)| *candidate == fact).map(|(_, column)| *column)
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $table:literal, $record:ty, facts [$($fact:ident = $column:literal),*] $(, part of $whole:ident)? $(, lifecycle $lifecycle:path)? $(, linked $linked:literal)?;)*) => {
        /// A kind of record: an entity, or a part of one that is kept, versioned and journalled by itself.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $($(#[$doc])* $kind,)* }

        impl Kind {
            /// Every kind there is.
            pub const ALL: &'static [Self] = &[$(Self::$kind),*];

            /// The kind as plain data.
            #[must_use]
            pub fn def(self) -> &'static KindDef {
                match self {
                    $(Self::$kind => {
                        const DEF: KindDef = KindDef {
                            kind: Kind::$kind,
                            name: stringify!($kind),
                            doc: <$record as Record>::DOC,
                            table: $table,
                            columns: <$record as Record>::COLUMNS,
                            facts: &[$((FactColumn::$fact, $column)),*],
                            part_of: kinds!(@option $(Kind::$whole)?),
                            lifecycle: kinds!(@option $(&$lifecycle)?),
                            linked: kinds!(@flag $($linked)?),
                        };
                        static STATIC: KindDef = DEF;
                        &STATIC
                    })*
                }
            }

            /// Reads a kind from the prefix of its ids.
            #[must_use]
            pub fn from_prefix(prefix: &str) -> Option<Self> {
                match prefix { $($table => Some(Self::$kind),)* _ => None }
            }

            /// The record of these values.
            ///
            /// # Errors
            /// [`crate::record::CellError`] when a value does not fit its column.
            pub fn decode(self, cells: Vec<crate::record::Cell>) -> Result<crate::record::Entity, crate::record::CellError> {
                match self { $(Self::$kind => <$record as Record>::from_cells(cells).map(Record::into_entity),)* }
            }
        }

        /// Any record there is.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Entity { $($(#[$doc])* $kind($record),)* }

        impl Entity {
            /// Which kind of record it is.
            #[must_use]
            pub fn kind(&self) -> Kind {
                match self { $(Self::$kind(_) => Kind::$kind,)* }
            }

            /// Its id.
            #[must_use]
            pub fn uuid(&self) -> uuid::Uuid {
                match self { $(Self::$kind(record) => record.uuid(),)* }
            }

            /// Its values, in the order of its columns.
            #[must_use]
            pub fn cells(&self) -> Vec<crate::record::Cell> {
                match self { $(Self::$kind(record) => record.cells(),)* }
            }

            /// The audiences that may read it.
            #[must_use]
            pub fn readers(&self) -> crate::access::Readers {
                match self { $(Self::$kind(record) => record.readers(),)* }
            }
        }
    };
    (@option) => { None };
    (@option $value:expr) => { Some($value) };
    (@flag) => { false };
    (@flag $value:literal) => { $value };
}

kinds! {
    /// An organisation.
    Organization = "organization", crate::party::Organization, facts [Organization = "id"], linked true;
    /// A person.
    Person = "person", crate::party::Person, facts [Person = "id", Organization = "organization_id"], linked true;
    /// A person's contact data.
    PersonContact = "person_contact", crate::party::PersonContact, facts [Person = "id", Organization = "organization_id"], part of Person;
    /// A membership.
    Membership = "membership", crate::party::Membership,
        facts [Person = "person_id", Organization = "organization_id", Sponsor = "sponsor_id", Study = "study_id", Engagement = "engagement_id", Country = "country_code", StudySite = "study_site_id"];
    /// A machine client.
    ApiClient = "client", crate::party::ApiClient, facts [Person = "id", Organization = "organization_id"], linked true;
    /// An event of the access log.
    AccessEvent = "access_event", crate::party::AccessEvent, facts [Organization = "organization_id"];
    /// A review of access.
    AccessReview = "access_review", crate::party::AccessReview, facts [Organization = "organization_id"];
    /// One membership in a review of access.
    AccessReviewItem = "access_review_item", crate::party::AccessReviewItem, facts [Organization = "organization_id"];
    /// A study.
    Study = "study", crate::portfolio::Study, facts [Sponsor = "sponsor_id", Study = "id"], lifecycle crate::portfolio::STUDY_LIFECYCLE, linked true;
    /// The sponsor's own assessment of a study.
    StudyInternal = "study_internal", crate::portfolio::StudyInternal, facts [Sponsor = "sponsor_id", Study = "id"], part of Study;
    /// The sponsor's budget benchmark of a study.
    StudyBenchmark = "study_benchmark", crate::portfolio::StudyBenchmark, facts [Sponsor = "sponsor_id", Study = "id"], part of Study;
    /// A second person's confirmation of a step of a study.
    StudyConfirmation = "study_confirmation", crate::portfolio::StudyConfirmation, facts [Sponsor = "sponsor_id", Study = "id"], part of Study;
    /// What the registry says of a study.
    StudyRegistry = "study_registry", crate::portfolio::StudyRegistry, facts [Sponsor = "sponsor_id", Study = "id"], part of Study;
    /// A country of a study.
    StudyCountry = "study_country", crate::portfolio::StudyCountry,
        facts [Sponsor = "sponsor_id", Study = "study_id", Country = "country_code", Engagement = "lead_engagement_id", Vendor = "vendor_id"],
        lifecycle crate::portfolio::STUDY_COUNTRY_LIFECYCLE, linked true;
    /// A site (facility).
    Site = "site", crate::portfolio::Site, facts [Sponsor = "sponsor_id", Country = "country_code"], linked true;
    /// A site of a study.
    StudySite = "study_site", crate::portfolio::StudySite,
        facts [Sponsor = "sponsor_id", Study = "study_id", Country = "country_code", StudySite = "id", Engagement = "responsible_engagement_id", Vendor = "vendor_id"],
        lifecycle crate::portfolio::STUDY_SITE_LIFECYCLE, linked true;
    /// The sponsor's own assessment of a study site.
    StudySiteInternal = "study_site_internal", crate::portfolio::StudySiteInternal,
        facts [Sponsor = "sponsor_id", Study = "study_id", Country = "country_code", StudySite = "id"], part of StudySite;
    /// Who is to be reached at a study site.
    StudySiteContact = "study_site_contact", crate::portfolio::StudySiteContact,
        facts [Sponsor = "sponsor_id", Study = "study_id", Country = "country_code", StudySite = "id"], part of StudySite;
    /// What the registry says of a study site.
    StudySiteRegistry = "study_site_registry", crate::portfolio::StudySiteRegistry,
        facts [Sponsor = "sponsor_id", Study = "study_id", Country = "country_code", StudySite = "id"], part of StudySite;
    /// An engagement.
    Engagement = "engagement", crate::engagement::Engagement,
        facts [Sponsor = "sponsor_id", Study = "study_id", Vendor = "vendor_id", Engagement = "id", PrimeVendor = "prime_vendor_id", PrimeEngagement = "subcontract_of_id"],
        lifecycle crate::engagement::ENGAGEMENT_LIFECYCLE;
    /// The sponsor's own assessment of an engagement.
    EngagementInternal = "engagement_internal", crate::engagement::EngagementInternal,
        facts [Sponsor = "sponsor_id", Study = "study_id", Engagement = "id"], part of Engagement;
    /// A second person's confirmation of a step of an engagement.
    EngagementConfirmation = "engagement_confirmation", crate::engagement::EngagementConfirmation,
        facts [Sponsor = "sponsor_id", Study = "study_id", Engagement = "id"], part of Engagement;
    /// A service scope.
    ServiceScope = "service_scope", crate::engagement::ServiceScope,
        facts [Sponsor = "sponsor_id", Study = "study_id", Vendor = "vendor_id", Engagement = "engagement_id", PrimeVendor = "prime_vendor_id", PrimeEngagement = "prime_engagement_id"];
    /// A programme.
    Program = "program", crate::portfolio::Program, facts [Sponsor = "sponsor_id"], linked true;
    /// The sponsor's own summary of a programme.
    ProgramInternal = "program_internal", crate::portfolio::ProgramInternal, facts [Sponsor = "sponsor_id"], part of Program;
    /// A version of a protocol.
    ProtocolVersion = "protocol_version", crate::portfolio::ProtocolVersion, facts [Sponsor = "sponsor_id", Study = "study_id"], linked true;
    /// An amendment.
    Amendment = "amendment", crate::portfolio::Amendment, facts [Sponsor = "sponsor_id", Study = "study_id"], linked true;
    /// A milestone.
    Milestone = "milestone", crate::portfolio::Milestone,
        facts [Sponsor = "sponsor_id", Study = "study_id", Vendor = "vendor_id", Engagement = "engagement_id", PrimeVendor = "prime_vendor_id", PrimeEngagement = "prime_engagement_id", Country = "country_code", StudySite = "study_site_id"];
    /// A snapshot of enrolment.
    EnrollmentSnapshot = "enrollment_snapshot", crate::portfolio::EnrollmentSnapshot,
        facts [Sponsor = "sponsor_id", Study = "study_id", Vendor = "vendor_id", Engagement = "engagement_id", PrimeVendor = "prime_vendor_id", PrimeEngagement = "prime_engagement_id", Country = "country_code", StudySite = "study_site_id"];
    /// A document.
    Document = "document", crate::delivery::Document,
        facts [Sponsor = "sponsor_id", Study = "study_id", Vendor = "vendor_id", Engagement = "engagement_id", Country = "country_code", StudySite = "study_site_id"],
        lifecycle crate::delivery::DOCUMENT_LIFECYCLE;
    /// A deliverable.
    Deliverable = "deliverable", crate::delivery::Deliverable,
        facts [Sponsor = "sponsor_id", Study = "study_id", Vendor = "vendor_id", Engagement = "engagement_id", PrimeVendor = "prime_vendor_id", PrimeEngagement = "prime_engagement_id", Country = "country_code", StudySite = "study_site_id"],
        lifecycle crate::delivery::DELIVERABLE_LIFECYCLE;
    /// A submission of a deliverable.
    DeliverableSubmission = "deliverable_submission", crate::delivery::DeliverableSubmission,
        facts [Sponsor = "sponsor_id", Study = "study_id", Vendor = "vendor_id", Engagement = "engagement_id", PrimeVendor = "prime_vendor_id", PrimeEngagement = "prime_engagement_id", Country = "country_code", StudySite = "study_site_id"];
    /// A review of a deliverable.
    DeliverableReview = "deliverable_review", crate::delivery::DeliverableReview,
        facts [Sponsor = "sponsor_id", Study = "study_id", Vendor = "vendor_id", Engagement = "engagement_id", Country = "country_code", StudySite = "study_site_id"];
    /// A finding.
    Finding = "finding", crate::oversight::Finding,
        facts [Sponsor = "sponsor_id", Study = "study_id", Vendor = "vendor_id", Engagement = "engagement_id", Country = "country_code", StudySite = "study_site_id", Person = "author_id"],
        lifecycle crate::oversight::FINDING_LIFECYCLE;
    /// What the sponsor thinks of a finding.
    FindingInternal = "finding_internal", crate::oversight::FindingInternal,
        facts [Sponsor = "sponsor_id", Study = "study_id", Country = "country_code", StudySite = "study_site_id"], part of Finding;
    /// An answer to a finding.
    FindingResponse = "finding_response", crate::oversight::FindingResponse,
        facts [Sponsor = "sponsor_id", Study = "study_id", Vendor = "vendor_id", Engagement = "engagement_id", Country = "country_code", StudySite = "study_site_id"];
    /// A CAPA.
    Capa = "capa", crate::oversight::Capa,
        facts [Sponsor = "sponsor_id", Study = "study_id", Vendor = "vendor_id", Engagement = "engagement_id", Country = "country_code", StudySite = "study_site_id"],
        lifecycle crate::oversight::CAPA_LIFECYCLE;
    /// An action of a CAPA.
    CapaAction = "capa_action", crate::oversight::CapaAction,
        facts [Sponsor = "sponsor_id", Study = "study_id", Vendor = "vendor_id", Engagement = "engagement_id", Country = "country_code", StudySite = "study_site_id", Person = "owner_id"];
    /// A request for a later due date.
    DueDateExtension = "due_date_extension", crate::oversight::DueDateExtension,
        facts [Sponsor = "sponsor_id", Study = "study_id", Vendor = "vendor_id", Engagement = "engagement_id", Country = "country_code", StudySite = "study_site_id", Person = "requested_by_id"],
        lifecycle crate::oversight::EXTENSION_LIFECYCLE;
    /// A check of effectiveness.
    EffectivenessCheck = "effectiveness_check", crate::oversight::EffectivenessCheck,
        facts [Sponsor = "sponsor_id", Study = "study_id", Vendor = "vendor_id", Engagement = "engagement_id", Country = "country_code", StudySite = "study_site_id"];
    /// An issue.
    Issue = "issue", crate::oversight::Issue,
        facts [Sponsor = "sponsor_id", Study = "study_id", Vendor = "vendor_id", Engagement = "engagement_id", Country = "country_code", StudySite = "study_site_id"],
        lifecycle crate::oversight::ISSUE_LIFECYCLE;
    /// An external reference.
    ExternalReference = "external_reference", crate::partner::ExternalReference, facts [Organization = "organization_id"];
    /// A comment.
    Comment = "comment", crate::conversation::Comment,
        facts [Sponsor = "sponsor_id", Study = "study_id", Vendor = "vendor_id", Engagement = "engagement_id", Country = "country_code", StudySite = "study_site_id"];
}

impl Kind {
    /// The readable part that the ids of this kind begin with.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        self.def().table
    }

    /// The kind's name on the graph.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.def().name
    }

    /// The kind as words in a sentence, such as `study country`.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::ApiClient => "machine client".to_owned(),
            Self::Organization => "organisation".to_owned(),
            Self::Program => "programme".to_owned(),
            Self::Capa => "CAPA".to_owned(),
            Self::CapaAction => "CAPA action".to_owned(),
            other => other.prefix().replace('_', " "),
        }
    }

    /// The kind whose lifecycle, sight and address a part shares; the kind itself for an entity.
    #[must_use]
    pub fn whole(self) -> Self {
        self.def().part_of.unwrap_or(self)
    }

    /// Whether a column holds contact data, of which the journal keeps no copy: it can't be taken out of there again.
    #[must_use]
    pub fn is_contact(self, column: &str) -> bool {
        matches!((self, column), (Self::PersonContact, "email") | (Self::StudySiteContact, "principal_investigator_name"))
    }

    /// The table of links through which parties see rows of this kind.
    #[must_use]
    pub fn link_table(self) -> String {
        format!("visible_{}", self.whole().def().table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_describes_itself_wholly() {
        for kind in Kind::ALL {
            let def = kind.def();
            assert_eq!(def.columns.first().map(|column| column.name), Some("id"), "{kind:?}");
            assert!(!def.doc.is_empty(), "{kind:?} has no docstring");
            for column in def.columns {
                assert!(!column.doc.is_empty(), "{kind:?}.{} has no docstring", column.name);
            }
            for (fact, column) in def.facts {
                assert!(def.position(column).is_some(), "{kind:?}: {fact:?} names the missing column {column}");
            }
            assert_eq!(Kind::from_prefix(kind.prefix()), Some(*kind));
            if let Some(whole) = def.part_of {
                assert_eq!(whole.def().part_of, None, "{kind:?} is a part of a part");
            }
            if let Some(lifecycle) = def.lifecycle {
                assert!(def.position(lifecycle.column).is_some(), "{kind:?}");
            }
        }
    }
}
