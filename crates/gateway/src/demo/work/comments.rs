//! The demo's comments: to both sides, of the sponsor's own and of a vendor's own, on deliverables, findings, CAPAs and issues.

use tandem_domain::access::{Facts, Side};
use tandem_domain::conversation::{Comment, CommentVisibility as V};
use tandem_domain::id::{EngagementId, OrganizationId, StudyId, StudySiteId, TypedId as _};
use tandem_domain::record::{Entity, Record};

use super::Stage;
use super::deliverables::Delivery;
use super::findings::Oversight;
use super::issues::Issues;
use crate::demo::ids::{Ids, List};
use crate::demo::organizations::Org;

/// What a comment is on, as the other lists call it.
enum On {
    Deliverable(&'static str, Org),
    Finding(&'static str),
    Capa(&'static str),
    Issue(&'static str),
}

use On::{Capa, Deliverable, Finding, Issue};

const PLAN: On = Deliverable("Data management plan", Org::Veltrona);
const S: Side = Side::Sponsor;
const C: Side = Side::Vendor;

/// On what, who it is for, whose, by whom, what, who is mentioned.
type Row = (On, V, Side, &'static str, &'static str, &'static [&'static str]);

/// The comments; later ones are added at the end.
#[rustfmt::skip]
const COMMENTS: &[Row] = &[
    (PLAN, V::Shared, C, "ravi", "We need two more weeks for the reconciliation; the laboratory changed its format.", &["darya"]),
    (PLAN, V::SponsorInternal, S, "darya", "If it comes back incomplete once more, we write it ourselves.", &["marisol"]),
    (PLAN, V::VendorInternal, C, "ravi", "Who has the old reconciliation? Do not start from nothing.", &["odile"]),
    (Finding("late events"), V::Shared, S, "petra", "Please send the list of the eleven events with the next answer.", &["ravi"]),
    (Finding("late events"), V::SponsorInternal, S, "oskar", "Ask their other clients whether they see the same.", &["petra"]),
    (Finding("late events"), V::VendorInternal, C, "odile", "Legal reads every answer to this one before it goes out.", &["ravi"]),
    (Finding("consent"), V::SponsorInternal, S, "petra", "Waiting for the second visit before this is issued.", &[]),
    (Finding("self reported"), V::VendorInternal, C, "odile", "We report it ourselves, before they find it.", &[]),
    (Capa("entry"), V::Shared, C, "ravi", "The alarm runs on the test system since Monday.", &["petra"]),
    (Capa("entry"), V::SponsorInternal, S, "petra", "No third chance: if this fails, we take safety reporting back.", &[]),
    (Capa("entry"), V::VendorInternal, C, "odile", "The supplier has promised this twice. Have another ready.", &[]),
    (Issue("amendment"), V::Shared, C, "ravi", "Every week without it costs us four visits.", &["marisol"]),
    (Issue("amendment"), V::SponsorInternal, S, "marisol", "Blocked by regulatory; do not promise a day.", &["idris"]),
    (Issue("amendment"), V::VendorInternal, C, "ravi", "Count the lost visits for the change order.", &[]),
    (Deliverable("Recruitment review, United States", Org::Osprelle), V::Shared, C, "henrik", "The review is waiting with you since July.", &["marisol"]),
    (Finding("rival training"), V::VendorInternal, C, "henrik", "Book the trainer before we answer.", &[]),
    (Capa("second person"), V::Shared, C, "dagny", "The change is in test.", &[]),
];

pub(super) fn make(stage: &Stage<'_>, delivery: &Delivery, issues: &Issues, oversight: &Oversight) -> Vec<Entity> {
    let ids = Ids::of(List::Comments);
    let made = COMMENTS.iter().filter_map(|(on, visibility, side, author, body, mentioned)| {
        let subject = match on {
            Deliverable(title, vendor) => delivery.titled(title, *vendor)?.clone().into_entity(),
            Finding(key) => oversight.named(key)?.clone().into_entity(),
            Capa(key) => oversight.capas.named(key)?.clone().into_entity(),
            Issue(key) => issues.named(key)?.clone().into_entity(),
        };
        let place = place(&subject, *visibility)?;
        let comment = Comment {
            id: ids.next(),
            author_id: stage.person(author)?,
            author_side: *side,
            body: (*body).to_owned(),
            mention_ids: mentioned.iter().filter_map(|local| stage.person(local)).collect(),
            ..place
        };
        Some(comment.into_entity())
    });
    made.collect()
}

/// A comment in the place of what it is on, owned by the sides that it is for; still by nobody, and without words.
fn place(subject: &Entity, visibility: V) -> Option<Comment> {
    let facts = Facts::of(subject);
    let side = |id: Option<uuid::Uuid>, hidden: bool| id.filter(|_| !hidden).map(OrganizationId::from_uuid);
    let of = Comment {
        id: tandem_domain::id::CommentId::from_uuid(uuid::Uuid::nil()),
        sponsor_id: side(facts.sponsor, visibility == V::VendorInternal),
        study_id: StudyId::from_uuid(facts.study?),
        vendor_id: side(facts.vendor, visibility == V::SponsorInternal),
        engagement_id: facts.engagement.map(EngagementId::from_uuid),
        country_code: facts.country.as_deref().and_then(|code| code.parse().ok()),
        study_site_id: facts.study_site.map(StudySiteId::from_uuid),
        audiences: Comment::audiences_on(subject, visibility),
        deliverable_id: None,
        finding_id: None,
        capa_id: None,
        issue_id: None,
        milestone_id: None,
        visibility,
        author_id: tandem_domain::id::PersonId::from_uuid(uuid::Uuid::nil()),
        author_side: Side::Neither,
        body: String::new(),
        mention_ids: Vec::new(),
        edited_at: None,
    };
    match subject {
        Entity::Deliverable(it) => Some(Comment { deliverable_id: Some(it.id), ..of }),
        Entity::Finding(it) => Some(Comment { finding_id: Some(it.id), ..of }),
        Entity::Capa(it) => Some(Comment { capa_id: Some(it.id), ..of }),
        Entity::Issue(it) => Some(Comment { issue_id: Some(it.id), ..of }),
        _ => None,
    }
}
