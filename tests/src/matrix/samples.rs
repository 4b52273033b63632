//! Sample rows of every kind, each with the words of the matrix that read it and the scopes that reach it.
//! In scope and out of it, another sponsor's, another vendor's, another study's, and a row that is meant for nobody.

use tandem_domain::access::{Facts, Link, Readers, Role};
use tandem_domain::id::{OrganizationId, TypedId};
use tandem_domain::party::OrganizationType;
use tandem_domain::record::{Entity, Kind, Record};

use super::stage::Party::{Sponsor, Vendor};
use super::stage::{Party, SCOPES, Stage, named_by, named_by_membership, viewer_id};
use crate::records::{self, country, day, id};

mod work;

/// A row, and who may do what with it.
#[derive(Debug)]
pub struct Sample {
    /// What it is, for whoever reads a failure.
    pub name: &'static str,
    /// Its facts, with the links by which parties see it.
    pub facts: Facts,
    /// By which word of the matrix which party reads it, with which scopes.
    pub read: Vec<(&'static str, Party, &'static str)>,
    /// For whom it is meant, of the work between the sides: words of the matrix, `prime` and `machines`. Of the rest nothing is said here:
    /// it is meant for every side that reads the kind at all.
    pub meant: Option<&'static str>,
    /// Which party may change it, with which scopes, where a cell has the verb.
    pub written: Vec<(Party, &'static str)>,
}

type Read<'a> = &'a [(&'static str, Party, &'static str)];

fn sample(name: &'static str, record: Entity, links: Vec<Link>, read: Read<'_>, written: &[(Party, &'static str)]) -> Sample {
    let facts = Facts { links, ..Facts::of(&record) };
    Sample { name, facts, read: read.to_vec(), meant: None, written: written.to_vec() }
}

impl Sample {
    /// Whether it is meant for who reads by this word; `prime`: he has it only as the vendor above a subcontract.
    #[must_use]
    pub fn is_meant_for(&self, role: Role, word: &str, prime: bool) -> bool {
        let whom = match (role, word, self.facts.kind) {
            (Role::PClient, ..) => "machines",
            (_, "own", _) if prime => "prime",
            (_, "personal", Kind::Finding) => "drafts",
            (_, "personal", _) => "own",
            (_, "visits", _) => "site",
            (_, word, _) => word,
        };
        self.meant.is_none_or(|meant| meant.split_whitespace().any(|word| word == whom))
    }
}

/// The samples of a kind; the last is the first as if it were meant for nobody.
#[must_use]
pub fn samples(stage: &Stage, kind: Kind) -> Vec<Sample> {
    let mut samples = match kind {
        Kind::Study => studies(stage, |study| study.clone().into_entity(), true),
        Kind::StudyRegistry => studies(stage, |study| records::study_registry(study).into_entity(), true),
        Kind::StudyInternal => studies(stage, |study| records::study_internal(study).into_entity(), false),
        Kind::StudyBenchmark => studies(stage, |study| records::study_benchmark(study).into_entity(), false),
        Kind::StudyConfirmation => studies(stage, |study| records::study_confirmation(study, id(79)).into_entity(), false),
        Kind::StudyCountry => countries(stage),
        Kind::Site => facilities(stage),
        Kind::StudySite => study_sites(stage, |site| site.clone().into_entity(), true),
        Kind::StudySiteInternal => study_sites(stage, |site| records::study_site_internal(site).into_entity(), false),
        Kind::StudySiteContact => study_sites(stage, |site| records::study_site_contact(site).into_entity(), true),
        Kind::StudySiteRegistry => study_sites(stage, |site| records::study_site_registry(site).into_entity(), true),
        Kind::Engagement => engagements(stage),
        Kind::EngagementInternal => engagement_parts(stage, |one| records::engagement_internal(one).into_entity()),
        Kind::EngagementConfirmation => engagement_parts(stage, |one| records::engagement_confirmation(one, id(79)).into_entity()),
        Kind::ServiceScope => scopes(stage),
        Kind::Organization => organizations(stage),
        Kind::Person => people(stage, |person| person.into_entity()),
        Kind::PersonContact => people(stage, |person| records::contact(&person).into_entity()),
        Kind::Membership => memberships(stage),
        Kind::ApiClient => clients(stage),
        Kind::AccessEvent => of_organizations(stage, |organization| records::access_event(105, organization, None).into_entity()),
        Kind::AccessReview => of_organizations(stage, |organization| records::access_review(106, organization).into_entity()),
        // Nobody reads one as a record: it stands beneath what it names, which its own proof looks at.
        Kind::ExternalReference => {
            of_organizations(stage, |organization| records::external_reference(146, organization, &stage.study).into_entity())
                .into_iter()
                .map(|sample| Sample { read: Vec::new(), ..sample })
                .collect()
        }
        Kind::AccessReviewItem => of_organizations(stage, |organization| {
            let membership = records::membership(107, id(79), organization, Role::VCra);
            records::access_review_item(108, &records::access_review(106, organization), &membership).into_entity()
        }),
        Kind::Program => work::programs(stage),
        Kind::ProgramInternal => work::program_parts(stage),
        Kind::ProtocolVersion => work::protocols(stage, |study, draft| records::protocol_version(144, study, None, draft).into_entity()),
        Kind::Amendment => work::protocols(stage, |study, draft| records::amendment(145, study, draft).into_entity()),
        Kind::Milestone => work::milestones(stage),
        Kind::EnrollmentSnapshot => work::enrollment(stage),
        Kind::Document => work::documents(stage),
        Kind::Deliverable => work::deliverables(stage, |deliverable| deliverable.into_entity()),
        Kind::DeliverableSubmission => work::deliverables(stage, work::handed_in),
        Kind::DeliverableReview => work::deliverables(stage, work::reviewed),
        Kind::Finding => work::findings(stage),
        Kind::FindingInternal => work::finding_parts(stage),
        Kind::FindingResponse => work::responses(stage),
        Kind::Capa => work::capas(stage, |capa| capa.into_entity()),
        Kind::EffectivenessCheck => work::capas(stage, |capa| records::effectiveness_check(141, &capa).into_entity()),
        Kind::CapaAction => work::actions(stage, |action| action.into_entity()),
        Kind::DueDateExtension => work::actions(stage, |action| records::due_date_extension(142, &action, action.owner_id).into_entity()),
        Kind::Issue => work::issues(stage),
        Kind::Comment => work::comments(stage),
    };
    if let Some(first) = samples.first() {
        let mut facts = first.facts.clone();
        facts.readers = Readers::NONE;
        // Oneself and one's own organisation are known to one, whatever the audiences say.
        let read = first.read.iter().filter(|(word, ..)| ["self", "mine"].contains(word)).copied().collect();
        let (meant, written) = (first.meant.map(|_| ""), first.written.clone());
        samples.push(Sample { name: "the first, meant for nobody", facts, read, meant, written });
    }
    samples
}

/// A study is a header: every scope within it reaches it, and only the study's own reaches to change it. `shared` is what comes with
/// the header; the sponsor's own parts are rows without a country, which a country's or a site's member has not.
fn studies(stage: &Stage, record: impl Fn(&tandem_domain::portfolio::Study) -> Entity, shared: bool) -> Vec<Sample> {
    let sees = |own: Read<'static>, others: Read<'static>| if shared { own } else { others };
    let of_vendor = vec![named_by(&stage.vendor, &stage.engagement), named_by(&stage.other_vendor, &stage.competitor)];
    // A restricted part is no header: it comes with the study as a whole.
    let home = sees(&[("R", Sponsor, "OSELCIK"), ("own", Vendor, "OSELCIK")], &[("R", Sponsor, "OS")]);
    let other = sees(&[("R", Sponsor, "Oseci"), ("own", Vendor, "Oseci")], &[("R", Sponsor, "Os")]);
    let foreign_engagement = records::engagement(39, &stage.foreign_study, stage.other_vendor.id, None);
    vec![
        sample("study A", record(&stage.study), of_vendor, home, &[(Sponsor, "OS")]),
        sample("study B", record(&stage.study_b), vec![named_by(&stage.vendor, &stage.engagement_b)], other, &[(Sponsor, "Os")]),
        sample(
            "study A, where only a competitor works",
            record(&stage.study),
            vec![named_by(&stage.other_vendor, &stage.competitor)],
            sees(&[("R", Sponsor, "OSELCIK")], &[("R", Sponsor, "OS")]),
            &[(Sponsor, "OS")],
        ),
        sample("another sponsor's study", record(&stage.foreign_study), vec![named_by(&stage.other_vendor, &foreign_engagement)], &[], &[]),
    ]
}

/// A country is a row with a country: headers do not lend it, a site does not either.
fn countries(stage: &Stage) -> Vec<Sample> {
    let covering = |days: (i64, i64)| Link {
        country: Some("DE".to_owned()),
        valid_from: Some(day(days.0)),
        valid_to: Some(day(days.1)),
        ..named_by(&stage.vendor, &stage.engagement)
    };
    let led = |organization, engagement| Link { country: Some("DE".to_owned()), ..named_by(organization, engagement) };
    let of_competitor = records::study_country(43, &stage.study, country("DE"), Some(&stage.competitor));
    let of_nobody = records::study_country(44, &stage.study, country("DE"), None);
    let foreign = records::study_country(45, &stage.foreign_study, country("DE"), None);
    let competing = led(&stage.other_vendor, &stage.competitor);
    let competitors = || of_competitor.clone().into_entity();
    vec![
        sample(
            "led by the vendor",
            stage.germany.clone().into_entity(),
            vec![led(&stage.vendor, &stage.engagement)],
            &[("R", Sponsor, "OSELC"), ("own", Vendor, "OSELC")],
            &[(Sponsor, "OSELC"), (Vendor, "OSELC")],
        ),
        sample(
            "led by an engagement of the vendor that is not at work yet, or held",
            stage.germany.clone().into_entity(),
            vec![Link { at_work: false, ..led(&stage.vendor, &stage.engagement) }],
            &[("R", Sponsor, "OSELC"), ("own", Vendor, "OSELC")],
            &[(Sponsor, "OSELC")],
        ),
        sample(
            "led by a competitor, covered by the vendor's scope that begins and ends today",
            competitors(),
            vec![competing.clone(), covering((0, 0))],
            &[("R", Sponsor, "OSELC"), ("own", Vendor, "OSELC")],
            &[(Sponsor, "OSELC")],
        ),
        sample(
            "covered by the vendor's scope until yesterday",
            competitors(),
            vec![competing.clone(), covering((-9, -1))],
            &[("R", Sponsor, "OSC")],
            &[(Sponsor, "OSC")],
        ),
        sample(
            "covered by the vendor's scope from tomorrow",
            competitors(),
            vec![competing.clone(), covering((1, 9))],
            &[("R", Sponsor, "OSC")],
            &[(Sponsor, "OSC")],
        ),
        sample("led by a competitor", competitors(), vec![competing], &[("R", Sponsor, "OSC")], &[(Sponsor, "OSC")]),
        sample("led by nobody", of_nobody.into_entity(), vec![], &[("R", Sponsor, "OSC")], &[(Sponsor, "OSC")]),
        sample(
            "led by an engagement of the vendor that has ended",
            stage.germany.clone().into_entity(),
            vec![],
            &[("R", Sponsor, "OSC")],
            // The engagement's member may enter a country that the engagement is to lead; this one he does not see.
            &[(Sponsor, "OSELC")],
        ),
        sample(
            "of study B",
            stage.germany_b.clone().into_entity(),
            vec![led(&stage.vendor, &stage.engagement_b)],
            &[("R", Sponsor, "Osec"), ("own", Vendor, "Osec")],
            &[(Sponsor, "Osec"), (Vendor, "Osec")],
        ),
        sample("another sponsor's", foreign.into_entity(), vec![], &[], &[]),
    ]
}

fn study_sites(stage: &Stage, record: impl Fn(&tandem_domain::portfolio::StudySite) -> Entity, shared: bool) -> Vec<Sample> {
    let sees = |own: Read<'static>, others: Read<'static>| if shared { own } else { others };
    let place = |link: Link, site: u128| Link { country: Some("DE".to_owned()), study_site: Some(uuid::Uuid::from_u128(site)), ..link };
    let covering = |days: (i64, i64)| Link {
        valid_from: Some(day(days.0)),
        valid_to: Some(day(days.1)),
        ..place(named_by(&stage.vendor, &stage.engagement), 61)
    };
    let competing = place(named_by(&stage.other_vendor, &stage.competitor), 61);
    let of_competitor = records::study_site(61, &stage.germany, &stage.facility, Some(&stage.competitor));
    let foreign_country = records::study_country(45, &stage.foreign_study, country("DE"), None);
    let foreign_facility = records::site(52, stage.other_sponsor.id, country("DE"));
    let foreign = records::study_site(63, &foreign_country, &foreign_facility, None);
    let home = sees(&[("R", Sponsor, "OSELCI"), ("own", Vendor, "OSELCI")], &[("R", Sponsor, "OSELCI")]);
    let sponsors = &[("R", Sponsor, "OSCI")];
    // A part does not name its vendor: what a vendor may write of it is decided on the study site.
    let by_vendor = |scopes| if matches!(record(&stage.site), Entity::StudySite(_)) { Some((Vendor, scopes)) } else { None };
    let written = |sponsor, vendor| std::iter::once((Sponsor, sponsor)).chain(by_vendor(vendor)).collect::<Vec<_>>();
    vec![
        sample(
            "the vendor is responsible",
            record(&stage.site),
            vec![place(named_by(&stage.vendor, &stage.engagement), 61)],
            home,
            &written("OSELCI", "OSELCI"),
        ),
        sample(
            "an engagement of the vendor that is not at work yet, or held, is responsible",
            record(&stage.site),
            vec![Link { at_work: false, ..place(named_by(&stage.vendor, &stage.engagement), 61) }],
            home,
            &[(Sponsor, "OSELCI")],
        ),
        sample(
            "a competitor is responsible, the vendor's scope that begins and ends today covers it",
            record(&of_competitor),
            vec![competing.clone(), covering((0, 0))],
            home,
            &[(Sponsor, "OSELCI")],
        ),
        sample(
            "the vendor's scope covered it until yesterday",
            record(&of_competitor),
            vec![competing.clone(), covering((-9, -1))],
            sponsors,
            &[(Sponsor, "OSCI")],
        ),
        sample("a competitor is responsible", record(&of_competitor), vec![competing], sponsors, &[(Sponsor, "OSCI")]),
        sample(
            "an ended engagement of the vendor is responsible",
            record(&stage.site),
            vec![],
            sponsors,
            &written(if by_vendor("").is_some() { "OSELCI" } else { "OSCI" }, "OSCI"),
        ),
        sample(
            "of study B",
            record(&stage.site_b),
            vec![place(named_by(&stage.vendor, &stage.engagement_b), 62)],
            sees(&[("R", Sponsor, "Oseci"), ("own", Vendor, "Oseci")], &[("R", Sponsor, "Oseci")]),
            &written("Oseci", "Oseci"),
        ),
        sample("another sponsor's", record(&foreign), vec![], &[], &[]),
    ]
}

/// A facility belongs to the sponsor as a whole; narrower scopes and vendors have it through a study site.
fn facilities(stage: &Stage) -> Vec<Sample> {
    let place = |link: Link| Link { via: Kind::StudySite, country: Some("DE".to_owned()), study_site: Some(stage.site.id.uuid()), ..link };
    let nobodys = Link { engagement: None, ..place(named_by(&stage.sponsor, &stage.engagement)) };
    let at_work = |engagement| vec![nobodys.clone(), place(named_by(&stage.sponsor, engagement))];
    let facility = || stage.facility.clone().into_entity();
    let mut of_vendor = at_work(&stage.engagement);
    of_vendor.push(place(named_by(&stage.vendor, &stage.engagement)));
    let mut of_competitor = at_work(&stage.competitor);
    of_competitor.push(place(named_by(&stage.other_vendor, &stage.competitor)));
    let foreign = records::site(52, stage.other_sponsor.id, country("DE"));
    let written = &[(Sponsor, "O")];
    vec![
        sample("of a study site of the vendor", facility(), of_vendor, &[("R", Sponsor, "OSELCI"), ("own", Vendor, "OSELCI")], written),
        sample("of a study site of a competitor", facility(), of_competitor, &[("R", Sponsor, "OSCI")], written),
        sample("of a study site that is in nobody else's care", facility(), vec![nobodys.clone()], &[("R", Sponsor, "OSCI")], written),
        sample("where no study runs", facility(), vec![], &[("R", Sponsor, "O")], written),
        sample("another sponsor's", foreign.into_entity(), vec![], &[], &[]),
    ]
}

/// An engagement is a header for the scopes of its study, and comes with its subcontracts.
fn engagements(stage: &Stage) -> Vec<Sample> {
    let mut ended = stage.engagement.clone();
    ended.state = tandem_domain::engagement::EngagementState::Terminated;
    let home: Read<'_> = &[("R", Sponsor, "OSELCIK"), ("own", Vendor, "OSELCIK")];
    // What is subcontracted from an engagement that a machine lists is not listed with it.
    let beneath: Read<'_> = &[("R", Sponsor, "OSECIK"), ("own", Vendor, "OSECIK")];
    let foreign = records::engagement(38, &stage.foreign_study, stage.other_vendor.id, None);
    let one = |name, engagement: &tandem_domain::engagement::Engagement, read, written| {
        sample(name, engagement.clone().into_entity(), vec![], read, written)
    };
    vec![
        one("the vendor's", &stage.engagement, home, &[(Sponsor, "OSEL"), (Vendor, "OSEL")]),
        one("a subcontract under the vendor's", &stage.subcontract, beneath, &[(Sponsor, "OSE")]),
        one("the vendor's, terminated", &ended, home, &[(Sponsor, "OSEL")]),
        one("a competitor's", &stage.competitor, &[("R", Sponsor, "OSCIK")], &[(Sponsor, "OS")]),
        one("the vendor's on study B", &stage.engagement_b, &[("R", Sponsor, "Oseci"), ("own", Vendor, "Oseci")], &[(Sponsor, "Ose")]),
        one("another sponsor's", &foreign, &[], &[]),
    ]
}

/// What is assessed and confirmed of an engagement comes with it, but not with the engagement above it, and not to who has its header
/// through a country or a site.
fn engagement_parts(stage: &Stage, record: impl Fn(&tandem_domain::engagement::Engagement) -> Entity) -> Vec<Sample> {
    let foreign = records::engagement(38, &stage.foreign_study, stage.other_vendor.id, None);
    let one = |name, engagement, read, written| sample(name, record(engagement), vec![], read, written);
    vec![
        one("of the vendor's", &stage.engagement, &[("R", Sponsor, "OSEL")], &[(Sponsor, "OSEL")]),
        one("of a subcontract", &stage.subcontract, &[("R", Sponsor, "OS")], &[(Sponsor, "OS")]),
        one("of the vendor's on study B", &stage.engagement_b, &[("R", Sponsor, "Ose")], &[(Sponsor, "Ose")]),
        one("of another sponsor's", &foreign, &[], &[]),
    ]
}

/// A scope of an engagement belongs to no one country: a country's or a site's member does not have it.
fn scopes(stage: &Stage) -> Vec<Sample> {
    let foreign = records::engagement(38, &stage.foreign_study, stage.other_vendor.id, None);
    let one = |name, engagement, read, written| sample(name, records::service_scope(81, engagement).into_entity(), vec![], read, written);
    let home: Read<'_> = &[("R", Sponsor, "OSEL"), ("own", Vendor, "OSEL")];
    let beneath: Read<'_> = &[("R", Sponsor, "OSE"), ("own", Vendor, "OSE")];
    vec![
        one("of the vendor's engagement", &stage.engagement, home, &[(Sponsor, "OSEL")]),
        one("of a subcontract under the vendor's", &stage.subcontract, beneath, &[(Sponsor, "OSE")]),
        one("of a competitor's", &stage.competitor, &[("R", Sponsor, "OS")], &[(Sponsor, "OS")]),
        one("of the vendor's on study B", &stage.engagement_b, &[("R", Sponsor, "Ose"), ("own", Vendor, "Ose")], &[(Sponsor, "Ose")]),
        one("of another sponsor's", &foreign, &[], &[]),
    ]
}

fn organizations(stage: &Stage) -> Vec<Sample> {
    let mut not_a_tenant = records::organization(13, OrganizationType::Cro);
    not_a_tenant.is_tenant = false;
    let in_directory = ("directory", Sponsor, SCOPES);
    let roster = Link { via: Kind::Study, via_id: stage.study.id.uuid(), ..named_by(&stage.vendor, &stage.engagement) };
    let one = |name, organization: &tandem_domain::party::Organization, links, read: Read<'_>| {
        sample(name, organization.clone().into_entity(), links, read, &[])
    };
    vec![
        one(
            "the sponsor, whose study the vendor works on",
            &stage.sponsor,
            vec![named_by(&stage.vendor, &stage.engagement)],
            &[("mine", Sponsor, SCOPES), ("named", Vendor, "OSELCIK"), ("known", Vendor, "O")],
        ),
        one(
            "the vendor, who works on the sponsor's study",
            &stage.vendor,
            vec![named_by(&stage.sponsor, &stage.engagement)],
            &[("mine", Vendor, SCOPES), ("named", Sponsor, "OSELCIK"), ("known", Sponsor, "O"), in_directory],
        ),
        one(
            "the vendor's subcontractor",
            &stage.other_vendor,
            vec![named_by(&stage.sponsor, &stage.subcontract), named_by(&stage.vendor, &stage.subcontract)],
            &[("named", Vendor, "OSECIK"), ("known", Vendor, "O"), ("named", Sponsor, "OSECIK"), ("known", Sponsor, "O"), in_directory],
        ),
        one(
            "a competitor",
            &stage.other_vendor,
            vec![named_by(&stage.sponsor, &stage.competitor)],
            &[("named", Sponsor, "OSCIK"), ("known", Sponsor, "O"), in_directory],
        ),
        one(
            "a competitor on a study whose roster is shared",
            &stage.other_vendor,
            vec![named_by(&stage.sponsor, &stage.competitor), roster],
            &[("named", Sponsor, "OSCIK"), ("known", Sponsor, "O"), in_directory, ("roster", Vendor, "OSELCIK")],
        ),
        one("a vendor that nobody here has engaged", &stage.other_vendor, vec![], &[in_directory]),
        one("a vendor that does not use Tandem", &not_a_tenant, vec![], &[]),
        one("another sponsor", &stage.other_sponsor, vec![], &[]),
    ]
}

fn people(stage: &Stage, record: impl Fn(tandem_domain::party::Person) -> Entity) -> Vec<Sample> {
    let of = |number, organization: &tandem_domain::party::Organization| record(records::person(number, organization.id));
    let member = |organization, letter: char| named_by_membership(organization, Kind::Membership, Some(&stage.scope(letter)));
    let reaching = |letter: char| named_by_membership(&stage.sponsor, Kind::Study, Some(&stage.scope(letter)));
    let at_vendor = |letter: char| vec![member(&stage.vendor, letter), reaching(letter)];
    let viewer = record(tandem_domain::party::Person {
        id: tandem_domain::id::PersonId::from_uuid(viewer_id()),
        ..records::person(0, stage.other_vendor.id)
    });
    let own: Read<'_> = &[("self", Sponsor, SCOPES), ("self", Vendor, SCOPES)];
    let leads = vec![named_by(&stage.sponsor, &stage.engagement), named_by(&stage.vendor, &stage.engagement)];
    vec![
        sample("oneself", viewer, vec![], own, &[]),
        sample(
            "who leads the engagement",
            of(72, &stage.other_sponsor),
            leads,
            &[("named", Sponsor, "OSELCIK"), ("named", Vendor, "OSELCIK")],
            &[],
        ),
        sample("of the sponsor, without a membership", of(73, &stage.sponsor), vec![], &[("org", Sponsor, "O")], &[(Sponsor, "O")]),
        sample("of the vendor, without a membership", of(73, &stage.vendor), vec![], &[("org", Vendor, "O")], &[(Vendor, "O")]),
        sample(
            "of the sponsor, with a membership over the organisation",
            of(74, &stage.sponsor),
            vec![member(&stage.sponsor, 'O')],
            &[("org", Sponsor, "O"), ("member", Sponsor, "O"), ("staff", Sponsor, "O")],
            &[(Sponsor, "O")],
        ),
        sample(
            "of elsewhere, with a membership of the sponsor in study A",
            of(75, &stage.other_vendor),
            vec![member(&stage.sponsor, 'S')],
            &[("member", Sponsor, "O"), ("staff", Sponsor, "OS"), ("study", Sponsor, "OS")],
            &[],
        ),
        sample(
            "of elsewhere, with a membership over the sponsor's organisation",
            of(75, &stage.other_vendor),
            vec![member(&stage.sponsor, 'O')],
            &[("member", Sponsor, "O"), ("staff", Sponsor, "O")],
            &[],
        ),
        sample(
            "of elsewhere, with a membership of the sponsor in the engagement",
            of(75, &stage.other_vendor),
            vec![member(&stage.sponsor, 'E')],
            &[("member", Sponsor, "O"), ("staff", Sponsor, "OSEL"), ("study", Sponsor, "OSEL"), ("vendor", Sponsor, "OSEL")],
            &[],
        ),
        sample(
            "of elsewhere, with a membership over the vendor's organisation",
            of(75, &stage.other_vendor),
            vec![member(&stage.vendor, 'O')],
            &[("member", Vendor, "O")],
            &[],
        ),
        sample(
            "of the vendor, with a membership in study A",
            of(76, &stage.vendor),
            at_vendor('S'),
            &[("org", Vendor, "O"), ("member", Vendor, "O"), ("study", Sponsor, "OS")],
            &[(Vendor, "O")],
        ),
        sample(
            "of the vendor, with a membership in the engagement",
            of(77, &stage.vendor),
            at_vendor('E'),
            &[("org", Vendor, "O"), ("member", Vendor, "O"), ("study", Sponsor, "OSEL"), ("vendor", Sponsor, "OSEL")],
            &[(Vendor, "O")],
        ),
        sample(
            "of the vendor, with a membership in the country",
            of(78, &stage.vendor),
            at_vendor('C'),
            &[("org", Vendor, "O"), ("member", Vendor, "O"), ("study", Sponsor, "OSC")],
            &[(Vendor, "O")],
        ),
        sample(
            "of the vendor, with a membership at a site of study B",
            of(78, &stage.vendor),
            at_vendor('i'),
            &[("org", Vendor, "O"), ("member", Vendor, "O"), ("study", Sponsor, "Osi")],
            &[(Vendor, "O")],
        ),
        sample("of a competitor", of(79, &stage.other_vendor), vec![member(&stage.other_vendor, 'O')], &[], &[]),
    ]
}

fn memberships(stage: &Stage) -> Vec<Sample> {
    let granted =
        |person: u128, organization: &tandem_domain::party::Organization| records::membership(91, id(person), organization.id, Role::VCra);
    let in_study = |organization| {
        let mut membership = granted(79, organization);
        membership.study_id = Some(stage.study.id);
        membership.sponsor_id = Some(stage.sponsor.id);
        membership
    };
    let mut in_engagement = in_study(&stage.vendor);
    in_engagement.engagement_id = Some(stage.engagement.id);
    let mut at_site = in_study(&stage.other_vendor);
    at_site.study_site_id = Some(stage.site.id);
    let mut foreign = granted(79, &stage.other_vendor);
    foreign.study_id = Some(stage.foreign_study.id);
    foreign.sponsor_id = Some(stage.other_sponsor.id);
    let one = |name, membership: tandem_domain::party::Membership, read: Read<'_>, written: &[(Party, &'static str)]| {
        sample(name, membership.into_entity(), vec![], read, written)
    };
    let own: Read<'_> = &[("self", Sponsor, SCOPES), ("self", Vendor, SCOPES)];
    vec![
        one("one's own, in another organisation", granted(71, &stage.other_vendor), own, &[]),
        one("of the sponsor, over the organisation", granted(79, &stage.sponsor), &[("org", Sponsor, "O")], &[(Sponsor, "O")]),
        one("of the vendor, over the organisation", granted(79, &stage.vendor), &[("org", Vendor, "O")], &[(Vendor, "O")]),
        one("of the sponsor, in study A", in_study(&stage.sponsor), &[("org", Sponsor, "O"), ("study", Sponsor, "OS")], &[(Sponsor, "OS")]),
        one("of the vendor, in study A", in_study(&stage.vendor), &[("org", Vendor, "O"), ("study", Sponsor, "OS")], &[(Vendor, "OS")]),
        one(
            "of the vendor, in the engagement",
            in_engagement,
            &[("org", Vendor, "O"), ("study", Sponsor, "OSEL"), ("vendor", Sponsor, "OSEL")],
            &[(Vendor, "OSEL")],
        ),
        one("of a competitor, at the site", at_site, &[("study", Sponsor, "OSI")], &[]),
        one("of a competitor, in another sponsor's study", foreign, &[], &[]),
    ]
}

/// What belongs to an organisation and to nobody else: only a membership over the whole of it reaches it.
fn of_organizations(stage: &Stage, record: impl Fn(OrganizationId) -> Entity) -> Vec<Sample> {
    vec![
        sample("the sponsor's", record(stage.sponsor.id), vec![], &[("org", Sponsor, "O")], &[(Sponsor, "O")]),
        sample("the vendor's", record(stage.vendor.id), vec![], &[("org", Vendor, "O")], &[(Vendor, "O")]),
        sample("a competitor's", record(stage.other_vendor.id), vec![], &[], &[]),
        sample("another sponsor's", record(stage.other_sponsor.id), vec![], &[], &[]),
    ]
}

fn clients(stage: &Stage) -> Vec<Sample> {
    let own: Read<'_> = &[("self", Sponsor, SCOPES), ("self", Vendor, SCOPES)];
    let one =
        |name, number, organization: &tandem_domain::party::Organization, links, read: Read<'_>, written: &[(Party, &'static str)]| {
            sample(name, records::client(number, organization.id).into_entity(), links, read, written)
        };
    let reaches = |engagement| vec![named_by(&stage.sponsor, engagement)];
    vec![
        one("oneself", 71, &stage.other_vendor, vec![], own, &[]),
        one("the sponsor's", 101, &stage.sponsor, vec![], &[("org", Sponsor, "O")], &[(Sponsor, "O")]),
        one("the vendor's", 102, &stage.vendor, vec![], &[("org", Vendor, "O")], &[(Vendor, "O")]),
        one(
            "the vendor's, which reaches the engagement",
            103,
            &stage.vendor,
            reaches(&stage.engagement),
            &[("org", Vendor, "O"), ("vendor", Sponsor, "OSELCIK")],
            &[(Vendor, "O")],
        ),
        one(
            "a competitor's, which reaches the competitor's engagement",
            104,
            &stage.other_vendor,
            reaches(&stage.competitor),
            &[("vendor", Sponsor, "OSCIK")],
            &[],
        ),
    ]
}
