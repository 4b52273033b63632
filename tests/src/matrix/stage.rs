//! The stage on which sample rows stand: two sponsors, two vendors and a subcontract, two studies of the first sponsor.
//! Viewers act for the first sponsor or the first vendor, with scopes in study A or in study B.

use tandem_domain::access::{Link, Scope};
use tandem_domain::engagement::Engagement;
use tandem_domain::id::TypedId;
use tandem_domain::party::{Organization, OrganizationType};
use tandem_domain::portfolio::{Site, Study, StudyCountry, StudySite};
use tandem_domain::record::Kind;
use uuid::Uuid;

use crate::records::{self, country, id};

/// For which organisation a viewer acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// The first sponsor.
    Sponsor,
    /// The first vendor.
    Vendor,
}

/// Every scope that a viewer is tried with: `O` the organisation; in study A: `S` the study, `E` its engagement, `L` the same without
/// what is beneath it, as a machine lists it, `C` its country, `I` its study site, `K` another country of it; in study B: `s` the study,
/// `e`, `c` and `i` within it.
pub const SCOPES: &str = "OSELCIKseci";

/// The records of the stage.
#[derive(Debug)]
pub struct Stage {
    /// The sponsor whose people look.
    pub sponsor: Organization,
    /// Another sponsor.
    pub other_sponsor: Organization,
    /// The vendor whose people look.
    pub vendor: Organization,
    /// A competitor, who is also the vendor's subcontractor.
    pub other_vendor: Organization,
    /// Study A of the sponsor.
    pub study: Study,
    /// Study B of the sponsor.
    pub study_b: Study,
    /// A study of the other sponsor.
    pub foreign_study: Study,
    /// The vendor on study A.
    pub engagement: Engagement,
    /// The vendor on study B.
    pub engagement_b: Engagement,
    /// The competitor on study A.
    pub competitor: Engagement,
    /// The competitor on study A, under the vendor's engagement.
    pub subcontract: Engagement,
    /// Germany of study A, led by the vendor.
    pub germany: StudyCountry,
    /// Germany of study B, led by the vendor.
    pub germany_b: StudyCountry,
    /// A facility.
    pub facility: Site,
    /// The facility in study A, the vendor responsible.
    pub site: StudySite,
    /// The facility in study B, the vendor responsible.
    pub site_b: StudySite,
}

impl Stage {
    /// Sets the stage.
    #[must_use]
    pub fn set() -> Self {
        let sponsor = records::organization(1, OrganizationType::Sponsor);
        let other_sponsor = records::organization(2, OrganizationType::Sponsor);
        let vendor = records::organization(11, OrganizationType::Cro);
        let other_vendor = records::organization(12, OrganizationType::Cro);
        let (study, study_b) = (records::study(21, sponsor.id), records::study(22, sponsor.id));
        let foreign_study = records::study(23, other_sponsor.id);
        let engagement = records::engagement(31, &study, vendor.id, None);
        let engagement_b = records::engagement(32, &study_b, vendor.id, None);
        let competitor = records::engagement(33, &study, other_vendor.id, None);
        let subcontract = records::engagement(34, &study, other_vendor.id, Some(&engagement));
        let germany = records::study_country(41, &study, country("DE"), Some(&engagement));
        let germany_b = records::study_country(42, &study_b, country("DE"), Some(&engagement_b));
        let facility = records::site(51, sponsor.id, country("DE"));
        let site = records::study_site(61, &germany, &facility, Some(&engagement));
        let site_b = records::study_site(62, &germany_b, &facility, Some(&engagement_b));
        Self {
            sponsor,
            other_sponsor,
            vendor,
            other_vendor,
            study,
            study_b,
            foreign_study,
            engagement,
            engagement_b,
            competitor,
            subcontract,
            germany,
            germany_b,
            facility,
            site,
            site_b,
        }
    }

    /// The organisation that a party acts for.
    #[must_use]
    pub fn organization(&self, party: Party) -> &Organization {
        match party {
            Party::Sponsor => &self.sponsor,
            Party::Vendor => &self.vendor,
        }
    }

    /// The scope of a letter of [`SCOPES`].
    ///
    /// # Panics
    /// For another letter.
    #[must_use]
    pub fn scope(&self, letter: char) -> Scope {
        let (study, study_b) = (self.study.id, self.study_b.id);
        match letter {
            'O' => Scope::Organization,
            'S' => Scope::Study(study),
            'E' => Scope::Engagement { engagement: self.engagement.id, study },
            'L' => Scope::Listed { engagement: self.engagement.id, study },
            'C' => Scope::Country { study, country: country("DE") },
            'I' => Scope::StudySite { study_site: self.site.id, study },
            'K' => Scope::Country { study, country: country("FR") },
            's' => Scope::Study(study_b),
            'e' => Scope::Engagement { engagement: self.engagement_b.id, study: study_b },
            'c' => Scope::Country { study: study_b, country: country("DE") },
            'i' => Scope::StudySite { study_site: self.site_b.id, study: study_b },
            #[expect(clippy::panic, reason = "the letters are the tests' own")]
            other => panic!("no scope is called {other}"),
        }
    }
}

/// A link by which `party` sees a row because `engagement` names it.
#[must_use]
pub fn named_by(party: &Organization, engagement: &Engagement) -> Link {
    Link {
        organization: party.id.uuid(),
        via: Kind::Engagement,
        via_id: engagement.id.uuid(),
        study: Some(engagement.study_id.uuid()),
        engagement: Some(engagement.id.uuid()),
        prime_engagement: engagement.subcontract_of_id.map(TypedId::uuid),
        country: None,
        study_site: None,
        valid_from: None,
        valid_to: None,
        at_work: true,
    }
}

/// A link by which `party` sees a row because a membership names it: the study, engagement, country and study site of its scope.
#[must_use]
pub fn named_by_membership(party: &Organization, via: Kind, scope: Option<&Scope>) -> Link {
    let nothing: Option<Uuid> = None;
    let bare = Link {
        organization: party.id.uuid(),
        via,
        via_id: Uuid::from_u128(999),
        study: nothing,
        engagement: nothing,
        prime_engagement: nothing,
        country: None,
        study_site: nothing,
        valid_from: None,
        valid_to: None,
        at_work: true,
    };
    match scope {
        None | Some(Scope::Organization) => bare,
        Some(Scope::Study(study)) => Link { study: Some(study.uuid()), ..bare },
        Some(Scope::Engagement { engagement, study } | Scope::Listed { engagement, study }) => {
            Link { study: Some(study.uuid()), engagement: Some(engagement.uuid()), ..bare }
        }
        Some(Scope::Country { study, country }) => Link { study: Some(study.uuid()), country: Some(country.to_string()), ..bare },
        Some(Scope::StudySite { study_site, study }) => Link { study: Some(study.uuid()), study_site: Some(study_site.uuid()), ..bare },
    }
}

/// The person who looks.
#[must_use]
pub fn viewer_id() -> Uuid {
    id::<tandem_domain::id::PersonId>(71).uuid()
}
