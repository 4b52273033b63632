//! Sample rows of the work between the sides. Where a row lies says who could reach it by what it belongs to; for whom it is meant stands
//! beside it, in words of the matrix, and both have to hold.

use tandem_domain::access::{Facts, Link, Side};
use tandem_domain::conversation::CommentVisibility::{Shared, SponsorInternal, VendorInternal};
use tandem_domain::delivery::{Blinding, Deliverable, DeliverableType, Document, DocumentState};
use tandem_domain::engagement::Engagement;
use tandem_domain::id::{PersonId, TypedId};
use tandem_domain::oversight::{Capa, CapaAction, Finding, FindingCategory, FindingSource, FindingState};
use tandem_domain::portfolio::{Milestone, MilestoneLevel, Study};
use tandem_domain::record::{Entity, Kind, Record};

use super::{Read, Sample, sample};
use crate::matrix::stage::Party::{Sponsor, Vendor};
use crate::matrix::stage::{Party, Stage, named_by, viewer_id};
use crate::records::{self, country, id};

/// Where a row lies: with which scopes the sponsor's people reach it, with which the vendor's, with which those of the vendor as the one
/// above a subcontract, and with which scopes the vendor's may change it.
#[derive(Clone, Copy)]
struct Place {
    sponsor: &'static str,
    vendor: &'static str,
    prime: &'static str,
}

/// Of the vendor's engagement.
const OURS: Place = Place { sponsor: "OSEL", vendor: "OSEL", prime: "" };
/// Of the vendor's engagement, at the site.
const AT_SITE: Place = Place { sponsor: "OSELCI", vendor: "OSELCI", prime: "" };
/// Of the vendor's engagement, in the country.
const IN_COUNTRY: Place = Place { sponsor: "OSELC", vendor: "OSELC", prime: "" };
/// Of a subcontract under the vendor's engagement, of a kind that comes with the engagement above.
const BENEATH: Place = Place { sponsor: "OSE", vendor: "", prime: "OSE" };
/// Likewise, at the site.
const BENEATH_SITE: Place = Place { sponsor: "OSECI", vendor: "", prime: "OSECI" };
/// Of a subcontract, of a kind that does not come with it: the sponsor's people with the engagement above have it as little.
const BENEATH_ALONE: Place = Place { sponsor: "OS", vendor: "", prime: "" };
/// Of a competitor's engagement on the study, or of none.
const STUDYS: Place = Place { sponsor: "OS", vendor: "", prime: "" };
/// Likewise, at the site.
const STUDYS_SITE: Place = Place { sponsor: "OSCI", vendor: "", prime: "" };
/// Of the vendor's engagement on study B.
const STUDY_B: Place = Place { sponsor: "Ose", vendor: "Ose", prime: "" };
/// Of another sponsor's study.
const FOREIGN: Place = Place { sponsor: "", vendor: "", prime: "" };

const BY_SPONSOR: [&str; 3] = ["R", "drafts", "finance"];
const BY_VENDOR: [&str; 7] = ["own", "own-drafts", "site", "visits", "data", "functions", "finance"];

/// A row that lies there and is meant for these.
fn placed(name: &'static str, record: Entity, place: Place, meant: &'static str) -> Sample {
    let facts = Facts::of(&record);
    let of_sponsor = BY_SPONSOR.map(|word| (word, Sponsor, place.sponsor));
    let of_vendor = BY_VENDOR.map(|word| (word, Vendor, place.vendor));
    let personal = |party, scopes| (facts.person == Some(viewer_id())).then_some(("personal", party, scopes));
    let owns = match record.kind() {
        Kind::Finding => personal(Sponsor, place.sponsor),
        _ => personal(Vendor, place.vendor),
    };
    let read = of_sponsor.into_iter().chain(of_vendor).chain([("own", Vendor, place.prime)]).chain(owns);
    Sample { name, facts, read: read.collect(), meant: Some(meant), written: vec![(Sponsor, place.sponsor), (Vendor, place.vendor)] }
}

/// Of those, one that has no owner on a side: it lies nowhere for that side, and nobody there changes it.
fn only_of(party: Party, sample: Sample) -> Sample {
    let read = sample.read.into_iter().filter(|(_, by, _)| *by == party).collect();
    let written = sample.written.into_iter().filter(|(by, _)| *by == party).collect();
    Sample { read, written, ..sample }
}

fn foreign(stage: &Stage) -> Engagement {
    records::engagement(38, &stage.foreign_study, stage.other_vendor.id, None)
}

/// Somebody who is not the viewer.
fn another() -> PersonId {
    id(79)
}

/// A programme comes with each study of it, as the study's header does; alone only whoever has the whole organisation has it.
pub(super) fn programs(stage: &Stage) -> Vec<Sample> {
    let one = |name, sponsor, links, read: Read<'_>, written: &[(Party, &'static str)]| {
        let sample = sample(name, records::program(120, sponsor).into_entity(), links, read, written);
        Sample { meant: Some("R own machines"), ..sample }
    };
    let of_study = |engagement: &Engagement| Link {
        via: Kind::Study,
        via_id: engagement.study_id.uuid(),
        engagement: None,
        prime_engagement: None,
        ..named_by(&stage.sponsor, engagement)
    };
    let by_sponsor = |engagement| vec![of_study(engagement), named_by(&stage.sponsor, engagement)];
    let by_both = |engagement| [by_sponsor(engagement), vec![named_by(&stage.vendor, engagement)]].concat();
    let sponsors: &[(Party, &'static str)] = &[(Sponsor, "O")];
    vec![
        one(
            "of study A, on which the vendor works",
            stage.sponsor.id,
            by_both(&stage.engagement),
            &[("R", Sponsor, "OSELCIK"), ("own", Vendor, "OSELCIK")],
            sponsors,
        ),
        one(
            "of study A, where the vendor's engagement has ended",
            stage.sponsor.id,
            by_sponsor(&stage.engagement),
            &[("R", Sponsor, "OSELCIK")],
            sponsors,
        ),
        one(
            "of study A, where only a competitor works",
            stage.sponsor.id,
            by_sponsor(&stage.competitor),
            &[("R", Sponsor, "OSCIK")],
            sponsors,
        ),
        one("of study A, where nobody works", stage.sponsor.id, vec![of_study(&stage.engagement)], &[("R", Sponsor, "OSCIK")], sponsors),
        one("of study B", stage.sponsor.id, by_both(&stage.engagement_b), &[("R", Sponsor, "Oseci"), ("own", Vendor, "Oseci")], sponsors),
        one("of no study", stage.sponsor.id, vec![], &[("R", Sponsor, "O")], sponsors),
        one("another sponsor's", stage.other_sponsor.id, vec![named_by(&stage.other_vendor, &foreign(stage))], &[], &[]),
    ]
}

pub(super) fn program_parts(stage: &Stage) -> Vec<Sample> {
    let one = |name, sponsor, place| placed(name, records::program_internal(&records::program(120, sponsor)).into_entity(), place, "R");
    let whole = Place { sponsor: "O", vendor: "", prime: "" };
    vec![one("of the sponsor's", stage.sponsor.id, whole), one("of another sponsor's", stage.other_sponsor.id, FOREIGN)]
}

/// A protocol is read with the study's header, by every scope within the study; a draft of it by the sponsor's people only.
pub(super) fn protocols(stage: &Stage, record: impl Fn(&Study, bool) -> Entity) -> Vec<Sample> {
    let one = |name, study, draft, links, read: Read<'_>, sponsors: &'static str| {
        let sample = sample(name, record(study, draft), links, read, &[(Sponsor, sponsors)]);
        Sample { meant: Some(if draft { "R" } else { "R own machines" }), ..sample }
    };
    let ours = || named_by(&stage.vendor, &stage.engagement);
    let theirs = || named_by(&stage.other_vendor, &stage.competitor);
    let both: Read<'_> = &[("R", Sponsor, "OSELCIK"), ("own", Vendor, "OSELCIK")];
    let (study, other) = (&stage.study, &stage.study_b);
    let abroad = vec![named_by(&stage.other_vendor, &foreign(stage))];
    let of_b = vec![named_by(&stage.vendor, &stage.engagement_b)];
    vec![
        one("of study A", study, false, vec![ours(), theirs()], both, "OS"),
        one("of study A, in preparation", study, true, vec![ours(), theirs()], both, "OS"),
        one("of study A, where only a competitor works", study, false, vec![theirs()], &[("R", Sponsor, "OSELCIK")], "OS"),
        one("of study A, where nobody works", study, false, vec![], &[("R", Sponsor, "OSELCIK")], "OS"),
        one("of study B", other, false, of_b, &[("R", Sponsor, "Oseci"), ("own", Vendor, "Oseci")], "Os"),
        one("of another sponsor's study", &stage.foreign_study, false, abroad, &[], ""),
    ]
}

const TO_ALL: &str = "R own prime machines";
const TO_ALL_AND_CRAS: &str = "R own prime machines site";

pub(super) fn milestones(stage: &Stage) -> Vec<Sample> {
    let of = |engagement: Option<&Engagement>| records::milestone(121, &stage.study, engagement);
    let at_site = |engagement| records::site_milestone(121, &stage.study, &stage.site, engagement);
    let of_country = Milestone {
        level: MilestoneLevel::Country,
        study_country_id: Some(stage.germany.id),
        country_code: Some(country("DE")),
        ..of(Some(&stage.engagement))
    };
    let of_study = Milestone { level: MilestoneLevel::Study, ..of(Some(&stage.engagement)) };
    let elsewhere = records::milestone(121, &stage.study_b, Some(&stage.engagement_b));
    let others = records::milestone(121, &stage.foreign_study, Some(&foreign(stage)));
    let one = |name, milestone: Milestone, place, meant| placed(name, milestone.into_entity(), place, meant);
    vec![
        one("of the vendor's engagement", of(Some(&stage.engagement)), OURS, TO_ALL),
        one("of the study, for the vendor to reach", of_study, OURS, TO_ALL),
        one("of the country, for the vendor to reach", of_country, IN_COUNTRY, TO_ALL),
        one("of the site, for the vendor to reach", at_site(Some(&stage.engagement)), AT_SITE, TO_ALL_AND_CRAS),
        one("of the site, for a competitor to reach", at_site(Some(&stage.competitor)), STUDYS_SITE, TO_ALL_AND_CRAS),
        one("of the site, for the sponsor to reach", at_site(None), STUDYS_SITE, TO_ALL_AND_CRAS),
        one("of the study, for the sponsor to reach", of(None), STUDYS, TO_ALL),
        one("of a subcontract under the vendor's", of(Some(&stage.subcontract)), BENEATH, TO_ALL),
        one("of a competitor's engagement", of(Some(&stage.competitor)), STUDYS, TO_ALL),
        one("of the vendor's on study B", elsewhere, STUDY_B, TO_ALL),
        one("of another sponsor's", others, FOREIGN, TO_ALL),
    ]
}

pub(super) fn enrollment(stage: &Stage) -> Vec<Sample> {
    let of = |engagement| records::enrollment_snapshot(146, &stage.site, engagement).into_entity();
    let one = |name, engagement, place| placed(name, of(engagement), place, TO_ALL_AND_CRAS);
    vec![
        one("reported while the vendor was responsible", Some(&stage.engagement), AT_SITE),
        one("reported while a competitor was", Some(&stage.competitor), STUDYS_SITE),
        one("reported while the sponsor was", None, STUDYS_SITE),
        one("reported under a subcontract of the vendor's", Some(&stage.subcontract), BENEATH_SITE),
    ]
}

pub(super) fn documents(stage: &Stage) -> Vec<Sample> {
    let of = |engagement: Option<&Engagement>| records::document(122, &stage.study, engagement);
    let ours = || of(Some(&stage.engagement));
    let at_site = |document| Document { country_code: Some(country("DE")), study_site_id: Some(stage.site.id), ..document };
    let draft = |document| Document { state: DocumentState::Draft, ..document };
    let by_sponsor = |document| Document { owner_side: Side::Sponsor, ..document };
    let blinded = |blinding, document| Document { blinding, ..document };
    let elsewhere = records::document(122, &stage.study_b, Some(&stage.engagement_b));
    let others = records::document(122, &stage.foreign_study, Some(&foreign(stage)));
    let one = |name, document: Document, place, meant| placed(name, document.into_entity(), place, meant);
    vec![
        one("the vendor's", ours(), OURS, "R own"),
        one("the vendor's, in review", Document { state: DocumentState::InReview, ..ours() }, OURS, "R own"),
        one("the vendor's draft", draft(ours()), OURS, "own"),
        one("the sponsor's, with the vendor's engagement", by_sponsor(ours()), OURS, "R own"),
        one("the sponsor's draft, with the vendor's engagement", draft(by_sponsor(ours())), OURS, "R"),
        one("the vendor's, for which the sponsor is blinded", blinded(Blinding::SponsorBlinded, ours()), OURS, "own"),
        one("for which all but named people are blinded", blinded(Blinding::UnblindedRestricted, ours()), OURS, ""),
        one("the vendor's about the site", at_site(ours()), AT_SITE, "R own site"),
        one("the vendor's draft about the site", at_site(draft(ours())), AT_SITE, "own site"),
        one("about the site, for which the sponsor is blinded", blinded(Blinding::SponsorBlinded, at_site(ours())), AT_SITE, "own site"),
        one("of no engagement", of(None), STUDYS, "R"),
        one("a draft of no engagement", draft(of(None)), STUDYS, "R"),
        one("of a subcontract under the vendor's", of(Some(&stage.subcontract)), BENEATH_ALONE, "R own"),
        one("of a competitor's engagement", of(Some(&stage.competitor)), STUDYS, "R own"),
        one("of the vendor's on study B", elsewhere, STUDY_B, "R own"),
        one("of another sponsor's", others, FOREIGN, "R own"),
    ]
}

/// What is handed in of a deliverable.
pub(super) fn handed_in(deliverable: Deliverable) -> Entity {
    records::deliverable_submission(124, &deliverable, &document_of(&deliverable), another()).into_entity()
}

/// What is said of what was handed in.
pub(super) fn reviewed(deliverable: Deliverable) -> Entity {
    let submission = records::deliverable_submission(124, &deliverable, &document_of(&deliverable), another());
    records::deliverable_review(125, &submission, id(80)).into_entity()
}

fn document_of(deliverable: &Deliverable) -> Document {
    records::document(122, &records::study(1, deliverable.sponsor_id), None)
}

/// A deliverable, or what hangs on it. A review has no vendor above it.
pub(super) fn deliverables(stage: &Stage, record: impl Fn(Deliverable) -> Entity) -> Vec<Sample> {
    let of = |engagement: &Engagement| records::deliverable(123, engagement, DeliverableType::MonitoringPlan);
    let visit = |engagement: &Engagement| Deliverable {
        country_code: Some(country("DE")),
        study_site_id: Some(stage.site.id),
        ..records::deliverable(123, engagement, DeliverableType::MonitoringVisitReport)
    };
    let by_sponsor = Deliverable { owed_by: Side::Sponsor, ..of(&stage.engagement) };
    let at_site = Deliverable { country_code: Some(country("DE")), study_site_id: Some(stage.site.id), ..of(&stage.engagement) };
    let visit_nowhere = records::deliverable(123, &stage.engagement, DeliverableType::MonitoringVisitReport);
    let is_review = record(of(&stage.engagement)).kind() == Kind::DeliverableReview;
    let (beneath, meant, of_visit) =
        if is_review { (BENEATH_ALONE, "R own machines", "R own machines site") } else { (BENEATH, TO_ALL, TO_ALL_AND_CRAS) };
    let one = |name, deliverable: Deliverable, place, meant| placed(name, record(deliverable), place, meant);
    vec![
        one("of the vendor's engagement", of(&stage.engagement), OURS, meant),
        one("that the sponsor owes, with the vendor's engagement", by_sponsor, OURS, meant),
        one("of the vendor's, about the site, no report of a visit", at_site, AT_SITE, meant),
        one("a report of a visit", visit(&stage.engagement), AT_SITE, of_visit),
        one("a report of a visit that names no site", visit_nowhere, OURS, of_visit),
        one("a competitor's report of a visit", visit(&stage.competitor), STUDYS_SITE, of_visit),
        one("of a subcontract under the vendor's", of(&stage.subcontract), beneath, meant),
        one("of a competitor's engagement", of(&stage.competitor), STUDYS, meant),
        one("of the vendor's on study B", of(&stage.engagement_b), STUDY_B, meant),
        one("of another sponsor's", of(&foreign(stage)), FOREIGN, meant),
    ]
}

/// A sponsor's draft of somebody, on an engagement of study A or on the study alone.
fn drafted(stage: &Stage, engagement: Option<&Engagement>, author: PersonId) -> Finding {
    records::finding(126, &stage.study, engagement, author)
}

fn at_site(stage: &Stage, finding: Finding) -> Finding {
    Finding { study_country_id: Some(stage.germany.id), country_code: Some(country("DE")), study_site_id: Some(stage.site.id), ..finding }
}

/// What a vendor found itself, as a draft.
fn self_reported(finding: Finding) -> Finding {
    Finding { author_side: Side::Vendor, source: FindingSource::SelfReported, ..finding }
}

fn about(category: FindingCategory, finding: Finding) -> Finding {
    Finding { category, ..finding }
}

const ISSUED: &str = "R own machines";
const ISSUED_AT_SITE: &str = "R own machines site";
const ISSUED_ABOUT_DATA: &str = "R own machines data";

/// Issued findings: each with where it lies and for whom it is meant.
fn issued(stage: &Stage) -> Vec<(&'static str, Finding, Place, &'static str)> {
    let on = |engagement| records::issued(drafted(stage, engagement, another()));
    let ours = || on(Some(&stage.engagement));
    let in_state = |state| Finding { state, ..ours() };
    let elsewhere = records::issued(records::finding(126, &stage.study_b, Some(&stage.engagement_b), another()));
    let others = records::issued(records::finding(126, &stage.foreign_study, Some(&foreign(stage)), another()));
    let in_country = Finding { study_country_id: Some(stage.germany.id), country_code: Some(country("DE")), ..ours() };
    let viewers = records::issued(drafted(stage, Some(&stage.engagement), PersonId::from_uuid(viewer_id())));
    vec![
        ("on the vendor's engagement", ours(), OURS, ISSUED),
        ("on the vendor's engagement, written by oneself", viewers, OURS, ISSUED),
        ("on the vendor's engagement, disputed", in_state(FindingState::Disputed), OURS, ISSUED),
        ("on the vendor's engagement, closed", in_state(FindingState::Closed), OURS, ISSUED),
        ("on the vendor's engagement, withdrawn", in_state(FindingState::Withdrawn), OURS, ISSUED),
        ("that the vendor reported itself", self_reported(ours()), OURS, ISSUED),
        ("on the vendor's engagement, in the country", in_country, IN_COUNTRY, ISSUED),
        ("on the vendor's engagement, at the site", at_site(stage, ours()), AT_SITE, ISSUED_AT_SITE),
        ("about the integrity of data", about(FindingCategory::DataIntegrity, ours()), OURS, ISSUED_ABOUT_DATA),
        ("about statistics", about(FindingCategory::Statistics, ours()), OURS, ISSUED_ABOUT_DATA),
        ("about a computerised system", about(FindingCategory::ComputerisedSystems, ours()), OURS, ISSUED),
        ("a competitor's, at the site", at_site(stage, on(Some(&stage.competitor))), STUDYS_SITE, ISSUED_AT_SITE),
        ("on no engagement", on(None), STUDYS, "R"),
        ("on no engagement, about data, at the site", about(FindingCategory::DataIntegrity, at_site(stage, on(None))), STUDYS_SITE, "R"),
        ("on a subcontract under the vendor's", on(Some(&stage.subcontract)), BENEATH_ALONE, ISSUED),
        ("on a competitor's engagement", on(Some(&stage.competitor)), STUDYS, ISSUED),
        ("on the vendor's engagement on study B", elsewhere, STUDY_B, ISSUED),
        ("on another sponsor's", others, FOREIGN, ISSUED),
    ]
}

/// Findings that are not issued.
fn drafts(stage: &Stage) -> Vec<(&'static str, Finding, Place, &'static str)> {
    let viewer = PersonId::from_uuid(viewer_id());
    let ours = |author| drafted(stage, Some(&stage.engagement), author);
    let in_review = |finding| Finding { state: FindingState::UnderInternalReview, ..finding };
    let elsewhere = records::finding(126, &stage.study_b, Some(&stage.engagement_b), viewer);
    vec![
        ("a draft on the vendor's engagement", ours(another()), OURS, "drafts"),
        ("a draft of one's own on the vendor's engagement", ours(viewer), OURS, "drafts"),
        ("one's own, under internal review", in_review(ours(viewer)), OURS, "drafts"),
        ("another's, under internal review", in_review(ours(another())), OURS, "drafts"),
        (
            "a draft of one's own at the site, about data",
            about(FindingCategory::Statistics, at_site(stage, ours(viewer))),
            AT_SITE,
            "drafts",
        ),
        ("a draft of one's own on no engagement", drafted(stage, None, viewer), STUDYS, "drafts"),
        ("a draft of one's own on study B", elsewhere, STUDY_B, "drafts"),
        ("a draft of what the vendor reports itself", self_reported(ours(another())), OURS, "own-drafts"),
        ("what the vendor reports itself, under internal review", in_review(self_reported(ours(another()))), OURS, "own-drafts"),
        ("a competitor's draft", self_reported(drafted(stage, Some(&stage.competitor), another())), STUDYS, "own-drafts"),
    ]
}

pub(super) fn findings(stage: &Stage) -> Vec<Sample> {
    let all = issued(stage).into_iter().chain(drafts(stage));
    all.map(|(name, finding, place, meant)| placed(name, finding.into_entity(), place, meant)).collect()
}

/// What the sponsor thinks of a finding has no vendor and no engagement, and so it is with who has the study, the country or the site.
pub(super) fn finding_parts(stage: &Stage) -> Vec<Sample> {
    let part = |finding: &Finding| records::finding_internal(finding).into_entity();
    let of_all = issued(stage).into_iter().map(|(name, finding, place, _)| (name, finding, place, "R"));
    let of_drafts = drafts(stage).into_iter().filter(|(_, finding, ..)| finding.author_side == Side::Sponsor);
    let all = of_all.chain(of_drafts).map(|(name, finding, place, meant)| {
        let sponsor: &'static str = match place.sponsor {
            "OSEL" => "OS",
            "OSELC" => "OSC",
            "OSELCI" => "OSCI",
            "Ose" => "Os",
            other => other,
        };
        only_of(Sponsor, placed(name, part(&finding), Place { sponsor, vendor: "", prime: "" }, meant))
    });
    all.collect()
}

pub(super) fn responses(stage: &Stage) -> Vec<Sample> {
    let response = |finding: &Finding| records::finding_response(127, finding, another()).into_entity();
    issued(stage).into_iter().map(|(name, finding, place, meant)| placed(name, response(&finding), place, meant)).collect()
}

/// CAPAs are for findings that were issued, and are meant for both sides of the engagement, whatever the finding is about.
fn planned(stage: &Stage) -> Vec<(&'static str, Capa, Place, &'static str)> {
    let meant = |finding: &Finding| if finding.engagement_id.is_some() { "R own" } else { "R" };
    issued(stage)
        .into_iter()
        .map(|(name, finding, place, _)| (name, records::capa(128, &finding, another()), place, meant(&finding)))
        .collect()
}

pub(super) fn capas(stage: &Stage, record: impl Fn(Capa) -> Entity) -> Vec<Sample> {
    planned(stage).into_iter().map(|(name, capa, place, meant)| placed(name, record(capa), place, meant)).collect()
}

/// Actions of CAPAs, each once somebody else's and once the viewer's own.
pub(super) fn actions(stage: &Stage, record: impl Fn(CapaAction) -> Entity) -> Vec<Sample> {
    let owners = [another(), PersonId::from_uuid(viewer_id())];
    let of = |owner: PersonId| {
        let action = move |capa: &Capa| records::capa_action(129, capa, owner);
        planned(stage).into_iter().map(move |(name, capa, place, meant)| (name, action(&capa), place, meant))
    };
    owners.into_iter().flat_map(of).map(|(name, action, place, meant)| placed(name, record(action), place, meant)).collect()
}

pub(super) fn issues(stage: &Stage) -> Vec<Sample> {
    let of = |engagement| records::issue(130, engagement, another());
    let mut by_site = of(&stage.engagement);
    (by_site.country_code, by_site.study_site_id) = (Some(country("DE")), Some(stage.site.id));
    let one = |name, issue: tandem_domain::oversight::Issue, place| placed(name, issue.into_entity(), place, "R own");
    vec![
        one("of the vendor's engagement", of(&stage.engagement), OURS),
        one("of the vendor's engagement, at the site", by_site, AT_SITE),
        one("of a subcontract under the vendor's", of(&stage.subcontract), BENEATH_ALONE),
        one("of a competitor's engagement", of(&stage.competitor), STUDYS),
        one("of the vendor's on study B", of(&stage.engagement_b), STUDY_B),
        one("of another sponsor's", of(&foreign(stage)), FOREIGN),
    ]
}

/// Comments lie where what they are on lies, but the vendor above a subcontract has none. `meant`: of those who read what it is on.
pub(super) fn comments(stage: &Stage) -> Vec<Sample> {
    let sponsors = (another(), Side::Sponsor);
    let vendors = (another(), Side::Vendor);
    let deliverable = |engagement| records::deliverable(123, engagement, DeliverableType::MonitoringPlan).into_entity();
    let visit = records::deliverable(123, &stage.engagement, DeliverableType::MonitoringVisitReport).into_entity();
    let milestone = records::milestone(121, &stage.study, Some(&stage.engagement)).into_entity();
    let of_site = records::site_milestone(121, &stage.study, &stage.site, Some(&stage.engagement)).into_entity();
    let of_sponsor = records::milestone(121, &stage.study, None).into_entity();
    let issue = records::issue(130, &stage.engagement, another()).into_entity();
    let ours = || records::issued(drafted(stage, Some(&stage.engagement), another()));
    let statistics = about(FindingCategory::Statistics, at_site(stage, ours()));
    let draft = drafted(stage, Some(&stage.engagement), another());
    let reported = self_reported(draft.clone());
    let on_none = records::issued(drafted(stage, None, another())).into_entity();
    let capa = records::capa(128, &ours(), another()).into_entity();
    let said = |name, on: &Entity, visibility, by, place, meant| {
        let sample = placed(name, records::comment(131, on, visibility, by).into_entity(), place, meant);
        match visibility {
            Shared => sample,
            SponsorInternal => only_of(Sponsor, sample),
            VendorInternal => only_of(Vendor, sample),
        }
    };
    let everybody = "R own data functions finance";
    let and_cras = "R own data functions finance site";
    let at_visit = "R own data functions finance site machines";
    let ours_deliverable = deliverable(&stage.engagement);
    vec![
        said("on a deliverable", &ours_deliverable, Shared, vendors, OURS, "R own data functions finance machines"),
        said("on a deliverable, the sponsor's own", &ours_deliverable, SponsorInternal, sponsors, OURS, everybody),
        said("on a deliverable, the vendor's own", &ours_deliverable, VendorInternal, vendors, OURS, everybody),
        said("on a report of a visit", &visit, Shared, sponsors, OURS, at_visit),
        said("on a report of a visit, the vendor's own", &visit, VendorInternal, vendors, OURS, and_cras),
        said("on a milestone of the engagement", &milestone, Shared, sponsors, OURS, everybody),
        said("on a milestone of the site", &of_site, Shared, vendors, AT_SITE, and_cras),
        said("on a milestone of the sponsor's own", &of_sponsor, SponsorInternal, sponsors, STUDYS, everybody),
        said("on an issue", &issue, Shared, sponsors, OURS, and_cras),
        said("on an issue, the sponsor's own", &issue, SponsorInternal, sponsors, OURS, and_cras),
        said("on a finding", &ours().into_entity(), Shared, vendors, OURS, "R own functions"),
        said("on a finding, the sponsor's own", &ours().into_entity(), SponsorInternal, sponsors, OURS, "R own functions"),
        said("on a finding at the site about data", &statistics.into_entity(), Shared, sponsors, AT_SITE, "R own functions site data"),
        said("on a finding on no engagement", &on_none, SponsorInternal, sponsors, STUDYS, "R functions"),
        said("on a draft", &draft.into_entity(), SponsorInternal, sponsors, OURS, "drafts"),
        said("on the vendor's draft", &reported.into_entity(), VendorInternal, vendors, OURS, "own-drafts"),
        said("on a CAPA", &capa, Shared, vendors, OURS, "R own"),
        said("on a CAPA, the vendor's own", &capa, VendorInternal, vendors, OURS, "R own"),
        said(
            "on a subcontract's deliverable",
            &deliverable(&stage.subcontract),
            Shared,
            sponsors,
            BENEATH_ALONE,
            "R own data functions finance machines",
        ),
        said(
            "on a competitor's deliverable",
            &deliverable(&stage.competitor),
            Shared,
            sponsors,
            STUDYS,
            "R own data functions finance machines",
        ),
        said(
            "on a deliverable of study B",
            &deliverable(&stage.engagement_b),
            Shared,
            sponsors,
            STUDY_B,
            "R own data functions finance machines",
        ),
        said(
            "on another sponsor's deliverable",
            &deliverable(&foreign(stage)),
            Shared,
            sponsors,
            FOREIGN,
            "R own data functions finance machines",
        ),
    ]
}
