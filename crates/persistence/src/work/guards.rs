//! Guards' own handle: it reads rows that the viewer may not see, and answers only which of the ids asked about pass.

use chrono::{DateTime, NaiveDate, Utc};
use tandem_domain::access::{Readers, Viewer};
use tandem_domain::id::TypedId;
use tandem_domain::lifecycle::Guard;
use tandem_domain::record::Kind;
use uuid::Uuid;

use crate::dialect::Dialect;
use crate::sql::Sql;

/// What has to hold besides the version for a confirmation `c` of a step of this kind to stand: what was confirmed of an engagement
/// is what its scopes covered then, and a scope added, changed or ended since voids it as an edit would.
pub(crate) fn still_confirmed(kind: Kind) -> &'static str {
    if kind == Kind::Engagement {
        "NOT EXISTS (SELECT 1 FROM service_scope s WHERE s.engagement_id = c.id AND s.updated_at > c.updated_at)"
    } else {
        "1 = 1"
    }
}

/// Who asks, where a guard compares persons and organisations (separation of duties looks at people, not roles).
#[derive(Clone, Copy)]
pub(crate) struct Asker {
    pub(crate) principal: Uuid,
    pub(crate) organization: Uuid,
    pub(crate) today: NaiveDate,
    pub(crate) now: DateTime<Utc>,
}

impl Asker {
    pub(crate) fn of(viewer: &Viewer) -> Self {
        Self { principal: viewer.principal, organization: viewer.organization.uuid(), today: viewer.now.date_naive(), now: viewer.now }
    }
}

/// The statement that gives, of `ids` of records of this kind, those for which the guard holds. Nothing for a guard that is deferred: it
/// holds for all.
pub(crate) fn statement(dialect: Dialect, guard: Guard, kind: Kind, ids: &[Uuid], asker: Asker) -> Option<Sql> {
    let mut sql = Sql::new(dialect, "");
    let today = asker.today;
    match guard {
        Guard::StudyHasApprovedCountry => {
            sql.push("SELECT DISTINCT g.study_id FROM study_country g WHERE g.state IN ('APPROVED', 'ACTIVE', 'ENROLLMENT_CLOSED') AND ");
            sql.any_uuid("g.study_id", ids);
        }
        Guard::StudyHasActiveSite => {
            sql.push("SELECT DISTINCT g.study_id FROM study_site g WHERE g.state = 'ACTIVE' AND ").any_uuid("g.study_id", ids);
        }
        Guard::PlansAccepted => {
            sql.push(
                "SELECT g.id FROM study g WHERE (SELECT COUNT(DISTINCT d.deliverable_type) FROM deliverable d WHERE d.study_id = g.id ",
            );
            sql.push("AND d.state IN ('ACCEPTED', 'ACCEPTED_WITH_COMMENTS') ");
            sql.push("AND d.deliverable_type IN ('MONITORING_PLAN', 'SAFETY_MANAGEMENT_PLAN')) = 2 AND ").any_uuid("g.id", ids);
        }
        Guard::CountryApproved => {
            sql.push("SELECT g.id FROM study_site g JOIN study_country c ON c.id = g.study_country_id ");
            sql.push("WHERE c.state IN ('APPROVED', 'ACTIVE') AND ").any_uuid("g.id", ids);
        }
        Guard::EngagementHasScope => {
            sql.push("SELECT DISTINCT g.engagement_id FROM service_scope g WHERE g.in_scope AND g.valid_from <= ").bind_date(today);
            sql.push(" AND (g.valid_to IS NULL OR g.valid_to >= ").bind_date(today).push(") AND ").any_uuid("g.engagement_id", ids);
        }
        Guard::EngagementSettled => {
            sql.push("SELECT g.id FROM engagement g WHERE ").any_uuid("g.id", ids);
            for open in OPEN_WORK {
                sql.push(" AND NOT EXISTS (SELECT 1 FROM ").push(open).push(")");
            }
        }
        Guard::EngagementOpen => {
            sql.push("SELECT g.id FROM ").push(kind.def().table).push(" g LEFT JOIN engagement e ON e.id = g.engagement_id WHERE ");
            sql.push("(e.id IS NULL OR e.state NOT IN ('CLOSED', 'TERMINATED')) AND ").any_uuid("g.id", ids);
        }
        Guard::EngagementAtWork => {
            sql.push("SELECT g.id FROM ").push(kind.def().table).push(" g JOIN engagement e ON e.id = g.engagement_id WHERE ");
            sql.push("e.state IN ('ACTIVE', 'CLOSING') AND ").any_uuid("g.id", ids);
        }
        Guard::OtherThanSubmitter => other_than_submitter(&mut sql, ids, asker),
        Guard::SignaturesComplete => {
            sql.push("SELECT g.id FROM deliverable g WHERE g.missing_signatures = '[]' AND ").any_uuid("g.id", ids);
        }
        Guard::AsAuthor => by_himself(&mut sql, kind, "g.author_id", "IN", ids, asker),
        Guard::NotAuthor => graded_not_by_author(&mut sql, "1 = 0", ids, asker),
        Guard::NotOwner => by_himself(&mut sql, kind, "g.owner_id", "NOT IN", ids, asker),
        Guard::NotRequester => by_himself(&mut sql, kind, "g.requested_by_id", "NOT IN", ids, asker),
        Guard::AsOwner => {
            sql.push("SELECT g.id FROM ").push(kind.def().table).push(" g WHERE (g.owner_id IN ");
            same_human(&mut sql, asker.principal);
            sql.push(" OR (g.owner_id IS NULL AND CASE g.owner_side WHEN 'SPONSOR' THEN g.sponsor_id ELSE g.vendor_id END = ");
            sql.bind_uuid(asker.organization).push(")) AND ").any_uuid("g.id", ids);
        }
        Guard::RequirementsNamed => {
            sql.push("SELECT g.id FROM finding g WHERE (g.severity NOT IN ('CRITICAL', 'MAJOR') OR g.requirement_refs <> '[]') AND ");
            sql.any_uuid("g.id", ids);
        }
        Guard::CriticalNotByAuthor => graded_not_by_author(&mut sql, "g.severity <> 'CRITICAL'", ids, asker),
        Guard::GraveNotByAuthor => graded_not_by_author(&mut sql, "g.severity NOT IN ('CRITICAL', 'MAJOR')", ids, asker),
        Guard::NotDisputedBefore => {
            sql.push("SELECT g.id FROM finding g WHERE NOT g.disputed AND ").any_uuid("g.id", ids);
        }
        Guard::CapaThere => {
            sql.push("SELECT g.id FROM finding g WHERE (NOT g.capa_required OR EXISTS (SELECT 1 FROM capa c WHERE c.finding_id = g.id ");
            sql.push("AND c.state NOT IN ('CANCELLED', 'INEFFECTIVE') AND ").push(COUNTS).push(")) AND ").any_uuid("g.id", ids);
        }
        Guard::NoCapaRequired => {
            sql.push("SELECT g.id FROM finding g WHERE NOT g.capa_required AND ").any_uuid("g.id", ids);
        }
        Guard::NoOpenCapa => {
            sql.push("SELECT g.id FROM finding g WHERE NOT EXISTS (SELECT 1 FROM capa c WHERE c.finding_id = g.id AND c.state NOT IN ");
            sql.push("('CLOSED_EFFECTIVE', 'INEFFECTIVE', 'CANCELLED')) AND ").any_uuid("g.id", ids);
        }
        // An ineffective one counts as settled as long as its successor has its place: one that was given up leaves it open.
        Guard::CapaEffective => {
            sql.push("SELECT g.id FROM finding g WHERE NOT EXISTS (SELECT 1 FROM capa c WHERE c.finding_id = g.id AND c.state NOT IN ");
            sql.push("('CLOSED_EFFECTIVE', 'INEFFECTIVE', 'CANCELLED')) AND NOT EXISTS (SELECT 1 FROM capa c WHERE c.finding_id = g.id ");
            sql.push("AND c.state = 'INEFFECTIVE' AND ")
                .push(COUNTS)
                .push(" AND NOT EXISTS (SELECT 1 FROM capa n WHERE n.successor_of_id = c.id ");
            sql.push("AND n.state <> 'CANCELLED')) AND (EXISTS (SELECT 1 FROM capa c WHERE c.finding_id = g.id ");
            sql.push("AND c.state = 'CLOSED_EFFECTIVE' AND ")
                .push(COUNTS)
                .push(") OR (g.severity = 'MAJOR' AND g.capa_waiver_rationale IS NOT NULL) ");
            sql.push("OR (g.severity IN ('MINOR', 'RECOMMENDATION') AND NOT g.capa_required)) AND ").any_uuid("g.id", ids);
        }
        Guard::CloserIndependent => closer_independent(&mut sql, ids, asker),
        Guard::OtherThanOwing => other_than_owing(&mut sql, kind, ids, asker),
        Guard::ActionsComplete => {
            sql.push("SELECT g.id FROM capa g WHERE EXISTS (SELECT 1 FROM capa_action x WHERE x.capa_id = g.id) AND NOT EXISTS ");
            sql.push("(SELECT 1 FROM capa_action x WHERE x.capa_id = g.id AND x.completed_at IS NULL) AND ").any_uuid("g.id", ids);
        }
        Guard::CheckDue => {
            sql.push("SELECT g.id FROM capa g WHERE EXISTS (SELECT 1 FROM effectiveness_check x WHERE x.capa_id = g.id ");
            sql.push("AND x.performed_at IS NULL AND x.planned_on <= ").bind_date(today).push(") AND ").any_uuid("g.id", ids);
        }
        Guard::VerifierIndependent => {
            sql.push("SELECT g.id FROM capa g WHERE g.owner_id NOT IN ");
            same_human(&mut sql, asker.principal);
            sql.push(" AND (g.implemented_by_id IS NULL OR g.implemented_by_id NOT IN ");
            same_human(&mut sql, asker.principal);
            sql.push(") AND NOT EXISTS (SELECT 1 FROM capa_action x WHERE x.capa_id = g.id AND x.completed_by_id IN ");
            same_human(&mut sql, asker.principal);
            sql.push(") AND ").any_uuid("g.id", ids);
        }
        Guard::InconclusiveAtMostTwice => {
            sql.push("SELECT g.id FROM capa g WHERE g.inconclusive_checks < 2 AND ").any_uuid("g.id", ids);
        }
        Guard::ObligationsCovered
        | Guard::SiteReady
        | Guard::EngagementCovered
        | Guard::EngagementPaid
        | Guard::ObligationsReassigned
        | Guard::SubmitterTrained
        | Guard::ChangeOrderIfPriced => return None,
    }
    Some(sql)
}

/// Whether a CAPA `c` is one for what its finding `g` is open for now, as `Capa::counts_for` says.
const COUNTS: &str = "(g.reopened_at IS NULL OR c.settled_at IS NULL OR c.settled_at >= g.reopened_at)";

/// What of an engagement `g` may still be open, each as a source with its condition.
const OPEN_WORK: &[&str] = &[
    "deliverable o WHERE o.engagement_id = g.id AND o.state NOT IN ('ACCEPTED', 'ACCEPTED_WITH_COMMENTS', 'SUPERSEDED', 'CANCELLED')",
    // A draft is nobody's to settle: of the vendor's own the sponsor must not even learn.
    "finding o WHERE o.engagement_id = g.id AND o.state NOT IN ('DRAFT', 'UNDER_INTERNAL_REVIEW', 'CLOSED', 'WITHDRAWN')",
    "capa o WHERE o.engagement_id = g.id AND o.state NOT IN ('CLOSED_EFFECTIVE', 'INEFFECTIVE', 'CANCELLED')",
    "issue o WHERE o.engagement_id = g.id AND o.state <> 'CLOSED'",
];

/// The records of the human behind a principal: the same issuer and subject, under whatever organisation.
pub(crate) fn same_human(sql: &mut Sql, principal: Uuid) {
    sql.push("(SELECT b.id FROM principal a JOIN principal b ON b.id = a.id OR (a.issuer = b.issuer AND a.subject = b.subject) ");
    sql.push("WHERE a.id = ").bind_uuid(principal).push(")");
}

fn by_himself(sql: &mut Sql, kind: Kind, column: &str, is: &str, ids: &[Uuid], asker: Asker) {
    sql.push("SELECT g.id FROM ").push(kind.def().table).push(" g WHERE ").push(column).push(" ").push(is).push(" ");
    same_human(sql, asker.principal);
    sql.push(" AND ").any_uuid("g.id", ids);
}

/// Who wrote a finding is who began it, and everybody who changed it while it was a draft.
fn graded_not_by_author(sql: &mut Sql, light: &str, ids: &[Uuid], asker: Asker) {
    sql.push("SELECT g.id FROM finding g WHERE (").push(light).push(" OR (g.author_id NOT IN ");
    same_human(sql, asker.principal);
    sql.push(" AND NOT EXISTS (SELECT 1 FROM journal w WHERE w.entity_id = g.id AND w.kind = '").push(Kind::Finding.prefix());
    sql.push("' AND w.operation = 'UPDATED' AND (w.readers & ").push(&Readers::SPONSOR.and(Readers::VENDOR).bits().to_string());
    sql.push(") = 0 AND w.actor_id IN ");
    same_human(sql, asker.principal);
    sql.push("))) AND ").any_uuid("g.id", ids);
}

/// Nobody decides on what he handed in, or what an organisation handed in that he, the human, has a membership of in force (I-06).
fn other_than_submitter(sql: &mut Sql, ids: &[Uuid], asker: Asker) {
    sql.push(
        "SELECT g.id FROM deliverable g JOIN deliverable_submission s ON s.id = g.current_submission_id WHERE s.submitted_by_id NOT IN ",
    );
    same_human(sql, asker.principal);
    sql.push(" AND NOT EXISTS (");
    belongs_to(sql, "CASE s.submitted_by_side WHEN 'SPONSOR' THEN g.sponsor_id ELSE g.vendor_id END", asker);
    sql.push(") AND ").any_uuid("g.id", ids);
}

/// Who has to answer does not close, nor anybody who belongs to the vendor that has to; of the sponsor's own findings, not their owner.
fn closer_independent(sql: &mut Sql, ids: &[Uuid], asker: Asker) {
    sql.push("SELECT g.id FROM finding g WHERE (g.owner_id IS NULL OR g.owner_id NOT IN ");
    same_human(sql, asker.principal);
    sql.push(") AND (g.answered_by <> 'VENDOR' OR NOT EXISTS (");
    belongs_to(sql, "g.vendor_id", asker);
    sql.push(")) AND ").any_uuid("g.id", ids);
}

/// Nobody who belongs to the vendor that owes something decides on it for the sponsor, in whatever role he acts.
fn other_than_owing(sql: &mut Sql, kind: Kind, ids: &[Uuid], asker: Asker) {
    let side = match kind {
        Kind::Finding => "g.answered_by",
        Kind::Deliverable => "g.owed_by",
        // Owned by whichever side: who may hand it over could hand it back.
        Kind::Issue => "'VENDOR'",
        Kind::Milestone => "CASE WHEN g.vendor_id IS NULL THEN 'SPONSOR' ELSE 'VENDOR' END",
        Kind::DueDateExtension => "(SELECT x.owner_side FROM capa_action x WHERE x.id = g.capa_action_id)",
        _ => "g.owner_side",
    };
    sql.push("SELECT g.id FROM ").push(kind.def().table).push(" g WHERE (").push(side).push(" <> 'VENDOR' OR NOT EXISTS (");
    belongs_to(sql, "g.vendor_id", asker);
    sql.push(")) AND ").any_uuid("g.id", ids);
}

/// A membership in force of the human who asks, in this organisation.
fn belongs_to(sql: &mut Sql, organization: &str, asker: Asker) {
    sql.push("SELECT 1 FROM membership m WHERE m.organization_id = ").push(organization).push(" AND m.person_id IN ");
    same_human(sql, asker.principal);
    sql.push(" AND m.valid_from <= ").bind_time(asker.now).push(" AND (m.valid_to IS NULL OR m.valid_to > ").bind_time(asker.now).push(")");
}
